"""The country's calendar as a hall knows it: public holidays, weekend days that are worked for them, until when.

For: `Calendar`, the table that the shell (app/holidays.py) resolves and hands in with `OpenDay`, and `HallDay`, what a day
can be in a hall.
Not for: finding out the holidays (the State Council announces them each autumn for the next year), nor what a certain day
is in a certain hall (hours.py).
What goes wrong: a year that has not been announced, or that the installed table does not know, is simply a year without
holidays here; `known_until` says where that begins, and the shell warns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True)
class Opening:
    """A stretch of the day in which tickets are issued."""

    opens: time
    closes: time

    @classmethod
    def always(cls) -> "Opening":
        """The whole day."""
        return cls(time.min, time.max)


class Holiday(NamedTuple):
    """What a day is kept, or worked, for."""

    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that are not as their weekday. `workdays`: Saturdays and Sundays worked for a holiday. `known_until`: the last
    day of which anything is known; None: nothing is."""

    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    workdays: Mapping[date, Holiday] = field(default_factory=dict)
    known_until: date | None = None

    def knows(self, day: date) -> bool:
        """Whether the table reaches `day`."""
        return self.known_until is not None and day <= self.known_until


SOON = timedelta(days=60)
"""An unknown year is told so long ahead: the notice comes in early November, and somebody has to install it."""

NO_CALENDAR = Calendar()
"""Nothing is known: every day is as its weekday."""


class DayKind(StrEnum):
    """Why a day has the hours that it has."""

    WEEK = "week"
    EXCEPTION = "exception"
    HOLIDAY = "holiday"
    WORKDAY = "workday"
    ALWAYS = "always"


class HallDay(NamedTuple):
    """A day in a hall: its openings, why, whose pattern it follows (0 is Monday), and the holiday behind it."""

    openings: tuple[Opening, ...]
    kind: DayKind
    weekday: int
    holiday: Holiday | None = None
