"""A ticket: the number in somebody's hand, its life, and the table of what may happen to it.

For: `Ticket` (a frozen value), `Status`, and `MOVES`, the only place that says which move leads from which status to
which. What is not in `MOVES` is refused and nothing happens. README.md draws the table; a test compares the two.
Not for: who is called next (assign.py), or what a move does to the window (window.py).

`called` and `serving` are two statuses on purpose: otherwise the time to walk to the window, and people who never
come, would count as handling time. A transfer keeps the number and the first arrival. `missed`, `void`, `abandoned`
and `cancelled` are four different ends with different figures: not there when called; out by a rule of the hall; gone
without a word; given back by the visitor.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.core.errors import Fact
from app.core.plan import ORDINARY
from app.core.replacing import quick_replace


class Status(StrEnum):
    """Where a ticket is in its life."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    MISSED = "missed"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    VOID = "void"


class Move(StrEnum):
    """What can happen to a ticket."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    MISS = "miss"
    REQUEUE = "requeue"
    PARK = "park"
    RETURN = "return"
    TRANSFER = "transfer"
    GO_ON = "go_on"
    CANCEL = "cancel"
    ABANDON = "abandon"
    VOID = "void"


MOVES: dict[Status, dict[Move, Status]] = {
    Status.WAITING: {
        Move.CALL: Status.CALLED,
        Move.CANCEL: Status.CANCELLED,
        Move.ABANDON: Status.ABANDONED,
        Move.VOID: Status.VOID,
    },
    Status.CALLED: {
        Move.RECALL: Status.CALLED,
        Move.START: Status.SERVING,
        Move.MISS: Status.MISSED,
        Move.TRANSFER: Status.WAITING,
        Move.CANCEL: Status.CANCELLED,
        Move.VOID: Status.VOID,
    },
    Status.SERVING: {
        Move.FINISH: Status.FINISHED,
        Move.PARK: Status.PARKED,
        Move.TRANSFER: Status.WAITING,
        Move.GO_ON: Status.WAITING,
        Move.ABANDON: Status.ABANDONED,
    },
    Status.PARKED: {
        Move.RETURN: Status.WAITING,
        Move.CANCEL: Status.CANCELLED,
        Move.ABANDON: Status.ABANDONED,
        Move.VOID: Status.VOID,
    },
    Status.MISSED: {
        Move.REQUEUE: Status.WAITING,
        Move.CALL: Status.CALLED,
        Move.CANCEL: Status.CANCELLED,
        Move.ABANDON: Status.ABANDONED,
        Move.VOID: Status.VOID,
    },
    Status.FINISHED: {},
    Status.CANCELLED: {},
    Status.ABANDONED: {},
    Status.VOID: {},
}

AT_A_WINDOW = frozenset({Status.CALLED, Status.SERVING})
"""The statuses in which a ticket belongs to exactly one window."""

ENDED = frozenset(status for status, moves in MOVES.items() if not moves)
"""The statuses from which nothing leads on."""


class ParkKind(StrEnum):
    """Why a ticket is put aside (挂起). `VISITOR_HOLDS`: the visitor goes to fix the papers and comes back to any
    window of the service; `WINDOW_HOLDS`: the window keeps them, so back to the same window; `OUTSIDE`: waiting for
    another system or office."""

    VISITOR_HOLDS = "visitor_holds"
    WINDOW_HOLDS = "window_holds"
    OUTSIDE = "outside"


class VisitOrder(StrEnum):
    """How the services of one visit follow each other: as they were named, or whichever can be had first."""

    FIXED = "fixed"
    FREE = "free"


class Outcome(StrEnum):
    """How a service ended; apart from the status. `OUTAGE`: the hall could not do it, as something was down.
    `DAY_ENDED`: nobody pressed finish before the day was over, so
    its length means nothing."""

    ACCEPTED = "accepted"
    MATERIALS_MISSING = "materials_missing"
    REDIRECTED = "redirected"
    CONSULTED = "consulted"
    NOT_FOR_THIS_HALL = "not_for_this_hall"
    OUTAGE = "outage"
    DAY_ENDED = "day_ended"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the hall did something: a code and its numbers. displays/reasons.py makes the sentence."""

    code: str
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long somebody was told to wait, in minutes, with the band within which eight of ten waits end. `raw`: before
    the correction of the service's bias."""

    minutes: float
    low: float
    high: float
    raw: float


class Done(NamedTuple):
    """A service that is done, which is what a rating is about: the code, the window, and when. `rating`: what the visitor
    said of it, 5 to 1; `asked`: somebody asked, and None is then the answer "not rated"."""

    service: str
    window: int
    at: datetime
    rating: int | None = None
    asked: bool = False


@quick_replace
class Ticket(NamedTuple):
    """One number of one day. `id` is unguessable and in the slip's link; `number` is what is called out.

    `first_arrival` never changes. `queued_at` is its *place*: the arrival that it counts as in its present queue, and
    `entry` breaks ties, so that (queued_at, entry) is the order of a lane. It is the arrival itself, or the slot of a
    booking if that is later, or an older place that somebody who comes back may take. `joined_at` is when it really
    came into the queue, if that was after its place: waiting is counted from there. `waited_before` are minutes
    endured in earlier queues of this visit, `served_before` minutes served before it was put aside. `expected`: what
    it was told on arrival. `holder`: whose it is, as a keyed hash, if the hall knows.
    `only_window`: a transfer to one window, or papers that lie there. `done`: the service that was done last, and what was
    said of it.
    `visit`: all the services of a visit with several, empty for the usual one with a single service; `remaining`: those
    still to come after (or, in free order, beside) the present one; `beside`: in whose queues it stands as well as in
    that of `service`. `only_clerk`: a transfer to a person. `behind`: stands aside until so many of its queue were called.
    `outage`: its service was broken off by one. `results`: the pick-up services
    where results of it lie; `pickup_of`: the id of the ticket whose results it fetches. `again`: the id of the ticket
    to which this is the second visit. A named tuple, because a changed copy of one costs a fifteenth of a frozen
    dataclass's, and a day makes 200,000 of them.
    """

    id: str
    number: str
    service: str
    first_arrival: datetime
    queued_at: datetime
    entry: int
    priority_class: str = ORDINARY
    channel: str = ""
    status: Status = Status.WAITING
    waited_before: float = 0.0
    overtaken: int = 0
    window: int | None = None
    only_window: int | None = None
    called_at: datetime | None = None
    announced_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    calls: int = 0
    recalls: int = 0
    misses: int = 0
    transfers: int = 0
    parked_as: ParkKind | None = None
    outcome: Outcome | None = None
    why: Reason | None = None
    joined_at: datetime | None = None
    served_before: float = 0.0
    booked: bool = False
    expected: Wait | None = None
    holder: str = ""
    done: Done | None = None
    visit: tuple[str, ...] = ()
    order: VisitOrder = VisitOrder.FIXED
    remaining: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    only_clerk: str = ""
    behind: int = 0
    outage: bool = False
    again: str = ""
    results: tuple[str, ...] = ()
    pickup_of: str = ""

    @property
    def call_id(self) -> str:
        """New with every call and recall of this ticket, so that each is announced once."""
        return f"{self.id[:8]}.{self.calls}.{self.recalls}"

    @property
    def rating(self) -> int | None:
        """What was said of the service that was done last."""
        return self.done.rating if self.done else None

    @property
    def services(self) -> tuple[str, ...]:
        """Every service of the visit."""
        return self.visit or (self.service,)

    @property
    def queues(self) -> tuple[str, ...]:
        """The services in whose queues it stands while it waits."""
        return (self.service, *self.beside)

    def waited(self, now: datetime) -> float:
        """Minutes in the present queue, until it was called or ended or, if neither, until `now`."""
        until = now if self.status is Status.WAITING else self.called_at or self.ended_at or now
        return max(0.0, (until - (self.joined_at or self.queued_at)).total_seconds() / 60)

    def age(self, now: datetime) -> float:
        """Minutes since its place in the queue: what its turn is reckoned by. Negative before a booked slot."""
        return (now - self.queued_at).total_seconds() / 60
