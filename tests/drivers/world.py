"""A driver and a simulator with a real cable between them, and time in the test's own hand.

For: tests of the kinds. The cable is TCP on the loopback or a pseudo-terminal, opened by the driver through the same URL
that a hall would write. `go(seconds)` lets time pass on both sides in small steps, and after each step waits until every
byte that one side sent has been read by the other: nothing sleeps, and nothing is left to chance.
"""

import asyncio
import os
import time
import tty
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from random import Random

from drivers.cable import Link
from drivers.errors import Unreachable
from drivers.link import opener

STEP = 0.05
PATIENCE = 10.0
"""Real seconds after which a test that waits for bytes has failed."""

Cable = Callable[[bytes], bytes]


def sound(data: bytes) -> bytes:
    return data


def losing(share: float, seed: int) -> Cable:
    """A cable that loses each byte with the probability `share`; the same seed loses the same bytes."""
    chance = Random(seed)
    return lambda data: bytes(byte for byte in data if chance.random() >= share)


class Clock:
    """Time that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, done))
        await done

    def next(self) -> float:
        self._sleepers = [each for each in self._sleepers if not each[1].done()]
        return min((at for at, _ in self._sleepers), default=float("inf"))

    def move_to(self, moment: float) -> None:
        self.now = moment
        for at, done in self._sleepers:
            if at <= moment and not done.done():
                done.set_result(None)


class World:
    """One simulator behind one cable. `url` opens it."""

    def __init__(self, simulator) -> None:
        self.simulator = simulator
        self.clock = Clock()
        self.to_device: Cable = sound
        self.to_host: Cable = sound
        self.said: list[bytes] = []
        self.url = ""
        self.plugged = True
        self._put: Callable[[bytes], None] | None = None
        self._cut: Callable[[], None] = lambda: None
        self._to_device = [0, 0]
        self._to_host = [0, 0]

    async def open(self) -> Link:
        """What the driver opens: the real link, with a counter on it."""
        if not self.plugged:
            raise Unreachable("the test has pulled the cable")
        link = await opener(self.url)()
        self._to_device, self._to_host = [0, 0], [0, 0]
        return Counted(link, self._to_device, self._to_host)

    def arrive(self, data: bytes) -> None:
        """Bytes have come to the device's end of the cable."""
        self._to_device[1] += len(data)
        self.said.append(data)
        self._send(self.simulator.receive(self.to_device(data)))

    def _send(self, data: bytes) -> None:
        data = self.to_host(data)
        if data and self._put is not None:
            self._to_host[0] += len(data)
            self._put(data)

    def send_raw(self, data: bytes) -> None:
        """Bytes on the line that no device model made."""
        if self._put is not None:
            self._to_host[0] += len(data)
            self._put(data)

    def cut(self) -> None:
        """Pull the cable and plug it in again at once."""
        self._cut()
        self._put = None
        self._to_device[0] = self._to_device[1]
        self._to_host[1] = self._to_host[0]

    async def go(self, seconds: float) -> None:
        """Let `seconds` pass on both sides."""
        await self.settle()
        end = self.clock.now + seconds
        while self.clock.now < end - 1e-9:
            moment = min(end, self.clock.now + STEP, max(self.clock.next(), self.clock.now + 1e-6))
            passed = moment - self.clock.now
            self.clock.move_to(moment)
            self._send(self.simulator.tick(passed))
            await self.settle()

    async def until(self, what: Callable[[], object], seconds: float = 60.0) -> None:
        """Let time pass until `what` is true, `seconds` at most."""
        end = self.clock.now + seconds
        while not what():
            assert self.clock.now < end, f"not so after {seconds} s"
            await self.go(STEP)

    async def settle(self) -> None:
        """Every byte that was sent has been read, and everybody has done what he does about it."""
        give_up_at = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 12:
            await asyncio.sleep(0)
            still = self._to_device[0] != self._to_device[1] or self._to_host[0] != self._to_host[1]
            quiet = 0 if still else quiet + 1
            assert time.monotonic() < give_up_at, "bytes were lost on a cable that loses none"


class Counted:
    """A link that counts what passes, so that `settle` knows when the line is quiet."""

    def __init__(self, link: Link, out: list[int], back: list[int]) -> None:
        self._link = link
        self._out = out
        self._back = back

    async def read(self) -> bytes:
        data = await self._link.read()
        self._back[1] += len(data)
        return data

    async def write(self, data: bytes) -> None:
        self._out[0] += len(data)
        await self._link.write(data)

    def close(self) -> None:
        self._link.close()
        self._out[0] = self._out[1]
        self._back[1] = self._back[0]


@asynccontextmanager
async def over_tcp(simulator):
    """The simulator on a TCP port, as behind a serial server."""
    world = World(simulator)
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        world._put = writer.write
        world._cut = writer.transport.abort
        try:
            while data := await reader.read(4096):
                world.arrive(data)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    world.url = f"tcp://{host}:{port}"
    try:
        yield world
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def over_pty(simulator):
    """The simulator on a pseudo-terminal, which the driver opens as the serial port that it is."""
    world = World(simulator)
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    loop = asyncio.get_running_loop()

    def come() -> None:
        with suppress(BlockingIOError):
            world.arrive(os.read(ours, 4096))

    loop.add_reader(ours, come)
    world._put = lambda data: (os.write(ours, data), None)[1]
    world.url = f"serial://{os.ttyname(theirs)}?baud=115200"
    try:
        yield world
    finally:
        loop.remove_reader(ours)
        os.close(ours)
        os.close(theirs)


CABLES = {"tcp": over_tcp, "pty": over_pty}


@asynccontextmanager
async def running(driver):
    """The driver at work, and stopped whatever the test does."""
    task = asyncio.ensure_future(driver.run())
    try:
        yield driver
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
