"""How long it takes: the virtual schedule, by example and on random days."""

from datetime import datetime, timedelta
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import POLICIES
from app.core.commands import CallNext, CloseWindow, Finish, Miss, OpenDay, Pause, Start, Transfer
from app.core.estimate import estimates, published, residual, told
from app.core.events import NO_SHOW
from app.core.hall import Experience, Hall
from app.core.judged import EstimateRules
from app.core.plan import Serves
from app.core.ticket import VisitOrder, Wait
from tests.depth import examples

from .days import Day, county
from .hands import Hand, hand, plan, replay, ruled, state, window

RULES = EstimateRules()
CALL_MINUTES = RULES.call_minutes
BUSY_TAX = (CALL_MINUTES + 9.0) * (1 - NO_SHOW) + CALL_MINUTES * NO_SHOW
"""How long a window is busy with a tax call, on average, before anything was seen."""


def newcomer(day: Hand, service: str = "tax") -> float:
    return estimates(day.hall, day.now).newcomers[service].raw


def test_before_an_idle_window_there_is_no_wait() -> None:
    day = hand()
    day.open(1)
    assert newcomer(day) == 0.0


def test_a_service_without_an_open_window_has_no_estimate() -> None:
    day = hand()
    assert not estimates(day.hall, day.now).newcomers
    day.open(1)
    assert set(estimates(day.hall, day.now).newcomers) == {"tax"}
    day.do(Pause(1, "lunch"))
    assert not estimates(day.hall, day.now).newcomers


def test_everybody_before_takes_a_call_and_the_mean() -> None:
    day = hand()
    day.open(1)
    tickets = [day.take() for _ in range(4)]
    seen = estimates(day.hall, day.now)
    assert [seen.tickets[each].raw for each in tickets] == [
        pytest.approx(n * BUSY_TAX, abs=0.06) for n in range(4)
    ]
    assert newcomer(day) == pytest.approx(4 * BUSY_TAX, abs=0.06)


def test_two_windows_halve_it_and_a_slow_one_helps_less() -> None:
    two = plan(windows=(window(1, "tax"), window(2, Serves("tax", slowness=2.0))))
    day = hand(plan=two)
    day.open(1, 2)
    for _ in range(2):
        day.take()
    assert newcomer(day) == pytest.approx(BUSY_TAX, abs=0.06)
    day.take()
    assert newcomer(day) == pytest.approx((CALL_MINUTES + 18.0) * 0.95 + 0.05, abs=0.06)


def test_a_protected_newcomer_is_seen_before_those_whom_it_will_pass() -> None:
    day = hand(plan=ruled("credit"))
    day.open(1)
    ordinary = [day.take() for _ in range(3)]
    elderly = day.take(priority_class="elderly")
    seen = estimates(day.hall, day.now).tickets
    assert seen[elderly].raw == 0.0
    assert seen[ordinary[0]].raw == pytest.approx(BUSY_TAX, abs=0.06)


def test_who_is_bound_to_a_window_waits_for_that_window() -> None:
    day = hand(plan=ruled("fifo"))
    day.open(1, 3)
    ticket = day.take()
    day.do(CallNext(1))
    day.do(Transfer(1, to_window=1))
    for _ in range(3):
        day.take()
    day.do(CallNext(3))
    day.do(CloseWindow(3))
    assert ticket in estimates(day.hall, day.now).tickets
    day.do(CloseWindow(1))
    assert ticket not in estimates(day.hall, day.now).tickets


# -- windows that are busy ----------------------------------------------------------------------------------------


def test_who_has_further_services_is_foreseen_in_their_queues() -> None:
    """A disabled visitor goes from tax to social: those who wait there will be passed, and the last call is foreseen."""
    day = hand(plan=plan(windows=(window(1, "tax"), window(2, "social"))))
    day.open(1, 2)
    for _ in range(4):
        day.take("social")
    alone = estimates(day.hall, day.now)
    visit = day.take("tax", priority_class="disabled", then=("social",))
    seen = estimates(day.hall, day.now)
    tax, social = BUSY_TAX, (CALL_MINUTES + 6.0) * (1 - NO_SHOW) + CALL_MINUTES * NO_SHOW
    assert seen.tickets[visit].raw == 0
    assert seen.lasts[visit].raw == pytest.approx(2 * social, abs=0.06), (
        f"when the window is free after {tax} minutes"
    )
    later = {each: seen.tickets[each].raw - wait.raw for each, wait in alone.tickets.items()}
    assert sorted(later.values()) == pytest.approx([0, 0, social, social], abs=0.11)
    assert newcomer(day, "social") - alone.newcomers["social"].raw == pytest.approx(social, abs=0.11)
    day.do(CallNext(1))
    assert estimates(day.hall, day.now).lasts[visit].raw == pytest.approx(2 * social, abs=1.1)


def test_in_free_order_the_last_of_a_visit_is_foreseen_wherever_it_begins() -> None:
    day = hand(plan=plan(windows=(window(1, "tax"), window(2, "social"))))
    day.open(1, 2)
    visit = day.take("tax", then=("social",), order=VisitOrder.FREE)
    seen = estimates(day.hall, day.now)
    assert (seen.tickets[visit].raw, seen.newcomers["social"].raw) == (0, 0), (
        "one window takes it, the other is free"
    )
    assert seen.lasts[visit].raw == pytest.approx(BUSY_TAX, abs=0.06)
    day.do(CloseWindow(2))
    assert visit not in estimates(day.hall, day.now).lasts, "nobody can tell when"


def test_the_rest_of_a_service_is_learned_from_those_that_lasted_longer() -> None:
    day = hand()
    day.hall.learned["tax"] = Experience(9.0, 50.0, recent=(2.0, 4.0, 12.0, 20.0))
    assert residual(day.hall, "tax", 0.0) == pytest.approx((38 + 3 * 9) / 7)
    assert residual(day.hall, "tax", 10.0) == pytest.approx((2 + 10 + 3 * 9) / 5)
    assert residual(day.hall, "tax", 30.0) == pytest.approx(9.0), "only the mean is left"


def test_the_first_of_several_busy_windows_comes_free_before_its_average() -> None:
    day = hand(plan=plan(windows=tuple(window(no, "tax") for no in (1, 2, 3))))
    day.open(1, 2, 3)
    for no in (1, 2, 3):
        day.take()
        day.do(CallNext(no))
        day.do(Start(no))
    assert newcomer(day) == pytest.approx(9.0 / 3, abs=0.06)
    day.take()
    assert newcomer(day) == pytest.approx(9.0 * (1 / 3 + 1 / 2), abs=0.06)


def test_a_window_that_calls_still_has_the_whole_service_before_it() -> None:
    day = hand()
    day.open(1)
    day.take()
    day.do(CallNext(1))
    assert newcomer(day) == pytest.approx(CALL_MINUTES + 9.0)
    day.now += timedelta(minutes=5)
    assert newcomer(day) == pytest.approx(9.0)


# -- what is published --------------------------------------------------------------------------------------------


def test_the_published_wait_is_corrected_and_has_a_band() -> None:
    day = hand()
    low, high = RULES.first_low, RULES.first_high
    plain = published(day.hall, "tax", 9.0, day.now)
    assert plain == Wait(9.0, 10 * low - 1, 10 * high - 1, 9.0)
    ratios = tuple(0.5 + 0.05 * n for n in range(RULES.few + 1))
    day.hall.learned["tax"] = Experience(9.0, 50.0, bias=1.2, ratios=ratios)
    corrected = published(day.hall, "tax", 10.0, day.now)
    assert (corrected.minutes, corrected.raw) == (12.0, 10.0)
    assert corrected.low == pytest.approx(13 * 0.6 - 1, abs=0.06)
    assert corrected.high == pytest.approx(13 * 1.4 - 1, abs=0.06)


def told_and_called(day: Hand, expected: Wait, minutes: float) -> None:
    day.take(expected=expected)
    day.do(CallNext(1), minutes=minutes)
    day.do(Start(1))
    day.do(Finish(1))


def test_five_percent_of_each_error_corrects_the_next_estimate_within_bounds() -> None:
    day = hand()
    day.open(1)
    told_and_called(day, Wait(9, 5, 15, 9), 19)
    learned = day.hall.learned["tax"]
    assert learned.bias == pytest.approx(1 + 0.05 * (2 - 1))
    assert learned.ratios == (2.0,)
    for _ in range(130):
        told_and_called(day, Wait(0, 0, 1, 0), 5)
    learned = day.hall.learned["tax"]
    assert learned.bias == 1.6
    assert len(learned.ratios) == 120
    assert len(learned.recent) == 131
    day.do(OpenDay(), minutes=24 * 60)
    assert day.hall.learned["tax"] == learned._replace(waits=()), "tomorrow knows it too"


def test_a_second_call_or_a_transfer_says_nothing_of_the_estimate() -> None:
    day = hand()
    day.open(1)
    day.take(expected=Wait(0, 0, 1, 0))
    day.do(CallNext(1))
    before = day.hall.learned["tax"].ratios
    day.do(Miss(1))
    day.do(CallNext(1), minutes=10)
    assert day.hall.learned["tax"].ratios == before
    assert day.hall.learned["tax"].no_show > NO_SHOW


@pytest.mark.parametrize(("minutes", "said"), [(0, 0), (0.2, 1), (12, 12), (20, 20), (20.1, 25), (31, 35)])
def test_people_are_told_whole_minutes_and_above_twenty_fives(minutes: float, said: int) -> None:
    assert told(minutes) == said


# -- on random days -----------------------------------------------------------------------------------------------


def expects(hall: Hall, service: str, now: datetime) -> Wait | None:
    return estimates(hall, now).newcomers.get(service)


@examples(4)
@given(seed=st.integers(0, 10**6), policy=st.sampled_from(sorted(POLICIES)), load=st.sampled_from([0.6, 1.3]))
def test_everybody_who_can_be_served_has_an_estimate_and_no_estimate_changes_the_hall(
    seed: int, policy: str, load: float
) -> None:
    def look(day: Day) -> None:
        before = state(day.hall)
        seen = estimates(day.hall, day.now)
        assert state(day.hall) == before
        waiting = {each for queue in day.hall.queues.values() for each in queue}
        assert set(seen.tickets) == waiting
        assert set(seen.newcomers) == set(day.hall.queues)
        assert all(0 <= each.low <= each.high for each in seen.newcomers.values())

    made = county(policy, 5, 7)
    day = Day(made, seed=seed, load=load, minutes=60, each_minute=look).live()
    assert state(replay(made, day.journal)) == state(day.hall)


def test_on_a_busy_day_the_estimate_beats_the_mean_wait_and_its_band_holds() -> None:
    errors, naive, inside = [], [], []
    for seed in (1, 2, 3):
        day = Day(county("credit", 6, 9), seed=seed, load=1.15, minutes=240, expects=expects).live()
        waits = [
            (each.expected, each.waited(day.now))
            for each in day.hall.tickets.values()
            if each.expected and each.calls == 1 and not each.transfers and each.joined_at is None
        ]
        assert len(waits) > 100
        average = mean(actual for _, actual in waits)
        errors += [abs(told_.minutes - actual) for told_, actual in waits]
        naive += [abs(average - actual) for _, actual in waits]
        inside += [told_.low - 1 <= actual <= told_.high + 1 for told_, actual in waits]
    assert mean(errors) < 0.6 * mean(naive)
    assert mean(inside) > 0.6
