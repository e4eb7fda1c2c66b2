"""The bench: simulated devices on ports that cannot be told from real ones.

    bench = Bench()
    at = await bench.tcp("kiosk-1", device, port=9100)     # at.address: "127.0.0.1:9100"
    at = bench.pty("strip-3", device)                      # at.address: "/dev/pts/7"
    end = bench.pair("pad-2", device)                      # the driver's end of a cable within this process
    bench.tick(0.1)                                        # time passes for all of them; otherwise it stands still
    await bench.live(0.05)                                 # or: let time pass as it does

For: a device that has the three verbs `receive(data)`, `tick(seconds)` and its people's back door. Between port and
device lies a cable of simulators/faults.py. A device that is `powered` off drops its connections and takes none.
Not for: what a device does (its own file), the page to touch it (simulators/__main__.py).
What goes wrong: a port that is taken raises `PortTaken` with its number. A reader that does not read is dropped when
64 KiB wait for it. An error inside a simulator is logged, and costs the connection that caused it.
"""

import asyncio
import contextlib
import errno
import logging
import os
import tty
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from drivers.cable import Link
from drivers.errors import Unreachable
from drivers.link import pair
from simulators.faults import Cables, NewCables

log = logging.getLogger(__name__)

BEHIND: Final = 65536
"""Bytes that may wait for a host that does not read; then it is dropped."""

STEP: Final = 0.05
"""Seconds between ticks of a bench that lives in real time: 20 a second are smooth for an eye and nothing for a CPU."""


class Simulator(Protocol):
    """A device as seen from its cable."""

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; returns what the device says at once."""
        ...

    def tick(self, seconds: float) -> bytes:
        """Time passed; returns what the device says because of that, or of what people did to it."""
        ...


class PortTaken(Exception):
    """Another program listens there already."""

    def __init__(self, name: str, address: str, why: str) -> None:
        super().__init__(
            f"{name}: {address} is not free ({why}); stop what uses it or change the device's URL"
        )


class _Connection:
    """One host on one port: its two cables, and how to reach it."""

    def __init__(self, port: "Port", send: Callable[[bytes], None], drop: Callable[[], None]) -> None:
        self._port = port
        self._send = send
        self._drop = drop
        self.cables = port.new_cables()

    def from_host(self, data: bytes) -> None:
        """Bytes from the host enter the cable."""
        self._to_device(self.cables.down.carry(data))

    def _to_device(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            try:
                said = self._port.device.receive(piece)
            except Exception:
                log.exception("%s: the simulator failed", self._port.name)
                self.drop()
                return
            self.to_host(said)
        self._notice()

    def to_host(self, data: bytes) -> None:
        """Bytes of the device enter the cable."""
        if data:
            for piece in self.cables.up.carry(data):
                self._send(piece)
            self._notice()

    def tick(self, seconds: float) -> None:
        """Bytes that were late."""
        self._to_device(self.cables.down.tick(seconds))
        for piece in self.cables.up.tick(seconds):
            self._send(piece)
        self._notice()

    def _notice(self) -> None:
        if self.cables.down.cut or self.cables.up.cut or not self._port.powered:
            self.drop()

    def drop(self) -> None:
        """The host sees its connection end, once."""
        if self in self._port.connections:
            self._port.connections.discard(self)
            self._drop()


class Port:
    """A device where a driver finds it."""

    def __init__(self, name: str, device: Simulator, new_cables: NewCables) -> None:
        self.name = name
        self.device = device
        self.new_cables = new_cables
        self.address = ""
        self.connections: set[_Connection] = set()
        self.plugged_in = True
        self.faults: Mapping[str, object] = {}
        self._close: Callable[[], None] = lambda: None

    @property
    def powered(self) -> bool:
        """Whether somebody is there to answer: the device is on and its cable is in."""
        return self.plugged_in and bool(getattr(self.device, "powered", True))

    def tick(self, seconds: float) -> None:
        """Time passes for the device and on its cables."""
        said = self.device.tick(seconds)
        for connection in tuple(self.connections):
            connection.tick(seconds)
            connection.to_host(said)
            connection._notice()

    def cut(self) -> None:
        """Everybody's connection ends now; the next one works."""
        for connection in tuple(self.connections):
            connection.drop()

    def unplug(self) -> None:
        """The network cable is out: connections end, and new ones end at once."""
        self.plugged_in = False
        self.cut()

    def plug_in(self) -> None:
        """The network cable is back."""
        self.plugged_in = True

    def spoil(self, new_cables: NewCables, faults: Mapping[str, object] | None = None) -> None:
        """Other cables from now on, also for those who are connected; `faults` is what they have, for who looks."""
        self.new_cables = new_cables
        self.faults = dict(faults or {})
        for connection in self.connections:
            connection.cables = new_cables()

    def close(self) -> None:
        """Take the device off the bench."""
        self.cut()
        self._close()


class _Tcp(asyncio.Protocol):
    def __init__(self, port: Port) -> None:
        self._port = port
        self._connection: _Connection | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if not self._port.powered:
            transport.abort()
            return

        def send(data: bytes) -> None:
            if transport.get_write_buffer_size() > BEHIND:
                transport.abort()
            elif not transport.is_closing():
                transport.write(data)

        self._connection = _Connection(self._port, send, transport.close)
        self._port.connections.add(self._connection)

    def data_received(self, data: bytes) -> None:
        if self._connection in self._port.connections:
            assert self._connection is not None
            self._connection.from_host(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._port.connections.discard(self._connection)


class Bench:
    """Some devices on their ports."""

    def __init__(self) -> None:
        self.ports: dict[str, Port] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def tcp(
        self,
        name: str,
        device: Simulator,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        cables: NewCables = Cables,
    ) -> Port:
        """Serve `device` on a TCP port (0: any free one). Raises `PortTaken`."""
        served = Port(name, device, cables)
        try:
            server = await asyncio.get_running_loop().create_server(lambda: _Tcp(served), host, port)
        except OSError as error:
            raise PortTaken(name, f"{host}:{port}", os.strerror(error.errno or 0)) from error
        at: tuple[str, int] = server.sockets[0].getsockname()[:2]
        served.address = f"{at[0]}:{at[1]}"
        served._close = server.close
        return self._add(served)

    def pty(
        self, name: str, device: Simulator, *, path: Path | None = None, cables: NewCables = Cables
    ) -> Port:
        """Serve `device` on a pseudo-terminal; `path` is made a symbolic link to it. Raises `PortTaken`."""
        served = Port(name, device, cables)
        master, slave = os.openpty()
        tty.setraw(slave)  # before anybody opens it: a fresh terminal echoes
        os.set_blocking(master, False)
        served.address = os.ttyname(slave)
        loop = asyncio.get_running_loop()

        def send(data: bytes) -> None:
            # Nobody reads, and the line is full: the bytes are lost, as on a real line.
            with contextlib.suppress(BlockingIOError):
                os.write(master, data)

        def drop() -> None:
            # A serial cable has no end that a host could see. What was said while it was out is lost, and it is in
            # again with the next byte.
            served.connections.add(_Connection(served, send, drop))

        drop()

        def readable() -> None:
            try:
                data = os.read(master, 4096)
            except OSError as error:
                if error.errno not in (errno.EIO, errno.EAGAIN):
                    raise
                return
            if served.powered:
                for connection in tuple(served.connections):
                    connection.from_host(data)

        def close() -> None:
            loop.remove_reader(master)
            os.close(master)
            os.close(slave)
            if path is not None:
                path.unlink(missing_ok=True)

        if path is not None:
            try:
                if path.is_symlink():
                    path.unlink()
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(served.address)
            except OSError as error:
                os.close(master)
                os.close(slave)
                raise PortTaken(name, str(path), os.strerror(error.errno or 0)) from error
        loop.add_reader(master, readable)
        served._close = close
        return self._add(served)

    def pair(self, name: str, device: Simulator, *, cables: NewCables = Cables) -> Link:
        """Serve `device` within this process; returns the driver's end."""
        served = Port(name, device, cables)
        host_end, device_end = pair()
        waiting: asyncio.Queue[bytes] = asyncio.Queue()
        connection = _Connection(served, waiting.put_nowait, device_end.close)
        served.connections.add(connection)

        async def hear() -> None:
            with contextlib.suppress(Unreachable):
                while True:
                    connection.from_host(await device_end.read())

        async def say() -> None:
            with contextlib.suppress(Unreachable):
                while True:
                    await device_end.write(await waiting.get())

        for work in (hear(), say()):
            task = asyncio.ensure_future(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._add(served)
        return host_end

    def _add(self, port: Port) -> Port:
        if port.name in self.ports:
            port.close()
            raise PortTaken(port.name, port.address, "another device of this bench has the same name")
        self.ports[port.name] = port
        return port

    def tick(self, seconds: float) -> None:
        """Time passes for every device."""
        for port in self.ports.values():
            try:
                port.tick(seconds)
            except Exception:
                log.exception("%s: the simulator failed", port.name)

    async def live(self, step: float = STEP) -> None:
        """Time passes as it does, until cancelled."""
        loop = asyncio.get_running_loop()
        then = loop.time()
        while True:
            await asyncio.sleep(step)
            now = loop.time()
            self.tick(now - then)
            then = now

    async def close(self) -> None:
        """Take everything off the bench."""
        for port in self.ports.values():
            port.close()
        self.ports.clear()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # connections that were dropped close now
