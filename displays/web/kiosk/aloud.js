// Spoken prompts, for who asks the machine to read aloud.
//
// For: `Aloud`: what the page says at each step, in each language of the page after the other, a little slower than
// usual; what was being said gives way to what is said now. Nothing is said until a visitor asks for it, and nothing after.
// What goes wrong: a browser without a voice; `able` is false and the page does not offer it.

const RATE = 0.9; // of usual speech; most who ask for it are old

export class Aloud {
  #on = false;

  get able() {
    return "speechSynthesis" in window;
  }

  get on() {
    return this.#on;
  }

  set on(wanted) {
    this.#on = wanted && this.able;
    if (!this.#on && this.able) speechSynthesis.cancel();
  }

  /** @param sayings lists of {tag, text}: each saying in each language, as texts.js makes them */
  say(sayings) {
    if (!this.#on) return;
    speechSynthesis.cancel();
    const tags = [...new Set(sayings.flat().map(({ tag }) => tag))];
    for (const tag of tags) {
      const text = sayings.flat().filter((each) => each.tag === tag).map((each) => each.text).join(" ");
      const words = new SpeechSynthesisUtterance(text);
      Object.assign(words, { lang: tag, rate: RATE });
      speechSynthesis.speak(words);
    }
  }
}
