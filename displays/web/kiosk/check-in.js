// Somebody with a booking has come: the number typed, the QR scanned, or the card laid down.
//
// For: `KioskCheckIn`: "arrived" brings {code} or {card}, "back" the wish to go back. A scanner is a keyboard that types
// faster than a person: `Scanner` hears it wherever the visitor is, so that a code held before the machine is enough.
// Not for: asking the hall. What was typed is gone when the view closes.

import { SceneView } from "../shared/scene-context.js";
import { flag, h, write } from "../shared/dom.js";
import { say } from "../shared/texts.js";

const DIGITS = 8; // of a booking number
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const FASTEST_HAND = 45; // ms between two keys; scanners need 2 to 20, quick typists 90
const LONGEST = 400; // signs; a link is shorter

export class KioskCheckIn extends SceneView {
  #typed = "";
  #card = ""; // the name of the card that lies on the reader
  #tried = ""; // the card that was tried already
  #boxes = h("div", { class: "boxes number", "aria-hidden": "true" });
  #told = h("p", { class: "sr", role: "status" });
  #pad = h("div", { class: "pad digits" });

  build() {
    this.hidden = true;
    const back = h("button", { class: "back", onclick: () => this.dispatchEvent(new CustomEvent("back")) });
    say(back, "kiosk.back");
    const ask = h("h2", { class: "ask stack", tabindex: "-1" });
    say(ask, "kiosk.check-in.ask");
    const ways = h("ul", { class: "ways" });
    for (const way of ["qr", "card", "number"]) {
      const text = h("span", { class: "stack" });
      say(text, `kiosk.check-in.${way}`);
      ways.append(h("li", { "data-way": way }, h("i", { "aria-hidden": "true" }), text));
    }
    for (let place = 0; place < DIGITS; place += 1) this.#boxes.append(h("b"));
    for (const key of KEYS) this.#pad.append(this.#key(key));
    const erase = h("button", { class: "key wide", onclick: () => this.#set(this.#typed.slice(0, -1)) });
    say(erase, "kiosk.find.erase");
    const clear = h("button", { class: "key wide", onclick: () => this.#set("") });
    say(clear, "kiosk.find.clear");
    this.#pad.append(clear, this.#key("0"), erase);
    this.append(
      h("div", { class: "top" }, ask, back),
      h("div", { class: "arrival" }, ways, h("div", { class: "typing" }, this.#boxes, this.#told, this.#pad)));
    document.addEventListener("keydown", (event) => this.hidden || this.#pressed(event));
  }

  update(scene) {
    const { card } = scene;
    this.#card = card && card.usable && card.id ? card.id : "";
    if (!this.#card) this.#tried = "";
    this.#useCard();
  }

  open() {
    this.hidden = false;
    this.#tried = "";
    this.#set("");
    this.querySelector(".ask").focus();
    this.#useCard();
  }

  #useCard() {
    if (this.hidden || !this.#card || this.#card === this.#tried) return;
    this.#tried = this.#card;
    this.#arrive({ card: this.#card });
  }

  #key(digit) {
    return h("button", { class: "key", onclick: () => this.#type(digit) }, digit);
  }

  #pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Backspace") this.#set(this.#typed.slice(0, -1));
    else if (/^\d$/.test(event.key)) this.#type(event.key);
    else return;
    event.preventDefault();
  }

  #type(digit) {
    if (this.#typed.length >= DIGITS) return;
    this.#set(this.#typed + digit);
    if (this.#typed.length === DIGITS) setTimeout(() => this.#typed.length === DIGITS && this.#arrive({ code: this.#typed }), 250);
  }

  #arrive(words) {
    if (this.hidden) return;
    this.#set("");
    this.dispatchEvent(new CustomEvent("arrived", { detail: words }));
  }

  #set(typed) {
    this.#typed = typed;
    [...this.#boxes.children].forEach((box, place) => {
      write(box, typed[place] || "");
      flag(box, "data-next", place === typed.length);
    });
    write(this.#told, typed);
  }
}

/** The scanner of the machine: a burst of keys with Enter behind it. `read(scan)` says whether it knew what that was. */
export class Scanner {
  #typed = "";
  #last = 0;

  constructor(read) {
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.key === "Shift") return;
      const now = performance.now();
      if (now - this.#last > FASTEST_HAND) this.#typed = "";
      this.#last = now;
      if (event.key === "Enter") {
        const scan = this.#typed;
        this.#typed = "";
        if (!read(scan)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      } else if (event.key.length === 1 && this.#typed.length < LONGEST) {
        this.#typed += event.key;
      }
    }, true);
  }
}

/** What of a scan is a booking: a link that names one, or its number. "" for anything else. */
export function bookingIn(scan) {
  const link = /[?&]id=([\w-]{16,64})/.exec(scan);
  if (link) return /\/book\//.test(scan) ? link[1] : "";
  return /^\d{8}$/.test(scan) ? scan : "";
}
