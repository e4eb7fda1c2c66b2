"""What the administrator's commands do to a database that may be in use: adopt a plan, find one, tend people.

For: the verbs of app/cli.py. Each opens the database, does one thing through the same doors as the server, and closes.
A running server notices (beat.py) or meets `Taken` and reads on: no lock is shared.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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


@contextmanager
def people(settings: Settings) -> Iterator[tuple[People, datetime]]:
    """The people of the database, and the time."""
    database = open_database(settings)
    try:
        yield People(database), WallClock().now()
    finally:
        database.close()
