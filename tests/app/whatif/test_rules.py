"""Which rules are compared, and the words for other windows."""

import pytest

from app.whatif.day import Stretch, Unreadable
from app.whatif.rules import Rule, Tide, change_of, rules_of, today
from tests.plans import small_plan

PLAN = small_plan()


def test_todays_rule_comes_first_and_without_words_all_policies_follow() -> None:
    rules = rules_of(PLAN, [], [], [], recorded=True)
    assert rules[0] == today(PLAN, recorded=True) == Rule("credit", Tide.RECORDED)
    assert sorted(each.policy for each in rules) == ["credit", "fifo", "priority", "ratio"]


def test_every_policy_is_tried_with_every_tide_and_every_change() -> None:
    rules = rules_of(PLAN, ["fifo", "credit"], ["off", "auto"], ["1+tax", "3@off"], recorded=False)
    assert len(rules) == 1 + 8
    assert rules[0].name == "credit suggest"
    assert rules[-1].name == "credit auto 3@off"


def test_words_for_windows_change_the_plan_and_the_staffing() -> None:
    change = change_of(PLAN, "1+tax*1.5 2-social 3=residence,tax 4@off 1@9:00-12:00,13:00-17:30")
    plan = change.of_plan(PLAN)
    assert [(each.service, each.rank, each.slowness) for each in plan.window[1].serves][-1] == ("tax", 2, 1.5)
    assert plan.window[2].service_codes == ("residence",)
    assert plan.window[3].service_codes == ("residence", "tax")
    assert dict(change.staffed) == {4: (), 1: (Stretch(540, 720), Stretch(780, 1050))}
    assert plan.windows_of["tax"] == (3, 1, 4)


@pytest.mark.parametrize(
    "words", ["tax", "99+tax", "1+nothing", "1*2", "2-residence,social", "1@12:00-9:00", "1@nine", "1+tax*x"]
)
def test_other_words_are_refused_in_both_languages(words: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        change_of(PLAN, words)
    assert wrong.value.zh
    assert wrong.value.en


def test_rules_and_tides_that_there_are_not_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(Unreadable, match="there is credit, fifo, priority, ratio"):
        rules_of(PLAN, ["random"], [], [], recorded=True)
    with pytest.raises(Unreadable, match="there is recorded, off, suggest, confirm, auto"):
        rules_of(PLAN, [], ["ebb"], [], recorded=True)
    with pytest.raises(Unreadable, match="own journal"):
        rules_of(PLAN, [], ["recorded"], [], recorded=False)
