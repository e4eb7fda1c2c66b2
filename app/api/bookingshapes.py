"""The words of the API about bookings, with examples.

An identity comes in once, as `phone` or `card`, and never goes out again.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from app.api.schemas import WITHOUT_CONTROLS, Body, Code, Shape, Texts, Word, Words

Phone = Annotated[str, Field(min_length=5, max_length=24, pattern=r"^[+0-9][0-9 ()-]*$")]
CardNumber = Annotated[str, Field(min_length=15, max_length=18, pattern=r"^[0-9A-Za-z]+$")]
Typed = Annotated[str, Field(min_length=1, max_length=400, pattern=WITHOUT_CONTROLS)]

A_BOOKING: dict[str, Any] = {
    "id": "c6vX1y0m4gqv8l2ZbQm3aA",
    "number": "48201734",
    "service": "residence",
    "service_name": "户籍登记",
    "service_name_en": "Residence registration",
    "area": "公安专区 1-4号窗口",
    "area_en": "Public security zone, window 1-4",
    "starts": "2026-11-24T09:00:00+08:00",
    "ends": "2026-11-24T09:30:00+08:00",
    "status": "booked",
    "because": "",
    "channel": "web",
    "booked_at": "2026-11-23T09:12:44+08:00",
    "check_in_from": "2026-11-24T08:30:00+08:00",
    "check_in_until": "2026-11-24T09:45:00+08:00",
    "change_until": "2026-11-24T07:00:00+08:00",
    "may": ["change", "cancel"],
    "link": "/book/?hall=county&id=c6vX1y0m4gqv8l2ZbQm3aA",
    "ticket_link": "",
    "warning": None,
}


class BookIn(Body):
    """Book a place: the service, when its slot begins, and who it is for, by phone number or by card number."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"service": "residence", "starts": "2026-11-24T09:00:00+08:00", "phone": "19900000000"}
            ]
        },
    )

    service: Code
    starts: datetime
    phone: Phone | None = None
    card: CardNumber | None = None


class StaffBookIn(BookIn):
    """Book a place for somebody on the phone or at the desk; nobody has to be named."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"service": "residence", "starts": "2026-11-24T09:00:00+08:00", "phone": "19900000000"}
            ]
        },
    )

    channel: Literal["phone", "desk"] = "phone"


class MoveIn(Body):
    """Another time. `by_staff`: somebody of the hall does it, who may until the slot begins."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"starts": "2026-11-24T10:00:00+08:00"}]}
    )

    starts: datetime
    by_staff: bool = False


class GiveBackIn(Body):
    """`by_staff`: somebody of the hall does it for the visitor; it counts against nobody."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"by_staff": True}]})

    by_staff: bool = False


class CheckInIn(Body):
    """Who booked has come: `code` is the number, the id or the whole link of the booking; or `card` is the name of the card
    that lies on the reader of this kiosk, as its scene has it. `priority_class`: left out, that of the card's age."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"code": "4820 1734"}, {"card": "Yw3v0J8nq2sT1aXb"}]},
    )

    code: Typed | None = None
    card: Word = ""
    priority_class: Word = ""


class LiftIn(Body):
    """Whose ban ends, by its mark in the list, and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"holder": "9f2c…", "reason": "was in hospital"}]}
    )

    holder: Word
    reason: Words


class BookableOut(Shape):
    """A service that can be booked."""

    code: str
    name: str
    name_en: str
    zone: str
    zone_en: str
    minutes: float


class DayOut(Shape):
    """A day of the booking calendar. `open`: it has hours and can be booked; `why`: else, why not."""

    day: date
    weekday: int
    open: bool
    why: Texts | None


class BookingRulesOut(Shape):
    """What a visitor should know before booking."""

    slot_minutes: int
    lead_minutes: float
    cutoff_minutes: float
    early_minutes: float
    late_minutes: float
    release_at: str
    per_day: int
    per_holder: int
    phone_check_in: bool


class OfferOut(Shape):
    """What can be booked in a hall, and on which days. `calendar_until`: how far the country's holidays are known."""

    hall: str
    name: str
    name_en: str
    now: datetime
    web: bool
    services: list[BookableOut]
    days: list[DayOut]
    rules: BookingRulesOut
    calendar_until: date | None


class SlotOut(Shape):
    """A time. `free`: places left; `soon`: too near to be booked."""

    starts: datetime
    ends: datetime
    capacity: int
    free: int
    soon: bool


class SlotsOut(Shape):
    """The times of a service on a day. `why`: why there are none."""

    service: str
    day: date
    slots: list[SlotOut]
    why: Texts | None


class BookingOut(Shape):
    """A booking as it stands. `may`: what its holder can do with it now. `warning`: the next breach brings a ban."""

    model_config = ConfigDict(json_schema_extra={"examples": [A_BOOKING]})

    id: str
    number: str
    service: str
    service_name: str
    service_name_en: str
    area: str
    area_en: str
    starts: datetime
    ends: datetime
    status: Literal["booked", "checked_in", "cancelled", "no_show"]
    because: str
    channel: str
    booked_at: datetime
    check_in_from: datetime
    check_in_until: datetime
    change_until: datetime
    may: list[Literal["change", "cancel", "check-in"]]
    link: str
    ticket_link: str
    warning: Texts | None


class BookingsOut(Shape):
    """The bookings of a day, in the order of their times, and how many there are of each kind. No-shows are people who
    never came; a missed call is another figure."""

    day: date
    bookings: list[BookingOut]
    booked: int
    checked_in: int
    cancelled: int
    no_show: int


class BanOut(Shape):
    """Somebody who may not book on the web for a while; `holder` is a mark from which nothing can be had."""

    holder: str
    starts: datetime
    ends: datetime
    reason: str
    count: int
    texts: Texts
