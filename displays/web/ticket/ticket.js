// The visitor's page behind the QR of the slip: the number, how many are ahead, where to go; and a shout when it is time.
//
// For: `/ticket/?hall=CODE&id=ID`. The id is unguessable and is the only key; nothing on the page says who holds it.
// The page goes on listening when it is in the background. When three are ahead, and when the number is called, it
// sounds and the telephone vibrates, as far as the browser lets a page do that (after one touch).
// What goes wrong: an id of another day, or a wrong one: said so. A visitor who gives the number back is asked once more.

import { SceneView } from "../shared/scene-context.js";
import "../shared/line-state.js";
import { Api } from "../shared/api.js";
import { tell } from "../shared/problem-text.js";
import { flag, h, write } from "../shared/dom.js";
import { line, put, say } from "../shared/texts.js";
import { params } from "../shared/params.js";
import { start } from "../shared/start.js";
import { RatingForm } from "../shared/faces.js";

const SOON = 3; // people ahead when it is time to come near
const ENDED = new Set(["finished", "cancelled", "abandoned", "void"]);

let api;

class TicketPage extends SceneView {
  #number = h("h1", { class: "number" });
  #service = h("p", { class: "service stack" });
  #then = h("p", { class: "then stack", hidden: true });
  #others = h("p", { class: "others stack", hidden: true });
  #last = h("p", { class: "others stack", hidden: true });
  #ending = h("p", { class: "ending stack", hidden: true });
  #state = h("p", { class: "state stack" });
  #what = h("div", { class: "what" });
  #big = h("b", { class: "number big" });
  #word = h("p", { class: "word stack" });
  #guess = h("p", { class: "guess stack" });
  #area = h("p", { class: "area stack" });
  #hint = h("p", { class: "hint stack" });
  #live = h("p", { class: "sr", role: "alert" });
  #cancel = h("button", { class: "quiet", onclick: () => this.#ask() });
  #sure = h("div", { class: "sure", hidden: true, role: "group" });
  #said = h("p", { class: "said stack", role: "alert", hidden: true });
  #time = h("p", { class: "time" });
  #rate = h("section", { class: "rate", hidden: true, "aria-labelledby": "rate-ask" });
  #form = new RatingForm();
  #rateAsk = h("h2", { class: "stack", id: "rate-ask" });
  #rated = ""; // the service that has been rated here
  #before = null; // what the scene before this one said
  #audio = null;

  build() {
    this.hidden = true;
    const label = h("p", { class: "label" });
    say(label, "ticket.number");
    this.#what.append(this.#big, this.#word);
    say(this.#cancel, "ticket.cancel");
    const question = h("p", { class: "stack" });
    say(question, "ticket.cancel.sure");
    const yes = h("button", { class: "alarm", onclick: () => this.#giveBack() });
    say(yes, "ticket.cancel.yes");
    const no = h("button", { class: "quiet", onclick: () => this.#ask(false) });
    say(no, "ticket.cancel.no");
    this.#sure.append(question, h("div", { class: "pair" }, no, yes));
    this.append(
      h("div", { class: "head" }, label, this.#number, this.#service, this.#then, this.#others, this.#last),
      h("section", { class: "card", "data-fades": true }, this.#state, this.#what, this.#guess, this.#area, this.#hint, this.#ending),
      h("div", { class: "foot" }, this.#rate, this.#said, this.#sure, this.#cancel, this.#time),
      this.#live);
    this.#rate.append(this.#rateAsk, this.#form);
    this.#form.addEventListener("rated", ({ detail }) => this.#tellRating(detail));
    // A page may sound and vibrate only after it was touched.
    addEventListener("pointerdown", () => {
      if (!this.#audio && "AudioContext" in window) this.#audio = new AudioContext();
      if (this.#audio) this.#audio.resume();
    });
  }

  update(scene, { clock, live }) {
    const { status, ahead, window: place } = scene;
    this.hidden = false;
    write(this.#number, scene.number);
    put(this.#service, scene.service);
    this.#rest(scene);
    document.documentElement.dataset.status = status;
    say(this.#state, `ticket.${status}`);
    const called = status === "called" || status === "serving";
    this.#what.hidden = !(called || status === "waiting");
    if (called) {
      write(this.#big, place);
      say(this.#word, "hall.window");
    } else if (status === "waiting") {
      write(this.#big, ahead);
      say(this.#word, "ticket.ahead", { n: ahead });
    }
    this.#guess.hidden = status !== "waiting" || !scene.estimate;
    if (!this.#guess.hidden) {
      const [likely, low, high] = scene.estimate;
      say(this.#guess, low === high ? "ticket.estimate" : "ticket.estimate.band", { likely, low, high });
    }
    this.#area.hidden = ENDED.has(status);
    if (called) put(this.#area, scene.window_name);
    else put(this.#area, scene.area);
    const hint = status === "waiting" ? (ahead <= SOON ? "ticket.hint.soon" : "ticket.hint.waiting") : `ticket.hint.${status}`;
    say(this.#hint, hint);
    flag(this, "data-soon", status === "waiting" && ahead <= SOON);
    this.#cancel.hidden = !["waiting", "called", "parked", "missed"].includes(status) || !this.#sure.hidden;
    if (this.#cancel.hidden && !["waiting", "called", "parked", "missed"].includes(status)) this.#sure.hidden = true;
    const rated = Boolean(scene.done) && this.#rated === scene.done.zh;
    const asks = Boolean(scene.rate) && !rated;
    if (asks) say(this.#rateAsk, status === "finished" ? "rating.ask" : "rating.ask.of", { service: scene.done });
    if (asks && this.#rate.hidden) this.#form.open({ reasons: scene.rate, below: scene.reasons_below });
    this.#rate.hidden = !asks;
    if (status === "finished" && (rated || scene.rating)) say(this.#hint, "rating.thanks");
    say(this.#time, "ticket.as-of", { at: clock.hhmm(clock.said()) });
    document.title = status === "called" ? `${scene.number} → ${place}` : `${scene.number} ${line("ticket.title")}`;
    if (live) this.#tell(scene);
  }

  /** What of the visit is still to come, and what becomes of it when the hall has closed. */
  #rest({ remaining = [], free, last, ending, status }) {
    const some = remaining.length > 0 && !ENDED.has(status);
    this.#then.hidden = this.#others.hidden = !some;
    if (some) {
      say(this.#then, free && status === "waiting" ? "ticket.beside" : "ticket.then");
      put(this.#others, { zh: remaining.map((each) => each.zh).join("、"), en: remaining.map((each) => each.en).join(", ") });
    }
    this.#last.hidden = !some || !last;
    if (!this.#last.hidden) {
      const [likely, low, high] = last;
      say(this.#last, "ticket.last", { likely, low, high });
    }
    this.#ending.hidden = !ending;
    if (ending) put(this.#ending, ending);
  }

  /** Once for each step nearer: three ahead, called, called again at another window. */
  #tell(scene) {
    const soon = scene.status === "waiting" && scene.ahead <= SOON;
    const word = scene.status === "called" ? `called ${scene.window}` : soon ? "soon" : scene.status;
    const before = this.#before;
    this.#before = word;
    if (word === before) return;
    if (scene.status === "called") {
      write(this.#live, `${line("ticket.called")} ${scene.window} ${line("hall.window")}`);
      this.#alarm(before === null ? 0 : 3);
    } else if (soon) {
      write(this.#live, line("ticket.hint.soon"));
      this.#alarm(before === null ? 0 : 1);
    } else {
      write(this.#live, line(`ticket.${scene.status}`));
    }
  }

  #alarm(times) {
    if (!times) return;
    if (navigator.vibrate) navigator.vibrate(Array.from({ length: times * 2 }, (_, i) => (i % 2 ? 200 : 400)));
    if (!this.#audio || this.#audio.state !== "running") return;
    for (let i = 0; i < times; i += 1) {
      const tone = this.#audio.createOscillator();
      const loud = this.#audio.createGain();
      const at = this.#audio.currentTime + i * 0.6;
      tone.frequency.value = 880;
      loud.gain.setValueAtTime(0.3, at);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
      tone.connect(loud).connect(this.#audio.destination);
      tone.start(at);
      tone.stop(at + 0.5);
    }
  }

  async #tellRating(said) {
    this.#said.hidden = true;
    const { done } = this.context.scene;
    try {
      await api.post(`/tickets/${encodeURIComponent(params.get("id"))}/rate`, said);
      this.#rated = done.zh;
    } catch (problem) {
      tell(this.#said, problem);
      this.#said.hidden = false;
    }
    if (this.context.scene) this.update(this.context.scene, this.context);
  }

  #ask(open = true) {
    this.#sure.hidden = !open;
    this.#cancel.hidden = open;
    this.#said.hidden = true;
    (open ? this.#sure.querySelector(".quiet") : this.#cancel).focus();
  }

  async #giveBack() {
    const buttons = this.#sure.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    try {
      await api.post(`/tickets/${encodeURIComponent(params.get("id"))}/cancel`);
    } catch (problem) {
      tell(this.#said, problem);
      this.#said.hidden = false;
    }
    for (const button of buttons) button.disabled = false;
    this.#sure.hidden = true;
    if (this.context.scene) this.update(this.context.scene, this.context);
  }
}

start((hall) => {
  api = new Api(hall);
  customElements.define("rating-form", RatingForm);
  customElements.define("ticket-page", TicketPage);
  const id = params.get("id") || "";
  document.querySelector("scene-context").listen({
    path: `/api/v1/halls/${encodeURIComponent(hall)}/scenes/ticket/${encodeURIComponent(id)}`, keepWhenHidden: true,
  });
});
