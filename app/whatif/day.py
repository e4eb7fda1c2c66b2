"""A day as it can be lived again: who came when and for what, and which windows were staffed.

For: the values `Day`, `Visitor`, `Stage`, `Stretch`, and `Habits`, the assumptions where a record says nothing.
Not for: reading a record (csvday.py, journalday.py), or living the day (play.py).

Times are minutes since midnight of the hall's own clock, lengths are minutes.
"""

import math
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from random import Random

from app.core.calendar import NO_CALENDAR, Calendar
from app.core.events import Learned
from app.core.plan import ORDINARY, HallPlan
from app.core.ticket import VisitOrder


class Then(StrEnum):
    """What follows a sitting at a window. `DONE`: this service is, and the visit goes on if it has others."""

    DONE = "done"
    PARKED = "parked"
    SENT_ON = "sent_on"


@dataclass(frozen=True, slots=True)
class Stage:
    """One sitting at a window for `service`. `minutes`: where nobody is slowed down. `walk`: from the call to the start.
    `missed`: so many calls before it were in vain. `away`: how long somebody put aside is gone."""

    service: str
    minutes: float
    walk: float
    missed: int = 0
    then: Then = Then.DONE
    away: float = 0.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who takes a number at `at` for `service` (empty: that of the first stage). `slot`: of a booking.
    `patience`: leaves after so many minutes uncalled; None: stays. `then`: further services on the same slip, in this
    `order`. The stages of one service are in their order; which service comes first is the hall's choice where the
    order is free. `admitted`: was given a number on the day, so no quota or hour is in the way now."""

    at: float
    stages: tuple[Stage, ...]
    priority_class: str = ORDINARY
    slot: float | None = None
    patience: float | None = None
    service: str = ""
    then: tuple[str, ...] = ()
    order: VisitOrder = VisitOrder.FIXED
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A clerk sits at a window from `starts` to `ends`. `evening`: until its queues are empty, which is no earlier."""

    starts: float
    ends: float
    evening: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A whole day. `staffing`: by window. `learned`, `calendar`: what the hall knew in the morning. `waits`: how long the
    called had really waited, where that was recorded. `remarks`: what had to be left out or assumed, in Chinese and
    English."""

    date: date
    visitors: tuple[Visitor, ...]
    staffing: dict[int, tuple[Stretch, ...]]
    learned: tuple[Learned, ...] = ()
    calendar: Calendar = NO_CALENDAR
    waits: tuple[float, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Habits:
    """How people are where the record does not say.

    elderly 0.15, disabled 0.02: the part of the visitors in these classes, where the hall has them: 18.7 % of the people
    of China were 60 or over in the census of 2020, and some send their children; one in fifty holds the certificate.
    variation 1.2: standard deviation of the service times over their mean; lognormal, as Brown et al. (JASA 2005)
    found, and 1.1 to 1.3 as measured at offices. longest 120 min: no window gives one person an afternoon.
    no_show 0.03 of the calls; walk 0.2 to 1 min from the call to the window.
    breath 5 s: between a person and the next call. answer 2 min: until a supervisor says yes to a suggestion.
    """

    shares: dict[str, float] = field(default_factory=lambda: {"elderly": 0.15, "disabled": 0.02})
    variation: float = 1.2
    longest: float = 120.0
    no_show: float = 0.03
    walk_least: float = 0.2
    walk_most: float = 1.0
    breath: float = 5 / 60
    answer: float = 2.0

    def length(self, chance: Random, mean: float) -> float:
        """How long a service takes whose mean is known."""
        spread = math.log(1 + self.variation**2)
        return min(self.longest, mean * chance.lognormvariate(-spread / 2, math.sqrt(spread)))

    def walk(self, chance: Random) -> float:
        """From the call to the window."""
        return chance.uniform(self.walk_least, self.walk_most)

    def priority_class(self, chance: Random, plan: HallPlan) -> str:
        """The class that somebody comes as."""
        drawn = chance.random()
        for key, share in self.shares.items():
            if key in plan.priority_class:
                if drawn < share:
                    return key
                drawn -= share
        return ORDINARY


HABITS = Habits()
"""The assumptions, unless told otherwise."""


class Unreadable(Exception):
    """A record that makes no sense, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def minutes_of_day(hour: int, minute: int, second: int = 0) -> float:
    """Minutes since midnight."""
    return hour * 60 + minute + second / 60
