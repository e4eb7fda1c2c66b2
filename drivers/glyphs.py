"""Characters that a printer's own font lacks, drawn: the rare character in a name, a four-byte one, any script.

For: the `Picture` that drivers/wire/escpos.py asks for. Drawn with Noto Sans Mono CJK, which holds every character
of GB18030's two-byte part and many beyond; what it lacks comes out as its empty box, which at least says that there
was a character, where a printer would have printed "?" or two wrong ones.
Not for: slips whose characters are all plain; those leave the font to the printer. Nothing is loaded before the first
rare character: Pillow and the font cost 0.1 s and 20 MB, and most printers never need them.
What goes wrong: a line that is too long is cut at the right margin; `wrap` of the wire sees to it that none is.
"""

from functools import cache
from typing import TYPE_CHECKING, Final

from drivers.media import Align

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

MONO_SC: Final = 7
"""Which face of the collection is Noto Sans Mono CJK SC: Latin exactly half as wide as Chinese, as on printers."""

CHARACTER: Final = 24
GAP: Final = 6
"""White rows below a line, so that a drawn line stands as far from the next as a printed one (24 + 6 = 30 dots)."""

BLACK: Final = 128
"""Grey from which a dot is burnt."""


@cache
def _font(size: int) -> "FreeTypeFont":
    from noto_cjk_sans_otc import FONT_PATH
    from PIL import ImageFont

    # The basic layout, which every Pillow has: the other one depends on the machine and refuses some characters.
    return ImageFont.truetype(
        str(FONT_PATH), CHARACTER * size, index=MONO_SC, layout_engine=ImageFont.Layout.BASIC
    )


def picture(text: str, *, size: int, bold: bool, align: Align, width: int) -> bytes:
    """Rows of `width` / 8 bytes, 1 is black: `text` at `size` times 24 dots, aligned between margins `width` apart."""
    from PIL import Image, ImageDraw

    font = _font(size)
    height = CHARACTER * size
    canvas = Image.new("L", (width, height + GAP), 0)
    long = font.getlength(text)
    left = {Align.LEFT: 0.0, Align.CENTRE: (width - long) / 2, Align.RIGHT: width - long}[align]
    # "ls": the text stands on a base line that leaves room for descenders, wherever the font puts its own top.
    ImageDraw.Draw(canvas).text(
        (max(left, 0.0), height * 0.88), text, fill=255, font=font, anchor="ls", stroke_width=1 if bold else 0
    )
    return canvas.point([255 if grey >= BLACK else 0 for grey in range(256)], "1").tobytes()
