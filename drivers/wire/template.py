"""Template: cheap cards told by a line of hex from the hall file, and the Wilipu (威利普) cards, which are one of them.

    template   F0 01 D0 {addr} 01 0A {len+1} 00 {text} {sum8}           hex bytes and fields, blanks as you like

    Wilipu     F0 01 D0 | line | mode | speed | length | colour | text | sum
    9600 8N1              1-3    01     0-FA    of text   00 red         └ of every byte before it, modulo 256
                                 static         plus 1    01 green
                                 02 left                  02 blue
    host       F0 01 D0 02 02 14 09 01 BB B6 D3 AD B9 E2 C1 D9 09        line 2, from the left, green: 欢迎光临

Fields: `{addr}` the address; `{text}` GBK text, `{text:32}` padded with blanks or cut to 32 bytes; `{len}` its bytes;
`{sum8}`, `{xor8}`, `{crc16}` (MODBUS) over every byte before, `{sum8@3}` from byte 3 on. `{len+1}` adds; a URL turns
its + into a blank, which is understood. `:2le` and `:2be` give a number two bytes; a CRC is `:2le` unless written
otherwise.

For: telling. These cards answer nothing, so nothing is known of them; a hall that can should buy others.
What goes wrong: a template that makes no sense is refused when it is read (`BadUrl`), with the place and what would be
right; an address or length that does not fit its byte raises ValueError when it is sent.
Sources: the Wilipu frame of app-tools-zxw 2.2.4; the fields are ours.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from drivers.errors import BadUrl
from drivers.media import Colour, Message
from drivers.wire.gbk import gbk
from drivers.wire.reader import Broken, Buffer, Parse

# -- Wilipu -----------------------------------------------------------------------------------------------------

START = b"\xf0\x01\xd0"
STATIC, LEFT = 1, 2
RED, GREEN, BLUE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Line:
    """The host says: show `text` (GBK) on `line` 1 to 3. `mode` 1 static, 2 from the left; `speed` 0 to 250."""

    line: int
    text: bytes
    mode: int = STATIC
    speed: int = 10
    colour: int = RED


def encode(message: Line) -> bytes:
    """The frame; ValueError when the text is longer than 254 bytes."""
    head = [message.line, message.mode, message.speed, len(message.text) + 1, message.colour]
    frame = START + bytes(head) + message.text
    return frame + bytes([sum(frame) & 0xFF])


def parse_host(buffer: Buffer) -> Parse[Line]:
    """What a Wilipu card hears."""
    yield from buffer.skip_to(START)
    line, mode, speed, length, colour = yield from buffer.exactly(5)
    if not 1 <= line <= 3 or mode not in (STATIC, LEFT) or length < 1:
        raise Broken(
            f"line {line}, mode {mode}, length {length}: expected line 1 to 3, mode 1 or 2, length 1 up"
        )
    text = yield from buffer.exactly(length - 1)
    stated = (yield from buffer.exactly(1))[0]
    message = Line(line, text, mode, speed, colour)
    if (expected := encode(message)[-1]) != stated:
        raise Broken(f"sum {stated:02X}, expected {expected:02X}")
    return message


# -- templates --------------------------------------------------------------------------------------------------


def crc16(data: bytes) -> int:
    """CRC-16/MODBUS: polynomial 8005 reflected, start FFFF; "123456789" gives 4B37."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


CHECKS: dict[str, Callable[[bytes], int]] = {
    "sum8": lambda data: sum(data) & 0xFF,
    "xor8": lambda data: reduce(lambda one, other: one ^ other, data, 0),
    "crc16": crc16,
}
FORM = re.compile(
    r"(?P<name>[a-z0-9]+)(?:[+ ](?P<plus>\d+))?(?:@(?P<since>\d+))?(?::(?P<size>\d+)(?P<order>le|be)?)?"
)
PIECE = re.compile(r"\s+|(?P<hex>[0-9A-Fa-f]{2})|\{(?P<field>[^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a template: bytes as they are, or a field. `size` 0: as long as it is."""

    name: str
    data: bytes = b""
    plus: int = 0
    since: int = 0
    size: int = 1
    little: bool = False


def read_template(template: str) -> tuple[Piece, ...]:
    """The pieces of a template.

    Raises:
        BadUrl: The template makes no sense; the message says where and what would be right.
    """
    pieces: list[Piece] = []
    at = 0
    while at < len(template):
        found = PIECE.match(template, at)
        if found is None:
            raise BadUrl(
                f"template: {template[at : at + 12]!r} at character {at + 1} is neither hex nor a field"
            )
        if found["hex"]:
            pieces.append(Piece("bytes", bytes.fromhex(found["hex"])))
        elif found["field"] is not None:
            pieces.append(_field(found["field"]))
        at = found.end()
    if not any(piece.name == "text" for piece in pieces):
        raise BadUrl("template: no {text} in it: such a card would show nothing")
    return tuple(pieces)


def _field(text: str) -> Piece:
    form = FORM.fullmatch(text)
    known = ("addr", "len", "text", *CHECKS)
    if form is None or form["name"] not in known:
        raise BadUrl(f"template: no field {{{text}}}; there are {', '.join(known)}")
    name = form["name"]
    size = int(form["size"]) if form["size"] else {"text": 0, "crc16": 2}.get(name, 1)
    if name != "text" and size not in (1, 2):
        raise BadUrl(f"template: {{{text}}}: a number has 1 or 2 bytes")
    if form["since"] and name not in CHECKS:
        raise BadUrl(f"template: {{{text}}}: '@' says where a check begins; {name} is none")
    return Piece(
        name,
        plus=int(form["plus"] or 0),
        since=int(form["since"] or 0),
        size=size,
        little=form["order"] == "le" or (name == "crc16" and form["order"] is None),
    )


def fill(pieces: tuple[Piece, ...], address: int, text: bytes) -> bytes:
    """The frame that says `text` to `address`; ValueError when a number does not fit its bytes."""
    width = next((piece.size for piece in pieces if piece.name == "text"), 0)
    shown = _fitted(text, width)
    frame = bytearray()
    for piece in pieces:
        if piece.name == "bytes":
            frame += piece.data
        elif piece.name == "text":
            frame += shown
        else:
            value = {"addr": address, "len": len(shown)}.get(piece.name)
            value = CHECKS[piece.name](bytes(frame[piece.since :])) if value is None else value
            try:
                frame += (value + piece.plus).to_bytes(piece.size, "little" if piece.little else "big")
            except OverflowError:
                raise ValueError(
                    f"{piece.name} {value + piece.plus} does not fit {piece.size} byte(s)"
                ) from None
    return bytes(frame)


def _fitted(text: bytes, width: int) -> bytes:
    if not width:
        return text
    cut, at = b"", 0
    while at < len(text):
        step = 2 if text[at] >= 0x81 else 1
        if at + step > width:
            break
        cut, at = text[: at + step], at + step
    return cut.ljust(width)


# -- what the hall says -----------------------------------------------------------------------------------------


class Dumb:
    """The sentences of a card that answers nothing: `frame(address, message)` is all that can be said to it."""

    answers = False
    chinese = True
    gap = 0.05

    def __init__(self, frame: Callable[[int, Message], bytes], columns: int, rows: int = 1) -> None:
        if columns < 1:
            raise ValueError(f"columns={columns}: expected 1 at least")
        self._frame = frame
        self.columns = columns
        self.rows = rows

    def parse(self, buffer: Buffer) -> Parse[bytes]:
        """Whatever comes from such a card means nothing."""
        return (yield from buffer.exactly(1))

    def encode(self, asked: bytes) -> bytes:
        """The frame itself."""
        return asked

    def reply_seconds(self, baud: int) -> float:
        """No answer is waited for."""
        return 0.0

    def ping(self, address: int) -> tuple[bytes, ...]:
        """Cannot be said."""
        return ()

    def power(self, address: int, on: bool) -> tuple[bytes, ...]:
        """Darkened by showing nothing; what is shown next lights it again."""
        return () if on else (self._frame(address, Message((" ",))),)

    def brightness(self, address: int, percent: int) -> tuple[bytes, ...]:
        """Cannot be said."""
        return ()

    def show(self, address: int, message: Message, fresh: bool) -> tuple[bytes, ...]:
        """Tell it."""
        return (self._frame(address, message),)

    def expects_answer(self, asked: bytes) -> bool:
        """Nobody answers."""
        return False

    def accepts(self, asked: bytes, said: bytes) -> bool:
        """Nothing that comes is an answer."""
        return False

    def firmware(self, said: bytes) -> str:
        """Nothing is told."""
        return ""


def template(frame: str = "", columns: int = 16) -> Dumb:
    """The sentences of a card that is told by the template `frame` and shows `columns` Latin characters; lines are
    joined by a blank.

    Raises:
        BadUrl: The template makes no sense.
    """
    pieces = read_template(frame)
    return Dumb(lambda address, message: fill(pieces, address, gbk(" ".join(message.lines))), columns)


_COLOURS = {Colour.RED: RED, Colour.GREEN: GREEN, Colour.YELLOW: RED}


def wilipu(speed: int = 10, columns: int = 16, *, colours: bool = False) -> Dumb:
    """The sentences of a Wilipu card; the address is its line, 1 to 3. It knows no yellow: red instead.
    `colours`: the panel has green too."""

    def frame(address: int, message: Message) -> bytes:
        mode = LEFT if message.scroll else STATIC
        text = gbk(" ".join(message.lines))
        colour = _COLOURS[message.colour] if colours else RED
        return encode(Line(address, text, mode, speed, colour))

    return Dumb(frame, columns)
