"""What is kept of an identity: as little as the hall wants, and never the number. The people are invented: division 69,
born in 2099."""

from dataclasses import replace
from datetime import date

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.core.errors import WrongIdentity
from app.core.people import KeepOfCard
from app.core.plan import HallPlan, HolderRules
from app.holders import Holders
from app.identity import CardFact, fact_of, kind_of, of_number
from drivers.media import Card, CardKind, Sex
from drivers.wire.idnumber import check_of_15, check_of_18
from tests.plans import small_plan

FIRST = "69999920990301002"
NUMBER = FIRST + check_of_18(FIRST)
LATER = date(2165, 1, 1)
KEY = Holders("a key of the tests")


def keeping(keep: KeepOfCard) -> HallPlan:
    made = small_plan()
    return replace(made, rules=replace(made.rules, holder=HolderRules(keep=keep)))


def test_a_typed_number_and_a_card_are_the_same_person() -> None:
    typed = of_number(KEY, f" {NUMBER.lower()} ", small_plan(), LATER)
    laid = fact_of(KEY, CardKind.RESIDENT, NUMBER, date(2099, 3, 1), small_plan(), LATER)
    assert typed == laid == CardFact(KEY.card(NUMBER, CardKind.RESIDENT), "elderly")
    assert of_number(Holders("another key"), NUMBER, small_plan(), LATER).holder != typed.holder


@pytest.mark.parametrize(
    ("keep", "holder", "offered"),
    [
        (KeepOfCard.HASH, True, "elderly"),
        (KeepOfCard.CLASS, False, "elderly"),
        (KeepOfCard.NOTHING, False, ""),
    ],
)
def test_a_hall_keeps_what_it_says_and_no_more(keep: KeepOfCard, holder: bool, offered: str) -> None:
    fact = of_number(KEY, NUMBER, keeping(keep), LATER)
    assert (bool(fact.holder), fact.priority_class) == (holder, offered)


@pytest.mark.parametrize(
    ("typed", "zh"),
    [
        (NUMBER[:-1], "位数"),
        (NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), "校验位"),
        ("A" * 18, "字符"),
        (NUMBER[:10] + "1350" + NUMBER[14:], "出生日期"),
        ("ABC999999030100X", "位数"),
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(typed: str, zh: str) -> None:
    with pytest.raises(WrongIdentity) as refused:
        of_number(KEY, typed, small_plan(), LATER)
    assert zh in refused.value.text("zh")
    assert typed not in refused.value.text("zh") + refused.value.text("en") + repr(refused.value)


def test_each_kind_of_card_is_told_by_its_number() -> None:
    old = "ABC6999990301" + "0"
    assert kind_of(old + check_of_15(old)) is CardKind.FOREIGNER_2017
    assert kind_of("9" + NUMBER[1:]) is CardKind.FOREIGNER_2023
    assert kind_of("83" + NUMBER[2:]) is CardKind.PERMIT
    assert kind_of(NUMBER) is CardKind.RESIDENT
    assert of_number(KEY, old + check_of_15(old), small_plan(), LATER).priority_class == ""


def test_a_card_does_not_say_in_a_log_whose_it_is() -> None:
    card = Card(CardKind.RESIDENT, NUMBER, "测试甲", Sex.FEMALE, date(2099, 3, 1), "测", "测试路 1 号")
    for secret in (NUMBER, "测试甲", "2099", "测试路"):
        assert secret not in repr(card)


def test_the_command_prints_the_hash_and_wants_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEHALL_CARD_KEY", "a key of the tests")
    done = CliRunner().invoke(app, ["holder"], input=NUMBER + "\n")
    assert done.exit_code == 0
    assert KEY.card(NUMBER, CardKind.RESIDENT) in done.stdout
    assert NUMBER not in done.stdout
    assert CliRunner().invoke(app, ["holder"], input="123\n").exit_code == 1
    monkeypatch.setenv("TIDEHALL_CARD_KEY", "")
    monkeypatch.setenv("TIDEHALL_DATABASE", "postgresql://nowhere/hall")
    assert CliRunner().invoke(app, ["holder"], input=NUMBER + "\n").exit_code == 1
