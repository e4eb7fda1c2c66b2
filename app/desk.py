"""What a clerk sees besides the person at the window: who sits here and covers whom, who could stand in, the list of those
who wait, where the present visitor can be sent, the link to the case, and the day's own figures.

For: `clerk_desk`, a part of the clerk's scene (scenes.py).
Not for: public screens: here colleagues have names.
"""

from datetime import datetime
from itertools import islice
from urllib.parse import quote

from app.core.bound import may_call
from app.core.hall import Hall
from app.core.plan import HallPlan
from app.core.queue import Queue
from app.core.ticket import Ticket
from app.core.window import MOVES, STAFFED, Duty, Window, WindowMove
from app.plates import both, reason_text
from displays.scene import Bilingual, Choice, ClerkCover, ClerkDesk, QueuedTicket

QUEUE_SHOWN = 20
"""People on the list of those who wait: as many as somebody looks through; the longest waiting are on it."""


def clerk_desk(hall: Hall, window: Window, ticket: Ticket | None, now: datetime) -> ClerkDesk:
    """The desk of a window."""
    plan = hall.plan
    served = [hall.queues[code] for code in hall.serves(window.no)]
    staffed = window.open_minutes + (_since(window, now) if window.duty in STAFFED else 0.0)
    busy = window.busy_minutes + (_since(window, now) if window.duty in BUSY else 0.0)
    return ClerkDesk(
        clerk_name=colleague(plan, window.clerk),
        covers=_covers(hall, window),
        backups=_backups(hall, window),
        queue=tuple(_queued(hall, each, now) for each in _longest(hall, window, served, now)),
        waiting=sum(map(len, served)),
        classes=tuple(
            Choice(each.key, both(each.name, each.name_en)) for each in plan.classes if each.valid(now.date())
        ),
        windows=_windows(hall, window, ticket) if ticket else (),
        case_link=case_link(plan, ticket) if ticket else "",
        staffed_minutes=round(staffed),
        busy_percent=round(100 * busy / staffed) if staffed >= 1 else None,
        away=tuple(Choice(clerk, reason_text(plan, each.reason)) for clerk, each in hall.absent.items()),
    )


BUSY = (Duty.CALLING, Duty.SERVING)


def desk_moves(window: Window, desk: ClerkDesk) -> tuple[str, ...]:
    """What the desk adds to the moves that the rules allow now."""
    moves = []
    if window.ticket is None and desk.queue and WindowMove.CALL in MOVES[window.duty]:
        moves.append("call")
    if desk.queue:
        moves.append("grant")
    if window.duty is Duty.CLOSED:
        moves.append("away")
    else:
        moves += ["take-over", "cover"]
        if desk.covers is not None:
            moves.append("uncover")
    return tuple(moves)


def colleague(plan: HallPlan, clerk: str) -> Bilingual:
    """How colleagues call somebody: number and name."""
    person = plan.person.get(clerk)
    if person is None or not (person.name or person.name_en):
        return Bilingual(clerk, clerk)
    name = both(person.name, person.name_en)
    return Bilingual(f"{clerk} {name.zh}", f"{clerk} {name.en}")


def case_link(plan: HallPlan, ticket: Ticket) -> str:
    """Where the case of a ticket opens; empty where the hall names no case system."""
    return plan.rules.case_url.replace("{number}", quote(ticket.number, safe="")).replace(
        "{service}", quote(ticket.service, safe="")
    )


def _since(window: Window, now: datetime) -> float:
    return (now - window.since).total_seconds() / 60 if window.since else 0.0


def _covers(hall: Hall, window: Window) -> ClerkCover | None:
    away = window.away
    if away is None:
        return None
    return ClerkCover(
        staff_no=away.clerk,
        name=colleague(hall.plan, away.clerk),
        reason=reason_text(hall.plan, away.reason),
        since=away.since,
    )


def _longest(hall: Hall, window: Window, served: list[Queue], now: datetime) -> list[Ticket]:
    """Who waits longest and may come to this window. Of each lane the first are enough: it is in order."""
    places = sorted(
        {place for queue in served for lane in queue.lanes.values() for place in lane[: 2 * QUEUE_SHOWN]}
    )
    tickets = (hall.tickets[ticket_id] for _, _, ticket_id in places)
    return list(islice((each for each in tickets if may_call(hall, each, window.no, now)), QUEUE_SHOWN))


def _backups(hall: Hall, window: Window) -> tuple[Choice, ...]:
    """Whoever sits nowhere and is not away: the flexible clerks first, it is what they are for."""
    busy = {window.clerk, *hall.absent}
    for each in hall.windows.values():
        if each.duty is not Duty.CLOSED:
            busy.update((each.clerk, each.away.clerk) if each.away else (each.clerk,))
    flexible = [each.staff_no for each in hall.plan.flexible_clerks]
    numbers = dict.fromkeys((*flexible, *(each.staff_no for each in hall.plan.people)))
    return tuple(Choice(each, colleague(hall.plan, each)) for each in numbers if each not in busy)


def _queued(hall: Hall, ticket: Ticket, now: datetime) -> QueuedTicket:
    service = hall.plan.service[ticket.service]
    known = hall.plan.priority_class.get(ticket.priority_class)
    return QueuedTicket(
        id=ticket.id,
        number=ticket.number,
        service=both(service.name, service.name_en),
        priority_class=both(known.name, known.name_en) if known else Bilingual("", ""),
        class_key=ticket.priority_class,
        waited_minutes=round(ticket.waited_before + ticket.waited(now)),
    )


def _windows(hall: Hall, window: Window, ticket: Ticket) -> tuple[Choice, ...]:
    """Other windows that are open and serve what is being served here."""
    return tuple(
        Choice(str(no), Bilingual(f"{no}号窗口", f"Window {no}"))
        for no in hall.plan.windows_of[ticket.service]
        if no != window.no and hall.windows[no].duty is not Duty.CLOSED and ticket.service in hall.serves(no)
    )
