"""USB without a serial port: devices that speak in HID reports, and bare bulk endpoints.

    hidraw:///dev/hidraw0?size=64                    the kernel's own HID face; needs no library
    hidraw:///dev/hidraw0?report=1&feature=yes       a device that is told by SET_REPORT (feature, number 1)
    hidraw:///dev/hidraw0?report=1&feature=yes&fetch=input      and does not answer by itself: its answer is fetched
    usb://0400:C35A?in=82&out=01                     bulk endpoints, by vendor and product; needs pyusb and libusb

For: drivers/link.py. Card readers (vendor 0400, product C35A) do either; a printer without the kernel's usblp does bulk.
Reports are of one size: what is said is filled up, and the fill is taken off what is heard (drivers/wire/reports.py).
Not for: keyboards (drivers/evdev.py), printers that usblp serves.
A device whose answers are fetched (GET_REPORT) is asked for reports from a question until its answer is whole.
What goes wrong: not plugged in, no right (a udev rule gives the service's user the device), pyusb not installed, an
endpoint that is not there: all `Unreachable`, with what to do. What waits for the bus waits in a thread of its own: a
device that does not take a report for seconds holds up nobody else.
"""

import asyncio
import contextlib
import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import Any, Final, TypeVar

from drivers.cable import DescriptorLink, Link, Opener
from drivers.errors import Unreachable
from drivers.wire.reports import Unpacking, pack

T = TypeVar("T")

OPEN: Final = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC

BULK_BYTES: Final = 4096
"""Bytes asked for in one bulk transfer: a multiple of every packet size, so that none overflows."""

BULK_MILLISECONDS: Final = 200
"""How long a thread waits in one bulk transfer: so long may `close` take to be noticed."""

FETCH_SECONDS: Final = 0.02
"""Between two fetches of a report while the answer is not there yet: a find takes 100 ms, a read most of a second."""

NOTHING_YET: Final = frozenset({errno.EAGAIN, errno.EPIPE, errno.ETIMEDOUT})
"""How a device says to GET_REPORT that it has none: it stalls, or lets the time run out."""

FETCHES: Final = {"feature": 0xC0004807, "input": 0xC000480A}
"""HIDIOCGFEATURE and HIDIOCGINPUT of linux/hidraw.h: GET_REPORT of a feature or an input report (Linux 5.11 and later)."""

BULK: Final = 0x02
KIND: Final = 0x03
INTO_HOST: Final = 0x80
"""bmAttributes and bEndpointAddress of an endpoint (USB 2.0, table 9-13)."""


# -- HID ----------------------------------------------------------------------------------------------------------


def set_feature(descriptor: int, report: bytes) -> None:
    """SET_REPORT of a feature report whose first byte is its number: HIDIOCSFEATURE of linux/hidraw.h."""
    import fcntl  # Linux's own

    fcntl.ioctl(descriptor, 0xC0004806 | len(report) << 16, report)


def write_report(descriptor: int, report: bytes) -> None:
    """An output report whose first byte is its number; 0 where there is only one."""
    os.write(descriptor, report)


def fetch_report(descriptor: int, request: int, number: int, size: int) -> bytes:
    """GET_REPORT of report `number`, at most `size` bytes behind its number; `request` is one of FETCHES."""
    import fcntl  # Linux's own

    report = bytearray([number]).ljust(size + 1, b"\0")
    length = fcntl.ioctl(descriptor, request | len(report) << 16, report)
    return bytes(report[:length])


def hidraw(
    path: str,
    *,
    size: int = 64,
    report: int = 0,
    feature: bool = False,
    fetch: str = "",
    open_path: Callable[[str], int] = lambda path: os.open(path, OPEN),
    get: Callable[[int, int, int, int], bytes] = fetch_report,
) -> Opener:
    """What opens the HID device `path`, which speaks in reports of `size` bytes, numbered `report` (0: not numbered).
    `feature`: it is told by feature reports instead of output reports. `fetch`: one of FETCHES, the kind of report in which
    its answer is fetched; without it the device answers by itself."""

    async def open_hid() -> Link:
        try:
            descriptor = open_path(path)
        except PermissionError as error:
            raise Unreachable(f"{path}: {error}; a udev rule must give it to the service's user") from error
        except OSError as error:
            raise Unreachable(f"{path}: {error}") from error
        try:
            inner = DescriptorLink(descriptor, lambda: os.close(descriptor), path)
        except OSError as error:
            os.close(descriptor)
            raise Unreachable(f"{path}: not a device that can be waited for ({error})") from error
        say = set_feature if feature else write_report
        if not fetch:
            return HidLink(inner, descriptor, path, size, report, say)
        # The answer has no number on the wire (GET_REPORT 0100); the kernel puts one in front all the same.
        return FetchedHidLink(
            inner,
            descriptor,
            path,
            size,
            report,
            say,
            lambda: get(descriptor, FETCHES[fetch], 0, size)[1:],
        )

    return open_hid


class HidLink:
    """Reports both ways."""

    def __init__(
        self,
        inner: DescriptorLink,
        descriptor: int,
        name: str,
        size: int,
        report: int,
        say: Callable[[int, bytes], None],
    ) -> None:
        self._inner = inner
        self._descriptor = descriptor
        self._name = name
        self._size = size
        self._report = report
        self._say = say
        self._unpacking = Unpacking()
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"hid {name}")

    async def read(self) -> bytes:
        """What one report or more carry. Raises `Unreachable` when the device is gone."""
        numbered = 1 if self._report else 0
        while True:
            data = await self._inner.read()
            step = self._size + numbered
            reports = (data[at + numbered : at + step] for at in range(0, len(data), step))
            if carried := b"".join(self._unpacking.unpack(each) for each in reports):
                return carried

    async def write(self, data: bytes) -> None:
        """All of `data`, in as many reports as it takes. Raises `Unreachable`."""
        for each in pack(data, self._size):
            report = bytes([self._report]) + each
            await self._in_thread(partial(self._say, self._descriptor, report))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except (OSError, RuntimeError) as error:
            raise Unreachable(f"{self._name}: {error}") from error

    def close(self) -> None:
        """Let go of it, behind a report that is under way."""
        with contextlib.suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            self._threads.submit(lambda: None).add_done_callback(
                lambda _: loop.call_soon_threadsafe(self._inner.close)
            )
        self._threads.shutdown(wait=False)


class FetchedHidLink(HidLink):
    """The same, where the answer has to be fetched."""

    def __init__(
        self,
        inner: DescriptorLink,
        descriptor: int,
        name: str,
        size: int,
        report: int,
        say: Callable[[int, bytes], None],
        fetch: Callable[[], bytes],
    ) -> None:
        super().__init__(inner, descriptor, name, size, report, say)
        self._fetch = fetch
        self._asked = asyncio.Event()

    async def read(self) -> bytes:
        """What one report carries. Raises `Unreachable` when the device is gone."""
        while True:
            await self._asked.wait()
            report = await self._in_thread(self._fetch_some)
            carried = self._unpacking.unpack(report)
            if not carried:
                await asyncio.sleep(FETCH_SECONDS)
                continue
            if self._unpacking.whole:
                self._asked.clear()
            return carried

    async def write(self, data: bytes) -> None:
        """All of `data`; then its answer is fetched. Raises `Unreachable`."""
        await super().write(data)
        self._asked.set()

    def _fetch_some(self) -> bytes:
        try:
            return self._fetch()
        except OSError as error:
            if error.errno in NOTHING_YET:
                return b""
            raise


# -- bulk ---------------------------------------------------------------------------------------------------------


def _pyusb() -> Any:
    """pyusb, if it is installed."""
    try:
        return import_module("usb.core"), import_module("usb.util")
    except ImportError:
        raise Unreachable(
            "USB bulk endpoints need pyusb, which is not installed; `pip install 'tidehall[usb]'` brings it. "
            "Without it a card reader can be reached as hidraw:///dev/hidrawN and a printer as usblp:///dev/usb/lpN"
        ) from None


def bulk(
    vendor: int,
    product: int,
    *,
    interface: int = 0,
    into: int = 0,
    out: int = 0,
    library: Callable[[], Any] = _pyusb,
) -> Opener:
    """What opens the bulk endpoints `into` and `out` (addresses as in the descriptor; 0: the first that are there)."""

    async def open_bulk() -> Link:
        core, util = library()
        return await asyncio.to_thread(_open_bulk, core, util, vendor, product, interface, into, out)

    return open_bulk


def _open_bulk(
    core: Any, util: Any, vendor: int, product: int, number: int, into: int, out: int
) -> "BulkLink":
    name = f"usb {vendor:04X}:{product:04X}"
    try:
        device = core.find(idVendor=vendor, idProduct=product)
    except Exception as error:  # pyusb raises its own errors, and that libusb is not there
        raise Unreachable(f"{name}: {error}") from error
    if device is None:
        raise Unreachable(f"{name}: no such device is plugged in")
    try:
        if device.is_kernel_driver_active(number):
            device.detach_kernel_driver(number)
        util.claim_interface(device, number)
        ends = list(device.get_active_configuration()[(number, 0)])
    except Exception as error:  # its own errors, and NotImplementedError
        raise Unreachable(f"{name}: {error}; may the service's user open it? a udev rule says so") from error
    found: dict[bool, Any] = {}
    for end in ends:
        if end.bmAttributes & KIND != BULK or (end.bEndpointAddress not in (into, out) and (into or out)):
            continue
        found.setdefault(bool(end.bEndpointAddress & INTO_HOST), end)
    if len(found) < 2:
        seen = ", ".join(f"{end.bEndpointAddress:02X}" for end in ends) or "none"
        raise Unreachable(f"{name}: no bulk endpoint in each direction; its endpoints are {seen}")
    return BulkLink(found[True], found[False], lambda: util.dispose_resources(device), name)


class BulkLink:
    """A pair of bulk endpoints: one thread reads, one writes."""

    def __init__(self, into: Any, out: Any, close: Callable[[], None], name: str) -> None:
        self._into = into
        self._out = out
        self._close = close
        self._name = name
        self._closed = False
        self._unpacking = Unpacking(filled=False)
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix=name)

    async def read(self) -> bytes:
        """Some bytes. Raises `Unreachable` when the device is gone or the link closed."""
        return await self._in_thread(self._read_some)

    async def write(self, data: bytes) -> None:
        """All of `data`. Raises `Unreachable`."""
        await self._in_thread(lambda: self._out.write(data))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise Unreachable(f"{self._name}: it is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except Unreachable:
            raise
        except Exception as error:  # whatever pyusb's backend met
            raise Unreachable(f"{self._name}: {error}") from error

    def _read_some(self) -> bytes:
        while not self._closed:
            try:
                data = bytes(self._into.read(BULK_BYTES, BULK_MILLISECONDS))
            except Exception as error:
                if getattr(error, "errno", None) in TIMED_OUT:
                    continue
                raise
            if data and (carried := self._unpacking.unpack(data)):
                return carried
        raise Unreachable(f"{self._name}: it is closed")

    def close(self) -> None:
        """Let go of it, when the threads have come back from the bus."""
        if self._closed:
            return
        self._closed = True
        self._threads.submit(self._let_go)
        self._threads.shutdown(wait=False)

    def _let_go(self) -> None:
        with contextlib.suppress(Exception):
            self._close()


TIMED_OUT: Final = frozenset({110, 60, 10060})
"""ETIMEDOUT on Linux, macOS and Windows: nothing came in this transfer, which is no fault."""
