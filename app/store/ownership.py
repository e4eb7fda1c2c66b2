"""Who drives the devices: one process for each database, so that no slip is printed by two.

    owner = DeviceOwner(settings)
    owner.claim()            # DevicesTaken when another process has them
    owner.holds()            # now and then: False when another has taken them meanwhile
    owner.release()          # also when the process dies, however it dies

For: processes with `TIDEHALL_DEVICES` on. The claim is a lock of the operating system on a file beside a SQLite database,
and an advisory lock on a connection of its own at PostgreSQL: both end with their owner, so nothing is ever left behind
that somebody would have to clear away, and no clock is asked.
Not for: agents, which have a lock of their own (app/agentmemory.py), and halls: who may write the journal is settled row
by row (journal.py).
What goes wrong: a PostgreSQL that was restarted has forgotten the lock; `holds` takes it again if nobody else has. A file
system without locks (some network shares) refuses every claim: a SQLite database does not belong there either.
"""

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.settings import Settings
from app.store.database import trouble

LOCK: Final = 0x7464_6864
"""The number of the advisory lock, "tdhd": any would do that no other program uses on this database."""


class DevicesTaken(Exception):
    """Another process drives the devices of this database; `who` is what is known of it."""

    def __init__(self, who: str) -> None:
        super().__init__(f"another process drives the devices of this database: {who}")
        self.who = who


class DeviceOwner:
    """The claim of this process, once `claim` has come back."""

    def __init__(self, settings: Settings) -> None:
        self._path = _lock_path(settings)
        self._url = settings.database
        self._file: int | None = None
        self._engine: Engine | None = None
        self._line: Connection | None = None

    def claim(self) -> None:
        """Take the devices. Raises DevicesTaken, StoreTrouble, OSError. Blocks."""
        if self._path is not None:
            self._file = _lock(self._path)
        elif make_url(self._url).get_backend_name() == "postgresql":
            self._engine = create_engine(self._url, poolclass=NullPool, hide_parameters=True)
            self._ask()

    def holds(self) -> bool:
        """Whether the devices are still ours. Raises StoreTrouble when the database cannot be asked. Blocks."""
        if self._line is None and self._engine is None:
            return True
        try:
            if self._line is not None:
                self._line.execute(text("SELECT 1"))
                return True
        except DBAPIError:
            self._hang_up()
        try:
            self._ask()
        except DevicesTaken:
            return False
        return True

    def release(self) -> None:
        """Let others have them."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._hang_up()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _ask(self) -> None:
        assert self._engine is not None
        try:
            # Each statement by itself: a connection that idles inside a transaction would hold up cleaning for ever.
            line = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except DBAPIError as error:
            raise trouble(error) from error
        if line.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}).scalar():
            self._line = line
            return
        found = line.execute(
            text(
                "SELECT host(client_addr), a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE l.locktype = 'advisory' AND l.objid = :lock AND l.database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            ),
            {"lock": LOCK},
        ).first()
        line.close()
        where = "" if found is None else f", connected from {found[0] or 'this machine'} (backend {found[1]})"
        raise DevicesTaken(f"a server on the same PostgreSQL{where}")

    def _hang_up(self) -> None:
        if self._line is not None:
            with suppress(DBAPIError):
                self._line.invalidate()
            with suppress(DBAPIError):
                self._line.close()
            self._line = None


def _lock_path(settings: Settings) -> Path | None:
    path = settings.sqlite_path
    if path is None or path.name in ("", ":memory:"):
        return None
    return path.with_name(path.name + ".devices")


def _lock(path: Path) -> int | None:
    try:
        import fcntl
    except ImportError:  # Windows: a hall there has one server, and nothing to lock with
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        raise DevicesTaken(path.read_text("utf-8", "replace").strip() or str(path)) from error
    os.ftruncate(held, 0)
    os.pwrite(held, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
    return held
