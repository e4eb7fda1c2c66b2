"""The heads of the queues: everybody whom a window could call next without breaking the order inside a class.

For: the one view of a hall that the rules of calling (assign.py, credit.py) have, and their answer, a `Choice`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from app.core.bound import may_call, stands_aside
from app.core.hall import Hall
from app.core.plan import Serves
from app.core.ticket import Reason, Ticket


class Choice(NamedTuple):
    """The ticket to call, and the reason. `service`: in whose queue it was found; empty: its only one."""

    ticket: str
    why: Reason
    service: str = ""


class Head(NamedTuple):
    """The first of its class in a queue that the window serves."""

    ticket: Ticket
    serves: Serves


def heads(hall: Hall, window_no: int, now: datetime) -> list[Head]:
    """Whom the window may call. A lane whose first stands aside after a missed call comes into question when no other
    does: nobody of the same class passes, and no window idles while somebody waits. In a queue where somebody has been
    overtaken too often nobody stands aside: whoever is first of that lane is the next."""
    found = list(_heads(hall, window_no, now, aside=False))
    if not found and any(hall.queues[serves.service].aside for serves in hall.offers(window_no)):
        found = list(_heads(hall, window_no, now, aside=True))
    return found


def _heads(hall: Hall, window_no: int, now: datetime, *, aside: bool) -> Iterator[Head]:
    """The first callable ticket of each lane of each queue that the window serves. A window that only helps a service
    beyond a threshold passes it over below that, except for people who are bound to this very window and people who
    have waited, or were overtaken, past the hall's guarantees."""
    rules = hall.plan.rules
    guard = rules.credit.guard * rules.stretch

    clerk = hall.windows[window_no].clerk

    def callable_here(ticket_id: str) -> bool:
        ticket = hall.tickets[ticket_id]
        if ticket.only_window is None and not ticket.only_clerk:
            return True
        return may_call(hall, ticket, window_no, now)

    def bound_here(ticket_id: str) -> bool:
        ticket = hall.tickets[ticket_id]
        return ticket.only_window == window_no or (ticket.only_clerk == clerk and clerk != "")

    for serves in hall.offers(window_no):
        queue = hall.queues[serves.service]
        helps = not serves.help_above or len(queue) > serves.help_above or bool(queue.spent)
        for lane in queue.lanes:
            first = queue.first(lane, callable_here)
            if first is None:
                continue
            ticket = hall.tickets[first]
            if ticket.behind and not (aside or queue.spent) and stands_aside(hall, ticket, now):
                continue
            if helps or ticket.age(now) >= guard:
                yield Head(ticket, serves)
            elif (bound := queue.first(lane, bound_here)) is not None:
                yield Head(hall.tickets[bound], serves)
