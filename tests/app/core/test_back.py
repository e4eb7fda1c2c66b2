"""Coming back: to a person, after an outage, with what was missing, from the list of missed numbers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.core.commands import (
    CallNext,
    CallTicket,
    CloseWindow,
    Finish,
    GrantClass,
    IssueTicket,
    Miss,
    OpenWindow,
    Park,
    Pause,
    Resume,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.errors import (
    AlreadyHolding,
    ClassNotValid,
    ClassReasonMissing,
    ClerkNotHere,
    NobodyWaiting,
    NotSentAway,
    ReasonMissing,
    TransferNowhere,
    WindowDoesNotServe,
    WindowOrPerson,
)
from app.core.estimate import estimates
from app.core.events import TicketIssued
from app.core.plan import FlexibleClerk, PauseReason, PriorityClass, Rules, WindowKind
from app.core.ticket import Outcome, ParkKind, Status
from app.core.visitrules import SentAway, VisitRules
from app.core.window import Duty

from .hands import CLASSES, Hand, hand, plan, window

RETURNING = PriorityClass("priority_return", "二次优先", "Second visit", rank=0, head_start=30, slope=2)
OUTAGE = PauseReason("system", "系统故障", "System fault", outage=True)
PAUSE = PauseReason("meal", "用餐", "Meal")


def kind_hand(**rules: object) -> Hand:
    """A hall that knows second visits."""
    return hand(
        plan=plan(
            classes=(*CLASSES, RETURNING),
            pause_reasons=(OUTAGE, PAUSE),
            rules=Rules(visit=VisitRules(**rules)),  # type: ignore[arg-type]
        )
    )


def at_window(h: Hand, no: int, **others: object) -> str:
    """Somebody who is being served at window `no`."""
    ticket = h.take("tax", **others)
    h.do(CallTicket(no, ticket, "first of all"))
    h.do(Start(no))
    return ticket


# -- to a person ----------------------------------------------------------------------------------------------------


def test_who_is_sent_to_a_person_is_called_where_that_clerk_sits() -> None:
    h = hand()
    h.open(1, 3)
    ticket = at_window(h, 1)
    h.do(Transfer(1, to_person="clerk-3", reason="knows the case"))
    h.refuses(CallNext(1), NobodyWaiting)
    h.do(CallNext(3))
    assert h.hall.windows[3].ticket == ticket


def test_the_number_follows_the_clerk_to_another_window() -> None:
    h = hand()
    h.open(1, 3)
    ticket = at_window(h, 1)
    h.do(Transfer(1, to_person="clerk-3"))
    h.do(CloseWindow(3))
    h.refuses(CallNext(1), NobodyWaiting, minutes=9)
    h.do(OpenWindow(4, "clerk-3"))
    h.refuses(CallNext(1), NobodyWaiting, minutes=60)
    for _ in range(3):
        h.take("tax")  # window 4 helps above two
    h.do(CallNext(4))
    assert h.hall.windows[4].ticket == ticket


def test_nobody_waits_for_an_empty_chair() -> None:
    h = hand()
    h.open(1, 3)
    ticket = at_window(h, 1)
    h.do(Transfer(1, to_person="clerk-3"))
    h.do(CloseWindow(3))
    h.do(CallNext(1), minutes=10)
    assert h.hall.windows[1].ticket == ticket


@pytest.mark.parametrize("gone", ["closed", "reopened without the skill"])
def test_nobody_waits_for_a_window_that_has_closed(gone: str) -> None:
    """Papers that lie at window 3, and somebody sent to window 3, while nobody there serves tax any more."""
    made = plan(flexible_clerks=(FlexibleClerk("f1", skills=("social",)),))
    made = replace(
        made, windows=(*made.windows[:2], window(3, "tax", "social", kind=WindowKind.TIDAL), made.windows[3])
    )
    h = hand(plan=made)
    h.open(1, 3)
    parked, sent = at_window(h, 3), at_window(h, 1)
    h.do(Park(3, ParkKind.WINDOW_HOLDS))
    h.do(Transfer(1, to_window=3))
    h.do(CloseWindow(3))
    if gone != "closed":
        h.hall.windows[3] = h.hall.windows[3]._replace(duty=Duty.IDLE, profile=("social",), opened_at=h.now)
    h.do(ReturnTicket(parked), minutes=4)
    h.refuses(CallNext(1), NobodyWaiting, minutes=5)
    h.do(CallNext(1), minutes=1)
    assert h.hall.windows[1].ticket == sent, "ten minutes after the window closed"
    h.do(Start(1))
    h.do(Finish(1))
    h.refuses(CallNext(1), NobodyWaiting, minutes=3)
    assert parked in estimates(h.hall, h.now).tickets, "and it is told when"
    h.do(CallNext(1), minutes=1)
    assert h.hall.windows[1].ticket == parked, "ten minutes after coming back"


def test_a_transfer_to_nobody_to_two_or_to_a_clerk_without_the_service_is_refused() -> None:
    h = hand()
    h.open(1, 2)
    at_window(h, 1)
    h.refuses(Transfer(1, to_person="clerk-9"), ClerkNotHere)
    h.refuses(Transfer(1, to_person="clerk-2"), WindowDoesNotServe)
    h.refuses(Transfer(1, to_window=3, to_person="clerk-2"), WindowOrPerson)
    h.refuses(Transfer(1), TransferNowhere)
    h.do(Transfer(1, "social", to_person="clerk-2"))
    h.do(CallNext(2))


# -- a second visit -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [Outcome.MATERIALS_MISSING, Outcome.OUTAGE])
def test_who_was_sent_away_comes_again_with_the_class_of_a_second_visit(outcome: Outcome) -> None:
    h = kind_hand()
    h.open(1)
    at_window(h, 1)
    h.do(Finish(1, outcome), 10)
    h.take("tax")
    again = h.take("tax", minutes=15, again="A001")
    issued = h.journal[-1]
    assert isinstance(issued, TicketIssued)
    assert (issued.priority_class, issued.again) == ("priority_return", "ticket-00001")
    h.do(CallNext(1))
    assert h.hall.windows[1].ticket == again
    h.refuses(IssueTicket("x", "tax", again="A001"), NotSentAway)


def test_an_identity_finds_the_first_visit_and_its_limit_does_not_stand_in_the_way() -> None:
    h = kind_hand()
    h.open(1)
    at_window(h, 1, holder="somebody")
    h.refuses(IssueTicket("x", "tax", holder="somebody"), AlreadyHolding)
    h.do(Finish(1, Outcome.MATERIALS_MISSING))
    again = h.take("tax", holder="somebody")
    assert h.ticket(again).priority_class == "priority_return"
    h.refuses(IssueTicket("x", "tax", holder="somebody"), AlreadyHolding)


@pytest.mark.parametrize(
    ("outcome", "number", "service"),
    [
        (Outcome.ACCEPTED, "A001", "tax"),
        (Outcome.MATERIALS_MISSING, "A001", "social"),
        (Outcome.MATERIALS_MISSING, "A999", "tax"),
    ],
)
def test_a_second_visit_to_nothing_is_refused(outcome: Outcome, number: str, service: str) -> None:
    h = kind_hand()
    h.open(1)
    at_window(h, 1)
    h.do(Finish(1, outcome))
    h.refuses(IssueTicket("x", service, again=number), NotSentAway)


@pytest.mark.parametrize(
    ("kind", "after", "expected"),
    [
        (ParkKind.VISITOR_HOLDS, tuple(SentAway), "priority_return"),
        (ParkKind.OUTSIDE, tuple(SentAway), "priority_return"),
        (ParkKind.WINDOW_HOLDS, tuple(SentAway), "ordinary"),
        (ParkKind.OUTSIDE, (SentAway.OUTAGE,), "ordinary"),
    ],
)
def test_who_comes_back_from_a_park_goes_first_by_rule(
    kind: ParkKind, after: tuple[SentAway, ...], expected: str
) -> None:
    h = kind_hand(return_after=after)
    h.open(1)
    ticket = at_window(h, 1)
    h.do(Park(1, kind))
    h.do(ReturnTicket(ticket))
    assert h.ticket(ticket).priority_class == expected


def test_a_better_class_is_kept_and_a_hall_without_the_class_gives_none() -> None:
    h = kind_hand()
    h.open(1)
    ticket = at_window(h, 1, priority_class="disabled")
    h.do(Park(1))
    h.do(ReturnTicket(ticket))
    assert h.ticket(ticket).priority_class == "disabled"
    h = hand()
    h.open(1)
    ticket = at_window(h, 1)
    h.do(Park(1))
    h.do(ReturnTicket(ticket))
    assert h.ticket(ticket).priority_class == "ordinary"


@pytest.mark.parametrize(("reason", "expected"), [("system", "priority_return"), ("meal", "ordinary")])
def test_who_stood_at_a_window_in_an_outage_goes_first_elsewhere(reason: str, expected: str) -> None:
    h = kind_hand()
    h.open(1, 3)
    ticket = at_window(h, 1)
    h.do(Pause(1, reason))
    h.do(Resume(1), 20)
    h.do(Transfer(1, to_window=3, reason="this one works"))
    assert h.ticket(ticket).priority_class == expected
    assert not h.ticket(ticket).outage


# -- missed numbers, and the reason of a class --------------------------------------------------------------------


def test_a_number_of_the_recycle_list_is_called_without_another_reason() -> None:
    h = hand()
    h.open(4)
    ticket = h.take("permit")
    other = h.take("permit")
    h.do(CallNext(4))
    h.do(Miss(4))
    assert h.ticket(ticket).status is Status.MISSED
    h.refuses(CallTicket(4, other), ReasonMissing)
    h.do(CallTicket(4, ticket))
    why = h.ticket(ticket).why
    assert why is not None
    assert why.code == "recycled"


def test_a_class_is_given_on_its_days_and_who_has_it_keeps_it() -> None:
    season = replace(CLASSES[2], valid_from=date(2026, 3, 2), valid_to=date(2026, 3, 3))
    returning = replace(RETURNING, valid_to=date(2026, 3, 3))
    h = hand(plan=plan(classes=(*CLASSES[:2], season, returning)))
    first = h.take(priority_class="disabled")
    assert h.ticket(first).priority_class == "disabled"
    h.now += timedelta(days=2)
    late = h.take()
    refused = h.refuses(GrantClass(late, "disabled", "certificate"), ClassNotValid)
    assert "2026-03-02 至 2026-03-03" in refused.text("zh")
    h.refuses(IssueTicket("x", "tax", "disabled"), ClassNotValid)
    h.open(1)
    h.do(CallNext(1))
    h.do(Start(1))
    h.do(Park(1, ParkKind.VISITOR_HOLDS))
    h.do(ReturnTicket(late))
    assert h.ticket(late).priority_class == "ordinary", "no second visit's class after its last day"


def test_a_class_given_by_hand_with_the_number_needs_a_reason_unless_it_comes_by_age() -> None:
    h = hand(plan=plan(classes=(CLASSES[0], replace(CLASSES[1], from_age=60), CLASSES[2])))
    h.refuses(IssueTicket("x", "tax", "disabled", by_hand=True), ClassReasonMissing)
    h.refuses(IssueTicket("x", "tax", "disabled", by_hand=True, class_reason=" "), ClassReasonMissing)
    h.take("tax", priority_class="disabled", by_hand=True, class_reason="card seen")
    issued = h.journal[-1]
    assert isinstance(issued, TicketIssued)
    assert issued.class_reason == "card seen"
    h.take("tax", priority_class="elderly", by_hand=True)
    h.take("tax", by_hand=True)
