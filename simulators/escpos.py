"""A ticket printer: the twin of drivers/wire/escpos.py. 80 mm rolls (576 dots) or 58 mm (384).

    printer = Printer(width=576)
    printer.receive(bytes)  -> bytes       the cable
    printer.tick(seconds)   -> bytes       time
    printer.take_out_paper()               a person; so are put_in_paper, open_cover, close_cover, jam_cutter, ...
    printer.slips[-1].text                 what was cut off; draw(slip) is the same as PNG

What it remembers: the paper left on the roll, cover, cutter, head, power; bytes received and not yet printed; the line
begun; style and settings; what stands on the paper since the last cut.

Behaviour modelled on the manuals of Epson, HPRT, Citizen and Partner printers:
- Real-time commands are answered as they arrive, also in the middle of a picture, where they count as picture too.
- Offline (no paper, cover open, cutter error, hot head) it takes bytes and prints nothing; they are printed when it is
  well again. Its buffer is bounded; what comes beyond is lost, as on a line without flow control.
- 1D 72 is answered when its turn comes, that is, when everything before it is on paper.
- A cutter error stays after the jam is cleared, until 10 05 1 or 2, the cover or the power. 10 05 2 forgets what was
  received as well.
- Power off loses everything but the paper and what is printed on it.
- Bytes 81 to FE with Chinese on begin a character of two bytes; four-byte GB18030 comes out as rubbish.
- With `gs_enlarges_chinese` off, 1D 21 leaves Chinese small, as cheap printers do.
With `speed` (mm/s) printing takes time; without, it is done at once.
Not for: page mode, macros, old-style column pictures, gaps between characters and downloaded ones; they are parsed and
passed over.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from drivers.wire import escpos as wire
from drivers.wire.reader import Reader

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

DOTS_PER_MM: Final = 8
ROLL_MM: Final = 80_000.0
NEAR_END_MM: Final = 5_000.0
"""Where the sensor at the roll's core sees it: 4 to 6 m are left, by the roll's core."""

BUFFER: Final = 65536
KEPT: Final = 1000
"""Slips that are remembered."""

TO_CUTTER: Final = 14 * DOTS_PER_MM
PITCH: Final = 30
BIG: Final = 24
"""Dots of a Chinese character, both ways; a Latin one is half as wide."""

CODE_PAGES: Final = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858",
}  # fmt: skip

# -- what is on the paper -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of one style; width and height are multiples of the printer's own character. `big`: each takes the
    square of a Chinese character, otherwise half of it."""

    text: str
    width: int = 1
    height: int = 1
    bold: bool = False
    underline: bool = False
    big: bool = False

    @property
    def cell(self) -> int:
        """Dots from one of its characters to the next."""
        return (BIG if self.big else BIG // 2) * self.width


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line. `side` is 0 left, 1 centre, 2 right; `dots` from here to the next line."""

    spans: tuple[Span, ...]
    side: int
    dots: int

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as it was ordered."""

    data: bytes
    module: int
    level: str
    side: int
    dots: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, `width` bytes by `rows`, each dot printed `wide` by `high`."""

    width: int
    rows: int
    data: bytes
    wide: int
    high: int
    side: int

    @property
    def dots(self) -> int:
        """Its height on paper."""
        return self.rows * self.high


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar code; drawn as a frame with its content, because no ticket has one."""

    kind: int
    data: bytes
    side: int
    dots: int


@dataclass(frozen=True, slots=True)
class Blank:
    """White paper."""

    dots: int


Mark = Line | QrCode | Picture | Bars | Blank


@dataclass(frozen=True, slots=True)
class Slip:
    """What came out of the slot: cut off fully, partially (it hangs by a point), or torn off with the roll."""

    number: int
    width: int
    marks: tuple[Mark, ...]
    full: bool = True
    torn: bool = False

    @property
    def text(self) -> str:
        """Its lines of text."""
        return "\n".join(mark.text for mark in self.marks if isinstance(mark, Line))

    @property
    def codes(self) -> tuple[str, ...]:
        """What its QR codes say."""
        return tuple(mark.data.decode("utf-8", "replace") for mark in self.marks if isinstance(mark, QrCode))

    @property
    def millimetres(self) -> float:
        """Its length."""
        return (sum(mark.dots for mark in self.marks) + TO_CUTTER) / DOTS_PER_MM


@dataclass(slots=True)
class _Style:
    """How the next character is printed; forgotten by 1B 40."""

    chinese: bool
    page: int = 0
    latin: tuple[int, int] = (1, 1)
    big: tuple[int, int] = (1, 1)
    bold: bool = False
    latin_underline: bool = False
    chinese_underline: bool = False
    side: int = 0
    pitch: int = PITCH
    margin: int = 0
    area: int = 0


class _Look(NamedTuple):
    """What characters of one `Span` have in common."""

    width: int
    height: int
    bold: bool
    underline: bool
    big: bool


@dataclass(slots=True)
class _Qr:
    module: int = 3
    level: str = "L"
    data: bytes = b""


# -- the printer --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Printer:
    """One printer. The first fields are how it was built, the rest is what it remembers."""

    width: int = 576
    speed: float | None = None
    roll_mm: float = ROLL_MM
    buffer: int = BUFFER
    wakes_chinese: bool = True
    gs_enlarges_chinese: bool = True
    chinese_bits: tuple[int, int] = (0x04, 0x08)
    model: str = "TP80 SIM"
    firmware: str = "V1.0"
    answers: bool = True

    powered: bool = True
    paper_in: bool = True
    paper_mm: float = ROLL_MM
    cover_open: bool = False
    jammed: bool = False
    cutter_error: bool = False
    hot: bool = False
    slips: deque[Slip] = field(default_factory=lambda: deque(maxlen=KEPT))
    printed: int = 0
    cuts: int = 0
    buzzes: int = 0
    lost: int = 0

    _real_time: wire.RealTime = field(default_factory=wire.RealTime)
    _reader: Reader[wire.HostMessage] = field(
        default_factory=lambda: Reader(wire.parse_host, wire.HOST_LIMIT)
    )
    _waiting: deque[tuple[wire.HostMessage, int]] = field(default_factory=deque)
    _waiting_bytes: int = 0
    _busy: float = 0.0
    _style: _Style = field(default_factory=lambda: _Style(True))
    _lead: int | None = None
    _line: list[tuple[_Look, list[str]]] = field(default_factory=list)
    _used: int = 0
    _marks: list[Mark] = field(default_factory=list)
    _qr: _Qr = field(default_factory=_Qr)
    _auto: int = 0
    _told: tuple[int, ...] = ()
    _said: bytearray = field(default_factory=bytearray)

    kind: ClassVar[str] = "printer"

    def __post_init__(self) -> None:
        self.paper_mm = self.roll_mm
        self._style = _Style(self.wakes_chinese, area=self.width)

    # -- the cable ------------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; returns what the printer says at once."""
        if not self.powered:
            return b""
        done = 0
        for end, command in self._real_time.feed(data):
            end = max(end, done)
            self._take(data[done:end])
            done = end
            self._at_once(command)
        self._take(data[done:])
        return self._speak()

    def _take(self, data: bytes) -> None:
        room = max(0, self.buffer - self._waiting_bytes - self._reader.held)
        self.lost += max(0, len(data) - room)
        for message in self._reader.feed(data[:room]):
            size = len(wire.encode(message))
            self._waiting.append((message, size))
            self._waiting_bytes += size
        self._print()

    def tick(self, seconds: float) -> bytes:
        """Time passed; returns what the printer says because of it, or of what people did to it."""
        if not self.powered:
            return b""
        self._busy = max(0.0, self._busy - seconds)
        self._print()
        return self._speak()

    def _speak(self) -> bytes:
        self._tell_changes()
        said = bytes(self._said)
        self._said.clear()
        return said if self.answers else b""

    # -- people ---------------------------------------------------------------------------------------------------

    def take_out_paper(self) -> None:
        """The roll is taken out, or was used up; what is printed of a slip goes with it."""
        self.paper_in = False
        self._tear()

    def put_in_paper(self, millimetres: float | None = None) -> None:
        """A roll is put in: a new one, or one with so much left."""
        self.paper_in = True
        self.paper_mm = self.roll_mm if millimetres is None else millimetres

    def shorten_paper(self, millimetres: float) -> None:
        """Only so much is left on the roll."""
        self.paper_mm = millimetres

    def open_cover(self) -> None:
        """The cover is opened."""
        self.cover_open = True

    def close_cover(self) -> None:
        """The cover is closed, which also recovers from a cutter error whose cause is gone."""
        self.cover_open = False
        self.cutter_error = self.jammed

    def jam_cutter(self) -> None:
        """Paper is jammed at the blade, away from its rest; the printer notices at once."""
        self.jammed = self.cutter_error = True

    def clear_jam(self) -> None:
        """The jam is removed; the error stays until the printer is told, or its cover or power is used."""
        self.jammed = False

    def heat_head(self) -> None:
        """Too much black in too short a time."""
        self.hot = True

    def cool_head(self) -> None:
        """The head has cooled down."""
        self.hot = False

    def power_off(self) -> None:
        """Everything is forgotten but the paper."""
        self.powered = False
        self._forget()
        self._real_time = wire.RealTime()
        self._qr = _Qr()
        self._auto = 0
        self._told = ()
        self._said.clear()

    def power_on(self) -> None:
        """It wakes up."""
        self.powered = True
        self.cutter_error = self.jammed
        self._style = _Style(self.wakes_chinese, area=self.width)

    def _forget(self) -> None:
        self._reader.reset()
        self._waiting.clear()
        self._waiting_bytes = 0
        self._drop_line()
        self._lead = None
        self._busy = 0.0

    # -- how it is ------------------------------------------------------------------------------------------------

    @property
    def paper_out(self) -> bool:
        """Nothing can be printed for want of paper."""
        return not self.paper_in or self.paper_mm <= 0

    @property
    def near_end(self) -> bool:
        """The roll is thin."""
        return self.paper_out or self.paper_mm <= NEAR_END_MM

    @property
    def online(self) -> bool:
        """It prints what it gets."""
        return self.powered and not (self.paper_out or self.cover_open or self.cutter_error or self.hot)

    def state(self) -> dict[str, object]:
        """What a person standing there sees, for the bench's page."""
        return {
            "powered": self.powered,
            "online": self.online,
            "paper_mm": round(self.paper_mm) if self.paper_in else 0,
            "paper_out": self.paper_out,
            "near_end": self.near_end,
            "cover_open": self.cover_open,
            "cutter_jammed": self.jammed,
            "cutter_error": self.cutter_error,
            "head_hot": self.hot,
            "slips": self.printed,
            "cuts": self.cuts,
            "waiting_bytes": self._waiting_bytes + self._reader.held,
            "lost_bytes": self.lost,
            "garbled": self._reader.garbled,
        }

    def _status(self, which: int) -> wire.DeviceMessage:
        hot, cutter = 0x40 * self.hot, 0x08 * self.cutter_error
        bits = {
            1: 0x08 * (not self.online),
            2: 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * (self.hot or self.cutter_error),
            3: cutter | hot,
            4: 0x0C * self.near_end | 0x60 * self.paper_out,
        }
        if which in bits:
            return wire.Status(0x12 | bits[which])
        paper = 0x01 * self.paper_out | 0x04 * self.near_end
        return wire.FullStatus(paper, 0x02 * self.cover_open, 0x01 * self.hot, 0x02 * self.cutter_error)

    def _auto_status(self) -> tuple[int, int, int, int]:
        return (
            0x10 | 0x08 * (not self.online) | 0x20 * self.cover_open,
            0x08 * self.cutter_error | 0x40 * self.hot,
            0x03 * self.near_end | 0x0C * self.paper_out,
            0x00,
        )

    def _tell_changes(self) -> None:
        now = self._auto_status()
        if self._auto and now != self._told:
            self._say(wire.AutoStatusBack(*now))
        self._told = now

    def _say(self, message: wire.DeviceMessage) -> None:
        self._said += wire.encode(message)

    def _at_once(self, command: wire.AskStatus | wire.Recover) -> None:
        match command:
            case wire.AskStatus(which):
                self._say(self._status(which))
            case wire.Recover(how) if how in (1, 2) and self.cutter_error and not self.jammed:
                self.cutter_error = False
                if how == 2:
                    self._forget()
                self._print()

    # -- printing -------------------------------------------------------------------------------------------------

    def _print(self) -> None:
        while self._waiting and self.online and self._busy <= 0:
            message, size = self._waiting.popleft()
            self._waiting_bytes -= size
            self._do(message)

    def _do(self, message: wire.HostMessage) -> None:
        style = self._style
        match message:
            case wire.Characters(data):
                for byte in data:
                    self._character(byte)
            case wire.LineFeed():
                self._end_line()
            case wire.Control(byte):
                if byte == 0x09:
                    self._add(" " * (8 - sum(len(letters) for _, letters in self._line) % 8), style.latin)
                elif byte == 0x0C:
                    self._finish_line()
            case wire.Initialise():
                self._drop_line()
                self._lead = None
                self._style = _Style(self.wakes_chinese, area=self.width)
            case wire.ChineseOn():
                style.chinese = True
            case wire.ChineseOff():
                style.chinese = False
            case wire.CodePage(page):
                style.page = page
            case wire.Size(size):
                style.latin = ((size >> 4 & 7) + 1, (size & 7) + 1)
                if self.gs_enlarges_chinese:
                    style.big = style.latin
            case wire.LatinStyle(bits):
                style.latin = (2 if bits & 0x20 else 1, 2 if bits & 0x10 else 1)
                style.bold = bool(bits & 0x08)
                style.latin_underline = bool(bits & 0x80)
            case wire.ChineseStyle(bits):
                wide, high = self.chinese_bits
                style.big = (2 if bits & wide else 1, 2 if bits & high else 1)
                style.chinese_underline = bool(bits & 0x80)
            case wire.ChineseQuadruple(on):
                style.big = (2, 2) if on & 1 else (1, 1)
            case wire.Bold(on):
                style.bold = bool(on & 1)
            case wire.Underline(dots):
                style.latin_underline = dots not in (0, 48)
            case wire.Justify(side):
                if not self._line:
                    style.side = side & 3
            case wire.FeedLines(lines):
                self._finish_line()
                self._feed(lines * style.pitch)
            case wire.FeedDots(dots):
                self._finish_line()
                self._feed(dots)
            case wire.LinePitch(dots):
                style.pitch = dots
            case wire.DefaultPitch():
                style.pitch = PITCH
            case wire.LeftMargin(dots):
                style.margin = min(dots, self.width)
            case wire.PrintWidth(dots):
                style.area = min(dots, self.width)
            case wire.Raster():
                self._raster(message)
            case wire.Symbol(kind=0x31):
                self._symbol(message)
            case wire.Barcode(kind, data):
                self._mark(Bars(kind, data, style.side, 80 + PITCH))
            case wire.Cut(mode, dots):
                self._cut(mode in (0, 48, 65, 97, 103), dots or 0)
            case wire.Other(code=b"\x1bi" | b"\x1bm"):
                self._cut(False, 0)
            case wire.Buzz(times):
                self.buzzes += times
            case wire.AutoStatus(mask):
                self._auto = mask
                self._told = ()
            case wire.AskReport(which):
                paper = 0x03 * self.near_end | 0x0C * self.paper_out
                self._say(wire.Report(paper if which in (1, 49) else 0))
            case wire.AskIdentity(which):
                self._identify(which)
            case _:
                pass  # a command that changes nothing on a ticket, or one that was obeyed in real time

    def _identify(self, which: int) -> None:
        texts = {0x41: self.firmware, 0x42: "TideHall", 0x43: self.model, 0x44: "SIM00001"}
        if which in texts:
            self._say(wire.Identity(texts[which].encode("ascii")))
        elif which in (1, 2, 3, 49, 50, 51):
            self._say(wire.Report(0x02))

    def _character(self, byte: int) -> None:
        style = self._style
        if self._lead is not None:
            lead, self._lead = self._lead, None
            if byte >= 0x40 and byte not in (0x7F, 0xFF):
                text = bytes([lead, byte]).decode("gbk", "replace").replace("\ufffd", "　")[:1]
                self._add(text, style.big, big=True)
                return
            self._add(" ", style.latin)  # half of a four-byte character: a blank, and the rest as it comes
        if byte < 0x80:
            self._add(chr(byte), style.latin)
        elif style.chinese and 0x81 <= byte <= 0xFE:
            self._lead = byte
        else:
            page = CODE_PAGES.get(style.page, "cp437")
            self._add(bytes([byte]).decode(page, "replace"), style.latin)

    def _add(self, text: str, size: tuple[int, int], *, big: bool = False) -> None:
        style = self._style
        look = _Look(*size, style.bold, style.chinese_underline if big else style.latin_underline, big)
        wide = (BIG if big else BIG // 2) * look.width * len(text)
        if self._line and self._used + wide > min(style.area, self.width - style.margin):
            self._end_line()
        self._used += wide
        if self._line and self._line[-1][0] == look:
            self._line[-1][1].append(text)
        else:
            self._line.append((look, [text]))

    def _end_line(self) -> None:
        spans = tuple(Span("".join(letters), *look) for look, letters in self._line)
        high = max((BIG * span.height for span in spans), default=0)
        self._drop_line()
        self._mark(Line(spans, self._style.side, max(self._style.pitch, high)))

    def _drop_line(self) -> None:
        self._line.clear()
        self._used = 0

    def _finish_line(self) -> None:
        if self._line:
            self._end_line()

    def _feed(self, dots: int) -> None:
        if dots:
            self._mark(Blank(dots))

    def _raster(self, raster: wire.Raster) -> None:
        mode = raster.mode & 3
        self._finish_line()
        if not raster.data:
            return
        self._mark(
            Picture(raster.width, raster.rows, raster.data, 1 + (mode & 1), 1 + (mode >> 1), self._style.side)
        )

    def _symbol(self, symbol: wire.Symbol) -> None:
        match symbol.function, symbol.data:
            case 0x43, data if data and 1 <= data[0] <= 16:
                self._qr.module = data[0]
            case 0x45, data if data:
                self._qr.level = {48: "L", 49: "M", 50: "Q", 51: "H"}.get(data[0], "L")
            case 0x50, data:
                self._qr.data = data[1:]
            case 0x51, _ if self._qr.data:
                qr = self._qr
                side = len(_matrix(qr.data, qr.level))
                if side:
                    self._finish_line()
                    self._mark(QrCode(qr.data, qr.module, qr.level, self._style.side, side * qr.module))

    def _mark(self, mark: Mark) -> None:
        """Something comes onto the paper, and the paper moves on."""
        self._marks.append(mark)
        self._move(mark.dots)

    def _move(self, dots: int) -> None:
        millimetres = dots / DOTS_PER_MM
        self.paper_mm -= millimetres
        if self.speed:
            self._busy += millimetres / self.speed
        if self.paper_mm <= 0:
            self.paper_mm = 0.0
            self._tear()

    def _cut(self, full: bool, dots: int) -> None:
        self._finish_line()
        self.cuts += 1
        self._move(TO_CUTTER + dots)
        if any(not isinstance(mark, Blank) for mark in self._marks):
            self._hand_out(full=full)
        self._marks.clear()

    def _tear(self) -> None:
        """The roll ends in the middle of a slip."""
        if any(not isinstance(mark, Blank) for mark in self._marks):
            self._hand_out(torn=True)
        self._marks.clear()

    def _hand_out(self, *, full: bool = False, torn: bool = False) -> None:
        self.printed += 1
        self.slips.append(Slip(self.printed, self.width, tuple(self._marks), full, torn))


def device(url: str) -> Printer:
    """The printer that a hall's device URL is about: its paper width, the rest as built."""
    query = dict(parse_qsl(urlsplit(url).query))
    bits = (0x10, 0x20) if query.get("chinese_size_bits") == "45" else (0x04, 0x08)
    return Printer(width=int(query.get("width", "576")), chinese_bits=bits)


# -- as a picture -------------------------------------------------------------------------------------------------

MONO_SC: Final = 7
"""Which face of the font collection is Noto Sans Mono CJK SC: Latin half as wide as Chinese, as in printers."""

DRAWN: Final = 16_000
"""Dots of a slip that are drawn at most: two metres. A printer gone mad must not fill the memory with its picture."""

MARGIN: Final = 24
"""White rows above and below a drawn slip."""


@cache
def _font(height: int) -> "FreeTypeFont":
    from noto_cjk_sans_otc import FONT_PATH
    from PIL import ImageFont

    # The basic layout, which every Pillow has: the other one depends on the machine and refuses some characters.
    return ImageFont.truetype(
        str(FONT_PATH), BIG * height, index=MONO_SC, layout_engine=ImageFont.Layout.BASIC
    )


@lru_cache(maxsize=256)
def _matrix(data: bytes, level: str) -> tuple[bytes, ...]:
    """The modules of a QR code, 1 is black, without the white border; none when no code holds so much."""
    import segno

    try:
        # Readers read every mask alike; looking for the prettiest of the eight takes 41 ms instead of 9.
        made = segno.make(data, error=level.lower(), micro=False, boost_error=False, mask=0)
    except segno.DataOverflowError:
        return ()
    return tuple(bytes(row) for row in made.matrix)


def draw(slip: Slip) -> bytes:
    """The slip as it lies in one's hand, one pixel a dot, as PNG."""
    out = BytesIO()
    image(slip).save(
        out, "PNG", compress_level=1
    )  # a bench draws every slip of a day: 7 ms each instead of 73
    return out.getvalue()


def image(slip: Slip) -> "Image":
    """The slip as a black and white image, `slip.width` wide."""
    from PIL import Image

    long = min(sum(mark.dots for mark in slip.marks), DRAWN)
    paper = Image.new("1", (slip.width, long + 2 * MARGIN), 1)
    at = MARGIN
    for mark in slip.marks:
        if at > long:
            break
        match mark:
            case Line():
                _draw_line(paper, mark, at)
            case QrCode():
                _paste(paper, _draw_qr(mark), mark.side, at)
            case Picture():
                _paste(paper, _draw_picture(mark), mark.side, at)
            case Bars():
                _draw_line(
                    paper, Line((Span(f"|| {mark.data.decode('ascii', 'replace')} ||"),), mark.side, 0), at
                )
            case Blank():
                pass
        at += mark.dots
    return paper


def _left(paper: "Image", wide: int, side: int) -> int:
    return (0, (paper.width - wide) // 2, paper.width - wide, 0)[side]


def _paste(paper: "Image", part: "Image", side: int, at: int) -> None:
    paper.paste(part, (_left(paper, part.width, side), at))


def _draw_qr(mark: QrCode) -> "Image":
    from PIL import Image

    rows = _matrix(mark.data, mark.level)
    small = Image.new("1", (len(rows), len(rows)), 1)
    small.putdata([0 if dot else 1 for row in rows for dot in row])
    return small.resize((len(rows) * mark.module, len(rows) * mark.module), Image.Resampling.NEAREST)


def _draw_picture(mark: Picture) -> "Image":
    from PIL import Image

    white = bytes(byte ^ 0xFF for byte in mark.data)
    part = Image.frombytes("1", (mark.width * 8, mark.rows), white)
    return part.resize((part.width * mark.wide, part.height * mark.high), Image.Resampling.NEAREST)


def _draw_line(paper: "Image", line: Line, at: int) -> None:
    """Every character in its own cell, as a printer does; high ones stand on the same base line as low ones."""
    from PIL import ImageDraw

    left = _left(paper, sum(span.cell * len(span.text) for span in line.spans), line.side)
    high = max((BIG * span.height for span in line.spans), default=0)
    for span in line.spans:
        tall = BIG * span.height
        top = at + high - tall
        for letter in span.text:
            paper.paste(_glyph(letter, span.cell, span.height, span.bold, span.big), (left, top))
            if span.underline:
                ImageDraw.Draw(paper).line(
                    (left, top + tall - 1, left + span.cell - 1, top + tall - 1), fill=0
                )
            left += span.cell


@lru_cache(maxsize=4096)
def _glyph(letter: str, wide: int, height: int, bold: bool, big: bool) -> "Image":
    from PIL import Image, ImageChops, ImageDraw

    font, tall = _font(height), BIG * height
    square = tall if big else tall // 2
    glyph = Image.new("L", (square, tall), 255)
    start = max(0.0, (square - font.getlength(letter)) / 2)
    ImageDraw.Draw(glyph).text((start, tall * 0.88), letter, fill=0, font=font, anchor="ls")
    if bold:
        # As printers do it: every dot once more, to the right.
        for _ in range(height):
            moved = Image.new("L", glyph.size, 255)
            moved.paste(glyph, (1, 0))
            glyph = ImageChops.darker(glyph, moved)
    if glyph.width != wide:
        glyph = glyph.resize((wide, tall))
    return glyph.point([255 if grey >= 128 else 0 for grey in range(256)], "1")
