"""The country's holidays, resolved for the core: which days of this year and the next are kept, and which are worked.

For: `national_calendar(today)`, which the beat hands to every hall with `OpenDay`, and `unknown_days`, the warning where
the table ends soon. The table is the package chinesecalendar, which is made anew when the State Council has announced
the next year (in autumn); it works offline.
Not for: what a hall makes of a day (core/calendar.py), or a hall's own exceptions (its hall file).
What goes wrong: a year that the table does not know. Then the week's rule holds, and this warns; a newer chinesecalendar,
or the days written as [exceptions] of the hall file, is what helps.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from app.core.calendar import NO_CALENDAR, SOON, Calendar, Holiday
from app.core.plan import HallPlan
from displays.words import Bilingual


@lru_cache(maxsize=8)
def _year(year: int) -> Calendar | None:
    """One year; None where the table does not know it."""
    import chinese_calendar  # a table of twenty years: not read before the first hall is served

    names = {each.value: each.chinese for each in chinese_calendar.Holiday}

    def of_year(table: Mapping[date, str]) -> dict[date, Holiday]:
        return {day: Holiday(names.get(name, name), name) for day, name in table.items() if day.year == year}

    # Asking it day by day would look through the whole table for each of 365 days.
    holidays = of_year(chinese_calendar.holidays)
    return Calendar(holidays, of_year(chinese_calendar.workdays), date(year, 12, 31)) if holidays else None


@lru_cache(maxsize=8)
def _two_years(year: int) -> Calendar:
    this = _year(year)
    if this is None:
        return NO_CALENDAR
    after = _year(year + 1)
    if after is None:
        return this
    return Calendar(
        {**this.holidays, **after.holidays}, {**this.workdays, **after.workdays}, after.known_until
    )


def national_calendar(today: date) -> Calendar:
    """This year and the next, as far as the table knows them."""
    return _two_years(today.year)


def unknown_from(calendar: Calendar, today: date, horizon_days: int) -> tuple[Bilingual, Bilingual] | None:
    """What is wrong with a calendar that ends soon, or within twice the days that can be booked, and what would be right;
    None where nothing is."""
    if calendar.knows(today + max(SOON, timedelta(days=2 * horizon_days))):
        return None
    first = today if calendar.known_until is None else calendar.known_until + timedelta(days=1)
    return (
        Bilingual(
            f"{first.year} 年的节假日和调休安排未知，自 {first} 起按平常的星期开放",
            f"the holidays of {first.year} are not known; from {first} on the week's hours hold",
        ),
        Bilingual(
            "更新 chinesecalendar，或把节假日和调休写入 [exceptions]",
            "a newer chinesecalendar, or those days as [exceptions]",
        ),
    )


def unknown_days(plan: HallPlan, calendar: Calendar, today: date) -> Bilingual | None:
    """The warning for a hall whose calendar ends soon; None where there is none, or it keeps no national holidays."""
    if not plan.rules.national.holidays or not plan.hours:
        return None
    found = unknown_from(calendar, today, plan.rules.booking.horizon_days)
    if found is None:
        return None
    wrong, right = found
    return Bilingual(f"{wrong.zh}。{right.zh}。", f"{wrong.en}. Right: {right.en}.")
