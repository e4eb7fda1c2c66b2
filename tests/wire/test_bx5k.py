"""The BX-5K font card's wire, nailed to frames that other people's programs and cards produced."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import Unwilling
from drivers.media import Colour, Message
from drivers.wire import bx5k
from drivers.wire.bx5k import (
    Area,
    Areas,
    Header,
    Reply,
    Request,
    encode,
    parse_device,
    parse_host,
    reply,
    request,
)
from drivers.wire.reader import FRAME_LIMIT, Reader
from tests.wire.led import read, vectors

PARSE = {"host>card": parse_host, "card>host": parse_device}


CALL = Area(number=0, x=0, y=0, width=16, height=16, text="请A023号到3号窗口".encode("gbk"), stay=10)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bx5k.req.ping 5K2", Request(bx5k.Ping(), Header(1, bx5k.HOST, type=0x58))),
        ("bx5k.rsp.ack", reply(bx5k.Done())),
        ("bx5k.rsp.ack from 3", reply(bx5k.Done(), 3)),
        ("bx5k.req.read state", request(bx5k.ReadState())),
        (
            "bx5k.req.set time",
            Request(bx5k.SetTime(bx5k.Clock(2013, 1, 25, 11, 17, 26, 5)), reserved=b"\x08\x00"),
        ),
        ("bx5k.req.delete all areas", Request(Areas(delete=None), reserved=b"\x02\x00")),
        ("bx5k.req.brightness 12", Request(bx5k.Brightness(12), reserved=b"\x02\x00")),
        ("bx5k.req.call A023 window 3", request(Areas((CALL,)))),
        (
            "bx5k.req.initialise then text",
            request(
                Areas(
                    (Area(0, 0, 0, 8, 16, "欢迎光临".encode("gbk"), stay=10, alignment=bx5k.CENTRED),), None
                ),
                initialise=True,
            ),
        ),
        ("bx5k.req.delete area 1", request(Areas(delete=(1,)))),
        ("bx5k.req.power off", request(bx5k.Power(False))),
        ("bx5k.req.reset", request(bx5k.Reset())),
    ],
)
def test_the_vectors_mean_what_their_names_say(name: str, message: Request | Reply) -> None:
    (vector,) = [each for each in vectors("bx5k") if each.name == name]
    assert encode(message) == vector.data
    assert read(PARSE[vector.direction], vector.data) == ([message], 0)


def test_the_check_is_the_arc_variant_of_crc_16() -> None:
    assert bx5k.crc16(b"123456789") == 0xBB3D


@pytest.mark.parametrize("text", ["Z012", "功夫", "请Z012号到3号窗口", "[ZZ]¦¥"])
def test_marks_inside_a_text_are_escaped_and_come_back(text: str) -> None:
    message = request(Areas((Area(0, 0, 0, 16, 16, text.encode("gbk", "replace")),)))
    frame = encode(message)
    assert frame.count(0x5A) == 1 and frame.rindex(0xA5) == 7
    assert read(parse_host, frame, piece=1) == ([message], 0)


def test_a_letter_z_travels_as_5b_02_and_the_first_byte_pair_of_gong_as_a6_01() -> None:
    frame = encode(request(Areas((Area(0, 0, 0, 16, 16, "Z功".encode("gbk")),))))
    assert bytes.fromhex("5B 02 B9 A6 01") in frame


def test_several_end_marks_and_a_bar_code_and_other_checks_are_understood() -> None:
    frames = [
        request(bx5k.Ping()),
        Request(bx5k.Ping(), Header(1, bx5k.HOST, bar_code=bytes(range(0x50, 0x60)))),
        Request(bx5k.Ping(), Header(1, bx5k.HOST, check=bx5k.Check.SUM16)),
        Request(bx5k.Ping(), Header(1, bx5k.HOST, check=bx5k.Check.NONE, stated=0x1234)),
        Request(bx5k.Ping(), Header(1, bx5k.HOST, check=bx5k.Check.NONE)),
        Request(bx5k.Ping(), Header(1, bx5k.HOST, stated=bx5k.NOT_CHECKED)),
    ]
    line = b"".join(encode(each) + b"\x5a\x5a" for each in frames)
    assert read(parse_host, line) == (frames, 0)
    assert read(parse_host, line, piece=1) == (frames, 0)


def test_a_command_that_does_not_read_as_it_should_stays_whole() -> None:
    odd = request(bx5k.Other(0xA3, 0x02, b"\x07\x0c"))
    unknown = request(bx5k.Other(0xA7, 0x42, b"\x01\x02\x03"))
    assert read(parse_host, encode(odd) + encode(unknown)) == ([odd, unknown], 0)


@pytest.mark.parametrize(
    "command",
    [
        bx5k.Format(),
        bx5k.DeleteFiles((b"P000", b"P001")),
        bx5k.BeginFile(1, b"P000", 300),
        bx5k.WriteFile(b"P000", True, 2, 256, b"\xa5\x5a\xa6\x5b"),
        bx5k.TimedPower((((8, 30), (18, 0)),)),
        bx5k.CancelTimedPower(),
        bx5k.Brightness(7, tuple(range(16)) * 3),
        bx5k.LockProgram(True, False, b"P000"),
        bx5k.ClearScreen(),
        bx5k.Power(True),
        Areas(
            (CALL, Area(1, 0x8003, 16, 0x8040, 16, b"", voice=bx5k.Voice(0x12, 10, 5, b"\xc7\xeb"))), (1, 2)
        ),
        Areas(
            (
                Area(
                    2,
                    0,
                    0,
                    8,
                    16,
                    b"A",
                    voice=bx5k.Voice(1, 2, 3),
                    layout=b"\x04",
                    run=bx5k.Run.TIMEOUT,
                    timeout=9,
                ),
            )
        ),
    ],
)
def test_every_command_of_the_table_goes_there_and_back(command: bx5k.Command) -> None:
    message = request(command, 0x5A)
    assert read(parse_host, encode(message)) == ([message], 0)


STATE = bx5k.State(
    0, 1, 12, bx5k.Clock(2026, 11, 21, 9, 5, 0, 6), 1, b"P000", 0, 0, (0, 1), b"BX-5K1-SIMULATOR", bytes(12)
)


@pytest.mark.parametrize(
    "answer", [bx5k.Done(), bx5k.Refused(bx5k.Error.BUSY), STATE, bx5k.OtherAnswer(0xA1, 0x02, 0, b"\x01")]
)
def test_every_answer_goes_there_and_back(answer: bx5k.Answer) -> None:
    message = reply(answer, 7)
    assert read(parse_device, encode(message), piece=1) == ([message], 0)


octet = st.integers(0, 255)
word = st.integers(0, 0xFFFF)
voices = st.builds(bx5k.Voice, octet, octet, octet, st.none() | st.binary(max_size=9))
areas = st.builds(
    Area,
    number=octet,
    x=word,
    y=word,
    width=word,
    height=word,
    text=st.binary(max_size=40),
    kind=octet,
    line_gap=octet,
    run=octet,
    timeout=word,
    voice=st.none() | voices,
    layout=st.binary(max_size=3),
    alignment=octet,
    lines=octet,
    wrap=octet,
    effect=octet,
    exit=octet,
    speed=octet,
    stay=octet,
)
commands = st.one_of(
    st.just(bx5k.Ping()),
    st.builds(
        Areas, st.lists(areas, max_size=3).map(tuple), st.none() | st.lists(octet, max_size=4).map(tuple)
    ),
    st.builds(bx5k.Brightness, octet),
    st.builds(bx5k.LockProgram, st.booleans(), st.booleans(), st.binary(min_size=4, max_size=4)),
    st.builds(
        bx5k.WriteFile, st.binary(min_size=4, max_size=4), st.booleans(), word, word, st.binary(max_size=50)
    ),
)
headers = st.builds(
    Header,
    to=word,
    source=word,
    bar_code=st.just(b"") | st.binary(min_size=16, max_size=16),
    check=st.sampled_from([bx5k.Check.CRC16, bx5k.Check.SUM16]),
    mode=octet,
    type=octet,
    version=octet,
    reserved=st.binary(min_size=3, max_size=3),
)
requests = st.builds(Request, commands, headers, octet, st.binary(min_size=2, max_size=2))


@given(requests)
def test_what_is_encoded_is_what_is_read(message: Request) -> None:
    assert read(parse_host, encode(message)) == ([message], 0)


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60))
def test_any_command_at_all_goes_out_as_it_came_in(group: int, number: int, payload: bytes) -> None:
    frame = encode(request(bx5k.Other(group, number, payload)))
    (found,), garbled = read(parse_host, frame)
    assert encode(found) == frame and garbled == 0


@given(st.integers(0, 255), st.integers(0, 255), octet, st.binary(max_size=60))
def test_any_answer_at_all_goes_out_as_it_came_in(
    group: int, number: int, status: int, payload: bytes
) -> None:
    frame = encode(reply(bx5k.OtherAnswer(group, number, status, payload)))
    (found,), garbled = read(parse_device, frame)
    assert encode(found) == frame and garbled == 0


@given(
    st.lists(
        st.binary(max_size=300) | st.just(b"\xa5" * 8) | st.just(encode(request(bx5k.Ping()))), max_size=30
    )
)
def test_garbage_is_bounded_and_the_next_frame_but_one_is_read(noise: list[bytes]) -> None:
    reader = Reader(parse_host)
    for piece in noise:
        reader.feed(piece)
        assert reader.held <= 2 * FRAME_LIMIT
    good = encode(request(bx5k.Power(True)))
    # A raw A5 ends whatever went before, so the very next good frame is read.
    assert reader.feed(good)[-1:] == [request(bx5k.Power(True))]


@given(st.integers(0, 29), octet)
def test_one_damaged_byte_never_makes_another_command(at: int, value: int) -> None:
    good = encode(request(bx5k.Ping()))
    damaged = good[:at] + bytes([value]) + good[at + 1 :]
    messages, _ = read(parse_host, damaged + good)
    assert request(bx5k.Ping()) in messages
    assert {type(each.command) for each in messages} == {bx5k.Ping}


# -- what the hall says -----------------------------------------------------------------------------------------


STRIP = bx5k.Bx5k(128, 16, colours=True)


def test_a_call_is_one_area_over_the_whole_strip() -> None:
    (asked,) = STRIP.show(1, Message(("请A023号到3号窗口",)), fresh=False)
    assert asked.command == Areas((replace(CALL, alignment=bx5k.CENTRED),))


def test_a_fresh_card_is_cleared_first() -> None:
    (asked,) = STRIP.show(1, Message(("A023",)), fresh=True)
    assert asked.reserved[0] == 1
    assert isinstance(asked.command, Areas) and asked.command.delete is None


def test_blinking_is_a_second_empty_page() -> None:
    (asked,) = STRIP.show(1, Message(("A023",), blink=True), fresh=False)
    assert isinstance(asked.command, Areas)
    (area,) = asked.command.areas
    assert area.text == b"A023\\n " and area.effect == bx5k.Effect.AT_ONCE and area.stay == 1


def test_a_backslash_and_a_control_character_in_a_text_are_no_codes() -> None:
    (asked,) = STRIP.show(1, Message(("A\\C2\nB",), Colour.GREEN), fresh=False)
    assert isinstance(asked.command, Areas)
    assert asked.command.areas[0].text == b"\\C2A" + "＼".encode("gbk") + b"C2B"


def test_a_panel_that_is_only_red_gets_no_colour() -> None:
    (asked,) = bx5k.Bx5k().show(1, Message(("A",), Colour.GREEN), fresh=False)
    assert isinstance(asked.command, Areas) and asked.command.areas[0].text == b"A"


def test_a_width_that_is_no_multiple_of_eight_is_given_in_pixels() -> None:
    (asked,) = bx5k.Bx5k(100, 16).show(1, Message(("A",)), fresh=False)
    assert isinstance(asked.command, Areas)
    assert asked.command.areas[0].width == 0x8000 | 100


def test_yes_is_told_from_no_and_from_somebody_else() -> None:
    (asked,) = STRIP.ping(3)
    assert STRIP.accepts(asked, reply(bx5k.Done(), 3))
    assert not STRIP.accepts(asked, reply(bx5k.Done(), 4))
    for refusal in (bx5k.Refused(3), bx5k.Done(5), bx5k.OtherAnswer(0xA0, 9, 0)):
        with pytest.raises(Unwilling):
            STRIP.accepts(asked, reply(refusal, 3))
    # The host's own bytes, come back over a two-wire adapter, are nobody's yes.
    (echo,), _ = read(parse_device, encode(asked))
    assert not STRIP.accepts(asked, echo)


def test_nobody_answers_a_broadcast() -> None:
    (asked,) = STRIP.power(bx5k.BROADCAST, True)
    assert asked.reply == 2 and not STRIP.expects_answer(asked)


@pytest.mark.parametrize(("percent", "level"), [(0, 0), (50, 8), (100, 15), (400, 15)])
def test_brightness_has_sixteen_steps(percent: int, level: int) -> None:
    (asked,) = STRIP.brightness(1, percent)
    assert asked.command == bx5k.Brightness(level)
