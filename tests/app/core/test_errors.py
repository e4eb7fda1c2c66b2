"""Every refusal speaks both languages with the facts it is raised with."""

import ast
import inspect
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.core
from app.core import errors
from app.core.commands import Start
from app.core.errors import Refusal, WindowCannot

from .hands import Hand, hand

KINDS = (errors.Unknown, errors.NotNow, errors.NotYours, errors.Wrong)


def refusals() -> list[type[Refusal]]:
    return [
        each
        for each in vars(errors).values()
        if inspect.isclass(each) and issubclass(each, Refusal) and each is not Refusal
    ]


def asked(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def raised() -> Iterator[tuple[str, set[str] | None]]:
    """Every construction of a refusal in the core: its class, and the facts given (None: by a dictionary)."""
    for path in Path(app.core.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in vars(errors)
            ):
                given = {keyword.arg for keyword in node.keywords}
                yield node.func.id, None if None in given else {each for each in given if each}


@pytest.mark.parametrize("refusal", refusals(), ids=lambda each: each.__name__)
def test_a_refusal_has_a_sentence_in_both_languages_over_facts(refusal: type[Refusal]) -> None:
    assert refusal.__doc__, "the docstring is the English sentence"
    assert refusal in KINDS or refusal.__bases__[0] in KINDS
    facts = dict.fromkeys(asked(refusal.__doc__) | asked(refusal.zh), "x")
    made = refusal(**facts)
    assert "{" not in made.text("en") + made.text("zh")
    assert str(made) == made.text("en")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in made.text("zh"))
    assert made.rule == made.rule.lower()


def test_every_refusal_is_raised_with_the_facts_that_its_sentences_ask_for() -> None:
    for name, given in raised():
        refusal = getattr(errors, name)
        if given is not None and inspect.isclass(refusal) and issubclass(refusal, Refusal):
            assert asked(refusal.__doc__ or "") | asked(refusal.zh) <= given, name


def test_rules_have_stable_names_that_programs_can_look_at() -> None:
    assert errors.WindowHasTicket(window=1, number="A001").rule == "window-has-ticket"
    names = [each.rule_name() for each in refusals()]
    assert len(names) == len(set(names))


def test_a_chinese_refusal_says_states_and_moves_in_chinese() -> None:
    day: Hand = hand()
    day.open(1)
    day.take("tax")
    assert day.refuses(Start(1), errors.WindowHasNoTicket).text("zh") == "1 号窗口当前没有叫号,请先叫号。"
    assert WindowCannot(window=1, duty="paused", move="start").text("zh") == (
        "1 号窗口当前状态为“暂停服务”,不能执行“开始办理”。"
    )
