"""Tickets over HTTP: take one, look at it, give it back, print it again."""

import asyncio
import io
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from app.api.admission import admitted
from app.api.deps import ask, caller, hall_service, house, key_of, new_ticket_id
from app.api.lean import MISSING, LeanRouter
from app.api.schemas import (
    GrantIn,
    IssueIn,
    Problem,
    RateIn,
    ReprintIn,
    Texts,
    TicketOut,
    WhyCall,
    WhyOut,
    encode,
    kind_of,
    ticket_link,
    ticket_out,
)
from app.core.commands import (
    AbandonTicket,
    CancelTicket,
    GrantClass,
    IssueTicket,
    Rate,
    Reprint,
    ReturnTicket,
)
from app.core.errors import NoKey, NoSuchLevel, NothingToPickUp, OneOrSeveral, UnknownTicket
from app.core.estimate import soonest
from app.core.events import Event, TicketCalled
from app.core.hall import Hall
from app.core.pickup import first_number, left
from app.core.plan import ORDINARY
from app.core.record import Answer
from app.core.rights import MAY, VISITOR, Action, Principal, Role
from app.core.ticket import Status, VisitOrder
from app.naming import printer_of
from displays.reasons import sentence

PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem} for code in (400, 401, 403, 404, 409, 413, 422, 500, 503)
}

TICKET_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""How an id can look: what does not look so is not asked of the database."""

router = LeanRouter("/api/v1/halls/{hall}/tickets", "tickets", PROBLEMS)


def _telling(ticket_id: str, status: int = 200) -> Any:
    """Answers with the ticket as it stands right after the command."""

    def answering(hall: Hall, _: tuple[Event, ...]) -> Answer:
        return Answer(status, encode(ticket_out(hall, hall.tickets[ticket_id])))

    return answering


@router.post("", status_code=201, response_model=TicketOut)
async def issue_ticket(request: Request, hall: str, body: IssueIn) -> Response:
    """Take a number. The ticket is committed before it is answered; the slip follows on the kiosk's printer."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.ISSUE, hall)
    if not body.service and not body.services and not body.pickup_of:
        raise RequestValidationError([{**MISSING, "loc": ("body", "service")}])
    if body.service and body.services:
        raise OneOrSeveral()
    ticket_id = new_ticket_id()
    order = body.order
    asked = body.services or [body.service]
    if body.pickup_of and asked == [""]:
        asked, order = await _results(request, service.hall, body.pickup_of), VisitOrder.FREE
    first, *then = asked
    joined = [first, *then] if order is VisitOrder.FREE else [first]
    command = IssueTicket(
        ticket_id,
        first,
        ORDINARY,
        body.channel,
        printer_of(service.hall.plan, who.kiosk),
        expected=soonest(service.foreseen, joined) if service.foreseen else None,
        then=tuple(then),
        order=order,
        again=body.again,
        pickup_of=body.pickup_of,
        by_hand=not _declared(service.hall, who, body.priority_class or ""),
        class_reason=body.class_reason,
    )
    async with admitted(request, service, who, body, command) as admission:
        answer = await ask(request, service, who, admission.command, _telling(ticket_id, 201), admission.mark)
        admission.given = answer.status_code < 400
        return answer


async def _results(request: Request, hall: Hall, name: str) -> list[str]:
    """The services where the results of an earlier number lie: one of today, or by its id one of any day. Raises
    NothingToPickUp."""
    known = first_number(hall, name)
    if known is not None:
        found = list(left(hall, known))
    else:
        row = await asyncio.to_thread(house(request).archive.ticket, hall.plan.code, name)
        service = hall.plan.service.get(str(row["service"])) if row else None
        found = [service.result_at] if service and service.result_at else []
    if not found:
        raise NothingToPickUp(number=name)
    return found


def _declared(hall: Hall, who: Principal, priority_class: str) -> bool:
    """Whether a visitor claims a class at a kiosk for which the window will look at something."""
    known = hall.plan.priority_class.get(priority_class)
    return who.role is Role.KIOSK and (known is None or bool(known.evidence))


@router.get("/recycled", response_model=list[TicketOut])
async def recycled_tickets(request: Request, hall: str) -> Response:
    """Numbers that were missed and are kept on the recycle list, oldest first: call one with `windows/{no}/call`."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.SEE_CLERK, hall)
    kept = [each for each in service.hall.live() if each.status is Status.MISSED]
    return Response(encode([ticket_out(service.hall, each) for each in kept]), media_type="application/json")


@router.get("/{ticket}", response_model=TicketOut)
async def see_ticket(request: Request, hall: str, ticket: str) -> Response:
    """A ticket as it stands. Its id is the key: whoever holds the slip may look."""
    found = await _find(request, hall, ticket)
    return Response(encode(found), media_type="application/json")


async def _find(request: Request, hall: str, ticket: str) -> TicketOut:
    """A ticket of any day. Raises UnknownHall, UnknownTicket."""
    service = hall_service(request, hall)
    known = service.hall.tickets.get(ticket)
    if known is not None:
        return ticket_out(service.hall, known)
    if not TICKET_ID.fullmatch(ticket):
        raise UnknownTicket()
    row = await asyncio.to_thread(house(request).archive.ticket, hall, ticket)
    if row is None:
        raise UnknownTicket()
    return _past_ticket(service.hall, row)


def _past_ticket(hall: Hall, row: dict[str, Any]) -> TicketOut:
    service = hall.plan.service.get(row["service"])
    return TicketOut(
        id=row["id"],
        number=row["number"],
        service=row["service"],
        service_name=service.name if service else row["service"],
        service_name_en=service.name_en if service else row["service"],
        priority_class=row["priority_class"],
        status=row["status"],
        ahead=None,
        area="",
        area_en="",
        issued_at=row["first_arrival"],
        link=ticket_link(hall.plan.code, row["id"]),
        window=row["window"],
        called_at=row["called_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        recalls=row["recalls"],
        transfers=row["transfers"],
        outcome=row["outcome"],
        slip=None,
        services=[row["service"]],
        remaining=[],
        order=VisitOrder.FIXED,
        kind=kind_of(hall, row["service"]),
        results=[],
    )


@router.get("/{ticket}/why", response_model=WhyOut)
async def why_ticket(request: Request, hall: str, ticket: str) -> WhyOut:
    """Why this ticket was called when it was, long after: the stored reason of each of its calls, and of the calls of
    those who joined its queue later and went before it."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.SEE_JOURNAL, hall)
    archive = house(request).archive
    row = await asyncio.to_thread(archive.ticket, hall, ticket)
    if row is None:
        raise UnknownTicket()
    rows = await asyncio.to_thread(archive.tickets_of_day, service.code, str(row["day"]))
    calls = await asyncio.to_thread(archive.calls_of_day, service.code, str(row["day"]))
    return why_of(row, {str(each["id"]): each for each in rows}, calls)


def why_of(row: dict[str, Any], day: dict[str, dict[str, Any]], calls: Sequence[TicketCalled]) -> WhyOut:
    """The calls that answer why, from a ticket's row, the rows of its day, and the day's calls in order."""
    mine: list[WhyCall] = []
    passed: list[WhyCall] = []
    for call in calls:
        other = day.get(call.ticket)
        if other is None:
            continue
        if call.ticket == row["id"]:
            mine.append(_why_call(call, other))
        elif (
            not mine and other["service"] == row["service"] and other["first_arrival"] > row["first_arrival"]
        ):
            passed.append(_why_call(call, other))
    return WhyOut(id=row["id"], number=row["number"], calls=mine, passed_by=passed)


def _why_call(call: TicketCalled, row: dict[str, Any]) -> WhyCall:
    said = sentence(call.why.code, call.why.facts)
    return WhyCall(
        at=call.at,
        number=row["number"],
        window=call.window,
        code=call.why.code,
        facts=dict(call.why.facts),
        texts=Texts(zh=said.zh, en=said.en),
    )


@router.get("/{ticket}/qr.svg", response_class=Response)
async def ticket_qr(request: Request, hall: str, ticket: str) -> Response:
    """The QR of the visitor's page, for a screen that could not print it."""
    import segno

    await _find(request, hall, ticket)
    base = house(request).settings.public_url or str(request.base_url)
    drawn = io.BytesIO()
    segno.make(base.rstrip("/") + ticket_link(hall, ticket), error="m").save(
        drawn, kind="svg", scale=8, border=2
    )
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-store"})


@router.post("/{ticket}/cancel", response_model=TicketOut)
async def cancel_ticket(request: Request, hall: str, ticket: str) -> Response:
    """Give the number back. The id is the key: it stands only on the visitor's own slip."""
    service = hall_service(request, hall)
    return await ask(request, service, VISITOR, CancelTicket(ticket), _telling(ticket))


@router.post("/{ticket}/rate", response_model=TicketOut)
async def rate_ticket(request: Request, hall: str, ticket: str, body: RateIn) -> Response:
    """Say how the service was, once; the first word counts. With a pad's key: at its window. Otherwise the id is the key,
    as it stands only on the visitor's own slip, and silence is no answer."""
    service = hall_service(request, hall)
    who, channel = VISITOR, "phone"
    if key_of(request):
        with suppress(NoKey):
            asking = await caller(request)
            if Action.RATE in MAY[asking.role]:
                who, channel = asking, "pad"
                done = service.hall.ticket(ticket).done
                who.must(Action.RATE, hall, done.window if done else None)
    if body.level is None and who is VISITOR:
        raise NoSuchLevel(level="-")
    return await ask(
        request, service, who, Rate(ticket, body.level, channel, tuple(body.reasons)), _telling(ticket)
    )


@router.post("/{ticket}/abandon", response_model=TicketOut)
async def abandon_ticket(request: Request, hall: str, ticket: str) -> Response:
    """Somebody at a desk saw that the visitor has left."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.TEND_TICKET, hall)
    return await ask(request, service, who, AbandonTicket(ticket), _telling(ticket))


@router.post("/{ticket}/grant", response_model=TicketOut)
async def grant_class(request: Request, hall: str, ticket: str, body: GrantIn) -> Response:
    """Give somebody who waits a priority class; the place in the order of arrival stays."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.TEND_TICKET, hall)
    return await ask(
        request, service, who, GrantClass(ticket, body.priority_class, body.reason), _telling(ticket)
    )


@router.post("/{ticket}/return", response_model=TicketOut)
async def return_ticket(request: Request, hall: str, ticket: str) -> Response:
    """A parked or missed person is back."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.TEND_TICKET, hall)
    return await ask(request, service, who, ReturnTicket(ticket), _telling(ticket))


@router.post("/{ticket}/reprint", response_model=TicketOut)
async def reprint_ticket(request: Request, hall: str, ticket: str, body: ReprintIn | None = None) -> Response:
    """Print the slip once more, with the same number."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.ISSUE, hall)
    printer = (body.printer if body else "") or printer_of(service.hall.plan, who.kiosk)
    return await ask(request, service, who, Reprint(ticket, printer), _telling(ticket))
