"""The time of the hall, so that whoever runs it owns it: the world's, a demonstration's, a test's.

For: `now()` (aware, UTC) and `sleep(seconds)` in the hall's own time. A demonstration lets a day pass in minutes; a
test stands still until told.
Not for: measuring how long code takes, and not for devices: a printer's seconds are real seconds.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Time as the hall sees it. `speed`: hall seconds per real second."""

    speed: float

    def now(self) -> datetime:
        """The moment, aware."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of the hall."""


class WallClock:
    """The world's time."""

    speed = 1.0

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def monotonic(self) -> float:
        """Seconds that never go back; what drivers measure their patience with."""
        return time.monotonic()


class FastClock:
    """A day in minutes: starts at `start` and runs `speed` times as fast as the world."""

    def __init__(self, start: datetime, speed: float) -> None:
        self.speed = speed
        self._start = start
        self._zero = time.monotonic()

    def now(self) -> datetime:
        """The moment in the demonstration."""
        return self._start + timedelta(seconds=(time.monotonic() - self._zero) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of the demonstration."""
        await asyncio.sleep(seconds / self.speed)


class HeldClock:
    """A test's time: it stands still until `pass_by` moves it, and wakes who slept long enough."""

    speed = 1.0

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The moment, held."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until somebody lets the time pass."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + timedelta(seconds=seconds), woken))
        await woken

    def pass_by(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._now += timedelta(seconds=seconds)
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self._now]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self._now]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)
