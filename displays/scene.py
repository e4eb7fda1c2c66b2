"""The vocabulary of everything that people look at: one complete, small value per kind of screen.

For: the words that app/scenes.py fills and that pages, strips, slips and voices read. A scene is the whole truth for
its screen at `seq`; whoever has the newest scene needs nothing older. On the wire it is this value as JSON.
Not for: layout (displays/web), rules (app/core).
Privacy: `HallScene`, `WindowScene`, `PlateScene`, `KioskScene` and `SlipScene` hang in public. They hold numbers, services
and windows; never a name of a visitor (but for 张* on the board of a hall that wants it), an identity number or a
visitor's telephone number. The plates name who works
there as far as the hall wants it (app/plates.py). tests/displays checks the fields.
Times are ISO 8601 with the hall's offset; durations are minutes unless the name says otherwise. `speed` of a screen's
scene: hall seconds per real second, 1 except in a demonstration, so that a page's clock and counts go on rightly.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from displays.words import Bilingual as Bilingual


class WindowState(StrEnum):
    """What a visitor needs to know of a window."""

    CLOSED = "closed"
    IDLE = "idle"
    CALLING = "calling"
    SERVING = "serving"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Call:
    """One number called to one window. `call_id` is new with every call and recall, so that a page rings or speaks
    each exactly once; `recalls` says how often it was repeated. `name`: masked, empty unless the hall shows it."""

    call_id: str
    number: str
    window: int
    window_name: Bilingual
    service: Bilingual
    zone: str
    at: datetime
    recalls: int
    serving: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait for one service."""

    service: str
    name: Bilingual
    prefix: str
    waiting: int
    open_windows: int


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """Something to read while nobody is called; `picture` is a file of the site's folder, `zone` empty: everywhere."""

    text: Bilingual
    picture: str
    zone: str


@dataclass(frozen=True, slots=True)
class HallScene:
    """The hall board. `calls`: people standing at or walking to a window now, newest first. `recent`: those before
    them, newest first. `open` is False outside opening hours. `ending`: what becomes of those who still wait, once the
    hall has closed for the day."""

    seq: int
    at: datetime
    hall: Bilingual
    open: bool
    calls: tuple[Call, ...]
    recent: tuple[Call, ...]
    waiting: tuple[Waiting, ...]
    opens_at: datetime | None = None
    notices: tuple[NoticeShown, ...] = ()
    notice_seconds: float = 12.0
    speed: float = 1.0
    ending: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class SeatPlate:
    """Who serves here (席位牌). `name` is empty and `photo` is "" unless the hall shows them; `photo` is a link."""

    staff_no: str
    title: Bilingual
    department: Bilingual
    name: Bilingual
    photo: str


@dataclass(frozen=True, slots=True)
class WhereaboutsPlate:
    """Where somebody is (去向牌). `state`: at_window, paused, covered, away, off; `says` is the same in words. `phone` is
    empty unless the hall shows it."""

    seat: SeatPlate
    phone: str
    state: str
    says: Bilingual
    window: int | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class PlateScene:
    """The whereabouts board of a hall."""

    seq: int
    at: datetime
    hall: Bilingual
    plates: tuple[WhereaboutsPlate, ...]
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class WindowScene:
    """The screen above one window. `call` is the ticket called or served there; `plate` who serves, `whereabouts` who
    belongs there."""

    seq: int
    at: datetime
    no: int
    name: Bilingual
    zone: Bilingual
    state: WindowState
    services: tuple[Bilingual, ...]
    call: Call | None
    pause_reason: Bilingual | None
    plate: SeatPlate | None = None
    whereabouts: tuple[WhereaboutsPlate, ...] = ()
    speed: float = 1.0


class PaperState(StrEnum):
    """Whether a kiosk can hand out a slip. `UNKNOWN` is not fine: the number is shown on the screen as well."""

    READY = "ready"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class KioskService:
    """One button. `audience`: for whom it is (`person`, `enterprise`, `everybody`). `initials`: by which it is found.
    `open` is False when the service cannot be had now; `why` then says so. `estimate`: how long somebody
    who takes a number now will wait, in minutes (likely, low, high); None if nobody can say."""

    code: str
    name: Bilingual
    prefix: str
    zone: Bilingual
    waiting: int
    open: bool
    why: Bilingual | None
    estimate: tuple[int, int, int] | None = None
    audience: str = "everybody"
    initials: str = ""


@dataclass(frozen=True, slots=True)
class CardNotice:
    """What a card on the kiosk's reader brings: a class that may be offered (empty: none), or that it cannot be used.
    Neither name nor number, and gone within a minute. `id`: what the page says when it takes a number with this card;
    random, good once, and at this kiosk alone."""

    usable: bool
    priority_class: str
    text: Bilingual
    id: str = ""


@dataclass(frozen=True, slots=True)
class KioskScene:
    """The ticket machine. `paper` is told before anybody presses. `card`: somebody has just laid one down. `visit_most`: so
    many services fit on one slip. `bookings`: people may have booked, and check in here. `pick_up`: services leave results,
    and numbers that fetch them are taken here by an earlier number, which begins with one of these letters."""

    seq: int
    at: datetime
    kiosk: str
    hall: Bilingual
    open: bool
    paper: PaperState
    paper_note: Bilingual | None
    services: tuple[KioskService, ...]
    card: CardNotice | None = None
    speed: float = 1.0
    visit_most: int = 1
    bookings: bool = False
    pick_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClerkTicket:
    """The person at (or on the way to) the clerk's window. `why` is the reason for this call. `remaining`: what of the
    visit is still to come. `leaves_result`: there may be something to pick up later."""

    id: str
    number: str
    service: Bilingual
    priority_class: Bilingual
    status: str
    waited_minutes: int
    called_at: datetime | None
    started_at: datetime | None
    recalls: int
    transfers: int
    why: Bilingual | None
    remaining: tuple[Bilingual, ...] = ()
    leaves_result: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the clerk can pick from a list: a transfer target, a pause reason, a parked ticket."""

    key: str
    name: Bilingual


@dataclass(frozen=True, slots=True)
class QueuedTicket:
    """Somebody who waits, on a clerk's list."""

    id: str
    number: str
    service: Bilingual
    priority_class: Bilingual
    class_key: str
    waited_minutes: int


@dataclass(frozen=True, slots=True)
class ClerkCover:
    """In whose place the clerk sits there, why, and since when."""

    staff_no: str
    name: Bilingual
    reason: Bilingual
    since: datetime


@dataclass(frozen=True, slots=True)
class ClerkDesk:
    """The desk around the person at the window. `backups`: who could stand in. `queue`: those who wait longest, of
    `waiting`. `classes`: what can be granted. `windows`: where else the present visitor could be served. `case_link`: the
    case of the present ticket, empty without a case system. `busy_percent` of `staffed_minutes`: calling or serving. `away`:
    who is on duty and at no window, by staff number, and why."""

    clerk_name: Bilingual
    covers: ClerkCover | None
    backups: tuple[Choice, ...]
    queue: tuple[QueuedTicket, ...]
    waiting: int
    classes: tuple[Choice, ...]
    windows: tuple[Choice, ...]
    case_link: str
    staffed_minutes: int
    busy_percent: int | None
    away: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ClerkScene:
    """Everything of one clerk in one column. `may` names the moves that the rules allow now (`call-next`, `recall`,
    `start`, `finish`, `missed`, `park`, `transfer`, `pause`, `resume`, `open`, `close`, and of the desk `call`, `grant`,
    `take-over`, `cover`, `uncover`, `away`): a page enables exactly these. `next` is whom call-next would call at `at`.
    `people`: the clerks to whom the present visitor can be sent. `leave_to`: another idle window that should take `next`,
    because the others do more or are slower at it; nobody is held to that."""

    seq: int
    at: datetime
    window: int
    name: Bilingual
    state: WindowState
    clerk: str
    pause_reason: Bilingual | None
    ticket: ClerkTicket | None
    next: ClerkTicket | None
    may: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    parked: tuple[Choice, ...]
    pause_reasons: tuple[Choice, ...]
    transfer_to: tuple[Choice, ...]
    served_today: int
    mean_service_minutes: float | None
    desk: ClerkDesk | None = None
    speed: float = 1.0
    people: tuple[Choice, ...] = ()
    leave_to: int | None = None


@dataclass(frozen=True, slots=True)
class PadAsk:
    """A question that lies open: how was the service of `number`? `ticket` is what the answer names. After `until` it
    is not answered any more."""

    ticket: str
    number: str
    until: datetime


@dataclass(frozen=True, slots=True)
class PadScene:
    """The pad before the visitor at one window. `plate`: who serves, by number, by name only where
    the hall shows names. `panel`: a sentence typed for somebody who does not hear. `ask_seconds` are real ones; levels under
    `reasons_below` are asked why, with `reasons` to choose from."""

    seq: int
    at: datetime
    hall: Bilingual
    no: int
    name: Bilingual
    state: WindowState
    number: str
    plate: SeatPlate | None
    ask: PadAsk | None
    panel: str
    ask_seconds: float
    reasons_below: int
    reasons: tuple[Choice, ...]
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class ConsoleWindow:
    """A window on a supervisor's map. `number`: who is called or served there, since `since`; without anybody, `since` is
    when the present state began. `serves`: the prefixes of its services. `pin`: `open`, `closed` or empty. `proposed`:
    what the tide asks for, `open`, `close` or empty. `level`: `amber`, `red` or empty."""

    no: int
    name: Bilingual
    tidal: bool
    state: WindowState
    clerk: str
    number: str
    service: Bilingual | None
    since: datetime | None
    pause_reason: Bilingual | None
    closing: bool
    serves: tuple[str, ...]
    served: int
    pin: str
    proposed: str
    level: str


@dataclass(frozen=True, slots=True)
class ConsoleQueue:
    """A queue on a supervisor's map. Minutes. `late`: how many wait beyond the promise; `projected`: None while nobody
    serves it; `windows`: that are open for it."""

    service: str
    name: Bilingual
    prefix: str
    waiting: int
    longest: int
    late: int
    projected: int | None
    windows: int
    hot: bool
    level: str


@dataclass(frozen=True, slots=True)
class ConsoleZone:
    """A part of the hall: its windows and its queues."""

    code: str
    name: Bilingual
    windows: tuple[ConsoleWindow, ...]
    queues: tuple[ConsoleQueue, ...]


@dataclass(frozen=True, slots=True)
class ConsoleAlert:
    """Something that somebody should look at. `id` is the same as long as it is the same trouble. `subject`: `service`,
    `window`, `device` or `hall`, and `key` which."""

    id: str
    level: str
    subject: str
    key: str
    since: datetime | None
    text: Bilingual


@dataclass(frozen=True, slots=True)
class ConsoleScene:
    """The whole hall as a supervisor watches it; not public: it names clerks. `promise`: minutes that the hall promises.
    `proposals`: how many words of the tide wait for an answer."""

    seq: int
    at: datetime
    hall: Bilingual
    open: bool
    promise: float
    waiting: int
    late: int
    longest: int
    at_windows: int
    open_windows: int
    windows: int
    served: int
    mean_wait: float | None
    proposals: int
    zones: tuple[ConsoleZone, ...]
    alerts: tuple[ConsoleAlert, ...]
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class SlipScene:
    """What the visitor carries. `area` says where to wait or go; `link` is the ticket's own page, unguessable.
    `estimate` is in minutes: (likely, low, high). `services`: all of a visit with several, `free`: in any order.
    `pickup`: it fetches results."""

    number: str
    hall: Bilingual
    service: Bilingual
    area: Bilingual
    ahead: int
    issued_at: datetime
    link: str
    reprint: bool
    estimate: tuple[int, int, int] | None
    services: tuple[Bilingual, ...] = ()
    free: bool = False
    pickup: bool = False


@dataclass(frozen=True, slots=True)
class TicketScene:
    """The visitor's telephone page behind the slip's QR. `remaining`: what of the visit is still to come, `free`: beside
    `service`, in any order; else after it; `last`: when the last of it is called, as `estimate`. When a service is `done`
    and may be rated still, `rate` has the reasons for levels under `reasons_below`; `rating` is what was said of it.
    `ending`: what becomes of it, once the hall has closed for the
    day."""

    seq: int
    at: datetime
    number: str
    service: Bilingual
    status: str
    ahead: int | None
    window: int | None
    window_name: Bilingual | None
    area: Bilingual
    estimate: tuple[int, int, int] | None
    remaining: tuple[Bilingual, ...] = ()
    free: bool = False
    last: tuple[int, int, int] | None = None
    done: Bilingual | None = None
    rating: int | None = None
    rate: tuple[Choice, ...] | None = None
    reasons_below: int = 3
    speed: float = 1.0
    ending: Bilingual | None = None
