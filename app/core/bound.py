"""Who may be called where: people who are bound to a window or wait for one clerk.

Papers that lie at a window, and a transfer to a window, bind a ticket to that window. A transfer to a person binds it to
the window where that clerk sits now, and follows the clerk to another; who has left every window is waited for
`VisitRules.person_minutes`, then anybody may call. The same if the clerk sits where the service cannot be had, and if the
window has closed or was opened again without the service: the papers are carried to whoever calls.
Somebody who missed a call stands aside until so many others of the queue were called (back.py).
For: `may_call(hall, ticket, window, now)`, asked for every head; `forsaken`; `stands_aside`; `seat_of`. Not for: who is
first (heads.py).
"""

from datetime import datetime
from typing import TYPE_CHECKING

from app.core.ticket import Ticket
from app.core.window import Duty

if TYPE_CHECKING:
    from app.core.hall import Hall


def may_call(hall: "Hall", ticket: Ticket, no: int, now: datetime) -> bool:
    """Whether nothing but the order of the queue keeps window `no` from calling a waiting ticket."""
    if ticket.only_window is not None:
        return ticket.only_window == no or forsaken(hall, ticket, now)
    if not ticket.only_clerk:
        return True
    if hall.windows[no].clerk == ticket.only_clerk:
        return True
    if seat_of(hall, ticket.only_clerk, ticket.service) is not None:
        return False
    left = hall.left.get(ticket.only_clerk)
    return left is None or (now - left).total_seconds() / 60 >= hall.plan.rules.visit.person_minutes


def forsaken(hall: "Hall", ticket: Ticket, now: datetime) -> bool:
    """Whether somebody bound to a window has waited long enough for one at which the service cannot be had any more."""
    if ticket.only_window is None or is_had_at(hall, ticket.only_window, ticket.service):
        return False
    window = hall.windows[ticket.only_window]
    gone = window.since if window.duty is Duty.CLOSED else window.opened_at
    came = ticket.joined_at or ticket.queued_at
    return (now - max(came, gone or came)).total_seconds() / 60 >= hall.plan.rules.visit.person_minutes


def stands_aside(hall: "Hall", ticket: Ticket, now: datetime) -> bool:
    """Whether a ticket that was missed lets others of its queue go first. The guarantees stand above that."""
    rules = hall.plan.rules
    limits = rules.credit
    return ticket.overtaken < limits.overtaken_limit and ticket.age(now) < limits.guard * rules.stretch


def seat_of(hall: "Hall", clerk: str, service: str) -> int | None:
    """The window at which a clerk sits and where `service` can be had."""
    return next(
        (
            window.no
            for window in hall.windows.values()
            if window.clerk == clerk and is_had_at(hall, window.no, service)
        ),
        None,
    )


def is_had_at(hall: "Hall", no: int, service: str) -> bool:
    """Whether somebody sits at a window where `service` can be had, if perhaps not this minute."""
    return hall.windows[no].duty is not Duty.CLOSED and service in hall.serves(no)
