// The pad before the visitor: how was it; and a sentence of the clerk for somebody who does not hear.
//
// For: `/pad/?window=3#token=…` with a pad's key. When a service is done the hall asks; five faces, reasons for the lower
// levels, then a word of thanks. Who presses nothing in time, or is gone when the next service begins, is "not rated".
// What was pressed counts, also if the reasons are never finished. Each service is asked once: what was answered here stays
// answered while the hall has not heard it yet.
// A sentence that the clerk has typed is shown before everything else.
// Not for: whose turn it is (the window's screen), or what the clerk does.
// What goes wrong: an answer that does not reach the hall is sent again with the same key by api.js; then it is given up,
// and the visitor is thanked all the same: it is not the visitor's trouble.

import { SceneView } from "../shared/scene-context.js";
import "../shared/line-state.js";
import { Api, pressKey } from "../shared/api.js";
import { flag, h, write } from "../shared/dom.js";
import { RatingForm } from "../shared/faces.js";
import { line, put, say } from "../shared/texts.js";
import { params, takeToken } from "../shared/params.js";
import { start } from "../shared/start.js";

const THANKS = 4000; // ms that the thanks stay
const SLOT = "tidehall.pad.answered";

let api;

class PadHead extends SceneView {
  #no = h("b", { class: "number" });
  #word = h("span", { class: "word stack" });
  #name = h("p", { class: "name stack" });
  #clerk = h("p", { class: "clerk stack", hidden: true });

  build() {
    say(this.#word, "hall.window");
    this.append(h("p", { class: "no" }, this.#no, this.#word), this.#name, this.#clerk);
  }

  update(scene) {
    write(this.#no, scene.no);
    put(this.#name, scene.name);
    const { plate } = scene;
    this.#clerk.hidden = !plate;
    if (plate) say(this.#clerk, plate.name.zh ? "pad.clerk.name" : "pad.clerk", { name: plate.name, number: plate.staff_no });
    document.title = `${line("pad.title")} ${scene.no}`;
  }
}

class PadPage extends SceneView {
  #panel = h("section", { class: "panel", hidden: true, role: "status" });
  #question = h("section", { class: "question", hidden: true, "aria-labelledby": "pad-ask" });
  #form = new RatingForm();
  #left = h("i", { class: "left", "aria-hidden": "true" });
  #rest = h("section", { class: "rest", role: "status" });
  #number = h("b", { class: "number", hidden: true });
  #said = h("p", { class: "said stack" });
  #open = null; // {ticket, timer, key}: the question on the screen
  #answered = new Set(JSON.parse(sessionStorage.getItem(SLOT) || "[]"));
  #thanks = 0;

  build() {
    this.setAttribute("data-fades", "");
    const ask = h("h1", { class: "stack", id: "pad-ask" });
    say(ask, "rating.ask");
    this.#question.append(ask, this.#form, h("div", { class: "time" }, this.#left));
    this.#rest.append(this.#number, this.#said);
    this.append(this.#panel, this.#question, this.#rest);
    this.#form.addEventListener("chosen", ({ detail }) => {
      flag(this.#question, "data-why", detail !== null);
      this.#wait();
    });
    this.#form.addEventListener("rated", ({ detail }) => this.#answer(detail));
    addEventListener("keydown", ({ key }) => {
      if (this.#question.hidden || this.#form.level !== null) return;
      const button = this.#form.querySelector(`button[data-level="${key}"]`);
      if (button) button.click();
    });
  }

  update(scene, { live }) {
    write(this.#panel, scene.panel);
    // As large as the page holds it: a sentence of n signs fills an area of n times the square of its size.
    this.#panel.style.setProperty("--size", Math.min(7, Math.sqrt(1000 / Math.max(6, scene.panel.length))));
    const ask = live && scene.ask && !this.#answered.has(scene.ask.ticket) ? scene.ask : null;
    if (this.#open && live && (!scene.ask || scene.ask.ticket !== this.#open.ticket)) this.#answer(this.#form.said || { level: null, reasons: [] }, true);
    if (ask && !this.#open) this.#ask(ask, scene);
    this.#show();
    this.#number.hidden = !scene.number || this.#thanks > 0;
    write(this.#number, scene.number);
    say(this.#said, this.#thanks ? "rating.thanks" : `pad.${scene.state}`);
    flag(this.#rest, "data-thanks", this.#thanks > 0);
  }

  #show() {
    const panel = Boolean(this.#panel.textContent);
    this.#panel.hidden = !panel;
    this.#question.hidden = panel || !this.#open;
    this.#rest.hidden = panel || Boolean(this.#open);
  }

  #ask(ask, scene) {
    clearTimeout(this.#thanks);
    this.#thanks = 0;
    this.#open = { ticket: ask.ticket, key: pressKey(), seconds: scene.ask_seconds, timer: 0 };
    flag(this.#question, "data-why", false);
    this.#form.open({ reasons: scene.reasons, below: scene.reasons_below });
    this.#wait();
  }

  /** The time runs, from its beginning: somebody who has pressed a level may think about the reasons as long. */
  #wait() {
    clearTimeout(this.#open.timer);
    const { seconds } = this.#open;
    this.#open.timer = setTimeout(() => this.#answer(this.#form.said || { level: null, reasons: [] }, true), seconds * 1000);
    this.#left.style.animation = "none";
    this.#left.getBoundingClientRect(); // the bar starts anew
    this.#left.style.animation = "";
    this.#left.style.animationDuration = `${seconds}s`;
  }

  async #answer(said, silently = false) {
    const { ticket, key, timer } = this.#open;
    clearTimeout(timer);
    this.#open = null;
    this.#answered.add(ticket);
    while (this.#answered.size > 50) this.#answered.delete(this.#answered.values().next().value);
    sessionStorage.setItem(SLOT, JSON.stringify([...this.#answered]));
    if (!silently || said.level !== null) {
      this.#thanks = setTimeout(() => {
        this.#thanks = 0;
        this.#again();
      }, THANKS);
    }
    this.#again();
    try {
      await api.post(`/tickets/${encodeURIComponent(ticket)}/rate`, said, key);
    } catch (problem) {
      console.warn("A rating did not reach the hall:", problem.message);
    }
  }

  #again() {
    if (this.context && this.context.scene) this.update(this.context.scene, this.context);
  }
}

start((hall) => {
  customElements.define("rating-form", RatingForm);
  customElements.define("pad-head", PadHead);
  customElements.define("pad-page", PadPage);
  const no = Number(params.get("window")) || 0;
  const token = takeToken("pad");
  api = new Api(hall, token);
  document.querySelector("scene-context").listen({ path: `/api/v1/halls/${encodeURIComponent(hall)}/scenes/pad/${no}`, token });
});
