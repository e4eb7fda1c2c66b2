"""Characters that a printer lacks, drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.glyphs import picture
from drivers.media import Align


def black(data: bytes, width: int) -> list[int]:
    """The columns in which something is black."""
    rows = [data[n : n + width // 8] for n in range(0, len(data), width // 8)]
    whole = 0
    for row in rows:
        whole |= int.from_bytes(row, "big")
    return [x for x in range(width) if whole >> (width - 1 - x) & 1]


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_rare_character_stands_where_it_is_asked_for(width: int, size: int) -> None:
    for align, left in [
        (Align.LEFT, 0),
        (Align.CENTRE, (width - 24 * size) // 2),
        (Align.RIGHT, width - 24 * size),
    ]:
        data = picture("𠮷", size=size, bold=False, align=align, width=width)
        assert len(data) == width // 8 * (24 * size + 6)
        columns = black(data, width)
        assert left <= columns[0] < columns[-1] < left + 24 * size
        assert columns[-1] - columns[0] > 16 * size


def test_bold_is_blacker() -> None:
    thin, bold = (
        sum(byte.bit_count() for byte in picture("䶮", size=2, bold=bold, align=Align.LEFT, width=576))
        for bold in (False, True)
    )
    assert bold > 1.2 * thin


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=30))
def test_any_text_is_drawn_within_the_margins(text: str) -> None:
    assert len(picture(text, size=1, bold=False, align=Align.CENTRE, width=384)) == 48 * 30
