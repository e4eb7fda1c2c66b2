// The doors of the house: which page is for whom, in which hall.
//
// For: `/`. A page that hangs in public needs its own key (`tidehall token issue`); which ones do is said at the door.

import { h } from "./dom.js";
import { loadTexts, put, say } from "./texts.js";
import { params } from "./params.js";

const DOORS = [
  { page: "kiosk", needs: "key" },
  { page: "hall", needs: "key" },
  { page: "window", needs: "key", window: true },
  { page: "pad", needs: "key", window: true },
  { page: "clerk", needs: "password" },
  { page: "console", needs: "password" },
  { page: "book", needs: "nothing" },
  { page: "ticket", needs: "slip" },
];

function text(tag, key, attributes = {}) {
  const element = h(tag, { class: "stack", ...attributes });
  say(element, key);
  return element;
}

function door(hall, { page, needs, window: place }) {
  const query = new URLSearchParams({ hall, ...(place ? { window: "1" } : {}) });
  const parts = [text("b", `doors.${page}`), text("span", `doors.${page}.for`, { class: "for stack" }), text("small", `doors.needs.${needs}`, { class: "needs stack" })];
  return h("li", {}, needs === "slip" ? h("div", { class: "door" }, ...parts) : h("a", { class: "door", href: `${page}/?${query}` }, ...parts));
}

async function halls() {
  const answer = await fetch("/api/v1/halls", { cache: "no-store" });
  if (!answer.ok) throw new Error(`GET /api/v1/halls: ${answer.status}`);
  return answer.json();
}

async function nameOf(code) {
  const answer = await fetch(`/api/v1/halls/${encodeURIComponent(code)}`, { cache: "no-store" });
  const { name = code, name_en: en = code } = answer.ok ? await answer.json() : {};
  return { zh: name, en };
}

await loadTexts();
const main = document.querySelector("main");
main.append(h("header", {}, h("img", { src: "shared/mark.svg", alt: "" }), text("h1", "doors.title")));
try {
  const asked = params.get("hall");
  const codes = (await halls()).filter((code) => !asked || code === asked);
  if (!codes.length) main.append(text("p", "doors.none", { class: "none stack" }));
  for (const code of codes) {
    const name = h("h2", { class: "stack" });
    put(name, await nameOf(code));
    main.append(h("section", {}, name, h("ul", { class: "doors" }, ...DOORS.map((each) => door(code, each)))));
  }
} catch (error) {
  console.error(error);
  main.append(text("p", "line.away", { class: "none stack" }));
}
const papers = h("a", { href: "/docs", class: "stack" });
say(papers, "doors.docs");
main.append(h("footer", {}, papers));
