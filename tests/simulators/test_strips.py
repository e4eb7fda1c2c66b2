"""The simulated strips: what they remember, what they refuse, and what a person sees on them."""

import io
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from drivers.media import Colour, Message
from drivers.wire import alpha, bx5k, cpower, template
from drivers.wire.bx5k import Area, Areas, Bx5k, Error
from simulators import alpha as alpha_twin
from simulators import bx5k as bx5k_twin
from simulators import cpower as cpower_twin
from simulators import template as template_twin
from simulators.strips import Line
from tests.wire.led import read, vectors


def ask(card: bx5k_twin.Card, command: bx5k.Command, number: int = 1, **more: bool) -> bx5k.Answer | None:
    said = card.receive(bx5k.encode(bx5k.request(command, number, **more)))
    replies, garbled = read(bx5k.parse_device, said)
    assert garbled == 0 and len(replies) <= 1
    return replies[0].answer if replies else None


def show(card: bx5k_twin.Card, *lines: str, blink: bool = False, scroll: bool = False) -> None:
    for asked in Bx5k().show(1, Message(lines, blink=blink, scroll=scroll), fresh=False):
        card.receive(bx5k.encode(asked))


def dots(png: bytes) -> int:
    image = Image.open(io.BytesIO(png))
    return sum(1 for pixel in image.get_flattened_data() if max(pixel) > 100)  # type: ignore[arg-type, type-var]


# -- BX-5K ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", vectors("bx5k", "host>card"), ids=str)
def test_a_card_answers_every_vector_that_wants_an_answer(vector) -> None:
    card = bx5k_twin.Card()
    replies, _ = read(bx5k.parse_device, card.receive(vector.data))
    assert len(replies) == (1 if vector.data[24] != 2 else 0)


def test_a_card_shows_what_it_was_told_and_forgets_it_with_its_power() -> None:
    card = bx5k_twin.Card()
    show(card, "请A023号到3号窗口")
    assert card.shown == "请A023号到3号窗口" and dots(card.draw()) > 100
    card.power_off()
    assert card.shown == "" and ask(card, bx5k.Ping()) is None and dots(card.draw()) == 0
    card.power_on()
    assert card.shown == "" and ask(card, bx5k.Ping()) == bx5k.Done()


def test_the_same_area_is_replaced_another_stands_beside_it_and_each_can_be_deleted() -> None:
    card = bx5k_twin.Card(width=128, height=32)
    one, two = Area(0, 0, 0, 16, 16, b"one"), Area(1, 0, 16, 16, 16, b"two")
    ask(card, Areas((one,)))
    ask(card, Areas((two, Area(0, 0, 0, 16, 16, b"uno"))))
    assert card.shown == "uno\ntwo"
    ask(card, Areas(delete=(0,)))
    assert card.areas == {1: two}
    ask(card, Areas((one,)), initialise=True)
    assert card.areas == {0: one}
    ask(card, Areas(delete=None))
    assert card.areas == {}


def test_an_area_with_a_timeout_goes_by_itself() -> None:
    card = bx5k_twin.Card()
    ask(card, Areas((Area(0, 0, 0, 16, 16, b"soon", run=bx5k.Run.TIMEOUT, timeout=5),)))
    card.tick(4.9)
    assert card.shown == "soon"
    card.tick(0.2)
    assert card.shown == ""


def test_blinking_text_is_there_and_gone_and_scrolling_text_moves() -> None:
    card = bx5k_twin.Card()
    show(card, "A023", blink=True)
    seen = []
    for _ in range(4):
        seen.append(dots(card.draw()) > 0)
        card.tick(0.5)
    assert seen == [True, False, True, False] and card.shown == "A023"
    show(card, "一二三", scroll=True)
    card.tick(1)
    first = card.draw()
    card.tick(1)
    assert card.draw() != first


def test_a_card_refuses_with_the_sdks_numbers() -> None:
    card = bx5k_twin.Card()
    assert ask(card, bx5k.Other(0xB7, 0)) == bx5k.Refused(Error.GROUP)
    assert ask(card, bx5k.Other(0xA3, 0x77)) == bx5k.Refused(Error.COMMAND)
    assert ask(card, bx5k.SetTime(bx5k.Clock(2026, 13, 1, 0, 0, 0, 1))) == bx5k.Refused(Error.DATE)
    assert ask(card, bx5k.DeleteFiles((b"P999",))) == bx5k.Refused(Error.NO_FILE)
    many = Areas(tuple(Area(number, 0, 0, 1, 1, b"") for number in range(40)))
    assert ask(card, many) == bx5k.Refused(Error.MEMORY) and card.areas == {}
    card.refuse(Error.BUSY, 2)
    assert [ask(card, bx5k.Ping()) for _ in range(3)] == [bx5k.Refused(3), bx5k.Refused(3), bx5k.Done()]


def test_power_brightness_clock_and_files_are_remembered_over_a_power_cut() -> None:
    card = bx5k_twin.Card()
    ask(card, bx5k.Brightness(4))
    ask(card, bx5k.SetTime(bx5k.Clock(2099, 3, 2, 23, 59, 58, 1)))
    ask(card, bx5k.BeginFile(0, b"P000", 8))
    assert ask(card, bx5k.BeginFile(0, b"P000", 8)) == bx5k.Refused(Error.FILE_EXISTS)
    ask(card, bx5k.WriteFile(b"P000", True, 0, 4, b"\xa5\x5a"))
    ask(card, bx5k.Power(False))
    card.power_off()
    card.tick(5)
    card.power_on()
    state = ask(card, bx5k.ReadState())
    assert isinstance(state, bx5k.State)
    assert (state.lit, state.brightness, state.programs) == (2, 4, 1)
    assert card.clock == datetime(2099, 3, 3, 0, 0, 3)
    assert bytes(card.files[b"P000"]) == bytes(4) + b"\xa5\x5a" + bytes(2)


def test_timed_power_and_timed_brightness_follow_the_clock() -> None:
    card = bx5k_twin.Card(now=datetime(2099, 3, 2, 8, 29))
    ask(card, bx5k.TimedPower((((8, 30), (18, 0)),)))
    ask(card, bx5k.Power(False))
    ask(card, bx5k.Brightness(15, (3,) * 17 + (9,) * 31))
    card.tick(30)
    assert not card.lit and card.brightness == 3
    card.tick(40)
    assert card.lit and card.brightness == 9
    card.tick(9.5 * 3600)
    assert not card.lit


def test_a_reset_card_is_deaf_for_a_moment_and_empty_after_it() -> None:
    card = bx5k_twin.Card()
    show(card, "A023")
    assert ask(card, bx5k.Reset()) == bx5k.Done()
    assert ask(card, bx5k.Ping()) is None
    card.tick(bx5k_twin.RESTART_SECONDS)
    assert ask(card, bx5k.Ping()) == bx5k.Done() and card.shown == ""


def test_cards_on_one_line_answer_for_themselves_and_never_to_everybody() -> None:
    cards = bx5k_twin.device("bx5k+tcp://127.0.0.1:5005?addresses=1-3&width=64")
    assert isinstance(cards, Line) and sorted(cards.devices) == [1, 2, 3]
    replies, _ = read(bx5k.parse_device, cards.receive(bx5k.encode(bx5k.request(bx5k.Ping(), 2))))
    assert replies == [bx5k.reply(bx5k.Done(), 2)]
    (everybody,) = Bx5k(64).show(bx5k.BROADCAST, Message(("火警",)), fresh=False)
    assert cards.receive(bx5k.encode(everybody)) == b""
    assert cards.shown == "火警\n火警\n火警"
    assert Image.open(io.BytesIO(cards.draw())).height > 3 * 16 * 6


def test_a_card_speaks_what_it_is_told_to_speak() -> None:
    card = bx5k_twin.Card()
    area = Area(0, 0, 0, 16, 16, b"\\C2A023", voice=bx5k.Voice(0, 10, 5))
    ask(card, Areas((area, Area(1, 0, 0, 1, 1, b"", voice=bx5k.Voice(0, 1, 1, "请".encode("gbk"))))))
    assert card.spoken == ["A023", "请"]


def test_a_half_frame_is_given_up_after_a_pause() -> None:
    card = bx5k_twin.Card()
    frame = bx5k.encode(bx5k.request(bx5k.Ping()))
    assert card.receive(frame[:20]) == b""
    card.tick(1)
    assert card.receive(frame)


# -- C-Power ----------------------------------------------------------------------------------------------------


def call(twin: cpower_twin.Card, command: cpower.Command, **more: int) -> cpower.Reply | None:
    replies, _ = read(cpower.parse_device, twin.receive(cpower.encode(cpower.Request(command, **more))))
    return replies[0] if replies else None  # type: ignore[return-value]


@pytest.mark.parametrize("vector", vectors("cpower", "host>card"), ids=str)
def test_a_c_power_card_does_every_vector_and_says_so(vector) -> None:
    card = cpower_twin.Card()
    (reply,), _ = read(cpower.parse_device, card.receive(vector.data))
    assert isinstance(reply, cpower.Reply) and reply.result == 0


def test_a_c_power_card_forgets_its_windows_unless_they_were_saved() -> None:
    card = cpower_twin.Card(program="欢迎光临")
    strip = cpower.CPower()
    for asked in strip.show(1, Message(("水费缴纳", "3号窗口"), Colour.GREEN), fresh=True):
        card.receive(strip.encode(asked))
    assert card.shown == "水费缴纳\n3号窗口"
    card.power_off()
    card.power_on()
    assert card.shown == "欢迎光临"
    for asked in strip.show(1, Message(("B001",)), fresh=True):
        card.receive(strip.encode(asked))
    call(card, cpower.External(cpower.Save()))
    card.power_off()
    card.power_on()
    assert card.shown == "B001"
    call(card, cpower.External(cpower.Leave()))
    assert card.shown == "欢迎光临"


def test_packets_of_one_call_are_put_together_and_one_out_of_order_is_refused() -> None:
    card = cpower_twin.Card()
    data = cpower.data_of(cpower.Text(0, 0, 5, 0, 3, 2, (255, 0, 0), b"A023 goes to window 3"))
    parts = [data[:9], data[9:20], data[20:]]
    for number, part in enumerate(parts):
        reply = call(card, cpower.External(cpower.OtherCall(part), number, 2))
        assert reply is not None and reply.result == 0
    assert card.shown == "A023 goes to window 3"
    reply = call(card, cpower.External(cpower.OtherCall(parts[1]), 1, 2))
    assert reply is not None and reply.result == cpower.SEQUENCE_ERROR


def test_power_brightness_and_refusals_of_a_c_power_card() -> None:
    card = cpower_twin.Card(3)
    call(card, cpower.Power(False), card=3)
    reply = call(card, cpower.PowerQuery(), card=3)
    assert reply is not None and reply.answer == cpower.OtherAnswer(cpower.POWER, b"\x01\x00")
    call(card, cpower.Brightness((7,) * 24), card=3)
    assert card.hours == (7,) * 24
    card.refuse(0x33)
    refused = call(card, cpower.PowerQuery(), card=3)
    assert refused is not None and refused.result == 0x33
    assert call(card, cpower.PowerQuery(), card=4) is None
    assert call(card, cpower.PowerQuery(), card=3, info=0) is None


def test_a_flickering_text_is_there_and_gone() -> None:
    card = cpower_twin.Card()
    for asked in cpower.CPower().show(1, Message(("A023",), blink=True), fresh=True):
        card.receive(cpower.encode(asked))
    seen = []
    for _ in range(4):
        seen.append(dots(card.draw()) > 0)
        card.tick(0.5)
    assert seen == [True, False, True, False]


def test_a_network_card_speaks_the_network_form() -> None:
    cards = cpower_twin.device("cpower+tcp://127.0.0.1:5200?network_id=FFFFFFFF&width=64")
    said = cards.receive(cpower.encode_network(cpower.Request(cpower.PowerQuery())))
    assert read(cpower.parse_device_network, said)[0][0].result == 0


# -- Alpha ------------------------------------------------------------------------------------------------------


def tell(sign: alpha_twin.Sign, *commands: alpha.Command, **more: str) -> list[alpha.SignMessage]:
    closed = tuple(alpha.Closed(each, alpha.Check.SUM) for each in commands)
    return read(alpha.parse_device, sign.receive(alpha.encode(alpha.Transmission(closed, **more))))[0]


def test_an_alpha_sign_shows_strings_in_texts_and_a_priority_message_before_them() -> None:
    sign = alpha_twin.Sign()
    tell(
        sign,
        alpha.MemoryMap(
            (alpha.File("A", "A", False, "0040", "FFFF"), alpha.File("1", "B", True, "0020", "0000"))
        ),
        alpha.WriteText("A", b"\x1c2No \x101", " ", "b"),
        alpha.WriteString("1", b"A023"),
    )
    assert sign.shown == "No A023"
    tell(sign, alpha.WriteString("1", b"A024"))
    assert sign.shown == "No A024"
    tell(sign, alpha.WriteText("0", b"FIRE", " ", "c"))
    assert sign.shown == "FIRE"
    tell(sign, alpha.WriteText("0", b"", " ", "b"))
    assert sign.shown == ""
    tell(sign, alpha.WriteText("0"))
    assert sign.shown == "No A024"


def test_an_alpha_sign_is_silent_until_acks_are_on() -> None:
    sign = alpha_twin.Sign()
    assert tell(sign, alpha.WriteText("A", b"x", " ", "b")) == []
    assert tell(sign, alpha.Acks(True)) == [alpha.Ack()]
    assert tell(sign, alpha.WriteText("A", b"x", " ", "b")) == [alpha.Ack()]
    assert tell(sign, alpha.WriteString("9", b"x")) == [alpha.Nak()]
    (status,) = tell(sign, alpha.ReadSpecial("*"))
    assert isinstance(status, alpha.Response) and status.commands[0].command == alpha.Other(b"E*\x60")
    assert tell(sign, alpha.Acks(False)) == []


def test_a_string_that_is_too_long_is_emptied_as_a_betabrite_does() -> None:
    sign = alpha_twin.Sign()
    tell(sign, alpha.MemoryMap((alpha.File("1", "B", True, "0004", "0000"),)))
    tell(sign, alpha.WriteString("1", b"1234"))
    tell(sign, alpha.WriteString("1", b"12345"))
    (answer,) = tell(sign, alpha.ReadString("1"))
    assert isinstance(answer, alpha.Response) and answer.commands[0].command == alpha.WriteString("1")


def test_reads_are_answered_with_the_command_that_would_write_it() -> None:
    sign = alpha_twin.Sign(3)
    text = alpha.WriteText("A", b"A023", " ", "b")
    tell(
        sign,
        text,
        alpha.SetClock(9, 5),
        alpha.SetClockForm(True),
        alpha.SetDate(3, 2, 99),
        alpha.SetWeekday(2),
    )
    answers = [
        tell(sign, each)[0].commands[0].command  # type: ignore[union-attr]
        for each in [alpha.ReadText("A"), *map(alpha.ReadSpecial, " '&;$.!")]
    ]
    assert answers == [
        text,
        alpha.SetClock(9, 5),
        alpha.SetClockForm(True),
        alpha.SetWeekday(2),
        alpha.SetDate(3, 2, 99),
        alpha.MemoryMap(alpha_twin.DEFAULT_MAP),
        alpha.RunSequence("A"),
        alpha.Speaker(False),
    ]
    (told,) = tell(sign, alpha.ReadSpecial('"'))
    assert isinstance(told, alpha.Response) and isinstance(told.commands[0].command, alpha.GeneralInformation)


@pytest.mark.parametrize(
    ("address", "type", "heard"),
    [
        ("00", "Z", True),
        ("03", "Z", True),
        ("?3", "Z", True),
        ("04", "Z", False),
        ("03", "^", True),
        ("03", "1", False),
    ],
)
def test_an_alpha_sign_knows_its_address_and_its_type(address: str, type: str, heard: bool) -> None:
    sign = alpha_twin.Sign(3, type="^")
    tell(sign, alpha.WriteText("A", b"x", " ", "b"), address=address, type=type)
    assert (sign.shown == "x") is heard


def test_a_small_picture_is_drawn_dot_by_dot() -> None:
    sign = alpha_twin.Sign()
    entries = (alpha.File("A", "A", False, "0040", "FFFF"), alpha.File("P", "D", True, "0203", "4000"))
    tell(
        sign,
        alpha.MemoryMap(entries),
        alpha.WriteDots("P", "0203", b"101\r020\r"),
        alpha.WriteText("A", b"\x14P"),
    )
    assert dots(sign.draw()) == 3 * dots_of_one()


def dots_of_one() -> int:
    sign = alpha_twin.Sign()
    entries = (alpha.File("A", "A", False, "0040", "FFFF"), alpha.File("P", "D", True, "0101", "4000"))
    tell(sign, alpha.MemoryMap(entries), alpha.WriteDots("P", "0101", b"1\r"), alpha.WriteText("A", b"\x14P"))
    return dots(sign.draw())


# -- cards that are only told -----------------------------------------------------------------------------------


def test_a_sink_keeps_what_came_and_reads_wilipu_lines() -> None:
    cards = template_twin.device("wilipu+tcp://127.0.0.1:5005?width=160")
    for vector in vectors("wilipu"):
        assert cards.receive(vector.data) == b""
    assert cards.shown == "请A023号到3号窗口\n欢迎光临"
    assert cards.draw()
    cards.power_off()
    cards.power_on()
    assert cards.shown == ""
    told = template.template("AA {addr} {text}").show(7, Message(("A023",)), fresh=True)[0]
    cards.receive(told)
    sink = cards.devices[1]
    assert isinstance(sink, template_twin.Sink) and sink.received.endswith(b"\xaa\x07A023")


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_no_bytes_bring_a_simulated_strip_down(pieces: list[bytes]) -> None:
    strips = [
        bx5k_twin.Card(),
        cpower_twin.Card(),
        cpower_twin.Card(network=True),
        alpha_twin.Sign(),
        template_twin.Sink(),
    ]
    for piece in pieces:
        for strip in strips:
            strip.receive(piece)
            strip.tick(0.01)
    assert all(isinstance(strip.shown, str) for strip in strips)


@given(
    st.builds(
        Area,
        number=st.integers(0, 3),
        x=st.integers(0, 0xFFFF),
        y=st.integers(0, 0xFFFF),
        width=st.integers(0, 40) | st.integers(0x8000, 0x8040),
        height=st.integers(0, 64),
        text=st.binary(max_size=30) | st.text(max_size=9).map(lambda text: text.encode("gbk", "replace")),
        alignment=st.integers(0, 255),
        lines=st.integers(0, 3),
        effect=st.integers(0, 9),
        speed=st.integers(0, 30),
        stay=st.integers(0, 3),
    )
)
@example(Area(0, 0, 0, 0, 0, b"", effect=3))
def test_whatever_an_area_says_can_be_drawn(area: Area) -> None:
    card = bx5k_twin.Card(32, 16)
    ask(card, Areas((area,)), number=32)
    card.tick(0.7)
    assert card.draw()
