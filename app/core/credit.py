"""The `credit` rule of calling: credit and pressure, with two guarantees.

For: `credit(hall, window, now)`. Every ticket carries a *credit*: the minutes it has waited, a head start for a protected
class, part of the wait already endured at earlier windows of the visit. A window compares the heads of its queues by

    (credit + minutes that the queue needs to clear) x (short services a little favoured)

and calls the highest; ties go to who came earlier. Two guarantees stand above the sum. Who has been overtaken 15 times is
passed by nobody any more. Once somebody has waited 60 minutes, a window that can serve that service calls no other.

    credit = head start + slope x minutes + min(15, half the wait at earlier windows)
    credit = head start + minutes since the slot + 10                       for a booking (less than nothing before it)
    clear  = min(60, waiting x mean minutes / windows that the service can count on)
    short  = (mean of the mean minutes / (mean minutes here))^0.75, within 1/2 and 2

Every number is a field of plan.CreditRules or of the priority class. The reason carries all of them.
Not for: bending. A supervisor who wants somebody else calls a chosen ticket, with a reason (decide.py).
Where it comes from: the generalized c-mu rule (Mandelbaum and Stolyar 2004) in a form that a clerk can recompute,
priority that accumulates with waiting (Kleinrock 1964; Stanford, Taylor and Ziedins 2014).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.core.bound import may_call
from app.core.errors import Fact
from app.core.hall import Hall
from app.core.heads import Choice, Head, heads
from app.core.load import capacity, waiting_work, windows_that_count
from app.core.plan import ORDINARY, PriorityClass, Serves
from app.core.queue import Lane, Queue, lane_of, place
from app.core.ticket import Reason, Ticket

NAMED = 8
"""How many of those who were overtaken a reason names, the most often overtaken first; the others are counted."""

PLAIN = PriorityClass(ORDINARY, "普通", "Ordinary")


class Credit(NamedTuple):
    """A ticket's credit and what it is made of, in minutes: `head_start + slope x age + earlier`."""

    head_start: float
    slope: float
    age: float
    earlier: float

    @property
    def minutes(self) -> float:
        """The credit."""
        return self.head_start + self.slope * self.age + self.earlier


class Bid(NamedTuple):
    """What speaks for a head at a window: `(credit + drain) x short`."""

    ticket: Ticket
    service: str
    credit: Credit
    drain: float
    short: float

    @property
    def score(self) -> float:
        """The highest is called."""
        return (self.credit.minutes + self.drain) * self.short


def credit_of(hall: Hall, ticket: Ticket, now: datetime) -> Credit:
    """The credit of a waiting ticket."""
    rules, k = hall.plan.rules.credit, hall.plan.rules.stretch
    kind = hall.plan.priority_class.get(ticket.priority_class, PLAIN)
    if ticket.booked:
        return Credit(k * (kind.head_start + rules.booking_start), 1.0, ticket.age(now), 0.0)
    earlier = min(k * rules.earlier_cap, rules.earlier_share * ticket.waited_before)
    return Credit(k * kind.head_start, kind.slope, ticket.age(now), earlier)


def credit(hall: Hall, window_no: int, now: datetime) -> Choice | None:
    """Whom a window calls by credit and pressure."""
    can = heads(hall, window_no, now)
    if not can:
        return None
    guarded = _guarded(hall, can, now)
    if guarded is not None:
        can = [head for head in can if head.serves.service == guarded.serves.service]
    bids = sorted(_bids(hall, can, window_no, now), key=lambda bid: (-bid.score, place(bid.ticket)))
    why = _reason(hall, window_no, bids, guarded.ticket if guarded else None, now)
    return Choice(bids[0].ticket.id, why, bids[0].service)


def _guarded(hall: Hall, can: Sequence[Head], now: datetime) -> Head | None:
    """The oldest of those who have waited past the guarantee."""
    oldest = min(can, key=lambda head: place(head.ticket))
    rules = hall.plan.rules
    return oldest if oldest.ticket.age(now) >= rules.credit.guard * rules.stretch else None


def _bids(hall: Hall, can: Sequence[Head], window_no: int, now: datetime) -> list[Bid]:
    """What speaks for each head. In a queue where somebody has been overtaken too often only that lane is heard, so
    nobody passes, and those who are older in the lane itself are not passed either."""
    offers = {head.serves.service: head.serves for head in can}
    pressure = _pressure(hall, list(offers.values()))
    heard = {code: _spent_lane(hall, hall.queues[code], window_no, now) for code in offers}
    return [
        Bid(
            head.ticket,
            head.serves.service,
            credit_of(hall, head.ticket, now),
            *pressure[head.serves.service],
        )
        for head in can
        if heard[head.serves.service] in (None, lane_of(head.ticket))
    ]


def _spent(hall: Hall, queue: Queue, window_no: int, now: datetime) -> Ticket | None:
    """The earliest of those whom nobody passes any more, if the window may call it."""
    for _, _, ticket_id in queue.spent:
        ticket = hall.tickets[ticket_id]
        if may_call(hall, ticket, window_no, now):
            return ticket
    return None


def _spent_lane(hall: Hall, queue: Queue, window_no: int, now: datetime) -> Lane | None:
    spent = _spent(hall, queue, window_no, now)
    return lane_of(spent) if spent else None


def _pressure(hall: Hall, offers: Sequence[Serves]) -> dict[str, tuple[float, float]]:
    """For each service: the minutes its queue needs to clear, and by how much a short service is favoured."""
    if len(offers) == 1:
        return {offers[0].service: (0.0, 1.0)}
    rules, k = hall.plan.rules.credit, hall.plan.rules.stretch
    means = {offer.service: hall.mean_minutes(offer.service) for offer in offers}
    mean = sum(means.values()) / len(means)
    work = waiting_work(hall)
    share = capacity(windows_that_count(hall), work)
    cap = k * rules.drain_cap
    pressure: dict[str, tuple[float, float]] = {}
    for offer in offers:
        code = offer.service
        drain = min(cap, work[code] / share[code]) if share[code] else cap
        short = (mean / (means[code] * offer.slowness)) ** rules.short_exponent
        pressure[code] = (drain, min(rules.short_max, max(rules.short_min, short)))
    return pressure


def _reason(hall: Hall, window_no: int, bids: Sequence[Bid], guarded: Ticket | None, now: datetime) -> Reason:
    """Every number that decided, for the sentence in displays/reasons.py."""
    best = bids[0]
    ticket = best.ticket
    queue = hall.queues[best.service]
    limit = hall.plan.rules.credit.overtaken_limit
    facts: dict[str, Fact] = {
        "window": window_no,
        "number": ticket.number,
        "priority_class": ticket.priority_class,
        "booked": int(ticket.booked),
        "queue": hall.plan.service[best.service].prefix,
        "waited": round(ticket.waited(now), 1),
        "credit": round(best.credit.minutes, 1),
        "head_start": round(best.credit.head_start, 1),
        "slope": best.credit.slope,
        "age": round(best.credit.age, 1),
        "earlier": round(best.credit.earlier, 1),
        "drain": round(best.drain, 1),
        "short": round(best.short, 2),
        "score": round(best.score, 1),
        "limit": limit,
    }
    if ticket.priority_class != ORDINARY:
        kind = hall.plan.priority_class.get(ticket.priority_class, PLAIN)
        facts |= {"class_zh": kind.name, "class_en": kind.name_en}
    if len(bids) > 1:
        other = bids[1]
        facts |= {
            "runner_up": other.ticket.number,
            "runner_up_queue": hall.plan.service[other.service].prefix,
            "runner_up_credit": round(other.credit.minutes, 1),
            "runner_up_drain": round(other.drain, 1),
            "runner_up_score": round(other.score, 1),
        }
    facts |= _overtaken(hall, queue, ticket, window_no, now)
    if guarded is not None:
        facts |= {
            "guard": round(hall.plan.rules.credit.guard * hall.plan.rules.stretch, 1),
            "guarded": guarded.number,
            "guarded_age": round(guarded.age(now), 1),
        }
    if guarded is not None and ticket.id == guarded.id:
        return Reason("guard", facts)
    spent = _spent(hall, queue, window_no, now)
    if spent is not None:
        return Reason("spent", {**facts, "spent": spent.number, "times": spent.overtaken})
    return Reason("credit", facts)


def _overtaken(hall: Hall, queue: Queue, ticket: Ticket, window_no: int, now: datetime) -> dict[str, Fact]:
    """Who is passed by this call, and for the how-manieth time."""
    passed = [
        other
        for other in map(hall.tickets.__getitem__, queue.before(ticket))
        if may_call(hall, other, window_no, now)
    ]
    if not passed:
        return {}
    passed.sort(key=lambda other: (-other.overtaken, place(other)))
    named = " ".join(f"{other.number}:{other.overtaken + 1}" for other in passed[:NAMED])
    return {"overtaken": named, "overtaken_count": len(passed)}
