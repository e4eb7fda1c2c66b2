"""USB without a serial port: HID reports over a pair of sockets that keep packets whole as hidraw does, and bulk
endpoints of a library that is handed in. Behind both lies the simulated reader."""

import asyncio
import os
import socket
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import usb
from drivers.cardreader import CardReader
from drivers.errors import Unreachable
from drivers.media import Card, Condition, Health
from drivers.wire.reports import Unpacking, pack
from drivers.wire.sam import Sam
from simulators.cards import PEOPLE
from simulators.sam import CardReader as Twin
from tests.drivers.world import Clock, running
from tests.wire.sentences import SAM

PERSON = PEOPLE["resident"]


class HidTwin:
    """The simulated reader at the other end of a USB cable that carries reports."""

    def __init__(self, size: int, report: int) -> None:
        self.twin = Twin(read_seconds=0.0)
        self.size, self.numbered = size, report != 0
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        theirs.setblocking(False)
        self.socket, self.theirs = ours, theirs
        self.report = report
        self.unpacking = Unpacking()
        self.told: list[bytes] = []

    def descriptor(self) -> int:
        return os.dup(self.theirs.fileno())

    async def live(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            packet = await loop.sock_recv(self.socket, 4096)
            if not packet:
                return
            self.told.append(packet)
            self.say(self.twin.receive(self.unpacking.unpack(packet[1:])))
            self.say(self.twin.tick(0.01))

    def say(self, data: bytes) -> None:
        for each in pack(data, self.size):
            self.socket.send((bytes([self.report]) if self.numbered else b"") + each)

    def close(self) -> None:
        for each in (self.socket, self.theirs):
            with suppress(OSError):
                each.close()


async def settled(clock: Clock, what) -> None:
    for _ in range(4000):
        if what():
            return
        await asyncio.sleep(0.001)
        clock.move_to(clock.now + 0.01)
    raise AssertionError("it did not come")


@pytest.mark.parametrize(("size", "report"), [(64, 0), (64, 1), (32, 2)])
async def test_a_card_is_read_in_reports(size: int, report: int) -> None:
    end = HidTwin(size, report)
    heard: list[object] = []
    conditions: list[Condition] = []
    clock = Clock()
    opener = usb.hidraw("/dev/hidraw0", size=size, report=report, open_path=lambda _: end.descriptor())
    reader = CardReader(opener, clock, Sam(), heard.append, conditions.append)
    serving = asyncio.ensure_future(end.live())
    try:
        async with running(reader):
            await settled(clock, lambda: reader.condition.health is Health.ONLINE)
            end.twin.lay_down(PERSON)
            await settled(clock, lambda: heard)
            assert isinstance(heard[0], Card)
            assert heard[0].number == PERSON.number
            assert reader.condition.garbled == 0
            assert {len(packet) for packet in end.told} == {size + 1}
            end.close()
            await settled(clock, lambda: reader.condition.health is Health.OFFLINE)
    finally:
        serving.cancel()
        end.close()
        await asyncio.gather(serving, return_exceptions=True)


async def test_a_card_is_read_where_the_answer_has_to_be_fetched(monkeypatch) -> None:
    twin, waiting, told = Twin(read_seconds=0.0), [], []
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)

    def say(descriptor: int, report: bytes) -> None:
        told.append(report)
        waiting.extend(pack(twin.receive(Unpacking().unpack(report[1:])) + twin.tick(0.01), 64))

    def get(descriptor: int, request: int, number: int, size: int) -> bytes:
        assert (request, number, size) == (usb.FETCHES["input"], 0, 64)
        if ours.fileno() < 0:
            raise OSError(19, "No such device")
        if not waiting:
            raise OSError(32, "Broken pipe")
        return bytes([number]) + waiting.pop(0)

    monkeypatch.setattr(usb, "set_feature", say)
    heard: list[object] = []
    clock = Clock()
    opener = usb.hidraw(
        "?", report=1, feature=True, fetch="input", open_path=lambda _: os.dup(theirs.fileno()), get=get
    )
    reader = CardReader(opener, clock, Sam(), heard.append, lambda _: None)
    async with running(reader):
        await settled(clock, lambda: reader.condition.health is Health.ONLINE)
        twin.lay_down(PERSON)
        await settled(clock, lambda: heard)
        assert isinstance(heard[0], Card)
        assert heard[0].number == PERSON.number
        assert reader.condition.garbled == 0
        assert {report[0] for report in told} == {1}
        ours.close()
        await settled(clock, lambda: reader.condition.health is Health.OFFLINE)
    theirs.close()


async def test_a_reader_that_is_not_there_or_not_ours_says_what_to_do(tmp_path) -> None:
    with pytest.raises(Unreachable, match="No such file"):
        await usb.hidraw(str(tmp_path / "hidraw7"))()

    def forbidden(path: str) -> int:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(Unreachable, match="udev"):
        await usb.hidraw("/dev/hidraw0", open_path=forbidden)()


@given(st.lists(st.sampled_from([each.data for each in SAM]), max_size=6), st.sampled_from([8, 16, 64, 512]))
def test_whatever_a_reader_says_comes_out_of_its_reports_as_it_was(frames: list[bytes], size: int) -> None:
    unpacking = Unpacking()
    heard = b"".join(unpacking.unpack(report) for frame in frames for report in pack(frame, size))
    assert heard == b"".join(frames)


@given(st.lists(st.binary(max_size=64), max_size=8))
def test_any_reports_are_survived(reports: list[bytes]) -> None:
    unpacking = Unpacking()
    for report in reports:
        assert len(unpacking.unpack(report)) <= len(report)


# -- bulk ---------------------------------------------------------------------------------------------------------


class NothingCame(Exception):
    errno = 110


class Endpoint:
    """One bulk endpoint as pyusb shows it."""

    def __init__(self, address: int, library: "Library") -> None:
        self.bEndpointAddress = address
        self.bmAttributes = 2
        self.library = library

    def read(self, size: int, timeout: int) -> bytes:
        if not self.library.said.wait(timeout / 1000):
            raise NothingCame
        with self.library.lock:
            data, self.library.waiting = self.library.waiting[:64], self.library.waiting[64:]
            if not self.library.waiting:
                self.library.said.clear()
            return data

    def write(self, data: bytes) -> None:
        with self.library.lock:
            self.library.waiting += self.library.twin.receive(data) + self.library.twin.tick(0.01)
            if self.library.waiting:
                self.library.said.set()


class Library:
    """What of pyusb is used, with the simulated reader plugged in."""

    def __init__(self) -> None:
        self.twin = Twin(read_seconds=0.0)
        self.waiting = b""
        self.said = threading.Event()
        self.lock = threading.Lock()
        self.plugged = True
        self.claimed: list[int] = []
        self.ends = [Endpoint(0x02, self), Endpoint(0x81, self)]

    def find(self, **ids: int) -> "Library | None":
        return self if self.plugged and ids == {"idVendor": 0x0400, "idProduct": 0xC35A} else None

    def is_kernel_driver_active(self, number: int) -> bool:
        return False

    def claim_interface(self, device: object, number: int) -> None:
        self.claimed.append(number)

    def get_active_configuration(self) -> dict[tuple[int, int], list[Endpoint]]:
        return {(0, 0): self.ends}

    def dispose_resources(self, device: object) -> None:
        self.claimed.clear()


async def test_a_card_is_read_over_bulk_endpoints() -> None:
    library = Library()
    heard: list[object] = []
    clock = Clock()
    opener = usb.bulk(0x0400, 0xC35A, library=lambda: (library, library))
    reader = CardReader(opener, clock, Sam(), heard.append, lambda _: None)
    async with running(reader):
        await settled(clock, lambda: reader.condition.health is Health.ONLINE)
        library.twin.lay_down(PERSON)
        await settled(clock, lambda: heard)
        assert isinstance(heard[0], Card)
    await settled(clock, lambda: not library.claimed)


async def test_bulk_endpoints_that_are_not_there_are_named() -> None:
    library = Library()
    with pytest.raises(Unreachable, match="endpoints are 02, 81"):
        await usb.bulk(0x0400, 0xC35A, into=0x83, library=lambda: (library, library))()
    library.plugged = False
    with pytest.raises(Unreachable, match="no such device"):
        await usb.bulk(0x0400, 0xC35A, library=lambda: (library, library))()


async def test_without_pyusb_it_is_said_what_brings_it(monkeypatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(usb, "import_module", missing)
    with pytest.raises(Unreachable, match=r"tidehall\[usb\]"):
        await usb.bulk(0x0400, 0xC35A)()
