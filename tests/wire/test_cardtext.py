"""The text of the four kinds of card: from bytes to a Card, and what is refused."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import BadCard
from drivers.media import Card, CardKind, Sex
from drivers.wire import cardtext, idnumber

VECTORS = {
    v["name"]: v
    for v in json.loads((Path(__file__).parent / "vectors" / "idcard.json").read_text("utf-8"))
    if v["family"] == "idcard-sam"
}
LONG_TERM = bytes.fromhex(VECTORS["sam.text.resident long-term"]["hex"])


def text_of(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["hex"])[14 : 14 + 256]


def resident(**changed: str) -> bytes:
    return cardtext.compose(
        CardKind.RESIDENT,
        {
            "name": "测试甲",
            "sex": "1",
            "nation": "01",
            "birth": "20990101",
            "address": "样例省虚构市示范区测试路1号",
            "number": "699999209901010017",
            "issuer": "样例市公安局",
            "valid_from": "20990102",
            "valid_to": "21190102",
            **changed,
        },
    )


def test_a_resident_card_without_end():
    assert cardtext.card(LONG_TERM) == Card(
        kind=CardKind.RESIDENT,
        number="699999195001010025",
        name="测试乙",
        sex=Sex.FEMALE,
        birth=date(1950, 1, 1),
        nation="回",
        address="样例省虚构市示范区测试路2号",
        valid_from=date(2010, 1, 1),
        valid_to=None,
    )


def test_a_permit_of_hong_kong_macao_or_taiwan():
    text = text_of("sam.rsp.read HK-Macao-Taiwan permit")
    card = cardtext.card(text)
    assert (card.kind, card.number, card.name) == (CardKind.PERMIT, "810000209901010010", "测试丙")
    assert (card.birth, card.nation) == (date(2099, 1, 1), "")
    found = cardtext.items(text)
    assert (found["pass_number"], found["issue_count"]) == ("H00000001", "01")


def test_a_permanent_resident_of_2017():
    text = text_of("sam.rsp.read foreigner PR 2017")
    card = cardtext.card(text)
    assert (card.kind, card.number, card.name, card.nation) == (
        CardKind.FOREIGNER_2017,
        "CAN699985123113",
        "测试丁",
        "CAN",
    )
    assert (card.birth, card.valid_from, card.valid_to) == (
        date(1985, 12, 31),
        date(2018, 1, 1),
        date(2028, 1, 1),
    )
    assert cardtext.items(text)["english_name"] == "TEST, PERSON"


def test_a_permanent_resident_of_2023_with_a_long_name_and_an_old_number():
    first = "96984020990101001"
    number = first + idnumber.check_of_18(first)
    text = cardtext.compose(
        CardKind.FOREIGNER_2023,
        {
            "sex": "2",
            "renewals": "01",
            "birth": "20990101",
            "english_name": "TEST-WITH-A-VERY-LONG-FAMILY-NAME, ",
            "english_name_end": "PERSON ALSO",
            "number": number,
            "valid_from": "20990102",
            "valid_to": "21090102",
            "country": "USA",
            "old_number": "991",
        },
    )
    card = cardtext.card(text)
    assert (card.kind, card.number, card.nation) == (CardKind.FOREIGNER_2023, number, "USA")
    assert card.name == "TEST-WITH-A-VERY-LONG-FAMILY-NAME, PERSON ALSO"
    found = cardtext.items(text)
    old = idnumber.old_number(found["number"], found["country"], found["old_number"])
    assert old.startswith("USA69999901011")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"number": "699999209901010019"}, "check digit"),
        ({"birth": "20990230"}, "birth"),
        ({"birth": ""}, "birth"),
        ({"valid_to": ""}, "valid to"),
        ({"valid_to": "长"}, "valid to"),
        ({"sex": "3"}, "sex"),
        ({"sex": ""}, "sex"),
    ],
)
def test_text_that_makes_no_sense_is_refused_without_saying_whose_it_is(changed, said):
    with pytest.raises(BadCard, match=said) as refused:
        cardtext.card(resident(**changed))
    assert "6999" not in str(refused.value)
    assert "测试" not in str(refused.value)


def test_half_a_character_is_refused_by_the_item_that_it_stands_in():
    text = bytearray(resident())
    text[0:2] = b"\x00\xd8"
    with pytest.raises(BadCard, match="name"):
        cardtext.card(bytes(text))


def test_a_fifth_kind_of_card_is_not_guessed_at():
    text = bytearray(resident())
    text[248:250] = "Q".encode("utf-16-le")
    with pytest.raises(BadCard, match="unknown kind"):
        cardtext.card(bytes(text))
    with pytest.raises(BadCard, match="255"):
        cardtext.card(bytes(255))


def test_a_rare_character_beyond_the_basic_plane_keeps_its_name():
    assert cardtext.card(resident(name="测\U00020086")).name == "测\U00020086"


def test_the_nations_are_those_of_gb_t_3304():
    assert len(cardtext.NATIONS) == 58
    assert (cardtext.NATIONS["46"], cardtext.NATIONS["56"], cardtext.NATIONS["97"]) == (
        "德昂",
        "基诺",
        "其他",
    )
    assert cardtext.card(resident(nation="57")).nation == ""


@pytest.mark.parametrize("kind", list(CardKind))
def test_no_two_items_of_a_layout_overlap_and_none_leaves_the_text(kind):
    places = sorted(cardtext.LAYOUTS[kind].values())
    assert all(a + length <= b for (a, length), (b, _) in pairwise(places))
    assert sum(places[-1]) <= cardtext.SIZE


@pytest.mark.parametrize("item", ["names", "sex"])
def test_what_a_layout_has_no_room_for_is_not_written(item):
    with pytest.raises(ValueError, match=item):
        cardtext.compose(CardKind.RESIDENT, {item: "12"})


@given(st.sampled_from(CardKind), st.data())
def test_items_come_back_as_they_were_composed(kind, data):
    written = {
        item: data.draw(st.text("测试甲\U00020086AZ09,·", max_size=length // 4))
        for item, (_, length) in cardtext.LAYOUTS[kind].items()
        if item != "kind"
    }
    found = cardtext.items(cardtext.compose(kind, written))
    found.pop("kind", None)
    assert found == written


@given(st.binary(min_size=256, max_size=256) | st.binary(max_size=300))
def test_any_text_is_a_card_or_is_refused(text):
    try:
        card = cardtext.card(text)
    except BadCard:
        return
    assert idnumber.fault(card.kind, card.number) == ""
