"""A C-Power card with its panel: the twin of drivers/wire/cpower.py, in the serial and in the network form.

It remembers windows and what is in them (in memory: lost with the power unless saved to flash), whether the panel is
lit, 24 hourly brightness levels and the selected programs. Until a call comes it plays its stored program. Packets of
one call are put together; one out of order is refused with 2. A frame with a wrong sum gets no answer.
Inferred, not seen: that an answer repeats CC, what a power query says (01 and whether the panel is lit), the result 10
for a window that is not there, that a card starts with one window over everything.

    card.receive(data) -> bytes    card.tick(seconds) -> bytes        the cable, time
    card.power_off()  card.power_on()  card.refuse(result, 3)         people
    card.shown  card.windows  card.draw()                             what they see
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from drivers.wire import cpower
from drivers.wire.cpower import (
    CallAnswer,
    External,
    Heartbeat,
    OtherAnswer,
    Rectangle,
    Reply,
    Request,
    StaticText,
    Text,
)
from drivers.wire.gbk import ungbk
from drivers.wire.reader import Reader
from simulators.dots import Panel, Rgb, width_of
from simulators.strips import Line, line, query_of

NO_SUCH_WINDOW = 0x10
BAD_CALL = 0x11
WINDOWS = 8
HALF_SECONDS = 0.1
BLINK_SECONDS = 0.5
SCROLL_DOTS = 40
RICH_COLOURS: tuple[Rgb, ...] = (
    (0, 0, 0),
    (255, 40, 20),
    (60, 255, 60),
    (255, 200, 30),
    (60, 90, 255),
    (200, 60, 255),
    (60, 230, 255),
    (255, 255, 255),
)
MOVING = {6, 11, cpower.CONTINUOUS_LEFT}

Content = Text | StaticText | cpower.RichText | cpower.Clock | cpower.Picture


@dataclass(frozen=True, slots=True)
class Window:
    """A window and what is in it."""

    place: Rectangle
    content: Content | None = None


@dataclass(slots=True)
class _Call:
    """Packets of one call that have come so far."""

    pieces: list[bytes] = field(default_factory=list)


class Card:
    """Card `number` with a panel of `width` by `height` dots; `network`: it hangs on its own network port."""

    kind = "sign"

    def __init__(
        self,
        number: int = 1,
        width: int = 128,
        height: int = 16,
        *,
        network: bool = False,
        old: bool = False,
        program: str = "",
        now: datetime = datetime(2099, 3, 2, 9),
    ) -> None:
        self.number = number
        self.width = width
        self.height = height
        self.network = network
        self.old = old
        self.program = program
        self.powered = True
        self.lit = True
        self.hours = (31,) * cpower.HOURS
        self.selected: tuple[int, ...] = ()
        self.clock = now
        self.windows: list[Window] = []
        self._flash: list[Window] = []
        self._seconds = 0.0
        self._silent = 0.0
        self._refusals: list[int] = []
        self._call = _Call()
        self._line: Reader[Request | Heartbeat] | Reader[Request] = (
            Reader(cpower.parse_host_network) if network else Reader(cpower.parse_host)
        )

    # -- what a person sees -------------------------------------------------------------------------------------

    @property
    def shown(self) -> str:
        """The text on the panel, window after window; nothing when the panel is dark."""
        if not (self.powered and self.lit):
            return ""
        if not any(window.content for window in self.windows):
            return self.program
        texts = [text for window in self.windows for text, _ in self._lines(window.content)]
        return "\n".join(text for text in texts if text.strip())

    @property
    def garbled(self) -> int:
        """Stretches of bytes that made no sense to the card."""
        return self._line.garbled

    def _lines(self, content: Content | None) -> list[tuple[str, Rgb]]:
        match content:
            case Text() | StaticText():
                return [
                    (each, content.colour) for each in ungbk(content.text).replace("\r\n", "\r").split("\r")
                ]
            case cpower.Clock():
                return [(f"{self.clock:%H:%M}", content.colour)]
            case cpower.RichText():
                threes = [content.characters[at : at + 3] for at in range(0, len(content.characters) - 2, 3)]
                text = ungbk(b"".join(three[1:] if three[1] else three[2:] for three in threes))
                return [(text, RICH_COLOURS[threes[0][0] >> 4 & 7])] if threes else []
        return []

    def draw(self) -> bytes:
        """The panel as it is this moment, as a PNG."""
        panel = Panel(self.width, self.height)
        if self.powered and self.lit:
            if self.program and not any(window.content for window in self.windows):
                panel.text(0, 0, self.width, self.height, [[(self.program, RICH_COLOURS[1])]])
            for window in self.windows:
                self._draw_window(panel, window)
        return panel.png(self.hours[self.clock.hour] / 31)

    def _draw_window(self, panel: Panel, window: Window) -> None:
        content, place = window.content, window.place
        lines = self._lines(content)
        size, align, effect = 16, cpower.CENTRED, cpower.DRAW
        match content:
            case Text():
                size, align, effect = _size(content.font), content.align, content.effect
            case StaticText():
                size, align = _size(content.font), content.align
                inner = content.place
                place = Rectangle(place.x + inner.x, place.y + inner.y, inner.width, inner.height)
            case cpower.Clock():
                size = _size(content.font)
            case cpower.RichText():
                align, effect = content.align, content.effect
        if effect == cpower.FLICKER and int(self._seconds / BLINK_SECONDS) % 2:
            return
        offset = 0
        if effect in MOVING:
            long = max((width_of(text, size) for text, _ in lines), default=0)
            offset = int(self._seconds * SCROLL_DOTS) % max(1, place.width + long) - place.width
            align &= ~3
        panel.text(
            place.x,
            place.y,
            place.width,
            place.height,
            [[(text, _lamp(colour))] for text, colour in lines],
            size=size,
            across=(0.0, 0.5, 1.0, 0.5)[align & 3],
            down=(0.0, 0.5, 1.0, 0.5)[align >> 2 & 3],
            offset=offset,
        )

    # -- the cable ----------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; what the card answers at once comes back."""
        if not self.powered:
            return b""
        self._silent = 0.0
        return b"".join(self._hear(asked) for asked in self._line.feed(data))

    def _hear(self, asked: Request | Heartbeat) -> bytes:
        if isinstance(asked, Heartbeat) or asked.card not in (self.number, cpower.EVERYBODY):
            return b""
        result = self._refusals.pop(0) if self._refusals else self._do(asked.command)
        if not asked.info & 1:
            return b""
        answer: CallAnswer | OtherAnswer
        match asked.command:
            case External(call):
                answer = CallAnswer(cpower.data_of(call)[:1])
            case cpower.PowerQuery():
                answer = OtherAnswer(cpower.POWER, bytes([1, self.lit]))
            case other:
                answer = OtherAnswer(_protocol(other), b"")
        reply = Reply(answer, card=self.number, result=result, old=self.old)
        return cpower.encode_network(reply) if self.network else cpower.encode(reply)

    def _do(self, command: cpower.Command) -> int:
        match command:
            case cpower.Power(on):
                self.lit = on
            case cpower.PowerQuery() | cpower.Other():
                pass
            case cpower.Brightness(hours):
                self.hours = tuple(min(level, 31) for level in hours)
            case cpower.RestartApp() | cpower.RestartCard():
                self._restart()
            case External(call, number, last):
                return self._gather(cpower.data_of(call), number, last)
        return 0

    def _gather(self, data: bytes, number: int, last: int) -> int:
        if number == 0:
            self._call = _Call()
        if number != len(self._call.pieces) or number > last:
            self._call = _Call()
            return cpower.SEQUENCE_ERROR
        self._call.pieces.append(data)
        if number < last:
            return 0
        whole, self._call = b"".join(self._call.pieces), _Call()
        return self._called(cpower.call_of(whole))

    def _called(self, call: cpower.Call) -> int:
        match call:
            case cpower.Divide(places):
                if not 1 <= len(places) <= WINDOWS:
                    return BAD_CALL
                self.windows = [Window(place) for place in places]
            case Text() | StaticText() | cpower.RichText() | cpower.Clock() | cpower.Picture():
                windows = self.windows or [Window(Rectangle(0, 0, self.width, self.height))]
                if call.window >= len(windows):
                    return NO_SUCH_WINDOW
                windows[call.window] = replace(windows[call.window], content=call)
                self.windows = windows
                self._seconds = 0.0
            case cpower.Leave():
                self.windows = []
            case cpower.Save(clear):
                self._flash = [] if clear else list(self.windows)
            case cpower.Play(_, programs):
                self.selected = programs
            case cpower.DeletePrograms():
                self.program = ""
            case cpower.OtherCall(data):
                # Templates and their programs are stored by real cards; here only their shape is checked.
                return 0 if data[:1] and 0x03 <= data[0] <= 0x8D else BAD_CALL
        return 0

    # -- time ---------------------------------------------------------------------------------------------------

    def tick(self, seconds: float) -> bytes:
        """`seconds` pass. A card never speaks unasked."""
        self.clock += timedelta(seconds=seconds)
        self._seconds += seconds
        self._silent += seconds
        if self._line.held and self._silent > HALF_SECONDS:
            self._line.reset()
        return b""

    # -- people -------------------------------------------------------------------------------------------------

    def _restart(self) -> None:
        self.windows = list(self._flash)
        self._call = _Call()

    def power_off(self) -> None:
        """The mains plug is pulled: dark, deaf, and what was not saved is gone."""
        self.powered = False
        self._restart()
        self._line.reset()

    def power_on(self) -> None:
        """The plug is back; what was saved is shown."""
        self.powered = True

    def refuse(self, result: int = cpower.CHECKSUM_ERROR, times: int = 1) -> None:
        """The next `times` requests are refused with `result`."""
        self._refusals += [result] * times


def _size(font: int) -> int:
    return cpower.FONT_PIXELS[min(font & 15, len(cpower.FONT_PIXELS) - 1)]


def _lamp(colour: tuple[int, int, int]) -> Rgb:
    """A lit lamp is never quite black on the picture."""
    red, green, blue = colour
    return (max(red, 20), max(green, 20), max(blue, 20))


def _protocol(command: cpower.Command) -> int:
    match command:
        case cpower.Brightness():
            return cpower.BRIGHTNESS
        case cpower.RestartApp():
            return cpower.RESTART_APP
        case cpower.RestartCard():
            return cpower.RESTART_CARD
        case cpower.Other(protocol):
            return protocol
    return cpower.POWER


def device(url: str) -> Line:
    """Cards for a device URL: `address=` or `addresses=1-4`, `width=` and `height=` in dots, `network_id=` for the
    network form."""
    query = query_of(url)
    width, height, network = int(query.get("width", 128)), int(query.get("height", 16)), "network_id" in query
    return line(url, lambda number: Card(number, width, height, network=network))
