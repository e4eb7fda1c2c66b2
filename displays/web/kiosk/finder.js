// Look for a service by its name or the initials of its pinyin: SHBX finds 社会保险.
//
// For: `KioskFinder`: a keyboard on the screen (a machine has none), what was typed, and the services that fit, best first.
// A real keyboard works as well. "found" brings the chosen service, "back" the wish to go back.
// Not for: taking the number. What was typed is gone when the finder closes.

import { SceneView } from "../shared/scene-context.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { say } from "../shared/texts.js";
import { drawService, makeService } from "./service-card.js";

const KEYS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const LONGEST = 24; // signs typed
const SHOWN = 8; // services that fit beside the keyboard

/** How well a service fits what was typed: 0 is best, -1 not at all. */
export function fit(service, typed) {
  const wanted = typed.toLowerCase();
  const [zh, en] = [service.name.zh.toLowerCase(), service.name.en.toLowerCase()];
  if (service.prefix.toLowerCase() === wanted) return 0;
  if (service.initials && service.initials.startsWith(wanted)) return 1;
  if (zh.startsWith(wanted)) return 1;
  if (en.split(/[^a-z0-9]+/).some((word) => word && word.startsWith(wanted))) return 2;
  if (zh.includes(wanted) || en.includes(wanted)) return 3;
  return service.initials && service.initials.includes(wanted) ? 4 : -1;
}

export class KioskFinder extends SceneView {
  #typed = "";
  #services = [];
  #line = h("p", { class: "typed", role: "status" });
  #hint = h("p", { class: "stack soft" });
  #found = h("div", { class: "found" });
  #pad = h("div", { class: "pad" });

  build() {
    this.hidden = true;
    const back = h("button", { class: "back", onclick: () => this.dispatchEvent(new CustomEvent("back")) });
    say(back, "kiosk.back");
    const ask = h("h2", { class: "ask stack", tabindex: "-1" });
    say(ask, "kiosk.find.ask");
    for (const key of KEYS) this.#pad.append(h("button", { class: "key", onclick: () => this.#type(key) }, key));
    const erase = h("button", { class: "key wide", onclick: () => this.#set(this.#typed.slice(0, -1)) });
    say(erase, "kiosk.find.erase");
    const clear = h("button", { class: "key wide", onclick: () => this.#set("") });
    say(clear, "kiosk.find.clear");
    this.#pad.append(erase, clear);
    this.append(
      h("div", { class: "top" }, ask, back),
      h("div", { class: "field" }, this.#line, this.#hint), this.#found, this.#pad);
    document.addEventListener("keydown", (event) => this.hidden || this.#key(event));
  }

  update(scene) {
    this.#services = scene.services;
    if (!this.hidden) this.#draw();
  }

  open() {
    this.hidden = false;
    this.#set("");
    this.querySelector(".ask").focus();
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Backspace") this.#set(this.#typed.slice(0, -1));
    else if (event.key.length === 1 && /\S/.test(event.key)) this.#type(event.key.toUpperCase());
    else return;
    event.preventDefault();
  }

  #type(sign) {
    this.#set((this.#typed + sign).slice(0, LONGEST));
  }

  #set(typed) {
    this.#typed = typed;
    this.#draw();
  }

  #draw() {
    const fits = !this.#typed ? [] : this.#services
      .map((service, place) => ({ service, place, rank: fit(service, this.#typed) }))
      .filter(({ rank }) => rank >= 0)
      .sort((a, b) => a.rank - b.rank || a.place - b.place)
      .slice(0, SHOWN)
      .map(({ service }) => service);
    write(this.#line, this.#typed);
    flag(this.#line, "data-empty", !this.#typed);
    say(this.#hint, !this.#typed ? "kiosk.find.hint" : fits.length ? "kiosk.find.fits" : "kiosk.find.none", { n: fits.length });
    rows(this.#found, fits, (service) => service.code,
      () => makeService((service) => this.dispatchEvent(new CustomEvent("found", { detail: service }))), drawService);
  }
}
