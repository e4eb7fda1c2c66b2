"""A cable: what every link looks like, and the one that is a descriptor of this machine.

For: drivers/link.py and the files that open something (drivers/evdev.py, drivers/usb.py). Not for: URLs (drivers/link.py).
What goes wrong: everything that a cable does ends in `Unreachable`, with the system's own words.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from drivers.errors import Unreachable

READ_BYTES: Final = 4096
"""Bytes of one `read` at most."""


class Link(Protocol):
    """One open cable. One reader and one writer at a time."""

    async def read(self) -> bytes:
        """Some bytes, at least one. Raises `Unreachable` when the other side has gone."""
        ...

    async def write(self, data: bytes) -> None:
        """All of `data`, as fast as the other side takes it. Raises `Unreachable`; then some may have arrived."""
        ...

    def close(self) -> None:
        """Let go of the cable; who still reads gets `Unreachable`. Twice is once."""
        ...


Opener = Callable[[], Awaitable[Link]]
"""Opens the same cable again and again; raises `Unreachable`."""


class DescriptorLink:
    """A descriptor that the event loop watches. Raises `NotImplementedError` where the loop cannot (Windows).

    A serial port in pyserial's setting returns no bytes both when nothing came and when it was pulled out, so a read
    is only made when the loop says that there is something: no bytes then means pulled out.
    """

    def __init__(self, descriptor: int, close: Callable[[], None], name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._close = close
        self._name = name
        self._closed = False
        self._waiting: set[asyncio.Future[None]] = set()
        self._loop.add_reader(descriptor, lambda: None)
        self._loop.remove_reader(descriptor)

    async def read(self) -> bytes:
        """Some bytes. Raises `Unreachable` when the port is gone."""
        while True:
            await self._ready(self._loop.add_reader, self._loop.remove_reader)
            try:
                data = os.read(self._descriptor, READ_BYTES)
            except BlockingIOError:
                continue
            except OSError as error:
                raise Unreachable(f"{self._name}: {error}") from error
            if not data:
                raise Unreachable(f"{self._name}: the port is gone")
            return data

    async def write(self, data: bytes) -> None:
        """All of `data`; waits while the line takes nothing. Raises `Unreachable`."""
        left = memoryview(data)
        while left:
            if self._closed:
                raise Unreachable(f"{self._name}: the port is closed")
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:
                await self._ready(self._loop.add_writer, self._loop.remove_writer)
            except OSError as error:
                raise Unreachable(f"{self._name}: {error}") from error

    async def _ready(
        self, watch: Callable[[int, Callable[[], None]], object], forget: Callable[[int], object]
    ) -> None:
        if self._closed:
            raise Unreachable(f"{self._name}: the port is closed")
        ready: asyncio.Future[None] = self._loop.create_future()
        self._waiting.add(ready)

        def now() -> None:
            if not ready.done():
                ready.set_result(None)

        watch(self._descriptor, now)
        try:
            await ready
        finally:
            self._waiting.discard(ready)
            if not self._closed:
                forget(self._descriptor)

    def close(self) -> None:
        """Close the port; who waits on it gets `Unreachable`."""
        if self._closed:
            return
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)
        self._closed = True
        for ready in self._waiting:
            if not ready.done():
                ready.set_exception(Unreachable(f"{self._name}: the port is closed"))
        with contextlib.suppress(OSError):
            self._close()
