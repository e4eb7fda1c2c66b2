// Which calls on a board are new: each is lit at once and rings once.
//
// For: `Announcer`. Every call_id is new once, also after a reconnect or a reload (the ids are kept for the session).
// Chimes queue, never two at once; one that waited too long is dropped: a late call misleads.
// Not for: words: a board with a loudspeaker is told by the hall what to say and when (voice-line.js), and then rings there.

const KEPT = 400; // ids remembered; a day of one board shows fewer at a time than this
const STALE = 30000; // ms after which a call is no longer worth a sound
const SLOT = "tidehall.announced";

export class Announcer extends EventTarget {
  #known;
  #first;
  #queue = [];
  #busy = false;
  #ring;

  /** @param ring makes the chime sound and resolves when it has; null: this board is silent, or rings otherwise */
  constructor(ring) {
    super();
    this.#ring = ring;
    const kept = sessionStorage.getItem(SLOT);
    this.#first = kept === null;
    this.#known = new Set(kept ? JSON.parse(kept) : []);
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
        this.dispatchEvent(new CustomEvent("announce", { detail: call }));
        if (this.#ring) this.#queue.push(performance.now());
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
    while (this.#queue.length) {
      if (performance.now() - this.#queue.shift() < STALE) await this.#ring();
    }
    this.#busy = false;
  }
}
