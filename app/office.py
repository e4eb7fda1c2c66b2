"""What the administrator's commands do to a database that may be in use: adopt a plan, find one, keep a hall, tend people.

For: the verbs of app/cli.py. Each opens the database, does one thing through the same doors as the server, and closes.
A running server notices (beat.py) or meets `Taken` and reads on: no lock is shared.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime

from app.bus import Bus
from app.clock import Clock, WallClock
from app.core.commands import AdoptPlan
from app.core.hall import Hall
from app.core.plan import HallPlan
from app.pinyin import with_initials
from app.service import HallService
from app.settings import Settings
from app.store.database import open_database
from app.store.journal import SqlJournal
from app.store.people import People
from app.store.snapshot import Snapshots


def adopt(settings: Settings, plan: HallPlan, clock: Clock | None = None) -> bool:
    """Let the hall be as `plan` says; whether that changed anything. Raises Refusal, StoreTrouble."""
    plan = with_initials(plan)
    database = open_database(settings)
    journal = SqlJournal(database)

    async def work() -> None:
        with ThreadPoolExecutor(1) as writer:
            hall = journal.fold(plan.code) or Hall(plan)
            service = HallService(hall, set(), journal, Bus(), clock or WallClock(), writer)
            await service.handle(AdoptPlan(plan), by="office")

    try:
        before = journal.last(plan.code)
        asyncio.run(work())
        return journal.last(plan.code) > before
    finally:
        database.close()


def plan_of(settings: Settings, code: str) -> HallPlan | None:
    """The plan of a hall, or of the only one; None if there is no such hall."""
    database = open_database(settings)
    try:
        journal = SqlJournal(database)
        halls = journal.halls()
        wanted = code or (halls[0] if len(halls) == 1 else "")
        folded = journal.fold(wanted) if wanted in halls else None
        return folded.plan if folded else None
    finally:
        database.close()


def keep_snapshot(settings: Settings, code: str) -> int:
    """Keep a hall as it is, with the lowest priority of the machine; the number of its last event, 0 if there is no such
    hall. Raises StoreTrouble, OSError."""
    with suppress(OSError, AttributeError):
        os.nice(19)
    database = open_database(settings)
    snapshots = Snapshots(settings.snapshots)
    try:
        return SqlJournal(database, snapshots).keep_snapshot(code, snapshots)
    finally:
        database.close()


async def keep_snapshot_elsewhere(settings: Settings, code: str) -> None:
    """The same in a process of its own: writing 20,000 tickets at once would hold up everybody here. Raises SnapshotFailed."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app",
        "db",
        "snapshot",
        code,
        env=os.environ
        | {"TIDEHALL_DATABASE": settings.database, "TIDEHALL_SNAPSHOTS": str(settings.snapshots)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, words = await child.communicate()
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if child.returncode:
        said = words.decode(errors="replace").strip().splitlines()
        raise SnapshotFailed(said[-1] if said else f"exit code {child.returncode}")


class SnapshotFailed(Exception):
    """The process ended without a snapshot; its last words."""


@contextmanager
def people(settings: Settings) -> Iterator[tuple[People, datetime]]:
    """The people of the database, and the time."""
    database = open_database(settings)
    try:
        yield People(database), WallClock().now()
    finally:
        database.close()
