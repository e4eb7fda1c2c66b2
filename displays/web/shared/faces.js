// Five faces, from very satisfied (5) to very dissatisfied (1), and the question that shows them.
//
// For: `RatingForm`, on the pad at the window and on the visitor's telephone. `open({reasons, below})` asks anew;
// "chosen" tells each press (null: chosen again from the start), "rated" tells {level, reasons} once: at once for a level that needs no reason, after the reasons for one that does.
// The words are those of the national rating (非常满意 … 非常不满意). A face is a drawing, so no colour alone says anything.
// Not for: sending the answer, or how long it is waited for (the pages).

import { h, rows } from "./dom.js";
import { put, say } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const MOUTHS = {
  5: "M14 28 Q24 42 34 28 Z",
  4: "M15 29 Q24 37 33 29",
  3: "M16 32 H32",
  2: "M15 35 Q24 27 33 35",
  1: "M14 36 Q24 23 34 36",
};
const BROWS = { 1: ["M12 13 L20 16", "M36 13 L28 16"] };

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

export function face(level) {
  const drawn = shape("svg", { viewBox: "0 0 48 48", class: "face", "aria-hidden": "true", "data-level": level });
  drawn.append(
    shape("circle", { cx: 24, cy: 24, r: 21, class: "skin" }),
    shape("circle", { cx: 17, cy: 19, r: 2.4, class: "eye" }),
    shape("circle", { cx: 31, cy: 19, r: 2.4, class: "eye" }),
    shape("path", { d: MOUTHS[level], class: level === 5 ? "mouth wide" : "mouth" }));
  for (const d of BROWS[level] || []) drawn.append(shape("path", { d, class: "mouth" }));
  return drawn;
}

export class RatingForm extends HTMLElement {
  #levels = h("div", { class: "levels", role: "group" });
  #why = h("div", { class: "why", hidden: true, role: "group" });
  #chosen = h("p", { class: "chosen stack" });
  #reasons = h("div", { class: "reasons" });
  #below = 3;
  level = null;

  connectedCallback() {
    if (this.#levels.isConnected) return;
    for (const level of [5, 4, 3, 2, 1]) {
      const word = h("span", { class: "stack" });
      say(word, `rating.${level}`);
      this.#levels.append(h("button", { class: "level", type: "button", "data-level": level, onclick: () => this.#choose(level) }, face(level), word));
    }
    const ask = h("p", { class: "ask stack" });
    say(ask, "rating.why");
    const send = h("button", { class: "send", type: "button", onclick: () => this.#send() });
    say(send, "rating.send");
    const back = h("button", { class: "quiet", type: "button", onclick: () => {
      this.#again();
      this.dispatchEvent(new CustomEvent("chosen", { detail: null }));
    } });
    say(back, "rating.back");
    this.#why.append(this.#chosen, ask, this.#reasons, h("div", { class: "pair" }, back, send));
    this.append(this.#levels, this.#why);
  }

  /** Ask anew. */
  open({ reasons, below }) {
    this.#below = below;
    rows(this.#reasons, reasons, (each) => each.key,
      () => h("button", { class: "reason", type: "button", "aria-pressed": "false", onclick: ({ currentTarget: one }) => {
        one.setAttribute("aria-pressed", String(one.getAttribute("aria-pressed") !== "true"));
      } }, h("span", { class: "stack" })),
      (element, each) => {
        element.dataset.key = each.key;
        put(element.firstChild, each.name);
      });
    this.#again();
  }

  /** What was pressed so far; null if nothing was. */
  get said() {
    return this.level === null ? null : { level: this.level, reasons: this.#pressed().map((each) => each.dataset.key) };
  }

  #pressed() {
    return [...this.#reasons.querySelectorAll("[aria-pressed=true]")];
  }

  #again() {
    this.level = null;
    for (const each of this.#pressed()) each.setAttribute("aria-pressed", "false");
    this.#levels.hidden = false;
    this.#why.hidden = true;
  }

  #choose(level) {
    this.level = level;
    this.dispatchEvent(new CustomEvent("chosen", { detail: level }));
    if (level >= this.#below || !this.#reasons.children.length) {
      this.#send();
      return;
    }
    say(this.#chosen, `rating.${level}`);
    this.#levels.hidden = true;
    this.#why.hidden = false;
    this.#reasons.firstElementChild.focus();
  }

  #send() {
    this.dispatchEvent(new CustomEvent("rated", { detail: this.said }));
  }
}
