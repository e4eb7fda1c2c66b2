"""What each event about windows, clerks and the tide does to a hall: the part of `evolve` that is about windows.

For: one function for each event, and `duty`, through which every change of a window's duty goes, so that its minutes
always add up. Not for: refusing; an event has happened.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from app.core.events import (
    ClerkTookOver,
    CoverEnded,
    CoverStarted,
    TideDismissed,
    TideTurned,
    WindowClosed,
    WindowPaused,
)
from app.core.hall import Hall, Stay
from app.core.ticket import Ticket
from app.core.window import STAFFED, Away, Duty, Pin, Window


def seated(hall: Hall, event: ClerkTookOver | CoverStarted | CoverEnded) -> None:
    """Somebody else sits at a window; who stands there stays, and so does its duty."""
    window = hall.windows[event.window]
    match event:
        case ClerkTookOver():
            changed = window._replace(
                clerk=event.clerk, seated=event.at, closing=False, away=None, profile=event.services
            )
        case CoverStarted():
            away = window.away or Away(event.covered, event.reason, event.at, window.seated, window.profile)
            changed = window._replace(clerk=event.clerk, seated=event.at, away=away, profile=event.services)
        case CoverEnded():
            before = window.away
            changed = window._replace(
                clerk=event.covered,
                seated=before.seated if before else event.at,
                away=None,
                profile=before.profile if before else window.profile,
            )
    if window.clerk and window.clerk != changed.clerk:
        hall.left[window.clerk] = event.at
    hall.windows[event.window] = changed
    hall.absent.pop(changed.clerk, None)


def attended(hall: Hall, ticket: Ticket, at: datetime) -> float:
    """Minutes that the person has been served since sitting down or since the last pause."""
    window = hall.windows[ticket.window] if ticket.window is not None else None
    if window is None or window.duty is not Duty.SERVING or window.since is None:
        return 0.0
    return (at - window.since).total_seconds() / 60


def duty(hall: Hall, window: Window, duty: Duty, at: datetime, **others: Any) -> None:
    """The one place where a window's duty changes, so that its minutes always add up; `others` change with it."""
    minutes = (at - window.since).total_seconds() / 60 if window.since else 0.0
    if minutes and window.duty in STAFFED:
        others["open_minutes"] = window.open_minutes + minutes
        if window.duty is not Duty.IDLE:
            others["busy_minutes"] = window.busy_minutes + minutes
        if window.duty is Duty.SERVING:
            others["service_minutes"] = window.service_minutes + minutes
    hall.windows[window.no] = window._replace(duty=duty, since=at, **others)


def release(hall: Hall, no: int, at: datetime) -> None:
    window = hall.windows[no]
    if window.duty is Duty.PAUSED:
        hall.windows[no] = window._replace(ticket=None, before=Duty.IDLE)
        return
    duty(hall, window, Duty.IDLE, at, ticket=None)


def settle(hall: Hall, no: int) -> None:
    if no in hall.tide.proposals:
        proposals = {window: each for window, each in hall.tide.proposals.items() if window != no}
        hall.tide = replace(hall.tide, proposals=proposals)


def dismissed(hall: Hall, event: TideDismissed) -> None:
    proposal = hall.tide.proposals.get(event.window)
    settle(hall, event.window)
    hall.tide = replace(hall.tide, dismissed={**hall.tide.dismissed, event.window: event.at})
    if proposal is not None and proposal.opens:
        hall.tide = replace(hall.tide, declined={**hall.tide.declined, proposal.service: event.at})


def turned(hall: Hall, event: TideTurned) -> None:
    settle(hall, event.window)
    if not event.opens:
        return
    window = hall.windows[event.window]
    stay = Stay(event.at, event.service, event.wait, window.served, window.since)
    hall.tide = replace(
        hall.tide,
        stays={**hall.tide.stays, event.window: stay},
        withheld={code: why for code, why in hall.tide.withheld.items() if code != event.service},
    )
    whole = set(event.services) == set(hall.plan.window[event.window].service_codes)
    hall.windows[event.window] = window._replace(profile=None if whole else event.services)


def closed(hall: Hall, event: WindowClosed) -> None:
    window = hall.windows[event.window]
    if window.clerk:
        hall.left[window.clerk] = event.at
    duty(
        hall,
        window,
        Duty.CLOSED,
        event.at,
        clerk="",
        closing=False,
        before=None,
        pause_reason="",
        profile=None,
        seated=None,
        away=None,
        pin=Pin.NONE if window.pin is Pin.OPEN else window.pin,
    )
    settle(hall, event.window)


def paused(hall: Hall, event: WindowPaused) -> None:
    window = hall.windows[event.window]
    if window.ticket is not None:
        ticket = hall.tickets[window.ticket]
        served = ticket.served_before + attended(hall, ticket, event.at)
        broken = any(each.outage for each in hall.plan.pause_reasons if each.key == event.reason)
        hall.tickets[ticket.id] = ticket._replace(served_before=served, outage=ticket.outage or broken)
    duty(hall, window, Duty.PAUSED, event.at, before=window.duty, pause_reason=event.reason)
