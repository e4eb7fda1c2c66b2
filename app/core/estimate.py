"""How long somebody will wait: the virtual schedule.

For: `estimates(hall, now)`, once a tick for everybody; the shell keeps the answer until the hall's next second. The rule of
calling is played forward from the live hall: each window comes free when its present person is expected to be done,
takes whom the rule would give it, and is busy again for the mean minutes of that service. The moment at which a ticket
is taken is its estimate; a newcomer is a ticket at the end of each queue that takes no time. Whoever has further services
goes on to them when one is done, so that those who wait there see them coming.

    residual of a service that has lasted a minutes = mean of (d - a) over the last 150 lengths d > a,
                                                      with 3 more observations of the mean
    the i-th of n windows that come free does so     1/n + 1/(n-1) + ... + 1/(n-i+1) times its residual from now,
                                                      because the first of several is free before its average;
                                                      the n are the windows of the same first service (a schedule
                                                      for each service, over all windows that serve it, was tried:
                                                      better on some days, worse on others, more work)
    busy again for    call time + mean x slowness x (1 - no-show share)

What a hall may want otherwise is a field of judged.EstimateRules. What is published is that times a bias per service (5 % of each error,
within 0.6 and 1.6), with a band from the 10th to the 90th percentile of the last 120 ratios (actual + 1) / (published +
1). All of it is folded from the journal. Where a night's back-test found another estimator better for a service, that
one is published (estimators.py, backtest.py).
Not for: promises. Nobody is called by an estimate. The overtaking limit and the turns of the `ratio` rule are left out.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import NamedTuple

from app.core.bound import is_had_at, seat_of
from app.core.credit import PLAIN, credit_of
from app.core.estimators import believed
from app.core.events import NO_SHOW
from app.core.hall import Experience, Hall
from app.core.judged import EstimateRules
from app.core.load import capacity, counts, waiting_work, windows_that_count
from app.core.plan import ORDINARY, Serves
from app.core.queue import Lane
from app.core.ticket import Status, Ticket, VisitOrder, Wait
from app.core.window import Duty, Window

STEP_ABOVE = 20.0
"""Above so many minutes people are told multiples of five."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """What everybody may be told at one moment: a newcomer by service, who waits by ticket, and of a visit with further
    services when the last of them is called (`lasts`). Where no window can be counted on, nothing is said."""

    at: datetime
    newcomers: dict[str, Wait]
    tickets: dict[str, Wait]
    lasts: dict[str, Wait] = field(default_factory=dict)


def estimates(hall: Hall, now: datetime) -> Estimates:
    """The estimate for a newcomer of each service and for everybody who waits."""
    taken: dict[str, list[Taken]] = {}
    for each in _Play(hall, now).run():
        taken.setdefault(each.ticket, []).append(each)
    newcomers = {each.service: published(hall, each.service, each.minutes, now) for each in taken.pop("", ())}
    scale = {service: _scale(hall, service, wait) for service, wait in newcomers.items()}

    def told_to(each: Taken) -> Wait:
        corrected = scale.get(each.service, 1.0) * each.minutes * _bias(hall, each.service)
        return _wait(hall, each.service, each.minutes, corrected)

    firsts, lasts = {}, {}
    for ticket_id, calls in taken.items():
        ticket = hall.tickets[ticket_id]
        waits = ticket.status is Status.WAITING
        if waits:
            firsts[ticket_id] = told_to(calls[0])
        if ticket.remaining and len(calls) == waits + len(ticket.remaining):
            lasts[ticket_id] = told_to(calls[-1])
    return Estimates(now, newcomers, firsts, lasts)


def published(hall: Hall, service: str, raw: float, now: datetime) -> Wait:
    """What a newcomer is told: the played-out wait, corrected by the service's bias, or what another estimator says if the
    hall believes that one (estimators.py); with its band."""
    return _wait(hall, service, raw, believed(hall, service, raw * _bias(hall, service), now))


def _bias(hall: Hall, service: str) -> float:
    learned = hall.learned.get(service)
    return learned.bias if learned else 1.0


def _scale(hall: Hall, service: str, newcomer: Wait) -> float:
    """By how much those who wait already are told more or less than the schedule says, so that nobody's page jumps when
    another estimator is believed: as much as the newcomer behind them, at most twice or half."""
    scheduled = newcomer.raw * _bias(hall, service)
    return min(2.0, max(0.5, (newcomer.minutes + 1) / (scheduled + 1)))


def _wait(hall: Hall, service: str, raw: float, minutes: float) -> Wait:
    learned = hall.learned.get(service)
    low, high = _band(learned, hall.plan.rules.estimate)
    return Wait(
        minutes=round(minutes, 1),
        low=round(max(0.0, (minutes + 1) * low - 1), 1),
        high=round((minutes + 1) * high - 1, 1),
        raw=round(raw, 1),
    )


def soonest(foreseen: Estimates, services: Sequence[str]) -> Wait | None:
    """What a newcomer who joins all these queues may be told: the shortest of the waits."""
    waits = [foreseen.newcomers[code] for code in services if code in foreseen.newcomers]
    return min(waits, key=lambda wait: wait.minutes, default=None)


def told(minutes: float) -> int:
    """The minutes as people are told them: whole, above 20 the next multiple of five."""
    return ceil(minutes) if minutes <= STEP_ABOVE else 5 * ceil(minutes / 5)


def _band(learned: Experience | None, rules: EstimateRules) -> tuple[float, float]:
    if learned is None or len(learned.ratios) < rules.few:
        return rules.first_low, rules.first_high
    ratios = sorted(learned.ratios)
    last = len(ratios) - 1
    return ratios[round(0.1 * last)], ratios[round(0.9 * last)]


def residual(hall: Hall, service: str, age: float) -> float:
    """How many more minutes a service of that age will take."""
    learned = hall.learned.get(service)
    longer = [length - age for length in (learned.recent if learned else ()) if length > age]
    pseudo = hall.plan.rules.estimate.pseudo
    return (sum(longer) + pseudo * hall.mean_minutes(service)) / (len(longer) + pseudo)


# -- the play -----------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Person:
    """Somebody in the play. `age`: minutes since the place in the queue, `credit`: both as they are now, less than nothing
    for who will come. `queues`: the services in whose queues the person stands, `after`: what remains when one of them is
    done; in `free` order all of it at once. `waited`: minutes endured before. `id`: none for a newcomer."""

    id: str
    age: float
    credit: float
    queues: tuple[str, ...]
    lane: Lane
    after: tuple[str, ...] = ()
    free: bool = False
    waited: float = 0.0
    taken: bool = False


@dataclass(slots=True)
class _Row:
    """A lane in the play; `next` is the first who still waits. `slope`: credit per minute."""

    service: str
    rank: int
    slope: float
    people: list[_Person] = field(default_factory=list)
    next: int = 0

    def first(self) -> _Person | None:
        """Who is next: those who were taken from another of their queues are not here any more."""
        while self.next < len(self.people) and self.people[self.next].taken:
            self.next += 1
        return self.people[self.next] if self.next < len(self.people) else None


_Key = Callable[[Serves, _Row, _Person, float, float], tuple[float, ...]]


class Taken(NamedTuple):
    """Somebody is called in the play: `ticket` (empty: the newcomer) for `service`, so many minutes from now."""

    ticket: str
    service: str
    minutes: float


class _Play:
    """The hall from now on, if nobody else comes."""

    def __init__(self, hall: Hall, now: datetime) -> None:
        self.hall = hall
        self.now = now
        self.free: dict[str, dict[Lane, _Row]] = {code: {} for code in hall.queues}
        self.bound: dict[int, list[_Row]] = {}
        self.waiting = {service: len(queue) for service, queue in hall.queues.items()}
        self.coming: list[tuple[float, int, _Person]] = []
        self.agenda: list[tuple[float, int]] = []
        self.idle: set[int] = set()
        self._seat_everybody()
        for no, minutes in _free_in(hall, now).items():
            self.agenda.append((minutes, no))
            at_window = hall.ticket_at(hall.windows[no])
            if at_window is not None and at_window.remaining:
                waited = at_window.waited_before + at_window.waited(now)
                free = at_window.order is VisitOrder.FREE
                lane = Lane(at_window.priority_class)
                self._goes_on(
                    _Person(at_window.id, 0, 0, (), lane, at_window.remaining, free, waited), minutes
                )
        heapq.heapify(self.agenda)
        self.offers = {no: hall.offers(no) for _, no in self.agenda}

    def _seat_everybody(self) -> None:
        hall, now = self.hall, self.now
        people: dict[str, _Person] = {}
        for service, queue in hall.queues.items():
            for lane, places in queue.lanes.items():
                tied_rows: dict[int, _Row] = {}
                for _, _, ticket_id in places:
                    ticket = hall.tickets[ticket_id]
                    person = people.get(ticket_id)
                    if person is None:
                        person = people[ticket_id] = _Person(
                            ticket_id,
                            ticket.age(now),
                            credit_of(hall, ticket, now).minutes,
                            ticket.queues,
                            Lane(ticket.priority_class),
                            ticket.remaining,
                            ticket.order is VisitOrder.FREE,
                            ticket.waited_before + ticket.waited(now),
                        )
                    tied = _tied(hall, ticket, service)
                    if tied is None:
                        self._row(service, lane).people.append(person)
                        continue
                    if tied not in tied_rows:
                        tied_rows[tied] = _row(hall, service, lane)
                        self.bound.setdefault(tied, []).append(tied_rows[tied])
                    tied_rows[tied].people.append(person)
            newcomer = _Person("", 0.0, 0.0, (service,), Lane(ORDINARY))
            self._row(service, newcomer.lane).people.append(newcomer)

    def _row(self, service: str, lane: Lane) -> _Row:
        rows = self.free[service]
        if lane not in rows:
            rows[lane] = _row(self.hall, service, lane)
        return rows[lane]

    def _goes_on(self, person: _Person, at: float) -> None:
        """Who has further services comes into their queues when this one is done, and has waited before."""
        if not person.after:
            return
        rules, k = self.hall.plan.rules.credit, self.hall.plan.rules.stretch
        kind = self.hall.plan.priority_class.get(person.lane.priority_class, PLAIN)
        earlier = min(k * rules.earlier_cap, rules.earlier_share * person.waited)
        further = _Person(
            person.id,
            -at,
            k * kind.head_start + earlier - kind.slope * at,
            person.after if person.free else person.after[:1],
            person.lane,
            person.after[1:],
            person.free,
            person.waited,
        )
        heapq.heappush(self.coming, (at, len(self.coming), further))

    def _arrives(self, at: float, person: _Person) -> None:
        for service in person.queues:
            if service in self.free:
                self._row(service, person.lane).people.append(person)
                self.waiting[service] += 1
        for no in sorted(self.idle):
            if any(serves.service in person.queues for serves in self.offers[no]):
                self.idle.discard(no)
                heapq.heappush(self.agenda, (at, no))

    def run(self) -> Iterator[Taken]:
        """Everybody in the order in which they will be called."""
        key = _keys(self.hall)
        while self.agenda or self.coming:
            if self.coming and (not self.agenda or self.coming[0][0] <= self.agenda[0][0]):
                at, _, person = heapq.heappop(self.coming)
                self._arrives(at, person)
                continue
            at, no = heapq.heappop(self.agenda)
            chosen = self._choice(key, no, at)
            if chosen is None:
                self.idle.add(no)
                continue
            serves, person = chosen
            person.taken = True
            yield Taken(person.id, serves.service, at)
            if not person.id:
                heapq.heappush(self.agenda, (at, no))
                continue
            for code in person.queues:
                self.waiting[code] -= code in self.waiting
            busy = at + _takes(self.hall, serves)
            heapq.heappush(self.agenda, (busy, no))
            person.waited += max(0.0, at + min(0.0, person.age))
            left = {*person.queues, *person.after} - {serves.service}
            person.after = tuple(code for code in (*person.queues, *person.after) if code in left)
            self._goes_on(person, busy)

    def _choice(self, key: _Key, no: int, at: float) -> tuple[Serves, _Person] | None:
        """Whom the rule would give a window that is free then."""
        rules = self.hall.plan.rules
        oldest: tuple[float, str] = (rules.credit.guard * rules.stretch - at, "")
        can: list[tuple[Serves, _Row, _Person]] = []
        for serves in self.offers[no]:
            service = serves.service
            helps = self.waiting[service] > serves.help_above or not serves.help_above
            rows = list(self.free[service].values()) if helps else []
            for row in (*rows, *(each for each in self.bound.get(no, ()) if each.service == service)):
                person = row.first()
                if person is not None:
                    can.append((serves, row, person))
                    if person.age >= oldest[0]:
                        oldest = (person.age, service)
        if rules.policy == "credit" and oldest[1]:
            can = [each for each in can if each[0].service == oldest[1]]
        if not can:
            return None
        services = {serves.service for serves, _, _ in can}
        mean = sum(map(self.hall.mean_minutes, services)) / len(services)
        serves, _, person = min(can, key=lambda each: key(each[0], each[1], each[2], at, mean))
        return serves, person


def _tied(hall: Hall, ticket: Ticket, service: str) -> int | None:
    """The one window for which somebody waits."""
    if ticket.only_clerk:
        return seat_of(hall, ticket.only_clerk, service)
    no = ticket.only_window
    return no if no is not None and is_had_at(hall, no, service) else None


def _row(hall: Hall, service: str, lane: Lane) -> _Row:
    kind = hall.plan.priority_class.get(lane.priority_class, PLAIN)
    return _Row(service, hall.class_rank(lane.priority_class), 1.0 if lane.booked else kind.slope)


def _takes(hall: Hall, serves: Serves) -> float:
    """Minutes for which a call keeps a window busy, on average."""
    learned = hall.learned.get(serves.service)
    no_show = learned.no_show if learned else NO_SHOW
    call = hall.plan.rules.estimate.call_minutes
    return call + hall.mean_minutes(serves.service) * serves.slowness * (1 - no_show)


def _free_in(hall: Hall, now: datetime) -> dict[int, float]:
    """In how many minutes each window that can be counted on comes free."""
    busy = {each.no: _left_at(hall, each, now) for each in hall.windows.values() if counts(each)}
    kin: dict[str, list[int]] = {}
    for no in sorted(busy, key=lambda each: (busy[each], each)):
        if busy[no] and (served := hall.serves(no)):
            kin.setdefault(served[0], []).append(no)
    for windows in kin.values():
        harmonic = 0.0
        for place, no in enumerate(windows):
            harmonic += 1 / (len(windows) - place)
            busy[no] *= harmonic
    return busy


def _left_at(hall: Hall, window: Window, now: datetime) -> float:
    ticket: Ticket | None = hall.ticket_at(window)
    if ticket is None or window.since is None:
        return 0.0
    age = (now - window.since).total_seconds() / 60
    if window.duty is Duty.CALLING:
        return max(0.0, hall.plan.rules.estimate.call_minutes - age) + hall.mean_minutes(ticket.service)
    return residual(hall, ticket.service, ticket.served_before + age)


def _keys(hall: Hall) -> _Key:
    """The rule of calling as an order of people at a moment: the lowest is called."""
    if hall.plan.rules.policy != "credit":
        by_class = hall.plan.rules.policy == "priority"
        by_rank = hall.plan.rules.policy != "fifo"

        def plain(serves: Serves, row: _Row, person: _Person, at: float, mean: float) -> tuple[float, ...]:
            return (serves.rank if by_rank else 0, row.rank if by_class else 0, -person.age)

        return plain
    rules, k = hall.plan.rules.credit, hall.plan.rules.stretch
    work = waiting_work(hall)
    share = capacity(windows_that_count(hall), work)
    cap = k * rules.drain_cap
    drains = {code: min(cap, work[code] / share[code]) if share[code] else cap for code in work}
    means = {code: hall.mean_minutes(code) for code in work}

    def credit(serves: Serves, row: _Row, person: _Person, at: float, mean: float) -> tuple[float, ...]:
        code = row.service
        short = (mean / (means[code] * serves.slowness)) ** rules.short_exponent
        score = person.credit + row.slope * at + drains[code]
        return (-score * min(rules.short_max, max(rules.short_min, short)), -person.age)

    return credit
