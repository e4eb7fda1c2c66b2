"""How well people were told how long they would wait: the words for it.

For: `Estimator`, the ways to estimate a wait; `EstimateRules`, what a hall may want otherwise; `Judged`, how one day went
for one service. The event EstimatesJudged carries them, reports read them there.
Not for: estimating (estimate.py, estimators.py), or judging (backtest.py).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Estimator(StrEnum):
    """Ways to tell a newcomer the wait. `SCHEDULE`: the rule of calling played forward (estimate.py), corrected by its
    bias. `HEAD`: as long as the first of the queue has waited by now. `RECENT`: the mean of the last who were called.
    `QUEUE`: people before it and itself x mean minutes / the windows that the service can count on. `BLEND`: their mean,
    weighted with 1 / (mean squared error)^2 of the days before."""

    SCHEDULE = "schedule"
    HEAD = "head"
    RECENT = "recent"
    QUEUE = "queue"
    BLEND = "blend"


@dataclass(frozen=True)
class EstimateRules:
    """How waits are told. `publish`: the name of an estimator, or `best`: for each service the one that was best on the
    last day on which enough people came to tell. `recent` 10: of how many the mean is taken. `least` 30 people: fewer
    tell nothing of an estimator. `margin` 0.05: another than the schedule must be better by that share of its error, so
    that what is published does not change with every wind. Source: the project's simulations and a bank's log, on which
    the schedule was best where all windows are known, and a blend where they are not."""

    publish: str = "best"
    recent: int = 10
    least: int = 30
    margin: float = 0.05


@dataclass(frozen=True, slots=True)
class Judged:
    """One service on one day. `people`: ordinary newcomers who were told a wait and were called. `errors`: by estimator,
    the mean absolute error in minutes; `squares`: the mean squared error in minutes squared. `told`: the mean absolute
    error of what was really published, `inside`: the share of waits (0 to 1) within the published band. `best`: the
    estimator to publish from now on; `weights`: of the blend."""

    service: str
    people: int
    errors: dict[str, float] = field(default_factory=dict)
    squares: dict[str, float] = field(default_factory=dict)
    told: float = 0.0
    inside: float = 0.0
    best: str = Estimator.SCHEDULE.value
    weights: dict[str, float] = field(default_factory=dict)
