"""At closing time those who still wait are told, because time passed and nobody asked."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from app.beat import keep_days
from app.bus import Bus
from app.clock import HeldClock
from app.core.commands import IssueTicket
from app.core.events import DayEnding
from app.core.hall import Hall
from app.core.plan import Opening
from app.core.record import Recorded
from app.core.visitrules import DayEnd, VisitRules
from app.service import HallService
from tests.app.memory import MemoryJournal
from tests.plans import small_plan

AFTERNOON = datetime(2026, 3, 2, 16, 20, tzinfo=ZoneInfo("Asia/Shanghai"))


class Listening(HeldClock):
    """Says when somebody has gone to sleep."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.asleep = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asleep.set()
        await super().sleep(seconds)


async def test_at_closing_time_the_beat_tells_those_who_wait() -> None:
    made = small_plan()
    made = replace(
        made,
        hours=dict.fromkeys(range(7), (Opening(time(9), time(17)),)),
        rules=replace(made.rules, visit=VisitRules(day_end=DayEnd.TOLD)),
    )
    clock, bus, told = Listening(AFTERNOON), Bus(), asyncio.Event()

    def listen(_: str, recorded: Sequence[Recorded]) -> None:
        if any(isinstance(each.event, DayEnding) for each in recorded):
            told.set()

    bus.listen(listen)
    with ThreadPoolExecutor(1) as writer:
        service = HallService(Hall(made), set(), MemoryJournal(made), bus, clock, writer)
        await service.handle(IssueTicket("a", "tax"))
        beat = asyncio.create_task(keep_days(service, clock))
        async with asyncio.timeout(20):
            await clock.asleep.wait()
            assert service.hall.ending is None
            clock.pass_by(40 * 60)
            await told.wait()
        assert service.hall.ending is DayEnd.TOLD
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
        await service.settle()
