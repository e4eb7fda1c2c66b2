"""A card that answers nothing: the twin of drivers/wire/template.py. It keeps the last bytes that came, and shows what
Wilipu frames among them say, on three lines, until its power goes.

    sink.receive(data) -> b""      sink.tick(seconds) -> b""          the cable, time
    sink.power_off()  sink.power_on()                                 people
    sink.received  sink.shown  sink.draw()                            what they see
"""

from drivers.wire import template
from drivers.wire.gbk import ungbk
from drivers.wire.reader import Reader
from drivers.wire.template import Line as Said
from simulators.dots import GREEN, RED, Panel, Rgb, width_of
from simulators.strips import Line, line, query_of

KEPT = 4096
"""Bytes that are kept to look at."""
LINES = 3
SCROLL_DOTS = 40
COLOURS: dict[int, Rgb] = {template.RED: RED, template.GREEN: GREEN, template.BLUE: (60, 90, 255)}


class Sink:
    """A card with a panel of `width` by `height` dots."""

    kind = "sign"

    def __init__(self, width: int = 128, height: int = 48) -> None:
        self.width = width
        self.height = height
        self.powered = True
        self.received = b""
        self.lines: dict[int, Said] = {}
        self._seconds = 0.0
        self._line: Reader[Said] = Reader(template.parse_host)

    @property
    def shown(self) -> str:
        """The text on its lines from top to bottom."""
        if not self.powered:
            return ""
        texts = [ungbk(said.text) for _, said in sorted(self.lines.items())]
        return "\n".join(text for text in texts if text.strip())

    @property
    def garbled(self) -> int:
        """Stretches of bytes that are no Wilipu frames: everything, for a card that is told by a template."""
        return self._line.garbled

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; nothing ever comes back."""
        if self.powered:
            self.received = (self.received + data)[-KEPT:]
            for said in self._line.feed(data):
                self.lines[said.line] = said
                self._seconds = 0.0
        return b""

    def tick(self, seconds: float) -> bytes:
        """`seconds` pass."""
        self._seconds += seconds
        return b""

    def draw(self) -> bytes:
        """The panel as it is this moment, as a PNG."""
        panel = Panel(self.width, self.height)
        if self.powered:
            for number, said in self.lines.items():
                text = ungbk(said.text)
                offset = 0
                if said.mode == template.LEFT:
                    offset = int(self._seconds * SCROLL_DOTS) % (self.width + width_of(text)) - self.width
                runs = [[(text, COLOURS.get(said.colour, RED))]]
                panel.text(0, 16 * (number - 1), self.width, 16, runs, across=0.0, offset=offset)
        return panel.png()

    def power_off(self) -> None:
        """The mains plug is pulled: everything is forgotten."""
        self.powered = False
        self.lines.clear()
        self._line.reset()

    def power_on(self) -> None:
        """The plug is back."""
        self.powered = True


def device(url: str) -> Line:
    """One card for a device URL, whatever its addresses: they are its lines. `width=` and `height=` in dots."""
    query = query_of(url)
    sink = Sink(int(query.get("width", 128)), int(query.get("height", 16 * LINES)))
    return line("", lambda number: sink)
