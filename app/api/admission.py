"""From a request for a number to a command: who it is, as little as the hall keeps of it, and whether others allow it.

For: `admitted(...)`, which stands between POST tickets and `IssueTicket`. A card that was laid down at the asking kiosk is
named (`card`) and used once; an identity that a clerk typed (`identity`) is looked at, hashed and dropped; systems outside
are asked where a service has a `check`, also when a booking becomes a number (`allowed_outside`).
Not for: limits (core/limits.py), which need the hall as it is when the command is decided.
What goes wrong: refusals, and then the card may be tried again. A request that is repeated under its Idempotency-Key finds
the answer that it got, whatever has become of the card meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import Request

from app.api.deps import House, house, plain_mark
from app.api.schemas import IssueIn
from app.core.commands import CheckIn, IssueTicket
from app.core.decide import decide
from app.core.errors import CardGone, Refusal
from app.core.events import TicketIssued
from app.core.plan import ORDINARY
from app.core.rights import Action, Principal
from app.service import HallService


@dataclass(slots=True)
class Admission:
    """The command, and what makes the fingerprint of its request. `given`: whether a number came of it; the route says
    so."""

    command: IssueTicket
    mark: Callable[[bytes], str]
    given: bool = False


@asynccontextmanager
async def admitted(
    request: Request, service: HallService, who: Principal, body: IssueIn, command: IssueTicket
) -> AsyncIterator[Admission]:
    """The command with holder and class. Raises CardGone, WrongIdentity, NotAllowed, OutsideSaysNo, OutsideSilent."""
    rooms = house(request)
    hall = service.code
    if body.identity is None and not body.card and not _checked(service, command):
        yield Admission(command._replace(priority_class=body.priority_class or ORDINARY), plain_mark)
        return
    repeated = service.answers(request.headers.get("idempotency-key", ""))
    fact_class, name, mark = "", "", plain_mark
    if body.identity is not None:
        from app.identity import of_number

        who.must(Action.TEND_TICKET, hall)
        today = rooms.clock.now().astimezone(ZoneInfo(service.hall.plan.timezone)).date()
        fact = of_number(rooms.holders, body.identity.get_secret_value(), service.hall.plan, today)
        command, fact_class = command._replace(holder=fact.holder), fact.priority_class
        # The number must not be had from the fingerprint either: a plain hash of so few digits is no secret.
        mark = rooms.holders.fingerprint
    elif body.card and not repeated:
        laid = rooms.devices.take_card(hall, who.kiosk, body.card) if who.kiosk else None
        if laid is None:
            raise CardGone()
        command, fact_class, name = (
            command._replace(holder=laid.holder),
            laid.priority_class,
            laid.masked_name,
        )
    made = Admission(command._replace(priority_class=body.priority_class or fact_class or ORDINARY), mark)
    try:
        if not repeated:
            await allowed_outside(rooms, service, made.command)
        yield made
    finally:
        if body.card and not repeated:
            rooms.devices.settle_card(hall, who.kiosk, body.card, used=made.given)
        if made.given:
            rooms.called_names.keep(service.hall, made.command.ticket, name)


def _checked(service: HallService, command: IssueTicket) -> bool:
    known = service.hall.plan.service
    return any(code in known and known[code].check for code in (command.service, *command.then))


async def allowed_outside(rooms: House, service: HallService, command: IssueTicket | CheckIn) -> None:
    """Ask the other systems, all at once; not about a number that the hall refuses anyway. Raises OutsideSaysNo,
    OutsideSilent."""
    plan = service.hall.plan
    if not any(each.check for each in plan.services):
        return
    now = rooms.clock.now().astimezone(ZoneInfo(plan.timezone))
    try:
        events = decide(service.hall, command, now)
    except Refusal:
        return
    issued = next(event for event in events if isinstance(event, TicketIssued))
    await asyncio.gather(
        *(
            rooms.outside.must_allow(
                service.code, plan.service[code], issued.holder, issued.priority_class, now
            )
            for code in (issued.service, *issued.then)
        )
    )
