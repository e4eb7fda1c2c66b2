"""The country's calendar as a hall knows it: public holidays, weekend days that are worked for them, until when.

For: `Calendar`, the table that the shell (app/holidays.py) resolves and hands in with `OpenDay`, and `day_of`, which says
what a day is in a hall. What comes first wins: the hall's own exception, the country's notice, the week.
Not for: finding out the holidays (the State Council announces them each autumn for the next year), nor times of day
(hours.py).
What goes wrong: a year that has not been announced, or that the installed table does not know, is simply a year without
holidays here; `known_until` says where that begins, and the shell warns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.core.bookrules import WEEKDAYS
from app.core.plan import HallPlan, Opening


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


DAYS_REMEMBERED = 1000
"""More days than anybody asks about; then the memory of them starts anew."""


def day_of(plan: HallPlan, calendar: Calendar, day: date) -> HallDay:
    """What `day` is in a hall. A hall whose file names no hours at all is always open. Every number that is given out asks
    this, so the answer is kept with the plan for as long as the calendar is the same."""
    known = plan.days.get(day)
    if known is not None and known[0] is calendar:
        return known[1]
    found = _day_of(plan, calendar, day)
    if len(plan.days) >= DAYS_REMEMBERED:
        plan.days.clear()
    plan.days[day] = (calendar, found)
    return found


def _day_of(plan: HallPlan, calendar: Calendar, day: date) -> HallDay:
    weekday = day.weekday()
    if not plan.hours and not plan.exceptions:
        return HallDay(ALWAYS_OPEN, DayKind.ALWAYS, weekday)
    national = plan.rules.national
    worked = calendar.workdays.get(day) if national.holidays else None
    if worked is not None:
        weekday = WEEKDAYS.index(national.workday_as)
    if day in plan.exceptions:
        return HallDay(plan.exceptions[day], DayKind.EXCEPTION, weekday)
    if national.holidays and day in calendar.holidays:
        return HallDay((), DayKind.HOLIDAY, weekday, calendar.holidays[day])
    kind = DayKind.WORKDAY if worked is not None else DayKind.WEEK
    return HallDay(plan.hours.get(weekday, ()), kind, weekday, worked)


ALWAYS_OPEN = (Opening.always(),)
"""The hours of a hall whose file names none."""
