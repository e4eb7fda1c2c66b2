// A sentence for somebody who does not hear, typed by the clerk and shown on the pad of the window.
//
// For: `<clerk-panel>` in the clerk's column, folded away until it is needed. `connect(api, window)` says whose window it is.
// Not for: keeping it: the hall forgets it when the person goes (app/panel.py).

import { h } from "../shared/dom.js";
import { tell } from "../shared/problem-text.js";
import { line, say } from "../shared/texts.js";

const LONGEST = 200; // signs, as the API takes them

export class ClerkPanel extends HTMLElement {
  #text = h("input", { type: "text", maxlength: LONGEST, autocomplete: "off" });
  #said = h("p", { class: "said stack", role: "status", hidden: true });
  #path = "";
  #api = null;

  connectedCallback() {
    if (this.firstChild) return;
    const title = h("summary", { class: "stack" });
    say(title, "panel.label");
    this.#text.setAttribute("aria-label", line("panel.label"));
    this.#text.placeholder = line("panel.hint");
    const show = h("button", { class: "go", type: "submit" });
    say(show, "panel.show");
    const clear = h("button", { class: "quiet", type: "button", onclick: () => this.#send("") });
    say(clear, "panel.clear");
    const form = h("form", {}, this.#text, h("div", { class: "pair" }, clear, show));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#text.value.trim()) this.#send(this.#text.value);
    });
    // Letters typed here are no shortcuts.
    form.addEventListener("keydown", (event) => event.stopPropagation());
    this.append(h("details", {}, title, form, this.#said));
  }

  connect(api, window) {
    this.#api = api;
    this.#path = `/windows/${window}/panel`;
  }

  async #send(text) {
    try {
      await this.#api.post(this.#path, { text });
      if (text) say(this.#said, "panel.shown");
      this.#said.hidden = !text;
      if (!text) this.#text.value = "";
    } catch (problem) {
      tell(this.#said, problem);
      this.#said.hidden = false;
    }
  }
}
