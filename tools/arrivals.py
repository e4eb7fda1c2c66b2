"""From recorded ticket counts to the `[[arrivals]]` of a hall file. Standard library only; run it by itself:

    python tools/arrivals.py day.csv app/halls/county.toml [--services minutes.csv] [--share 0.25] [--queue tax=192,7]

`day.csv` has the columns `date,from_minute,to_minute,queue_id,tickets,open_windows`: so many tickets were issued for a
queue between two minutes of a day. Which queues stand for which service is said by `trace_queues` in the hall file, or by
`--queue`. `--services` (columns `queue_id,mean_service_minutes`) adds the mean minutes of each service as a comment.

How the figures are made:
- The tickets of an interval are spread evenly over its minutes; half-hours are counted from the hall's first opening.
- A queue that gains more than JUMP tickets in one interval has not been joined by a crowd: its number display was set
  ahead, and the tickets up to that number were issued afterwards, unseen. They are spread evenly from there to the minute
  by which 99 % of the day's tickets were out.
- Who came at most half an hour before the hall opens stands at the door and counts at the opening; other tickets outside
  the hall's hours are left out, and counted in the last line.
- A weekday is the mean of its recorded days. A weekday that the hall serves and nobody recorded is the mean of all
  recorded days, and the first lines say so.

What goes wrong: a CSV without these columns, or a hall file that is not TOML, ends it with one sentence and status 2.
"""

import argparse
import csv
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

JUMP = 20
"""Tickets of one queue in one interval of about five minutes that no door lets in."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Row = tuple[date, int, int, int, int]
"""Date, from minute, to minute, queue, tickets."""

Minutes = dict[tuple[date, int, int], float]
"""Tickets by date, queue and minute of the day."""


def rows_of(lines: Iterable[str]) -> list[Row]:
    """The rows of a recorded day. Raises `ValueError` for a column that is missing or no number."""
    rows: list[Row] = []
    for place, row in enumerate(csv.DictReader(lines), start=2):
        try:
            numbers = [int(row[key]) for key in ("from_minute", "to_minute", "queue_id", "tickets")]
            rows.append((date.fromisoformat(row["date"]), numbers[0], numbers[1], numbers[2], numbers[3]))
        except (KeyError, TypeError, ValueError) as wrong:
            raise ValueError(
                f"line {place}: date,from_minute,to_minute,queue_id,tickets expected, {wrong} came"
            ) from None
    return rows


def by_minute(rows: Sequence[Row]) -> Minutes:
    """Every ticket at its minute, jumps of a number display laid out over the rest of the day."""
    ends = {day: _end_of_day([row for row in rows if row[0] == day]) for day in {row[0] for row in rows}}
    found: Minutes = defaultdict(float)
    for day, start, end, queue, tickets in rows:
        last = max(end, ends[day]) if tickets > JUMP else end
        span = max(1, last - start)
        for minute in range(start, start + span):
            found[day, queue, minute] += tickets / span
    return dict(found)


def _end_of_day(rows: Sequence[Row]) -> int:
    """The minute by which 99 % of the tickets were out."""
    issued, total = 0, sum(row[4] for row in rows)
    for row in sorted(rows, key=lambda each: each[2]):
        issued += row[4]
        if issued >= 0.99 * total:
            return row[2]
    return 0


def half_hours(
    minutes: Minutes, queues: Sequence[int], hours: Mapping[int, Sequence[tuple[int, int]]], share: float
) -> tuple[dict[int, list[float]], float]:
    """Tickets per half-hour from the first opening of the week, by weekday (0 is Monday), for a service that `queues`
    stand for; and how many recorded tickets fell outside `hours` (per weekday: opens, closes, in minutes)."""
    starts = min(opens for spans in hours.values() for opens, _ in spans)
    recorded = sorted({day for day, _, _ in minutes})
    figures: dict[int, list[float]] = {}
    outside = 0.0
    for weekday, spans in hours.items():
        days = [day for day in recorded if day.weekday() == weekday]
        sums: dict[int, float] = defaultdict(float)
        for (day, queue, minute), tickets in minutes.items():
            if queue not in queues or (days and day not in days):
                continue
            at = next((max(minute, opens) for opens, closes in spans if opens - 30 <= minute < closes), None)
            if at is not None:
                sums[(at - starts) // 30] += tickets
            elif days:
                outside += tickets
        of = len(days or recorded)
        figures[weekday] = [
            round(share * sums.get(place, 0.0) / of, 1) for place in range(max(sums, default=-1) + 1)
        ]
    return figures, outside


def _clock(text: str) -> int:
    hour, minute = text.strip().split(":")[:2]
    return int(hour) * 60 + int(minute)


def hours_of(hall: Mapping[str, object]) -> dict[int, list[tuple[int, int]]]:
    """The opening hours of a hall file, by weekday, in minutes of the day; days without any are left out."""
    hours = hall.get("hours")
    found: dict[int, list[tuple[int, int]]] = {}
    if isinstance(hours, dict):
        for weekday, day in enumerate(WEEKDAYS):
            spans = [str(each).split("-") for each in hours.get(day, [])]
            if spans:
                found[weekday] = sorted((_clock(opens), _clock(closes)) for opens, closes in spans)
    return found


def queues_of(hall: Mapping[str, object]) -> dict[str, list[int]]:
    """Which recorded queues stand for each service of a hall file."""
    services = hall.get("service")
    return {
        str(each["code"]): [int(queue) for queue in each.get("trace_queues", [])]
        for each in (services if isinstance(services, list) else [])
        if each.get("trace_queues")
    }


def toml(
    minutes: Minutes,
    queues: Mapping[str, Sequence[int]],
    hours: Mapping[int, Sequence[tuple[int, int]]],
    share: float,
    mean_minutes: Mapping[int, float],
) -> str:
    """The text to paste into the hall file."""
    starts = min(opens for spans in hours.values() for opens, _ in spans)
    recorded = sorted({day for day, _, _ in minutes})
    out: list[str] = []
    for weekday in hours:
        days = [day.isoformat() for day in recorded if day.weekday() == weekday]
        out.append(f"# {WEEKDAYS[weekday]}: mean of {', '.join(days) if days else 'all recorded days'}")
    left_out = 0.0
    totals: dict[int, float] = defaultdict(float)
    for code, ids in queues.items():
        figures, outside = half_hours(minutes, ids, hours, share)
        left_out += outside
        weights = {
            queue: sum(tickets for (_, each, _), tickets in minutes.items() if each == queue) for queue in ids
        }
        known = {queue: weight for queue, weight in weights.items() if queue in mean_minutes}
        out.append("")
        if known and sum(known.values()):
            mean = sum(mean_minutes[queue] * weight for queue, weight in known.items()) / sum(known.values())
            out.append(f"# {code}: mean_minutes = {mean:.1f}")
        out += ["[[arrivals]]", f'service = "{code}"', f'starts = "{starts // 60:02}:{starts % 60:02}"']
        for weekday, row in figures.items():
            totals[weekday] += sum(row)
            out.append(f"{WEEKDAYS[weekday]} = [{', '.join(f'{each:g}' for each in row)}]")
    out.append("")
    out.append(
        "# tickets a day: " + ", ".join(f"{WEEKDAYS[day]} {total:.0f}" for day, total in totals.items())
    )
    out.append(f"# recorded tickets outside these hours, left out: {left_out:.0f}")
    return "\n".join(out) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0, or 2 with a sentence on what is wrong."""
    parser = argparse.ArgumentParser(description="Recorded ticket counts to [[arrivals]] of a hall file.")
    parser.add_argument(
        "day", type=Path, help="CSV: date,from_minute,to_minute,queue_id,tickets,open_windows"
    )
    parser.add_argument("hall", type=Path, help="hall file: hours and trace_queues")
    parser.add_argument("--services", type=Path, help="CSV: queue_id,mean_service_minutes")
    parser.add_argument("--share", type=float, default=1.0, help="part of the tickets to take, such as 0.25")
    parser.add_argument(
        "--queue", action="append", default=[], help="CODE=ID,ID instead of the hall's trace_queues"
    )
    given = parser.parse_args(arguments)
    try:
        with given.day.open(encoding="utf-8", newline="") as file:
            minutes = by_minute(rows_of(file))
        hall = tomllib.loads(given.hall.read_text(encoding="utf-8"))
        mean: dict[int, float] = {}
        if given.services:
            with given.services.open(encoding="utf-8", newline="") as file:
                mean = {
                    int(row["queue_id"]): float(row["mean_service_minutes"]) for row in csv.DictReader(file)
                }
        queues = {
            code: [int(each) for each in ids.split(",")]
            for code, _, ids in (each.partition("=") for each in given.queue)
        } or queues_of(hall)
        hours = hours_of(hall)
    except (OSError, ValueError, KeyError) as wrong:
        print(f"arrivals: {wrong}", file=sys.stderr)
        return 2
    if not minutes or not queues or not hours:
        print("arrivals: recorded tickets, trace_queues and [hours] are all needed", file=sys.stderr)
        return 2
    print(toml(minutes, queues, hours, given.share, mean), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
