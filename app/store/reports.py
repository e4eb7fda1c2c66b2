"""What reports are counted from: the lines of every day, read out of the journal once the day is over.

For: `Reports`. `keep_days` reads each day that is over (core/daybook.py) and writes its lines together with the mark that
they are there, in one transaction; `count` groups and counts lines, the day that is going on included.
Not for: what a figure is (core/measures.py), or how it looks.

Why the lines are not written with each commit: a commit is what people wait for, and it would grow by a third for what is
looked at once a month. The journal is the truth and never changes, so a day can be read at any later time: after a crash
there is either the whole day with its mark or nothing, and then it is read again. Days from before this version are read
the same way, and so is every day when a definition changes (`daybook.FOLD`).

What goes wrong: `StoreTrouble` (database.py). Two processes that read the same day at once: the second finds its rows
taken and leaves it at that. Everything blocks, one report at a time in a process.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from app.core.daybook import FOLD, READ, Booked, DayBook, Judgement, Post, Tide, Visit
from app.core.events import DayOpened, PlanAdopted
from app.core.measures import Tally, TideLine, VisitLine
from app.core.periods import time_key
from app.store.database import Database
from app.store.journal import MILESTONES, read_event
from app.store.reporttables import booked, judgements, kept_days, posts, tides, visits
from app.store.tables import journal

FORGOTTEN = 0
"""The `fold` of a day whose lines were let go by rule: it is not read again."""

ROWS_AT_ONCE = 250
"""Rows counted before others may run: some 0.7 ms, so that a command that comes meanwhile does not wait for a report."""

_TIMES = frozenset({"weekday", "day", "week", "month"})

_VISIT_KEYS: dict[str, Column[Any]] = {
    "service": visits.c.service,
    "department": visits.c.zone,
    "zone": visits.c.place,
    "window": visits.c.window,
    "clerk": visits.c.clerk,
    "hour": visits.c.hour,
    "class": visits.c.priority_class,
    "channel": visits.c.channel,
}
_POST_KEYS: dict[str, Column[Any]] = {
    "zone": posts.c.zone,
    "window": posts.c.window,
    "clerk": posts.c.clerk,
    "hour": posts.c.hour,
}
_TIDE_KEYS: dict[str, Column[Any]] = {
    "service": tides.c.service,
    "department": tides.c.zone,
    "zone": tides.c.place,
    "window": tides.c.window,
    "hour": tides.c.hour,
}
_JUDGEMENT_KEYS: dict[str, Column[Any]] = {
    "service": judgements.c.service,
    "department": judgements.c.zone,
}
_BOOKED_KEYS: dict[str, Column[Any]] = {"service": booked.c.service, "department": booked.c.zone}
"""The column that says the group of a line. A grouping that is not there does not divide such lines: minutes of a window
belong to no service."""

_VISIT_LINE = (
    visits.c.part,
    visits.c.waited,
    visits.c.handled,
    visits.c.calls,
    visits.c.recalls,
    visits.c.misses,
    visits.c.ending,
    visits.c.rating,
    visits.c.asked,
    visits.c.told,
    visits.c.told_low,
    visits.c.told_high,
    visits.c.promise,
    visits.c.handle_limit,
    visits.c.booked,
)


@dataclass
class _Open:
    """The day that is going on: its book, and how far in the journal it is told."""

    first: int
    told: int
    book: DayBook


class Reports:
    """The lines of every hall in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()

    # -- keeping ------------------------------------------------------------------------------------------------

    def keep_days(self, hall: str) -> int:
        """Read every day that is over and not kept yet; how many days that were. Raises StoreTrouble."""
        with self._lock:
            return self._keep_days(hall)

    def _keep_days(self, hall: str) -> int:
        kept = 0
        for day, first, after in self._days_to_read(hall):
            with self._database.reading() as connection:
                book = _begin(connection, hall, first)
                if book is None:
                    continue
                _tell(connection, hall, book, first - 1, after)
            book.over()
            kept += self._keep(hall, day, first, after - 1, book)
        return kept

    def _days_to_read(self, hall: str) -> list[tuple[str, int, int]]:
        """(day, first event, first event of the next day) of days that are over and not kept by this version."""
        with self._database.reading() as connection:
            marks = select(kept_days.c.day, kept_days.c.fold).where(kept_days.c.hall == hall)
            known: dict[str, int] = {day: fold for day, fold in connection.execute(marks)}  # noqa: C416
            opened = _openings(connection, hall)
        return [
            (day, seq, after)
            for (day, seq), (_, after) in pairwise(opened)
            if known.get(day) not in (FOLD, FORGOTTEN)
        ]

    def _keep(self, hall: str, day: str, first: int, last: int, book: DayBook) -> bool:
        try:
            with self._database.writing() as connection:
                _forget_lines(connection, hall, day)
                connection.execute(delete(kept_days).where(kept_days.c.hall == hall, kept_days.c.day == day))
                connection.execute(
                    insert(kept_days).values(hall=hall, day=day, first=first, last=last, fold=FOLD)
                )
                for table, rows in (
                    (visits, [_visit_row(hall, day, each) for each in book.visits]),
                    (posts, [_post_row(hall, day, each) for each in book.posts()]),
                    (tides, [_tide_row(hall, day, each) for each in book.tides]),
                    (booked, [_booked_row(hall, day, each) for each in book.booked()]),
                    (judgements, [_judgement_row(hall, day, each) for each in book.judgements]),
                ):
                    if rows:
                        connection.execute(insert(table), rows)
        except IntegrityError:
            return False
        return True

    def forget(self, hall: str, before: date) -> int:
        """Let go of the lines of days before a day; how many days. Raises StoreTrouble."""
        old = (
            kept_days.c.hall == hall,
            kept_days.c.day < before.isoformat(),
            kept_days.c.fold != FORGOTTEN,
        )
        with self._lock:
            with self._database.reading() as connection:
                days = list(connection.scalars(select(kept_days.c.day).where(*old)))
            for day in days:
                with self._database.writing() as connection:
                    _forget_lines(connection, hall, day)
                    connection.execute(
                        update(kept_days)
                        .where(kept_days.c.hall == hall, kept_days.c.day == day)
                        .values(fold=FORGOTTEN)
                    )
        return len(days)

    # -- counting -----------------------------------------------------------------------------------------------

    def count(self, hall: str, first: date, last: date, by: str, now: datetime) -> dict[str, Tally]:
        """What happened from `first` to `last`, counted by a grouping of core/periods.py; keys as text. `now`: the time
        of the hall, until which duties that are going on are counted. Raises StoreTrouble."""
        with self._lock:
            self._keep_days(hall)
            found: dict[str, Tally] = {}
            with self._database.reading() as connection:
                _count_kept(connection, hall, first, last, by, found)
                book = self._book_of_today(connection, hall)
            if book is not None and book.day is not None and first <= book.day <= last:
                _count_book(book, by, now, found)
            if book is not None:
                _count_judgements(book, first, last, by, found)
            return found

    def days(self, hall: str) -> tuple[str, str] | None:
        """The first and the last day that a report can speak of; None while the hall has lived no day."""
        with self._database.reading() as connection:
            opened = _openings(connection, hall)
            kept = connection.scalar(
                select(func.min(kept_days.c.day)).where(
                    kept_days.c.hall == hall, kept_days.c.fold != FORGOTTEN
                )
            )
        if not opened:
            return None
        return (kept or opened[0][0], opened[-1][0])

    def _book_of_today(self, connection: Connection, hall: str) -> DayBook | None:
        """The book of the day that is going on, told everything until now. It stays in memory, so that the next report
        reads only what has happened since."""
        opened = _openings(connection, hall)
        if not opened:
            return None
        first = opened[-1][1]
        going = self._open.get(hall)
        if going is None or going.first != first:
            book = _begin(connection, hall, first)
            if book is None:
                return None
            going = self._open[hall] = _Open(first, first - 1, book)
        going.told = _tell(connection, hall, going.book, going.told, None)
        return going.book


# -- the journal ------------------------------------------------------------------------------------------------


def _openings(connection: Connection, hall: str) -> list[tuple[str, int]]:
    """(day, number of the event) of every day that was opened, in order. A day opens on itself."""
    rows = connection.execute(
        select(journal.c.at, journal.c.seq)
        .where(MILESTONES, journal.c.hall == hall, journal.c.name == DayOpened.__name__)
        .order_by(journal.c.seq)
    )
    return [(at[:10], seq) for at, seq in rows]


def _begin(connection: Connection, hall: str, first: int) -> DayBook | None:
    """An empty book under the plan with which the day began; None where the journal has no plan before it."""
    data = connection.scalar(
        select(journal.c.data)
        .where(
            MILESTONES,
            journal.c.hall == hall,
            journal.c.name == PlanAdopted.__name__,
            journal.c.seq <= first,
        )
        .order_by(journal.c.seq.desc())
        .limit(1)
    )
    if data is None:
        return None
    planned = read_event(PlanAdopted.__name__, data)
    assert isinstance(planned, PlanAdopted)
    return DayBook(planned.plan)


def _tell(connection: Connection, hall: str, book: DayBook, after: int, before: int | None) -> int:
    """Tell a book the events between two numbers; the number of the last one."""
    wanted = (
        select(journal.c.seq, journal.c.name, journal.c.data)
        .where(journal.c.hall == hall, journal.c.seq > after)
        .order_by(journal.c.seq)
    )
    if before is not None:
        wanted = wanted.where(journal.c.seq < before)
    for seq, name, data in _stream(connection, wanted):
        if name in READ:
            book.tell(seq, read_event(name, data))
        after = seq
    return after


def _stream(connection: Connection, wanted: Any) -> Iterator[tuple[Any, ...]]:
    """Rows straight from the driver's cursor, with a pause now and then in which others run."""
    result = connection.execute(wanted)
    assert result.cursor is not None
    while rows := result.cursor.fetchmany(ROWS_AT_ONCE):
        yield from rows
        time.sleep(0)
    result.close()


# -- rows -------------------------------------------------------------------------------------------------------


def _visit_row(hall: str, day: str, each: Visit) -> dict[str, object]:
    return {
        "hall": hall,
        "seq": each.seq,
        "day": day,
        "number": each.number,
        "part": each.part,
        "service": each.service,
        "zone": each.zone,
        "place": each.place,
        "window": each.window,
        "clerk": each.clerk,
        "priority_class": each.priority_class,
        "channel": each.channel,
        "booked": each.booked,
        "hour": each.began.hour,
        "began": each.began.isoformat(),
        "ended": each.ended.isoformat() if each.ended else None,
        "waited": each.waited,
        "handled": each.handled,
        "promise": each.promise,
        "handle_limit": each.limit,
        "calls": each.calls,
        "recalls": each.recalls,
        "misses": each.misses,
        "ending": each.ending,
        "outcome": each.outcome,
        "rating": each.rating,
        "asked": each.asked,
        "told": each.told,
        "told_low": each.told_low,
        "told_high": each.told_high,
    }


def _post_row(hall: str, day: str, each: Post) -> dict[str, object]:
    return {
        "hall": hall,
        "day": day,
        "window": each.window,
        "clerk": each.clerk,
        "hour": each.hour,
        "duty": each.duty,
        "reason": each.reason,
        "zone": each.zone,
        "minutes": each.minutes,
    }


def _tide_row(hall: str, day: str, each: Tide) -> dict[str, object]:
    return {
        "hall": hall,
        "seq": each.seq,
        "day": day,
        "hour": each.at.hour,
        "window": each.window,
        "service": each.service,
        "zone": each.zone,
        "place": each.place,
        "wait_before": each.wait_before,
        "wait_after": each.wait_after,
        "served": each.served,
        "clerk_minutes": each.clerk_minutes,
    }


def _booked_row(hall: str, day: str, each: Booked) -> dict[str, object]:
    return {
        "hall": hall,
        "day": day,
        "service": each.service,
        "what": each.what,
        "zone": each.zone,
        "count": each.count,
    }


def _judgement_row(hall: str, day: str, each: Judgement) -> dict[str, object]:
    return {
        "hall": hall,
        "day": day,
        "about": each.about.isoformat(),
        "service": each.service,
        "estimator": each.estimator,
        "zone": each.zone,
        "people": each.people,
        "error": each.error,
    }


def _forget_lines(connection: Connection, hall: str, day: str) -> None:
    for table in (visits, posts, tides, booked, judgements):
        connection.execute(delete(table).where(table.c.hall == hall, table.c.day == day))


# -- groups -----------------------------------------------------------------------------------------------------


def _group(found: dict[str, Tally], key: str) -> Tally:
    tally = found.get(key)
    if tally is None:
        tally = found[key] = Tally()
    return tally


def _keyed(by: str) -> Callable[[object], str]:
    """From what stands in the key's column to the key of the group. Days are few and lines are many: each day is worked
    out once."""
    if by not in _TIMES:
        return str
    known: dict[object, str] = {}

    def of_day(day: object) -> str:
        key = known.get(day)
        if key is None:
            key = known[day] = time_key(by, date.fromisoformat(str(day)))
        return key

    return of_day


def _key_column(day: Column[Any], keys: dict[str, Column[Any]], by: str) -> Any:
    """The column of the key; None where the grouping does not divide these lines."""
    if by == "total":
        return literal("")
    if by in _TIMES:
        return day
    return keys.get(by)


def _count_kept(
    connection: Connection, hall: str, first: date, last: date, by: str, found: dict[str, Tally]
) -> None:
    keyed = _keyed(by)

    def lines(table: Table, keys: dict[str, Column[Any]], columns: Sequence[Column[Any]]) -> Iterator[Any]:
        day = table.c.about if table is judgements else table.c.day
        key = _key_column(day, keys, by)
        if key is None:
            return iter(())
        wanted = select(key, *columns).where(
            table.c.hall == hall, day >= first.isoformat(), day <= last.isoformat()
        )
        return _stream(connection, wanted)

    for key, *line in lines(visits, _VISIT_KEYS, _VISIT_LINE):
        _group(found, keyed(key)).visit(VisitLine._make(line))
    for key, duty, reason, minutes in lines(
        posts, _POST_KEYS, (posts.c.duty, posts.c.reason, posts.c.minutes)
    ):
        _group(found, keyed(key)).post(duty, reason, minutes)
    for key, *line in lines(
        tides, _TIDE_KEYS, (tides.c.wait_before, tides.c.wait_after, tides.c.served, tides.c.clerk_minutes)
    ):
        _group(found, keyed(key)).tide(TideLine._make(line))
    for key, what, count in lines(booked, _BOOKED_KEYS, (booked.c.what, booked.c.count)):
        _group(found, keyed(key)).booking(what, count)
    for key, estimator, people, error in lines(
        judgements, _JUDGEMENT_KEYS, (judgements.c.estimator, judgements.c.people, judgements.c.error)
    ):
        _group(found, keyed(key)).judgement(estimator, people, error)


def _count_judgements(book: DayBook, first: date, last: date, by: str, found: dict[str, Tally]) -> None:
    """What was said this morning of an earlier day."""
    keyed = _keyed(by)
    for each in book.judgements:
        if first <= each.about <= last and (by == "total" or by in _TIMES or by in _JUDGEMENT_KEYS):
            row = _judgement_row("", "", each)
            key = "" if by == "total" else keyed(row["about" if by in _TIMES else _JUDGEMENT_KEYS[by].name])
            _group(found, key).judgement(each.estimator, each.people, each.error)


def _count_book(book: DayBook, by: str, now: datetime, found: dict[str, Tally]) -> None:
    """The same of a day in memory, by way of the same rows."""
    keyed = _keyed(by)
    assert book.day is not None
    day = book.day.isoformat()

    def key_of(row: dict[str, object], keys: dict[str, Column[Any]]) -> str | None:
        if by == "total":
            return ""
        if by in _TIMES:
            return keyed(day)
        return keyed(row[keys[by].name]) if by in keys else None

    for place, visit in enumerate(book.visits):
        row = _visit_row("", day, visit)
        key = key_of(row, _VISIT_KEYS)
        if key is not None:
            _group(found, key).visit(VisitLine._make(row[column.name] for column in _VISIT_LINE))
        if place % ROWS_AT_ONCE == 0:
            time.sleep(0)
    for post in book.posts(now):
        key = key_of(_post_row("", day, post), _POST_KEYS)
        if key is not None:
            _group(found, key).post(post.duty, post.reason, post.minutes)
    for booking in book.booked():
        key = key_of(_booked_row("", day, booking), _BOOKED_KEYS)
        if key is not None:
            _group(found, key).booking(booking.what, booking.count)
    for tide in book.tides:
        key = key_of(_tide_row("", day, tide), _TIDE_KEYS)
        if key is not None:
            _group(found, key).tide(
                TideLine(tide.wait_before, tide.wait_after, tide.served, tide.clerk_minutes)
            )
