"""How long somebody will wait: the virtual schedule.

For: `estimates(hall, now)`, once a tick for everybody; the shell keeps the answer until the hall's next second. The rule of
calling is played forward from the live hall: each window comes free when its present person is expected to be done,
takes whom the rule would give it, and is busy again for the mean minutes of that service. The moment at which a ticket
is taken is its estimate; a newcomer is a ticket at the end of each queue that takes no time.

    residual of a service that has lasted a minutes = mean of (d - a) over the last 150 lengths d > a,
                                                      with 3 more observations of the mean
    the i-th of n windows that come free does so     1/n + 1/(n-1) + ... + 1/(n-i+1) times its residual from now,
                                                      because the first of several is free before its average
    busy again for    mean x slowness x (1 - no-show share) + call time x no-show share

What is published is that times a bias per service (5 % of each error, within 0.6 and 1.6), with a band from the 10th to the
90th percentile of the last 120 ratios (actual + 1) / (published + 1). All of it is folded from the journal. Where a night's
back-test found another estimator better for a service, that one is published (estimators.py, backtest.py).
Not for: promises. Nobody is called by an estimate. The overtaking limit, the turns of the `ratio` rule and the further
services of those who are taken are left out.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from app.core.bound import is_had_at, seat_of
from app.core.credit import PLAIN, credit_of
from app.core.estimators import believed
from app.core.events import NO_SHOW
from app.core.hall import Experience, Hall
from app.core.load import capacity, counts, waiting_work, windows_that_count
from app.core.plan import ORDINARY, Serves
from app.core.queue import Lane
from app.core.ticket import Ticket, Wait
from app.core.window import Duty, Window

CALL_MINUTES = 1.0
"""From the call to the start, or to `missed`: a walk, and three calls at least 15 seconds apart."""

PSEUDO = 3
"""So many observations of the mean stand beside those of the residual."""

FEW = 20
"""With fewer ratios than this the band is the one of the project's simulations."""

FIRST_BAND = (0.6, 1.6)
"""That band: a tenth of the waits were shorter and a tenth longer."""

STEP_ABOVE = 20.0
"""Above so many minutes people are told multiples of five."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """What everybody may be told at one moment. A service that no window can be counted on for is not there."""

    at: datetime
    newcomers: dict[str, Wait]
    tickets: dict[str, Wait]


def estimates(hall: Hall, now: datetime) -> Estimates:
    """The estimate for a newcomer of each service and for everybody who waits."""
    taken = dict(_played_forward(hall, now))
    newcomers = {
        service: published(hall, service, minutes, now)
        for service in hall.queues
        if (minutes := taken.get(_newcomer(service))) is not None
    }
    scale = {service: _scale(hall, service, wait) for service, wait in newcomers.items()}
    tickets = {
        ticket_id: _wait(hall, service, minutes, scale.get(service, 1.0) * minutes * _bias(hall, service))
        for ticket_id, minutes in taken.items()
        if ticket_id in hall.tickets and (service := hall.tickets[ticket_id].service)
    }
    return Estimates(now, newcomers, tickets)


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
    low, high = _band(learned)
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


def _band(learned: Experience | None) -> tuple[float, float]:
    if learned is None or len(learned.ratios) < FEW:
        return FIRST_BAND
    ratios = sorted(learned.ratios)
    last = len(ratios) - 1
    return ratios[round(0.1 * last)], ratios[round(0.9 * last)]


def residual(hall: Hall, service: str, age: float) -> float:
    """How many more minutes a service of that age will take."""
    learned = hall.learned.get(service)
    longer = [length - age for length in (learned.recent if learned else ()) if length > age]
    return (sum(longer) + PSEUDO * hall.mean_minutes(service)) / (len(longer) + PSEUDO)


# -- the play -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """A lane in the play. `people`: id, minutes since its place, credit now; `next` is the first who still waits.
    `slope`: credit per minute."""

    service: str
    lane: Lane
    rank: int
    slope: float
    people: list[tuple[str, float, float]]
    next: int = 0

    def pass_over(self, gone: set[str]) -> None:
        """Those who were taken from another of their queues are not here any more."""
        while self.next < len(self.people) and self.people[self.next][0] in gone:
            self.next += 1


_Key = Callable[[Serves, _Row, float], tuple[float, ...]]


def _newcomer(service: str) -> str:
    return f"newcomer:{service}"


def _rows(hall: Hall, now: datetime) -> tuple[dict[str, list[_Row]], dict[int, list[_Row]]]:
    """The lanes by service, and those of people who are bound to one window, by window."""
    free: dict[str, list[_Row]] = {}
    bound: dict[int, list[_Row]] = {}
    for service, queue in hall.queues.items():
        lanes: dict[Lane, _Row] = {}
        for lane, places in queue.lanes.items():
            for _, _, ticket_id in places:
                ticket = hall.tickets[ticket_id]
                row = lanes.get(lane)
                tied = ticket.only_window
                if ticket.only_clerk:
                    tied = seat_of(hall, ticket.only_clerk, service)
                elif tied is not None and not is_had_at(hall, tied, service):
                    tied = None
                if tied is not None:
                    row = _row(hall, service, lane)
                    bound.setdefault(tied, []).append(row)
                elif row is None:
                    row = lanes[lane] = _row(hall, service, lane)
                row.people.append((ticket_id, ticket.age(now), credit_of(hall, ticket, now).minutes))
        plain = lanes.setdefault(Lane(ORDINARY), _row(hall, service, Lane(ORDINARY)))
        plain.people.append((_newcomer(service), 0.0, 0.0))
        free[service] = list(lanes.values())
    return free, bound


def _row(hall: Hall, service: str, lane: Lane) -> _Row:
    kind = hall.plan.priority_class.get(lane.priority_class, PLAIN)
    return _Row(service, lane, hall.class_rank(lane.priority_class), 1.0 if lane.booked else kind.slope, [])


def _played_forward(hall: Hall, now: datetime) -> Iterator[tuple[str, float]]:
    """Everybody in the order in which they will be called, with the minutes from now."""
    free, bound = _rows(hall, now)
    key = _keys(hall)
    agenda = [(minutes, no) for no, minutes in _free_in(hall, now).items()]
    heapq.heapify(agenda)
    offers = {no: hall.offers(no) for _, no in agenda}
    left = {service: len(hall.queues[service]) for service in free}
    guard = hall.plan.rules.credit.guard * hall.plan.rules.stretch
    guarded = hall.plan.rules.policy == "credit"
    gone: set[str] = set()
    while agenda:
        at, no = heapq.heappop(agenda)
        best: tuple[tuple[float, ...], Serves, _Row] | None = None
        oldest: tuple[float, str] = (guard - at, "")
        can: list[tuple[Serves, _Row]] = []
        for serves in offers[no]:
            service = serves.service
            helps = left[service] > serves.help_above or not serves.help_above
            rows = free[service] if helps else []
            mine = [each for each in bound.get(no, ()) if each.service == service]
            for row in (*rows, *mine):
                if gone:
                    row.pass_over(gone)
                if row.next < len(row.people):
                    can.append((serves, row))
                    age = row.people[row.next][1]
                    if age >= oldest[0]:
                        oldest = (age, service)
        for serves, row in can:
            if guarded and oldest[1] and row.service != oldest[1]:
                continue
            bid = (key(serves, row, at), serves, row)
            if best is None or bid[0] < best[0]:
                best = bid
        if best is None:
            continue
        _, serves, row = best
        ticket_id = row.people[row.next][0]
        row.next += 1
        yield ticket_id, at
        if ticket_id == _newcomer(row.service):
            heapq.heappush(agenda, (at, no))
            continue
        left[row.service] -= 1
        known = hall.tickets[ticket_id]
        if known.beside:
            gone.add(ticket_id)
            for code in known.queues:
                left[code] -= code != row.service
        heapq.heappush(agenda, (at + _takes(hall, serves), no))


def _takes(hall: Hall, serves: Serves) -> float:
    """Minutes for which a call keeps a window busy, on average."""
    learned = hall.learned.get(serves.service)
    no_show = learned.no_show if learned else NO_SHOW
    busy = CALL_MINUTES + hall.mean_minutes(serves.service) * serves.slowness
    return busy * (1 - no_show) + CALL_MINUTES * no_show


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
        return max(0.0, CALL_MINUTES - age) + hall.mean_minutes(ticket.service)
    return residual(hall, ticket.service, ticket.served_before + age)


def _keys(hall: Hall) -> _Key:
    """The rule of calling as an order of rows at a moment: the lowest is called."""
    if hall.plan.rules.policy != "credit":
        by_class = hall.plan.rules.policy == "priority"
        by_rank = hall.plan.rules.policy != "fifo"

        def plain(serves: Serves, row: _Row, at: float) -> tuple[float, ...]:
            age = row.people[row.next][1]
            return (serves.rank if by_rank else 0, row.rank if by_class else 0, -age)

        return plain
    rules, k = hall.plan.rules.credit, hall.plan.rules.stretch
    work = waiting_work(hall)
    share = capacity(windows_that_count(hall), work)
    cap = k * rules.drain_cap
    drains = {code: min(cap, work[code] / share[code]) if share[code] else cap for code in work}
    means = {code: hall.mean_minutes(code) for code in work}
    mean = sum(means.values()) / max(1, len(means))

    def credit(serves: Serves, row: _Row, at: float) -> tuple[float, ...]:
        _, age, minutes = row.people[row.next]
        code = row.service
        short = (mean / (means[code] * serves.slowness)) ** rules.short_exponent
        score = (minutes + row.slope * at + drains[code]) * min(rules.short_max, max(rules.short_min, short))
        return (-score, -age)

    return credit
