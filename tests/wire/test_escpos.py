"""ESC/POS against bytes that somebody else wrote, in both directions, and against any bytes at all."""

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import Unwilling
from drivers.media import Align, Feed, Qr, Rule, Slip, Text, Trouble
from drivers.wire import escpos
from drivers.wire.escpos import (
    AskStatus,
    AutoStatusBack,
    Barcode,
    Bold,
    Characters,
    ChineseStyle,
    Control,
    Cut,
    FeedLines,
    Flow,
    FullStatus,
    HostMessage,
    Identity,
    Initialise,
    Justify,
    LineFeed,
    Other,
    Present,
    Profile,
    Raster,
    RealTime,
    Recover,
    Report,
    Size,
    Speaker,
    Status,
    Symbol,
    encode,
    parse_device,
    parse_host,
    plain,
    wrap,
)
from drivers.wire.reader import Reader


def host() -> Reader[HostMessage]:
    return Reader(parse_host, escpos.HOST_LIMIT)


def device() -> Reader[escpos.DeviceMessage]:
    return Reader(parse_device, escpos.DEVICE_LIMIT)


def joined(messages: list[escpos.Message]) -> list[escpos.Message]:
    """The same with the text between two commands in one piece, however it arrived."""
    whole: list[escpos.Message] = []
    for message in messages:
        if isinstance(message, Characters) and whole and isinstance(whole[-1], Characters):
            whole[-1] = Characters(whole[-1].data + message.data)
        else:
            whole.append(message)
    return whole


@pytest.mark.parametrize(
    ("sent", "messages"),
    [
        ("1B 40", [Initialise()]),
        ("1B 61 01", [Justify(1)]),
        ("1B 64 06 1D 56 00", [FeedLines(6), Cut(0)]),
        ("1D 56 42 00", [Cut(66, 0)]),
        ("1D 65 03 0A 1D 65 05", [Present(3, 10), Present(5)]),
        ("1D 6B 04 41 42 00", [Barcode(4, b"AB")]),
        ("1D 6B 49 04 7B 42 31 32", [Barcode(73, b"{B12")]),
        ("1D 76 30 00 01 00 02 00 10 04", [Raster(0, 1, 2, b"\x10\x04")]),
        ("1D 28 6B 03 00 31 51 30", [Symbol(0x31, 0x51, b"0")]),
        ("10 05 02", [Recover(2)]),
        ("0D 09 0A", [Control(13), Control(9), LineFeed()]),
        ("1B 2A 21 01 00 FF 00 FF", [Other(b"\x1b*", b"!\x01\x00\xff\x00\xff")]),
        ("1B 44 08 10 00", [Other(b"\x1bD", b"\x08\x10\x00")]),
    ],
)
def test_commands_mean_what_the_manual_says(sent: str, messages: list[HostMessage]) -> None:
    assert host().feed(bytes.fromhex(sent)) == messages


def test_an_unknown_command_is_counted_and_what_follows_is_read() -> None:
    reader = host()
    assert joined([*reader.feed(b"\x1b\x01A\n")])[-2:] == [Characters(b"A"), LineFeed()]
    assert reader.garbled == 1


@given(st.binary(max_size=400), st.integers(1, 7))
def test_any_bytes_from_a_host_leave_a_reader_that_reads_the_next_slip(noise: bytes, piece: int) -> None:
    limit = 512
    reader = Reader(parse_host, limit)
    for n in range(0, len(noise), piece):
        reader.feed(noise[n : n + piece])
        assert reader.held <= limit
    # The noise may be the beginning of a picture; filling it is what `probe` does.
    reader.feed(bytes(2 * limit))
    assert reader.feed(b"\x1b@") == [Initialise()]


@given(st.binary(max_size=400), st.integers(1, 7))
def test_any_bytes_from_a_printer_leave_a_reader_that_reads_the_next_answer(noise: bytes, piece: int) -> None:
    reader = device()
    for n in range(0, len(noise), piece):
        reader.feed(noise[n : n + piece])
        assert reader.held <= escpos.DEVICE_LIMIT
    # At most an identity is unfinished; the end mark ends it, and whatever stood before it.
    reader.feed(b"\x00" * 6)
    assert reader.feed(b"\x12")[-1:] == [Status(0x12)]


PREFIXES = [
    b"\x1b",
    b"\x1c",
    b"\x1d",
    b"\x10\x04",
    b"\x1dv0\x00",
    b"\x1d(k",
    b"\x1dk",
    b"\x1bD",
    b"\x5f",
    b"\x10\x0f",
]
"""Beginnings that random bytes would seldom find."""


@given(st.lists(st.one_of(st.sampled_from(PREFIXES), st.binary(max_size=6)), max_size=40), st.integers(1, 5))
def test_any_bytes_mean_the_same_however_they_are_cut(parts: list[bytes], piece: int) -> None:
    data = b"".join(parts)
    for new in (host, device):
        whole, cut = new(), new()
        found = joined(list(whole.feed(data)))
        assert joined([m for n in range(0, len(data), piece) for m in cut.feed(data[n : n + piece])]) == found
        assert (whole.garbled, whole.held) == (cut.garbled, cut.held)


@given(
    st.lists(
        st.one_of(
            st.integers(0, 15).map(lambda n: Report(n & 0x0F)),
            st.sampled_from([0x12, 0x16, 0x1A, 0x1E, 0x32, 0x72, 0x7E]).map(Status),
            st.tuples(*[st.integers(0, 15)] * 3)
            .filter(lambda rest: rest[0] != 15)
            .map(lambda rest: AutoStatusBack(0x10, *rest)),
            st.binary(max_size=20).map(lambda text: Identity(bytes(0x41 + b % 20 for b in text))),
            st.sampled_from([0x11, 0x13]).map(Flow),
        )
    ),
    st.integers(1, 5),
)
def test_answers_in_any_order_come_out_as_they_went_in(
    answers: list[escpos.DeviceMessage], piece: int
) -> None:
    data = b"".join(map(encode, answers))
    reader = device()
    found = [m for n in range(0, len(data), piece) for m in reader.feed(data[n : n + piece])]
    assert found == answers
    assert reader.garbled == 0


def test_a_real_time_answer_in_the_middle_of_an_automatic_status_is_told_apart() -> None:
    reader = device()
    assert reader.feed(bytes.fromhex("18 00 12 0F 00")) == [Status(0x12), AutoStatusBack(0x18, 0, 0x0F, 0)]
    assert reader.feed(bytes.fromhex("5F 54 50 13 38 00")) == [Flow(0x13), Identity(b"TP8")]
    assert reader.garbled == 0


def test_the_full_status_of_a_kiosk_printer_is_read() -> None:
    assert device().feed(bytes.fromhex("10 0F 05 02 00 00")) == [FullStatus(5, 2, 0, 0)]


@pytest.mark.parametrize("piece", [1, 2, 3, 100])
def test_real_time_commands_are_found_inside_a_picture_and_the_picture_stays_whole(piece: int) -> None:
    picture = Raster(0, 4, 2, bytes.fromhex("FF 10 04 01 00 10 05 02"))
    data = encode(picture)
    real_time, reader = RealTime(), host()
    found, messages = [], []
    for n in range(0, len(data), piece):
        found += [(n + at, command) for at, command in real_time.feed(data[n : n + piece])]
        messages += reader.feed(data[n : n + piece])
    assert found == [(len(data) - 4, AskStatus(1)), (len(data), Recover(2))]
    assert messages == [picture]


# -- what a host says ---------------------------------------------------------------------------------------------


def draw_nothing(text: str, *, size: int, bold: bool, align: Align, width: int) -> bytes:
    return bytes(width // 8 * 24 * size)


def said(
    *parts: object, profile: Profile | None = None, picture: escpos.Picture = draw_nothing
) -> list[HostMessage]:
    slip = Slip("1", parts)  # type: ignore[arg-type]
    return host().feed(escpos.compose(slip, profile or Profile(), picture).data)


def test_a_slip_begins_with_reset_and_chinese_and_ends_with_a_cut() -> None:
    data = escpos.compose(Slip("1", (Text("请"),)), Profile(), draw_nothing).data
    assert data.startswith(bytes.fromhex("1B 40 1C 26"))
    assert data.endswith(bytes.fromhex("C7 EB 0A 1D 56 42 03"))


def test_a_big_number_sets_and_undoes_both_sizes() -> None:
    messages = said(Text("A023", size=2, align=Align.CENTRE, bold=True))
    at = messages.index(Characters(b"A023"))
    assert messages[at - 4 : at] == [Justify(1), Bold(1), Size(0x11), ChineseStyle(0x0C)]
    assert messages[at + 1 : at + 5] == [LineFeed(), Size(0), ChineseStyle(0), Bold(0)]


def test_a_printer_with_the_other_chinese_bits_gets_those() -> None:
    speaker = escpos.speaker(draw_nothing, chinese_size_bits=45)
    assert encode(ChineseStyle(0x30)) in speaker.compose(Slip("1", (Text("号", size=2),))).data


def test_the_yen_sign_goes_as_its_full_width_form() -> None:
    assert Characters(bytes.fromhex("A3 A4 35")) in said(Text("¥5"))


@pytest.mark.parametrize("rare", ["𠮷", "䶮", "€", "é́", "བོད", "😀"])
def test_a_character_that_no_printer_has_makes_its_line_a_picture(rare: str) -> None:
    drawn = []

    def picture(text: str, *, size: int, bold: bool, align: Align, width: int) -> bytes:
        drawn.append((text, size, bold, align, width))
        return bytes(72 * 48)

    messages = said(Text(f"张{rare}", size=2, align=Align.RIGHT), Text("下一行"), picture=picture)
    assert drawn == [(f"张{rare}", 2, False, Align.RIGHT, 576)]
    assert Raster(0, 72, 48, bytes(72 * 48)) in messages
    assert not any(b"?" in m.data for m in messages if isinstance(m, Characters))


@given(st.text())
def test_no_text_of_a_visitor_becomes_a_command_or_a_four_byte_character(text: str) -> None:
    slip = Slip("1", (Text(text),))
    messages = host().feed(escpos.compose(slip, Profile(), draw_nothing).data)
    allowed = {"Initialise", "ChineseOn", "Justify", "Characters", "LineFeed", "Raster", "Cut"}
    assert {type(m).__name__ for m in messages} <= allowed
    for message in messages:
        if isinstance(message, Characters):
            assert b"?" not in message.data or "?" in text
            assert all(len(c.encode("gb18030")) <= 2 for c in message.data.decode("gbk"))


def test_plain_characters_are_one_or_two_bytes_and_mean_themselves() -> None:
    for code in (*range(0xD800), *range(0xE000, 0x10000), *range(0x10000, 0x110000, 257)):
        data = plain(chr(code))
        assert data is None or (len(data) <= 2 and data.decode("gb18030") == chr(code))


@given(st.text(alphabet="请A023 ，。ab)x号", max_size=60), st.integers(4, 20))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(sum(map(escpos.columns, line)) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_no_line_starts_with_a_full_stop() -> None:
    assert wrap("请到三号窗口办理。", 16) == ["请到三号窗口办", "理。"]
    assert wrap("please wait here", 12) == ["please wait", "here"]


def test_a_picture_of_ours_never_holds_a_real_time_command() -> None:
    def picture(text: str, *, size: int, bold: bool, align: Align, width: int) -> bytes:
        return bytes.fromhex("10 04 01 10 05 02 10 14 01 10 10 04") * 6

    data = escpos.compose(Slip("1", (Text("𠮷"),)), Profile(), picture).data
    assert RealTime().feed(data) == []


def test_a_qr_code_is_the_five_sequences() -> None:
    messages = [m for m in said(Qr("https://q.example/t/1")) if isinstance(m, Symbol)]
    assert [(m.function, m.data) for m in messages] == [
        (0x41, b"2\x00"),
        (0x43, b"\x06"),
        (0x45, b"1"),
        (0x50, b"0https://q.example/t/1"),
        (0x51, b"0"),
    ]


@pytest.mark.parametrize("length", [1, 14, 15, 100, 500, 2331])
def test_the_room_of_qr_codes_is_what_an_independent_encoder_says(length: int) -> None:
    made = segno.make(b"\xe6" * length, mode="byte", error="m", micro=False, boost_error=False)
    assert made.version == 1 + next(n for n, room in enumerate(escpos.QR_BYTES_M) if length <= room)


def test_a_qr_code_shrinks_to_narrow_paper_and_one_without_end_is_refused() -> None:
    messages = said(Qr("x" * 300, module=16), profile=Profile(width=384))
    assert Symbol(0x31, 0x43, bytes([384 // (17 + 4 * 13 + 8)])) in messages
    with pytest.raises(Unwilling, match="2331"):
        said(Qr("x" * 5000))


def test_hooks_stand_where_they_belong() -> None:
    hooks = Profile(
        before=b"\x1b=\x01", after=b"\x1dh\x40", cut=b"\x1dV\x00", present=b"\x1de\x05", buzz=b"\x1bB\x02\x03"
    )
    data = escpos.compose(Slip("1", (Rule(), Feed(2))), hooks, draw_nothing).data
    assert data.startswith(b"\x1b=\x01\x1b@")
    assert data.endswith(b"\x1bd\x02\x1dh\x40\x1dV\x00\x1de\x05\x1bB\x02\x03")


# -- what the answers mean ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "troubles"),
    [
        ("12 12 12 12", set()),
        ("16 12 12 12", set()),
        ("12 12 12 1E", {Trouble.PAPER_LOW}),
        ("1A 32 12 7E", {Trouble.PAPER_LOW, Trouble.PAPER_OUT}),
        ("1A 12 12 72", {Trouble.PAPER_OUT}),
        ("1A 16 12 12", {Trouble.COVER_OPEN}),
        ("1A 52 1A 12", {Trouble.CUTTER}),
        ("1A 52 52 12", {Trouble.HEAD_HOT}),
        ("1A 52 32 12", {Trouble.MECHANICAL}),
        ("1A 52 12 12", {Trouble.MECHANICAL}),
        ("1A 1A 12 12", {Trouble.FEED_BUTTON}),
        ("1A 12 12 12", {Trouble.REFUSED}),
    ],
)
def test_a_round_of_status_answers_says_what_is_wrong(answers: str, troubles: set[Trouble]) -> None:
    speaker = Speaker(Profile(), draw_nothing)
    for question, answer in zip(speaker.questions, bytes.fromhex(answers), strict=True):
        assert speaker.ask(question) == bytes([0x10, 4, question])
        assert speaker.hear(bytes([answer])).answers == 1
    assert speaker.troubles == troubles


def test_an_answer_that_nobody_asked_for_means_nothing() -> None:
    speaker = Speaker(Profile(), draw_nothing)
    assert speaker.hear(b"\x72") == escpos.Heard()
    assert speaker.troubles == set()


def test_automatic_status_says_the_same_unasked() -> None:
    speaker = Speaker(Profile(automatic=True), draw_nothing)
    assert speaker.opened() == bytes.fromhex("1D 61 0F")
    speaker.hear(bytes.fromhex("38 08 0F 00"))
    assert speaker.troubles == {
        Trouble.COVER_OPEN,
        Trouble.CUTTER,
        Trouble.PAPER_LOW,
        Trouble.PAPER_OUT,
    }
    speaker.hear(bytes.fromhex("10 00 00 0F"))
    assert speaker.troubles == set()


def test_a_barrier_is_a_report_and_an_identity_is_none() -> None:
    speaker = Speaker(Profile(), draw_nothing)
    assert speaker.hear(bytes.fromhex("03")) == escpos.Heard(reached=1, probed=1)
    assert speaker.probe(0) == bytes.fromhex("1D 72 01")
    assert speaker.hear(bytes.fromhex("5F 56 31 00 03")) == escpos.Heard(reached=1, probed=1)
    assert speaker.firmware == "V1"
    assert speaker.troubles == {Trouble.PAPER_LOW}
    assert speaker.probe(0) == bytes.fromhex("1D 49 43"), (
        "now it is known to answer this, and that is no barrier"
    )
    assert speaker.hear(b"\x03") == escpos.Heard(reached=1)


def test_half_an_answer_that_never_ends_does_not_swallow_the_next() -> None:
    speaker = Speaker(Profile(), draw_nothing)
    speaker.hear(bytes.fromhex("5F 41"))
    speaker.forget_half()
    assert speaker.garbled == 1
    assert speaker.hear(b"\x00").reached == 1
