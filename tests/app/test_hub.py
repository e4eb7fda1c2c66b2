"""Many screens on one scene, given it some in each step of the loop."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from app.bus import Bus
from app.clock import HeldClock
from app.core.commands import AdoptPlan, IssueTicket
from app.core.events import Event
from app.core.hall import Hall
from app.hub import Hub
from app.service import HallService
from app.urgency import Urgency
from tests.app.memory import MemoryJournal
from tests.plans import small_plan

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SCREENS = 7


@dataclass(frozen=True)
class Count:
    """A scene: how many wait."""

    seq: int
    at: datetime
    waiting: int


def draw(hall: Hall, now: datetime) -> Count:
    """The scene of a hall."""
    return Count(hall.seq, now, len(hall.queues["residence"]))


def at_once(_: Event) -> Urgency:
    """Every change is worth a scene."""
    return Urgency.NOW


class Looking:
    """A hall, its hub, and seven screens that keep what they are given."""

    def __init__(self, service: HallService, hub: Hub) -> None:
        self.service = service
        self.hub = hub
        self.seen: list[list[int]] = [[] for _ in range(SCREENS)]
        self.leave: list[Callable[[], None]] = [
            hub.join(service, "hall", draw, at_once, None, self._keeps(no)) for no in range(SCREENS)
        ]

    def _keeps(self, no: int) -> Callable[[str], Awaitable[None]]:
        async def send(payload: str) -> None:
            self.seen[no].append(json.loads(payload)["waiting"])

        return send

    async def issue(self, ticket: str) -> None:
        """One more waits."""
        await self.service.handle(IssueTicket(ticket, "residence"))

    async def until(self, told: Callable[[], bool]) -> None:
        """Let the loop go on until the screens have seen what they should."""
        async with asyncio.timeout(10):
            while not told():  # noqa: ASYNC110  a screen has no event to wait for
                await asyncio.sleep(0)


@pytest.fixture
async def looking(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Looking]:
    """Each step of the loop gives the scene to one screen."""
    monkeypatch.setattr("app.hub.STEP_SECONDS", 0.0)
    journal, bus, clock = MemoryJournal(small_plan()), Bus(), HeldClock(NOON)
    with ThreadPoolExecutor(1) as writer:
        service = HallService(journal.fold(), set(), journal, bus, clock, writer)
        await service.handle(AdoptPlan(journal.plan))
        hub = Hub(bus, clock, 65536, 1e6)
        yield Looking(service, hub)
        await hub.close()


async def test_every_screen_comes_to_the_newest_scene_and_sees_no_older_one_after_a_newer(
    looking: Looking,
) -> None:
    for number in range(5):
        await looking.issue(f"t{number}")
    await looking.until(lambda: all(seen and seen[-1] == 5 for seen in looking.seen))
    assert all(seen == sorted(seen) for seen in looking.seen)


async def test_a_scene_is_given_to_one_screen_after_another_and_nobody_waits_for_all(
    looking: Looking,
) -> None:
    await looking.until(lambda: all(looking.seen))
    await looking.issue("t1")
    await looking.until(lambda: any(seen[-1] == 1 for seen in looking.seen))
    assert not all(seen[-1] == 1 for seen in looking.seen)
    await looking.until(lambda: all(seen[-1] == 1 for seen in looking.seen))


async def test_a_screen_that_leaves_while_others_are_given_a_scene_is_given_nothing_more(
    looking: Looking,
) -> None:
    await looking.until(lambda: all(looking.seen))
    await looking.issue("t1")
    await looking.until(lambda: any(seen[-1] == 1 for seen in looking.seen))
    gone = next(no for no, seen in enumerate(looking.seen) if seen[-1] == 0)
    looking.leave[gone]()
    await looking.until(lambda: all(seen[-1] == 1 for no, seen in enumerate(looking.seen) if no != gone))
    assert looking.seen[gone][-1] == 0


async def test_a_screen_that_breaks_does_not_keep_the_scene_from_the_others(
    looking: Looking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await looking.until(lambda: all(looking.seen))
    give, breaks = looking.hub._give, [True]

    def gives_or_breaks(*of: object) -> None:
        if breaks:
            breaks.pop()
            raise RuntimeError("a broken line")
        give(*of)  # type: ignore[arg-type]

    monkeypatch.setattr(looking.hub, "_give", gives_or_breaks)
    await looking.issue("t1")
    await looking.until(lambda: sum(seen[-1] == 1 for seen in looking.seen) == SCREENS - 1)
    await looking.issue("t2")
    await looking.until(lambda: all(seen[-1] == 2 for seen in looking.seen))
    assert "could not be given its scene" in caplog.text
