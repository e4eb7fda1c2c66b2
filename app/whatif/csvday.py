"""A recorded day from a CSV of ticket counts.

    date,from_minute,to_minute,queue_id,tickets,open_windows
    2020-01-02,479,483,183,1,3            one ticket of queue 183 between 07:59 and 08:03

For: `of_csv`. The queues are those that `trace_queues` of the hall file names; the tickets of an interval are spread evenly
over it. Such a record has no service times, no classes and no staff: lengths are drawn around the hall's mean minutes,
classes by their usual shares (day.Habits), and every window that is not tidal is staffed while the hall is open
(`7@off` and the like say otherwise; rules.py). The column `open_windows` counts the windows of the hall where it was
recorded, and is not read.
What goes wrong: `Unreadable` for other columns or a day that is not there. What is left out or laid out is a remark.

- Who comes at most half an hour before the hall opens stands at the door; others outside the hours are left out.
- More than LEAP tickets of one queue in one interval are no crowd, but a number display that was set ahead: they are
  spread from there to the minute by which 99 % of the day's tickets were out.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from app.core.hours import ALWAYS
from app.core.plan import HallPlan, Opening, WindowKind
from app.whatif.day import HABITS, Day, Habits, Stage, Stretch, Unreadable, Visitor, minutes_of_day

LEAP = 20
"""Tickets of one queue in one interval of some five minutes that no door lets in."""

AT_THE_DOOR = 30.0
"""Minutes before the opening from which on somebody stands at the door."""

PER_TICKET = 4 / 60
"""Minutes between two tickets of those at the door: two machines, some eight seconds each."""


@dataclass(frozen=True, slots=True)
class _Row:
    day: date
    starts: int
    ends: int
    queue: int
    tickets: int


def of_csv(
    lines: Iterable[str], plan: HallPlan, seed: int, which: date | None = None, habits: Habits = HABITS
) -> Day:
    """The day `which` (None: the first) of a CSV, at the hall of `plan`. Raises Unreadable."""
    rows = _rows(lines)
    if not rows:
        raise Unreadable("文件中没有数据行", "The file has no rows")
    known = sorted({each.day for each in rows})
    chosen = which or rows[0].day
    if chosen not in known:
        there = ", ".join(map(str, known))
        raise Unreadable(
            f"没有 {chosen} 的记录,只有 {there}", f"Nothing was recorded on {chosen}; there is {there}"
        )
    openings = plan.openings(chosen) if plan.hours or plan.exceptions else (ALWAYS,)
    if not openings:
        raise Unreadable(f"按大厅文件,{chosen} 不开放", f"By the hall file the hall is closed on {chosen}")
    moments, remarks = _moments([each for each in rows if each.day == chosen], plan)
    coming, outside = _let_in(moments, openings)
    if outside:
        remarks.append(
            (
                f"{outside} 人在开放时间之外到来,未计入",
                f"{outside} came outside opening hours and are left out",
            )
        )
    chance = Random(f"{seed}/{chosen}")
    return Day(
        date=chosen,
        visitors=tuple(_visitor(at, service, plan, chance, habits) for at, service in coming),
        staffing={
            each.no: _stretches(openings) for each in plan.windows if each.kind is not WindowKind.TIDAL
        },
        remarks=tuple(remarks),
    )


def _rows(lines: Iterable[str]) -> list[_Row]:
    found: list[_Row] = []
    for place, row in enumerate(csv.DictReader(lines), start=2):
        try:
            start, end, queue, tickets = (
                int(row[key]) for key in ("from_minute", "to_minute", "queue_id", "tickets")
            )
            day = date.fromisoformat(row["date"])
        except (KeyError, TypeError, ValueError) as wrong:
            columns = "date,from_minute,to_minute,queue_id,tickets"
            raise Unreadable(
                f"第 {place} 行:应有 {columns} 各列,实际为 {wrong}",
                f"Line {place}: {columns} expected, {wrong} came",
            ) from None
        if not (0 <= start <= end <= 24 * 60 and tickets >= 0):
            raise Unreadable(
                f"第 {place} 行:分钟或号票数超出范围", f"Line {place}: minutes or tickets are out of range"
            )
        found.append(_Row(day, start, end, queue, tickets))
    return found


def _moments(rows: Sequence[_Row], plan: HallPlan) -> tuple[list[tuple[float, str]], list[tuple[str, str]]]:
    """Every ticket at its minute, with its service; and what is to be said of it."""
    service_of = {queue: each.code for each in plan.services for queue in each.trace_queues}
    evening = _end_of_day(rows)
    unknown: Counter[int] = Counter()
    leaps = 0
    moments: list[tuple[float, str]] = []
    for row in rows:
        code = service_of.get(row.queue)
        if code is None:
            unknown[row.queue] += row.tickets
            continue
        ends = max(row.ends, evening) if row.tickets > LEAP else row.ends
        leaps += row.tickets if row.tickets > LEAP else 0
        span = max(1, ends - row.starts)
        moments += [(row.starts + span * (each + 0.5) / row.tickets, code) for each in range(row.tickets)]
    remarks: list[tuple[str, str]] = []
    if leaps:
        remarks.append(
            (
                f"{leaps} 张号票是显示屏跳号,已均匀摊到当天余下时间",
                f"{leaps} tickets were a leap of a number display and are spread over the rest of the day",
            )
        )
    if total := unknown.total():
        queues = ", ".join(map(str, sorted(unknown)))
        remarks.append(
            (
                f"{total} 张号票的队列({queues})没有对应的业务(trace_queues),未计入",
                f"{total} tickets of queues {queues} are left out: no service names them in trace_queues",
            )
        )
    return moments, remarks


def _end_of_day(rows: Sequence[_Row]) -> int:
    issued, total = 0, sum(row.tickets for row in rows)
    for row in sorted(rows, key=lambda each: each.ends):
        issued += row.tickets
        if issued >= 0.99 * total:
            return row.ends
    return 0


def _minute(opening: Opening, *, closes: bool = False) -> float:
    at = opening.closes if closes else opening.opens
    return minutes_of_day(at.hour, at.minute, at.second)


def _let_in(
    moments: list[tuple[float, str]], openings: Sequence[Opening]
) -> tuple[list[tuple[float, str]], int]:
    """Who gets in, in order, those at the door one after another; and how many do not."""
    at_the_door: Counter[float] = Counter()
    coming: list[tuple[float, str]] = []
    outside = 0
    for at, service in sorted(moments):
        opens = next(
            (
                max(at, _minute(each))
                for each in openings
                if _minute(each) - AT_THE_DOOR <= at < _minute(each, closes=True)
            ),
            None,
        )
        if opens is None:
            outside += 1
            continue
        if opens > at:
            at_the_door[opens] += 1
            coming.append((opens + PER_TICKET * at_the_door[opens], service))
        else:
            coming.append((at, service))
    return sorted(coming), outside


def _visitor(at: float, service: str, plan: HallPlan, chance: Random, habits: Habits) -> Visitor:
    stage = Stage(
        service=service,
        minutes=habits.length(chance, plan.service[service].mean_minutes),
        walk=habits.walk(chance),
        missed=int(chance.random() < habits.no_show),
    )
    return Visitor(at, (stage,), habits.priority_class(chance, plan))


def _stretches(openings: Sequence[Opening]) -> tuple[Stretch, ...]:
    """Staffed while the hall is open, and until nobody waits in the evening and before a midday break."""
    return tuple(Stretch(_minute(each), _minute(each, closes=True), evening=True) for each in openings)
