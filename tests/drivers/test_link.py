"""Links over what they are made for: TCP, pseudo-terminals, RFC 2217, and a pair."""

import asyncio
import os
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import suppress

import pytest
import serial
import serial.rfc2217

from drivers.cable import READ_BYTES
from drivers.errors import Unreachable
from drivers.link import PAIR_BYTES, open_link, pair


async def read_all(link, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = await asyncio.wait_for(link.read(), 5)
        assert 0 < len(piece) <= READ_BYTES
        data += piece
    return data


BIG = bytes(range(256)) * 800


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        if data == b"bye":
            break
        writer.write(data)
    writer.close()


@pytest.fixture
async def echoing():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"tcp://{host}:{port}"
    server.close()


async def test_tcp_carries_bytes_both_ways_and_says_when_the_device_hangs_up(echoing):
    link = await open_link(echoing)
    writing = asyncio.ensure_future(link.write(BIG))
    assert await read_all(link, len(BIG)) == BIG
    await writing
    await link.write(b"bye")
    with pytest.raises(Unreachable, match="closed the connection"):
        await link.read()
    link.close()
    link.close()
    with pytest.raises(Unreachable):
        await link.write(b"more")


async def test_nobody_at_the_address_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unreachable, match=str(port)):
            await open_link(f"tcp://127.0.0.1:{port}")


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    yield master, path
    with suppress(OSError):
        os.close(master)


@pytest.mark.parametrize("scheme", ["serial", "usblp"])
async def test_a_port_carries_bytes_both_ways_and_is_ours_alone(terminal, scheme):
    master, path = terminal
    link = await open_link(f"{scheme}://{path}")
    with pytest.raises(Unreachable):
        await open_link(f"{scheme}://{path}")
    os.write(master, b"\x12\x00\xff")
    assert await read_all(link, 3) == b"\x12\x00\xff"
    await link.write(b"\x10\x04\x01")
    assert os.read(master, 10) == b"\x10\x04\x01"
    reading = asyncio.ensure_future(link.read())
    await asyncio.sleep(0)
    link.close()
    with pytest.raises(Unreachable):
        await reading
    again = await open_link(f"{scheme}://{path}")
    again.close()


async def test_a_port_that_is_pulled_out_ends_the_reading(terminal):
    master, path = terminal
    link = await open_link(f"serial://{path}?baud=19200")
    reading = asyncio.ensure_future(link.read())
    await asyncio.sleep(0)
    os.close(master)
    with pytest.raises(Unreachable):
        await asyncio.wait_for(reading, 5)
    link.close()


async def test_a_port_that_takes_nothing_lets_the_writer_wait_and_not_the_program(terminal):
    master, path = terminal
    link = await open_link(f"serial://{path}")
    writing = asyncio.ensure_future(link.write(BIG))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not writing.done()
    os.set_blocking(master, False)
    got = b""
    while len(got) < len(BIG):
        with suppress(BlockingIOError):
            got += os.read(master, 65536)
        await asyncio.sleep(0)
    await writing
    assert got == BIG
    link.close()


async def test_a_port_that_is_not_there_is_unreachable():
    with pytest.raises(Unreachable, match="ttyNONE"):
        await open_link("serial:///dev/ttyNONE")


class Rfc2217Server:
    """One serial port of another machine, whose other end says back what it hears."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._listening.getsockname()[1]}?baud=19200"
        self.port = serial.serial_for_url("loop://", timeout=0.05)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)

    def _serve(self) -> None:
        self._connection, _ = self._listening.accept()
        manager = serial.rfc2217.PortManager(self.port, self)
        self._connection.settimeout(0.02)
        with suppress(OSError):
            while True:
                try:
                    data = self._connection.recv(1024)
                    if not data:
                        break
                    self.port.write(b"".join(manager.filter(data)))
                except TimeoutError:
                    pass
                waiting = self.port.read(self.port.in_waiting)
                if waiting:
                    self._connection.sendall(b"".join(manager.escape(waiting)))

    def hang_up(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.hang_up()
        self._thread.join(5)
        self._connection.close()
        self._listening.close()
        self.port.close()


@pytest.mark.filterwarnings(
    "ignore:set(Daemon|Name):DeprecationWarning"
)  # pyserial 3.5 on Python 3.10 and newer
async def test_a_port_of_another_machine_carries_bytes_and_its_speed():
    server = Rfc2217Server()
    link = await open_link(server.url)
    await link.write(b"\x10\x04\x01\xff\xff")
    assert await read_all(link, 5) == b"\x10\x04\x01\xff\xff"
    assert server.port.baudrate == 19200
    server.hang_up()
    with pytest.raises(Unreachable):
        await asyncio.wait_for(link.read(), 5)
    link.close()
    with pytest.raises(Unreachable):
        await link.write(b"x")
    await asyncio.to_thread(link._threads.shutdown, True)
    server.close()


async def test_a_pair_carries_bytes_both_ways_and_ends_for_both():
    one, other = pair()
    await one.write(b"ping")
    assert await other.read() == b"ping"
    await other.write(b"pong")
    other.close()
    assert await one.read() == b"pong"
    for failing in (one.read(), one.write(b"x"), other.read()):
        with pytest.raises(Unreachable):
            await failing


async def test_a_pair_holds_no_more_than_a_socket_would():
    one, other = pair()
    await one.write(bytes(PAIR_BYTES))
    writing = asyncio.ensure_future(one.write(b"more"))
    await asyncio.sleep(0)
    assert not writing.done()
    assert await read_all(other, PAIR_BYTES) == bytes(PAIR_BYTES)
    await writing
    assert await other.read() == b"more"
