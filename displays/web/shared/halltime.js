// The hall's clock, whatever the clock of this computer says.
//
// For: `parse` (a scene's time), `HallClock` (what time it is in the hall now), `hhmm`, `day`, `minutesBetween`.
// A scene carries `at` with the hall's offset: 2099-03-02T09:12:30.5+08:00. Between two scenes the clock goes on by the
// computer's stop-watch (never its wall clock, which may be an hour wrong), times `speed` in a demonstration.

/** {at: milliseconds, offset: minutes} of an ISO 8601 time with offset. */
export function parse(iso) {
  const offset = /([+-])(\d\d):?(\d\d)(?::?\d\d)?$/.exec(iso);
  const minutes = offset ? (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) : 0;
  // JavaScript knows milliseconds; the hall writes microseconds.
  return { at: Date.parse(iso.replace(/(\.\d{3})\d+/, "$1")), offset: minutes };
}

export class HallClock {
  #at = NaN;
  #offset = 0;
  #heard = 0;
  speed = 1;

  /** Set by the newest scene. */
  set(iso) {
    const { at, offset } = parse(iso);
    this.#at = at;
    this.#offset = offset;
    this.#heard = performance.now();
  }

  get known() {
    return !Number.isNaN(this.#at);
  }

  /** Milliseconds since 1970 in the hall, now. */
  now() {
    return this.#at + (performance.now() - this.#heard) * this.speed;
  }

  /** The last time that the hall itself has said. */
  said() {
    return this.#at;
  }

  /** 09:12 as the clock on the hall's wall shows it. */
  hhmm(at = this.now()) {
    return wall(at, this.#offset).toISOString().slice(11, 16);
  }

  /** The hall's day in the language `tag`. */
  day(tag, at = this.now()) {
    const options = { timeZone: "UTC", month: "long", day: "numeric", weekday: "long" };
    return new Intl.DateTimeFormat(tag, options).format(wall(at, this.#offset));
  }

  /** Seconds since `iso`, not below 0. */
  secondsSince(iso) {
    return iso ? Math.max(0, (this.now() - parse(iso).at) / 1000) : 0;
  }
}

function wall(at, offset) {
  return new Date(at + offset * 60000);
}

/** 75 -> "1:15", 3700 -> "1:01:40". */
export function stopwatch(seconds) {
  const whole = Math.floor(seconds);
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
