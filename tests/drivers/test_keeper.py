"""The keeper: how it tries again, and what it says meanwhile."""

import asyncio
import logging

import pytest

from drivers.cable import Link
from drivers.errors import Garbled, Unreachable, Unwilling
from drivers.keeper import Keeper, within
from drivers.link import pair
from drivers.media import Condition, Health, Trouble
from tests.drivers.world import Clock


async def quiet() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Cable:
    """Opens as told; remembers when it was tried."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.tried: list[float] = []
        self.fault: Exception | None = Unreachable("no such port")
        self.closed = 0

    async def open(self) -> Link:
        self.tried.append(self.clock.now)
        if self.fault is not None:
            raise self.fault
        end, _ = pair()
        close = end.close

        def counted() -> None:
            self.closed += 1
            close()

        end.close = counted  # type: ignore[method-assign]
        return end


class Scene:
    def __init__(self, jitter: float = 0.0) -> None:
        self.clock = Clock()
        self.cable = Cable(self.clock)
        self.conditions: list[Condition] = []
        self.keeper = Keeper(self.cable.open, self.clock, self.conditions.append, jitter=lambda: jitter)

    async def go(self, seconds: float) -> None:
        await quiet()
        end = self.clock.now + seconds
        while self.clock.next() <= end:
            self.clock.move_to(self.clock.next())
            await quiet()
        self.clock.move_to(end)
        await quiet()


@pytest.fixture
async def scene():
    yield Scene()


async def never(link: Link) -> None:
    await asyncio.Event().wait()


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_missing_device_is_tried_after_one_two_four_and_at_most_ten_seconds(scene):
    task = asyncio.ensure_future(scene.keeper.run(never))
    await scene.go(70)
    waits = [after - before for before, after in zip(scene.cable.tried, scene.cable.tried[1:], strict=False)]
    assert waits == [1, 2, 4, 8, *[10] * 5]
    assert scene.conditions == [
        Condition(Health.OFFLINE, frozenset({Trouble.NO_ANSWER}), word=str(Unreachable("no such port")))
    ], "the same condition is told once"
    await stop(task)


async def test_chance_spreads_the_tries():
    scene = Scene(jitter=0.5)
    task = asyncio.ensure_future(scene.keeper.run(never))
    await scene.go(10)
    waits = [after - before for before, after in zip(scene.cable.tried, scene.cable.tried[1:], strict=False)]
    assert waits == pytest.approx([1.1, 2.2, 4.4])
    await stop(task)


async def test_a_device_that_had_answered_is_tried_again_at_once_and_one_that_had_not_is_not(scene):
    scene.cable.fault = None
    speaks = True

    async def live(link: Link) -> None:
        if speaks:
            scene.keeper.answered(0.01)
        raise Unreachable("it went away")

    task = asyncio.ensure_future(scene.keeper.run(live))
    await scene.go(5)
    assert len(scene.cable.tried) == 6
    speaks = False
    before = len(scene.cable.tried)
    await scene.go(60)
    assert len(scene.cable.tried) - before < 10
    assert scene.keeper.latency == (0.01, 0.01)
    await stop(task)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (Unreachable("a"), Trouble.NO_ANSWER),
        (Garbled("b"), Trouble.GARBLED),
        (Unwilling("c"), Trouble.REFUSED),
    ],
)
async def test_whose_fault_it_is_becomes_the_condition_and_every_link_is_closed(scene, error, trouble):
    scene.cable.fault = None

    async def live(link: Link) -> None:
        scene.keeper.report(Health.ONLINE, firmware="V1")
        raise error

    task = asyncio.ensure_future(scene.keeper.run(live))
    await quiet()
    assert scene.keeper.condition == Condition(
        Health.OFFLINE, frozenset({trouble}), word=str(error), firmware="V1"
    )
    await scene.go(3)
    assert scene.cable.closed == len(scene.cable.tried)
    await stop(task)


async def test_a_fault_of_our_own_is_logged_and_the_device_tried_again(scene, caplog):
    scene.cable.fault = None

    async def live(link: Link) -> None:
        raise KeyError("a dialect's mistake")

    with caplog.at_level(logging.ERROR):
        task = asyncio.ensure_future(scene.keeper.run(live))
        await scene.go(4)
    assert "a dialect's mistake" in caplog.text
    assert len(scene.cable.tried) == 3
    await stop(task)


async def test_a_port_that_neither_opens_nor_refuses_is_given_up(scene):
    async def open_never() -> Link:
        await asyncio.Event().wait()
        raise AssertionError

    scene.keeper._open_link = open_never
    task = asyncio.ensure_future(scene.keeper.run(never))
    await scene.go(11)
    assert "did not open within 10 s" in scene.keeper.condition.word
    await stop(task)


async def test_stopping_closes_the_link(scene):
    scene.cable.fault = None
    task = asyncio.ensure_future(scene.keeper.run(never))
    await quiet()
    await stop(task)
    assert scene.cable.closed == 1


async def test_within_gives_the_result_or_stops_the_work():
    clock = Clock()
    stopped = asyncio.Event()

    async def answer() -> int:
        return 7

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    assert await within(clock, 1, answer()) == 7
    waiting = asyncio.ensure_future(within(clock, 1, forever()))
    await quiet()
    clock.move_to(clock.next())
    with pytest.raises(TimeoutError):
        await waiting
    assert stopped.is_set()
