"""Cards that are only told: templates from the hall file, and the Wilipu cards that they cover."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import BadUrl
from drivers.media import Colour, Message
from drivers.wire.reader import Reader
from drivers.wire.template import Line, crc16, encode, fill, parse_host, read_template, template, wilipu
from tests.wire.led import Vector, read, vectors


@pytest.mark.parametrize("vector", vectors("wilipu"), ids=str)
@pytest.mark.parametrize("piece", [0, 1])
def test_every_wilipu_vector_is_one_message_and_goes_out_as_it_came_in(vector: Vector, piece: int) -> None:
    messages, garbled = read(parse_host, vector.data, piece=piece)
    assert [encode(message) for message in messages] == [vector.data]
    assert garbled == 0


def test_wilipu_vectors_are_what_the_hall_would_say() -> None:
    static, scroll = vectors("wilipu")
    assert wilipu().show(1, Message(("请A023号到3号窗口",)), fresh=True) == (static.data,)
    assert wilipu(20, colours=True).show(
        2, Message(("欢迎光临",), Colour.GREEN, scroll=True), fresh=False
    ) == (scroll.data,)


def test_a_template_covers_the_wilipu_card() -> None:
    static, _ = vectors("wilipu")
    for plus in "+ ":
        card = template(f"F0 01 D0 {{addr}} 01 0A {{len{plus}1}} 00 {{text}} {{sum8}}")
        assert card.show(1, Message(("请A023号到3号窗口",)), fresh=True) == (static.data,)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (
            "AA{addr}{len}{text}{xor8}55",
            "AA 03 02 48 49 AA 55".replace("AA 55", f"{0xAA ^ 3 ^ 2 ^ 0x48 ^ 0x49:02X} 55"),
        ),
        ("{addr:2be} {len:2le} {text}", "00 03 02 00 48 49"),
        ("7E {addr} {text:6} {sum8@1}", f"7E 03 48 49 20 20 20 20 {(3 + 0x48 + 0x49 + 4 * 0x20) & 255:02X}"),
        ("01 {text} {crc16}", "01 48 49 " + crc16(b"\x01HI").to_bytes(2, "little").hex(" ")),
        ("01 {text} {crc16:2be}", "01 48 49 " + crc16(b"\x01HI").to_bytes(2, "big").hex(" ")),
    ],
)
def test_fields_are_filled(text: str, frame: str) -> None:
    assert fill(read_template(text), 3, b"HI") == bytes.fromhex(frame)


def test_the_crc_is_the_modbus_variant() -> None:
    assert crc16(b"123456789") == 0x4B37


def test_a_text_of_fixed_width_is_never_cut_within_a_character() -> None:
    pieces = read_template("{text:5}")
    assert fill(pieces, 1, "请A功".encode("gbk")) == "请A功".encode("gbk")
    assert fill(pieces, 1, "请功夫".encode("gbk")) == "请功 ".encode("gbk")
    assert fill(pieces, 1, b"A") == b"A    "


@pytest.mark.parametrize(
    "text", ["F0 0 {text}", "F0 {tex}", "F0 {addr}", "{text} {sum8:3}", "{len@2}{text}", "zz"]
)
def test_a_template_that_makes_no_sense_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(BadUrl, match="template"):
        template(text)


def test_an_address_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="addr 300"):
        fill(read_template("{addr}{text}"), 300, b"")


def test_a_dumb_card_is_darkened_by_showing_nothing_and_never_waited_for() -> None:
    card = wilipu()
    (dark,) = card.power(1, False)
    assert read(parse_host, dark) == ([Line(1, b" ")], 0)
    assert card.ping(1) == card.brightness(1, 50) == card.power(1, True) == ()
    assert not card.answers and not card.expects_answer(dark)


@given(
    st.builds(
        Line,
        st.integers(1, 3),
        st.binary(max_size=254),
        st.integers(1, 2),
        st.integers(0, 255),
        st.integers(0, 2),
    )
)
def test_what_is_encoded_is_what_is_read(message: Line) -> None:
    assert read(parse_host, encode(message)) == ([message], 0)


@given(st.lists(st.binary(max_size=300) | st.just(b"\xf0\x01\xd0\x01\x01"), max_size=20))
def test_garbage_is_bounded_and_the_line_is_in_step_again(noise: list[bytes]) -> None:
    reader = Reader(parse_host)
    for piece in noise:
        reader.feed(piece)
        assert reader.held <= 600
    # A frame that announced 254 bytes may still wait for them: it cannot cost more than those.
    good = encode(Line(1, b"A"))
    assert reader.feed(good * 40)[-1:] == [Line(1, b"A")]
