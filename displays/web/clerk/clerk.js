// The clerk's column: everything of one clerk, beside the case system.
//
// For: sign in at a window; then who is here and why, the moves that the rules allow now (`scene.may`, nothing else is
// enabled), who is next. Every move has a key (`?` shows them); the keys can be switched off. What is around it stands in
// desk.js, what there is to choose from in choices.js.
// The session's token is kept in sessionStorage: a reload in the middle of a service shows the same person again.
// Where the hall has a case system, a call opens its case in a tab of its own, once.
// Not for: deciding. A button asks; the hall answers; the next scene shows what is true.
// What goes wrong: the hall refuses (its sentence stands below the buttons), the session has ended (back to sign-in,
// said why), the line is down (the column is grey and no button works: it might call somebody who is gone).

import { SceneView } from "../shared/scene-context.js";
import "../shared/line-state.js";
import { Api } from "../shared/api.js";
import { tell } from "../shared/problem-text.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { away, ClerkBanner, ClerkFigures, ClerkHelp, ClerkParked, ClerkWaiting, covered, mine, queuedRow, who } from "./desk.js";
import { moveOf, panelOf } from "./choices.js";
import { line, lineOf, put, say } from "../shared/texts.js";
import { dropToken, keepToken, params, takeToken } from "../shared/params.js";
import { stopwatch } from "../shared/halltime.js";
import { start } from "../shared/start.js";
import { ClerkPanel } from "./panel.js";

const SETTLE = 700; // ms after an answer in which the next scene should be here; until then buttons rest
const SESSION = "tidehall.clerk";

// Which move has which key, and which ones first open a list to choose from.
const MOVES = [
  { name: "call-next", key: "n" },
  { name: "start", key: "s" },
  { name: "finish", key: "f", also: "outcome" },
  { name: "recall", key: "r" },
  { name: "missed", key: "m" },
  { name: "park", key: "p", list: "park" },
  { name: "transfer", key: "t", list: "transfer" },
  { name: "call", key: "l", list: "call" },
  { name: "grant", key: "v", list: "grant" },
  { name: "open", key: "o" },
  { name: "resume", key: "g" },
  { name: "pause", key: "b", list: "pause" },
  { name: "cover", key: "k", list: "cover" },
  { name: "uncover", key: "u", list: "uncover" },
  { name: "take-over", key: "e" },
  { name: "close", key: "c" },
  { name: "away", key: "a", list: "away" },
];
const FIRST = ["call-next", "start", "finish", "open", "resume"]; // the move that most often comes next, in this order
const ELSEWHERE = ["grant", "take-over", "uncover"]; // have a key, and their buttons in the list or the banner
const CASE = "tidehall-case"; // the tab in which cases open

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
    write(this.#who, session.name || lineOf(scene.desk && scene.desk.clerk_name));
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
  #case = h("a", { class: "case", target: CASE, hidden: true, onclick: (event) => this.#openCase(event) });
  #shown;
  #called = null; // the call that this page has seen; null before the first scene

  build() {
    this.#shown = h("div", { class: "shown" }, this.#number, this.#watch, this.#service, this.#tags, this.#case, this.#why);
    say(this.#case, "clerk.case");
    this.setAttribute("data-fades", "");
    this.append(this.#shown, this.#empty);
    setInterval(() => this.context && this.context.scene && this.#time(this.context.scene, this.context), 1000);
  }

  update(scene, context) {
    const { ticket } = scene;
    this.#shown.hidden = !ticket;
    this.#empty.hidden = Boolean(ticket);
    flag(this, "data-state", scene.state);
    const link = (ticket && scene.desk && scene.desk.case_link) || "";
    this.#case.hidden = !link;
    if (link) this.#case.href = link;
    const call = ticket ? `${ticket.id} ${ticket.called_at}` : "";
    const fresh = this.#called !== null && this.#called !== call && ticket && ticket.status === "called";
    this.#called = call;
    if (fresh && link && mine(scene) && context.live) this.#openCase(null);
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
    const rest = ticket.remaining || [];
    const names = (tongue, between) => `→ ${rest.map((each) => each[tongue]).join(between)}`;
    if (rest.length) tags.push({ key: "rest", text: (to) => put(to, { zh: names("zh", "、"), en: names("en", ", ") }) });
    rows(this.#tags, tags, (tag) => tag.key, () => h("li"), (element, tag) => tag.text(element));
    this.#time(scene, context);
  }

  /** In the tab that is there already, or a new one; a blocked one is opened by the link. */
  #openCase(event) {
    if (event) event.preventDefault();
    const tab = window.open("", CASE);
    if (!tab) return;
    tab.opener = null;
    tab.location = this.#case.href;
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
  #open = []; // the panels that are open, each {name, chosen}; the last one is seen
  #field = null; // the reason, where the panel asks for one
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
    if (this.#open.length && !scene.may.includes(moveOf(this.#open[0].name))) this.#close();
    this.#draw();
  }

  get #resting() {
    return this.#busy || !this.context.live;
  }

  get #may() {
    const { may } = this.#scene;
    const here = !who.me || away(this.#scene);
    if (mine(this.#scene)) return may.filter((name) => name !== "take-over" && !(name === "away" && here));
    return may.filter((name) => name === "take-over" || name === "cover" || (name === "uncover" && covered(this.#scene)));
  }

  #draw() {
    const may = this.#may;
    const main = FIRST.find((name) => may.includes(name));
    const shown = MOVES.filter(({ name }) => !ELSEWHERE.includes(name) && (may.includes(name) || this.#always(name)));
    shown.sort((a, b) => (b.name === main) - (a.name === main));
    this.#buttons.hidden = Boolean(this.#open.length) || !mine(this.#scene);
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
    return ["call-next", "call", "pause"].includes(name);
  }

  #button(move) {
    const text = h("span", { class: "stack" });
    say(text, `move.${move.name}`);
    const button = h("button", { "data-move": move.name, onclick: () => this.#press(move), "aria-keyshortcuts": move.key },
      text, h("kbd", { "aria-hidden": "true" }, move.key.toUpperCase()));
    const element = h("div", { class: "move" }, button);
    if (move.also) {
      const more = h("button", { class: "more", onclick: () => this.open(move.also), "aria-label": line("clerk.other-outcome") }, "…");
      element.append(more);
    }
    return element;
  }

  #press(move, other = false) {
    if (this.#resting || !this.#may.includes(move.name)) return;
    if (move.name === "uncover" && covered(this.#scene)) this.go("uncover", { back: true });
    else if (other && move.also) this.open(move.also);
    else if (move.name === "cover" && !mine(this.#scene)) this.open("cover-me");
    else if (move.list) this.open(move.list);
    else this.go(move.name, move.name === "finish" ? { outcome: "accepted" } : undefined);
  }

  /** Do a move of the own window. */
  go(verb, body) {
    this.ask(`/windows/${this.#scene.window}/${verb}`, body);
  }

  /** Open a panel; the same again closes it. */
  open(name, chosen = {}) {
    if (this.#resting) return;
    if (this.#open.length === 1 && this.#open[0].name === name && !chosen.ticket) {
      this.#close();
      return;
    }
    this.#open = [{ name, chosen }];
    this.#panel();
  }

  #panel() {
    const { name, chosen } = this.#open[this.#open.length - 1];
    const panel = panelOf(name, this.#scene, chosen);
    const head = h("h2");
    say(head, ...panel.title);
    const back = h("button", { class: "link", onclick: () => this.#back() });
    say(back, "clerk.back");
    const parts = [h("div", { class: "listhead" }, head, back)];
    this.#field = null;
    if (panel.field) parts.push(this.#reason(panel.field));
    let place = 0;
    for (const { title, choices } of panel.groups) {
      if (title) {
        const word = h("h3");
        say(word, title);
        parts.push(word);
      }
      for (const choice of choices) parts.push(this.#choice(choice, place++));
    }
    if (!place) {
      const none = h("p", { class: "empty" });
      say(none, "clerk.choose.none");
      parts.push(none);
    }
    this.#list.replaceChildren(...parts);
    this.#list.setAttribute("aria-label", line(...panel.title));
    this.#list.hidden = false;
    this.#draw();
    const first = (this.#field && panel.field.required && this.#field) || this.#list.querySelector(".choice");
    if (first) first.focus();
    this.scrollIntoView({ block: "nearest" });
  }

  #choice(choice, index) {
    const go = () => this.#chosen(choice);
    if (choice.ticket) {
      const row = queuedRow(choice.ticket, go);
      row.classList.add("choice");
      return row;
    }
    const text = h("span", { class: "stack" });
    if (choice.name) put(text, choice.name);
    else say(text, choice.text);
    const digit = this.#keys && index < 9 ? h("kbd", { "aria-hidden": "true" }, String(index + 1)) : null;
    return h("button", { class: choice.main ? "choice main" : "choice", onclick: go }, text, digit);
  }

  #reason({ required, chips }) {
    const label = h("span");
    say(label, required ? "clerk.reason" : "clerk.reason.optional");
    this.#field = h("input", { maxlength: 200, autocomplete: "off", ...(required ? { "aria-required": "true" } : {}) });
    this.#field.addEventListener("keydown", (event) => {
      const only = this.#list.querySelectorAll(".choice");
      if (event.key === "Enter" && only.length === 1) only[0].click();
    });
    const ready = chips.map((key) => {
      const chip = h("button", { class: "chip", onclick: () => {
        this.#field.value = line(key).slice(0, 200);
        const next = this.#list.querySelector(".choice");
        if (next) next.focus();
      } });
      say(chip, key);
      return chip;
    });
    return h("div", { class: "reason" }, h("label", {}, label, this.#field), h("div", { class: "chips" }, ...ready));
  }

  #chosen(choice) {
    if (this.#resting) return;
    if (choice.next) {
      this.#open.push({ name: choice.next.panel, chosen: choice.next.chosen });
      this.#panel();
      return;
    }
    const reason = this.#field ? this.#field.value.trim() : "";
    if (this.#field && !reason && this.#field.getAttribute("aria-required")) {
      this.#field.setAttribute("aria-invalid", "true");
      this.#field.focus();
      say(this.#said, "clerk.reason.needed");
      this.#said.hidden = false;
      return;
    }
    this.ask(choice.path, reason ? { ...choice.body, reason } : choice.body);
  }

  #back() {
    this.#said.hidden = true;
    if (this.#open.length < 2) {
      this.#close();
      return;
    }
    this.#open.pop();
    this.#panel();
  }

  #close() {
    const [from] = this.#open;
    this.#open = [];
    this.#field = null;
    this.#list.hidden = true;
    this.#list.replaceChildren();
    if (!this.#scene) return;
    this.#draw();
    const opener = from && this.#buttons.querySelector(`[data-move="${moveOf(from.name)}"]`);
    if (opener && !this.#buttons.hidden) opener.focus();
  }

  /** Up and down through an open panel. */
  #step(by) {
    const buttons = [...this.#list.querySelectorAll(".link, .choice")];
    const place = buttons.indexOf(document.activeElement) + by;
    if (buttons[place]) buttons[place].focus();
  }

  #key(event) {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && this.#open.length) this.#back();
    const step = this.#open.length && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#step(step);
      return;
    }
    const typing = /^(input|select|textarea)$/i.test(event.target.tagName || "");
    if (!this.#scene || typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (this.closest("[hidden]")) return;
    if (event.key === "?") {
      document.querySelector("clerk-help").open();
      return;
    }
    if (!this.#keys) return;
    if (this.#open.length && /^[1-9]$/.test(event.key)) {
      const button = this.#list.querySelectorAll(".choice")[Number(event.key) - 1];
      if (button) {
        event.preventDefault();
        button.click();
      }
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

// -- next ----------------------------------------------------------------------------------------------------

class ClerkNext extends SceneView {
  #head = h("h2");
  #number = h("b", { class: "number" });
  #service = h("span", { class: "stack" });
  #facts = h("span", { class: "facts" });
  #why = h("p", { class: "why stack" });
  #leave = h("p", { class: "why stack", role: "status" });

  build() {
    say(this.#head, "clerk.next");
    this.setAttribute("data-fades", "");
    this.append(this.#head, h("div", { class: "row" }, this.#number, this.#service, this.#facts), this.#leave, this.#why);
  }

  update({ next, leave_to: better = null }) {
    this.hidden = !next;
    if (!next) return;
    write(this.#number, next.number);
    put(this.#service, next.service);
    say(this.#facts, "clerk.minutes", { n: next.waited_minutes });
    put(this.#why, next.why);
    this.#leave.hidden = better === null;
    if (better !== null) say(this.#leave, "clerk.leave-to", { window: better });
  }
}

// -- the page ----------------------------------------------------------------------------------------------------------------

start((hall) => {
  const token = takeToken("clerk");
  api = new Api(hall, token);
  customElements.define("clerk-login", ClerkLogin);
  customElements.define("clerk-head", ClerkHead);
  customElements.define("clerk-banner", ClerkBanner);
  customElements.define("clerk-help", ClerkHelp);
  customElements.define("clerk-ticket", ClerkTicket);
  customElements.define("clerk-moves", ClerkMoves);
  customElements.define("clerk-next", ClerkNext);
  customElements.define("clerk-parked", ClerkParked);
  customElements.define("clerk-waiting", ClerkWaiting);
  customElements.define("clerk-figures", ClerkFigures);
  customElements.define("clerk-panel", ClerkPanel);
  const login = document.querySelector("clerk-login");
  const context = document.querySelector("scene-context");

  document.querySelector("clerk-help").fill(MOVES);

  function work(signedIn) {
    session = signedIn;
    who.me = session.staff || "";
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
    const { token: key, name, window: place, staff_no: staff = "" } = detail;
    keepToken("clerk", key);
    sessionStorage.setItem(SESSION, JSON.stringify({ name, window: place, staff }));
    work({ token: key, name, window: place, staff });
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
  if (token && place) work({ token, name: (kept && kept.name) || "", window: place, staff: (kept && kept.staff) || "" });
  else login.open();
});
