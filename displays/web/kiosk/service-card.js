// One service of a hall as a button: its letter, its name, how many wait and how long that takes, or why not now.
//
// For: the menu and the search of the kiosk. Not for: what happens when it is pressed.

import { flag, h, write } from "../shared/dom.js";
import { put, say } from "../shared/texts.js";

export function makeService(choose) {
  const element = h("button", { class: "service" },
    h("b", { class: "prefix number" }),
    h("span", { class: "name stack" }),
    makeLoad(),
    h("span", { class: "why stack" }));
  element.addEventListener("click", () => choose(element.service));
  return element;
}

export function drawService(element, service) {
  element.service = service;
  const [prefix, name, load, why] = element.children;
  write(prefix, service.prefix);
  put(name, service.name);
  load.hidden = !service.open;
  why.hidden = service.open;
  if (service.open) drawLoad(load, service.waiting, service.estimate);
  else if (service.why) put(why, service.why);
  else say(why, "kiosk.not-now");
  flag(element, "aria-disabled", service.open ? null : "true");
}

export function makeLoad() {
  return h("span", { class: "load" },
    h("span", { class: "queue" }, h("b", { class: "number" }), h("span")),
    h("span", { class: "guess" }, h("b"), " ", h("span")));
}

/** How many wait, and how long somebody who comes now would: as a band, because a single figure would promise too much. */
export function drawLoad(element, waiting, estimate = null) {
  const [queue, guess] = element.children;
  flag(element, "data-none", waiting === 0);
  flag(element, "data-guess", Boolean(estimate));
  write(queue.firstChild, waiting);
  say(queue.lastChild, "kiosk.waiting", { n: waiting });
  guess.hidden = !estimate;
  if (!estimate) return;
  const [, low, high] = estimate;
  write(guess.firstChild, low === high ? `≈ ${high}` : `${low}–${high}`);
  say(guess.lastChild, "kiosk.guess");
}
