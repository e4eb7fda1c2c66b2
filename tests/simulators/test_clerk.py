"""What a simulated clerk presses, and when, from the screen alone."""

from datetime import timedelta
from random import Random

import msgspec
import pytest

from simulators.clerk import BREATH, LEAD, LINGER, PATIENCE, Choice, Clerk, ClerkScene, Deed, Person, Text
from simulators.visitors import Fate, Manner
from tests.simulators.daylight import MONDAY, at, sheet_of

RESIDENCE, TAX = Text("户籍登记", "Residence"), Text("税务", "Tax")
MEAL = Choice("meal", Text("用餐", "Meal"))
DOCUMENTS = Choice("documents", Text("整理材料", "Sorting documents"))

COMES = Manner(comes=True, walk_seconds=30, effort=1.0, fate=Fate.DONE, breaks_off=0.5)

MAY = {
    "closed": ("open",),
    "idle": ("call-next", "pause", "close"),
    "calling": ("recall", "start", "missed", "transfer", "pause", "close"),
    "serving": ("finish", "park", "transfer", "pause", "close"),
    "paused": ("resume", "close"),
}


@pytest.fixture
def sheet(tmp_path):
    return sheet_of(tmp_path)


def clerk_at(sheet, no=1, how=COMES, parked=(), *, staffed=True):
    window = next(each for each in sheet.windows if each.no == no)
    return Clerk(
        sheet,
        window,
        sheet.openings(MONDAY),
        lambda number, transfers: how,
        lambda number: number in parked,
        staffed=staffed,
        chance=Random(1),
    )


def person(status="waiting", called=None, started=None, recalls=0, transfers=0, service=RESIDENCE):
    return Person("id-1", "A001", service, status, called, started, recalls, transfers)


def scene(sheet, state, ticket=None, upcoming=None, **changes):
    may = MAY[state] if upcoming or state != "idle" else ("pause", "close")
    return ClerkScene(
        seq=1,
        at=at(sheet, 9),
        state=state,
        clerk=changes.pop("clerk", "day"),
        pause_reason=changes.pop("pause_reason", None),
        ticket=ticket,
        next=upcoming,
        may=may,
        pause_reasons=(DOCUMENTS, MEAL),
        transfer_to=(Choice("residence", RESIDENCE), Choice("tax", TAX)),
        served_today=changes.pop("served_today", 0),
    )


def test_a_clerk_sits_down_shortly_before_the_doors_open(sheet):
    clerk = clerk_at(sheet)
    closed = scene(sheet, "closed")
    early = at(sheet, 8, 30)
    assert clerk.look(closed, early) is None
    assert clerk.next_look(early) == at(sheet, 9) - LEAD
    deed = clerk.look(closed, at(sheet, 9) - LEAD)
    assert deed.move == "open"
    assert deed.at < at(sheet, 9)


def test_the_next_is_called_as_soon_as_somebody_waits_and_after_a_breath(sheet):
    clerk = clerk_at(sheet)
    now = at(sheet, 9, 5)
    assert clerk.look(scene(sheet, "idle"), now) is None
    deed = clerk.look(scene(sheet, "idle", upcoming=person()), now + timedelta(minutes=1))
    assert deed.move == "call-next"
    breath = (deed.at - now - timedelta(minutes=1)).total_seconds()
    assert BREATH[0] <= breath <= BREATH[1]


def test_another_look_at_the_same_screen_does_not_put_the_call_off(sheet):
    clerk = clerk_at(sheet)
    waiting = scene(sheet, "idle", upcoming=person())
    first = clerk.look(waiting, at(sheet, 9, 5))
    newer = msgspec.structs.replace(waiting, seq=99)
    assert clerk.look(newer, at(sheet, 9, 5, 2)) == first


def test_service_starts_when_the_person_has_walked_there(sheet):
    called = at(sheet, 9, 5)
    deed = clerk_at(sheet).look(scene(sheet, "calling", person("called", called)), called)
    assert deed == Deed("start", called + timedelta(seconds=30))


def test_service_takes_the_minutes_of_the_service_at_this_window(sheet):
    started = at(sheet, 9, 5)
    for service, minutes in ((RESIDENCE, 2), (TAX, 4.5)):
        serving = scene(sheet, "serving", person("serving", started, started, service=service))
        deed = clerk_at(sheet).look(serving, started + timedelta(minutes=1))
        assert deed == Deed("finish", started + timedelta(minutes=minutes))


def test_a_clerk_who_comes_back_late_finishes_at_once_what_should_be_done_by_now(sheet):
    started = at(sheet, 9, 5)
    deed = clerk_at(sheet).look(
        scene(sheet, "serving", person("serving", started, started)), at(sheet, 9, 30)
    )
    assert deed.move == "finish"
    assert deed.at < at(sheet, 9, 30)


def test_who_does_not_come_is_called_once_more_and_then_missed(sheet):
    absent = msgspec.structs.replace
    how = Manner(comes=False, walk_seconds=30, effort=1, fate=Fate.DONE, breaks_off=0.5)
    clerk = clerk_at(sheet, how=how)
    called = at(sheet, 9, 5)
    first = scene(sheet, "calling", person("called", called))
    assert clerk.look(first, called) == Deed("recall", called + PATIENCE)
    again = absent(first, ticket=person("called", called, recalls=1))
    assert clerk.look(again, called + PATIENCE) == Deed("missed", called + 2 * PATIENCE)


def test_a_hall_that_refuses_recalls_does_not_hold_the_window_up(sheet):
    how = Manner(comes=False, walk_seconds=30, effort=1, fate=Fate.DONE, breaks_off=0.5)
    called = at(sheet, 9, 5)
    calling = scene(sheet, "calling", person("called", called))
    assert clerk_at(sheet, how=how).look(calling, called + 2 * PATIENCE).move == "missed"


def test_somebody_is_put_aside_once_and_served_to_the_end_the_second_time(sheet):
    how = Manner(comes=True, walk_seconds=30, effort=1, fate=Fate.PARKED, breaks_off=0.5)
    started = at(sheet, 9, 5)
    serving = scene(sheet, "serving", person("serving", started, started))
    deed = clerk_at(sheet, how=how).look(serving, started)
    assert (deed.move, deed.at) == ("park", started + timedelta(minutes=1))
    assert clerk_at(sheet, how=how, parked={"A001"}).look(serving, started).move == "finish"


def test_somebody_at_the_wrong_window_is_sent_to_a_service_that_only_others_have(sheet):
    how = Manner(comes=True, walk_seconds=30, effort=1, fate=Fate.SENT_ON, breaks_off=0.5)
    started = at(sheet, 9, 5)
    serving = scene(sheet, "serving", person("serving", started, started))
    deed = clerk_at(sheet, no=2, how=how).look(serving, started)
    assert (deed.move, deed.body["service"]) == ("transfer", "tax")
    assert clerk_at(sheet, no=1, how=how).look(serving, started).move == "finish"
    second = scene(sheet, "serving", person("serving", started, started, transfers=1))
    assert clerk_at(sheet, no=2, how=how).look(second, started).move == "finish"


def test_nobody_is_sent_away_when_the_hall_is_about_to_close(sheet):
    how = Manner(comes=True, walk_seconds=30, effort=1, fate=Fate.PARKED, breaks_off=0.5)
    started = at(sheet, 10, 45)
    serving = scene(sheet, "serving", person("serving", started, started))
    assert clerk_at(sheet, how=how).look(serving, started).move == "finish"


def test_an_empty_window_pauses_between_two_openings_and_goes_on_after(sheet):
    clerk = clerk_at(sheet)
    noon = at(sheet, 10)
    idle = scene(sheet, "idle", served_today=3)
    assert clerk.look(idle, at(sheet, 9, 59)) is None
    assert clerk.look(idle, noon) == Deed("pause", noon + LINGER, {"reason": "meal"})
    clerk.done(Deed("pause", noon), "day")
    paused = scene(sheet, "paused", pause_reason=MEAL.name, served_today=3)
    assert clerk.look(paused, at(sheet, 10, 10)) is None
    assert clerk.look(paused, at(sheet, 10, 30)).move == "resume"


def test_those_who_still_wait_at_noon_are_called_first(sheet):
    assert clerk_at(sheet).look(scene(sheet, "idle", upcoming=person()), at(sheet, 10, 5)).move == "call-next"


def test_a_clerk_who_was_restarted_over_lunch_knows_that_it_is_lunch(sheet):
    clerk = clerk_at(sheet)
    paused = scene(sheet, "paused", pause_reason=MEAL.name)
    assert clerk.look(paused, at(sheet, 10, 15)) is None
    assert clerk.look(paused, at(sheet, 10, 29)).move == "resume"


def test_what_a_human_paused_or_closed_or_took_over_is_left_alone(sheet):
    clerk = clerk_at(sheet)
    clerk.done(Deed("open", at(sheet, 9)), "day")
    now = at(sheet, 9, 20)
    assert clerk.look(scene(sheet, "paused", pause_reason=DOCUMENTS.name), now) is None
    assert clerk.look(scene(sheet, "closed", served_today=4), now) is None
    assert clerk.look(scene(sheet, "idle", upcoming=person(), clerk="zhang"), now) is None


def test_after_closing_who_still_waits_is_served_and_then_the_window_closes(sheet):
    clerk = clerk_at(sheet)
    late = at(sheet, 11, 5)
    waiting = scene(sheet, "idle", upcoming=person())
    assert clerk.look(waiting, late).move == "call-next"
    assert not clerk.is_over(waiting, late)
    empty = scene(sheet, "idle")
    assert clerk.look(empty, late) == Deed("close", late + LINGER)
    assert not clerk.is_over(empty, late)
    assert clerk.is_over(scene(sheet, "closed"), late)
    assert not clerk.is_over(scene(sheet, "closed"), at(sheet, 10, 59))


def test_a_closed_window_opens_again_for_somebody_who_would_be_left_behind(sheet):
    clerk = clerk_at(sheet)
    late = at(sheet, 11, 5)
    left_behind = scene(sheet, "closed", upcoming=person(), served_today=9)
    assert clerk.look(left_behind, late) == Deed("open", late + LINGER)
    assert not clerk.is_over(left_behind, late)


def test_a_tidal_window_waits_for_the_hall_to_send_a_flexible_clerk(sheet):
    clerk = clerk_at(sheet, no=3, staffed=False)
    now = at(sheet, 9, 20)
    assert clerk.look(scene(sheet, "closed", upcoming=person()), now) is None
    assert clerk.look(scene(sheet, "idle", upcoming=person(), clerk="zhang"), now) is None
    assert clerk.look(scene(sheet, "idle", upcoming=person(), clerk="F01"), now).move == "call-next"
    assert clerk.is_over(scene(sheet, "closed", upcoming=person()), at(sheet, 11, 5))


def test_nothing_is_pressed_that_the_screen_does_not_allow(sheet):
    started = at(sheet, 9, 5)
    serving = scene(sheet, "serving", person("serving", started, started))
    assert clerk_at(sheet).look(msgspec.structs.replace(serving, may=("pause",)), at(sheet, 9, 30)) is None
