"""Any sequence of commands, over any number of days, keeps the promises of the hall."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.core import POLICIES, decide, evolve
from app.core.bound import may_call
from app.core.commands import (
    AbandonTicket,
    AdoptPlan,
    CallNext,
    CallTicket,
    CancelTicket,
    CloseWindow,
    Command,
    ConfirmTide,
    CoverWindow,
    DismissTide,
    EndDay,
    Finish,
    GrantClass,
    IssueTicket,
    LookAtTide,
    Miss,
    OpenWindow,
    Park,
    Pause,
    PinWindow,
    Recall,
    ReportPresence,
    ReportSlip,
    Reprint,
    Resume,
    ReturnTicket,
    Start,
    TakeOverWindow,
    Transfer,
    UncoverWindow,
)
from app.core.errors import Refusal
from app.core.events import (
    DayOpened,
    Event,
    PlanAdopted,
    ServiceFinished,
    ServiceStarted,
    TicketAbandoned,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketIssued,
    TicketMissed,
    TicketParked,
    TicketRecalled,
    TicketRequeued,
    TicketTransferred,
    TicketVoided,
)
from app.core.hall import Hall
from app.core.plan import FlexibleClerk, HallPlan, Opening, PriorityClass, TideMode, TideRules, WindowKind
from app.core.ticket import AT_A_WINDOW, ENDED, MOVES, Move, Outcome, ParkKind, Status, Ticket, VisitOrder
from app.core.visitrules import DayEnd, VisitRules
from app.core.window import Duty, Pin
from tests.depth import examples

from .hands import MONDAY, Hand, ruled, state
from .hands import window as desk

CHOSEN = ("chosen", "recycled")
"""The reasons of a call that no rule made: a clerk named whom to call, for a reason of its own or back after a miss."""

MOVE_OF: dict[type[Event], Move] = {
    TicketCalled: Move.CALL,
    TicketRecalled: Move.RECALL,
    ServiceStarted: Move.START,
    ServiceFinished: Move.FINISH,
    TicketMissed: Move.MISS,
    TicketParked: Move.PARK,
    TicketTransferred: Move.TRANSFER,
    TicketCancelled: Move.CANCEL,
    TicketAbandoned: Move.ABANDON,
    TicketVoided: Move.VOID,
}

windows = st.integers(1, 6)
services = st.sampled_from(["tax", "social", "permit", "tax", "nothing"])
classes = st.sampled_from(["ordinary", "ordinary", "elderly", "disabled", "rich"])
pick = st.integers(0, 10**6)
reasons = st.sampled_from(["", "  ", "lunch", "papers ready"])


STEPS: dict[str, Callable[[int], Command]] = {
    "start": Start,
    "begin": Start,
    "finish": Finish,
    "recall": Recall,
    "miss": Miss,
    "park": Park,
    "park here": lambda no: Park(no, ParkKind.WINDOW_HOLDS),
    "send": lambda no: Transfer(no, "social"),
    "send to 3": lambda no: Transfer(no, "", 3),
}
"""What a clerk presses."""


def tidal(policy: str, mode: TideMode, day_end: DayEnd) -> HallPlan:
    """The plan with a tidal window whose thresholds are met by anybody who waits."""
    made = ruled(
        policy,
        tide=TideRules(mode=mode, open_at=0.5, close_at=0.4, open_after=0, min_open=1, rest=1),
        visit=VisitRules(day_end=day_end),
    )
    clerks = (FlexibleClerk("clerk"), FlexibleClerk("f1", skills=("tax",)))
    tide = desk(5, "tax", "social", kind=WindowKind.TIDAL)
    taxes, cards, *others = made.services
    return replace(
        made,
        services=(replace(taxes, result_at="social"), replace(cards, pickup=True), *others),
        windows=(*made.windows, tide),
        flexible_clerks=clerks,
        classes=(*made.classes, PriorityClass("priority_return", "二次优先", "Second visit", 0, 30, 2)),
        hours=dict.fromkeys(range(7), (Opening(time.min, time.max),)),
    )


class AnyDay(RuleBasedStateMachine):
    """People and clerks who do anything at any time."""

    @initialize(
        policy=st.sampled_from(sorted(POLICIES)),
        mode=st.sampled_from(TideMode),
        day_end=st.sampled_from(DayEnd),
    )
    def a_hall(self, policy: str, mode: TideMode, day_end: DayEnd) -> None:
        self.hand = Hand(tidal(policy, mode, day_end))
        self.hand.now = MONDAY
        self.empty = Hall(self.hand.plan)
        self.numbers: set[str] = set()
        self.first_arrivals: dict[str, Any] = {}
        self.refused: Counter[str] = Counter()
        for no in (1, 2, 3, 4):
            self.ask(OpenWindow(no))
        for service in ("tax", "social", "permit", "tax"):
            self.people_come(service, "ordinary", "", 2)
            self.people_come(service, "elderly", "kiosk-1", 1)

    # -- one door ------------------------------------------------------------------------------------------------

    def ask(self, command: Command) -> None:
        hall = self.hand.hall
        before = state(hall)
        try:
            events = decide(hall, command, self.hand.now)
        except Refusal as refusal:
            assert state(hall) == before
            assert refusal.text("zh")
            assert refusal.text("en")
            self.refused[refusal.rule] += 1
            return
        assert state(hall) == before, "decide must not change the hall"
        assert decide(hall, command, self.hand.now) == events, "decide must be deterministic"
        for event in events:
            self.watch(event)
            evolve(hall, event)
            self.after(event)
        self.hand.journal += events

    def watch(self, event: Event) -> None:
        """What must hold of an event against the hall before it."""
        hall = self.hand.hall
        ticket_id = getattr(event, "ticket", None)
        self.before: Ticket | None = hall.tickets.get(ticket_id) if ticket_id else None
        if isinstance(event, DayOpened):
            self.numbers = set()
            self.first_arrivals = {}
            self.alive = {each.id for each in hall.live()}
            lost = self.alive if self.hand.plan.rules.visit.day_end is not DayEnd.CARRIED else set()
            assert not lost, "nobody is forgotten at midnight"
        if isinstance(event, TicketCarried):
            assert event.ticket in self.alive, "who is carried over was still there when the day ended"
            assert event.number not in self.numbers
            self.numbers.add(event.number)
            self.first_arrivals[event.ticket] = event.first_arrival
        if isinstance(event, TicketIssued):
            assert event.number not in self.numbers, "no number twice in a day"
            self.numbers.add(event.number)
            self.first_arrivals[event.ticket] = event.at
        if isinstance(event, TicketCalled) and event.why.code not in CHOSEN:
            assert self.before is not None
            for other_id in hall.queues[event.service or self.before.service]:
                other = hall.tickets[other_id]
                if (
                    other.priority_class == self.before.priority_class
                    and other.only_window in (None, event.window)
                    and may_call(hall, other, event.window, event.at)
                    and not other.booked
                    and not self.before.booked
                ):
                    mine = (self.before.queued_at, self.before.entry)
                    assert mine <= (other.queued_at, other.entry), "never overtaken within a class"
        if isinstance(event, TicketRequeued) and self.before:
            move = Move.RETURN if self.before.status is Status.PARKED else Move.REQUEUE
            assert MOVES[self.before.status][move] is Status.WAITING

    def after(self, event: Event) -> None:
        """What must hold of an event against the hall after it."""
        move = MOVE_OF.get(type(event))
        if isinstance(event, ServiceFinished) and event.then:
            move = Move.GO_ON
        if move is not None and self.before is not None:
            now = self.hand.hall.tickets[self.before.id]
            assert MOVES[self.before.status][move] is now.status
            assert now.number == self.before.number
            if move is Move.TRANSFER:
                assert now.transfers == self.before.transfers + 1
                assert now.waited_before >= self.before.waited_before
            if move is Move.GO_ON:
                assert now.waited_before >= self.before.waited_before
                assert {now.service, *now.remaining} == set(self.before.remaining), "nothing is done twice"
            if move is Move.FINISH and self.before.remaining:
                assert isinstance(event, ServiceFinished)
                assert event.outcome is Outcome.DAY_ENDED, "a visit ends when all of it is done"

    # -- people ---------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0, 1, 5, 20, 60, 300, 1800]))
    def time_passes(self, seconds: int) -> None:
        self.hand.now += timedelta(seconds=seconds)

    @rule(hours=st.sampled_from([5, 14, 24, 100]))
    @precondition(lambda self: self.hand.issued > 12)
    def the_night_passes(self, hours: int) -> None:
        self.hand.now += timedelta(hours=hours)

    @rule(
        service=services,
        priority_class=classes,
        printer=st.sampled_from(["", "", "kiosk-1", "fax"]),
        many=st.integers(1, 4),
    )
    def people_come(self, service: str, priority_class: str, printer: str, many: int) -> None:
        for _ in range(many):
            self.hand.issued += 1
            self.ask(IssueTicket(f"t{self.hand.issued}", service, priority_class, "kiosk", printer))

    @rule(visit=st.lists(services, min_size=2, max_size=4), order=st.sampled_from(VisitOrder))
    def somebody_has_several_errands(self, visit: list[str], order: VisitOrder) -> None:
        self.hand.issued += 1
        first, *then = dict.fromkeys(visit) if len(visit) > 2 else visit
        self.ask(IssueTicket(f"t{self.hand.issued}", first, then=tuple(then), order=order))

    @rule()
    def the_same_id_again(self) -> None:
        self.ask(IssueTicket(f"t{self.hand.issued}", "tax"))

    def any_ticket(self, which: int) -> str:
        known = list(self.hand.hall.tickets) or ["nobody"]
        return known[which % len(known)]

    def away(self, which: int) -> str:
        known = [each.id for each in self.hand.hall.live() if each.status in (Status.PARKED, Status.MISSED)]
        return known[which % len(known)] if known else self.any_ticket(which)

    @rule(which=pick)
    def gives_back(self, which: int) -> None:
        self.ask(CancelTicket(self.any_ticket(which)))

    @rule(which=pick, priority_class=classes, reason=reasons)
    def is_granted(self, which: int, priority_class: str, reason: str) -> None:
        self.ask(GrantClass(self.any_ticket(which), priority_class, reason))

    @rule(service=services, holder=st.sampled_from(["hash-1", "hash-2"]))
    def a_known_person_comes(self, service: str, holder: str) -> None:
        self.hand.issued += 1
        self.ask(IssueTicket(f"t{self.hand.issued}", service, holder=holder))

    @rule(which=pick)
    def left(self, which: int) -> None:
        self.ask(AbandonTicket(self.any_ticket(which)))

    @rule(which=pick)
    def comes_back(self, which: int) -> None:
        self.ask(ReturnTicket(self.away(which)))

    @rule(which=pick)
    def prints_again(self, which: int) -> None:
        self.ask(Reprint(self.any_ticket(which), "kiosk-1"))

    @rule(which=pick, word=st.sampled_from(["printed", "failed", "unknown"]))
    def printer_says(self, which: int, word: str) -> None:
        jobs = list(self.hand.hall.slips) or ["none"]
        self.ask(ReportSlip(jobs[which % len(jobs)], word))

    # -- clerks ---------------------------------------------------------------------------------------------------

    def suited(self, no: int, *statuses: Status) -> int:
        """A window where somebody of such a status stands, if there is one: most commands should do something."""
        hall = self.hand.hall
        able = [
            each.no
            for each in hall.windows.values()
            if (ticket := hall.ticket_at(each)) and ticket.status in statuses
        ]
        return able[no % len(able)] if able else no

    @rule(no=windows)
    def next_please(self, no: int) -> None:
        idle = [each.no for each in self.hand.hall.windows.values() if each.duty is Duty.IDLE]
        self.ask(CallNext(idle[no % len(idle)] if idle else no))

    @rule()
    def everybody_calls(self) -> None:
        for no in (1, 2, 3, 4, 5):
            self.ask(CallNext(no))

    @rule(no=windows)
    def whole_service(self, no: int) -> None:
        self.ask(CallNext(no))
        self.ask(Start(no))
        self.hand.now += timedelta(minutes=7)
        self.ask(Finish(no))

    @rule(
        no=st.integers(1, 5),
        steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=3, max_size=12),
        seconds=st.sampled_from([0, 20, 400]),
    )
    def a_clerk_works(self, no: int, steps: list[str], seconds: int) -> None:
        for step in steps:
            self.hand.now += timedelta(seconds=seconds)
            self.ask(CallNext(no))
            self.ask(STEPS[step](no))
            self.every_ticket_is_in_exactly_one_place()

    @rule(no=windows, which=pick, reason=reasons)
    def calls_chosen(self, no: int, which: int, reason: str) -> None:
        self.ask(CallTicket(no, self.any_ticket(which), reason))

    @rule(no=windows)
    def starts(self, no: int) -> None:
        self.ask(Start(self.suited(no, Status.CALLED)))

    @rule(no=windows)
    def finishes(self, no: int) -> None:
        self.ask(Finish(self.suited(no, Status.SERVING)))

    @rule(no=windows)
    def calls_again(self, no: int) -> None:
        self.ask(Recall(self.suited(no, Status.CALLED)))

    @rule(no=windows)
    def nobody_came(self, no: int) -> None:
        self.ask(Miss(self.suited(no, Status.CALLED)))

    @rule(no=windows, kind=st.sampled_from(ParkKind))
    def puts_aside(self, no: int, kind: ParkKind) -> None:
        self.ask(Park(self.suited(no, Status.SERVING), kind))

    @rule(no=windows, service=st.sampled_from(["", "tax", "social"]), to=st.none() | windows)
    def sends_on(self, no: int, service: str, to: int | None) -> None:
        self.ask(Transfer(self.suited(no, Status.CALLED, Status.SERVING), service, to, "wrong desk"))

    @rule(no=windows, person=st.sampled_from(["clerk", "f1", "nobody"]), service=st.sampled_from(["", "tax"]))
    def sends_to_a_person(self, no: int, person: str, service: str) -> None:
        self.ask(Transfer(self.suited(no, Status.SERVING), service, reason="knows it", to_person=person))

    @rule(no=windows, clerk=st.sampled_from(["clerk", "clerk", "f1"]))
    def sits_down(self, no: int, clerk: str) -> None:
        self.ask(OpenWindow(no, clerk))

    @rule(no=windows, outcome=st.sampled_from([Outcome.MATERIALS_MISSING, Outcome.OUTAGE]))
    def is_sent_away(self, no: int, outcome: Outcome) -> None:
        self.ask(Finish(self.suited(no, Status.SERVING), outcome))

    @rule(no=windows)
    def leaves_a_result(self, no: int) -> None:
        self.ask(Finish(self.suited(no, Status.SERVING), result=True))

    @rule(which=pick)
    def fetches_a_result(self, which: int) -> None:
        left_some = [each for each in self.hand.hall.tickets.values() if each.results]
        first = left_some[which % len(left_some)].id if left_some else self.any_ticket(which)
        self.hand.issued += 1
        self.ask(IssueTicket(f"t{self.hand.issued}", "social", pickup_of=first))

    @rule(which=pick, service=services)
    def comes_a_second_time(self, which: int, service: str) -> None:
        done = [each for each in self.hand.hall.tickets.values() if each.status is Status.FINISHED]
        number = done[which % len(done)].number if done else "nobody"
        self.hand.issued += 1
        self.ask(IssueTicket(f"t{self.hand.issued}", service, again=number))

    @rule()
    def the_hall_closes(self) -> None:
        self.hand.now = self.hand.now.replace(hour=23, minute=59, second=59, microsecond=999999)
        self.ask(EndDay())
        self.ask(EndDay())

    @rule(no=windows)
    def closes(self, no: int) -> None:
        self.ask(CloseWindow(no))

    @rule(no=windows, reason=reasons)
    def pauses(self, no: int, reason: str) -> None:
        before = self.hand.hall.windows.get(no)
        self.ask(Pause(no, reason))
        now = self.hand.hall.windows.get(no)
        if before and now and now.duty is Duty.PAUSED and before.duty is not Duty.PAUSED:
            self.ask(Resume(no))
            again = self.hand.hall.windows[no]
            assert (again.duty, again.ticket) == (before.duty, before.ticket), (
                "back to the duty before the pause"
            )
            self.ask(Pause(no, reason))

    @rule(no=windows)
    def goes_on(self, no: int) -> None:
        self.ask(Resume(no))

    @rule(no=windows, clerk=st.sampled_from(["f1", "anna", "berta"]))
    def a_successor_sits_down(self, no: int, clerk: str) -> None:
        self.ask(TakeOverWindow(no, clerk))

    @rule(no=windows, clerk=st.sampled_from(["f1", "anna", "berta"]), reason=reasons, back=st.booleans())
    def a_backup_comes_and_goes(self, no: int, clerk: str, reason: str, back: bool) -> None:
        before = self.hand.hall.windows.get(no)
        self.ask(CoverWindow(no, clerk, reason))
        now = self.hand.hall.windows.get(no)
        if before and now and now.away and not before.away:
            assert now.clerk == clerk
            self.ask(UncoverWindow(no, back))
            again = self.hand.hall.windows[no]
            for name in ("clerk", "profile", "seated", "away", "ticket", "closing", "pin"):
                assert getattr(again, name) == getattr(before, name), "back to what was before the cover"
            assert (again.duty is Duty.PAUSED) is not back

    @rule(clerk=st.sampled_from(["clerk", "f1", "anna"]), away=st.booleans(), reason=reasons)
    def somebody_is_away(self, clerk: str, away: bool, reason: str) -> None:
        self.ask(ReportPresence(clerk, away, reason))

    # -- the tide -------------------------------------------------------------------------------------------------

    @rule()
    def the_tide_looks(self) -> None:
        self.ask(LookAtTide())
        self.ask(LookAtTide())

    @rule(no=windows)
    def the_supervisor_agrees(self, no: int) -> None:
        self.ask(ConfirmTide(no))

    @rule(no=windows)
    def the_supervisor_does_not(self, no: int) -> None:
        self.ask(DismissTide(no))

    @rule(no=windows, pin=st.sampled_from(Pin), reason=reasons)
    def the_supervisor_pins(self, no: int, pin: Pin, reason: str) -> None:
        self.ask(PinWindow(no, pin, reason))

    @rule(less=st.booleans())
    def another_plan(self, less: bool) -> None:
        full = self.hand.plan
        smaller = replace(full, rules=replace(full.rules, recall_cap=1, promise_minutes=20.0))
        self.ask(AdoptPlan(smaller if less else full))

    # -- the promises ---------------------------------------------------------------------------------------------

    @invariant()
    def every_ticket_is_in_exactly_one_place(self) -> None:
        if not hasattr(self, "hand"):
            return
        hall = self.hand.hall
        queued = [each for queue in hall.queues.values() for each in queue]
        fetched = [
            each.pickup_of
            for each in hall.tickets.values()
            if each.pickup_of and each.status not in (Status.CANCELLED, Status.VOID, Status.ABANDONED)
        ]
        assert len(fetched) == len(set(fetched)), "a result is handed out once"
        held = [window.ticket for window in hall.windows.values() if window.ticket]
        assert all(len(queue) == len(set(queue)) for queue in hall.queues.values())
        assert len(held) == len(set(held)), "two windows never hold one ticket"
        for ticket in hall.tickets.values():
            assert (ticket.id in queued) == (ticket.status is Status.WAITING)
            assert (ticket.id in held) == (ticket.status in AT_A_WINDOW)
            assert (ticket.ended_at is not None) == (ticket.status in ENDED)
            assert ticket.first_arrival == self.first_arrivals[ticket.id]
            standing = {code for code, queue in hall.queues.items() if ticket.id in list(queue)}
            assert standing == (set(ticket.queues) if ticket.status is Status.WAITING else set())
            assert not ticket.beside or ticket.order is VisitOrder.FREE
            assert set(ticket.beside) <= set(ticket.remaining)
            assert ticket.service not in ticket.remaining
            if ticket.status in AT_A_WINDOW:
                assert ticket.window is not None
                assert hall.windows[ticket.window].ticket == ticket.id
        for queue in hall.queues.values():
            waiting = [hall.tickets[each] for each in queue]
            assert queue.aside == {each.id for each in waiting if each.behind > 0}
            assert all(each.behind >= 0 for each in waiting)
            spent = {each.id for each in waiting if each.overtaken >= queue.limit}
            assert {ticket_id for _, _, ticket_id in queue.spent} == spent
            assert queue.spent == sorted(queue.spent)
            assert len(queue) == len(list(queue))

    @invariant()
    def a_window_holds_whom_its_duty_says(self) -> None:
        if not hasattr(self, "hand"):
            return
        for window in self.hand.hall.windows.values():
            ticket = self.hand.hall.ticket_at(window)
            duty = window.before if window.duty is Duty.PAUSED else window.duty
            expected = {Duty.CALLING: Status.CALLED, Duty.SERVING: Status.SERVING}.get(duty or Duty.IDLE)
            assert (ticket.status if ticket else None) == expected
            if window.closing:
                assert ticket is not None, "a closing window without a ticket is closed"
            assert 0 <= window.service_minutes <= window.busy_minutes + 1e-6
            assert window.busy_minutes <= window.open_minutes + 1e-6

    @invariant()
    def the_minutes_of_a_window_add_up(self) -> None:
        if not hasattr(self, "hand"):
            return
        hall = self.hand.hall
        staffed: Counter[int] = Counter()
        since: dict[int, Any] = {}
        for event in self.hand.journal:
            kind = type(event).__name__
            no = getattr(event, "window", None)
            if kind == "DayOpened":
                staffed.clear()
                since.clear()
            elif kind in ("WindowOpened", "WindowResumed"):
                since[no] = event.at
            elif kind in ("WindowClosed", "WindowPaused") and no in since:
                staffed[no] += (event.at - since.pop(no)).total_seconds() / 60
        for no, window in hall.windows.items():
            running = (window.since - since[no]).total_seconds() / 60 if no in since and window.since else 0.0
            assert abs(window.open_minutes - staffed[no] - running) < 1e-6

    def teardown(self) -> None:
        if not hasattr(self, "hand"):
            return
        again = self.empty
        for event in self.hand.journal:
            evolve(again, event)
        assert state(again) == state(self.hand.hall), "the journal is the truth"
        assert all(not isinstance(event, PlanAdopted) or event.plan for event in self.hand.journal)


AnyDay.TestCase.settings = examples(40, stateful_step_count=60, suppress_health_check=list(HealthCheck))
TestAnyDay = AnyDay.TestCase
