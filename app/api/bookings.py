"""Bookings over HTTP: what can be booked, book, change, cancel, check in; and what staff do for those who phone.

The unguessable id of a booking is the right to it, like that of a ticket. A kiosk checks in by the number, by the link in
the QR, or by the card on its reader; the booking's own page checks in by its id, where the hall allows it.
"""

import io
import re
import secrets
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError

from app.api.admission import allowed_outside
from app.api.bookingshapes import (
    BanOut,
    BookableOut,
    BookIn,
    BookingOut,
    BookingRulesOut,
    BookingsOut,
    CheckInIn,
    DayOut,
    GiveBackIn,
    LiftIn,
    MoveIn,
    OfferOut,
    SlotOut,
    SlotsOut,
    StaffBookIn,
)
from app.api.deps import ask, caller, hall_service, house, new_ticket_id
from app.api.lean import MISSING, LeanRouter
from app.api.schemas import Texts, TicketOut, encode, ticket_link, ticket_out
from app.api.tickets import PROBLEMS
from app.core.booking import BY_STAFF, Ban, Booking, BookingStatus, Channel
from app.core.calendar import DayKind
from app.core.commands import BookSlot, CancelBooking, CheckIn, LiftBan, MoveBooking
from app.core.errors import UnknownBooking, UnknownService
from app.core.events import Event
from app.core.hall import Hall
from app.core.hours import day_of
from app.core.people import KeepOfCard
from app.core.plan import ORDINARY
from app.core.record import Answer
from app.core.reserving import REASONS
from app.core.rights import VISITOR, Action, Principal
from app.core.slots import bookable_days, slots_of
from app.naming import area_of, printer_of, service_name, zone_name
from app.service import HallService

router = LeanRouter("/api/v1/halls/{hall}/bookings", "bookings", PROBLEMS)

NUMBER_DIGITS = 8
"""Few enough to type at a kiosk; a guess at a hall with a thousand bookings hits one in 100,000 times, and only whoever
stands at a machine of the hall can try."""

NUMBERS_TRIED = 4
"""Numbers thrown for a new booking, of which the first that is free is taken."""


def booking_link(hall: str, booking_id: str) -> str:
    """The booking's page, relative to the server."""
    return f"/book/?hall={hall}&id={booking_id}"


def _now(request: Request, hall: Hall) -> datetime:
    return house(request).clock.now().astimezone(ZoneInfo(hall.plan.timezone))


def _numbers() -> tuple[str, ...]:
    return tuple(f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}" for _ in range(NUMBERS_TRIED))


# -- what can be booked -------------------------------------------------------------------------------------------


@router.get("/offer", response_model=OfferOut)
async def see_offer(request: Request, hall: str) -> OfferOut:
    """What can be booked, and the days from today to the last one, each with why it cannot be."""
    state = hall_service(request, hall).hall
    plan, now = state.plan, _now(request, state)
    rules = plan.rules.booking
    days = bookable_days(state, now)
    last = max(days, default=now.date())
    return OfferOut(
        hall=plan.code,
        name=plan.name,
        name_en=plan.name_en,
        now=now,
        web=rules.web,
        services=[
            BookableOut(
                code=each.code,
                name=each.name,
                name_en=each.name_en,
                zone=zone_name(plan, each.zone).zh,
                zone_en=zone_name(plan, each.zone).en,
                minutes=round(state.mean_minutes(each.code), 1),
            )
            for each in plan.services
            if each.bookable
        ],
        days=[
            DayOut(day=day, weekday=day.weekday(), open=day in days, why=_why_closed(state, day))
            for day in (now.date() + timedelta(days=each) for each in range((last - now.date()).days + 1))
        ],
        rules=BookingRulesOut(
            slot_minutes=rules.slot_minutes,
            lead_minutes=rules.lead_minutes,
            cutoff_minutes=rules.cutoff_minutes,
            early_minutes=rules.early_minutes,
            late_minutes=rules.late_minutes,
            release_at=f"{rules.release_at:%H:%M}",
            per_day=rules.per_day,
            per_holder=rules.per_holder,
            phone_check_in=rules.phone_check_in,
        ),
        calendar_until=state.calendar.known_until,
    )


def _why_closed(hall: Hall, day: date) -> Texts | None:
    """Why a day has no hours; None where it has."""
    here = day_of(hall.plan, hall.calendar, day)
    if here.openings:
        return None
    if here.kind is DayKind.HOLIDAY and here.holiday is not None:
        return Texts(zh=here.holiday.name, en=here.holiday.name_en)
    return Texts(zh="不开放", en="Closed")


@router.get("/slots", response_model=SlotsOut)
async def see_slots(
    request: Request,
    hall: str,
    service: Annotated[str, Query(max_length=64, description="the code of a service that can be booked")],
    day: Annotated[date, Query(description="a day of the hall")],
) -> SlotsOut:
    """The times of a service on a day, and how many places each has left."""
    state = hall_service(request, hall).hall
    if service not in state.plan.service:
        raise UnknownService(service=service, known=", ".join(state.plan.service))
    now = _now(request, state)
    slots = slots_of(state, service, day, now) if day in bookable_days(state, now) else ()
    why = None if slots else _why_closed(state, day) or Texts(zh="没有可预约的时段", en="No times to book")
    return SlotsOut(
        service=service,
        day=day,
        slots=[
            SlotOut(
                starts=each.starts, ends=each.ends, capacity=each.capacity, free=each.free, soon=each.soon
            )
            for each in slots
        ],
        why=why,
    )


# -- a booking ----------------------------------------------------------------------------------------------------


def booking_out(hall: Hall, booking: Booking, now: datetime) -> BookingOut:
    """A booking in the API's words."""
    rules = hall.plan.rules.booking
    zone = now.tzinfo
    name, area = service_name(hall.plan, booking.service), area_of(hall.plan, booking.service)
    opens = booking.starts - timedelta(minutes=rules.early_minutes)
    until = booking.ends + timedelta(minutes=rules.late_minutes)
    change = booking.starts - timedelta(minutes=rules.cutoff_minutes)
    may: list[Any] = []
    if booking.status is BookingStatus.BOOKED:
        may = ["change", "cancel"] if now <= change else []
        if rules.phone_check_in and opens <= now <= until:
            may.append("check-in")
    return BookingOut(
        id=booking.id,
        number=booking.number,
        service=booking.service,
        service_name=name.zh,
        service_name_en=name.en,
        area=area.zh,
        area_en=area.en,
        starts=booking.starts.astimezone(zone),
        ends=booking.ends.astimezone(zone),
        status=booking.status.value,
        because=booking.because,
        channel=booking.channel.value,
        booked_at=booking.booked_at.astimezone(zone),
        check_in_from=opens.astimezone(zone),
        check_in_until=until.astimezone(zone),
        change_until=change.astimezone(zone),
        may=may,
        link=booking_link(hall.plan.code, booking.id),
        ticket_link=ticket_link(hall.plan.code, booking.ticket) if booking.ticket else "",
        warning=_warning(hall, booking),
    )


def _warning(hall: Hall, booking: Booking) -> Texts | None:
    standing = hall.bookings.standings.get(booking.holder) if booking.holder else None
    if standing is None or standing.warned is None or booking.channel in BY_STAFF:
        return None
    days = hall.plan.rules.booking.ban_days
    return Texts(
        zh=f"您近期多次爽约或取消预约。再有一次,网上预约将暂停 {days} 天;现场取号和电话预约不受影响。",
        en=f"You have missed or cancelled several bookings. After one more, booking on the web pauses for {days} days; "
        "numbers in the hall and bookings by phone are not affected.",
    )


def _telling(request: Request, booking_id: str, status: int = 200) -> Any:
    """Answers with the booking as it stands right after the command."""

    def answering(hall: Hall, _: tuple[Event, ...]) -> Answer:
        told = booking_out(hall, hall.bookings.by_id[booking_id], _now(request, hall))
        return Answer(status, told.model_dump_json().encode())

    return answering


def _holder(request: Request, hall: Hall, body: BookIn, needed: bool) -> str:
    """The keyed hash of who is named; empty where the hall keeps none. Raises WrongIdentity, and RequestValidationError for
    nobody or both."""
    holders = house(request).holders
    if body.phone is not None and body.card is not None:
        raise RequestValidationError(
            [{"type": "one", "loc": ("body", "card"), "msg": "phone or card, not both", "input": None}]
        )
    if body.card is not None:
        from app.identity import of_number

        return of_number(holders, body.card, hall.plan, _now(request, hall).date()).holder
    if body.phone is not None:
        return holders.phone(body.phone) if hall.plan.rules.holder.keep is KeepOfCard.HASH else ""
    if needed:
        raise RequestValidationError([{**MISSING, "loc": ("body", "phone")}])
    return ""


def _aware(starts: datetime, hall: Hall) -> datetime:
    """A time that names no offset is the hall's own."""
    return starts if starts.tzinfo else starts.replace(tzinfo=ZoneInfo(hall.plan.timezone))


@router.post("", status_code=201, response_model=BookingOut)
async def book(request: Request, hall: str, body: BookIn) -> Response:
    """Book a place. Of the phone or card number a keyed hash is kept."""
    service = hall_service(request, hall)
    booking = new_ticket_id()
    starts, holder = _aware(body.starts, service.hall), _holder(request, service.hall, body, needed=True)
    command = BookSlot(booking, _numbers(), body.service, starts, holder, Channel.WEB)
    return await ask(
        request,
        service,
        VISITOR,
        command,
        _telling(request, booking, 201),
        house(request).holders.fingerprint,
    )


@router.post("/staff", status_code=201, response_model=BookingOut)
async def book_for_somebody(request: Request, hall: str, body: StaffBookIn) -> Response:
    """Book a place for somebody on the phone or at the desk. Nobody is banned from that."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.TEND_TICKET, hall)
    booking = new_ticket_id()
    starts, holder = _aware(body.starts, service.hall), _holder(request, service.hall, body, needed=False)
    command = BookSlot(booking, _numbers(), body.service, starts, holder, Channel(body.channel))
    return await ask(
        request, service, who, command, _telling(request, booking, 201), house(request).holders.fingerprint
    )


@router.post("/check-in", status_code=201, response_model=TicketOut)
async def check_in(request: Request, hall: str, body: CheckInIn) -> Response:
    """At a kiosk or a desk: by the booking's number, its link as a QR scanner types it, or the card on the reader. The
    answer is the ticket that the booking has become; the slip follows on the kiosk's printer."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.ISSUE, hall)
    ticket = new_ticket_id()
    printer = printer_of(service.hall.plan, who.kiosk)
    channel = "kiosk" if who.kiosk else "desk"
    if body.code:
        wanted = body.priority_class or ORDINARY
        command = CheckIn(ticket, code_of(body.code), "", channel, printer, wanted)
        return await _arrives(request, service, who, command)
    return await _by_card(request, service, who, body, CheckIn(ticket, "", "", channel, printer))


async def _arrives(request: Request, service: HallService, who: Principal, command: CheckIn) -> Response:
    """The booking becomes a ticket, if the other systems that have a say allow it; a repeated request finds its answer."""
    if not service.answers(request.headers.get("idempotency-key", "")):
        await allowed_outside(house(request), service, command)
    return await ask(request, service, who, command, _as_ticket(command.ticket))


async def _by_card(
    request: Request, service: HallService, who: Principal, body: CheckInIn, command: CheckIn
) -> Response:
    """The card that lies at this kiosk, used once. A repeated request finds its answer without it."""
    rooms, used = house(request), False
    devices = rooms.devices
    if service.answers(request.headers.get("idempotency-key", "")):
        return await _arrives(request, service, who, command)
    laid = devices.take_card(service.code, who.kiosk, body.card) if who.kiosk and body.card else None
    if laid is None or not laid.holder:
        raise UnknownBooking()
    command = command._replace(
        holder=laid.holder, priority_class=body.priority_class or laid.priority_class or ORDINARY
    )
    try:
        answer = await _arrives(request, service, who, command)
        used = answer.status_code < 400
        return answer
    finally:
        devices.settle_card(service.code, who.kiosk, body.card, used=used)
        if used:
            rooms.called_names.keep(service.hall, command.ticket, laid.masked_name)


def _as_ticket(ticket_id: str) -> Any:
    def answering(hall: Hall, _: tuple[Event, ...]) -> Answer:
        return Answer(201, encode(ticket_out(hall, hall.tickets[ticket_id])))

    return answering


_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def code_of(typed: str) -> str:
    """The number or id in what was typed or scanned: a link, a number with spaces, an id. Raises UnknownBooking."""
    typed = typed.strip()
    if "id=" in typed:
        typed = (parse_qs(urlsplit(typed).query).get("id") or [""])[-1].strip()
    plain = re.sub(r"[\s-]", "", typed)
    if plain.isdecimal() and len(plain) == NUMBER_DIGITS:
        return "".join(str(int(each)) for each in plain)
    if _ID.fullmatch(typed):
        return typed
    raise UnknownBooking()


@router.get("", response_model=BookingsOut)
async def see_bookings(
    request: Request,
    hall: str,
    day: Annotated[date | None, Query(description="a day; today when left out")] = None,
    number: Annotated[
        str, Query(max_length=16, description="only the booking of this number, of whatever day")
    ] = "",
) -> BookingsOut:
    """The bookings of a day, for the desk: who phones says the number."""
    state = hall_service(request, hall).hall
    who = await caller(request)
    who.must(Action.TEND_TICKET, hall)
    now = _now(request, state)
    wanted = day or now.date()
    if number:
        found = state.bookings.find(code_of(number))
        chosen = [found] if found else []
        wanted = found.starts.astimezone(now.tzinfo).date() if found else wanted
    else:
        chosen = [
            each
            for each in state.bookings.by_id.values()
            if each.starts.astimezone(now.tzinfo).date() == wanted
        ]
    chosen.sort(key=lambda each: (each.starts, each.service, each.number))
    count = [each.status for each in chosen].count
    return BookingsOut(
        day=wanted,
        bookings=[booking_out(state, each, now) for each in chosen],
        booked=count(BookingStatus.BOOKED),
        checked_in=count(BookingStatus.CHECKED_IN),
        cancelled=count(BookingStatus.CANCELLED),
        no_show=count(BookingStatus.NO_SHOW),
    )


@router.get("/bans", response_model=list[BanOut])
async def see_bans(request: Request, hall: str) -> list[BanOut]:
    """Who may not book on the web for a while, until when and why."""
    state = hall_service(request, hall).hall
    who = await caller(request)
    who.must(Action.MANAGE_BOOKINGS, hall)
    now = _now(request, state)
    return [
        _ban_out(each.holder, each.ban)
        for each in state.bookings.standings.values()
        if each.ban is not None and each.ban.ends > now
    ]


def _ban_out(holder: str, ban: Ban) -> BanOut:
    en, zh = REASONS.get(ban.reason, (ban.reason, ban.reason))
    texts = Texts(zh=f"{ban.count} {zh}", en=f"{ban.count} {en}")
    return BanOut(
        holder=holder, starts=ban.starts, ends=ban.ends, reason=ban.reason, count=ban.count, texts=texts
    )


@router.post("/bans/lift", status_code=204)
async def lift_ban(request: Request, hall: str, body: LiftIn) -> Response:
    """Let somebody book again before the end, with a reason."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.MANAGE_BOOKINGS, hall)
    return await ask(
        request, service, who, LiftBan(body.holder, body.reason), lambda _hall, _events: Answer(204, b"")
    )


@router.get("/{booking}", response_model=BookingOut)
async def see_booking(request: Request, hall: str, booking: str) -> Response:
    """A booking as it stands. Its id is the key."""
    state = hall_service(request, hall).hall
    found = _found(state, booking)
    told = booking_out(state, found, _now(request, state))
    return Response(told.model_dump_json(), media_type="application/json")


def _found(hall: Hall, booking: str) -> Booking:
    """By the id alone: a number can be guessed."""
    found = hall.bookings.by_id.get(booking)
    if found is None:
        raise UnknownBooking()
    return found


@router.get("/{booking}/qr.svg", response_class=Response)
async def booking_qr(request: Request, hall: str, booking: str) -> Response:
    """The QR of the booking's page: a phone opens it, the scanner of a kiosk checks in with it."""
    import segno

    _found(hall_service(request, hall).hall, booking)
    base = house(request).settings.public_url or str(request.base_url)
    drawn = io.BytesIO()
    segno.make(base.rstrip("/") + booking_link(hall, booking), error="m").save(
        drawn, kind="svg", scale=8, border=2
    )
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-store"})


@router.post("/{booking}/change", response_model=BookingOut)
async def change_booking(request: Request, hall: str, booking: str, body: MoveIn) -> Response:
    """Another time for the same service: the old place is free only when the new one is had."""
    service = hall_service(request, hall)
    _found(service.hall, booking)
    who = VISITOR
    if body.by_staff:
        who = await caller(request)
        who.must(Action.TEND_TICKET, hall)
    command = MoveBooking(booking, _aware(body.starts, service.hall), body.by_staff)
    return await ask(request, service, who, command, _telling(request, booking))


@router.post("/{booking}/cancel", response_model=BookingOut)
async def cancel_booking(
    request: Request, hall: str, booking: str, body: GiveBackIn | None = None
) -> Response:
    """Give the place back."""
    service = hall_service(request, hall)
    _found(service.hall, booking)
    by_staff = body is not None and body.by_staff
    who = VISITOR
    if by_staff:
        who = await caller(request)
        who.must(Action.TEND_TICKET, hall)
    return await ask(request, service, who, CancelBooking(booking, by_staff), _telling(request, booking))


@router.post("/{booking}/check-in", status_code=201, response_model=TicketOut)
async def check_in_by_page(request: Request, hall: str, booking: str) -> Response:
    """From the booking's own page, on a phone. The answer is the ticket that the booking has become."""
    service = hall_service(request, hall)
    _found(service.hall, booking)
    ticket = new_ticket_id()
    return await _arrives(request, service, VISITOR, CheckIn(ticket, booking, channel="phone"))
