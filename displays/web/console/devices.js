// Every device of the hall and how it is, those in trouble first.
//
// For: whoever stands before a printer and asks what it says. A device that cannot speak is "unknown", which is not "fine".
// Not for: settings of devices (the hall file).

import { flag, h, rows, write } from "../shared/dom.js";
import { line, say } from "../shared/texts.js";
import { parse } from "../shared/halltime.js";
import { ask, desk, refusal, words } from "./desk.js";

const EVERY = 5000;
const ORDER = { offline: 0, degraded: 1, unknown: 2, online: 3 };
const QUIET = "no_back_channel"; // a device that cannot say how it is: nothing that a fitter could mend

export function open(section) {
  return new DevicesRoom(section);
}

class DevicesRoom {
  #counts = h("dl", { class: "terms" });
  #list = h("ul", { class: "devices" });
  #none = words("p", "console.devices.none", { class: "calm stack", hidden: true });
  #said = refusal();
  #timer = 0;

  constructor(section) {
    section.append(this.#counts, this.#said, h("div", { class: "panel" }, this.#list, this.#none));
  }

  shown() {
    this.#look();
    this.#timer = setInterval(() => !document.hidden && this.#look(), EVERY);
  }

  hidden() {
    clearInterval(this.#timer);
  }

  async #look() {
    const devices = await ask(null, this.#said, () => desk.api.get("/devices"));
    if (!devices) return;
    devices.sort((a, b) => urgency(a) - urgency(b) || a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name));
    this.#none.hidden = devices.length > 0;
    const counts = Object.keys(ORDER).map((health) => ({ health, n: devices.filter((each) => each.health === health).length }));
    rows(this.#counts, counts, (each) => each.health, (each) => h("div", { "data-health": each.health }, words("dt", `console.health.${each.health}`), h("dd", { class: "number" })), (element, each) => {
      write(element.lastChild, each.n);
      flag(element, "data-none", each.n === 0);
    });
    rows(this.#list, devices, (each) => each.name, makeDevice, drawDevice);
  }
}

function urgency({ health, troubles }) {
  return ORDER[health] < 2 ? ORDER[health] : troubles.some((each) => each !== QUIET) ? 2 : 3;
}

function makeDevice() {
  return h("li", {}, h("span", { class: "lamp", "aria-hidden": "true" }), h("div", { class: "what" }, h("b"), h("span"), h("code")),
    h("span", { class: "where" }), h("div", { class: "how" }, h("b"), h("span")), h("span", { class: "quick number" }));
}

function drawDevice(element, each) {
  const [, what, where, how, quick] = element.children;
  const [name, kind, url] = what.children;
  flag(element, "data-health", each.health);
  flag(element, "data-troubled", each.troubles.some((trouble) => trouble !== QUIET));
  write(name, each.name);
  say(kind, `console.kind.${each.kind}`);
  if (each.window !== null) say(where, "console.window", { n: each.window });
  else write(where, each.kiosk || each.zone);
  if (each.troubles.length) write(how.firstChild, each.troubles.map((trouble) => line(`console.trouble.${trouble}`)).join(" · "));
  else say(how.firstChild, `console.health.${each.health}`);
  if (each.word) write(how.lastChild, each.word);
  else if (each.since) say(how.lastChild, "console.since", { at: desk.context.clock.hhmm(parse(each.since).at) });
  else write(how.lastChild, "");
  write(quick, each.latency_p50 === null ? "" : `${Math.round(each.latency_p50 * 1000)} ms`);
  flag(quick, "title", each.latency_p99 === null ? false : line("console.latency", { p50: Math.round(each.latency_p50 * 1000), p99: Math.round(each.latency_p99 * 1000) }));
  write(url, [each.url, each.firmware].filter(Boolean).join("  "));
}
