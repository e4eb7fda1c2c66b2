"""An Alpha sign: the twin of drivers/wire/alpha.py. Sixteen rows of dots, so that its text can be read on a picture.

It remembers its memory map, TEXT, STRING and DOTS files, the run sequence, the priority message, clock and dimming, all
in memory with a battery: a power cut changes nothing, `E$` wipes everything. File A always exists. A write to a file
that is not allocated, or longer than it, is refused (but a DOTS picture): 15 where ACKs are on, silence otherwise; a
STRING that is too long is emptied, as a BetaBrite was seen to do. A read is answered with the command that would write it.
Inferred: what the error status register holds (bits as alphasignpy lists them), the size of the pool.

    sign.receive(data) -> bytes    sign.tick(seconds) -> bytes        the cable, time
    sign.power_off()  sign.power_on()                                 people
    sign.shown  sign.files  sign.draw()                               what they see
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.wire import alpha
from drivers.wire.alpha import (
    Check,
    Closed,
    Command,
    File,
    Response,
    Transmission,
    WriteDots,
    WriteString,
    WriteText,
)
from drivers.wire.reader import Reader
from simulators.dots import GREEN, RED, YELLOW, Panel, Rgb, width_of
from simulators.strips import Line, line, query_of

POOL = 0x7800
FILE_OVERHEAD, POOL_OVERHEAD = 13, 6
"""What a BetaBrite was measured to charge for each file and once (readerboard)."""
TURN_SECONDS = 4.0
"""How long each file of the run sequence is shown here."""
BLINK_SECONDS = 0.5
HALF_SECONDS = 1.0
"""The longest pause between two bytes of a frame (form 9708-8061)."""
NO_ERROR, ILLEGAL, OVERFLOW = 0x40, 0x60, 0x48
ALL_TYPES = {"Z", "?", "!"}
COLOURS: dict[int, Rgb] = {
    0x31: RED,
    0x32: GREEN,
    0x33: YELLOW,
    0x34: (120, 20, 10),
    0x35: (30, 120, 30),
    0x36: (130, 90, 30),
    0x37: (255, 140, 30),
    0x38: (255, 230, 60),
}
PIXELS: dict[int, Rgb] = {0x30 + number: COLOURS[0x30 + number] for number in range(1, 9)}
ARGUMENTS = {
    0x05: 1,
    0x06: 1,
    0x07: 1,
    0x08: 1,
    0x0B: 1,
    0x10: 1,
    0x14: 1,
    0x1A: 1,
    0x1B: 2,
    0x1C: 1,
    0x1D: 2,
    0x1E: 1,
}
"""How many bytes follow each control code in a text."""

Runs = list[tuple[str, Rgb]]
DEFAULT_MAP = (File("A", "A", False, "0400", "FFFF"),)


@dataclass(frozen=True, slots=True)
class Picture:
    """A DOTS picture called by a text."""

    dots: WriteDots


class Sign:
    """The sign at `number` with a panel of `width` by `height` dots. `type`: the code it answers to besides Z and ?;
    empty: to any."""

    kind = "sign"

    def __init__(
        self,
        number: int = 1,
        width: int = 128,
        height: int = 16,
        *,
        type: str = "",
        now: datetime = datetime(2099, 3, 2, 9),
    ) -> None:
        self.number = number
        self.width = width
        self.height = height
        self.type = type
        self.powered = True
        self.acks = False
        self.speaker = False
        self.hours24 = False
        self.dimming = 0
        self.sounds: list[str] = []
        self.map: tuple[File, ...] = DEFAULT_MAP
        self.files: dict[tuple[str, str], WriteText | WriteString | WriteDots] = {}
        """What was written, by kind (A TEXT, B STRING, D DOTS) and label."""
        self.priority: WriteText | None = None
        self.sequence = alpha.RunSequence("A")
        self.weekday = 2
        self.clock = now
        self.error = NO_ERROR
        self._seconds = 0.0
        self._silent = 0.0
        self._line: Reader[Transmission] = Reader(alpha.parse_host)

    # -- what a person sees -------------------------------------------------------------------------------------

    @property
    def shown(self) -> str:
        """The text on the sign now, without control codes."""
        return (
            "\n".join("".join(text for text, _ in runs) for runs in self._lines()[0]) if self.powered else ""
        )

    @property
    def garbled(self) -> int:
        """Stretches of bytes that made no sense to the sign."""
        return self._line.garbled

    def _on_show(self) -> WriteText | None:
        if self.priority is not None:
            return self.priority
        written = [self.files.get(("A", label)) for label in self.sequence.labels]
        texts = [file for file in written if isinstance(file, WriteText)]
        return texts[int(self._seconds / TURN_SECONDS) % len(texts)] if texts else None

    def _lines(self) -> tuple[list[Runs], list[Picture]]:
        file = self._on_show()
        lines: list[Runs] = [[]]
        pictures: list[Picture] = []
        if file is not None:
            self._read(file.text, lines, pictures, RED, 0)
        return [line for line in lines if line or len(lines) > 1], pictures

    def _read(self, text: bytes, lines: list[Runs], pictures: list[Picture], colour: Rgb, depth: int) -> Rgb:
        at = 0
        while at < len(text):
            code = text[at]
            value = text[at + 1 : at + 1 + ARGUMENTS.get(code, 0)]
            at += 1 + len(value)
            if code >= 0x20:
                lines[-1].append((bytes([code]).decode("latin-1"), colour))
            elif code in (0x0A, 0x0C, 0x0D):
                lines.append([])
            elif code == 0x13:
                lines[-1].append((f"{self.clock:%H:%M}" if self.hours24 else f"{self.clock:%I:%M}", colour))
            elif code == 0x1C and value:
                colour = COLOURS.get(value[0], RED)
            elif code in (0x10, 0x14) and value and depth < 4:
                called = self.files.get(("B" if code == 0x10 else "D", value.decode("latin-1")))
                if isinstance(called, WriteString):
                    colour = self._read(called.text, lines, pictures, colour, depth + 1)
                elif isinstance(called, WriteDots):
                    pictures.append(Picture(called))
        return colour

    def draw(self) -> bytes:
        """The sign as it is this moment, as a PNG."""
        panel = Panel(self.width, self.height)
        file = self._on_show() if self.powered else None
        dark = file is not None and file.mode == alpha.FLASH and int(self._seconds / BLINK_SECONDS) % 2
        if file is not None and not dark:
            lines, pictures = self._lines()
            size = 16 if len(lines) * 16 <= self.height else 8
            offset = 0
            if file.mode == alpha.ROTATE:
                long = max((sum(width_of(text, size) for text, _ in runs) for runs in lines), default=0)
                offset = int(self._seconds * 40) % (self.width + long) - self.width
            panel.text(
                0, 0, self.width, self.height, lines, size=size, across=0.0 if offset else 0.5, offset=offset
            )
            for picture in pictures:
                for y, row in enumerate(picture.dots.pixels.split(b"\r")):
                    for x, pixel in enumerate(row):
                        if pixel in PIXELS:
                            panel.dot(x, y, PIXELS[pixel])
        return panel.png(alpha.LEVELS[self.dimming] / 100)

    # -- the cable ----------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; what the sign answers at once comes back."""
        if not self.powered:
            return b""
        self._silent = 0.0
        return b"".join(self._hear(told) for told in self._line.feed(data))

    def _hear(self, told: Transmission) -> bytes:
        if not self._meant(told):
            return b""
        answer = b""
        accepted = True
        for each in told.commands:
            reply = self._answer(each.command)
            if reply is not None:
                answer += alpha.encode(Response((Closed(reply, Check.SUM),)))
            else:
                accepted = self._do(each.command) and accepted
        if not self.acks or answer:
            return answer
        return alpha.encode(alpha.Ack() if accepted else alpha.Nak())

    def _meant(self, told: Transmission) -> bool:
        if self.type and told.type not in ALL_TYPES and told.type != self.type:
            return False
        own = f"{self.number:02X}"
        return told.address == alpha.EVERYONE or all(
            asked in ("?", digit) for asked, digit in zip(told.address.upper(), own, strict=True)
        )

    def _do(self, command: Command) -> bool:
        match command:
            case WriteText(alpha.PRIORITY, text, position):
                self.priority = command if position or text else None
                return True
            case WriteText(label, text):
                return self._write(label, "A", command, len(text))
            case WriteString(label, text):
                return self._write(label, "B", command, len(text))
            case WriteDots(label):
                return self._write(label, "D", command, 0)
            case alpha.MemoryMap(files):
                self.map = files or DEFAULT_MAP
                self.files.clear()
                self.priority = None
            case alpha.RunSequence():
                self.sequence = command
                self._seconds = 0.0
            case alpha.SetClock(hour, minute):
                self.clock = self.clock.replace(hour=hour % 24, minute=minute % 60, second=0)
            case alpha.SetWeekday(day):
                self.weekday = day
            case alpha.SetClockForm(hours24):
                self.hours24 = hours24
            case alpha.SetDate(month, day, year):
                try:
                    self.clock = self.clock.replace(year=2000 + year, month=month, day=day)
                except ValueError:
                    self.error = ILLEGAL
                    return False
            case alpha.Dim(level):
                self.dimming = min(level, len(alpha.LEVELS) - 1)
            case alpha.SoftReset():
                self._seconds = 0.0
            case alpha.Tone(sound):
                self.sounds.append(sound)
            case alpha.Speaker(on):
                self.speaker = on
            case alpha.Acks(on):
                self.acks = on
            case _:
                self.error = ILLEGAL
                return False
        return True

    def _write(self, label: str, kind: str, command: WriteText | WriteString | WriteDots, size: int) -> bool:
        entry = next((each for each in self.map if each.label == label and each.kind == kind), None)
        if entry is None:
            # pyalphasign draws pictures without allocating them, so a sign must take those.
            if kind != "D" and (kind, label) != ("A", "A"):
                self.error = ILLEGAL
                return False
        elif size > int(entry.size, 16):
            self.error = OVERFLOW
            if isinstance(command, WriteString):
                self.files[kind, label] = WriteString(label)
            return False
        self.files[kind, label] = command
        self._seconds = 0.0
        return True

    def _answer(self, command: Command) -> Command | None:
        match command:
            case alpha.ReadText(label):
                file = self.priority if label == alpha.PRIORITY else self.files.get(("A", label))
                return file if isinstance(file, WriteText) else WriteText(label)
            case alpha.ReadString(label):
                file = self.files.get(("B", label))
                return file if isinstance(file, WriteString) else WriteString(label)
            case alpha.ReadDots(label):
                file = self.files.get(("D", label))
                return file if isinstance(file, WriteDots) else WriteDots(label, "0000", b"")
            case alpha.ReadSpecial(label):
                return self._special(label)
        return None

    def _special(self, label: str) -> Command | None:
        clock = self.clock
        match label:
            case '"':
                form = "M" if self.hours24 else "S"
                return alpha.GeneralInformation(
                    "TIDEHALL", "A", "0399", f"{clock:%H%M}", form, self.speaker, POOL, self._free()
                )
            case "#":
                return alpha.Other(b"E#%04X,%04X" % (POOL, self._free()))
            case "$":
                return alpha.MemoryMap(self.map)
            case ".":
                return self.sequence
            case " ":
                return alpha.SetClock(clock.hour, clock.minute)
            case "!":
                return alpha.Speaker(self.speaker)
            case "&":
                return alpha.SetWeekday(self.weekday)
            case "'":
                return alpha.SetClockForm(self.hours24)
            case ";":
                return alpha.SetDate(clock.month, clock.day, clock.year % 100)
            case "*":
                status, self.error = self.error, NO_ERROR
                return alpha.Other(b"E*" + bytes([status]))
        return None

    def _free(self) -> int:
        used = sum(int(each.size, 16) + FILE_OVERHEAD for each in self.map if each.kind != "D")
        return max(0, POOL - POOL_OVERHEAD - used)

    # -- time and people ----------------------------------------------------------------------------------------

    def tick(self, seconds: float) -> bytes:
        """`seconds` pass. A sign never speaks unasked."""
        self.clock += timedelta(seconds=seconds)
        self._seconds += seconds
        self._silent += seconds
        if self._line.held and self._silent > HALF_SECONDS:
            self._line.reset()
        return b""

    def power_off(self) -> None:
        """The mains plug is pulled: dark and deaf; the battery keeps the files, not the ACK setting."""
        self.powered = False
        self.acks = False
        self._line.reset()

    def power_on(self) -> None:
        """The plug is back."""
        self.powered = True


def _own_type(query: dict[str, str]) -> str:
    asked = query.get("sign_type", "")
    return "" if asked in ALL_TYPES else asked


def device(url: str) -> Line:
    """Signs for a device URL: `address=` or `addresses=1-4`, `width=` and `height=` in dots, `sign_type=` their
    code."""
    query = query_of(url)
    width, height = int(query.get("width", 128)), int(query.get("height", 16))
    return line(url, lambda number: Sign(number, width, height, type=_own_type(query)))
