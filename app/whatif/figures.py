"""What a run comes to, in numbers that a supervisor compares.

For: `figures(run, promise)`. The values are plain, so that
they cross a pipe and an API as they are.
Not for: drawing (chart.py, table.py).

A wait is the minutes until the first call, counted from the arrival or the booked slot; who gave up or was never called
counts with the minutes endured. Percentiles are by nearest rank: 90 % waited no longer than p90. Minutes throughout,
`over` and `utilisation` are shares from 0 to 1.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

from app.whatif.play import Run


@dataclass(frozen=True, slots=True)
class Waits:
    """The waits of some people. `over`: the share that waited longer than the hall promises."""

    people: int = 0
    mean: float = 0.0
    p50: float = 0.0
    p90: float = 0.0
    max: float = 0.0
    over: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One rule's column. `policy`, `tide`, `windows`: the rule in the words in which it is asked for. `classes`: waits by
    priority class, `services`: by service. `overtakes`: how often somebody was passed in the own queue, `most_overtaken`:
    the most that one person was. `switches`: openings and closings of tidal windows. `gave_up`: left or still there
    uncalled. `turned_away`: refused numbers, by rule. `waiting`: pairs of minute of the day and people waiting.
    `ended`: minute of the day at which the last was done."""

    policy: str
    tide: str
    windows: str
    waits: Waits
    classes: dict[str, Waits] = field(default_factory=dict)
    services: dict[str, Waits] = field(default_factory=dict)
    overtakes: int = 0
    most_overtaken: int = 0
    utilisation: float = 0.0
    clerk_hours: float = 0.0
    tidal_hours: float = 0.0
    switches: int = 0
    served: int = 0
    gave_up: int = 0
    turned_away: dict[str, int] = field(default_factory=dict)
    waiting: tuple[tuple[float, int], ...] = ()
    ended: float = 0.0

    @property
    def name(self) -> str:
        """What the column is called."""
        return " ".join(filter(None, (self.policy, self.tide, self.windows)))


def waits_of(minutes: Sequence[float], promise: float) -> Waits:
    """The figures of some waits."""
    if not minutes:
        return Waits()
    ranked = sorted(minutes)

    def rank(share: float) -> float:
        return round(ranked[math.ceil(share * len(ranked)) - 1], 1)

    return Waits(
        people=len(ranked),
        mean=round(fmean(ranked), 2),
        p50=rank(0.5),
        p90=rank(0.9),
        max=round(ranked[-1], 1),
        over=round(sum(each > promise for each in ranked) / len(ranked), 4),
    )


def figures(run: Run, promise: float) -> Figures:
    """The column of a run; `promise` is the wait that the hall promises."""
    classes: dict[str, list[float]] = defaultdict(list)
    services: dict[str, list[float]] = defaultdict(list)
    for call in run.calls:
        classes[call.priority_class].append(call.waited)
        services[call.service].append(call.waited)
    return Figures(
        policy=run.rule.policy,
        tide=run.rule.tide.value,
        windows=run.rule.change.words,
        waits=waits_of([call.waited for call in run.calls], promise),
        classes={key: waits_of(each, promise) for key, each in sorted(classes.items())},
        services={key: waits_of(each, promise) for key, each in sorted(services.items())},
        overtakes=sum(run.overtaken),
        most_overtaken=max(run.overtaken, default=0),
        utilisation=round(run.busy_minutes / run.open_minutes, 4) if run.open_minutes else 0.0,
        clerk_hours=round(run.open_minutes / 60, 2),
        tidal_hours=round(run.tidal_minutes / 60, 2),
        switches=run.switches,
        served=run.served,
        gave_up=sum(not call.came for call in run.calls),
        turned_away=dict(run.turned_away),
        waiting=tuple(sorted(run.waiting.items())),
        ended=round(run.ended, 1),
    )
