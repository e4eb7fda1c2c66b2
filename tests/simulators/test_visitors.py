"""Who comes to a simulated day."""

import math
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from statistics import fmean, pstdev

import pytest

from simulators.hallsheet import Unreadable
from simulators.visitors import (
    COMES,
    LEAP,
    LONGEST,
    PARKED,
    SENT_ON,
    VARIATION,
    WALK,
    Fate,
    expected,
    manner,
    recorded,
)
from tests.simulators.daylight import HALL, MONDAY, at, sheet_of

HEAD = "date,from_minute,to_minute,queue_id,tickets,open_windows"


def trace(*rows):
    return [HEAD, *rows]


def test_the_figures_of_a_day_are_met_within_what_chance_allows(tmp_path):
    sheet = sheet_of(tmp_path)
    days = [expected(sheet, MONDAY, seed) for seed in range(200)]
    came = Counter(visitor.service for day in days for visitor in day.visitors)
    for service, figure in (("residence", 38), ("tax", 18)):
        assert abs(came[service] - 200 * figure) < 4 * math.sqrt(200 * figure)


def test_each_half_hour_has_its_own_figure(tmp_path):
    sheet = sheet_of(tmp_path)
    came = Counter(
        (each.at.hour, each.at.minute // 30)
        for seed in range(200)
        for each in expected(sheet, MONDAY, seed).visitors
        if each.service == "residence"
    )
    for half_hour, figure in (((9, 0), 20), ((9, 1), 10), ((10, 0), 0), ((10, 1), 8)):
        assert abs(came[half_hour] - 200 * figure) <= 4 * math.sqrt(200 * figure)


def test_the_same_seed_brings_the_same_people_and_another_seed_others(tmp_path):
    sheet = sheet_of(tmp_path)
    assert expected(sheet, MONDAY, 1) == expected(sheet, MONDAY, 1)
    assert expected(sheet, MONDAY, 1).visitors != expected(sheet, MONDAY, 2).visitors
    assert expected(sheet, MONDAY, 1).visitors != expected(sheet, MONDAY + timedelta(weeks=1), 1).visitors


def test_who_comes_before_the_opening_stands_at_the_door(tmp_path):
    sheet = sheet_of(tmp_path)
    for seed in range(20):
        early = [each for each in expected(sheet, MONDAY, seed).visitors if each.at < at(sheet, 9, 1)]
        assert all(each.at > at(sheet, 9) for each in early)


def test_every_visitor_has_a_key_of_their_own(tmp_path):
    visitors = expected(sheet_of(tmp_path), MONDAY, 3).visitors
    assert len({each.key for each in visitors}) == len(visitors)


def test_a_day_that_goes_on_leaves_out_who_has_come_and_keeps_the_others_places(tmp_path):
    sheet = sheet_of(tmp_path)
    day = expected(sheet, MONDAY, 5)
    later = day.after(at(sheet, 9, 20))
    assert 0 < len(later) < len(day.visitors)
    assert all(each.at >= at(sheet, 9, 20) and day.visitors[place] == each for place, each in later)


def test_a_share_of_the_people_come_as_a_class_that_the_hall_has(tmp_path):
    sheet = sheet_of(tmp_path)
    shares = {"elderly": 0.3, "disabled": 0.5}
    classes = Counter(
        each.priority_class for seed in range(100) for each in expected(sheet, MONDAY, seed, shares).visitors
    )
    assert set(classes) == {"ordinary", "elderly"}
    assert classes["elderly"] / classes.total() == pytest.approx(0.3, abs=0.03)


def test_recorded_tickets_are_spread_evenly_between_their_two_minutes(tmp_path):
    sheet = sheet_of(tmp_path)
    day = recorded(sheet, MONDAY, 1, trace("2020-01-02,545,550,1,5,1", "2020-01-02,550,551,3,1,1"))
    assert [(each.at, each.service) for each in day.visitors] == [
        *[(at(sheet, 9, 5, 30 + 60 * place), "residence") for place in range(5)],
        (at(sheet, 9, 10, 30), "tax"),
    ]
    assert day.remarks == ()


def test_the_first_recorded_day_is_taken_or_the_one_that_is_asked_for(tmp_path):
    sheet = sheet_of(tmp_path)
    rows = trace("2020-01-02,545,550,1,2,1", "2020-01-07,545,550,1,3,1")
    assert len(recorded(sheet, MONDAY, 1, rows).visitors) == 2
    assert len(recorded(sheet, MONDAY, 1, rows, date(2020, 1, 7)).visitors) == 3
    with pytest.raises(Unreadable, match="2020-01-02, 2020-01-07"):
        recorded(sheet, MONDAY, 1, rows, date(2020, 1, 8))


def test_nothing_recorded_is_dropped_in_silence(tmp_path):
    sheet = sheet_of(tmp_path)
    rows = trace(
        "2020-01-02,545,550,9,7,1",  # a queue that no service stands for
        "2020-01-02,300,305,1,3,1",  # long before the opening
        f"2020-01-02,550,555,1,{LEAP + 1},1",  # a display that was set ahead
    )
    day = recorded(sheet, MONDAY, 1, rows)
    assert len(day.visitors) == LEAP + 1
    leap, unknown, outside = day.remarks
    assert f"{LEAP + 1} tickets in 5 minutes" in leap
    assert "queue 9: 7 tickets left out" in unknown
    assert "3 came outside opening hours: residence 3" in outside


@pytest.mark.parametrize(
    "rows",
    [
        ["queue,tickets", "1,2"],
        trace("2020-01-02,545,550,1,many,1"),
        trace("2020-01-02,550,545,1,2,1"),
        trace("2020-01-02,545,1440,1,2,1"),
        trace("yesterday,545,550,1,2,1"),
        trace(),
    ],
)
def test_a_csv_that_is_no_recorded_day_is_refused(tmp_path, rows):
    with pytest.raises(Unreadable):
        recorded(sheet_of(tmp_path), MONDAY, 1, rows)


def test_service_times_have_the_mean_of_the_service_and_the_variation_of_offices():
    efforts = [manner(1, MONDAY, f"A{number:05}").effort for number in range(20_000)]
    assert fmean(efforts) == pytest.approx(1, abs=0.05)
    assert pstdev(efforts) == pytest.approx(VARIATION, rel=0.15)
    slow = replace(manner(1, MONDAY, "A001"), effort=50.0)
    assert slow.minutes(20) == LONGEST


def test_people_walk_and_stay_away_and_are_sent_on_as_often_as_is_said():
    people = [manner(2, MONDAY, f"A{number:05}") for number in range(20_000)]
    assert all(WALK[0] <= each.walk_seconds <= WALK[1] for each in people)
    assert sum(each.comes for each in people) / 20_000 == pytest.approx(COMES, abs=0.005)
    fates = Counter(each.fate for each in people)
    assert fates[Fate.PARKED] / 20_000 == pytest.approx(PARKED, abs=0.002)
    assert fates[Fate.SENT_ON] / 20_000 == pytest.approx(SENT_ON, abs=0.002)


def test_a_person_is_the_same_after_a_restart_and_brings_another_matter_after_a_transfer():
    assert manner(1, MONDAY, "A001") == manner(1, MONDAY, "A001")
    assert manner(1, MONDAY, "A001", transfers=1) != manner(1, MONDAY, "A001")


def test_a_day_without_figures_has_nobody(tmp_path):
    sheet = sheet_of(tmp_path, HALL.replace("monday = [", "sunday = ["))
    assert expected(sheet, MONDAY, 1).visitors == ()
