"""The simulated printer: what it remembers, what it answers, what it prints; and what others make of it."""

import asyncio
import os
from io import BytesIO

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.wire import escpos as wire
from drivers.wire.reader import Reader
from simulators import escpos
from simulators.bench import Bench
from simulators.escpos import Printer, draw

TICKET = bytes.fromhex(
    "1B401C261B61011D2100CABEC0FDD5FECEF1B7FECEF1B4F3CCFC0A1D21111C210C413032330A1D21001C2100D7DBBACFCADCC0EDA3AC"
    "C7B0C3E6B5C8BAF235C8CB0A1D286B0400314132001D286B03003143061D286B03003145311D286B180031503068747470733A2F2F71"
    "2E6578616D706C652F742F311D286B03003151300A323032362D31312D32312032323A32390A1D564203"
)
"""A complete ticket that was written by hand from the manual (tests/wire/vectors/escpos.json, escpos.ticket)."""

CUT = bytes.fromhex("1D 56 42 00")


def ask(printer: Printer) -> str:
    return b"".join(printer.receive(bytes([0x10, 0x04, n])) for n in (1, 2, 3, 4)).hex(" ").upper()


def test_a_ticket_is_printed_as_it_was_written() -> None:
    printer = Printer()
    assert printer.receive(TICKET) == b""
    (slip,) = printer.slips
    assert slip.text == "示例政务服务大厅\nA023\n综合受理，前面等候5人\n\n2026-11-21 22:29"
    assert slip.codes == ("https://q.example/t/1",)
    big = slip.marks[1]
    assert isinstance(big, escpos.Line)
    assert (big.spans[0].width, big.spans[0].height, big.side) == (2, 2, 1)


@given(st.integers(1, 40))
def test_a_ticket_in_pieces_is_the_same_ticket(piece: int) -> None:
    whole, pieces = Printer(), Printer()
    whole.receive(TICKET)
    for n in range(0, len(TICKET), piece):
        pieces.receive(TICKET[n : n + piece])
    assert list(pieces.slips) == list(whole.slips)


def test_the_four_questions_are_answered_as_the_manuals_say() -> None:
    printer = Printer()
    assert ask(printer) == "12 12 12 12"
    printer.open_cover()
    assert ask(printer) == "1A 16 12 12"
    printer.close_cover()
    printer.shorten_paper(1000)
    assert ask(printer) == "12 12 12 1E"
    printer.take_out_paper()
    assert ask(printer) == "1A 32 12 7E"
    printer.put_in_paper()
    printer.jam_cutter()
    assert ask(printer) == "1A 52 1A 12"
    printer.clear_jam()
    printer.close_cover()
    printer.heat_head()
    assert ask(printer) == "1A 52 52 12"
    printer.cool_head()
    assert ask(printer) == "12 12 12 12"
    assert printer.receive(bytes.fromhex("10 04 14")).hex(" ") == "10 0f 00 00 00 00"


def test_a_question_inside_a_picture_is_answered_at_once_and_stays_a_part_of_the_picture() -> None:
    printer = Printer()
    printer.receive(bytes.fromhex("1D 76 30 00 02 00 04 00 FF FF"))
    assert printer.receive(bytes.fromhex("10 04")) == b""
    assert printer.receive(bytes.fromhex("01")) == b"\x12"
    assert printer.receive(bytes.fromhex("FF FF FF") + CUT) == b""
    (picture,) = printer.slips[0].marks
    assert isinstance(picture, escpos.Picture)
    assert picture.data == bytes.fromhex("FF FF 10 04 01 FF FF FF")


def test_without_paper_nothing_is_printed_and_questions_are_answered_and_all_comes_when_paper_is_in() -> None:
    printer = Printer()
    printer.take_out_paper()
    assert printer.receive(TICKET + bytes.fromhex("1D 72 01")) == b""
    assert ask(printer) == "1A 32 12 7E"
    assert not printer.slips
    printer.put_in_paper()
    assert printer.tick(0.1) == b"\x00"
    assert len(printer.slips) == 1


def test_what_it_holds_is_bounded_and_what_is_beyond_is_lost() -> None:
    printer = Printer(buffer=1000)
    printer.open_cover()
    for _ in range(100):
        printer.receive(TICKET)
    assert printer._waiting_bytes + printer._reader.held <= 1000
    assert printer.lost > 10_000
    assert printer.receive(b"\x10\x04\x02") == b"\x16", "a full buffer does not stop real-time questions"


def test_paper_takes_as_much_as_was_printed_and_ends_in_the_middle() -> None:
    printer = Printer()
    printer.receive(TICKET)
    used = printer.roll_mm - printer.paper_mm
    assert used == pytest.approx(printer.slips[0].millimetres + 3 / 8)
    assert 50 < used < 100
    printer.shorten_paper(20)
    printer.receive(TICKET)
    assert printer.slips[-1].torn
    assert len(printer.slips) == 2
    printer.put_in_paper()
    printer.tick(0)
    assert len(printer.slips) == 3
    assert "示例政务服务大厅" not in printer.slips[-1].text


def test_printing_takes_the_time_that_it_takes() -> None:
    printer = Printer(speed=100.0)
    printer.receive(TICKET + bytes.fromhex("1D 72 01"))
    said = b""
    seconds = 0.0
    while not said:
        said = printer.tick(0.05)
        seconds += 0.05
    assert seconds == pytest.approx((printer.roll_mm - printer.paper_mm) / 100, abs=0.3)


def test_changes_are_told_unasked_once_that_was_asked_for() -> None:
    printer = Printer()
    printer.open_cover()
    assert printer.tick(1) == b""
    printer.close_cover()
    assert printer.receive(bytes.fromhex("1D 61 0F")).hex(" ") == "10 00 00 00"
    printer.open_cover()
    assert printer.tick(0).hex(" ") == "38 00 00 00"
    assert printer.tick(0) == b""
    printer.close_cover()
    printer.take_out_paper()
    assert printer.tick(0).hex(" ") == "18 00 0f 00"
    printer.put_in_paper()
    printer.jam_cutter()
    assert printer.tick(0).hex(" ") == "18 08 00 00"


def test_a_cutter_error_stays_until_the_printer_is_told_and_may_forget_what_it_held() -> None:
    printer = Printer()
    printer.jam_cutter()
    printer.receive(TICKET)
    assert printer.receive(bytes.fromhex("10 05 02 10 04 03")) == b"\x1a", "the jam is still there"
    printer.clear_jam()
    assert printer.receive(bytes.fromhex("10 04 03")) == b"\x1a"
    assert printer.receive(bytes.fromhex("10 05 02 10 04 03")) == b"\x12"
    assert not printer.slips
    printer.receive(TICKET)
    assert len(printer.slips) == 1


def test_a_power_cut_forgets_all_but_the_paper() -> None:
    printer = Printer()
    printer.receive(TICKET[:60])
    printer.power_off()
    assert printer.receive(TICKET) == printer.receive(b"\x10\x04\x01") == printer.tick(1) == b""
    printer.power_on()
    assert ask(printer) == "12 12 12 12"
    printer.receive(TICKET)
    assert printer.slips[0].text.count("示例政务服务大厅") == 2, "the half slip still hangs in the slot"


def test_identity_is_told() -> None:
    printer = Printer()
    reader: Reader[wire.DeviceMessage] = Reader(wire.parse_device, wire.DEVICE_LIMIT)
    said = printer.receive(bytes.fromhex("1D 49 41 1D 49 43 1D 49 01 1D 72 02"))
    assert reader.feed(said) == [
        wire.Identity(b"V1.0"),
        wire.Identity(b"TP80 SIM"),
        wire.Report(2),
        wire.Report(0),
    ]


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("1B 40 1C 2E C7 EB 0A", "╟δ"),
        ("1B 40 1C 26 C7 EB 0A", "请"),
        ("1B 40 1C 26 81 30 84 36 0A", " 0 6"),
        ("1B 40 41 09 42 0A", "A       B"),
    ],
)
def test_characters_depend_on_chinese_mode_and_four_byte_ones_are_rubbish(sent: str, text: str) -> None:
    printer = Printer()
    printer.receive(bytes.fromhex(sent) + CUT)
    assert printer.slips[0].text == text


def test_a_line_that_is_too_long_goes_on_below() -> None:
    printer = Printer(width=384)
    printer.receive(b"1" * 40 + b"\n" + "号".encode("gbk") * 17 + b"\n" + CUT)
    assert printer.slips[0].text.split("\n") == ["1" * 32, "1" * 8, "号" * 16, "号"]


@given(st.binary(max_size=300))
def test_any_bytes_are_printed_or_passed_over_and_the_next_ticket_is_whole(noise: bytes) -> None:
    printer = Printer()
    printer.receive(noise)
    printer.tick(1)
    assert printer._reader.held <= 300
    if not printer._reader.held:
        printer.receive(b"\x1b@" + CUT)
        printer.put_in_paper()
        printer.receive(TICKET)
        assert printer.slips[-1].codes == ("https://q.example/t/1",)
    for slip in printer.slips:
        assert draw(slip).startswith(b"\x89PNG")


def test_the_picture_of_a_slip_is_as_wide_as_the_paper_and_shows_the_code() -> None:
    for width in (576, 384):
        printer = Printer(width=width)
        printer.receive(TICKET)
        drawn = Image.open(BytesIO(draw(printer.slips[0])))
        assert drawn.width == width
        modules = segno.make(
            "https://q.example/t/1", error="m", micro=False, boost_error=False, mask=0
        ).matrix
        side = len(modules) * 6
        code = next(mark for mark in printer.slips[0].marks if isinstance(mark, escpos.QrCode))
        top = escpos.MARGIN + sum(
            m.dots for m in printer.slips[0].marks[: printer.slips[0].marks.index(code)]
        )
        left = (width - side) // 2
        seen = [
            [int(drawn.getpixel((left + 6 * x + 3, top + 6 * y + 3)) == 0) for x in range(len(modules))]
            for y in range(len(modules))
        ]
        assert seen == [list(row) for row in modules]


def test_only_slips_with_something_on_them_are_handed_out() -> None:
    printer = Printer()
    printer.receive(b"\x1b@" + CUT + b"\n\n" + CUT)
    assert printer.cuts == 2
    assert [slip.text for slip in printer.slips] == ["\n"]


def test_what_no_code_can_hold_is_not_printed_and_a_mad_printer_is_not_drawn_for_ever() -> None:
    printer = Printer()
    store = b"\x1d(k" + (3 + 5000).to_bytes(2, "little") + b"1P0" + b"x" * 5000
    printer.receive(store + bytes.fromhex("1D 28 6B 03 00 31 51 30 41 0A") + b"\x1bd\xff" * 200 + CUT)
    (slip,) = printer.slips
    assert slip.codes == ()
    assert slip.millimetres > 10_000
    assert Image.open(BytesIO(draw(slip))).height == escpos.DRAWN + 2 * escpos.MARGIN


# -- python-escpos, which knows nothing of us ---------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_python_escpos_prints_text_and_a_code_and_is_answered(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(os.environ, "ESCPOS_CAPABILITIES_PICKLE_DIR", str(tmp_path))

    def print_with_python_escpos(port: int) -> tuple[bool, int]:
        from escpos.printer import Network

        printer = Network("127.0.0.1", port, timeout=5, profile="NT-80-V-UL")
        printer.open()
        printer.set(align="center", double_width=True, double_height=True)
        printer.text("A023\n")
        printer.set(align="left", normal_textsize=True)
        printer.text("请A023号到3号窗口\n")
        printer.qr("https://q.example/t/2", native=True, size=5)
        printer.qr("https://q.example/t/3", native=False, size=4)
        printer.barcode("4006381333931", "EAN13")
        printer.buzzer(2, 3)
        printer.cut("PART")
        answers = printer.is_online(), printer.paper_status()
        printer.close()
        return answers

    bench = Bench()
    twin = Printer()
    port = await bench.tcp("printer", twin)
    answers = await asyncio.to_thread(print_with_python_escpos, int(port.address.split(":")[1]))
    assert answers == (True, 2)
    (slip,) = twin.slips
    assert "A023" in slip.text
    assert "请A023号到3号窗口" in slip.text
    assert slip.codes == ("https://q.example/t/2",)
    assert any(isinstance(mark, escpos.Picture) for mark in slip.marks), "the second code came as a picture"
    assert any(isinstance(mark, escpos.Bars) for mark in slip.marks)
    assert not slip.full
    assert twin.buzzes == 2
    assert twin._reader.garbled == 0
    assert draw(slip)
    await bench.close()
