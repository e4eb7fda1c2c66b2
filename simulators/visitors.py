"""The visitors of a simulated day: who comes when, for what, and how each of them is.

For: `expected` (a day after the half-hourly figures of a hall file), `recorded` (a day replayed from a CSV), and `manner`
(what a person does once called). All of it is drawn from the seed and the day alone, so that a day that was broken off
goes on with the same people.
Not for: asking for tickets (day.py), or serving (clerk.py).

A recorded day is a CSV with the columns `date,from_minute,to_minute,queue_id,tickets,open_windows`: so many tickets
were issued for a queue between two minutes of a day. They are spread evenly over these minutes. Its queues are those
that `trace_queues` of the hall file name.

What goes wrong: a CSV without these columns or this date raises `Unreadable`; a queue that no service stands for, people
outside opening hours, and leaps of a number display are told as remarks. Nothing is dropped in silence.
"""

import csv
import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from simulators.hallsheet import HallSheet, Opening, Unreadable, minute_of

ORDINARY = "ordinary"

SHARES: Mapping[str, float] = {"elderly": 0.15, "disabled": 0.02}
"""The part of the visitors who come as a priority class, where the hall has it. Elderly: 18.7 % of the people of China
were 60 or over in the census of 2020; some of them send their children. Disabled: about one in fifty holds the
certificate. Both are assumptions about who comes, and arguments of the command."""

AT_THE_DOOR = timedelta(minutes=30)
"""Who comes at most so long before the opening stands at the door; the figures of the hall files count so too."""

PER_TICKET = timedelta(seconds=4)
"""The people at the door take their tickets one after another, two machines side by side and some eight seconds each."""

LEAP = 20
"""More tickets of one queue in one interval than any door lets in: its display was set ahead."""

VARIATION = 1.2
"""Standard deviation of the service times over their mean. Brown et al. (JASA 2005) found call-centre service times
lognormal; 1.1 to 1.3 was measured at offices."""

LONGEST = 120.0
"""Minutes. Who would take longer is asked to come back: no window of a hall gives one person an afternoon."""

COMES = 0.97
"""The part of the called who come."""

WALK = (10.0, 60.0)
"""Seconds from the call to the window: from the next chair, or from the far end with a stick."""

PARKED, SENT_ON = 0.005, 0.005
"""One in a hundred is not done at this window: half of them fetch a paper, half stand at the wrong one."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who takes a ticket at `at`. `key` is the Idempotency-Key: the same person, the same key."""

    at: datetime
    service: str
    priority_class: str
    key: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """All visitors of a day in order, and what is to be said about them."""

    visitors: tuple[Visitor, ...]
    remarks: tuple[str, ...] = ()

    def after(self, now: datetime) -> list[tuple[int, Visitor]]:
        """Those who are still to come, each with the place in the whole day."""
        return [(place, each) for place, each in enumerate(self.visitors) if each.at >= now]


def expected(sheet: HallSheet, day: date, seed: int, shares: Mapping[str, float] = SHARES) -> Crowd:
    """A day after the hall's half-hourly figures: for every service a Poisson process with these rates."""
    moments: list[tuple[datetime, str]] = []
    for row in sheet.arrivals:
        chance = random.Random(f"{seed}/{day}/{row.service}/arrivals")
        starts = minute_of(row.starts)
        for place, tickets in enumerate(row.on(day)):
            moments += [
                (sheet.moment(day, starts + 30 * (place + part)), row.service)
                for part in _poisson(chance, tickets)
                if starts + 30 * (place + part) < 24 * 60
            ]
    return _crowd(sheet, day, seed, shares, moments, "figures", [])


def _poisson(chance: random.Random, mean: float) -> list[float]:
    """The moments of a Poisson process on [0, 1) with `mean` expected."""
    found: list[float] = []
    at = chance.expovariate(mean) if mean > 0 else math.inf
    while at < 1:
        found.append(at)
        at += chance.expovariate(mean)
    return found


def recorded(
    sheet: HallSheet,
    day: date,
    seed: int,
    lines: Iterable[str],
    which: date | None = None,
    shares: Mapping[str, float] = SHARES,
) -> Crowd:
    """The recorded day `which` (None: the first in the CSV `lines`), lived on `day`. Raises Unreadable."""
    rows = _rows(lines)
    dates = sorted({row[0] for row in rows})
    if not dates:
        raise Unreadable("the recorded day has no rows")
    which = which or rows[0][0]
    if which not in dates:
        raise Unreadable(f"nothing was recorded on {which}; there is {', '.join(map(str, dates))}")
    service_of = {queue: each.code for each in sheet.services for queue in each.trace_queues}
    moments: list[tuple[datetime, str]] = []
    unknown: Counter[int] = Counter()
    remarks: list[str] = []
    for each, start, end, queue, tickets in rows:
        if each != which:
            continue
        if queue not in service_of:
            unknown[queue] += tickets
            continue
        if tickets > LEAP:
            remarks.append(
                f"{start // 60:02}:{start % 60:02} 队列 {queue} 在 {end - start} 分钟内记录 {tickets} 张，照原样重放 | "
                f"queue {queue}: {tickets} tickets in {end - start} minutes, replayed as recorded"
            )
        moments += [
            (sheet.moment(day, start + (end - start) * (ticket + 0.5) / tickets), service_of[queue])
            for ticket in range(tickets)
        ]
    remarks += [
        f"队列 {queue} 的 {tickets} 张号票没有对应的业务（trace_queues），未重放 | "
        f"queue {queue}: {tickets} tickets left out, no service names it in trace_queues"
        for queue, tickets in sorted(unknown.items())
    ]
    return _crowd(sheet, day, seed, shares, moments, f"recorded {which}", remarks)


def _rows(lines: Iterable[str]) -> list[tuple[date, int, int, int, int]]:
    rows: list[tuple[date, int, int, int, int]] = []
    for place, row in enumerate(csv.DictReader(lines), start=2):
        try:
            start, end, queue, tickets = (
                int(row[key]) for key in ("from_minute", "to_minute", "queue_id", "tickets")
            )
            day = date.fromisoformat(row["date"])
        except (KeyError, TypeError, ValueError) as wrong:
            raise Unreadable(
                f"line {place} of the recorded day: date,from_minute,to_minute,queue_id,tickets expected, {wrong} came"
            ) from None
        if not (0 <= start <= end < 24 * 60 and tickets >= 0):
            raise Unreadable(f"line {place} of the recorded day: minutes or tickets out of range")
        rows.append((day, start, end, queue, tickets))
    return rows


def _crowd(
    sheet: HallSheet,
    day: date,
    seed: int,
    shares: Mapping[str, float],
    moments: list[tuple[datetime, str]],
    source: str,
    remarks: list[str],
) -> Crowd:
    openings = sheet.openings(day)
    held = {key: share for key, share in shares.items() if key in sheet.classes}
    at_the_door: Counter[datetime] = Counter()
    counts: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    visitors: list[Visitor] = []
    for at, service in sorted(moments):
        entry = _entry(at, openings)
        if entry is None:
            outside[service] += 1
            continue
        if entry > at:
            at_the_door[entry] += 1
            entry += PER_TICKET * at_the_door[entry]
        counts[service] += 1
        person = f"{source}/{seed}/{day}/{service}/{counts[service]}"
        visitors.append(Visitor(entry, service, _class(person, held), person))
    if outside:
        said = ", ".join(f"{service} {count}" for service, count in sorted(outside.items()))
        remarks = [
            *remarks,
            f"{outside.total()} 人在开放时间之外到来，未取号 | {outside.total()} came outside opening hours: {said}",
        ]
    visitors.sort(key=lambda each: (each.at, each.key))
    return Crowd(tuple(visitors), tuple(remarks))


def _entry(at: datetime, openings: Sequence[Opening]) -> datetime | None:
    """When somebody who comes at `at` gets in; None: not at all."""
    return next(
        (max(at, each.opens) for each in openings if each.opens - AT_THE_DOOR <= at < each.closes), None
    )


def _class(person: str, shares: Mapping[str, float]) -> str:
    drawn = random.Random(f"{person}/class").random()
    for key, share in shares.items():
        if drawn < share:
            return key
        drawn -= share
    return ORDINARY


class Fate(StrEnum):
    """How a visit to a window goes."""

    DONE = "done"
    PARKED = "parked"
    SENT_ON = "sent on"


@dataclass(frozen=True, slots=True)
class Manner:
    """What a person does once called. `effort`: service minutes over the mean. A `fate` other than done comes true
    after the part `breaks_off` of the service."""

    comes: bool
    walk_seconds: float
    effort: float
    fate: Fate
    breaks_off: float

    def minutes(self, mean: float) -> float:
        """How long the service takes where it takes `mean` minutes on average."""
        return min(LONGEST, mean * self.effort)


def manner(seed: int, day: date, number: str, transfers: int = 0) -> Manner:
    """How the holder of `number` is on `day`; another manner after each transfer, since it is another matter."""
    chance = random.Random(f"{seed}/{day}/{number}/{transfers}/manner")
    comes = chance.random() < COMES
    walk = chance.uniform(*WALK)
    spread = math.log(1 + VARIATION**2)
    effort = chance.lognormvariate(-spread / 2, math.sqrt(spread))
    drawn = chance.random()
    fate = Fate.PARKED if drawn < PARKED else Fate.SENT_ON if drawn < PARKED + SENT_ON else Fate.DONE
    return Manner(comes, walk, effort, fate, chance.uniform(0.2, 0.6))
