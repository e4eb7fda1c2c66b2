"""A conversation with one device, every frame in hex with its meaning: the fitter's ear on the cable.

    report = await converse("bx5k+tcp://10.0.0.9:5005", seconds=8, say=print)

    12:00:01.203 -> A5 A5 A5 …                              {"message":"Request", …}      what we say
    12:00:01.221 <- A5 A5 A5 …                              {"message":"Answer", …}       what the device says

For: `tidehall devices try`. The same driver as in the hall, with `Tap` between it and its link; a strip is shown a test
text, a printer prints a slip only if it is asked to, pads and readers are listened to.
Not for: devices that are in use: a serial port is exclusive, and a network printer talks to one host at a time.
What goes wrong: three kinds of trouble have three hints, in Chinese and English: the cable, the bytes, the device.
From the first time that a reader is asked for a card, only those of its bytes are shown that are known to be nobody's; how
long the rest is stays to be seen. Whoever owns the card that lies there may ask for all of it.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from app.clock import WallClock
from displays.words import Bilingual
from drivers.cable import Link, Opener
from drivers.catalog import PrinterDevice, SignDevice, kind_of, open_device
from drivers.errors import Unreachable
from drivers.media import Card, CardRefused, Condition, Feed, Health, Message, Printed, Slip, Text, Trouble
from drivers.wire.decode import WIRES, asks_for_a_card, is_nobodys, meaning
from drivers.wire.reader import Reader

SLIP_SECONDS: Final = 10.0

MARGIN: Final = " " * 16

HINTS: Final[dict[str, Bilingual]] = {
    "cable": Bilingual(
        "线路问题:没有应答。请检查电源、网线或串口线、地址和端口号;RS-485 检查 A/B 是否接反。",
        "The cable: no answer. Check power, cable, address and port; on RS-485 whether A and B are swapped.",
    ),
    "bytes": Bilingual(
        "数据问题:有应答但无法理解。请检查波特率、校验位、协议是否选对,或线上是否有别的设备。",
        "The bytes: an answer came and makes no sense. Check baud rate, parity and dialect, or whether another device answers.",
    ),
    "device": Bilingual(
        "设备问题:设备听懂了但不执行。请看上面的原话:缺纸、开盖、切刀、地址或型号不符。",
        "The device: it understood and will not. See its own word above: paper, cover, cutter, address or model.",
    ),
    "silent": Bilingual(
        "此类设备平时不说话:请按一下键或放一张证件再试;没有应答通道的设备只能看它是否照做。",
        "Such a device does not speak by itself: press a key, or watch whether it does as told.",
    ),
}


@dataclass(slots=True)
class Found:
    """How a conversation went. `cause`: a key of HINTS; empty when the device is well."""

    condition: Condition
    latency: tuple[float, float] | None = None
    cause: str = ""
    heard: list[str] = field(default_factory=list)


class Tap:
    """A link that lets everything through and tells what passes."""

    def __init__(self, link: Link, told: Callable[[str, bytes], None]) -> None:
        self._link = link
        self._told = told

    async def read(self) -> bytes:
        """What the device says. Raises Unreachable."""
        data = await self._link.read()
        self._told("device", data)
        return data

    async def write(self, data: bytes) -> None:
        """What we say. Raises Unreachable."""
        self._told("host", data)
        await self._link.write(data)

    def close(self) -> None:
        """Let go of the cable."""
        self._link.close()


class Interpreter:
    """Bytes of both directions as lines to read. A dialect without a decoder is shown in hex alone. `show_card`: also what
    stands on a card."""

    def __init__(self, dialect: str, say: Callable[[str], None], *, show_card: bool = False) -> None:
        self._say = say
        self._show_card = show_card
        self._private = False
        wire = WIRES.get(dialect)
        self._readers: dict[str, Reader[object]] = {}
        if wire is not None:
            self._encode = wire.encode
            self._readers = {
                "host": Reader(wire.host, wire.host_limit),
                "device": Reader(wire.device, wire.device_limit),
            }

    def passed(self, side: str, data: bytes) -> None:
        """Some bytes went by."""
        masked = self._private and side == "device"
        if not masked:
            self._hex(side, data)
        reader = self._readers.get(side)
        if reader is None:
            return
        garbled = reader.garbled
        for message in reader.feed(data):
            if masked:
                self._show_nobodys(message)
            else:
                self._say(MARGIN + json.dumps(meaning(message), ensure_ascii=False))
            self._private |= not self._show_card and asks_for_a_card(message)
        if reader.garbled > garbled:
            self._say(f"{MARGIN}?? 无法理解的字节 bytes that make no sense")

    def _hex(self, side: str, data: bytes) -> None:
        arrow = "->" if side == "host" else "<-"
        self._say(f"{datetime.now():%H:%M:%S.%f}"[:12] + f" {arrow} {data.hex(' ').upper()}")

    def _show_nobodys(self, message: object) -> None:
        said = self._encode(message)
        if is_nobodys(message):
            self._hex("device", said)
            self._say(MARGIN + json.dumps(meaning(message), ensure_ascii=False))
        else:
            self._say(
                f"{MARGIN}{type(message).__name__}: {len(said)} 字节,证件内容不显示,--show-card 可显示 "
                f"{len(said)} bytes, which are somebody's; --show-card shows them"
            )


def cause_of(condition: Condition) -> str:
    """Where to look: cable, bytes, device, silent, or nowhere."""
    if condition.health is Health.ONLINE:
        return ""
    if Trouble.GARBLED in condition.troubles:
        return "bytes"
    if Trouble.NO_ANSWER in condition.troubles:
        return "cable"
    if condition.troubles - {Trouble.NO_BACK_CHANNEL, Trouble.PAPER_LOW}:
        return "device"
    return "" if condition.health is Health.DEGRADED else "silent"


async def converse(
    url: str, seconds: float, say: Callable[[str], None], *, slip: bool = False, show_card: bool = False
) -> Found:
    """Talk with the device at `url` for so long. `slip`: let a printer print one; `show_card`: show what stands on a card.
    Raises BadUrl."""
    clock = WallClock()
    ears = Interpreter(url.partition("+")[0], say, show_card=show_card)
    found = Found(Condition())

    def on_condition(condition: Condition) -> None:
        found.condition = condition
        troubles = ", ".join(sorted(condition.troubles)) or "-"
        say(f"== {condition.health} [{troubles}] {condition.word} {condition.firmware}".rstrip())

    def heard(what: object) -> None:
        # What stands on a card is nobody's business on a ladder.
        shown = f"Card({what.kind})" if isinstance(what, Card) else repr(what)
        found.heard.append(shown)
        say(f"== {'证件被拒 card refused' if isinstance(what, CardRefused) else '收到 heard'}: {shown}")

    def tap(opener: Opener) -> Opener:
        async def open_tapped() -> Link:
            try:
                link = await opener()
            except Unreachable as error:
                say(f"== {error}")
                raise
            return Tap(link, ears.passed)

        return open_tapped

    device = open_device(url, clock, on_condition, heard=heard, tap=tap)
    running = asyncio.ensure_future(device.run())
    try:
        await _ask(url, device, slip, say)
        await clock.sleep(seconds)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    found.latency = device.latency
    found.cause = cause_of(found.condition)
    if kind_of(url) == "pad" and found.condition.health is Health.UNKNOWN:
        found.cause = "silent"
    return found


async def _ask(url: str, device: object, slip: bool, say: Callable[[str], None]) -> None:
    match kind_of(url):
        case "sign":
            sign = cast(SignDevice, device)
            sign.show(Message(("潮汐大厅 A023" if sign.chinese else "A023",)))
        case "printer" if slip:
            printer = cast(PrinterDevice, device)
            parts = (Text("潮汐大厅 TideHall", bold=True), Text("A023", size=4), Text("测试 Test"), Feed(2))
            state = await printer.print(Slip("fitting", parts), SLIP_SECONDS)
            say(f"== {'已打印 printed' if state is Printed.PRINTED else state.value}")
        case _:
            pass
