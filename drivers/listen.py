"""The ear of a driver: what comes along a link, as messages, with what made no sense counted.

    ear = Ear(dialect.parse, on_garbled)
    await together(ear.listen(link, heard), converse())

For: pads and card readers, whose bytes come unasked or late. One task reads for as long as the link is open, so that
no read is ever cancelled half-way; who waits for an answer waits for the *message*.
Not for: what a message means (drivers/wire) or when to give up (the kinds).
What goes wrong: a two-wire RS-485 adapter hears what it says itself; `said` makes the ear pass over that.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Generic, TypeVar

from drivers.cable import Link
from drivers.wire.reader import Buffer, Parse, Reader

M = TypeVar("M")

ECHO_WITHIN: Final = 0.05
"""Seconds in which our own bytes can come back by the adapter. Ten bytes at 9600 baud take 10 ms, a serial server
adds some; no device can have missed an answer and said its word again so soon."""


class Ear(Generic[M]):
    """Messages of one line. `garbled` counts over the whole life of the line, also over half frames given up."""

    def __init__(self, parse: Callable[[Buffer], Parse[M]], now: Callable[[], float]) -> None:
        self._reader: Reader[M] = Reader(parse)
        self._now = now
        self._given_up = 0
        self._own = b""
        self._own_at = float("-inf")
        self._matched = b""

    @property
    def garbled(self) -> int:
        """Stretches of bytes that made no sense, and frames that never ended."""
        return self._given_up + self._reader.garbled

    async def listen(self, link: Link, heard: Callable[[M], None], garbled: Callable[[int], None]) -> None:
        """Read until the link ends (Unreachable). `heard` gets each message, `garbled` the count when it grew."""
        self.give_up()
        self._own = self._matched = b""
        told = 0
        while True:
            for message in self._reader.feed(self._strange(await link.read())):
                heard(message)
            if self.garbled != told:
                told = self.garbled
                garbled(told)

    def give_up(self) -> None:
        """Nothing more will come of a frame that was begun: the next byte starts another."""
        self._given_up += self._reader.garbled + (1 if self._reader.held else 0)
        self._reader.reset()

    def said(self, data: bytes) -> None:
        """These bytes were just written: they may come back as an echo."""
        if self._now() - self._own_at > ECHO_WITHIN:
            self._own = b""
        self._own += data
        self._own_at = self._now()

    def _strange(self, data: bytes) -> bytes:
        """`data` without the echo of our own words at its head."""
        if not self._own and not self._matched:
            return data
        data, self._matched = self._matched + data, b""
        own, self._own = self._own, b""
        if self._now() - self._own_at > ECHO_WITHIN:
            return data
        if data.startswith(own):
            return data[len(own) :]
        if own.startswith(data):
            self._own, self._matched = own, data
            return b""
        return data


async def together(*work: Coroutine[Any, Any, None]) -> None:
    """Do all of `work` until one of it ends, stop the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
