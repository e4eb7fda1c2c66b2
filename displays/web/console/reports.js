// Reports: a stretch of time, a grouping, the figures with their formulas, one of them as a picture, and the files to take away.
//
// For: supervisors. What is counted, and how, is the hall's; every figure stands beside its formula.
// What goes wrong: a period in the future, a day without figures (said in the hall's words); no figure is "–", never 0.

import { flag, h, rows, write } from "../shared/dom.js";
import { line, put, say } from "../shared/texts.js";
import { ask, desk, may, refusal, words } from "./desk.js";

const KINDS = ["day", "week", "month", "year", "range"];
const FIRST_MEASURE = "wait_p90";

export function open(section) {
  return new ReportsRoom(section);
}

function named(zh, en) {
  return { zh, en };
}

class ReportsRoom {
  #form;
  #said = refusal();
  #head = h("thead");
  #body = h("tbody");
  #note = h("p", { class: "hint" });
  #picture = h("img", { class: "chart", hidden: true });
  #formulas = h("dl", { class: "formulas" });
  #panel;
  #measures = [];
  #made = null;

  constructor(section) {
    const field = (name, control) => h("label", { "data-field": name }, words("span", `console.report.${name}`), control);
    const select = (name) => h("select", { name });
    const go = words("button", "console.report.go", { class: "main", type: "submit" });
    this.#form = h("form", { class: "find", onsubmit: (event) => this.#submit(event) },
      field("kind", select("kind")), field("from", h("input", { name: "from", type: "date", required: true })),
      field("to", h("input", { name: "to", type: "date" })), field("by", select("by")), go);
    this.#form.elements.kind.append(...KINDS.map((kind) => words("option", `console.report.kind.${kind}`, { value: kind })));
    this.#form.elements.kind.addEventListener("change", () => this.#kinds());
    const family = h("select", { name: "family" });
    const measure = h("select", { name: "measure" });
    family.addEventListener("change", () => this.#draw());
    measure.addEventListener("change", () => this.#chart());
    this.family = family;
    this.measure = measure;
    const take = (ending) => h("button", { class: "quiet", type: "button", onclick: (event) => this.#take(event.currentTarget, ending) }, ending);
    const monthly = words("button", "console.report.return", { class: "quiet", type: "button", "data-monthly": true, onclick: (event) => this.#take(event.currentTarget, "return") });
    this.#panel = h("div", { class: "panel", hidden: true },
      h("div", { class: "filter" }, field("family", family), h("div", { class: "buttons" }, take("xlsx"), take("csv"), monthly)), this.#note,
      h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": line("console.tab.reports") }, h("table", {}, this.#head, this.#body)));
    const picture = h("div", { class: "panel", hidden: true }, h("div", { class: "filter" }, field("measure", measure)), this.#picture);
    const formulas = h("div", { class: "panel", hidden: true }, words("h2", "console.report.formulas"), this.#formulas);
    this.parts = [this.#panel, picture, formulas];
    section.append(this.#form, this.#said, ...this.parts);
  }

  async shown() {
    if (this.#measures.length) return;
    const days = await ask(null, this.#said, () => desk.api.get("/reports/days"));
    if (!days) return;
    this.#measures = days.measures;
    const choices = (select, pairs) => select.replaceChildren(...pairs.map(([value, name]) => {
      const option = h("option", { value });
      put(option, name);
      return option;
    }));
    const allowed = Object.entries(days.groupings).filter(([key]) => key !== "clerk" || may("see_clerk_figures"));
    choices(this.#form.elements.by, allowed.map(([key, [zh, en]]) => [key, named(zh, en)]));
    this.#form.elements.by.value = "service";
    const families = [...new Set(days.measures.map((each) => each.family))];
    this.family.replaceChildren(...families.map((key) => words("option", `console.family.${key}`, { value: key })));
    this.family.value = families.includes("wait") ? "wait" : families[0];
    choices(this.measure, days.measures.map((each) => [each.key, named(each.name, each.name_en)]));
    this.measure.value = FIRST_MEASURE;
    const today = desk.context.scene ? desk.context.scene.at.slice(0, 10) : "";
    this.#form.elements.from.value = days.last || today;
    this.#form.elements.to.value = days.last || today;
    this.#kinds();
    this.#show(null);
  }

  #kinds() {
    this.#form.querySelector("[data-field=to]").hidden = this.#form.elements.kind.value !== "range";
  }

  #submit(event) {
    event.preventDefault();
    this.#show(event.submitter || null);
  }

  /** The period as the hall reads it: 2026-11-23, 2026-W48, 2026-11, 2026, or two days. */
  #period() {
    const { kind, from, to } = this.#form.elements;
    const day = from.value;
    if (kind.value === "week") return weekOf(day);
    if (kind.value === "month") return day.slice(0, 7);
    if (kind.value === "year") return day.slice(0, 4);
    if (kind.value === "range") return `${day}..${to.value || day}`;
    return day;
  }

  async #show(button) {
    const query = new URLSearchParams({ period: this.#period(), by: this.#form.elements.by.value });
    const made = await ask(button, this.#said, async () => (await desk.api.take(`/reports?${query}`)).json());
    if (!made) return;
    query.set("lang", document.documentElement.lang.startsWith("zh") ? "zh" : "en");
    this.#made = { ...made, query };
    for (const part of this.parts) part.hidden = false;
    this.#panel.querySelector("[data-monthly]").hidden = made.period.kind !== "month";
    this.#draw();
    this.#chart();
  }

  #draw() {
    const made = this.#made;
    if (!made) return;
    const measures = made.measures.filter((each) => each.family === this.family.value);
    say(this.#note, made.going_on ? "console.report.going-on" : "console.report.days", { first: made.period.first, last: made.period.last });
    const group = h("th", { scope: "col" });
    put(group, named(made.by_name, made.by_name_en));
    this.#head.replaceChildren(h("tr", {}, group, ...measures.map((each) => {
      const cell = h("th", { scope: "col", title: each.formula });
      put(cell, named(each.name, each.name_en));
      return cell;
    })));
    const all = [...made.rows, { ...made.total, key: "\u0000total", whole: true }];
    this.#body.replaceChildren(...all.map((row) => {
      const name = h("th", { scope: "row" });
      put(name, named(row.name, row.name_en));
      return h("tr", { "data-total": Boolean(row.whole) }, name, ...measures.map((each) => h("td", {}, shown(row.figures[each.key], each.unit))));
    }));
    rows(this.#formulas, measures, (each) => each.key, () => h("div", {}, h("dt"), h("dd", { class: "stack" })), (element, each) => {
      put(element.firstChild, named(each.name, each.name_en));
      put(element.lastChild, named(each.formula, each.formula_en));
    });
  }

  async #chart() {
    if (!this.#made) return;
    const query = new URLSearchParams(this.#made.query);
    query.set("measure", this.measure.value);
    const drawn = await ask(null, this.#said, async () => (await desk.api.take(`/reports/chart.svg?${query}`)).text());
    if (drawn === undefined) return;
    this.#picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
    this.#picture.alt = this.measure.selectedOptions.length ? this.measure.selectedOptions[0].textContent : "";
    flag(this.#picture, "hidden", false);
  }

  async #take(button, what) {
    const query = new URLSearchParams(this.#made.query);
    const path = what === "return" ? `/reports/return.xlsx?${query}` : `/reports/table.${what}?${query}`;
    const answer = await ask(button, this.#said, async () => {
      const file = await desk.api.take(path);
      return { body: await file.blob(), name: (/filename="([^"]+)"/.exec(file.headers.get("content-disposition") || "") || [])[1] };
    });
    if (!answer) return;
    const link = h("a", { href: URL.createObjectURL(answer.body), download: decodeURIComponent(answer.name || `report.${what}`) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
}

function shown(figure, unit) {
  if (figure === null || figure === undefined) return "–";
  if (unit === "share") return `${(100 * figure).toFixed(1)} %`;
  if (unit === "count" && Number.isInteger(figure)) return String(figure);
  return figure.toFixed(unit === "level" ? 2 : 1);
}

/** The week of ISO 8601 that a day is in: 2026-W48. */
function weekOf(day) {
  const date = new Date(`${day}T00:00:00Z`);
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86400000);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((thursday.getTime() - first) / 86400000 + 1) / 7);
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}
