"""STX multi-readers: the vectors, every message there and back, and what any bytes may do."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire import stx
from drivers.wire.reader import Reader

VECTORS = [
    v
    for v in json.loads((Path(__file__).parent / "vectors" / "idcard.json").read_text("utf-8"))
    if v["family"] == "idcard-stx"
]
VERSION = bytes.fromhex("02 00 02 31 11 20 03")


def test_what_the_commands_of_the_vectors_ask():
    heard = [m for v in VECTORS for m in Reader(stx.parse_host).feed(bytes.fromhex(v["hex"]))]
    assert heard == [
        stx.ReadId(stx.What.ALL),
        stx.ReadId(stx.What.NUMBER),
        stx.ReadId(stx.What.TEXT),
        stx.Ask(stx.Order.VERSION),
    ]


@pytest.mark.parametrize(
    "frame", ["02 00 02 31 11 21 03", "02 00 02 31 11 20 04", "02 00 00 00 03", "02 FF FF 31 11 20 03"]
)
def test_a_wrong_lrc_end_or_length_breaks_a_frame_and_the_next_is_heard(frame):
    reader = Reader(stx.parse_host)
    assert reader.feed(bytes.fromhex(frame) + VERSION) == [stx.Ask(stx.Order.VERSION)]
    assert reader.garbled >= 1


def test_the_whole_reply_is_1291_bytes_and_shows_nothing_of_the_card():
    read = stx.CardRead(b" \x00" * 128, bytes([2, 3]) * 512)
    frame = stx.encode(read)
    assert len(frame) == 1291
    assert frame[:9] == bytes.fromhex("02 05 06 90 00 01 00 04 00")
    assert Reader(stx.parse_device).feed(frame) == [read]
    assert repr(read) == "CardRead()"


def test_a_refusal_says_why():
    (answer,) = Reader(stx.parse_device).feed(stx.encode(stx.Answer(0x00F3)))
    assert str(answer) == "00F3, the reader got a wrong checksum"
    assert "in no table" in str(stx.Answer(0x1234))


replies = st.one_of(
    st.builds(stx.Answer, st.integers(0, 0xFFFF).filter(lambda s: s != stx.SUCCESS), st.binary(max_size=60)),
    st.builds(
        stx.CardRead,
        st.binary(min_size=256, max_size=256),
        st.binary(max_size=1024),
        st.none() | st.binary(max_size=1024),
    ),
)
orders = st.one_of(
    st.builds(stx.ReadId, st.sampled_from(stx.What)),
    st.builds(
        stx.Ask, st.sampled_from(stx.Order).filter(lambda o: o != stx.Order.READ_ID), st.binary(max_size=40)
    ),
    st.builds(stx.OtherCommand, st.binary(min_size=1, max_size=1)),
    st.builds(stx.OtherCommand, st.binary(max_size=40).map(lambda rest: b"\x77" + rest)),
)


@given(st.lists(replies, max_size=4), st.integers(1, 500))
def test_what_a_reader_says_is_heard_however_it_is_cut(messages, size):
    line = b"".join(map(stx.encode, messages))
    reader = Reader(stx.parse_device)
    assert [m for at in range(0, len(line), size) for m in reader.feed(line[at : at + size])] == messages


@given(st.lists(orders, max_size=8))
def test_what_a_host_says_is_heard_as_it_was_meant(messages):
    assert Reader(stx.parse_host).feed(b"".join(map(stx.encode, messages))) == messages


@given(st.lists(st.binary(max_size=200)))
def test_any_bytes_leave_a_bounded_reader_that_is_back_in_step(pieces):
    for parse in (stx.parse_device, stx.parse_host):
        reader = Reader(parse)
        for piece in pieces:
            for message in reader.feed(piece):
                assert stx.encode(message) in b"".join(pieces)
            assert reader.held <= stx.LONGEST + 5
    reader = Reader(stx.parse_host)
    reader.feed(b"".join(pieces))
    heard = reader.feed(VERSION * (stx.LONGEST // len(VERSION) + 2))
    assert heard[-1] == stx.Ask(stx.Order.VERSION)
