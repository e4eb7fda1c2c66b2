"""The journal on disk: append what happened, read it back, fold a hall from it.

For: `SqlJournal`, which is the `Journal` that app/service.py asks for. `append` writes the events of several commands,
their answers, and the rows of the tickets they touched, in one transaction: all or nothing.
Not for: deciding anything; not async: the service runs it in the one writer thread.
What goes wrong: `Taken` (another process wrote this `seq` or answered this key first: read on, decide again) and
`StoreTrouble` (database.py).
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from operator import itemgetter
from secrets import token_hex
from typing import Any

import msgspec
from sqlalchemy import Connection, Dialect, UpdateBase, bindparam, delete, func, insert, select, text, update

from app.core.events import EVENTS, DayOpened, Event, PlanAdopted, TicketCalled, TicketIssued
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.plan import HallPlan
from app.core.record import Answer, Recorded, Taken, Writing
from app.core.ticket import Ticket
from app.store.database import Database
from app.store.notices import notify
from app.store.snapshot import Row, Snapshots
from app.store.tables import answers, journal, tickets

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode


class _Decoders(dict[str, msgspec.json.Decoder[Any]]):
    """By the name of the event; each is made when the first of its kind is read."""

    def __missing__(self, name: str) -> msgspec.json.Decoder[Any]:
        kind = EVENTS.get(name)
        if kind is None:
            raise ValueError(
                f"the journal holds an event {name!r} that this version does not know; update TideHall"
            )
        made = self[name] = msgspec.json.Decoder(kind)
        return made


_decoders = _Decoders()

_CHANGING = (
    "service",
    "priority_class",
    "status",
    "queued_at",
    "called_at",
    "started_at",
    "ended_at",
    "window",
    "recalls",
    "misses",
    "transfers",
    "overtaken",
    "waited_before",
    "outcome",
)
_update_tickets = (
    update(tickets)
    .where(tickets.c.hall == bindparam("_hall"), tickets.c.id == bindparam("_id"))
    .values({name: bindparam(name) for name in _CHANGING})
)


class _Rows:
    """A statement for many rows, put into the words of the database once, and given to its driver as it is. SQLAlchemy
    looks at every value of every row again; for rows whose shape never changes that took longer than SQLite took to write
    them."""

    def __init__(self, statement: UpdateBase, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._words = str(compiled)
        self._in_order = itemgetter(*compiled.positiontup) if compiled.positiontup else None

    def write(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Write rows, each a dictionary of all that the statement binds."""
        if not rows:
            return
        in_order = rows if self._in_order is None else list(map(self._in_order, rows))
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(self._words, in_order)
        finally:
            cursor.close()


MILESTONES = text("journal.name IN ('DayOpened', 'PlanAdopted')")
"""The condition of the index `journal_name`, word for word: SQLite uses a partial index only where it stands in the query.
Without it every start, and every look for new halls, reads the whole journal of all years."""


def read_event(name: str, data: str) -> Event:
    """An event from its row. A name that this version does not know is a journal of a newer one, and is refused."""
    event: Event = _decoders[name].decode(data)
    return event


class SqlJournal:
    """The journal of every hall in one database. `snapshots`: halls of which only the rest need be folded. `process`: how
    this one signs what it tells others (notices.py)."""

    def __init__(self, database: Database, snapshots: Snapshots | None = None) -> None:
        self._database = database
        self._snapshots = snapshots
        dialect = database.writer.dialect
        self.process = token_hex(4)
        self._tells_others = dialect.name == "postgresql"
        self._append_events = _Rows(insert(journal), dialect)
        self._append_answers = _Rows(insert(answers), dialect)
        self._insert_tickets = _Rows(insert(tickets), dialect)
        self._update_tickets = _Rows(_update_tickets, dialect)

    # -- writing ------------------------------------------------------------------------------------------------

    def append(self, hall: str, writings: Sequence[Writing]) -> None:
        """Write what several commands caused, whole or not at all. Raises Taken, StoreTrouble."""
        rows = [
            {
                "hall": hall,
                "seq": recorded.seq,
                "at": recorded.event.at.isoformat(),
                "name": type(recorded.event).__name__,
                "by": recorded.by,
                "data": _encode(recorded.event).decode(),
            }
            for writing in writings
            for recorded in writing.recorded
        ]
        replies = [
            {
                "hall": hall,
                "key": writing.key,
                "fingerprint": writing.fingerprint,
                "status": writing.answer.status,
                "body": writing.answer.body.decode(),
                "at": _utc(writing.at),
            }
            for writing in writings
            if writing.key and writing.answer
        ]
        fresh, changed = _touched(writings)
        try:
            with self._database.writing() as connection:
                self._append_events.write(connection, rows)
                self._append_answers.write(connection, replies)
                self._insert_tickets.write(connection, [_ticket_row(hall, each) for each in fresh])
                self._update_tickets.write(connection, [_change(hall, each) for each in changed])
                if rows and self._tells_others:
                    last = [recorded.seq for writing in writings for recorded in writing.recorded][-1]
                    notify(connection, self.process, hall, last)
        except self._database.taken as error:
            raise Taken(str(error)) from error

    def forget_answers(self, hall: str, keys: Sequence[str]) -> None:
        """Forget the answers to these keys, some hundreds at most."""
        with self._database.writing() as connection:
            connection.execute(delete(answers).where(answers.c.hall == hall, answers.c.key.in_(keys)))

    def probe(self) -> None:
        """Write nothing of meaning, durably: whether the disk takes a commit. Raises StoreTrouble."""
        with self._database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))

    def checkpoint(self) -> None:
        """Put in order, beside the commits, what they left to be done. Raises StoreTrouble."""
        self._database.checkpoint()

    # -- reading ------------------------------------------------------------------------------------------------

    def halls(self) -> list[str]:
        """The codes of the halls that this database holds."""
        with self._database.reading() as connection:
            return list(
                connection.scalars(
                    select(journal.c.hall)
                    .where(MILESTONES, journal.c.name == PlanAdopted.__name__)
                    .distinct()
                    .order_by(journal.c.hall)
                )
            )

    def last(self, hall: str) -> int:
        """The number of the last event; 0 if there is none."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.max(journal.c.seq)).where(journal.c.hall == hall)) or 0

    def read(self, hall: str, after: int, limit: int | None = None) -> list[Recorded]:
        """Events with a number above `after`, in order."""
        with self._database.reading() as connection:
            return list(_read(connection, hall, after, limit))

    def fold(self, hall: str) -> Hall | None:
        """The hall as its journal tells it: the plan of the day's beginning, and everything since. None: no journal."""
        with self._database.reading() as connection:
            opened = connection.scalar(
                select(func.max(journal.c.seq)).where(
                    MILESTONES, journal.c.hall == hall, journal.c.name == DayOpened.__name__
                )
            )
            start = opened or 1
            folded = self._kept(connection, hall, start)
            if folded is None:
                plan = _plan_at(connection, hall, start)
                if plan is None:
                    return None
                folded = Hall(plan, seq=start - 1)
            for _, name, data, _ in _rows(connection, hall, folded.seq, None):
                evolve(folded, read_event(name, data))
            return folded

    def _kept(self, connection: Connection, hall: str, start: int) -> Hall | None:
        """The hall of a snapshot that this journal bears out, if it is of the day that began with event `start`."""
        snapshot = self._snapshots.read(hall) if self._snapshots else None
        if snapshot is None or snapshot.seq < start or snapshot.last != _row(connection, hall, snapshot.seq):
            return None
        try:
            return snapshot.hall()
        except msgspec.MsgspecError:
            log.exception("hall %s: a snapshot cannot be read; the whole day is folded", hall)
            return None

    def keep_snapshot(self, hall: str, snapshots: Snapshots) -> int:
        """Fold a hall and keep it; the number of its last event, 0 if there is no journal. Raises StoreTrouble, OSError."""
        folded = self.fold(hall)
        if folded is None:
            return 0
        with self._database.reading() as connection:
            last = _row(connection, hall, folded.seq)
        if last is not None:
            snapshots.keep(folded, last)
        return folded.seq

    def keys(self, hall: str) -> set[str]:
        """Every Idempotency-Key that was answered."""
        with self._database.reading() as connection:
            return set(connection.scalars(select(answers.c.key).where(answers.c.hall == hall)))

    def answers(self, hall: str, keys: Sequence[str]) -> dict[str, tuple[str, Answer]]:
        """The fingerprint and the first answer of each of these keys that was answered."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(answers.c.key, answers.c.fingerprint, answers.c.status, answers.c.body).where(
                    answers.c.hall == hall, answers.c.key.in_(keys)
                )
            )
            return {
                key: (fingerprint, Answer(status, body.encode())) for key, fingerprint, status, body in rows
            }

    def old_keys(self, hall: str, before: datetime) -> list[str]:
        """Keys that were answered before a moment."""
        with self._database.reading() as connection:
            return list(
                connection.scalars(
                    select(answers.c.key).where(answers.c.hall == hall, answers.c.at < _utc(before))
                )
            )

    def recent_events(self, hall: str, after: int, limit: int) -> list[tuple[int, str, str, str]]:
        """(seq, name, by, data as JSON) of events with a number above `after`, as they lie on disk."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(journal.c.seq, journal.c.name, journal.c.by, journal.c.data)
                .where(journal.c.hall == hall, journal.c.seq > after)
                .order_by(journal.c.seq)
                .limit(limit)
            )
            return [(seq, name, by, data) for seq, name, by, data in rows]

    def last_calls(self, hall: str, before: int | None, limit: int) -> list[tuple[int, str, TicketCalled]]:
        """(seq, by, call) of the calls before a number, newest first; None: of the newest."""
        query = select(journal.c.seq, journal.c.by, journal.c.data).where(
            journal.c.hall == hall, journal.c.name == TicketCalled.__name__
        )
        if before is not None:
            query = query.where(journal.c.seq < before)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(journal.c.seq.desc()).limit(limit)).all()
        decoder = msgspec.json.Decoder(TicketCalled)
        return [(seq, by, decoder.decode(data)) for seq, by, data in rows]

    def plans(self, hall: str, before: int | None, limit: int) -> list[tuple[int, str, PlanAdopted]]:
        """(seq, by, adoption) of the plans before a number, newest first; None: of the newest."""
        query = select(journal.c.seq, journal.c.by, journal.c.data).where(
            MILESTONES, journal.c.hall == hall, journal.c.name == PlanAdopted.__name__
        )
        if before is not None:
            query = query.where(journal.c.seq < before)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(journal.c.seq.desc()).limit(limit)).all()
        decoder = msgspec.json.Decoder(PlanAdopted)
        return [(seq, by, decoder.decode(data)) for seq, by, data in rows]

    def tickets_by_id(self, hall: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The rows of some hundreds of tickets at most."""
        query = select(tickets).where(tickets.c.hall == hall, tickets.c.id.in_(ids))
        with self._database.reading() as connection:
            return {row["id"]: dict(row) for row in connection.execute(query).mappings()}

    def tickets_numbered(self, hall: str, day: str, number: str) -> list[dict[str, Any]]:
        """The tickets of a day that carry a number."""
        query = select(tickets).where(
            tickets.c.hall == hall, tickets.c.day == day, tickets.c.number == number
        )
        with self._database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def calls_of_day(self, hall: str, day: str) -> list[TicketCalled]:
        """Every call of a day (`2026-11-23`), in order, with its reason."""
        with self._database.reading() as connection:
            opened = connection.execute(
                select(journal.c.seq, journal.c.data)
                .where(journal.c.hall == hall, journal.c.name == DayOpened.__name__)
                .order_by(journal.c.seq)
            ).all()
            days = [(seq, str(read_event(DayOpened.__name__, data).day)) for seq, data in opened]  # type: ignore[attr-defined]
            first = next((seq for seq, each in days if each == day), None)
            if first is None:
                return []
            last = next((seq for seq, each in days if seq > first), None)
            rows = select(journal.c.data).where(
                journal.c.hall == hall, journal.c.seq > first, journal.c.name == TicketCalled.__name__
            )
            if last is not None:
                rows = rows.where(journal.c.seq < last)
            decoder = msgspec.json.Decoder(TicketCalled)
            return [decoder.decode(data) for data in connection.scalars(rows.order_by(journal.c.seq))]

    def days(self, hall: str) -> list[date]:
        """The days that the journal holds, the oldest first."""
        with self._database.reading() as connection:
            return [day for _, day in _opened(connection, hall)]

    def day(self, hall: str, day: date) -> tuple[HallPlan, list[Event]] | None:
        """The plan at the beginning of a day, and its events from `DayOpened` to the last before the next day's. None:
        the journal does not have that day."""
        with self._database.reading() as connection:
            opened = _opened(connection, hall)
            first = next((seq for seq, each in opened if each == day), None)
            if first is None:
                return None
            plan = _plan_at(connection, hall, first)
            if plan is None:
                return None
            until = next((seq for seq, _ in opened if seq > first), None)
            limit = until - first if until is not None else None
            return plan, [
                read_event(name, data) for _, name, data, _ in _rows(connection, hall, first - 1, limit)
            ]

    def tickets_of_day(self, hall: str, day: str) -> list[dict[str, object]]:
        """Every ticket of a day as its row stands."""
        with self._database.reading() as connection:
            rows = connection.execute(select(tickets).where(tickets.c.hall == hall, tickets.c.day == day))
            return [dict(row) for row in rows.mappings()]

    def ticket(self, hall: str, ticket_id: str) -> dict[str, object] | None:
        """A ticket of any day as its row stands."""
        with self._database.reading() as connection:
            row = (
                connection.execute(select(tickets).where(tickets.c.hall == hall, tickets.c.id == ticket_id))
                .mappings()
                .first()
            )
            return dict(row) if row else None


def _plan_at(connection: Connection, hall: str, seq: int) -> HallPlan | None:
    """The plan that was in force at an event."""
    found = connection.scalar(
        select(journal.c.data)
        .where(
            MILESTONES,
            journal.c.hall == hall,
            journal.c.name == PlanAdopted.__name__,
            journal.c.seq <= seq,
        )
        .order_by(journal.c.seq.desc())
        .limit(1)
    )
    if found is None:
        return None
    adopted = read_event(PlanAdopted.__name__, found)
    assert isinstance(adopted, PlanAdopted)
    return adopted.plan


def _opened(connection: Connection, hall: str) -> list[tuple[int, date]]:
    """The number of each `DayOpened`, and its day, the oldest first."""
    rows = connection.execute(
        select(journal.c.seq, journal.c.data)
        .where(MILESTONES, journal.c.hall == hall, journal.c.name == DayOpened.__name__)
        .order_by(journal.c.seq)
    )
    decoder = msgspec.json.Decoder(_OnlyDay)
    return [(seq, decoder.decode(data).day) for seq, data in rows]


class _OnlyDay(msgspec.Struct):
    """What is read of a `DayOpened` to know which day it was: not the whole inheritance of the hall."""

    day: date


def _read(connection: Connection, hall: str, after: int, limit: int | None) -> Iterator[Recorded]:
    for seq, name, data, by in _rows(connection, hall, after, limit):
        yield Recorded(seq, read_event(name, data), by)


def _row(connection: Connection, hall: str, seq: int) -> Row | None:
    """One event as it lies on disk."""
    found = connection.execute(
        select(journal.c.name, journal.c.by, journal.c.data).where(
            journal.c.hall == hall, journal.c.seq == seq
        )
    ).first()
    return Row(*found) if found else None


def _rows(
    connection: Connection, hall: str, after: int, limit: int | None
) -> Iterator[tuple[int, str, str, str]]:
    """(seq, name, data, by) of events with a number above `after`, in order. Straight from the driver's cursor: a day
    has 120,000 of them, and half of the time of reading one would go into making an SQLAlchemy row of it."""
    result = connection.execute(
        select(journal.c.seq, journal.c.name, journal.c.data, journal.c.by)
        .where(journal.c.hall == hall, journal.c.seq > after)
        .order_by(journal.c.seq)
        .limit(limit)
    )
    assert result.cursor is not None
    while rows := result.cursor.fetchmany(1000):
        yield from rows
    result.close()


def _touched(writings: Sequence[Writing]) -> tuple[list[Ticket], list[Ticket]]:
    """The tickets that these writings made, and those they only changed, as they stand in the end."""
    last: dict[str, Ticket] = {}
    made: set[str] = set()
    for writing in writings:
        for ticket in writing.touched:
            last[ticket.id] = ticket
        made.update(each.event.ticket for each in writing.recorded if isinstance(each.event, TicketIssued))
    return (
        [ticket for ticket in last.values() if ticket.id in made],
        [ticket for ticket in last.values() if ticket.id not in made],
    )


def _utc(moment: datetime) -> str:
    """A moment as text that sorts: in one zone."""
    return moment.astimezone(UTC).isoformat()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _change(hall: str, ticket: Ticket) -> dict[str, Any]:
    return {
        "_hall": hall,
        "_id": ticket.id,
        "service": ticket.service,
        "priority_class": ticket.priority_class,
        "status": ticket.status.value,
        "queued_at": ticket.queued_at.isoformat(),
        "called_at": _iso(ticket.called_at),
        "started_at": _iso(ticket.started_at),
        "ended_at": _iso(ticket.ended_at),
        "window": ticket.window,
        "recalls": ticket.recalls,
        "misses": ticket.misses,
        "transfers": ticket.transfers,
        "overtaken": ticket.overtaken,
        "waited_before": ticket.waited_before,
        "outcome": ticket.outcome.value if ticket.outcome else None,
    }


def _ticket_row(hall: str, ticket: Ticket) -> dict[str, Any]:
    row = _change(hall, ticket)
    del row["_hall"], row["_id"]
    return {
        "hall": hall,
        "id": ticket.id,
        "day": ticket.first_arrival.date().isoformat(),
        "number": ticket.number,
        "channel": ticket.channel,
        "first_arrival": ticket.first_arrival.isoformat(),
        **row,
    }
