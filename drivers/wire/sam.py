"""SAM: the frames of the security module in every reader of Chinese identity cards (GA 450). UART 8N1, mostly 115200.

    host     AA AA AA 96 69 | LEN LEN | CMD PARA [data]     | CHK      LEN = bytes behind it, CHK included; big-endian
    reader   AA AA AA 96 69 | LEN LEN | SW1 SW2 SW3 [data]  | CHK      CHK = XOR from LEN to the last byte before it

    host     AA AA AA 96 69 00 03 20 01 22                    find a card
    reader   AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97     one is there        (00 04 00 00 80 84: none)

    the reply to "read", 1295 bytes, with fingerprints 2321:
    AA AA AA 96 69 | 05 08 | 00 00 90 | 01 00  04 00       | text 256 | photo 1024                     | CHK
    AA AA AA 96 69 | 09 0A | 00 00 90 | 01 00  04 00 04 00 | text 256 | photo 1024 | fingerprints 1024 | CHK

Find, select, read: always in this order, and again from find after any failure. A reply does not say what it answers;
its status and the length of its data do. A card once read is not found again until it has left the field: that "find
failed" is the ordinary state of an idle reader, not a fault.
For: the frames, the words of the status, and the conversation of a look. Not for: the text on the card
(drivers/wire/cardtext.py), time (drivers/cardreader.py), and never for the photo: it is carried only because the frame
cannot be said again without it, and the card does not have it.
What goes wrong: a wrong XOR or an impossible length breaks a frame and reading goes on behind its first AA. Some
boards put a 00 into the preamble; that frame is lost, and asked for again.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import IntEnum

from drivers.errors import BadCard, Unreachable, Unwilling
from drivers.media import Card
from drivers.wire import cardtext
from drivers.wire.reader import Broken, Buffer, Parse, Wire

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
LONGEST = 4096
"""LEN at most. The longest known is 090A hex = 2314; a damaged length must not make us deaf for long."""

SPEEDS = (115200, 57600, 38400, 19200, 9600)
"""Bits per second by the parameter of command 60."""

# -- what the host says -----------------------------------------------------------------------------------------


class Order(IntEnum):
    """The commands without data: CMD in the high byte, PARA in the low."""

    RESET = 0x10FF
    STATUS = 0x11FF
    SAM_ID = 0x12FF
    FIND = 0x2001
    SELECT = 0x2002
    READ = 0x3001
    READ_ADDRESS = 0x3003
    READ_ALL = 0x3010


@dataclass(frozen=True, slots=True)
class Ask:
    """The host says one of the plain orders. READ brings text and photo, READ_ALL also the fingerprints, READ_ADDRESS
    the newest address."""

    order: Order


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """The host says: talk at `baud` from now on. It outlasts power-off; wait 5 ms after the answer."""

    baud: int


@dataclass(frozen=True, slots=True)
class SetPacket:
    """The host says: at most `size` bytes at once to the card by radio."""

    size: int


@dataclass(frozen=True, slots=True)
class OtherCommand:
    """The host says a well-formed command that is not in the table."""

    command: int
    parameter: int
    data: bytes = b""


# -- what the reader says ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """The reader says: a card is in the field. `serial` is four zero bytes on every reader seen."""

    serial: bytes = bytes(4)


@dataclass(frozen=True, slots=True)
class Selected:
    """The reader says: the card is selected. `serial` is eight zero bytes on every reader seen."""

    serial: bytes = bytes(8)


@dataclass(frozen=True, slots=True)
class SamId:
    """The reader says which module it has: two numbers of two digits, a date-like one, and two of ten digits."""

    maker: int
    model: int
    day: int
    first: int
    second: int

    def __str__(self) -> str:
        return f"{self.maker:02d}.{self.model:02d}-{self.day:08d}-{self.first:010d}-{self.second:010d}"


@dataclass(frozen=True, slots=True)
class CardRead:
    """The reader says what is on the card. `text` is for drivers/wire/cardtext.py; `photo` and `fingerprints` are
    opaque and kept for `encode` alone. None of it is shown by repr: it is somebody's. `fingerprints` is None in the
    reply to READ, perhaps empty in that to READ_ALL."""

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    fingerprints: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NewestAddress:
    """The reader says the address that was added to the card last: 70 bytes of text."""

    text: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The reader says: a status, perhaps with data. All that is not one of the above."""

    sw1: int
    sw2: int
    sw3: int
    data: bytes = field(default=b"", repr=False)

    def __str__(self) -> str:
        words = STATUS.get(self.sw3, "a status that is in no table")
        return f"{self.sw1:02X} {self.sw2:02X} {self.sw3:02X}, {words}"


SUCCESS = 0x90
FOUND = 0x9F
NO_CARD = 0x80
NOT_SELECTED = 0x81
NOT_READ = 0x41
NO_SUCH_ITEM = 0x91
BAD_CHECKSUM = 0x10
BAD_LENGTH = 0x11
BAD_COMMAND = 0x21

STATUS = {
    BAD_CHECKSUM: "the module got a wrong checksum",
    BAD_LENGTH: "the module got a wrong length",
    BAD_COMMAND: "the module does not know or allow the command",
    0x24: "an unknown error",
    0x31: "the card rejected the reader",
    0x32: "the reader rejected the card",
    0x33: "the card could not be verified",
    0x40: "a card of a wrong type",
    NOT_READ: "the card was not read",
    0x47: "no random number from the card",
    0x60: "the self test of the module failed",
    0x66: "the module is not authorised",
    NO_CARD: "no card found",
    NOT_SELECTED: "the card was not selected",
    SUCCESS: "success",
    NO_SUCH_ITEM: "the card has no such item",
    FOUND: "a card is there",
}
"""SW3 in words. SW1 and SW2 are 00 but for 31 to 33, where they may say more."""

OF_THE_CARD = frozenset({0x31, 0x32, 0x33, 0x40, NOT_READ, 0x47, NOT_SELECTED})
"""What is the card's fault; the rest of the refusals is the module's or ours."""

HostMessage = Ask | SetSpeed | SetPacket | OtherCommand
DeviceMessage = Found | Selected | SamId | CardRead | NewestAddress | Answer
Message = HostMessage | DeviceMessage

SAM_ID_LAYOUT = (2, 2, 4, 4, 4)
ADDRESS_SIZE = 70


def encode(message: Message) -> bytes:
    """The frame of any message; ValueError for a speed that no parameter stands for."""
    match message:
        case Ask(order):
            return _frame(order.to_bytes(2, "big"))
        case SetSpeed(baud) if baud not in SPEEDS:
            raise ValueError(
                f"no parameter stands for {baud} baud; it is one of {', '.join(map(str, SPEEDS))}"
            )
        case SetSpeed(baud):
            return _frame(bytes([0x60, SPEEDS.index(baud)]))
        case SetPacket(size):
            return _frame(bytes([0x61, 0xFF, size]))
        case OtherCommand(command, parameter, data):
            return _frame(bytes([command, parameter]) + data)
        case Found(serial):
            return _frame(bytes([0, 0, FOUND]) + serial)
        case Selected(serial):
            return _frame(bytes([0, 0, SUCCESS]) + serial)
        case SamId(maker, model, day, first, second):
            numbers = zip((maker, model, day, first, second), SAM_ID_LAYOUT, strict=True)
            return _frame(
                bytes([0, 0, SUCCESS]) + b"".join(n.to_bytes(size, "little") for n, size in numbers)
            )
        case CardRead(text, photo, fingerprints):
            parts = [text, photo] if fingerprints is None else [text, photo, fingerprints]
            lengths = b"".join(len(part).to_bytes(2, "big") for part in parts)
            return _frame(bytes([0, 0, SUCCESS]) + lengths + b"".join(parts))
        case NewestAddress(text):
            return _frame(bytes([0, 0, SUCCESS]) + text)
        case Answer(sw1, sw2, sw3, data):
            return _frame(bytes([sw1, sw2, sw3]) + data)


def _frame(body: bytes) -> bytes:
    length = len(body) + 1
    if length > LONGEST:
        raise ValueError(f"{len(body)} bytes in one frame, at most {LONGEST - 1} fit")
    checked = length.to_bytes(2, "big") + body
    return PREAMBLE + checked + bytes([_xor(checked)])


def _xor(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


def parse_host(buffer: Buffer) -> Parse[HostMessage]:
    """What a reader hears."""
    body = yield from _body(buffer, shortest=3)
    command, parameter, data = body[0], body[1], body[2:]
    code = command << 8 | parameter
    if not data and code in Order.__members__.values():
        return Ask(Order(code))
    if command == 0x60 and parameter < len(SPEEDS) and not data:
        return SetSpeed(SPEEDS[parameter])
    if code == 0x61FF and len(data) == 1:
        return SetPacket(data[0])
    return OtherCommand(command, parameter, data)


def parse_device(buffer: Buffer) -> Parse[DeviceMessage]:
    """What the host hears."""
    body = yield from _body(buffer, shortest=4)
    status, data = body[:3], body[3:]
    if status == bytes([0, 0, FOUND]) and len(data) == 4:
        return Found(data)
    if status == bytes([0, 0, SUCCESS]):
        if len(data) == 8:
            return Selected(data)
        if len(data) == sum(SAM_ID_LAYOUT):
            return _sam_id(data)
        if len(data) == ADDRESS_SIZE:
            return NewestAddress(data)
        if (parts := split(data)) is not None:
            return CardRead(*parts)
    return Answer(status[0], status[1], status[2], data)


def _body(buffer: Buffer, shortest: int) -> Parse[bytes]:
    yield from buffer.skip_to(PREAMBLE)
    head = yield from buffer.exactly(2)
    length = int.from_bytes(head, "big")
    if not shortest <= length <= LONGEST:
        raise Broken(f"length {length}, expected {shortest} to {LONGEST}")
    rest = yield from buffer.exactly(length)
    body, checksum = rest[:-1], rest[-1]
    if checksum != (expected := _xor(head + body)):
        raise Broken(f"checksum {checksum:02X}, expected {expected:02X}")
    return body


def _sam_id(data: bytes) -> SamId:
    numbers, at = [], 0
    for size in SAM_ID_LAYOUT:
        numbers.append(int.from_bytes(data[at : at + size], "little"))
        at += size
    return SamId(*numbers)


def split(data: bytes) -> tuple[bytes, bytes] | tuple[bytes, bytes, bytes] | None:
    """Text, photo and perhaps fingerprints of a read reply by the lengths at its head; None if they do not add up."""
    text, photo, prints = (int.from_bytes(data[at : at + 2], "big") for at in (0, 2, 4))
    if text != cardtext.SIZE:
        return None
    if len(data) == 4 + text + photo:
        return data[4 : 4 + text], data[4 + text :]
    if len(data) == 6 + text + photo + prints:
        return data[6 : 6 + text], data[6 + text : 6 + text + photo], data[6 + text + photo :]
    return None


WIRE = Wire(parse_host, parse_device, encode)

# -- the few sentences of a host --------------------------------------------------------------------------------

FIND_SECONDS = 0.3
SELECT_SECONDS = 0.3
READ_SECONDS = 2.5
"""How long an answer may take. Find and select answer within 100 ms, the radio of a read takes most of a second."""

TRIES = 3
"""Finds in one look before the card is called unreadable, and reads after one find when no answer comes."""

Saying = tuple[bytes, float]
"""What to send, and how many seconds to wait for the answer."""


@dataclass(frozen=True, slots=True)
class Sam:
    """SAM as drivers/cardreader.py speaks it. Its conversations are generators: they yield what to say and are sent
    the answer, or None when none came in time."""

    name: str = "sam"

    def parse(self, buffer: Buffer) -> Parse[DeviceMessage]:
        """What comes from the reader."""
        return parse_device(buffer)

    def hello(self) -> Generator[Saying, DeviceMessage | None, str]:
        """Is the module well, and which one is it? Its number in text; Unwilling when its self test failed."""
        answer = yield encode(Ask(Order.STATUS)), FIND_SECONDS
        match answer:
            case Answer(sw3=0x90):
                pass
            case None:
                raise Unreachable("no answer to 'SAM status'")
            case _:
                raise Unwilling(f"'SAM status' was answered with {answer}")
        answer = yield encode(Ask(Order.SAM_ID)), FIND_SECONDS
        return str(answer) if isinstance(answer, SamId) else ""

    def look(self) -> Generator[Saying, DeviceMessage | None, Card | None]:
        """Find, select, read. The card, or None when none (or the one already read) lies there. Unreachable when an
        answer is missing, Unwilling when the module refuses, BadCard when the card cannot be read or makes no sense."""
        last: DeviceMessage | None = None
        for _ in range(TRIES):
            last = yield encode(Ask(Order.FIND)), FIND_SECONDS
            if last is None:
                raise Unreachable("no answer to 'find card'")
            if isinstance(last, Answer) and last.sw3 == NO_CARD:
                return None
            if not isinstance(last, Found):
                continue
            last = yield encode(Ask(Order.SELECT)), SELECT_SECONDS
            if not isinstance(last, Selected) and not (isinstance(last, Answer) and last.sw3 == SUCCESS):
                continue
            for _ in range(TRIES):
                # A reply lost on the line: the module holds the card for read now and will not find it again until
                # it is lifted. So the same question again before going back to find.
                last = yield encode(Ask(Order.READ)), READ_SECONDS
                if last is not None:
                    break
            if isinstance(last, CardRead):
                return cardtext.card(last.text)
        if last is None:
            raise Unreachable("a card was found, and then no answer came")
        if isinstance(last, Answer) and last.sw3 in OF_THE_CARD:
            raise BadCard(f"the reader says {last}")
        raise Unwilling(f"a card lies there and is not read: {last}")
