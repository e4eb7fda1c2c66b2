"""The five guarantees of calling and of the tide, while people and clerks do anything at any time.

1. In a queue, inside a class, nobody is overtaken. 2. Nobody is overtaken in the own queue more often than the hall
allows. 3. Who has waited past the guarantee is served before any other service wherever somebody can, so that the rest of
the wait is counted in services. 4. No window idles while it may serve somebody. 5. No tidal window turns more than twice
in half an hour, and never more are open than there are clerks.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.core import act, assign
from app.core.assign import wakes
from app.core.commands import (
    AbandonTicket,
    CallNext,
    CancelTicket,
    Command,
    Finish,
    GrantClass,
    IssueTicket,
    LookAtTide,
    Miss,
    OpenWindow,
    Park,
    Pause,
    PinWindow,
    Resume,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.errors import Refusal
from app.core.events import Event, TicketCalled, WindowClosed, WindowOpened
from app.core.hall import Hall
from app.core.plan import (
    CreditRules,
    FlexibleClerk,
    HallPlan,
    Rules,
    Serves,
    TideMode,
    TideRules,
    WindowKind,
)
from app.core.ticket import Status, VisitOrder
from app.core.window import Duty, Pin
from tests.depth import examples

from .days import Day, county
from .hands import MONDAY, plan, window
from .test_assign import Witness

LIMIT, GUARD = 3, 25.0
"""Small, so that a short story meets them."""

TIDE = TideRules(mode=TideMode.AUTO, open_at=2.0, close_at=1.0, open_after=1.0, close_after=2.0)


def hall_of(limit: int) -> HallPlan:
    """Three services at seven windows: own work, help above a threshold, a slow one, two tidal ones and two clerks."""
    made = plan(
        rules=Rules(policy="credit", credit=CreditRules(overtaken_limit=limit, guard=GUARD), tide=TIDE)
    )
    windows = (
        *made.windows,
        window(5, "tax", "social", kind=WindowKind.TIDAL),
        window(6, "tax", "permit", kind=WindowKind.TIDAL),
        window(7, "social", Serves("permit", rank=2, help_above=1), kind=WindowKind.COMPREHENSIVE),
    )
    return replace(
        made, windows=windows, flexible_clerks=(FlexibleClerk("f1"), FlexibleClerk("f2", skills=("tax",)))
    )


class AnyFairDay(RuleBasedStateMachine):
    """Whatever happens, windows that are free call, as windows do."""

    @initialize(limit=st.sampled_from([LIMIT, 15]))
    def a_hall(self, limit: int) -> None:
        self.plan = hall_of(limit)
        self.hall = Hall(self.plan)
        self.now = MONDAY
        self.issued = 0
        self.witness = Witness()
        self.moves: dict[int, list[datetime]] = defaultdict(list)
        for no in (1, 2, 3, 4, 7):
            self.ask(OpenWindow(no, f"clerk-{no}"))
        for service in ("tax", "social", "permit"):
            self.people_come(service, "ordinary", 4, None)

    def ask(self, command: Command) -> tuple[Event, ...]:
        try:
            before = self.hall.copy()
            events = act(self.hall, command, self.now)
        except Refusal:
            return ()
        for event in events:
            self.saw(before, event)
        return events

    def saw(self, before: Hall, event: Event) -> None:
        if isinstance(event, TicketCalled):
            self.witness(before, event)
        tidal = {each.no for each in self.plan.windows if each.kind is WindowKind.TIDAL}
        if isinstance(event, WindowOpened | WindowClosed) and event.window in tidal:
            self.moves[event.window].append(event.at)

    def everybody_calls(self) -> None:
        """Free windows call until there is nobody for them: the best idle one for each who waits, then all."""
        for code in list(self.hall.queues):
            for no in wakes(self.hall, code)[:1]:
                self.ask(CallNext(no))
        for no, each in self.hall.windows.items():
            if each.duty is Duty.IDLE and assign(self.hall, no, self.now) is not None:
                self.ask(CallNext(no))

    # -- what happens ---------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([0, 1, 1, 2, 5, 12]))
    def time_passes(self, minutes: int) -> None:
        for _ in range(max(1, minutes)):
            self.now += timedelta(minutes=min(1, minutes))
            self.ask(LookAtTide())
            self.everybody_calls()

    @rule(
        service=st.sampled_from(["tax", "social", "permit"]),
        kind=st.sampled_from(["ordinary", "ordinary", "elderly", "disabled"]),
        many=st.integers(1, 5),
        slot=st.none() | st.integers(-20, 20),
    )
    def people_come(self, service: str, kind: str, many: int, slot: int | None) -> None:
        booked = self.now + timedelta(minutes=slot) if slot is not None else None
        for _ in range(many):
            self.issued += 1
            self.ask(IssueTicket(f"t{self.issued}", service, kind, slot=booked))
            self.everybody_calls()

    @rule(
        visit=st.permutations(["tax", "social", "permit"]),
        many=st.integers(2, 3),
        order=st.sampled_from(VisitOrder),
    )
    def somebody_has_several_errands(self, visit: list[str], many: int, order: VisitOrder) -> None:
        self.issued += 1
        first, *then = visit[:many]
        self.ask(IssueTicket(f"t{self.issued}", first, then=tuple(then), order=order))
        self.everybody_calls()

    @rule(no=st.integers(1, 7), how=st.sampled_from(["finish", "finish", "finish", "miss", "park", "send"]))
    def a_clerk_is_done(self, no: int, how: str) -> None:
        if how == "miss":
            self.ask(Miss(no))
        else:
            self.ask(Start(no))
            leaving = {"finish": Finish(no), "park": Park(no), "send": Transfer(no, "social")}
            self.ask(leaving[how])
        self.everybody_calls()

    @rule()
    def every_clerk_is_done(self) -> None:
        for no in list(self.hall.windows):
            self.now += timedelta(seconds=40)
            self.ask(Start(no))
            self.ask(Finish(no))
            self.everybody_calls()

    @rule(which=st.integers(0, 10**6), how=st.sampled_from(["back", "cancel", "left", "grant"]))
    def somebody_changes_plans(self, which: int, how: str) -> None:
        known = [each for each in self.hall.live() if each.status in (Status.PARKED, Status.MISSED)]
        if how != "back":
            known = [each for each in self.hall.live() if each.status is Status.WAITING]
        if not known:
            return
        ticket = known[which % len(known)].id
        asked: dict[str, Command] = {
            "back": ReturnTicket(ticket),
            "cancel": CancelTicket(ticket),
            "left": AbandonTicket(ticket),
            "grant": GrantClass(ticket, "elderly", "a stick"),
        }
        self.ask(asked[how])
        self.everybody_calls()

    @rule(no=st.sampled_from([1, 2, 3, 4, 7]))
    def a_clerk_pauses_for_a_moment(self, no: int) -> None:
        self.ask(Pause(no, "papers"))
        self.now += timedelta(minutes=1)
        self.ask(Resume(no))
        self.everybody_calls()

    @rule(no=st.sampled_from([5, 6]), pin=st.sampled_from(Pin))
    def a_supervisor_pins(self, no: int, pin: Pin) -> None:
        self.ask(PinWindow(no, pin, "a bus"))

    # -- the promises ---------------------------------------------------------------------------------------------

    @invariant()
    def nobody_is_overtaken_too_often(self) -> None:
        if hasattr(self, "hall"):
            limit = self.plan.rules.credit.overtaken_limit
            assert all(each.overtaken <= limit for each in self.hall.tickets.values()), "2"

    @invariant()
    def no_window_idles_while_it_may_serve_somebody(self) -> None:
        if hasattr(self, "hall"):
            for no, each in self.hall.windows.items():
                if each.duty is Duty.IDLE:
                    assert assign(self.hall, no, self.now) is None, "4"

    @invariant()
    def the_tide_neither_flutters_nor_takes_clerks_it_does_not_have(self) -> None:
        if not hasattr(self, "hall"):
            return
        for times in self.moves.values():
            for first, third in zip(times, times[2:], strict=False):
                assert third - first >= timedelta(minutes=30), "5: at most two moves in half an hour"
        out = [self.hall.windows[no].clerk for no in (5, 6) if self.hall.windows[no].duty is not Duty.CLOSED]
        assert len(out) == len(set(out)) <= len(self.plan.flexible_clerks), "5"


AnyFairDay.TestCase.settings = examples(12, stateful_step_count=40, suppress_health_check=list(HealthCheck))
TestAnyFairDay = AnyFairDay.TestCase


@examples(5)
@given(seed=st.integers(0, 10**6), load=st.sampled_from([1.2, 1.8]), size=st.sampled_from([(3, 4), (5, 7)]))
def test_after_the_guarantee_the_rest_of_the_wait_is_counted_in_services(
    seed: int, load: float, size: tuple[int, int]
) -> None:
    """From 60 minutes on, the windows that can serve somebody call only older ones before, and those who may overtake
    them: at most 15 for the own service, and 15 for each other service that still holds somebody older."""
    left: dict[str, int] = {}
    guarded = 0

    def watch(hall: Hall, event: Event) -> None:
        nonlocal guarded
        if not isinstance(event, TicketCalled):
            return
        rules = hall.plan.rules
        old = [
            hall.tickets[each]
            for queue in hall.queues.values()
            for each in queue
            if hall.tickets[each].age(event.at) >= rules.credit.guard
        ]
        left.pop(event.ticket, None)
        for ticket in old:
            capable = [no for no in hall.windows if ticket.service in hall.serves(no)]
            if event.window not in capable:
                continue
            if ticket.id not in left:
                guarded += 1
                reach = {code for no in capable for code in hall.serves(no)}
                older = [
                    hall.tickets[each]
                    for code in reach
                    for each in hall.queues[code]
                    if hall.tickets[each].queued_at < ticket.queued_at
                ]
                others = {each.service for each in older} - {ticket.service}
                left[ticket.id] = len(older) + rules.credit.overtaken_limit * (1 + len(others))
            if ticket.id != event.ticket:
                assert left[ticket.id] > 0, "3: the rest of the wait is bounded"
                left[ticket.id] -= 1

    services, windows = size
    Day(
        county("credit", services, windows),
        seed=seed,
        load=load,
        minutes=200,
        missed=0.0,
        parked=0.0,
        moved=0.0,
        privileged=0.4,
        watch=watch,
    ).live()
    assert guarded > 0 or load < 1.8
