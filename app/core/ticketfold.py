"""What each event about tickets does to a hall: the part of `evolve` that is about people, their queues, and what is learned
of services from them.

For: one function for each event. Not for: refusing; an event has happened.
"""

from datetime import datetime
from typing import Any

from app.core.bound import may_call
from app.core.events import (
    ServiceFinished,
    TicketCalled,
    TicketCarried,
    TicketIssued,
    TicketParked,
    TicketRated,
    TicketRequeued,
    TicketTransferred,
)
from app.core.hall import Experience, Hall, chosen_of_several
from app.core.plan import ORDINARY
from app.core.queue import Queue
from app.core.ticket import AT_A_WINDOW, Done, Outcome, ParkKind, Status, Ticket, VisitOrder
from app.core.window import Duty
from app.core.windowfold import attended, duty, release

RECENT_CALLS = 24
"""Calls remembered for the boards: more than any board shows (16 rows at 4K), few enough to copy at each call."""

RECENT_WAITS = 100
"""How many of today's waits of ordinary people are remembered: as many as `rules.estimate.recent` may ask for."""

NO_SHOW_MEMORY = 50.0
"""How many calls the share of those to which nobody came remembers."""


def issued(hall: Hall, event: TicketIssued) -> None:
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
    join(hall, ticket)
    for code in (event.service, *event.then):
        count_segment(hall, code, event.at)
    if event.holder:
        hall.held[event.holder] = (*hall.held.get(event.holder, ()), ticket.id)
    for code in event.then:
        hall.further[code] = hall.further.get(code, 0) + 1
    for code in ticket.queues:
        _arrived(hall, code, event.at)


def carried(hall: Hall, event: TicketCarried) -> None:
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
        join(hall, ticket)
        _arrived(hall, ticket.service, event.at)


def join(hall: Hall, ticket: Ticket) -> None:
    for code in ticket.queues:
        hall.queues[code].join(ticket)


def leave(hall: Hall, ticket: Ticket) -> None:
    for code in ticket.queues:
        hall.queues[code].leave(ticket)


def count_segment(hall: Hall, service: str, at: datetime) -> None:
    """A number counts in the part of the day in which it was given out."""
    for segment in hall.plan.service[service].quotas:
        if segment.starts <= at.time() < segment.ends:
            key = (service, segment.starts)
            hall.in_segment[key] = hall.in_segment.get(key, 0) + 1


def _arrived(hall: Hall, service: str, at: datetime) -> None:
    rate = hall.arrivals_per_minute(service, at) + 1 / hall.plan.rules.tide.arrival_memory
    hall.rates[service] = (at, rate)


def called(hall: Hall, event: TicketCalled) -> None:
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
        leave(hall, ticket)
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
    duty(hall, window, Duty.CALLING, event.at, ticket=event.ticket, streak=streak)
    remember_call(hall, event.ticket)


def _one_fewer(hall: Hall, queue: Queue, ticket_id: str) -> None:
    """Of the people behind whom somebody stands aside one was called."""
    ticket = hall.tickets[ticket_id]
    hall.tickets[ticket_id] = ticket._replace(behind=ticket.behind - 1)
    if ticket.behind == 1:
        queue.aside.discard(ticket_id)


def remember_call(hall: Hall, ticket_id: str) -> None:
    others = hall.recent
    if ticket_id in others:
        others = tuple(each for each in others if each != ticket_id)
    hall.recent = (ticket_id, *others[: RECENT_CALLS - 1])


def finished(hall: Hall, event: ServiceFinished) -> None:
    ticket = hall.tickets[event.ticket]
    if event.outcome is not Outcome.DAY_ENDED:
        _learn(hall, ticket.service, ticket.served_before + attended(hall, ticket, event.at))
        window = hall.windows[event.window]
        hall.windows[event.window] = window._replace(served=window.served + 1, last=event.ticket)
        ticket = ticket._replace(done=Done(ticket.service, event.window, event.at))
    if event.result:
        ticket = ticket._replace(results=(*ticket.results, event.result))
    if event.then:
        _goes_on(hall, ticket, event)
    else:
        hall.tickets[event.ticket] = ticket._replace(
            status=Status.FINISHED, outcome=event.outcome, ended_at=event.at
        )
    release(hall, event.window, event.at)


def rated(hall: Hall, event: TicketRated) -> None:
    ticket = hall.tickets[event.ticket]
    if ticket.done is not None:
        hall.tickets[event.ticket] = ticket._replace(
            done=ticket.done._replace(rating=event.level, asked=True)
        )


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
    join(hall, sent)
    return sent


def parked(hall: Hall, event: TicketParked) -> None:
    ticket = hall.tickets[event.ticket]
    hall.tickets[event.ticket] = ticket._replace(
        status=Status.PARKED,
        parked_as=event.kind,
        window=None,
        only_window=event.window if event.kind is ParkKind.WINDOW_HOLDS else None,
        only_clerk="",
        served_before=ticket.served_before + attended(hall, ticket, event.at),
    )
    release(hall, event.window, event.at)


def _learn(hall: Hall, service: str, minutes: float) -> None:
    known, rules = experience(hall, service), hall.plan.rules.estimate
    hall.learned[service] = known._replace(
        mean=known.mean + (minutes - known.mean) / (known.weight + 1),
        weight=min(rules.mean_memory, known.weight + 1),
        recent=(*known.recent[1 - rules.lengths :], round(minutes, 2)),
    )


def experience(hall: Hall, service: str) -> Experience:
    return hall.learned.get(service) or Experience(
        hall.plan.service[service].mean_minutes, hall.plan.rules.estimate.mean_weight
    )


def _waited_as_told(hall: Hall, ticket: Ticket, at: datetime) -> None:
    """The first call of a ticket: the next ones are told their wait better."""
    if ticket.calls or ticket.transfers or ticket.beside:
        return
    known = experience(hall, ticket.service)
    waited = ticket.waited(at)
    if ticket.priority_class == ORDINARY and not ticket.booked:
        known = known._replace(waits=(*known.waits[1 - RECENT_WAITS :], round(waited, 2)))
        hall.learned[ticket.service] = known
    if ticket.expected is None:
        return
    actual = waited + 1
    rules = hall.plan.rules.estimate
    bias = known.bias + rules.bias_step * (actual / (ticket.expected.raw + 1) - known.bias)
    hall.learned[ticket.service] = known._replace(
        bias=min(rules.bias_max, max(rules.bias_min, bias)),
        ratios=(*known.ratios[1 - rules.outcomes :], round(actual / (ticket.expected.minutes + 1), 3)),
    )


def came(hall: Hall, service: str, came: bool) -> None:
    known = experience(hall, service)
    no_show = known.no_show + ((0.0 if came else 1.0) - known.no_show) / NO_SHOW_MEMORY
    hall.learned[service] = known._replace(no_show=no_show)


def requeued(hall: Hall, event: TicketRequeued) -> None:
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


def transferred(hall: Hall, event: TicketTransferred) -> None:
    before = hall.tickets[event.ticket]
    if before.status is Status.SERVING:
        _learn(hall, before.service, before.served_before + attended(hall, before, event.at))
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
    release(hall, event.window, event.at)


def end(hall: Hall, ticket_id: str, status: Status, at: datetime) -> None:
    ticket = hall.tickets[ticket_id]
    if ticket.status is Status.WAITING:
        leave(hall, ticket)
    window = ticket.window if ticket.status in AT_A_WINDOW else None
    hall.tickets[ticket_id] = ticket._replace(status=status, ended_at=at, beside=())
    if window is not None:
        release(hall, window, at)
