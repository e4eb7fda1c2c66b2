"""The Alpha sign's wire, nailed to the bytes of three open programs and the form's worked examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import Unwilling
from drivers.media import Colour, Message
from drivers.wire import alpha
from drivers.wire.alpha import (
    Ack,
    Check,
    Closed,
    File,
    MemoryMap,
    Nak,
    Response,
    Transmission,
    WriteText,
    encode,
    parse_device,
    parse_host,
    payload,
    read_payload,
)
from drivers.wire.reader import FRAME_LIMIT, Reader
from tests.wire.led import Vector, read, vectors

PARSE = {"host>sign": parse_host, "sign>host": parse_device}


@pytest.mark.parametrize("vector", [*vectors("alpha", "host>sign"), *vectors("alpha", "sign>host")], ids=str)
@pytest.mark.parametrize("piece", [0, 1])
def test_every_frame_is_one_message_and_goes_out_as_it_came_in(vector: Vector, piece: int) -> None:
    messages, garbled = read(PARSE[vector.direction], vector.data, piece=piece)
    assert [encode(message) for message in messages] == [vector.data]
    assert garbled == 0
    if isinstance(messages[0], Transmission | Response):
        assert not any(isinstance(each.command, alpha.Other) for each in messages[0].commands)


@pytest.mark.parametrize("vector", vectors("alpha", "payload"), ids=str)
def test_every_payload_is_understood_and_goes_out_as_it_came_in(vector: Vector) -> None:
    command = read_payload(vector.data)
    assert not isinstance(command, alpha.Other)
    assert payload(command) == vector.data
    message = Transmission((Closed(command),))
    assert read(parse_host, encode(message)) == ([message], 0)


@pytest.mark.parametrize(
    ("hex_", "command"),
    [
        ("41 41 1B 20 62 48 49", WriteText("A", b"HI", " ", "b")),
        ("41 43 1B 20 6E 37 48 49", WriteText("C", b"HI", " ", "n7")),
        ("41 30", WriteText("0")),
        ("41 51 74 65 73 74", WriteText("Q", b"test")),
        ("45 24 41 41 55 30 31 30 30 46 46 46 46", MemoryMap((File("A", "A", False, "0100", "FFFF"),))),
        ("45 24", MemoryMap()),
        ("47 31 33 36 34", alpha.WriteString("1", b"364")),
        ("45 2E 53 55 41 42 43", alpha.RunSequence("ABC")),
        ("45 20 30 39 30 35", alpha.SetClock(9, 5)),
        ("45 27 4D", alpha.SetClockForm(True)),
        ("45 2C", alpha.SoftReset()),
        ("45 21 30 30", alpha.Speaker(True)),
        ("45 73 31", alpha.Acks(True)),
        ("45 2F 30 30 30 34", alpha.Dim(4)),
        ("46 22", alpha.ReadSpecial('"')),
        ("49 50 30 32 30 33 30 31 32 0D 38 37 36 0D", alpha.WriteDots("P", "0203", b"012\r876\r")),
    ],
)
def test_payloads_mean_what_the_table_says(hex_: str, command: alpha.Command) -> None:
    assert payload(command) == bytes.fromhex(hex_)
    assert read_payload(bytes.fromhex(hex_)) == command


def test_the_frames_of_the_document_are_written_byte_for_byte() -> None:
    call = Transmission((Closed(WriteText("A", b"A023 - WINDOW 3", " ", "b"), Check.SUM),))
    (vector,) = [each for each in vectors("alpha") if each.name == "alpha.req.call checksum"]
    assert encode(call) == vector.data
    priority = Transmission((Closed(WriteText("0", b"\x1c1A023", " ", "c"), Check.SUM),), "^", "03")
    assert encode(priority) == bytes.fromhex(
        "00 00 00 00 00 01 5E 30 33 02 41 30 1B 20 63 1C 31 41 30 32 33 03 30 32 33 37 04"
    )
    seen = bytes.fromhex("00 00 00 00 00 00 01 5A 30 41 02 58 04")
    assert read(parse_host, seen) == (
        [Transmission((Closed(alpha.Other(b"X")),), "Z", "0A", nuls=6)],
        0,
    )
    assert [encode(each) for each in read(parse_host, seen)[0]] == [seen]


def test_general_information_is_read_with_and_without_its_revision_letter() -> None:
    (vector,) = [each for each in vectors("alpha") if each.name == "alpha.rsp.general information"]
    ((found,), _) = read(parse_device, vector.data)
    assert isinstance(found, Response)
    assert found.commands[0].command == alpha.GeneralInformation(
        "1044-160", "B", "0193", "1433", "M", True, 0x4000, 0x0BB8
    )
    bare = alpha.GeneralInformation("10444402", "", "0193", "0000", "S", False, 0x4000, 0)
    assert read_payload(payload(bare)) == bare


def test_commands_may_follow_each_other_in_one_frame() -> None:
    message = Transmission(
        (
            Closed(alpha.Acks(True), Check.SUM),
            Closed(alpha.WriteString("1", b"A023"), Check.ETX),
            Closed(alpha.SoftReset()),
        )
    )
    assert read(parse_host, encode(message), piece=1) == ([message], 0)


def test_a_wrong_sum_is_no_message_and_the_next_frame_is_read() -> None:
    good = encode(Transmission((Closed(alpha.SoftReset(), Check.SUM),)))
    bad = good.replace(b"E,", b"E.")
    assert read(parse_host, bad + good) == ([Transmission((Closed(alpha.SoftReset(), Check.SUM),))], 1)


def test_a_frame_cut_in_the_middle_costs_only_itself() -> None:
    good = Transmission((Closed(WriteText("A", b"HI", " ", "b")),))
    assert read(parse_host, encode(good)[:12] + encode(good), piece=1) == ([good], 1)


def test_acks_and_answers_are_told_apart_on_one_line() -> None:
    answer = Response((Closed(alpha.WriteString("1", b"x"), Check.SUM),))
    line = encode(Ack()) + encode(answer) + encode(Nak()) + b"\xfe" + encode(Ack())
    assert read(parse_device, line, piece=1) == ([Ack(), answer, Nak(), Ack()], 1)


label = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
text = st.binary(max_size=40).map(lambda data: bytes(each for each in data if each > 4))
hex4 = st.integers(0, 0xFFFF).map(lambda number: f"{number:04X}")
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=9)
commands = st.one_of(
    st.builds(
        WriteText, label, text, st.sampled_from(' "&012'), st.sampled_from(["a", "b", "m", "n0", "n9", "t"])
    ),
    st.builds(alpha.WriteString, label, text),
    st.builds(alpha.ReadText, label),
    st.builds(
        alpha.WriteDots,
        label,
        hex4,
        st.lists(st.text("012345678", max_size=5)).map(lambda r: "\r".join(r).encode()),
    ),
    st.builds(
        MemoryMap,
        st.lists(st.builds(File, label, st.sampled_from("ABD"), st.booleans(), hex4, hex4), max_size=4).map(
            tuple
        ),
    ),
    st.builds(alpha.RunSequence, printable, st.sampled_from("STD"), st.booleans()),
    st.builds(alpha.SetClock, st.integers(0, 23), st.integers(0, 59)),
    st.builds(alpha.SetDate, st.integers(1, 12), st.integers(1, 31), st.integers(0, 99)),
    st.builds(alpha.Dim, st.integers(0, 4), st.integers(0, 255)),
    st.builds(alpha.Tone, printable),
)
frames = st.builds(
    Transmission,
    st.lists(st.builds(Closed, commands, st.sampled_from(Check)), min_size=1, max_size=3).map(tuple),
    st.sampled_from("Z^12?"),
    st.sampled_from(["00", "0A", "?3", "FF"]),
    st.integers(0, alpha.MOST_NULS),
)


@given(frames)
def test_what_is_encoded_is_what_is_read(message: Transmission) -> None:
    assert read(parse_host, encode(message)) == ([message], 0)


@given(text)
def test_any_payload_at_all_goes_out_as_it_came_in(data: bytes) -> None:
    frame = encode(Transmission((Closed(alpha.Other(data), Check.SUM),)))
    (found,), garbled = read(parse_host, frame)
    assert encode(found) == frame and garbled == 0


@given(
    st.sampled_from([parse_host, parse_device]),
    st.lists(st.binary(max_size=300) | st.just(bytes(500)) | st.just(b"\x01Z00\x02A"), max_size=30),
)
def test_garbage_is_bounded_and_the_line_is_in_step_again(parse: object, noise: list[bytes]) -> None:
    reader: Reader[alpha.HostMessage | alpha.SignMessage] = Reader(parse)  # type: ignore[arg-type]
    for piece in noise:
        reader.feed(piece)
        assert reader.held <= 2 * FRAME_LIMIT
    commands = (Closed(alpha.SoftReset(), Check.SUM),)
    good = Transmission(commands) if parse is parse_host else Response(commands)
    last = reader.feed(encode(good))[-1]
    assert isinstance(last, Transmission | Response) and last.commands == good.commands


# -- what the hall says -----------------------------------------------------------------------------------------


def _only(said: tuple[Transmission, ...]) -> alpha.Command:
    (asked,) = said
    return asked.commands[0].command


def test_a_call_is_text_file_a_held_in_the_middle() -> None:
    sign = alpha.Alpha()
    assert _only(sign.show(3, Message(("A023 > 3",)), fresh=False)) == WriteText(
        "A", b"\x1c1A023 > 3", " ", "b"
    )
    (asked,) = sign.show(3, Message(("A023 → 3",), Colour.GREEN, blink=True), fresh=False)
    assert asked.address == "03"
    assert asked.commands[0].command == WriteText("A", b"\x1c2A023 > 3", " ", "c")


def test_a_fresh_sign_is_given_back_and_shows_file_a_alone() -> None:
    told = [each.commands[0].command for each in alpha.Alpha().show(3, Message(("A",)), fresh=True)]
    assert told[:2] == [WriteText("0"), alpha.RunSequence("A")]
    with_acks = alpha.Alpha(acks=True).show(3, Message(("A",)), fresh=True)
    assert with_acks[0].commands[0].command == alpha.Acks(True)


def test_chinese_and_frame_marks_never_reach_the_sign() -> None:
    command = _only(alpha.Alpha().show(1, Message(("请\x04A\x02",)), fresh=False))
    assert command == WriteText("A", b"\x1c1?A", " ", "b")


def test_a_sign_without_acks_is_not_waited_for() -> None:
    (asked,) = alpha.Alpha().show(3, Message(("A",)), fresh=False)
    assert not alpha.Alpha().expects_answer(asked)
    assert alpha.Alpha(acks=True).expects_answer(asked)


def test_yes_is_told_from_no() -> None:
    sign = alpha.Alpha(acks=True)
    (asked,) = sign.show(3, Message(("A",)), fresh=False)
    assert sign.accepts(asked, Ack())
    with pytest.raises(Unwilling):
        sign.accepts(asked, Nak())
    (ping,) = sign.ping(3)
    assert not sign.accepts(ping, Ack())
    told = Response(
        (Closed(alpha.GeneralInformation("1044-160", "B", "0193", "1433", "M", True, 1, 1), Check.SUM),)
    )
    assert sign.accepts(ping, told) and sign.firmware(told) == "1044-160B"


@pytest.mark.parametrize(("percent", "level"), [(100, 0), (90, 1), (60, 3), (0, 4)])
def test_brightness_has_five_steps(percent: int, level: int) -> None:
    assert _only(alpha.Alpha().brightness(1, percent)) == alpha.Dim(level)


def test_a_sign_has_no_switch_but_a_dark_priority_message() -> None:
    assert _only(alpha.Alpha().power(1, False)) == WriteText("0", b"", " ", "b")
    assert _only(alpha.Alpha().power(1, True)) == WriteText("0")
