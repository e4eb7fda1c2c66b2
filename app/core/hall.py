"""The hall on one day: everything that is true in it, and the questions that it answers.

For: `Hall`, the whole state. decide.py asks it and answers with events; evolve.py makes them true.
Not for: changing anything; only evolve.py does.

A hall is a set of dictionaries of frozen values; `hall.copy()` keeps a past (20,000 tickets: one millisecond). The
service holds two halls, the committed one and the one ahead, so that a commit that fails is forgotten by copying again,
and nobody ever sees what is not yet on disk.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from math import exp
from typing import NamedTuple

from app.core.booking import Bookings
from app.core.calendar import NO_CALENDAR, Calendar
from app.core.errors import UnknownTicket, UnknownWindow
from app.core.events import (
    NO_SHOW,
    EstimatesJudged,
    Learned,
)
from app.core.judged import EstimateRules
from app.core.plan import HallPlan, Serves
from app.core.queue import Queue
from app.core.replacing import quick_replace
from app.core.ticket import Reason, Ticket
from app.core.visitrules import DayEnd
from app.core.window import Window


@quick_replace
class Experience(NamedTuple):
    """What a day has taught of one service so far: `events.Learned`, in the shape that changes fast. `weight`: how many
    services the mean is worth."""

    mean: float
    weight: float = EstimateRules.mean_weight
    recent: tuple[float, ...] = ()
    bias: float = 1.0
    ratios: tuple[float, ...] = ()
    no_show: float = NO_SHOW
    told_by: str = ""
    weights: tuple[tuple[str, float], ...] = ()
    waits: tuple[float, ...] = ()


@quick_replace
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
    """A tidal window that the tide opened: since when, for which service above all, its projected wait then, how many
    the window had served before, and when it had closed before."""

    at: datetime
    service: str
    wait: float
    served: int
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TideMemory:
    """What the tidal controller remembers from look to look. `hot`, `calm`: since when.
    `dismissed`: for which windows a proposal was turned down, `declined`: for which services an opening was, and when.
    `withheld`: the code of the reason why a hot service got no window."""

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

    plan: HallPlan
    seq: int
    day: date | None
    tickets: dict[str, Ticket]
    windows: dict[int, Window]
    queues: dict[str, Queue]
    numbers: dict[str, int]
    further: dict[str, int]
    entries: int
    recent: tuple[str, ...]
    slips: dict[str, SlipJob]
    devices: dict[str, DeviceWord]
    learned: dict[str, Experience]
    rates: dict[str, tuple[datetime, float]]
    judged: EstimatesJudged | None
    tide: TideMemory
    held: dict[str, tuple[str, ...]]
    calendar: Calendar
    bookings: Bookings
    in_segment: dict[tuple[str, time], int]
    absent: dict[str, Absence]
    left: dict[str, datetime]
    carried: frozenset[str]
    ending: DayEnd | None

    def __init__(self, plan: HallPlan, seq: int = 0) -> None:
        self.plan = plan
        self.seq = seq
        self.day = None
        self.tickets = {}
        self.windows = {each.no: Window(no=each.no) for each in plan.windows}
        self.queues = empty_queues(plan)
        self.numbers = {}
        self.further = {}
        self.entries = 0
        self.recent = ()
        self.slips = {}
        self.devices = {}
        self.learned = {}
        self.rates = {}
        self.judged = None
        self.tide = TideMemory()
        self.held = {}
        self.calendar = NO_CALENDAR
        self.bookings = Bookings()
        self.in_segment = {}
        self.absent = {}
        self.left = {}
        self.carried = frozenset()
        self.ending = None

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


def empty_queues(plan: HallPlan) -> dict[str, Queue]:
    return {each.code: Queue(plan.rules.credit.overtaken_limit) for each in plan.services}


def chosen_of_several(ticket: Ticket, service: str) -> Ticket:
    """In free order: called for one of the services in whose queues it stood, the others remain."""
    others = {ticket.service, *ticket.remaining} - {service}
    return ticket._replace(
        service=service, remaining=tuple(code for code in ticket.visit if code in others), beside=()
    )
