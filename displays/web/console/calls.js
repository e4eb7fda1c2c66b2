// The record of calls: who was called, where, by which rule; and the whole story of one number.
//
// For: a supervisor who is asked "why was that one called before me". The list goes back page by page; a number that is
// looked for opens its story: when it came, its calls, and everybody who joined its queue later and went before it, each
// with the reason that was written down then. A second number is laid beside it in the order of time.
// Not for: counting (reports).

import { flag, h, rows, write } from "../shared/dom.js";
import { put, say } from "../shared/texts.js";
import { parse } from "../shared/halltime.js";
import { ask, desk, refusal, serviceName, words } from "./desk.js";

const PAGE = 50;

export function open(section) {
  return new CallsRoom(section);
}

function at(iso) {
  return iso ? desk.context.clock.hhmm(parse(iso).at) : "–";
}

class CallsRoom {
  #list = h("ol", { class: "calls" });
  #more = words("button", "console.calls.more", { class: "quiet more", onclick: () => this.#load(false) });
  #none = words("p", "console.calls.none", { class: "calm stack", hidden: true });
  #said = refusal();
  #window = h("select", { name: "window" });
  #service = h("select", { name: "service" });
  #number = h("input", { name: "number", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "12", required: true });
  #beside = h("input", { name: "beside", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "12" });
  #day = h("input", { name: "day", type: "date" });
  #story = h("div", { class: "story panel", hidden: true, tabindex: "-1" });
  #calls = [];
  #next = null;

  constructor(section) {
    const field = (key, input) => h("label", {}, words("span", key), input);
    const find = h("form", { class: "find", onsubmit: (event) => this.#find(event) },
      field("console.calls.number", this.#number), field("console.calls.beside", this.#beside), field("console.calls.day", this.#day),
      words("button", "console.calls.find", { class: "main", type: "submit" }));
    const filter = h("form", { class: "filter", onsubmit: (event) => event.preventDefault() },
      field("console.calls.window", this.#window), field("console.calls.service", this.#service),
      words("button", "console.calls.newest", { class: "quiet", type: "button", onclick: () => this.#load(true) }));
    for (const select of [this.#window, this.#service]) select.addEventListener("change", () => this.#load(true));
    section.append(find, this.#said, this.#story, h("div", { class: "panel" }, filter, this.#list, this.#none, this.#more));
  }

  shown() {
    this.#fill(this.#window, desk.windows.map((each) => [String(each.no), (to) => write(to, each.no)]));
    this.#fill(this.#service, [...desk.services].map(([code, name]) => [code, (to) => put(to, name)]));
    this.#load(true);
  }

  #fill(select, choices) {
    const kept = select.value;
    const all = h("option", { value: "" });
    say(all, "console.calls.all");
    select.replaceChildren(all, ...choices.map(([value, text]) => {
      const option = h("option", { value });
      text(option);
      return option;
    }));
    select.value = kept;
  }

  async #load(fresh) {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (this.#window.value) query.set("window", this.#window.value);
    if (this.#service.value) query.set("service", this.#service.value);
    if (!fresh && this.#next) query.set("before", String(this.#next));
    const page = await ask(this.#more, this.#said, () => desk.api.get(`/calls?${query}`));
    if (!page) return;
    this.#calls = fresh ? page.calls : [...this.#calls, ...page.calls];
    this.#next = page.next;
    this.#more.hidden = page.next === null;
    this.#none.hidden = this.#calls.length > 0;
    rows(this.#list, this.#calls, (each) => each.seq, makeCall, (element, each) => this.#draw(element, each));
  }

  #draw(element, each) {
    const [time, number, place, service, why] = element.children;
    write(time, at(each.at));
    flag(time, "datetime", each.at);
    write(number, each.number);
    number.onclick = () => this.#open([each.ticket]);
    say(place, "console.window", { n: each.window });
    put(service, serviceName(each.service));
    put(why, each.texts);
  }

  // -- one number's story ----------------------------------------------------------------------------------------------

  async #find(event) {
    event.preventDefault();
    const button = event.submitter || null;
    const wanted = [this.#number.value, this.#beside.value].map((each) => each.trim().toUpperCase()).filter(Boolean);
    const day = this.#day.value ? `?day=${this.#day.value}` : "";
    const found = await ask(button, this.#said, () => Promise.all(wanted.map((each) => desk.api.get(`/numbers/${encodeURIComponent(each)}${day}`))));
    if (!found) return;
    const missing = wanted.find((each, place) => !found[place].length);
    if (missing) {
      say(this.#said, "console.calls.no-such", { number: missing });
      this.#said.hidden = false;
      return;
    }
    await this.#tell(button, found.map((each) => each[0]));
  }

  async #open(ids) {
    const stories = await ask(null, this.#said, () => Promise.all(ids.map((id) => desk.api.get(`/tickets/${encodeURIComponent(id)}`))));
    if (stories) await this.#tell(null, stories.map((each) => ({ ...each, ticket: each.id })));
  }

  async #tell(button, tickets) {
    const whys = await ask(button, this.#said, () => Promise.all(tickets.map((each) => desk.api.get(`/tickets/${encodeURIComponent(each.ticket)}/why`))));
    if (!whys) return;
    const close = words("button", "console.close", { class: "quiet", onclick: () => { this.#story.hidden = true; } });
    const heads = tickets.map((ticket) => h("div", { class: "whose" }, h("b", { class: "number" }, ticket.number), h("p", { class: "stack" }), h("dl", {},
      ...[["status", (to) => say(to, `console.status.${ticket.status}`)], ["issued", (to) => write(to, at(ticket.issued_at))], ["called", (to) => write(to, at(ticket.called_at))], ["at-window", (to) => write(to, ticket.window === null ? "–" : ticket.window)]]
        .map(([name, draw]) => {
          const value = h("dd");
          draw(value);
          return h("div", {}, words("dt", `console.fact.${name}`), value);
        }))));
    tickets.forEach((ticket, place) => put(heads[place].children[1], serviceName(ticket.service)));
    this.#story.replaceChildren(h("header", {}, words("h2", tickets.length > 1 ? "console.calls.beside-story" : "console.calls.story"), close), h("div", { class: "both" }, ...heads), this.#line(tickets, whys));
    this.#story.hidden = false;
    this.#story.focus();
    this.#story.scrollIntoView({ block: "nearest" });
  }

  /** Everything that happened to these numbers, in the order of time. */
  #line(tickets, whys) {
    const told = [];
    tickets.forEach((ticket, place) => {
      told.push({ at: ticket.issued_at, number: ticket.number, mine: true, say: (to) => say(to, "console.calls.came") });
      for (const call of whys[place].calls) told.push({ at: call.at, number: call.number, mine: true, say: (to) => put(to, call.texts) });
      if (!whys[place].calls.length) told.push({ at: "9", number: ticket.number, mine: true, say: (to) => say(to, "console.calls.not-yet") });
      for (const call of whys[place].passed_by) {
        if (!tickets.some((each) => each.number === call.number)) told.push({ at: call.at, number: call.number, mine: false, say: (to) => put(to, call.texts) });
      }
    });
    told.sort((a, b) => (a.at === "9") - (b.at === "9") || (a.at === "9" ? 0 : parse(a.at).at - parse(b.at).at));
    const passed = told.filter((each) => !each.mine).length;
    const lead = passed ? words("p", "console.calls.passed", { class: "hint" }, { n: passed }) : words("p", "console.calls.nobody-passed", { class: "hint" });
    const list = h("ol", { class: "line" }, ...told.map((each) => {
      const text = h("p", { class: "stack" });
      each.say(text);
      return h("li", { "data-mine": each.mine }, h("time", {}, each.at === "9" ? "" : at(each.at)), h("b", { class: "number" }, each.number), text);
    }));
    return h("div", {}, lead, list);
  }
}

function makeCall() {
  return h("li", {}, h("time", { class: "number" }), h("button", { class: "number link" }), h("span", { class: "place" }), h("span", { class: "service" }), h("p", { class: "why stack" }));
}
