"""The times that can be booked: cut from the calendar, as many people in each as the staffed windows can take.

For: `slots_of(hall, service, day, now)`, `bookable_days`. Pure; asked by the booking desk (reserving.py) and by the page.
Not for: who may book (reserving.py).

    per slot = share x slot_minutes / mean_minutes x windows' worth

A window is worth to a service 1 / (its own services x slowness); tidal windows and help count nothing, since nobody
knows in advance that they will be there. What is left of a person in one slot is carried to the next of the day, so that
a service of forty minutes has slots as well, only not every half-hour. `mean_minutes` is what was learned so far. A
capacity that shrinks later (a new hall file, a slower service) takes no booking away: the slot is only full earlier.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from app.core.bookrules import Segment
from app.core.hours import day_of, segment_at
from app.core.plan import HallPlan, Service, WindowKind

if TYPE_CHECKING:
    from app.core.hall import Hall

LOOK_AHEAD = 400
"""Days looked through for the days of the horizon: more than a year finds a hall that opens on one day only."""

_NEARLY = 1e-9
"""What a sum of thirds may lack of a whole person."""


class Slot(NamedTuple):
    """A time that can be booked. `free`: places left; 0 when it is full, or too near (`soon`) to be booked."""

    starts: datetime
    ends: datetime
    capacity: int
    taken: int
    soon: bool

    @property
    def free(self) -> int:
        """Places left."""
        return 0 if self.soon else max(0, self.capacity - self.taken)


def worth(plan: HallPlan, code: str, segment: Segment | None = None) -> float:
    """How many windows a service can count on: each gives itself in equal parts to its own services."""
    windows = [
        plan.window[no]
        for no in plan.windows_of[code]
        if plan.window[no].kind is not WindowKind.TIDAL
        and (segment is None or not segment.windows or no in segment.windows)
    ]
    if not windows:
        return 0.0
    best = min(each.services[code].rank for each in windows)
    total = 0.0
    for window in windows:
        serves = window.services[code]
        if serves.rank == best:
            own = sum(each.rank <= best for each in window.serves)
            total += 1.0 / (own * serves.slowness)
    return total


def slots_of(hall: "Hall", code: str, day: date, now: datetime) -> tuple[Slot, ...]:
    """The slots of a service on a day, in order; none where it cannot be booked. Raises KeyError for no such service."""
    plan = hall.plan
    service = plan.service[code]
    if not service.bookable:
        return ()
    rules = plan.rules.booking
    length = timedelta(minutes=rules.slot_minutes)
    earliest = now + timedelta(minutes=rules.lead_minutes)
    found: list[Slot] = []
    people = 0.0
    for each in day_of(plan, hall.calendar, day).openings:
        starts = datetime.combine(day, each.opens, now.tzinfo)
        closes = datetime.combine(day, each.closes, now.tzinfo)
        while starts + length <= closes:
            segment = segment_at(plan, starts, hall.calendar)
            if _bookable(service, starts, segment):
                more = _people(hall, service, segment)
                capacity = int(people + more + _NEARLY) - int(people + _NEARLY)
                people += more
                taken = hall.bookings.taken.get((code, starts), 0)
                if capacity or taken:
                    found.append(Slot(starts, starts + length, capacity, taken, starts < earliest))
            starts += length
    return tuple(found)


def _bookable(service: Service, starts: datetime, segment: Segment | None) -> bool:
    if service.last_ticket is not None and starts.time() >= service.last_ticket:
        return False
    if segment is None:
        return True
    return segment.bookable and (not segment.services or service.code in segment.services)


def _people(hall: "Hall", service: Service, segment: Segment | None) -> float:
    """How many people a slot has room for, in fractions."""
    if service.slot_capacity is not None:
        return float(service.slot_capacity)
    rules = hall.plan.rules.booking
    minutes = max(hall.mean_minutes(service.code), _SHORTEST)
    return rules.share * rules.slot_minutes / minutes * worth(hall.plan, service.code, segment)


_SHORTEST = 0.1
"""No service is reckoned shorter than six seconds: a mean that ran away must not sell a thousand places."""


def bookable_days(hall: "Hall", now: datetime) -> tuple[date, ...]:
    """The days that are open for booking: what is left of today, and the next days of the horizon on which the hall is
    open. Before `release_at` the newest is not there yet."""
    rules = hall.plan.rules.booking
    wanted = rules.horizon_days - (now.time() < rules.release_at)
    days = [now.date()] if day_of(hall.plan, hall.calendar, now.date()).openings else []
    ahead = 0
    for distance in range(1, LOOK_AHEAD):
        if ahead >= wanted:
            break
        day = now.date() + timedelta(days=distance)
        if day_of(hall.plan, hall.calendar, day).openings:
            days.append(day)
            ahead += 1
    return tuple(days)
