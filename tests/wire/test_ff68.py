"""The FF 68 bus: its vectors both ways, and what any bytes may do to its readers."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import BadUrl
from drivers.media import Key, KeyPress, Prompt, Rating
from drivers.wire import ff68
from drivers.wire.keymap import KeyMap
from drivers.wire.reader import Reader

VECTORS = json.loads((Path(__file__).parent / "vectors" / "pads.json").read_text("utf-8"))
DEVICE = [v for v in VECTORS if not v["direction"].startswith("host")]
HOST = [v for v in VECTORS if v["direction"].startswith("host")]


def device_reader() -> Reader[ff68.DeviceMessage]:
    return Reader(ff68.parse_device, ff68.FRAME_LIMIT)


def host_reader() -> Reader[ff68.HostMessage]:
    return Reader(ff68.parse_host, ff68.FRAME_LIMIT)


def test_there_are_vectors_of_both_sides():
    assert (len(DEVICE), len(HOST)) == (8, 7)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ff68.key.call next", KeyPress(5, Key.CALL_NEXT)),
        ("ff68.key.start evaluation", KeyPress(5, Key.ASK_RATING)),
        ("ff68.key.abandon", KeyPress(5, Key.MISSED)),
        ("ff68.key.call back", KeyPress(5, Key.RETURN_PARKED)),
        ("ff68.key.pause", KeyPress(5, Key.PAUSE)),
        ("ff68.eval.value 0", Rating(5, 5)),
        ("ff68.eval.value 1", Rating(5, 4)),
    ],
)
def test_the_dialect_knows_what_a_press_asks_for(name, meant):
    frame = bytes.fromhex(next(v["hex"] for v in DEVICE if v["name"] == name))
    (message,) = device_reader().feed(frame)
    assert ff68.Ff68().hear(message) == meant


def test_a_key_is_answered_with_its_own_bytes_and_a_rating_with_function_01():
    dialect = ff68.Ff68()
    for function in (0x01, 0x07, 0xC0):
        key = ff68.Keyed(9, function, b"\x0c")
        assert dialect.answer(key) == ff68.encode(key)
    answers = {v["name"]: bytes.fromhex(v["hex"]) for v in HOST}
    for value in (0, 1, 3):
        assert dialect.answer(ff68.Valued(5, value)) == answers[f"ff68.eval.ack {value}"]


def test_what_the_host_says_is_what_the_vectors_say():
    dialect = ff68.Ff68()
    said = {v["name"]: bytes.fromhex(v["hex"]) for v in HOST}
    assert dialect.beep(5) == said["ff68.host.beep"]
    assert dialect.prompt(Prompt(5, "r1")) == said["ff68.host.start evaluation"]
    assert dialect.show_ticket(5, "A023") == said["ff68.host.show ticket 023"]
    assert dialect.show_waiting(5, 12) == said["ff68.host.show waiting 012"]
    assert dialect.stars(5, 5) == bytes.fromhex("FF 68 03 03 68 05 02 05 0C 16")


def test_a_number_shows_its_last_three_digits_and_a_short_one_is_led_by_dark_digits():
    assert ff68.Ff68().show_ticket(1, "B1024") == ff68.encode(ff68.Show(1, b"\n\n\n\x00\x02\x04"))
    assert ff68.Ff68().show_ticket(1, "A7") == ff68.encode(ff68.Show(1, b"\n\n\n\n\n\x07"))
    assert ff68.Ff68().show_waiting(1, 4711) == ff68.encode(ff68.Show(1, b"\x09\x09\x09\n\n\n"))


def test_a_sum_of_16_hex_does_not_end_the_frame_early():
    frame = bytes.fromhex("FF 68 03 03 68 05 11 00 16 16")
    assert device_reader().feed(frame + frame) == [ff68.Valued(5, 0)] * 2


@pytest.mark.parametrize(
    "frame",
    [
        "FF 68 02 02 68 05 03 08 16",  # a device never speaks without data
        "FF 68 06 06 68 05 01 00 00 00 0C 12 16",  # nor with four keys
        "FF 68 03 04 68 05 01 0C 12 16",
        "FF 68 03 03 69 05 01 0C 12 16",
        "FF 68 03 03 68 05 01 0C 12 17",
    ],
)
def test_a_host_refuses_what_no_device_says(frame):
    reader = device_reader()
    good = ff68.encode(ff68.Keyed(5, 1, b"\x0d"))
    assert reader.feed(bytes.fromhex(frame)) == []
    assert reader.feed(good) == [ff68.Keyed(5, 1, b"\x0d")]
    assert reader.garbled >= 1


def test_digits_before_a_function_key_do_not_change_it_but_a_confirmed_number_must_be_known():
    dialect = ff68.Ff68()
    assert dialect.hear(ff68.Keyed(2, 1, b"\x04\x02\x0c")) == KeyPress(2, Key.CALL_NEXT)
    assert dialect.hear(ff68.Keyed(2, 1, b"\x00\x0f")) == KeyPress(2, Key.PARK)
    assert dialect.hear(ff68.Keyed(2, 1, b"\x07\x0f")) is None
    assert dialect.hear(ff68.Keyed(2, 1, b"\x01\x06\x0f")) is None
    assert dialect.hear(ff68.Keyed(2, 1, b"\x0e")) is None
    assert dialect.hear(ff68.Plain(2, 0x11, b"\x01\x02")) is None


def test_a_key_map_is_a_setting_of_each_device():
    keymap = KeyMap.from_query(
        {
            "levels": "2,3,4,5",
            "levels.7": "-,5",
            "keys": "0e:missed,12:-",
            "keys.7": "0c:recall",
            "baud": "9600",
        }
    )
    assert [keymap.level(5, value) for value in range(5)] == [2, 3, 4, 5, None]
    assert [keymap.level(7, value) for value in range(3)] == [None, 5, None]
    assert (keymap.key(5, "0E"), keymap.key(5, "12"), keymap.key(5, "0c")) == (
        Key.MISSED,
        None,
        Key.CALL_NEXT,
    )
    assert (keymap.key(7, "0c"), keymap.key(7, "0e")) == (Key.RECALL, Key.MISSED)


@pytest.mark.parametrize(
    "query",
    [{"levels": "5,6"}, {"levels": ""}, {"keys": "0c"}, {"keys": "zz:recall"}, {"keys.x": "0c:recall"}],
)
def test_a_key_map_that_makes_no_sense_is_refused_by_name(query):
    (name,) = query
    with pytest.raises(BadUrl, match=name.replace(".", r"\.")):
        KeyMap.from_query(query)


bytes_of_one = st.integers(0, 255)
device_messages = st.one_of(
    st.builds(
        ff68.Keyed,
        bytes_of_one,
        bytes_of_one.filter(lambda f: f != ff68.RATING_FUNCTION),
        st.binary(min_size=1, max_size=3),
    ),
    st.builds(ff68.Valued, bytes_of_one, bytes_of_one),
)
host_messages = st.one_of(
    st.builds(ff68.Beep, bytes_of_one),
    st.builds(ff68.Stars, bytes_of_one, bytes_of_one),
    st.builds(ff68.Show, bytes_of_one, st.binary(min_size=6, max_size=6)),
    st.builds(ff68.OpenRating, bytes_of_one),
    st.builds(ff68.Plain, bytes_of_one, bytes_of_one.filter(lambda f: f > 3), st.binary(max_size=253)),
)


@given(st.lists(device_messages, max_size=8), st.integers(1, 7))
def test_what_devices_say_is_heard_however_it_is_cut(messages, size):
    line = b"".join(map(ff68.encode, messages))
    reader = device_reader()
    assert [m for at in range(0, len(line), size) for m in reader.feed(line[at : at + size])] == messages
    assert reader.garbled == 0


@given(st.lists(host_messages, max_size=8))
def test_what_a_host_says_is_heard_as_it_was_meant(messages):
    assert host_reader().feed(b"".join(map(ff68.encode, messages))) == messages


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_bytes_leave_a_bounded_reader_that_is_back_in_step(pieces):
    reader, good = device_reader(), ff68.encode(ff68.Keyed(5, 1, b"\x0c"))
    for piece in pieces:
        reader.feed(piece)
        assert reader.held <= 12
    # A frame that was begun may swallow the first good one's head; the second, said again by the device, is heard.
    heard = reader.feed(good) + reader.feed(good)
    assert ff68.Keyed(5, 1, b"\x0c") in heard


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_whatever_a_reader_makes_of_any_bytes_encodes_to_a_piece_of_them(pieces):
    line = b"".join(pieces)
    for reader in (device_reader(), host_reader()):
        assert all(ff68.encode(m) in line for m in reader.feed(line))
        assert reader.held <= ff68.FRAME_LIMIT
