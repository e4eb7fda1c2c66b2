// The live map: every window and every queue of the hall, zone by zone, and what needs somebody's eye.
//
// For: `<console-map>` (one band for each zone: its windows, its queues), `<console-alerts>`, and `<console-sheet>`, which
// opens beside the map when a window is pressed. Minutes go on between two scenes by the hall's clock.
// Colour: the accent says that somebody is called, a tint that somebody is served. Amber and red are alerts and nothing else.
// Not for: deciding what is an alert (the hall does), or the tide's reasons (tide.js).

import { SceneView } from "../shared/scene-context.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { line, lineOf, put, say } from "../shared/texts.js";
import { ask, desk, may, minutes, refusal, words } from "./desk.js";

const TICK = 5000; // ms between two looks at the clock: minutes are shown, not seconds

function minutesSince(iso, clock) {
  return iso ? Math.floor(clock.secondsSince(iso) / 60) : null;
}

// -- the map ------------------------------------------------------------------------------------------------------------

export class ConsoleMap extends SceneView {
  #bands = h("div", { class: "bands", "data-fades": "" });

  build() {
    const head = h("div", { class: "bandhead", "aria-hidden": "true" }, words("span", "console.zone"), words("span", "console.windows"),
      h("div", { class: "queue" }, words("span", "console.queue", { class: "wide" }), ...["waiting", "longest", "projected", "open"].map((name) => words("span", `console.queue.${name}`, { "data-for": name }))));
    this.append(head, this.#bands);
    setInterval(() => this.context && this.context.scene && this.context.live && this.update(this.context.scene, this.context), TICK);
  }

  update(scene, context) {
    rows(this.#bands, scene.zones, (zone) => zone.code, makeBand, (element, zone) => drawBand(element, zone, scene, context));
  }
}

function makeBand() {
  return h("section", { class: "band" }, h("h2", { class: "stack" }), h("ul", { class: "tiles" }), h("ul", { class: "queues" }));
}

function drawBand(element, zone, scene, { clock }) {
  const [name, tiles, queues] = element.children;
  put(name, zone.name);
  rows(tiles, zone.windows, (each) => each.no, makeTile, (tile, each) => drawTile(tile, each, clock));
  rows(queues, zone.queues, (each) => each.service, makeQueue, (row, each) => drawQueue(row, each, scene.promise));
}

function makeTile(window) {
  const button = h("button", { class: "tile", "data-window": window.no, onclick: () => document.querySelector("console-sheet").open(window.no) },
    h("span", { class: "no number", "aria-hidden": "true" }), h("span", { class: "age", "aria-hidden": "true" }),
    h("b", { class: "who", "aria-hidden": "true" }), h("span", { class: "clerk", "aria-hidden": "true" }), h("span", { class: "sr" }));
  return h("li", {}, button);
}

function drawTile(item, window, clock) {
  const button = item.firstChild;
  const [no, age, who, clerk, spoken] = button.children;
  const since = window.state === "closed" ? null : minutesSince(window.since, clock);
  flag(button, "data-state", window.state);
  flag(button, "data-level", window.level || false);
  flag(button, "data-tidal", window.tidal);
  flag(button, "data-proposed", window.proposed || false);
  write(no, window.no);
  write(age, since === null ? "" : `${since}′`);
  if (window.number) write(who, window.number);
  else if (window.pause_reason) put(who, window.pause_reason);
  else say(who, `state.${window.state}`);
  flag(who, "data-number", Boolean(window.number));
  write(clerk, window.state === "closed" ? "" : window.clerk);
  const state = line(`state.${window.state}`);
  write(spoken, [line("console.window", { n: window.no }), state, window.number, window.clerk, since === null ? "" : line("console.min", { n: since }),
    window.level ? line(`console.level.${window.level}`) : ""].filter(Boolean).join(", "));
}

function makeQueue() {
  const bar = h("span", { class: "bar", "aria-hidden": "true" }, h("i"));
  return h("li", { class: "queue" }, h("b", { class: "prefix number", "aria-hidden": "true" }), h("span", { class: "name", "aria-hidden": "true" }),
    h("b", { class: "waiting number", "aria-hidden": "true" }), h("span", { class: "longest", "aria-hidden": "true" }, h("span", { class: "number" }), bar),
    h("span", { class: "projected number", "aria-hidden": "true" }), h("span", { class: "windows number", "aria-hidden": "true" }), h("span", { class: "sr" }));
}

function drawQueue(row, queue, promise) {
  const [prefix, name, waiting, longest, projected, windows, spoken] = row.children;
  flag(row, "data-level", queue.level || false);
  flag(row, "data-none", queue.waiting === 0);
  flag(row, "data-hot", queue.hot);
  write(prefix, queue.prefix);
  put(name, queue.name);
  flag(name, "title", lineOf(queue.name));
  write(waiting, queue.waiting);
  write(longest.firstChild, queue.waiting ? `${queue.longest}′` : "");
  longest.lastChild.firstChild.style.width = `${Math.min(100, (queue.longest / (2 * promise)) * 100)}%`;
  write(projected, !queue.waiting ? "" : queue.projected === null ? "–" : `${queue.projected}′`);
  write(windows, queue.windows);
  flag(windows, "data-none", queue.windows === 0);
  write(spoken, line("console.queue.said", { name: lineOf(queue.name), waiting: queue.waiting, longest: queue.longest, windows: queue.windows }));
}

// -- alerts -----------------------------------------------------------------------------------------------------------------

export class ConsoleAlerts extends SceneView {
  #count = h("b", { class: "number count" });
  #list = h("ul", { "data-fades": "" });
  #calm = h("p", { class: "calm stack" });
  #spoken = h("p", { class: "sr", role: "status" });
  #known = null;

  build() {
    const head = words("h2", "console.alerts");
    head.append(this.#count);
    say(this.#calm, "console.alerts.none");
    this.append(head, this.#list, this.#calm, this.#spoken);
    setInterval(() => this.context && this.context.scene && this.context.live && this.update(this.context.scene, this.context), TICK);
  }

  update({ alerts }, { clock }) {
    write(this.#count, alerts.length || "");
    flag(this.#count, "data-level", alerts.some((each) => each.level === "red") ? "red" : "amber");
    this.#calm.hidden = alerts.length > 0;
    rows(this.#list, alerts, (each) => each.id, (each) => {
      const button = h("button", { onclick: () => pointAt(each) }, h("span", { class: "text stack" }), h("span", { class: "age" }));
      return h("li", { "data-alert": each.id }, button);
    }, (element, each) => {
      const [text, age] = element.firstChild.children;
      flag(element, "data-level", each.level);
      put(text, each.text);
      const since = minutesSince(each.since, clock);
      if (since === null) write(age, "");
      else minutes(age, since);
    });
    const red = alerts.filter((each) => each.level === "red");
    const fresh = this.#known ? red.filter((each) => !this.#known.has(each.id)) : [];
    if (fresh.length) put(this.#spoken, fresh[0].text);
    this.#known = new Set(red.map((each) => each.id));
  }
}

/** Lead the eye to what an alert is about. */
function pointAt(alert) {
  if (alert.subject === "device") {
    location.hash = "#devices";
    return;
  }
  const found = alert.subject === "window" ? document.querySelector(`.tile[data-window="${alert.key}"]`) : queueOf(alert.key);
  if (!found) return;
  found.scrollIntoView({ block: "center", behavior: "smooth" });
  if (found.focus) found.focus({ preventScroll: true });
  found.classList.remove("pointed");
  void found.offsetWidth; // so that the same row can be pointed at twice
  found.classList.add("pointed");
}

function queueOf(service) {
  const prefix = desk.prefixes.get(service);
  return [...document.querySelectorAll(".band .queue")].find((row) => row.firstChild.textContent === prefix);
}

// -- one window ---------------------------------------------------------------------------------------------------------------

export class ConsoleSheet extends SceneView {
  #no = null;
  #from = null;
  #title = h("h2");
  #state = h("p", { class: "state" });
  #facts = h("dl");
  #pins = h("div", { class: "pins", role: "group" });
  #reason = h("input", { name: "reason", maxlength: "100", autocomplete: "off" });
  #said = refusal();
  #close = words("button", "console.close", { class: "quiet", onclick: () => this.shut() });

  build() {
    this.hidden = true;
    this.setAttribute("role", "dialog");
    this.setAttribute("data-fades", "");
    const label = h("label", {}, words("span", "console.pin.reason"), this.#reason);
    this.#pins.append(words("h3", "console.pin"), words("p", "console.pin.for", { class: "hint" }), label,
      h("div", { class: "buttons" }, ...["open", "closed", ""].map((pin) => words("button", `console.pin.${pin || "none"}`, { "data-pin": pin || "none", onclick: (event) => this.#pin(event.currentTarget, pin) }))), this.#said);
    this.append(h("header", {}, this.#title, this.#close), this.#state, this.#facts, this.#pins);
    document.addEventListener("keydown", (event) => event.key === "Escape" && !this.hidden && this.shut());
  }

  open(no) {
    this.#no = no;
    this.#from = document.activeElement;
    this.#said.hidden = true;
    this.hidden = false;
    this.setAttribute("aria-label", line("console.window", { n: no }));
    if (this.context && this.context.scene) this.update(this.context.scene, this.context);
    this.#close.focus();
  }

  shut() {
    this.hidden = true;
    this.#no = null;
    if (this.#from && this.#from.focus) this.#from.focus();
  }

  update(scene, { clock }) {
    if (this.#no === null) return;
    const window = scene.zones.flatMap((zone) => zone.windows).find((each) => each.no === this.#no);
    if (!window) {
      this.shut();
      return;
    }
    say(this.#title, "console.window", { n: window.no });
    flag(this.#state, "data-state", window.state);
    say(this.#state, `state.${window.state}`);
    const since = window.state === "closed" ? null : minutesSince(window.since, clock);
    const facts = [
      ["name", (to) => put(to, window.name)],
      ["number", window.number && ((to) => write(to, window.number))],
      ["service", window.service && ((to) => put(to, window.service))],
      ["clerk", window.clerk && window.state !== "closed" && ((to) => write(to, window.clerk))],
      ["pause", window.pause_reason && ((to) => put(to, window.pause_reason))],
      ["since", since !== null && ((to) => minutes(to, since))],
      ["served", (to) => write(to, window.served)],
      ["serves", (to) => write(to, window.serves.join(" "))],
    ].filter(([, draw]) => draw);
    rows(this.#facts, facts, ([name]) => name, ([name]) => h("div", {}, words("dt", `console.fact.${name}`), h("dd")), (element, [, draw]) => draw(element.lastChild));
    this.#pins.hidden = !window.tidal || !may("run_tide");
    for (const button of this.#pins.querySelectorAll("[data-pin]")) flag(button, "aria-pressed", String(button.dataset.pin === (window.pin || "none")));
  }

  async #pin(button, pin) {
    const reason = this.#reason.value.trim();
    if (pin && !reason) {
      say(this.#said, "console.pin.say-why");
      this.#said.hidden = false;
      this.#reason.focus();
      return;
    }
    await ask(button, this.#said, async () => {
      await desk.api.post(`/tide/${this.#no}/pin`, { pin, reason });
      this.#reason.value = "";
    });
  }
}
