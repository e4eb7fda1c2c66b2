"""Every reason that the core can give is a sentence in Chinese and English."""

import re
import string
from pathlib import Path

import pytest

import app.core
from app.core.commands import CallTicket
from app.core.events import TideHeldBack, TideTurned
from app.core.hall import Hall
from displays.reasons import SENTENCES, sentence
from tests.app.core.days import Day, county
from tests.app.core.hands import hand, ruled
from tests.app.core.test_tide import AUTO, looks, swollen, tidal


def codes() -> set[str]:
    """Every code that stands in the core: the first argument of a Reason, and the names of the plain policies."""
    found: set[str] = set()
    for path in Path(app.core.__file__).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "measures.py":  # the names of figures
            found |= set(re.findall(r'"(tide_[a-z_]+)"', text))
        found |= set(re.findall(r'\bReason\(\s*"([a-z_]+)"', text))
    return found | set(app.core.POLICIES)


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_code_of_the_core_has_both_sentences(code: str) -> None:
    clauses = SENTENCES[code]
    for clause in clauses:
        zh, en = (
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (clause.zh, clause.en)
        )
        assert {name.removesuffix("_zh") for name in zh} == {name.removesuffix("_en") for name in en}
    assert "".join(clause.en for clause in clauses).endswith(".")
    assert "".join(clause.zh for clause in clauses).endswith("。")


def test_no_sentence_is_for_a_reason_that_nobody_gives() -> None:
    assert set(SENTENCES) == codes()


def test_a_call_says_its_numbers() -> None:
    facts = {
        "window": 7,
        "number": "A023",
        "class_zh": "老年人",
        "class_en": "elderly",
        "credit": 61.0,
        "head_start": 45.0,
        "slope": 2.0,
        "age": 8.0,
        "earlier": 0.0,
        "booked": 0,
        "queue": "A",
        "drain": 14.0,
        "runner_up": "B101",
        "runner_up_credit": 12.0,
        "runner_up_drain": 6.0,
        "overtaken": "A019:3 A020:1 A021:1",
        "overtaken_count": 3,
        "limit": 15,
    }
    said = sentence("credit", facts)
    assert said.en == (
        "W07 called A023 (elderly): credit 61 = 45 + 2 x 8 min; queue A needs 14 min; runner-up B101 credit 12, "
        "queue 6 min. A019 (3rd time), A020 (1st time), A021 (1st time) overtaken (limit 15)."
    )
    assert said.zh == (
        "7号窗口呼叫 A023(老年人):积分 61 = 45 + 2 × 8 分钟;A 队需 14 分钟办完;次选 B101 积分 12,"
        "其队需 6 分钟。越过 A019(第 3 次)、A020(第 1 次)、A021(第 1 次)(上限 15 次)。"
    )
    assert "and 4 more" in sentence("credit", facts | {"overtaken_count": 7}).en


def test_the_guarantees_say_what_they_are() -> None:
    facts = {"window": 7, "number": "C004", "guarded_age": 61.0, "guard": 60.0, "spent": "C004", "times": 15}
    assert sentence("guard", facts).en == "W07 called C004: waited 61 min, past the 60-minute guarantee."
    assert (
        sentence("spent", facts).en == "W07 called C004: C004 was overtaken 15 times, nobody passes it again."
    )


def test_the_tide_says_what_it_saw_and_what_it_lacks() -> None:
    day = swollen(tidal(AUTO))
    (turn,) = [each for each in looks(day, 3) if isinstance(each, TideTurned)]
    said = sentence(turn.why.code, turn.why.facts)
    assert said.en.startswith("W09 opens for Tax, Social: projected wait for Tax ")
    assert "(limit 8) for 2 min: 6 waiting x 9 min," in said.en
    assert said.en.endswith("Flexible clerks 1 of 1.")
    assert said.zh.startswith("9号窗口开放,办理tax业务、social业务:tax业务预计等候 ")
    day = swollen(tidal(AUTO, clerks=()))
    (held,) = [each for each in looks(day, 4) if isinstance(each, TideHeldBack)]
    assert sentence(held.why.code, held.why.facts).en.endswith("min; no flexible clerk free (0 of 0 out).")


@pytest.mark.parametrize("policy", sorted(app.core.POLICIES))
def test_every_reason_of_a_day_can_be_said(policy: str) -> None:
    said: list[str] = []

    def watch(hall: Hall, event: object) -> None:
        why = getattr(event, "why", None)
        if why is not None:
            both = sentence(why.code, why.facts)
            said.extend((both.zh, both.en))

    Day(county(policy, 4, 6, tidal=1), seed=2, load=1.6, minutes=150, privileged=0.5, watch=watch).live()
    assert len(said) > 100
    assert not any("{" in each or "None" in each for each in said)


def test_a_ticket_called_out_of_order_says_the_reason_given() -> None:
    day = hand(plan=ruled("credit"))
    day.open(1)
    day.take()
    second = day.take()
    day.do(CallTicket(1, second, "轮椅"))
    why = day.ticket(second).why
    assert why is not None
    assert sentence(why.code, why.facts).zh == "1号窗口指定呼叫 A002:轮椅。"


def test_a_code_from_a_newer_version_is_shown_as_it_is() -> None:
    assert sentence("astrology", {}).en == "astrology"
