// The clerk's column: everything of one clerk, beside the case system.
//
// For: sign in at a window; then who is here and why, the moves that the rules allow now (`scene.may`, nothing else is
// enabled), who is next, who waits, the day's own figures. Every move has a key; the keys can be switched off.
// The session's token is kept in sessionStorage: a reload in the middle of a service shows the same person again.
// Not for: deciding. A button asks; the hall answers; the next scene shows what is true.
// What goes wrong: the hall refuses (its sentence stands below the buttons), the session has ended (back to sign-in,
// said why), the line is down (the column is grey and no button works: it might call somebody who is gone).

import { SceneView } from "../shared/scene-context.js";
import "../shared/line-state.js";
import { Api } from "../shared/api.js";
import { tell } from "../shared/problem-text.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { line, put, say } from "../shared/texts.js";
import { dropToken, keepToken, params, takeToken } from "../shared/params.js";
import { stopwatch } from "../shared/halltime.js";
import { start } from "../shared/start.js";
import { ClerkPanel } from "./panel.js";

const SETTLE = 700; // ms after an answer in which the next scene should be here; until then buttons rest
const SESSION = "tidehall.clerk";

const OUTCOMES = ["accepted", "materials_missing", "redirected", "consulted", "not_for_this_hall"];
const PARKINGS = ["visitor_holds", "window_holds", "outside"];

// Which move has which key, and which ones first open a list to choose from.
const MOVES = [
  { name: "call-next", key: "n" },
  { name: "start", key: "s" },
  { name: "finish", key: "f", also: "outcome" },
  { name: "recall", key: "r" },
  { name: "missed", key: "m" },
  { name: "park", key: "p", list: "park" },
  { name: "transfer", key: "t", list: "transfer" },
  { name: "open", key: "o" },
  { name: "resume", key: "g" },
  { name: "pause", key: "b", list: "pause" },
  { name: "close", key: "c" },
];
const FIRST = ["call-next", "start", "finish", "open", "resume"]; // the move that most often comes next, in this order

let api;
let session;

// -- sign in ------------------------------------------------------------------------------------------------------

class ClerkLogin extends HTMLElement {
  #said = h("p", { class: "said stack", role: "alert", hidden: true });
  #submit = h("button", { class: "main", type: "submit" });
  #form;

  connectedCallback() {
    if (this.#form) return;
    const title = h("h1", { class: "stack" });
    say(title, "clerk.sign-in");
    say(this.#submit, "clerk.sign-in.go");
    const field = (name, attributes) => {
      const label = h("span");
      say(label, `clerk.sign-in.${name}`);
      return h("label", {}, label, h("input", { name, required: true, ...attributes }));
    };
    this.#form = h("form", { onsubmit: (event) => this.#send(event) }, title,
      field("window", { inputmode: "numeric", pattern: "[0-9]{1,4}", autocomplete: "off" }),
      field("login", { autocomplete: "username", autocapitalize: "off", spellcheck: "false" }),
      field("password", { type: "password", autocomplete: "current-password" }),
      this.#said, this.#submit);
    this.append(this.#form);
  }

  /** @param why a key of the messages: why we are back here */
  open(why = "") {
    this.hidden = false;
    const kept = localStorage.getItem("tidehall.window") || "";
    this.#form.elements.window.value = params.get("window") || kept;
    this.#form.elements.password.value = "";
    this.#said.hidden = !why;
    if (why) say(this.#said, why);
    (this.#form.elements.window.value ? this.#form.elements.login : this.#form.elements.window).focus();
  }

  async #send(event) {
    event.preventDefault();
    const { window: place, login, password } = this.#form.elements;
    this.#submit.disabled = true;
    this.#said.hidden = true;
    for (const input of this.#form.querySelectorAll("input")) input.removeAttribute("aria-invalid");
    try {
      const answer = await api.post("/sessions", {
        login: login.value.trim(), password: password.value, window: Number(place.value),
      });
      localStorage.setItem("tidehall.window", place.value);
      password.value = "";
      this.dispatchEvent(new CustomEvent("signed-in", { detail: answer }));
    } catch (problem) {
      tell(this.#said, problem);
      this.#said.hidden = false;
      const field = this.#form.elements[problem.field] || (problem.status === 401 ? password : null);
      if (field) {
        field.setAttribute("aria-invalid", "true");
        field.select();
        field.focus();
      }
    } finally {
      this.#submit.disabled = false;
    }
  }
}

// -- head: window, state, clerk -------------------------------------------------------------------------------------

class ClerkHead extends SceneView {
  #no = h("b", { class: "number" });
  #name = h("span", { class: "name stack" });
  #title = h("h1", {}, this.#no, this.#name);
  #state = h("p", { class: "state" });
  #who = h("span", { class: "who" });
  #out = h("button", { class: "link", onclick: () => this.dispatchEvent(new CustomEvent("sign-out", { bubbles: true })) });

  build() {
    say(this.#out, "clerk.sign-out");
    this.append(
      h("div", { class: "place" }, this.#title, this.#state),
      h("div", { class: "person" }, this.#who, this.#out));
  }

  update(scene) {
    write(this.#no, scene.window);
    put(this.#name, scene.name);
    flag(this.#state, "data-state", scene.state);
    say(this.#state, `state.${scene.state}`);
    write(this.#who, session.name);
  }
}

// -- the person at the window ------------------------------------------------------------------------------------------

class ClerkTicket extends SceneView {
  #number = h("p", { class: "number big" });
  #service = h("p", { class: "name stack" });
  #tags = h("ul", { class: "tags" });
  #why = h("p", { class: "why stack" });
  #watch = h("p", { class: "watch" });
  #empty = h("p", { class: "empty stack" });
  #shown;

  build() {
    this.#shown = h("div", { class: "shown" }, this.#number, this.#watch, this.#service, this.#tags, this.#why);
    this.setAttribute("data-fades", "");
    this.append(this.#shown, this.#empty);
    setInterval(() => this.context && this.context.scene && this.#time(this.context.scene, this.context), 1000);
  }

  update(scene, context) {
    const { ticket } = scene;
    this.#shown.hidden = !ticket;
    this.#empty.hidden = Boolean(ticket);
    flag(this, "data-state", scene.state);
    if (!ticket) {
      if (scene.pause_reason) put(this.#empty, scene.pause_reason);
      else say(this.#empty, `clerk.empty.${scene.state}`);
      return;
    }
    write(this.#number, ticket.number);
    put(this.#service, ticket.service);
    put(this.#why, ticket.why);
    const tags = [];
    if (ticket.priority_class.zh) tags.push({ key: "class", text: (to) => put(to, ticket.priority_class) });
    tags.push({ key: "waited", text: (to) => say(to, "clerk.waited", { n: ticket.waited_minutes }) });
    if (ticket.recalls) tags.push({ key: "recalls", text: (to) => say(to, "clerk.recalls", { n: ticket.recalls }) });
    if (ticket.transfers) tags.push({ key: "transfers", text: (to) => say(to, "clerk.transfers", { n: ticket.transfers }) });
    rows(this.#tags, tags, (tag) => tag.key, () => h("li"), (element, tag) => tag.text(element));
    this.#time(scene, context);
  }

  #time({ ticket }, { clock, live }) {
    if (!ticket || !live) return;
    const since = ticket.started_at || ticket.called_at;
    say(this.#watch, ticket.started_at ? "clerk.serving-for" : "clerk.called-for", { time: stopwatch(clock.secondsSince(since)) });
  }
}

// -- moves ------------------------------------------------------------------------------------------------------------------

class ClerkMoves extends SceneView {
  #buttons = h("div", { class: "buttons" });
  #list = h("div", { class: "list", hidden: true, role: "group" });
  #said = h("p", { class: "said stack", role: "alert", hidden: true });
  #keys = localStorage.getItem("tidehall.keys") !== "off";
  #busy = false;
  #open = ""; // the list that is open
  #scene = null;

  build() {
    this.append(this.#buttons, this.#list, this.#said);
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("keys", (event) => {
      this.#keys = event.detail;
      this.#draw();
    });
  }

  update(scene) {
    if (this.#scene && this.#scene.seq !== scene.seq) this.#said.hidden = true;
    this.#scene = scene;
    if (this.#open && !scene.may.includes(this.#open === "outcome" ? "finish" : this.#open)) this.#close();
    this.#draw();
  }

  get #resting() {
    return this.#busy || !this.context.live;
  }

  #draw() {
    const { may } = this.#scene;
    const main = FIRST.find((name) => may.includes(name));
    const shown = MOVES.filter((move) => may.includes(move.name) || this.#always(move.name));
    shown.sort((a, b) => (b.name === main) - (a.name === main));
    rows(this.#buttons, shown, (move) => move.name, (move) => this.#button(move), (element, move) => {
      const [button, more] = element.children;
      flag(element, "data-main", move.name === main);
      flag(button, "disabled", this.#resting || !may.includes(move.name));
      if (more) flag(more, "disabled", this.#resting || !may.includes(move.name));
      button.lastChild.hidden = !this.#keys;
    });
    for (const button of this.#list.querySelectorAll("button")) flag(button, "disabled", this.#resting);
  }

  /** The daily moves keep their places while somebody is here, so that a hand finds them without looking. */
  #always(name) {
    const { state, ticket } = this.#scene;
    if (state === "closed" || state === "paused") return false;
    if (ticket) return ["recall", "missed", "park", "transfer"].includes(name);
    return ["call-next", "pause"].includes(name);
  }

  #button(move) {
    const text = h("span", { class: "stack" });
    say(text, `move.${move.name}`);
    const button = h("button", { "data-move": move.name, onclick: () => this.#press(move), "aria-keyshortcuts": move.key },
      text, h("kbd", { "aria-hidden": "true" }, move.key.toUpperCase()));
    const element = h("div", { class: "move" }, button);
    if (move.also) {
      const more = h("button", { class: "more", onclick: () => this.#toggle(move.also), "aria-label": line("clerk.other-outcome") }, "…");
      element.append(more);
    }
    return element;
  }

  #press(move, other = false) {
    if (this.#resting || !this.#scene.may.includes(move.name)) return;
    if (other && move.also) this.#toggle(move.also);
    else if (move.list) this.#toggle(move.list);
    else this.ask(`/windows/${this.#scene.window}/${move.name}`, move.name === "finish" ? { outcome: "accepted" } : undefined);
  }

  #choices() {
    const { window: no } = this.#scene;
    const path = (name) => `/windows/${no}/${name}`;
    switch (this.#open) {
      case "outcome":
        return OUTCOMES.map((outcome) => ({ key: outcome, text: `outcome.${outcome}`, path: path("finish"), body: { outcome } }));
      case "park":
        return PARKINGS.map((kind) => ({ key: kind, text: `park.${kind}`, path: path("park"), body: { kind } }));
      case "pause":
        return this.#scene.pause_reasons.map(({ key, name }) => ({ key, name, path: path("pause"), body: { reason: key } }));
      case "transfer":
        return this.#scene.transfer_to.map(({ key, name }) => ({ key, name, path: path("transfer"), body: { service: key } }));
      default:
        return [];
    }
  }

  #toggle(list) {
    if (this.#open === list) {
      this.#close();
      return;
    }
    this.#open = list;
    const head = h("h2");
    say(head, `clerk.choose.${list}`);
    const back = h("button", { class: "link", onclick: () => this.#close() });
    say(back, "clerk.back");
    const choices = this.#choices().map((choice, index) => {
      const text = h("span", { class: "stack" });
      if (choice.name) put(text, choice.name);
      else say(text, choice.text);
      const digit = this.#keys && index < 9 ? h("kbd", { "aria-hidden": "true" }, String(index + 1)) : null;
      return h("button", { onclick: () => this.ask(choice.path, choice.body) }, text, digit);
    });
    const none = choices.length ? null : h("p", { class: "empty" });
    if (none) say(none, "clerk.choose.none");
    this.#list.replaceChildren(h("div", { class: "listhead" }, head, back), ...choices, ...(none ? [none] : []));
    this.#list.setAttribute("aria-label", line(`clerk.choose.${list}`));
    this.#list.hidden = false;
    this.#buttons.hidden = true;
    this.#draw();
    const first = this.#list.querySelector(".listhead ~ button");
    if (first) first.focus();
  }

  #close() {
    const from = this.#open;
    this.#open = "";
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#buttons.hidden = false;
    if (!this.#scene) return;
    this.#draw();
    const opener = from && this.#buttons.querySelector(`[data-move="${from === "outcome" ? "finish" : from}"]`);
    if (opener) opener.focus();
  }

  /** Up and down through an open list. */
  #step(by) {
    const buttons = [...this.#list.querySelectorAll("button")];
    const place = buttons.indexOf(document.activeElement) + by;
    if (buttons[place]) buttons[place].focus();
  }

  #key(event) {
    if (event.key === "Escape" && this.#open) this.#close();
    const step = this.#open && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#step(step);
      return;
    }
    const typing = /^(input|select|textarea)$/i.test(event.target.tagName || "");
    if (!this.#keys || !this.#scene || typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (this.closest("[hidden]")) return;
    if (this.#open && /^[1-9]$/.test(event.key)) {
      const button = this.#list.querySelectorAll(".listhead ~ button")[Number(event.key) - 1];
      if (button) button.click();
      return;
    }
    const move = MOVES.find(({ key }) => key === event.key.toLowerCase());
    if (move) {
      event.preventDefault();
      this.#press(move, event.shiftKey);
    }
  }

  /** Ask the hall; buttons rest until its answer, and a moment longer until the scene that shows it. */
  async ask(path, body) {
    if (this.#resting) return;
    this.#busy = true;
    this.#said.hidden = true;
    this.#draw();
    const seq = this.#scene.seq;
    try {
      await api.post(path, body);
      this.#close();
      const until = performance.now() + SETTLE;
      while (this.#scene.seq === seq && performance.now() < until) await new Promise((go) => setTimeout(go, 30));
    } catch (problem) {
      if (problem.status === 401) this.dispatchEvent(new CustomEvent("signed-out", { bubbles: true }));
      tell(this.#said, problem);
      this.#said.hidden = false;
      this.#said.scrollIntoView({ block: "nearest" });
    } finally {
      this.#busy = false;
      this.#draw();
    }
  }
}

// -- next, parked, waiting, figures --------------------------------------------------------------------------------------

class ClerkNext extends SceneView {
  #head = h("h2");
  #number = h("b", { class: "number" });
  #service = h("span", { class: "stack" });
  #facts = h("span", { class: "facts" });
  #why = h("p", { class: "why stack" });

  build() {
    say(this.#head, "clerk.next");
    this.setAttribute("data-fades", "");
    this.append(this.#head, h("div", { class: "row" }, this.#number, this.#service, this.#facts), this.#why);
  }

  update({ next }) {
    this.hidden = !next;
    if (!next) return;
    write(this.#number, next.number);
    put(this.#service, next.service);
    say(this.#facts, "clerk.minutes", { n: next.waited_minutes });
    put(this.#why, next.why);
  }
}

class ClerkParked extends SceneView {
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
      const back = h("button", { onclick: () => document.querySelector("clerk-moves").ask(`/tickets/${encodeURIComponent(choice.key)}/return`) });
      say(back, "clerk.is-back");
      return h("li", {}, h("b", { class: "number" }), back);
    }, (element, choice) => {
      write(element.firstChild, choice.name.zh);
      flag(element.lastChild, "disabled", !live);
      element.lastChild.setAttribute("aria-label", `${choice.name.zh} ${line("clerk.is-back")}`);
    });
  }
}

class ClerkWaiting extends SceneView {
  #total = h("b", { class: "number" });
  #list = h("ul");

  build() {
    const head = h("h2");
    const title = h("span");
    say(title, "clerk.waiting");
    head.append(title, this.#total);
    this.setAttribute("data-fades", "");
    this.append(head, this.#list);
  }

  update({ waiting }) {
    write(this.#total, waiting.reduce((sum, each) => sum + each.waiting, 0));
    rows(this.#list, waiting, (each) => each.service,
      () => h("li", {}, h("i", { class: "number" }), h("span", { class: "stack" }), h("b", { class: "number" })),
      (element, each) => {
        write(element.firstChild, each.prefix);
        put(element.children[1], each.name);
        write(element.lastChild, each.waiting);
        flag(element, "data-none", each.waiting === 0);
      });
  }
}

class ClerkFigures extends SceneView {
  #served = h("span");
  #mean = h("span");
  #keys = h("button", { class: "link", onclick: () => this.#turn() });

  build() {
    this.append(this.#served, this.#mean, this.#keys);
    this.#write();
  }

  update(scene) {
    say(this.#served, "clerk.served", { n: scene.served_today });
    this.#mean.hidden = scene.mean_service_minutes === null;
    if (scene.mean_service_minutes !== null) say(this.#mean, "clerk.mean", { n: scene.mean_service_minutes });
  }

  #turn() {
    const on = localStorage.getItem("tidehall.keys") === "off";
    localStorage.setItem("tidehall.keys", on ? "on" : "off");
    document.dispatchEvent(new CustomEvent("keys", { detail: on }));
    this.#write();
  }

  #write() {
    const on = localStorage.getItem("tidehall.keys") !== "off";
    say(this.#keys, on ? "clerk.keys.on" : "clerk.keys.off");
    this.#keys.setAttribute("aria-pressed", String(on));
  }
}

// -- the page ----------------------------------------------------------------------------------------------------------------

start((hall) => {
  const token = takeToken("clerk");
  api = new Api(hall, token);
  customElements.define("clerk-login", ClerkLogin);
  customElements.define("clerk-head", ClerkHead);
  customElements.define("clerk-ticket", ClerkTicket);
  customElements.define("clerk-moves", ClerkMoves);
  customElements.define("clerk-next", ClerkNext);
  customElements.define("clerk-parked", ClerkParked);
  customElements.define("clerk-waiting", ClerkWaiting);
  customElements.define("clerk-figures", ClerkFigures);
  customElements.define("clerk-panel", ClerkPanel);
  const login = document.querySelector("clerk-login");
  const context = document.querySelector("scene-context");

  function work(signedIn) {
    session = signedIn;
    api.token = session.token;
    login.hidden = true;
    context.hidden = false;
    document.querySelector("clerk-panel").connect(api, session.window);
    context.listen({
      path: `/api/v1/halls/${encodeURIComponent(hall)}/scenes/clerk/${session.window}`, token: session.token,
    });
  }

  function leave(why) {
    context.hush();
    context.hidden = true;
    dropToken("clerk");
    sessionStorage.removeItem(SESSION);
    api.token = "";
    login.open(why);
  }

  login.addEventListener("signed-in", ({ detail }) => {
    const { token: key, name, window: place } = detail;
    keepToken("clerk", key);
    sessionStorage.setItem(SESSION, JSON.stringify({ name, window: place }));
    work({ token: key, name, window: place });
  });
  context.addEventListener("line", ({ detail }) => {
    if (detail.line === "refused" && detail.code === 4401) leave("clerk.session-ended");
  });
  context.addEventListener("signed-out", () => leave("clerk.session-ended"));
  context.addEventListener("sign-out", async () => {
    try {
      await api.delete("/sessions/current");
    } catch (problem) {
      console.warn("The session could not be ended at the hall; it ends by itself.", problem);
    }
    leave("");
  });

  const kept = JSON.parse(sessionStorage.getItem(SESSION) || "null");
  const place = (kept && kept.window) || Number(params.get("window"));
  if (token && place) work({ token, name: (kept && kept.name) || "", window: place });
  else login.open();
});
