"""C-Power: Lumen C-Power cards, "External Calls". 115200, 57600 or 38400 baud, 8N1, RS-232 or RS-485; TCP 5200.

    serial   A5 | escaped( 68 32 ID protocol info body SL SH ) | AE        inside, A5 is AA 05, AA is AA 0A, AE is AA 0E
    network  ID4 BE | length LE | 00 00 | 68 32 ID protocol info body SL SH                      no marks, no escapes
                                          │             │    │    └──┴ 16-bit sum from 68 on, low byte first, unescaped
                                          │             │    └ 7B: LL LH PO TP CC data: length of CC and data LE,
                                          │             │      packet, last packet, command, its data
                                          │             └ host: 01 reply wanted; card: result, 00 done
                                          └ 68 from the host, E8 from a card (68 from old firmware)

    host  A5 68 32 01 7B 01 04 00 00 00 07 00 00 00 22 01 AE     save what is shown to flash
    card  A5 E8 32 01 7B 01 01 00 00 00 12 AA 0A 01 AE           result 1 (checksum); the sum AA 01 is escaped
    card  A5 91 AE                                               heartbeat, in network use

For: the calls that a strip needs as values of their own, every other as `OtherCall` or `Other`, both ways and in both
forms; what the hall says to a strip (`CPower`). Not for: program templates and pictures, which stay whole.
What goes wrong: ID FF is everybody. Numbers inside a call are high byte first, around it low byte first. Text is GB2312
ended by 00; 水 is CB AE and travels as CB AA 0E. Some senders put bytes of their own between A5 and 68 (`prefix`). What
a card shows is lost with its power unless saved. What a card says to a power query is not known beyond its result. The
published "Example 1" of the document has a wrong length and sum and is rejected here.
Sources: the maker's External Calls document v1.4.7 and the frames of four other programs.
"""

from collections.abc import Generator
from dataclasses import dataclass

from drivers.errors import Unwilling
from drivers.media import Colour, Message
from drivers.wire.fields import Fields
from drivers.wire.gbk import gbk
from drivers.wire.reader import Broken, Buffer, Parse, Wire

START = 0xA5
END = 0xAE
ESCAPE = 0xAA
_ESCAPED = {0xA5: b"\xaa\x05", 0xAA: b"\xaa\x0a", 0xAE: b"\xaa\x0e"}
_PLAIN = {5: 0xA5, 0x0A: 0xAA, 0x0E: 0xAE}

FROM_HOST = 0x68
FROM_CARD = 0xE8
CARD_TYPE = 0x32
EVERYBODY = 0xFF
PREFIX_LIMIT = 32
"""Bytes that somebody may have put before 68; more is no frame."""
NETWORK_HEAD = 8
ANY_NETWORK_ID = 0xFFFFFFFF

CALL, POWER, BRIGHTNESS, RESTART_APP, RESTART_CARD = 0x7B, 0x76, 0x46, 0xFE, 0x2D
APP = b"APP!"

CHECKSUM_ERROR, SEQUENCE_ERROR = 0x01, 0x02
RESULTS = {CHECKSUM_ERROR: "checksum", SEQUENCE_ERROR: "packet sequence"}

FONT_PIXELS = (8, 12, 16, 24, 32, 40, 48, 56)
"""Height in pixels of font sizes 0 to 7."""
DRAW, FLICKER, CONTINUOUS_LEFT = 0x00, 0x0D, 0x0E
CENTRED = 0x05
"""Alignment: bits 0-1 left, centre, right; bits 2-3 top, middle, bottom; bits 4-7 line gap."""
HOURS = 24


# -- what a host asks -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A window of the panel, in pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Divide:
    """CC 01: cut the panel into one to eight windows."""

    windows: tuple[Rectangle, ...]


@dataclass(frozen=True, slots=True)
class RichText:
    """CC 02: text of three bytes a character: colour and size, high byte, low byte. `stay` in seconds."""

    window: int
    effect: int
    align: int
    speed: int
    stay: int
    characters: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """CC 03: a picture (`form` 1 GIF, 2 a stored GIF's name, 3 from a package, 4 simple) at `x`, `y` of a window."""

    window: int
    mode: int
    speed: int
    stay: int
    form: int
    x: int
    y: int
    data: bytes


@dataclass(frozen=True, slots=True)
class StaticText:
    """CC 04: text that does not move, in a rectangle of a window."""

    window: int
    align: int
    place: Rectangle
    font: int
    colour: tuple[int, int, int]
    text: bytes
    kind: int = 1


@dataclass(frozen=True, slots=True)
class Clock:
    """CC 05: the time. `content` bits: 0 year, 1 month, 2 day, 3 hour, 4 minute, 5 second, 6 weekday, 7 hands."""

    window: int
    stay: int
    calendar: int
    form: int
    content: int
    font: int
    colour: tuple[int, int, int]
    text: bytes


@dataclass(frozen=True, slots=True)
class Leave:
    """CC 06: back to the programs stored on the card."""


@dataclass(frozen=True, slots=True)
class Save:
    """CC 07: keep what is shown in flash, or (`clear`) forget what is kept. Flash wears: not for every call."""

    clear: bool = False


@dataclass(frozen=True, slots=True)
class Play:
    """CC 08, or 09 with numbers of two bytes (`wide`): play these stored programs; none ends the selection."""

    options: int
    programs: tuple[int, ...]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """CC 12: plain text. `font` bits 0-3 size (see FONT_PIXELS), 4-6 style; `stay` in seconds; `text` without its 00."""

    window: int
    effect: int
    align: int
    speed: int
    stay: int
    font: int
    colour: tuple[int, int, int]
    text: bytes


@dataclass(frozen=True, slots=True)
class TemplateMode:
    """CC 82: bit 0 enter or leave the program template, bit 4 save that."""

    options: int


@dataclass(frozen=True, slots=True)
class QueryTemplate:
    """CC 83."""

    options: int


@dataclass(frozen=True, slots=True)
class DeletePrograms:
    """CC 84: delete these stored programs; None: every one."""

    programs: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class OtherCall:
    """A call whose meaning is not known here, or whose data does not read as its code says; `data` starts with CC."""

    data: bytes


Call = (
    Divide
    | RichText
    | Picture
    | StaticText
    | Clock
    | Leave
    | Save
    | Play
    | Text
    | TemplateMode
    | QueryTemplate
    | DeletePrograms
    | OtherCall
)


@dataclass(frozen=True, slots=True)
class External:
    """Protocol 7B: packet `number` of `last` + 1 of a call. Only the packet 0 of one says what the call is."""

    call: Call
    number: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Power:
    """Protocol 76: light the panel or darken it."""

    on: bool


@dataclass(frozen=True, slots=True)
class PowerQuery:
    """Protocol 76: is the panel lit?"""


@dataclass(frozen=True, slots=True)
class Brightness:
    """Protocol 46: a level 0 to 31 for each of the 24 hours."""

    hours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RestartApp:
    """Protocol FE: start the card's program anew."""


@dataclass(frozen=True, slots=True)
class RestartCard:
    """Protocol 2D: start the card anew."""


@dataclass(frozen=True, slots=True)
class Other:
    """A protocol that is not known here, or a body that does not read as it should."""

    protocol: int
    body: bytes


Command = External | Power | PowerQuery | Brightness | RestartApp | RestartCard | Other


@dataclass(frozen=True, slots=True)
class Request:
    """The host says to card `card`. `info` bit 0: a reply is wanted."""

    command: Command
    card: int = 1
    info: int = 1
    prefix: bytes = b""


# -- what a card answers ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """To a call: packet `number` of `last` + 1; `data` starts with CC."""

    data: bytes
    number: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """To anything else."""

    protocol: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """Card `card` says: `result` 0 done, 1 checksum, 2 packet sequence, others unnamed. `old`: firmware that says 68."""

    answer: CallAnswer | OtherAnswer
    card: int = 1
    result: int = 0
    old: bool = False
    prefix: bytes = b""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Either end says: I am here. Serial form only."""


@dataclass(frozen=True, slots=True)
class Networked:
    """A request or reply in the network form, for the card with this `network_id`."""

    message: Request | Reply
    network_id: int = ANY_NETWORK_ID


Said = Request | Reply | Heartbeat | Networked


# -- bytes ------------------------------------------------------------------------------------------------------


def encode(message: Said) -> bytes:
    """The frame on a serial line, or in the network form; ValueError or OverflowError when a value does not fit."""
    if isinstance(message, Networked):
        return encode_network(message.message, message.network_id)
    if isinstance(message, Heartbeat):
        return bytes([START, 0x91, END])
    inside = message.prefix + _packet(message)
    return bytes([START]) + b"".join(_ESCAPED.get(each) or bytes([each]) for each in inside) + bytes([END])


def encode_network(message: Request | Reply, network_id: int = ANY_NETWORK_ID) -> bytes:
    """The frame on a card's own network port."""
    packet = _packet(message)
    return network_id.to_bytes(4, "big") + len(packet).to_bytes(2, "little") + bytes(2) + packet


def _packet(message: Request | Reply) -> bytes:
    if isinstance(message, Request):
        protocol, body = _body(message.command)
        head = bytes([FROM_HOST, CARD_TYPE, message.card, protocol, message.info])
    else:
        answer = message.answer
        if isinstance(answer, CallAnswer):
            protocol, body = CALL, _counted(answer.data, answer.number, answer.last)
        else:
            protocol, body = answer.protocol, answer.body
        head = bytes(
            [FROM_HOST if message.old else FROM_CARD, CARD_TYPE, message.card, protocol, message.result]
        )
    packet = head + body
    return packet + (sum(packet) & 0xFFFF).to_bytes(2, "little")


def _counted(data: bytes, number: int, last: int) -> bytes:
    return len(data).to_bytes(2, "little") + bytes([number, last]) + data


def _body(command: Command) -> tuple[int, bytes]:
    match command:
        case External(call, number, last):
            return CALL, _counted(data_of(call), number, last)
        case Power(on):
            return POWER, bytes([0, on]) + bytes(7)
        case PowerQuery():
            return POWER, b"\x01"
        case Brightness(hours):
            return BRIGHTNESS, bytes([0, *hours])
        case RestartApp():
            return RESTART_APP, APP
        case RestartCard():
            return RESTART_CARD, b"\x00"
        case Other(protocol, body):
            return protocol, body


def _big(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def _place(window: Rectangle) -> bytes:
    return _big(window.x, window.y, window.width, window.height)


def data_of(call: Call) -> bytes:
    """A call as its packets carry it: CC and its data."""
    match call:
        case Divide(windows):
            return bytes([0x01, len(windows)]) + b"".join(map(_place, windows))
        case RichText(window, effect, align, speed, stay, characters):
            return bytes([0x02, window, effect, align, speed]) + _big(stay) + characters
        case Picture(window, mode, speed, stay, form, x, y, data):
            return bytes([0x03, window, mode, speed]) + _big(stay) + bytes([form]) + _big(x, y) + data
        case StaticText(window, align, place, font, colour, text, kind):
            return bytes([0x04, window, kind, align]) + _place(place) + bytes([font, *colour]) + text + b"\0"
        case Clock(window, stay, calendar, form, content, font, colour, text):
            look = bytes([calendar, form, content, font, *colour])
            return bytes([0x05, window]) + _big(stay) + look + text + b"\0"
        case Leave():
            return b"\x06"
        case Save(clear):
            return bytes([0x07, clear, 0, 0])
        case Play(options, programs, wide):
            count = _big(len(programs)) if wide else bytes([len(programs)])
            return bytes([9 if wide else 8, options]) + count + (_big(*programs) if wide else bytes(programs))
        case Text(window, effect, align, speed, stay, font, colour, text):
            look = bytes([0x12, window, effect, align, speed]) + _big(stay) + bytes([font, *colour])
            return look + text + b"\0"
        case TemplateMode(options):
            return bytes([0x82, options])
        case QueryTemplate(options):
            return bytes([0x83, options])
        case DeletePrograms(programs):
            return b"\x84\x00" if programs is None else bytes([0x84, 1, len(programs), *programs])
        case OtherCall(data):
            return data


# -- reading ----------------------------------------------------------------------------------------------------


def parse_host(buffer: Buffer) -> Parse[Request | Heartbeat]:
    """What a card hears on a serial line."""
    inside = yield from _serial(buffer)
    return Heartbeat() if inside is None else _request(*inside)


def parse_device(buffer: Buffer) -> Parse[Reply | Heartbeat]:
    """What the host hears on a serial line."""
    inside = yield from _serial(buffer)
    return Heartbeat() if inside is None else _reply(*inside)


def parse_host_network(buffer: Buffer) -> Parse[Request]:
    """What a card hears on its network port."""
    _, packet = yield from _network(buffer)
    return _request(b"", packet)


def parse_device_network(buffer: Buffer) -> Parse[Reply]:
    """What the host hears from a network port."""
    _, packet = yield from _network(buffer)
    return _reply(b"", packet)


def parse_host_either(buffer: Buffer) -> Parse[Request | Heartbeat | Networked]:
    """What a card hears, in whichever form: for looking at bytes whose origin is not known."""
    if (yield from buffer.peek()) == START:
        return (yield from parse_host(buffer))
    network_id, packet = yield from _network(buffer)
    return Networked(_request(b"", packet), network_id)


def parse_device_either(buffer: Buffer) -> Parse[Reply | Heartbeat | Networked]:
    """What the host hears, in whichever form."""
    if (yield from buffer.peek()) == START:
        return (yield from parse_device(buffer))
    network_id, packet = yield from _network(buffer)
    return Networked(_reply(b"", packet), network_id)


def _serial(buffer: Buffer) -> Generator[None, None, tuple[bytes, bytes] | None]:
    yield from buffer.skip_to(bytes([START]))
    yield from buffer.run_of(START)
    inside = bytearray()
    while (byte := (yield from buffer.exactly(1))[0]) != END:
        if byte == START:
            raise Broken(f"A5 inside a frame, after {len(inside)} bytes")
        if byte == ESCAPE:
            code = (yield from buffer.exactly(1))[0]
            if code not in _PLAIN:
                raise Broken(f"AA {code:02X} is no escape")
            byte = _PLAIN[code]
        inside.append(byte)
    if inside == b"\x91":
        return None
    found = [inside.find(bytes([kind, CARD_TYPE]), 0, PREFIX_LIMIT + 2) for kind in (FROM_HOST, FROM_CARD)]
    starts = [at for at in found if at >= 0]
    if not starts:
        raise Broken(f"no 68 32 or E8 32 in {bytes(inside[:12]).hex(' ')}")
    packet = bytes(inside[min(starts) :])
    _summed(packet)
    return bytes(inside[: min(starts)]), packet


def _network(buffer: Buffer) -> Generator[None, None, tuple[int, bytes]]:
    buffer.start_here()
    head = yield from buffer.exactly(NETWORK_HEAD + 2)
    length = int.from_bytes(head[4:6], "little")
    if head[6:8] != bytes(2) or head[8] not in (FROM_HOST, FROM_CARD) or head[9] != CARD_TYPE or length < 7:
        raise Broken(f"{head.hex(' ')} is no head of a network frame")
    packet = head[8:] + (yield from buffer.exactly(length - 2))
    _summed(packet)
    return int.from_bytes(head[:4], "big"), packet


def _summed(packet: bytes) -> None:
    if len(packet) < 7:
        raise Broken(f"{len(packet)} bytes, expected 7 at least")
    expected = sum(packet[:-2]) & 0xFFFF
    stated = int.from_bytes(packet[-2:], "little")
    if stated != expected:
        raise Broken(f"sum {stated:04X}, expected {expected:04X}")
    if packet[3] == CALL:
        length = int.from_bytes(packet[5:7], "little")
        if len(packet) < 11 or length != len(packet) - 11:
            raise Broken(f"length {length}, but {len(packet) - 11} bytes came")


def _request(prefix: bytes, packet: bytes) -> Request:
    if packet[0] != FROM_HOST:
        raise Broken("E8: a card speaks, not the host")
    protocol, body = packet[3], packet[5:-2]
    return Request(_command(protocol, body), card=packet[2], info=packet[4], prefix=prefix)


def _reply(prefix: bytes, packet: bytes) -> Reply:
    protocol, body = packet[3], packet[5:-2]
    answer: CallAnswer | OtherAnswer
    answer = CallAnswer(body[4:], body[2], body[3]) if protocol == CALL else OtherAnswer(protocol, body)
    return Reply(answer, card=packet[2], result=packet[4], old=packet[0] == FROM_HOST, prefix=prefix)


def _command(protocol: int, body: bytes) -> Command:
    command: Command | None = None
    match protocol, body:
        case 0x7B, _:
            call = call_of(body[4:]) if body[2] == 0 else OtherCall(body[4:])
            command = External(call, body[2], body[3])
        case 0x76, b"\x01":
            command = PowerQuery()
        case 0x76, _:
            command = Power(body[1:2] == b"\x01")
        case 0x46, _:
            command = Brightness(tuple(body[1:])) if len(body) == 1 + HOURS else None
        case 0xFE, _:
            command = RestartApp()
        case 0x2D, _:
            command = RestartCard()
    # A value that would not go out as it came in is not understood: it stays whole.
    if command is not None and _body(command) == (protocol, body):
        return command
    return Other(protocol, body)


def call_of(data: bytes) -> Call:
    """The call whose packets carry `data`."""
    try:
        call = _read_call(Fields(data))
        # As below: what would not go out as it came in stays whole.
        if call is not None and data_of(call) == data:
            return call
    except ValueError:
        pass
    return OtherCall(data)


def _read_call(data: Fields) -> Call | None:
    match data.byte():
        case 0x01:
            return Divide(tuple(_rectangle(data) for _ in range(data.byte())))
        case 0x02:
            return RichText(data.byte(), data.byte(), data.byte(), data.byte(), data.big(2), data.rest())
        case 0x03:
            look = data.byte(), data.byte(), data.byte(), data.big(2), data.byte(), data.big(2), data.big(2)
            return Picture(*look, data.rest())
        case 0x04:
            window, kind, align, place = data.byte(), data.byte(), data.byte(), _rectangle(data)
            return StaticText(window, align, place, data.byte(), _colour(data), data.rest()[:-1], kind)
        case 0x05:
            shown = data.byte(), data.big(2), data.byte(), data.byte(), data.byte(), data.byte()
            return Clock(*shown, _colour(data), data.rest()[:-1])
        case 0x06:
            return Leave()
        case 0x07:
            return Save(bool(data.byte()))
        case 0x08:
            return Play(data.byte(), tuple(data.take(data.byte())))
        case 0x09:
            return Play(data.byte(), tuple(data.big(2) for _ in range(data.big(2))), wide=True)
        case 0x12:
            effect = data.byte(), data.byte(), data.byte(), data.byte(), data.big(2), data.byte()
            return Text(*effect, _colour(data), data.rest()[:-1])
        case 0x82:
            return TemplateMode(data.byte())
        case 0x83:
            return QueryTemplate(data.byte())
        case 0x84:
            return DeletePrograms(tuple(data.take(data.byte())) if data.byte() else None)
    return None


def _rectangle(data: Fields) -> Rectangle:
    return Rectangle(data.big(2), data.big(2), data.big(2), data.big(2))


def _colour(data: Fields) -> tuple[int, int, int]:
    return data.byte(), data.byte(), data.byte()


WIRE = Wire(parse_host_either, parse_device_either, encode)

# -- what the hall says to a strip ------------------------------------------------------------------------------

_COLOURS = {Colour.RED: (255, 0, 0), Colour.GREEN: (0, 255, 0), Colour.YELLOW: (255, 255, 0)}
STAY = 3


class CPower:
    """The sentences of a card that shows one window over its whole panel of `width` by `height` pixels, in a font of
    `font` pixels. `network_id`: four bytes for the card's own network port (FFFFFFFF is usual); without it the serial
    form is spoken, also through a serial server. `colours`: the panel has green and yellow too; on a panel that is only
    red a green text would be dark. `answers`: False for a cable without a way back."""

    chinese = True
    gap = 0.004

    def __init__(
        self,
        width: int = 128,
        height: int = 16,
        font: int = 16,
        network_id: bytes = b"",
        *,
        colours: bool = False,
        answers: bool = True,
    ) -> None:
        if font not in FONT_PIXELS:
            raise ValueError(f"font={font}: expected one of {', '.join(map(str, FONT_PIXELS))} pixels")
        if width < font or height < font:
            raise ValueError(f"width={width}, height={height}: a panel has {font} by {font} dots at least")
        if len(network_id) not in (0, 4):
            raise ValueError(f"network_id={network_id.hex()}: expected 4 bytes, as in FFFFFFFF")
        self.width = width
        self.height = height
        self.answers = answers
        self._colours = colours
        self.columns = width * 2 // font
        self.rows = height // font
        self._font = FONT_PIXELS.index(font)
        self._network_id = network_id

    def parse(self, buffer: Buffer) -> Parse[Reply | Heartbeat]:
        """Reads what comes from the line."""
        return parse_device_network(buffer) if self._network_id else parse_device(buffer)

    def encode(self, asked: Request) -> bytes:
        """The frame of a request."""
        if not self._network_id:
            return encode(asked)
        return encode_network(asked, int.from_bytes(self._network_id, "big"))

    def reply_seconds(self, baud: int) -> float:
        """How long an answer may take: half a second at 38400 and more, else a second."""
        return 0.5 if baud >= 38400 else 1.0

    def ping(self, address: int) -> tuple[Request, ...]:
        """Ask whether the card is there: whether its panel is lit."""
        return self._asked(address, PowerQuery())

    def power(self, address: int, on: bool) -> tuple[Request, ...]:
        """Light or darken the panel."""
        return self._asked(address, Power(on))

    def brightness(self, address: int, percent: int) -> tuple[Request, ...]:
        """Set the brightness for every hour; 0 % is the darkest step."""
        level = round(min(max(percent, 0), 100) * 31 / 100)
        return self._asked(address, Brightness((level,) * HOURS))

    def show(self, address: int, message: Message, fresh: bool) -> tuple[Request, ...]:
        """Replace what is shown. The window is told every time: a card that lost its power has none."""
        effect, lines = DRAW, [gbk(line) for line in message.lines]
        if message.scroll:
            effect, lines = CONTINUOUS_LEFT, [b"  ".join(lines)]
        elif message.blink:
            effect = FLICKER
        text = Text(
            window=0,
            effect=effect,
            align=CENTRED,
            speed=0,
            stay=STAY,
            font=self._font,
            colour=_COLOURS[message.colour if self._colours else Colour.RED],
            text=b"\r\n".join(lines),
        )
        window = Divide((Rectangle(0, 0, self.width, self.height),))
        return self._asked(address, External(window), External(text))

    def _asked(self, address: int, *commands: Command) -> tuple[Request, ...]:
        info = 0 if address == EVERYBODY else 1
        return tuple(Request(command, card=address, info=info) for command in commands)

    def expects_answer(self, asked: Request) -> bool:
        """Whether somebody will answer: not where no reply is wanted."""
        return self.answers and bool(asked.info & 1)

    def accepts(self, asked: Request, said: Reply | Heartbeat) -> bool:
        """True when `said` is the card's yes to `asked`, False when it is about something else.

        Raises:
            Unwilling: The card refused; the message names its result.
        """
        if isinstance(said, Heartbeat) or said.card != asked.card:
            return False
        protocol, body = _body(asked.command)
        answered = CALL if isinstance(said.answer, CallAnswer) else said.answer.protocol
        heard = said.answer.data if isinstance(said.answer, CallAnswer) else said.answer.body
        if answered != protocol:
            return False
        if said.old and said.result == asked.info and heard == (body[4:] if protocol == CALL else body):
            # Our own words, come back over a two-wire adapter: as an answer they would read "checksum wrong".
            return False
        if said.result:
            named = RESULTS.get(said.result, "not named in the document")
            raise Unwilling(f"card {said.card}: result {said.result:02X} ({named})")
        return True

    def firmware(self, said: Reply | Heartbeat) -> str:
        """What the answer tells of the card's make; nothing in this dialect does."""
        return ""
