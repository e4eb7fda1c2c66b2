// Sound for a call: a chime of two notes, and a voice if the page is asked for one.
//
// For: `Announcer`. Every call_id sounds once, also after a reconnect or a reload (the ids are kept for the session);
// announcements queue, never two at once, and one that waited too long is dropped: a late call misleads.
// Browsers allow no sound before somebody touched the page, unless started with
// --autoplay-policy=no-user-gesture-required; `blocked` says so, and the first touch opens the sound.
// Not for: which calls there are (the views).

import { speech } from "./texts.js";

const KEPT = 400; // ids remembered; a day of one board shows fewer at a time than this
const STALE = 30000; // ms after which a call is no longer worth saying
const SLOT = "tidehall.announced";

export class Announcer extends EventTarget {
  #known;
  #first;
  #queue = [];
  #busy = false;
  #audio = null;
  #chime;
  #voice;
  #rate;
  #repeat;

  /** @param repeat how often the sentence is spoken; @param rate 1 is the voice's own speed, 0.8 is slower */
  constructor({ chime = true, voice = false, rate = 0.9, repeat = 2 }) {
    super();
    this.#chime = chime;
    this.#voice = voice && "speechSynthesis" in window;
    this.#rate = rate;
    this.#repeat = repeat;
    const kept = sessionStorage.getItem(SLOT);
    this.#first = kept === null;
    this.#known = new Set(kept ? JSON.parse(kept) : []);
    if (chime && "AudioContext" in window) {
      this.#audio = new AudioContext();
      const open = () => this.#audio.resume().then(() => this.dispatchEvent(new Event("change")));
      addEventListener("pointerdown", open);
      addEventListener("keydown", open);
      this.#audio.addEventListener("statechange", () => this.dispatchEvent(new Event("change")));
    }
  }

  /** True while the browser does not let us be heard. */
  get blocked() {
    return Boolean(this.#audio) && this.#audio.state === "suspended";
  }

  /**
   * Tell every call that stands on the board now; the new ones are announced, oldest first.
   * What a page finds when it is opened for the first time has been called before: it is only remembered.
   * @param calls newest first
   * @param age call -> seconds since it was called
   * @returns the call ids that are new
   */
  tell(calls, age) {
    const fresh = calls.filter((call) => !this.#known.has(call.call_id));
    const first = this.#first;
    this.#first = false;
    if (!fresh.length && !first) return [];
    for (const call of [...fresh].reverse()) {
      this.#known.add(call.call_id);
      if (!first && !call.serving && age(call) * 1000 < STALE) {
        this.#queue.push({ call, since: performance.now() });
      }
    }
    while (this.#known.size > KEPT) this.#known.delete(this.#known.values().next().value);
    sessionStorage.setItem(SLOT, JSON.stringify([...this.#known]));
    this.#next();
    return first ? [] : fresh.map((call) => call.call_id);
  }

  async #next() {
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      if (performance.now() - next.since > STALE) continue;
      this.dispatchEvent(new CustomEvent("announce", { detail: next.call }));
      if (this.#chime) await this.#ring();
      if (this.#voice) await this.#speak(next.call);
    }
    this.#busy = false;
  }

  async #ring() {
    if (!this.#audio || this.#audio.state !== "running") return;
    const start = this.#audio.currentTime + 0.02;
    // A falling third, the interval of a door bell: E5, C5.
    for (const [pitch, after] of [[659.26, 0], [523.25, 0.42]]) {
      const tone = this.#audio.createOscillator();
      const loud = this.#audio.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.0001, start + after);
      loud.gain.exponentialRampToValueAtTime(0.35, start + after + 0.03);
      loud.gain.exponentialRampToValueAtTime(0.0001, start + after + 1.1);
      tone.connect(loud).connect(this.#audio.destination);
      tone.start(start + after);
      tone.stop(start + after + 1.15);
    }
    await pause(1100);
  }

  async #speak(call) {
    const sentences = speech("voice.call", { number: call.number, window: call.window });
    for (let time = 0; time < this.#repeat; time += 1) {
      for (const { tag, text } of sentences) await this.#say(tag, text);
    }
  }

  #say(tag, text) {
    return new Promise((done) => {
      const words = new SpeechSynthesisUtterance(text);
      words.lang = tag;
      words.rate = this.#rate;
      // Some engines never say that they have ended.
      const limit = setTimeout(done, 12000);
      words.onend = words.onerror = () => {
        clearTimeout(limit);
        done();
      };
      speechSynthesis.speak(words);
    });
  }
}

function pause(milliseconds) {
  return new Promise((go) => setTimeout(go, milliseconds));
}
