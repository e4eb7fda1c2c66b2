// The console: where supervisors watch the hall and administrators set it up.
//
// For: signing in, the rail of rooms, and opening each room when it is first wanted. The live map is there from the start;
// every other room is a module of its own with `open(section)`, and may offer `shown()` and `hidden()`.
// The room stands in the address (`#tide`), so that a reload, a bookmark and the back button find it.
// Not for: deciding. Whatever is pressed is asked of the hall.
// What goes wrong: somebody signs in who is no supervisor (said at the sign-in), the session ends (back to it).

import { SceneView } from "../shared/scene-context.js";
import "../shared/line-state.js";
import { Api } from "../shared/api.js";
import { tell } from "../shared/problem-text.js";
import { flag, h, write } from "../shared/dom.js";
import { line, put, putEach, say } from "../shared/texts.js";
import { dropToken, keepToken, takeToken } from "../shared/params.js";
import { start } from "../shared/start.js";
import { desk, learnHall, may, words } from "./desk.js";
import { ConsoleAlerts, ConsoleMap, ConsoleSheet } from "./live.js";
import { TideProposals } from "./tide.js";

const ROOMS = [
  { name: "live", sign: "M3 11l9-7 9 7M5 10v10h14V10M10 20v-6h4v6" },
  { name: "tide", sign: "M2 9c3-3 5-3 8 0s5 3 8 0 3-2 4-2M2 16c3-3 5-3 8 0s5 3 8 0 3-2 4-2", from: () => import("./tide.js") },
  { name: "calls", sign: "M4 5h16M4 12h16M4 19h10", from: () => import("./calls.js") },
  { name: "devices", sign: "M6 8V3h12v5M6 17H3V8h18v9h-3M7 13h10v8H7z", from: () => import("./devices.js") },
  { name: "reports", sign: "M4 20V10M10 20V4M16 20v-8M22 20H2", from: () => import("./reports.js"), needs: "see_reports" },
  { name: "whatif", sign: "M4 12a8 8 0 1 0 3-6M4 3v4h4M12 8v4l3 2", from: () => import("./whatif.js"), needs: "run_tide" },
  { name: "setup", sign: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M12 2v4M12 18v4M2 12h4M18 12h4M5 5l2.5 2.5M16.500 16.500L19 19M19 5l-2.500 2.500M7.500 16.500L5 19", from: () => import("./setup.js"), needs: "administer" },
];

const SESSION_ROLES = new Set(["supervisor", "administrator"]);

// -- sign in ------------------------------------------------------------------------------------------------------

class ConsoleLogin extends HTMLElement {
  #said = h("p", { class: "said stack", role: "alert", hidden: true });
  #submit = h("button", { class: "main", type: "submit" });
  #form;

  connectedCallback() {
    if (this.#form) return;
    say(this.#submit, "console.sign-in.go");
    const field = (name, attributes) =>
      h("label", {}, words("span", `console.sign-in.${name}`), h("input", { name, required: true, ...attributes }));
    this.#form = h("form", { onsubmit: (event) => this.#send(event) },
      h("img", { src: "../shared/mark.svg", alt: "", width: "48", height: "48" }),
      words("h1", "console.sign-in", { class: "stack" }),
      field("login", { autocomplete: "username", autocapitalize: "off", spellcheck: "false" }),
      field("password", { type: "password", autocomplete: "current-password" }),
      this.#said, this.#submit);
    this.append(this.#form);
  }

  open(why = "") {
    this.hidden = false;
    this.#form.elements.password.value = "";
    this.#said.hidden = !why;
    if (why) say(this.#said, why);
    this.#form.elements.login.focus();
  }

  async #send(event) {
    event.preventDefault();
    const { login, password } = this.#form.elements;
    this.#submit.disabled = true;
    this.#said.hidden = true;
    try {
      const answer = await desk.api.post("/sessions", { login: login.value.trim(), password: password.value });
      password.value = "";
      if (!SESSION_ROLES.has(answer.role)) {
        desk.api.token = answer.token;
        await desk.api.delete("/sessions/current").catch(() => null);
        desk.api.token = "";
        say(this.#said, "console.not-for-you");
        this.#said.hidden = false;
        return;
      }
      this.dispatchEvent(new CustomEvent("signed-in", { detail: answer.token }));
    } catch (problem) {
      tell(this.#said, problem);
      this.#said.hidden = false;
      password.select();
      password.focus();
    } finally {
      this.#submit.disabled = false;
    }
  }
}

// -- the rail and the head -------------------------------------------------------------------------------------------

function sign(path) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const stroke = document.createElementNS(space, "path");
  stroke.setAttribute("d", path);
  picture.append(stroke);
  return picture;
}

class ConsoleRail extends HTMLElement {
  #doors = new Map();

  connectedCallback() {
    if (this.#doors.size) return;
    const list = h("ul");
    for (const room of ROOMS) {
      const door = h("a", { href: `#${room.name}`, "data-room": room.name }, sign(room.sign), words("span", `console.tab.${room.name}`, { class: "stack" }));
      this.#doors.set(room.name, door);
      list.append(h("li", {}, door));
    }
    // Opened so that the new page finds this sign-in: a plain link would not hand it over.
    const book = words("button", "console.book", { class: "out stack", onclick: () => window.open(`/book/?hall=${encodeURIComponent(desk.hall)}&by=staff`) });
    const out = words("button", "console.sign-out", { class: "out stack", onclick: () => desk.context.dispatchEvent(new CustomEvent("sign-out")) });
    const dark = words("button", "console.dark", { class: "out stack", onclick: () => turnLight(dark) });
    this.append(h("nav", { "aria-label": line("console.title") }, h("img", { src: "../shared/mark.svg", alt: "", class: "mark" }), list), h("div", { class: "foot" }, book, dark, out));
    sayLight(dark);
  }

  /** Only the rooms that the signed-in role may enter. */
  permit() {
    for (const room of ROOMS) this.#doors.get(room.name).parentElement.hidden = Boolean(room.needs && !may(room.needs));
  }

  mark(name) {
    for (const [each, door] of this.#doors) flag(door, "aria-current", each === name ? "page" : false);
  }
}

function sayLight(button) {
  say(button, document.documentElement.dataset.theme === "dark" ? "console.light" : "console.dark");
}

function turnLight(button) {
  const dark = document.documentElement.dataset.theme !== "dark";
  if (dark) document.documentElement.dataset.theme = "dark";
  else delete document.documentElement.dataset.theme;
  localStorage.setItem("tidehall.console.theme", dark ? "dark" : "");
  sayLight(button);
}

const FIGURES = [
  ["waiting", (scene) => scene.waiting],
  ["late", (scene) => scene.late],
  ["longest", (scene) => scene.longest],
  ["mean-wait", (scene) => scene.mean_wait === null ? "–" : scene.mean_wait],
  ["at-windows", (scene) => scene.at_windows],
  ["open-windows", (scene) => `${scene.open_windows}/${scene.windows}`],
  ["served", (scene) => scene.served],
];

class ConsoleHead extends SceneView {
  #name = h("span", { class: "stack" });
  #open = h("span", { class: "open" });
  #clock = h("b", { class: "number" });
  #day = h("span");
  #figures = new Map();

  build() {
    const list = h("dl", { "data-fades": "" });
    for (const [name] of FIGURES) {
      const value = h("dd", { class: "number" });
      this.#figures.set(name, value);
      list.append(h("div", { "data-figure": name }, words("dt", `console.figure.${name}`), value));
    }
    this.append(h("div", { class: "hall" }, h("p", {}, this.#name), this.#open), list,
      h("div", { class: "time" }, this.#clock, this.#day));
    setInterval(() => this.#time(), 1000);
  }

  update(scene) {
    put(this.#name, scene.hall);
    say(this.#open, scene.open ? "console.hall.open" : "console.hall.closed");
    flag(this.#open, "data-open", scene.open);
    for (const [name, read] of FIGURES) write(this.#figures.get(name), read(scene));
    flag(this.#figures.get("late").parentElement, "data-some", scene.late > 0);
    this.#time();
  }

  #time() {
    const clock = this.context && this.context.clock;
    if (!clock || !clock.known || !this.context.live) return;
    write(this.#clock, clock.hhmm());
    putEach(this.#day, (tag) => clock.day(tag));
  }
}

// -- the page ---------------------------------------------------------------------------------------------------------

start((hall) => {
  desk.hall = hall;
  desk.api = new Api(hall, takeToken("console"));
  desk.context = document.querySelector("scene-context");
  const theme = localStorage.getItem("tidehall.console.theme");
  if (theme && !document.documentElement.dataset.theme) document.documentElement.dataset.theme = theme;
  for (const [name, part] of [
    ["console-login", ConsoleLogin], ["console-rail", ConsoleRail], ["console-head", ConsoleHead],
    ["console-map", ConsoleMap], ["console-alerts", ConsoleAlerts], ["console-sheet", ConsoleSheet], ["tide-proposals", TideProposals],
  ]) customElements.define(name, part);
  const login = document.querySelector("console-login");
  const rail = document.querySelector("console-rail");
  const context = desk.context;
  const opened = new Map(); // room -> what its module gave
  let shown = "";

  async function enter(name) {
    const room = ROOMS.find((each) => each.name === name && (!each.needs || may(each.needs))) || ROOMS[0];
    if (room.name === shown) return;
    const before = opened.get(shown);
    shown = room.name;
    if (before && before.hidden) before.hidden();
    rail.mark(room.name);
    let section = document.querySelector(`main > [data-tab="${room.name}"]`);
    if (!section) {
      section = h("section", { "data-tab": room.name, class: `room ${room.name}`, "data-fades": "" },
        h("header", { class: "roomhead" }, words("h1", `console.tab.${room.name}`), words("p", `console.for.${room.name}`)));
      document.querySelector("main").append(section);
      const module = await room.from();
      opened.set(room.name, module.open(section));
    }
    if (shown !== room.name) return; // somebody was quicker than the network
    for (const each of document.querySelectorAll("main > [data-tab]")) each.hidden = each !== section;
    window.scrollTo(0, 0);
    const now = opened.get(room.name);
    if (now && now.shown) now.shown();
  }

  async function work(token) {
    desk.api.token = token;
    try {
      desk.who = await desk.api.get("/sessions/current");
      await learnHall();
    } catch (problem) {
      if (problem.status === 401) {
        leave("console.session-ended");
        return;
      }
      console.warn("The hall could not be asked yet; the live map will be right by itself.", problem);
    }
    login.hidden = true;
    context.hidden = false;
    rail.permit();
    context.listen({ path: `/api/v1/halls/${encodeURIComponent(hall)}/scenes/console`, token });
    enter(location.hash.slice(1) || "live");
  }

  function leave(why) {
    context.hush();
    context.hidden = true;
    dropToken("console");
    desk.api.token = "";
    desk.who = { role: "", holder: "", may: [] };
    for (const [name] of opened) document.querySelector(`main > [data-tab="${name}"]`).remove();
    opened.clear(); // nothing of one person's session stays for the next
    shown = "";
    login.open(why);
  }

  login.addEventListener("signed-in", ({ detail: token }) => {
    keepToken("console", token);
    work(token);
  });
  context.addEventListener("line", ({ detail }) => {
    if (detail.line === "refused" && detail.code === 4401) leave("console.session-ended");
    if (detail.line === "refused" && detail.code === 4403) leave("console.not-for-you");
  });
  context.addEventListener("signed-out", () => leave("console.session-ended"));
  context.addEventListener("sign-out", async () => {
    await desk.api.delete("/sessions/current").catch((problem) => console.warn("The session ends by itself.", problem));
    leave("");
  });
  addEventListener("hashchange", () => !context.hidden && enter(location.hash.slice(1)));

  const token = sessionStorage.getItem("tidehall.token.console") || "";
  if (token) work(token);
  else login.open();
});
