"""The database: engines as this project needs them, and the words for what can be wrong with a disk.

For: `open_database(settings)`: one engine that writes (one connection, lent to one thread at a time, `BEGIN IMMEDIATE`,
WAL, `synchronous=FULL`) and one that reads (its own connections, so that a report never waits for a commit nor holds one
up).
No parameter of a statement stands in an error, so none gets into a log: they are tickets, logins, hashes.
What goes wrong: `StoreTrouble` says whose fault it is: `full` (no room on the disk), `locked` (another process holds
the database), `missing` (not migrated yet), `broken` (anything else; the database's own words follow).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from app.core.record import StoreTrouble
from app.settings import Settings

SYNCHRONOUS = "FULL"
"""What has been answered survives a power cut: the WAL is synced at every commit (SQLite manual, PRAGMA synchronous)."""

WAL_PAGES = 4000
"""A commit moves the WAL into the database itself only when it has grown to so many pages (16 MB; PRAGMA wal_autocheckpoint),
because on a slow card that takes it as long as a hundred commits. `checkpoint` does it beside the commits."""

SPELLINGS = (
    ("full", ("database or disk is full", "no space left", "disk full")),
    ("locked", ("database is locked", "database table is locked", "lock timeout", "canceling statement")),
    ("missing", ("no such table", "no such column", 'relation "', 'column "')),
)
"""What SQLite and PostgreSQL say, by trouble. A file that may not be opened and a database that does not exist are not
`missing`: migrating would not help."""

NO_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"})
"""SQLite's codes where the file system has no room: for a page, and for the index of the WAL. Its other I/O errors are a
disk that fails, and whoever reads «full» there would tidy up in vain."""


class Database:
    """An engine to write with and an engine to read with. `taken`: what is raised where a row is there already, by
    SQLAlchemy or by the driver itself."""

    def __init__(self, writer: Engine, reader: Engine, url: URL) -> None:
        self.writer = writer
        self.reader = reader
        self.url = url
        driver = writer.dialect.loaded_dbapi
        self.taken: tuple[type[Exception], ...] = (IntegrityError, driver.IntegrityError)
        self._wrong: tuple[type[Exception], ...] = (DBAPIError, PoolTimeout, driver.Error)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that is whole or not at all. Raises StoreTrouble, and what is in `taken` where a row is there
        already."""
        try:
            with self.writer.begin() as connection:
                yield connection
        except self.taken:
            raise
        except self._wrong as error:
            raise trouble(error) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A look at what is committed. Raises StoreTrouble."""
        try:
            with self.reader.connect() as connection:
                yield connection
        except self._wrong as error:
            raise trouble(error) from error

    def checkpoint(self) -> None:
        """Move what SQLite's WAL holds into the database, beside the commits and holding up none. Raises StoreTrouble."""
        if self.url.get_backend_name() == "sqlite":
            with self.reading() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Let go of every connection."""
        self.writer.dispose()
        self.reader.dispose()


def trouble(error: Exception) -> StoreTrouble:
    """The kind of a database error, with the database's own words."""
    cause = getattr(error, "orig", None) or error
    words = str(cause)
    low = words.lower()
    if isinstance(error, PoolTimeout):
        return StoreTrouble("locked", "another thread of this process holds the connection")
    if getattr(cause, "sqlite_errorname", "") in NO_ROOM:
        return StoreTrouble("full", words)
    for kind, spellings in SPELLINGS:
        if any(spelling in low for spelling in spellings):
            return StoreTrouble(kind, words)
    return StoreTrouble("broken", words)


def open_database(settings: Settings) -> Database:
    """Engines for `settings.database`. Creates the folder of a SQLite file, never its tables (migrations do). Raises
    StoreTrouble for a URL that makes no sense or names a driver that is not installed."""
    try:
        return _engines(settings, make_url(settings.database))
    except (ArgumentError, ImportError) as error:
        raise StoreTrouble("broken", f"TIDEHALL_DATABASE cannot be used: {error}") from error


def _engines(settings: Settings, url: URL) -> Database:
    if url.get_backend_name() != "sqlite":
        engines = [create_engine(url, hide_parameters=True, pool_pre_ping=True) for _ in range(2)]
        return Database(engines[0], engines[1], url)
    if settings.sqlite_path is not None and url.database not in (None, "", ":memory:"):
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    arguments = {"timeout": settings.busy_seconds, "check_same_thread": False}
    # One connection to write with, which a thread has to itself for a transaction: two threads inside one SQLite
    # transaction roll each other back.
    writer = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=settings.busy_seconds + 1,
        connect_args=arguments,
        hide_parameters=True,
    )
    reader = create_engine(
        url, poolclass=QueuePool, pool_size=2, max_overflow=2, connect_args=arguments, hide_parameters=True
    )

    @event.listens_for(writer, "connect")
    @event.listens_for(reader, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={SYNCHRONOUS}")
        cursor.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES}")
        cursor.close()

    @event.listens_for(writer, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return Database(writer, reader, url)
