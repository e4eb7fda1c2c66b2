"""Recorded ticket counts become people, and nothing is dropped in silence."""

from datetime import date

import pytest

from app.core.plan import WindowKind
from app.whatif.csvday import of_csv
from app.whatif.day import Habits, Unreadable
from tests.app.whatif.days import HEAD, county, csv_lines


def rows(*lines: str) -> list[str]:
    return [HEAD, *lines]


def test_the_tickets_of_an_interval_are_spread_over_it() -> None:
    day = of_csv(rows("2026-11-23,600,610,192,5,1"), county(), seed=1)
    assert [each.at for each in day.visitors] == [601, 603, 605, 607, 609]
    assert {each.stages[0].service for each in day.visitors} == {"tax"}
    assert day.date == date(2026, 11, 23)
    assert day.remarks == ()


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    first, again, other = (of_csv(csv_lines(), county(), seed) for seed in (1, 1, 2))
    assert first == again
    assert [each.at for each in first.visitors] == [each.at for each in other.visitors]
    assert [each.stages for each in first.visitors] != [each.stages for each in other.visitors]


def test_every_window_that_is_not_tidal_is_staffed_while_the_hall_is_open() -> None:
    day = of_csv(csv_lines(), county(), seed=1)
    plain = {each.no for each in county().windows if each.kind is not WindowKind.TIDAL}
    assert set(day.staffing) == plain
    assert {(each.starts, each.ends) for stretches in day.staffing.values() for each in stretches} == {
        (480, 1080)
    }


def test_who_stands_at_the_door_comes_in_one_after_another_and_who_comes_at_night_not_at_all() -> None:
    day = of_csv(
        rows("2026-11-23,470,480,192,3,1", "2026-11-23,300,310,192,2,1", "2026-11-23,1200,1210,192,1,1"),
        county(),
        seed=1,
    )
    assert [round(each.at, 2) for each in day.visitors] == [480.07, 480.13, 480.2]
    assert day.remarks[0][1].startswith("3 came outside opening hours")


def test_a_leap_of_a_number_display_is_no_crowd() -> None:
    day = of_csv(rows("2026-11-23,600,605,192,60,1", "2026-11-23,895,900,190,60,1"), county(), seed=1)
    of_tax = [each.at for each in day.visitors if each.stages[0].service == "tax"]
    assert 600 < min(of_tax) < 610
    assert 880 < max(of_tax) < 900
    assert "leap" in day.remarks[0][1]


def test_a_queue_that_no_service_stands_for_is_said() -> None:
    day = of_csv(rows("2026-11-23,600,605,999,7,1", "2026-11-23,600,605,192,1,1"), county(), seed=1)
    assert len(day.visitors) == 1
    assert day.remarks == (
        (
            "7 张号票的队列(999)没有对应的业务(trace_queues),未计入",
            "7 tickets of queues 999 are left out: no service names them in trace_queues",
        ),
    )


def test_the_lengths_have_the_mean_and_the_variation_that_were_assumed() -> None:
    habits = Habits()
    lengths = [
        each.stages[0].minutes
        for seed in range(4)
        for each in of_csv(csv_lines(per_hour=300), county(), seed, habits=habits).visitors
        if each.stages[0].service == "tax"
    ]
    mean = sum(lengths) / len(lengths)
    spread = (sum((each - mean) ** 2 for each in lengths) / len(lengths)) ** 0.5 / mean
    assert mean == pytest.approx(county().service["tax"].mean_minutes, rel=0.08)
    assert spread == pytest.approx(1.2, rel=0.25)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "no rows"),
        (["a,b", "1,2"], "Line 2"),
        (rows("2026-11-23,600,610,x,5,1"), "Line 2"),
        (rows("2026-11-23,610,600,192,5,1"), "out of range"),
        (rows("2026-11-23,600,610,192,-5,1"), "out of range"),
        (rows("2026-11-22,600,610,192,5,1"), "closed on 2026-11-22"),
    ],
)
def test_what_makes_no_sense_is_said_in_both_languages(lines: list[str], said: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        of_csv(lines, county(), seed=1)
    assert said in wrong.value.en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in wrong.value.zh)


def test_a_day_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(Unreadable, match="there is 2026-11-23"):
        of_csv(csv_lines(), county(), seed=1, which=date(2026, 1, 1))
