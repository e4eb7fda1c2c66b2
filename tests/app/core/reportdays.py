"""Two days of a small hall in which everything happens that can, at random but seeded; and what a report must say of them,
worked out a second time from the bare events, ticket by ticket and window by window, with none of the project's counting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from random import Random
from statistics import mean, quantiles
from typing import Any

from app.core.commands import (
    AbandonTicket,
    AdoptPlan,
    CallNext,
    CallTicket,
    CancelTicket,
    CloseWindow,
    Command,
    CoverWindow,
    Finish,
    GrantClass,
    IssueTicket,
    LookAtTide,
    Miss,
    OpenDay,
    OpenWindow,
    Park,
    Pause,
    Rate,
    Recall,
    Resume,
    ReturnTicket,
    Start,
    TakeOverWindow,
    Transfer,
    UncoverWindow,
)
from app.core.decide import decide
from app.core.errors import Refusal
from app.core.events import (
    ClassGranted,
    ClerkTookOver,
    CoverEnded,
    CoverStarted,
    DayOpened,
    Event,
    ServiceFinished,
    ServiceStarted,
    TicketAbandoned,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketIssued,
    TicketMissed,
    TicketParked,
    TicketRated,
    TicketRecalled,
    TicketRequeued,
    TicketTransferred,
    TicketVoided,
    TideBrought,
    WindowClosed,
    WindowOpened,
    WindowPaused,
    WindowResumed,
)
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.plan import FlexibleClerk, HallPlan, TideMode, TideRules
from app.core.ticket import Outcome, VisitOrder, Wait
from app.core.visitrules import DayEnd, VisitRules
from tests.plans import small_plan

ZONE = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 3, 2, 8, 50, tzinfo=ZONE)


def report_plan(code: str = "small", day_end: DayEnd = DayEnd.VOIDED) -> HallPlan:
    """The small hall with a tide that turns by itself and a promise that is often broken."""
    plan = small_plan(code)
    tide = TideRules(
        mode=TideMode.AUTO, open_at=4.0, close_at=2.0, open_after=1.0, close_after=2.0, min_open=10.0
    )
    return replace(
        plan,
        flexible_clerks=(FlexibleClerk("F01"), FlexibleClerk("F02", skills=("tax",))),
        rules=replace(
            plan.rules,
            promise_minutes=9.0,
            recall_gap_seconds=0.0,
            tide=tide,
            visit=VisitRules(day_end=day_end),
        ),
    )


@dataclass
class Days:
    """The hall, its clock, and everything that happened."""

    seed: int
    plan: HallPlan = field(default_factory=report_plan)
    journal: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.now = MONDAY
        self.hall = Hall(self.plan)
        self.issued = 0
        self.do(AdoptPlan(replace(self.plan, site="x")))
        self.do(AdoptPlan(self.plan))
        self.do(OpenDay())

    def do(self, command: Command) -> None:
        """Ask the hall; a refusal changes nothing."""
        try:
            events = decide(self.hall, command, self.now)
        except Refusal:
            return
        for event in events:
            evolve(self.hall, event)
        self.journal += events

    def live(self, days: int = 2, steps: int = 700) -> "Days":
        """So many days, one deed after another; each ends in the middle of things."""
        for number in range(days):
            self.now = MONDAY + timedelta(days=number)
            self.do(OpenDay())
            for no in (1, 2, 3):
                self.do(OpenWindow(no, f"clerk-{(no + number) % 3}"))
            for _ in range(steps):
                self.now += timedelta(seconds=self.random.uniform(1, 60))
                self.do(self._deed())
        return self

    def _deed(self) -> Command:
        draw = self.random
        tickets = list(self.hall.tickets)
        some = draw.choice(tickets) if tickets else "nobody"
        no = draw.choice((1, 2, 3, 4))
        deeds: list[tuple[float, Callable[[], Command]]] = [
            (9, self._arrival),
            (10, lambda: CallNext(no)),
            (9, lambda: Start(no)),
            (9, lambda: Finish(no, draw.choice([Outcome.ACCEPTED, Outcome.CONSULTED]))),
            (3, lambda: Miss(no)),
            (1, lambda: Recall(no)),
            (1, lambda: Park(no)),
            (1, lambda: Transfer(no, draw.choice(["tax", "social", "residence"]))),
            (2, lambda: ReturnTicket(some)),
            (0.4, lambda: CancelTicket(some)),
            (0.4, lambda: AbandonTicket(some)),
            (0.5, lambda: CallTicket(no, some, "asked")),
            (4, lambda: Rate(some, draw.choice([5, 5, 5, 4, 3, 2, 1, None, None]))),
            (0.5, lambda: GrantClass(some, "elderly", "asked")),
            (0.6, lambda: Pause(no, "documents")),
            (2, lambda: Resume(no)),
            (0.2, lambda: CloseWindow(no)),
            (1.5, lambda: OpenWindow(no, f"clerk-{draw.randrange(3)}")),
            (0.5, lambda: TakeOverWindow(no, f"clerk-{draw.randrange(3, 6)}")),
            (0.5, lambda: CoverWindow(no, f"clerk-{draw.randrange(6, 9)}", "documents")),
            (0.5, lambda: UncoverWindow(no, draw.random() < 0.5)),
            (3, LookAtTide),
        ]
        weights = [weight for weight, _ in deeds]
        return draw.choices([deed for _, deed in deeds], weights)[0]()

    def _arrival(self) -> Command:
        draw = self.random
        self.issued += 1
        minutes = draw.uniform(0, 30)
        first, *others = draw.sample(["tax", "social", "residence"], 3)
        several = draw.random() < 0.2
        return IssueTicket(
            f"ticket-{self.seed}-{self.issued:05d}",
            first,
            then=tuple(others[: draw.randrange(1, 3)]) if several else (),
            order=draw.choice([VisitOrder.FIXED, VisitOrder.FREE]) if several else VisitOrder.FIXED,
            priority_class=draw.choice(["ordinary", "ordinary", "elderly"]),
            channel=draw.choice(["kiosk", "desk", "phone"]),
            slot=self.now + timedelta(minutes=draw.uniform(-10, 20)) if draw.random() < 0.15 else None,
            expected=Wait(minutes, minutes * 0.6, minutes * 1.5 + 1, minutes)
            if draw.random() < 0.6
            else None,
        )

    def days(self) -> dict[date, list[Event]]:
        """The events of each day."""
        found: dict[date, list[Event]] = {}
        day: date | None = None
        for event in self.journal:
            if isinstance(event, DayOpened):
                day = event.day
            if day is not None:
                found.setdefault(day, []).append(event)
        return found


# -- the second opinion -----------------------------------------------------------------------------------------


def minutes(since: datetime, until: datetime) -> float:
    """Between two moments, never less than none."""
    return max(0.0, (until - since).total_seconds()) / 60


@dataclass
class Stay:
    """A visit, as the second opinion sees it."""

    service: str
    kind: str
    channel: str
    began: datetime
    first: bool
    booked: bool = False
    wait: float | None = None
    told: Wait | None = None
    window: int = 0
    clerk: str = ""
    calls: int = 0
    misses: int = 0
    ending: str = ""
    handled: float | None = None
    rating: int | None = None


def paused(events: Sequence[Event], no: int, since: datetime, until: datetime) -> float:
    """Minutes between two moments in which a window was paused."""
    total, began = 0.0, None
    for event in events:
        if getattr(event, "window", None) != no:
            continue
        if isinstance(event, WindowPaused):
            began = event.at
        elif isinstance(event, WindowResumed | WindowClosed) and began is not None:
            total += minutes(max(began, since), min(event.at, until))
            began = None
    if began is not None:
        total += minutes(max(began, since), until)
    return total


def clerk_at(events: Sequence[Event], no: int, place: int) -> str:
    """Who sat at a window when the event at `place` happened."""
    for event in reversed(events[:place]):
        if getattr(event, "window", None) != no:
            continue
        if isinstance(event, WindowOpened | ClerkTookOver | CoverStarted):
            return event.clerk
        if isinstance(event, CoverEnded):
            return event.covered
    return ""


def stays(events: Sequence[Event], over: bool = False) -> list[Stay]:
    """Every visit of a day, ticket by ticket. `over`: the day is, and what has no end was carried into the next."""
    found = []
    for issued in [each for each in events if isinstance(each, TicketIssued | TicketCarried)]:
        mine = [(n, each) for n, each in enumerate(events) if getattr(each, "ticket", None) == issued.ticket]
        stay = Stay(
            issued.service, issued.priority_class, issued.channel, issued.at, isinstance(issued, TicketIssued)
        )
        place, before, spent = issued.at, 0.0, 0.0
        if isinstance(issued, TicketIssued):
            stay.booked, stay.told = issued.slot is not None, issued.expected
            place = max(issued.at, issued.slot or issued.at)
        else:
            place, before, spent = issued.queued_at, issued.waited_before, issued.served_before
        parts: list[Stay] = [stay]
        sitting: datetime | None = None
        there = False
        sat = False
        for n, event in mine:
            if sitting is not None and not isinstance(event, TicketRated | ServiceStarted | ClassGranted):
                no = stay.window
                spent += minutes(sitting, event.at) - paused(events, no, sitting, event.at)
                sitting = None
            if there and not isinstance(event, TicketRated | ServiceStarted | ClassGranted | TicketRecalled):
                stay.clerk, there = clerk_at(events, stay.window, n), False
            match event:
                case TicketCalled():
                    stay.service, there = event.service or stay.service, True
                    if stay.calls == 0:
                        stay.wait = before + minutes(place, event.at)
                    stay.calls += 1
                    stay.window, stay.clerk = event.window, clerk_at(events, event.window, n)
                case ServiceStarted():
                    sitting, sat = event.at, True
                case TicketMissed():
                    stay.misses += 1
                case TicketTransferred():
                    stay.ending, stay.handled = "transferred", spent if sat else None
                    stay = Stay(event.to_service, stay.kind, stay.channel, event.at, False)
                    parts.append(stay)
                    place, spent, sat, before = event.at, 0.0, False, 0.0
                case ServiceFinished() if event.outcome is Outcome.DAY_ENDED:
                    stay.ending = "day_ended"
                case ServiceFinished():
                    stay.ending, stay.handled = "finished", spent
                    if event.then:
                        before = 0.0
                        stay = Stay(event.then[0], stay.kind, stay.channel, event.at, False)
                        parts.append(stay)
                        place, spent, sat = event.at, 0.0, False
                case TicketCancelled() | TicketAbandoned():
                    stay.ending = "cancelled" if isinstance(event, TicketCancelled) else "abandoned"
                    if stay.calls == 0:
                        stay.wait = before + minutes(place, event.at)
                case TicketVoided():
                    stay.ending = "day_ended" if event.because == "day_ended" else "void"
                case ClassGranted():
                    stay.kind = event.priority_class
                case TicketRequeued() if isinstance(issued, TicketCarried) and not stay.calls:
                    place = event.at
                case TicketRated():
                    [each for each in parts if each.window == event.window and each.ending][
                        -1
                    ].rating = event.level
                case _:
                    pass
        if there:
            stay.clerk = clerk_at(events, stay.window, len(events))
        if over and not stay.ending:
            stay.ending = "carried"
        found += parts
    return found


def share(part: float, whole: float) -> float | None:
    """None of nothing."""
    return part / whole if whole else None


def expected(some: Sequence[Stay], promise: float) -> dict[str, float | None]:
    """What the report must say of these visits."""
    called = [each for each in some if each.calls]
    waits = [each.wait for each in called if each.wait is not None]
    over = [each for each in some if each.wait is not None]
    handled = [each.handled for each in some if each.handled is not None]
    served = [each for each in some if each.ending == "finished"]
    rated = [each.rating for each in some if each.rating is not None]
    told = [(each.wait, each.told) for each in called if each.told and each.first and each.wait is not None]

    def parts(values: list[float], place: int) -> float | None:
        if len(values) < 2:
            return values[0] if values else None
        return quantiles(values, n=10, method="inclusive")[place]

    return {
        "tickets": sum(each.first for each in some),
        "visits": len(some),
        "booked": sum(each.booked for each in some),
        "called": len(called),
        "served": len(served),
        "transferred": sum(each.ending == "transferred" for each in some),
        "here": sum(each.ending == "" for each in some),
        "called_rate": share(len(called), len(some)),
        "served_rate": share(len(served), len(some)),
        "wait_avg": mean(waits) if waits else None,
        "wait_avg_tickets": share(sum(waits), sum(each.first for each in some)),
        "wait_p50": parts(waits, 4),
        "wait_p90": parts(waits, 8),
        "wait_max": max(waits, default=None),
        "over_promise_rate": share(
            sum(each.wait > promise for each in over if each.wait is not None), len(over)
        ),
        "handle_avg": mean(handled) if handled else None,
        "handle_p50": parts(handled, 4),
        "handle_p90": parts(handled, 8),
        "handle_max": max(handled, default=None),
        "abandoned": sum(each.ending == "abandoned" for each in some),
        "abandoned_rate": share(sum(each.ending == "abandoned" for each in some), len(some)),
        "cancelled": sum(each.ending == "cancelled" for each in some),
        "missed_calls": sum(each.misses for each in some),
        "missed_rate": share(sum(each.misses for each in some), sum(each.calls for each in some)),
        "void": sum(each.ending == "void" for each in some),
        "day_ended": sum(each.ending == "day_ended" for each in some),
        "carried": sum(each.ending == "carried" for each in some),
        "rated": len(rated),
        "response_rate": share(len(rated), len(served)),
        "satisfaction": share(sum(level >= 3 for level in rated), len(rated)),
        "rating_avg": mean(rated) if rated else None,
        "bad_ratings": sum(level <= 2 for level in rated),
        "told_error": mean(abs(wait - said.minutes) for wait, said in told) if told else None,
        "told_within": share(sum(said.low <= wait <= said.high for wait, said in told), len(told)),
    }


def window_minutes(events: Sequence[Event], no: int) -> dict[str, float]:
    """Minutes of a window by duty: every second of the day asked what the window was doing."""
    mine = [each for each in events if getattr(each, "window", None) == no]
    mine += [
        each
        for each in events
        if isinstance(each, TicketCancelled | TicketAbandoned | TicketVoided) and _holds(events, each, no)
    ]
    mine.sort(key=lambda each: events.index(each))
    spent: dict[str, float] = {}
    duty, since, before = "closed", MONDAY, "idle"
    midnight = events[0].at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for event in mine:
        if event.at >= midnight:
            break
        after = _duty_after(event, duty, before)
        if after is None:
            continue
        if duty != "closed":
            spent[duty] = spent.get(duty, 0.0) + minutes(since, event.at)
        if isinstance(event, WindowPaused):
            before = duty
        elif duty == "paused" and after == "paused":
            before = "idle"
        duty, since = after, event.at
    return {key: value for key, value in spent.items() if value > 0}


def _holds(events: Sequence[Event], gone: Any, no: int) -> bool:
    """Whether a ticket that went away was at the window then."""
    for event in reversed(events[: events.index(gone)]):
        if getattr(event, "ticket", None) == gone.ticket:
            if isinstance(event, TicketCalled | ServiceStarted):
                return event.window == no
            if not isinstance(event, ClassGranted | TicketRecalled):
                return False
    return False


def _duty_after(event: Event, duty: str, before: str) -> str | None:
    match event:
        case WindowOpened():
            return "idle"
        case WindowClosed():
            return "closed"
        case WindowPaused():
            return "paused"
        case WindowResumed():
            return before
        case TicketCalled():
            return "calling"
        case ServiceStarted():
            return "serving"
        case (
            ServiceFinished()
            | TicketMissed()
            | TicketParked()
            | TicketTransferred()
            | TicketCancelled()
            | TicketAbandoned()
            | TicketVoided()
        ):
            return "paused" if duty == "paused" else "idle"
        case _:
            return None


def tides(events: Sequence[Event]) -> list[TideBrought]:
    """What the tide brought."""
    return [each for each in events if isinstance(each, TideBrought)]
