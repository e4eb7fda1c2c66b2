// The first administrator, with the one-time code that the first start printed.
//
// For: `/setup/#code=…`. The code is taken out of the address bar at once. A used or wrong code is said in the hall's words.

import { Api } from "../shared/api.js";
import { tell } from "../shared/problem-text.js";
import { h } from "../shared/dom.js";
import { loadTexts, say } from "../shared/texts.js";

const SHORTEST = 8; // letters of a password; the server asks for as many

function field(name, attributes) {
  const label = h("span");
  say(label, `setup.${name}`);
  return h("label", {}, label, h("input", { name, required: true, ...attributes }));
}

function form(code) {
  const title = h("h1", { class: "stack" });
  say(title, "setup.title");
  const lead = h("p", { class: "lead stack" });
  say(lead, "setup.lead");
  const said = h("p", { class: "said stack", role: "alert", hidden: true });
  const go = h("button", { class: "main", type: "submit" });
  say(go, "setup.go");
  const element = h("form", {}, title, lead,
    field("code", { autocomplete: "off", spellcheck: "false", value: code }),
    field("name", { autocomplete: "name", maxlength: 64 }),
    field("login", { autocomplete: "username", autocapitalize: "off", spellcheck: "false", maxlength: 64 }),
    field("password", { type: "password", autocomplete: "new-password", minlength: SHORTEST, maxlength: 200 }),
    field("again", { type: "password", autocomplete: "new-password" }),
    said, go);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { code: key, name, login, password, again } = element.elements;
    for (const input of element.querySelectorAll("input")) input.removeAttribute("aria-invalid");
    said.hidden = true;
    if (password.value !== again.value) {
      say(said, "setup.differ");
      refuse(again);
      return;
    }
    go.disabled = true;
    try {
      await new Api("").postTo("/api/v1/setup", {
        code: key.value.trim(), name: name.value.trim(), login: login.value.trim(), password: password.value,
      });
      done();
    } catch (problem) {
      tell(said, problem);
      refuse(element.elements[problem.field]);
    } finally {
      go.disabled = false;
    }

    function refuse(input) {
      said.hidden = false;
      if (!input) return;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }
  });
  return element;
}

function done() {
  const title = h("h1", { class: "stack", tabindex: "-1" });
  say(title, "setup.done");
  const text = h("p", { class: "lead stack" });
  say(text, "setup.done.next");
  const doors = h("a", { class: "main", href: "/" });
  say(doors, "setup.doors");
  document.querySelector("main").replaceChildren(h("div", { class: "done" }, title, text, doors));
  title.focus();
}

await loadTexts();
const code = new URLSearchParams(location.hash.slice(1)).get("code") || "";
history.replaceState(null, "", location.pathname + location.search);
document.querySelector("main").replaceChildren(form(code));
const first = [...document.querySelectorAll("input")].find((input) => !input.value);
if (first) first.focus();
