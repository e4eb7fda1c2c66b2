"""Whom a free window calls next, and why.

For: policies, each a plain function `(hall, window, now) -> Choice | None` in `POLICIES`; a hall's choice is a name in
its hall file. A new rule of calling is one function and one row of the table; nothing else changes.
Not for: whether the window may call at all (decide.py), or what a call changes (hall.py).

A policy looks only at the *heads*: the first callable ticket of each class of each queue that the window serves. So
inside one class of one queue the order of arrival is never broken, whatever the policy, and its cost does not grow
with the number of those who wait. Minutes throughout.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.core.hall import Hall
from app.core.plan import Serves
from app.core.queue import place
from app.core.ticket import Reason, Ticket


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket to call, and the reason."""

    ticket: str
    why: Reason


Policy = Callable[[Hall, int, datetime], Choice | None]


@dataclass(frozen=True, slots=True)
class Head:
    """The first of its class in a queue that the window serves."""

    ticket: Ticket
    serves: Serves


def heads(hall: Hall, window_no: int) -> Iterator[Head]:
    """Everybody whom `window_no` could call next without breaking the order inside a class."""

    def callable_here(ticket_id: str) -> bool:
        only = hall.tickets[ticket_id].only_window
        return only is None or only == window_no

    for serves in hall.plan.window[window_no].serves:
        queue = hall.queues[serves.service]
        if len(queue) <= serves.help_above:
            continue
        for priority_class in queue.lanes:
            first = queue.first(priority_class, callable_here)
            if first is not None:
                yield Head(hall.tickets[first], serves)


Key = tuple[datetime, int, str] | tuple[int, int, tuple[datetime, int, str]]


def _first_by(
    hall: Hall, window_no: int, now: datetime, code: str, key: Callable[[Head], Key]
) -> Choice | None:
    ranked = sorted(heads(hall, window_no), key=key)
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
    return Choice(ticket.id, Reason(code, facts))


def fifo(hall: Hall, window_no: int, now: datetime) -> Choice | None:
    """Who came first is called first, over everything that the window serves."""
    return _first_by(hall, window_no, now, "fifo", lambda head: place(head.ticket))


def priority(hall: Hall, window_no: int, now: datetime) -> Choice | None:
    """The window's own work before help, then the class of higher rank, then who came first."""
    return _first_by(
        hall,
        window_no,
        now,
        "priority",
        lambda head: (head.serves.rank, hall.class_rank(head.ticket.priority_class), place(head.ticket)),
    )


POLICIES: dict[str, Policy] = {"fifo": fifo, "priority": priority}
"""The rules of calling that a hall file can name."""


def assign(hall: Hall, window_no: int, now: datetime) -> Choice | None:
    """Whom `window_no` calls next by the hall's own rule; None if nobody waits for it."""
    return POLICIES[hall.plan.rules.policy](hall, window_no, now)
