// What the pages say, in the languages of the hall.
//
// For: `loadTexts` once at the start; then `say(element, key, values)` for our own sentences and `put(element, text)`
// for the hall's names, which arrive as {"zh": …, "en": …}. Every language gets its own <span lang dir>, the first
// language first; how they stand to each other (beside, below, how small) is the page's CSS.
// The languages and their order are the hall's (look.js), or those of `?lang=zh,en`. A further language is one file beside this one,
// texts.XX.json, and `?lang=XX,zh`. A sentence may be {"one": …, "other": …}: the rules of the language choose by {n}.
// What goes wrong: a missing file or key is shown in the next language that has it; a page is never empty for want of
// a translation.

import { params } from "./params.js";

let tongues = [];
let namedIn = "en"; // the language of the second name of everything in the hall file

/**
 * Fetch the message files and fill what stands in the page as `data-say` and `data-label`.
 * @param look how the hall wants it: {languages, directions, named_in}
 */
export async function loadTexts({ languages = ["zh", "en"], directions = [], named_in = "en" } = {}) {
  const asked = params.get("lang");
  const codes = (asked ? asked.split(",") : languages).filter((code) => /^[a-z]{2,8}(-[a-z0-9]{2,8})*$/i.test(code));
  namedIn = named_in;
  const files = await Promise.all((codes.length ? codes : ["zh", "en"]).map(fetchTongue));
  files.forEach((tongue, index) => {
    const runs = asked ? "" : directions[index];
    if (tongue && runs) Object.assign(tongue, { dir: runs === "rtl" ? "rtl" : "ltr", vertical: runs === "vertical" });
  });
  tongues = files.filter(Boolean);
  if (!tongues.length) tongues = [await fetchTongue("zh")].filter(Boolean);
  const first = tongues[0] || { tag: "zh-CN", dir: "ltr" };
  document.documentElement.lang = first.tag;
  document.documentElement.dir = first.dir;
  document.documentElement.toggleAttribute("data-columns", tongues.some((tongue) => tongue.vertical));
  sayAll(document);
}

async function fetchTongue(code) {
  try {
    const answer = await fetch(new URL(`./texts.${code}.json`, import.meta.url), { cache: "no-cache" });
    if (!answer.ok) return null;
    const texts = await answer.json();
    const { tag = code, dir = "ltr", writing = "" } = texts.language || {};
    return { code, tag, dir, vertical: writing === "vertical", texts, plural: new Intl.PluralRules(tag) };
  } catch (error) {
    console.warn(`texts.${code}.json cannot be read:`, error);
    return null;
  }
}

/** The sentence in each language that has it: [{tag, dir, text}], first language first. */
export function sentences(key, values = {}) {
  const found = [];
  for (const tongue of tongues) {
    let template = tongue.texts[key];
    if (template && typeof template === "object") {
      template = template[tongue.plural.select(Number(values.n) || 0)] || template.other;
    }
    if (template !== undefined) found.push({ ...run(tongue), text: filled(template, values, tongue.code) });
  }
  return found;
}

function filled(template, values, code) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined || value === null) return whole;
    return typeof value === "object" ? inTongue(value, code) : String(value);
  });
}

function run({ tag, dir, vertical }) {
  return { tag, dir, vertical };
}

function inTongue(text, code) {
  return text[code === namedIn ? "en" : code] || text.zh || text.en || "";
}

/** Our own sentence into `element`. */
export function say(element, key, values) {
  spans(element, sentences(key, values));
}

/** A name of the hall, {"zh": …, "en": …}, into `element`; null empties it. */
export function put(element, text) {
  spans(
    element,
    text ? tongues.map((tongue) => ({ ...run(tongue), text: inTongue(text, tongue.code) })) : [],
  );
}

/** A name of the hall in each language: [{tag, dir, text}], first language first, nothing twice. */
export function wordings(text) {
  if (!text) return [];
  const all = tongues.map((tongue) => ({ ...run(tongue), text: inTongue(text, tongue.code) }));
  return all.filter((each, index) => each.text && all.findIndex((other) => other.text === each.text) === index);
}

/** Something that is made for each language, such as a date: `make(tag)` -> text. */
export function putEach(element, make) {
  spans(element, tongues.map((tongue) => ({ ...run(tongue), text: make(tongue.tag) })));
}

/** The same sentence as one line, for a label, a title, or a voice that reads the page. */
export function line(key, values) {
  return sentences(key, values).map((each) => each.text).join(" ");
}

/** A name of the hall as one line. */
export function lineOf(text) {
  if (!text) return "";
  return [...new Set(tongues.map((tongue) => inTongue(text, tongue.code)))].join(" ");
}

function spans(element, wanted) {
  const shown = wanted.filter((each, index) => each.text && wanted.findIndex((other) => other.text === each.text) === index);
  while (element.children.length > shown.length || (element.firstChild && !element.firstElementChild)) element.lastChild.remove();
  shown.forEach((each, index) => {
    let span = element.children[index];
    if (!span) {
      span = document.createElement("span");
      element.append(index ? " " : "", span);
    }
    if (span.lang !== each.tag) span.lang = each.tag;
    if (span.dir !== each.dir) span.dir = each.dir;
    if (span.hasAttribute("data-columns") !== Boolean(each.vertical)) span.toggleAttribute("data-columns", Boolean(each.vertical));
    span.className = index ? "also" : "first";
    if (span.textContent !== each.text) span.textContent = each.text;
  });
}

/** Fill every `data-say="key"` (text) and `data-label="key"` (aria-label) below `root`. */
export function sayAll(root) {
  for (const element of root.querySelectorAll("[data-say]")) say(element, element.dataset.say);
  for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", line(element.dataset.label));
  const title = root.querySelector("title[data-title]");
  if (title) title.textContent = line(title.dataset.title);
}
