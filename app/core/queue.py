"""The order of those who wait for one service.

For: one `Queue` per service, with a lane per priority class, and one apart for the class's bookings. A lane is sorted
by place (queued_at, entry): strict arrival order, which is the fairness that people in a hall can see. Joining at the
tail and leaving at the head are what happens all day; both are cheap at any length. A queue also knows who has been
overtaken so often that nobody may pass again (`spent`), and who stands aside after a missed call (`aside`): usually
nobody, so asking costs nothing.
Not for: which lane goes first (assign.py).
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from app.core.ticket import Ticket

Place = tuple[datetime, int, str]
"""Where a ticket stands: the arrival it counts as, tie-breaker, ticket id."""


class Lane(NamedTuple):
    """A lane's name: a priority class, and whether it is of those who booked."""

    priority_class: str
    booked: bool = False


def place(ticket: Ticket) -> Place:
    """The place of a ticket in its lane."""
    return (ticket.queued_at, ticket.entry, ticket.id)


def lane_of(ticket: Ticket) -> Lane:
    """The lane in which a ticket waits."""
    return Lane(ticket.priority_class, ticket.booked)


class Queue:
    """Everybody who waits for one service. `limit`: who has been overtaken so often is `spent`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.lanes: dict[Lane, list[Place]] = {}
        self.spent: list[Place] = []
        self.aside: set[str] = set()
        self._length = 0

    @classmethod
    def of(cls, limit: int, lanes: dict[Lane, list[Place]], spent: list[Place], aside: set[str]) -> "Queue":
        """A queue as it was kept."""
        made = cls(limit)
        made.lanes, made.spent, made.aside = lanes, spent, aside
        made._length = sum(map(len, lanes.values()))
        return made

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        """Ticket ids, lane by lane, each in arrival order."""
        for lane in self.lanes.values():
            for _, _, ticket_id in lane:
                yield ticket_id

    def __eq__(self, other: object) -> bool:
        """The same people in the same places; a lane that has emptied is no lane."""
        if not isinstance(other, Queue):
            return NotImplemented
        mine, theirs = ({name: lane for name, lane in q.lanes.items() if lane} for q in (self, other))
        return (self.limit, self.spent, self.aside, mine) == (other.limit, other.spent, other.aside, theirs)

    def join(self, ticket: Ticket) -> None:
        """Stand where `ticket.queued_at` says: at the tail, unless it is earlier."""
        lane = self.lanes.setdefault(lane_of(ticket), [])
        here = place(ticket)
        if not lane or lane[-1] < here:
            lane.append(here)
        else:
            insort(lane, here)
        self._length += 1
        if ticket.overtaken >= self.limit:
            insort(self.spent, here)
        if ticket.behind:
            self.aside.add(ticket.id)

    def leave(self, ticket: Ticket) -> None:
        """Step out of the lane."""
        lane = self.lanes[lane_of(ticket)]
        here = place(ticket)
        at = bisect_left(lane, here)
        if at == len(lane) or lane[at] != here:
            raise LookupError(f"{ticket.number} is not in its queue")
        del lane[at]
        self._length -= 1
        if here in self.spent:
            self.spent.remove(here)
        self.aside.discard(ticket.id)

    def overtook(self, ticket: Ticket) -> None:
        """Somebody passed `ticket`, whose count includes it."""
        if ticket.overtaken == self.limit:
            insort(self.spent, place(ticket))

    def first(self, lane: Lane, may: Callable[[str], bool]) -> str | None:
        """The earliest ticket of a lane that `may` be called, by id."""
        for _, _, ticket_id in self.lanes.get(lane, ()):
            if may(ticket_id):
                return ticket_id
        return None

    def in_order(self) -> list[Place]:
        """Everybody by arrival, whatever their class. Costs a sort: not for every call."""
        return sorted(here for lane in self.lanes.values() for here in lane)

    def ahead_of(self, ticket: Ticket, rank: Callable[[str], int]) -> int:
        """How many stand before `ticket` if classes go by `rank` (0 first) and then by arrival."""
        mine = rank(ticket.priority_class)
        here = place(ticket)
        ahead = 0
        for name, lane in self.lanes.items():
            theirs = rank(name.priority_class)
            if theirs < mine:
                ahead += len(lane)
            elif theirs == mine:
                ahead += bisect_left(lane, here)
        return ahead

    def before(self, ticket: Ticket) -> list[str]:
        """Everybody with an earlier place than `ticket`, of any class, by id."""
        here = place(ticket)
        return [each for lane in self.lanes.values() for _, _, each in lane[: bisect_left(lane, here)]]

    def copy(self) -> "Queue":
        """The same queue, to be changed apart."""
        return Queue.of(
            self.limit,
            {name: list(lane) for name, lane in self.lanes.items()},
            list(self.spent),
            set(self.aside),
        )
