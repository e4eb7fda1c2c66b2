"""Alpha: Adaptive's sign protocol (Alpha, BetaBrite), form 9708-8061. 1200 to 9600 baud, 8N1 or 7E1; often one-way.

    00 00 00 00 00 | 01 | type | address | 02 | command | 03 c c c c | 04
    └ the sign       │    │      │         │    │         │            └ end
      finds the      │    │      │         │    │         └ optional: sum from 02 to 03, four hex characters;
      speed by them  │    │      │         │    │           03 may also stand alone, before another command
                     │    │      │         └ several commands may follow each other, each from its own 02 on
                     │    │      └ two hex characters, 00 everyone, ? any digit
                     │    └ Z all, ^ BetaBrite, 1 one-line, 2 two-line ...; 0 is a sign that answers
                     └ start

    host  00×5 01 5A 30 30 02 41 41 1B 20 62 48 49 04     TEXT file A: middle line, hold, "HI"
    sign  06 or 15                                         done, refused: only while ACKs are switched on
    sign  00×20 01 30 30 30 02 45 22 ... 03 c c c c 04      answers a read with the command that would write it

For: every command of the table as a value, any other as `Other`; what the hall says to a sign (`Alpha`). Not for: the
printable two- and three-byte forms, Chinese (the signs have no such glyphs), pictures made from text.
What goes wrong: a file must be allocated (`MemoryMap`, which wipes all others) before it is written; only A and the
priority file 0 always exist. `A0` alone gives the screen back, `A0` with a mode and no text darkens it. An ACK names
nobody and nothing, so one question at a time. Text never holds bytes below 05: they would be frame marks.
Sources: three open programs (readerboard, alphasignpy, pyalphasign) that agree with each other and with the form.
"""

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum

from drivers.errors import Unwilling
from drivers.media import Colour, Message
from drivers.wire.reader import Broken, Buffer, Parse, Wire

NUL, SOH, STX, ETX, EOT, ACK, NAK, ESC = 0x00, 0x01, 0x02, 0x03, 0x04, 0x06, 0x15, 0x1B
MARKS = bytes([STX, ETX, EOT])
NULS = 5
REPLY_NULS = 20
MOST_NULS = 64
"""More leading NULs are read, and written again as so many."""
EVERYONE = "00"
ALL_SIGNS, BETABRITE, RESPONSE = "Z", "^", "0"
PRIORITY = "0"
FILE_BYTES = 125
"""A STRING file, and the priority file, hold so many bytes."""

HOLD, FLASH, ROTATE, SPECIAL = "b", "c", "a", "n"
MIDDLE, FILL = " ", "0"
LEVELS = (100, 86, 72, 58, 44)
"""Percent of brightness of the dimming levels 0 to 4."""


class Check(Enum):
    """How a command is closed: not at all, by 03, or by 03 and its sum."""

    NONE = 0
    ETX = 1
    SUM = 2


# -- commands: the host says them, and a sign answers a read with the one that would write it ---------------------


@dataclass(frozen=True, slots=True)
class WriteText:
    """`A`: a TEXT file. `mode` is one character, or `n` and one of the specials; without `position` and `mode` the
    text alone (for the priority file "0": nothing, which gives the screen back)."""

    label: str
    text: bytes = b""
    position: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class ReadText:
    """`B`."""

    label: str


@dataclass(frozen=True, slots=True)
class WriteString:
    """`G`: a STRING file, which a TEXT shows with 10 and the label, and which changes without blanking."""

    label: str
    text: bytes = b""


@dataclass(frozen=True, slots=True)
class ReadString:
    """`H`."""

    label: str


@dataclass(frozen=True, slots=True)
class WriteDots:
    """`I`: a small picture. `size` is two hex digits of rows and two of columns; `pixels` are characters 0 to 8, each
    row ended by 0D."""

    label: str
    size: str
    pixels: bytes

    @property
    def rows(self) -> int:
        """Height in dots."""
        return int(self.size, 16) >> 8

    @property
    def columns(self) -> int:
        """Width in dots."""
        return int(self.size, 16) & 0xFF


@dataclass(frozen=True, slots=True)
class ReadDots:
    """`J`."""

    label: str


@dataclass(frozen=True, slots=True)
class File:
    """One entry of the memory map. `kind` A TEXT, B STRING (always locked), D DOTS; `size` four hex digits: bytes, or
    rows and columns; `extra`: start and stop time of a TEXT (FFFF always), 0000, or colours 1000, 2000, 4000."""

    label: str
    kind: str
    locked: bool
    size: str
    extra: str


@dataclass(frozen=True, slots=True)
class MemoryMap:
    """`E$`: allocate these files and wipe everything; without any, only wipe."""

    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSequence:
    """`E.`: show these TEXT files. `order` T by their times, S as they stand, D delete when over."""

    labels: str
    order: str = "S"
    locked: bool = False


@dataclass(frozen=True, slots=True)
class SetClock:
    """`E `: the time of day, 24 hours."""

    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class SetWeekday:
    """`E&`: 1 Sunday to 7 Saturday."""

    day: int


@dataclass(frozen=True, slots=True)
class SetClockForm:
    """`E'`: 24 hours (M) or 12 (S)."""

    hours24: bool


@dataclass(frozen=True, slots=True)
class SetDate:
    """`E;`: a date with the last two digits of its year."""

    month: int
    day: int
    year: int


@dataclass(frozen=True, slots=True)
class Dim:
    """`E/`: brightness level 0 (100 %) to 4 (44 %, see LEVELS); `mode` 0 for always."""

    level: int
    mode: int = 0


@dataclass(frozen=True, slots=True)
class SoftReset:
    """`E,`: start anew; memory is kept."""


@dataclass(frozen=True, slots=True)
class Tone:
    """`E(`: `0` a long tone, `1` three beeps, `2` with frequency, duration and repeats as hex digits."""

    sound: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """`E!`."""

    on: bool


@dataclass(frozen=True, slots=True)
class Acks:
    """`Es`: answer every frame with 06 or 15, or no longer."""

    on: bool


@dataclass(frozen=True, slots=True)
class ReadSpecial:
    """`F`: ask for a special function's value; `"` is general information."""

    label: str


@dataclass(frozen=True, slots=True)
class GeneralInformation:
    """`E"`, said by a sign only. `released` MMYY, `clock` HHMM, `form` S or M, pools in bytes."""

    firmware: str
    revision: str
    released: str
    clock: str
    form: str
    speaker: bool
    pool: int
    free: int


@dataclass(frozen=True, slots=True)
class Other:
    """A command whose meaning is not known here, or whose data does not read as it should."""

    payload: bytes


Command = (
    WriteText
    | ReadText
    | WriteString
    | ReadString
    | WriteDots
    | ReadDots
    | MemoryMap
    | RunSequence
    | SetClock
    | SetWeekday
    | SetClockForm
    | SetDate
    | Dim
    | SoftReset
    | Tone
    | Speaker
    | Acks
    | ReadSpecial
    | GeneralInformation
    | Other
)


@dataclass(frozen=True, slots=True)
class Closed:
    """A command and how it is closed."""

    command: Command
    check: Check = Check.NONE


# -- frames -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Transmission:
    """The host says to the signs of `type` at `address`."""

    commands: tuple[Closed, ...]
    type: str = ALL_SIGNS
    address: str = EVERYONE
    nuls: int = NULS


@dataclass(frozen=True, slots=True)
class Response:
    """A sign says, in answer to a read. Its `address` is 00 whatever the sign's own."""

    commands: tuple[Closed, ...]
    address: str = EVERYONE
    nuls: int = REPLY_NULS


@dataclass(frozen=True, slots=True)
class Ack:
    """A sign says: done."""


@dataclass(frozen=True, slots=True)
class Nak:
    """A sign says: not done; its error status register (`F*`) knows why."""


HostMessage = Transmission
SignMessage = Response | Ack | Nak


# -- bytes ------------------------------------------------------------------------------------------------------


def encode(message: HostMessage | SignMessage) -> bytes:
    """The frame; ValueError when a value does not fit its characters."""
    match message:
        case Ack():
            return bytes([ACK])
        case Nak():
            return bytes([NAK])
        case Transmission(commands, kind, address, nuls):
            return _frame(nuls, kind, address, commands)
        case Response(commands, address, nuls):
            return _frame(nuls, RESPONSE, address, commands)


def _frame(nuls: int, kind: str, address: str, commands: tuple[Closed, ...]) -> bytes:
    head = bytes(nuls) + bytes([SOH]) + _latin(kind, 1) + _latin(address, 2)
    return head + b"".join(_closed(each) for each in commands) + bytes([EOT])


def _closed(each: Closed) -> bytes:
    block = bytes([STX]) + payload(each.command)
    if each.check is Check.NONE:
        return block
    block += bytes([ETX])
    return block if each.check is Check.ETX else block + b"%04X" % (sum(block) & 0xFFFF)


def _latin(text: str, size: int) -> bytes:
    if len(text) != size:
        raise ValueError(f"{text!r} has {len(text)} characters, expected {size}")
    return text.encode("latin-1")


def payload(command: Command) -> bytes:
    """A command without its frame."""
    match command:
        case WriteText(label, text, position, mode):
            look = bytes([ESC]) + _latin(position, 1) + mode.encode("latin-1") if position or mode else b""
            return b"A" + _latin(label, 1) + look + text
        case ReadText(label):
            return b"B" + _latin(label, 1)
        case WriteString(label, text):
            return b"G" + _latin(label, 1) + text
        case ReadString(label):
            return b"H" + _latin(label, 1)
        case WriteDots(label, size, pixels):
            return b"I" + _latin(label, 1) + _latin(size, 4) + pixels
        case ReadDots(label):
            return b"J" + _latin(label, 1)
        case MemoryMap(files):
            return b"E$" + b"".join(map(_entry, files))
        case RunSequence(labels, order, locked):
            return b"E." + _latin(order, 1) + (b"L" if locked else b"U") + labels.encode("latin-1")
        case SetClock(hour, minute):
            return b"E %02d%02d" % (hour, minute)
        case SetWeekday(day):
            return b"E&%d" % day
        case SetClockForm(hours24):
            return b"E'M" if hours24 else b"E'S"
        case SetDate(month, day, year):
            return b"E;%02d%02d%02d" % (month, day, year)
        case Dim(level, mode):
            return b"E/%02X%02d" % (mode, level)
        case SoftReset():
            return b"E,"
        case Tone(sound):
            return b"E(" + sound.encode("latin-1")
        case Speaker(on):
            return b"E!00" if on else b"E!FF"
        case Acks(on):
            return b"Es1" if on else b"Es0"
        case ReadSpecial(label):
            return b"F" + label.encode("latin-1")
        case GeneralInformation():
            told = command.firmware + command.revision + command.released + command.clock + command.form
            pools = f"{'00' if command.speaker else 'FF'}{command.pool:04X},{command.free:04X}"
            return b'E"' + (told + pools).encode("latin-1")
        case Other(data):
            return data


def _entry(file: File) -> bytes:
    lock = b"L" if file.locked else b"U"
    return _latin(file.label, 1) + _latin(file.kind, 1) + lock + _latin(file.size, 4) + _latin(file.extra, 4)


# -- reading ----------------------------------------------------------------------------------------------------


def parse_host(buffer: Buffer) -> Parse[HostMessage]:
    """What a sign hears."""
    yield from buffer.skip_to_any(bytes([NUL, SOH]))
    nuls, kind, address, commands = yield from _read_frame(buffer)
    if kind == RESPONSE:
        raise Broken("type 0: a sign speaks, not the host")
    return Transmission(commands, kind, address, nuls)


def parse_device(buffer: Buffer) -> Parse[SignMessage]:
    """What the host hears."""
    yield from buffer.skip_to_any(bytes([NUL, SOH, ACK, NAK]))
    first = yield from buffer.peek()
    if first in (ACK, NAK):
        yield from buffer.exactly(1)
        return Ack() if first == ACK else Nak()
    nuls, kind, address, commands = yield from _read_frame(buffer)
    if kind != RESPONSE:
        raise Broken(f"type {kind!r}: the host speaks, not a sign")
    return Response(commands, address, nuls)


def _read_frame(buffer: Buffer) -> Generator[None, None, tuple[int, str, str, tuple[Closed, ...]]]:
    nuls = min((yield from buffer.run_of(NUL)), MOST_NULS)
    if (yield from buffer.exactly(1))[0] != SOH:
        raise Broken(f"no 01 behind {nuls} NULs")
    head = (yield from buffer.exactly(3)).decode("latin-1")
    if not all("!" <= each <= "~" for each in head):
        raise Broken(f"{head!r} is no type and address")
    commands: list[Closed] = []
    mark = (yield from buffer.exactly(1))[0]
    while mark == STX:
        data = yield from _until_mark(buffer)
        mark = (yield from buffer.exactly(1))[0]
        check = Check.NONE
        if mark == ETX:
            check = Check.ETX
            if (yield from buffer.peek()) not in MARKS:
                stated = yield from buffer.exactly(4)
                expected = b"%04X" % ((STX + sum(data) + ETX) & 0xFFFF)
                if stated != expected:
                    raise Broken(f"sum {stated!r}, expected {expected!r}")
                check = Check.SUM
            mark = (yield from buffer.exactly(1))[0]
        commands.append(Closed(read_payload(data), check))
    if mark != EOT or not commands:
        raise Broken(f"{mark:02X}, expected 02 and a command, then 04")
    return nuls, head[0], head[1:], tuple(commands)


def _until_mark(buffer: Buffer) -> Generator[None, None, bytes]:
    data = bytearray()
    while (byte := (yield from buffer.peek())) not in MARKS:
        if byte in (NUL, SOH):
            raise Broken(f"{byte:02X} inside a command: another frame begins")
        data += yield from buffer.exactly(1)
    return bytes(data)


def read_payload(data: bytes) -> Command:
    """The command in `data`; what does not read as it should stays whole."""
    try:
        command = _known(data[:1], data[1:].decode("latin-1"), data[1:])
        if command is not None and payload(command) == data:
            return command
    except (ValueError, IndexError):
        pass
    return Other(data)


def _known(code: bytes, text: str, data: bytes) -> Command | None:
    match code:
        case b"A":
            if data[1:2] == bytes([ESC]):
                size = 2 if text[3] == SPECIAL else 1
                return WriteText(text[0], data[3 + size :], text[2], text[3 : 3 + size])
            return WriteText(text[0], data[1:])
        case b"B":
            return ReadText(text)
        case b"G":
            return WriteString(text[0], data[1:])
        case b"H":
            return ReadString(text)
        case b"I":
            int(text[1:5], 16)
            return WriteDots(text[0], text[1:5], data[5:])
        case b"J":
            return ReadDots(text)
        case b"F":
            return ReadSpecial(text)
        case b"E":
            return _special(text[0], text[1:])
    return None


def _special(label: str, text: str) -> Command | None:
    match label:
        case " ":
            return SetClock(int(text[:2]), int(text[2:]))
        case "!":
            return Speaker(text == "00")
        case '"':
            return _information(text)
        case "$":
            entries = [text[at : at + 11] for at in range(0, len(text), 11)]
            return MemoryMap(tuple(File(e[0], e[1], e[2] == "L", e[3:7], e[7:]) for e in entries))
        case "&":
            return SetWeekday(int(text))
        case "'":
            return SetClockForm(text == "M")
        case "(":
            return Tone(text)
        case ",":
            return SoftReset()
        case ".":
            return RunSequence(text[2:], text[0], text[1] == "L")
        case "/":
            return Dim(int(text[2:]), int(text[:2], 16))
        case ";":
            return SetDate(int(text[:2]), int(text[2:4]), int(text[4:]))
        case "s":
            return Acks(text == "1")
    return None


def _information(text: str) -> GeneralInformation:
    head, free = text.rsplit(",", 1)
    # The revision letter may be missing: what stands before and behind it has a fixed length.
    return GeneralInformation(
        firmware=head[:8],
        revision=head[8:-15],
        released=head[-15:-11],
        clock=head[-11:-7],
        form=head[-7],
        speaker=head[-6:-4] == "00",
        pool=int(head[-4:], 16),
        free=int(free, 16),
    )


WIRE = Wire(parse_host, parse_device, encode)

# -- what the hall says to a sign -------------------------------------------------------------------------------

FILE = "A"
_COLOURS = {Colour.RED: b"\x1c1", Colour.GREEN: b"\x1c2", Colour.YELLOW: b"\x1c8"}
_ALIKE = str.maketrans({"→": ">", "＞": ">", "：": ":", "，": ",", "—": "-", "·": "."})


class Alpha:
    """The sentences of a sign that shows TEXT file A. Most signs answer nothing; with `acks` each frame is answered
    by 06 or 15 (Alpha 2.0 and later) and the sign is asked for its general information now and then. A BetaBrite
    holds 13 characters on its one line."""

    chinese = False
    gap = 0.25
    """Seconds between frames: a BetaBrite took six in a row at 0.25 and not always at 0.1 (readerboard)."""

    def __init__(
        self, sign_type: str = ALL_SIGNS, *, acks: bool = False, columns: int = 13, rows: int = 1
    ) -> None:
        if len(sign_type) != 1 or not "!" <= sign_type <= "~" or sign_type == RESPONSE:
            raise ValueError(f"sign_type={sign_type}: expected one character, as in Z (all) or ^ (BetaBrite)")
        if columns < 1 or rows < 1:
            raise ValueError(f"columns={columns}, rows={rows}: expected 1 at least")
        self._type = sign_type
        self.answers = acks
        self.columns = columns
        self.rows = rows

    def parse(self, buffer: Buffer) -> Parse[SignMessage]:
        """Reads what comes from the line."""
        return parse_device(buffer)

    def encode(self, asked: Transmission) -> bytes:
        """The frame of a request."""
        return encode(asked)

    def reply_seconds(self, baud: int) -> float:
        """How long an answer may take: it comes after the frame is stored; 2 s is what alphasignpy waits."""
        return 2.0

    def ping(self, address: int) -> tuple[Transmission, ...]:
        """Ask for general information."""
        return self._told(address, ReadSpecial('"'))

    def power(self, address: int, on: bool) -> tuple[Transmission, ...]:
        """Darken the sign by an empty priority message, or give it back: there is no switch."""
        return self._told(address, _release() if on else WriteText(PRIORITY, b"", MIDDLE, HOLD))

    def brightness(self, address: int, percent: int) -> tuple[Transmission, ...]:
        """Set the nearest of the five levels; the darkest is 44 %."""
        level = min(range(len(LEVELS)), key=lambda each: abs(LEVELS[each] - percent))
        return self._told(address, Dim(level))

    def show(self, address: int, message: Message, fresh: bool) -> tuple[Transmission, ...]:
        """Write file A, which always exists. `fresh`: first end a priority message and show A alone."""
        mode = ROTATE if message.scroll else FLASH if message.blink else HOLD
        text = _COLOURS[message.colour] + b"\r".join(_ascii(line) for line in message.lines)
        position = FILL if len(message.lines) > 1 else MIDDLE
        write = WriteText(FILE, text, position, mode)
        if not fresh:
            return self._told(address, write)
        first: tuple[Command, ...] = (Acks(True),) if self.answers else ()
        return self._told(address, *first, _release(), RunSequence(FILE), write)

    def _told(self, address: int, *commands: Command) -> tuple[Transmission, ...]:
        return tuple(
            Transmission((Closed(command, Check.SUM),), self._type, f"{address:02X}") for command in commands
        )

    def expects_answer(self, asked: Transmission) -> bool:
        """Whether somebody will answer."""
        return self.answers and asked.address != EVERYONE

    def accepts(self, asked: Transmission, said: SignMessage) -> bool:
        """True when `said` is the sign's yes to `asked`, False when it is about something else.

        Raises:
            Unwilling: The sign refused the frame.
        """
        if isinstance(asked.commands[0].command, ReadSpecial):
            return isinstance(said, Response)
        if isinstance(said, Nak):
            raise Unwilling(f"sign {asked.address}: NAK")
        return isinstance(said, Ack)

    def firmware(self, said: SignMessage) -> str:
        """What the answer tells of the sign's make."""
        if isinstance(said, Response):
            for each in said.commands:
                if isinstance(each.command, GeneralInformation):
                    return each.command.firmware + each.command.revision
        return ""


def _release() -> WriteText:
    return WriteText(PRIORITY)


def _ascii(line: str) -> bytes:
    plain = "".join(each for each in line.translate(_ALIKE) if " " <= each != "\x7f")
    return plain.encode("ascii", "replace")
