// The tide: what it sees, what it proposes and why, what it would do next and why not yet; and a supervisor's word.
//
// For: `<tide-proposals>` (beside the map, and in the tide's own room), and the room: every service with its projected wait
// between the two thresholds, the tidal windows and their pins.
// It is asked over HTTP: when a scene says that proposals came or went, and every few seconds while somebody looks.
// Not for: the controller itself, which looks once a minute whether anybody watches or not.

import { SceneView } from "../shared/scene-context.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { line, lineOf, put, say } from "../shared/texts.js";
import { parse } from "../shared/halltime.js";
import { ask, desk, may, refusal, serviceName, words } from "./desk.js";

const EVERY = 5000; // ms between two questions while somebody looks at the tide
const NOBODY = 999; // minutes: the hall's word for "no window does this"

// -- proposals ---------------------------------------------------------------------------------------------------------

export class TideProposals extends SceneView {
  #list = h("ul", { class: "proposals", "data-fades": "" });
  #none = h("p", { class: "calm stack" });
  #said = refusal();
  #seen = -1;
  #asking = false;

  build() {
    say(this.#none, "console.tide.nothing");
    this.append(words("h2", "console.tide.proposed"), this.#list, this.#none, this.#said);
  }

  update(scene) {
    this.#none.hidden = scene.proposals > 0;
    if (!scene.proposals) rows(this.#list, [], () => "", () => h("li"), () => null);
    const proposed = scene.zones.flatMap((zone) => zone.windows).filter((each) => each.proposed).map((each) => `${each.no}${each.proposed}`).join();
    if (scene.proposals && this.#seen !== proposed) {
      this.#seen = proposed;
      this.#look();
    } else if (!scene.proposals) {
      this.#seen = -1;
    }
  }

  async #look() {
    if (this.#asking || !may("run_tide")) return;
    this.#asking = true;
    try {
      this.draw((await desk.api.get("/tide")).proposed);
    } catch (problem) {
      this.#seen = -1; // the next scene asks again
      console.warn("The tide could not be asked:", problem);
    } finally {
      this.#asking = false;
    }
  }

  draw(proposed) {
    this.#none.hidden = proposed.length > 0;
    rows(this.#list, proposed, (each) => `${each.window}${each.opens}`, (each) => this.#card(each), (element, each) => {
      say(element.firstChild, each.opens ? "console.tide.open-window" : "console.tide.close-window", { n: each.window });
      put(element.children[1], each.why);
    });
  }

  #card({ window: no }) {
    const confirm = words("button", "console.tide.confirm", { class: "main", onclick: () => this.#word(confirm, no, "confirm") });
    const dismiss = words("button", "console.tide.dismiss", { class: "quiet", onclick: () => this.#word(dismiss, no, "dismiss") });
    return h("li", { "data-proposal": no }, h("h3"), h("p", { class: "stack why" }), h("div", { class: "buttons" }, confirm, dismiss));
  }

  async #word(button, no, verb) {
    await ask(button, this.#said, () => desk.api.post(`/tide/${no}/${verb}`, verb === "dismiss" ? {} : undefined));
    this.#seen = -1;
  }
}

// -- the room ------------------------------------------------------------------------------------------------------------

export function open(section) {
  return new TideRoom(section);
}

class TideRoom {
  #terms = h("dl", { class: "terms" });
  #services = h("ul", { class: "forecasts" });
  #would = h("ul", { class: "would" });
  #calm = words("p", "console.tide.calm", { class: "calm stack" });
  #windows = h("ul", { class: "tidals" });
  #proposals = document.createElement("tide-proposals");
  #said = refusal();
  #timer = 0;

  constructor(section) {
    const head = h("div", { class: "forecast head", "aria-hidden": "true" }, ...["service", "waiting", "mean", "arrivals", "worth", "wait"].map((name) => words("span", `console.tide.${name}`, { "data-for": name })));
    this.#proposals.className = "panel";
    section.append(this.#terms, this.#said, h("div", { class: "columns" },
      h("div", { class: "panel" }, words("h2", "console.tide.sees"), head, this.#services),
      h("div", { class: "side" }, this.#proposals,
        h("div", { class: "panel" }, words("h2", "console.tide.would"), this.#would, this.#calm),
        h("div", { class: "panel" }, words("h2", "console.tide.windows"), this.#windows))));
  }

  shown() {
    this.#look();
    this.#timer = setInterval(() => !document.hidden && this.#look(), EVERY);
  }

  hidden() {
    clearInterval(this.#timer);
  }

  async #look() {
    const tide = await ask(null, this.#said, () => desk.api.get("/tide"));
    if (tide) this.#draw(tide);
  }

  #draw(tide) {
    const clock = desk.context.clock;
    const at = (iso) => (iso ? clock.hhmm(parse(iso).at) : "–");
    const terms = [
      ["mode", (to) => say(to, `console.tide.mode.${tide.mode}`)],
      ["open-at", (to) => say(to, "console.min", { n: tide.open_at })],
      ["close-at", (to) => say(to, "console.min", { n: tide.close_at })],
      ["look", (to) => write(to, at(tide.look_again))],
      ["free", (to) => write(to, tide.clerks_free.join(", ") || "–")],
    ];
    rows(this.#terms, terms, ([name]) => name, ([name]) => h("div", {}, words("dt", `console.tide.${name}`), h("dd")), (element, [, draw]) => draw(element.lastChild));
    const scale = Math.max(tide.open_at * 2.5, ...tide.services.map((each) => (each.projected_wait < NOBODY ? each.projected_wait : 0)));
    rows(this.#services, tide.services, (each) => each.service, makeForecast, (element, each) => drawForecast(element, each, tide, scale, at));
    this.#proposals.draw(tide.proposed);
    const asked = new Set(tide.proposed.map((each) => each.window));
    const would = tide.would.filter((each) => !asked.has(each.window));
    this.#calm.hidden = would.length > 0;
    rows(this.#would, would, (each) => `${each.window}${each.opens}`, () => h("li", {}, h("h3"), h("p", { class: "stack why" })), (element, each) => {
      say(element.firstChild, each.opens ? "console.tide.open-window" : "console.tide.close-window", { n: each.window });
      put(element.lastChild, each.why);
    });
    rows(this.#windows, tide.windows, (each) => each.no, (each) => makeTidal(each), (element, each) => drawTidal(element, each, at));
  }
}

function makeForecast() {
  return h("li", { class: "forecast" }, h("span", { class: "name" }), ...["waiting", "mean", "arrivals", "worth"].map((name) => h("span", { class: "number", "data-for": name })),
    h("span", { class: "wait" }, h("b", { class: "number" }), h("span", { class: "gauge", "aria-hidden": "true" }, h("i"), h("s"), h("s"))), h("p", { class: "why stack" }));
}

function drawForecast(element, each, tide, scale, at) {
  const [name, waiting, mean, arrivals, worth, wait, why] = element.children;
  const nobody = each.projected_wait >= NOBODY;
  put(name, serviceName(each.service));
  flag(name, "title", lineOf(serviceName(each.service)));
  write(waiting, each.waiting);
  write(mean, each.mean_minutes.toFixed(1));
  write(arrivals, each.arrivals_per_minute.toFixed(2));
  write(worth, each.windows_worth.toFixed(1));
  write(wait.firstChild, nobody ? "∞" : `${Math.round(each.projected_wait)}′`);
  flag(element, "data-hot", Boolean(each.hot_since));
  const [fill, opens, closes] = wait.lastChild.children;
  const share = (minutes) => `${Math.min(100, (minutes / scale) * 100)}%`;
  fill.style.width = nobody ? "100%" : share(each.projected_wait);
  opens.style.left = share(tide.open_at);
  closes.style.left = share(tide.close_at);
  why.hidden = !each.hot_since && !each.why_not;
  if (each.why_not) put(why, each.why_not);
  else if (each.hot_since) say(why, "console.tide.hot-since", { at: at(each.hot_since) });
}

function makeTidal({ no }) {
  const open = h("button", { class: "quiet", onclick: () => document.querySelector("console-sheet").open(no) });
  return h("li", { class: "tidal" }, h("b", { class: "number" }), h("span", { class: "state" }), h("span", { class: "what" }), open);
}

function drawTidal(element, each, at) {
  const [no, state, what, open] = element.children;
  write(no, each.no);
  flag(state, "data-state", each.state);
  say(state, `state.${each.state}`);
  if (each.pin) say(what, `console.pin.is-${each.pin}`);
  else if (each.why_not) put(what, each.why_not);
  else if (each.calm_since) say(what, "console.tide.calm-since", { at: at(each.calm_since) });
  else if (each.open_since && each.state !== "closed") say(what, "console.tide.open-since", { at: at(each.open_since) });
  else write(what, "");
  say(open, "console.pin");
  open.setAttribute("aria-label", `${line("console.window", { n: each.no })} ${line("console.pin")}`);
}
