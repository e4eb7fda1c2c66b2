"""The rules of a fair hall, pure: a whole day fits in one's hand.

No clock, no randomness, no I/O, no database and no event loop: `now` is an aware `datetime` in the hall's offset, and
identities come in with commands. Only the standard library is imported here; the lint step checks it. What follows is run
as it stands by tests/app/core/test_face.py.

What a hall is, is a plan. Two services, two windows, one of them tidal, a flexible clerk, and a tide that turns by itself:

    >>> from datetime import datetime, timedelta, timezone
    >>> from app.core.plan import *
    >>> plan = HallPlan(
    ...     code="tiny", name="小厅", name_en="Tiny hall", timezone="Asia/Shanghai",
    ...     services=(
    ...         Service("tax", "税务", "Tax", prefix="A", mean_minutes=9, zone="z"),
    ...         Service("social", "社保", "Social insurance", prefix="B", mean_minutes=6, zone="z"),
    ...     ),
    ...     windows=(
    ...         WindowPlan(1, WindowKind.COMPREHENSIVE, "z", (Serves("tax"), Serves("social", rank=2))),
    ...         WindowPlan(2, WindowKind.TIDAL, "z", (Serves("tax"), Serves("social"))),
    ...     ),
    ...     classes=(PriorityClass(ORDINARY, "普通", "Ordinary"),
    ...              PriorityClass("elderly", "老年人", "Elderly", rank=0, head_start=45, slope=2)),
    ...     flexible_clerks=(FlexibleClerk("f1"),),
    ...     rules=Rules(policy="credit", tide=TideRules(mode=TideMode.AUTO)),
    ... )

`plan.Rules` has every number of every rule. An empty hall, and its clock, which is yours:

    >>> from app.core import *
    >>> hall = Hall(plan)
    >>> now = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=8)))

A command goes in, events come out, and the events make the hall. `act` does both; `decide` alone only asks, and `evolve`
alone replays a journal. The first command of a day begins it:

    >>> act(hall, OpenWindow(1, clerk="li"), now)                               # doctest: +ELLIPSIS
    (DayOpened(...), WindowOpened(...))
    >>> for n in range(6):
    ...     _ = act(hall, IssueTicket(f"t{n}", "tax", "elderly" if n == 4 else ORDINARY), now + n * timedelta(minutes=1))
    >>> hall.tickets["t4"].number, len(hall.queues["tax"])
    ('A005', 6)

`assign` says whom a window would call next, and why; `CallNext` does it. `wakes` says which idle windows a newcomer should
wake, the best first: a hall in which nobody idles while somebody waits asks it after each arrival.

    >>> now += timedelta(minutes=6)
    >>> choice = assign(hall, 1, now)
    >>> choice.ticket, choice.why.code, choice.why.facts["credit"]
    ('t4', 'credit', 49.0)
    >>> wakes(hall, "tax")
    (1,)
    >>> (called,) = act(hall, CallNext(1), now)
    >>> called.ticket, hall.tickets["t0"].overtaken
    ('t4', 1)

Who is called comes and is served, or does not come; from a service one may also be put aside (`Park`, `ReturnTicket`) or
sent on (`Transfer`). What the rules forbid raises a `Refusal` with its rule and its sentence, and nothing has changed:

    >>> _ = act(hall, Start(1), now)
    >>> act(hall, CallNext(1), now)
    Traceback (most recent call last):
    app.core.errors.WindowHasTicket: Window 1 still has A005. Finish it, or mark it missed, first.
    >>> (finished,) = act(hall, Finish(1), now + timedelta(minutes=8))
    >>> hall.mean_minutes("tax")                                                # ten planned services of 9 and one of 8
    8.909090909090908
    >>> called, = act(hall, CallNext(1), now + timedelta(minutes=8)); called.ticket
    't0'
    >>> _ = act(hall, Miss(1), now + timedelta(minutes=9)); hall.tickets["t0"].status
    <Status.WAITING: 'waiting'>

The tide looks when it is asked to. `look` says what it sees: the projected wait of each service, which windows it would
turn, why not, and when it wants to be asked again (`again`). `LookAtTide` makes that true; it is asked once a minute:

    >>> now += timedelta(minutes=10)
    >>> seen = look(hall, now)
    >>> round(seen.forecasts["tax"].wait), seen.turns, seen.again - now
    (50, (), datetime.timedelta(seconds=60))
    >>> for minute in range(3):
    ...     events = act(hall, LookAtTide(), now + timedelta(minutes=minute))
    >>> [type(each).__name__ for each in events]
    ['TideHeldBack', 'TideTurned', 'WindowOpened']
    >>> turned = events[1]
    >>> turned.window, turned.clerk, turned.why.code, turned.why.facts["hot_minutes"]
    (2, 'f1', 'tide_open', 2.0)

(Held back is a third window: there is none.) In `suggest` mode that would be a `TideProposed`, which `ConfirmTide(2)`
or `DismissTide(2)` answers; `PinWindow` keeps a window open or closed. How long everybody will wait, as it would be
told now:

    >>> foreseen = estimates(hall, now)
    >>> sorted(foreseen.newcomers), sorted(foreseen.tickets)
    (['social', 'tax'], ['t0', 't1', 't2', 't3', 't5'])

A number may be for several services (`then`, in fixed or free `order`) or for a booked `slot`; the words for that, and for
the ways to park, to finish and to pin, are here as well: `VisitOrder`, `ParkKind`, `Outcome`, `Pin`.

    >>> _ = act(hall, IssueTicket("v", "tax", then=("social",), order=VisitOrder.FREE), now)
    >>> hall.tickets["v"].queues
    ('tax', 'social')

At midnight the first command, or `OpenDay()`, ends the day and begins the next. The same commands at the same times give
the same events, in any process. app/whatif lives whole days so.
"""

from datetime import datetime

from app.core.assign import POLICIES, assign, wakes
from app.core.commands import (
    AbandonTicket,
    AdoptPlan,
    CallNext,
    CallTicket,
    CancelTicket,
    CloseWindow,
    Command,
    ConfirmTide,
    DismissTide,
    Finish,
    GrantClass,
    IssueTicket,
    LookAtTide,
    Miss,
    OpenDay,
    OpenWindow,
    Park,
    Pause,
    PinWindow,
    Recall,
    Resume,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.decide import decide
from app.core.errors import Refusal
from app.core.estimate import estimates
from app.core.events import Event
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.heads import Choice
from app.core.ticket import Outcome, ParkKind, Status, VisitOrder
from app.core.tide import look
from app.core.window import Pin

__all__ = [
    "POLICIES",
    "AbandonTicket",
    "AdoptPlan",
    "CallNext",
    "CallTicket",
    "CancelTicket",
    "Choice",
    "CloseWindow",
    "ConfirmTide",
    "DismissTide",
    "Finish",
    "GrantClass",
    "Hall",
    "IssueTicket",
    "LookAtTide",
    "Miss",
    "OpenDay",
    "OpenWindow",
    "Outcome",
    "Park",
    "ParkKind",
    "Pause",
    "Pin",
    "PinWindow",
    "Recall",
    "Refusal",
    "Resume",
    "ReturnTicket",
    "Start",
    "Status",
    "Transfer",
    "VisitOrder",
    "act",
    "assign",
    "decide",
    "estimates",
    "evolve",
    "look",
    "wakes",
]


def act(hall: Hall, command: Command, now: datetime) -> tuple[Event, ...]:
    """Decide a command and make its events true; the events. Raises a Refusal, and then nothing has changed."""
    events = decide(hall, command, now)
    for event in events:
        evolve(hall, event)
    return events
