"""A day of the hall's own journal, as it can be lived again.

For: `of_journal`, and `read_days`, which fetches what it needs. Arrivals, classes, booked slots, the walk to the window
and the minutes served are those that were measured; a length is divided by the slowness of the window at which it was
measured, and pauses are left out. Windows are staffed when they were. Who gave up keeps that patience.
Not for: reading the journal (app/store).

What a journal cannot say is drawn from the seed: how long somebody would have taken who was never served to the end. A
transfer to one particular window is a transfer to the service; a number carried over from the day before comes when the hall
opens. Events of kinds that are not named here change nothing.
What goes wrong: `Unreadable` for a day on which nobody came.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from statistics import fmean
from typing import Protocol

from app.core.calendar import Calendar
from app.core.events import (
    ClassGranted,
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
    TicketRequeued,
    TicketTransferred,
    WindowClosed,
    WindowClosing,
    WindowOpened,
    WindowPaused,
    WindowResumed,
)
from app.core.hours import openings as openings_of
from app.core.plan import HallPlan
from app.core.ticket import Outcome, VisitOrder
from app.whatif.day import HABITS, Day, Habits, Stage, Stretch, Then, Unreadable, Visitor, minutes_of_day

LATE = 10.0
"""Minutes before the last closing from which on a clerk who goes has gone because it was evening."""

LEAST = 0.05
"""Minutes that anything takes: a finger that pressed twice did not serve anybody in no time."""


@dataclass(slots=True)
class _Person:
    """A ticket as it is followed through the day."""

    service: str
    priority_class: str
    at: datetime
    slot: datetime | None
    then: tuple[str, ...] = ()
    order: VisitOrder = VisitOrder.FIXED
    asked: str = ""
    pending: tuple[str, ...] = ()
    stages: list[Stage] = field(default_factory=list)
    called_at: datetime | None = None
    first_called: datetime | None = None
    walk: float | None = None
    missed: int = 0
    served: float = 0.0
    since: datetime | None = None
    slowness: float = 1.0
    parked_at: datetime | None = None
    gave_up: datetime | None = None


class _Follower:
    """Follows the people and the windows of one day."""

    def __init__(self, plan: HallPlan) -> None:
        self.plan = plan
        self.people: dict[str, _Person] = {}
        self.at_window: dict[int, str] = {}
        self.sat_down: dict[int, datetime] = {}
        self.stretches: dict[int, list[tuple[datetime, datetime | None]]] = {}
        self.lengths: dict[str, list[float]] = {}

    def take(self, event: Event) -> None:
        """Write down what has happened."""
        match event:
            case PlanAdopted():
                self.plan = event.plan
            case TicketIssued():
                self.people[event.ticket] = _Person(
                    event.service,
                    event.priority_class,
                    event.at,
                    event.slot,
                    event.then,
                    event.order,
                    asked=event.service,
                    pending=(event.service, *event.then),
                )
            case TicketCarried():
                self.people[event.ticket] = _Person(
                    event.service,
                    event.priority_class,
                    max(event.at, event.queued_at),
                    None,
                    event.remaining,
                    event.order,
                    asked=event.service,
                    pending=(event.service, *event.remaining),
                )
            case WindowOpened() | WindowResumed():
                self._sits(event.window, event.at)
            case WindowPaused() | WindowClosed():
                self._stands_up(event.window, event.at)
            case WindowClosing():
                # The clerk is done after this person: under another rule that person may be another.
                self._stands_up(event.window, event.at, pausing=False)
            case ClassGranted():
                if person := self.people.get(event.ticket):
                    person.priority_class = event.priority_class
            case _:
                person = self.people.get(getattr(event, "ticket", ""))
                if person is not None:
                    self._person(person, event)

    def _person(self, person: _Person, event: Event) -> None:
        match event:
            case TicketCalled():
                person.called_at = event.at
                person.service = event.service or person.service
                person.first_called = person.first_called or event.at
                self.at_window[event.window] = event.ticket
            case ServiceStarted():
                person.walk = _minutes(person.called_at, event.at)
                person.since = event.at
                self._slowness(person, event.window)
            case TicketMissed():
                person.missed += 1
                self.at_window.pop(event.window, None)
            case ServiceFinished():
                self._served(person, event.at)
                self.at_window.pop(event.window, None)
                if event.outcome is not Outcome.DAY_ENDED:
                    self._stage(person, Then.DONE)
                    person.pending = event.then
                    person.service = event.then[0] if event.then else person.service
            case TicketParked():
                self._served(person, event.at)
                self.at_window.pop(event.window, None)
                person.parked_at = event.at
            case TicketRequeued() if person.parked_at is not None:
                self._stage(person, Then.PARKED, away=_minutes(person.parked_at, event.at))
                person.parked_at = None
            case TicketTransferred():
                self._served(person, event.at)
                self.at_window.pop(event.window, None)
                self._stage(person, Then.SENT_ON)
                others = (each for each in person.pending if each not in (person.service, event.to_service))
                person.pending = (event.to_service, *others)
                person.service = event.to_service
            case TicketAbandoned() | TicketCancelled():
                self._served(person, event.at)
                if person.first_called is None:
                    person.gave_up = event.at
                elif person.served:
                    self._stage(person, Then.DONE)
                    person.pending = ()
            case _:
                pass

    def _slowness(self, person: _Person, no: int) -> None:
        window = self.plan.window.get(no)
        serves = window.services.get(person.service) if window else None
        person.slowness = serves.slowness if serves else 1.0

    def _served(self, person: _Person, at: datetime) -> None:
        person.served += _minutes(person.since, at)
        person.since = None

    def _stage(self, person: _Person, then: Then, away: float = 0.0) -> None:
        minutes = max(LEAST, person.served / person.slowness)
        if then is Then.DONE:
            self.lengths.setdefault(person.service, []).append(minutes)
        person.stages.append(Stage(person.service, minutes, person.walk or 0.0, person.missed, then, away))
        person.served, person.missed, person.walk, person.slowness = 0.0, 0, None, 1.0

    def _sits(self, no: int, at: datetime) -> None:
        self.sat_down.setdefault(no, at)
        person = self.people.get(self.at_window.get(no, ""))
        if person is not None and person.walk is not None:
            person.since = at

    def _stands_up(self, no: int, at: datetime, *, pausing: bool = True) -> None:
        started = self.sat_down.pop(no, None)
        if started is not None and at > started:
            self.stretches.setdefault(no, []).append((started, at))
        person = self.people.get(self.at_window.get(no, ""))
        if pausing and person is not None:
            self._served(person, at)


def of_journal(
    plan: HallPlan, events: Sequence[Event], seed: int, habits: Habits = HABITS
) -> tuple[HallPlan, Day]:
    """The day of `events`, which begin with its `DayOpened`, and the plan that it ended with; `plan` is the one that it
    began with. Raises Unreadable."""
    follower = _Follower(plan)
    opened = next((each for each in events if isinstance(each, DayOpened)), None)
    if opened is None:
        raise Unreadable("日志中没有这一天", "The journal does not have this day")
    for event in events:
        follower.take(event)
    if not follower.people:
        raise Unreadable(f"{opened.day} 没有人取号", f"Nobody took a number on {opened.day}")
    plan = follower.plan
    chance = Random(f"{seed}/{opened.day}")
    drawn = 0
    visitors: list[Visitor] = []
    for person in sorted(follower.people.values(), key=lambda each: each.at):
        stages = list(person.stages)
        for place, service in enumerate(person.pending):
            length = habits.length(chance, _mean(plan, follower, service))
            missed = person.missed if place == 0 else 0
            stages.append(Stage(service, max(LEAST, length), habits.walk(chance), missed))
        drawn += bool(person.pending)
        visitors.append(
            Visitor(
                at=_of_day(person.at),
                stages=tuple(stages),
                priority_class=person.priority_class,
                slot=_of_day(person.slot) if person.slot else None,
                patience=_minutes(person.at, person.gave_up) if person.gave_up else None,
                service=person.asked,
                then=person.then,
                order=person.order,
                admitted=True,
            )
        )
    remarks: list[tuple[str, str]] = []
    if drawn:
        remarks.append(
            (
                f"{drawn} 人当天没有办完,办理时长按该业务的分布抽取",
                f"{drawn} people were not served to the end; how long they would have taken is drawn",
            )
        )
    return plan, Day(
        date=opened.day,
        visitors=tuple(visitors),
        staffing=_staffing(plan, opened.day, opened.calendar, follower),
        learned=opened.learned,
        calendar=opened.calendar,
        waits=tuple(
            max(0.0, _minutes(max(each.at, each.slot or each.at), each.first_called))
            for each in follower.people.values()
            if each.first_called
        ),
        remarks=tuple(remarks),
    )


OTHER_DAYS = 2
"""What should be learned is tried on so many days before as well: one day is one day."""


class Journal(Protocol):
    """The journal, as a day is read from it. Its methods block."""

    def days(self, hall: str) -> list[date]:
        """The days that it holds, the oldest first."""

    def day(self, hall: str, day: date) -> tuple[HallPlan, list[Event]] | None:
        """The plan in the morning of a day, and its events."""


def read_days(
    journal: Journal, hall: str, wanted: date, seed: int, many: int = 1
) -> tuple[HallPlan, list[Day]]:
    """The plan and `wanted`, then up to `many` - 1 days before it on which anybody came, the newest first. Raises
    Unreadable if `wanted` cannot be lived again."""
    found = journal.day(hall, wanted)
    if found is None:
        raise Unreadable(f"日志中没有 {wanted}", f"The journal of {hall} does not have {wanted}")
    plan, day = of_journal(*found, seed)
    days = [day]
    for before in reversed([each for each in journal.days(hall) if each < wanted]):
        if len(days) >= many:
            break
        earlier = journal.day(hall, before)
        if earlier is not None:
            with suppress(Unreadable):
                days.append(of_journal(*earlier, seed)[1])
    return plan, days


def _mean(plan: HallPlan, follower: _Follower, service: str) -> float:
    if measured := follower.lengths.get(service):
        return fmean(measured)
    known = plan.service.get(service)
    return known.mean_minutes if known else 1.0


def _staffing(
    plan: HallPlan, day: date, calendar: Calendar, follower: _Follower
) -> dict[int, tuple[Stretch, ...]]:
    """When each window was staffed. Who went home about closing time or after it stays, under another rule, until nobody
    waits any more."""
    openings = openings_of(plan, day, calendar)
    closing = max(
        (minutes_of_day(each.closes.hour, each.closes.minute) for each in openings), default=24 * 60.0
    )
    stretches = {no: list(each) for no, each in follower.stretches.items()}
    for no, started in follower.sat_down.items():
        stretches.setdefault(no, []).append((started, None))
    return {
        no: tuple(_stretch(starts, ends, closing) for starts, ends in each) for no, each in stretches.items()
    }


def _stretch(starts: datetime, ends: datetime | None, closing: float) -> Stretch:
    first = _of_day(starts)
    if ends is None or ends.date() > starts.date() or _of_day(ends) >= closing - LATE:
        return Stretch(first, max(first, closing), evening=True)
    return Stretch(first, _of_day(ends))


def _of_day(moment: datetime) -> float:
    return minutes_of_day(moment.hour, moment.minute) + moment.second / 60 + moment.microsecond / 60_000_000


def _minutes(since: datetime | None, until: datetime | None) -> float:
    return (until - since).total_seconds() / 60 if since and until else 0.0
