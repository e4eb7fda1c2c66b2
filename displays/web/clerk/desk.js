// Around the person at the window: who sits here, who waits, the day's figures, and which keys there are.
//
// For: the views `ClerkBanner`, `ClerkParked`, `ClerkWaiting`, `ClerkFigures` and the overlay `ClerkHelp`. What they ask goes
// through <clerk-moves>, so that one request is under way at a time.
// `me`: the staff number of whoever signed in, "" where that is not known (a supervisor's key): then nothing is held back.

import { SceneView } from "../shared/scene-context.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { line, put, say } from "../shared/texts.js";
import { stopwatch } from "../shared/halltime.js";

export const who = { me: "", name: "" };

/** Whether the window is worked by whoever looks at this page. */
export function mine(scene) {
  return !who.me || scene.state === "closed" || !scene.clerk || scene.clerk === who.me;
}

/** Whether whoever looks at this page is covered here, and may come back. */
export function covered(scene) {
  return Boolean(who.me && scene.desk && scene.desk.covers && scene.desk.covers.staff_no === who.me);
}

/** Why whoever looks at this page is away: on duty, and at no window. */
export function away(scene) {
  const found = scene.desk && who.me ? (scene.desk.away || []).find(({ key }) => key === who.me) : null;
  return found ? found.name : null;
}

const moves = () => document.querySelector("clerk-moves");

/** Somebody else sits here (then: take over or cover), or I sit here for somebody else (then: until they are back), or I am
 * away from every window. */
export class ClerkBanner extends SceneView {
  #text = h("p", { class: "stack" });
  #main = h("button", { class: "yes stack" });
  #other = h("button", { class: "no stack" });
  #kind = "";

  build() {
    this.append(this.#text, h("div", { class: "two" }, this.#main, this.#other));
    this.#main.addEventListener("click", () => this.#press(true));
    this.#other.addEventListener("click", () => this.#press(false));
  }

  update(scene, { live }) {
    const { desk } = scene;
    this.#kind = !desk ? "" : covered(scene) ? "covered" : !mine(scene) ? "other" : desk.covers ? "covering" : away(scene) ? "away" : "";
    this.hidden = !this.#kind;
    if (this.hidden) return;
    const cover = desk.covers || {};
    say(this.#text, `clerk.banner.${this.#kind}`, { clerk: desk.clerk_name, covered: cover.name, why: this.#kind === "away" ? away(scene) : cover.reason });
    const words = { covered: ["clerk.i-am-back", ""], other: ["move.take-over", "clerk.cover-me"], covering: ["move.uncover", ""], away: ["clerk.i-am-back", ""] };
    const [main, other] = words[this.#kind];
    say(this.#main, main);
    this.#other.hidden = !other;
    if (other) say(this.#other, other);
    for (const button of [this.#main, this.#other]) flag(button, "disabled", !live);
    flag(this, "data-kind", this.#kind);
  }

  #press(main) {
    if (this.#kind === "covered") moves().go("uncover", { back: true });
    else if (this.#kind === "away") moves().ask("/presence", { away: false });
    else if (this.#kind === "covering") moves().open("uncover");
    else if (main) moves().go("take-over");
    else if (this.context.scene.state === "paused" || this.context.scene.desk.covers) moves().go("cover", {});
    else moves().open("cover-me");
  }
}

export class ClerkParked extends SceneView {
  #list = h("ul");

  build() {
    const head = h("h2");
    say(head, "clerk.parked");
    this.setAttribute("data-fades", "");
    this.append(head, this.#list);
  }

  update({ parked }, { live }) {
    this.hidden = !parked.length;
    rows(this.#list, parked, (choice) => choice.key, (choice) => {
      const back = h("button", { onclick: () => moves().ask(`/tickets/${encodeURIComponent(choice.key)}/return`) });
      say(back, "clerk.is-back");
      return h("li", {}, h("b", { class: "number" }), back);
    }, (element, choice) => {
      write(element.firstChild, choice.name.zh);
      flag(element.lastChild, "disabled", !live);
      element.lastChild.setAttribute("aria-label", `${choice.name.zh} ${line("clerk.is-back")}`);
    });
  }
}

/** How many wait for each service; below, on demand, who they are. */
export class ClerkWaiting extends SceneView {
  #total = h("b", { class: "number" });
  #counts = h("ul", { class: "counts" });
  #who = h("ul", { class: "people", hidden: true });
  #rest = h("p", { class: "rest", hidden: true });
  #more = h("button", { class: "link", "aria-expanded": "false", onclick: () => this.#turn() });

  build() {
    const head = h("h2");
    const title = h("span");
    say(title, "clerk.waiting");
    say(this.#more, "clerk.who-waits");
    head.append(title, this.#more, this.#total);
    this.setAttribute("data-fades", "");
    this.append(head, this.#counts, this.#who, this.#rest);
  }

  #turn() {
    const open = this.#who.hidden;
    this.#who.hidden = !open;
    this.#counts.hidden = open;
    this.#more.setAttribute("aria-expanded", String(open));
    say(this.#more, open ? "clerk.how-many" : "clerk.who-waits");
    if (this.context.scene) this.update(this.context.scene, this.context);
  }

  update({ waiting, desk }, { live }) {
    write(this.#total, waiting.reduce((sum, each) => sum + each.waiting, 0));
    rows(this.#counts, waiting, (each) => each.service,
      () => h("li", {}, h("i", { class: "number" }), h("span", { class: "stack" }), h("b", { class: "number" })),
      (element, each) => {
        write(element.firstChild, each.prefix);
        put(element.children[1], each.name);
        write(element.lastChild, each.waiting);
        flag(element, "data-none", each.waiting === 0);
      });
    const queue = desk && !this.#who.hidden ? desk.queue : [];
    this.#more.hidden = !desk;
    rows(this.#who, queue, (each) => each.id, (each) => h("li", {}, queuedRow(each, () => moves().open("row", { ticket: each }))),
      (element, each) => {
        fillQueued(element.firstChild, each);
        flag(element.firstChild, "disabled", !live);
      });
    const rest = desk && !this.#who.hidden ? desk.waiting - desk.queue.length : 0;
    this.#rest.hidden = rest <= 0;
    if (rest > 0) say(this.#rest, "clerk.and-more", { n: rest });
  }
}

/** Somebody who waits, as a button. */
export function queuedRow(ticket, onclick) {
  const button = h("button", { class: "queued", onclick }, h("b", { class: "number" }), h("span", { class: "stack" }), h("em"), h("span", { class: "facts" }));
  fillQueued(button, ticket);
  return button;
}

function fillQueued(button, ticket) {
  const [number, service, kind, facts] = button.children;
  write(number, ticket.number);
  put(service, ticket.service);
  kind.hidden = ticket.class_key === "ordinary" || !ticket.priority_class.zh;
  if (!kind.hidden) put(kind, ticket.priority_class);
  say(facts, "clerk.minutes", { n: ticket.waited_minutes });
}

/** The day's own figures. */
export class ClerkFigures extends SceneView {
  #served = h("span");
  #mean = h("span");
  #staffed = h("span");
  #busy = h("span");
  #keys = h("button", { class: "link", onclick: () => document.querySelector("clerk-help").open() });

  build() {
    say(this.#keys, "clerk.keys");
    this.append(this.#served, this.#mean, this.#staffed, this.#busy, this.#keys);
  }

  update(scene) {
    const { desk } = scene;
    say(this.#served, "clerk.served", { n: scene.served_today });
    this.#mean.hidden = scene.mean_service_minutes === null;
    if (!this.#mean.hidden) say(this.#mean, "clerk.mean", { n: scene.mean_service_minutes });
    this.#staffed.hidden = !desk || !desk.staffed_minutes;
    if (!this.#staffed.hidden) say(this.#staffed, "clerk.staffed", { time: stopwatch(desk.staffed_minutes) });
    this.#busy.hidden = !desk || desk.busy_percent === null;
    if (!this.#busy.hidden) say(this.#busy, "clerk.busy", { n: desk.busy_percent });
  }
}

/** Which keys there are, and whether they are listened to. `?` opens it too. */
export class ClerkHelp extends HTMLElement {
  #dialog = h("dialog", { "aria-labelledby": "help-title" });
  #switch = h("button", { class: "switch", "aria-pressed": "true", onclick: () => this.#turn() });

  /** @param list [{name, key}] */
  fill(list) {
    const title = h("h2", { id: "help-title" });
    say(title, "clerk.keys");
    const table = h("dl");
    for (const { name, key } of [...list, { name: "help", key: "?" }]) {
      const word = h("dd", { class: "stack" });
      say(word, `move.${name}`);
      table.append(h("div", {}, h("dt", {}, h("kbd", {}, key.toUpperCase())), word));
    }
    const hint = h("p", { class: "hint stack" });
    say(hint, "clerk.keys.hint");
    const close = h("button", { class: "link", onclick: () => this.#dialog.close() });
    say(close, "clerk.back");
    this.#dialog.append(h("div", { class: "listhead" }, title, close), table, hint, this.#switch);
    this.append(this.#dialog);
    this.#write();
  }

  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #turn() {
    const on = localStorage.getItem("tidehall.keys") === "off";
    localStorage.setItem("tidehall.keys", on ? "on" : "off");
    document.dispatchEvent(new CustomEvent("keys", { detail: on }));
    this.#write();
  }

  #write() {
    const on = localStorage.getItem("tidehall.keys") !== "off";
    say(this.#switch, on ? "clerk.keys.on" : "clerk.keys.off");
    this.#switch.setAttribute("aria-pressed", String(on));
  }
}
