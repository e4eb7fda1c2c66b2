"""ESC/POS: the language of receipt and ticket printers. TCP 9100, USB or RS-232 (9600 to 115200 8N1); the same bytes.

    host     1B 40   1C 26   1B 61 01   1D 21 11 1C 21 0C   41 30 32 33 0A   1D 21 00 1C 21 00   1D 56 42 03   1D 72 01
             reset   Chinese centre     size 2 x 2          A023 and LF      size 1 x 1          feed and cut  "reached?"

    host     1D 76 30 | m | xL xH | yL yH | x * y bytes           a picture: x bytes wide, y rows high, 1 is black
    host     1D 28 6B | pL pH | 31 fn ...                         QR, five times: model, module, level, store, print
    host     10 04 n                                              real-time status, n = 1 to 4

A printer answers without any frame. What an answer is, its bits say (x is free):

    printer  0xx1xx10                       real-time status, answer to 10 04 n
    printer  0xx1xx00 0xx0xxxx * 3          automatic status (ASB), when something changed and 1D 61 asked for it
    printer  0xx0xxxx                       answer to 1D 72 (paper) and to 1D 49 1..3 (identity)
    printer  5F text 00                     answer to 1D 49 41..45 (firmware, maker, model, serial)
    printer  11, 13                         XON, XOFF
    printer  10 0F + 4 bytes                full status of Custom kiosk printers, answer to 10 04 14

Answers of different kinds cut into each other, so they are told apart by pattern and never by order.

For: every command that a ticket needs as a value of its own, every other known one as `Other`, both ways; what the
hall says to a printer (`Speaker`) in terms of media.Slip. Not for: ports, time and retries (drivers/printer.py),
what stands on a slip (displays/slip.py).
What goes wrong:
- Text is GB18030, and only its two-byte part (GBK) is safe: four-byte characters come out as rubbish ("0 6" for a
  yen sign), so a line with one of them is sent as a picture. python-escpos sends them as they are, sends Chinese
  without 1C 26 before it, and turns a lone full-width comma into "?": hence all text is written here.
- 1D 21 enlarges Chinese on some printers and Latin only on others; 1C 21 does Chinese; so both are set and undone.
- Real-time commands are obeyed even inside a picture, where they also count as picture: `RealTime` finds them in the
  bytes as they arrive, and our own pictures are kept free of them.
- No answer is "unknown", never "fine".
- A visitor's name may hold control characters; they are dropped, for on this wire they are commands.
Sources: command tables of Epson, HPRT TP80K, Citizen, Samsung, Partner and Sewoo manuals, which agree; Custom KPM150H
for the presenter; python-escpos 3.1 as a third witness.
"""

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field, fields
from typing import ClassVar, Final, Protocol
from unicodedata import category

from drivers.errors import Unwilling
from drivers.media import Align, Feed, Qr, Rule, Slip, Text, Trouble
from drivers.wire.reader import Broken, Buffer, Parse, Reader, Wire

HOST_LIMIT: Final = 1 << 19
"""Bytes of one command at most: a picture of 72 bytes by 7000 rows, nearly a metre of paper."""

DEVICE_LIMIT: Final = 256
"""Bytes of one answer at most; the longest is an identity."""

RUN: Final = 1024
"""Bytes of text in one `Characters`."""

IDENTITY: Final = 80
"""Characters of an identity at most (Epson's own limit)."""

# -- what a host says: commands of fixed length -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fixed:
    """Host: a command of fixed length. `CODE` is how it begins, `LAYOUT` the struct letters of what follows."""

    CODE: ClassVar[bytes]
    LAYOUT: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Initialise(Fixed):
    """Host: forget style, unfinished line and settings; Chinese mode returns to how the printer wakes."""

    CODE = b"\x1b@"


@dataclass(frozen=True, slots=True)
class ChineseOn(Fixed):
    """Host: bytes 81 to FE begin a character of two bytes."""

    CODE = b"\x1c&"


@dataclass(frozen=True, slots=True)
class ChineseOff(Fixed):
    """Host: every byte is a character of the code page."""

    CODE = b"\x1c."


@dataclass(frozen=True, slots=True)
class CodePage(Fixed):
    """Host: the code page for bytes 80 to FF while Chinese mode is off."""

    CODE = b"\x1bt"
    LAYOUT = "B"
    page: int


@dataclass(frozen=True, slots=True)
class Size(Fixed):
    """Host: size of all characters, (width - 1) << 4 | (height - 1), each 1 to 8."""

    CODE = b"\x1d!"
    LAYOUT = "B"
    size: int


@dataclass(frozen=True, slots=True)
class LatinStyle(Fixed):
    """Host: bits of Latin characters: 0 small font, 3 bold, 4 double height, 5 double width, 7 underlined."""

    CODE = b"\x1b!"
    LAYOUT = "B"
    bits: int


@dataclass(frozen=True, slots=True)
class ChineseStyle(Fixed):
    """Host: bits of Chinese characters: 2 double width, 3 double height, 7 underlined. Some SPRT printers: 4 and 5."""

    CODE = b"\x1c!"
    LAYOUT = "B"
    bits: int


@dataclass(frozen=True, slots=True)
class ChineseQuadruple(Fixed):
    """Host: Chinese characters twice as wide and high (1) or not (0)."""

    CODE = b"\x1cW"
    LAYOUT = "B"
    on: int


@dataclass(frozen=True, slots=True)
class ChineseGaps(Fixed):
    """Host: white dots to the left and right of each Chinese character."""

    CODE = b"\x1cS"
    LAYOUT = "BB"
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Bold(Fixed):
    """Host: bold on (1) or off (0)."""

    CODE = b"\x1bE"
    LAYOUT = "B"
    on: int


@dataclass(frozen=True, slots=True)
class Underline(Fixed):
    """Host: Latin underline, 0 to 2 dots."""

    CODE = b"\x1b-"
    LAYOUT = "B"
    dots: int


@dataclass(frozen=True, slots=True)
class Justify(Fixed):
    """Host: 0 left, 1 centre, 2 right (or the digits 0, 1, 2); obeyed at the start of a line only."""

    CODE = b"\x1ba"
    LAYOUT = "B"
    side: int


@dataclass(frozen=True, slots=True)
class FeedLines(Fixed):
    """Host: print the line and feed so many lines."""

    CODE = b"\x1bd"
    LAYOUT = "B"
    lines: int


@dataclass(frozen=True, slots=True)
class FeedDots(Fixed):
    """Host: print the line and feed so many dots."""

    CODE = b"\x1bJ"
    LAYOUT = "B"
    dots: int


@dataclass(frozen=True, slots=True)
class LinePitch(Fixed):
    """Host: from one line to the next, in dots."""

    CODE = b"\x1b3"
    LAYOUT = "B"
    dots: int


@dataclass(frozen=True, slots=True)
class DefaultPitch(Fixed):
    """Host: the printer's own line pitch again."""

    CODE = b"\x1b2"


@dataclass(frozen=True, slots=True)
class LeftMargin(Fixed):
    """Host: left margin in dots."""

    CODE = b"\x1dL"
    LAYOUT = "H"
    dots: int


@dataclass(frozen=True, slots=True)
class PrintWidth(Fixed):
    """Host: width of the printed area in dots."""

    CODE = b"\x1dW"
    LAYOUT = "H"
    dots: int


@dataclass(frozen=True, slots=True)
class Buzz(Fixed):
    """Host: buzz so many times (1 to 9), each so long (1 to 9). A vendor's extension; others print two characters."""

    CODE = b"\x1bB"
    LAYOUT = "BB"
    times: int
    length: int


@dataclass(frozen=True, slots=True)
class Pulse(Fixed):
    """Host: open the drawer: pin, then on and off time in units of 2 ms."""

    CODE = b"\x1bp"
    LAYOUT = "BBB"
    pin: int
    on: int
    off: int


@dataclass(frozen=True, slots=True)
class AutoStatus(Fixed):
    """Host: tell every change by itself: bit 0 drawer, 1 online, 2 error, 3 paper; 0 is off."""

    CODE = b"\x1da"
    LAYOUT = "B"
    mask: int


@dataclass(frozen=True, slots=True)
class AskReport(Fixed):
    """Host: 1 paper, 2 drawer; answered by `Report` *when everything sent before it is done*: the barrier."""

    CODE = b"\x1dr"
    LAYOUT = "B"
    which: int


@dataclass(frozen=True, slots=True)
class AskIdentity(Fixed):
    """Host: 1 model, 2 type, 3 ROM (a `Report`); 41 firmware, 42 maker, 43 model, 44 serial (an `Identity`)."""

    CODE = b"\x1dI"
    LAYOUT = "B"
    which: int


@dataclass(frozen=True, slots=True)
class BarcodeHeight(Fixed):
    """Host: height of a bar code in dots."""

    CODE = b"\x1dh"
    LAYOUT = "B"
    dots: int


@dataclass(frozen=True, slots=True)
class BarcodeModule(Fixed):
    """Host: width of a bar code's narrow bar, 2 to 6 dots."""

    CODE = b"\x1dw"
    LAYOUT = "B"
    dots: int


@dataclass(frozen=True, slots=True)
class BarcodeText(Fixed):
    """Host: a bar code's text: 0 none, 1 above, 2 below, 3 both."""

    CODE = b"\x1dH"
    LAYOUT = "B"
    place: int


@dataclass(frozen=True, slots=True)
class ToMark(Fixed):
    """Host: feed to the black mark."""

    CODE = b"\x1d\x0c"


@dataclass(frozen=True, slots=True)
class LineFeed(Fixed):
    """Host: print the line."""

    CODE = b"\n"


# -- what a host says: the rest -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Characters:
    """Host: bytes to print as they come: ASCII, and GB18030 in Chinese mode. A long text comes in several, and a
    Chinese character may be divided between two of them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Control:
    """Host: a control byte that stands alone: 00 nothing, 09 tab, 0B vertical tab, 0C form feed, 0D carriage return, 18
    cancel."""

    byte: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Host: mode 0 or 48 full, 1 or 49 partial; 65, 97, 103 full and 66, 98, 104 partial after feeding to the cutter
    and `dots` more."""

    mode: int
    dots: int | None = None


@dataclass(frozen=True, slots=True)
class Raster:
    """Host: a picture of `width` bytes by `rows`; mode 0 normal, 1 wide, 2 high, 3 both (or the digits)."""

    mode: int
    width: int
    rows: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Symbol:
    """Host: a two-dimensional code. kind 31 is QR; function 41 model, 43 module, 45 level, 50 store, 51 print."""

    kind: int
    function: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Barcode:
    """Host: a bar code. kind 0 to 6: `data` ends with 00; 41 to 4F (hex): its length goes before it."""

    kind: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Present:
    """Host: a presenter (Custom): 0 present, 1 and 2 motor, 3 present `steps`, 4 take back, 5 eject, 6 status."""

    action: int
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Host, in real time: 1 printer, 2 why offline, 3 which error, 4 paper; 20 everything (Custom)."""

    which: int


@dataclass(frozen=True, slots=True)
class Recover:
    """Host, in real time: 0 go on, 1 recover and print the line again, 2 recover and forget what was received."""

    how: int


@dataclass(frozen=True, slots=True)
class Other:
    """Host: a command known by its length only; a ticket does not need it."""

    code: bytes
    data: bytes


HostMessage = (
    Fixed | Characters | Control | Cut | Raster | Symbol | Barcode | Present | AskStatus | Recover | Other
)

# -- what a printer says ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """Printer: the answer to `AskStatus`, 0xx1xx10. Which question it answers, only the asker knows."""

    value: int


@dataclass(frozen=True, slots=True)
class AutoStatusBack:
    """Printer: automatic status. 1: 08 offline, 20 cover; 2: 04 recoverable, 08 cutter, 20 unrecoverable, 40 hot;
    3: 03 near end, 0C out; 4: reserved (00, on some models 0F)."""

    first: int
    second: int
    third: int
    fourth: int


@dataclass(frozen=True, slots=True)
class Report:
    """Printer: the answer to `AskReport` or `AskIdentity` 1 to 3, 0xx0xxxx. Paper: 03 near end, 0C out."""

    value: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Printer: the answer to `AskIdentity` 41 to 45: text without its 5F and 00."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Flow:
    """Printer: 11 XON, go on; 13 XOFF, wait."""

    byte: int


@dataclass(frozen=True, slots=True)
class FullStatus:
    """Printer (Custom): paper 01 out, 04 near end, 20 ticket in the output; user 01 head up, 02 cover; recoverable
    01 head hot; unrecoverable."""

    paper: int
    user: int
    recoverable: int
    unrecoverable: int


DeviceMessage = Status | AutoStatusBack | Report | Identity | Flow | FullStatus
Message = HostMessage | DeviceMessage

# -- bytes --------------------------------------------------------------------------------------------------------

_FIXED: Final[Mapping[bytes, Callable[..., Fixed]]] = {made.CODE: made for made in Fixed.__subclasses__()}
_LAYOUT: Final[Mapping[bytes, str]] = {made.CODE: f"<{made.LAYOUT}" for made in Fixed.__subclasses__()}

_OTHER: Final[Mapping[bytes, int]] = {
    **{bytes([0x1B, letter]): 0 for letter in b"\x0cLSimv<"},
    **{bytes([0x1B, letter]): 1 for letter in b" %+=?AGKMRTUV9erux{"},
    **{bytes([0x1B, letter]): 2 for letter in b"$\\c"},
    b"\x1bW": 8,
    **{bytes([0x1C, letter]): 1 for letter in b"-C"},
    b"\x1cp": 2,
    b"\x1c2": 74,
    b"\x1c?": 2,
    **{bytes([0x1D, letter]): 0 for letter in b":c"},
    **{bytes([0x1D, letter]): 1 for letter in b"/BETbfjx|"},
    **{bytes([0x1D, letter]): 2 for letter in b"$P\\"},
    b"\x1d^": 3,
    b"\x1dg": 4,
}
"""Commands that a ticket does not need, by how many bytes follow their two; the table of the Epson manual."""

_CONTROLS: Final = frozenset(b"\x00\x09\x0b\x0c\x0d\x18")
_CUTS: Final = frozenset({0, 1, 48, 49})
_FEEDING_CUTS: Final = frozenset({65, 66, 97, 98, 103, 104})
_RASTER_MODES: Final = frozenset({0, 1, 2, 3, 48, 49, 50, 51})
_QUESTIONS: Final = frozenset({1, 2, 3, 4, 20})
_RECOVERIES: Final = frozenset({0, 1, 2})
_REAL_TIME_FUNCTIONS: Final[Mapping[int, int]] = {1: 2, 2: 2, 8: 7}
"""10 14 n: pulse, power off, clear the buffer; and how many bytes follow."""


def encode(message: Message) -> bytes:
    """The bytes of one message. Raises `ValueError` for what its fields cannot hold."""
    match message:
        case Fixed():
            try:
                values = [getattr(message, each.name) for each in fields(message)]
                return message.CODE + struct.pack(f"<{message.LAYOUT}", *values)
            except struct.error as error:
                raise ValueError(f"{message}: {error}") from None
        case Characters(data):
            return data
        case Control(byte) | Flow(byte):
            return bytes([byte])
        case Cut(mode, dots):
            return bytes([0x1D, 0x56, mode]) + (b"" if dots is None else bytes([dots]))
        case Raster(mode, width, rows, data):
            if len(data) != width * rows or width > 0xFFFF or rows > 0xFFFF:
                raise ValueError(f"{len(data)} bytes are no picture of {width} bytes by {rows} rows")
            return b"\x1dv0" + struct.pack("<BHH", mode, width, rows) + data
        case Symbol(kind, function, data):
            return b"\x1d(k" + struct.pack("<HBB", len(data) + 2, kind, function) + data
        case Barcode(kind, data):
            return bytes([0x1D, 0x6B, kind]) + (data + b"\x00" if kind < 65 else bytes([len(data)]) + data)
        case Present(action, steps):
            return bytes([0x1D, 0x65, action]) + (b"" if steps is None else bytes([steps]))
        case AskStatus(which):
            return bytes([0x10, 0x04, which])
        case Recover(how):
            return bytes([0x10, 0x05, how])
        case Other(code, data):
            return code + data
        case Status(value) | Report(value):
            return bytes([value])
        case AutoStatusBack() | FullStatus():
            lead = b"\x10\x0f" if isinstance(message, FullStatus) else b""
            return lead + bytes(astuple(message))
        case Identity(text):
            return b"\x5f" + text + b"\x00"


def parse_host(buffer: Buffer) -> Parse[HostMessage]:
    """One command of a host, or the characters that are there. An unknown command is broken, and the bytes behind its
    first are read on as text, which is what printers do. Use a `Reader` with HOST_LIMIT."""
    first = yield from buffer.peek()
    if first >= 0x20:
        return (yield from _characters(buffer))
    code = yield from buffer.exactly(1)
    if code in _FIXED:
        return _FIXED[code]()
    if first in _CONTROLS:
        return Control(first)
    if first not in b"\x10\x1b\x1c\x1d":
        raise Broken(f"{first:02X} is no control byte of a printer")
    code += yield from buffer.exactly(1)
    if code in _FIXED:
        layout = _LAYOUT[code]
        return _FIXED[code](*struct.unpack(layout, (yield from buffer.exactly(struct.calcsize(layout)))))
    if code in _OTHER:
        return Other(code, (yield from buffer.exactly(_OTHER[code])))
    if code in _SPECIAL:
        return (yield from _SPECIAL[code](buffer))
    raise Broken(f"{code.hex(' ')} is no command known here")


def _characters(buffer: Buffer) -> Parse[HostMessage]:
    """What stands there until the next control byte. It is not waited for more: a printer takes what it gets."""
    run = bytearray()
    while len(run) < RUN and (not run or len(buffer) > len(run)):
        if (yield from buffer.peek()) < 0x20:
            break
        run += yield from buffer.exactly(1)
    return Characters(bytes(run))


def _one(buffer: Buffer) -> Parse[int]:
    return (yield from buffer.exactly(1))[0]


def _pair(buffer: Buffer) -> Parse[int]:
    return int.from_bytes((yield from buffer.exactly(2)), "little")


def _among(buffer: Buffer, allowed: frozenset[int], what: str) -> Parse[int]:
    value = yield from _one(buffer)
    if value not in allowed:
        raise Broken(f"{value:02X} is no {what}")
    return value


def _ask_status(buffer: Buffer) -> Parse[HostMessage]:
    return AskStatus((yield from _among(buffer, _QUESTIONS, "real-time question")))


def _recover(buffer: Buffer) -> Parse[HostMessage]:
    return Recover((yield from _among(buffer, _RECOVERIES, "way to recover")))


def _real_time_function(buffer: Buffer) -> Parse[HostMessage]:
    which = yield from _among(buffer, frozenset(_REAL_TIME_FUNCTIONS), "real-time function")
    return Other(b"\x10\x14", bytes([which]) + (yield from buffer.exactly(_REAL_TIME_FUNCTIONS[which])))


def _cut(buffer: Buffer) -> Parse[HostMessage]:
    mode = yield from _among(buffer, _CUTS | _FEEDING_CUTS, "way to cut")
    return Cut(mode, (yield from _one(buffer)) if mode in _FEEDING_CUTS else None)


def _raster(buffer: Buffer) -> Parse[HostMessage]:
    yield from _among(buffer, frozenset({0x30}), "kind of picture")
    mode = yield from _among(buffer, _RASTER_MODES, "mode of a picture")
    width = yield from _pair(buffer)
    rows = yield from _pair(buffer)
    return Raster(mode, width, rows, (yield from buffer.exactly(width * rows)))


def _extended(code: bytes) -> Callable[[Buffer], Parse[HostMessage]]:
    """`code ( letter pL pH data`: the family that carries its length."""

    def parse(buffer: Buffer) -> Parse[HostMessage]:
        letter = yield from buffer.exactly(1)
        length = yield from buffer.exactly(2)
        data = yield from buffer.exactly(int.from_bytes(length, "little"))
        if code == b"\x1d(" and letter == b"k":
            if len(data) < 2:
                raise Broken("a two-dimensional code without kind and function")
            return Symbol(data[0], data[1], data[2:])
        return Other(code + letter, length + data)

    return parse


def _barcode(buffer: Buffer) -> Parse[HostMessage]:
    kind = yield from _one(buffer)
    if kind <= 6:
        return Barcode(kind, (yield from buffer.until(b"\x00")))
    if 65 <= kind <= 79:
        return Barcode(kind, (yield from buffer.exactly((yield from _one(buffer)))))
    raise Broken(f"{kind:02X} is no kind of bar code")


def _present(buffer: Buffer) -> Parse[HostMessage]:
    action = yield from _among(buffer, frozenset(range(7)), "movement of a presenter")
    return Present(action, (yield from _one(buffer)) if action == 3 else None)


def _tabs(buffer: Buffer) -> Parse[HostMessage]:
    tabs = bytearray()
    while (stop := (yield from _one(buffer))) and len(tabs) < 32:
        tabs.append(stop)
    return Other(b"\x1bD", bytes(tabs) + bytes([stop]))


def _columns(buffer: Buffer) -> Parse[HostMessage]:
    """1B 2A: an old-style picture in columns of 8 or 24 dots."""
    mode = yield from _among(buffer, frozenset({0, 1, 32, 33}), "mode of a column picture")
    count = yield from buffer.exactly(2)
    data = yield from buffer.exactly(int.from_bytes(count, "little") * (3 if mode >= 32 else 1))
    return Other(b"\x1b*", bytes([mode]) + count + data)


def _stored_picture(buffer: Buffer) -> Parse[HostMessage]:
    """1D 2A: a picture of 8x by 8y dots to keep."""
    size = yield from buffer.exactly(2)
    return Other(b"\x1d*", size + (yield from buffer.exactly(size[0] * size[1] * 8)))


def _large(buffer: Buffer) -> Parse[HostMessage]:
    """1D 38 4C: graphics with a length of four bytes."""
    yield from _among(buffer, frozenset({0x4C}), "large command")
    length = yield from buffer.exactly(4)
    return Other(b"\x1d8L", length + (yield from buffer.exactly(int.from_bytes(length, "little"))))


def _own_characters(buffer: Buffer) -> Parse[HostMessage]:
    """1B 26: characters drawn by the host, y bytes high, from c1 to c2."""
    head = yield from buffer.exactly(3)
    data = head
    for _ in range(head[1], head[2] + 1):
        wide = yield from buffer.exactly(1)
        data += wide + (yield from buffer.exactly(wide[0] * head[0]))
    return Other(b"\x1b&", data)


_SPECIAL: Final[Mapping[bytes, Callable[[Buffer], Parse[HostMessage]]]] = {
    b"\x10\x04": _ask_status,
    b"\x10\x05": _recover,
    b"\x10\x14": _real_time_function,
    b"\x1dV": _cut,
    b"\x1dv": _raster,
    b"\x1d(": _extended(b"\x1d("),
    b"\x1c(": _extended(b"\x1c("),
    b"\x1b(": _extended(b"\x1b("),
    b"\x1dk": _barcode,
    b"\x1de": _present,
    b"\x1bD": _tabs,
    b"\x1b*": _columns,
    b"\x1b&": _own_characters,
    b"\x1d*": _stored_picture,
    b"\x1d8": _large,
}

XON: Final = 0x11
XOFF: Final = 0x13


def _is_real_time(value: int) -> bool:
    return value & 0x93 == 0x12


def _is_report(value: int) -> bool:
    return value & 0x90 == 0x00


def parse_device(buffer: Buffer) -> Parse[DeviceMessage]:
    """One answer of a printer, told by its bits. A short answer in the middle of a long one comes out first, and the
    long one is read on behind it. Use a `Reader` with DEVICE_LIMIT."""
    head = yield from buffer.exactly(1)
    first = head[0]
    if first == 0x5F:
        return (yield from _identity(buffer))
    if first in (XON, XOFF):
        return Flow(first)
    if _is_real_time(first):
        return Status(first)
    if _is_report(first):
        return Report(first)
    if first & 0x93 != 0x10:
        raise Broken(f"{first:02X} is no answer of a printer")
    if first == 0x10 and (yield from buffer.peek()) == 0x0F:
        yield from buffer.exactly(1)
        return FullStatus(*(yield from buffer.exactly(4)))
    while len(head) < 4:
        next_byte = yield from _one(buffer)
        if _is_real_time(next_byte) or next_byte in (XON, XOFF):
            buffer.put_back(head)
            return Status(next_byte) if _is_real_time(next_byte) else Flow(next_byte)
        if not _is_report(next_byte):
            raise Broken(f"{next_byte:02X} is no part of an automatic status")
        head += bytes([next_byte])
    return AutoStatusBack(*head)


def _identity(buffer: Buffer) -> Parse[DeviceMessage]:
    text = b""
    while (next_byte := (yield from _one(buffer))) != 0x00:
        if next_byte < 0x20:
            if _is_real_time(next_byte) or next_byte in (XON, XOFF):
                buffer.put_back(b"\x5f" + text)
                return Status(next_byte) if _is_real_time(next_byte) else Flow(next_byte)
            raise Broken(f"{next_byte:02X} is no character of an identity")
        if len(text) == IDENTITY:
            raise Broken(f"an identity of more than {IDENTITY} characters")
        text += bytes([next_byte])
    return Identity(text)


WIRE = Wire(parse_host, parse_device, encode, HOST_LIMIT, DEVICE_LIMIT)


class RealTime:
    """The real-time commands among the bytes of a host, wherever they stand.

    A printer looks for them as bytes arrive, before it knows whether they are a command, a picture or a name; and when
    its turn comes the same bytes are read again as what they stand in. So a printer uses this *beside* `parse_host`.
    """

    _PATTERN = re.compile(rb"\x10(?:\x04[\x01-\x04\x14]|\x05[\x00-\x02])", re.DOTALL)

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[tuple[int, AskStatus | Recover]]:
        """Bytes as they arrive; returns the real-time commands that became whole, and before each how many bytes of
        `data` it came with."""
        before = len(self._tail)
        whole = self._tail + data
        found: list[tuple[int, AskStatus | Recover]] = []
        end = 0
        for match in self._PATTERN.finditer(whole):
            _, letter, n = match.group()
            end = match.end()
            found.append((end - before, AskStatus(n) if letter == 0x04 else Recover(n)))
        self._tail = whole[max(end, len(whole) - 2) :]
        return found


# -- text ---------------------------------------------------------------------------------------------------------

_ALIKE: Final = {"¥": "￥", **dict.fromkeys("\t\n\r\u00a0\u2007\u202f\u2028\u2029", " ")}
"""Characters that a printer prints wrongly, and the same in characters that it has."""

GETA: Final = "〓"
"""The mark that typesetters leave for a character that does not exist: here, half a surrogate pair."""


def clean(text: str) -> str:
    """`text` without what is no character: control bytes (commands, on this wire), marks of direction, half pairs."""
    kept = []
    for character in text:
        alike = _ALIKE.get(character, character)
        kind = category(alike)
        if kind == "Cs":
            kept.append(GETA)
        elif kind not in ("Cc", "Cf"):
            kept.append(alike)
    return "".join(kept)


def plain(character: str) -> bytes | None:
    """The one or two bytes of a character that every Chinese printer has; None if it must be drawn."""
    if " " <= character <= "~":
        return character.encode("ascii")
    try:
        data = character.encode("gb18030")
        # The two must agree: some characters that GB18030 has added to the two-byte part are missing in many fonts.
        return data if len(data) == 2 and data == character.encode("gbk") else None
    except UnicodeEncodeError:
        return None


def columns(character: str) -> int:
    """How many half-width columns a character takes: ASCII one, everything else two."""
    return 1 if character <= "~" else 2


_NEVER_FIRST: Final = frozenset("，。、；：！？）》」』】”’%,.;:!?)")
"""Marks that may not stand at the start of a line."""

_NEVER_LAST: Final = frozenset("（《「『【“‘(")
"""Marks that may not stand at its end."""

_WORDS: Final = re.compile(r"[!-~]+|.", re.DOTALL)


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` half-width columns. Words of Latin letters stay whole where they fit, and no
    closing mark starts a line. An empty text is one empty line."""
    lines: list[str] = []
    line: list[str] = []
    used = 0
    pieces = []
    for word in _WORDS.findall(text):
        pieces += [word] if len(word) <= width else list(word)
    for piece in pieces:
        wide = sum(map(columns, piece))
        if used + wide > width and line:
            carried = []
            kept = piece[0] in _NEVER_FIRST or line[-1] in _NEVER_LAST
            if kept and len(line) > 1 and len(line[-1]) == 1 and wide + 2 <= width:
                carried = [line.pop()]
            lines.append("".join(line).rstrip(" "))
            line = carried
            used = sum(columns(character) for character in "".join(line))
            if piece == " ":
                continue
        line.append(piece)
        used += wide
    return [*lines, "".join(line)]


# -- the few sentences of a host ----------------------------------------------------------------------------------

DOTS_PER_MM: Final = 8
"""203 dpi."""

CHARACTER: Final = 24
"""Dots of a Chinese character of size 1, both ways; a Latin one is half as wide."""

PITCH: Final = 30
"""Dots from line to line as printers wake (1/6 inch and a little less; Epson: 3.75 mm)."""

QUIET_ZONE: Final = 24
"""White dots above and below a QR code: four modules of 6 dots, as ISO/IEC 18004 wants."""

TO_CUTTER: Final = 15 * DOTS_PER_MM
"""White paper between head and cutter that every slip costs; 10 to 16 mm on the printers read about."""

# fmt: off
QR_BYTES_M: Final = (
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
    711, 779, 857, 911, 997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331,
)
"""Bytes that a QR code of version 1 to 40 holds at level M (ISO/IEC 18004, table 7)."""
# fmt: on


class Picture(Protocol):
    """Draws one line of text that a printer's own font cannot print."""

    def __call__(self, text: str, *, size: int, bold: bool, align: Align, width: int) -> bytes:
        """Rows of `width` / 8 bytes each, 1 is black, `text` aligned between the margins and cut off at them.
        A character of size 1 is 24 dots high."""
        ...


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs between printers. `width` in dots: 576 on rolls of 80 mm, 384 on rolls of 58 mm. The bytes are a
    maker's own: sent `before` and `after` a slip; `cut` instead of ours; `present` to push it out, `retract` to pull a
    spoilt one in, `buzz` when it is out. `chinese_double`: the bits of 1C 21 that make Chinese twice as large.
    `answers`: False for a cable without a way back. `automatic`: ask for status on every change. `identify`: ask for
    model and firmware once."""

    width: int = 576
    before: bytes = b""
    after: bytes = b""
    cut: bytes = b""
    present: bytes = b""
    retract: bytes = b""
    buzz: bytes = b""
    chinese_double: int = 0x0C
    automatic: bool = False
    identify: bool = True
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Composed:
    """A slip as bytes, and how much paper it takes."""

    data: bytes
    millimetres: float


def compose(slip: Slip, profile: Profile, picture: Picture) -> Composed:
    """What a host sends for one slip, from reset to cut. Raises `Unwilling` for a QR code that no printer can print."""
    said = bytearray(profile.before)
    dots = TO_CUTTER

    def say(*messages: HostMessage) -> None:
        for message in messages:
            said.extend(encode(message))

    say(Initialise(), ChineseOn())
    for part in slip.parts:
        match part:
            case Text():
                dots += _say_text(part, profile, picture, say)
            case Qr():
                dots += _say_qr(part, profile, say)
            case Rule():
                say(Characters(b"-" * (profile.width // 12)), LineFeed())
                dots += PITCH
            case Feed(lines):
                say(FeedLines(min(max(lines, 0), 255)))
                dots += PITCH * min(max(lines, 0), 255)
    said.extend(profile.after)
    if profile.cut:
        said.extend(profile.cut)
    else:
        say(Cut(66, 3))
    said.extend(profile.present + profile.buzz)
    return Composed(bytes(said), dots / DOTS_PER_MM)


_SIDE: Final = {Align.LEFT: 0, Align.CENTRE: 1, Align.RIGHT: 2}


def _say_text(part: Text, profile: Profile, picture: Picture, say: Callable[..., None]) -> int:
    size = min(max(part.size, 1), 8)
    text = clean(part.text)
    dots = 0
    for line in wrap(text, profile.width // (12 * size)):
        data = [plain(character) for character in line]
        if None in data:
            drawn = _disarmed(picture(line, size=size, bold=part.bold, align=part.align, width=profile.width))
            rows = len(drawn) // (profile.width // 8)
            say(Justify(0), Raster(0, profile.width // 8, rows, drawn))
            dots += rows
            continue
        say(Justify(_SIDE[part.align]))
        if part.bold:
            say(Bold(1))
        if size > 1:
            # 1C 21 knows only "double": above size 2 it goes first, so that printers whose 1D 21 also enlarges
            # Chinese obey the second, and the others print Chinese twice as large, which is all they can.
            enlarged = (Size((size - 1) * 0x11), ChineseStyle(profile.chinese_double))
            say(*(enlarged if size == 2 else reversed(enlarged)))
        if line:
            say(Characters(b"".join(each for each in data if each is not None)))
        say(LineFeed())
        if size > 1:
            say(Size(0), ChineseStyle(0))
        if part.bold:
            say(Bold(0))
        dots += max(PITCH, CHARACTER * size)
    return dots


def _say_qr(part: Qr, profile: Profile, say: Callable[..., None]) -> int:
    data = part.data.encode("utf-8", "replace")
    version = next((n for n, room in enumerate(QR_BYTES_M, 1) if len(data) <= room), None)
    if version is None:
        raise Unwilling(f"a QR code of {len(data)} bytes; {QR_BYTES_M[-1]} is the most")
    modules = 17 + 4 * version
    module = min(max(part.module, 1), 16, profile.width // (modules + 8))
    if not module:
        raise Unwilling(f"a QR code of {modules} modules on paper {profile.width} dots wide")
    say(
        Justify(_SIDE[part.align]),
        FeedDots(QUIET_ZONE),
        Symbol(0x31, 0x41, b"2\x00"),
        Symbol(0x31, 0x43, bytes([module])),
        Symbol(0x31, 0x45, b"1"),
        Symbol(0x31, 0x50, b"0" + data),
        Symbol(0x31, 0x51, b"0"),
        FeedDots(QUIET_ZONE),
    )
    return modules * module + 2 * QUIET_ZONE


def _disarmed(picture: bytes) -> bytes:
    """A picture in which no printer finds a real-time command: one more dot is black where one would begin."""
    return re.sub(rb"\x10(?=[\x04\x05\x14])", b"\x18", picture)


_STATUS_BITS: Final[Mapping[int, Mapping[int, Trouble]]] = {
    1: {0x40: Trouble.FEED_BUTTON},
    2: {
        0x04: Trouble.COVER_OPEN,
        0x08: Trouble.FEED_BUTTON,
        0x20: Trouble.PAPER_OUT,
        0x40: Trouble.MECHANICAL,
    },
    3: {
        0x04: Trouble.MECHANICAL,
        0x08: Trouble.CUTTER,
        0x20: Trouble.MECHANICAL,
        0x40: Trouble.HEAD_HOT,
    },
    4: {0x0C: Trouble.PAPER_LOW, 0x60: Trouble.PAPER_OUT},
}
_OFFLINE: Final = 0x08
"""Bit of question 1: the printer prints nothing now; questions 2 to 4 say why."""

_AUTO_BITS: Final = (
    {0x20: Trouble.COVER_OPEN, 0x40: Trouble.FEED_BUTTON},
    {0x04: Trouble.MECHANICAL, 0x08: Trouble.CUTTER, 0x20: Trouble.MECHANICAL, 0x40: Trouble.HEAD_HOT},
    {0x03: Trouble.PAPER_LOW, 0x0C: Trouble.PAPER_OUT},
)
_REPORT_BITS: Final = {0x03: Trouble.PAPER_LOW, 0x0C: Trouble.PAPER_OUT}

_FILLERS: Final = (0, 512, 4096, 16384)
"""How many 00 `probe` sends before its question, try after try: nothing to a printer that waits for a command, and
the rest of the picture to one that waits in the middle of it because its cable was cut. Our own largest picture, a
line of size 8, has 13,824 bytes."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What some bytes of a printer meant: how many answers to the question that is open (0 or 1), how many barriers
    were reached, how many probes answered, and whether it told of itself that something changed."""

    answers: int = 0
    reached: int = 0
    probed: int = 0
    changed: bool = False


@dataclass(slots=True)
class Speaker:
    """The host's side of the conversation with one printer, for drivers/printer.py: what to ask, what to print, and
    what the answers mean. Real-time questions are asked one at a time, because an answer does not say to what."""

    profile: Profile
    picture: Picture
    name: str = "escpos"
    firmware: str = ""
    _reader: Reader[DeviceMessage] = field(default_factory=lambda: Reader(parse_device, DEVICE_LIMIT))
    _asked: int | None = None
    _values: dict[int, int] = field(default_factory=dict)
    _found: dict[int, frozenset[Trouble]] = field(default_factory=dict)
    _tells_identity: bool = False
    _garbled: int = 0

    probes: ClassVar[int] = len(_FILLERS)

    @property
    def questions(self) -> tuple[int, ...]:
        """The numbers of the real-time questions; none on a cable without a way back."""
        return (1, 2, 3, 4) if self.profile.answers else ()

    @property
    def distinct(self) -> bool:
        """Whether the answer to a probe cannot be taken for that to a barrier: the printer tells its model."""
        return self._tells_identity

    def opened(self) -> bytes:
        """The link is new: forget what was half heard. What to say first."""
        self._reader.reset()
        self._garbled = 0
        self._asked = None
        self._values.clear()
        self._found.clear()
        self.firmware = ""
        return encode(AutoStatus(0x0F)) if self.profile.automatic else b""

    def introduce(self) -> tuple[bytes, ...]:
        """Questions for firmware and model, said while the printer is well; each is answered like a probe, or never."""
        return (encode(AskIdentity(0x41)), encode(AskIdentity(0x43))) if self.profile.identify else ()

    def forget_half(self) -> None:
        """What has been half heard for a while is noise: it must not swallow the next answer."""
        if self._reader.held:
            self._garbled += self._reader.garbled + 1
            self._reader.reset()

    def ask(self, question: int) -> bytes:
        """One of `questions`; the next real-time answer is taken for its answer."""
        self._asked = question
        return encode(AskStatus(question))

    def give_up(self) -> None:
        """No answer came in time; one that comes later answers nothing."""
        self._asked = None

    def compose(self, slip: Slip) -> Composed:
        """The bytes of a slip, from reset to cut, and the paper it takes."""
        return compose(slip, self.profile, self.picture)

    def barrier(self) -> bytes:
        """A question that is answered when everything before it is printed."""
        return encode(AskReport(1))

    def probe(self, attempt: int) -> bytes:
        """`attempt` (0 to `probes` - 1) to wake a printer out of a half-received picture, and a question that is
        answered when everything before it is done. A printer that is known to tell its model is asked for that: its
        answer cannot be taken for that of a barrier, whose answer may still be on its way."""
        question = AskIdentity(0x43) if self._tells_identity else AskReport(1)
        return bytes(_FILLERS[attempt]) + encode(question)

    def discard(self) -> bytes:
        """Part the spoilt slip from the next one: pull it in where there is a presenter, cut it off elsewhere."""
        rest = self.profile.retract or self.profile.cut or encode(Cut(66, 0))
        return encode(Initialise()) + rest

    def recover(self) -> bytes:
        """Forget an error whose cause is gone, and what was received before it."""
        return encode(Recover(2))

    def hear(self, data: bytes) -> Heard:
        """Bytes from the printer."""
        answers = reached = probed = 0
        changed = False
        for message in self._reader.feed(data):
            match message:
                case Status(value):
                    # Unasked: a picture of somebody else's held 10 04, or an answer came too late.
                    if self._asked is not None:
                        self._values[self._asked] = value
                        self._found[self._asked] = _troubles(_STATUS_BITS[self._asked], value)
                        self._asked = None
                        answers += 1
                case Report(value):
                    self._found[4] = _troubles(_REPORT_BITS, value)
                    reached += 1
                    probed += not self._tells_identity
                case AutoStatusBack(first, second, third, _):
                    self._values[1] = first
                    self._found = {
                        question: _troubles(bits, value)
                        for question, bits, value in zip(
                            (2, 3, 4), _AUTO_BITS, (first, second, third), strict=True
                        )
                    }
                    changed = True
                case Identity(text):
                    self._tells_identity = True
                    probed += 1
                    words = text.decode("gb18030", "replace").strip()
                    if words not in self.firmware:
                        self.firmware = f"{self.firmware} {words}".strip()
                case Flow() | FullStatus():
                    pass
        return Heard(answers, reached, probed, changed)

    @property
    def troubles(self) -> frozenset[Trouble]:
        """What is wrong, by everything heard since the link was opened. A printer that is offline and gives no cause
        has `REFUSED`."""
        found = frozenset[Trouble]().union(*self._found.values())
        if self._values.get(1, 0) & _OFFLINE and not found - {Trouble.PAPER_LOW}:
            found |= {Trouble.REFUSED}
        if found & {Trouble.CUTTER, Trouble.HEAD_HOT}:
            # Question 2 only says "an error", question 3 which.
            found -= {Trouble.MECHANICAL} - self._found.get(3, frozenset())
        return found

    @property
    def word(self) -> str:
        """The last answers to the questions, as bytes."""
        return " ".join(f"{value:02X}" for _, value in sorted(self._values.items()))

    @property
    def garbled(self) -> int:
        """Stretches of bytes that were no answer, since the link was opened."""
        return self._garbled + self._reader.garbled


def _troubles(bits: Mapping[int, Trouble], value: int) -> frozenset[Trouble]:
    return frozenset(trouble for mask, trouble in bits.items() if value & mask)


def speaker(
    picture: Picture,
    *,
    width: int = 576,
    before: bytes = b"",
    after: bytes = b"",
    cut: bytes = b"",
    present: bytes = b"",
    retract: bytes = b"",
    buzz: bytes = b"",
    chinese_size_bits: int = 23,
    automatic: bool = False,
    identify: bool = True,
    answers: bool = True,
) -> Speaker:
    """A speaker from the parameters of a device URL (drivers/catalog.py). Raises `ValueError` for a wrong one."""
    if width not in (576, 384):
        raise ValueError(f"width={width}; 576 dots (80 mm rolls) or 384 (58 mm)")
    if chinese_size_bits not in (23, 45):
        raise ValueError(
            f"chinese_size_bits={chinese_size_bits}; 23 (bits 2 and 3, the usual) or 45 (some SPRT)"
        )
    double = 0x0C if chinese_size_bits == 23 else 0x30
    profile = Profile(width, before, after, cut, present, retract, buzz, double, automatic, identify, answers)
    return Speaker(profile, picture)
