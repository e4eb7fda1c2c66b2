// What the parts of the console share: who is signed in, the way to the hall, and its names.
//
// For: `desk` (one per page), `ask` (a press: its button rests, its refusal is told beside it), small words.
// Not for: drawing.

import { Problem } from "../shared/api.js";
import { h } from "../shared/dom.js";
import { say } from "../shared/texts.js";
import { tell } from "../shared/problem-text.js";

export const desk = {
  hall: "",
  api: null,
  who: { role: "", holder: "", may: [] },
  context: null,
  services: new Map(), // code -> {zh, en}
  prefixes: new Map(), // code -> prefix
  windows: [], // {no, name}
};

export function may(action) {
  return desk.who.may.includes(action);
}

export function serviceName(code) {
  return desk.services.get(code) || { zh: code, en: code };
}

/** What the hall is made of; asked for at the start, and again when the plan may have changed. */
export async function learnHall() {
  const info = await desk.api.get("");
  desk.services = new Map(info.services.map((each) => [each.code, { zh: each.name, en: each.name_en }]));
  desk.prefixes = new Map(info.services.map((each) => [each.code, each.prefix]));
  desk.windows = info.windows.map((each) => ({ no: each.no, name: { zh: each.name, en: each.name_en } }));
  desk.classes = new Map((info.classes || []).map((each) => [each.key, { zh: each.name, en: each.name_en }]));
  desk.context.clock.speed = info.clock_speed || 1;
  return info;
}

/** Run `what` for a pressed button. The hall's refusal goes into `said`; an ended sign-in ends the page's. */
export async function ask(button, said, what) {
  if (button) button.disabled = true;
  if (said) said.hidden = true;
  try {
    return await what();
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) {
      desk.context.dispatchEvent(new CustomEvent("signed-out"));
    }
    if (said) {
      tell(said, problem);
      said.hidden = false;
    } else {
      console.error(problem);
    }
    return undefined;
  } finally {
    if (button) button.disabled = false;
  }
}

/** An element with one of our sentences in it. */
export function words(tag, key, attributes = {}, values = undefined) {
  const element = h(tag, attributes);
  say(element, key, values);
  return element;
}

export function refusal() {
  return h("p", { class: "said stack", role: "alert", hidden: true });
}

/** 17 -> "17 min" in the page's languages. */
export function minutes(element, n) {
  say(element, "console.min", { n });
}
