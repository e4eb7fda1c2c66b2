"""What happens because time passed, not because somebody asked.

For: the day turns at midnight, bookings that nobody came for end within the hour, another process's events are noticed,
the estimates of a day are judged in the night, old answers are forgotten. Time is the hall's clock, so that a
demonstration's midnight is a midnight.
Not for: what a turn of the day does (core/decide.py).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from app.clock import Clock
from app.core.commands import EndDay, JudgeEstimates, LookAtTide, OpenDay
from app.core.dayend import closing_time
from app.core.estimate import estimates
from app.core.events import Event
from app.core.judged import Judged
from app.core.plan import HallPlan
from app.core.record import StoreTrouble
from app.core.tide import look
from app.holidays import national_calendar, unknown_days
from app.service import HallService

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""Real seconds between looks at the journal for what another process wrote (`tidehall hall import`, a second server)."""

FORESEE_SECONDS = 5.0
"""Real seconds between estimates of the waits. One costs some 5 ms of a thread at 300 waiting; an estimate that is five
seconds old is as good as new."""

LOOK_AGAIN = timedelta(hours=1)
"""How long a tide that nothing can turn is left alone: a new hall file may bring tidal windows."""

LINES_EVERY = timedelta(hours=1)
"""How often days that are over are looked for. A report that is asked for earlier reads them itself."""

SNAPSHOT_SECONDS = 60.0
"""Real seconds between looks whether so much has happened that a hall is worth keeping; none in the first minute, which
belongs to the start. The largest hall's 20,000 tickets make some 250 events in that time."""

JUDGE_AFTER = timedelta(minutes=1)
"""After midnight: the day has turned by then."""

FORGET_EVERY = timedelta(hours=1)
"""How often old answers are looked through: keeping one an hour longer costs nothing."""


class Journal(Protocol):
    """The journal, as the beat needs it. Its methods block."""

    def last(self, hall: str) -> int:
        """The number of the last event."""

    def checkpoint(self) -> None:
        """Put in order, beside the commits, what they left to be done."""

    def days(self, hall: str) -> list[date]:
        """The days that the journal holds, the oldest first."""

    def day(self, hall: str, day: date) -> tuple[HallPlan, list[Event]] | None:
        """The plan in the morning of a day, and its events."""


async def watch_journal(service: HallService, journal: Journal) -> None:
    """Notice what another process wrote, and that a disk has room again; put the database in order after commits. Runs
    until cancelled."""
    checkpointed = 0
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            if service.trouble is not None:
                await service.probe()
            if await asyncio.to_thread(journal.last, service.code) > service.hall.seq:
                await service.refresh()
            if checkpointed != service.commits:
                checkpointed = service.commits
                await asyncio.to_thread(journal.checkpoint)
        except StoreTrouble as trouble:
            log.warning("hall %s: the journal could not be read: %s", service.code, trouble)
        except Exception:
            log.exception("hall %s: a look at the journal failed", service.code)


async def follow(service: HallService) -> None:
    """Take in what another process wrote. A database in trouble is the next look's business."""
    try:
        await service.refresh()
    except StoreTrouble as trouble:
        log.warning("hall %s: the journal could not be read: %s", service.code, trouble)
    except Exception:
        log.exception("hall %s: following another process failed", service.code)


async def keep_days(service: HallService, clock: Clock) -> None:
    """Turn the day at midnight of the hall, tell at closing time what becomes of those who still wait, hand it the
    country's calendar, and forget old answers. A calendar that soon knows nothing more is said in the log. Runs until
    cancelled."""
    warned = False
    while True:
        try:
            plan = service.hall.plan
            today = clock.now().astimezone(ZoneInfo(plan.timezone)).date()
            calendar = national_calendar(today)
            unknown = unknown_days(plan, calendar, today)
            if unknown is not None and not warned:
                log.warning("hall %s: %s %s", service.code, unknown.zh, unknown.en)
            warned = unknown is not None
            await service.handle(OpenDay(calendar), by="beat")
            await service.handle(EndDay(), by="beat")
            keep = timedelta(hours=service.hall.plan.rules.keep_answers_hours)
            await service.forget_answers(clock.now() - keep)
        except StoreTrouble as trouble:
            log.warning("hall %s: the day could not be turned: %s", service.code, trouble)
        except Exception:
            log.exception("hall %s: a turn of the day failed", service.code)
        now = clock.now().astimezone(ZoneInfo(service.hall.plan.timezone))
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        closes = closing_time(service.hall, now.date(), now) or midnight
        until = min(midnight - now, closes - now if closes > now else FORGET_EVERY, FORGET_EVERY)
        await clock.sleep(max(until.total_seconds(), 1.0))


async def keep_snapshots(
    service: HallService,
    kept: Callable[[str], int],
    keep: Callable[[str], Awaitable[None]],
    every: int,
    clock: Clock,
) -> None:
    """Have the hall kept as it is after `every` so many events; 0: never. `kept`: up to which event it was (blocks);
    `keep` keeps it, elsewhere; `clock` is the world's. One that fails is tried again after as many events more. Runs until
    cancelled."""
    seq: int | None = None
    while every:
        await clock.sleep(SNAPSHOT_SECONDS)
        try:
            if seq is None:
                seq = await asyncio.to_thread(kept, service.code)
            if service.hall.seq - seq >= every:
                seq = service.hall.seq
                await keep(service.code)
        except Exception:
            log.exception("hall %s: no snapshot was kept; the next start takes longer", service.code)


class Lines(Protocol):
    """What reports are counted from (app/store/reports.py). Its methods block."""

    def keep_days(self, hall: str) -> int:
        """Read the days that are over."""

    def forget(self, hall: str, before: date) -> int:
        """Let go of lines of days before a day."""


async def keep_reports(service: HallService, made: Callable[[], Lines], clock: Clock) -> None:
    """Read every day that is over into the lines of reports, and let go of those that are older than the hall keeps
    them. Not in the first minute, which belongs to the start. Runs until cancelled."""
    await clock.sleep(60)
    lines = made()
    while True:
        try:
            await asyncio.to_thread(lines.keep_days, service.code)
            years = service.hall.plan.rules.reports.keep_years
            if years:
                today = clock.now().astimezone(ZoneInfo(service.hall.plan.timezone)).date()
                await asyncio.to_thread(lines.forget, service.code, date(today.year - years, 1, 1))
        except StoreTrouble as trouble:
            log.warning("hall %s: the lines of reports could not be written: %s", service.code, trouble)
        except Exception:
            log.exception("hall %s: reading a day for reports failed", service.code)
        await clock.sleep(LINES_EVERY.total_seconds())


async def judge_estimates(service: HallService, journal: Journal, clock: Clock) -> None:
    """Once a day, after midnight or at the first start of a day: how well was told how long people would wait on the last
    day that the journal holds, and who tells it best from now on. Not in the first minute, which belongs to the start.
    Runs until cancelled."""
    await clock.sleep(JUDGE_AFTER.total_seconds())
    while True:
        now = clock.now().astimezone(ZoneInfo(service.hall.plan.timezone))
        try:
            if service.hall.judged is None:
                before = [
                    day for day in await asyncio.to_thread(journal.days, service.code) if day < now.date()
                ]
                if before:
                    judged = await asyncio.to_thread(_judge, journal, service.code, before[-1])
                    await service.handle(JudgeEstimates(before[-1], judged), by="beat")
        except StoreTrouble as trouble:
            log.warning("hall %s: the estimates could not be judged: %s", service.code, trouble)
        except Exception:
            log.exception("hall %s: judging the estimates failed", service.code)
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        await clock.sleep(max((midnight + JUDGE_AFTER - now).total_seconds(), 60.0))


def _judge(journal: Journal, code: str, day: date) -> tuple[Judged, ...]:
    """Blocks."""
    from app.core.backtest import backtest  # once a night, and not at the start

    found = journal.day(code, day)
    return backtest(*found) if found is not None else ()


async def watch_tide(service: HallService, clock: Clock) -> None:
    """Let the tidal controller look whenever it said it wants to look again. Runs until cancelled."""
    while True:
        again = None
        try:
            await service.handle(LookAtTide(), by="tide")
            again = look(service.hall, clock.now().astimezone(ZoneInfo(service.hall.plan.timezone))).again
        except StoreTrouble as trouble:
            log.warning("hall %s: the tide could not be turned: %s", service.code, trouble)
            again = clock.now() + timedelta(minutes=1)
        except Exception:
            log.exception("hall %s: a look at the tide failed", service.code)
        until = min(again - clock.now(), LOOK_AGAIN) if again else LOOK_AGAIN
        await clock.sleep(max(until.total_seconds(), 1.0))


async def foresee(service: HallService, clock: Clock) -> None:
    """Keep the estimates of the waits fresh, in a thread, on a copy: nobody waits for them. Runs until cancelled."""
    seen = -1
    while True:
        hall = service.hall
        if hall.seq != seen and hall.day is not None:
            seen = hall.seq
            now = clock.now().astimezone(ZoneInfo(hall.plan.timezone))
            try:
                service.foreseen = await asyncio.to_thread(estimates, hall.copy(), now)
            except Exception:
                log.exception("hall %s: the waits could not be foreseen", service.code)
        await asyncio.sleep(FORESEE_SECONDS)
