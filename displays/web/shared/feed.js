// A live line to the hall: the newest scene, and whether it can still be believed.
//
// For: `Feed`. It opens the websocket, hands over scenes, opens it again when it is lost, and says when what is on the
// screen may be over. On the wire: the subprotocols `tidehall.v1` and `bearer.TOKEN`; from the server, scenes as JSON
// text, the newest repeated now and then; from us `ping` after 4 s of silence, answered by `pong`, and what `tell` is given.
// Not for: what a scene means (the views), or drawing (scene-context.js).
//
//   states    waiting  nothing heard yet
//             live     the newest scene is the hall's present state
//             stale    closed for 3 s, or silent for too long: what is shown may be over
//             refused  the server does not let us in: code 4401 token, 4403 not allowed, 4404 no such thing
//
// The traps, met on real browsers:
// * Chromium holds back the websockets of a page whose last ones failed: after 14 failures in a row each attempt took
//   1.3 to 5 s (seen with version 156). So while the server is away we knock with fetch, which is not held back, and
//   open the socket when somebody answers.
// * A cable that is pulled closes nothing. A ping that is not answered does: 9 s of silence make the picture stale, so that
//   a page never shows for more than 10 s what may be over. A ping every 4 s costs less than repeating scenes as often.
// * A computer that slept wakes up with an open socket and an old picture. A tick that comes far too late means that,
//   and the picture is stale until the server has said a word.
// * A hidden page is throttled and nobody looks at it: it hangs up and is full again when it is shown.

const FIRST_RETRY = 250; // ms; a server that restarts is back within seconds: be right again within 2 s of it
const LAST_RETRY = 1000;
const KNOCK_LIMIT = 900; // an unanswered knock (packets dropped, not refused) is given up after this
const OPENING_LIMIT = 2500;
const CLOSED_IS_STALE = 3000;
const SILENCE_IS_STALE = 9000;
const PING_AFTER = 4000;
const TICK = 500;
const SLEPT = 5000;
const REFUSED_RETRY = 15000;
const REFUSALS = new Set([4401, 4403, 4404]);

export class Feed extends EventTarget {
  state = "waiting";
  code = 0;
  #path;
  #token;
  #keepWhenHidden;
  #socket = null;
  #wanted = false;
  #delay = FIRST_RETRY;
  #seq = -1;
  #any = false;
  #opened = 0;
  #heard = 0;
  #pinged = 0;
  #lost = null;
  #slept = null;
  #ticker = 0;
  #timer = 0;
  #lastTick = 0;

  /**
   * @param path of the websocket on this server
   * @param token "" for what is public
   * @param keepWhenHidden true for a page that must go on listening in the background
   */
  constructor({ path, token = "", keepWhenHidden = false }) {
    super();
    this.#path = path;
    this.#token = token;
    this.#keepWhenHidden = keepWhenHidden;
  }

  start() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#lost = performance.now();
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("online", this.#hurry);
    this.#lastTick = Date.now();
    this.#ticker = setInterval(this.#tick, TICK);
    if (!this.#asleep()) this.#open();
  }

  stop() {
    this.#wanted = false;
    document.removeEventListener("visibilitychange", this.#seen);
    removeEventListener("online", this.#hurry);
    clearInterval(this.#ticker);
    this.#hangUp();
  }

  /** Say a word to the hall, if the line is open. Only a loudspeaker has something to say. */
  tell(text) {
    if (this.#socket && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #asleep() {
    return document.hidden && !this.#keepWhenHidden;
  }

  #seen = () => {
    if (this.#asleep()) {
      this.#hangUp();
      if (this.#lost === null) this.#lost = performance.now();
    } else if (!this.#socket) {
      this.#tick();
      this.#hurry();
    } else if (performance.now() - this.#heard > PING_AFTER) {
      // A telephone in a pocket: its timers were held back, its line may be dead. Nothing is believed before a word came.
      this.#slept = performance.now();
      this.#tick();
    }
  };

  #hurry = () => {
    if (!this.#wanted || this.#asleep() || this.#socket) return;
    this.#delay = FIRST_RETRY;
    this.#open();
  };

  #open() {
    clearTimeout(this.#timer);
    const url = new URL(this.#path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url.href, this.#token ? ["tidehall.v1", `bearer.${this.#token}`] : ["tidehall.v1"]);
    this.#socket = socket;
    this.#opened = performance.now();
    this.#heard = 0;
    this.#pinged = 0;
    this.#seq = -1;
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#hear(message.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  #hangUp() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) socket.close();
  }

  #hear(text) {
    this.#heard = performance.now();
    if (text === "pong") {
      if (this.#any && this.#seq >= 0) this.#believe();
      return;
    }
    let scene;
    try {
      scene = JSON.parse(text);
    } catch (error) {
      console.error("The hall sent something that is not a scene:", text.slice(0, 200));
      return;
    }
    // Within one connection the hall only goes forward; a new connection starts with what is true there.
    if (scene.seq < this.#seq) return;
    this.#seq = scene.seq;
    this.#any = true;
    this.#delay = FIRST_RETRY;
    this.dispatchEvent(new CustomEvent("scene", { detail: scene }));
    this.#believe();
  }

  #believe() {
    this.#lost = null;
    this.#slept = null;
    this.#become("live");
  }

  #closed(code) {
    this.#socket = null;
    if (this.#lost === null) this.#lost = performance.now();
    if (REFUSALS.has(code)) {
      this.#become("refused", code);
      this.#later(() => this.#open(), REFUSED_RETRY);
    } else {
      if (this.state === "refused") this.#become("waiting");
      this.#knockIn(this.#delay);
    }
  }

  #later(what, delay) {
    clearTimeout(this.#timer);
    if (this.#wanted && !this.#asleep()) this.#timer = setTimeout(what, delay);
  }

  #knockIn(delay) {
    this.#later(() => this.#knock(), delay);
  }

  async #knock() {
    const began = performance.now();
    const breakOff = new AbortController();
    const limit = setTimeout(() => breakOff.abort(), KNOCK_LIMIT);
    let there = false;
    try {
      const answer = await fetch("/livez", { cache: "no-store", signal: breakOff.signal });
      there = answer.status < 500;
    } catch (error) {
      there = false;
    } finally {
      clearTimeout(limit);
    }
    if (!this.#wanted || this.#asleep() || this.#socket) return;
    this.#delay = Math.min(this.#delay * 2, LAST_RETRY);
    if (there) this.#open();
    else this.#knockIn(Math.max(0, this.#delay - (performance.now() - began)));
  }

  #tick = () => {
    const now = performance.now();
    const wall = Date.now();
    if (Math.abs(wall - this.#lastTick) > SLEPT && this.#socket) this.#slept = now;
    this.#lastTick = wall;
    if (this.#asleep()) return;
    const open = this.#socket && this.#socket.readyState === WebSocket.OPEN;
    const quiet = now - (this.#heard || this.#opened);
    if (this.#slept !== null) {
      this.#doubt();
      if (open && this.#pinged < this.#slept) this.#ping(now);
      if (now - this.#slept > 2000) this.#redial();
    } else if (open && quiet > SILENCE_IS_STALE) {
      this.#doubt();
      this.#redial();
    } else if (open && quiet > PING_AFTER && now - this.#pinged > PING_AFTER) {
      this.#ping(now);
    } else if (this.#socket && !open && now - this.#opened > OPENING_LIMIT) {
      this.#redial();
    }
    if (this.#lost !== null && now - this.#lost > CLOSED_IS_STALE) this.#doubt();
  };

  #ping(now) {
    this.#pinged = now;
    this.#socket.send("ping");
  }

  #redial() {
    this.#slept = null;
    if (this.#lost === null) this.#lost = performance.now();
    this.#hangUp();
    this.#knockIn(0);
  }

  #doubt() {
    if (this.state === "live" || (this.state === "waiting" && this.#lost !== null)) this.#become("stale");
  }

  #become(state, code = 0) {
    if (state === this.state && code === this.code) return;
    this.state = state;
    this.code = code;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, code } }));
  }
}
