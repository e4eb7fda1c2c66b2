"""A dot matrix as a picture: what simulated strips show, dot by dot.

    panel = Panel(128, 16)
    panel.text(0, 0, 128, 16, [[("请A023号到3号窗口", RED)]])       lines of runs, centred in a rectangle
    panel.png()                                                  each dot a small disc, unlit ones dark grey

Characters come from Noto Sans Mono CJK at the card's height (16 dots: Chinese 16 wide, Latin 8), thresholded to on and
off, as a font card's own bitmaps are. Time is the caller's: a scrolling text is drawn at an offset that he gives.
"""

import io
from functools import cache

from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

Rgb = tuple[int, int, int]
Run = tuple[str, Rgb]

RED: Rgb = (255, 40, 20)
GREEN: Rgb = (60, 255, 60)
YELLOW: Rgb = (255, 200, 30)
UNLIT: Rgb = (28, 28, 30)
BOARD: Rgb = (8, 8, 9)
PITCH = 6
"""Picture pixels from dot to dot."""
MONO_SC = 7
"""The face of the collection whose Latin is exactly half as wide as its Chinese."""
LIT_FROM = 110
"""Grey from which a dot is lit: chosen by eye so that the strokes of 办 and 窗 stay apart at 16 dots."""


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # The plain layout: no shaping is needed, and the other one refuses control characters.
    return ImageFont.truetype(str(FONT_PATH), size, index=MONO_SC, layout_engine=ImageFont.Layout.BASIC)


def width_of(text: str, size: int = 16) -> int:
    """Dots that `text` is wide: half of `size` for ASCII, `size` for everything else."""
    return sum(size // 2 if each <= "~" else size for each in text)


class Panel:
    """`width` by `height` dots, all dark."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._image = Image.new("RGB", (width, height))

    def text(
        self,
        x: int,
        y: int,
        width: int,
        height: int,
        lines: list[list[Run]],
        *,
        size: int = 16,
        across: float = 0.5,
        down: float = 0.5,
        offset: int = 0,
    ) -> None:
        """`lines` of runs in a rectangle; what does not fit is cut. `across` and `down`: 0 left and top, 0.5 centred,
        1 right and bottom. `offset` moves the text to the left."""
        window = Image.new("RGB", (max(width, 1), max(height, 1)))
        top = round((height - size * len(lines)) * down)
        for number, runs in enumerate(lines):
            long = sum(width_of(text, size) for text, _ in runs)
            # A line that is too long begins at its beginning, wherever it should stand.
            left = max(0, round((width - long) * across)) - offset
            for text, colour in runs:
                for character in text:
                    wide = width_of(character, size)
                    if -wide < left < width:
                        window.paste(colour, (left, top + number * size), _glyph(character, size))
                    left += wide
        self._image.paste(window, (x, y))

    def dot(self, x: int, y: int, colour: Rgb) -> None:
        """Light one dot; outside the panel nothing happens."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._image.putpixel((x, y), colour)

    def lit(self) -> int:
        """How many dots are lit."""
        return sum(any(pixel) for pixel in self._pixels())

    def _pixels(self) -> list[Rgb]:
        data = self._image.tobytes()
        return [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), 3)]

    def png(self, brightness: float = 1.0) -> bytes:
        """The panel as a person sees it, in a PNG; `brightness` 0 to 1."""
        share = 0.35 + 0.65 * brightness
        lit = self._image.convert("L").point([0, *[255] * 255])
        dimmed = self._image.point([int(value * share) for value in range(256)] * 3)
        dots = Image.composite(dimmed, Image.new("RGB", self._image.size, UNLIT), lit)
        large = dots.resize((self.width * PITCH, self.height * PITCH), Image.Resampling.NEAREST)
        picture = Image.composite(large, Image.new("RGB", large.size, BOARD), _discs(self.width, self.height))
        out = io.BytesIO()
        picture.save(out, "PNG", compress_level=1)
        return out.getvalue()


@cache
def _discs(width: int, height: int) -> Image.Image:
    """Where the dots of a panel let light through."""
    one = Image.new("L", (PITCH, PITCH), 0)
    ImageDraw.Draw(one).ellipse((1, 1, PITCH - 1, PITCH - 1), fill=255)
    row = Image.new("L", (width * PITCH, PITCH))
    for at in range(width):
        row.paste(one, (at * PITCH, 0))
    mask = Image.new("L", (width * PITCH, height * PITCH))
    for at in range(height):
        mask.paste(row, (0, at * PITCH))
    return mask


@cache
def _glyph(character: str, size: int) -> Image.Image:
    wide = width_of(character, size)
    grey = Image.new("L", (wide, size), 0)
    if not character.isprintable():
        return grey.convert("1")
    # The base line of a CJK em box is 0.88 of its height from the top.
    ImageDraw.Draw(grey).text((0, round(size * 0.88)), character, fill=255, font=_font(size), anchor="ls")
    return grey.point([255 if value >= LIT_FROM else 0 for value in range(256)], "1")


def stacked(pictures: list[bytes]) -> bytes:
    """Several PNGs under each other."""
    if len(pictures) == 1:
        return pictures[0]
    images = [Image.open(io.BytesIO(each)) for each in pictures]
    whole = Image.new(
        "RGB", (max(each.width for each in images), sum(each.height + PITCH for each in images)), BOARD
    )
    top = 0
    for each in images:
        whole.paste(each, (0, top))
        top += each.height + PITCH
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()
