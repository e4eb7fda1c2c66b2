"""A BX-5K font card with its panel: the twin of drivers/wire/bx5k.py.

It remembers dynamic areas (in memory: lost with the power and by a reset), whether the panel is lit, brightness, clock,
timed power and the names of stored files (kept). It refuses what it does not know with the SDK's error numbers, and
anything at all when told so by the back door. A frame with a wrong check gets no answer, nor does a broadcast.
Inferred, not seen: the refusal frame, the group of the state reply, the number of areas a card holds.

    card.receive(data) -> bytes    card.tick(seconds) -> bytes        the cable, time
    card.power_off()  card.power_on()  card.refuse(Error.BUSY, 3)     people
    card.shown  card.areas  card.draw()                               what they see
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.wire import bx5k
from drivers.wire.bx5k import Area, Areas, Effect, Error, Reply, Request, Run, encode
from drivers.wire.gbk import ungbk
from drivers.wire.reader import Reader
from simulators.dots import GREEN, RED, YELLOW, Panel, Rgb, width_of
from simulators.dots import Run as Coloured
from simulators.strips import Line, line, query_of

AREAS = 16
"""Areas that fit the card's memory; the real number is not published."""
RESTART_SECONDS = 2.0
HALF_SECONDS = 0.1
"""A frame whose next byte does not come within this time is given up."""
SCROLL_DOTS = 40
"""Dots a second at speed 0; each step of speed takes 2 off."""
FONT = 16
GROUPS = {0xA1, 0xA2, 0xA3, 0xA4}
SET_ADDRESSES = {(0xA4, 0x05), (0xA4, 0x06)}
CODES = re.compile(r"\\n|\r\n|\n|\r|\\C[1-7]|\\F[OE]\d{3}|\\D[HMS]")
COLOURS: dict[str, Rgb] = {"1": RED, "2": GREEN, "3": YELLOW}

TextLine = list[Coloured]


@dataclass(slots=True)
class Shown:
    """An area and how long it has been there."""

    area: Area
    seconds: float = 0.0


class Card:
    """Screen number `number` with a panel of `width` by `height` dots. `now` is what its clock says at power-on."""

    kind = "sign"

    def __init__(
        self, number: int = 1, width: int = 128, height: int = 16, now: datetime = datetime(2099, 3, 2, 9)
    ) -> None:
        self.number = number
        self.width = width
        self.height = height
        self.type = 0x51
        self.powered = True
        self.lit = True
        self.brightness = 15
        self.half_hours: tuple[int, ...] = ()
        self.spans: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
        self.locked: bytes | None = None
        self.files: dict[bytes, bytearray] = {}
        self.spoken: list[str] = []
        self.clock = now
        self._shown: dict[int, Shown] = {}
        self._refusals: list[Error] = []
        self._restarting = 0.0
        self._silent = 0.0
        self._line: Reader[Request] = Reader(bx5k.parse_host)

    # -- what a person sees -------------------------------------------------------------------------------------

    @property
    def areas(self) -> dict[int, Area]:
        """The dynamic areas by number."""
        return {number: shown.area for number, shown in sorted(self._shown.items())}

    @property
    def shown(self) -> str:
        """The text on the panel, without its codes, area after area; nothing when the panel is dark."""
        if not (self.powered and self.lit):
            return ""
        lines = [line for shown in self._shown.values() for line in self._lines(shown.area)]
        texts = ["".join(text for text, _ in line) for line in lines]
        return "\n".join(text for text in texts if text.strip())

    @property
    def garbled(self) -> int:
        """Stretches of bytes that made no sense to the card."""
        return self._line.garbled

    def draw(self) -> bytes:
        """The panel as it is this moment, as a PNG."""
        panel = Panel(self.width, self.height)
        if self.powered and self.lit and not self._restarting:
            for shown in self._shown.values():
                self._draw_area(panel, shown)
        return panel.png(self.brightness / 15)

    def _draw_area(self, panel: Panel, shown: Shown) -> None:
        area = shown.area
        lines = self._lines(area)
        x, width, height = _pixels(area.x), _pixels(area.width), area.height
        rows = 1 if area.lines == bx5k.SINGLE_LINE else max(1, height // FONT)
        pages = [lines[at : at + rows] for at in range(0, len(lines), rows)] or [[]]
        page = int(shown.seconds / (area.stay * 0.5)) % len(pages) if area.stay and len(pages) > 1 else 0
        offset = 0
        if area.effect in (Effect.LEFT, Effect.RIGHT):
            long = max((sum(width_of(text) for text, _ in line) for line in pages[page]), default=0)
            way = int(shown.seconds * max(4, SCROLL_DOTS - 2 * area.speed)) % max(1, width + long)
            offset = way - width if area.effect == Effect.LEFT else long - way
        aligned = area.alignment if not offset else area.alignment & ~3
        across = {0: 0.0, 1: 1.0}.get(aligned & 3, 0.5)
        down = {0: 0.0, 1: 1.0}.get(aligned >> 2 & 3, 0.5)
        panel.text(x, area.y, width, height, pages[page], across=across, down=down, offset=offset)

    def _lines(self, area: Area) -> list[TextLine]:
        lines: list[TextLine] = [[]]
        colour, at, text = RED, 0, ungbk(area.text)
        for found in [*CODES.finditer(text), None]:
            plain = text[at : found.start() if found else None]
            if plain:
                lines[-1].append((plain, colour))
            if found is None:
                break
            at = found.end()
            match found[0][:2]:
                case "\\C":
                    colour = COLOURS.get(found[0][2], RED)
                case "\\D":
                    lines[-1].append((self._clock_part(found[0][2]), colour))
                case "\\F":
                    pass
                case _:
                    lines.append([])
        return lines

    def _clock_part(self, code: str) -> str:
        part = {"H": self.clock.hour, "M": self.clock.minute, "S": self.clock.second}[code]
        return f"{part:02}" + {"H": "时", "M": "分", "S": "秒"}[code]

    # -- the cable ----------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; what the card answers at once comes back."""
        if not self.powered or self._restarting:
            return b""
        self._silent = 0.0
        return b"".join(self._hear(asked) for asked in self._line.feed(data))

    def _hear(self, asked: Request) -> bytes:
        if asked.header.to not in (self.number, bx5k.BROADCAST):
            return b""
        answer = self._refusal() or self._do(asked)
        if asked.header.to == bx5k.BROADCAST or asked.reply == 2:
            return b""
        header = bx5k.Header(
            to=asked.header.source, source=self.number, type=asked.header.type, check=asked.header.check
        )
        return encode(Reply(answer, header))

    def _refusal(self) -> bx5k.Refused | None:
        return bx5k.Refused(self._refusals.pop(0)) if self._refusals else None

    def _do(self, asked: Request) -> bx5k.Answer:
        command = asked.command
        match command:
            case bx5k.Ping():
                pass
            case bx5k.ReadState():
                return self._state()
            case bx5k.Reset():
                self._shown.clear()
                self._restarting = RESTART_SECONDS
            case bx5k.SetTime(clock):
                return self._set_time(clock)
            case bx5k.Power(on):
                self.lit = on
            case bx5k.TimedPower(spans):
                self.spans = spans
            case bx5k.CancelTimedPower():
                self.spans = ()
            case bx5k.Brightness(level, half_hours):
                if level > 15:
                    return bx5k.Refused(Error.COMMAND)
                self.brightness, self.half_hours = level, half_hours
            case bx5k.LockProgram(_, lock, name):
                self.locked = name if lock else None
            case bx5k.ClearScreen():
                self._shown.clear()
            case Areas():
                return self._show(command, initialise=asked.reserved[0] == 1)
            case bx5k.Other(group, number):
                if (group, number) in SET_ADDRESSES:
                    return bx5k.Done()
                return bx5k.Refused(Error.COMMAND if group in GROUPS else Error.GROUP)
            case _:
                return self._file(command)
        return bx5k.Done()

    def _set_time(self, clock: bx5k.Clock) -> bx5k.Answer:
        try:
            self.clock = datetime(clock.year, clock.month, clock.day, clock.hour, clock.minute, clock.second)
        except ValueError:
            return bx5k.Refused(Error.DATE)
        return bx5k.Done()

    def _show(self, command: Areas, *, initialise: bool) -> bx5k.Answer:
        kept = {} if initialise or command.delete is None else dict(self._shown)
        for number in command.delete or ():
            kept.pop(number, None)
        for area in command.areas:
            kept[area.number] = Shown(area)
        if len(kept) > AREAS:
            return bx5k.Refused(Error.MEMORY)
        self._shown = kept
        for area in command.areas:
            if area.voice is not None:
                said = area.voice.text
                plain = "".join(text for line in self._lines(area) for text, _ in line)
                self.spoken.append(plain if said is None else ungbk(said))
        return bx5k.Done()

    def _file(self, command: bx5k.Command) -> bx5k.Answer:
        match command:
            case bx5k.Format():
                self.files.clear()
            case bx5k.DeleteFiles(names):
                if not all(name in self.files for name in names):
                    return bx5k.Refused(Error.NO_FILE)
                for name in names:
                    del self.files[name]
            case bx5k.BeginFile(overwrite, name, size):
                if name in self.files and not overwrite:
                    return bx5k.Refused(Error.FILE_EXISTS)
                if size > 1 << 20:
                    return bx5k.Refused(Error.MEMORY)
                self.files[name] = bytearray(size)
            case bx5k.WriteFile(name, _, _, start, data):
                if name not in self.files:
                    return bx5k.Refused(Error.NO_FILE)
                if start + len(data) > len(self.files[name]):
                    return bx5k.Refused(Error.BLOCK_NUMBER)
                self.files[name][start : start + len(data)] = data
        return bx5k.Done()

    def _state(self) -> bx5k.State:
        clock = self.clock
        return bx5k.State(
            status=0,
            lit=1 if self.lit else 2,
            brightness=self.brightness,
            clock=bx5k.Clock(
                clock.year, clock.month, clock.day, clock.hour, clock.minute, clock.second, clock.isoweekday()
            ),
            programs=min(len(self.files), 255),
            program=next(iter(self.files), b"P000"),
            special_area=0,
            special_pages=0,
            areas=tuple(sorted(self._shown)),
            bar_code=b"BX5K SIMULATED  ",
            network=bytes(12),
        )

    # -- time ---------------------------------------------------------------------------------------------------

    def tick(self, seconds: float) -> bytes:
        """`seconds` pass. A card never speaks unasked."""
        before, self.clock = self.clock, self.clock + timedelta(seconds=seconds)
        if not self.powered:
            return b""
        self._silent += seconds
        if self._line.held and self._silent > HALF_SECONDS:
            self._line.reset()
        self._restarting = max(0.0, self._restarting - seconds)
        for number, shown in list(self._shown.items()):
            shown.seconds += seconds
            if shown.area.run == Run.TIMEOUT and shown.area.timeout and shown.seconds >= shown.area.timeout:
                del self._shown[number]
        if self.half_hours:
            self.brightness = self.half_hours[self.clock.hour * 2 + self.clock.minute // 30]
        for on, off in self.spans:
            self.lit = self._passed(before, off) is False and (self.lit or self._passed(before, on))
        return b""

    def _passed(self, before: datetime, moment: tuple[int, int]) -> bool:
        at = self.clock.replace(hour=moment[0] % 24, minute=moment[1] % 60, second=0, microsecond=0)
        return before < at <= self.clock

    # -- people -------------------------------------------------------------------------------------------------

    def power_off(self) -> None:
        """The mains plug is pulled: dark, deaf, and the dynamic areas are gone."""
        self.powered = False
        self._shown.clear()
        self._line.reset()

    def power_on(self) -> None:
        """The plug is back."""
        self.powered = True
        self._restarting = 0.0

    def refuse(self, error: Error = Error.BUSY, times: int = 1) -> None:
        """The next `times` requests are refused with `error`."""
        self._refusals += [error] * times


def _pixels(units: int) -> int:
    return units & ~bx5k.PIXELS if units & bx5k.PIXELS else units * 8


def device(url: str) -> Line:
    """Cards for a device URL: `address=` or `addresses=1-4`, `width=` and `height=` in dots."""
    query = query_of(url)
    width, height = int(query.get("width", 128)), int(query.get("height", 16))
    return line(url, lambda number: Card(number, width, height))
