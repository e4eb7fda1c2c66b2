"""Whom a window calls: the rules by example, and the guarantees of `credit` on random days."""

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core import POLICIES, assign, wakes
from app.core.commands import CallNext, CallTicket, Finish, Miss, OpenWindow, Start, Transfer
from app.core.credit import credit_of
from app.core.events import Event, TicketCalled
from app.core.hall import Hall
from app.core.heads import heads
from app.core.load import capacity
from app.core.plan import CreditRules, HallPlan, Missed, MissedRule, RatioRules, Rules, Serves, WindowKind
from app.core.ticket import Ticket
from app.core.window import Duty
from tests.depth import examples

from .days import Day, county
from .hands import MONDAY, Hand, hand, plan, ruled, service, window


def called(day: Hand, no: int, minutes: float = 0.0) -> str:
    """Whom the window calls; it is finished at once."""
    day.do(CallNext(no), minutes)
    number = day.at(no)
    day.do(Start(no))
    day.do(Finish(no))
    return number


def why(day: Hand, no: int) -> tuple[str, dict[str, Any]]:
    choice = assign(day.hall, no, day.now)
    assert choice is not None
    return choice.why.code, dict(choice.why.facts)


# -- the plain rules ----------------------------------------------------------------------------------------------


def test_fifo_calls_who_came_first_whatever_the_service_and_class() -> None:
    day = hand(plan=ruled("fifo"))
    day.open(3)
    day.take("social")
    day.take("tax", minutes=1)
    day.take("tax", minutes=1, priority_class="elderly")
    assert [called(day, 3) for _ in range(3)] == ["B001", "A001", "A002"]


def test_priority_calls_own_work_before_help_then_the_class_then_who_came_first() -> None:
    day = hand(plan=ruled("priority"))
    day.open(3)
    day.take("social", priority_class="elderly")
    day.take("tax", minutes=1)
    day.take("tax", minutes=1, priority_class="elderly")
    assert [called(day, 3) for _ in range(3)] == ["A002", "A001", "B001"]


def test_ratio_calls_so_many_of_the_priority_classes_then_so_many_others() -> None:
    day = hand(plan=plan(rules=Rules(policy="ratio", ratio=RatioRules(priority=2, ordinary=1))))
    day.open(1)
    for _ in range(4):
        day.take("tax")
    for _ in range(5):
        day.take("tax", priority_class="elderly")
    order = [called(day, 1) for _ in range(9)]
    assert order == ["A005", "A006", "A001", "A007", "A008", "A002", "A009", "A003", "A004"]


def test_help_begins_only_above_its_threshold() -> None:
    day = hand()
    day.open(4)
    for _ in range(2):
        day.take("tax")
    assert assign(day.hall, 4, day.now) is None
    day.take("tax")
    assert called(day, 4) == "A001"
    assert assign(day.hall, 4, day.now) is None


def test_who_waits_past_the_guarantee_is_helped_below_the_threshold_too() -> None:
    day = hand(plan=ruled("credit"))
    day.open(4)
    day.take("tax")
    day.now += timedelta(minutes=60)
    assert called(day, 4) == "A001"


# -- credit -------------------------------------------------------------------------------------------------------


def credit_day(**others: Any) -> Hand:
    day = hand(plan=ruled("credit", **others))
    day.open(3)
    return day


@pytest.mark.parametrize(
    ("kind", "minutes", "credit"),
    [("ordinary", 8, 8.0), ("elderly", 8, 61.0), ("disabled", 8, 76.0)],
)
def test_credit_is_the_head_start_and_the_minutes_by_the_slope(
    kind: str, minutes: float, credit: float
) -> None:
    day = credit_day()
    ticket = day.take("tax", priority_class=kind)
    day.now += timedelta(minutes=minutes)
    assert credit_of(day.hall, day.ticket(ticket), day.now).minutes == credit


def test_half_of_the_wait_at_earlier_windows_counts_up_to_fifteen_minutes() -> None:
    for waited, earlier in ((10, 5.0), (30, 15.0), (50, 15.0)):
        day = credit_day()
        day.open(1)
        ticket = day.take("tax")
        day.do(CallNext(1), minutes=waited)
        day.do(Transfer(1, "social"), minutes=1)
        day.now += timedelta(minutes=4)
        assert credit_of(day.hall, day.ticket(ticket), day.now).minutes == 4 + earlier


def test_a_booking_is_ten_minutes_old_at_its_slot_and_less_than_nothing_long_before() -> None:
    day = credit_day()
    early = day.take("tax", slot=MONDAY + timedelta(minutes=30))
    assert credit_of(day.hall, day.ticket(early), day.now).minutes == -20
    day.now += timedelta(minutes=30)
    assert credit_of(day.hall, day.ticket(early), day.now).minutes == 10
    late = day.take("tax", slot=MONDAY)
    assert credit_of(day.hall, day.ticket(late), day.now).minutes == 10
    protected = day.take("tax", slot=day.now, priority_class="elderly")
    day.now += timedelta(minutes=2)
    assert credit_of(day.hall, day.ticket(protected), day.now).minutes == 57


def test_an_early_booking_does_not_jump_but_an_idle_window_takes_it() -> None:
    day = credit_day()
    day.take("tax", slot=MONDAY + timedelta(minutes=30))
    day.take("tax", minutes=5)
    assert [called(day, 3), called(day, 3)] == ["A002", "A001"]


def test_minutes_stretch_with_the_promise() -> None:
    day = credit_day(promise_minutes=30.0)
    ticket = day.take("tax", priority_class="elderly")
    booked = day.take("tax", slot=MONDAY)
    assert credit_of(day.hall, day.ticket(ticket), day.now).minutes == 90
    assert credit_of(day.hall, day.ticket(booked), day.now).minutes == 20


def test_a_queue_that_needs_longer_to_clear_goes_first() -> None:
    day = credit_day()
    day.open(1)
    for _ in range(6):
        day.take("social")
    day.take("tax", minutes=-0.5)
    code, facts = why(day, 3)
    assert (code, facts["number"], facts["runner_up"]) == ("credit", "B001", "A001")
    assert facts["drain"] > facts["runner_up_drain"]


def test_a_short_service_is_a_little_favoured_between_half_and_double() -> None:
    made = plan(
        services=(service("long", "A", mean_minutes=60.0), service("short", "B", mean_minutes=5.0)),
        windows=(
            window(1, "long", "short"),
            window(2, "long"),
            window(3, "short", Serves("long", slowness=2)),
        ),
        rules=Rules(policy="credit"),
    )
    day = hand(plan=made)
    day.take("long")
    day.take("short")
    day.now += timedelta(minutes=10)
    code, facts = why(day, 1)
    assert (code, facts["number"], facts["short"]) == ("credit", "B001", 2.0)
    assert facts["score"] == pytest.approx(2 * (10 + facts["drain"]), abs=0.2)


def test_alone_in_its_window_a_service_needs_no_comparison_of_queues() -> None:
    day = credit_day()
    day.open(1)
    day.take("tax")
    _, facts = why(day, 1)
    assert (facts["drain"], facts["short"]) == (0.0, 1.0)


def test_the_reason_carries_every_number_that_decided() -> None:
    day = credit_day()
    day.take("tax")
    day.take("social", minutes=1)
    day.take("tax", minutes=1, priority_class="elderly")
    day.now += timedelta(minutes=8)
    code, facts = why(day, 3)
    assert code == "credit"
    assert facts | {} == facts
    assert {
        "window": 3,
        "number": "A002",
        "priority_class": "elderly",
        "class_zh": "老年人",
        "class_en": "Elderly",
        "queue": "A",
        "credit": 61.0,
        "head_start": 45.0,
        "slope": 2.0,
        "age": 8.0,
        "waited": 8.0,
        "overtaken": "A001:1",
        "overtaken_count": 1,
        "limit": 15,
        "runner_up": "B001",
    }.items() <= facts.items()


def test_who_was_overtaken_fifteen_times_is_passed_no_more() -> None:
    day = credit_day()
    waits = day.take("tax")
    for _ in range(20):
        day.take("tax", priority_class="disabled")
    order = [called(day, 3) for _ in range(15)]
    assert "A001" not in order
    assert day.ticket(waits).overtaken == 15
    code, facts = why(day, 3)
    assert (code, facts["number"], facts["times"]) == ("spent", "A001", 15)


def test_after_sixty_minutes_a_window_that_can_serves_that_service_and_no_other() -> None:
    day = credit_day()
    day.open(2)
    day.take("social")
    day.now += timedelta(minutes=59)
    for _ in range(10):
        day.take("tax", priority_class="disabled")
    assert why(day, 3)[1]["number"] == "A001"
    day.now += timedelta(minutes=1)
    code, facts = why(day, 3)
    assert (code, facts["number"], facts["guarded_age"]) == ("guard", "B001", 60.0)


def test_of_several_past_sixty_minutes_the_oldest_decides() -> None:
    day = credit_day()
    day.take("social")
    day.take("tax", minutes=1)
    day.now += timedelta(minutes=70)
    assert called(day, 3) == "B001"
    assert called(day, 3) == "A001"


# -- capacity and waking ------------------------------------------------------------------------------------------


def test_capacity_shares_a_window_where_the_work_is() -> None:
    assert capacity([("a",), ("a", "b")], {"a": 0.0, "b": 30.0}) == {"a": 1.0, "b": 1.0}
    even = capacity([("a", "b"), ("a", "b")], {"a": 10.0, "b": 10.0})
    assert even == {"a": 1.0, "b": 1.0}
    skewed = capacity([("a", "b")], {"a": 30.0, "b": 10.0})
    assert skewed["a"] > skewed["b"] > 0
    assert capacity([], {"a": 10.0}) == {"a": 0.0}
    assert capacity([("a", "b")], {"a": 0.0, "b": 0.0}) == {"a": 0.5, "b": 0.5}


@example([["a", "b"], ["a", "b"]], {"a": 0.0, "b": 2.2250738585072014e-308, "c": 0.0, "d": 0.0})
@given(
    st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True), max_size=8),
    st.fixed_dictionaries({code: st.floats(0, 500) for code in "abcd"}),
)
def test_the_shares_of_all_services_are_the_windows_there_are(
    windows: list[list[str]], work: dict[str, float]
) -> None:
    share = capacity([tuple(each) for each in windows], work)
    assert sum(share.values()) == pytest.approx(len(windows))
    assert all(each >= 0 for each in share.values())


def test_a_newcomer_wakes_the_window_that_the_others_need_least() -> None:
    made = plan(
        windows=(
            window(1, Serves("tax", slowness=1.3)),
            window(2, "tax", "social", "permit", kind=WindowKind.TIDAL),
            window(3, "tax", "social", "permit", kind=WindowKind.COMPREHENSIVE),
            window(4, "tax", "social", kind=WindowKind.COMPREHENSIVE),
            window(5, "tax"),
            window(6, "tax"),
            window(7, Serves("tax", help_above=3)),
        )
    )
    day = hand(plan=made)
    day.open(6)
    day.now += timedelta(minutes=1)
    day.open(1, 2, 3, 4, 5, 7)
    assert wakes(day.hall, "tax") == (6, 5, 4, 3, 2, 1)


# -- the guarantees, on random days -------------------------------------------------------------------------------


def limited(hall: HallPlan, limit: int) -> HallPlan:
    return replace(hall, rules=replace(hall.rules, credit=CreditRules(overtaken_limit=limit)))


class Witness:
    """Stands in the hall all day and checks every call of the policy."""

    def __init__(self) -> None:
        self.codes: Counter[str] = Counter()

    def __call__(self, hall: Hall, event: Event) -> None:
        if not isinstance(event, TicketCalled) or event.why.code == "chosen":
            return
        self.codes[event.why.code] += 1
        ticket = hall.tickets[event.ticket]
        called_for = event.service or ticket.service
        queue = [hall.tickets[each] for each in hall.queues[called_for]]
        mine = (ticket.queued_at, ticket.entry)
        rules = hall.plan.rules
        limit, guard = rules.credit.overtaken_limit, rules.credit.guard * rules.stretch
        for other in queue:
            if other.id == ticket.id or (other.queued_at, other.entry) > mine:
                continue
            if other.only_window not in (None, event.window):
                continue
            same = other.priority_class == ticket.priority_class and not other.booked and not ticket.booked
            assert not same, "1: never overtaken within a class"
            assert other.overtaken < limit, "2: nobody passes who was passed 15 times"
        others: list[Ticket] = [
            hall.tickets[each]
            for serves in hall.offers(event.window)
            if serves.service != called_for
            for each in hall.queues[serves.service]
            if hall.tickets[each].only_window in (None, event.window)
        ]
        for other in others:
            if other.age(event.at) >= guard:
                oldest = min(each.queued_at for each in queue)
                assert oldest <= other.queued_at, "3: no other service from 60 minutes on"

    def nobody_idles(self, hall: Hall) -> None:
        for no, state in hall.windows.items():
            if state.duty is Duty.IDLE:
                assert not list(heads(hall, no, MONDAY)), "4: no window idles while it may serve somebody"


@examples(12)
@given(
    seed=st.integers(0, 10**6),
    load=st.sampled_from([0.7, 1.1, 1.8]),
    size=st.sampled_from([(3, 4), (8, 10), (20, 30)]),
    booked=st.sampled_from([0.0, 0.3]),
    privileged=st.sampled_from([0.2, 0.5]),
    errands=st.sampled_from([0.0, 0.4]),
    limit=st.sampled_from([15, 3]),
    restless=st.sampled_from([0.0, 0.3]),
)
def test_the_guarantees_of_credit_hold_on_any_day(
    seed: int,
    load: float,
    size: tuple[int, int],
    booked: float,
    privileged: float,
    errands: float,
    limit: int,
    restless: float,
) -> None:
    """`restless`: so many more are missed when called, to come back behind five others, and twice as many give up waiting."""
    services, windows = size
    witness = Witness()
    made = limited(county("credit", services, windows), limit)
    if restless:
        patient = Missed(MissedRule.AFTER_N, places=5, times=3)
        made = replace(made, services=tuple(replace(each, missed=patient) for each in made.services))
    day = Day(
        made,
        seed=seed,
        load=load,
        minutes=150 if windows < 30 else 60,
        booked=booked,
        privileged=privileged,
        errands=errands,
        missed=0.05 + restless,
        giving_up=2 * restless,
        watch=witness,
        each_minute=lambda day: witness.nobody_idles(day.hall),
    ).live()
    assert witness.codes.total() > 10
    assert all(each.overtaken <= day.plan.rules.credit.overtaken_limit for each in day.hall.tickets.values())


def test_a_long_overloaded_day_meets_both_guarantees() -> None:
    witness = Witness()
    few = limited(county("credit", 4, 5), 4)
    Day(few, seed=5, load=1.7, minutes=240, privileged=0.5, watch=witness).live()
    assert {"credit", "guard", "spent"} <= set(witness.codes)


def test_a_day_that_is_lived_twice_is_the_same_day() -> None:
    def once() -> list[Event]:
        return Day(county("credit", 6, 8), seed=7, minutes=60).live().journal

    assert once() == once()


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_no_rule_of_calling_breaks_the_order_inside_a_class_or_lets_a_window_idle(policy: str) -> None:
    def watch(hall: Hall, event: Event) -> None:
        if isinstance(event, TicketCalled):
            ticket = hall.tickets[event.ticket]
            for each in hall.queues[ticket.service]:
                other = hall.tickets[each]
                if other.priority_class == ticket.priority_class and other.only_window is None:
                    assert (ticket.queued_at, ticket.entry) <= (other.queued_at, other.entry)

    witness = Witness()
    Day(
        county(policy, 6, 8),
        seed=3,
        minutes=60,
        watch=watch,
        each_minute=lambda day: witness.nobody_idles(day.hall),
    ).live()


def test_choosing_in_a_full_county_hall_takes_less_than_five_milliseconds() -> None:
    made = county("credit", 20, 30)
    everything = window(30, *(each.code for each in made.services), kind=WindowKind.COMPREHENSIVE)
    made = replace(made, windows=(*made.windows[:-1], everything))
    day = hand(plan=made)
    for number in range(300):
        kinds = ("ordinary", "ordinary", "elderly", "ordinary", "disabled")
        day.take(f"s{number % 20:02d}", minutes=0.1, priority_class=kinds[number % 5])
    day.open(*(each.no for each in made.windows))
    took = []
    for _ in range(125):
        for no in (30, 3, 6, 9):
            begun = (
                time.thread_time()
            )  # of this thread: what a neighbour on the same core does is not our time
            assert assign(day.hall, no, day.now) is not None
            took.append(time.thread_time() - begun)
    took.sort()
    p99 = took[int(0.99 * len(took))]
    assert p99 < 0.005, f"p99 {p99 * 1000:.2f} ms"


def test_another_promise_moves_the_guarantee_with_it() -> None:
    made = plan(rules=Rules(policy="credit", promise_minutes=5.0, credit=CreditRules(guard=60.0)))
    day = hand(plan=made)
    day.open(3)
    day.take("social")
    day.take("tax", minutes=19, priority_class="disabled")
    assert why(day, 3)[0] == "credit"
    day.now += timedelta(minutes=1)
    assert why(day, 3)[0] == "guard"


def test_a_called_by_hand_ticket_counts_as_an_overtaking_too() -> None:
    day = credit_day()
    first, second = day.take("tax"), day.take("tax")
    day.do(CallTicket(3, second, "a wheelchair"))
    assert day.ticket(first).overtaken == 1
    day.do(Miss(3))
    day.open(1)
    day.do(OpenWindow(2))
    assert called(day, 1) == "A001"
