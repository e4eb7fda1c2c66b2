// The set-up of the hall: its tables, its whole file with what is wrong beside each line, and who changed what.
//
// For: administrators. The tables are drawn by an admin library under /admin, into which this sign-in is let by a cookie;
// the file is edited here, checked while somebody writes, and adopted only after its differences were shown; the history
// shows every plan that was in force, and any of them can be taken up again.
// What goes wrong: mistakes (listed, each leads to its line), somebody else changed the set-up meanwhile (said, nothing is
// overwritten), the hall refuses (people still wait for a service that is gone).

import { flag, h, rows, write } from "../shared/dom.js";
import { line, put, say } from "../shared/texts.js";
import { parse } from "../shared/halltime.js";
import { ask, desk, learnHall, refusal, words } from "./desk.js";

const TABLES = ["service", "window", "zone", "class", "person", "flexible_clerk", "device", "notice", "pause_reason", "hours", "exceptions", "rules-general", "rules-alerts", "rules-tide", "users", "keys"];
const ONE = new Set(["rules-general", "rules-alerts", "rules-tide"]);
const PAUSE = 700; // ms after the last key until the file is checked

export function open(section) {
  return new SetupRoom(section);
}

class SetupRoom {
  #tabs = new Map();
  #file = new FileDesk();
  #history = new HistoryDesk(() => this.#file.load());

  constructor(section) {
    const parts = { tables: tablesPanel(), file: this.#file.element, history: this.#history.element };
    const bar = h("div", { class: "tabs", role: "tablist", "aria-label": line("console.tab.setup") });
    for (const [name, panel] of Object.entries(parts)) {
      const tab = words("button", `console.setup.${name}`, { role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, onclick: () => this.#turn(name) });
      tab.addEventListener("keydown", (event) => this.#step(event, name));
      panel.id = `panel-${name}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `tab-${name}`);
      this.#tabs.set(name, { tab, panel });
      bar.append(tab);
    }
    section.append(bar, ...Object.values(parts));
    this.#turn("tables");
  }

  #turn(name) {
    for (const [each, { tab, panel }] of this.#tabs) {
      tab.setAttribute("aria-selected", String(each === name));
      tab.tabIndex = each === name ? 0 : -1;
      panel.hidden = each !== name;
    }
    if (name === "file") this.#file.shown();
    if (name === "history") this.#history.load();
  }

  #step(event, name) {
    const names = [...this.#tabs.keys()];
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const next = names[(names.indexOf(name) + by + names.length) % names.length];
    this.#turn(next);
    this.#tabs.get(next).tab.focus();
  }
}

// -- the tables ----------------------------------------------------------------------------------------------------------

function tablesPanel() {
  const said = refusal();
  const list = h("ul", { class: "doors" });
  for (const name of TABLES) {
    const enter = async (event) => {
      const button = event.currentTarget;
      const path = ONE.has(name) ? `${name}/edit?pk=1` : `${name}/list`;
      await ask(button, said, async () => {
        await desk.api.post("/tables");
        location.assign(`/admin/${encodeURIComponent(desk.hall)}/${path}`);
      });
    };
    list.append(h("li", {}, h("button", { class: "door", onclick: enter }, words("b", `console.table.${name}`, { class: "stack" }))));
  }
  return h("div", {}, words("p", "console.setup.tables.for", { class: "hint" }), said, list);
}

// -- the file --------------------------------------------------------------------------------------------------------------

class FileDesk {
  element = h("div", { class: "filedesk" });
  #text = h("textarea", { spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: "off", "aria-label": "TOML" });
  #gutter = h("ol", { class: "gutter", "aria-hidden": "true" });
  #findings = h("ul", { class: "findings" });
  #changes = h("ul", { class: "changes" });
  #state = h("p", { class: "verdict stack", role: "status" });
  #adopt = words("button", "console.setup.adopt", { class: "main", disabled: true, onclick: () => this.#adoptIt() });
  #again = words("button", "console.setup.reload", { class: "quiet", onclick: () => this.load() });
  #said = refusal();
  #seen = 0;
  #original = null;
  #timer = 0;
  #asked = 0;

  constructor() {
    this.#text.addEventListener("input", () => this.#later());
    this.#text.addEventListener("scroll", () => { this.#gutter.style.transform = `translateY(${-this.#text.scrollTop}px)`; });
    this.element.append(
      h("div", { class: "editor panel" }, h("div", { class: "page" }, h("div", { class: "gutterbox" }, this.#gutter), this.#text)),
      h("div", { class: "panel judge" }, words("h2", "console.setup.check"), this.#state, this.#findings,
        words("h2", "console.setup.changes"), this.#changes, this.#said, h("div", { class: "buttons" }, this.#adopt, this.#again)));
  }

  shown() {
    if (this.#original === null) this.load();
  }

  async load() {
    const plan = await ask(this.#again, this.#said, () => desk.api.get("/plan"));
    if (!plan) return;
    this.#seen = plan.seq;
    this.#original = plan.text;
    this.#text.value = plan.text;
    this.#text.scrollTop = 0;
    this.#judge({ usable: true, findings: [], changes: [] });
    this.#later(0);
  }

  #later(pause = PAUSE) {
    this.#number(new Map());
    flag(this.#adopt, "disabled", true);
    say(this.#state, "console.setup.checking");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), pause);
  }

  async #check() {
    const mine = (this.#asked += 1);
    const answer = await ask(null, this.#said, () => desk.api.post("/plan/check", { text: this.#text.value }));
    if (answer && mine === this.#asked) this.#judge(answer);
  }

  #judge({ usable, findings, changes }) {
    const errors = findings.filter((each) => each.severity === "error").length;
    flag(this.#state, "data-usable", usable);
    if (!usable) say(this.#state, "console.setup.mistakes", { n: errors });
    else if (changes.length) say(this.#state, "console.setup.usable");
    else say(this.#state, "console.setup.same");
    flag(this.#adopt, "disabled", !usable || !changes.length);
    rows(this.#findings, findings, (each) => `${each.line} ${each.wrong.zh}`, (each) => h("li", {}, h("button", { onclick: () => this.#goTo(each.line) }, h("b", { class: "number" }), h("span", { class: "stack" }), h("span", { class: "right stack" }))), (element, each) => {
      const [no, wrong, right] = element.firstChild.children;
      flag(element, "data-level", each.severity === "error" ? "red" : "amber");
      write(no, each.line);
      put(wrong, each.wrong);
      put(right, each.right);
    });
    rows(this.#changes, changes, (each) => each.zh, () => h("li", { class: "stack" }), (element, each) => put(element, each));
    this.#number(new Map(findings.map((each) => [each.line, each.severity])));
  }

  #number(marks) {
    const count = this.#text.value.split("\n").length;
    while (this.#gutter.children.length > count) this.#gutter.lastChild.remove();
    while (this.#gutter.children.length < count) this.#gutter.append(h("li", {}, String(this.#gutter.children.length + 1)));
    [...this.#gutter.children].forEach((each, place) => flag(each, "data-level", marks.has(place + 1) ? (marks.get(place + 1) === "error" ? "red" : "amber") : false));
  }

  #goTo(wanted) {
    const before = this.#text.value.split("\n").slice(0, wanted - 1).join("\n").length + (wanted > 1 ? 1 : 0);
    const row = this.#text.value.split("\n")[wanted - 1] || "";
    this.#text.focus();
    this.#text.setSelectionRange(before, before + row.length);
    const height = this.#text.scrollHeight / Math.max(1, this.#gutter.children.length);
    this.#text.scrollTop = Math.max(0, (wanted - 8) * height);
  }

  async #adoptIt() {
    const answer = await ask(this.#adopt, this.#said, () => desk.api.post("/plan", { text: this.#text.value, seen: this.#seen }));
    if (!answer) return;
    await learnHall().catch(() => null);
    await this.load();
    say(this.#state, answer.adopted ? "console.setup.adopted" : "console.setup.same");
  }
}

// -- the history -----------------------------------------------------------------------------------------------------------

class HistoryDesk {
  element = h("div", { class: "panel" });
  #list = h("ol", { class: "plans" });
  #more = words("button", "console.calls.more", { class: "quiet more", hidden: true, onclick: () => this.#page(false) });
  #said = refusal();
  #plans = [];
  #next = null;
  #afterwards;

  constructor(afterwards) {
    this.#afterwards = afterwards;
    this.element.append(words("p", "console.setup.history.for", { class: "hint" }), this.#said, this.#list, this.#more);
  }

  load() {
    return this.#page(true);
  }

  async #page(fresh) {
    const query = new URLSearchParams({ limit: "20" });
    if (!fresh && this.#next) query.set("before", String(this.#next));
    const page = await ask(this.#more, this.#said, () => desk.api.get(`/plans?${query}`));
    if (!page) return;
    this.#plans = fresh ? page.plans : [...this.#plans, ...page.plans];
    this.#next = page.next;
    this.#more.hidden = page.next === null;
    rows(this.#list, this.#plans, (each) => each.seq, (each) => this.#make(each), (element, each, place) => this.#draw(element, each, place));
  }

  #make(plan) {
    const back = words("button", "console.setup.restore", { class: "quiet" });
    const sure = words("button", "console.setup.restore.sure", { class: "main", hidden: true });
    back.addEventListener("click", () => {
      back.hidden = true;
      sure.hidden = false;
      sure.focus();
    });
    sure.addEventListener("blur", () => {
      back.hidden = false;
      sure.hidden = true;
    });
    sure.addEventListener("click", () => this.#restore(sure, plan.seq));
    return h("li", {}, h("time"), h("b"), h("ul", { class: "changes" }), h("div", { class: "buttons" }, back, sure));
  }

  #draw(element, plan, place) {
    const [time, by, changes, buttons] = element.children;
    const day = plan.at.slice(0, 10);
    write(time, `${day} ${desk.context.clock.hhmm(parse(plan.at).at)}`);
    flag(time, "datetime", plan.at);
    write(by, plan.by);
    const told = plan.more ? [...plan.changes, null] : plan.changes;
    rows(changes, told.length ? told : [undefined], (each) => (each ? each.zh : String(each)), () => h("li", { class: "stack" }), (item, each) => {
      if (each) put(item, each);
      else if (each === null) say(item, "console.setup.more", { n: plan.more });
      else say(item, "console.setup.first");
    });
    buttons.hidden = place === 0; // that is the plan in force
  }

  async #restore(button, seq) {
    const seen = this.#plans[0].seq;
    const answer = await ask(button, this.#said, () => desk.api.post(`/plans/${seq}/adopt`, { seen }));
    if (!answer) return;
    if (!answer.adopted) {
      if (answer.findings.length) put(this.#said, answer.findings[0].wrong);
      else say(this.#said, "console.setup.same");
      this.#said.hidden = false;
    }
    await learnHall().catch(() => null);
    await this.load();
    this.#afterwards();
  }
}
