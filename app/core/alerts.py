"""What a supervisor should look at now: queues beyond the promise, hot or unserved ones, long pauses, ailing devices.

For: `watch(hall, now) -> Watch`, asked whenever a console is drawn. Pure; every threshold is a setting (plan.AlertRules).
Not for: doing anything about it (that is the tide's and people's), or the sentences (displays/alarms.py).

    promise    somebody waits longer than the promise            amber at 1x, red at 2x the promise
    hot        the projected wait is above the tide's threshold  amber; red at 2x the promise
    unserved   people wait and no window can be counted on       red, while the hall is open
    handling   a service lasts far longer than its mean          amber at 2x, red at 3x
    paused     a window is paused for too long                   amber at 15 min, red at 30
    paper      a printer is short of paper, or has none          amber, red
    offline    a device does not answer                          amber after 1 min, red after 5
    ailing     a device answers and complains                    amber; red if it cannot work
    calendar   the country's holidays are known for two months   amber; red once a day is not known

An alert lasts as long as its cause, and nobody need clear it: it is worked out anew from the hall each time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.core.calendar import SOON
from app.core.errors import Fact
from app.core.hall import DeviceWord, Hall
from app.core.hours import opening
from app.core.load import counts
from app.core.tide import NOBODY, Forecast, project
from app.core.window import Duty

CANNOT_WORK = frozenset({"cover_open", "cutter", "mechanical", "head_hot"})
"""Troubles with which a device hands out nothing until somebody comes (words of drivers/media.py)."""

SILENT = frozenset({"no_back_channel"})
"""What is no trouble: a device that cannot say how it is."""


class Level(StrEnum):
    """How urgent. `RED`: now; `AMBER`: soon."""

    AMBER = "amber"
    RED = "red"


class Subject(StrEnum):
    """What an alert is about."""

    SERVICE = "service"
    WINDOW = "window"
    DEVICE = "device"
    HALL = "hall"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at. `key`: the code of the service, the number of the window, the name of the device.
    `since`: when it began to be so; None if that is not known."""

    level: Level
    code: str
    subject: Subject
    key: str
    since: datetime | None
    facts: dict[str, Fact]


class QueueWatch(NamedTuple):
    """One queue. `longest`: minutes of the one who waits longest; `late`: how many wait beyond the promise;
    `projected`: minutes, None while no window can be counted on."""

    waiting: int
    longest: float
    late: int
    projected: float | None
    hot: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """Every queue by service, and the alerts, red and then oldest first."""

    queues: dict[str, QueueWatch]
    alerts: tuple[Alert, ...]


def watch(hall: Hall, now: datetime) -> Watch:
    """What the console shows at `now`."""
    is_open = opening(hall.plan, now, hall.calendar) is not None
    offers = {no: hall.serves(no) for no, window in hall.windows.items() if counts(window)}
    forecasts = project(hall, offers, now)
    queues: dict[str, QueueWatch] = {}
    found: list[Alert] = []
    for code in hall.queues:
        queues[code] = queue = _queue(hall, code, forecasts[code], now, is_open)
        found += _queue_alerts(hall, code, queue, forecasts[code], now, is_open)
    for no in hall.windows:
        found += _window_alerts(hall, no, now)
    for device in hall.plan.devices:
        word = hall.devices.get(device.name)
        if word is not None:
            found += _device_alerts(hall, device.name, word, now)
    found += _calendar_alerts(hall, now)
    found.sort(key=lambda each: (each.level is not Level.RED, each.since or now, each.code, each.key))
    return Watch(queues, tuple(found))


def _calendar_alerts(hall: Hall, now: datetime) -> list[Alert]:
    """A year whose holidays nobody has entered is told before the hall opens on one."""
    today, known = now.date(), hall.calendar.known_until
    if not hall.plan.rules.national.holidays or not hall.plan.hours or hall.calendar.knows(today + SOON):
        return []
    first = today if known is None else known + timedelta(days=1)
    level = Level.RED if first <= today else Level.AMBER
    return [Alert(level, "calendar", Subject.HALL, "calendar", None, {"first": first.isoformat()})]


# -- queues -----------------------------------------------------------------------------------------------------


def _queue(hall: Hall, code: str, forecast: Forecast, now: datetime, is_open: bool) -> QueueWatch:
    waits = [hall.tickets[each].waited(now) for each in hall.queues[code]]
    promise = hall.plan.rules.promise_minutes
    rules = hall.plan.rules
    return QueueWatch(
        waiting=len(waits),
        longest=max(waits, default=0.0),
        late=sum(wait > promise for wait in waits),
        projected=forecast.wait if forecast.wait < NOBODY else None,
        hot=is_open and bool(waits) and forecast.wait > rules.tide.open_at * rules.stretch,
    )


def _queue_alerts(
    hall: Hall, code: str, queue: QueueWatch, forecast: Forecast, now: datetime, is_open: bool
) -> list[Alert]:
    rules = hall.plan.rules
    limits, promise = rules.alerts, rules.promise_minutes
    service = hall.plan.service[code]
    about: dict[str, Fact] = {
        "service_zh": service.name,
        "service_en": service.name_en,
        "waiting": queue.waiting,
    }
    found: list[Alert] = []
    if queue.longest > limits.wait_amber * promise:
        level = Level.RED if queue.longest > limits.wait_red * promise else Level.AMBER
        since = now - timedelta(minutes=queue.longest - limits.wait_amber * promise)
        facts = about | {"longest": round(queue.longest), "late": queue.late, "promise": promise}
        found.append(Alert(level, "promise", Subject.SERVICE, code, since, facts))
    if queue.hot and queue.projected is None:
        found.append(Alert(Level.RED, "unserved", Subject.SERVICE, code, hall.tide.hot.get(code), about))
    elif queue.hot:
        level = Level.RED if forecast.wait > limits.projected_red * promise else Level.AMBER
        facts = about | {
            "projected": round(forecast.wait),
            "limit": round(rules.tide.open_at * rules.stretch, 1),
            "windows": round(forecast.capacity, 1),
        }
        found.append(Alert(level, "hot", Subject.SERVICE, code, hall.tide.hot.get(code), facts))
    return found


# -- windows ----------------------------------------------------------------------------------------------------


def _window_alerts(hall: Hall, no: int, now: datetime) -> list[Alert]:
    limits = hall.plan.rules.alerts
    window = hall.windows[no]
    ticket = hall.ticket_at(window)
    if window.duty is Duty.PAUSED and window.since is not None:
        minutes = _minutes(window.since, now)
        if minutes > limits.pause_amber:
            level = Level.RED if minutes > limits.pause_red else Level.AMBER
            since = window.since + timedelta(minutes=limits.pause_amber)
            facts: dict[str, Fact] = {"window": no, "minutes": round(minutes), "limit": limits.pause_amber}
            return [Alert(level, "paused", Subject.WINDOW, str(no), since, facts)]
    elif window.duty is Duty.SERVING and ticket is not None and ticket.started_at is not None:
        minutes = _minutes(ticket.started_at, now)
        serves = hall.plan.window[no].services.get(ticket.service) if no in hall.plan.window else None
        if ticket.service not in hall.plan.service:
            return []
        mean = hall.mean_minutes(ticket.service) * (serves.slowness if serves else 1.0)
        if minutes > limits.handling_amber * mean:
            level = Level.RED if minutes > limits.handling_red * mean else Level.AMBER
            since = ticket.started_at + timedelta(minutes=limits.handling_amber * mean)
            facts = {"window": no, "number": ticket.number, "minutes": round(minutes), "mean": round(mean, 1)}
            return [Alert(level, "handling", Subject.WINDOW, str(no), since, facts)]
    return []


# -- devices ----------------------------------------------------------------------------------------------------


def _device_alerts(hall: Hall, name: str, word: DeviceWord, now: datetime) -> list[Alert]:
    limits = hall.plan.rules.alerts
    troubles = set(word.troubles) - SILENT
    minutes = _minutes(word.since, now)

    def alert(level: Level, code: str, facts: dict[str, Fact]) -> list[Alert]:
        return [Alert(level, code, Subject.DEVICE, name, word.since, {**facts, "device": name})]

    if word.health == "offline":
        if minutes < limits.offline_amber:
            return []
        level = Level.RED if minutes >= limits.offline_red else Level.AMBER
        return alert(level, "offline", {"minutes": round(minutes)})
    if "paper_out" in troubles:
        return alert(Level.RED, "paper_out", {})
    if "paper_low" in troubles:
        return alert(Level.AMBER, "paper_low", {})
    if troubles and word.health == "degraded":
        level = Level.RED if troubles & CANNOT_WORK else Level.AMBER
        return alert(level, "ailing", {"troubles": " ".join(sorted(troubles))})
    return []


def _minutes(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds() / 60)
