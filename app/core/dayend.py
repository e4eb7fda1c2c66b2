"""The day's end: what becomes of those who still wait, by `VisitRules.day_end`.

At closing time, which is when the last stretch of opening hours ends, nobody is sent away: windows that are open go on
calling. In a hall that does not do it in silence (`voided`) those who wait are told what will become of them: on the
board and on their own page (`DayEnding`). At midnight the tickets of the day end: somebody in service is finished
without a length, the others are void, or carried over: a carried ticket keeps its id, its number and its wait, and its
place counts from the next opening, so that it comes before everybody who takes a number then. The night is no waiting
time. Who was called and missed is not carried; papers that lie at a window stay there.
For: `tell_day_end`, `left_over`, `carried_over`, `windows_shut`: chapters of decide.py. Not for: making it so (evolve.py).
"""

from datetime import date, datetime

from app.core.events import DayEnding, Event, ServiceFinished, TicketCarried, TicketVoided
from app.core.hall import Hall
from app.core.hours import openings
from app.core.ticket import Outcome, Status, Ticket
from app.core.turning import closed_events
from app.core.visitrules import DayEnd
from app.core.window import Duty

Events = tuple[Event, ...]

CARRIED = frozenset({Status.WAITING, Status.CALLED, Status.PARKED})


def closing_time(hall: Hall, day: date, now: datetime) -> datetime | None:
    """When the hall closes for good on `day`; None if it does not open, or never closes."""
    if not hall.plan.hours and not hall.plan.exceptions:
        return None
    stretches = openings(hall.plan, day, hall.calendar)
    return datetime.combine(day, max(each.closes for each in stretches), now.tzinfo) if stretches else None


def tell_day_end(hall: Hall, now: datetime) -> Events:
    """Tell those who still wait at closing time, once a day, if the hall does that and anybody is there."""
    rule = hall.plan.rules.visit.day_end
    closes = closing_time(hall, now.date(), now)
    waiting = [ticket.id for ticket in hall.live() if ticket.status in CARRIED]
    if rule is DayEnd.VOIDED or hall.ending or closes is None or now < closes or not waiting:
        return ()
    return (DayEnding(at=now, rule=rule, waiting=len(waiting)),)


def left_over(hall: Hall, end: datetime) -> Events:
    """What the end of the day does to the tickets of the day; those that are carried over have no end yet."""
    keeps = hall.plan.rules.visit.day_end is DayEnd.CARRIED
    events: list[Event] = []
    for ticket in hall.live():
        if ticket.status is Status.SERVING and ticket.window is not None:
            events.append(
                ServiceFinished(at=end, ticket=ticket.id, window=ticket.window, outcome=Outcome.DAY_ENDED)
            )
        elif not (keeps and ticket.status in CARRIED):
            events.append(TicketVoided(at=end, ticket=ticket.id, because="day_ended"))
    return tuple(events)


def windows_shut(hall: Hall, end: datetime) -> Events:
    """Every window that is still open closes with the day; a tidal one says what its tide brought."""
    return tuple(
        event
        for window in hall.windows.values()
        if window.duty is not Duty.CLOSED
        for event in closed_events(hall, window.no, end)
    )


def carried_over(hall: Hall, today: date, now: datetime) -> Events:
    """The tickets of yesterday's hall that the new day begins with, in the order of their places."""
    if hall.plan.rules.visit.day_end is not DayEnd.CARRIED or hall.day is None:
        return ()
    always_open = not hall.plan.hours and not hall.plan.exceptions
    closed = now if always_open else closing_time(hall, hall.day, now)
    stretches = openings(hall.plan, today, hall.calendar)
    opens = min((each.opens for each in stretches), default=None)
    place = max(now, datetime.combine(today, opens, now.tzinfo)) if opens else now
    kept = sorted(
        (each for each in hall.live() if each.status in CARRIED),
        key=lambda each: (each.queued_at, each.entry),
    )
    return tuple(_carried(ticket, place, closed, now) for ticket in kept)


def _carried(ticket: Ticket, place: datetime, closed: datetime | None, now: datetime) -> TicketCarried:
    """`closed`: when the waiting of the day ended; None if the hall was not open that day."""
    parked = ticket.status is Status.PARKED
    waited = round(ticket.waited(closed), 2) if closed and not parked else 0.0
    return TicketCarried(
        at=now,
        ticket=ticket.id,
        number=ticket.number,
        service=ticket.service,
        first_arrival=ticket.first_arrival,
        queued_at=place,
        priority_class=ticket.priority_class,
        channel=ticket.channel,
        holder=ticket.holder,
        waited_before=ticket.waited_before + waited,
        visit=ticket.visit,
        order=ticket.order,
        remaining=ticket.remaining,
        only_window=ticket.only_window,
        parked_as=ticket.parked_as if parked else None,
        served_before=ticket.served_before,
    )
