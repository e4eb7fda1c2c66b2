"""A report: what was counted in a period, grouped, named, and with the formulas beside the figures.

For: `report(source, plan, ...)`, the one value of which JSON, spreadsheets and charts are made; the names of groups in
Chinese and English.
Not for: counting (store/reports.py), formulas (core/measures.py), layout (sheets.py, charts.py).
What goes wrong: a group whose name the plan no longer knows is shown by its code: history does not disappear because a
hall file changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from app.core.errors import NotAMonth
from app.core.measures import MEASURE, VERSION, Tally, figures
from app.core.periods import Period, period
from app.core.plan import HallPlan

CHANNELS = {
    "kiosk": ("取号机", "Kiosk"),
    "desk": ("导办台", "Desk"),
    "phone": ("电话", "Phone"),
    "page": ("手机页面", "Phone page"),
    "booking": ("预约", "Booking"),
    "api": ("其他系统", "Other systems"),
    "": ("未注明", "Not stated"),
}
"""Where a number was taken, in words."""

WEEKDAYS = (
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
)

GROUPING_NAMES = {
    "total": ("合计", "Total"),
    "service": ("业务", "Service"),
    "department": ("部门", "Department"),
    "zone": ("区域", "Zone"),
    "window": ("窗口", "Window"),
    "clerk": ("工作人员", "Clerk"),
    "hour": ("取号时段", "Hour"),
    "class": ("优先类别", "Priority class"),
    "channel": ("取号渠道", "Channel"),
    "weekday": ("星期", "Weekday"),
    "day": ("日期", "Day"),
    "week": ("周", "Week"),
    "month": ("月份", "Month"),
}
"""The groupings in words."""

NOBODY = ("未叫号", "Not called")
"""The group of visits that no window called."""


class Source(Protocol):
    """Where lines are counted (store/reports.py). Its methods block."""

    def count(self, hall: str, first: date, last: date, by: str, now: datetime) -> dict[str, Tally]:
        """What happened, by group."""

    def days(self, hall: str) -> tuple[str, str] | None:
        """The first and the last day there is."""

    def keep_days(self, hall: str) -> int:
        """Read the days that are over."""

    def forget(self, hall: str, before: date) -> int:
        """Let go of old lines."""


@dataclass(frozen=True)
class Row:
    """One group: its key, its names, its figures by the key of the measure. `levels`: how often 1 to 5 was given;
    `pauses`: minutes by reason."""

    key: str
    zh: str
    en: str
    tally: Tally = field(repr=False, compare=False)
    figures: dict[str, float | None] = field(default_factory=dict)

    @property
    def levels(self) -> dict[str, int]:
        """How often each level was given, the best first."""
        return {str(level): self.tally.levels[level - 1] for level in (5, 4, 3, 2, 1)}

    @property
    def pauses(self) -> dict[str, float]:
        """Minutes of pause by reason."""
        return {reason: round(minutes, 2) for reason, minutes in sorted(self.tally.paused.items())}


@dataclass(frozen=True)
class Report:
    """A whole report. `going_on`: it holds the day that is not over; `version`: of the definitions."""

    hall: HallPlan
    period: Period
    by: str
    made_at: datetime
    going_on: bool
    rows: tuple[Row, ...]
    total: Row
    version: int = VERSION


def report(source: Source, plan: HallPlan, wanted: Period, by: str, now: datetime) -> Report:
    """Count and name. `now` with the hall's offset. Blocks. Raises StoreTrouble."""
    counted = source.count(plan.code, wanted.first, wanted.last, by, now)
    whole = Tally()
    for tally in counted.values():
        whole.add(tally)
    whole = _with_what_no_group_has(source, plan, wanted, by, now, whole)
    names = namer(plan, by)
    keys = sorted(counted, key=_order(plan, by))
    rows = () if by == "total" else tuple(_row(key, names(key), counted[key]) for key in keys)
    going_on = wanted.first <= now.date() <= wanted.last
    return Report(plan, wanted, by, now, going_on, rows, _row("", GROUPING_NAMES["total"], whole))


def _with_what_no_group_has(
    source: Source, plan: HallPlan, wanted: Period, by: str, now: datetime, whole: Tally
) -> Tally:
    """Minutes of windows belong to no service and no channel, and still to the total."""
    if by in WHOLE:
        return whole
    return source.count(plan.code, wanted.first, wanted.last, "total", now).get("", whole)


WHOLE = frozenset({"total", "weekday", "day", "week", "month"})
"""Groupings of which every line has a group, so that the groups add up to the total."""


def _row(key: str, names: tuple[str, str], tally: Tally) -> Row:
    return Row(key, *names, tally, {name: rounded(name, value) for name, value in figures(tally).items()})


def rounded(measure: str, value: float | None) -> float | None:
    """A figure as it is told: minutes and levels to a hundredth, shares to a hundredth of a per cent."""
    if value is None or isinstance(value, int):
        return value
    return round(value, 4 if MEASURE[measure].unit == "share" else 2)


def namer(plan: HallPlan, by: str) -> Callable[[str], tuple[str, str]]:
    """From the key of a group to its names in Chinese and English."""

    def name(key: str) -> tuple[str, str]:
        if by in ("window", "clerk") and key in ("", "0"):
            return NOBODY
        match by:
            case "service":
                service = plan.service.get(key)
                return (service.name, service.name_en) if service else (key, key)
            case "department" | "zone":
                zone = plan.zone.get(key)
                return (zone.name, zone.name_en) if zone else (key or "未分区", key or "No zone")
            case "window":
                window = plan.window.get(int(key))
                zh, en = (window.name, window.name_en) if window else ("", "")
                return f"{key} 号窗口 {zh}".rstrip(), f"Window {key} {en}".rstrip()
            case "hour":
                return (f"{int(key):02d}:00–{int(key) + 1:02d}:00",) * 2
            case "class":
                known = plan.priority_class.get(key)
                return (known.name, known.name_en) if known else (key, key)
            case "channel":
                return CHANNELS.get(key, (key, key))
            case "weekday":
                return WEEKDAYS[int(key)]
            case _:
                return key, key

    return name


def _order(plan: HallPlan, by: str) -> Callable[[str], tuple[int, int, str]]:
    """As the hall file has them, numbers as numbers, and who was not called last."""
    listed = {
        "service": [each.code for each in plan.services],
        "department": [each.code for each in plan.zones],
        "zone": [each.code for each in plan.zones],
        "class": [each.key for each in plan.classes],
        "channel": list(CHANNELS),
    }.get(by, [])
    places = {key: place for place, key in enumerate(listed)}

    def order(key: str) -> tuple[int, int, str]:
        if by in ("window", "clerk") and key in ("", "0"):
            return 2, 0, ""
        if by in ("window", "hour", "weekday"):
            return 0, int(key), ""
        return (0, places[key], "") if key in places else (1, 0, key)

    return order


def month_of(wanted: Period) -> Period:
    """`wanted`, if it is a month. Raises NotAMonth."""
    if wanted.kind != "month":
        raise NotAMonth(period=wanted.text)
    return wanted


def wanted_period(text: str, now: datetime) -> Period:
    """The period that is asked for; nothing is today. Raises NoSuchPeriod, PeriodInFuture, PeriodTooLong."""
    return period(text, now.date())
