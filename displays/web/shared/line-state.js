// `<line-state>`: says, in the page's languages, when what is shown may be over, or why nothing can be shown.
//
// For: every page. Silent while the line is live, and for the first moment of a page that is just opening.

import { SceneView } from "./scene-context.js";
import { h, flag } from "./dom.js";
import { say } from "./texts.js";

const PATIENCE = 1200; // ms; a page that opens in less than this never mentions the line

class LineState extends SceneView {
  drawsWithoutScene = true;
  #text = h("p");
  #timer = 0;

  build() {
    this.setAttribute("role", "status");
    this.append(h("i", { "aria-hidden": "true" }), this.#text);
    this.hidden = true;
  }

  update(scene, context) {
    clearTimeout(this.#timer);
    if (context.line === "live") {
      this.hidden = true;
      return;
    }
    if (context.line === "waiting") {
      if (!scene) this.#timer = setTimeout(() => this.#tell("line.opening"), PATIENCE);
      return;
    }
    if (context.line === "refused") {
      flag(this, "data-kind", "refused");
      this.#tell(context.code === 4404 && this.dataset.missing ? this.dataset.missing : `line.refused.${context.code}`);
      return;
    }
    flag(this, "data-kind", "stale");
    if (scene) this.#tell("line.stale", { at: context.clock.hhmm(context.clock.said()) });
    else this.#tell("line.away");
  }

  #tell(key, values) {
    say(this.#text, key, values);
    this.hidden = false;
  }
}

customElements.define("line-state", LineState);
