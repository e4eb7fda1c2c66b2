"""Whom a free window calls next, and why.

For: policies, each a plain function `(hall, window, now) -> Choice | None` in `POLICIES`; a hall's choice is a name in
its hall file. A new rule of calling is one function and one row of the table; nothing else changes. `credit`, the rule
that a hall has unless it says otherwise, is long enough for a file of its own (credit.py).
Not for: whether the window may call at all (decide.py), or what a call changes (ticketfold.py).

A policy looks only at the *heads* (heads.py), so inside one class of one queue the order of arrival is never broken,
whatever the policy, and its cost does not grow with the number of those who wait. Minutes throughout.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from app.core.credit import credit
from app.core.hall import Hall
from app.core.heads import Choice, Head, heads
from app.core.plan import ORDINARY, WindowKind
from app.core.queue import Place, place
from app.core.ticket import Reason
from app.core.window import Duty

Policy = Callable[[Hall, int, datetime], Choice | None]

Key = tuple[int, int, Place]


def _first_by(
    hall: Hall, window_no: int, now: datetime, code: str, key: Callable[[Head], Key]
) -> Choice | None:
    ranked = sorted(heads(hall, window_no, now), key=key)
    if not ranked:
        return None
    ticket = ranked[0].ticket
    facts: dict[str, str | int | float] = {
        "window": window_no,
        "number": ticket.number,
        "priority_class": ticket.priority_class,
        "rank": ranked[0].serves.rank,
        "waited": round(ticket.waited(now), 1),
    }
    if len(ranked) > 1:
        facts["runner_up"] = ranked[1].ticket.number
    return Choice(ticket.id, Reason(code, facts), ranked[0].serves.service)


def fifo(hall: Hall, window_no: int, now: datetime) -> Choice | None:
    """Who came first is called first, over everything that the window serves."""
    return _first_by(hall, window_no, now, "fifo", lambda head: (0, 0, place(head.ticket)))


def priority(hall: Hall, window_no: int, now: datetime) -> Choice | None:
    """The window's own work before help, then the class of higher rank, then who came first."""
    return _first_by(
        hall,
        window_no,
        now,
        "priority",
        lambda head: (head.serves.rank, hall.class_rank(head.ticket.priority_class), place(head.ticket)),
    )


def ratio(hall: Hall, window_no: int, now: datetime) -> Choice | None:
    """The window's own work before help; in it so many people of the priority classes, then so many others, and who came
    first of them. If nobody is there whose turn it is, the turn is not lost to the window: it takes the others."""
    numbers, streak = hall.plan.rules.ratio, hall.windows[window_no].streak
    privileged_next = 0 <= streak < numbers.priority or -streak >= numbers.ordinary

    def out_of_turn(head: Head) -> int:
        return int((head.ticket.priority_class != ORDINARY) != privileged_next)

    return _first_by(
        hall,
        window_no,
        now,
        "ratio",
        lambda head: (head.serves.rank, out_of_turn(head), place(head.ticket)),
    )


POLICIES: dict[str, Policy] = {"credit": credit, "fifo": fifo, "priority": priority, "ratio": ratio}
"""The rules of calling that a hall file can name."""


def assign(hall: Hall, window_no: int, now: datetime) -> Choice | None:
    """Whom `window_no` calls next by the hall's own rule; None if nobody waits for it."""
    return POLICIES[hall.plan.rules.policy](hall, window_no, now)


DEDICATION = {WindowKind.COMPREHENSIVE: 1, WindowKind.TIDAL: 2}
"""Who is woken first: windows of one trade, then comprehensive ones, then tidal ones."""


def wakes(hall: Hall, service: str) -> tuple[int, ...]:
    """The idle windows that may take a newcomer for `service`, the best first: not slowed down by it, dedicated before
    comprehensive before tidal, with the fewest services, the longest idle. So those who can do most stay free
    longest."""
    waiting = len(hall.queues[service])

    def order(no: int) -> tuple[float, int, int, datetime, int]:
        offer, window = hall.plan.window[no], hall.windows[no]
        slowness = offer.services[service].slowness
        since = window.since or datetime.min.replace(tzinfo=UTC)
        return (max(1.0, slowness), DEDICATION.get(offer.kind, 0), len(offer.services), since, no)

    able = [
        no
        for no in hall.plan.windows_of[service]
        if hall.windows[no].duty is Duty.IDLE
        and service in hall.serves(no)
        and (not (above := hall.plan.window[no].services[service].help_above) or waiting > above)
    ]
    return tuple(sorted(able, key=order))
