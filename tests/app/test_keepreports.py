"""What the beat does for reports: it reads the days that are over, and lets go of lines that are too old."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text

from app.beat import keep_reports
from app.bus import Bus
from app.clock import HeldClock
from app.core.plan import HallPlan, ReportRules
from app.core.record import Recorded, StoreTrouble, Writing
from app.service import HallService
from app.settings import Settings
from app.store.database import open_database
from app.store.journal import SqlJournal
from app.store.migrate import upgrade
from app.store.reports import Reports
from tests.app.core.reportdays import MONDAY, Days, report_plan


class Watched(Reports):
    """Says when it was asked."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.trouble = False
        self.asked: list[str] = []

    def keep_days(self, hall: str) -> int:
        """Read the days that are over."""
        self.asked.append("keep")
        if self.trouble:
            raise StoreTrouble("locked", "somebody else")
        return super().keep_days(hall)

    def forget(self, hall: str, before: date) -> int:
        """Let go of old lines."""
        self.asked.append(before.isoformat())
        return super().forget(hall, before)


async def rounds(folder: Path, plan: HallPlan, later: timedelta) -> tuple[Watched, int, int]:
    """Two hours of the beat, after two days were lived; the lines and marks there are then."""
    settings = Settings(database=f"sqlite:///{folder / 'hall.db'}")
    await asyncio.to_thread(upgrade, settings)
    database = open_database(settings)
    days = Days(3, plan).live(steps=120)
    journal = SqlJournal(database)
    recorded = tuple(Recorded(n, event) for n, event in enumerate(days.journal, 1))
    journal.append("small", [Writing(MONDAY, recorded)])
    clock = HeldClock(MONDAY + later)
    with ThreadPoolExecutor(1) as writer:
        service = HallService(days.hall, set(), journal, Bus(), clock, writer)
        lines = Watched(database)
        lines.trouble = True
        task = asyncio.create_task(keep_reports(service, lambda: lines, clock))
        await _until(clock, 1)
        assert lines.asked == [], "the first minute belongs to the start"
        clock.pass_by(60)
        await _until(clock, 1)
        assert lines.asked == ["keep"], "a trouble is not the end of it"
        lines.trouble = False
        clock.pass_by(3600)
        await _until(clock, 1)
        task.cancel()
    with database.reading() as connection:
        visits = connection.scalar(text("SELECT count(*) FROM visits"))
        marks = connection.scalar(text("SELECT count(*) FROM kept_days"))
    database.close()
    return lines, visits or 0, marks or 0


async def _until(clock: HeldClock, sleepers: int) -> None:
    async with asyncio.timeout(30):
        while len(clock._sleepers) < sleepers:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_the_beat_reads_days_that_are_over(tmp_path: Path) -> None:
    lines, visits, marks = await rounds(tmp_path, report_plan(), timedelta(days=1))
    assert lines.asked[1:] == ["keep", "2021-01-01"]
    assert visits > 0
    assert marks == 1


async def test_lines_older_than_the_hall_wants_are_let_go(tmp_path: Path) -> None:
    plan = report_plan()
    plan = replace(plan, rules=replace(plan.rules, reports=ReportRules(keep_years=1)))
    lines, visits, marks = await rounds(tmp_path, plan, timedelta(days=800))
    assert lines.asked[1:] == ["keep", "2027-01-01"]
    assert (visits, marks) == (0, 1)
    assert await asyncio.to_thread(_asked_again, tmp_path) == 0, "what was let go is not read again"


def _asked_again(folder: Path) -> int:
    database = open_database(Settings(database=f"sqlite:///{folder / 'hall.db'}"))
    try:
        return Reports(database).keep_days("small")
    finally:
        database.close()


async def test_a_hall_may_keep_its_lines_for_ever(tmp_path: Path) -> None:
    plan = report_plan()
    plan = replace(plan, rules=replace(plan.rules, reports=ReportRules(keep_years=0)))
    lines, visits, _ = await rounds(tmp_path, plan, timedelta(days=8000))
    assert lines.asked[1:] == ["keep"]
    assert visits > 0
