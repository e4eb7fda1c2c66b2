// What if: a day of the journal lived again under other rules, side by side with the rules it had.
//
// For: supervisors who think of another rule of calling, another tide, or a window that learns a second service. Nothing is
// changed by it. One comparison at a time; it takes about a second for each rule, and says how far it has come. The other
// button asks which window should learn which second service, which takes half a minute; a lesson can be tried at once.
// What goes wrong: another comparison is under way, a change of windows that makes no sense (said in the hall's words).

import { flag, h, rows, write } from "../shared/dom.js";
import { put, say } from "../shared/texts.js";
import { ask, desk, refusal, serviceName, words } from "./desk.js";

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
  #slowness = h("input", { name: "slowness", type: "number", min: "0.5", max: "5", step: "0.1", value: "1.2", required: true });
  #go = words("button", "console.whatif.go", { class: "main", type: "submit" });
  #learn = words("button", "console.whatif.learn", { class: "quiet", type: "button", onclick: () => this.#form.reportValidity() && this.#run(true) });
  #said = refusal();
  #progress = h("p", { class: "hint", role: "status" });
  #head = h("tr");
  #body = h("tbody");
  #picture = h("img", { class: "chart", alt: "" });
  #remarks = h("ul", { class: "changes" });
  #lessons = h("tbody");
  #form;
  #result;
  #taught;

  constructor(section) {
    const choice = (group, name, checked) => h("label", { class: "choice" }, h("input", { type: "checkbox", name: group, value: name, checked }), words("span", `console.${group}.${name}`));
    this.#policies.append(words("legend", "console.whatif.policies"), ...POLICIES.map((name) => choice("policy", name, name === "credit" || name === "fifo")));
    this.#tides.append(words("legend", "console.whatif.tides"), ...TIDES.map((name) => choice("tides", name, false)));
    this.#rest(true); // until there is a day to compare
    this.#form = h("form", { class: "find", onsubmit: (event) => { event.preventDefault(); this.#run(false); } },
      h("label", {}, words("span", "console.whatif.day"), this.#day), this.#policies, this.#tides,
      h("div", { class: "find row" },
        h("label", { class: "wide" }, words("span", "console.whatif.windows"), this.#windows), this.#go,
        h("label", { class: "narrow" }, words("span", "console.whatif.slowness"), this.#slowness), this.#learn));
    this.#result = h("div", { class: "panel", hidden: true }, h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "What if" }, h("table", {}, h("thead", {}, this.#head), this.#body)), this.#remarks, this.#picture);
    const heads = ["window", "learns", "all", "over", "own"].map((name) => words("th", `console.lesson.${name}`, { scope: "col" }));
    heads.push(h("th", { scope: "col" }, words("span", "console.lesson.try", { class: "sr" })));
    this.#taught = h("div", { class: "panel wide", hidden: true, tabindex: "0", role: "region", "aria-label": "Lessons" },
      words("p", "console.lesson.hint", { class: "hint" }), h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#lessons));
    section.append(this.#form, this.#said, this.#progress, this.#taught, this.#result);
  }

  async shown() {
    const state = await ask(null, this.#said, () => desk.api.get("/whatif"));
    if (!state) return;
    const kept = this.#day.value;
    this.#day.replaceChildren(...state.days.map((day) => h("option", { value: day }, day)));
    const today = desk.context.scene ? desk.context.scene.at.slice(0, 10) : "";
    this.#day.value = kept || state.days.find((day) => day !== today) || state.days[0] || "";
    this.#rest(!this.#day.value);
    if (!state.days.length) say(this.#progress, "console.whatif.no-day");
  }

  async #run(learn) {
    const chosen = (name) => [...this.#form.querySelectorAll(`[name=${name}]:checked`)].map((each) => each.value);
    const body = learn
      ? { day: this.#day.value, learn, slowness: Number(this.#slowness.value) }
      : { day: this.#day.value, policies: chosen("policy"), tides: chosen("tides"), windows: this.#windows.value.trim() ? [this.#windows.value.trim()] : [] };
    say(this.#progress, learn ? "console.whatif.learning" : "console.whatif.begins");
    const watching = setInterval(() => this.#ask(learn), POLL);
    this.#rest(true);
    const lived = await ask(null, this.#said, async () => (await desk.api.take("/whatif", body)).json());
    this.#rest(false);
    clearInterval(watching);
    write(this.#progress, "");
    if (!lived) return;
    this.#result.hidden = learn;
    this.#taught.hidden = !learn || !lived.lessons.length;
    if (!learn) this.#draw(lived);
    else if (lived.lessons.length) this.#teach(lived.lessons);
    else say(this.#progress, "console.lesson.none");
  }

  #rest(on) {
    this.#go.disabled = this.#learn.disabled = on;
  }

  /** Best first; a press lives the day again with the lesson learned. */
  #teach(lessons) {
    this.#lessons.replaceChildren(...lessons.map((each) => {
      const learns = h("td", { class: "stack" });
      put(learns, serviceName(each.service));
      const sign = (n, digits = 1) => `${n > 0 ? "+" : n < 0 ? "−" : ""}${Math.abs(n).toFixed(digits)}`;
      const own = desk.windows.find((window) => window.no === each.window);
      const name = h("th", { scope: "row" }, h("b", { class: "number" }, String(each.window)), " ", h("span", { class: "stack" }));
      put(name.lastChild, own ? own.name : null);
      const tryIt = words("button", "console.lesson.try", { class: "quiet", type: "button", onclick: () => this.#try(`${each.window}+${each.service}`) });
      return h("tr", {}, name, learns, h("td", {}, `${sign(each.mean)} ± ${(each.spread / 2).toFixed(1)}`), h("td", {}, `${sign(100 * each.over)} %`), h("td", {}, sign(each.service_mean)), h("td", {}, tryIt));
    }));
  }

  #try(change) {
    this.#windows.value = change;
    this.#form.requestSubmit(this.#go);
  }

  async #ask(learn) {
    try {
      const state = await desk.api.get("/whatif");
      if (state.running && state.of) say(this.#progress, learn ? "console.whatif.tried" : "console.whatif.done", { done: state.done, of: state.of });
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
