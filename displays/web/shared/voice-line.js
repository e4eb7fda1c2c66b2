// A loudspeaker of the hall: told what to say and when, and says each call once.
//
// For: `VoiceLine`, for a board that is opened with `?voice=1`. The hall keeps one queue for all loudspeakers that are
// heard in one zone, words the calls, and hands each to one of them (app/voice.py says how); so two boards side by side do
// not talk over each other. A phrase comes with a sound that the hall has made, or is spoken by this browser.
// What goes wrong: a sound that cannot be had or played is spoken by the browser instead; an engine that never says that it
// has ended is waited for no longer than its words could take. A call that this page said before the line broke is not
// said again, whoever asks.

import { Feed } from "./feed.js";

const KEPT = 200;
const SLOT = "tidehall.spoken";
const SOUND_LIMIT = 3000; // ms until a sound that does not come is given up

export class VoiceLine {
  #feed;
  #base;
  #token;
  #sound;
  #spoken;
  #turn = Promise.resolve();

  /** @param base of the hall's API; @param zone where the loudspeaker stands ("": for the hall); @param sound a Sound */
  constructor({ base, token, zone, sound }) {
    this.#base = base;
    this.#token = token;
    this.#sound = sound;
    this.#spoken = new Set(JSON.parse(sessionStorage.getItem(SLOT) || "[]"));
    this.#feed = new Feed({ path: `${base}/voice?zone=${encodeURIComponent(zone)}`, token, keepWhenHidden: true });
    this.#feed.addEventListener("scene", ({ detail }) => {
      if (detail.say) this.#turn = this.#turn.then(() => this.#say(detail.say)).catch((error) => console.warn("A call was not spoken:", error));
    });
    // Who cannot be heard must not take the word.
    const join = () => {
      if (sound.blocked) return;
      sound.removeEventListener("change", join);
      this.#feed.start();
    };
    sound.addEventListener("change", join);
    join();
  }

  async #say({ id, chime, phrases }) {
    this.#feed.tell(`began ${id}`);
    if (!this.#spoken.has(id)) {
      this.#spoken.add(id);
      while (this.#spoken.size > KEPT) this.#spoken.delete(this.#spoken.values().next().value);
      sessionStorage.setItem(SLOT, JSON.stringify([...this.#spoken]));
      const sounds = new Map();
      for (const { sound } of phrases) if (sound && !sounds.has(sound)) sounds.set(sound, this.#fetch(sound));
      if (chime) await this.#sound.ring();
      for (const phrase of phrases) await this.#phrase(phrase, await sounds.get(phrase.sound));
    }
    this.#feed.tell(`done ${id}`);
  }

  async #phrase({ tag, text, rate, volume }, bytes) {
    if (bytes) {
      try {
        await this.#sound.play(bytes.slice(0), volume); // decoding empties what it is given, and a phrase is repeated
        return;
      } catch (error) {
        console.warn("A sound cannot be played:", error);
      }
    }
    if (!text || !("speechSynthesis" in window)) return;
    await new Promise((done) => {
      const words = new SpeechSynthesisUtterance(text);
      Object.assign(words, { lang: tag, rate, volume });
      const limit = setTimeout(done, (3 + text.length / 3) * 1000 / rate);
      words.onend = words.onerror = () => {
        clearTimeout(limit);
        done();
      };
      speechSynthesis.speak(words);
    });
  }

  async #fetch(name) {
    const breakOff = new AbortController();
    const limit = setTimeout(() => breakOff.abort(), SOUND_LIMIT);
    try {
      const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
      const answer = await fetch(`${this.#base}/sounds/${name}`, { headers, signal: breakOff.signal });
      return answer.ok ? await answer.arrayBuffer() : null;
    } catch (error) {
      return null;
    } finally {
      clearTimeout(limit);
    }
  }
}
