"""The numbers on cards and the digits that prove them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.media import CardKind
from drivers.wire import idnumber

VECTORS = [
    v
    for v in json.loads((Path(__file__).parent / "vectors" / "idcard.json").read_text("utf-8"))
    if v["family"] == "id-number"
]
NEW = "969840209901010010"[:17]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
def test_a_vector_of_gb_11643_is_right_or_wrong_as_it_says(vector):
    number = bytes.fromhex(vector["hex"]).decode()
    assert (idnumber.fault(CardKind.RESIDENT, number) == "") is vector["valid"]


def test_the_2017_number_of_the_vectors_is_right_and_any_other_closing_digit_wrong():
    for digit in "0123456789":
        fault = idnumber.fault(CardKind.FOREIGNER_2017, "CAN69998512311" + digit)
        assert (fault == "") is (digit == "3")


@pytest.mark.parametrize(
    ("kind", "number", "fault"),
    [
        (CardKind.RESIDENT, "69999919900307001", "17 characters"),
        (CardKind.RESIDENT, "69999919900307001x", "other than digits"),
        (CardKind.RESIDENT, "6999991990030700１1", "other than digits"),
        (CardKind.RESIDENT, "", "0 characters"),
        (CardKind.PERMIT, "810000209902310019", "day of birth"),
        (CardKind.FOREIGNER_2023, "699999199003070011", "begins with 9"),
        (CardKind.FOREIGNER_2017, "can699985123113", "three letters"),
        (CardKind.FOREIGNER_2017, "CAN699985133113", "day of birth"),
        (CardKind.FOREIGNER_2017, "CAN6999851231130", "16 characters"),
    ],
)
def test_a_fault_says_what_is_wrong_and_never_the_number(kind, number, fault):
    said = idnumber.fault(kind, number)
    assert fault in said
    assert not number or number not in said


@given(
    st.from_regex(r"69[0-9]{4}2099(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True), st.data()
)
def test_no_single_wrong_digit_and_no_swap_of_neighbours_passes_gb_11643(first, data):
    number = first + idnumber.check_of_18(first)
    assert idnumber.fault(CardKind.RESIDENT, number) == ""
    at = data.draw(st.integers(0, 16))
    for digit in "0123456789":
        changed = number[:at] + digit + number[at + 1 :]
        assert changed == number or idnumber.fault(CardKind.RESIDENT, changed)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert swapped == number or idnumber.fault(CardKind.RESIDENT, swapped)


def test_the_old_number_of_a_2023_card_is_rebuilt_from_its_item():
    new = NEW + idnumber.check_of_18(NEW)
    old = idnumber.old_number(new, "USA", "991")
    assert old[:14] == "USA" + "69" + "99" + "990101" + "1"
    assert idnumber.fault(CardKind.FOREIGNER_2017, old) == ""


@pytest.mark.parametrize(("country", "item"), [("USA", ""), ("USA", "9 1"), ("us", "991"), ("USA", "9911")])
def test_without_a_whole_item_there_is_no_old_number(country, item):
    assert idnumber.old_number(NEW + idnumber.check_of_18(NEW), country, item) == ""
    assert idnumber.old_number(NEW + "?", "USA", "991") == ""
