// The strip above a window, as a page: category, window number, number called, state.
//
// For: `?window=3`. Which number stands here now is read from far; what the window does is read by whoever looks for it.
// `&view=seat` is the seat plate, `&view=whereabouts` the whereabouts plate (plates.js), `&view=strip` what stands here.
// Not for: names of clerks (the plates), or sound (the hall board has it).

import { SceneView } from "../shared/scene-context.js";
import "../shared/line-state.js";
import { flag, h, write } from "../shared/dom.js";
import { line, put, say } from "../shared/texts.js";
import { params, takeToken } from "../shared/params.js";
import { start } from "../shared/start.js";
import { SeatPlate, WhereaboutsPlate } from "./plates.js";

const LIT = 12000; // ms during which a new call is lit

class WindowStrip extends SceneView {
  #no = h("b", { class: "number" });
  #word = h("span", { class: "word stack" });
  #name = h("p", { class: "name stack" });
  #number = h("p", { class: "number call" });
  #state = h("p", { class: "state stack" });
  #services = h("p", { class: "services" });
  #callId = null;
  #dark = 0;

  build() {
    say(this.#word, "hall.window");
    const now = h("div", { class: "now", role: "status", "data-fades": true }, this.#number, this.#state);
    this.append(
      h("div", { class: "place" }, h("h1", { class: "no" }, this.#no, this.#word), this.#name),
      now,
      this.#services);
  }

  update(scene) {
    write(this.#no, scene.no);
    this.#no.style.setProperty("--digits", Math.max(2, String(scene.no).length));
    put(this.#name, scene.name);
    flag(this, "data-state", scene.state);
    const call = scene.state === "calling" || scene.state === "serving" ? scene.call : null;
    this.#number.hidden = !call;
    if (call) {
      write(this.#number, call.number);
      this.#number.style.setProperty("--signs", Math.max(4, call.number.length));
    }
    if (scene.state === "paused" && scene.pause_reason) say(this.#state, "window.paused.why", { why: scene.pause_reason });
    else say(this.#state, `window.${scene.state}`);
    const services = { zh: scene.services.map(({ zh }) => zh).join("　"), en: scene.services.map(({ en }) => en).join(" · ") };
    put(this.#services, services);
    document.title = `${scene.no} ${line("hall.window")}`;
    this.#light(call && !call.serving ? call.call_id : null);
  }

  #light(callId) {
    if (callId === this.#callId) return;
    this.#callId = callId;
    clearTimeout(this.#dark);
    flag(this, "data-lit", Boolean(callId));
    if (callId) this.#dark = setTimeout(() => flag(this, "data-lit", false), LIT);
  }
}

const VIEWS = { seat: ["seat-plate", SeatPlate], whereabouts: ["whereabouts-plate", WhereaboutsPlate] };

start((hall) => {
  const [name, kind] = VIEWS[params.get("view")] || ["window-strip", WindowStrip];
  customElements.define(name, kind);
  const context = document.querySelector("scene-context");
  if (kind !== WindowStrip) {
    // Plates are read from near by: ink on paper, unless the address wants otherwise.
    if (!params.get("theme")) delete document.documentElement.dataset.theme;
    context.replaceChild(h(name, { role: "main" }), document.querySelector("window-strip"));
  }
  const no = Number(params.get("window")) || 0;
  const scene = kind === WhereaboutsPlate && !no ? "presence" : `window/${no}`;
  context.listen({ path: `/api/v1/halls/${encodeURIComponent(hall)}/scenes/${scene}`, token: takeToken("window") });
});
