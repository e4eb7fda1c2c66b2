"""The rule book of the hall, by example."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from app.core.commands import (
    AbandonTicket,
    AdoptPlan,
    CallNext,
    CallTicket,
    CancelTicket,
    CloseWindow,
    Finish,
    GrantClass,
    IssueTicket,
    Miss,
    OpenDay,
    OpenWindow,
    Park,
    Pause,
    Recall,
    ReportDevice,
    ReportSlip,
    Reprint,
    Resume,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.decide import opening_at, service_refusal
from app.core.errors import (
    AlreadyHolding,
    HallClosed,
    NobodyWaiting,
    NoWindowServes,
    QuotaReached,
    ReasonMissing,
    RecallLimit,
    RecallTooSoon,
    ServiceClosed,
    ServiceStillWanted,
    TicketCannot,
    TicketIdTaken,
    TooManyTickets,
    TransferNowhere,
    UnknownClass,
    UnknownPauseReason,
    UnknownPrinter,
    UnknownService,
    UnknownSlip,
    UnknownTicket,
    UnknownWindow,
    WindowCannot,
    WindowDoesNotServe,
    WindowHasNoTicket,
    WindowHasTicket,
    WindowStillBusy,
)
from app.core.events import DayOpened, ServiceFinished, SlipOrdered, TicketVoided, WindowClosed
from app.core.plan import HolderRules, Missed, MissedRule, Opening, PauseReason, Rules, Serves
from app.core.ticket import Outcome, ParkKind, Status
from app.core.window import Duty

from .hands import MONDAY, Hand, hand, plan, ruled, service, window

# -- numbers ------------------------------------------------------------------------------------------------------


def test_numbers_are_prefix_and_three_digits_per_service() -> None:
    day = hand()
    assert [day.number(day.take(each)) for each in ("tax", "tax", "social")] == ["A001", "A002", "B001"]


def test_past_999_a_number_widens_and_never_starts_again() -> None:
    day = hand()
    numbers = [day.number(day.take("tax")) for _ in range(1001)]
    assert numbers[998:] == ["A999", "A1000", "A1001"]
    assert len(set(numbers)) == 1001


def test_a_cancelled_number_is_not_given_out_again() -> None:
    day = hand()
    day.do(CancelTicket(day.take()))
    assert day.number(day.take()) == "A002"


def test_what_the_hall_does_not_have_is_refused_by_name() -> None:
    day = hand()
    assert "tax, social, permit" in str(day.refuses(IssueTicket("x", "passport"), UnknownService))
    day.refuses(IssueTicket("x", "tax", priority_class="rich"), UnknownClass)
    day.refuses(IssueTicket("x", "tax", printer="kiosk-9"), UnknownPrinter)
    day.refuses(IssueTicket(day.take(), "tax"), TicketIdTaken)
    day.refuses(CancelTicket("nobody"), UnknownTicket)
    day.refuses(CallNext(99), UnknownWindow)


def test_a_service_that_no_window_serves_gives_no_numbers() -> None:
    made = plan(services=(*plan().services, service("orphan", "D")))
    day = hand(plan=made)
    day.refuses(IssueTicket("x", "orphan"), NoWindowServes)


def test_a_quota_is_per_day_and_counts_every_number() -> None:
    made = plan(services=(service("tax", "A", quota=2), *plan().services[1:]))
    day = hand(plan=made)
    day.do(CancelTicket(day.take()))
    day.take()
    assert "All 2 numbers" in str(day.refuses(IssueTicket("x", "tax"), QuotaReached))
    day.now += timedelta(days=1)
    assert day.number(day.take()) == "A001"


def test_after_its_last_ticket_a_service_gives_no_numbers() -> None:
    made = plan(services=(service("tax", "A", last_ticket=time(16, 30)), *plan().services[1:]))
    day = hand(plan=made)
    day.now = MONDAY.replace(hour=16, minute=29, second=59)
    day.take()
    assert "16:30" in str(day.refuses(IssueTicket("x", "tax"), ServiceClosed, minutes=1 / 60))
    assert service_refusal(day.hall, made.service["social"], day.now) is None


def test_one_person_takes_one_number_per_service_and_two_a_day() -> None:
    day = hand()
    first = day.take("tax", holder="hash-1")
    refusal = day.refuses(IssueTicket("x", "tax", holder="hash-1"), AlreadyHolding)
    assert "A001" in refusal.text("en")
    day.take("tax", holder="hash-2")
    day.take("social", holder="hash-1")
    day.refuses(IssueTicket("x", "permit", holder="hash-1"), TooManyTickets)
    day.do(CancelTicket(first))
    day.take("tax", holder="hash-1")
    for _ in range(5):
        day.take("tax")
    day.now += timedelta(days=1)
    day.take("tax", holder="hash-1")


def test_a_hall_may_know_no_limit_per_person() -> None:
    day = hand(plan=plan(rules=Rules(holder=HolderRules(per_service=0, per_day=0))))
    for _ in range(9):
        day.take("tax", holder="hash-1")


def test_a_priority_class_by_hand_needs_a_reason_and_keeps_the_arrival() -> None:
    day = hand(plan=ruled("priority"))
    day.open(1)
    day.take(), day.take()
    third = day.take()
    came = day.ticket(third).queued_at
    day.refuses(GrantClass(third, "elderly", " "), ReasonMissing)
    day.refuses(GrantClass(third, "rich", "paid"), UnknownClass)
    day.do(GrantClass(third, "elderly", "seventy, without a card"), minutes=3)
    assert day.do(GrantClass(third, "elderly", "again")) == ()
    assert (day.ticket(third).priority_class, day.ticket(third).queued_at) == ("elderly", came)
    day.do(CallNext(1))
    assert day.at(1) == "A003"
    day.refuses(GrantClass(third, "ordinary", "mistake"), TicketCannot)


# -- opening hours ------------------------------------------------------------------------------------------------

HOURS = {weekday: (Opening(time(9), time(12)), Opening(time(13), time(17))) for weekday in range(5)}


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ("2026-03-02T08:59:59", False),
        ("2026-03-02T09:00:00", True),
        ("2026-03-02T11:59:59", True),
        ("2026-03-02T12:00:00", False),
        ("2026-03-02T13:00:00", True),
        ("2026-03-02T17:00:00", False),
        ("2026-03-07T10:00:00", False),
        ("2026-03-08T10:00:00", True),
        ("2026-03-09T10:00:00", False),
    ],
)
def test_numbers_are_given_within_opening_hours_of_the_weekday_or_the_exception(
    when: str, open_: bool
) -> None:
    made = plan(
        hours=HOURS,
        exceptions={date(2026, 3, 8): (Opening(time(10), time(11)),), date(2026, 3, 9): ()},
    )
    day = hand(plan=made, now=datetime.fromisoformat(when).replace(tzinfo=MONDAY.tzinfo))
    assert (opening_at(day.hall, day.now) is not None) is open_
    if open_:
        day.take()
    else:
        day.refuses(IssueTicket("x", "tax"), HallClosed)


def test_a_closed_hall_says_when_it_opens_next() -> None:
    day = hand(plan=plan(hours=HOURS), now=MONDAY.replace(day=6, hour=18))
    refusal = day.refuses(IssueTicket("x", "tax"), HallClosed)
    assert "2026-03-09 at 09:00" in refusal.text("en")
    assert "2026年3月9日 09:00" in refusal.text("zh")


def test_who_waits_at_closing_time_is_still_served() -> None:
    day = hand(plan=plan(hours=HOURS), now=MONDAY.replace(hour=16, minute=59))
    day.open(1)
    day.take()
    day.do(CallNext(1), minutes=30)
    assert day.at(1) == "A001"


# -- calling ------------------------------------------------------------------------------------------------------


def test_a_window_calls_starts_and_finishes_one_person_at_a_time() -> None:
    day = hand()
    day.open(1)
    day.refuses(CallNext(1), NobodyWaiting)
    first, _ = day.take(), day.take()
    day.do(CallNext(1), minutes=3)
    assert day.ticket(first).status is Status.CALLED
    day.refuses(CallNext(1), WindowHasTicket)
    day.refuses(Finish(1), TicketCannot)
    day.do(Start(1), minutes=1)
    day.refuses(CallNext(1), WindowHasTicket)
    day.do(Finish(1, Outcome.MATERIALS_MISSING), minutes=8)
    done = day.ticket(first)
    assert (done.status, done.outcome, done.waited(day.now)) == (
        Status.FINISHED,
        Outcome.MATERIALS_MISSING,
        3.0,
    )
    account = day.hall.windows[1]
    assert (account.served, account.service_minutes, account.busy_minutes) == (1, 8.0, 9.0)


def test_a_closed_window_calls_nobody_and_an_empty_one_has_nothing_to_start() -> None:
    day = hand()
    day.take()
    assert "closed" in str(day.refuses(CallNext(1), WindowCannot))
    day.open(1)
    day.refuses(Start(1), WindowHasNoTicket)
    day.refuses(OpenWindow(1), WindowCannot)


def test_two_windows_never_call_the_same_person() -> None:
    day = hand()
    day.open(1, 3)
    day.take()
    day.do(CallNext(1))
    day.refuses(CallNext(3), NobodyWaiting)


def test_a_chosen_ticket_needs_a_reason_and_a_window_that_serves_it() -> None:
    day = hand()
    day.open(1, 2)
    day.take()
    second = day.take()
    day.refuses(CallTicket(1, second, "  "), ReasonMissing)
    day.refuses(CallTicket(2, second, "asked by the supervisor"), WindowDoesNotServe)
    day.do(CallTicket(1, second, " asked by the supervisor "))
    why = day.ticket(second).why
    assert why is not None
    assert (why.code, why.facts["reason"]) == ("chosen", "asked by the supervisor")
    day.open(3)
    day.refuses(CallTicket(3, second, "again"), TicketCannot)


def test_a_recall_is_counted_spaced_and_capped() -> None:
    day = hand(plan=ruled("fifo", recall_cap=2))
    day.open(1)
    ticket = day.take()
    day.do(CallNext(1))
    first_call = day.ticket(ticket).call_id
    day.refuses(Recall(1), RecallTooSoon, minutes=14 / 60)
    day.do(Recall(1), minutes=1 / 60)
    assert day.ticket(ticket).recalls == 1
    assert day.ticket(ticket).call_id != first_call
    day.refuses(Recall(1), RecallTooSoon)
    day.do(Recall(1), minutes=1)
    day.refuses(Recall(1), RecallLimit, minutes=1)
    day.do(Start(1))
    day.refuses(Recall(1), TicketCannot, minutes=1)


# -- missed -------------------------------------------------------------------------------------------------------


def missing(missed: Missed, waiting: int) -> tuple[list[str], Status]:
    """The first of a queue does not come; the queue behind, and the status of the first."""
    day, first = missed_first(missed, waiting)
    return day.waiting(), day.ticket(first).status


def called(day: Hand, many: int) -> list[str]:
    """The next so many whom window 1 calls and serves."""
    order = []
    for _ in range(many):
        day.do(CallNext(1))
        order.append(day.at(1))
        day.do(Start(1))
        day.do(Finish(1), minutes=1)
    return order


def missed_first(missed: Missed, waiting: int, kind: str = "ordinary") -> tuple[Hand, str]:
    """The first of a queue does not come."""
    made = plan(services=(service("tax", "A", missed=missed), *plan().services[1:]))
    day = hand(plan=made)
    day.open(1)
    first = day.take(priority_class=kind)
    for _ in range(waiting):
        day.take(minutes=1)
    day.do(CallNext(1))
    day.do(Miss(1), minutes=2)
    assert day.hall.windows[1].duty is Duty.IDLE
    return day, first


def test_missed_and_void_at_once() -> None:
    assert missing(Missed(MissedRule.VOID), 2) == (["A002", "A003"], Status.VOID)


def test_missed_and_to_the_tail() -> None:
    assert missing(Missed(MissedRule.TAIL), 2) == (["A002", "A003", "A001"], Status.WAITING)


def test_missed_and_back_after_three() -> None:
    day, first = missed_first(Missed(MissedRule.AFTER_N, places=3), 5)
    assert day.hall.ahead_of(day.ticket(first)) == 3
    assert called(day, 6) == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_missed_and_back_after_three_when_fewer_wait_is_the_tail() -> None:
    day, first = missed_first(Missed(MissedRule.AFTER_N, places=3), 2)
    assert day.hall.ahead_of(day.ticket(first)) == 2
    assert called(day, 3) == ["A002", "A003", "A001"]


def test_missed_and_alone_of_a_class_others_are_called_first_all_the_same() -> None:
    day, _ = missed_first(Missed(MissedRule.AFTER_N, places=3), 5, "disabled")
    assert called(day, 6) == ["A002", "A003", "A004", "A001", "A005", "A006"]
    day, _ = missed_first(Missed(MissedRule.AFTER_N, places=3), 0, "disabled")
    assert called(day, 1) == ["A001"], "a window does not idle while somebody waits"


def test_nobody_of_the_same_class_passes_somebody_who_stands_aside() -> None:
    day, _ = missed_first(Missed(MissedRule.AFTER_N, places=3), 2, "disabled")
    late = day.number(day.take(priority_class="disabled"))
    assert called(day, 4) == ["A002", "A003", "A001", late]


def test_nobody_stands_aside_before_somebody_who_may_be_passed_no_more() -> None:
    day, first = missed_first(Missed(MissedRule.AFTER_N, places=3), 4)
    spent = day.take()
    for number, limit in ((spent, 15), (first, 3)):
        ticket = day.hall.tickets[number]
        day.hall.queues["tax"].leave(ticket)
        day.hall.tickets[number] = ticket._replace(overtaken=limit)
        day.hall.queues["tax"].join(day.hall.tickets[number])
    for gone in day.waiting("tax")[:3]:
        day.do(CancelTicket(next(each.id for each in day.hall.live() if each.number == gone)))
    day.take(priority_class="disabled")
    assert called(day, 3) == ["A001", "A005", "A006"]


def test_missed_and_kept_until_the_window_calls_by_hand() -> None:
    assert missing(Missed(MissedRule.RECYCLE), 2) == (["A002", "A003"], Status.MISSED)
    day = hand()
    day.open(4)
    ticket = day.take("permit")
    day.do(CallNext(4))
    day.do(Miss(4))
    day.do(CallTicket(4, ticket, "came back"))
    day.do(Miss(4))
    day.do(ReturnTicket(ticket))
    assert day.waiting("permit") == ["C001"]


def test_who_misses_again_after_coming_back_is_void() -> None:
    day = hand()
    day.open(1)
    ticket = day.take()
    day.do(CallNext(1))
    day.do(Miss(1))
    assert day.ticket(ticket).status is Status.WAITING
    day.do(CallNext(1))
    day.do(Miss(1))
    assert (day.ticket(ticket).status, day.ticket(ticket).misses) == (Status.VOID, 2)
    assert not day.waiting()


def test_who_is_missed_takes_no_better_place_than_before() -> None:
    day = hand()
    day.open(1)
    for _ in range(6):
        day.take(minutes=1)
    late = day.take(minutes=1)
    day.do(CallTicket(1, late, "an appointment elsewhere"))
    day.do(Miss(1))
    assert day.waiting()[-1] == "A007"


# -- park ---------------------------------------------------------------------------------------------------------


def parked(kind: ParkKind) -> tuple[bool, bool, float]:
    """Back after 30 minutes: may the other window call it, is it first, and what the clerk's account says."""
    day = hand(plan=ruled("fifo"))
    day.open(1, 3)
    ticket = day.take()
    day.take(minutes=1)
    day.do(CallNext(1))
    day.do(Start(1))
    day.do(Park(1, kind), minutes=5)
    day.refuses(CallTicket(3, day.take(), ""), ReasonMissing)
    assert day.ticket(ticket).status is Status.PARKED
    day.do(ReturnTicket(ticket), minutes=30)
    first = day.waiting()[0] == day.number(ticket)
    day.do(CallNext(3))
    elsewhere = day.at(3) == day.number(ticket)
    if not elsewhere:
        day.do(CallNext(1))
        assert day.at(1) == day.number(ticket)
    no = 3 if elsewhere else 1
    day.do(Start(no))
    day.do(Finish(no), minutes=2)
    assert day.hall.learned["tax"].mean == pytest.approx(9 + (7 - 9) / 11), "handling time without the pause"
    return elsewhere, first, day.hall.windows[1].service_minutes + day.hall.windows[3].service_minutes


def test_a_visitor_who_holds_the_papers_comes_back_to_any_window_without_queueing_again() -> None:
    assert parked(ParkKind.VISITOR_HOLDS) == (True, True, 7.0)


def test_papers_that_lie_at_a_window_bring_their_owner_back_to_it() -> None:
    assert parked(ParkKind.WINDOW_HOLDS) == (False, True, 7.0)


def test_who_waits_for_another_office_comes_back_to_any_window() -> None:
    assert parked(ParkKind.OUTSIDE) == (True, True, 7.0)


def test_only_somebody_in_service_can_be_parked_and_only_somebody_away_can_return() -> None:
    day = hand()
    day.open(1)
    ticket = day.take()
    day.refuses(Park(1), WindowHasNoTicket)
    day.refuses(ReturnTicket(ticket), TicketCannot)
    day.do(CallNext(1))
    day.refuses(Park(1), TicketCannot)


def test_waiting_again_after_a_park_is_counted_from_the_return() -> None:
    day = hand()
    day.open(1)
    ticket = day.take()
    day.do(CallNext(1), minutes=4)
    day.do(Start(1))
    day.do(Park(1), minutes=5)
    day.do(ReturnTicket(ticket), minutes=30)
    day.do(CallNext(1), minutes=3)
    assert day.ticket(ticket).waited(day.now) == 3.0


# -- transfer -----------------------------------------------------------------------------------------------------


def test_a_transfer_keeps_number_and_first_arrival_and_counts() -> None:
    day = hand()
    day.open(1, 2)
    ticket = day.take()
    came = day.now
    day.do(CallNext(1), minutes=6)
    day.do(Start(1), minutes=1)
    day.do(Transfer(1, to_service="social", reason="wrong desk"), minutes=2)
    moved = day.ticket(ticket)
    assert (moved.number, moved.first_arrival, moved.transfers, moved.waited_before) == ("A001", came, 1, 6.0)
    assert day.hall.windows[1].duty is Duty.IDLE
    assert day.waiting("social") == ["A001"]
    assert day.number(day.take("social")) == "B001"
    day.do(CallNext(2))
    assert day.at(2) == "A001"


def test_a_transfer_to_a_window_waits_for_that_window_even_below_its_help_threshold() -> None:
    day = hand()
    day.open(1, 3, 4)
    ticket = day.take()
    day.do(CallNext(1))
    day.do(Transfer(1, to_window=4))
    day.refuses(CallNext(3), NobodyWaiting)
    day.do(CallNext(4))
    assert day.at(4) == day.number(ticket)


def test_a_transfer_needs_a_target_that_can_serve() -> None:
    day = hand(plan=plan(services=(*plan().services, service("orphan", "D"))))
    day.open(1)
    day.take()
    day.refuses(Transfer(1, to_service="social"), WindowHasNoTicket)
    day.do(CallNext(1))
    day.refuses(Transfer(1), TransferNowhere)
    day.refuses(Transfer(1, to_service="passport"), UnknownService)
    day.refuses(Transfer(1, to_service="orphan"), NoWindowServes)
    day.refuses(Transfer(1, to_window=2), WindowDoesNotServe)
    day.refuses(Transfer(1, to_window=77), UnknownWindow)


# -- giving up ----------------------------------------------------------------------------------------------------


def test_cancelled_and_abandoned_are_two_ends_and_free_the_window() -> None:
    day = hand()
    day.open(1)
    one, two, three = day.take(), day.take(), day.take()
    day.do(CancelTicket(one))
    day.do(AbandonTicket(two))
    assert [day.ticket(each).status for each in (one, two)] == [Status.CANCELLED, Status.ABANDONED]
    day.refuses(CancelTicket(one), TicketCannot)
    day.do(CallNext(1))
    day.do(CancelTicket(three))
    assert day.hall.windows[1].duty is Duty.IDLE


# -- windows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("duty", [Duty.IDLE, Duty.CALLING, Duty.SERVING])
def test_a_window_returns_to_the_duty_before_its_pause(duty: Duty) -> None:
    day = hand()
    day.open(1)
    day.take()
    if duty is not Duty.IDLE:
        day.do(CallNext(1))
    if duty is Duty.SERVING:
        day.do(Start(1))
    day.do(Pause(1, "lunch"), minutes=2)
    assert day.hall.windows[1].pause_reason == "lunch"
    day.refuses(CallNext(1), WindowCannot if duty is Duty.IDLE else WindowHasTicket)
    day.refuses(Pause(1, "again"), WindowCannot)
    day.do(Resume(1), minutes=30)
    assert (day.hall.windows[1].duty, day.hall.windows[1].pause_reason) == (duty, "")
    assert day.hall.windows[1].open_minutes == 2.0


def test_the_minutes_of_a_pause_are_not_handling_time() -> None:
    day = hand()
    day.open(1)
    day.take()
    day.do(CallNext(1))
    day.do(Start(1))
    day.do(Pause(1, "fire drill"), minutes=4)
    day.refuses(Finish(1), WindowCannot)
    day.do(Resume(1), minutes=60)
    day.do(Finish(1), minutes=3)
    assert day.hall.windows[1].service_minutes == 7.0
    assert day.hall.learned["tax"].mean == pytest.approx(9 + (7 - 9) / 11)


def test_a_pause_needs_a_reason_that_the_hall_knows() -> None:
    day = hand(plan=plan(pause_reasons=(PauseReason("lunch", "午休", "Lunch"),)))
    day.open(1)
    day.refuses(Pause(1, " "), ReasonMissing)
    day.refuses(Pause(1, "tired"), UnknownPauseReason)
    day.do(Pause(1, "lunch"))
    day.refuses(Resume(2), WindowCannot)


def test_a_window_told_to_close_finishes_the_person_first() -> None:
    day = hand()
    day.open(1)
    day.take()
    day.do(CallNext(1))
    day.do(CloseWindow(1))
    assert day.do(CloseWindow(1)) == ()
    day.do(Start(1))
    assert day.hall.windows[1].duty is Duty.SERVING
    day.do(Finish(1))
    assert (day.hall.windows[1].duty, day.hall.windows[1].closing) == (Duty.CLOSED, False)
    day.refuses(CloseWindow(1), WindowCannot)


@pytest.mark.parametrize("how", ["miss", "park", "transfer", "cancel", "abandon"])
def test_a_closing_window_closes_whichever_way_the_person_leaves(how: str) -> None:
    day = hand()
    day.open(1)
    ticket = day.take()
    day.do(CallNext(1))
    if how in ("park", "abandon"):
        day.do(Start(1))
    day.do(CloseWindow(1))
    day.do(
        {
            "miss": Miss(1),
            "park": Park(1),
            "transfer": Transfer(1, "social"),
            "cancel": CancelTicket(ticket),
            "abandon": AbandonTicket(ticket),
        }[how]
    )
    assert day.hall.windows[1].duty is Duty.CLOSED


# -- the turn of the day ------------------------------------------------------------------------------------------


def test_the_first_command_of_a_day_ends_the_last_one_at_midnight_by_rule() -> None:
    day = hand()
    day.open(1, 2, 3)
    waits, at_work, called = day.take(), day.take(), day.take("social")
    day.do(CallTicket(1, at_work, "test"))
    day.do(Start(1))
    day.do(CallNext(2))
    learned = {code: each._replace(waits=()) for code, each in day.hall.learned.items()}
    day.now = MONDAY + timedelta(days=3)
    events = day.do(OpenDay())
    midnight = MONDAY.replace(hour=0) + timedelta(days=1)
    ended = {each.ticket: each for each in events if isinstance(each, TicketVoided | ServiceFinished)}
    assert set(ended) == {waits, at_work, called}
    finished = ended[at_work]
    assert isinstance(finished, ServiceFinished)
    assert finished.outcome is Outcome.DAY_ENDED
    assert {each.window for each in events if isinstance(each, WindowClosed)} == {1, 2, 3}
    assert {each.at for each in events if not isinstance(each, DayOpened)} == {midnight}
    assert day.hall.learned == learned, "a service that nobody finished teaches nothing"
    assert not day.hall.tickets
    assert all(each.duty is Duty.CLOSED for each in day.hall.windows.values())
    assert day.do(OpenDay()) == ()
    assert day.number(day.take()) == "A001"


def test_what_was_learned_of_a_service_is_inherited_by_the_next_day() -> None:
    day = hand()
    day.open(1)
    day.take()
    day.do(CallNext(1))
    day.do(Start(1))
    day.do(Finish(1), minutes=20)
    mean = day.hall.mean_minutes("tax")
    assert mean == pytest.approx(10.0)
    day.do(OpenDay(), minutes=24 * 60)
    assert day.hall.mean_minutes("tax") == mean


# -- paper and devices --------------------------------------------------------------------------------------------


def test_a_slip_says_who_was_ahead_and_a_reprint_keeps_the_number() -> None:
    day = hand()
    day.take()
    day.take("tax", priority_class="elderly")
    ticket = day.take("tax", printer="kiosk-1")
    slip = day.journal[-1]
    assert isinstance(slip, SlipOrdered)
    assert (slip.ahead, slip.reprint, slip.job) == (2, False, f"{ticket}.1")
    (again,) = day.do(Reprint(ticket, "kiosk-1"))
    assert isinstance(again, SlipOrdered)
    assert (again.reprint, again.ticket, again.job) == (True, ticket, f"{ticket}.2")
    day.refuses(Reprint(ticket, "fax"), UnknownPrinter)


def test_a_print_job_ends_once() -> None:
    day = hand()
    ticket = day.take("tax", printer="kiosk-1")
    day.do(ReportSlip(f"{ticket}.1", "failed", "paper out"))
    assert day.do(ReportSlip(f"{ticket}.1", "printed")) == ()
    assert day.hall.slips[f"{ticket}.1"].state == "failed"
    day.refuses(ReportSlip("nothing", "printed"), UnknownSlip)


def test_an_unknown_slip_may_still_turn_out_and_then_its_job_has_ended() -> None:
    day = hand()
    ticket = day.take("tax", printer="kiosk-1")
    day.do(ReportSlip(f"{ticket}.1", "unknown", "the line broke"))
    assert day.do(ReportSlip(f"{ticket}.1", "unknown", "still")) == ()
    day.do(ReportSlip(f"{ticket}.1", "printed"))
    assert day.do(ReportSlip(f"{ticket}.1", "failed")) == ()
    assert day.hall.slips[f"{ticket}.1"].state == "printed"


def test_a_device_is_written_down_only_when_it_changed() -> None:
    day = hand()
    assert day.do(ReportDevice("kiosk-1", "online"))
    assert day.do(ReportDevice("kiosk-1", "online"), minutes=1) == ()
    assert day.do(ReportDevice("kiosk-1", "degraded", ("paper low",)), minutes=1)


# -- another plan -------------------------------------------------------------------------------------------------


def test_a_new_plan_takes_away_nothing_that_people_stand_at() -> None:
    day = hand()
    day.open(1)
    day.take("permit")
    assert day.do(AdoptPlan(day.plan)) == ()
    without_one = plan(windows=plan().windows[1:])
    day.refuses(AdoptPlan(without_one), WindowStillBusy)
    without_permit = plan(
        services=plan().services[:2], windows=(*plan().windows[:3], window(4, Serves("tax")))
    )
    day.refuses(AdoptPlan(without_permit), ServiceStillWanted)
    day.do(CloseWindow(1))
    day.do(AdoptPlan(without_one))
    assert 1 not in day.hall.windows
    assert day.waiting("permit") == ["C001"]


def test_who_was_bound_to_a_window_that_the_new_plan_leaves_out_may_go_to_any() -> None:
    day = hand()
    day.open(1, 3)
    ticket = day.take()
    day.do(CallNext(1))
    day.do(Transfer(1, to_window=1))
    day.do(CloseWindow(1))
    day.do(AdoptPlan(replace(day.plan, windows=day.plan.windows[1:])))
    day.do(CallNext(3))
    assert day.at(3) == day.number(ticket)
