"""The book of a day, kept from the hall's own events: how many came, how long they waited, who is put aside.

For: `Daybook.take(event)` and the figures of the closing table. The journal is the truth, so the table is right for the
whole day however often anybody was restarted in the middle of it.
Not for: asking the server (day.py), or drawing (daytable.py).

The wait of a ticket is from its issue (or its booked slot, if later) to its *first* call, in minutes, and counts for
the service for which it was issued. The 90th percentile is by nearest rank: 90 % waited no longer.
Events that this book does not know change nothing.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean, median

import msgspec


class Facts(msgspec.Struct, frozen=True):
    """What an event says, as far as it matters here."""

    ticket: str | None = None
    number: str | None = None
    service: str | None = None
    day: date | None = None
    slot: datetime | None = None
    then: tuple[str, ...] = ()
    queued_at: datetime | None = None


class Event(msgspec.Struct, frozen=True):
    """One row of `GET events`."""

    seq: int
    at: datetime
    name: str
    data: Facts


@dataclass(slots=True)
class _Ticket:
    number: str
    service: str
    ready: datetime
    called: datetime | None = None
    status: str = "waiting"
    did_not_come: bool = False


ENDS = {
    "ServiceFinished": "finished",
    "TicketCancelled": "cancelled",
    "TicketAbandoned": "abandoned",
    "TicketVoided": "void",
}

BETWEEN = {
    "TicketCalled": "called",
    "ServiceStarted": "serving",
    "TicketMissed": "missed",
    "TicketParked": "parked",
    "TicketRequeued": "waiting",
    "TicketTransferred": "waiting",
}


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes; None where nobody was called."""

    mean: float | None
    median: float | None
    p90: float | None

    @classmethod
    def of(cls, minutes: Sequence[float]) -> "Waits":
        """The figures of these waits."""
        if not minutes:
            return cls(None, None, None)
        ranked = sorted(minutes)
        return cls(fmean(ranked), median(ranked), ranked[math.ceil(0.9 * len(ranked)) - 1])


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of the table: `tickets` issued, `served` to the end, `did_not_come` at least once when called, `left`
    still in the hall."""

    service: str
    tickets: int
    served: int
    did_not_come: int
    left: int
    waits: Waits


class Daybook:
    """One day of one hall. A new day in the events begins a new book."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.last = 0
        self._tickets: dict[str, _Ticket] = {}
        self._put_aside: set[str] = set()
        self._parked: dict[str, datetime] = {}

    def take(self, event: Event) -> None:
        """Write down what has happened."""
        self.last = event.seq
        facts = event.data
        if event.name == "DayOpened":
            self.day = facts.day
            self._tickets, self._put_aside, self._parked = {}, set(), {}
            return
        if facts.ticket is None:
            return
        if event.name in ("TicketIssued", "TicketCarried"):
            ready = max(event.at, facts.slot or facts.queued_at or event.at)
            self._tickets[facts.ticket] = _Ticket(facts.number or "", facts.service or "", ready)
            return
        ticket = self._tickets.get(facts.ticket)
        status = "waiting" if facts.then else ENDS.get(event.name) or BETWEEN.get(event.name)
        if ticket is None or status is None:
            return
        ticket.status = status
        self._parked.pop(facts.ticket, None)
        if status == "called" and ticket.called is None:
            ticket.called = event.at
        if status == "missed":
            ticket.did_not_come = True
        if status == "parked":
            self._put_aside.add(ticket.number)
            self._parked[facts.ticket] = event.at

    @property
    def issued(self) -> int:
        """Tickets so far."""
        return len(self._tickets)

    @property
    def waiting(self) -> int:
        """Who waits now."""
        return sum(1 for each in self._tickets.values() if each.status == "waiting")

    @property
    def parked(self) -> dict[str, datetime]:
        """Tickets that are put aside, and since when."""
        return dict(self._parked)

    def was_parked(self, number: str) -> bool:
        """Whether the holder of `number` was put aside before."""
        return number in self._put_aside

    def figures(self, services: Iterable[str]) -> tuple[list[Figures], Figures]:
        """A line for each of `services`, in that order, and the line of all tickets."""
        lines = [
            self._line(code, [each for each in self._tickets.values() if each.service == code])
            for code in services
        ]
        return lines, self._line("", list(self._tickets.values()))

    def _line(self, service: str, tickets: Sequence[_Ticket]) -> Figures:
        ends = set(ENDS.values())
        return Figures(
            service=service,
            tickets=len(tickets),
            served=sum(each.status == "finished" for each in tickets),
            did_not_come=sum(each.did_not_come for each in tickets),
            left=sum(each.status not in ends for each in tickets),
            waits=Waits.of(
                [
                    max(0.0, (each.called - each.ready).total_seconds() / 60)
                    for each in tickets
                    if each.called is not None
                ]
            ),
        )
