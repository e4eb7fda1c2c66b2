"""STX: multi-readers that put the reading of an identity card behind one command. UART 8N1, 115200.

    host     02 | LEN LEN | command 2 [data]  | LRC | 03      LEN = bytes of the middle, big-endian
    reader   02 | LEN LEN | status 2 [data]   | LRC | 03      LRC = XOR of the middle, LEN not included

    host     02 00 03 CA 01 00 CB 03                          read an identity card, everything
    reader   02 05 06 90 00 | 01 00 04 00 text 256 photo 1024 | LRC 03

For: the frames both ways and the conversation of a look. Not for: the text on the card (drivers/wire/cardtext.py); the
photo is carried for `encode` alone, as in drivers/wire/sam.py.
What goes wrong: 02 and 03 stand in every photo, so a frame is cut by its length and believed only when its LRC and its
03 are right. Nothing says which answer belongs to which question.
Certainty: one vendor text and one open program that follows it (chenhaifeng2016/FaceRecognitionTest). The data of the
replies other than "everything" is known from its length only and stays as it came.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import IntEnum

from drivers.errors import Unreachable, Unwilling
from drivers.media import Card
from drivers.wire import cardtext
from drivers.wire.reader import Broken, Buffer, Parse, Wire
from drivers.wire.sam import split

START = b"\x02"
END = 0x03
LONGEST = 4096
"""LEN at most; the longest known is 2 + 6 + 256 + 1024 + 1024."""

# -- what the host says -----------------------------------------------------------------------------------------


class Order(IntEnum):
    """The commands of two bytes."""

    VERSION = 0x3111
    RESET = 0x3112
    BEEP = 0x3113
    FIND_IC = 0x3225
    APDU = 0x3226
    READ_ID = 0xCA01


class What(IntEnum):
    """What READ_ID is to bring."""

    ALL = 0x00
    NUMBER = 0x01
    NAME_AND_NUMBER = 0x02
    TEXT = 0x03


@dataclass(frozen=True, slots=True)
class Ask:
    """The host says one of the orders; `data` is the APDU for APDU, and how to beep for BEEP."""

    order: Order
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class ReadId:
    """The host says: read the identity card that lies there."""

    what: What


@dataclass(frozen=True, slots=True)
class OtherCommand:
    """The host says a well-formed command that is not in the table."""

    body: bytes


# -- what the reader says ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardRead:
    """The reader says what is on the card. None of it is shown by repr: it is somebody's."""

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    fingerprints: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The reader says: a status, perhaps with data."""

    status: int
    data: bytes = field(default=b"", repr=False)

    def __str__(self) -> str:
        return f"{self.status:04X}, {STATUS.get(self.status, 'a status that is in no table')}"


SUCCESS = 0x9000
NOT_SUPPORTED = 0x0001
BAD_COMMAND = 0x00F4
TIMED_OUT = (0x00FD, 0x00FE)
STATUS = {
    SUCCESS: "success",
    NOT_SUPPORTED: "not supported",
    0x00F1: "the reader got a wrong format",
    0x00F2: "the reader got a wrong length",
    0x00F3: "the reader got a wrong checksum",
    BAD_COMMAND: "the reader does not know the command",
    0x00FD: "no card in time",
    0x00FE: "no card in time",
}

HostMessage = Ask | ReadId | OtherCommand
DeviceMessage = CardRead | Answer
Message = HostMessage | DeviceMessage


def encode(message: Message) -> bytes:
    """The frame of any message."""
    match message:
        case Ask(order, data):
            return _frame(order.to_bytes(2, "big") + data)
        case ReadId(what):
            return _frame(Order.READ_ID.to_bytes(2, "big") + bytes([what]))
        case OtherCommand(body):
            return _frame(body)
        case CardRead(text, photo, fingerprints):
            parts = [text, photo] if fingerprints is None else [text, photo, fingerprints]
            lengths = b"".join(len(part).to_bytes(2, "big") for part in parts)
            return _frame(SUCCESS.to_bytes(2, "big") + lengths + b"".join(parts))
        case Answer(status, data):
            return _frame(status.to_bytes(2, "big") + data)


def _frame(body: bytes) -> bytes:
    if len(body) > LONGEST:
        raise ValueError(f"{len(body)} bytes in one frame, at most {LONGEST} fit")
    return START + len(body).to_bytes(2, "big") + body + bytes([_xor(body), END])


def _xor(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


def parse_host(buffer: Buffer) -> Parse[HostMessage]:
    """What a reader hears."""
    body = yield from _body(buffer, shortest=1)
    code = int.from_bytes(body[:2], "big") if len(body) > 1 else -1
    data = body[2:]
    if code == Order.READ_ID and len(data) == 1 and data[0] in What.__members__.values():
        return ReadId(What(data[0]))
    if code in Order.__members__.values():
        return Ask(Order(code), data)
    return OtherCommand(body)


def parse_device(buffer: Buffer) -> Parse[DeviceMessage]:
    """What the host hears."""
    body = yield from _body(buffer, shortest=2)
    status, data = int.from_bytes(body[:2], "big"), body[2:]
    if status == SUCCESS and (parts := split(data)) is not None:
        return CardRead(*parts)
    return Answer(status, data)


def _body(buffer: Buffer, shortest: int) -> Parse[bytes]:
    yield from buffer.skip_to(START)
    length = int.from_bytes((yield from buffer.exactly(2)), "big")
    if not shortest <= length <= LONGEST:
        raise Broken(f"length {length}, expected {shortest} to {LONGEST}")
    body = yield from buffer.exactly(length)
    checksum, end = yield from buffer.exactly(2)
    if checksum != (expected := _xor(body)):
        raise Broken(f"checksum {checksum:02X}, expected {expected:02X}")
    if end != END:
        raise Broken(f"last byte {end:02X}, expected 03")
    return body


WIRE = Wire(parse_host, parse_device, encode)

# -- the few sentences of a host --------------------------------------------------------------------------------

VERSION_SECONDS = 0.3
READ_SECONDS = 2.5
"""How long an answer may take; the same as for the SAM inside."""

Saying = tuple[bytes, float]
"""What to send, and how many seconds to wait for the answer."""


@dataclass(frozen=True, slots=True)
class Stx:
    """STX as drivers/cardreader.py speaks it; the conversations are generators as in drivers/wire/sam.py."""

    name: str = "stx"

    def parse(self, buffer: Buffer) -> Parse[DeviceMessage]:
        """What comes from the reader."""
        return parse_device(buffer)

    def hello(self) -> Generator[Saying, DeviceMessage | None, str]:
        """Is the reader there, and which firmware has it?"""
        answer = yield encode(Ask(Order.VERSION)), VERSION_SECONDS
        match answer:
            case None:
                raise Unreachable("no answer to 'version'")
            case Answer(status, data) if status == SUCCESS:
                return data.decode("ascii", "replace").strip(" \x00")
            case _:
                raise Unwilling(f"'version' was answered with {answer}")

    def look(self) -> Generator[Saying, DeviceMessage | None, Card | None]:
        """One command. "Everything" is asked for because its reply is the only one that is documented; the photo goes
        no further than this frame. The card, or None when none lies there."""
        answer = yield encode(ReadId(What.ALL)), READ_SECONDS
        match answer:
            case None:
                raise Unreachable("no answer to 'read identity card'")
            case CardRead(text):
                return cardtext.card(text)
            case Answer(status) if status in TIMED_OUT:
                return None
            case Answer():
                raise Unwilling(f"'read identity card' was answered with {answer}")
