"""A visit with several services: one slip, one number, one thing after the other.

A number for several services is one ticket that goes on by itself. In fixed order it stands in the queue of the next
service. In free order it stands in the queues of all that remain at once and is called by whichever window would take it
first; the call takes it out of the others. So it is called where it is soonest served, whatever changes meanwhile, the
tide sees the whole work, and nobody is ever at two windows: a ticket has one status, and only one that waits can be
called. (Queueing at the service of the smallest projected wait, and choosing anew as that changes, would be a second
policy beside the rule of calling, and a place lost with every change of mind.)

Who goes on begins a new wait; the minutes already endured count by `CreditRules.earlier_share`. A transfer, a miss or a
return from a park concern one service: until that is done the ticket stands in that queue alone.
For: `services_of`, `ahead`, `taken`. Not for: making it so (evolve.py).
"""

from app.core.commands import IssueTicket
from app.core.errors import ServiceTwice, TooManyServices, UnknownService
from app.core.hall import Hall
from app.core.plan import Service
from app.core.ticket import VisitOrder


def services_of(hall: Hall, command: IssueTicket) -> tuple[Service, ...]:
    """The services that a new ticket asks for, the first first. Raises UnknownService, ServiceTwice,
    TooManyServices."""
    codes = (command.service, *command.then)
    limit = hall.plan.rules.visit.services
    if len(codes) > max(1, limit):
        raise TooManyServices(asked=len(codes), limit=limit)
    found: dict[str, Service] = {}
    for code in codes:
        service = hall.plan.service.get(code)
        if service is None:
            raise UnknownService(service=code, known=", ".join(hall.plan.service))
        if code in found:
            raise ServiceTwice(service=service.name_en, service_zh=service.name)
        found[code] = service
    return tuple(found.values())


def ahead(hall: Hall, command: IssueTicket) -> int:
    """How many stand before somebody who takes this number now, in the shortest of the queues that it joins."""
    rank = hall.class_rank(command.priority_class)
    free = command.order is VisitOrder.FREE
    joined = (command.service, *command.then) if free else (command.service,)
    return min(
        sum(
            len(lane)
            for name, lane in hall.queues[code].lanes.items()
            if hall.class_rank(name.priority_class) <= rank
        )
        for code in joined
    )


def taken(hall: Hall, service: Service) -> int:
    """The numbers of today that are for a service, also as a further one of a visit."""
    return hall.numbers.get(service.prefix, 0) + hall.further.get(service.code, 0)
