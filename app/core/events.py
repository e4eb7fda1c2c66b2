"""What has happened. Events are facts: frozen, in the past tense, enough to fold the hall from nothing.

For: the outputs of `decide`, the inputs of `evolve`, the rows of the journal. Every reader of the journal (screens,
printers, reports) understands these and nothing else.
Not for: anything that is only wished. Once written, a field is never renamed or dropped; new fields have defaults, so
that a journal of last year still folds.
`at` is when it happened, with the hall's offset.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.booking import Booking, Channel, Standing
from app.core.calendar import NO_CALENDAR, Calendar
from app.core.judged import Judged
from app.core.plan import ORDINARY, HallPlan
from app.core.ticket import Outcome, ParkKind, Reason, VisitOrder, Wait
from app.core.visitrules import DayEnd
from app.core.window import Pin


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAdopted(Event):
    """The hall is as `plan` says, from here on."""

    plan: HallPlan


NO_SHOW = 0.05
"""The share of calls to which nobody comes, before anything was seen: one in twenty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What experience says of a service: the running mean minutes and how many observations it is worth; the last
    lengths; how the published waits had to be corrected (`bias`) and how they came out (`ratios`, actual to published);
    the share of calls to which nobody came; who tells waits best (`told_by`, a judged.Estimator; empty: not judged yet)
    and the `weights` of their blend; the last `waits` of the day."""

    service: str
    mean: float
    weight: float
    recent: tuple[float, ...] = ()
    bias: float = 1.0
    ratios: tuple[float, ...] = ()
    no_show: float = NO_SHOW
    told_by: str = ""
    weights: tuple[tuple[str, float], ...] = ()
    waits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReported(Event):
    """How a device is, from here on. `paper_used_mm`: what the roll of a printer had given by then."""

    device: str
    health: str
    troubles: tuple[str, ...] = ()
    word: str = ""
    paper_used_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOpened(Event):
    """A new day: numbers begin at one, windows are closed, nobody waits. Carries all that a day inherits, so that a
    start folds from here."""

    day: date
    entries: int = 0
    learned: tuple[Learned, ...] = ()
    devices: tuple[DeviceReported, ...] = ()
    calendar: Calendar = NO_CALENDAR
    bookings: tuple[Booking, ...] = ()
    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketIssued(Event):
    """A number was given out and stands in the queue of `service`. `slot`: the time for which it was booked; before
    that its turn has not begun. `expected`: how long it was told to wait. `holder`: whose it
    is, as a keyed hash. `then`: further services of the visit. In free order it stands in all their queues at once.
    `class_reason`: why somebody granted the class. `again`: the id of the ticket to which it is the second visit."""

    ticket: str
    number: str
    service: str
    priority_class: str = ORDINARY
    channel: str = ""
    slot: datetime | None = None
    expected: Wait | None = None
    holder: str = ""
    then: tuple[str, ...] = ()
    order: VisitOrder = VisitOrder.FIXED
    class_reason: str = ""
    again: str = ""
    pickup_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassGranted(Event):
    """Somebody who waits was given a priority class by hand. The place in the order of arrival stays."""

    ticket: str
    priority_class: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCalled(Event):
    """A ticket was called to a window. Who of its queue was passed thereby follows from the order of the queue.
    `service`: for which of the services in whose queues it stood; empty: the only one."""

    ticket: str
    window: int
    why: Reason
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecalled(Event):
    """The called ticket was announced again."""

    ticket: str
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStarted(Event):
    """The person came to the window."""

    ticket: str
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFinished(Event):
    """The person is done. `then`: what of the visit is still to come; the number waits on for it, for the first of them
    or, in free order, for all. Empty: the visit is over. `result`: the pick-up service where a result of it will lie."""

    ticket: str
    window: int
    outcome: Outcome = Outcome.ACCEPTED
    then: tuple[str, ...] = ()
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMissed(Event):
    """The person did not come when called."""

    ticket: str
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRequeued(Event):
    """Back into the queue as if it had joined at `queued_at`. `because`: the rule or the reason. `behind`: it stands aside
    until so many people of that queue were called. `priority_class`: from now on this one; empty: as before."""

    ticket: str
    queued_at: datetime
    because: str = ""
    behind: int = 0
    priority_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketParked(Event):
    """Put aside at a window."""

    ticket: str
    window: int
    kind: ParkKind = ParkKind.VISITOR_HOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTransferred(Event):
    """Sent on with the same number. `to_window` None: any window of `to_service`. `to_person`: wherever the clerk of that
    staff number sits. `priority_class`: from now on this one; empty: as before."""

    ticket: str
    window: int
    to_service: str
    to_window: int | None = None
    reason: str = ""
    to_person: str = ""
    priority_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRated(Event):
    """The visitor's word on the service at `window`: `level` 5 (very satisfied) to 1. None: asked and not answered,
    which is no opinion and never counted as one. `reasons`: why not better, as keys of the plan."""

    ticket: str
    window: int
    level: int | None
    channel: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCancelled(Event):
    """Given back by the visitor."""

    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAbandoned(Event):
    """The visitor left without a word."""

    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketVoided(Event):
    """Out by a rule of the hall: `missed` or `day_ended`."""

    ticket: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEnding(Event):
    """The hall has closed, and those who still wait are told what becomes of them by `rule`."""

    rule: DayEnd
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCarried(Event):
    """A ticket of an earlier day goes on in this one, with its id, its number and its wait. It counts as having come at
    `queued_at`, when the hall opens. `parked_as`: it is put aside; else it waits."""

    ticket: str
    number: str
    service: str
    first_arrival: datetime
    queued_at: datetime
    priority_class: str = ORDINARY
    channel: str = ""
    holder: str = ""
    waited_before: float = 0.0
    visit: tuple[str, ...] = ()
    order: VisitOrder = VisitOrder.FIXED
    remaining: tuple[str, ...] = ()
    only_window: int | None = None
    parked_as: ParkKind | None = None
    served_before: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOpened(Event):
    """A clerk sat down at a window."""

    window: int
    clerk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkTookOver(Event):
    """The clerk at a window changed without a gap. `services`: what the window serves from now on; None: its plan."""

    window: int
    clerk: str
    predecessor: str = ""
    services: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverStarted(Event):
    """`clerk` sits at the window in the place of `covered`, who went for `reason`. `services` as in `ClerkTookOver`."""

    window: int
    clerk: str
    covered: str
    reason: str = ""
    services: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverEnded(Event):
    """`clerk`, the backup, has left; the window is `covered`'s again, as it was. `back`: who sits there."""

    window: int
    clerk: str
    covered: str
    back: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceReported(Event):
    """Somebody without a window is `away` for `reason`, or not."""

    clerk: str
    away: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosing(Event):
    """The window closes after the person who stands there."""

    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosed(Event):
    """Nobody serves there."""

    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPaused(Event):
    """The window stopped for a while."""

    window: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResumed(Event):
    """The window goes on where it stopped."""

    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipOrdered(Event):
    """A slip for `ticket` shall come out of `printer`. The job begins as `pending`. `ahead`: the people before it at
    that moment, which is what the paper says however late it is printed."""

    job: str
    ticket: str
    printer: str
    ahead: int = 0
    reprint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipReported(Event):
    """What became of a print job: `printed`, `failed` or `unknown`. `paper_used_mm`: what its printer's roll had given by
    then, so that a restart goes on counting."""

    job: str
    state: str
    word: str = ""
    paper_used_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TideNoticed(Event):
    """Which services are hot, and which tidal windows nobody would miss, each since when."""

    hot: dict[str, datetime] = field(default_factory=dict)
    calm: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TideHeldBack(Event):
    """A hot service gets no window, and why."""

    service: str
    why: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TideProposed(Event):
    """The tide would open `window` for `services` with `clerk`, or close it; somebody may confirm or dismiss it.
    `service`: the one that it relieves most."""

    window: int
    opens: bool
    service: str
    why: Reason
    services: tuple[str, ...] = ()
    clerk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TideWithdrawn(Event):
    """A proposal is no longer wanted."""

    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TideDismissed(Event):
    """Somebody said no to a proposal."""

    window: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TideTurned(Event):
    """A tidal window opens for `services` or closes, with the numbers that caused it. `wait`: the projected wait of
    `service` at that moment. The opening or closing itself is the next event."""

    window: int
    opens: bool
    service: str
    why: Reason
    services: tuple[str, ...] = ()
    clerk: str = ""
    wait: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TideBrought(Event):
    """What a tidal window brought from opening to closing: the projected wait of `service` before and after, people
    served, clerk minutes."""

    window: int
    service: str
    wait_before: float
    wait_after: float
    served: int
    clerk_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPinned(Event):
    """A supervisor keeps a tidal window open or closed, or lets it go."""

    window: int
    pin: Pin = Pin.NONE
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatesJudged(Event):
    """How well people were told on `day` how long they would wait, by service, and who tells it best from now on."""

    day: date
    services: tuple[Judged, ...] = ()

    @property
    def people(self) -> int:
        """How many were told."""
        return sum(each.people for each in self.services)

    @property
    def error(self) -> float | None:
        """The mean absolute error of what was published, in minutes, over all services; None: nobody was told."""
        return sum(each.told * each.people for each in self.services) / self.people if self.people else None

    @property
    def inside(self) -> float | None:
        """The share of waits within the published band, 0 to 1; None: nobody was told."""
        return sum(each.inside * each.people for each in self.services) / self.people if self.people else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLearned(Event):
    """What is known of the country's holidays, from here on."""

    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotBooked(Event):
    """A place in a slot was booked. `holder`: a keyed hash of who booked."""

    booking: str
    number: str
    service: str
    starts: datetime
    ends: datetime
    holder: str = ""
    channel: Channel = Channel.WEB


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMoved(Event):
    """A booking has another time."""

    booking: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCancelled(Event):
    """A booking was given back: by the `visitor`, by `staff` for the visitor, or by the `hall`, which will be closed."""

    booking: str
    because: str = "visitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCheckedIn(Event):
    """Who booked has come; the booking is `ticket` from here on, which was issued just before."""

    booking: str
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingNoShow(Event):
    """Nobody came for a booking. A missed call is another thing: there somebody was in the hall."""

    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookerWarned(Event):
    """Somebody has broken so many bookings that the next one brings a ban. `reason`: `no_show` or `cancelled`."""

    holder: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookerBanned(Event):
    """No booking on the web for somebody, from `starts` to `ends`. Numbers and bookings by phone are had as before."""

    holder: str
    starts: datetime
    ends: datetime
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BanLifted(Event):
    """Somebody may book again before the end of the ban."""

    holder: str
    reason: str


EVENTS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        PlanAdopted,
        DayOpened,
        TicketIssued,
        ClassGranted,
        TicketCalled,
        TicketRecalled,
        ServiceStarted,
        ServiceFinished,
        TicketMissed,
        TicketRequeued,
        TicketParked,
        TicketTransferred,
        TicketRated,
        TicketCancelled,
        TicketAbandoned,
        TicketVoided,
        DayEnding,
        TicketCarried,
        WindowOpened,
        ClerkTookOver,
        CoverStarted,
        CoverEnded,
        PresenceReported,
        WindowClosing,
        WindowClosed,
        WindowPaused,
        WindowResumed,
        SlipOrdered,
        SlipReported,
        DeviceReported,
        TideNoticed,
        TideHeldBack,
        TideProposed,
        TideWithdrawn,
        TideDismissed,
        TideTurned,
        TideBrought,
        WindowPinned,
        CalendarLearned,
        EstimatesJudged,
        SlotBooked,
        BookingMoved,
        BookingCancelled,
        BookingCheckedIn,
        BookingNoShow,
        BookerWarned,
        BookerBanned,
        BanLifted,
    )
}
"""Every kind of event by its name in the journal."""
