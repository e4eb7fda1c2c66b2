"""Which window should learn which service: only what brings something, found without trying everything."""

from dataclasses import replace
from datetime import date

import pytest

from app.core.plan import HallPlan, Serves, WindowKind
from app.whatif import command
from app.whatif.day import Day, Stage, Stretch, Visitor
from app.whatif.figures import Figures, figures
from app.whatif.learn import Lesson, candidates, learn, trier
from app.whatif.play import play
from app.whatif.rules import Rule, Tide
from tests.app.core.hands import plan, window

OFF = Rule("fifo", Tide.OFF)


def hall() -> HallPlan:
    """One window drowns in tax, one has little to do with social insurance, one nothing at all to do with permits."""
    made = plan()
    return replace(
        made,
        windows=(window(1, "tax"), window(2, "social"), window(3, Serves("permit")), window(4, "permit")),
    )


def day(people: int = 40) -> Day:
    """A person for tax every five minutes, ten minutes each; few for social insurance."""
    visitors = tuple(
        Visitor(540 + 5 * n, (Stage("tax" if n % 8 else "social", 10.0, 0.2),)) for n in range(people)
    )
    staffing = {no: (Stretch(540, 900, evening=True),) for no in (1, 2, 3, 4)}
    return Day(date(2026, 3, 2), visitors, staffing)


def test_a_window_that_idles_while_others_wait_is_a_candidate_and_its_twin_is_not_tried_again() -> None:
    run = play(hall(), day(), OFF)
    found = candidates(hall(), run, figures(run, 15))
    assert {(each.window, each.service) for each in found} == {(2, "tax"), (3, "tax")}
    assert all(each.minutes > 100 for each in found)
    assert candidates(hall(), run, figures(run, 15), most=1) == found[:1]


def test_the_best_lesson_comes_first_with_what_it_brings() -> None:
    heard: list[float] = []
    lessons = learn(hall(), [day()], OFF, progress=heard.append)
    assert [(each.window, each.service) for each in lessons] == [(3, "tax"), (2, "tax")]
    best = lessons[0]
    assert isinstance(best, Lesson)
    assert best.mean < -10
    assert best.over < -0.3
    assert best.service_mean < best.mean < 0
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_what_is_told_of_several_days_is_their_mean_and_their_spread() -> None:
    one, two = day(), day(30)
    first, second = (learn(hall(), [each], OFF)[0] for each in (one, two))
    both = learn(hall(), [one, two], OFF)[0]
    assert both.days == 2
    assert both.mean == pytest.approx((first.mean + second.mean) / 2, abs=0.02)
    assert both.spread == pytest.approx(abs(first.mean - second.mean), abs=0.02)


def test_where_nobody_waits_nothing_is_learned() -> None:
    assert learn(hall(), [day(3)], OFF) == ()


def test_few_days_are_lived_through_for_many_pairs() -> None:
    lived: list[int] = []

    def counting(wanted: object, done: object) -> list[Figures]:
        lived.append(len(wanted))  # type: ignore[arg-type]
        return trier(hall(), [day(), day(30)])(wanted, done)  # type: ignore[arg-type]

    learn(hall(), [day(), day(30)], OFF, most=2, again=1, tried=counting)
    assert lived == [2, 2]


def test_an_issuing_window_learns_nothing() -> None:
    made = hall()
    issuing = replace(made.windows[2], kind=WindowKind.ISSUING)
    made = replace(made, windows=(*made.windows[:2], issuing))
    run = play(made, day(), OFF)
    assert {each.window for each in candidates(made, run, figures(run, 15))} == {2}


def test_a_worker_process_is_given_its_hall_once_and_finds_the_same() -> None:
    rule = Rule("credit", Tide.OFF)
    command._prepare(hall(), [day(12)])
    assert command._one((0, rule)) == trier(hall(), [day(12)])([(0, rule)], lambda _: None)[0]
