"""The order of those who wait for one service.

For: one `Queue` per service, with a lane per priority class. A lane is sorted by (queued_at, entry): strict arrival
order, which is the fairness that people in a hall can see. Joining at the tail and leaving at the head are what
happens all day; both are cheap at any length.
Not for: which lane goes first (assign.py).
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from datetime import datetime

from app.core.ticket import Ticket

Place = tuple[datetime, int, str]
"""Where a ticket stands: joined at, tie-breaker, ticket id."""


def place(ticket: Ticket) -> Place:
    """The place of a ticket in its lane."""
    return (ticket.queued_at, ticket.entry, ticket.id)


class Queue:
    """Everybody who waits for one service."""

    def __init__(self) -> None:
        self.lanes: dict[str, list[Place]] = {}

    def __len__(self) -> int:
        return sum(map(len, self.lanes.values()))

    def __iter__(self) -> Iterator[str]:
        """Ticket ids, lane by lane, each in arrival order."""
        for lane in self.lanes.values():
            for _, _, ticket_id in lane:
                yield ticket_id

    def join(self, ticket: Ticket) -> None:
        """Stand where `ticket.queued_at` says: at the tail, unless it is earlier."""
        lane = self.lanes.setdefault(ticket.priority_class, [])
        here = place(ticket)
        if not lane or lane[-1] < here:
            lane.append(here)
        else:
            insort(lane, here)

    def leave(self, ticket: Ticket) -> None:
        """Step out of the lane."""
        lane = self.lanes[ticket.priority_class]
        here = place(ticket)
        at = bisect_left(lane, here)
        if at == len(lane) or lane[at] != here:
            raise LookupError(f"{ticket.number} is not in its queue")
        del lane[at]

    def first(self, priority_class: str, may: Callable[[str], bool]) -> str | None:
        """The earliest ticket of a class that `may` be called, by id."""
        for _, _, ticket_id in self.lanes.get(priority_class, ()):
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
            theirs = rank(name)
            if theirs < mine:
                ahead += len(lane)
            elif theirs == mine:
                ahead += bisect_left(lane, here)
        return ahead

    def before(self, ticket: Ticket) -> list[str]:
        """Everybody who joined earlier than `ticket`, of any class, by id."""
        here = place(ticket)
        return [each for lane in self.lanes.values() for _, _, each in lane[: bisect_left(lane, here)]]

    def copy(self) -> "Queue":
        """The same queue, to be changed apart."""
        twin = Queue()
        twin.lanes = {name: list(lane) for name, lane in self.lanes.items()}
        return twin
