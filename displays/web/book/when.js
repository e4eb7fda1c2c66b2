// Days and times of a booking, as the hall's wall has them.
//
// For: the times of the API, which carry the hall's offset, so that what is shown is what is written, whatever zone the
// visitor's telephone is in.

/** 09:30 of 2099-03-02T09:30:00+08:00. */
export function hhmm(iso) {
  return iso.slice(11, 16);
}

/** 2099-03-02 of a time. */
export function dayOf(iso) {
  return iso.slice(0, 10);
}

function utc(day) {
  return new Date(`${day}T00:00:00Z`);
}

/** A day in the language `tag`: 3月2日星期一, Monday, March 2. */
export function longDay(tag, day) {
  return new Intl.DateTimeFormat(tag, { timeZone: "UTC", month: "long", day: "numeric", weekday: "long" }).format(utc(day));
}

/** The name of a weekday, 0 is Monday, as short as the language has it. */
export function weekdayName(tag, weekday) {
  return new Intl.DateTimeFormat(tag, { timeZone: "UTC", weekday: "narrow" }).format(utc(`2024-01-0${weekday + 1}`));
}

/** 2 of 2099-03-02; on the first of a month, and where asked, with the month. */
export function shortDay(day, withMonth) {
  const [, month, date] = day.split("-").map(Number);
  return withMonth || date === 1 ? `${month}/${date}` : String(date);
}

/** The time, with its day where that is not `day`. */
export function near(tag, iso, day) {
  return dayOf(iso) === day ? hhmm(iso) : `${longDay(tag, dayOf(iso))} ${hhmm(iso)}`;
}
