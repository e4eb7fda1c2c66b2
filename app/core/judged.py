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
    the schedule was best where all windows are known, and a blend where they are not.

    The numbers of the schedule have the same source. mean_weight 10 services: so much the planned mean of a service counts
    at first; mean_memory 200: so many services its running mean remembers. lengths 150: so many lengths the rest of a
    running service is judged by, with `pseudo` 3 more of the mean. call_minutes 1: from the call to the start, or to
    `missed` (a walk, and three calls 15 s apart). bias_step 0.05: that share of each error corrects the next estimate,
    within bias_min 0.6 and bias_max 1.6. outcomes 120: of so many the band is made; with fewer than `few` 20 it goes from
    first_low 0.6 to first_high 1.6 times the estimate, as in the simulations.
    """

    publish: str = "best"
    recent: int = 10
    least: int = 30
    margin: float = 0.05
    mean_weight: float = 10.0
    mean_memory: float = 200.0
    lengths: int = 150
    pseudo: float = 3.0
    call_minutes: float = 1.0
    bias_step: float = 0.05
    bias_min: float = 0.6
    bias_max: float = 1.6
    outcomes: int = 120
    few: int = 20
    first_low: float = 0.6
    first_high: float = 1.6


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
