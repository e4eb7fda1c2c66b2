// What if: a day of the journal lived again under other rules, side by side with the rules it had.
//
// For: supervisors who think of another rule of calling, another tide, or a window that learns a second service. Nothing is
// changed by it. One comparison at a time; it takes about a second for each rule, and says how far it has come.
// What goes wrong: another comparison is under way, a change of windows that makes no sense (said in the hall's words).

import { flag, h, rows, write } from "../shared/dom.js";
import { put, say } from "../shared/texts.js";
import { ask, desk, refusal, words } from "./desk.js";

const POLICIES = ["credit", "fifo", "priority", "ratio"];
const TIDES = ["off", "auto"];
const POLL = 700; // ms between two questions how far it has come
const FIGURES = [
  ["mean", (each) => each.waits.mean.toFixed(1)],
  ["p50", (each) => each.waits.p50.toFixed(1)],
  ["p90", (each) => each.waits.p90.toFixed(1)],
  ["max", (each) => each.waits.max.toFixed(0)],
  ["over", (each) => `${(100 * each.waits.over).toFixed(1)} %`],
  ["overtakes", (each) => each.overtakes],
  ["utilisation", (each) => `${(100 * each.utilisation).toFixed(0)} %`],
  ["clerk-hours", (each) => each.clerk_hours.toFixed(1)],
  ["tidal-hours", (each) => each.tidal_hours.toFixed(1)],
  ["gave-up", (each) => each.gave_up],
];

export function open(section) {
  return new WhatIfRoom(section);
}

/** A rule in words: its policy, its tide, what is different at the windows. */
function named({ policy, tide, windows }) {
  const parts = [words("span", `console.policy.${policy}`, { class: "stack" }), words("small", `console.tides.${tide}`)];
  return windows ? [...parts, h("code", {}, windows)] : parts;
}

class WhatIfRoom {
  #day = h("select", { name: "day", required: true });
  #windows = h("input", { name: "windows", autocomplete: "off", placeholder: "7+tax 21@9:00-12:00 22@off", maxlength: "200" });
  #policies = h("fieldset", { class: "choices" });
  #tides = h("fieldset", { class: "choices" });
  #go = words("button", "console.whatif.go", { class: "main", type: "submit" });
  #said = refusal();
  #progress = h("p", { class: "hint", role: "status" });
  #head = h("tr");
  #body = h("tbody");
  #picture = h("img", { class: "chart", alt: "" });
  #remarks = h("ul", { class: "changes" });
  #result;

  constructor(section) {
    const choice = (group, name, checked) => h("label", { class: "choice" }, h("input", { type: "checkbox", name: group, value: name, checked }), words("span", `console.${group}.${name}`));
    this.#policies.append(words("legend", "console.whatif.policies"), ...POLICIES.map((name) => choice("policy", name, name === "credit" || name === "fifo")));
    this.#tides.append(words("legend", "console.whatif.tides"), ...TIDES.map((name) => choice("tides", name, false)));
    this.#go.disabled = true; // until there is a day to compare
    const form = h("form", { class: "find", onsubmit: (event) => this.#run(event) },
      h("label", {}, words("span", "console.whatif.day"), this.#day), this.#policies, this.#tides,
      h("label", {}, words("span", "console.whatif.windows"), this.#windows), this.#go);
    this.#result = h("div", { class: "panel", hidden: true }, h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "What if" }, h("table", {}, h("thead", {}, this.#head), this.#body)), this.#remarks, this.#picture);
    section.append(form, this.#said, this.#progress, this.#result);
  }

  async shown() {
    const state = await ask(null, this.#said, () => desk.api.get("/whatif"));
    if (!state) return;
    const kept = this.#day.value;
    this.#day.replaceChildren(...state.days.map((day) => h("option", { value: day }, day)));
    const today = desk.context.scene ? desk.context.scene.at.slice(0, 10) : "";
    this.#day.value = kept || state.days.find((day) => day !== today) || state.days[0] || "";
    this.#go.disabled = !this.#day.value;
    if (!state.days.length) say(this.#progress, "console.whatif.no-day");
  }

  async #run(event) {
    event.preventDefault();
    const chosen = (name) => [...event.currentTarget.querySelectorAll(`[name=${name}]:checked`)].map((each) => each.value);
    const body = { day: this.#day.value, policies: chosen("policy"), tides: chosen("tides"), windows: this.#windows.value.trim() ? [this.#windows.value.trim()] : [] };
    say(this.#progress, "console.whatif.begins");
    const watching = setInterval(() => this.#ask(), POLL);
    const lived = await ask(this.#go, this.#said, async () => (await desk.api.take("/whatif", body)).json());
    clearInterval(watching);
    write(this.#progress, "");
    if (lived) this.#draw(lived);
  }

  async #ask() {
    try {
      const state = await desk.api.get("/whatif");
      if (state.running && state.of) say(this.#progress, "console.whatif.done", { done: state.done, of: state.of });
    } catch (problem) {
      console.warn("How far the comparison has come could not be asked:", problem);
    }
  }

  #draw(lived) {
    this.#result.hidden = false;
    this.#head.replaceChildren(words("th", "console.whatif.rule", { scope: "col" }), ...FIGURES.map(([name]) => words("th", `console.whatif.${name}`, { scope: "col" })));
    const was = { policy: "", waits: lived.as_it_was };
    this.#body.replaceChildren(...[was, ...lived.rules].map((rule, place) => {
      const name = h("th", { scope: "row" });
      if (!rule.policy) say(name, "console.whatif.as-it-was");
      else if (place === 1) say(name, "console.whatif.today");
      else name.append(...named(rule));
      return h("tr", { "data-total": place < 2 }, name, ...FIGURES.map(([figure, read]) => h("td", {}, rule.policy || ["mean", "p50", "p90", "max", "over"].includes(figure) ? String(read(rule)) : "–")));
    }));
    rows(this.#remarks, lived.remarks, (each) => each.zh, () => h("li", { class: "stack" }), (element, each) => put(element, each));
    flag(this.#picture, "hidden", !lived.chart);
    if (lived.chart) this.#picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(lived.chart)}`;
  }
}
