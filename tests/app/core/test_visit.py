"""A visit with several services: one number for all of them, one after the other, and the wait counts."""

from dataclasses import replace

import pytest

from app.core import assign
from app.core.commands import (
    AdoptPlan,
    CallNext,
    CallTicket,
    Finish,
    GrantClass,
    IssueTicket,
    Miss,
    OpenDay,
    Park,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.credit import credit_of
from app.core.errors import (
    AlreadyHolding,
    NobodyWaiting,
    QuotaReached,
    ServiceStillWanted,
    ServiceTwice,
    TooManyServices,
    UnknownService,
)
from app.core.estimate import estimates
from app.core.events import ServiceFinished, SlipOrdered, TicketCalled
from app.core.plan import Rules
from app.core.ticket import Outcome, Status, VisitOrder
from app.core.visitrules import VisitRules

from .hands import MONDAY, Hand, hand, plan, service, window
from .hands import replay as fold_again


def served(h: Hand, no: int, minutes: float = 5.0) -> None:
    """Window `no` calls, serves and finishes whoever is next."""
    h.do(CallNext(no))
    h.do(Start(no))
    h.do(Finish(no), minutes)


def errands(h: Hand, *services: str, order: VisitOrder = VisitOrder.FIXED, **others: object) -> str:
    return h.take(services[0], then=services[1:], order=order, **others)


def test_in_fixed_order_the_same_number_goes_on_to_the_next_service_by_itself() -> None:
    h = hand()
    h.open(1, 2, 4)
    slip = errands(h, "social", "tax", "permit")
    assert (h.waiting("social"), h.waiting("tax")) == (["B001"], [])
    served(h, 2)
    assert (h.waiting("social"), h.waiting("tax"), h.waiting("permit")) == ([], ["B001"], [])
    assert h.ticket(slip).remaining == ("permit",)
    served(h, 1)
    assert h.waiting("permit") == ["B001"]
    served(h, 4)
    done = h.ticket(slip)
    assert (done.status, done.number, done.first_arrival) == (Status.FINISHED, "B001", MONDAY)
    assert [each.then for each in h.journal if isinstance(each, ServiceFinished)] == [
        ("tax", "permit"),
        ("permit",),
        (),
    ]


def test_in_free_order_it_stands_in_every_queue_and_the_first_free_window_takes_it() -> None:
    h = hand()
    h.open(1, 2, 4)
    slip = errands(h, "permit", "tax", "social", order=VisitOrder.FREE)
    assert [h.waiting(code) for code in ("permit", "tax", "social")] == [["C001"]] * 3
    h.do(CallNext(2))
    assert [h.waiting(code) for code in ("permit", "tax", "social")] == [[]] * 3
    h.refuses(CallNext(1), NobodyWaiting)
    assert (h.ticket(slip).service, h.ticket(slip).remaining) == ("social", ("permit", "tax"))
    h.do(Start(2))
    h.do(Finish(2), 5)
    assert [h.waiting(code) for code in ("permit", "tax", "social")] == [["C001"], ["C001"], []]
    served(h, 1)
    served(h, 4)
    assert h.ticket(slip).status is Status.FINISHED
    assert [each.service for each in h.journal if isinstance(each, TicketCalled)] == ["social", "tax", ""]


def test_the_wait_already_endured_counts() -> None:
    h = hand()
    h.open(2)
    slip = errands(h, "social", "tax")
    h.now = MONDAY.replace(minute=20)
    served(h, 2, 5)
    h.take("tax", 10)
    ticket = h.ticket(slip)
    assert (ticket.waited(h.now), ticket.waited_before) == (10.0, 20.0)
    assert credit_of(h.hall, ticket, h.now).minutes == 10 + 10  # half of the 20 minutes before


def test_a_number_for_several_services_takes_part_in_each_limit() -> None:
    services = (service("tax", "A", quota=2), service("social", "B"))
    h = hand(plan=plan(services=services, windows=(window(1, "tax", "social"),)))
    errands(h, "social", "tax", holder="somebody")
    h.refuses(IssueTicket("x", "tax", holder="somebody"), AlreadyHolding)
    h.take("tax")
    h.refuses(IssueTicket("x", "tax"), QuotaReached)
    h.refuses(IssueTicket("x", "social", then=("tax",)), QuotaReached)
    h.take("social")


@pytest.mark.parametrize(
    ("then", "refusal"),
    [
        (("tax", "tax"), ServiceTwice),
        (("social",), ServiceTwice),
        (("tax", "moon"), UnknownService),
        (("tax", "permit"), TooManyServices),
    ],
)
def test_a_slip_that_makes_no_sense_is_refused(then: tuple[str, ...], refusal: type[Exception]) -> None:
    h = hand(
        plan=plan(rules=Rules(visit=VisitRules(services=2 if len(then) > 1 and "permit" in then else 5)))
    )
    h.refuses(IssueTicket("x", "social", then=then), refusal)  # type: ignore[arg-type]


def test_a_hall_that_takes_no_slip_for_several_services_still_takes_one_for_one() -> None:
    h = hand(plan=plan(rules=Rules(visit=VisitRules(services=1))))
    h.take("tax")
    h.refuses(IssueTicket("x", "tax", then=("social",)), TooManyServices)


def test_the_slip_counts_those_before_it_in_the_shortest_of_its_queues() -> None:
    h = hand()
    for _ in range(3):
        h.take("tax")
    h.take("social")
    free, fixed = (
        h.do(IssueTicket(f"x{order}", "tax", printer="kiosk-1", then=("social",), order=order))[-1]
        for order in (VisitOrder.FREE, VisitOrder.FIXED)
    )
    assert isinstance(free, SlipOrdered)
    assert isinstance(fixed, SlipOrdered)
    assert (free.ahead, fixed.ahead) == (1, 4)
    assert h.hall.ahead_of(h.ticket(free.ticket)) == 1


def test_a_miss_a_park_and_a_transfer_concern_the_one_service() -> None:
    h = hand()
    h.open(1, 2, 3)
    slip = errands(h, "social", "permit", "tax", order=VisitOrder.FREE)
    h.do(CallNext(2))
    h.do(Miss(2))
    assert [h.waiting(code) for code in ("permit", "tax", "social")] == [[], [], ["B001"]]
    h.do(CallNext(2))
    h.do(Start(2))
    h.do(Park(2))
    h.do(ReturnTicket(slip))
    assert [h.waiting(code) for code in ("permit", "tax", "social")] == [[], [], ["B001"]]
    h.do(CallNext(2))
    h.do(Start(2))
    h.do(Transfer(2, "tax", reason="it was a tax after all"))
    assert (h.ticket(slip).service, h.ticket(slip).remaining) == ("tax", ("permit",))
    served(h, 1)
    assert h.waiting("permit") == ["B001"]


def test_a_class_granted_by_hand_counts_in_every_queue() -> None:
    h = hand()
    h.open(1, 2)
    h.take("tax")
    h.take("social")
    slip = errands(h, "social", "tax", order=VisitOrder.FREE)
    h.do(GrantClass(slip, "disabled", "card seen"))
    choice = assign(h.hall, 1, h.now)
    assert choice is not None
    assert (choice.ticket, choice.service) == (slip, "tax")


def test_a_chosen_ticket_is_called_for_a_service_of_that_window() -> None:
    h = hand()
    h.open(1)
    slip = errands(h, "permit", "tax", order=VisitOrder.FREE)
    h.do(CallTicket(1, slip, "has to catch a train"))
    assert (h.ticket(slip).service, h.ticket(slip).remaining) == ("tax", ("permit",))


def test_who_is_passed_too_often_in_one_queue_is_passed_in_none() -> None:
    h = hand(plan=plan(rules=Rules(credit=replace(Rules().credit, overtaken_limit=2))))
    h.open(1, 2)
    errands(h, "tax", "social", order=VisitOrder.FREE)
    for _ in range(3):
        h.take("tax", priority_class="disabled")
        h.take("social", priority_class="disabled")
    for no in (1, 2):
        h.do(CallNext(no))
        h.do(Start(no))
        h.do(Finish(no), 1)
    h.do(CallNext(1))
    assert h.at(1) == "A001"


def test_a_plan_that_drops_a_service_still_to_come_is_refused() -> None:
    h = hand()
    errands(h, "tax", "permit")
    full = h.plan
    less = replace(full, services=full.services[:2], windows=full.windows[:3])
    h.refuses(AdoptPlan(less), ServiceStillWanted)


def test_the_estimate_of_a_free_visit_is_the_soonest_of_its_queues() -> None:
    h = hand()
    h.open(1, 2)
    for _ in range(4):
        h.take("tax")
    h.take("social")
    slip = errands(h, "tax", "social", order=VisitOrder.FREE)
    fixed = errands(h, "tax", "social")
    told = estimates(h.hall, h.now).tickets
    assert told[slip].minutes < told[fixed].minutes
    assert len(told) == 7


def test_the_day_ends_a_visit_that_is_not_over() -> None:
    h = hand()
    h.open(1)
    slip = errands(h, "tax", "social")
    h.do(CallNext(1))
    h.do(Start(1))
    ended = [each for each in h.do(OpenDay(), 24 * 60) if isinstance(each, ServiceFinished)]
    assert [(each.ticket, each.outcome, each.then) for each in ended] == [(slip, Outcome.DAY_ENDED, ())]


def test_the_same_journal_gives_the_same_visit() -> None:
    h = hand()
    h.open(1, 2)
    errands(h, "tax", "social", order=VisitOrder.FREE)
    served(h, 2)
    served(h, 1)
    again = fold_again(h.plan, h.journal)
    assert vars(again.copy()) == vars(h.hall.copy())
