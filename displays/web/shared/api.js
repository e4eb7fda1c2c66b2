// Asking the hall to do something, so that a press counts once, whatever the network does.
//
// For: `Api`: requests with the page's token; `pressKey()` for a press. A changing request carries an
// `Idempotency-Key`: if the answer is lost, the same request with the same key is sent again and the hall gives its
// first answer. After 8 s without any answer the person is told, and may press again with the same key.
// Errors are `Problem`: the hall's own sentence for people in its languages (RFC 9457 `texts`), or ours if it was
// out of reach.
// Not for: what the answer means, or reading the live state (feed.js).

const PATIENCE = 8000; // ms of trying before a person is told
const ONE_TRY = 4000;
const PAUSES = [200, 400, 800, 1000];
const WORTH_ANOTHER_TRY = new Set([502, 503, 504]);

/** 128 random bits. Not crypto.randomUUID: a hall's own network has no https, and there it does not exist. */
export function pressKey() {
  const bits = crypto.getRandomValues(new Uint8Array(16));
  return [...bits].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hall said no, or nothing. `texts` are for people; `key` is a sentence of ours where the hall gave none. */
export class Problem extends Error {
  constructor({ status = 0, rule = "", field = "", texts = null, key = "" }) {
    super(rule || key || `HTTP ${status}`);
    Object.assign(this, { status, rule, field, texts, key });
  }
}

export class Api {
  #base;
  #token;

  constructor(hall, token = "") {
    this.#base = `/api/v1/halls/${encodeURIComponent(hall)}`;
    this.#token = token;
  }

  set token(token) {
    this.#token = token;
  }

  /** The address of something of this hall, for an <img>. */
  where(path) {
    return this.#base + path;
  }

  get(path) {
    return this.#ask("GET", this.#base + path);
  }

  post(path, body, key = pressKey()) {
    return this.#ask("POST", this.#base + path, body, key);
  }

  delete(path) {
    return this.#ask("DELETE", this.#base + path, undefined, pressKey());
  }

  /** Outside a hall, such as /api/v1/setup. */
  postTo(url, body, key = pressKey()) {
    return this.#ask("POST", url, body, key);
  }

  getFrom(url) {
    return this.#ask("GET", url);
  }

  /**
   * A file, or an answer that takes longer than anybody waits for a press: asked once, as long as it takes.
   * Gives the whole answer; throws a Problem.
   */
  async take(path, body) {
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const method = body === undefined ? "GET" : "POST";
    let answer;
    try {
      answer = await fetch(this.#base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
    } catch (error) {
      throw new Problem({ key: "problem.away" });
    }
    if (!answer.ok) opened({ status: answer.status, ok: false, text: await answer.text() });
    return answer;
  }

  async #ask(method, url, body, key) {
    const headers = { Accept: "application/json" };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    if (key) headers["Idempotency-Key"] = key;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" };
    const began = performance.now();
    for (let tries = 0; ; tries += 1) {
      const answer = await once(url, request);
      if (answer && !WORTH_ANOTHER_TRY.has(answer.status)) return opened(answer);
      const pause = PAUSES[Math.min(tries, PAUSES.length - 1)];
      if (performance.now() - began + pause > PATIENCE) {
        if (answer) return opened(answer);
        throw new Problem({ key: "problem.away" });
      }
      await new Promise((go) => setTimeout(go, pause));
    }
  }
}

async function once(url, request) {
  const breakOff = new AbortController();
  const limit = setTimeout(() => breakOff.abort(), ONE_TRY);
  try {
    const answer = await fetch(url, { ...request, signal: breakOff.signal });
    const text = await answer.text();
    return { status: answer.status, ok: answer.ok, text };
  } catch (error) {
    return null; // nobody answered, or the answer broke off: both mean "ask again with the same key"
  } finally {
    clearTimeout(limit);
  }
}

function opened({ status, ok, text }) {
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch (error) {
    value = null;
  }
  if (ok) return value;
  const { rule = "", field = "", texts = null } = value || {};
  throw new Problem({ status, rule, field: field || "", texts, key: texts ? "" : keyFor(status) });
}

function keyFor(status) {
  if (status === 401) return "problem.signed-out";
  if (status === 403) return "problem.not-allowed";
  if (status === 404) return "problem.unknown";
  if (status === 429) return "problem.too-often";
  return status >= 500 ? "problem.server" : "problem.refused";
}
