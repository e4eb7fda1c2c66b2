"""A hall file, as far as the people of a simulated day need it: services, windows, hours, and how many come when.

For: `read(path)`. The simulators know no hall (house rule), so they read the same TOML file with their own few words and
ignore the rest of it.
Not for: judging the file; `tidehall hall check` does that, by line.
What goes wrong: `Unreadable`, with one sentence, for a file that is missing, is no TOML, or lacks what a day needs.

What may be written short is understood as the hall understands it: a service that is only named in `serves`, a day with
a single opening, a time of day without quotes.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

TIDAL = "tidal"
"""The kind of window that is closed until the queue swells."""


class Unreadable(Exception):
    """The hall file, or the recorded day, cannot be used."""


class Serves(msgspec.Struct, frozen=True):
    """That a window serves a service, and how much longer than the mean it takes there."""

    service: str
    slowness: float = 1.0


class Service(msgspec.Struct, frozen=True):
    """What people come for. `trace_queues`: the queues of a recorded day that stand for it."""

    code: str
    name: str
    name_en: str
    mean_minutes: float
    trace_queues: tuple[int, ...] = ()


class Window(msgspec.Struct, frozen=True):
    """Where they are served."""

    no: int
    kind: str
    serves: tuple[Serves, ...]
    name: str = ""
    name_en: str = ""


class Class(msgspec.Struct, frozen=True):
    """A priority class."""

    key: str


class FlexibleClerk(msgspec.Struct, frozen=True):
    """Who sits down at a tidal window that the hall has opened."""

    staff_no: str


class StaffMember(msgspec.Struct, frozen=True):
    """Who usually sits at a window."""

    staff_no: str
    window: int | None = None


class Arrivals(msgspec.Struct, frozen=True):
    """Tickets of a service per half-hour from `starts`, a row per weekday."""

    service: str
    starts: str
    monday: tuple[float, ...] = ()
    tuesday: tuple[float, ...] = ()
    wednesday: tuple[float, ...] = ()
    thursday: tuple[float, ...] = ()
    friday: tuple[float, ...] = ()
    saturday: tuple[float, ...] = ()
    sunday: tuple[float, ...] = ()

    def on(self, day: date) -> tuple[float, ...]:
        """The row of the weekday of `day`; empty when there is none."""
        rows = (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
        return rows[day.weekday()]


class Site(msgspec.Struct, frozen=True):
    """`[hall]`"""

    code: str
    name: str
    name_en: str
    timezone: str


class _File(msgspec.Struct, frozen=True, rename={"class_": "class"}):
    hall: Site
    service: tuple[Service, ...]
    window: tuple[Window, ...]
    hours: dict[str, tuple[str, ...]] = {}
    exceptions: dict[str, tuple[str, ...]] = {}
    class_: tuple[Class, ...] = ()
    flexible_clerk: tuple[FlexibleClerk, ...] = ()
    person: tuple[StaffMember, ...] = ()
    arrivals: tuple[Arrivals, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of one day, in the hall's own time, in which tickets are issued: `opens` is in it, `closes` is not."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class HallSheet:
    """One hall."""

    code: str
    name: str
    name_en: str
    timezone: ZoneInfo
    services: tuple[Service, ...]
    windows: tuple[Window, ...]
    classes: tuple[str, ...]
    flexible: frozenset[str]
    arrivals: tuple[Arrivals, ...]
    hours: dict[str, tuple[str, ...]]
    exceptions: dict[str, tuple[str, ...]]
    sitters: dict[int, str]

    def moment(self, day: date, minutes: float) -> datetime:
        """So many minutes after midnight of `day`, by the clock on the wall."""
        seconds, micro = divmod(min(round(minutes * 60_000_000), 86_399_999_999), 1_000_000)
        clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60, micro)
        return datetime.combine(day, clock, self.timezone)

    def openings(self, day: date) -> tuple[Opening, ...]:
        """When the hall is open on `day`, in order. A hall without any hours is open until one minute before midnight,
        so that its day has an end."""
        if not self.hours and not self.exceptions:
            texts: tuple[str, ...] = ("00:00-23:59",)
        else:
            weekday = self.hours.get(WEEKDAYS[day.weekday()], ())
            texts = self.exceptions.get(day.isoformat(), weekday)
        spans = sorted(_span(text) for text in texts)
        return tuple(Opening(self.moment(day, opens), self.moment(day, closes)) for opens, closes in spans)


def read(path: Path) -> HallSheet:
    """The hall that the file at `path` describes. Raises Unreadable."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Unreadable(f"{path}: {error}") from error
    _unshorten(document)
    try:
        file = msgspec.convert(document, _File)
        sheet = HallSheet(
            code=file.hall.code,
            name=file.hall.name,
            name_en=file.hall.name_en,
            timezone=ZoneInfo(file.hall.timezone),
            services=file.service,
            windows=file.window,
            classes=tuple(each.key for each in file.class_),
            flexible=frozenset(each.staff_no for each in file.flexible_clerk),
            arrivals=file.arrivals,
            hours=file.hours,
            exceptions=file.exceptions,
            sitters={each.window: each.staff_no for each in file.person if each.window is not None},
        )
        for texts in (*sheet.hours.values(), *sheet.exceptions.values()):
            for text in texts:
                _span(text)
        for each in sheet.arrivals:
            minute_of(each.starts)
    except (msgspec.ValidationError, ValueError, KeyError) as error:
        said = str(error.args[0] if error.args else error)
        raise Unreadable(f"{path}: {said} (tidehall hall check {path})") from error
    return sheet


def minute_of(text: str) -> int:
    """`HH:MM` as minutes after midnight. Raises ValueError."""
    match = re.fullmatch(r"\s*([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?\s*", text)
    if match is None:
        raise ValueError(f'"{text}" is no time of day')
    return int(match[1]) * 60 + int(match[2])


def _span(text: str) -> tuple[int, int]:
    ends = re.split("[-–—~]", text)
    if len(ends) != 2:
        raise ValueError(f'"{text}" is no opening, such as 09:00-17:00')
    return minute_of(ends[0]), minute_of(ends[1])


def _tables(document: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    entries = document.get(key)
    if isinstance(entries, list):
        yield from (each for each in entries if isinstance(each, dict))


def _unshorten(document: dict[str, Any]) -> None:
    for window in _tables(document, "window"):
        if isinstance(window.get("serves"), list):
            window["serves"] = [
                {"service": each} if isinstance(each, str) else each for each in window["serves"]
            ]
    for each in _tables(document, "arrivals"):
        if isinstance(each.get("starts"), time):
            each["starts"] = str(each["starts"])
    for key in ("hours", "exceptions"):
        days = document.get(key)
        if isinstance(days, dict):
            document[key] = {
                day: [openings] if isinstance(openings, str) else openings for day, openings in days.items()
            }
