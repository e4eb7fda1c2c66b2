// The one element of a page that holds its state, and the views that draw it.
//
// For: `<scene-context>` owns the feed, the newest scene and the hall's clock; `SceneView` is the base of every view.
// A view has one `update(scene, context)`; it is called with the newest scene, once per frame at most, and again when
// the state of the line changes. Views find their context by an event that bubbles up, so they can stand anywhere
// inside it and come and go.
// On <html> stands `data-line="waiting|live|stale|refused"`, so that CSS can grey what may be over.
// Not for: asking anything of the hall (api.js).

import { Feed } from "./feed.js";
import { HallClock } from "./halltime.js";

export class SceneContext extends HTMLElement {
  scene = null;
  line = "waiting";
  code = 0;
  clock = new HallClock();
  #views = new Set();
  #feed = null;
  #drawing = 0;

  constructor() {
    super();
    this.addEventListener("scene-wanted", (event) => {
      event.stopPropagation();
      event.detail.context = this;
      this.#views.add(event.detail);
      if (this.scene) event.detail.update(this.scene, this);
    });
  }

  /** Listen to `path`; see Feed for the settings. */
  listen(settings) {
    this.hush();
    this.scene = null;
    this.#feed = new Feed(settings);
    this.#feed.addEventListener("scene", (event) => {
      this.scene = event.detail;
      this.clock.speed = this.scene.speed || 1;
      this.clock.set(this.scene.at);
      this.#draw();
    });
    this.#feed.addEventListener("state", (event) => {
      this.#become(event.detail.state, event.detail.code);
    });
    this.#become("waiting", 0);
    this.#feed.start();
  }

  /** Stop listening, and forget what was heard. */
  hush() {
    if (this.#feed) this.#feed.stop();
    this.#feed = null;
    this.scene = null;
  }

  /** True while what is on the screen is the hall's present state. */
  get live() {
    return this.line === "live";
  }

  leave(view) {
    this.#views.delete(view);
  }

  disconnectedCallback() {
    this.hush();
  }

  #become(line, code) {
    this.line = line;
    this.code = code;
    document.documentElement.dataset.line = line;
    this.dispatchEvent(new CustomEvent("line", { detail: { line, code } }));
    this.#draw();
  }

  #draw() {
    if (document.hidden) {
      this.#drawNow(); // nobody sees it, and frames do not come; but a telephone may still ring
    } else if (!this.#drawing) {
      this.#drawing = requestAnimationFrame(() => this.#drawNow());
    }
  }

  #drawNow() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = 0;
    for (const view of this.#views) {
      if (this.scene || view.drawsWithoutScene) view.update(this.scene, this);
    }
  }
}

/** A view: a custom element with one `update(scene, context)`. It builds its children in `build()`, once. */
export class SceneView extends HTMLElement {
  context = null;
  #built = false;

  connectedCallback() {
    if (!this.#built) {
      this.#built = true;
      this.build();
    }
    this.dispatchEvent(new CustomEvent("scene-wanted", { bubbles: true, detail: this }));
  }

  disconnectedCallback() {
    if (this.context) this.context.leave(this);
  }

  build() {}

  update() {}
}

customElements.define("scene-context", SceneContext);
