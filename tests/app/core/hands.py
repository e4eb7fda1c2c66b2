"""A hall in one's hand, for the tests of the core: small plans, a clock that is only set, and the comparison of halls."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from app.core import Hall, decide, evolve
from app.core.commands import Command, IssueTicket, OpenDay, OpenWindow
from app.core.errors import Refusal
from app.core.events import Event
from app.core.plan import (
    ORDINARY,
    DeviceKind,
    DevicePlan,
    HallPlan,
    Missed,
    MissedRule,
    PriorityClass,
    Rules,
    Serves,
    Service,
    WindowKind,
    WindowPlan,
)
from app.core.ticket import Ticket

ZONE = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)

CLASSES = (
    PriorityClass(ORDINARY, "普通", "Ordinary"),
    PriorityClass("elderly", "老年人", "Elderly", rank=0, head_start=45, slope=2),
    PriorityClass("disabled", "残疾人", "Disabled", rank=0, head_start=60, slope=2),
)


def service(code: str, prefix: str, **others: Any) -> Service:
    """A service of ten minutes."""
    return Service(
        code, f"{code}业务", code.capitalize(), prefix, others.pop("mean_minutes", 10.0), "z", **others
    )


def window(no: int, *services: str | Serves, kind: WindowKind = WindowKind.PROFESSIONAL) -> WindowPlan:
    """A window with services of its own."""
    return WindowPlan(
        no, kind, "z", tuple(each if isinstance(each, Serves) else Serves(each) for each in services)
    )


def plan(**others: Any) -> HallPlan:
    """Three services, each with its own missed rule, and four windows of which one is comprehensive."""
    made = HallPlan(
        code="test",
        name="测试大厅",
        name_en="Test hall",
        timezone="Asia/Shanghai",
        services=(
            service("tax", "A", mean_minutes=9.0),
            service("social", "B", mean_minutes=6.0, missed=Missed(MissedRule.TAIL, times=2)),
            service("permit", "C", mean_minutes=20.0, missed=Missed(MissedRule.RECYCLE)),
        ),
        windows=(
            window(1, "tax"),
            window(2, "social"),
            window(3, "tax", Serves("social", rank=2), kind=WindowKind.COMPREHENSIVE),
            window(4, "permit", Serves("tax", rank=2, slowness=1.2, help_above=2)),
        ),
        classes=CLASSES,
        devices=(DevicePlan("kiosk-1", DeviceKind.PRINTER, "escpos+tcp://127.0.0.1:9100"),),
    )
    return replace(made, **others)


def ruled(policy: str, **others: Any) -> HallPlan:
    """The plan under another rule of calling."""
    return plan(rules=Rules(policy=policy, **others))


@dataclass
class Hand:
    """A hall, its clock and its journal."""

    plan: HallPlan = field(default_factory=plan)
    now: datetime = MONDAY
    journal: list[Event] = field(default_factory=list)
    issued: int = 0

    def __post_init__(self) -> None:
        self.hall = Hall(self.plan)

    def do(self, command: Command, minutes: float = 0.0) -> tuple[Event, ...]:
        """Let `minutes` pass, give the command, make its events true."""
        self.now += timedelta(minutes=minutes)
        events = decide(self.hall, command, self.now)
        for event in events:
            evolve(self.hall, event)
        self.journal += events
        return events

    def refuses(self, command: Command, refusal: type[Refusal], minutes: float = 0.0) -> Refusal:
        """The command is refused, and nothing changes."""
        self.now += timedelta(minutes=minutes)
        before = state(self.hall)
        with pytest.raises(refusal) as caught:
            decide(self.hall, command, self.now)
        assert state(self.hall) == before
        return caught.value

    def open(self, *windows: int) -> None:
        """Clerks sit down."""
        for no in windows:
            self.do(OpenWindow(no, clerk=f"clerk-{no}"))

    def take(self, service_code: str = "tax", minutes: float = 0.0, **others: Any) -> str:
        """Somebody takes a number; gives its id."""
        self.issued += 1
        ticket_id = f"ticket-{self.issued:05d}"
        self.do(IssueTicket(ticket_id, service_code, **others), minutes)
        return ticket_id

    def ticket(self, ticket_id: str) -> Ticket:
        """The ticket as it is now."""
        return self.hall.tickets[ticket_id]

    def number(self, ticket_id: str) -> str:
        """What is called out."""
        return self.hall.tickets[ticket_id].number

    def at(self, no: int) -> str:
        """The number at a window, or nothing."""
        ticket = self.hall.ticket_at(self.hall.windows[no])
        return ticket.number if ticket else ""

    def waiting(self, service_code: str = "tax") -> list[str]:
        """The numbers that wait for a service, in order."""
        return [self.number(each) for _, _, each in self.hall.queues[service_code].in_order()]


def hand(**others: Any) -> Hand:
    """A hall whose day has begun, nobody in it."""
    made = Hand(**others)
    made.do(OpenDay())
    return made


def state(hall: Hall) -> dict[str, Any]:
    """Everything true in a hall, field by field, independent of what happens to the hall later."""
    return dict(vars(hall.copy()))


def replay(plan_: HallPlan, journal: Iterable[Event]) -> Hall:
    """The same day from nothing."""
    hall = Hall(plan_)
    for event in journal:
        evolve(hall, event)
    return hall
