"""When a hall is open: the stretch of opening hours at a moment, its end, the next one, and the segment of the day."""

from datetime import date, datetime, timedelta

from app.core.bookrules import WEEKDAYS, Segment
from app.core.calendar import ALWAYS_OPEN, NO_CALENDAR, Calendar, day_of
from app.core.plan import HallPlan, Opening

ALWAYS = ALWAYS_OPEN[0]
"""The hours of a hall whose file names none."""

DAYS_AHEAD = 15
"""How far the next opening is looked for: the longest national holiday and its weekends."""


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
