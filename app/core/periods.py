"""The stretches of time that a report is about, and what its lines can be grouped by.

For: `Period`, read from the words of ISO 8601 (a day, a week, a month, a year) or two days; `GROUPINGS`.
Not for: opening hours or the calendar of holidays. A report counts what happened, on whatever day.
What goes wrong: `NoSuchPeriod`, `PeriodInFuture`, `PeriodTooLong`, `UnknownGrouping`, before anything is read.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.errors import NoSuchPeriod, PeriodInFuture, PeriodTooLong, UnknownGrouping

DAYS_AT_MOST = 5 * 366
"""Days of one report: as many years as lines are kept by default. A year of a county hall is 200,000 lines and a second."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

GROUPINGS = (
    "total",
    "service",
    "department",
    "zone",
    "window",
    "clerk",
    "hour",
    "class",
    "channel",
    "weekday",
    "day",
    "week",
    "month",
)
"""What lines can be grouped by. `department`: whose service it is; `zone`: where the window stands; `hour`: of arrival."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both counted. `kind`: `day`, `week`, `month`, `year` or `range`; `text`: as it is
    written."""

    kind: str
    first: date
    last: date
    text: str

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def period(text: str, today: date) -> Period:
    """The period that `text` says; nothing is today. Raises NoSuchPeriod, PeriodInFuture, PeriodTooLong."""
    said = text.strip() or today.isoformat()
    try:
        found = _read(said)
    except (ValueError, OverflowError) as error:
        raise NoSuchPeriod(period=said[:40]) from error
    if found is None or found.last < found.first:
        raise NoSuchPeriod(period=said[:40])
    if found.first > today:
        raise PeriodInFuture(first=found.first.isoformat(), today=today.isoformat())
    if found.days > DAYS_AT_MOST:
        raise PeriodTooLong(most=DAYS_AT_MOST, days=found.days)
    return found


def _read(said: str) -> Period | None:
    if ".." in said:
        first, _, last = said.partition("..")
        return Period("range", _day(first.strip()), _day(last.strip()), said)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", said, re.ASCII):
        return Period("day", _day(said), _day(said), said)
    if week := re.fullmatch(r"(\d{4})-?W(\d{2})", said, re.ASCII):
        monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return Period("week", monday, monday + timedelta(days=6), week_of(monday))
    if month := re.fullmatch(r"(\d{4})-(\d{2})", said, re.ASCII):
        first_day = date(int(month[1]), int(month[2]), 1)
        return Period(
            "month", first_day, first_day.replace(day=monthrange(first_day.year, first_day.month)[1]), said
        )
    if re.fullmatch(r"\d{4}", said, re.ASCII):
        return Period("year", date(int(said), 1, 1), date(int(said), 12, 31), said)
    return None


def _day(said: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", said, re.ASCII):
        raise ValueError(said)
    return date.fromisoformat(said)


def week_of(day: date) -> str:
    """The ISO week of a day: `2026-W48`."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def grouping(by: str) -> str:
    """`by`, if lines can be grouped so. Raises UnknownGrouping."""
    if by not in GROUPINGS:
        raise UnknownGrouping(by=by[:40], known=", ".join(GROUPINGS))
    return by


def time_key(by: str, day: date) -> str:
    """The group of a day where lines are grouped by a stretch of time."""
    match by:
        case "weekday":
            return str(day.weekday())
        case "week":
            return week_of(day)
        case "month":
            return day.isoformat()[:7]
        case _:
            return day.isoformat()
