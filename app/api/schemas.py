"""The words of the API: what comes in and what goes out, with examples for whoever writes a kiosk or a terminal.

Sizes are bounded here, so that nothing larger reaches the hall. The two answers that a hall gives all day, a ticket and a
window, are plain dataclasses written with msgspec: a third of what models cost, and the same words in the document.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.core.hall import Hall, SlipJob
from app.core.ticket import Outcome, ParkKind, Status, Ticket, VisitOrder
from app.core.window import Window
from app.naming import area_of, service_name

WITHOUT_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
"""No text of a request has control characters: a terminal or a printer would obey them, and PostgreSQL takes no NUL."""

Code = Annotated[str, Field(min_length=1, max_length=64, pattern=WITHOUT_CONTROLS)]
Word = Annotated[str, Field(max_length=64, pattern=WITHOUT_CONTROLS)]
Words = Annotated[str, Field(max_length=200, pattern=WITHOUT_CONTROLS)]


A_TICKET: dict[str, Any] = {
    "id": "q3ZrK1n0T9bQ3x0f5c1mUw",
    "number": "A023",
    "service": "residence",
    "service_name": "户籍登记",
    "service_name_en": "Residence registration",
    "priority_class": "ordinary",
    "status": "waiting",
    "ahead": 5,
    "area": "公安专区 1-4号窗口",
    "area_en": "Public security zone, window 1-4",
    "issued_at": "2026-11-23T09:12:44+08:00",
    "link": "/ticket/?hall=county&id=q3ZrK1n0T9bQ3x0f5c1mUw",
    "window": None,
    "called_at": None,
    "started_at": None,
    "ended_at": None,
    "recalls": 0,
    "transfers": 0,
    "outcome": None,
    "slip": {"job": "q3ZrK1n0T9bQ3x0f5c1mUw.1", "state": "pending", "word": ""},
    "services": ["residence", "tax"],
    "remaining": ["tax"],
    "order": "fixed",
    "kind": "service",
    "results": [],
}

A_CALL: dict[str, Any] = {
    **A_TICKET,
    "status": "called",
    "ahead": None,
    "window": 3,
    "called_at": "2026-11-23T09:31:02+08:00",
    "slip": {"job": "q3ZrK1n0T9bQ3x0f5c1mUw.1", "state": "printed", "word": ""},
}


class Shape(BaseModel):
    """What comes in or goes out. Its reader is built when it is first needed, not at the start of the server."""

    model_config = ConfigDict(defer_build=True)


class Body(Shape):
    """A request: unknown fields are refused, so that a typing error is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class IssueIn(Body):
    """Ask for a number: for a `service`, or for several `services` on one slip, one after the other as they are named
    (`fixed`) or whichever can be had first (`free`). `card`: the id of the card that was laid on this kiosk's reader.
    `identity`: the number of an identity card, typed by a clerk; it is hashed at once. Without a `priority_class` it is
    the one that comes with the age, else ordinary. `again`: the number of today to which this is the second visit.
    `class_reason`: what was shown for a priority class; a kiosk's are looked at at the window. `pickup_of`: the number of
    today, or the id of any day, whose results are picked up; it needs no service."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"service": "residence"},
                {"services": ["residence", "tax"], "order": "free"},
                {"service": "tax", "priority_class": "disabled", "class_reason": "card shown"},
            ]
        },
    )

    service: Code = ""
    services: Annotated[list[Code], Field(max_length=10)] = []
    order: VisitOrder = VisitOrder.FIXED
    priority_class: Code | None = None
    channel: Annotated[str, Field(max_length=32, pattern=WITHOUT_CONTROLS)] = "kiosk"
    card: Word = ""
    identity: Annotated[SecretStr, Field(max_length=32)] | None = None
    class_reason: Words = ""
    again: Word = ""
    pickup_of: Word = ""


class CallIn(Body):
    """Call a chosen ticket, out of order. One that was missed and kept for that needs no reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"ticket": "q3Zr…", "reason": "returned with the missing form"}]},
    )

    ticket: Code
    reason: Words = ""


class GrantIn(Body):
    """Give somebody who waits a priority class by hand, with a reason that is kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"priority_class": "elderly", "reason": "card shown at the desk"}]},
    )

    priority_class: Code
    reason: Words


class FinishIn(Body):
    """How the service ended. `result`: something will be picked up later, where the hall file says (`result_at`)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"outcome": "materials_missing"}]}
    )

    outcome: Literal[
        "accepted", "materials_missing", "redirected", "consulted", "not_for_this_hall", "outage"
    ] = "accepted"
    result: bool = False


class ParkIn(Body):
    """Why the person is put aside."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "window_holds"}]})

    kind: ParkKind = ParkKind.VISITOR_HOLDS


class TransferIn(Body):
    """Where the visitor is sent: a service, a window or a `person` (staff number, wherever that clerk sits), or a service
    and one of the two."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"service": "tax", "reason": "wrong queue"}]}
    )

    service: Word = ""
    window: int | None = None
    reason: Words = ""
    person: Word = ""


class PauseIn(Body):
    """Why the window stops: a key of the hall's pause reasons."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "documents"}]})

    reason: Words


class SitIn(Body):
    """Who sits down, as a staff number. Without one it is whoever asks; a clerk says no other."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"clerk": "07"}]})

    clerk: Word = ""


class CoverIn(Body):
    """Who covers (a staff number; empty: whoever asks), and why the clerk goes (empty: as the pause says)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"clerk": "07", "reason": "documents"}]}
    )

    clerk: Word = ""
    reason: Words = ""


class UncoverIn(Body):
    """Whether the clerk is back; if not, the window pauses."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"back": True}]})

    back: bool = True


class PresenceIn(Body):
    """Somebody who sits at no window is away for a reason, or not. Without a staff number it is whoever asks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"clerk": "07", "away": True, "reason": "outdoor service"}]},
    )

    clerk: Word = ""
    away: bool
    reason: Words = ""


class ReprintIn(Body):
    """On which printer; empty: the asking kiosk's."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"printer": "kiosk-1-printer"}]}
    )

    printer: Word = ""


class RateIn(Body):
    """How it was: 5 (very satisfied) to 1 (very dissatisfied); null: asked at a window and not answered. `reasons`: keys of
    the hall's rating reasons."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"level": 2, "reasons": ["wait"]}]}
    )

    level: Annotated[int, Field(ge=1, le=5)] | None
    reasons: Annotated[list[Code], Field(max_length=20)] = []


class PanelIn(Body):
    """A sentence for somebody who does not hear; empty: take it away."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "请出示身份证。"}]})

    text: Words


class SignInIn(Body):
    """Sign in; a clerk names the window."""

    model_config = ConfigDict(
        extra="forbid",
        defer_build=False,  # FastAPI reads it, and is warned by pydantic when it is built only then
        json_schema_extra={"examples": [{"login": "clerk07", "password": "…", "window": 7}]},
    )

    login: Code
    password: Annotated[str, Field(max_length=200)]
    window: int | None = None


class SignInOut(Shape):
    """The key of this sign-in. `staff_no`: what windows call this clerk by."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "kq0x…",
                    "role": "clerk",
                    "name": "七号窗口",
                    "hall": "county",
                    "window": 7,
                    "staff_no": "07",
                    "expires_at": "2026-11-23T20:30:00Z",
                }
            ]
        }
    )

    token: str
    role: str
    name: str
    hall: str
    window: int | None
    staff_no: str
    expires_at: datetime


class WhoOut(BaseModel):
    """Whose key it is. `may`: the actions of its role in this hall, such as `run_tide`."""

    role: str
    holder: str
    window: int | None
    may: list[str]


class SetupIn(Body):
    """The first administrator."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "the code of the link",
                    "login": "admin",
                    "name": "管理员",
                    "password": "a long sentence",
                }
            ]
        },
    )

    code: Code
    login: Code
    name: Code
    password: Annotated[str, Field(min_length=8, max_length=200)]


@dataclass(slots=True)
class SlipOut:
    """A print job: `pending`, `printed`, `failed` or `unknown`."""

    job: str
    state: str
    word: str


@dataclass(slots=True)
class TicketOut:
    """A ticket as it stands. `ahead`: people before it in its queue, None when it does not wait. `service`: the present
    one; `services`: all of the visit, `remaining`: those still to come after it, or beside it if the `order` is free.
    `kind`: `service` or `pickup`; `results`: the pick-up services where results of it lie."""

    __pydantic_config__: ClassVar = ConfigDict(json_schema_extra={"examples": [A_TICKET]})

    id: str
    number: str
    service: str
    service_name: str
    service_name_en: str
    priority_class: str
    status: Status
    ahead: int | None
    area: str
    area_en: str
    issued_at: datetime
    link: str
    window: int | None
    called_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    recalls: int
    transfers: int
    outcome: Outcome | None
    slip: SlipOut | None
    services: list[str]
    remaining: list[str]
    order: VisitOrder
    kind: str
    results: list[str]


@dataclass(slots=True)
class WindowOut:
    """A window as it stands, with the ticket at it. `covers`: the clerk in whose place `clerk` sits there."""

    __pydantic_config__: ClassVar = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "no": 3,
                    "state": "calling",
                    "clerk": "clerk03",
                    "covers": "",
                    "pause_reason": "",
                    "closing": False,
                    "ticket": A_CALL,
                }
            ]
        }
    )

    no: int
    state: str
    clerk: str
    pause_reason: str
    closing: bool
    ticket: TicketOut | None
    covers: str = ""


class ServiceOut(Shape):
    """A service and its queue."""

    code: str
    name: str
    name_en: str
    prefix: str
    zone: str
    waiting: int
    pickup: bool


class WindowBrief(Shape):
    """A window in the list of a hall."""

    no: int
    kind: str
    zone: str
    name: str
    name_en: str
    serves: list[str]
    state: str
    clerk: str
    number: str | None
    served: int
    service_minutes: float
    busy_minutes: float
    open_minutes: float


class NamedOut(Shape):
    """A key with its names."""

    key: str
    name: str
    name_en: str


class HallOut(Shape):
    """A hall as it stands. `clock_speed`: hall seconds per real second; not 1 only in a demonstration."""

    code: str
    name: str
    name_en: str
    timezone: str
    now: datetime
    clock_speed: float
    open: bool
    seq: int
    day: str | None
    services: list[ServiceOut]
    windows: list[WindowBrief]
    classes: list[NamedOut]
    pause_reasons: list[NamedOut]


class EventOut(Shape):
    """One row of the journal."""

    seq: int
    at: datetime
    name: str
    by: str
    data: dict[str, Any]


class EventsOut(Shape):
    """Rows of the journal after a number; `last` is the number to ask after next."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "events": [
                        {
                            "seq": 812,
                            "at": "2026-11-23T09:31:02+08:00",
                            "name": "ServiceStarted",
                            "by": "clerk03",
                            "data": {"ticket": "q3ZrK1n0T9bQ3x0f5c1mUw", "window": 3},
                        }
                    ],
                    "last": 812,
                }
            ]
        }
    )

    events: list[EventOut]
    last: int


class Texts(Shape):
    """The same sentence for whoever reads it."""

    zh: str
    en: str


class WhyCall(Shape):
    """One call and its reason, as the hall stored it."""

    at: datetime
    number: str
    window: int
    code: str
    facts: dict[str, str | int | float]
    texts: Texts


class WhyOut(Shape):
    """Why a ticket was called when it was: its own calls, and who of its queue came later and was called before it."""

    id: str
    number: str
    calls: list[WhyCall]
    passed_by: list[WhyCall]


class PresenceOut(Shape):
    """Where somebody is. `state`: at_window, paused, covered, away, off."""

    staff_no: str
    name: str
    name_en: str
    title: str
    title_en: str
    department: str
    department_en: str
    phone: str
    state: str
    window: int | None
    since: datetime | None
    reason: str
    covers: str
    covered_by: str
    texts: Texts


class PeopleOut(Shape):
    """Everybody, in the order of the hall file."""

    people: list[PresenceOut]


class DismissIn(Body):
    """Why not."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "lunch in ten minutes"}]}
    )

    reason: Words = ""


class PinIn(Body):
    """`open`, `closed`, or empty to let the window go; a pin needs a reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"pin": "open", "reason": "a bus of pensioners is coming"}]},
    )

    pin: Literal["open", "closed", ""]
    reason: Words = ""


class ForecastOut(Shape):
    """What awaits one service. `windows_worth`: windows that it can count on. `why_not`: why it gets none more."""

    service: str
    waiting: int
    mean_minutes: float
    arrivals_per_minute: float
    windows_worth: float
    projected_wait: float
    hot_since: datetime | None
    why_not: Texts | None


class TidalWindowOut(Shape):
    """A tidal window as the controller sees it. `why_not`: why it stays open, if it is."""

    no: int
    state: str
    pin: str
    open_since: datetime | None
    calm_since: datetime | None
    why_not: Texts | None = None


class ProposalOut(Shape):
    """A tidal window that should open or close, and why."""

    window: int
    opens: bool
    service: str
    clerk: str
    why: Texts


class TideOut(Shape):
    """What the tide sees. Thresholds and waits in minutes. `would`: what it would do at this look; `proposed`: what
    waits for somebody's word."""

    at: datetime
    mode: str
    open_at: float
    close_at: float
    look_again: datetime | None
    clerks_free: list[str]
    services: list[ForecastOut]
    windows: list[TidalWindowOut]
    would: list[ProposalOut]
    proposed: list[ProposalOut]


class TideDone(Shape):
    """What a supervisor's word caused, as names of events."""

    events: list[str]


class Problem(Shape):
    """RFC 9457. `rule`: the broken rule; `field`: the field at fault; `texts`: the sentence for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/window-has-ticket",
                    "title": "window has ticket",
                    "status": 409,
                    "detail": "3 号窗口还有 A023 号未结束,请先办结或标记过号。",
                    "rule": "window-has-ticket",
                    "field": "window",
                    "texts": {
                        "zh": "3 号窗口还有 A023 号未结束,请先办结或标记过号。",
                        "en": "Window 3 still has A023. Finish it, or mark it missed, first.",
                    },
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    rule: str
    field: str
    texts: Texts


encode = msgspec.json.Encoder().encode
"""A ticket or a window as JSON."""


def ticket_link(hall: str, ticket_id: str) -> str:
    """The visitor's page, relative to the server."""
    return f"/ticket/?hall={hall}&id={ticket_id}"


def slip_out(slip: SlipJob | None) -> SlipOut | None:
    """A print job in the API's words."""
    return SlipOut(job=slip.id, state=slip.state, word=slip.word) if slip else None


def ticket_out(hall: Hall, ticket: Ticket) -> TicketOut:
    """A ticket in the API's words."""
    service = service_name(hall.plan, ticket.service)
    area = area_of(hall.plan, ticket.service)
    return TicketOut(
        id=ticket.id,
        number=ticket.number,
        service=ticket.service,
        service_name=service.zh,
        service_name_en=service.en,
        priority_class=ticket.priority_class,
        status=ticket.status,
        ahead=hall.ahead_of(ticket) if ticket.status is Status.WAITING else None,
        area=area.zh,
        area_en=area.en,
        issued_at=ticket.first_arrival,
        link=ticket_link(hall.plan.code, ticket.id),
        window=ticket.window,
        called_at=ticket.called_at,
        started_at=ticket.started_at,
        ended_at=ticket.ended_at,
        recalls=ticket.recalls,
        transfers=ticket.transfers,
        outcome=ticket.outcome,
        slip=slip_out(hall.last_slip(ticket.id)),
        services=list(ticket.services),
        remaining=list(ticket.remaining),
        order=ticket.order,
        kind=kind_of(hall, ticket.service),
        results=list(ticket.results),
    )


def kind_of(hall: Hall, code: str) -> str:
    """Whether a service hands out results (`pickup`) or not (`service`)."""
    return "pickup" if code in hall.plan.pickups else "service"


def window_out(hall: Hall, window: Window) -> WindowOut:
    """A window in the API's words."""
    ticket = hall.ticket_at(window)
    return WindowOut(
        no=window.no,
        state=window.duty.value,
        clerk=window.clerk,
        pause_reason=window.pause_reason,
        closing=window.closing,
        ticket=ticket_out(hall, ticket) if ticket else None,
        covers=window.away.clerk if window.away else "",
    )
