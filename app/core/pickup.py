"""Pick-up: a finished service may leave a result, which the visitor fetches later with a number of its own (出件, 领证).

What the back office does in between is nobody's wait: the first number has ended, and the second begins when it is taken. A
service that hands out results is marked `pickup` and is served, like any other, where the hall file says so: at windows of
kind `issuing` as a rule, which do nothing longer and are quick. So its queue, its mean, its estimates and its figures are its
own. `result_at` of the other services says where their results are handed out.
For: `left`, `check`: a pick-up number is taken for a pick-up service, or by the number or id of the first visit, and then
for everything that visit left, in free order if that is several. Not for: when a result is ready, which the case system
knows.
"""

from app.core.commands import IssueTicket
from app.core.errors import LeavesNothing, NothingToPickUp
from app.core.hall import Hall
from app.core.ticket import Status, Ticket

GONE = frozenset({Status.CANCELLED, Status.VOID, Status.ABANDONED})
"""Ends after which a result still lies there."""


def first_number(hall: Hall, name: str) -> Ticket | None:
    """A ticket of today by id or number."""
    known = hall.tickets.get(name)
    return known or next((each for each in hall.tickets.values() if each.number == name), None)


def left(hall: Hall, ticket: Ticket) -> tuple[str, ...]:
    """The pick-up services at which results of a ticket of today still lie."""
    fetched = {
        code
        for each in hall.tickets.values()
        if each.pickup_of == ticket.id and each.status not in GONE
        for code in each.services
    }
    return tuple(code for code in dict.fromkeys(ticket.results) if code not in fetched)


def check(hall: Hall, command: IssueTicket) -> str:
    """The id of the ticket whose results a new one fetches; empty if it names none. Results of an earlier day are not
    known here; whoever asks has looked them up. Raises NothingToPickUp."""
    if not command.pickup_of:
        return ""
    asked = (command.service, *command.then)
    first = first_number(hall, command.pickup_of)
    if first is None:
        if hall.plan.pickups.issuperset(asked):
            return command.pickup_of
    elif set(asked) <= set(left(hall, first)):
        return first.id
    raise NothingToPickUp(number=command.pickup_of)


def result_at(hall: Hall, service: str) -> str:
    """Where the result of a service is handed out. Raises LeavesNothing."""
    known = hall.plan.service[service]
    if not known.result_at:
        raise LeavesNothing(service=known.name_en, service_zh=known.name)
    return known.result_at
