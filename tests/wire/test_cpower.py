"""The C-Power card's wire, nailed to frames of other people's programs, in the serial and in the network form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import Unwilling
from drivers.media import Colour, Message
from drivers.wire import cpower
from drivers.wire.cpower import (
    Brightness,
    CallAnswer,
    Divide,
    External,
    Heartbeat,
    OtherCall,
    Rectangle,
    Reply,
    Request,
    Text,
    encode,
    encode_network,
    parse_device,
    parse_device_either,
    parse_device_network,
    parse_host,
    parse_host_either,
    parse_host_network,
)
from drivers.wire.reader import FRAME_LIMIT, Reader
from tests.wire.led import read, vectors

PARSE = {"host>card": parse_host, "card>host": parse_device}


def test_a_call_too_short_for_its_own_length_is_no_message() -> None:
    # Found by the fuzzer: ten bytes with a right sum.
    packet = bytes.fromhex("68 32 01 7B 01 00 00 00")
    frame = b"\xa5" + packet + sum(packet).to_bytes(2, "little") + b"\xae"
    assert read(parse_host, frame) == ([], 1)
    assert read(parse_device, frame.replace(b"\x68", b"\xe8").replace(b"\x17", b"\x97")) == ([], 1)


RED = (255, 0, 0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cpower.req.text abc", Request(External(Text(0, 0, 1, 0, 3, 2, RED, b"abc\rcba")))),
        (
            "cpower.req.text 前方积水 (escape)",
            Request(
                External(Text(0, 0, 0xF5, 0, 3, 7, (255, 255, 0), "前方积水\r\n缓慢通行".encode("gbk"))),
                card=255,
            ),
        ),
        ("cpower.req.save", Request(External(cpower.Save()))),
        ("cpower.req.power query", Request(cpower.PowerQuery())),
        ("cpower.req.restart hardware", Request(cpower.RestartCard())),
        ("cpower.req.brightness 20", Request(Brightness((20,) * 24))),
        ("cpower.req.delete all programs", Request(External(cpower.DeletePrograms()))),
        ("cpower.req.one window 128x16", Request(External(Divide((Rectangle(0, 0, 128, 16),))))),
        ("cpower.rsp.checksum error", Reply(CallAnswer(b"\x12"), result=1)),
    ],
)
def test_the_vectors_mean_what_their_names_say(name: str, message: Request | Reply) -> None:
    (vector,) = [each for each in vectors("cpower") if each.name == name]
    assert encode(message) == vector.data
    assert read(PARSE[vector.direction], vector.data) == ([message], 0)


@pytest.mark.parametrize(
    ("hex_", "command"),
    [
        ("A5 68 32 01 76 01 00 01 00 00 00 00 00 00 00 13 01 AE", cpower.Power(True)),
        ("A5 68 32 01 76 01 00 00 00 00 00 00 00 00 00 12 01 AE", cpower.Power(False)),
        ("A5 68 32 01 FE 01 41 50 50 21 9C 02 AE", cpower.RestartApp()),
        ("A5 68 32 01 7B 01 02 00 00 00 82 11 AC 01 AE", External(cpower.TemplateMode(0x11))),
    ],
)
def test_frames_seen_in_the_field_are_understood(hex_: str, command: cpower.Command) -> None:
    assert read(parse_host, bytes.fromhex(hex_)) == ([Request(command)], 0)
    assert encode(Request(command)) == bytes.fromhex(hex_)


def test_a_number_that_somebody_put_before_the_packet_is_kept() -> None:
    seen = bytes.fromhex(
        "A5 00 68 32 01 7B 01 1D 00 00 00 12 00 00 05 00 00 03 05 FF FF 00 C7 B0 B7 BD BB FD CB AA 0E 20 BB BA C2 FD"
        "CD A8 D0 D0 00 D6 0F AE"
    )
    (message,), garbled = read(parse_host, seen)
    assert message.prefix == b"\x00" and isinstance(message.command, External)  # type: ignore[union-attr]
    assert encode(message) == seen and garbled == 0


def test_water_travels_escaped_and_counts_as_two_bytes() -> None:
    frame = encode(Request(External(Text(0, 0, 0, 0, 3, 2, RED, "水".encode("gbk")))))
    assert bytes.fromhex("CB AA 0E") in frame
    assert frame[6] == 11 + 2 + 1


def test_a_heartbeat_is_a_message_from_either_end() -> None:
    beat = bytes.fromhex("A5 91 AE")
    assert read(parse_host, beat) == ([Heartbeat()], 0)
    assert read(parse_device, beat, piece=1) == ([Heartbeat()], 0)
    assert encode(Heartbeat()) == beat


def test_old_firmware_answers_with_68() -> None:
    message = Reply(CallAnswer(b"\x12"), card=3, old=True)
    assert encode(message)[1] == 0x68
    assert read(parse_device, encode(message)) == ([message], 0)


COMMANDS = [
    External(cpower.RichText(0, 1, 2, 3, 500, b"\x12\x00A")),
    External(cpower.Picture(0, 0, 1, 3, 4, 8, 0, b"I1\xa5\xaa\xae")),
    External(cpower.StaticText(0, 1, Rectangle(0, 0, 64, 16), 2, RED, b"A023")),
    External(cpower.Clock(0, 10, 0, 1, 0x18, 2, RED, b"")),
    External(cpower.Leave()),
    External(cpower.Save(clear=True)),
    External(cpower.Play(1, (1, 2, 3))),
    External(cpower.Play(0, (1, 500), wide=True)),
    External(cpower.QueryTemplate(1)),
    External(cpower.DeletePrograms((4, 5))),
    External(OtherCall(b"\x85\x00\x01\x02")),
    External(OtherCall(b"more of a text"), number=1, last=2),
    cpower.Power(False),
    cpower.Other(0x47, b"\x01\x02"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: type(getattr(each, "call", each)).__name__)
@pytest.mark.parametrize("card", [1, 0xAE])
def test_every_command_of_the_table_goes_there_and_back(command: cpower.Command, card: int) -> None:
    message = Request(command, card=card)
    assert read(parse_host, encode(message), piece=1) == ([message], 0)
    assert read(parse_host_network, encode_network(message), piece=1) == ([message], 0)


def test_the_network_form_has_no_marks_and_no_escapes() -> None:
    frame = encode_network(Request(External(Text(0, 0, 0, 0, 3, 2, RED, "水".encode("gbk")))))
    assert frame[:8] == bytes.fromhex("FF FF FF FF 19 00 00 00") and frame[8:10] == b"\x68\x32"
    assert len(frame) == 8 + 0x19 and "水".encode("gbk") in frame


def test_bytes_of_either_form_are_told_apart() -> None:
    query = Request(cpower.PowerQuery())
    line = encode(query) + encode(cpower.Networked(query, 7)) + b"\x00\x01" + encode(query)
    assert read(parse_host_either, line, piece=1) == ([query, cpower.Networked(query, 7), query], 1)
    answer = Reply(CallAnswer(b"\x12"))
    line = encode(cpower.Networked(answer)) + encode(Heartbeat()) + encode(answer)
    assert read(parse_device_either, line) == ([cpower.Networked(answer), Heartbeat(), answer], 0)


def test_a_network_reader_finds_its_place_again() -> None:
    good = encode_network(Request(cpower.PowerQuery()), 7)
    assert read(parse_host_network, b"\x00\x01\x02" + good + good) == ([Request(cpower.PowerQuery())] * 2, 1)
    answer = encode_network(Reply(CallAnswer(b"\x12")))
    assert read(parse_device_network, good[:9] + answer) == ([Reply(CallAnswer(b"\x12"))], 1)


octet = st.integers(0, 255)
word = st.integers(0, 0xFFFF)
colours = st.tuples(octet, octet, octet)
calls = st.one_of(
    st.builds(Text, octet, octet, octet, octet, word, octet, colours, st.binary(max_size=60)),
    st.builds(
        Divide, st.lists(st.builds(Rectangle, word, word, word, word), min_size=1, max_size=8).map(tuple)
    ),
    st.builds(
        cpower.StaticText,
        octet,
        octet,
        st.builds(Rectangle, word, word, word, word),
        octet,
        colours,
        st.binary(max_size=30),
    ),
    st.builds(cpower.Clock, octet, word, octet, octet, octet, octet, colours, st.binary(max_size=9)),
)
requests = st.builds(Request, calls.map(External), octet, octet)


@given(requests)
def test_what_is_encoded_is_what_is_read(message: Request) -> None:
    assert read(parse_host, encode(message)) == ([message], 0)
    assert read(parse_host_network, encode_network(message)) == ([message], 0)


@given(octet, octet, octet, st.binary(max_size=40), octet, octet)
def test_any_packet_at_all_goes_out_as_it_came_in(
    card: int, protocol: int, info: int, body: bytes, number: int, last: int
) -> None:
    command = cpower.Other(protocol, body)
    if protocol == cpower.CALL:
        command = External(OtherCall(body), number, last)  # type: ignore[assignment]
    frame = encode(Request(command, card, info))
    (found,), garbled = read(parse_host, frame)
    assert encode(found) == frame and garbled == 0


@given(octet, octet, octet, st.binary(max_size=40), st.booleans())
def test_any_answer_at_all_goes_out_as_it_came_in(
    card: int, protocol: int, result: int, body: bytes, old: bool
) -> None:
    answer = CallAnswer(body) if protocol == cpower.CALL else cpower.OtherAnswer(protocol, body)
    frame = encode(Reply(answer, card, result, old))
    (found,), garbled = read(parse_device, frame)
    assert encode(found) == frame and garbled == 0


@given(st.lists(st.binary(max_size=300) | st.just(b"\xa5" * 9), max_size=30))
def test_garbage_is_bounded_and_the_next_good_frame_is_read(noise: list[bytes]) -> None:
    reader = Reader(parse_host)
    for piece in noise:
        reader.feed(piece)
        assert reader.held <= 2 * FRAME_LIMIT
    assert reader.feed(encode(Request(cpower.Power(True))))[-1:] == [Request(cpower.Power(True))]


@given(st.integers(0, 16), octet)
def test_one_damaged_byte_never_makes_another_command(at: int, value: int) -> None:
    good = encode(Request(External(cpower.Save())))
    damaged = good[:at] + bytes([value]) + good[at + 1 :]
    messages, _ = read(parse_host, damaged + good)
    assert Request(External(cpower.Save())) in messages
    assert all(each == Request(External(cpower.Save())) for each in messages)


# -- what the hall says -----------------------------------------------------------------------------------------


STRIP = cpower.CPower(128, 16, colours=True)


def test_a_call_is_one_window_and_a_text_in_it() -> None:
    window, text = STRIP.show(3, Message(("请A023号到3号窗口",)), fresh=False)
    assert encode(window)[3] == 3 and window.command == External(Divide((Rectangle(0, 0, 128, 16),)))
    # The frame of appendix A.2, computed there for card 3.
    assert encode(text) == bytes.fromhex(
        "A5 68 32 03 7B 01 1D 00 00 00 12 00 00 05 00 00 03 02 FF 00 00 C7 EB 41 30 32 33 BA C5 B5 BD 33 BA C5 B4 B0"
        "BF DA 00 79 0C AE"
    )


@pytest.mark.parametrize(
    ("message", "effect", "colour"),
    [
        (Message(("A",), Colour.GREEN, blink=True), cpower.FLICKER, (0, 255, 0)),
        (Message(("A",), Colour.YELLOW, scroll=True), cpower.CONTINUOUS_LEFT, (255, 255, 0)),
    ],
)
def test_blinking_and_scrolling_are_effects_of_the_card(
    message: Message, effect: int, colour: tuple[int, int, int]
) -> None:
    _, text = STRIP.show(1, message, fresh=True)
    assert isinstance(text.command, External) and isinstance(text.command.call, Text)
    assert (text.command.call.effect, text.command.call.colour) == (effect, colour)


def test_yes_is_told_from_no_and_from_somebody_else() -> None:
    (asked,) = STRIP.ping(3)
    yes = Reply(cpower.OtherAnswer(0x76, b"\x01\x01"), card=3)
    assert STRIP.accepts(asked, yes)
    assert not STRIP.accepts(asked, Reply(yes.answer, card=4))
    assert not STRIP.accepts(asked, Reply(CallAnswer(b"\x12"), card=3))
    assert not STRIP.accepts(asked, Heartbeat())
    with pytest.raises(Unwilling, match="checksum"):
        STRIP.accepts(asked, Reply(yes.answer, card=3, result=1))


def test_everybody_is_told_but_not_asked() -> None:
    for asked in STRIP.show(cpower.EVERYBODY, Message(("A",)), fresh=True):
        assert asked.info == 0 and not STRIP.expects_answer(asked)


@pytest.mark.parametrize(("percent", "level"), [(0, 0), (65, 20), (100, 31)])
def test_brightness_has_thirty_two_steps_for_every_hour(percent: int, level: int) -> None:
    (asked,) = STRIP.brightness(1, percent)
    assert asked.command == Brightness((level,) * 24)


def test_a_network_card_is_spoken_to_in_the_network_form() -> None:
    card = cpower.CPower(network_id=bytes.fromhex("0A000009"))
    (asked,) = card.ping(1)
    assert card.encode(asked)[:4] == bytes.fromhex("0A 00 00 09")
    assert read(card.parse, encode_network(Reply(cpower.OtherAnswer(0x76, b"")))) == (
        [Reply(cpower.OtherAnswer(0x76, b""))],
        0,
    )


def test_the_hosts_own_words_are_nobodys_answer() -> None:
    for asked in (*STRIP.ping(3), *STRIP.show(3, Message(("A",)), fresh=True), *STRIP.power(3, True)):
        (echo,), _ = read(parse_device, encode(asked))
        assert not STRIP.accepts(asked, echo)
