"""Who sits where: successors before predecessors, backups for a while, and one record of where everybody is."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.commands import (
    CallNext,
    CloseWindow,
    Command,
    CoverWindow,
    Finish,
    OpenWindow,
    Pause,
    ReportPresence,
    Resume,
    Start,
    TakeOverWindow,
    UncoverWindow,
)
from app.core.errors import (
    ClerkElsewhere,
    ClerkMissing,
    NobodyCovered,
    NoSkillForWindow,
    ReasonMissing,
    Refusal,
    UnknownPerson,
    WindowCannot,
)
from app.core.events import ClerkTookOver, CoverEnded, CoverStarted, WindowPaused, WindowResumed
from app.core.people import Person
from app.core.plan import FlexibleClerk
from app.core.presence import Whereabouts, at_window, presence, whereabouts
from app.core.tide import free_clerks
from app.core.window import Duty
from tests.depth import examples

from .hands import Hand, hand, plan, replay, state

PEOPLE = (
    Person("01", "测甲", title="专员", department="综合科", window=1, login="jia"),
    Person("02", "测乙", title="组长", department="综合科"),
    Person("03", "测丙"),
    Person("F1", "测丁"),
)


def desk() -> Hand:
    """Window 1 is served by 01; there are backups, of whom F1 does only social."""
    day = hand(
        plan=plan(people=PEOPLE, flexible_clerks=(FlexibleClerk("F1", skills=("social",)),)),
    )
    day.do(OpenWindow(1, "jia"))
    return day


def states(day: Hand) -> dict[str, tuple[str, int | None]]:
    return {each.person.staff_no: (each.state.value, each.window) for each in presence(day.hall)}


def test_a_clerk_is_known_by_the_account_and_by_the_staff_number() -> None:
    day = desk()
    assert day.hall.windows[1].clerk == "01"
    assert whereabouts(day.hall, "jia") == whereabouts(day.hall, "01")


def test_everybody_is_at_one_place() -> None:
    day = desk()
    day.do(OpenWindow(2, "02"))
    day.do(Pause(2, "lunch"))
    day.do(ReportPresence("03", away=True, reason="meeting"))
    assert states(day) == {
        "01": ("at_window", 1),
        "02": ("paused", 2),
        "03": ("away", None),
        "F1": ("off", None),
    }
    assert whereabouts(day.hall, "02").reason == "lunch"
    assert whereabouts(day.hall, "03").reason == "meeting"
    day.do(ReportPresence("03", away=False))
    assert whereabouts(day.hall, "03").state is Whereabouts.OFF


def test_the_successor_sits_down_before_the_predecessor_gets_up() -> None:
    day = desk()
    ticket = day.take()
    day.do(CallNext(1))
    day.do(Start(1))
    day.do(CloseWindow(1))
    before = day.hall.windows[1]
    events = day.do(TakeOverWindow(1, "02"), 3)
    assert [type(each) for each in events] == [ClerkTookOver]
    window = day.hall.windows[1]
    assert (window.duty, window.ticket, window.since) == (before.duty, before.ticket, before.since)
    assert (window.clerk, window.seated, window.closing) == ("02", day.now, False)
    assert states(day)["01"] == ("off", None)
    day.do(Finish(1), 4)
    assert day.hall.windows[1].duty is Duty.IDLE
    assert day.ticket(ticket).window == 1


def test_taking_over_from_oneself_is_nothing_and_from_nobody_is_refused() -> None:
    day = desk()
    assert day.do(TakeOverWindow(1, "jia")) == ()
    day.refuses(TakeOverWindow(2, "02"), WindowCannot)


def test_a_backup_covers_a_paused_window_and_the_return_restores_it() -> None:
    day = desk()
    day.take()
    day.do(CallNext(1))
    day.do(Start(1), 1)
    before = day.hall.windows[1]
    day.do(Pause(1, "lunch"), 5)
    events = day.do(CoverWindow(1, "02"), 1)
    assert [type(each) for each in events] == [CoverStarted, WindowResumed]
    window = day.hall.windows[1]
    assert (window.duty, window.ticket, window.clerk) == (Duty.SERVING, before.ticket, "02")
    covered = whereabouts(day.hall, "01")
    assert (covered.state, covered.reason, covered.covered_by) == (Whereabouts.COVERED, "lunch", "02")
    assert whereabouts(day.hall, "02").covers == "01"
    assert {each.person.staff_no for each in at_window(day.hall, 1)} == {"01", "02"}
    events = day.do(UncoverWindow(1), 30)
    assert [type(each) for each in events] == [CoverEnded]
    after = day.hall.windows[1]
    assert (after.clerk, after.seated, after.away, after.ticket) == (
        before.clerk,
        before.seated,
        None,
        before.ticket,
    )
    assert states(day)["01"] == ("at_window", 1)
    assert states(day)["02"] == ("off", None)


def test_a_backup_who_leaves_first_leaves_the_window_paused_for_the_old_reason() -> None:
    day = desk()
    day.do(CoverWindow(1, "02", "lunch"))
    assert day.hall.windows[1].duty is Duty.IDLE
    events = day.do(UncoverWindow(1, back=False), 10)
    assert [type(each) for each in events] == [CoverEnded, WindowPaused]
    window = day.hall.windows[1]
    assert (window.duty, window.clerk, window.pause_reason) == (Duty.PAUSED, "01", "lunch")
    day.do(Resume(1))
    assert day.hall.windows[1].duty is Duty.IDLE


def test_who_covers_may_be_covered_and_the_first_clerk_comes_back_all_the_same() -> None:
    day = desk()
    day.do(CoverWindow(1, "02", "lunch"))
    day.do(CoverWindow(1, "03"))
    assert (day.hall.windows[1].clerk, whereabouts(day.hall, "01").covered_by) == ("03", "03")
    day.do(CoverWindow(1, "01"))
    assert (day.hall.windows[1].clerk, day.hall.windows[1].away) == ("01", None)


def test_a_backup_brings_the_own_skills_and_the_window_gets_its_services_back() -> None:
    day = desk()
    day.do(OpenWindow(3, "03"))
    day.do(CoverWindow(3, "F1", "lunch"))
    assert day.hall.serves(3) == ("social",)
    assert free_clerks(day.hall) == ()
    day.do(UncoverWindow(3))
    assert day.hall.serves(3) == ("tax", "social")
    assert [each.staff_no for each in free_clerks(day.hall)] == ["F1"]


def test_a_flexible_clerk_who_is_covered_or_away_is_not_free_for_the_tide() -> None:
    day = desk()
    day.do(OpenWindow(2, "F1"))
    day.do(CoverWindow(2, "02", "lunch"))
    assert free_clerks(day.hall) == ()
    day.do(UncoverWindow(2))
    day.do(CloseWindow(2))
    assert len(free_clerks(day.hall)) == 1
    day.do(ReportPresence("F1", away=True, reason="training"))
    assert free_clerks(day.hall) == ()


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (CoverWindow(1, "09", "lunch"), UnknownPerson),
        (CoverWindow(1, "", "lunch"), ClerkMissing),
        (CoverWindow(1, "jia", "lunch"), ClerkElsewhere),
        (CoverWindow(1, "03", "lunch"), ClerkElsewhere),
        (CoverWindow(1, "02"), ReasonMissing),
        (CoverWindow(2, "02", "lunch"), WindowCannot),
        (CoverWindow(1, "F1", "lunch"), NoSkillForWindow),
        (UncoverWindow(1), NobodyCovered),
        (TakeOverWindow(1, "03"), ClerkElsewhere),
        (ReportPresence("01", away=True, reason="meeting"), ClerkElsewhere),
        (ReportPresence("02", away=True), ReasonMissing),
    ],
)
def test_what_cannot_be_is_refused_by_name(command: object, refusal: type) -> None:
    day = desk()
    day.do(OpenWindow(3, "03"))
    day.refuses(command, refusal)  # type: ignore[arg-type]


def test_a_hall_that_names_nobody_takes_any_backup() -> None:
    day = hand()
    day.open(1)
    day.do(CoverWindow(1, "somebody", "lunch"))
    assert [each.person.staff_no for each in presence(day.hall)] == ["clerk-1", "somebody"]


def test_closing_the_window_and_the_night_end_a_cover() -> None:
    day = desk()
    day.do(CoverWindow(1, "02", "lunch"))
    day.do(CloseWindow(1))
    assert day.hall.windows[1].away is None
    assert states(day)["01"] == ("off", None)
    day.do(OpenWindow(1, "01"))
    day.do(CoverWindow(1, "02", "lunch"))
    day.do(ReportPresence("03", away=True, reason="meeting"))
    day.do(OpenWindow(1, "01"), 24 * 60)
    assert states(day) == {
        "01": ("at_window", 1),
        "02": ("off", None),
        "03": ("off", None),
        "F1": ("off", None),
    }


def test_a_person_who_is_no_longer_in_the_plan_still_stands_where_they_sit() -> None:
    day = desk()
    day.hall.plan = replace(day.hall.plan, people=())
    assert states(day) == {"01": ("at_window", 1)}


def test_somebody_who_is_named_sits_down_at_one_window_at_a_time() -> None:
    day = desk()
    day.refuses(OpenWindow(2, "01"), ClerkElsewhere)
    day.do(CoverWindow(1, "02", "lunch"))
    day.refuses(OpenWindow(2, "01"), ClerkElsewhere)
    day.refuses(OpenWindow(2, "02"), ClerkElsewhere)
    day.open(2)


steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["open", "take over", "cover", "uncover", "leave", "pause", "resume", "close", "away"]
        ),
        st.sampled_from([1, 2, 3]),
        st.sampled_from(["01", "02", "03", "F1"]),
    ),
    max_size=25,
)


@examples(30)
@given(steps)
def test_whatever_happens_everybody_is_at_one_place_and_every_plate_says_the_same(
    moves: list[tuple[str, int, str]],
) -> None:
    day = hand(plan=plan(people=PEOPLE, flexible_clerks=(FlexibleClerk("F1", skills=("social",)),)))
    for verb, no, clerk in moves:
        commands: dict[str, Command] = {
            "open": OpenWindow(no, clerk),
            "take over": TakeOverWindow(no, clerk),
            "cover": CoverWindow(no, clerk, "lunch"),
            "uncover": UncoverWindow(no),
            "leave": UncoverWindow(no, back=False),
            "pause": Pause(no, "lunch"),
            "resume": Resume(no),
            "close": CloseWindow(no),
            "away": ReportPresence(clerk, away=True, reason="meeting"),
        }
        with suppress(Refusal):
            day.do(commands[verb], 1)
        seated = [each for each in day.hall.windows.values() if each.duty is not Duty.CLOSED]
        clerks = [each.clerk for each in seated] + [each.away.clerk for each in seated if each.away]
        assert len(clerks) == len(set(clerks)), "nobody is at two windows"
        record = presence(day.hall)
        assert [each.person.staff_no for each in record] == ["01", "02", "03", "F1"]
        for each in record:
            assert each == whereabouts(day.hall, each.person.staff_no)
            assert (each.window is None) == (each.person.staff_no not in clerks)
            if each.window is not None:
                assert each in at_window(day.hall, each.window)
            if each.covered_by:
                assert whereabouts(day.hall, each.covered_by).covers == each.person.staff_no
            paused = each.window is not None and day.hall.windows[each.window].duty is Duty.PAUSED
            assert (each.state is Whereabouts.PAUSED) == (paused and not each.covered_by)
    assert state(replay(day.plan, day.journal)) == state(day.hall)
