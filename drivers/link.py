"""A link from a URL: the cable to a device, with the same thin face whatever it is made of.

    tcp://10.0.0.9:9100                                     raw TCP: network printers, serial servers (串口服务器)
    serial:///dev/ttyUSB0?baud=19200&parity=none&stopbits=1 a serial port of this machine, opened exclusively
    serial:///dev/ttyS1?baud=9600&rs485=yes                 the same with the kernel switching the RS-485 driver
    usblp:///dev/usb/lp0                                    a USB printer as the kernel's usblp shows it, both ways
    rfc2217://10.0.0.9:4001?baud=19200                      a serial port of another machine (ser2net, Moxa)
    evdev:///dev/input/by-id/usb-Keypad-event-kbd           a USB keyboard, for us alone (drivers/evdev.py)
    hidraw:///dev/hidraw0?size=64                           a USB HID device that speaks in reports (drivers/usb.py)
    usb://0400:C35A?in=82&out=01                            bare USB bulk endpoints, by vendor and product (drivers/usb.py)
    pair()                                                  two ends in one process

For: `read` some bytes, `write` all bytes, `close`. pyserial opens and sets the port, and the event loop watches its
descriptor; a thread works only for RFC 2217 and where the loop cannot watch (Windows).
Not for: frames (drivers/wire), trying again (keeper.py), time-outs (whoever waits brings the clock).
What goes wrong: everything that the cable does ends in `Unreachable`, with the system's own words. A URL that makes
no sense raises `BadUrl` before anything is opened. Nothing is buffered here beyond what the system buffers: `write`
waits while the other side takes nothing, and `read` gives at most READ_BYTES.
"""

import asyncio
import contextlib
import os
import socket
import sys
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from drivers.cable import READ_BYTES, DescriptorLink, Link, Opener
from drivers.errors import BadUrl, Unreachable

if TYPE_CHECKING:
    import serial

T = TypeVar("T")

PAIR_BYTES: Final = 65536
"""Bytes that one end of a pair may be ahead of the other; then `write` waits, as a full socket makes it wait."""

BAUDS: Final = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
PARITIES: Final = {"none": "N", "even": "E", "odd": "O", "mark": "M", "space": "S"}
STOP_BITS: Final = {"1": 1.0, "1.5": 1.5, "2": 2.0}
EXAMPLES: Final = {
    "usblp": "/dev/usb/lp0",
    "evdev": "/dev/input/by-id/usb-Keypad-event-kbd",
    "hidraw": "/dev/hidraw0",
}
YES_NO: Final = {"yes": True, "no": False}
FETCH: Final = {"no": "", "input": "input", "feature": "feature"}

OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "tcp": frozenset(),
    "serial": frozenset({"baud", "parity", "stopbits", "bits", "rs485"}),
    "usblp": frozenset(),
    "rfc2217": frozenset({"baud", "parity", "stopbits", "bits"}),
    "evdev": frozenset(),
    "hidraw": frozenset({"size", "report", "feature", "fetch"}),
    "usb": frozenset({"in", "out", "interface"}),
}
"""The links that there are, and the query parameters that each understands."""


# -- from a URL to an opener --------------------------------------------------------------------------------------


def opener(url: str) -> Opener:
    """What opens `url`. Raises `BadUrl` now; the cable is touched only when the opener is called."""
    parts = urlsplit(url)
    known = OPTIONS.get(parts.scheme)
    if known is None:
        raise BadUrl(f"{url!r}: no link is called {parts.scheme!r}; there are {', '.join(OPTIONS)}")
    query = query_of(parts, url)
    for name in query.keys() - known:
        allowed = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
        raise BadUrl(f"{url!r}: {parts.scheme} has no parameter {name!r}; {allowed}")
    if parts.scheme == "tcp":
        host, port = _address(parts, url)
        return lambda: _open_tcp(host, port)
    if parts.scheme == "usblp":
        path = _path(parts, url)
        return lambda: _open_usblp(path)
    if parts.scheme in ("evdev", "hidraw", "usb"):
        return _of_usb(parts, query, url)
    line = _line_settings(query, url)
    if parts.scheme == "serial":
        path = _path(parts, url)
        return lambda: _open_serial(path, line)
    host, port = _address(parts, url)
    return lambda: _open_rfc2217(host, port, line)


def _of_usb(parts: SplitResult, query: Mapping[str, str], url: str) -> Opener:
    """Loaded where they are used: few halls have them, and no other system than Linux."""
    if parts.scheme == "evdev":
        from drivers import evdev

        return evdev.opener(_path(parts, url))
    from drivers import usb

    if parts.scheme == "hidraw":
        path = _path(parts, url)
        return usb.hidraw(
            path,
            size=_number(query, "size", 64, url, most=1024),
            report=_number(query, "report", 0, url, most=255),
            feature=_one_of(YES_NO, "feature", query.get("feature", "no"), url),
            fetch=_one_of(FETCH, "fetch", query.get("fetch", "no"), url),
        )
    vendor, _, product = parts.netloc.partition(":")
    try:
        ids = int(vendor, 16), int(product, 16)
    except ValueError:
        raise BadUrl(
            f"{url!r}: vendor and product are expected in hexadecimal, as in usb://0400:C35A"
        ) from None
    return usb.bulk(
        *ids,
        interface=_number(query, "interface", 0, url, most=255),
        into=_number(query, "in", 0, url, most=255, base=16),
        out=_number(query, "out", 0, url, most=255, base=16),
    )


def _number(query: Mapping[str, str], name: str, default: int, url: str, *, most: int, base: int = 10) -> int:
    value = query.get(name)
    if value is None:
        return default
    try:
        number = int(value, base)
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        what = "a hexadecimal number" if base == 16 else f"a whole number up to {most}"
        raise BadUrl(f"{url!r}: {name}={value}; {what} is expected")
    return number


async def open_link(url: str) -> Link:
    """Open `url` once."""
    return await opener(url)()


def query_of(parts: SplitResult, url: str) -> dict[str, str]:
    """The query parameters of a URL; one that is written twice or without a value is refused."""
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise BadUrl(f"{url!r}: the part after '?' is not name=value&name=value ({error})") from None
    query: dict[str, str] = {}
    for name, value in pairs:
        if name in query:
            raise BadUrl(f"{url!r}: the parameter {name!r} stands there twice")
        query[name] = value
    return query


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a serial line is set. 9600 8N1 is what most printers and pads leave the factory with."""

    baud: int = 9600
    parity: str = "N"
    stopbits: float = 1.0
    bits: int = 8
    rs485: bool = False


def _line_settings(query: Mapping[str, str], url: str) -> LineSettings:
    baud = query.get("baud", "9600")
    if not baud.isascii() or not baud.isdigit() or int(baud) not in BAUDS:
        raise BadUrl(
            f"{url!r}: baud={baud} is no speed of a serial line; one of {', '.join(map(str, BAUDS))}"
        )
    bits = query.get("bits", "8")
    if bits not in ("7", "8"):
        raise BadUrl(f"{url!r}: bits={bits}; a character has 7 or 8")
    return LineSettings(
        baud=int(baud),
        parity=_one_of(PARITIES, "parity", query.get("parity", "none"), url),
        stopbits=_one_of(STOP_BITS, "stopbits", query.get("stopbits", "1"), url),
        bits=int(bits),
        rs485=_one_of(YES_NO, "rs485", query.get("rs485", "no"), url),
    )


def _one_of(table: Mapping[str, T], name: str, value: str, url: str) -> T:
    if value not in table:
        raise BadUrl(f"{url!r}: {name}={value}; one of {', '.join(table)}")
    return table[value]


def _address(parts: SplitResult, url: str) -> tuple[str, int]:
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadUrl(f"{url!r}: {error}") from None
    if not host:
        raise BadUrl(f"{url!r}: the host is missing; {parts.scheme}://10.0.0.9:9100 has one")
    if not port:
        raise BadUrl(f"{url!r}: the port is missing; {parts.scheme}://{host}:9100 has one")
    if parts.path not in ("", "/"):
        raise BadUrl(f"{url!r}: nothing may stand behind host and port but '?'; here stands {parts.path!r}")
    return host, port


def _path(parts: SplitResult, url: str) -> str:
    if parts.netloc or not parts.path.startswith("/") or parts.path == "/":
        example = EXAMPLES.get(parts.scheme, "/dev/ttyUSB0")
        raise BadUrl(f"{url!r}: a path with three slashes is needed, as in {parts.scheme}://{example}")
    return unquote(parts.path)


# -- TCP ----------------------------------------------------------------------------------------------------------


async def _open_tcp(host: str, port: int) -> Link:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        raise Unreachable(f"{host}:{port}: {error}") from error
    made = writer.get_extra_info("socket")
    if made is not None:
        _notice_silence(made)
    return TcpLink(reader, writer, f"{host}:{port}")


def _notice_silence(made: socket.socket) -> None:
    """A device that loses its power says no good-bye; the system asks after 10 s of silence and gives up 15 s later."""
    with contextlib.suppress(OSError):
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if sys.platform == "linux":
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


class TcpLink:
    """Raw TCP. The stream's own flow control bounds what is read ahead."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
        self._reader = reader
        self._writer = writer
        self._name = name

    async def read(self) -> bytes:
        """Some bytes. Raises `Unreachable` when the peer closed or the network failed."""
        try:
            data = await self._reader.read(READ_BYTES)
        except OSError as error:
            raise Unreachable(f"{self._name}: {error}") from error
        if not data:
            raise Unreachable(f"{self._name}: the device closed the connection")
        return data

    async def write(self, data: bytes) -> None:
        """Hand over `data`; waits while more than the stream's limit lies unsent. Raises `Unreachable`."""
        if self._writer.is_closing():
            raise Unreachable(f"{self._name}: the connection is closed")
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise Unreachable(f"{self._name}: {error}") from error

    def close(self) -> None:
        """Close; what the device has not taken yet is dropped, so that nothing stale arrives later."""
        if self._writer.transport.get_write_buffer_size():
            self._writer.transport.abort()
        else:
            self._writer.close()


# -- descriptors: serial ports and usblp --------------------------------------------------------------------------


async def _open_serial(path: str, line: LineSettings) -> Link:
    import serial  # here, because a hall without serial ports need not load it

    try:
        port = serial.Serial(
            path,
            baudrate=line.baud,
            parity=line.parity,
            stopbits=line.stopbits,
            bytesize=line.bits,
            timeout=0,
            exclusive=True,
        )
    except (OSError, ValueError) as error:
        raise Unreachable(f"{path}: {error}") from error
    if line.rs485:
        # Only when asked for: pyserial raises on ports whose driver cannot, and adapters that turn by themselves
        # need nothing.
        try:
            import serial.rs485

            port.rs485_mode = serial.rs485.RS485Settings()
        except (OSError, ValueError) as error:
            port.close()
            raise Unreachable(
                f"{path}: the port cannot switch an RS-485 driver ({error}); try rs485=no"
            ) from error
    try:
        return DescriptorLink(port.fileno(), port.close, path)
    except NotImplementedError:
        return ThreadLink(port, path)


async def _open_usblp(path: str) -> Link:
    import fcntl  # usblp is Linux's own; other systems have neither

    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        raise Unreachable(f"{path}: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return DescriptorLink(descriptor, lambda: os.close(descriptor), path)
    except OSError as error:
        os.close(descriptor)
        raise Unreachable(f"{path}: another program has it ({error})") from error


# -- a thread, where nothing else works ---------------------------------------------------------------------------

THREAD_SECONDS: Final = 0.2
"""How long a thread waits in one read or write: so long may `close` take to be noticed."""


async def _open_rfc2217(host: str, port: int, line: LineSettings) -> Link:
    import serial

    def connect() -> "serial.SerialBase":
        return serial.serial_for_url(
            f"rfc2217://{host}:{port}",
            baudrate=line.baud,
            parity=line.parity,
            stopbits=line.stopbits,
            bytesize=line.bits,
            timeout=THREAD_SECONDS,
        )

    try:
        made = await asyncio.to_thread(connect)
    except (OSError, ValueError) as error:
        raise Unreachable(f"{host}:{port}: {error}") from error
    return ThreadLink(made, f"{host}:{port}")


class ThreadLink:
    """A pyserial port that only blocks: one thread reads, one writes."""

    def __init__(self, port: "serial.SerialBase", name: str) -> None:
        self._port = port
        self._name = name
        self._closed = False
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix=f"link {name}")
        port.timeout = THREAD_SECONDS

    async def read(self) -> bytes:
        """Some bytes. Raises `Unreachable` when the port is gone or closed."""
        return await self._in_thread(self._read_some)

    async def write(self, data: bytes) -> None:
        """All of `data`. Raises `Unreachable`."""
        await self._in_thread(lambda: self._write_all(data))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise Unreachable(f"{self._name}: the port is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except Unreachable:
            raise
        except Exception as error:  # pyserial's RFC 2217 raises whatever its inner thread met
            raise Unreachable(f"{self._name}: {error}") from error

    def _read_some(self) -> bytes:
        while not self._closed:
            data: bytes = self._port.read(1)
            if data:
                # Not in_waiting alone: over a network it may count only to one, which is still right here.
                more = min(int(getattr(self._port, "in_waiting", 0)), READ_BYTES - 1)
                return data + (self._port.read(more) if more else b"")
        raise Unreachable(f"{self._name}: the port is closed")

    def _write_all(self, data: bytes) -> None:
        self._port.write(data)

    def close(self) -> None:
        """Close the port in its own thread, because that may wait for the network too."""
        if self._closed:
            return
        self._closed = True
        self._threads.submit(self._close_port)
        self._threads.shutdown(wait=False)

    def _close_port(self) -> None:
        with contextlib.suppress(Exception):
            self._port.close()


# -- a pair of ends in one process --------------------------------------------------------------------------------


class PairEnd:
    """One end of a cable within this process. Made by `pair()`."""

    def __init__(self) -> None:
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._changed = asyncio.Event()
        self._closed = False
        self._other: PairEnd = self

    async def read(self) -> bytes:
        """Some bytes. Raises `Unreachable` when either end was closed and nothing is left."""
        while not self._held:
            if self._closed or self._other._closed:
                raise Unreachable("pair: the other end was closed")
            await self._next_change()
        data = self._held.popleft()
        if len(data) > READ_BYTES:
            self._held.appendleft(data[READ_BYTES:])
            data = data[:READ_BYTES]
        self._held_bytes -= len(data)
        self._changed.set()
        return data

    async def write(self, data: bytes) -> None:
        """Hand over `data`; waits while the other end is PAIR_BYTES behind. Raises `Unreachable`."""
        other = self._other
        while True:
            if self._closed or other._closed:
                raise Unreachable("pair: the other end was closed")
            if other._held_bytes < PAIR_BYTES:
                break
            await other._next_change()
        if data:
            other._held.append(bytes(data))
            other._held_bytes += len(data)
            other._changed.set()

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def close(self) -> None:
        """Close both directions; what was written can still be read by the other end."""
        self._closed = True
        self._changed.set()
        self._other._changed.set()


def pair() -> tuple[PairEnd, PairEnd]:
    """Two ends of one cable: what is written to one is read from the other."""
    one, other = PairEnd(), PairEnd()
    one._other, other._other = other, one
    return one, other
