"""The end of the day, by the rule of the hall."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from app.core.commands import (
    CallNext,
    ConfirmTide,
    EndDay,
    IssueTicket,
    LookAtTide,
    Miss,
    OpenDay,
    Park,
    Start,
)
from app.core.credit import credit_of
from app.core.errors import HallClosed
from app.core.events import DayEnding, ServiceFinished, TicketCarried, TicketVoided, TideBrought, WindowClosed
from app.core.plan import FlexibleClerk, Opening, Rules, TideRules, WindowKind
from app.core.ticket import ParkKind, Status
from app.core.visitrules import DayEnd, VisitRules

from .hands import MONDAY, Hand, hand, plan, replay, window

NINE_TO_FIVE = dict.fromkeys(range(5), (Opening(time(9), time(12)), Opening(time(13), time(17))))
CLOSING = MONDAY.replace(hour=17)


def evening(rule: DayEnd, **others: object) -> Hand:
    """A hall that closes at five; somebody waits since four, one is parked, one was missed, one is at window 1."""
    h = hand(plan=plan(hours=NINE_TO_FIVE, rules=Rules(visit=VisitRules(day_end=rule)), **others))
    h.now = MONDAY.replace(hour=16)
    h.open(1, 4)
    missed = h.take("permit")
    h.do(CallNext(4))
    h.do(Miss(4))
    for _ in range(4):
        h.take("tax", holder="somebody" if h.issued == 4 else "")
    h.do(CallNext(1))
    h.do(Start(1))
    h.do(Park(1, ParkKind.WINDOW_HOLDS))
    h.do(CallNext(1))
    h.do(Start(1))
    assert h.ticket(missed).status is Status.MISSED
    return h


@pytest.mark.parametrize(("rule", "told"), [(DayEnd.VOIDED, 0), (DayEnd.TOLD, 1), (DayEnd.CARRIED, 1)])
def test_at_closing_time_those_who_wait_are_told_once_by_the_rule(rule: DayEnd, told: int) -> None:
    h = evening(rule)
    assert h.do(EndDay()) == ()
    h.now = MONDAY.replace(hour=12, minute=30)
    assert h.do(EndDay()) == (), "the lunch break is not the end of the day"
    h.now = CLOSING
    said = [each for _ in range(2) for each in h.do(EndDay())]
    assert [type(each) for each in said] == [DayEnding] * told
    assert all(isinstance(each, DayEnding) and each.waiting == 3 for each in said)
    assert h.hall.ending is (rule if told else None)
    assert h.waiting() == ["A003", "A004"], "nobody is sent away"


@pytest.mark.parametrize("rule", [DayEnd.VOIDED, DayEnd.TOLD])
def test_at_midnight_who_was_not_called_is_void(rule: DayEnd) -> None:
    h = evening(rule)
    events = h.do(OpenDay(), 16 * 60)
    assert sum(isinstance(each, TicketVoided) for each in events) == 4
    assert sum(isinstance(each, ServiceFinished) for each in events) == 1
    assert not h.hall.tickets
    assert h.hall.ending is None


def test_carried_over_keeps_number_wait_and_place_and_the_night_is_no_wait() -> None:
    h = evening(DayEnd.CARRIED)
    before = {each.id: each for each in h.hall.live()}
    h.now = CLOSING
    h.do(EndDay())
    h.now = MONDAY.replace(hour=0) + timedelta(days=1)
    events = h.do(OpenDay())
    carried = [each for each in events if isinstance(each, TicketCarried)]
    assert [each.number for each in carried] == ["A001", "A003", "A004"]
    parked, third, fourth = (h.ticket(each.ticket) for each in carried)
    assert (parked.status, parked.only_window, parked.parked_as) == (
        Status.PARKED,
        1,
        ParkKind.WINDOW_HOLDS,
    )
    assert third.first_arrival == before[third.id].first_arrival
    assert third.waited_before == 60
    h.refuses(IssueTicket("x", "tax"), HallClosed)
    h.now = MONDAY.replace(hour=9) + timedelta(days=1)
    assert (third.waited(h.now), third.age(h.now)) == (0, 0)
    assert credit_of(h.hall, third, h.now).minutes == 15  # half of the hour, up to the cap
    fresh = [h.number(h.take("tax")) for _ in range(3)]
    assert fresh == ["A002", "A005", "A006"], (
        "a number that is still in somebody's hand is not given out again"
    )
    h.open(1)
    h.do(CallNext(1))
    assert h.at(1) == "A003"
    assert h.hall.held["somebody"] == (fourth.id,)
    assert vars(replay(h.plan, h.journal).copy()) == vars(h.hall.copy())


def test_carried_over_a_day_on_which_the_hall_is_closed() -> None:
    h = evening(DayEnd.CARRIED)
    h.now = MONDAY.replace(hour=0) + timedelta(days=5)  # Saturday
    h.do(OpenDay())
    h.now += timedelta(days=2)
    h.do(OpenDay())
    assert h.waiting() == ["A003", "A004"]
    third = next(each for each in h.hall.live() if each.number == "A003")
    assert third.queued_at == MONDAY.replace(hour=9) + timedelta(days=7)
    assert third.waited_before == 60


def test_a_tidal_window_that_is_open_at_midnight_says_what_its_tide_brought() -> None:
    made = plan(
        rules=Rules(tide=TideRules(open_at=0.5, close_at=0.4, open_after=0)),
        flexible_clerks=(FlexibleClerk("f1"),),
    )
    h = hand(plan=replace(made, windows=(*made.windows, window(5, "tax", kind=WindowKind.TIDAL))))
    h.open(1)
    for _ in range(5):
        h.take("tax")
    h.do(LookAtTide())
    h.do(ConfirmTide(5))
    events = h.do(OpenDay(), 24 * 60)
    kinds = [type(each) for each in events]
    assert kinds.count(WindowClosed) == 2
    brought = next(each for each in events if isinstance(each, TideBrought))
    assert (brought.window, brought.clerk_minutes, brought.served) == (5, 15 * 60, 0)
