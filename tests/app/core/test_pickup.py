"""Results that are fetched later: a number of its own, windows of its own, and no wait for the back office."""

from dataclasses import replace

import pytest

from app.core.commands import CallNext, CancelTicket, Finish, IssueTicket, Start
from app.core.errors import AlreadyHolding, LeavesNothing, NobodyWaiting, NothingToPickUp
from app.core.events import ServiceFinished
from app.core.plan import WindowKind
from app.core.ticket import Status, VisitOrder

from .hands import Hand, hand, plan, service, window


def hall_with_results() -> Hand:
    """Two services that leave results, one that does not, and an issuing window."""
    h = hand(
        plan=plan(
            services=(
                service("tax", "A"),
                service("permit", "C", result_at="papers"),
                service("card", "D", result_at="cards"),
                service("papers", "P", mean_minutes=2.0, pickup=True),
                service("cards", "K", mean_minutes=2.0, pickup=True),
            ),
            windows=(
                window(1, "tax", "permit", "card"),
                window(2, "papers", "cards", kind=WindowKind.ISSUING),
            ),
        )
    )
    h.open(1, 2)
    return h


def served(h: Hand, no: int, *, result: bool = False) -> None:
    h.do(CallNext(no))
    h.do(Start(no))
    h.do(Finish(no, result=result), 5)


def test_a_result_is_fetched_with_a_new_number_at_the_issuing_window_and_nobody_waited_meanwhile() -> None:
    h = hall_with_results()
    first = h.take("permit")
    served(h, 1, result=True)
    done = h.journal[-1]
    assert isinstance(done, ServiceFinished)
    assert done.result == "papers"
    assert (h.ticket(first).status, h.ticket(first).results) == (Status.FINISHED, ("papers",))
    fetching = h.take("papers", minutes=240, pickup_of="C001")
    ticket = h.ticket(fetching)
    assert (ticket.number, ticket.pickup_of, ticket.waited_before) == ("P001", first, 0)
    assert ticket.waited(h.now) == 0
    h.refuses(CallNext(1), NobodyWaiting)
    served(h, 2)
    assert h.ticket(fetching).status is Status.FINISHED


def test_a_result_is_handed_out_once_and_lies_there_still_when_the_number_is_given_back() -> None:
    h = hall_with_results()
    h.take("permit")
    served(h, 1, result=True)
    fetching = h.take("papers", pickup_of="C001")
    h.refuses(IssueTicket("x", "papers", pickup_of="C001"), NothingToPickUp)
    h.do(CancelTicket(fetching))
    h.take("papers", pickup_of="ticket-00001")


@pytest.mark.parametrize(
    ("service_code", "of"), [("papers", "A001"), ("cards", "C001"), ("tax", "C001"), ("tax", "of-yesterday")]
)
def test_nothing_lies_where_nothing_was_left(service_code: str, of: str) -> None:
    h = hall_with_results()
    h.take("tax")
    served(h, 1)
    h.take("permit")
    served(h, 1, result=True)
    h.refuses(IssueTicket("x", service_code, pickup_of=of), NothingToPickUp)


def test_a_service_without_a_place_for_its_results_leaves_none() -> None:
    h = hall_with_results()
    h.take("tax")
    h.do(CallNext(1))
    h.do(Start(1))
    h.refuses(Finish(1, result=True), LeavesNothing)
    h.do(Finish(1))


def test_a_visit_that_left_two_results_fetches_both_with_one_number() -> None:
    h = hall_with_results()
    first = h.take("permit", then=("card",))
    served(h, 1, result=True)
    served(h, 1, result=True)
    assert h.ticket(first).results == ("papers", "cards")
    h.take("cards", then=("papers",), order=VisitOrder.FREE, pickup_of="C001")
    served(h, 2)
    served(h, 2)
    assert not h.hall.live()


def test_a_pick_up_number_needs_no_earlier_one_and_is_no_errand_of_the_day() -> None:
    h = hall_with_results()
    h.take("tax", holder="somebody")
    h.take("permit", holder="somebody")
    h.take("papers", holder="somebody")
    h.take("papers", holder="somebody")
    h.refuses(IssueTicket("x", "tax", holder="somebody"), AlreadyHolding)


def test_how_long_a_result_takes_to_hand_out_is_learned_apart() -> None:
    h = hall_with_results()
    h.take("permit")
    served(h, 1, result=True)
    before = h.hall.mean_minutes("permit")
    h.take("papers", pickup_of="C001")
    served(h, 2)
    assert h.hall.mean_minutes("permit") == before
    assert h.hall.mean_minutes("papers") > 2.0
    assert replace(h.plan).pickups == {"papers", "cards"}
