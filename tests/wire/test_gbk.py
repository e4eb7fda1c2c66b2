"""Text for cards that hold GB2312 or GBK."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire.gbk import gbk, ungbk


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("Z", "5A"),
        ("功", "B9 A6"),
        ("水", "CB AE"),
        ("¥5", "A3 A4 35"),
        ("𠮷", "A1 FE"),
        ("A\x00\x1b\x7fB", "41 42"),
        ("→", "A1 FA"),
    ],
)
def test_a_text_is_what_the_card_can_draw(text: str, data: str) -> None:
    assert gbk(text) == bytes.fromhex(data)


@given(st.text())
def test_no_text_sends_a_command_or_more_than_two_bytes_a_character(text: str) -> None:
    data = gbk(text)
    assert len(data) <= 2 * len(text) and all(byte >= 0x20 and byte != 0x7F for byte in data)
    assert "�" not in ungbk(data)
