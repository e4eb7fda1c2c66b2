"""In the night it is found out who would have told the waits best; in the morning that one tells them."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import fmean

import pytest

from app.core.backtest import backtest
from app.core.commands import CallNext, Finish, JudgeEstimates, OpenDay, Start
from app.core.estimate import estimates
from app.core.estimators import blended, simple, told_by
from app.core.events import EstimatesJudged, Event, TicketCalled, TicketIssued
from app.core.hall import Experience, Hall
from app.core.judged import EstimateRules, Estimator, Judged
from app.core.plan import HallPlan, Rules
from app.core.ticket import Wait

from .days import Day, county
from .hands import MONDAY, Hand, hand, plan, replay, state


def expects(hall: Hall, service: str, now: datetime) -> Wait | None:
    return estimates(hall, now).newcomers.get(service)


def expects_nonsense(hall: Hall, service: str, now: datetime) -> Wait | None:
    """A schedule that does not know of half the windows, and of a crowd that is not there."""
    raw = 55.0 if now.minute % 2 else 0.0
    return Wait(minutes=raw, low=raw * 0.6, high=raw * 1.6 + 1, raw=raw)


@lru_cache(maxsize=2)
def lived(sense: bool) -> tuple[HallPlan, tuple[Event, ...]]:
    made = county("credit", 3, 6)
    made = replace(made, rules=replace(made.rules, estimate=EstimateRules(least=20)))
    day = Day(
        made,
        seed=4,
        load=1.25,
        minutes=200,
        privileged=0.1,
        expects=expects if sense else expects_nonsense,
    ).live()
    return made, tuple(day.journal)


def told(day: Hand, *judged: Judged) -> None:
    day.do(OpenDay())
    day.do(JudgeEstimates(day.now.date() - timedelta(days=1), judged))


# -- the simple estimators ----------------------------------------------------------------------------------------


def test_head_is_as_long_as_the_first_of_the_queue_has_waited() -> None:
    day = hand()
    assert simple(day.hall, "tax", day.now)[Estimator.HEAD] == 0.0
    day.take("tax")
    day.take("tax", minutes=5)
    assert simple(day.hall, "tax", day.now + timedelta(minutes=2))[Estimator.HEAD] == 7.0


def test_queue_is_the_work_before_and_the_newcomers_own_by_the_windows() -> None:
    day = hand()
    assert Estimator.QUEUE not in simple(day.hall, "tax", day.now), "no window is open"
    day.open(1)
    assert simple(day.hall, "tax", day.now)[Estimator.QUEUE] == 0.0
    day.take("tax")
    day.do(CallNext(1))
    assert simple(day.hall, "tax", day.now)[Estimator.QUEUE] == 9.0
    day.take("tax")
    assert simple(day.hall, "tax", day.now)[Estimator.QUEUE] == 18.0


def test_recent_is_the_mean_of_the_last_ordinary_waits_of_today() -> None:
    rules = Rules(policy="fifo", estimate=EstimateRules(recent=2))
    day = hand(plan=plan(rules=rules))
    day.open(1)
    assert Estimator.RECENT not in simple(day.hall, "tax", day.now)
    for minutes, kind in ((8, "ordinary"), (4, "ordinary"), (2, "elderly"), (6, "ordinary")):
        day.take("tax", priority_class=kind)
        day.do(CallNext(1), minutes=minutes)
        day.do(Start(1))
        day.do(Finish(1))
    assert day.hall.learned["tax"].waits == (8.0, 4.0, 6.0)
    assert simple(day.hall, "tax", day.now)[Estimator.RECENT] == 5.0
    day.now += timedelta(days=1)
    day.do(OpenDay())
    assert day.hall.learned["tax"].waits == (), "yesterday evening says nothing of this morning"


def test_a_blend_goes_by_the_weights_of_those_who_say_something() -> None:
    weights = {"schedule": 0.5, "head": 0.25, "recent": 0.25}
    assert blended({Estimator.SCHEDULE: 10.0, Estimator.HEAD: 4.0}, weights) == pytest.approx(8.0)
    assert blended({Estimator.QUEUE: 10.0}, weights) is None


# -- judging ------------------------------------------------------------------------------------------------------


def test_a_day_is_judged_by_service_over_those_who_were_told_and_called() -> None:
    made, events = lived(True)
    judged = backtest(made, events)
    assert judged == backtest(made, list(events))
    ordinary = {
        event.ticket
        for event in events
        if isinstance(event, TicketIssued) and event.expected and event.priority_class == "ordinary"
    }
    called = {event.ticket for event in events if isinstance(event, TicketCalled)}
    assert sum(each.people for each in judged) == len(ordinary & called)
    for each in judged:
        assert set(each.errors) == set(Estimator)
        assert sum(each.weights.values()) == pytest.approx(1, abs=0.01)
        assert 0 < each.inside <= 1


def test_the_published_error_is_the_one_that_people_met() -> None:
    made, events = lived(True)
    first: dict[str, float] = {}
    for event in events:
        if isinstance(event, TicketCalled):
            first.setdefault(event.ticket, (event.at - MONDAY).total_seconds() / 60)
    for each in backtest(made, events):
        missed = [
            abs(event.expected.minutes - (first[event.ticket] - (event.at - MONDAY).total_seconds() / 60))
            for event in events
            if isinstance(event, TicketIssued)
            and event.service == each.service
            and event.expected
            and event.priority_class == "ordinary"
            and event.ticket in first
        ]
        assert each.told == pytest.approx(fmean(missed), abs=0.3), "a transfer may have moved a first call"


def test_where_all_windows_are_known_the_schedule_is_hard_to_beat_and_a_wrong_one_is_not_published() -> None:
    good = {each.service: each for each in backtest(*lived(True))}
    bad = {each.service: each for each in backtest(*lived(False))}
    for service, each in good.items():
        assert each.errors["schedule"] < 1.6 * min(each.errors.values())
        assert bad[service].best not in ("schedule", "")
        assert bad[service].errors[bad[service].best] < 0.5 * bad[service].errors["schedule"]


def test_too_few_people_tell_nothing_and_nobody_told_is_no_judgement() -> None:
    made, events = lived(True)
    strict = replace(made, rules=replace(made.rules, estimate=EstimateRules(least=1000)))
    assert all(each.best == "" and not each.errors and each.people for each in backtest(strict, events))
    silent = [replace(event, expected=None) if isinstance(event, TicketIssued) else event for event in events]
    assert backtest(made, silent) == ()


# -- publishing ---------------------------------------------------------------------------------------------------


def test_whoever_was_best_tells_from_now_on_also_on_the_days_after() -> None:
    day = hand()
    day.now += timedelta(days=1)
    told(day, Judged("tax", 40, best="head", weights={"head": 1.0}, told=2.0, inside=0.8))
    day.open(1, 3)
    for _ in range(6):
        day.take("tax")
    day.do(CallNext(1))
    day.do(CallNext(3))
    day.now += timedelta(minutes=4)
    seen = estimates(day.hall, day.now)
    assert seen.newcomers["tax"].minutes == 4.0
    assert seen.newcomers["tax"].raw > 8.0, "the schedule goes on learning"
    assert all(0 < each.minutes <= seen.newcomers["tax"].raw for each in seen.tickets.values())
    day.now += timedelta(days=1)
    day.do(OpenDay())
    assert told_by(day.hall, "tax") is Estimator.HEAD
    assert told_by(day.hall, "social") is Estimator.SCHEDULE
    assert state(replay(day.plan, day.journal)) == state(day.hall)


def test_a_hall_may_name_its_estimator_and_the_night_does_not_change_that() -> None:
    for publish in ("schedule", "recent", "blend"):
        rules = Rules(estimate=EstimateRules(publish=publish))
        day = hand(plan=plan(rules=rules))
        day.now += timedelta(days=1)
        told(day, Judged("tax", 40, best="head"))
        assert told_by(day.hall, "tax") == publish
        day.open(1)
        day.take("tax")
        day.do(CallNext(1))
        assert estimates(day.hall, day.now).newcomers["tax"].minutes >= 0


def test_a_night_is_judged_once_and_never_today() -> None:
    day = hand()
    assert day.do(JudgeEstimates(day.now.date(), ())) == ()
    yesterday = day.now.date() - timedelta(days=1)
    (event,) = day.do(JudgeEstimates(yesterday, (Judged("tax", 10, told=3.0, inside=0.5), Judged("gone", 5))))
    assert isinstance(event, EstimatesJudged)
    assert (event.people, event.error, event.inside) == (10, 3.0, 0.5), (
        "a service that is no more is left out"
    )
    assert day.do(JudgeEstimates(yesterday, ())) == ()
    assert EstimatesJudged(at=day.now, day=yesterday).error is None


def test_a_service_with_too_few_people_keeps_whom_it_had() -> None:
    day = hand()
    day.hall.learned["tax"] = Experience(9.0, told_by="head", weights=(("head", 1.0),))
    day.do(JudgeEstimates(day.now.date() - timedelta(days=1), (Judged("tax", 3, best=""),)))
    assert day.hall.learned["tax"].told_by == "head"
