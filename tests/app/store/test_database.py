"""What can be wrong with a disk, done to a real one."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

import migrations
from app.bus import Bus
from app.clock import HeldClock
from app.core.commands import AdoptPlan, IssueTicket
from app.core.hall import Hall
from app.core.record import Answer, StoreTrouble, Writing
from app.core.rights import Role
from app.service import HallService
from app.settings import Settings
from app.store.database import Database, open_database, trouble
from app.store.indexes import metadata
from app.store.journal import SqlJournal
from app.store.migrate import SCHEMA, open_migrated, schema, upgrade
from app.store.people import People
from tests.app.core.hands import state
from tests.plans import small_plan

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def service_on(database: Database, writer: ThreadPoolExecutor) -> HallService:
    """A process that starts on this database."""
    kept = SqlJournal(database)
    hall = kept.fold("small") or Hall(small_plan())
    return HallService(hall, kept.keys("small"), kept, Bus(), HeldClock(NOON), writer)


@pytest.fixture
def writer() -> Iterator[ThreadPoolExecutor]:
    """The writer thread."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


# -- as it is set up --------------------------------------------------------------------------------------------


def test_what_is_answered_survives_a_power_cut(database: Database) -> None:
    for engine in (database.writer, database.reader):
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2, "2 is FULL"


def test_the_migrations_lead_to_the_tables_of_this_version(settings: Settings, database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]
    assert schema(database) == SCHEMA
    with database.writer.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_migrations_write_the_tables_word_for_word(database: Database, tmp_path: Path) -> None:
    made = open_database(Settings(database=f"sqlite:///{tmp_path / 'made.db'}"))
    with made.writing() as connection:
        metadata.create_all(connection)
    with made.reading() as here, database.reading() as there:
        assert _ddl(here) == _ddl(there)
    made.close()


def _ddl(connection: Connection) -> set[str]:
    rows = connection.scalars(
        text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'")
    )
    return {" ".join(row.split()) for row in rows}


def test_a_migration_that_is_run_again_changes_nothing(settings: Settings, database: Database) -> None:
    SqlJournal(database).append("small", [_answered("k")])
    upgrade(settings)
    assert SqlJournal(database).keys("small") == {"k"}


def test_a_database_without_tables_is_told_from_a_broken_one(tmp_path: Path) -> None:
    bare = open_database(Settings(database=f"sqlite:///{tmp_path / 'bare.db'}"))
    assert schema(bare) is None
    with pytest.raises(StoreTrouble) as caught:
        SqlJournal(bare).halls()
    assert caught.value.kind == "missing"
    bare.close()
    (tmp_path / "nonsense.db").write_bytes(b"this is no database, " * 500)
    nonsense = open_database(Settings(database=f"sqlite:///{tmp_path / 'nonsense.db'}"))
    for look in (lambda: schema(nonsense), lambda: SqlJournal(nonsense).append("small", [_answered("k")])):
        with pytest.raises(StoreTrouble) as caught:
            look()
        assert caught.value.kind == "broken"
    nonsense.close()


def _answered(key: str, size: int = 10) -> Writing:
    return Writing(NOON, (), key=key, fingerprint="f", answer=Answer(200, b"x" * size))


@pytest.mark.parametrize("url", ["nonsense", "oracle+nothing://x/y", "sqlite+nothing:///x"])
def test_a_url_that_makes_no_sense_is_said_to_be_the_settings_fault(url: str) -> None:
    for attempt in (open_database, upgrade):
        with pytest.raises(StoreTrouble, match="TIDEHALL_DATABASE"):
            attempt(Settings(database=url))


def test_a_database_of_another_version_is_refused_before_the_server_starts(
    settings: Settings, database: Database
) -> None:
    open_migrated(settings).close()
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(StoreTrouble, match=f"is at 0000, this version needs {SCHEMA}"):
        open_migrated(settings)


def test_a_database_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "hall.db").mkdir()
    with pytest.raises(StoreTrouble, match="unable to open database file"):
        upgrade(Settings(database=f"sqlite:///{tmp_path / 'hall.db'}"))


# -- threads ----------------------------------------------------------------------------------------------------


def test_threads_take_turns_with_the_writing_connection(settings: Settings) -> None:
    database = open_database(settings.model_copy(update={"busy_seconds": 20.0}))
    kept, people = SqlJournal(database), People(database)
    failures: list[BaseException] = []

    def signs_in() -> None:
        try:
            for _ in range(60):
                people.issue_token(Role.CLERK, "somebody", NOON)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=signs_in) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(60):
        kept.append("small", [_answered(f"k{n}")])
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(kept.keys("small")) == 60
    assert people.revoke(NOON, holder="somebody") == 180
    database.close()


# -- locked -----------------------------------------------------------------------------------------------------


@contextmanager
def held_by_another_process(path: Path) -> Iterator[None]:
    """A real other process in the middle of a transaction."""
    words = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", words, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            other.communicate()


async def test_a_database_that_another_process_holds_is_said_to_be_locked_and_nothing_changes(
    database: Database, writer: ThreadPoolExecutor, tmp_path: Path
) -> None:
    service = service_on(database, writer)
    await service.handle(AdoptPlan(small_plan()))
    await service.handle(IssueTicket("before", "residence"))
    before = state(service.hall)
    with held_by_another_process(tmp_path / "hall.db"):
        with pytest.raises(StoreTrouble) as caught:
            await service.handle(IssueTicket("t1", "residence"))
        assert caught.value.kind == "locked"
        assert state(service.hall) == before
        folded = SqlJournal(database).fold("small")
        assert folded is not None
        assert state(folded) == before, "reading goes on"
    await service.handle(IssueTicket("t2", "residence"))
    assert service.hall.tickets["t2"].number == "A002"


# -- full -------------------------------------------------------------------------------------------------------


def _room(database: Database, pages: int) -> None:
    """Let the file grow by so many pages and no more; the writer has one connection, which remembers."""
    with database.writer.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used + pages}")


async def test_a_full_disk_loses_nothing_and_works_again_when_there_is_room(
    database: Database, writer: ThreadPoolExecutor
) -> None:
    service = service_on(database, writer)
    await service.handle(AdoptPlan(small_plan()))
    _room(database, 4)
    with pytest.raises(StoreTrouble) as caught:
        for n in range(1000):
            await service.handle(IssueTicket(f"t{n}", "residence"))
    assert caught.value.kind == "full"
    issued = len(service.hall.tickets)
    assert issued > 0
    again = service_on(database, writer)
    assert state(again.hall) == state(service.hall)
    _room(database, 1000)
    await service.handle(IssueTicket("later", "residence"))
    assert service.hall.tickets["later"].number == f"A{issued + 1:03d}"
    again = service_on(database, writer)
    assert state(again.hall) == state(service.hall)


def test_rows_that_do_not_fit_leave_none_of_their_transaction(database: Database) -> None:
    kept = SqlJournal(database)
    _room(database, 2)
    with pytest.raises(StoreTrouble) as caught:
        kept.append("small", [_answered("small one"), _answered("large one", 200_000)])
    assert caught.value.kind == "full"
    assert kept.keys("small") == set()
    kept.append("small", [_answered("small one")])
    assert kept.keys("small") == {"small one"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root can make a small disk")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=512k", "none", disk], check=False).returncode:
        pytest.skip("this container may not mount")
    yield disk
    subprocess.run(["umount", disk], check=True)


async def test_a_disk_that_is_really_full_is_survived(small_disk: Path, writer: ThreadPoolExecutor) -> None:
    settings = Settings(database=f"sqlite:///{small_disk / 'hall.db'}")
    upgrade(settings)
    database = open_database(settings)
    service = service_on(database, writer)
    await service.handle(AdoptPlan(small_plan()))
    room = os.statvfs(small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (room.f_bavail * room.f_frsize - 40_000))
    with pytest.raises(StoreTrouble) as caught:
        for n in range(1000):
            await service.handle(IssueTicket(f"t{n}", "residence"))
    assert caught.value.kind == "full", caught.value
    await service.probe()
    assert service.trouble is not None
    assert state(service_on(database, writer).hall) == state(service.hall)
    ballast.unlink()
    await service.probe()
    assert service.trouble is None
    await service.handle(IssueTicket("later", "residence"))
    database.close()
    reopened = open_database(settings)
    assert state(service_on(reopened, writer).hall) == state(service.hall)
    reopened.close()


# -- words ------------------------------------------------------------------------------------------------------


def test_no_error_of_the_database_repeats_what_was_written(database: Database) -> None:
    with pytest.raises(StoreTrouble) as caught, database.writing() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "hunter2"})
    cause: BaseException | None = caught.value
    while cause is not None:
        assert "hunter2" not in str(cause)
        cause = cause.__cause__


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("database is locked", "locked"),
        ("database or disk is full", "full"),
        ("disk I/O error", "broken"),
        ("database disk image is malformed", "broken"),
        ("no such table: journal", "missing"),
        ('relation "journal" does not exist', "missing"),
        ('database "hall" does not exist', "broken"),
        ("unable to open database file", "broken"),
        ('could not extend file "base/1/2": No space left on device', "full"),
        ("canceling statement due to lock timeout", "locked"),
        ("server closed the connection unexpectedly", "broken"),
    ],
)
def test_the_database_is_understood(words: str, kind: str) -> None:
    said: Any = OperationalError("INSERT", {}, sqlite3.OperationalError(words))
    assert trouble(said).kind == kind
    assert trouble(said).words == words
