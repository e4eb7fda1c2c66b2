"""Frames that neither end of a pair has made: read, said again, cut off, damaged, shouted over, and one after another."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.wire.decode import WIRES, decode
from drivers.wire.reader import Reader
from tests.wire.sentences import (
    SENTENCES,
    Sentence,
    alpha,
    arc,
    bx,
    called,
    ff,
    networked,
    packet,
    sam,
    stx,
    wrapped,
)
from tests.wire.test_decode import VECTORS

EVERY = [(dialect, each) for dialect, sentences in SENTENCES.items() for each in sentences]
IDS = [f"{dialect} {each}" for dialect, each in EVERY]
FRAMED = [(dialect, each) for dialect, each in EVERY if each.framed]
NOISE = {"alpha": "F3 9C 41", "escpos": ""}
"""Bytes that begin nothing; on the printer's wire every byte is something."""


def reader_of(dialect: str, side: str) -> Reader[object]:
    wire = WIRES[dialect]
    return Reader(wire.host, wire.host_limit) if side == "host" else Reader(wire.device, wire.device_limit)


def test_the_third_witness_knows_its_sum() -> None:
    assert arc(b"123456789") == 0xBB3D


@pytest.mark.parametrize(("dialect", "said"), EVERY, ids=IDS)
def test_what_others_put_together_is_understood_and_said_again(dialect: str, said: Sentence) -> None:
    decoded = decode(dialect, said.data, said.side)
    assert (len(decoded.messages), decoded.garbled, decoded.reencoded) == (said.count, 0, said.data)
    reader = reader_of(dialect, said.side)
    bit_by_bit = [message for byte in said.data for message in reader.feed(bytes([byte]))]
    again = b"".join(WIRES[dialect].encode(message) for message in bit_by_bit)
    assert (again, reader.garbled) == (said.data, 0)


@pytest.mark.parametrize("dialect", SENTENCES)
@pytest.mark.parametrize("side", ["host", "device"])
def test_all_that_was_ever_said_comes_through_in_one_piece(dialect: str, side: str) -> None:
    mine = [each for each in SENTENCES[dialect] if each.side == side]
    stream = b"".join(each.data for each in mine)
    for piece in (len(stream), 61, 7, 1):
        reader = reader_of(dialect, side)
        messages = [
            message for at in range(0, len(stream), piece) for message in reader.feed(stream[at : at + piece])
        ]
        assert b"".join(WIRES[dialect].encode(each) for each in messages) == stream
        assert reader.garbled == 0


@pytest.mark.parametrize("dialect", [dialect for dialect in SENTENCES if dialect != "escpos"])
def test_noise_before_and_between_is_counted_and_nothing_else_is_lost(dialect: str) -> None:
    noise = bytes.fromhex(NOISE.get(dialect, "F3 00 9C 41"))
    for said in [each for each in SENTENCES[dialect] if each.framed]:
        decoded = decode(dialect, noise + said.data + noise + said.data, said.side)
        assert decoded.reencoded == said.data * 2, said
        assert decoded.garbled == 2


@pytest.mark.parametrize("dialect", [dialect for dialect in SENTENCES if dialect != "escpos"])
def test_a_frame_that_was_cut_off_anywhere_is_none_and_the_next_one_is_heard(dialect: str) -> None:
    for said in [each for each in SENTENCES[dialect] if each.framed and len(each.data) < 60]:
        for end in range(1, len(said.data)):
            decoded = decode(dialect, said.data[:end], said.side)
            assert decoded.messages == [] and decoded.garbled, (said, end)
            decoded = decode(dialect, said.data[:end] + said.data, said.side)
            assert decoded.reencoded.endswith(said.data), (said, end)


@pytest.mark.parametrize("dialect", [dialect for dialect in SENTENCES if dialect != "escpos"])
def test_a_damaged_byte_never_passes_for_what_was_said(dialect: str) -> None:
    for said in [each for each in SENTENCES[dialect] if each.framed and len(each.data) < 60]:
        meant = decode(dialect, said.data, said.side).messages
        for at in range(len(said.data)):
            broken = bytearray(said.data)
            broken[at] ^= 0x04
            decoded = decode(dialect, bytes(broken), said.side)
            assert decoded.messages != meant or at < 8, (said, at)
            assert decoded.reencoded != said.data or at < 8, (said, at)


def sized(count: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=count, max_size=count)


BYTE, WORD, SOME = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.binary(max_size=40)


def begun(*beginnings: str, shortest: int = 0) -> st.SearchStrategy[bytes]:
    """Any bytes, many of them behind one of these beginnings: what reads almost like a command."""
    known = st.sampled_from([bytes.fromhex(each) for each in beginnings])
    return st.binary(min_size=shortest, max_size=40) | st.builds(bytes.__add__, known, SOME)


FONT_CARD = st.builds(
    bx, begun("A000000000", "A100010000", "A101010000", "A102010000", "A105010000", "A106010000", "A203010000", "A300010000",
              "A301010000", "A302010000", "A304010000", "A306010000", "A3060100000001", shortest=5),
    to=WORD, source=WORD, kind=BYTE, mode=BYTE, check=st.integers(0, 2), bar=st.just(b"") | st.binary(min_size=16, max_size=16),
    reserved=st.binary(min_size=3, max_size=3),
)  # fmt: skip
CALLS = st.builds(
    called, begun("01", "02", "03", "04", "05", "06", "07", "08", "09", "12", "81", "82", "83", "84"), BYTE, BYTE, card=BYTE, info=BYTE
)  # fmt: skip
OTHERS = st.builds(packet, st.sampled_from([0x76, 0x46, 0xFE, 0x2D, 0x55]), SOME, card=BYTE, info=BYTE)
COMMAND = st.builds(
    bytes.__add__, st.sampled_from([b"A", b"B", b"E$", b"E.", b"E&", b"E/", b"E(", b"Es", b'E"', b"F", b"G", b"I", b"X", b""]),
    st.lists(st.integers(6, 0xFF) | st.integers(0x20, 0x7E), max_size=30).map(bytes),
)  # fmt: skip
SHELLS: dict[tuple[str, str], st.SearchStrategy[bytes]] = {
    ("bx5k", "host"): FONT_CARD,
    ("bx5k", "device"): FONT_CARD,
    ("cpower", "host"): CALLS | OTHERS.map(wrapped) | OTHERS.map(networked),
    ("cpower", "device"): CALLS | OTHERS.map(wrapped),
    ("alpha", "host"): st.builds(alpha, COMMAND, nuls=st.integers(0, 20), checked=st.booleans()),
    ("alpha", "device"): st.builds(alpha, COMMAND, kind=st.just(b"0"), checked=st.booleans()),
    ("ff68", "host"): st.builds(ff, BYTE, BYTE | st.sampled_from([1, 2, 3]), st.binary(max_size=253)),
    ("ff68", "device"): st.builds(ff, BYTE, BYTE | st.just(0x11), st.binary(min_size=1, max_size=3)),
    ("sam", "host"): begun("10FF", "2001", "3001", "6000", "61FF", shortest=2).map(sam),
    ("sam", "device"): (
        begun("000090", "00009F", "000080", shortest=3)
        | st.builds(bytes.__add__, st.just(b"\0\0\x90"), st.sampled_from([8, 16, 70, 260]).flatmap(sized))
    ).map(sam),
    ("stx", "host"): begun("CA01", "3111", "3113", "3226", shortest=1).map(stx),
    ("stx", "device"): begun("9000", "00FD", shortest=2).map(stx),
}
"""Sound frames around anything, by the framers of sentences.py."""


@pytest.mark.parametrize(("dialect", "side"), SHELLS)
@settings(max_examples=30)
@given(data=st.data())
def test_whatever_stands_in_a_sound_frame_is_one_message_and_is_said_again(
    dialect: str, side: str, data: st.DataObject
) -> None:
    frame = data.draw(SHELLS[dialect, side])
    decoded = decode(dialect, frame, side)
    json.dumps(decoded.messages)
    assert (len(decoded.messages), decoded.garbled, decoded.reencoded) == (1, 0, frame)


def test_what_a_manual_prints_without_its_frame_is_read_too() -> None:
    led = json.loads((VECTORS / "led.json").read_text("utf-8"))
    cards = json.loads((VECTORS / "idcard.json").read_text("utf-8"))
    rows = [
        (dialect, row)
        for dialect, file in (("alpha", led["vectors"] if isinstance(led, dict) else led), ("sam", cards))
        for row in file
        if row["direction"] == "payload"
    ]
    assert len(rows) >= 12
    for dialect, row in rows:
        data = bytes.fromhex(row["hex"])
        decoded = decode(dialect, data, "host")
        assert (len(decoded.messages), decoded.garbled, decoded.reencoded) == (1, 0, data), row["name"]
    assert decode("alpha", b"hello", "host").messages == []
    assert decode("sam", bytes(256), "device").messages == []
