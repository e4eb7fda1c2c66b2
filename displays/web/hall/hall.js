// The hall board: who is called where, readable from the last row of chairs.
//
// For: the newest call, large; the other calls that somebody must walk to now; then those being served, as far as there
// is room; the numbers before; how many wait. Every call sounds and lights up once: its call_id is remembered, also
// over a reconnect or a reload. `?zone=CODE` shows one zone's calls; `?voice=1`: this board has the zone's loudspeaker, and
// says what the hall tells it to; `?sound=0` is silent;
// `?theme=light` for a bright room.
// Not for: names of people: only where a hall wants it stands 张* beside the service of a call.
// Sizes: one rem is a hundredth of the board's shorter-by-shape side (hall.css), so that 4K is 1080p, twice as fine. A call
// is set in figures of at least 9 % of the board's height: on a 55-inch board 60 mm and more, which is read from 15 m.

import { SceneView } from "../shared/scene-context.js";
import "../shared/line-state.js";
import { Announcer } from "../shared/announce.js";
import { Sound } from "../shared/sound.js";
import { VoiceLine } from "../shared/voice-line.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { parse } from "../shared/halltime.js";
import { put, putEach, say } from "../shared/texts.js";
import { params, takeToken } from "../shared/params.js";
import { start } from "../shared/start.js";

const LIT = 12; // real seconds during which a new call is lit
const DENSITIES = ["wide", "tight", "dense"]; // as large as it can be with everybody who must walk now on the board
const TURN = 6000; // ms a page of calls stays, should more people have to walk at once than the board can hold
const MANY = 12; // services; with more, the waiting list keeps its first language only, in larger type

let announcer;
let sound;

function fold(calls) {
  const zone = params.get("zone");
  return zone ? calls.filter((call) => call.zone === zone) : calls;
}

// -- head -----------------------------------------------------------------------------------------------------------

class HallHead extends SceneView {
  #hall = h("h1", { class: "stack" });
  #time = h("time", { class: "number" });
  #day = h("span", { class: "day stack" });
  #muted = h("p", { class: "muted", hidden: true });

  build() {
    say(this.#muted, "hall.muted");
    this.append(h("site-logo"), this.#hall, this.#muted, h("p", { class: "now", "data-fades": true }, this.#day, this.#time));
    setInterval(() => this.context && this.context.scene && this.update(this.context.scene, this.context), 1000);
    sound.addEventListener("change", () => this.#sound());
    this.#sound();
  }

  #sound() {
    this.#muted.hidden = !sound.blocked || params.get("sound") === "0";
  }

  update(scene, { clock, live }) {
    put(this.#hall, scene.hall);
    if (!live) return;
    write(this.#time, clock.hhmm());
    putEach(this.#day, (tag) => clock.day(tag));
  }
}

// -- calls ----------------------------------------------------------------------------------------------------------

class HallCalls extends SceneView {
  #newest = h("div", { class: "newest" });
  #grid = h("ul", { class: "grid" });
  #empty = h("div", { class: "empty", hidden: true });
  #picture = h("img", { class: "picture", alt: "", hidden: true });
  #words = h("p", { class: "stack" });
  #opens = h("p", { class: "opens stack", hidden: true });
  #noticed = { at: 0, which: 0 };
  #lit = new Set(); // call_ids announced just now
  #page = 0;

  build() {
    this.#empty.append(this.#picture, this.#words, this.#opens);
    this.setAttribute("data-fades", "");
    this.append(this.#newest, this.#grid, this.#empty);
    announcer.addEventListener("announce", ({ detail }) => this.#light(detail));
    setInterval(() => {
      this.#page += 1;
      this.#again();
    }, TURN);
    this.#picture.addEventListener("error", () => {
      this.#picture.hidden = true;
    });
    new ResizeObserver(() => this.#again()).observe(this);
  }

  update(scene, { clock, live }) {
    const calls = fold(scene.calls);
    if (live) announcer.tell(calls, (call) => clock.secondsSince(call.at) / clock.speed);
    // People who must walk now come first; both parts newest first, as they came.
    const shown = [...calls.filter((call) => !call.serving), ...calls.filter((call) => call.serving)];
    const [first, ...others] = shown;
    this.#empty.hidden = Boolean(first);
    this.#newest.hidden = !first;
    this.#grid.hidden = !others.length;
    flag(this, "data-alone", Boolean(first) && !others.length);
    if (!first) this.#idle(scene, clock);
    rows(this.#newest, first ? [first] : [], (call) => `${call.number} ${call.window}`, makeHero, (element, call) => this.#draw(element, call));
    const walking = others.filter((call) => !call.serving).length;
    let room = 0;
    for (const density of DENSITIES) {
      this.#grid.dataset.density = density;
      room = this.#room();
      if (room >= walking) break;
    }
    const pages = Math.max(1, Math.ceil(walking / room));
    const from = (this.#page % pages) * room;
    rows(this.#grid, others.slice(from, from + room), (call) => `${call.number} ${call.window}`, makeCall, (element, call) => this.#draw(element, call));
  }

  /** Nobody is called: what there is to read, one after the other; while the hall is closed, when it opens comes first. */
  #idle(scene, clock) {
    const zone = params.get("zone") || "";
    const notices = scene.notices.filter((each) => !each.zone || each.zone === zone);
    const turns = scene.open ? notices : [null, ...notices];
    const now = performance.now();
    if (now - this.#noticed.at >= scene.notice_seconds * 1000) {
      this.#noticed = { at: now, which: this.#noticed.which + 1 };
    }
    const notice = turns.length ? turns[this.#noticed.which % turns.length] : null;
    flag(this.#empty, "data-notice", Boolean(notice));
    const source = notice && notice.picture ? `/site/${encodeURIComponent(notice.picture)}` : "";
    this.#picture.hidden = !source;
    if (source && this.#picture.getAttribute("src") !== source) this.#picture.src = source;
    if (notice) put(this.#words, notice.text);
    else say(this.#words, scene.open ? "hall.empty" : "hall.closed");
    this.#opens.hidden = Boolean(notice) || scene.open || !scene.opens_at;
    if (!this.#opens.hidden) {
      const { at } = parse(scene.opens_at);
      const day = Object.fromEntries(["zh", "en"].map((code) => [code, clock.day(code === "zh" ? "zh-CN" : code, at)]));
      say(this.#opens, "hall.opens", { day, time: clock.hhmm(at) });
    }
  }

  /** How many calls the grid can hold whole: half a number is worse than none. */
  #room() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const style = getComputedStyle(this.#grid);
    const [tall, gap] = [parseFloat(style.getPropertyValue("--row")) * rem, parseFloat(style.getPropertyValue("--gap")) * rem];
    const columns = Number(style.getPropertyValue("--columns"));
    if (this.#grid.hidden) return columns;
    return Math.max(1, Math.floor((this.#grid.clientHeight + gap + 1) / (tall + gap))) * columns;
  }

  #draw(element, call) {
    const [number, to, window, { children: [service, name] }] = element.children;
    write(number, call.number);
    number.style.setProperty("--signs", Math.max(4, call.number.length));
    write(window.firstChild, call.window);
    window.style.setProperty("--digits", Math.max(2, String(call.window).length));
    put(service, call.service);
    write(name, call.name || "");
    flag(element, "data-serving", call.serving);
    flag(element, "data-lit", this.#lit.has(call.call_id));
    to.setAttribute("aria-hidden", "true");
  }

  #light(call) {
    this.#lit.add(call.call_id);
    this.#page = 0;
    this.#again();
    setTimeout(() => {
      this.#lit.delete(call.call_id);
      this.#again();
    }, LIT * 1000);
  }

  #again() {
    if (this.context && this.context.scene) this.update(this.context.scene, this.context);
  }
}

function parts() {
  const word = h("span", { class: "word stack" });
  say(word, "hall.window");
  return [
    h("b", { class: "number call" }),
    h("i", { class: "to" }),
    h("span", { class: "place" }, h("b", { class: "number" }), word),
    h("span", { class: "about" }, h("span", { class: "service stack" }), h("b", { class: "person" })),
  ];
}

function makeHero() {
  return h("div", { class: "hero", role: "status" }, ...parts());
}

function makeCall() {
  return h("li", {}, ...parts());
}

// -- the end of the day: what becomes of those who still wait --------------------------------------------------------

class HallEnding extends SceneView {
  #text = h("p", { class: "stack" });

  build() {
    this.setAttribute("role", "status");
    this.append(this.#text);
    this.hidden = true;
  }

  update({ ending }) {
    this.hidden = !ending;
    if (ending) put(this.#text, ending);
  }
}

// -- before and waiting -----------------------------------------------------------------------------------------------

class HallRecent extends SceneView {
  #list = h("ul");

  build() {
    const head = h("h2", { class: "stack" });
    say(head, "hall.recent");
    this.setAttribute("data-fades", "");
    this.append(head, this.#list);
  }

  update(scene) {
    const recent = fold(scene.recent);
    this.hidden = !recent.length;
    rows(this.#list, recent, (call) => `${call.number} ${call.window}`, () => h("li", {}, h("b", { class: "number" }), h("span", { class: "number" })),
      (element, call) => {
        write(element.firstChild, call.number);
        write(element.lastChild, call.window);
      });
  }
}

class HallWaiting extends SceneView {
  #total = h("b", { class: "number" });
  #list = h("ul");

  build() {
    const head = h("h2", { class: "stack" });
    say(head, "hall.waiting");
    this.setAttribute("data-fades", "");
    this.append(h("div", { class: "title" }, head, this.#total), this.#list);
  }

  update(scene) {
    write(this.#total, scene.waiting.reduce((sum, each) => sum + each.waiting, 0));
    this.style.setProperty("--services", Math.max(6, scene.waiting.length));
    flag(this, "data-many", scene.waiting.length > MANY);
    rows(this.#list, scene.waiting, (each) => each.service,
      () => h("li", {}, h("i", { class: "number" }), h("span", { class: "stack" }), h("b", { class: "number" })),
      (element, each) => {
        write(element.firstChild, each.prefix);
        put(element.children[1], each.name);
        write(element.lastChild, each.waiting);
        flag(element, "data-none", each.waiting === 0);
      });
  }
}

// -- the page ------------------------------------------------------------------------------------------------------------

start((hall, { chime = true }) => {
  const silent = params.get("sound") === "0" || !chime;
  const speaks = params.get("voice") === "1" && params.get("sound") !== "0";
  sound = new Sound();
  announcer = new Announcer(silent || speaks ? null : () => sound.ring());
  customElements.define("hall-head", HallHead);
  customElements.define("hall-ending", HallEnding);
  customElements.define("hall-calls", HallCalls);
  customElements.define("hall-recent", HallRecent);
  customElements.define("hall-waiting", HallWaiting);
  const context = document.querySelector("scene-context");
  const base = `/api/v1/halls/${encodeURIComponent(hall)}`;
  const token = takeToken("hall");
  context.listen({ path: `${base}/scenes/hall`, token });
  if (speaks) new VoiceLine({ base, token, zone: params.get("zone") || "", sound });
});
