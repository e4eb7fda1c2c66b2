"""The nightly judgement: who would have told the waits of a day best.

    judged = backtest(plan, events)      # the plan in the morning, and the day's events from DayOpened on

For: `backtest`. The day is folded once more; at every number that an ordinary newcomer took, each estimator says what it
would have said then, and at the first call the truth is known. The blend's weights are taken from one half of the people
and tried on the other, both ways round, so that it is not praised for what it has seen.
Not for: publishing (estimators.py), or reading the journal (app/beat.py does).

Left out are those whom an estimate for an ordinary newcomer was not meant for: priority classes, bookings, visits with
several services, and whoever was not told a wait. Costs about a second for a day of 1,200 tickets.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from app.core.estimators import blended, simple
from app.core.events import DayOpened, Event, PlanAdopted, TicketCalled, TicketIssued
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.judged import EstimateRules, Estimator, Judged
from app.core.plan import ORDINARY, HallPlan
from app.core.ticket import Wait

SINGLE = (Estimator.SCHEDULE, Estimator.HEAD, Estimator.RECENT, Estimator.QUEUE)
"""The estimators that stand by themselves; the blend is made of them."""

LEAST_SQUARE = 0.25
"""Minutes squared: a mean squared error below that of half a minute says nothing more about an estimator."""


class Case(NamedTuple):
    """Somebody who was told a wait: what each estimator said, what was published, and how long it was."""

    said: dict[Estimator, float]
    told: Wait
    actual: float


def backtest(plan: HallPlan, events: Sequence[Event]) -> tuple[Judged, ...]:
    """How the day went for each service for which somebody can be judged, in the order of the plan."""
    hall = Hall(plan)
    waiting: dict[str, tuple[dict[Estimator, float], Wait]] = {}
    cases: dict[str, list[Case]] = {}
    for event in events:
        if isinstance(event, TicketIssued) and _ordinary(event) and event.service in hall.plan.service:
            told = event.expected
            assert told is not None
            learned = hall.learned.get(event.service)
            scheduled = told.raw * (learned.bias if learned else 1.0)
            said = {Estimator.SCHEDULE: scheduled, **simple(hall, event.service, event.at)}
            waiting[event.ticket] = (said, told)
        elif isinstance(event, TicketCalled) and event.ticket in waiting:
            said, told = waiting.pop(event.ticket)
            ticket = hall.tickets[event.ticket]
            cases.setdefault(ticket.service, []).append(Case(said, told, ticket.waited(event.at)))
        elif isinstance(event, PlanAdopted | DayOpened):
            waiting.clear()
        evolve(hall, event)
    rules = hall.plan.rules.estimate
    return tuple(
        judged
        for service in hall.plan.service
        if (judged := _judged(service, cases.get(service, ()), rules)) is not None
    )


def _ordinary(event: TicketIssued) -> bool:
    return (
        event.expected is not None
        and event.priority_class == ORDINARY
        and event.slot is None
        and not event.then
    )


def _judged(service: str, cases: Sequence[Case], rules: EstimateRules) -> Judged | None:
    """One service. The estimators are compared over the same people: those for whom all had something to go by."""
    if not cases:
        return None
    told = fmean(abs(case.told.minutes - case.actual) for case in cases)
    inside = fmean(case.told.low <= case.actual <= case.told.high for case in cases)
    full = [case for case in cases if all(each in case.said for each in SINGLE)]
    if len(full) < rules.least:
        return Judged(service, len(cases), told=round(told, 2), inside=round(inside, 4), best="")
    misses = {each: [case.said[each] - case.actual for case in full] for each in SINGLE}
    halves = (full[::2], full[1::2])
    mixed: list[float] = []
    for tried, known in (halves, halves[::-1]):
        weights = _weights({each: _square([c.said[each] - c.actual for c in known]) for each in SINGLE})
        mixed += [(blended(case.said, weights) or 0.0) - case.actual for case in tried]
    errors = {each: fmean(map(abs, missed)) for each, missed in misses.items()}
    squares = {each: _square(missed) for each, missed in misses.items()}
    errors[Estimator.BLEND], squares[Estimator.BLEND] = fmean(map(abs, mixed)), _square(mixed)
    return Judged(
        service=service,
        people=len(cases),
        errors={each.value: round(error, 2) for each, error in errors.items()},
        squares={each.value: round(square, 2) for each, square in squares.items()},
        told=round(told, 2),
        inside=round(inside, 4),
        best=_best(errors, rules.margin).value,
        weights={each: round(weight, 4) for each, weight in _weights(squares).items()},
    )


def _square(misses: Sequence[float]) -> float:
    return fmean(each * each for each in misses)


def _weights(squares: dict[Estimator, float]) -> dict[str, float]:
    """1 / (mean squared error)^2 of those who stand by themselves, together 1."""
    raw = {each.value: max(LEAST_SQUARE, squares[each]) ** -2 for each in SINGLE}
    total = sum(raw.values())
    return {each: weight / total for each, weight in raw.items()}


def _best(errors: dict[Estimator, float], margin: float) -> Estimator:
    """The least error; the schedule unless another is better by the margin."""
    best = min(errors, key=lambda each: (errors[each], each))
    return best if errors[best] < (1 - margin) * errors[Estimator.SCHEDULE] else Estimator.SCHEDULE
