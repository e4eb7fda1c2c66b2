"""When a hall is open: what a day is in it, the stretch of opening hours at a moment, its end, the next one, and the segment
of the day.

What comes first wins: the hall's own exception, the country's notice, the week.
"""

from datetime import date, datetime, timedelta

from app.core.bookrules import WEEKDAYS, Segment
from app.core.calendar import NO_CALENDAR, Calendar, DayKind, HallDay, Opening
from app.core.plan import HallPlan

ALWAYS = Opening.always()
"""The hours of a hall whose file names none."""

DAYS_AHEAD = 15
"""How far the next opening is looked for: the longest national holiday and its weekends."""


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
        return HallDay((ALWAYS,), DayKind.ALWAYS, weekday)
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


def openings(plan: HallPlan, day: date, calendar: Calendar = NO_CALENDAR) -> tuple[Opening, ...]:
    """When the hall is open on `day`."""
    return day_of(plan, calendar, day).openings


def opening(plan: HallPlan, now: datetime, calendar: Calendar = NO_CALENDAR) -> Opening | None:
    """The stretch of opening hours that holds `now`. A hall whose file names no hours at all is always open."""
    if not plan.hours and not plan.exceptions:
        return ALWAYS
    clock = now.time()
    for each in day_of(plan, calendar, now.date()).openings:
        if each.opens <= clock < each.closes:
            return each
    return None


def closes_in(plan: HallPlan, now: datetime, calendar: Calendar = NO_CALENDAR) -> float:
    """Minutes until the present stretch ends; 0 if the hall is closed."""
    here = opening(plan, now, calendar)
    if here is None:
        return 0.0
    return (datetime.combine(now.date(), here.closes, now.tzinfo) - now).total_seconds() / 60


def next_opening(plan: HallPlan, now: datetime, calendar: Calendar = NO_CALENDAR) -> datetime | None:
    """When the hall opens next, if it does within two weeks."""
    for days in range(DAYS_AHEAD):
        day = now.date() + timedelta(days=days)
        for each in openings(plan, day, calendar):
            opens = datetime.combine(day, each.opens, now.tzinfo)
            if opens > now:
                return opens
    return None


def next_opening_sentences(
    plan: HallPlan, now: datetime, calendar: Calendar = NO_CALENDAR
) -> tuple[str, str]:
    """Why the hall is closed, where the calendar says it, and when it opens next, in English and in Chinese."""
    holiday = day_of(plan, calendar, now.date()).holiday
    opens = next_opening(plan, now, calendar)
    closed = not openings(plan, now.date(), calendar)
    why = (
        (f"Today is a public holiday ({holiday.name_en}). ", f"今天是法定节假日({holiday.name})。")
        if holiday and closed
        else ("", "")
    )
    if opens is None:
        return (f"{why[0]}Please ask at the reception.", f"{why[1]}请咨询服务台。")
    return (
        f"{why[0]}It opens on {opens:%Y-%m-%d} at {opens:%H:%M}.",
        f"{why[1]}下次开放时间:{opens.year}年{opens.month}月{opens.day}日 {opens:%H:%M}。",
    )


def segment_at(plan: HallPlan, moment: datetime, calendar: Calendar = NO_CALENDAR) -> Segment | None:
    """The segment of the day that holds `moment`; where two do, the one that the file names first."""
    if not plan.segments:
        return None
    weekday = WEEKDAYS[day_of(plan, calendar, moment.date()).weekday]
    clock = moment.time()
    for each in plan.segments:
        if each.starts <= clock < each.ends and (not each.weekdays or weekday in each.weekdays):
            return each
    return None
