"""Keeps one device alive: open, watch, back off, report its Condition.

For: the loop that every kind of device (printer.py, sign.py, pad.py, cardreader.py) runs its conversation in, and
for `within`, the one way in which a kind waits for an answer.

    keeper = Keeper(open_link, clock, on_condition, jitter=random.random)
    await keeper.run(live)        # for ever; cancel it to stop
        live(link)                # one conversation; it ends by raising Unreachable, Garbled or Unwilling

A device that is pulled out is tried again after 1 s, then 2, 4, ... at most 10 s apart, each a little longer by
chance so that fifty devices behind one switch do not knock together when it comes back. `live` calls
`keeper.answered()` whenever the device said something that made sense: then the next fault starts at 1 s again.
Not for: what is said (wire), to whom it matters (app/hardware.py).
What goes wrong: a DeviceError of the conversation becomes the `Condition`; an error of our own in a dialect is logged
with its traceback and treated the same way, so that one device never takes another down.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, Final, Protocol, TypeVar

from drivers.cable import Link, Opener
from drivers.errors import DeviceError, Garbled, Unreachable, Unwilling
from drivers.media import Condition, Health, Trouble

T = TypeVar("T")

log = logging.getLogger(__name__)

FIRST_WAIT: Final = 1.0
"""Seconds before a lost device is tried again; half of what a visitor notices."""

LONGEST_WAIT: Final = 10.0
"""Seconds between tries at most: so long may a printer that was switched on again stay unseen, with people in front of it.
Fifty devices that are not there cost five knocks a second."""

JITTER: Final = 0.2
"""Share of a wait that chance may add."""

OPEN_SECONDS: Final = 10.0
"""How long opening may take; a serial server that is switched off answers nothing at all."""

LATENCIES: Final = 512
"""How many answer times are kept for the median and the 99th percentile."""


class Clock(Protocol):
    """Time, handed in, so that a test owns it. Devices need real seconds even when the hall's day runs faster."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back in `seconds`."""
        ...


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns, if it does so in `seconds` of `clock`; otherwise it is cancelled and `TimeoutError` raised."""
    doing = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((doing, timer), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise TimeoutError
    finally:
        timer.cancel()
        doing.cancel()
        await asyncio.gather(doing, timer, return_exceptions=True)


class Keeper:
    """One device's link and condition.

    `on_condition` is called with every change and never twice with the same value; it must not block. `jitter` gives
    a number from 0 to 1 (`random.random`); without it the waits are exact. `longest_wait` and `open_seconds` are shorter
    for devices that must be back sooner.
    """

    def __init__(
        self,
        open_link: Opener,
        clock: Clock,
        on_condition: Callable[[Condition], None],
        *,
        jitter: Callable[[], float] = lambda: 0.0,
        longest_wait: float = LONGEST_WAIT,
        open_seconds: float = OPEN_SECONDS,
    ) -> None:
        self._open_link = open_link
        self._clock = clock
        self._on_condition = on_condition
        self._jitter = jitter
        self._longest_wait = longest_wait
        self._open_seconds = open_seconds
        self._condition = Condition()
        self._answered = False
        self._latencies: deque[float] = deque(maxlen=LATENCIES)

    @property
    def condition(self) -> Condition:
        """How the device is, as last reported."""
        return self._condition

    def report(
        self,
        health: Health,
        troubles: frozenset[Trouble] = frozenset(),
        *,
        word: str | None = None,
        firmware: str | None = None,
        garbled: int | None = None,
    ) -> None:
        """The device is so now. What is None stays as it was."""
        before = self._condition
        now = replace(
            before,
            health=health,
            troubles=troubles,
            word=before.word if word is None else word,
            firmware=before.firmware if firmware is None else firmware,
            garbled=before.garbled if garbled is None else garbled,
        )
        if now != before:
            self._condition = now
            self._on_condition(now)

    def answered(self, seconds: float | None = None) -> None:
        """The device said something that made sense, `seconds` after it was asked (None: unasked)."""
        self._answered = True
        if seconds is not None:
            self._latencies.append(seconds)

    @property
    def latency(self) -> tuple[float, float] | None:
        """Seconds from question to answer: (median, 99th percentile) of the last 512; None before the first."""
        if not self._latencies:
            return None
        ordered = sorted(self._latencies)
        return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]

    async def run(self, live: Callable[[Link], Awaitable[None]]) -> None:
        """Keep the device alive until cancelled. `live` is one conversation over one open link."""
        wait = FIRST_WAIT
        while True:
            self._answered = False
            opened_at = self._clock.monotonic()
            try:
                await self._converse(live)
            except DeviceError as error:
                self.report(Health.OFFLINE, frozenset({_trouble_of(error)}), word=str(error))
            except Exception as error:
                log.exception("A conversation with a device failed by a fault of our own")
                self.report(Health.OFFLINE, frozenset({Trouble.NO_ANSWER}), word=f"our own fault: {error!r}")
            if self._answered or self._clock.monotonic() - opened_at > LONGEST_WAIT:
                wait = FIRST_WAIT
            await self._clock.sleep(wait * (1 + JITTER * self._jitter()))
            wait = min(2 * wait, self._longest_wait)

    async def _converse(self, live: Callable[[Link], Awaitable[None]]) -> None:
        link = await self._open()
        try:
            await live(link)
        finally:
            link.close()

    async def _open(self) -> Link:
        opening = asyncio.ensure_future(self._open_link())
        timer = asyncio.ensure_future(self._clock.sleep(self._open_seconds))
        try:
            await asyncio.wait((opening, timer), return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                raise Unreachable(f"the link did not open within {self._open_seconds:g} s")
            return opening.result()
        except asyncio.CancelledError:
            # Somebody stops us in the very moment in which the link opened: nobody else would close it.
            if opening.done() and not opening.cancelled() and opening.exception() is None:
                opening.result().close()
            raise
        finally:
            timer.cancel()
            opening.cancel()
            await asyncio.gather(opening, timer, return_exceptions=True)


def _trouble_of(error: DeviceError) -> Trouble:
    match error:
        case Garbled():
            return Trouble.GARBLED
        case Unwilling():
            return Trouble.REFUSED
        case _:
            return Trouble.NO_ANSWER
