// The ticket machine: choose a service, get a number.
//
// For: one press, one number. Which services there are, how many wait, whether paper is there, comes with the scene;
// the number comes from POST tickets. A card laid on the reader may bring a priority class, which the visitor may decline. After the number the page goes back to the start by itself and everything of
// this visitor is wiped: the number, the QR, the press keys, large type and contrast.
// Where a hall has services for persons and for enterprises, two tabs say for whom; a service can be looked for by its
// name or the initials of its pinyin (finder.js); several services may be put on one slip.
// The services stand on one level if they fit on this screen at this type size, else first the zones, then the services.
// What goes wrong: no paper (said before the press, number and QR on the screen), no server (said; buttons rest), a
// service that is closed (says why), an answer that was lost (the same press is asked again with the same key).

import { SceneView } from "../shared/scene-context.js";
import "../shared/line-state.js";
import { Api, pressKey } from "../shared/api.js";
import { tell } from "../shared/problem-text.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { line, put, putEach, say, sentences, wordings } from "../shared/texts.js";
import { takeToken } from "../shared/params.js";
import { start } from "../shared/start.js";
import { Aloud } from "./aloud.js";
import { bookingIn, KioskCheckIn, Scanner } from "./check-in.js";
import { KioskFinder } from "./finder.js";
import { KioskPickUp, slipIn } from "./pick-up.js";
import { drawLoad, drawService, makeLoad, makeService } from "./service-card.js";

const BACK_AFTER = 15; // s; long enough to read a number twice, short enough for the next in line
const FORGET_AFTER = 30000; // ms without a touch: large type, contrast and a half-made choice are the last visitor's
const SLIP_LOOKS = [1500, 4000, 8000]; // ms after the number: has the slip come out?
const LONG = 5; // services; a zone with more may be broken over two columns
const AUDIENCES = ["person", "enterprise"];
const WORTH_FINDING = 9; // services; fewer are seen at a glance
const DENSITIES = ["large", "tall", "roomy", "tight", "dense"];

let api;
let hall;
const pageEvents = new EventTarget();

function shout(name, detail) {
  pageEvents.dispatchEvent(new CustomEvent(name, { detail }));
}

// -- head: whose machine this is, and the time ---------------------------------------------------------------------

class KioskHead extends SceneView {
  #hall = h("h1", { class: "stack" });
  #time = h("time", { class: "number" });
  #day = h("span", { class: "day" });

  build() {
    this.append(this.#hall, h("p", { class: "now", "data-fades": true }, this.#time, this.#day));
    setInterval(() => this.context && this.context.scene && this.update(this.context.scene, this.context), 1000);
  }

  update(scene, { clock, live }) {
    put(this.#hall, scene.hall);
    if (!live) return;
    write(this.#time, clock.hhmm());
    putEach(this.#day, (tag) => clock.day(tag));
  }
}

// -- paper: said before anybody presses ------------------------------------------------------------------------------

class KioskPaper extends SceneView {
  #text = h("p", { class: "stack" });

  build() {
    this.setAttribute("role", "status");
    this.append(h("i", { "aria-hidden": "true" }, "!"), this.#text);
    this.hidden = true;
  }

  update(scene) {
    this.hidden = scene.paper === "ready" || !scene.open;
    if (this.hidden) return;
    flag(this, "data-paper", scene.paper);
    if (scene.paper_note) put(this.#text, scene.paper_note);
    else say(this.#text, `kiosk.paper.${scene.paper}`);
  }
}

// -- card: what a card on the reader brings --------------------------------------------------------------------------

class KioskCard extends SceneView {
  #text = h("p", { class: "stack" });
  #take = h("button", { "aria-pressed": "true", onclick: () => this.#turn() });
  #notice = "";
  #used = "";

  build() {
    this.setAttribute("role", "status");
    say(this.#take, "kiosk.priority");
    this.append(this.#text, this.#take);
    this.hidden = true;
    // A card counts for one visitor: whoever comes next lays down their own.
    pageEvents.addEventListener("forget", () => {
      this.#used = this.#notice;
      this.hidden = true;
    });
  }

  update(scene) {
    const card = scene.card || null;
    const notice = card ? JSON.stringify(card) : "";
    if (notice === this.#notice) return;
    this.#notice = notice;
    if (!notice) this.#used = "";
    this.hidden = !notice || notice === this.#used;
    if (this.hidden) return;
    put(this.#text, card.text);
    flag(this, "data-usable", card.usable);
    this.#take.hidden = !card.priority_class;
    this.#take.setAttribute("aria-pressed", "true");
  }

  #turn() {
    this.#take.setAttribute("aria-pressed", String(this.#take.getAttribute("aria-pressed") !== "true"));
  }

  /** What the card adds to the request for a number: its name, and the class that the visitor takes or declines. */
  get words() {
    if (this.hidden) return {};
    const { id, priority_class: offered, usable } = JSON.parse(this.#notice);
    if (!usable) return {};
    const declined = offered && this.#take.getAttribute("aria-pressed") !== "true";
    return { ...(id ? { card: id } : {}), ...(offered ? { priority_class: declined ? "ordinary" : offered } : {}) };
  }
}

// -- menu ------------------------------------------------------------------------------------------------------------

class KioskMenu extends SceneView {
  #ask = h("h2", { class: "ask stack", tabindex: "-1" });
  #tabs = h("div", { class: "tabs", role: "group" });
  #find = h("button", { class: "tool find", onclick: () => shout("find") });
  #booked = h("button", { class: "tool booked", onclick: () => shout("check-in") });
  #fetch = h("button", { class: "tool fetch", onclick: () => shout("pick-up") });
  #many = h("button", { class: "tool", "aria-pressed": "false", onclick: () => this.#pick(!this.#picking) });
  #basket = h("div", { class: "basket", hidden: true });
  #picked = h("p", { class: "stack", role: "status" });
  #together = h("button", { class: "main", onclick: () => shout("take", this.#chosen()) });
  #audience = "person";
  #picking = false;
  #codes = []; // picked, in the order of the presses
  #most = 1;
  #services = [];
  #back = h("button", { class: "back", onclick: () => this.#enter(null) });
  #closed = h("div", { class: "closed", hidden: true });
  #groups = h("div", { class: "groups" });
  #shelf = h("div", { class: "shelf", "data-fades": true }, this.#groups);
  #zone = null; // zh name of the chosen zone on two levels
  #levels = false;
  #shape = "";
  #groupsNow = [];

  build() {
    const big = h("p", { class: "stack" });
    say(big, "kiosk.closed");
    const small = h("p", { class: "stack soft" });
    say(small, "kiosk.closed.hint");
    this.#closed.append(big, small);
    say(this.#back, "kiosk.back");
    say(this.#find, "kiosk.find");
    say(this.#booked, "kiosk.check-in");
    say(this.#fetch, "kiosk.pick-up");
    say(this.#many, "kiosk.many");
    for (const audience of AUDIENCES) {
      const tab = h("button", { class: "tab", onclick: () => this.#turnTo(audience) });
      tab.dataset.audience = audience;
      say(tab, `kiosk.audience.${audience}`);
      this.#tabs.append(tab);
    }
    const no = h("button", { class: "quiet", onclick: () => this.#pick(false) });
    say(no, "kiosk.many.cancel");
    say(this.#together, "kiosk.many.take");
    this.#basket.append(this.#picked, no, this.#together);
    this.append(
      h("div", { class: "top" }, this.#ask, this.#back, this.#tabs, this.#booked, this.#fetch, this.#many, this.#find),
      this.#closed, this.#shelf, this.#basket);
    document.addEventListener("keydown", (event) => this.hidden || walk(event, this));
    new ResizeObserver(() => this.#fit()).observe(this);
    pageEvents.addEventListener("forget", () => {
      this.#enter(null, false);
      this.#audience = AUDIENCES[0];
      this.#pick(false);
    });
    pageEvents.addEventListener("look", () => this.#fit());
  }

  update(scene) {
    this.#closed.hidden = scene.open;
    this.#shelf.hidden = !scene.open;
    this.#ask.hidden = !scene.open;
    this.#find.hidden = !scene.open || scene.services.length < WORTH_FINDING;
    this.#booked.hidden = !scene.open || !scene.bookings;
    this.#fetch.hidden = !scene.open || !scene.pick_up || !scene.pick_up.length;
    this.#most = scene.visit_most || 1;
    this.#many.hidden = !scene.open || this.#most < 2 || scene.services.length < 2;
    this.#services = scene.services;
    this.#codes = this.#codes.filter((code) => scene.services.some((service) => service.code === code && service.open));
    this.#sort();
    this.#drawBasket();
  }

  /** Services in their zones: those for whom the visitor comes. */
  #sort() {
    const both = AUDIENCES.every((audience) => this.#services.some((service) => service.audience === audience));
    this.#tabs.hidden = !both || !this.#services.length;
    for (const tab of this.#tabs.children) flag(tab, "aria-pressed", String(tab.dataset.audience === this.#audience));
    const groups = new Map();
    for (const service of this.#services) {
      if (both && AUDIENCES.includes(service.audience) && service.audience !== this.#audience) continue;
      const name = service.zone.zh || service.zone.en;
      if (!groups.has(name)) groups.set(name, { name, zone: service.zone, services: [] });
      groups.get(name).services.push(service);
    }
    const shape = JSON.stringify(
      [this.#audience, this.#services.map(({ name, zone, why, estimate }) => [name, zone, why, Boolean(estimate)])]);
    this.#groupsNow = [...groups.values()];
    if (this.#zone !== null && !groups.has(this.#zone)) this.#zone = null;
    this.#draw();
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#fit();
    }
  }

  #turnTo(audience) {
    this.#audience = audience;
    this.#zone = null;
    this.#sort();
    this.#shelf.scrollTop = 0;
  }

  /** Several services are picked first and taken together, on one slip. */
  #pick(on) {
    this.#picking = on;
    this.#codes = [];
    this.#many.setAttribute("aria-pressed", String(on));
    this.#draw();
    this.#drawBasket();
    if (!on) this.#fit();
  }

  #chosen() {
    return this.#codes.map((code) => this.#services.find((service) => service.code === code)).filter(Boolean);
  }

  #press(service) {
    if (!this.#picking) {
      shout("choose", service);
      return;
    }
    if (!service.open) return;
    if (this.#codes.includes(service.code)) this.#codes = this.#codes.filter((code) => code !== service.code);
    else if (this.#codes.length < this.#most) this.#codes = [...this.#codes, service.code];
    this.#draw();
    this.#drawBasket();
  }

  #drawBasket() {
    const was = this.#basket.hidden;
    this.#basket.hidden = !this.#picking;
    const n = this.#codes.length;
    say(this.#picked, n ? (n < this.#most ? "kiosk.many.picked" : "kiosk.many.full") : "kiosk.many.ask", { n, most: this.#most });
    flag(this.#together, "disabled", n === 0);
    if (was !== this.#basket.hidden) this.#density();
  }

  #draw() {
    const inZone = this.#levels && this.#zone !== null;
    const doors = this.#levels && this.#zone === null;
    flag(this, "data-level", this.#levels ? (inZone ? "zone" : "doors") : "all");
    this.#back.hidden = !inZone;
    if (inZone) put(this.#ask, this.#groupsNow.find((group) => group.name === this.#zone).zone);
    else say(this.#ask, doors ? "kiosk.ask.zone" : "kiosk.ask");
    if (doors) {
      rows(this.#groups, this.#groupsNow, (group) => `door ${group.name}`, () => this.#door(), drawDoor);
      return;
    }
    const shown = inZone ? this.#groupsNow.filter((group) => group.name === this.#zone) : this.#groupsNow;
    const headed = !inZone && shown.length > 1;
    flag(this, "data-headed", headed);
    rows(this.#groups, shown, (group) => `zone ${group.name}`, makeGroup, (element, group) => {
      element.firstChild.hidden = !headed;
      flag(element, "data-long", group.services.length > LONG);
      put(element.firstChild, group.zone);
      rows(element.lastChild, group.services, (service) => service.code,
        () => makeService((service) => this.#press(service)), (card, service) => {
          drawService(card, service);
          flag(card, "aria-pressed", this.#picking ? String(this.#codes.includes(service.code)) : null);
        });
    });
  }

  #door() {
    const element = h("button", { class: "door" },
      h("span", { class: "what" }, h("span", { class: "name stack" }), h("span", { class: "count" })),
      makeLoad());
    element.addEventListener("click", () => this.#enter(element.group.name));
    return element;
  }

  #enter(zone, focus = true) {
    if (this.#zone === zone) return;
    this.#zone = zone;
    this.#draw();
    this.#shelf.scrollTop = 0;
    this.#density();
    if (focus) this.#ask.focus();
  }

  /** One level if it fits, else two. Measured, because nobody knows the screen, the type size and the names before. */
  #fit() {
    if (this.hidden || !this.clientHeight || !this.#groupsNow.length) return;
    if (this.#picking) {
      this.#density(); // who is choosing keeps the page as it is
      return;
    }
    this.#levels = false;
    this.#draw();
    if (!this.#density() && this.#groupsNow.length > 1) {
      this.#levels = true;
      this.#draw();
      this.#density();
    }
  }

  #density() {
    return DENSITIES.some((density) => {
      this.dataset.density = density;
      return this.#shelf.scrollHeight <= this.#shelf.clientHeight + 1
        && ![...this.#groups.querySelectorAll(".service, .door")].some((card) => card.scrollWidth > card.clientWidth + 1);
    });
  }

  focusAsk() {
    this.#ask.focus();
  }
}

function makeGroup() {
  return h("section", {}, h("h3"), h("div", { class: "cards" }));
}

function drawDoor(element, group) {
  element.group = group;
  const [[name, count], load] = [element.firstChild.children, element.lastChild];
  put(name, group.zone);
  say(count, "kiosk.services", { n: group.services.length });
  drawLoad(load, group.services.reduce((sum, service) => sum + service.waiting, 0));
  flag(element, "aria-disabled", group.services.every((service) => !service.open) ? "true" : null);
}

/** Arrow keys go to the nearest card in their direction: kiosks have keypads. */
function walk(event, root) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!step) return;
  const cards = [...root.querySelectorAll(".service, .door, .back, .tab, .tool, .basket button")].filter((card) => card.offsetParent);
  const middle = (card) => {
    const box = card.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const here = cards.includes(document.activeElement) ? middle(document.activeElement) : null;
  event.preventDefault();
  if (!here) {
    const first = cards.find((card) => card.matches(".service, .door")) || cards[0];
    if (first) first.focus();
    return;
  }
  let best = null;
  for (const card of cards) {
    const [x, y] = middle(card);
    const along = (x - here[0]) * step[0] + (y - here[1]) * step[1];
    const aside = Math.abs((x - here[0]) * step[1]) + Math.abs((y - here[1]) * step[0]);
    if (along > 4 && (!best || along + 3 * aside < best.cost)) best = { card, cost: along + 3 * aside };
  }
  if (best) best.card.focus();
}

// -- result: the number, or why there is none ------------------------------------------------------------------------

class KioskResult extends SceneView {
  #timers = [];
  #left = 0;
  #ticking = 0;
  #bar = h("i", { class: "bar", "aria-hidden": "true" });
  #count = h("span", { class: "count" });

  /** The request is under way. */
  showBusy(services) {
    this.wipe();
    const name = h("p", { class: "name stack" });
    namesOf(name, services);
    const text = h("p", { class: "stack soft" });
    say(text, "kiosk.busy");
    this.#place("busy", h("i", { class: "spin", "aria-hidden": "true" }), name, text);
    hear(sentences("kiosk.busy"));
  }

  showTicket(ticket, paper, services) {
    this.wipe();
    const label = h("p", { class: "label" });
    say(label, "kiosk.your-number");
    const number = h("p", { class: "number big", tabindex: "-1" }, ticket.number);
    number.style.setProperty("--signs", Math.max(4, ticket.number.length));
    const name = h("p", { class: "name stack" });
    if (services.length > 1) namesOf(name, services);
    else put(name, { zh: ticket.service_name, en: ticket.service_name_en });
    const facts = h("dl", { class: "facts" });
    facts.append(fact("kiosk.ahead", h("dd", { class: "number" }, String(ticket.ahead))));
    const area = h("dd", { class: "stack" });
    put(area, { zh: ticket.area, en: ticket.area_en });
    facts.append(fact("kiosk.area", area));
    const keep = this.#keep(ticket, paper);
    const head = h("div", { class: "head" }, label, number, name);
    this.#place("ticket", head, h("div", { class: "rest" }, facts, keep), this.#foot(true));
    hear(sentences("kiosk.number.said", { number: [...ticket.number].join(" ") }),
      sentences("kiosk.ahead.said", { n: ticket.ahead }), wordings({ zh: ticket.area, en: ticket.area_en }));
    number.focus();
  }

  /** How the visitor keeps the number: on paper, or by camera. Paper that did not come is noticed and said. */
  #keep(ticket, paper) {
    const text = h("p", { class: "stack" });
    const source = `/api/v1/halls/${encodeURIComponent(hall)}/tickets/${encodeURIComponent(ticket.id)}/qr.svg`;
    const qr = h("img", { class: "qr", src: source, alt: line("kiosk.qr") });
    qr.addEventListener("error", () => qr.remove());
    const element = h("div", { class: "keep" }, qr, text);
    const tellSlip = (printed) => {
      flag(element, "data-on", printed ? "paper" : "screen");
      return printed;
    };
    const slip = ticket.slip && ticket.slip.state;
    if (tellSlip((paper === "ready" || paper === "low") && Boolean(slip) && slip !== "failed" && slip !== "unknown")) {
      say(text, "kiosk.take-slip");
      for (const delay of SLIP_LOOKS) this.#timers.push(setTimeout(() => look(), delay));
    } else {
      say(text, slip === "failed" || slip === "unknown" ? "kiosk.slip-failed" : "kiosk.keep");
    }
    const look = async () => {
      try {
        const now = await api.get(`/tickets/${encodeURIComponent(ticket.id)}`);
        if (!element.isConnected || !now.slip || !["failed", "unknown"].includes(now.slip.state)) return;
        tellSlip(false);
        say(text, "kiosk.slip-failed");
        hear(sentences("kiosk.slip-failed"));
        this.#left = BACK_AFTER;
      } catch (error) {
        console.warn("The state of the slip cannot be asked:", error);
      }
    };
    return element;
  }

  showProblem(problem, again) {
    this.wipe();
    const head = h("p", { class: "sorry stack", tabindex: "-1" });
    say(head, "kiosk.sorry");
    const text = h("p", { class: "stack" });
    tell(text, problem);
    const retry = again && h("button", { class: "main", onclick: again });
    if (retry) say(retry, "kiosk.again");
    this.#place("problem", head, text, retry, this.#foot(false));
    hear(sentences("kiosk.sorry"), problem.texts ? wordings(problem.texts) : sentences(problem.key));
    head.focus();
  }

  #foot(longer) {
    const done = h("button", { class: longer ? "main" : "quiet", onclick: () => shout("done") });
    say(done, longer ? "kiosk.done" : "kiosk.back");
    const more = h("button", { class: "quiet", onclick: () => this.#countFrom(BACK_AFTER * 2) });
    say(more, "kiosk.more-time");
    this.#countFrom(BACK_AFTER);
    return h("div", { class: "foot" }, h("p", { class: "left" }, this.#bar, this.#count), more, done);
  }

  #countFrom(seconds) {
    clearInterval(this.#ticking);
    this.#left = seconds;
    const draw = () => {
      say(this.#count, "kiosk.back-in", { n: this.#left });
      this.#bar.style.transform = `scaleX(${Math.min(1, this.#left / BACK_AFTER)})`;
    };
    draw();
    this.#ticking = setInterval(() => {
      this.#left -= 1;
      if (this.#left <= 0) shout("done");
      else draw();
    }, 1000);
  }

  #place(kind, ...children) {
    flag(this, "data-kind", kind);
    this.append(...children.filter(Boolean));
    this.hidden = false;
  }

  /** Nothing of this visitor stays, neither on the screen nor behind it. */
  wipe() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    clearInterval(this.#ticking);
    this.replaceChildren();
    this.hidden = true;
  }
}

function namesOf(element, services) {
  const of = (tongue, between) => services.map((service) => service.name[tongue]).join(between);
  put(element, { zh: of("zh", "、"), en: of("en", ", ") });
}

function fact(key, value) {
  const name = h("dt");
  say(name, key);
  return h("div", {}, name, value);
}

const aloud = new Aloud();

/** For who cannot see the screen: the screen reader is told, and the machine speaks if it was asked to. */
function hear(...sayings) {
  write(document.getElementById("said"), sayings.map((saying) => saying.map(({ text }) => text).join(" ")).join(" "));
  aloud.say(sayings);
}

// -- help: larger, clearer ---------------------------------------------------------------------------------------------

class KioskHelp extends SceneView {
  #large = h("button", { "aria-pressed": "false", onclick: () => this.#turn("type", "large", this.#large) });
  #contrast = h("button", { "aria-pressed": "false", onclick: () => this.#turn("contrast", "high", this.#contrast) });
  #speak = h("button", { "aria-pressed": "false", onclick: () => this.#turnSpeech() });

  build() {
    say(this.#large, "kiosk.large");
    say(this.#contrast, "kiosk.contrast");
    const hint = h("p", { class: "stack" });
    say(hint, "kiosk.desk");
    say(this.#speak, "kiosk.aloud");
    this.#speak.hidden = !aloud.able;
    this.append(hint, this.#speak, this.#large, this.#contrast);
    pageEvents.addEventListener("forget", () => {
      aloud.on = false;
      this.#speak.setAttribute("aria-pressed", "false");
    });
    pageEvents.addEventListener("forget", () => {
      for (const [name, button] of [["type", this.#large], ["contrast", this.#contrast]]) {
        delete document.documentElement.dataset[name];
        button.setAttribute("aria-pressed", "false");
      }
    });
  }

  #turnSpeech() {
    aloud.on = !aloud.on;
    this.#speak.setAttribute("aria-pressed", String(aloud.on));
    if (aloud.on) hear(sentences("kiosk.aloud.on"), sentences("kiosk.ask"));
  }

  #turn(name, value, button) {
    const on = document.documentElement.dataset[name] !== value;
    if (on) document.documentElement.dataset[name] = value;
    else delete document.documentElement.dataset[name];
    button.setAttribute("aria-pressed", String(on));
    shout("look");
  }
}

// -- the page ------------------------------------------------------------------------------------------------------------

start((code) => {
  hall = code;
  const token = takeToken("kiosk");
  api = new Api(hall, token);
  customElements.define("kiosk-head", KioskHead);
  customElements.define("kiosk-paper", KioskPaper);
  customElements.define("kiosk-card", KioskCard);
  customElements.define("kiosk-menu", KioskMenu);
  customElements.define("kiosk-finder", KioskFinder);
  customElements.define("kiosk-check-in", KioskCheckIn);
  customElements.define("kiosk-pick-up", KioskPickUp);
  customElements.define("kiosk-result", KioskResult);
  customElements.define("kiosk-help", KioskHelp);
  const context = document.querySelector("scene-context");
  const menu = document.querySelector("kiosk-menu");
  const result = document.querySelector("kiosk-result");
  const card = document.querySelector("kiosk-card");
  const finder = document.querySelector("kiosk-finder");
  const checkIn = document.querySelector("kiosk-check-in");
  const pickUp = document.querySelector("kiosk-pick-up");
  const asides = [finder, checkIn, pickUp];
  let keys = new Map(); // services -> the press of this visitor: {key, body}
  let busy = false;

  function goBack(focus) {
    result.wipe();
    keys = new Map();
    hear();
    menu.hidden = false;
    for (const view of asides) view.hidden = true;
    document.documentElement.dataset.place = "menu";
    shout("forget");
    shout("look");
    if (focus) menu.focusAsk();
  }

  async function choose(service) {
    if (!service.open) {
      hear(service.why ? wordings(service.why) : sentences("kiosk.not-now"));
      return;
    }
    await take([service]);
  }

  async function take(services) {
    const codes = services.map((service) => service.code);
    const wanted = codes.length === 1 ? { service: codes[0] } : { services: codes, order: "free" };
    if (codes.length) await number(codes.join(" "), "/tickets", { ...wanted, channel: "kiosk", ...card.words }, services);
  }

  /** Who booked has come: the booking becomes a number. */
  async function arrive(words) {
    const named = { name: { zh: line("kiosk.check-in"), en: "" } };
    const { priority_class: declined } = card.words;
    const body = words.card && declined ? { ...words, priority_class: declined } : words;
    await number(`booking ${JSON.stringify(words)}`, "/bookings/check-in", body, [named]);
  }

  /** A result is to be fetched: an earlier visit, by number or by the id on its slip, gets a number for it. */
  async function fetchResult(of) {
    const named = { name: { zh: line("kiosk.pick-up"), en: "" } };
    await number(`pick-up ${of}`, "/tickets", { pickup_of: of, channel: "kiosk", ...card.words }, [named]);
  }

  async function number(name, path, body, services) {
    if (busy || (menu.hidden && asides.every((view) => view.hidden) && result.hidden) || !context.live) return;
    busy = true;
    // A press that is repeated says the very same again, or its key would not be honoured.
    const press = keys.get(name) || { key: pressKey(), body };
    keys.set(name, press);
    for (const view of [menu, ...asides]) view.hidden = true;
    document.documentElement.dataset.place = "result";
    result.showBusy(services);
    try {
      const ticket = await api.post(path, press.body, press.key);
      keys.delete(name);
      result.showTicket(ticket, context.scene ? context.scene.paper : "unknown", services);
    } catch (problem) {
      // No answer at all: the same key again, so that a number that was given is found and not given twice.
      if (problem.status) keys.delete(name);
      result.showProblem(problem, problem.status ? null : () => !busy && number(name, path, body, services));
    } finally {
      busy = false;
    }
  }

  pageEvents.addEventListener("take", (event) => take(event.detail));
  pageEvents.addEventListener("find", () => {
    menu.hidden = true;
    finder.open();
  });
  pageEvents.addEventListener("check-in", () => {
    menu.hidden = true;
    checkIn.open();
  });
  pageEvents.addEventListener("pick-up", () => {
    menu.hidden = true;
    pickUp.open();
  });
  pickUp.addEventListener("asked", (event) => fetchResult(event.detail));
  pickUp.addEventListener("back", () => goBack(true));
  checkIn.addEventListener("arrived", (event) => arrive(event.detail));
  checkIn.addEventListener("back", () => goBack(true));
  new Scanner((scan) => {
    const { bookings = false, pick_up: letters = [] } = context.scene || {};
    const [booking, slip] = [bookings && bookingIn(scan), letters.length && slipIn(scan)];
    if (booking) arrive({ code: booking });
    else if (slip) fetchResult(slip);
    return booking || slip;
  });
  finder.addEventListener("found", (event) => choose(event.detail));
  finder.addEventListener("back", () => goBack(true));
  pageEvents.addEventListener("choose", (event) => choose(event.detail));
  pageEvents.addEventListener("done", () => goBack(true));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !busy) goBack(true);
  });
  addEventListener("contextmenu", (event) => event.preventDefault());

  let idle = 0;
  const touched = () => {
    clearTimeout(idle);
    idle = setTimeout(() => result.hidden && goBack(false), FORGET_AFTER);
  };
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, touched);

  document.documentElement.dataset.place = "menu";
  context.listen({ path: `/api/v1/halls/${encodeURIComponent(hall)}/scenes/kiosk`, token });
});
