"""How many numbers there are, and how many one person may take. A chapter of decide.py.

For: `segment_refusal` (a service's quota for a part of the day), `holder_may` (one person, a registered agent).
Not for: opening hours and the quota of the day (decide.py), another system's say (app/outside.py).
What goes wrong: the refusals. Whoever the hall does not know, because no card was laid down, has no limit.
"""

from datetime import datetime

from app.core.back import sent_away
from app.core.errors import (
    AgentLimit,
    AgentNotForService,
    AgentNotValid,
    AlreadyHolding,
    SegmentQuotaReached,
    TooManyTickets,
)
from app.core.hall import Hall
from app.core.plan import Service
from app.core.ticket import Status, Ticket


def segment_refusal(hall: Hall, service: Service, now: datetime) -> SegmentQuotaReached | None:
    """Why no number can be had in this part of the day, or None."""
    for segment in service.quotas:
        taken = hall.in_segment.get((service.code, segment.starts), 0)
        if segment.starts <= now.time() < segment.ends and taken >= segment.quota:
            return SegmentQuotaReached(
                quota=segment.quota,
                starts=f"{segment.starts:%H:%M}",
                ends=f"{segment.ends:%H:%M}",
                service=service.name_en,
                service_zh=service.name,
            )
    return None


def holder_may(hall: Hall, holder: str, service: Service, now: datetime) -> None:
    """One person, so many numbers; a registered agent, so many a day. Those given back or void do not count, nor those
    of a service to which the person has to come again, nor those that only fetch a result. Outside the days of the
    registration an agent is a person like others. Raises a Refusal."""
    if not holder or service.pickup:
        return
    held = [
        ticket
        for ticket in map(hall.tickets.__getitem__, hall.held.get(holder, ()))
        if ticket.status not in (Status.CANCELLED, Status.VOID)
        and not sent_away(ticket)
        and not picks_up(hall, ticket)
    ]
    agent = hall.plan.registered_agent.get(holder)
    if agent is None:
        _person_may(hall, held, service)
        return
    if not agent.valid(now.date()):
        try:
            _person_may(hall, held, service)
        except (AlreadyHolding, TooManyTickets) as refusal:
            raise AgentNotValid(
                starts=agent.valid_from.isoformat(),
                ends=agent.valid_to.isoformat() if agent.valid_to else "-",
            ) from refusal
        return
    if agent.services and service.code not in agent.services:
        raise AgentNotForService(service=service.name_en, service_zh=service.name)
    if len(held) >= agent.per_day:
        raise AgentLimit(held=len(held), limit=agent.per_day)


def picks_up(hall: Hall, ticket: Ticket) -> bool:
    """Whether a ticket only fetches results."""
    return hall.plan.pickups.issuperset(ticket.services)


def _person_may(hall: Hall, held: list[Ticket], service: Service) -> None:
    rules = hall.plan.rules.holder
    same = [ticket for ticket in held if service.code in ticket.services]
    if rules.per_service and len(same) >= rules.per_service:
        raise AlreadyHolding(
            held=len(same),
            limit=rules.per_service,
            service=service.name_en,
            service_zh=service.name,
            number=same[-1].number,
        )
    if rules.per_day and len(held) >= rules.per_day:
        raise TooManyTickets(held=len(held), limit=rules.per_day)
