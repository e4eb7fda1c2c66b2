"""A day lived again, under one rule.

For: `play(plan, day, rule) -> Run`. Visitors come when they came, clerks call, start and finish with the commands of the
real hall, and the tide looks when it wants to; what happened is written down as figures need it (figures.py). There is no
randomness here: the same arguments give the same run, and the same visitor takes as long under every rule.
Not for: the order of calling (app.core), or what is unknown of a day (csvday.py, journalday.py).

A clerk calls the next person `breath` after the last; an idle one at once when somebody comes. A clerk of a tidal window
sits down there the hall's `setup` minutes after it opens, but counts from the opening. Who is missed too often, or runs
out of patience, leaves. What still waits at midnight is left over.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from app.core.assign import wakes
from app.core.commands import (
    AbandonTicket,
    CallNext,
    CloseWindow,
    Command,
    ConfirmTide,
    Finish,
    IssueTicket,
    LookAtTide,
    Miss,
    OpenDay,
    OpenWindow,
    Park,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.decide import decide
from app.core.errors import NobodyWaiting, NothingProposed, NoWindowServes, Refusal, UnknownService
from app.core.events import (
    DayOpened,
    Event,
    ServiceFinished,
    TicketCalled,
    TicketIssued,
    TicketRequeued,
    TicketTransferred,
    TideProposed,
    WindowClosed,
    WindowOpened,
)
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.plan import ORDINARY, HallPlan, WindowKind
from app.core.ticket import Status, Ticket
from app.core.window import Duty
from app.whatif.day import HABITS, Day, Habits, Stage, Then, Visitor
from app.whatif.rules import Rule, Tide

MIDNIGHT = 24 * 60 - 1.0
"""No day goes on beyond this minute."""

SAMPLE = 5
"""Minutes between two counts of those who wait, for the chart."""


@dataclass(frozen=True, slots=True)
class Called:
    """A first call, or somebody who gave up (`came` False): minutes waited, and at which minute of the day."""

    service: str
    priority_class: str
    at: float
    waited: float
    came: bool = True


@dataclass(slots=True)
class Run:
    """What happened. `overtaken`: how often each of the called had been passed in its queue. `waiting`: people waiting,
    every SAMPLE minutes, by minute. `idle`: for each window and service, the minutes in which the window idled while
    somebody waited for the service. `turned_away`: refused numbers, by rule of the hall. `left`: still there at midnight."""

    rule: Rule
    calls: list[Called] = field(default_factory=list)
    overtaken: list[int] = field(default_factory=list)
    waiting: dict[float, int] = field(default_factory=dict)
    idle: Counter[tuple[int, str]] = field(default_factory=Counter)
    turned_away: Counter[str] = field(default_factory=Counter)
    served: int = 0
    left: int = 0
    switches: int = 0
    busy_minutes: float = 0.0
    open_minutes: float = 0.0
    tidal_minutes: float = 0.0
    ended: float = 0.0


def play(
    plan: HallPlan,
    day: Day,
    rule: Rule,
    habits: Habits = HABITS,
    progress: Callable[[float], None] = lambda share: None,
) -> Run:
    """Live `day` in the hall of `plan` under `rule`. `progress` hears now and then the share of the visitors who have
    come, from 0 to 1."""
    return _Replay(rule.of_plan(plan), day, rule, habits, progress).live()


def offset_of(plan: HallPlan, day: Day) -> timezone:
    """The hall's offset on that day, as at noon."""
    noon = datetime.combine(day.date, time(12), ZoneInfo(plan.timezone))
    return timezone(noon.utcoffset() or timedelta())


class _Replay:
    def __init__(
        self, plan: HallPlan, day: Day, rule: Rule, habits: Habits, progress: Callable[[float], None]
    ) -> None:
        self.plan = plan
        self.day = day
        self.rule = rule
        self.habits = habits
        self.progress = progress
        self.run = Run(rule)
        self.hall = Hall(plan)
        self.at = 0.0
        self.midnight = datetime.combine(day.date, time(), offset_of(plan, day))
        self.now = self.midnight
        self.agenda: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.minutes = 0
        self.ahead: dict[str, list[Stage]] = {}
        self.tried: Counter[str] = Counter()
        self.not_ready: set[int] = set()
        self.staffed: set[int] = set()
        self.evening: set[int] = set()
        self.expected_back: Counter[str] = Counter()
        self.tidal = frozenset(each.no for each in plan.windows if each.kind is WindowKind.TIDAL)
        self.tide_looks = bool(self.tidal) and rule.tide not in (Tide.OFF, Tide.RECORDED)

    # -- time ---------------------------------------------------------------------------------------------------

    def live(self) -> Run:
        self._do(OpenDay())
        day = self.day
        evolve(self.hall, DayOpened(at=self.now, day=day.date, learned=day.learned, calendar=day.calendar))
        for place, visitor in enumerate(self.day.visitors):
            self._at(visitor.at, lambda place=place: self._comes(place))  # type: ignore[misc]
        first = self._staff()
        self._at(first, self._minute)
        while self.agenda:
            at, _, act = heapq.heappop(self.agenda)
            if at > MIDNIGHT:
                break
            self.at = at
            self.now = self.midnight + timedelta(minutes=at)
            act()
        return self._sum_up()

    def _staff(self) -> float:
        """Let clerks come and go as they did; the minute at which the day begins."""
        comings = [each.at for each in self.day.visitors]
        for no, stretches in self.rule.change.of_day(self.day).items():
            if no not in self.plan.window or (no in self.tidal and self.rule.tide is not Tide.RECORDED):
                continue
            for stretch in stretches:
                comings.append(stretch.starts)
                self._at(stretch.starts, lambda no=no: self._sits_down(no))  # type: ignore[misc]
                self._at(
                    stretch.ends,
                    lambda no=no, late=stretch.evening: self._gets_up(no, late),  # type: ignore[misc]
                )
        return max(0.0, min(comings, default=0.0))

    def _at(self, at: float, act: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.agenda, (at, self.count, act))

    def _in(self, minutes: float, act: Callable[[], None]) -> None:
        self._at(self.at + minutes, act)

    def _do(self, command: Command) -> tuple[Event, ...]:
        events = decide(self.hall, command, self.now)
        for event in events:
            evolve(self.hall, event)
            kind = type(event)
            if kind is WindowOpened or kind is WindowClosed:
                self.run.switches += event.window in self.tidal  # type: ignore[attr-defined]
            elif kind is ServiceFinished:
                self.run.served += 1
        return events

    def _minute(self) -> None:
        """What happens because time passed: the tide looks, help comes to those who waited past the guarantee, clerks go
        home in the evening."""
        if self.minutes % SAMPLE == 0:
            self._sample()
        self.minutes += 1
        if self.tide_looks:
            self._look()
        waiting = {code for code, queue in self.hall.queues.items() if any(queue.lanes.values())}
        over = True
        for no, window in self.hall.windows.items():
            if window.duty is Duty.CLOSED:
                continue
            if window.duty is Duty.IDLE and no not in self.not_ready:
                mine = self.plan.window[no].services
                for code in waiting.difference(mine):
                    self.run.idle[no, code] += 1
                if not waiting.isdisjoint(mine):
                    self._call(no)
                elif no in self.evening and not any(self.expected_back[code] for code in mine):
                    self.evening.discard(no)
                    self._do(CloseWindow(no))
                    continue
            over = False
        if not over or self.agenda:
            self._in(1.0, self._minute)

    def _sample(self) -> None:
        self.progress(len(self.ahead) / max(1, len(self.day.visitors)))
        people = {ticket for queue in self.hall.queues.values() for ticket in queue}
        self.run.waiting[self.at] = len(people)

    # -- clerks -------------------------------------------------------------------------------------------------

    def _sits_down(self, no: int) -> None:
        self.staffed.add(no)
        self.evening.discard(no)
        if self.hall.windows[no].duty is Duty.CLOSED:
            for event in self._do(OpenWindow(no, f"clerk-{no}")):
                if no in self.tidal:
                    self._heard(event)
            self._call(no)

    def _gets_up(self, no: int, late: bool) -> None:
        self.staffed.discard(no)
        if self.hall.windows[no].duty is Duty.CLOSED:
            return
        if late:
            self.evening.add(no)
        else:
            self._do(CloseWindow(no))

    def _call(self, no: int) -> None:
        window = self.hall.windows[no]
        if window.duty is not Duty.IDLE or no in self.not_ready:
            return
        try:
            events = self._do(CallNext(no))
        except NobodyWaiting:
            return
        (called,) = events
        assert isinstance(called, TicketCalled)
        ticket = self.hall.tickets[called.ticket]
        if ticket.calls == 1 and not ticket.transfers:
            waited = ticket.waited(self.now)
            self.run.calls.append(Called(ticket.service, ticket.priority_class, self.at, waited))
        self.run.overtaken.append(ticket.overtaken)
        stage = self._stage(ticket)
        if self.tried[ticket.id] < stage.missed:
            self.tried[ticket.id] += 1
            self._in(self.hall.plan.rules.estimate.call_minutes, lambda: self._missed(no))
        else:
            self._in(stage.walk, lambda: self._starts(no))

    def _stage(self, ticket: Ticket) -> Stage:
        """What comes next of a visit for the service that somebody is called for."""
        ahead = self.ahead[ticket.id]
        return next((each for each in ahead if each.service == ticket.service), ahead[0])

    def _starts(self, no: int) -> None:
        self._do(Start(no))
        ticket = self.hall.ticket_at(self.hall.windows[no])
        assert ticket is not None
        offer = self.plan.window[no].services.get(ticket.service)
        slowness = offer.slowness if offer else 1.0
        self._in(self._stage(ticket).minutes * slowness, lambda: self._leaves(no))

    def _leaves(self, no: int) -> None:
        ticket = self.hall.ticket_at(self.hall.windows[no])
        assert ticket is not None
        stage, ahead = self._stage(ticket), self.ahead[ticket.id]
        self.tried.pop(ticket.id, None)
        if len(ahead) > 1:
            ahead.remove(stage)
            if stage.then is Then.PARKED:
                self._left(no, Park(no))
                self.expected_back[ticket.service] += 1
                self._in(stage.away, lambda: self._returns(ticket.id))
                return
            if stage.then is Then.SENT_ON and self.plan.windows_of.get(ahead[0].service):
                self._left(no, Transfer(no, ahead[0].service))
                return
        self._left(no, Finish(no))

    def _missed(self, no: int) -> None:
        ticket = self.hall.ticket_at(self.hall.windows[no])
        assert ticket is not None
        self._left(no, Miss(no))
        if self.hall.tickets[ticket.id].status is Status.MISSED:
            self.expected_back[ticket.service] += 1
            self._in(5.0, lambda: self._returns(ticket.id))

    def _returns(self, ticket_id: str) -> None:
        self.expected_back[self.hall.tickets[ticket_id].service] -= 1
        self._do(ReturnTicket(ticket_id))
        self._wake(ticket_id)

    def _left(self, no: int, command: Command) -> None:
        """The person leaves the window; the clerk takes a breath, or goes if the time has come."""
        for event in self._do(command):
            if isinstance(event, TicketRequeued | TicketTransferred | ServiceFinished):
                self._in(0.0, lambda event=event: self._wake(event.ticket))  # type: ignore[misc]
        if self.hall.windows[no].duty is Duty.CLOSED and no in self.staffed:
            self._do(OpenWindow(no, f"clerk-{no}"))
        self.not_ready.add(no)
        self._in(self.habits.breath, lambda: self._arrives(no))

    # -- visitors -----------------------------------------------------------------------------------------------

    def _comes(self, place: int) -> None:
        visitor = self.day.visitors[place]
        ticket = str(place)
        try:
            self._takes_number(ticket, visitor)
        except Refusal as refusal:
            self.run.turned_away[refusal.rule] += 1
            return
        self.ahead[ticket] = list(visitor.stages)
        if visitor.patience is not None:
            self._in(visitor.patience, lambda: self._gives_up(ticket))
        self._wake(ticket)

    def _takes_number(self, ticket: str, visitor: Visitor) -> None:
        """Ask for a number. Who has a booking, or was admitted on the day itself, has a place whatever quotas and hours
        say now: such a number is a fact and no question. Raises Refusal."""
        service = visitor.service or visitor.stages[0].service
        kind = visitor.priority_class if visitor.priority_class in self.plan.priority_class else ORDINARY
        slot = self.midnight + timedelta(minutes=visitor.slot) if visitor.slot is not None else None
        try:
            self._do(IssueTicket(ticket, service, kind, slot=slot, then=visitor.then, order=visitor.order))
        except (UnknownService, NoWindowServes):
            raise
        except Refusal:
            if not visitor.admitted:
                raise
            issued = TicketIssued(
                at=self.now,
                ticket=ticket,
                number=f"{self.plan.service[service].prefix}-{ticket}",
                service=service,
                priority_class=kind,
                slot=slot,
                then=visitor.then,
                order=visitor.order,
            )
            evolve(self.hall, issued)

    def _gives_up(self, ticket_id: str) -> None:
        ticket = self.hall.tickets[ticket_id]
        if ticket.status is Status.WAITING and not ticket.calls:
            waited = ticket.waited(self.now)
            self.run.calls.append(Called(ticket.service, ticket.priority_class, self.at, waited, came=False))
            self._do(AbandonTicket(ticket_id))

    def _wake(self, ticket_id: str) -> None:
        """Somebody waits: the best idle window calls."""
        ticket = self.hall.tickets[ticket_id]
        if ticket.status is not Status.WAITING:
            return
        for service in ticket.queues:
            for no in wakes(self.hall, service):
                if no not in self.not_ready:
                    self._call(no)
                    return

    # -- the tide -----------------------------------------------------------------------------------------------

    def _look(self) -> None:
        for event in self._do(LookAtTide()):
            self._heard(event)
            if isinstance(event, TideProposed) and self.rule.tide is Tide.SUGGEST:
                self._in(self.habits.answer, lambda no=event.window: self._agrees(no))  # type: ignore[misc]

    def _agrees(self, no: int) -> None:
        try:
            events = self._do(ConfirmTide(no))
        except NothingProposed:
            return
        for event in events:
            self._heard(event)

    def _heard(self, event: Event) -> None:
        if isinstance(event, WindowOpened):
            self.not_ready.add(event.window)
            self._in(self.plan.rules.tide.setup, lambda no=event.window: self._arrives(no))  # type: ignore[misc]

    def _arrives(self, no: int) -> None:
        """The clerk has come to the window, or has drawn breath."""
        self.not_ready.discard(no)
        self._call(no)

    # -- the end ------------------------------------------------------------------------------------------------

    def _sum_up(self) -> Run:
        run = self.run
        for no, window in self.hall.windows.items():
            running = (self.now - window.since).total_seconds() / 60 if window.since else 0.0
            staffed = window.open_minutes + (
                running if window.duty in (Duty.IDLE, Duty.CALLING, Duty.SERVING) else 0.0
            )
            run.open_minutes += staffed
            run.tidal_minutes += staffed if no in self.tidal else 0.0
            run.busy_minutes += window.busy_minutes + (
                running if window.duty in (Duty.CALLING, Duty.SERVING) else 0.0
            )
        for ticket in self.hall.tickets.values():
            if ticket.ended_at is None:
                run.left += 1
                if ticket.status is Status.WAITING and not ticket.calls:
                    waited = ticket.waited(self.now)
                    run.calls.append(
                        Called(ticket.service, ticket.priority_class, self.at, waited, came=False)
                    )
            else:
                run.ended = max(run.ended, (ticket.ended_at - self.midnight).total_seconds() / 60)
        return run
