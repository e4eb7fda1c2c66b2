"""What the simulated card readers remember, and that their people cannot exist."""

import pytest

from drivers.wire import cardtext, idnumber, sam, stx
from drivers.wire.reader import Reader
from simulators import sam as sam_twin
from simulators import stx as stx_twin
from simulators.cards import PEOPLE, PHOTO, Person

NO_CARD = sam.Answer(0, 0, sam.NO_CARD)


def ask(reader: sam_twin.CardReader, order: sam.Order, seconds: float = 2.0) -> sam.DeviceMessage:
    said = reader.receive(sam.encode(sam.Ask(order))) + reader.tick(seconds)
    (message,) = Reader(sam.parse_device).feed(said)
    return message


@pytest.mark.parametrize("who", list(PEOPLE))
def test_no_person_of_the_simulators_can_exist(who):
    card = cardtext.card(PEOPLE[who].text)
    assert card.birth.year == 2099
    assert idnumber.fault(card.kind, card.number) == ""
    assert card.number.startswith(("69", "CAN6999", "969")) or card.kind.value == "J"


def test_a_card_is_found_selected_read_and_then_not_found_until_it_was_lifted():
    reader = sam_twin.device("")
    assert ask(reader, sam.Order.FIND) == NO_CARD
    reader.press("resident")
    assert ask(reader, sam.Order.SELECT) == sam.Answer(0, 0, sam.NOT_SELECTED)
    assert ask(reader, sam.Order.READ) == sam.Answer(0, 0, sam.NOT_READ)
    assert ask(reader, sam.Order.FIND) == sam.Found()
    assert ask(reader, sam.Order.SELECT) == sam.Selected()
    assert ask(reader, sam.Order.READ) == sam.CardRead(PEOPLE["resident"].text, PHOTO)
    assert ask(reader, sam.Order.FIND) == NO_CARD
    reader.press("")
    reader.press("resident")
    assert ask(reader, sam.Order.FIND) == sam.Found()


def test_fingerprints_and_the_newest_address_come_when_asked_for():
    reader = sam_twin.device("")
    for who in ("resident", "J"):
        reader.press(who)
        ask(reader, sam.Order.FIND)
        ask(reader, sam.Order.SELECT)
        read = ask(reader, sam.Order.READ_ALL)
        assert isinstance(read, sam.CardRead)
        assert len(sam.encode(read)) == 2321
        newest = ask(reader, sam.Order.READ_ADDRESS)
        if who == "J":
            assert newest == sam.Answer(0, 0, sam.NO_SUCH_ITEM)
        else:
            assert isinstance(newest, sam.NewestAddress)
            assert cardtext.address(newest.text) == "样例省虚构市示范区搬迁路9号"


def test_a_card_lifted_while_it_is_read_is_a_failed_read():
    reader = sam_twin.device("sam://?read=0.5")
    reader.press("I")
    ask(reader, sam.Order.FIND)
    ask(reader, sam.Order.SELECT)
    assert reader.receive(sam.encode(sam.Ask(sam.Order.READ))) == b""
    reader.lift()
    assert reader.tick(0.5) == sam.encode(sam.Answer(0, 0, sam.NOT_READ))


def test_speed_packet_reset_and_what_it_does_not_know():
    reader = sam_twin.device("")
    good = sam.encode(sam.Answer(0, 0, sam.SUCCESS))
    assert reader.receive(sam.encode(sam.SetSpeed(9600)) + sam.encode(sam.SetPacket(0x60))) == good * 2
    assert (reader.speed, reader.packet) == (9600, 0x60)
    assert reader.receive(sam.encode(sam.OtherCommand(0x77, 1))) == sam.encode(
        sam.Answer(0, 0, sam.BAD_COMMAND)
    )
    reader.press("Y")
    ask(reader, sam.Order.FIND)
    assert ask(reader, sam.Order.RESET) == sam.Answer(0, 0, sam.SUCCESS)
    assert ask(reader, sam.Order.SELECT) == sam.Answer(0, 0, sam.NOT_SELECTED)


def test_half_a_command_is_forgotten_after_a_moment():
    reader = sam_twin.device("")
    command = sam.encode(sam.Ask(sam.Order.STATUS))
    reader.receive(command[:7])
    reader.tick(0.2)
    assert reader.receive(command) == sam.encode(sam.Answer(0, 0, sam.SUCCESS))


def test_the_knobs_spoil_one_reply_each():
    reader = sam_twin.device("sam://?delay=0.1")
    command, good = sam.encode(sam.Ask(sam.Order.STATUS)), sam.encode(sam.Answer(0, 0, sam.SUCCESS))
    for fault, spoilt in (
        (sam_twin.Fault.CHECKSUM, good[:-1] + bytes([good[-1] ^ 0xFF])),
        (sam_twin.Fault.STRAY, b"\x00" + good),
        (sam_twin.Fault.CUT, good[:5]),
        (None, good),
    ):
        if fault:
            reader.spoil_next(fault)
        assert reader.receive(command) == b""
        assert reader.tick(0.1) == spoilt
    reader.refuse_next(0x60)
    assert ask(reader, sam.Order.STATUS) == sam.Answer(0, 0, 0x60)
    assert ask(reader, sam.Order.STATUS) == sam.Answer(0, 0, sam.SUCCESS)


def test_a_multi_reader_reads_the_same_card_as_often_as_it_is_asked():
    reader = stx_twin.device("")
    everything = stx.encode(stx.ReadId(stx.What.ALL))
    assert reader.receive(everything) + reader.tick(1) == stx.encode(stx.Answer(0x00FD))
    reader.press("Y")
    for _ in range(2):
        assert reader.receive(everything) + reader.tick(1) == stx.encode(
            stx.CardRead(PEOPLE["Y"].text, PHOTO)
        )


@pytest.mark.parametrize("what", [stx.What.NUMBER, stx.What.NAME_AND_NUMBER])
def test_a_multi_reader_puts_the_number_right_behind_the_status(what):
    reader = stx_twin.device("")
    reader.press("resident")
    said = reader.receive(stx.encode(stx.ReadId(what))) + reader.tick(1)
    assert said[5:41].decode("utf-16-le") == PEOPLE["resident"].number


def test_a_multi_reader_answers_what_it_does_not_have():
    reader = stx_twin.device("")
    for message, status in (
        (stx.Ask(stx.Order.BEEP), stx.SUCCESS),
        (stx.Ask(stx.Order.RESET), stx.SUCCESS),
        (stx.Ask(stx.Order.FIND_IC), 0x00FD),
        (stx.Ask(stx.Order.APDU, b"\x00\xa4"), stx.NOT_SUPPORTED),
        (stx.OtherCommand(b"\x77\x01"), stx.BAD_COMMAND),
    ):
        assert reader.receive(stx.encode(message)) == stx.encode(stx.Answer(status))
    assert reader.beeps == 1


def test_a_person_without_a_newer_address_has_none():
    assert Person(PEOPLE["J"].kind, PEOPLE["J"].items).address_item == b""


@pytest.mark.parametrize("twin", [sam_twin, stx_twin])
def test_a_reader_without_power_says_nothing_and_finds_the_card_again_with_it(twin):
    reader = twin.device("")
    reader.press("J")
    hello = (
        sam.encode(sam.Ask(sam.Order.STATUS)) if twin is sam_twin else stx.encode(stx.Ask(stx.Order.VERSION))
    )
    reader.power_off()
    assert reader.receive(hello) + reader.tick(5) == b""
    reader.power_on()
    assert reader.receive(hello) != b""
    assert (reader.state()["card"], reader.state()["name"]) == ("J", "测试丙")
