// A result is to be fetched: the number of the visit that left it typed, or the QR of its slip before the scanner.
//
// For: `KioskPickUp`: "asked" brings the number, "back" the wish to go back; `slipIn(scan)` is the visit that a scanned slip
// names. Not for: asking the hall, which knows what lies there. What was typed is gone when the view closes.

import { SceneView } from "../shared/scene-context.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { say } from "../shared/texts.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
const LEAST = 3; // digits of a number
const MOST = 5; // past 999 a number widens

export class KioskPickUp extends SceneView {
  #prefix = "";
  #digits = "";
  #prefixes = h("div", { class: "pad prefixes" });
  #typed = h("output", { class: "earlier number" });
  #take = h("button", { class: "main", onclick: () => this.#ask() });

  build() {
    this.hidden = true;
    const back = h("button", { class: "back", onclick: () => this.dispatchEvent(new CustomEvent("back")) });
    say(back, "kiosk.back");
    const ask = h("h2", { class: "ask stack", tabindex: "-1" });
    say(ask, "kiosk.pick-up.ask");
    const scan = h("span", { class: "stack" });
    say(scan, "kiosk.pick-up.qr");
    const type = h("span", { class: "stack" });
    say(type, "kiosk.pick-up.number");
    const ways = h("ul", { class: "ways" },
      h("li", { "data-way": "qr" }, h("i", { "aria-hidden": "true" }), scan),
      h("li", { "data-way": "number" }, h("i", { "aria-hidden": "true" }), type));
    const pad = h("div", { class: "pad digits" });
    for (const digit of DIGITS.slice(0, 9)) pad.append(this.#key(digit));
    const clear = h("button", { class: "key wide", onclick: () => this.#set("", "") });
    say(clear, "kiosk.find.clear");
    const erase = h("button", { class: "key wide", onclick: () => this.#erase() });
    say(erase, "kiosk.find.erase");
    pad.append(clear, this.#key("0"), erase);
    say(this.#take, "kiosk.pick-up.take");
    this.append(
      h("div", { class: "top" }, ask, back),
      h("div", { class: "arrival" }, ways, h("div", { class: "typing" }, this.#typed, this.#prefixes, pad, this.#take)));
    document.addEventListener("keydown", (event) => this.hidden || this.#pressed(event));
  }

  update({ pick_up: prefixes = [] }) {
    rows(this.#prefixes, prefixes, (prefix) => prefix,
      () => h("button", { class: "key", onclick: (event) => this.#set(event.target.textContent, this.#digits) }),
      (key, prefix) => write(key, prefix));
    this.#draw();
  }

  open() {
    this.hidden = false;
    const only = this.#prefixes.children.length === 1 ? this.#prefixes.firstChild.textContent : "";
    this.#set(only, "");
    this.querySelector(".ask").focus();
  }

  #key(digit) {
    return h("button", { class: "key", onclick: () => this.#type(digit) }, digit);
  }

  #type(digit) {
    if (this.#digits.length < MOST) this.#set(this.#prefix, this.#digits + digit);
  }

  #erase() {
    if (this.#digits) this.#set(this.#prefix, this.#digits.slice(0, -1));
    else this.#set("", "");
  }

  #pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const letter = event.key.length === 1 ? event.key.toUpperCase() : "";
    const known = [...this.#prefixes.children].map((key) => key.textContent);
    if (event.key === "Backspace") this.#erase();
    else if (/^\d$/.test(event.key)) this.#type(event.key);
    else if (letter && known.includes(this.#prefix + letter)) this.#set(this.#prefix + letter, "");
    else if (letter && known.includes(letter)) this.#set(letter, "");
    else return;
    event.preventDefault();
  }

  #set(prefix, digits) {
    this.#prefix = prefix;
    this.#digits = digits;
    this.#draw();
  }

  #draw() {
    write(this.#typed, `${this.#prefix || "–"}${this.#digits}`);
    for (const key of this.#prefixes.children) flag(key, "aria-pressed", String(key.textContent === this.#prefix));
    flag(this.#take, "disabled", !this.#prefix || this.#digits.length < LEAST);
  }

  #ask() {
    const number = this.#prefix + this.#digits;
    this.#set("", "");
    this.dispatchEvent(new CustomEvent("asked", { detail: number }));
  }
}

/** The visit that a scanned slip names, by its link; "" for anything else. */
export function slipIn(scan) {
  const link = /\/ticket\/.*[?&]id=([\w-]{16,64})/.exec(scan);
  return link ? link[1] : "";
}
