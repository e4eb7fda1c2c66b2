"""The simple ways to estimate a wait, and which way a hall tells it.

For: `simple(hall, service, now)`, what each simple estimator says to a newcomer now; `told_by(hall, service)`, whom the
hall believes; `believed(…)`, the minutes that it publishes.
Not for: the virtual schedule (estimate.py), or who is best (backtest.py).
Where it comes from: head of the line and last to enter service are nearly as good as anything in heavy traffic (Ibrahim
and Whitt 2009), the queue's length over its servers is the textbook's, and a blend was best on a real bank's log.
"""

from collections.abc import Mapping
from datetime import datetime

from app.core.hall import Hall
from app.core.judged import Estimator
from app.core.load import capacity, counts, waiting_work, windows_that_count
from app.core.window import Duty


def simple(hall: Hall, service: str, now: datetime) -> dict[Estimator, float]:
    """Minutes, by estimator; one that has nothing to go by is not there."""
    said: dict[Estimator, float] = {Estimator.HEAD: _head(hall, service, now)}
    learned = hall.learned.get(service)
    if learned is not None and learned.waits:
        last = learned.waits[-hall.plan.rules.estimate.recent :]
        said[Estimator.RECENT] = sum(last) / len(last)
    if (queue := _queue(hall, service)) is not None:
        said[Estimator.QUEUE] = queue
    return said


def _head(hall: Hall, service: str, now: datetime) -> float:
    """How long the one who has waited longest has waited."""
    return max((hall.tickets[each].waited(now) for each in hall.queues[service]), default=0.0)


def _queue(hall: Hall, service: str) -> float | None:
    """Everybody before, and the newcomer, by the windows that the service can count on; None: there are none."""
    for no in hall.plan.windows_of[service]:
        window = hall.windows[no]
        if window.duty is Duty.IDLE and counts(window) and service in hall.serves(no):
            return 0.0
    work = waiting_work(hall)
    share = capacity(windows_that_count(hall), work)[service]
    return (work[service] + hall.mean_minutes(service)) / share if share else None


def told_by(hall: Hall, service: str) -> Estimator:
    """Whom the hall believes for a service."""
    wanted = hall.plan.rules.estimate.publish
    learned = hall.learned.get(service)
    name = wanted if wanted != "best" else learned.told_by if learned is not None else ""
    try:
        return Estimator(name)
    except ValueError:
        return Estimator.SCHEDULE


def blended(said: Mapping[Estimator, float], weights: Mapping[str, float]) -> float | None:
    """The weighted mean of those who said something; None where no weight is known."""
    total = sum(weights.get(each, 0.0) for each in said)
    return sum(weights.get(each, 0.0) * minutes for each, minutes in said.items()) / total if total else None


def believed(hall: Hall, service: str, scheduled: float, now: datetime) -> float:
    """The minutes that a newcomer is told where the corrected schedule says `scheduled`."""
    who = told_by(hall, service)
    if who is Estimator.SCHEDULE:
        return scheduled
    said = {Estimator.SCHEDULE: scheduled, **simple(hall, service, now)}
    if who is not Estimator.BLEND:
        return said.get(who, scheduled)
    learned = hall.learned.get(service)
    mixed = blended(said, dict(learned.weights) if learned else {})
    return scheduled if mixed is None else mixed
