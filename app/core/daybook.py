"""The book of a day: what became of every visit to a window, read out of the day's events.

For: `DayBook`, which is told the events of one day in order and keeps five kinds of line that reports are made of:
`Visit` (one stay in the queue of one service, from its beginning to its end; a transfer, and the next service on the
same slip, begin another), `Post` (minutes of a window and its clerk in one hour and one duty), `Tide` (what one tidal
opening cost and brought), `Booked` (how many bookings of a service were made, kept, given back and broken), `Judgement`
(how well each way to estimate a wait would have told those of the day before). Nothing personal is in them: no ticket
id, no holder, no name; a number such as A023 is everybody's after a day.
Not for: figures (measures.py makes them of these lines), or the rules of a hall: it believes what happened.
What goes wrong: nothing. Events that say nothing about visits, windows or the tide are passed over, and so are those
of a journal that begins in the middle of a day.

Where a day leaves a doubt, the book decides as follows, and the formulas that are printed with the figures say so:
- a wait lasts until the first call, or until the visitor left; waiting again after a miss or a pause is not in it;
- handling is the time that the window was serving: not walking, not the window's pauses, not while put aside;
- what the night ended is nobody's doing: such a visit ends `day_ended` and its handling is not known. One that the hall
  carries over ends `carried`, and the next day begins with another part of it, whose wait holds that of the day before;
- a window that nobody closed counts until the last thing that happened there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.events import (
    BookingCancelled,
    BookingCheckedIn,
    BookingNoShow,
    ClassGranted,
    ClerkTookOver,
    CoverEnded,
    CoverStarted,
    DayOpened,
    EstimatesJudged,
    Event,
    PlanAdopted,
    ServiceFinished,
    ServiceStarted,
    SlotBooked,
    TicketAbandoned,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketIssued,
    TicketMissed,
    TicketParked,
    TicketRated,
    TicketRecalled,
    TicketRequeued,
    TicketTransferred,
    TicketVoided,
    TideBrought,
    WindowClosed,
    WindowOpened,
    WindowPaused,
    WindowResumed,
)
from app.core.plan import HallPlan
from app.core.ticket import Outcome
from app.core.window import Duty

FOLD = 3
"""The version of this reading. A new one lets kept lines be made anew from the journal."""

READ = frozenset(
    kind.__name__
    for kind in (
        BookingCancelled,
        BookingCheckedIn,
        BookingNoShow,
        ClassGranted,
        ClerkTookOver,
        CoverEnded,
        CoverStarted,
        DayOpened,
        EstimatesJudged,
        PlanAdopted,
        ServiceFinished,
        ServiceStarted,
        SlotBooked,
        TicketAbandoned,
        TicketCalled,
        TicketCancelled,
        TicketCarried,
        TicketIssued,
        TicketMissed,
        TicketParked,
        TicketRated,
        TicketRecalled,
        TicketRequeued,
        TicketTransferred,
        TicketVoided,
        TideBrought,
        WindowClosed,
        WindowOpened,
        WindowPaused,
        WindowResumed,
    )
)
"""The names of the events that say something to a day's book; the others (slips, devices, proposals) need not even be
decoded."""

REASON_LENGTH = 80
"""Characters of a pause's reason that are kept: halls without a list of reasons take any words."""

HERE = ""
"""The `ending` of a visit that is still going on."""

FINISHED, TRANSFERRED, CANCELLED, ABANDONED, VOID, DAY_ENDED, CARRIED = (
    "finished",
    "transferred",
    "cancelled",
    "abandoned",
    "void",
    "day_ended",
    "carried",
)
"""How a visit ends: served; sent on; given back by the visitor; left without a word; out by the rule for those who
did not come; the day was over first; or the day was over and its number is good for the next."""

BOOKED, CHECKED_IN, UNBOOKED, NO_SHOW = "booked", "checked_in", "cancelled", "no_show"
"""What happens to bookings. Nobody came for a booking (爽约) is another thing than nobody came when called (过号)."""


@dataclass(slots=True)
class Visit:
    """One stay in the queue of one service; for a slip of several services in free order, in the queues of those still to
    come, of which the first stands here until one calls it. `seq`: of the event that began it. `part`: 1, and one more
    with each transfer and each further service. `clerk`: who called it, then who took over with it at the window.
    `zone`: of the service, which is its department; `place`: of the window that called it. `window`: the last that
    called it, 0 before. Minutes: `waited` until the first call or until the visitor left, None while it waits and where
    only the night ended it; `handled`, None unless it was served to an end; `told` and its band, what the slip said.
    `promise`, `limit`: the minutes of waiting and of handling that the hall held itself to then. `rating` 5 to 1;
    `asked`: somebody asked, and None is then no answer."""

    seq: int
    day: date
    number: str
    part: int
    service: str
    zone: str
    priority_class: str
    channel: str
    booked: bool
    began: datetime
    promise: float
    limit: float
    place: str = ""
    window: int = 0
    clerk: str = ""
    waited: float | None = None
    handled: float | None = None
    calls: int = 0
    recalls: int = 0
    misses: int = 0
    ending: str = HERE
    outcome: str = ""
    ended: datetime | None = None
    rating: int | None = None
    asked: bool = False
    told: float | None = None
    told_low: float | None = None
    told_high: float | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """Minutes that a window spent in one duty (`idle`, `calling`, `serving`, `paused` for `reason`) with one clerk, in
    one hour of the day."""

    day: date
    window: int
    clerk: str
    zone: str
    hour: int
    duty: str
    reason: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Tide:
    """One tidal opening, from opening to closing. `waits`: the projected wait of the service it was opened for, in
    minutes, before and after."""

    seq: int
    day: date
    at: datetime
    window: int
    service: str
    zone: str
    place: str
    wait_before: float
    wait_after: float
    served: int
    clerk_minutes: float


@dataclass(frozen=True, slots=True)
class Booked:
    """How many bookings of a service had one thing happen to them on a day; `what`: `booked` (made), `checked_in`,
    `cancelled`, `no_show`."""

    day: date
    service: str
    zone: str
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the night's back-test said of the day `about`: how far, in minutes on average, `estimator` would have been from
    the waits of so many `people`."""

    about: date
    service: str
    zone: str
    estimator: str
    people: int
    error: float


@dataclass(slots=True)
class _Going:
    """A ticket in the middle of its day: its visit, since when it queues, whether its service began, the minutes served
    so far, and those it waited on an earlier day."""

    visit: Visit
    since: datetime
    began: bool = False
    served: float = 0.0
    waited: float = 0.0


@dataclass(slots=True)
class _Desk:
    """A window in the middle of its day. `touched`: when something last happened there."""

    duty: Duty = Duty.CLOSED
    since: datetime | None = None
    touched: datetime | None = None
    clerk: str = ""
    ticket: str = ""
    before: Duty = Duty.IDLE
    reason: str = ""


class DayBook:
    """The book of the day that `tell` is told."""

    def __init__(self, plan: HallPlan) -> None:
        self.plan = plan
        self.day: date | None = None
        self.visits: list[Visit] = []
        self.tides: list[Tide] = []
        self.judgements: list[Judgement] = []
        self._going: dict[str, _Going] = {}
        self._done: dict[str, list[Visit]] = {}
        self._desks: dict[int, _Desk] = {}
        self._minutes: dict[tuple[int, str, int, str, str], float] = {}
        self._bookings: dict[str, str] = {}
        self._booked: dict[tuple[str, str], int] = {}

    # -- reading ------------------------------------------------------------------------------------------------

    def posts(self, now: datetime | None = None) -> list[Post]:
        """The minutes of every window. `now`: also those of the duties that are going on."""
        day = self.day
        if day is None:
            return []
        minutes = dict(self._minutes)
        if now is not None:
            for no, desk in self._desks.items():
                _spread(minutes, no, desk, now)
        return [
            Post(day, no, clerk, self._zone_of_window(no), hour, duty, reason, spent)
            for (no, clerk, hour, duty, reason), spent in sorted(minutes.items())
            if spent > 0
        ]

    def booked(self) -> list[Booked]:
        """What happened to bookings."""
        return [
            Booked(self.day, service, self._zone_of(service), what, count)
            for (service, what), count in sorted(self._booked.items())
            if self.day is not None
        ]

    def _zone_of(self, service: str) -> str:
        known = self.plan.service.get(service)
        return known.zone if known else ""

    def _zone_of_window(self, no: int) -> str:
        known = self.plan.window.get(no)
        return known.zone if known else ""

    def over(self) -> None:
        """The day is over: whoever is still here was carried over."""
        for going in self._going.values():
            going.visit.ending = CARRIED
        self._going.clear()

    # -- telling ------------------------------------------------------------------------------------------------

    def tell(self, seq: int, event: Event) -> None:
        """The next event of the day and its number."""
        match event:
            case TicketIssued():
                self._issued(seq, event)
            case TicketCalled():
                self._called(event)
            case TicketRecalled():
                self._touch(event.window, event.at)
                if going := self._going.get(event.ticket):
                    going.visit.recalls += 1
            case ServiceStarted():
                self._turn(event.window, Duty.SERVING, event.at)
                if going := self._going.get(event.ticket):
                    going.began = True
            case ServiceFinished():
                self._finished(seq, event)
            case TicketMissed():
                self._release(event.window, event.at)
                if going := self._going.get(event.ticket):
                    going.visit.misses += 1
            case TicketRequeued():
                if going := self._going.get(event.ticket):
                    going.since = event.at
                    going.visit.priority_class = event.priority_class or going.visit.priority_class
            case TicketParked():
                self._release(event.window, event.at)
            case TicketTransferred():
                self._transferred(seq, event)
            case TicketRated():
                self._rated(event)
            case TicketCancelled():
                self._left(event.ticket, CANCELLED, event.at)
            case TicketAbandoned():
                self._left(event.ticket, ABANDONED, event.at)
            case TicketVoided():
                self._left(event.ticket, DAY_ENDED if event.because == "day_ended" else VOID, event.at)
            case ClassGranted():
                if going := self._going.get(event.ticket):
                    going.visit.priority_class = event.priority_class
            case TicketCarried():
                self._carried(seq, event)
            case _:
                self._told_of_windows(seq, event)

    def _told_of_windows(self, seq: int, event: Event) -> None:
        match event:
            case WindowOpened():
                self._turn(event.window, Duty.IDLE, event.at, clerk=event.clerk)
            case WindowClosed():
                self._turn(event.window, Duty.CLOSED, event.at, clerk="")
            case ClerkTookOver() | CoverStarted():
                self._seated(event.window, event.clerk, event.at)
            case CoverEnded():
                self._seated(event.window, event.covered, event.at)
            case WindowPaused():
                desk = self._desk(event.window)
                before = desk.duty
                self._turn(event.window, Duty.PAUSED, event.at)
                desk.before, desk.reason = before, event.reason[:REASON_LENGTH]
            case WindowResumed():
                self._turn(event.window, self._desk(event.window).before, event.at)
            case TideBrought():
                self._brought(seq, event)
            case PlanAdopted():
                self.plan = event.plan
            case DayOpened():
                self.day = event.day
                self._bookings = {each.id: each.service for each in event.bookings}
            case EstimatesJudged():
                self.judgements += [
                    Judgement(
                        event.day, each.service, self._zone_of(each.service), estimator, each.people, error
                    )
                    for each in event.services
                    for estimator, error in each.errors.items()
                ]
            case SlotBooked():
                self._bookings[event.booking] = event.service
                self._count_booking(event.booking, BOOKED)
            case BookingCheckedIn():
                self._count_booking(event.booking, CHECKED_IN)
            case BookingCancelled():
                self._count_booking(event.booking, UNBOOKED)
            case BookingNoShow():
                self._count_booking(event.booking, NO_SHOW)
            case _:
                pass

    def _count_booking(self, booking: str, what: str) -> None:
        key = (self._bookings.get(booking, ""), what)
        self._booked[key] = self._booked.get(key, 0) + 1

    # -- tickets ------------------------------------------------------------------------------------------------

    def _issued(self, seq: int, event: TicketIssued) -> None:
        visit = self._visit(seq, event.at, event.number, 1, event.service)
        visit.priority_class = event.priority_class
        visit.channel = event.channel
        visit.booked = event.slot is not None
        if event.expected is not None:
            visit.told = event.expected.minutes
            visit.told_low, visit.told_high = event.expected.low, event.expected.high
        since = event.at if event.slot is None else max(event.at, event.slot)
        self._going[event.ticket] = _Going(visit, since)

    def _carried(self, seq: int, event: TicketCarried) -> None:
        visit = self._visit(seq, event.at, event.number, 2, event.service)
        visit.priority_class, visit.channel = event.priority_class, event.channel
        going = _Going(visit, event.queued_at, served=event.served_before, waited=event.waited_before)
        self._going[event.ticket] = going

    def _visit(self, seq: int, at: datetime, number: str, part: int, code: str) -> Visit:
        visit = Visit(
            seq=seq,
            day=self.day or at.date(),
            number=number,
            part=part,
            service=code,
            zone="",
            priority_class="",
            channel="",
            booked=False,
            began=at,
            promise=self.plan.rules.promise_minutes,
            limit=0.0,
        )
        self._is_for(visit, code)
        self.visits.append(visit)
        return visit

    def _is_for(self, visit: Visit, code: str) -> None:
        """The service of a visit, and what follows from it."""
        service = self.plan.service.get(code)
        visit.service = code
        visit.zone = visit.place = service.zone if service else ""
        visit.limit = self.plan.rules.reports.long_service * service.mean_minutes if service else 0.0

    def _called(self, event: TicketCalled) -> None:
        self._turn(event.window, Duty.CALLING, event.at)
        desk = self._desk(event.window)
        desk.ticket = event.ticket
        going = self._going.get(event.ticket)
        if going is None:
            return
        visit = going.visit
        if event.service and event.service != visit.service:
            self._is_for(visit, event.service)
        if not visit.calls:
            visit.waited = going.waited + _minutes(going.since, event.at)
        visit.calls += 1
        visit.window, visit.clerk, visit.place = event.window, desk.clerk, self._zone_of_window(event.window)

    def _finished(self, seq: int, event: ServiceFinished) -> None:
        by_night = event.outcome is Outcome.DAY_ENDED
        self._release(event.window, event.at)
        visit = self._ends(event.ticket, DAY_ENDED if by_night else FINISHED, event.at)
        if visit is None:
            return
        visit.outcome = event.outcome.value
        if event.then and not by_night:
            self._goes_on(seq, event.ticket, visit, event.then[0], event.at)

    def _transferred(self, seq: int, event: TicketTransferred) -> None:
        self._release(event.window, event.at)
        before = self._ends(event.ticket, TRANSFERRED, event.at)
        if before is not None:
            visit = self._goes_on(seq, event.ticket, before, event.to_service, event.at)
            visit.priority_class = event.priority_class or visit.priority_class

    def _goes_on(self, seq: int, ticket: str, before: Visit, service: str, at: datetime) -> Visit:
        """The same number waits for another service."""
        visit = self._visit(seq, at, before.number, before.part + 1, service)
        visit.priority_class, visit.channel = before.priority_class, before.channel
        self._going[ticket] = _Going(visit, at)
        return visit

    def _left(self, ticket: str, ending: str, at: datetime) -> None:
        for no, desk in self._desks.items():
            if desk.ticket == ticket:
                self._release(no, at)
        self._ends(ticket, ending, at)

    def _ends(self, ticket: str, ending: str, at: datetime) -> Visit | None:
        going = self._going.pop(ticket, None)
        if going is None:
            return None
        visit = going.visit
        visit.ending, visit.ended = ending, at
        if ending in (FINISHED, TRANSFERRED) and going.began:
            visit.handled = going.served
        if not visit.calls and ending != DAY_ENDED:
            visit.waited = going.waited + _minutes(going.since, at)
        self._done.setdefault(ticket, []).append(visit)
        return visit

    def _rated(self, event: TicketRated) -> None:
        """The word is about the last visit at that window."""
        visits = self._done.get(event.ticket, [])
        for visit in reversed(visits):
            if visit.window == event.window:
                visit.rating, visit.asked = event.level, True
                return

    # -- windows ------------------------------------------------------------------------------------------------

    def _desk(self, no: int) -> _Desk:
        return self._desks.setdefault(no, _Desk())

    def _touch(self, no: int, at: datetime) -> None:
        self._desk(no).touched = at

    def _turn(self, no: int, duty: Duty, at: datetime, clerk: str | None = None) -> None:
        """The one place where a duty changes: its minutes go to the hour, the clerk and the visit that had them."""
        desk = self._desk(no)
        until = at
        if self.day is not None and at.date() > self.day:
            until = desk.touched or at
        spent = _spread(self._minutes, no, desk, until)
        if desk.duty is Duty.SERVING and (going := self._going.get(desk.ticket)):
            going.served += spent
        desk.duty, desk.since, desk.touched = duty, at, at
        if duty is not Duty.PAUSED:
            desk.reason = ""
        if clerk is not None:
            desk.clerk = clerk

    def _seated(self, no: int, clerk: str, at: datetime) -> None:
        """Somebody else sits at the window; its duty goes on."""
        desk = self._desk(no)
        self._turn(no, desk.duty, at, clerk=clerk)
        if going := self._going.get(desk.ticket):
            going.visit.clerk = clerk

    def _release(self, no: int, at: datetime) -> None:
        """The ticket left the window, whichever way; a window that rests goes on resting."""
        desk = self._desk(no)
        if desk.duty is Duty.PAUSED:
            desk.before = Duty.IDLE
        else:
            self._turn(no, Duty.IDLE, at)
        desk.ticket = ""

    def _brought(self, seq: int, event: TideBrought) -> None:
        service = self.plan.service.get(event.service)
        self.tides.append(
            Tide(
                seq=seq,
                day=self.day or event.at.date(),
                at=event.at,
                window=event.window,
                service=event.service,
                zone=service.zone if service else "",
                place=self._zone_of_window(event.window),
                wait_before=event.wait_before,
                wait_after=event.wait_after,
                served=event.served,
                clerk_minutes=event.clerk_minutes,
            )
        )


def _minutes(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 60)


def _spread(
    minutes: dict[tuple[int, str, int, str, str], float], no: int, desk: _Desk, until: datetime
) -> float:
    """Put the minutes of a desk's present duty to the hours they lie in; how many there were."""
    if desk.since is None or desk.duty is Duty.CLOSED:
        return 0.0
    spent = 0.0
    for hour, part in _hours(desk.since, until):
        key = (no, desk.clerk, hour, desk.duty.value, desk.reason)
        minutes[key] = minutes.get(key, 0.0) + part
        spent += part
    return spent


def _hours(since: datetime, until: datetime) -> Iterator[tuple[int, float]]:
    """The hours of the day that a stretch of time touches, each with its minutes in it."""
    while since < until:
        ends = min(until, since.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        yield since.hour, _minutes(since, ends)
        since = ends
