"""The hall on one day, and how it changes: the fold of its events.

For: `Hall`, the whole state, and `evolve(hall, event)`, the only function that changes it. decide.py asks the hall and
answers with events; evolve makes them true.
Not for: refusing anything. An event has happened; evolve believes it.

A hall is a set of dictionaries of frozen values. `evolve` changes the dictionaries in place and gives the same hall
back, because a day has 100,000 events and copying a day's tickets for each would take minutes; `hall.copy()` keeps a
past (20,000 tickets: one millisecond). The service holds two halls, the committed one and the one ahead, so that a
commit that fails is forgotten by copying again, and nobody ever sees what is not yet on disk.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from math import exp
from typing import Any, NamedTuple

from app.core.bookfold import fold_booking
from app.core.booking import Bookings
from app.core.bound import may_call
from app.core.calendar import NO_CALENDAR
from app.core.errors import UnknownTicket, UnknownWindow
from app.core.events import (
    NO_SHOW,
    BanLifted,
    BookerBanned,
    BookerWarned,
    BookingCancelled,
    BookingCheckedIn,
    BookingMoved,
    BookingNoShow,
    CalendarLearned,
    ClassGranted,
    ClerkTookOver,
    CoverEnded,
    CoverStarted,
    DayEnding,
    DayOpened,
    DeviceReported,
    EstimatesJudged,
    Event,
    Learned,
    PlanAdopted,
    PresenceReported,
    ServiceFinished,
    ServiceStarted,
    SlipOrdered,
    SlipReported,
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
    TideDismissed,
    TideHeldBack,
    TideNoticed,
    TideProposed,
    TideTurned,
    TideWithdrawn,
    WindowClosed,
    WindowClosing,
    WindowOpened,
    WindowPaused,
    WindowPinned,
    WindowResumed,
)
from app.core.plan import ORDINARY, HallPlan, Serves
from app.core.queue import Queue
from app.core.ticket import AT_A_WINDOW, Outcome, ParkKind, Reason, Status, Ticket, VisitOrder
from app.core.visitrules import DayEnd
from app.core.window import STAFFED, Away, Duty, Pin, Window

RECENT_CALLS = 24
"""Calls remembered for the boards: more than any board shows (16 rows at 4K), few enough to copy at each call."""

PRIOR_WEIGHT = 10.0
"""How many services the planned mean is worth at the start (policy: prior worth 10 services)."""

MEMORY = 200.0
"""How many services the running mean remembers at most (policy: memory capped at 200)."""


RECENT_LENGTHS = 150
"""How many lengths of a service the estimate looks back on."""

RECENT_WAITS = 100
"""How many of today's waits of ordinary people are remembered: as many as `rules.estimate.recent` may ask for."""

RECENT_RATIOS = 120
"""How many outcomes of estimates their band is made of."""

BIAS_STEP, BIAS_MIN, BIAS_MAX = 0.05, 0.6, 1.6
"""By how much of each error the estimates of a service are corrected, and within what."""

NO_SHOW_MEMORY = 50.0
"""How many calls the share of those to which nobody came remembers."""


class Experience(NamedTuple):
    """What a day has taught of one service so far: `events.Learned`, in the shape that changes fast. `weight`: how many
    services the mean is worth."""

    mean: float
    weight: float = PRIOR_WEIGHT
    recent: tuple[float, ...] = ()
    bias: float = 1.0
    ratios: tuple[float, ...] = ()
    no_show: float = NO_SHOW
    told_by: str = ""
    weights: tuple[tuple[str, float], ...] = ()
    waits: tuple[float, ...] = ()


class SlipJob(NamedTuple):
    """A print job. `state`: `pending`, then `printed`, `failed` or `unknown`."""

    id: str
    ticket: str
    printer: str
    ordered_at: datetime
    ahead: int
    reprint: bool
    state: str = "pending"
    word: str = ""


@dataclass(frozen=True, slots=True)
class DeviceWord:
    """What a device last said of itself, and when; of a printer also what its roll has given."""

    health: str
    troubles: tuple[str, ...]
    word: str
    since: datetime
    paper_used_mm: float = 0.0


class Absence(NamedTuple):
    """Why somebody who is on duty sits at no window, and since when."""

    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the tide proposes for a window and nobody has answered yet."""

    at: datetime
    window: int
    opens: bool
    services: tuple[str, ...]
    clerk: str
    service: str
    why: Reason


@dataclass(frozen=True, slots=True)
class Stay:
    """A tidal window that the tide opened: since when, for which service above all, its projected wait then, and how
    many the window had served before."""

    at: datetime
    service: str
    wait: float
    served: int


@dataclass(frozen=True, slots=True)
class TideMemory:
    """What the tidal controller remembers from look to look. `hot`, `calm`: since when.
    `dismissed`: for which windows a proposal was turned down, `declined`: for which services an opening was, and when. `withheld`: the
    code of the reason why a hot service got no window."""

    hot: dict[str, datetime] = field(default_factory=dict)
    calm: dict[int, datetime] = field(default_factory=dict)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)
    dismissed: dict[int, datetime] = field(default_factory=dict)
    declined: dict[str, datetime] = field(default_factory=dict)
    stays: dict[int, Stay] = field(default_factory=dict)


class Hall:
    """Everything true in one hall at one moment of one day. `seq` is the number of the last event. `numbers`: how many
    were given out, by prefix; `further`: how many visits include a service that did not give them their number. `left`:
    when each clerk last left a window. `carried`: the numbers that an earlier day left over. `ending`: by which rule those
    who still wait were told that the day ends."""

    def __init__(self, plan: HallPlan, seq: int = 0) -> None:
        self.plan = plan
        self.seq = seq
        self.day: date | None = None
        self.tickets: dict[str, Ticket] = {}
        self.windows: dict[int, Window] = {each.no: Window(no=each.no) for each in plan.windows}
        self.queues: dict[str, Queue] = _queues(plan)
        self.numbers: dict[str, int] = {}
        self.further: dict[str, int] = {}
        self.entries = 0
        self.recent: tuple[str, ...] = ()
        self.slips: dict[str, SlipJob] = {}
        self.devices: dict[str, DeviceWord] = {}
        self.learned: dict[str, Experience] = {}
        self.rates: dict[str, tuple[datetime, float]] = {}
        self.judged: EstimatesJudged | None = None
        self.tide = TideMemory()
        self.held: dict[str, tuple[str, ...]] = {}
        self.calendar = NO_CALENDAR
        self.bookings = Bookings()
        self.in_segment: dict[tuple[str, time], int] = {}
        self.absent: dict[str, Absence] = {}
        self.left: dict[str, datetime] = {}
        self.carried: frozenset[str] = frozenset()
        self.ending: DayEnd | None = None

    def copy(self) -> "Hall":
        """The same hall, to be changed apart."""
        twin = Hall.__new__(Hall)
        twin.plan = self.plan
        twin.seq = self.seq
        twin.day = self.day
        twin.tickets = dict(self.tickets)
        twin.windows = dict(self.windows)
        twin.queues = {code: queue.copy() for code, queue in self.queues.items()}
        twin.numbers = dict(self.numbers)
        twin.further = dict(self.further)
        twin.entries = self.entries
        twin.recent = self.recent
        twin.slips = dict(self.slips)
        twin.devices = dict(self.devices)
        twin.learned = dict(self.learned)
        twin.rates = dict(self.rates)
        twin.judged = self.judged
        twin.tide = self.tide
        twin.held = dict(self.held)
        twin.calendar = self.calendar
        twin.bookings = self.bookings.copy()
        twin.in_segment = dict(self.in_segment)
        twin.absent = dict(self.absent)
        twin.left = dict(self.left)
        twin.carried = self.carried
        twin.ending = self.ending
        return twin

    # -- questions ----------------------------------------------------------------------------------------------

    def ticket(self, ticket_id: str) -> Ticket:
        """A ticket of today. Raises UnknownTicket."""
        found = self.tickets.get(ticket_id)
        if found is None:
            raise UnknownTicket()
        return found

    def window(self, no: int) -> Window:
        """A window. Raises UnknownWindow."""
        found = self.windows.get(no)
        if found is None:
            raise UnknownWindow(window=no)
        return found

    def ticket_at(self, window: Window) -> Ticket | None:
        """Who stands at a window or walks to it."""
        return self.tickets[window.ticket] if window.ticket else None

    def number(self, prefix: str, count: int) -> str:
        """What is called out for the so-manieth number of a prefix."""
        return f"{prefix}{count:0{self.plan.rules.number_digits}d}"

    def next_count(self, prefix: str) -> int:
        """The count of the next number of a prefix; one that was carried over from an earlier day is passed over."""
        count = self.numbers.get(prefix, 0) + 1
        while self.carried and self.number(prefix, count) in self.carried:
            count += 1
        return count

    def mean_minutes(self, service: str) -> float:
        """How long a service takes: the plan's figure, moved by what was seen."""
        learned = self.learned.get(service)
        return learned.mean if learned else self.plan.service[service].mean_minutes

    def inheritance(self) -> tuple[Learned, ...]:
        """What the next day knows from this one. How long people waited this evening says nothing of tomorrow morning."""
        return tuple(
            Learned(service=code, **each._replace(waits=())._asdict()) for code, each in self.learned.items()
        )

    def arrivals_per_minute(self, service: str, now: datetime) -> float:
        """The arrival rate of a service, in which an arrival counts less the longer ago it was."""
        seen = self.rates.get(service)
        if seen is None:
            return 0.0
        at, rate = seen
        return rate * exp(-(now - at).total_seconds() / 60 / self.plan.rules.tide.arrival_memory)

    def offers(self, no: int) -> tuple[Serves, ...]:
        """What a window serves now, and how: its plan, or less while the tide is in with a clerk of few skills."""
        profile = self.windows[no].profile
        planned = self.plan.window[no].serves
        return planned if profile is None else tuple(each for each in planned if each.service in profile)

    def serves(self, no: int) -> tuple[str, ...]:
        """The codes of the services of `offers`."""
        profile = self.windows[no].profile
        planned = self.plan.window[no].service_codes
        return planned if profile is None else tuple(code for code in planned if code in profile)

    def class_rank(self, priority_class: str) -> int:
        """The rank of a class, 0 first. A class that the plan has dropped since counts as ordinary."""
        known = self.plan.priority_class.get(priority_class)
        return known.rank if known else 1

    def ahead_of(self, ticket: Ticket) -> int:
        """How many people of its own queue stand before a waiting ticket; of its shortest, if it stands in several."""
        ahead = min(self.queues[code].ahead_of(ticket, self.class_rank) for code in ticket.queues)
        if ticket.behind:
            return max(ahead, min(ticket.behind, len(self.queues[ticket.service]) - 1))
        return ahead

    def last_slip(self, ticket_id: str) -> SlipJob | None:
        """The newest print job of a ticket. Jobs are named TICKET.1, TICKET.2, …"""
        last: SlipJob | None = None
        while job := self.slips.get(f"{ticket_id}.{int(last.id.rpartition('.')[2]) + 1 if last else 1}"):
            last = job
        return last

    def live(self) -> list[Ticket]:
        """The tickets whose day is not over, in the order they were issued."""
        return [each for each in self.tickets.values() if each.ended_at is None]


def _queues(plan: HallPlan) -> dict[str, Queue]:
    return {each.code: Queue(plan.rules.credit.overtaken_limit) for each in plan.services}


def evolve(hall: Hall, event: Event) -> Hall:
    """Make `event` true in `hall`, and give it back."""
    hall.seq += 1
    match event:
        case TicketIssued():
            _issued(hall, event)
        case SlipOrdered():
            hall.slips[event.job] = SlipJob(
                event.job, event.ticket, event.printer, event.at, event.ahead, event.reprint
            )
        case SlipReported():
            if event.job in hall.slips:
                _slip_ended(hall, event)
        case TicketCalled():
            _called(hall, event)
        case ServiceStarted():
            ticket = hall.tickets[event.ticket]
            _came(hall, ticket.service, True)
            hall.tickets[event.ticket] = ticket._replace(status=Status.SERVING, started_at=event.at)
            _duty(hall, hall.windows[event.window], Duty.SERVING, event.at)
        case ServiceFinished():
            _finished(hall, event)
        case TicketRecalled():
            ticket = hall.tickets[event.ticket]
            hall.tickets[event.ticket] = ticket._replace(recalls=ticket.recalls + 1, announced_at=event.at)
            _remember_call(hall, event.ticket)
        case TicketMissed():
            ticket = hall.tickets[event.ticket]
            _came(hall, ticket.service, False)
            hall.tickets[event.ticket] = ticket._replace(
                status=Status.MISSED, window=None, misses=ticket.misses + 1
            )
            _release(hall, event.window, event.at)
        case TicketRequeued():
            _requeued(hall, event)
        case TicketParked():
            _parked(hall, event)
        case TicketTransferred():
            _transferred(hall, event)
        case TicketRated():
            hall.tickets[event.ticket] = hall.tickets[event.ticket]._replace(
                rating=event.level, asked_rating=True
            )
        case TicketCancelled():
            _end(hall, event.ticket, Status.CANCELLED, event.at)
        case TicketAbandoned():
            _end(hall, event.ticket, Status.ABANDONED, event.at)
        case TicketVoided():
            _end(hall, event.ticket, Status.VOID, event.at)
        case DayEnding():
            hall.ending = event.rule
        case TicketCarried():
            _carried(hall, event)
        case WindowOpened():
            window = hall.windows[event.window]
            _duty(
                hall,
                window,
                Duty.IDLE,
                event.at,
                clerk=event.clerk,
                closing=False,
                opened_at=event.at,
                seated=event.at,
            )
            hall.absent.pop(event.clerk, None)
        case ClerkTookOver() | CoverStarted() | CoverEnded():
            _seated(hall, event)
        case PresenceReported():
            if event.away:
                hall.absent[event.clerk] = Absence(event.reason, event.at)
            else:
                hall.absent.pop(event.clerk, None)
        case WindowClosing():
            hall.windows[event.window] = hall.windows[event.window]._replace(closing=True)
            _settle(hall, event.window)
        case WindowClosed():
            _closed(hall, event)
        case WindowPaused():
            _paused(hall, event)
        case WindowResumed():
            window = hall.windows[event.window]
            _duty(hall, window, window.before or Duty.IDLE, event.at, before=None, pause_reason="")
        case DeviceReported():
            before = hall.devices.get(event.device)
            hall.devices[event.device] = _word_of(event, before.paper_used_mm if before else 0.0)
        case ClassGranted():
            ticket = hall.tickets[event.ticket]
            _leave(hall, ticket)
            hall.tickets[ticket.id] = ticket._replace(priority_class=event.priority_class)
            _join(hall, hall.tickets[ticket.id])
        case WindowPinned():
            hall.windows[event.window] = hall.windows[event.window]._replace(pin=event.pin)
        case TideNoticed():
            withheld = {code: why for code, why in hall.tide.withheld.items() if code in event.hot}
            hall.tide = replace(hall.tide, hot=event.hot, calm=event.calm, withheld=withheld)
        case TideHeldBack():
            hall.tide = replace(hall.tide, withheld={**hall.tide.withheld, event.service: event.why.code})
        case TideProposed():
            proposal = Proposal(
                event.at, event.window, event.opens, event.services, event.clerk, event.service, event.why
            )
            hall.tide = replace(hall.tide, proposals={**hall.tide.proposals, event.window: proposal})
        case TideWithdrawn():
            _settle(hall, event.window)
        case TideDismissed():
            _dismissed(hall, event)
        case TideTurned():
            _turned(hall, event)
        case TideBrought():
            stays = {no: stay for no, stay in hall.tide.stays.items() if no != event.window}
            hall.tide = replace(hall.tide, stays=stays)
        case DayOpened():
            _day_opened(hall, event)
        case PlanAdopted():
            _plan_adopted(hall, event)
        case (
            SlotBooked()
            | BookingMoved()
            | BookingCancelled()
            | BookingCheckedIn()
            | BookingNoShow()
            | BookerWarned()
            | BookerBanned()
            | BanLifted()
        ):
            fold_booking(hall.bookings, event)
        case EstimatesJudged():
            _judged(hall, event)
        case CalendarLearned():
            hall.calendar = event.calendar
        case _:
            raise TypeError(f"evolve does not know {type(event).__name__}")
    return hall


# -- what each event does ---------------------------------------------------------------------------------------


def _issued(hall: Hall, event: TicketIssued) -> None:
    hall.entries += 1
    prefix = hall.plan.service[event.service].prefix
    hall.numbers[prefix] = hall.next_count(prefix)
    ticket = Ticket(
        id=event.ticket,
        number=event.number,
        service=event.service,
        priority_class=event.priority_class,
        channel=event.channel,
        first_arrival=event.at,
        queued_at=event.at if event.slot is None else max(event.at, event.slot),
        entry=hall.entries,
        booked=event.slot is not None,
        expected=event.expected,
        holder=event.holder,
        visit=(event.service, *event.then) if event.then else (),
        order=event.order,
        remaining=event.then,
        beside=event.then if event.order is VisitOrder.FREE else (),
        again=event.again,
        pickup_of=event.pickup_of,
    )
    hall.tickets[ticket.id] = ticket
    _join(hall, ticket)
    for code in (event.service, *event.then):
        _count_segment(hall, code, event.at)
    if event.holder:
        hall.held[event.holder] = (*hall.held.get(event.holder, ()), ticket.id)
    for code in event.then:
        hall.further[code] = hall.further.get(code, 0) + 1
    for code in ticket.queues:
        _arrived(hall, code, event.at)


def _carried(hall: Hall, event: TicketCarried) -> None:
    hall.entries += 1
    ticket = Ticket(
        id=event.ticket,
        number=event.number,
        service=event.service,
        first_arrival=event.first_arrival,
        queued_at=event.queued_at,
        entry=hall.entries,
        priority_class=event.priority_class,
        channel=event.channel,
        status=Status.WAITING if event.parked_as is None else Status.PARKED,
        waited_before=event.waited_before,
        only_window=event.only_window,
        parked_as=event.parked_as,
        served_before=event.served_before,
        holder=event.holder,
        visit=event.visit,
        order=event.order,
        remaining=event.remaining,
    )
    hall.tickets[ticket.id] = ticket
    hall.carried |= {ticket.number}
    if ticket.holder:
        hall.held[ticket.holder] = (*hall.held.get(ticket.holder, ()), ticket.id)
    if ticket.status is Status.WAITING:
        _join(hall, ticket)
        _arrived(hall, ticket.service, event.at)


def _join(hall: Hall, ticket: Ticket) -> None:
    for code in ticket.queues:
        hall.queues[code].join(ticket)


def _leave(hall: Hall, ticket: Ticket) -> None:
    for code in ticket.queues:
        hall.queues[code].leave(ticket)


def _count_segment(hall: Hall, service: str, at: datetime) -> None:
    """A number counts in the part of the day in which it was given out."""
    for segment in hall.plan.service[service].quotas:
        if segment.starts <= at.time() < segment.ends:
            key = (service, segment.starts)
            hall.in_segment[key] = hall.in_segment.get(key, 0) + 1


def _seated(hall: Hall, event: ClerkTookOver | CoverStarted | CoverEnded) -> None:
    """Somebody else sits at a window; who stands there stays, and so does its duty."""
    window = hall.windows[event.window]
    match event:
        case ClerkTookOver():
            changed = window._replace(
                clerk=event.clerk, seated=event.at, closing=False, away=None, profile=event.services
            )
        case CoverStarted():
            away = window.away or Away(event.covered, event.reason, event.at, window.seated, window.profile)
            changed = window._replace(clerk=event.clerk, seated=event.at, away=away, profile=event.services)
        case CoverEnded():
            before = window.away
            changed = window._replace(
                clerk=event.covered,
                seated=before.seated if before else event.at,
                away=None,
                profile=before.profile if before else window.profile,
            )
    if window.clerk and window.clerk != changed.clerk:
        hall.left[window.clerk] = event.at
    hall.windows[event.window] = changed
    hall.absent.pop(changed.clerk, None)


def _arrived(hall: Hall, service: str, at: datetime) -> None:
    rate = hall.arrivals_per_minute(service, at) + 1 / hall.plan.rules.tide.arrival_memory
    hall.rates[service] = (at, rate)


def _called(hall: Hall, event: TicketCalled) -> None:
    ticket = hall.tickets[event.ticket]
    if ticket.status is Status.WAITING:
        queue = hall.queues[event.service or ticket.service]
        for passed in queue.before(ticket):
            other = hall.tickets[passed]
            if may_call(hall, other, event.window, event.at):
                other = other._replace(overtaken=other.overtaken + 1)
                hall.tickets[passed] = other
                for code in other.queues:
                    hall.queues[code].overtook(other)
        _leave(hall, ticket)
        for waits_aside in tuple(queue.aside):
            _one_fewer(hall, queue, waits_aside)
        _waited_as_told(hall, ticket, event.at)
        if ticket.beside:
            ticket = chosen_of_several(ticket, event.service or ticket.service)
    hall.tickets[event.ticket] = ticket._replace(
        status=Status.CALLED,
        window=event.window,
        called_at=event.at,
        announced_at=event.at,
        started_at=None,
        calls=ticket.calls + 1,
        recalls=0,
        why=event.why,
        behind=0,
    )
    window = hall.windows[event.window]
    streak = max(window.streak, 0) + 1 if ticket.priority_class != ORDINARY else min(window.streak, 0) - 1
    _duty(hall, window, Duty.CALLING, event.at, ticket=event.ticket, streak=streak)
    _remember_call(hall, event.ticket)


def _one_fewer(hall: Hall, queue: Queue, ticket_id: str) -> None:
    """Of the people behind whom somebody stands aside one was called."""
    ticket = hall.tickets[ticket_id]
    hall.tickets[ticket_id] = ticket._replace(behind=ticket.behind - 1)
    if ticket.behind == 1:
        queue.aside.discard(ticket_id)


def chosen_of_several(ticket: Ticket, service: str) -> Ticket:
    """In free order: called for one of the services in whose queues it stood, the others remain."""
    others = {ticket.service, *ticket.remaining} - {service}
    return ticket._replace(
        service=service, remaining=tuple(code for code in ticket.visit if code in others), beside=()
    )


def _remember_call(hall: Hall, ticket_id: str) -> None:
    others = hall.recent
    if ticket_id in others:
        others = tuple(each for each in others if each != ticket_id)
    hall.recent = (ticket_id, *others[: RECENT_CALLS - 1])


def _finished(hall: Hall, event: ServiceFinished) -> None:
    ticket = hall.tickets[event.ticket]
    if event.outcome is not Outcome.DAY_ENDED:
        _learn(hall, ticket.service, ticket.served_before + _attended(hall, ticket, event.at))
        window = hall.windows[event.window]
        hall.windows[event.window] = window._replace(served=window.served + 1)
    if event.result:
        ticket = ticket._replace(results=(*ticket.results, event.result))
    if event.then:
        _goes_on(hall, ticket, event)
    else:
        hall.tickets[event.ticket] = ticket._replace(
            status=Status.FINISHED, outcome=event.outcome, ended_at=event.at
        )
        hall.windows[event.window] = hall.windows[event.window]._replace(last=event.ticket)
    _release(hall, event.window, event.at)


def _goes_on(hall: Hall, ticket: Ticket, event: ServiceFinished) -> None:
    """One service of a visit is done: the same number waits for what remains, in one queue or in all."""
    after = _sent_on(
        hall,
        ticket,
        event.at,
        service=event.then[0],
        remaining=event.then[1:],
        beside=event.then[1:] if ticket.order is VisitOrder.FREE else (),
        only_window=None,
        only_clerk="",
        outage=False,
        outcome=event.outcome,
    )
    for code in after.queues:
        _arrived(hall, code, event.at)


def _sent_on(hall: Hall, ticket: Ticket, at: datetime, **others: Any) -> Ticket:
    """From a window into a queue, as somebody who arrives there now and has waited before."""
    hall.entries += 1
    sent = ticket._replace(
        status=Status.WAITING,
        queued_at=at,
        joined_at=None,
        entry=hall.entries,
        called_at=None,
        window=None,
        waited_before=ticket.waited_before + ticket.waited(at),
        served_before=0.0,
        overtaken=0,
        misses=0,
        booked=False,
        **others,
    )
    hall.tickets[ticket.id] = sent
    _join(hall, sent)
    return sent


def _attended(hall: Hall, ticket: Ticket, at: datetime) -> float:
    """Minutes that the person has been served since sitting down or since the last pause."""
    window = hall.windows[ticket.window] if ticket.window is not None else None
    if window is None or window.duty is not Duty.SERVING or window.since is None:
        return 0.0
    return (at - window.since).total_seconds() / 60


def _parked(hall: Hall, event: TicketParked) -> None:
    ticket = hall.tickets[event.ticket]
    hall.tickets[event.ticket] = ticket._replace(
        status=Status.PARKED,
        parked_as=event.kind,
        window=None,
        only_window=event.window if event.kind is ParkKind.WINDOW_HOLDS else None,
        only_clerk="",
        served_before=ticket.served_before + _attended(hall, ticket, event.at),
    )
    _release(hall, event.window, event.at)


def _learn(hall: Hall, service: str, minutes: float) -> None:
    known = _experience(hall, service)
    hall.learned[service] = known._replace(
        mean=known.mean + (minutes - known.mean) / (known.weight + 1),
        weight=min(MEMORY, known.weight + 1),
        recent=(*known.recent[1 - RECENT_LENGTHS :], round(minutes, 2)),
    )


def _experience(hall: Hall, service: str) -> Experience:
    return hall.learned.get(service) or Experience(hall.plan.service[service].mean_minutes)


def _waited_as_told(hall: Hall, ticket: Ticket, at: datetime) -> None:
    """The first call of a ticket: the next ones are told their wait better."""
    if ticket.calls or ticket.transfers or ticket.beside:
        return
    known = _experience(hall, ticket.service)
    waited = ticket.waited(at)
    if ticket.priority_class == ORDINARY and not ticket.booked:
        known = known._replace(waits=(*known.waits[1 - RECENT_WAITS :], round(waited, 2)))
        hall.learned[ticket.service] = known
    if ticket.expected is None:
        return
    actual = waited + 1
    bias = known.bias + BIAS_STEP * (actual / (ticket.expected.raw + 1) - known.bias)
    hall.learned[ticket.service] = known._replace(
        bias=min(BIAS_MAX, max(BIAS_MIN, bias)),
        ratios=(*known.ratios[1 - RECENT_RATIOS :], round(actual / (ticket.expected.minutes + 1), 3)),
    )


def _judged(hall: Hall, event: EstimatesJudged) -> None:
    """Who told the waits best tells them from now on. A service with too few people keeps whom it had."""
    hall.judged = event
    for each in event.services:
        if each.best and each.service in hall.plan.service:
            hall.learned[each.service] = _experience(hall, each.service)._replace(
                told_by=each.best, weights=tuple(each.weights.items())
            )


def _came(hall: Hall, service: str, came: bool) -> None:
    known = _experience(hall, service)
    no_show = known.no_show + ((0.0 if came else 1.0) - known.no_show) / NO_SHOW_MEMORY
    hall.learned[service] = known._replace(no_show=no_show)


def _requeued(hall: Hall, event: TicketRequeued) -> None:
    hall.entries += 1
    before = hall.tickets[event.ticket]
    ticket = before._replace(
        status=Status.WAITING,
        queued_at=event.queued_at,
        joined_at=event.at,
        entry=hall.entries,
        called_at=None,
        parked_as=None,
        behind=event.behind,
        outage=False,
        priority_class=event.priority_class or before.priority_class,
    )
    hall.tickets[event.ticket] = ticket
    hall.queues[ticket.service].join(ticket)


def _transferred(hall: Hall, event: TicketTransferred) -> None:
    before = hall.tickets[event.ticket]
    if before.status is Status.SERVING:
        _learn(hall, before.service, before.served_before + _attended(hall, before, event.at))
    ticket = _sent_on(
        hall,
        before,
        event.at,
        service=event.to_service,
        only_window=event.to_window,
        only_clerk=event.to_person,
        outage=False,
        priority_class=event.priority_class or before.priority_class,
        transfers=before.transfers + 1,
        remaining=tuple(code for code in before.remaining if code != event.to_service),
    )
    _arrived(hall, ticket.service, event.at)
    _release(hall, event.window, event.at)


def _end(hall: Hall, ticket_id: str, status: Status, at: datetime) -> None:
    ticket = hall.tickets[ticket_id]
    if ticket.status is Status.WAITING:
        _leave(hall, ticket)
    window = ticket.window if ticket.status in AT_A_WINDOW else None
    hall.tickets[ticket_id] = ticket._replace(status=status, ended_at=at, beside=())
    if window is not None:
        _release(hall, window, at)


def _duty(hall: Hall, window: Window, duty: Duty, at: datetime, **others: Any) -> None:
    """The one place where a window's duty changes, so that its minutes always add up; `others` change with it."""
    minutes = (at - window.since).total_seconds() / 60 if window.since else 0.0
    if minutes and window.duty in STAFFED:
        others["open_minutes"] = window.open_minutes + minutes
        if window.duty is not Duty.IDLE:
            others["busy_minutes"] = window.busy_minutes + minutes
        if window.duty is Duty.SERVING:
            others["service_minutes"] = window.service_minutes + minutes
    hall.windows[window.no] = window._replace(duty=duty, since=at, **others)


def _release(hall: Hall, no: int, at: datetime) -> None:
    window = hall.windows[no]
    if window.duty is Duty.PAUSED:
        hall.windows[no] = window._replace(ticket=None, before=Duty.IDLE)
        return
    _duty(hall, window, Duty.IDLE, at, ticket=None)


def _settle(hall: Hall, no: int) -> None:
    if no in hall.tide.proposals:
        proposals = {window: each for window, each in hall.tide.proposals.items() if window != no}
        hall.tide = replace(hall.tide, proposals=proposals)


def _dismissed(hall: Hall, event: TideDismissed) -> None:
    proposal = hall.tide.proposals.get(event.window)
    _settle(hall, event.window)
    hall.tide = replace(hall.tide, dismissed={**hall.tide.dismissed, event.window: event.at})
    if proposal is not None and proposal.opens:
        hall.tide = replace(hall.tide, declined={**hall.tide.declined, proposal.service: event.at})


def _turned(hall: Hall, event: TideTurned) -> None:
    _settle(hall, event.window)
    if not event.opens:
        return
    window = hall.windows[event.window]
    stay = Stay(event.at, event.service, event.wait, window.served)
    hall.tide = replace(
        hall.tide,
        stays={**hall.tide.stays, event.window: stay},
        withheld={code: why for code, why in hall.tide.withheld.items() if code != event.service},
    )
    whole = set(event.services) == set(hall.plan.window[event.window].service_codes)
    hall.windows[event.window] = window._replace(profile=None if whole else event.services)


def _closed(hall: Hall, event: WindowClosed) -> None:
    window = hall.windows[event.window]
    if window.clerk:
        hall.left[window.clerk] = event.at
    _duty(
        hall,
        window,
        Duty.CLOSED,
        event.at,
        clerk="",
        closing=False,
        before=None,
        pause_reason="",
        profile=None,
        seated=None,
        away=None,
        pin=Pin.NONE if window.pin is Pin.OPEN else window.pin,
    )
    _settle(hall, event.window)


def _paused(hall: Hall, event: WindowPaused) -> None:
    window = hall.windows[event.window]
    if window.ticket is not None:
        ticket = hall.tickets[window.ticket]
        served = ticket.served_before + _attended(hall, ticket, event.at)
        broken = any(each.outage for each in hall.plan.pause_reasons if each.key == event.reason)
        hall.tickets[ticket.id] = ticket._replace(served_before=served, outage=ticket.outage or broken)
    _duty(hall, window, Duty.PAUSED, event.at, before=window.duty, pause_reason=event.reason)


def _word_of(event: DeviceReported, paper_used_mm: float = 0.0) -> DeviceWord:
    used = paper_used_mm if event.paper_used_mm is None else event.paper_used_mm
    return DeviceWord(event.health, event.troubles, event.word, event.at, used)


def _slip_ended(hall: Hall, event: SlipReported) -> None:
    job = hall.slips[event.job]._replace(state=event.state, word=event.word)
    hall.slips[event.job] = job
    word = hall.devices.get(job.printer)
    if word is not None and event.paper_used_mm is not None:
        hall.devices[job.printer] = replace(word, paper_used_mm=event.paper_used_mm)


def _day_opened(hall: Hall, event: DayOpened) -> None:
    hall.day = event.day
    hall.entries = event.entries
    hall.learned = {
        each.service: Experience(
            each.mean,
            each.weight,
            each.recent,
            each.bias,
            each.ratios,
            each.no_show,
            each.told_by,
            each.weights,
            each.waits,
        )
        for each in event.learned
        if each.service in hall.plan.service
    }
    hall.devices = {each.device: _word_of(each) for each in event.devices}
    hall.tickets = {}
    hall.numbers = {}
    hall.further = {}
    hall.recent = ()
    hall.rates = {}
    hall.held = {}
    hall.calendar = event.calendar
    hall.bookings = Bookings.of(event.bookings, event.standings)
    hall.in_segment = {}
    hall.absent = {}
    hall.left = {}
    hall.carried = frozenset()
    hall.ending = None
    hall.tide = TideMemory()
    hall.judged = None
    hall.slips = {}
    hall.queues = _queues(hall.plan)
    hall.windows = {each.no: Window(no=each.no) for each in hall.plan.windows}


def _plan_adopted(hall: Hall, event: PlanAdopted) -> None:
    hall.plan = event.plan
    hall.windows = {each.no: hall.windows.get(each.no, Window(no=each.no)) for each in event.plan.windows}
    hall.queues = _queues(event.plan)
    for ticket in hall.live():
        if ticket.status is Status.WAITING:
            _join(hall, ticket)
    hall.learned = {code: each for code, each in hall.learned.items() if code in event.plan.service}
    hall.rates = {code: each for code, each in hall.rates.items() if code in event.plan.service}
    _count_segments_again(hall)
    hall.tide = TideMemory()
    for ticket in hall.live():
        bound = ticket.only_window
        if bound is not None and (
            bound not in event.plan.window or ticket.service not in event.plan.window[bound].services
        ):
            hall.tickets[ticket.id] = ticket._replace(only_window=None)


def _count_segments_again(hall: Hall) -> None:
    """Other segments: today's numbers are counted anew, each for the services that it was taken for."""
    hall.in_segment = {}
    limited = {each.code for each in hall.plan.services if each.quotas}
    by_prefix = {each.prefix: each.code for each in hall.plan.services}
    for ticket in hall.tickets.values() if limited else ():
        first = by_prefix.get(ticket.number.rstrip("0123456789"), "")
        for code in limited.intersection((first, *ticket.visit)):
            _count_segment(hall, code, ticket.first_arrival)
