"""Bytes in, whole messages out: how every dialect of drivers/wire reads its line.

A dialect writes its parser as a generator that reads like the frame: `yield from exactly(2)` pauses until two bytes
are there. `Reader` owns the buffer, runs the generator as bytes arrive, and counts what was garbled.

    def parse(buffer: Buffer) -> Parse[Answer]:
        yield from buffer.skip_to(b"\\xa5")     # what stands before the start mark is garbage, and counted
        kind = (yield from buffer.exactly(1))[0]
        ...
        if broken:
            raise Broken("checksum 12, expected 34")
        return Answer(kind)

What goes wrong: after `Broken`, reading goes on *behind the start mark* of the broken frame, never behind its
untrusted length; so a damaged length cannot swallow the frames that follow. A frame longer than `limit` bytes is
broken too: what a reader keeps is bounded.
Not for: ports, time, or meaning.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

M = TypeVar("M")
Parse = Generator[None, None, M]
"""A parser: it yields when it needs more bytes and returns one message."""

FRAME_LIMIT = 8192
"""Bytes of one frame at most, unless a dialect says otherwise. The longest known reply is 2321 (an ID card with
fingerprints), doubled by escapes and rounded up."""


class Broken(Exception):
    """The frame at hand is not one; the message says what was expected and what came."""


class Buffer:
    """The bytes not yet understood. Its methods are generators: `value = yield from buffer.exactly(3)`."""

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self._data = bytearray()
        self._at = 0
        self._mark = 0
        self._limit = limit
        self.garbled = 0
        self._in_garbage = False

    def feed(self, data: bytes) -> None:
        """Add bytes from the line."""
        self._data += data

    def __len__(self) -> int:
        return len(self._data)

    def exactly(self, count: int) -> Generator[None, None, bytes]:
        """The next `count` bytes."""
        if self._at - self._mark + count > self._limit:
            raise Broken(f"a frame longer than {self._limit} bytes")
        while len(self._data) - self._at < count:
            yield
        taken = bytes(self._data[self._at : self._at + count])
        self._at += count
        return taken

    def until(self, end: bytes) -> Generator[None, None, bytes]:
        """Everything before the byte or bytes `end`, which are consumed and not returned."""
        looked = self._at
        while (found := self._data.find(end, looked)) < 0:
            looked = max(self._at, len(self._data) - len(end) + 1)
            if len(self._data) - self._mark > self._limit:
                raise Broken(f"no end mark {end.hex(' ')} within {self._limit} bytes")
            yield
        taken = bytes(self._data[self._at : found])
        self._at = found + len(end)
        return taken

    def peek(self) -> Generator[None, None, int]:
        """The next byte, left where it is."""
        while len(self._data) <= self._at:
            yield
        return self._data[self._at]

    def put_back(self, data: bytes) -> None:
        """Let `data` be read again before what follows: for a short message that stood in the middle of a long one,
        whose beginning is put back when the short one is returned."""
        self._data[self._at : self._at] = data

    def skip_to(self, start: bytes) -> Generator[None, None, None]:
        """Drop what stands before the start mark `start`, count it as garbled, and consume the mark."""
        while (found := self._data.find(start, self._at)) < 0:
            keep = len(start) - 1
            if len(self._data) - self._at > keep:
                self._garbage(len(self._data) - self._at - keep)
            yield
        if found > self._at:
            self._garbage(found - self._at)
        self._mark = self._at
        self._at += len(start)
        self._in_garbage = False

    def skip_to_any(self, starts: bytes) -> Generator[None, None, None]:
        """Drop what stands before the first byte that is one of `starts`, count it as garbled, leave that byte."""
        while True:
            at = self._at
            while at < len(self._data) and self._data[at] not in starts:
                at += 1
            if at > self._at:
                self._garbage(at - self._at)
            if len(self._data) > self._at:
                return
            yield

    def run_of(self, byte: int) -> Generator[None, None, int]:
        """Consume a run of `byte`, however long, and say how long it was. It is not kept and not garbled; the frame
        starts behind it. For start marks that are repeated and for padding."""
        count = 0
        while True:
            at = self._at
            while at < len(self._data) and self._data[at] == byte:
                at += 1
            count += at - self._at
            self._at = self._mark = at
            self._drop()
            if len(self._data) > self._at:
                return count
            yield

    def start_here(self) -> None:
        """The next byte starts a frame: for dialects without a start mark."""
        self._mark = self._at

    def _garbage(self, count: int) -> None:
        if not self._in_garbage:
            self.garbled += 1
            self._in_garbage = True
        self._at += count
        self._mark = self._at
        self._drop()

    def _drop(self) -> None:
        del self._data[: self._mark]
        self._at -= self._mark
        self._mark = 0

    def accept(self) -> None:
        """The frame was good: forget its bytes."""
        self._mark = self._at
        self._in_garbage = False
        self._drop()

    def reject(self) -> None:
        """The frame was broken: read on behind the first byte of its start mark."""
        self._at = min(self._mark + 1, len(self._data))
        self._mark = self._at
        if not self._in_garbage:
            self.garbled += 1
            self._in_garbage = True
        self._drop()


class Reader(Generic[M]):
    """Feeds one dialect's parser. `feed(data)` gives the messages that became whole; `garbled` counts stretches of
    bytes that made no sense. Memory is bounded by the buffer's limit."""

    def __init__(self, parse: Callable[[Buffer], Parse[M]], limit: int = FRAME_LIMIT) -> None:
        self._parse = parse
        self._buffer = Buffer(limit)
        self._running: Parse[M] | None = None

    @property
    def garbled(self) -> int:
        """Stretches of bytes that made no sense, so far."""
        return self._buffer.garbled

    @property
    def held(self) -> int:
        """Bytes kept, waiting for the rest of a frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[M]:
        """Bytes from the line; returns the messages that are whole now, in order."""
        self._buffer.feed(data)
        found: list[M] = []
        while True:
            if self._running is None:
                if not len(self._buffer):
                    return found
                self._running = self._parse(self._buffer)
            try:
                next(self._running)
                return found
            except StopIteration as done:
                self._buffer.accept()
                found.append(done.value)
            except Broken:
                self._buffer.reject()
            self._running = None

    def end(self) -> list[M]:
        """No more bytes will come: what was begun is no frame. Returns the messages that stand behind its start."""
        found: list[M] = []
        while len(self._buffer):
            self._buffer.reject()
            self._running = None
            found += self.feed(b"")
        return found

    def reset(self) -> None:
        """The link was opened anew: a half frame of the old one is no part of the next."""
        self._buffer = Buffer(self._buffer._limit)
        self._running = None


@dataclass(frozen=True, slots=True)
class Wire:
    """Both directions of one dialect, and the longest frame of each. Every dialect ends with one of its own, by which
    drivers/wire/decode.py finds it."""

    host: Callable[[Buffer], Parse[Any]]
    device: Callable[[Buffer], Parse[Any]]
    encode: Callable[[Any], bytes]
    host_limit: int = FRAME_LIMIT
    device_limit: int = FRAME_LIMIT
