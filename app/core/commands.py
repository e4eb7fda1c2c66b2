"""What may be asked of the hall. Each command is one sentence of a person or a machine; decide.py answers it.

For: the inputs of `decide(hall, command, now)`. Identities that must be unguessable or unique (`ticket`) come in with
the command: the core makes up nothing.
They are named tuples, which are quicker to make than dataclasses, at the start of a server and all day.
Not for: who may ask (app/api/deps.py), or how it is asked (app/api).
"""

from datetime import date, datetime
from typing import NamedTuple

from app.core.booking import Channel
from app.core.calendar import Calendar
from app.core.judged import Judged
from app.core.plan import ORDINARY, HallPlan
from app.core.ticket import Outcome, ParkKind, VisitOrder, Wait
from app.core.window import Pin


class AdoptPlan(NamedTuple):
    """From now on the hall is as `plan` says. `instead_of`: the plan that it was made from; None: whatever stands there."""

    plan: HallPlan
    instead_of: HallPlan | None = None


class OpenDay(NamedTuple):
    """Let the day begin, if it has not: what beat.py asks at midnight, at every start and every hour. `calendar`: what is
    known of the country's holidays, if the asker has looked. Bookings whose time is over end."""

    calendar: Calendar | None = None


class EndDay(NamedTuple):
    """The hall closes: tell those who still wait, if that is its rule. What beat.py asks at closing time."""


class IssueTicket(NamedTuple):
    """Give a number for `service`. `ticket`: the new, unguessable id. `printer`: where the slip comes out (empty: no
    paper, the number is shown). `channel`: kiosk, desk, phone, api. `slot`: when its booking is for, if it has one.
    `expected`: what estimate.py says it will wait, if the asker has looked. `holder`: a keyed hash of the visitor's
    identity, if the hall knows it; never the identity. `then`: further services on the same slip, in this `order`.
    `again`: the number or id of a ticket of today to which this is the second visit. `by_hand`: somebody grants the class,
    and says why in `class_reason`, unless it is one that comes by itself. `pickup_of`: the number or id of the ticket whose
    results are picked up; the services are then pick-up services."""

    ticket: str
    service: str
    priority_class: str = ORDINARY
    channel: str = "api"
    printer: str = ""
    slot: datetime | None = None
    expected: Wait | None = None
    holder: str = ""
    then: tuple[str, ...] = ()
    order: VisitOrder = VisitOrder.FIXED
    again: str = ""
    by_hand: bool = False
    class_reason: str = ""
    pickup_of: str = ""


class GrantClass(NamedTuple):
    """Give somebody who waits a priority class by hand; `reason` is kept."""

    ticket: str
    priority_class: str
    reason: str


class CancelTicket(NamedTuple):
    """The visitor gives the number back."""

    ticket: str


class AbandonTicket(NamedTuple):
    """Somebody saw that the visitor left without a word."""

    ticket: str


class CallNext(NamedTuple):
    """Call whom the policy names to `window`."""

    window: int


class CallTicket(NamedTuple):
    """Call a chosen ticket to `window`, out of order; `reason` is kept. One that was missed and kept on the recycle list
    needs none."""

    window: int
    ticket: str
    reason: str = ""


class Recall(NamedTuple):
    """Announce the called ticket again."""

    window: int


class Start(NamedTuple):
    """The person has come to the window."""

    window: int


class Finish(NamedTuple):
    """The person is done. `result`: something will be handed out later, where the service's `result_at` says."""

    window: int
    outcome: Outcome = Outcome.ACCEPTED
    result: bool = False


class Miss(NamedTuple):
    """The called person did not come; the service's missed rule says what happens."""

    window: int


class Park(NamedTuple):
    """Put the person at the window aside."""

    window: int
    kind: ParkKind = ParkKind.VISITOR_HOLDS


class ReturnTicket(NamedTuple):
    """A parked or missed person is back: into the queue again, by the rules."""

    ticket: str


class Transfer(NamedTuple):
    """Send the person at the window on: to another service, to a window or the clerk of a staff number, or both. The
    number stays."""

    window: int
    to_service: str = ""
    to_window: int | None = None
    reason: str = ""
    to_person: str = ""


class Rate(NamedTuple):
    """The visitor's word on a service that is done: `level` 5 (very satisfied) to 1, None: asked and not answered.
    `channel`: pad, phone, page. `reasons`: why not better, as keys of the plan's rating reasons. `window`: whose service is
    meant; None: whichever was done last."""

    ticket: str
    level: int | None
    channel: str = "pad"
    reasons: tuple[str, ...] = ()
    window: int | None = None


class OpenWindow(NamedTuple):
    """A clerk sits down at a window."""

    window: int
    clerk: str = ""


class TakeOverWindow(NamedTuple):
    """The successor signs in while the predecessor still sits there, and takes over the window and who stands at it."""

    window: int
    clerk: str


class CoverWindow(NamedTuple):
    """A backup takes the clerk's place for a while (顶岗补位). `reason`: why the clerk goes, as for a pause; a window that is
    paused has its reason already."""

    window: int
    clerk: str
    reason: str = ""


class UncoverWindow(NamedTuple):
    """The cover ends: the clerk is `back` and takes the place again, or only the backup goes, and the window pauses with
    the reason for which the clerk went."""

    window: int
    back: bool = True


class ReportPresence(NamedTuple):
    """Somebody who sits at no window is `away` (here today, and why not at a desk) or not (off)."""

    clerk: str
    away: bool
    reason: str = ""


class CloseWindow(NamedTuple):
    """No more people for this window; whoever stands there is finished first."""

    window: int


class Pause(NamedTuple):
    """The window stops for a while. `reason` is a key of the plan's pause reasons, or free text if it has none."""

    window: int
    reason: str


class Resume(NamedTuple):
    """The window goes on where it stopped."""

    window: int


class Reprint(NamedTuple):
    """Print the slip of a ticket once more, with the same number."""

    ticket: str
    printer: str


class ReportSlip(NamedTuple):
    """What became of a print job: `printed`, `failed` or `unknown`, and the printer's word. `paper_used_mm`: what the roll
    at hand has given by now, where that is counted."""

    job: str
    state: str
    word: str = ""
    paper_used_mm: float | None = None


class ReportDevice(NamedTuple):
    """How a device is; only told when it changed. `paper_used_mm` as in `ReportSlip`."""

    device: str
    health: str
    troubles: tuple[str, ...] = ()
    word: str = ""
    paper_used_mm: float | None = None


class JudgeEstimates(NamedTuple):
    """What the back-test (backtest.py) says of `day`: what beat.py tells once a night. A day that was judged already, or
    is not over, changes nothing."""

    day: date
    services: tuple[Judged, ...] = ()


class LookAtTide(NamedTuple):
    """Let the tidal controller look: what beat.py asks when `tide.look(hall, now).again` has come."""


class ConfirmTide(NamedTuple):
    """Yes to what the tide proposes for `window`."""

    window: int


class DismissTide(NamedTuple):
    """No to what the tide proposes for `window`."""

    window: int
    reason: str = ""


class PinWindow(NamedTuple):
    """Keep a tidal window open or closed for the rest of the day, or let it go. A pin needs a reason."""

    window: int
    pin: Pin
    reason: str = ""


class BookSlot(NamedTuple):
    """A place in the slot of `service` that begins at `starts`. `booking`: the new, unguessable id. `numbers`: random
    numbers of eight digits, of which the first that is free is taken. `holder`: a keyed hash of the phone or card."""

    booking: str
    numbers: tuple[str, ...]
    service: str
    starts: datetime
    holder: str = ""
    channel: Channel = Channel.WEB


class MoveBooking(NamedTuple):
    """The same booking at another time. `by_staff`: somebody in the hall does it, who may until it begins."""

    booking: str
    starts: datetime
    by_staff: bool = False


class CancelBooking(NamedTuple):
    """The booking is given back."""

    booking: str
    by_staff: bool = False


class CheckIn(NamedTuple):
    """Who booked has come: the booking becomes `ticket`. `booking`: its id or its number; empty: the booking of `holder`.
    `channel`: kiosk, desk, phone (by the booking's own page)."""

    ticket: str
    booking: str = ""
    holder: str = ""
    channel: str = "kiosk"
    printer: str = ""
    priority_class: str = ORDINARY
    expected: Wait | None = None


class LiftBan(NamedTuple):
    """Somebody who was banned from booking may book again; `reason` is kept."""

    holder: str
    reason: str


Command = (
    AdoptPlan
    | OpenDay
    | EndDay
    | IssueTicket
    | GrantClass
    | CancelTicket
    | AbandonTicket
    | CallNext
    | CallTicket
    | Recall
    | Start
    | Finish
    | Miss
    | Park
    | ReturnTicket
    | Transfer
    | Rate
    | OpenWindow
    | TakeOverWindow
    | CoverWindow
    | UncoverWindow
    | ReportPresence
    | CloseWindow
    | Pause
    | Resume
    | Reprint
    | ReportSlip
    | ReportDevice
    | LookAtTide
    | JudgeEstimates
    | ConfirmTide
    | DismissTide
    | PinWindow
    | BookSlot
    | MoveBooking
    | CancelBooking
    | CheckIn
    | LiftBan
)
