"""Coming back: after a missed call, from a park, and a second time on the same day.

A missed ticket follows its service's rule. `after_n` rejoins behind so many people of its own class, and stands aside until
so many of its queue, of whatever class, were called; if nobody else is left for a window it is called before. Without
that, the only person of a privileged class would be called again at once, before those who are there.

A second visit (二次优先) gets the class that `VisitRules.return_class` names, unless the one it has is worth as much: after
a service that ended for want of materials or in an outage, with the number of the first visit or the same keyed
identity; on coming back from a park; and after an outage of the window itself (a pause whose reason is marked so).
For: `after_miss`, `returned`, `first_visit`, `second_class`: chapters of decide.py.
Not for: making it so (evolve.py).
"""

from datetime import datetime
from typing import assert_never

from app.core.commands import IssueTicket
from app.core.credit import PLAIN
from app.core.errors import NotSentAway
from app.core.events import Event, TicketRequeued, TicketVoided
from app.core.hall import Hall
from app.core.plan import MissedRule
from app.core.queue import lane_of
from app.core.ticket import Status, Ticket
from app.core.visitrules import SentAway

Events = tuple[Event, ...]

GONE = frozenset({Status.CANCELLED, Status.VOID, Status.ABANDONED})
"""Ends after which a number counts as never taken."""


def after_miss(hall: Hall, ticket: Ticket, now: datetime) -> Events:
    """The missed rule of the service: void, to the tail, behind so many people, or kept for a recall by hand."""
    missed = hall.plan.service[ticket.service].missed
    void = TicketVoided(at=now, ticket=ticket.id, because="missed")
    match missed.rule:
        case MissedRule.VOID:
            return (void,)
        case MissedRule.RECYCLE:
            return ()
        case MissedRule.TAIL | MissedRule.AFTER_N:
            if ticket.misses >= missed.times:
                return (void,)
            places = missed.places if missed.rule is MissedRule.AFTER_N else None
            return (
                TicketRequeued(
                    at=now,
                    ticket=ticket.id,
                    queued_at=_place_behind(hall, ticket, places, now),
                    because=f"missed:{missed.rule}",
                    behind=places or 0,
                    priority_class=_after_outage(hall, ticket),
                ),
            )
        case _:
            assert_never(missed.rule)


def _place_behind(hall: Hall, ticket: Ticket, places: int | None, now: datetime) -> datetime:
    """The place at which `ticket` stands behind `places` people of its own class (None: behind them all)."""
    if places is None:
        return now
    if places <= 0:
        return ticket.queued_at
    lane = hall.queues[ticket.service].lanes.get(lane_of(ticket), [])
    return max(ticket.queued_at, lane[places - 1][0]) if len(lane) >= places else now


def returned(hall: Hall, ticket: Ticket, now: datetime) -> Events:
    """A parked person does not queue again: back to the old place in the order. A missed one joins at the tail."""
    if ticket.status is Status.MISSED:
        kept = TicketRequeued(
            at=now,
            ticket=ticket.id,
            queued_at=now,
            because="missed:returned",
            priority_class=_after_outage(hall, ticket),
        )
        return (kept,)
    after = SentAway.OUTAGE if ticket.outage else str(ticket.parked_as or "")
    return (
        TicketRequeued(
            at=now,
            ticket=ticket.id,
            queued_at=ticket.queued_at,
            because="parked:returned",
            priority_class=second_class(hall, ticket.priority_class, after),
        ),
    )


def _after_outage(hall: Hall, ticket: Ticket) -> str:
    return second_class(hall, ticket.priority_class, SentAway.OUTAGE) if ticket.outage else ""


def second_class(hall: Hall, present: str, after: str) -> str:
    """The class of a second visit `after` something; empty where that changes nothing."""
    rules = hall.plan.rules.visit
    better = hall.plan.priority_class.get(rules.return_class)
    if better is None or after not in rules.return_after or not (hall.day and better.valid(hall.day)):
        return ""
    own = hall.plan.priority_class.get(present, PLAIN)
    return better.key if (own.rank, -own.head_start) > (better.rank, -better.head_start) else ""


def first_visit(hall: Hall, command: IssueTicket) -> Ticket | None:
    """The ticket that was sent away today and to which this one is the second visit, if it is one: named by number or
    id, or found by the visitor's keyed identity. Raises NotSentAway if the one named was not."""
    if not command.again and not command.holder:
        return None
    known = hall.held.get(command.holder, ()) if command.holder and not command.again else hall.tickets
    found = [
        ticket
        for ticket in map(hall.tickets.__getitem__, known)
        if (not command.again or command.again in (ticket.number, ticket.id))
        and sent_away(ticket)
        and command.service in ticket.services
    ]
    if not found and not command.again:
        return None
    used = {ticket.again for ticket in hall.tickets.values() if ticket.again and ticket.status not in GONE}
    open_ = [ticket for ticket in found if ticket.id not in used]
    if command.again and not open_:
        raise NotSentAway(number=command.again)
    return open_[-1] if open_ else None


def sent_away(ticket: Ticket) -> bool:
    """Whether a service ended without what the visitor came for, through nobody's fault or to be mended today."""
    return ticket.status is Status.FINISHED and ticket.outcome in (
        SentAway.MATERIALS_MISSING.value,
        SentAway.OUTAGE.value,
    )
