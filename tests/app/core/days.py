"""Random days for the tests: a hall of a given size and a day of people who come, are called, served, missed, parked
and sent on. Seeded, so that a day can be lived twice."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from app.core.assign import wakes
from app.core.commands import (
    CallNext,
    CancelTicket,
    Command,
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
from app.core.errors import NobodyWaiting
from app.core.events import Event, WindowOpened
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.plan import ORDINARY, FlexibleClerk, HallPlan, Rules, Serves, WindowKind
from app.core.ticket import Status, VisitOrder, Wait
from app.core.window import Duty

from .hands import CLASSES, MONDAY, service, window


def county(policy: str = "credit", services: int = 20, windows: int = 30, tidal: int = 0) -> HallPlan:
    """A county hall: each service has a window of its own as far as they go round; every third window is
    comprehensive and serves five, tidal ones everything."""
    made = tuple(
        service(f"s{i:02d}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i], mean_minutes=4.0 + 3.0 * (i % 6))
        for i in range(services)
    )
    codes = [each.code for each in made]
    desks = []
    for no in range(1, windows + 1):
        if no > windows - tidal:
            desks.append(window(no, *codes, kind=WindowKind.TIDAL))
        elif no % 3 == 0:
            mixed = [
                Serves(codes[(no + 4 * k) % services], slowness=1.0 + 0.05 * k)
                for k in range(min(5, services))
            ]
            desks.append(
                window(
                    no,
                    *{each.service: each for each in mixed}.values(),
                    kind=WindowKind.COMPREHENSIVE,
                )
            )
        else:
            desks.append(window(no, codes[(no * 2 // 3) % services]))
    covered = {code for desk in desks for code in desk.services}
    missing = [Serves(code) for code in codes if code not in covered]
    if missing:
        desks[0] = window(1, *desks[0].serves, *missing)
    return HallPlan(
        code="county",
        name="县大厅",
        name_en="County hall",
        timezone="Asia/Shanghai",
        services=made,
        windows=tuple(desks),
        classes=CLASSES,
        flexible_clerks=tuple(FlexibleClerk(f"f{i}") for i in range(tidal)),
        rules=Rules(policy=policy),
    )


@dataclass
class Day:
    """One random day. `watch(hall, event)` is asked before each event is made true. `load`: 1 is as much work as the
    windows can do. `errands`: so many of the people have two or three services on one slip, half of them in free order.
    `giving_up`: so many lose patience within three quarters of an hour."""

    plan: HallPlan
    seed: int = 1
    minutes: int = 120
    load: float = 1.2
    missed: float = 0.05
    parked: float = 0.02
    moved: float = 0.03
    booked: float = 0.0
    privileged: float = 0.2
    errands: float = 0.0
    giving_up: float = 0.0
    watch: Callable[[Hall, Event], None] = lambda hall, event: None
    journal: list[Event] = field(default_factory=list)
    each_minute: Callable[["Day"], None] = lambda day: None
    expects: Callable[[Hall, str, datetime], Wait | None] = lambda hall, service, now: None

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.hall = Hall(self.plan)
        self.now = MONDAY
        self.agenda: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.do(OpenDay())

    def do(self, command: Command) -> tuple[Event, ...]:
        events = decide(self.hall, command, self.now)
        for event in events:
            self.watch(self.hall, event)
            evolve(self.hall, event)
        self.journal += events
        return events

    def after(self, minutes: float, then: Callable[[], None]) -> None:
        self.count += 1
        at = (self.now - MONDAY).total_seconds() / 60 + minutes
        heapq.heappush(self.agenda, (at, self.count, then))

    def live(self) -> "Day":
        """The whole day, until nobody waits or it is night."""
        for each in self.plan.windows:
            if each.kind is not WindowKind.TIDAL:
                self.do(OpenWindow(each.no, f"clerk-{each.no}"))
        for at, code, kind, slot in self._arrivals():
            self.after(at, lambda code=code, kind=kind, slot=slot: self._comes(code, kind, slot))  # type: ignore[misc]
        self.after(1, self._minute)
        while self.agenda:
            at, _, then = heapq.heappop(self.agenda)
            if at > 14 * 60:
                break
            self.now = MONDAY + timedelta(seconds=round(at * 60))
            then()
        return self

    def _minute(self) -> None:
        self.each_minute(self)
        if any(each.kind is WindowKind.TIDAL for each in self.plan.windows):
            for event in self.do(LookAtTide()):
                if isinstance(event, WindowOpened):
                    self.after(self.plan.rules.tide.setup, lambda no=event.window: self.calls(no))  # type: ignore[misc]
        if self.now - MONDAY < timedelta(minutes=self.minutes) or self.hall.live():
            self.after(1, self._minute)

    def _arrivals(self) -> Iterator[tuple[float, str, str, float | None]]:
        staffed = sum(each.kind is not WindowKind.TIDAL for each in self.plan.windows)
        weights = [self.random.random() + 0.2 for _ in self.plan.services]
        mean = sum(w * s.mean_minutes for w, s in zip(weights, self.plan.services, strict=True)) / sum(
            weights
        )
        at = 0.0
        while (at := at + self.random.expovariate(self.load * staffed / mean)) < self.minutes:
            (each,) = self.random.choices(self.plan.services, weights)
            kind = self.random.choices(
                [each.key for each in self.plan.classes], [1 - self.privileged] + [self.privileged / 2] * 2
            )[0]
            slot = at + self.random.uniform(-15, 20) if self.random.random() < self.booked else None
            yield at, each.code, kind, slot

    def _comes(self, code: str, kind: str, slot: float | None) -> None:
        at = MONDAY + timedelta(minutes=slot) if slot is not None else None
        ticket = f"t{self.count:06d}-{self.hall.entries}"
        expected = self.expects(self.hall, code, self.now) if kind == ORDINARY and not at else None
        then, order = self._errands(code)
        self.do(IssueTicket(ticket, code, kind, slot=at, expected=expected, then=then, order=order))
        for each in self.hall.tickets[ticket].queues:
            self.wake(each)
        if self.giving_up and self.random.random() < self.giving_up:
            self.after(self.random.uniform(5, 45), lambda: self._gives_up(ticket))

    def _gives_up(self, ticket: str) -> None:
        if self.hall.tickets[ticket].status is Status.WAITING:
            self.do(CancelTicket(ticket))

    def _errands(self, code: str) -> tuple[tuple[str, ...], VisitOrder]:
        if not self.errands or self.random.random() >= self.errands:
            return (), VisitOrder.FIXED
        others = [each.code for each in self.plan.services if each.code != code]
        then = self.random.sample(others, min(len(others), self.random.randint(1, 2)))
        return tuple(then), self.random.choice(list(VisitOrder))

    def wake(self, code: str) -> None:
        for no in wakes(self.hall, code)[:1]:
            self.calls(no)

    def calls(self, no: int) -> None:
        if self.hall.windows[no].duty is not Duty.IDLE:
            return
        try:
            self.do(CallNext(no))
        except NobodyWaiting:
            return
        if self.random.random() < self.missed:
            self.after(1, lambda: self._leaves(no, Miss(no)))
        else:
            self.after(0.5, lambda: self._starts(no))

    def _starts(self, no: int) -> None:
        self.do(Start(no))
        ticket = self.hall.ticket_at(self.hall.windows[no])
        assert ticket is not None
        mean = self.plan.service[ticket.service].mean_minutes
        takes = self.random.lognormvariate(0, 0.7) * mean * 0.8
        draw = self.random.random()
        leaving: Command = Finish(no)
        if draw < self.parked:
            leaving = Park(no)
        elif draw < self.parked + self.moved:
            leaving = Transfer(no, self.random.choice(self.plan.services).code)
        self.after(max(0.2, takes), lambda: self._leaves(no, leaving))

    def _leaves(self, no: int, command: Command) -> None:
        ticket = self.hall.ticket_at(self.hall.windows[no])
        assert ticket is not None
        self.do(command)
        if isinstance(command, Park):
            self.after(self.random.uniform(5, 20), lambda: self._returns(ticket.id))
        self.calls(no)
        now = self.hall.tickets[ticket.id]
        for code in now.queues if now.status is Status.WAITING else ():
            self.wake(code)

    def _returns(self, ticket_id: str) -> None:
        self.do(ReturnTicket(ticket_id))
        self.wake(self.hall.tickets[ticket_id].service)
