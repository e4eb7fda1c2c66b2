"""BX-5K: ONBON BX-5K/6K font cards (字库卡). 57600 or 9600 baud, 8N1, RS-232 or RS-485; the same bytes on TCP 5005.

    A5 A5 A5 A5 A5 A5 A5 A5 | escaped( header | data | check ) | 5A
                                          │       │      └ 2 bytes LE: CRC-16/ARC over header and data, before escaping
                                          │       └ group, command, reply flag or error, 2 reserved, payload
     to    from   reserved bar check mode type version length
     01 00 00 80  00 00 00 00  00    00   FE   02      05 00           little-endian; bar 1: 16 bytes stand behind it

    inside, A5 travels as A6 02, A6 as A6 01, 5A as 5B 02, 5B as 5B 01: the letter Z is 5A, 功 is B9 A6

    host  A5×8 01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A2 00 01 00 00 68 F8 5A     ping; the card shall answer
    card  A5×8 00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 64 DC 5A     done, error 0

For: every command that calling needs as a value of its own, every other as `Other`, both ways; what the hall says to a
strip (`Bx5k`). Not for: retries and time (drivers/sign.py), pixels (displays/sign.py), files of programs.
What goes wrong: lengths are taken before escaping; a raw A5 inside a frame is the next frame; a check of FFFF means "do
not check". Several 5A may follow a frame. Text is a little language (`\\n` new line, `\\C2` green), so a user's backslash
goes out full-width. Dynamic areas live in memory: they are gone when the power was. The refusal frame and the group of
the state reply are inferred, not seen: any A0 frame with a command or error other than 0 is a refusal.
Sources: the open analysis tool of an ONBON engineer, the maker's Led5kSDK.h, and frames from firmware in the field.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import IntEnum

from drivers.errors import Unwilling
from drivers.media import Colour, Message
from drivers.wire.fields import Fields
from drivers.wire.gbk import gbk
from drivers.wire.reader import Broken, Buffer, Parse, Wire

START = 0xA5
END = 0x5A
LEAD = bytes([START]) * 8
_ESCAPE = {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}
_PLAIN = {(0xA6, 2): 0xA5, (0xA6, 1): 0xA6, (0x5B, 2): 0x5A, (0x5B, 1): 0x5B}

HOST = 0x8000
BROADCAST = 0xFFFE
"""Every card listens, none answers."""
ANY_TYPE = 0xFE
TO_BAR_CODE, BEHIND_BAR_CODE = 8, 6
"""Bytes of the header up to the flag of the bar code, and behind the bar code."""
BAR_CODE = 16
NOT_CHECKED = 0xFFFF
PIXELS = 0x8000
"""X and width count 8 pixels; with this bit they count single ones."""


class Check(IntEnum):
    """How a frame is checked."""

    CRC16 = 0
    SUM16 = 1
    NONE = 2


class Error(IntEnum):
    """Why a card refuses (Led5kSDK.h)."""

    NONE = 0x00
    GROUP = 0x01
    COMMAND = 0x02
    BUSY = 0x03
    MEMORY = 0x04
    CHECKSUM = 0x05
    NO_FILE = 0x06
    FLASH = 0x07
    DOWNLOAD = 0x08
    NAME = 0x09
    TYPE = 0x0A
    FILE_CRC = 0x0B
    FONT_MISSING = 0x0C
    FIRMWARE = 0x0D
    DATE = 0x0E
    FILE_EXISTS = 0x0F
    BLOCK_NUMBER = 0x10


class Run(IntEnum):
    """How long an area stays. Only TIMEOUT removes it by itself."""

    LOOP = 0
    STOP_ON_LAST = 1
    TIMEOUT = 2
    LOGO_AFTER_TIMEOUT = 3
    ONCE = 4
    COUNT = 5


class Effect(IntEnum):
    """How text arrives."""

    STATIC = 1
    AT_ONCE = 2
    LEFT = 3
    RIGHT = 4
    UP = 5
    DOWN = 6


SINGLE_LINE, MULTI_LINE = 1, 2
WRAP_BY_CODE, WRAP_BY_WIDTH = 1, 2
CENTRED = 0x0A
"""Alignment: bits 0-1 left, right, centre; bits 2-3 top, bottom, centre."""


# -- what a host asks -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Reset:
    """Start the card anew; its dynamic areas are lost."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A date and a time of day, as eight pairs of BCD digits carry them; `weekday` 1 is Monday, 7 Sunday."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    weekday: int


@dataclass(frozen=True, slots=True)
class SetTime:
    """Set the card's clock."""

    clock: Clock


@dataclass(frozen=True, slots=True)
class ReadState:
    """How are you? Answered by `State`."""


@dataclass(frozen=True, slots=True)
class Format:
    """Forget every stored file."""


@dataclass(frozen=True, slots=True)
class DeleteFiles:
    """Forget the files of these four-character names."""

    names: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class BeginFile:
    """A file of `size` bytes follows in blocks."""

    overwrite: int
    name: bytes
    size: int


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Block `number` of a file, which belongs at byte `start`."""

    name: bytes
    last: bool
    number: int
    start: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Power:
    """Light the panel or darken it. The card itself stays awake and answers."""

    on: bool


@dataclass(frozen=True, slots=True)
class TimedPower:
    """Light and darken by the clock: pairs of (hour, minute) on, (hour, minute) off."""

    spans: tuple[tuple[tuple[int, int], tuple[int, int]], ...]


@dataclass(frozen=True, slots=True)
class CancelTimedPower:
    """Stay as you are, whatever the clock says."""


@dataclass(frozen=True, slots=True)
class Brightness:
    """`level` 0 to 15. With `half_hours` (48 levels from midnight) the card follows the clock instead."""

    level: int
    half_hours: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LockProgram:
    """Play only the program `name`, or (`lock` false) all again; `store` keeps that over a power cut."""

    store: bool
    lock: bool
    name: bytes


@dataclass(frozen=True, slots=True)
class Voice:
    """Speak: what is shown, or `text` if not None (GBK). `voice`: bits 0-3 who speaks (0-5), bits 4-7 repeats; `volume`
    and `speed` 0 to 10."""

    voice: int
    volume: int
    speed: int
    text: bytes | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A dynamic area. `x` and `width` count 8 pixels, or pixels with the bit `PIXELS`; `y` and `height` count pixels.
    `stay` is in half seconds, `timeout` in seconds, `speed` 0 (fastest) to 18; `text` is GBK with codes. `kind` 0 is
    plain; the maker's SDK writes 6."""

    number: int
    x: int
    y: int
    width: int
    height: int
    text: bytes
    kind: int = 0
    line_gap: int = 0
    run: int = Run.LOOP
    timeout: int = 0
    voice: Voice | None = None
    layout: bytes = b""
    alignment: int = 0
    lines: int = SINGLE_LINE
    wrap: int = WRAP_BY_CODE
    effect: int = Effect.STATIC
    exit: int = 0
    speed: int = 0
    stay: int = 0


@dataclass(frozen=True, slots=True)
class Areas:
    """Delete the areas `delete` (None: every one), then show `areas`; one with a known number replaces it."""

    areas: tuple[Area, ...] = ()
    delete: tuple[int, ...] | None = ()


@dataclass(frozen=True, slots=True)
class ClearScreen:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Other:
    """A sound frame whose meaning is not known here, or whose payload does not read as its command says."""

    group: int
    command: int
    payload: bytes = b""


# -- what a card answers ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """A0 00: what was asked is done. `error` other than 0 is a refusal all the same."""

    error: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A0 01: it is not done, because of `error` (see `Error`)."""

    error: int


@dataclass(frozen=True, slots=True)
class State:
    """How the card is: panel lit, brightness 0-15, clock, stored programs, the numbers of its dynamic areas."""

    status: int
    lit: int
    brightness: int
    clock: Clock
    programs: int
    program: bytes
    special_area: int
    special_pages: int
    areas: tuple[int, ...]
    bar_code: bytes
    network: bytes


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """A sound answer whose meaning is not known here."""

    group: int
    command: int
    status: int
    payload: bytes = b""


Command = (
    Ping
    | Reset
    | SetTime
    | ReadState
    | Format
    | DeleteFiles
    | BeginFile
    | WriteFile
    | Power
    | TimedPower
    | CancelTimedPower
    | Brightness
    | LockProgram
    | Areas
    | ClearScreen
    | Other
)
Answer = Done | Refused | State | OtherAnswer


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the data. `bar_code` is empty or 16 bytes. `stated` is the check on the wire where it is not
    the sum it should be: FFFF (do not check), or anything with `Check.NONE`."""

    to: int
    source: int
    bar_code: bytes = b""
    check: int = Check.CRC16
    mode: int = 0
    type: int = ANY_TYPE
    version: int = 2
    reserved: bytes = bytes(3)
    stated: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """The host says. `reply`: 1 answer, 2 do not. `reserved` is free, except that its first byte 1 in an `Areas`
    request means: clear and initialise first."""

    command: Command
    header: Header = field(default_factory=lambda: Header(to=1, source=HOST))
    reply: int = 1
    reserved: bytes = bytes(2)


@dataclass(frozen=True, slots=True)
class Reply:
    """A card says: `header.source` is its number."""

    answer: Answer
    header: Header = field(default_factory=lambda: Header(to=HOST, source=1))
    reserved: bytes = bytes(2)


def request(command: Command, card: int = 1, *, initialise: bool = False) -> Request:
    """`command` for screen number `card` (1 to FFFD, or BROADCAST, which is asked for no reply)."""
    return Request(
        command,
        Header(to=card, source=HOST),
        reply=2 if card == BROADCAST else 1,
        reserved=b"\x01\x00" if initialise else bytes(2),
    )


def reply(answer: Answer, card: int = 1) -> Reply:
    """`answer` from screen number `card` to the host."""
    return Reply(answer, Header(to=HOST, source=card))


# -- bytes ------------------------------------------------------------------------------------------------------


def crc16(data: bytes) -> int:
    """CRC-16/ARC: polynomial 8005 reflected, start 0; "123456789" gives BB3D."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def encode(message: Request | Reply) -> bytes:
    """The frame; ValueError or OverflowError when a value does not fit its field."""
    if isinstance(message, Request):
        group, command, payload = _command(message.command)
        start = bytes([group, command, message.reply])
    else:
        group, command, status, payload = _answer(message.answer)
        start = bytes([group, command, status])
    data = start + _sized(message.reserved, 2) + payload
    header = message.header
    if header.bar_code:
        _sized(header.bar_code, BAR_CODE)
    inside = (
        _le(header.to, 2)
        + _le(header.source, 2)
        + _sized(header.reserved, 3)
        + bytes([bool(header.bar_code)])
        + header.bar_code
        + bytes([header.check, header.mode, header.type, header.version])
        + _le(len(data), 2)
        + data
    )
    stated = _check(header.check, inside) if header.stated is None else header.stated
    escaped = b"".join(_ESCAPE.get(byte) or bytes([byte]) for byte in inside + _le(stated, 2))
    return LEAD + escaped + bytes([END])


def _check(how: int, data: bytes) -> int:
    match how:
        case Check.CRC16:
            return crc16(data)
        case Check.SUM16:
            return sum(data) & 0xFFFF
        case _:
            return 0


def _le(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


def _sized(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise ValueError(f"{data.hex(' ')} has {len(data)} bytes, expected {size}")
    return data


def _bcd(value: int) -> int:
    if not 0 <= value <= 99:
        raise ValueError(f"{value} does not fit two BCD digits")
    return value // 10 * 16 + value % 10


def _from_bcd(byte: int) -> int:
    if byte >> 4 > 9 or byte & 15 > 9:
        raise ValueError(f"{byte:02X} is no BCD")
    return (byte >> 4) * 10 + (byte & 15)


def _clock(clock: Clock) -> bytes:
    parts = (clock.month, clock.day, clock.hour, clock.minute, clock.second, clock.weekday)
    return bytes([_bcd(clock.year % 100), _bcd(clock.year // 100), *map(_bcd, parts)])


def _from_clock(data: bytes) -> Clock:
    low, high, *rest = map(_from_bcd, _sized(data, 8))
    return Clock(high * 100 + low, *rest)


def _command(command: Command) -> tuple[int, int, bytes]:
    match command:
        case Ping():
            return 0xA2, 0x00, b""
        case Reset():
            return 0xA2, 0x01, b""
        case SetTime(clock):
            return 0xA2, 0x03, _clock(clock)
        case Format():
            return 0xA1, 0x00, b""
        case DeleteFiles(names):
            return 0xA1, 0x01, _le(len(names), 2) + b"".join(_sized(name, 4) for name in names)
        case ReadState():
            return 0xA1, 0x02, b""
        case BeginFile(overwrite, name, size):
            return 0xA1, 0x05, bytes([overwrite]) + _sized(name, 4) + _le(size, 4)
        case WriteFile(name, last, number, start, data):
            place = _le(number, 2) + _le(len(data), 2) + _le(start, 4)
            return 0xA1, 0x06, _sized(name, 4) + bytes([last]) + place + data
        case Power(on):
            return 0xA3, 0x00, b"\x01" if on else b"\x02"
        case TimedPower(spans):
            times = bytes(_bcd(part) for span in spans for moment in span for part in moment)
            return 0xA3, 0x01, bytes([len(spans)]) + times
        case Brightness(level, half_hours):
            return 0xA3, 0x02, bytes([2 if half_hours else 1, level, *half_hours])
        case LockProgram(store, lock, name):
            return 0xA3, 0x04, bytes([store, lock]) + _sized(name, 4)
        case Areas(areas, delete):
            deleted = b"\xff" if delete is None else bytes([len(delete), *delete])
            return 0xA3, 0x06, deleted + bytes([len(areas)]) + b"".join(map(_area, areas))
        case CancelTimedPower():
            return 0xA3, 0x08, b""
        case ClearScreen():
            return 0xA3, 0x10, b""
        case Other(group, number, payload):
            return group, number, payload


def _area(area: Area) -> bytes:
    voice = b"\x00"
    if area.voice is not None:
        said = area.voice.text
        voice = bytes([1 if said is None else 2, area.voice.voice, area.voice.volume, area.voice.speed])
        if said is not None:
            voice += _le(len(said), 4) + said
    look = (area.alignment, area.lines, area.wrap, area.effect, area.exit, area.speed, area.stay)
    rest = (
        bytes([area.kind])
        + b"".join(_le(each, 2) for each in (area.x, area.y, area.width, area.height))
        + bytes([area.number, area.line_gap, area.run])
        + _le(area.timeout, 2)
        + voice
        + bytes([len(area.layout)])
        + area.layout
        + bytes(look)
        + _le(len(area.text), 4)
        + area.text
    )
    return _le(len(rest), 2) + rest


def _answer(answer: Answer) -> tuple[int, int, int, bytes]:
    match answer:
        case Done(error):
            return 0xA0, 0x00, error, b""
        case Refused(error):
            return 0xA0, 0x01, error, b""
        case OtherAnswer(group, command, status, payload):
            return group, command, status, payload
        case State():
            payload = (
                bytes([answer.lit, answer.brightness])
                + _clock(answer.clock)
                + bytes([answer.programs])
                + _sized(answer.program, 4)
                + bytes([answer.special_area, answer.special_pages, len(answer.areas), *answer.areas])
                + _sized(answer.bar_code, BAR_CODE)
                + _sized(answer.network, 12)
            )
            return 0xA1, 0x02, answer.status, payload


# -- reading ----------------------------------------------------------------------------------------------------


def parse_host(buffer: Buffer) -> Parse[Request]:
    """What a card hears. A command whose payload does not read as it should becomes `Other`, whole."""
    header, data = yield from _frame(buffer)
    command = _read_command(data[0], data[1], data[5:])
    return Request(command, header, reply=data[2], reserved=data[3:5])


def parse_device(buffer: Buffer) -> Parse[Reply]:
    """What the host hears."""
    header, data = yield from _frame(buffer)
    return Reply(_read_answer(data[0], data[1], data[2], data[5:]), header, reserved=data[3:5])


def _frame(buffer: Buffer) -> Generator[None, None, tuple[Header, bytes]]:
    yield from buffer.run_of(END)
    yield from buffer.skip_to(bytes([START]))
    yield from buffer.run_of(START)
    head = yield from _unescaped(buffer, TO_BAR_CODE)
    if head[7] > 1:
        raise Broken(f"bar code flag {head[7]:02X}, expected 00 or 01")
    bar_code = yield from _unescaped(buffer, BAR_CODE if head[7] else 0)
    rest = yield from _unescaped(buffer, BEHIND_BAR_CODE)
    check, mode, kind, version = rest[:4]
    if check not in tuple(Check):
        raise Broken(f"check mode {check:02X}, expected 00, 01 or 02")
    length = int.from_bytes(rest[4:], "little")
    if length < 5:
        raise Broken(f"{length} bytes of data, expected 5 at least")
    data = yield from _unescaped(buffer, length)
    stated = int.from_bytes((yield from _unescaped(buffer, 2)), "little")
    if (end := (yield from buffer.exactly(1))[0]) != END:
        raise Broken(f"{end:02X} where 5A ends the frame")
    expected = _check(check, head + bar_code + rest + data)
    if check != Check.NONE and stated not in (expected, NOT_CHECKED):
        raise Broken(f"check {stated:04X}, expected {expected:04X}")
    header = Header(
        to=int.from_bytes(head[0:2], "little"),
        source=int.from_bytes(head[2:4], "little"),
        bar_code=bar_code,
        check=check,
        mode=mode,
        type=kind,
        version=version,
        reserved=head[4:7],
        stated=None if stated == expected else stated,
    )
    return header, data


def _unescaped(buffer: Buffer, count: int) -> Generator[None, None, bytes]:
    found = bytearray()
    while len(found) < count:
        byte = (yield from buffer.exactly(1))[0]
        if byte in (START, END):
            raise Broken(f"{byte:02X} inside a frame, {count - len(found)} bytes too early")
        if byte in (0xA6, 0x5B):
            code = (yield from buffer.exactly(1))[0]
            if (byte, code) not in _PLAIN:
                raise Broken(f"{byte:02X} {code:02X} is no escape")
            byte = _PLAIN[byte, code]
        found.append(byte)
    return bytes(found)


def _read_command(group: int, number: int, payload: bytes) -> Command:
    try:
        command = _known(group, number, Fields(payload))
        # A value that would not go out as it came in is not understood: it stays whole.
        if command is not None and _command(command) == (group, number, payload):
            return command
    except ValueError:
        pass
    return Other(group, number, payload)


def _known(group: int, number: int, payload: Fields) -> Command | None:
    match group, number:
        case 0xA2, 0x00:
            return Ping()
        case 0xA2, 0x01:
            return Reset()
        case 0xA2, 0x03:
            return SetTime(_from_clock(payload.take(8)))
        case 0xA1, 0x00:
            return Format()
        case 0xA1, 0x01:
            return DeleteFiles(tuple(payload.take(4) for _ in range(payload.little(2))))
        case 0xA1, 0x02:
            return ReadState()
        case 0xA1, 0x05:
            return BeginFile(payload.byte(), payload.take(4), payload.little(4))
        case 0xA1, 0x06:
            name, last, block = payload.take(4), bool(payload.byte()), payload.little(2)
            size, start = payload.little(2), payload.little(4)
            return WriteFile(name, last, block, start, payload.take(size))
        case 0xA3, 0x00:
            return Power(payload.byte() == 1)
        case 0xA3, 0x01:
            return TimedPower(tuple(_span(payload) for _ in range(payload.byte())))
        case 0xA3, 0x02:
            timed = payload.byte() == 2
            return Brightness(payload.byte(), tuple(payload.take(48)) if timed else ())
        case 0xA3, 0x04:
            return LockProgram(bool(payload.byte()), bool(payload.byte()), payload.take(4))
        case 0xA3, 0x06:
            count = payload.byte()
            delete = None if count == 0xFF else tuple(payload.take(count))
            return Areas(tuple(_read_area(payload) for _ in range(payload.byte())), delete)
        case 0xA3, 0x08:
            return CancelTimedPower()
        case 0xA3, 0x10:
            return ClearScreen()
    return None


def _span(payload: Fields) -> tuple[tuple[int, int], tuple[int, int]]:
    on_hour, on_minute, off_hour, off_minute = map(_from_bcd, payload.take(4))
    return (on_hour, on_minute), (off_hour, off_minute)


def _read_area(payload: Fields) -> Area:
    area = Fields(payload.take(payload.little(2)))
    kind = area.byte()
    x, y, width, height = (area.little(2) for _ in range(4))
    number, line_gap, run, timeout = area.byte(), area.byte(), area.byte(), area.little(2)
    voice = None
    if speaks := area.byte():
        voice = Voice(area.byte(), area.byte(), area.byte())
        if speaks == 2:
            voice = Voice(voice.voice, voice.volume, voice.speed, area.take(area.little(4)))
    layout = area.take(area.byte())
    alignment, lines, wrap, effect, leave, speed, stay = area.take(7)
    return Area(
        number=number,
        x=x,
        y=y,
        width=width,
        height=height,
        text=area.take(area.little(4)),
        kind=kind,
        line_gap=line_gap,
        run=run,
        timeout=timeout,
        voice=voice,
        layout=layout,
        alignment=alignment,
        lines=lines,
        wrap=wrap,
        effect=effect,
        exit=leave,
        speed=speed,
        stay=stay,
    )


def _read_answer(group: int, command: int, status: int, payload: bytes) -> Answer:
    match group, command, payload:
        case 0xA0, 0x00, b"":
            return Done(status)
        case 0xA0, 0x01, b"":
            return Refused(status)
        case 0xA1, 0x02, _:
            try:
                state = _read_state(status, Fields(payload))
            except ValueError:
                return OtherAnswer(group, command, status, payload)
            if _answer(state) == (group, command, status, payload):
                return state
    return OtherAnswer(group, command, status, payload)


def _read_state(status: int, payload: Fields) -> State:
    return State(
        status=status,
        lit=payload.byte(),
        brightness=payload.byte(),
        clock=_from_clock(payload.take(8)),
        programs=payload.byte(),
        program=payload.take(4),
        special_area=payload.byte(),
        special_pages=payload.byte(),
        areas=tuple(payload.take(payload.byte())),
        bar_code=payload.take(BAR_CODE),
        network=payload.take(12),
    )


WIRE = Wire(parse_host, parse_device, encode)

# -- what the hall says to a strip ------------------------------------------------------------------------------

AREA = 0
"""The dynamic area that the hall uses; a second send with the same number replaces it."""
_COLOURS = {Colour.RED: "", Colour.GREEN: "\\C2", Colour.YELLOW: "\\C3"}
FONT = 16
"""Dots of the card's own font: Chinese 16 by 16, Latin 8 by 16."""
SCROLL_SPEED = 4
STAY = 10
BLINK_STAY = 1
"""Half seconds that each of the two pages of a blinking text stays: text, nothing."""


class Bx5k:
    """The sentences of a font card that shows one area over its whole panel of `width` by `height` pixels. `colours`: the
    panel has green and yellow too; on a panel that is only red a green text would be dark. `answers`: False for a cable
    without a way back."""

    chinese = True
    gap = 0.004

    def __init__(
        self, width: int = 128, height: int = 16, *, colours: bool = False, answers: bool = True
    ) -> None:
        if width < 8 or height < FONT:
            raise ValueError(f"width={width}, height={height}: a panel has 8 by {FONT} dots at least")
        self.width = width
        self.height = height
        self.answers = answers
        self._colours = colours
        self.columns = width // (FONT // 2)
        self.rows = height // FONT

    def parse(self, buffer: Buffer) -> Parse[Reply]:
        """Reads what comes from the line."""
        return parse_device(buffer)

    def encode(self, asked: Request) -> bytes:
        """The frame of a request."""
        return encode(asked)

    def reply_seconds(self, baud: int) -> float:
        """How long an answer may take: half a second at 57600, a second at 9600."""
        return 0.5 if baud >= 38400 else 1.0

    def ping(self, address: int) -> tuple[Request, ...]:
        """Ask whether the card is there."""
        return (request(Ping(), address),)

    def power(self, address: int, on: bool) -> tuple[Request, ...]:
        """Light or darken the panel."""
        return (request(Power(on), address),)

    def brightness(self, address: int, percent: int) -> tuple[Request, ...]:
        """Set the brightness; 0 % is the darkest step, not dark."""
        return (request(Brightness(round(min(max(percent, 0), 100) * 15 / 100)), address),)

    def show(self, address: int, message: Message, fresh: bool) -> tuple[Request, ...]:
        """Replace what is shown. `fresh`: nothing is known of the card, so its areas are cleared first."""
        text = [_said(line) for line in message.lines]
        effect, lines, speed, stay = Effect.STATIC, SINGLE_LINE, 0, STAY
        if message.scroll:
            effect, speed, text = Effect.LEFT, SCROLL_SPEED, ["  ".join(text)]
        elif message.blink:
            # The card has no blinking effect: a second, empty page follows the text at once.
            empty = [""] * (-len(text) % self.rows) + [" "] * self.rows
            effect, lines, stay, text = Effect.AT_ONCE, MULTI_LINE, BLINK_STAY, text + empty
        elif len(text) > 1:
            lines = MULTI_LINE
        area = Area(
            number=AREA,
            x=0,
            y=0,
            width=self.width // 8 if self.width % 8 == 0 else self.width | PIXELS,
            height=self.height,
            text=gbk((_COLOURS[message.colour] if self._colours else "") + "\\n".join(text)),
            alignment=CENTRED,
            lines=lines,
            effect=effect,
            speed=speed,
            stay=stay,
        )
        asked = Areas((area,), delete=None if fresh else ())
        return (request(asked, address, initialise=fresh),)

    def expects_answer(self, asked: Request) -> bool:
        """Whether somebody will answer: not to a broadcast."""
        return self.answers and asked.header.to != BROADCAST

    def accepts(self, asked: Request, said: Reply) -> bool:
        """True when `said` is the card's yes to `asked`, False when it is about something else.

        Raises:
            Unwilling: The card refused; the message names its error.
        """
        if said.header.to != asked.header.source or said.header.source != asked.header.to:
            return False
        match said.answer:
            case Done(Error.NONE):
                return True
            case Done(error) | Refused(error):
                raise Unwilling(f"screen {asked.header.to}: {_named(error)}")
            case OtherAnswer(0xA0, command, status):
                raise Unwilling(f"screen {asked.header.to}: A0 {command:02X}, {_named(status)}")
        return isinstance(asked.command, ReadState | Ping)

    def firmware(self, said: Reply) -> str:
        """What the answer tells of the card's make; nothing in this dialect does."""
        return ""


def _said(line: str) -> str:
    return line.replace("\\", "＼")


def _named(error: int) -> str:
    known = error in tuple(Error)
    return (
        f"error {error:02X} ({Error(error).name.lower().replace('_', ' ')})"
        if known
        else f"error {error:02X}"
    )
