"""SAM frames: the vectors both ways, every message there and back, and what any bytes may do."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire import cardtext, sam
from drivers.wire.reader import Reader

VECTORS = [
    v
    for v in json.loads((Path(__file__).parent / "vectors" / "idcard.json").read_text("utf-8"))
    if v["family"] == "idcard-sam" and v["direction"] != "payload"
]
PHOTO = bytes.fromhex("57 4C 66 00 7E 00 32 00 00 FF 85") + bytes(1013)
FOUND = bytes.fromhex("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97")


def reader_of(vector):
    return Reader(sam.parse_host if vector["direction"].startswith("host") else sam.parse_device)


def answered(name: str) -> sam.DeviceMessage:
    (message,) = Reader(sam.parse_device).feed(
        bytes.fromhex(next(v["hex"] for v in VECTORS if v["name"] == name))
    )
    return message


def by_name(vector) -> str:
    return vector["name"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if not v["valid"]], ids=by_name)
def test_a_broken_vector_is_no_message_and_the_next_frame_is_heard(vector):
    reader = reader_of(vector)
    assert reader.feed(bytes.fromhex(vector["hex"])) == []
    assert reader.feed(FOUND) == [sam.Found()]
    assert reader.garbled == 1


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("sam.rsp.card found", sam.Found()),
        ("sam.rsp.find failed", sam.Answer(0, 0, sam.NO_CARD)),
        ("sam.rsp.card selected", sam.Selected()),
        ("sam.rsp.read failed", sam.Answer(0, 0, sam.NOT_READ)),
        ("sam.rsp.self test failed", sam.Answer(0, 0, 0x60)),
        ("sam.rsp.SAM id", sam.SamId(5, 1, 20990101, 1, 2)),
    ],
)
def test_an_answer_is_what_its_status_and_length_say(name, meant):
    assert answered(name) == meant


def test_the_words_of_the_module():
    assert str(answered("sam.rsp.SAM id")) == "05.01-20990101-0000000001-0000000002"
    assert str(answered("sam.rsp.read failed")) == "00 00 41, the card was not read"
    assert "in no table" in str(sam.Answer(0, 0, 0x77))


def test_the_complete_reply_of_an_invented_person():
    text = cardtext.compose(
        cardtext.CardKind.RESIDENT,
        {
            "name": "测试甲",
            "sex": "1",
            "nation": "01",
            "birth": "19900307",
            "address": "样例省虚构市示范区测试路1号",
            "number": "699999199003070011",
            "issuer": "样例市公安局",
            "valid_from": "20200101",
            "valid_to": "20400101",
        },
    )
    frame = sam.encode(sam.CardRead(text, PHOTO))
    assert len(frame) == 1295
    assert frame[:14] == bytes.fromhex("AA AA AA 96 69 05 08 00 00 90 01 00 04 00")
    assert (
        frame[14:46].hex(" ", 2)
        == "4b6d d58b 3275 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 2000 3100"
    )
    assert frame[-1] == 0x4A
    (read,) = Reader(sam.parse_device).feed(frame)
    assert isinstance(read, sam.CardRead)
    assert cardtext.card(read.text).name == "测试甲"


def test_a_reply_with_fingerprints_is_2321_bytes_and_one_without_any_on_the_card_is_1297():
    text = " ".encode("utf-16-le") * 128
    for prints, size in ((bytes(1024), 2321), (b"", 1297)):
        frame = sam.encode(sam.CardRead(text, PHOTO, prints))
        assert len(frame) == size
        assert Reader(sam.parse_device).feed(frame) == [sam.CardRead(text, PHOTO, prints)]


def test_nothing_of_a_card_stands_in_a_log_line():
    text = cardtext.compose(cardtext.CardKind.RESIDENT, {"name": "测试甲"})
    assert repr(sam.CardRead(text, PHOTO, b"finger")) == "CardRead()"
    assert "K" not in repr(sam.Answer(0, 0, 0x90, b"K" * 20)).removeprefix("Answer")


@pytest.mark.parametrize("order", list(sam.Order))
def test_every_plain_order_is_two_bytes_and_their_xor(order):
    frame = sam.encode(sam.Ask(order))
    assert frame[:9] == bytes.fromhex("AA AA AA 96 69 00 03") + order.to_bytes(2, "big")
    assert frame[9] == 3 ^ (order >> 8) ^ (order & 0xFF)
    assert Reader(sam.parse_host).feed(frame) == [sam.Ask(order)]


def test_an_order_that_is_not_in_the_table_is_heard_all_the_same():
    for message in (
        sam.OtherCommand(0x60, 5),
        sam.OtherCommand(0x20, 0x01, b"\x00"),
        sam.OtherCommand(0x77, 0, bytes(300)),
    ):
        assert Reader(sam.parse_host).feed(sam.encode(message)) == [message]


def test_a_read_reply_whose_lengths_do_not_add_up_stays_a_plain_answer():
    data = bytes.fromhex("01 00 04 00") + bytes(1279)
    (heard,) = Reader(sam.parse_device).feed(sam.encode(sam.Answer(0, 0, 0x90, data)))
    assert heard == sam.Answer(0, 0, 0x90, data)


@pytest.mark.parametrize("length", ["00 00", "00 03", "10 01", "FF FF"])
def test_an_impossible_length_does_not_hold_up_the_next_frame(length):
    reader = Reader(sam.parse_device)
    assert reader.feed(sam.PREAMBLE + bytes.fromhex(length) + FOUND) == [sam.Found()]
    assert reader.garbled == 1


def test_a_speed_that_no_parameter_stands_for_is_not_said():
    with pytest.raises(ValueError, match="4800"):
        sam.encode(sam.SetSpeed(4800))


replies = st.one_of(
    st.builds(sam.Found, st.binary(min_size=4, max_size=4)),
    st.builds(sam.Selected, st.binary(min_size=8, max_size=8)),
    st.builds(sam.SamId, *[st.integers(0, 0xFFFF)] * 2, *[st.integers(0, 0xFFFFFFFF)] * 3),
    st.builds(sam.NewestAddress, st.binary(min_size=70, max_size=70)),
    st.builds(
        sam.Answer, st.integers(0, 255), st.integers(0, 255), st.integers(0, 0x8F), st.binary(max_size=40)
    ),
    st.builds(
        sam.CardRead,
        st.binary(min_size=256, max_size=256),
        st.binary(max_size=1024),
        st.none() | st.binary(max_size=1024),
    ),
)
orders = st.one_of(
    st.builds(sam.Ask, st.sampled_from(sam.Order)),
    st.builds(sam.SetSpeed, st.sampled_from(sam.SPEEDS)),
    st.builds(sam.SetPacket, st.integers(0, 255)),
)


@given(st.lists(replies, max_size=4), st.integers(1, 500))
def test_what_a_reader_says_is_heard_however_it_is_cut(messages, size):
    line = b"".join(map(sam.encode, messages))
    reader = Reader(sam.parse_device)
    assert [m for at in range(0, len(line), size) for m in reader.feed(line[at : at + size])] == messages
    assert reader.garbled == 0


@given(st.lists(orders, max_size=8))
def test_what_a_host_says_is_heard_as_it_was_meant(messages):
    assert Reader(sam.parse_host).feed(b"".join(map(sam.encode, messages))) == messages


junk = st.lists(
    st.binary(max_size=200) | st.sampled_from([sam.PREAMBLE, sam.PREAMBLE[:3], b"\x05\x08", FOUND[:9]])
)


@given(junk)
def test_any_bytes_leave_a_bounded_reader_that_is_back_in_step_at_the_next_good_frames(pieces):
    for parse in (sam.parse_device, sam.parse_host):
        reader = Reader(parse)
        for piece in pieces:
            for message in reader.feed(piece):
                assert sam.encode(message) in b"".join(pieces)
            assert reader.held <= sam.LONGEST + 7
    reader = Reader(sam.parse_device)
    reader.feed(b"".join(pieces))
    # What was begun may claim up to LONGEST bytes; behind them everything is in step.
    heard = reader.feed(FOUND * (sam.LONGEST // len(FOUND) + 2))
    assert heard[-1] == sam.Found()


@given(st.integers(0, 1294), st.integers(1, 255))
def test_a_damaged_byte_of_a_read_reply_costs_that_reply_only(at, flip):
    frame = sam.encode(sam.CardRead(" ".encode("utf-16-le") * 128, PHOTO))
    damaged = frame[:at] + bytes([frame[at] ^ flip]) + frame[at + 1 :]
    reader = Reader(sam.parse_device)
    assert not any(isinstance(m, sam.CardRead) for m in reader.feed(damaged))
    assert sam.CardRead(" ".encode("utf-16-le") * 128, PHOTO) in reader.feed(frame + frame + frame + frame)
