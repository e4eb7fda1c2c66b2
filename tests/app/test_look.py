"""What a board is told besides calls: the notices that hold today, and when a closed hall opens."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from app.core.plan import Opening
from app.core.shown import Notice, ScreenRules
from app.scenes import hall_scene
from tests.app.core.hands import MONDAY, hand, plan


def test_a_notice_holds_on_its_days_both_ends_included() -> None:
    first, last = date(2026, 3, 3), date(2026, 3, 4)
    notices = (
        Notice("甲", "A", first, last),
        Notice("乙", starts=last),
        Notice("丙", ends=first),
        Notice("丁"),
    )
    day = hand(plan=plan(notices=notices))

    def read(moment: datetime) -> str:
        return "".join(each.text.zh for each in hall_scene(day.hall, moment).notices)

    days = [read(MONDAY + timedelta(days=n)) for n in range(4)]
    assert days == ["丙丁", "甲丙丁", "甲乙丁", "乙丁"]


def test_a_closed_hall_says_when_it_opens_next_and_an_open_one_does_not() -> None:
    day = hand(plan=plan(hours={0: (Opening(time(9), time(17)),), 2: (Opening(time(13), time(17)),)}))
    assert hall_scene(day.hall, MONDAY.replace(hour=10)).opens_at is None
    assert hall_scene(day.hall, MONDAY.replace(hour=8)).opens_at == MONDAY.replace(hour=9)
    assert hall_scene(day.hall, MONDAY.replace(hour=18)).opens_at == MONDAY.replace(hour=13) + timedelta(
        days=2
    )


def test_how_long_a_notice_stands_is_the_halls() -> None:
    quick = plan()
    quick = replace(quick, rules=replace(quick.rules, screens=ScreenRules(notice_seconds=5)))
    assert hall_scene(hand(plan=quick).hall, MONDAY).notice_seconds == 5
