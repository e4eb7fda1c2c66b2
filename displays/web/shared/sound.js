// What a page may be heard with: two notes, and sounds that somebody else has made.
//
// For: `Sound`: one audio context for a page; `ring()` the chime, `play(bytes, volume)` a sound, `blocked`.
// Browsers allow no sound before somebody touched the page, unless started with
// --autoplay-policy=no-user-gesture-required; `blocked` says so, and the first touch opens the sound ("change").
// Not for: when something sounds (announce.js, voice-line.js).

export class Sound extends EventTarget {
  #audio = null;

  constructor() {
    super();
    if (!("AudioContext" in window)) return;
    this.#audio = new AudioContext();
    const open = () => this.#audio.resume();
    addEventListener("pointerdown", open);
    addEventListener("keydown", open);
    this.#audio.addEventListener("statechange", () => this.dispatchEvent(new Event("change")));
  }

  /** True while the browser does not let us be heard. */
  get blocked() {
    return Boolean(this.#audio) && this.#audio.state !== "running";
  }

  /** A falling third, the interval of a door bell: E5, C5. Resolves when it has rung. */
  async ring() {
    if (!this.#audio || this.blocked) return;
    const start = this.#audio.currentTime + 0.02;
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

  /** A whole sound file as bytes; resolves when it is over. Throws what cannot be played. */
  async play(bytes, volume) {
    const sound = await this.#audio.decodeAudioData(bytes);
    const source = this.#audio.createBufferSource();
    const loud = this.#audio.createGain();
    source.buffer = sound;
    loud.gain.value = volume;
    source.connect(loud).connect(this.#audio.destination);
    // A context that is suspended in the middle never says that the sound has ended.
    const over = new Promise((done) => {
      source.onended = done;
      setTimeout(done, sound.duration * 1000 + 1000);
    });
    source.start();
    await over;
    source.disconnect();
    loud.disconnect();
  }
}

export function pause(milliseconds) {
  return new Promise((go) => setTimeout(go, milliseconds));
}
