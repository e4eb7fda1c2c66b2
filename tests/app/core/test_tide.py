"""The tide: when a tidal window opens and closes, by example and on random days."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.commands import (
    CallNext,
    CallTicket,
    CancelTicket,
    CloseWindow,
    ConfirmTide,
    DismissTide,
    Finish,
    LookAtTide,
    OpenWindow,
    PinWindow,
    Start,
)
from app.core.errors import NotATidalWindow, NothingProposed, ReasonMissing, WindowCannot, WindowDoesNotServe
from app.core.events import (
    Event,
    TideBrought,
    TideHeldBack,
    TideProposed,
    TideTurned,
    WindowClosed,
    WindowOpened,
)
from app.core.hall import Hall
from app.core.plan import (
    CalendarTide,
    FlexibleClerk,
    HallPlan,
    Opening,
    Rules,
    TideMode,
    TideRules,
    WindowKind,
)
from app.core.tide import look, soon, staying
from app.core.window import Duty, Pin
from tests.depth import examples

from .days import Day, county
from .hands import MONDAY, Hand, hand, plan, replay, state, window

AUTO = TideRules(mode=TideMode.AUTO)


def tidal(
    rules: TideRules = AUTO, clerks: tuple[FlexibleClerk, ...] = (FlexibleClerk("f1"),), **others: Any
) -> HallPlan:
    """Three windows of one trade and two tidal windows for everything."""
    return plan(
        windows=(
            window(1, "tax"),
            window(2, "social"),
            window(4, "permit"),
            window(8, "tax", "social", "permit", kind=WindowKind.TIDAL),
            window(9, "tax", "social", kind=WindowKind.TIDAL),
        ),
        flexible_clerks=clerks,
        rules=Rules(tide=rules),
        **others,
    )


def swollen(made: HallPlan, people: int = 6) -> Hand:
    """Everybody at work, and more people for tax than its window can do."""
    day = hand(plan=made)
    day.open(1, 2, 4)
    for _ in range(people):
        day.take("tax")
    return day


def looks(day: Hand, minutes: int) -> list[Event]:
    """Let so many minutes pass, with a look at each."""
    events: list[Event] = []
    for _ in range(minutes):
        events += day.do(LookAtTide(), minutes=1)
    return events


def turned(events: list[Event]) -> list[tuple[int, bool]]:
    return [(each.window, each.opens) for each in events if isinstance(each, TideTurned)]


def empty(day: Hand) -> None:
    """Everybody who waits gives up."""
    for ticket in day.hall.live():
        if ticket.status == "waiting":
            day.do(CancelTicket(ticket.id))


# -- opening ------------------------------------------------------------------------------------------------------


def test_a_window_opens_when_the_projected_wait_was_too_long_for_two_minutes() -> None:
    day = swollen(tidal())
    assert not turned(list(day.do(LookAtTide())))
    assert not turned(looks(day, 1))
    events = looks(day, 1)
    assert turned(events) == [(9, True)]
    assert day.hall.windows[9].duty is Duty.IDLE
    assert day.hall.windows[9].clerk == "f1"
    (turn,) = [each for each in events if isinstance(each, TideTurned)]
    facts = turn.why.facts
    assert turn.why.code == "tide_open"
    assert facts["waiting"] == 6
    assert facts["mean"] == 9.0
    assert facts["limit"] == 8.0
    assert facts["hot_minutes"] == 2.0
    assert float(facts["wait_with"]) < float(facts["wait"])
    assert (facts["clerks_out"], facts["clerks"]) == (1, 1)


def test_a_swell_that_passes_within_two_minutes_opens_nothing() -> None:
    day = swollen(tidal())
    looks(day, 2)
    empty(day)
    looks(day, 1)
    for _ in range(6):
        day.take("tax")
    assert not turned(looks(day, 2))


def test_a_clerk_opens_a_window_only_for_what_the_clerk_can_do_and_the_profile_is_restored() -> None:
    day = swollen(tidal(clerks=(FlexibleClerk("f1", skills=("tax", "permit")),)))
    looks(day, 3)
    (opened,) = [no for no, each in day.hall.windows.items() if each.clerk == "f1"]
    assert day.hall.serves(opened) == ("tax", "permit")[: 2 if opened == 8 else 1]
    social = day.take("social")
    day.refuses(CallTicket(opened, social, "test"), WindowDoesNotServe)
    again = replay(day.plan, day.journal)
    assert state(again) == state(day.hall), "a restart in the middle of a tide changes nothing"
    day.do(CloseWindow(opened))
    assert day.hall.serves(opened) == day.plan.window[opened].service_codes


def test_without_a_clerk_with_the_skill_nothing_opens_and_the_supervisor_is_told_once() -> None:
    for clerks, code in (
        ((), "tide_no_clerk"),
        ((FlexibleClerk("f1", skills=("social",)),), "tide_no_skill"),
    ):
        day = swollen(tidal(clerks=clerks))
        events = looks(day, 6)
        assert not turned(events)
        held = [each for each in events if isinstance(each, TideHeldBack)]
        assert [(each.service, each.why.code) for each in held] == [("tax", code)]


def test_a_clerk_who_sits_somewhere_is_not_free() -> None:
    day = swollen(tidal())
    day.do(CloseWindow(2))
    day.do(OpenWindow(2, clerk="f1"))
    assert not turned(looks(day, 4))
    assert look(day.hall, day.now).withheld["tax"].facts["clerks_out"] == 1


def test_a_service_that_no_tidal_window_serves_is_named() -> None:
    day = hand(plan=replace(tidal(), windows=(*tidal().windows[:3], tidal().windows[4])))
    day.open(1, 2, 4)
    for _ in range(5):
        day.take("permit")
    events = looks(day, 4)
    assert [each.why.code for each in events if isinstance(each, TideHeldBack)] == ["tide_no_window"]


def test_closed_outside_opening_hours_the_tide_sleeps_until_the_hall_opens() -> None:
    hours = {0: (Opening(time(9), time(17)),), 1: (Opening(time(9), time(17)),)}
    day = hand(plan=tidal(hours=hours), now=MONDAY.replace(hour=18))
    seen = look(day.hall, day.now)
    assert (seen.turns, seen.again) == ((), MONDAY + timedelta(days=1))
    assert look(hand().hall, MONDAY).again is None, "no tidal window, no tide"


# -- closing ------------------------------------------------------------------------------------------------------


def test_a_tidal_window_closes_after_twenty_minutes_open_and_five_calm() -> None:
    day = swollen(tidal())
    looks(day, 3)
    empty(day)
    assert turned(looks(day, 19)) == []
    for _ in range(60):
        events = looks(day, 1)
        if turned(events):
            break
    (turn,) = [each for each in events if isinstance(each, TideTurned)]
    assert (turn.window, turn.opens, turn.why.code) == (9, False, "tide_close")
    assert float(turn.why.facts["calm_minutes"]) >= 5
    assert float(turn.why.facts["open_minutes"]) >= 20
    (brought,) = [each for each in events if isinstance(each, TideBrought)]
    assert brought.wait_before > brought.wait_after
    assert (brought.service, brought.served) == ("tax", 0)
    assert brought.clerk_minutes == turn.why.facts["open_minutes"]


def test_closing_finishes_the_person_at_the_window_and_counts_it() -> None:
    day = swollen(tidal())
    looks(day, 3)
    day.do(CallNext(9))
    day.do(Start(9))
    empty(day)
    looks(day, 60)
    assert (day.hall.windows[9].duty, day.hall.windows[9].closing) == (Duty.SERVING, True)
    events = day.do(Finish(9))
    assert day.hall.windows[9].duty is Duty.CLOSED
    (brought,) = [each for each in events if isinstance(each, TideBrought)]
    assert brought.served == 1


def test_the_last_window_of_a_service_does_not_ebb_while_the_hall_is_open() -> None:
    day = swollen(tidal())
    looks(day, 3)
    day.do(CloseWindow(2))
    empty(day)
    assert not turned(looks(day, 60))
    day.open(2)
    assert turned(looks(day, 10)) == [(9, False)]


def test_after_closing_time_a_tidal_window_closes_when_its_queues_are_empty() -> None:
    day = swollen(tidal(hours={0: (Opening(time(9), time(9, 10)),)}))
    looks(day, 12)
    assert day.hall.windows[9].duty is Duty.IDLE
    empty(day)
    events = looks(day, 1)
    assert turned(events) == [(9, False)]
    assert next(each for each in events if isinstance(each, TideTurned)).why.code == "tide_evening"


def test_a_window_that_has_just_closed_rests_ten_minutes() -> None:
    day = swollen(tidal())
    looks(day, 3)
    day.do(CloseWindow(9))
    day.do(PinWindow(8, Pin.CLOSED, "broken chair"))
    assert not turned(looks(day, 9))
    assert turned(looks(day, 1)) == [(9, True)]


def test_it_does_not_turn_three_times_in_half_an_hour_because_the_hall_closes() -> None:
    day = swollen(tidal(hours={0: (Opening(time(9), time(9, 20)),)}))
    day.do(PinWindow(8, Pin.CLOSED, "broken chair"))
    looks(day, 3)
    day.do(CloseWindow(9))
    assert turned(looks(day, 10)) == [(9, True)]
    empty(day)
    assert not turned(looks(day, 19)), "closed at 9:03, opened at 9:13"
    assert turned(looks(day, 1)) == [(9, False)]


def test_of_several_hot_services_the_window_opens_that_relieves_most() -> None:
    """Tax is the hottest, but the window that can do permits and social insurance relieves more than the one for tax."""
    made = tidal()
    made = replace(
        made,
        windows=(
            *made.windows[:3],
            window(8, "tax", kind=WindowKind.TIDAL),
            window(9, "social", "permit", kind=WindowKind.TIDAL),
        ),
    )
    day = swollen(made, people=7)
    for service, many in (("social", 8), ("permit", 3)):
        for _ in range(many):
            day.take(service)
    seen = look(day.hall, day.now).forecasts
    assert max(seen, key=lambda code: seen[code].wait) == "tax"
    assert turned(looks(day, 3)) == [(9, True)]


def test_it_is_said_why_a_window_does_not_open_or_close_yet() -> None:
    day = swollen(tidal(hours={0: (Opening(time(9), time(10)),)}))
    day.do(LookAtTide())

    def why() -> tuple[str, str]:
        seen = look(day.hall, day.now)
        opening, closing = soon(day.hall, seen).get("tax"), staying(day.hall, seen).get(9)
        return (opening.code if opening else "", closing.code if closing else "")

    assert why() == ("tide_soon", "")
    looks(day, 2)
    assert why() == ("", "tide_needed")
    empty(day)
    looks(day, 18)
    assert why() == ("", "tide_young")
    day.do(PinWindow(9, Pin.OPEN, "delegation"))
    assert why() == ("", "tide_kept")
    day.do(PinWindow(9, Pin.NONE))
    day.do(CloseWindow(2))
    looks(day, 1)
    assert why() == ("", "tide_last")
    day.open(2)
    looks(day, 2)
    assert why() == ("", "tide_calm")
    assert turned(looks(day, 5)) == [(9, False)]
    assert why() == ("", "")


def test_after_hours_it_is_said_for_whom_a_window_stays() -> None:
    day = swollen(tidal(hours={0: (Opening(time(9), time(9, 10)),)}))
    looks(day, 12)
    assert {each.code for each in staying(day.hall, look(day.hall, day.now)).values()} == {"tide_queue"}


# -- the supervisor -----------------------------------------------------------------------------------------------


def test_a_pin_keeps_a_window_closed_or_open_and_needs_a_reason() -> None:
    day = swollen(tidal())
    day.refuses(PinWindow(1, Pin.CLOSED, "no"), NotATidalWindow)
    day.refuses(PinWindow(9, Pin.CLOSED, " "), ReasonMissing)
    day.refuses(PinWindow(9, Pin.OPEN, "fair"), WindowCannot)
    day.do(PinWindow(9, Pin.CLOSED, "broken chair"))
    assert turned(looks(day, 3)) == [(8, True)]
    day.do(PinWindow(8, Pin.OPEN, "delegation comes"))
    empty(day)
    assert not turned(looks(day, 60))
    day.do(PinWindow(8, Pin.NONE))
    assert turned(looks(day, 2)) == [(8, False)]


def suggested(mode: TideMode = TideMode.SUGGEST) -> tuple[Hand, TideProposed]:
    day = swollen(tidal(TideRules(mode=mode, confirm_seconds=120)))
    events = looks(day, 3)
    assert not turned(events)
    (proposed,) = [each for each in events if isinstance(each, TideProposed)]
    return day, proposed


def test_a_suggestion_waits_for_a_word_and_stands_still_meanwhile() -> None:
    day, proposed = suggested()
    assert (proposed.window, proposed.opens, proposed.clerk) == (9, True, "f1")
    assert not looks(day, 10)
    events = day.do(ConfirmTide(9))
    assert turned(list(events)) == [(9, True)]
    assert day.hall.windows[9].clerk == "f1"
    day.refuses(ConfirmTide(9), NothingProposed)


def test_a_suggestion_that_is_no_longer_wanted_is_withdrawn() -> None:
    day, _ = suggested()
    empty(day)
    looks(day, 60)
    assert not day.hall.tide.proposals
    day.refuses(ConfirmTide(9), NothingProposed)


def test_a_dismissed_suggestion_rests() -> None:
    day, _ = suggested()
    day.do(DismissTide(9, "not now"))
    looks(day, 9)
    assert not day.hall.tide.proposals, "nor is another window proposed instead"
    assert look(day.hall, day.now).withheld["tax"].code == "tide_dismissed"
    looks(day, 1)
    assert set(day.hall.tide.proposals) == {9}


def test_a_clerk_who_sits_down_at_a_suggested_window_makes_the_tide_turn() -> None:
    day, _ = suggested()
    events = day.do(OpenWindow(9, clerk="f1"))
    assert [type(each) for each in events] == [TideTurned, WindowOpened]
    assert 9 in day.hall.tide.stays


def test_without_a_word_the_confirm_mode_turns_by_itself_in_time() -> None:
    day, _ = suggested(TideMode.CONFIRM)
    again = look(day.hall, day.now).again
    assert again is not None
    assert again - day.now <= timedelta(minutes=1)
    assert not turned(looks(day, 1))
    assert turned(looks(day, 1)) == [(9, True)]
    other, _ = suggested(TideMode.CONFIRM)
    other.do(DismissTide(9))
    assert not turned(looks(other, 3))


def test_the_calendar_keeps_windows_open_in_the_first_days_of_a_month() -> None:
    calendar = (CalendarTide(days=(2,), windows=2, starts=time(9, 5), ends=time(11)),)
    clerks = (FlexibleClerk("f1"), FlexibleClerk("f2"))
    day = hand(plan=tidal(replace(AUTO, calendar=calendar), clerks))
    day.open(1, 2, 4)
    assert not turned(looks(day, 4))
    events = looks(day, 1)
    assert sorted(turned(events)) == [(8, True), (9, True)]
    assert {each.why.code for each in events if isinstance(each, TideTurned)} == {"tide_calendar"}
    assert not turned(looks(day, 114))
    assert sorted(turned(looks(day, 30))) == [(8, False), (9, False)]


# -- on random days -----------------------------------------------------------------------------------------------


class Shore:
    """Watches the tide all day: guarantee 5."""

    def __init__(self) -> None:
        self.moves: dict[int, list[datetime]] = defaultdict(list)
        self.turns = 0

    def __call__(self, hall: Hall, event: Event) -> None:
        if isinstance(event, TideTurned):
            self.turns += 1
        tidal_windows = {each.no for each in hall.plan.windows if each.kind is WindowKind.TIDAL}
        if isinstance(event, WindowOpened | WindowClosed) and event.window in tidal_windows:
            times = self.moves[event.window]
            times.append(event.at)
            recent = [each for each in times if event.at - each < timedelta(minutes=30)]
            assert len(recent) <= 2, "5: at most two moves in half an hour"
        out = [hall.windows[no].clerk for no in tidal_windows if hall.windows[no].duty is not Duty.CLOSED]
        assert len(out) == len(set(out)) <= len(hall.plan.flexible_clerks), "5: never more open than clerks"


@examples(5)
@given(
    seed=st.integers(0, 10**6),
    load=st.sampled_from([0.8, 1.2, 1.6]),
    clerks=st.integers(0, 3),
    skills=st.sampled_from([(), ("s00", "s01", "s02")]),
)
def test_the_tide_keeps_its_promises_on_any_day(
    seed: int, load: float, clerks: int, skills: tuple[str, ...]
) -> None:
    made = county("credit", 6, 11, tidal=3)
    made = replace(
        made,
        flexible_clerks=tuple(FlexibleClerk(f"f{i}", skills=skills) for i in range(clerks)),
        rules=replace(made.rules, tide=AUTO),
    )
    shore = Shore()
    day = Day(made, seed=seed, load=load, minutes=120, watch=shore).live()
    assert state(replay(made, day.journal)) == state(day.hall)
    assert shore.turns == 0 or clerks


@pytest.mark.parametrize("seed", [1, 2])
def test_the_tide_makes_waiting_shorter_on_a_busy_day(seed: int) -> None:
    def mean_wait(made: HallPlan) -> float:
        day = Day(made, seed=seed, load=1.3, minutes=180).live()
        served = [each for each in day.hall.tickets.values() if each.called_at]
        return sum(each.waited(day.now) for each in served) / len(served)

    made = county("credit", 6, 11, tidal=3)
    with_tide = replace(made, rules=replace(made.rules, tide=AUTO))
    assert mean_wait(with_tide) < 0.7 * mean_wait(replace(with_tide, flexible_clerks=()))
