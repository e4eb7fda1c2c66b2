"""When a hall is open: the stretch of opening hours at a moment, its end, and the next one."""

from datetime import datetime, time, timedelta

from app.core.plan import HallPlan, Opening

ALWAYS = Opening(time.min, time.max)
"""The hours of a hall whose file names none."""

DAYS_AHEAD = 15
"""How far the next opening is looked for: the longest national holiday and its weekends."""


def opening(plan: HallPlan, now: datetime) -> Opening | None:
    """The stretch of opening hours that holds `now`. A hall whose file names no hours at all is always open."""
    if not plan.hours and not plan.exceptions:
        return ALWAYS
    clock = now.time()
    return next((each for each in plan.openings(now.date()) if each.opens <= clock < each.closes), None)


def closes_in(plan: HallPlan, now: datetime) -> float:
    """Minutes until the present stretch ends; 0 if the hall is closed."""
    here = opening(plan, now)
    if here is None:
        return 0.0
    return (datetime.combine(now.date(), here.closes, now.tzinfo) - now).total_seconds() / 60


def next_opening(plan: HallPlan, now: datetime) -> datetime | None:
    """When the hall opens next, if it does within two weeks."""
    for days in range(DAYS_AHEAD):
        day = now.date() + timedelta(days=days)
        for each in plan.openings(day):
            opens = datetime.combine(day, each.opens, now.tzinfo)
            if opens > now:
                return opens
    return None


def next_opening_sentences(plan: HallPlan, now: datetime) -> tuple[str, str]:
    """When the hall opens next, in English and in Chinese."""
    opens = next_opening(plan, now)
    if opens is None:
        return ("Please ask at the reception.", "请咨询服务台。")
    return (
        f"It opens on {opens:%Y-%m-%d} at {opens:%H:%M}.",
        f"下次开放时间:{opens.year}年{opens.month}月{opens.day}日 {opens:%H:%M}。",
    )
