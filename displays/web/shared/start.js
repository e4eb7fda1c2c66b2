// How every page begins: the texts first, then the page; and what it says if it was opened without a hall.
//
// For: `start(begin)`. `begin(hall, look)` is called once the texts are there and the address names a hall. A server with one
// hall needs no name in the address.

import { dress, lookOf } from "./look.js";
import { loadTexts, say } from "./texts.js";
import { hallCode, params } from "./params.js";
import { h } from "./dom.js";

export async function start(begin) {
  const theme = params.get("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  const hall = hallCode() || (await onlyHall());
  const look = hall ? await lookOf(hall) : {};
  dress(look);
  await loadTexts(look);
  if (hall) {
    begin(hall, look);
    return;
  }
  const text = h("p", { class: "stack" });
  say(text, "page.no-hall");
  document.body.replaceChildren(h("main", { class: "lost" }, text));
}

async function onlyHall() {
  try {
    const answer = await fetch("/api/v1/halls", { cache: "no-store" });
    const halls = answer.ok ? await answer.json() : [];
    return halls.length === 1 ? halls[0] : "";
  } catch (error) {
    return "";
  }
}
