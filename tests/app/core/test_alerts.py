"""What a supervisor is called for: each alert by its own threshold, and nothing while all is well."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.core.alerts import Level, watch
from app.core.calendar import Calendar
from app.core.commands import CallNext, Finish, OpenDay, Pause, ReportDevice, Resume, Start
from app.core.plan import AlertRules, PauseReason, Rules
from displays.alarms import SENTENCES, TROUBLES, alarm
from drivers.media import Trouble

from .hands import Hand, hand, plan
from .test_calendar import open_plan

MEAL = (PauseReason("meal", "用餐", "Meal"),)


def alerts(made: Hand) -> dict[str, Level]:
    """The alerts by code and key."""
    return {f"{each.code}:{each.key}": each.level for each in watch(made.hall, made.now).alerts}


def later(made: Hand, minutes: float) -> Hand:
    """Nothing happens for some minutes."""
    made.now += timedelta(minutes=minutes)
    return made


def test_a_quiet_hall_has_no_alert() -> None:
    made = hand()
    made.open(1, 2, 3, 4)
    seen = watch(made.hall, made.now)
    assert seen.alerts == ()
    assert {code: queue.waiting for code, queue in seen.queues.items()} == {
        "tax": 0,
        "social": 0,
        "permit": 0,
    }


def test_whoever_waits_longer_than_the_promise_is_amber_and_twice_as_long_red() -> None:
    made = hand()
    made.open(1)
    made.take()
    assert "promise:tax" not in alerts(later(made, 15))
    assert alerts(later(made, 1))["promise:tax"] is Level.AMBER
    assert alerts(later(made, 15))["promise:tax"] is Level.RED
    queue = watch(made.hall, made.now).queues["tax"]
    assert (queue.longest, queue.late) == (31, 1)


def test_the_thresholds_are_settings() -> None:
    rules = Rules(promise_minutes=30, alerts=AlertRules(wait_amber=0.5, wait_red=1))
    made = hand(plan=plan(rules=rules))
    made.open(1)
    made.take()
    assert alerts(later(made, 16))["promise:tax"] is Level.AMBER
    assert alerts(later(made, 15))["promise:tax"] is Level.RED


def test_people_whom_no_window_serves_are_red_and_a_swollen_queue_is_hot() -> None:
    made = hand()
    made.take()
    assert alerts(made)["unserved:tax"] is Level.RED
    assert watch(made.hall, made.now).queues["tax"].projected is None
    made.open(1)
    assert "unserved:tax" not in alerts(made)
    made.take()
    made.take()
    assert alerts(later(made, 60))["hot:tax"] is Level.AMBER, "the rate of arrivals has died down"
    for _ in range(6):
        made.take()
    assert alerts(made)["hot:tax"] is Level.RED


def test_a_window_that_pauses_too_long_is_told_until_it_goes_on() -> None:
    made = hand(plan=plan(pause_reasons=MEAL))
    made.open(1)
    made.do(Pause(1, "meal"))
    assert alerts(later(made, 14)) == {}
    assert alerts(later(made, 2)) == {"paused:1": Level.AMBER}
    assert alerts(later(made, 15)) == {"paused:1": Level.RED}
    made.do(Resume(1))
    assert alerts(made) == {}


def test_a_service_far_longer_than_its_mean_is_told_until_it_ends() -> None:
    made = hand()
    made.open(1)
    made.take()
    made.do(CallNext(1))
    made.do(Start(1))
    assert alerts(later(made, 17)) == {}
    assert alerts(later(made, 2)) == {"handling:1": Level.AMBER}
    assert alerts(later(made, 9)) == {"handling:1": Level.RED}
    made.do(Finish(1))
    assert alerts(made) == {}


@pytest.mark.parametrize(
    ("health", "troubles", "minutes", "expected"),
    [
        ("online", (), 60, {}),
        ("unknown", ("no_back_channel",), 60, {}),
        ("offline", ("no_answer",), 0.5, {}),
        ("offline", ("no_answer",), 1, {"offline:kiosk-1": Level.AMBER}),
        ("offline", ("no_answer",), 5, {"offline:kiosk-1": Level.RED}),
        ("degraded", ("paper_low",), 0, {"paper_low:kiosk-1": Level.AMBER}),
        ("degraded", ("paper_low", "paper_out"), 0, {"paper_out:kiosk-1": Level.RED}),
        ("degraded", ("garbled",), 0, {"ailing:kiosk-1": Level.AMBER}),
        ("degraded", ("cover_open",), 0, {"ailing:kiosk-1": Level.RED}),
    ],
)
def test_a_device_in_trouble_is_told(
    health: str, troubles: tuple[str, ...], minutes: float, expected: dict[str, Any]
) -> None:
    made = hand()
    made.do(ReportDevice("kiosk-1", health, troubles))
    assert alerts(later(made, minutes)) == expected


def test_red_comes_before_amber_and_the_oldest_first() -> None:
    made = hand(plan=plan(pause_reasons=MEAL))
    made.open(1, 2, 3)
    for no, minutes in ((1, 0), (2, 14), (3, 1)):
        made.do(Pause(no, "meal"), minutes)
    found = watch(made.hall, later(made, 16).now).alerts
    assert [(each.level.value, each.key) for each in found] == [("red", "1"), ("amber", "2"), ("amber", "3")]


def test_every_alert_has_a_sentence_in_both_languages_without_a_gap() -> None:
    made = hand(plan=replace(plan(), pause_reasons=MEAL))
    made.take("social")
    for _ in range(3):
        made.take("tax")
    made.open(1, 3)
    made.do(CallNext(1))
    made.do(Start(1))
    made.do(Pause(3, "meal"))
    made.do(ReportDevice("kiosk-1", "degraded", ("cutter", "garbled")))
    said = {}
    for each in watch(made.hall, later(made, 40).now).alerts:
        text = alarm(each.code, each.facts)
        assert "{" not in text.zh + text.en
        said[each.code] = text
    assert said["ailing"].zh == "kiosk-1 故障:切刀故障、收到乱码"
    assert set(said) >= {"promise", "unserved", "handling", "paused", "ailing"}
    assert set(said) <= set(SENTENCES)
    assert set(TROUBLES) == {each.value for each in Trouble}


@pytest.mark.parametrize(
    ("known_until", "level"),
    [(None, "red"), (date(2026, 3, 1), "red"), (date(2026, 4, 1), "amber"), (date(2026, 12, 31), "")],
)
def test_a_year_whose_holidays_are_not_known_is_told_in_time(known_until: date | None, level: str) -> None:
    day = Hand(open_plan())
    day.do(OpenDay(Calendar(known_until=known_until)))
    assert [each.level for each in watch(day.hall, day.now).alerts if each.code == "calendar"] == [level][
        : bool(level)
    ]
    never = Hand(open_plan(holidays=False))
    never.do(OpenDay())
    assert not watch(never.hall, never.now).alerts
