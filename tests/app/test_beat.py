"""What time causes, on a real journal and a clock of the test's own."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from app.beat import JUDGE_AFTER, judge_estimates, watch_journal
from app.bus import Bus
from app.clock import HeldClock
from app.core.commands import AdoptPlan
from app.core.events import EstimatesJudged, Event, PlanAdopted
from app.core.hall import Hall
from app.core.record import Recorded, Writing
from app.figures import HallFigures, figures_text
from app.service import HallService
from app.settings import Settings
from app.store.database import open_database
from app.store.journal import SqlJournal
from tests.app.core.hands import MONDAY
from tests.app.core.test_backtest import lived
from tests.database import migrate
from tests.plans import small_plan


class NoScreens:
    """Nobody looks."""

    skipped = 0
    screens = 0


async def test_in_the_night_yesterdays_estimates_are_judged_once_and_written_down(tmp_path: Path) -> None:
    plan, events = lived(True)
    settings = Settings(database=f"sqlite:///{tmp_path}/hall.db")
    migrate(settings)
    database = open_database(settings)
    journal = SqlJournal(database)
    told: tuple[Event, ...] = (PlanAdopted(at=MONDAY, plan=plan), *events)
    recorded = tuple(Recorded(seq, event) for seq, event in enumerate(told, start=1))
    journal.append(plan.code, [Writing(MONDAY, recorded)])
    assert journal.days(plan.code) == [MONDAY.date()]
    clock = HeldClock(MONDAY.replace(hour=0) + timedelta(days=1, minutes=1))
    with ThreadPoolExecutor(1) as writer:
        folded = journal.fold(plan.code)
        assert folded is not None
        bus, heard = Bus(), asyncio.Event()
        bus.listen(lambda *_: heard.set())
        service = HallService(folded, set(), journal, bus, clock, writer)
        beat = asyncio.create_task(judge_estimates(service, journal, clock))
        await asyncio.sleep(0)
        clock.pass_by(JUDGE_AFTER.total_seconds())
        async with asyncio.timeout(30):
            await heard.wait()
            await service.settle()
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
    shown = figures_text(HallFigures({plan.code: service}, NoScreens(), lambda _: ())).decode()
    assert 'tidehall_estimate_error_minutes{hall="county",service="s00"}' in shown
    again = journal.fold(plan.code)
    assert again is not None
    assert again.judged is not None, "a restart does not judge that night again"
    judged = [each.event for each in journal.read(plan.code, 0) if isinstance(each.event, EstimatesJudged)]
    database.close()
    assert len(judged) == 1
    assert judged[0].day == MONDAY.date()
    assert judged[0].people > 50
    assert judged[0].error is not None
    assert judged[0].error < 15
    assert service.hall.learned["s00"].told_by


async def test_what_was_committed_is_moved_into_the_database_itself_beside_the_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.beat.LOOK_SECONDS", 0.0)
    settings = Settings(database=f"sqlite:///{tmp_path}/hall.db")
    migrate(settings)
    database = open_database(settings)
    journal = SqlJournal(database)
    plan = small_plan()
    done, moved = asyncio.Event(), journal.checkpoint
    loop = asyncio.get_running_loop()

    def checkpoint() -> None:
        moved()
        loop.call_soon_threadsafe(done.set)

    monkeypatch.setattr(journal, "checkpoint", checkpoint)
    with ThreadPoolExecutor(1) as writer:
        service = HallService(Hall(plan), set(), journal, Bus(), HeldClock(MONDAY), writer)
        await service.handle(AdoptPlan(plan))
        beat = asyncio.create_task(watch_journal(service, journal))
        async with asyncio.timeout(30):
            await done.wait()
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
    alone = tmp_path / "alone.db"
    shutil.copy(tmp_path / "hall.db", alone)  # without the WAL
    there = open_database(Settings(database=f"sqlite:///{alone}"))
    assert SqlJournal(there).last(plan.code) == service.hall.seq > 0
    there.close()
    database.close()
