"""How soon each kind of scene cares for an event: at once, together with the next, or never.

For: the functions that app/hub.py asks of every event, one per scene. Pure.
Not for: drawing (scenes.py) or sending (hub.py).
"""

from collections.abc import Callable
from enum import IntEnum

from app.core.events import (
    ClerkTookOver,
    CoverEnded,
    CoverStarted,
    DayOpened,
    DeviceReported,
    Event,
    PlanAdopted,
    PresenceReported,
    SlipOrdered,
    SlipReported,
    TicketIssued,
    WindowClosed,
    WindowOpened,
    WindowPaused,
    WindowResumed,
)


class Urgency(IntEnum):
    """How soon a scene wants to be drawn after an event."""

    NEVER = 0
    SOON = 1
    NOW = 2


Cares = Callable[[Event], Urgency]

_COUNTS_ONLY = (TicketIssued, SlipOrdered, SlipReported, DeviceReported)


def cares_of_hall(event: Event) -> Urgency:
    """The board: calls at once, counts soon."""
    return Urgency.SOON if isinstance(event, _COUNTS_ONLY) else Urgency.NOW


def cares_of_kiosk(event: Event) -> Urgency:
    """The ticket machine: paper and plan at once, counts soon."""
    return Urgency.NOW if isinstance(event, DeviceReported | PlanAdopted | DayOpened) else Urgency.SOON


def cares_of_window(no: int) -> Cares:
    """One window's screen: what happens there, and what names no window but may concern it (a cancelled ticket, a
    new plan); where its people are soon."""

    def cares(event: Event) -> Urgency:
        if isinstance(event, _COUNTS_ONLY):
            return Urgency.NEVER
        if getattr(event, "window", no) == no:
            return Urgency.NOW
        return cares_of_presence(event)

    return cares


_PRESENCE = (
    ClerkTookOver,
    CoverStarted,
    CoverEnded,
    PresenceReported,
    WindowOpened,
    WindowClosed,
    WindowPaused,
    WindowResumed,
    DayOpened,
    PlanAdopted,
)


def cares_of_presence(event: Event) -> Urgency:
    """A whereabouts plate: somebody sat down, got up, paused or went."""
    return Urgency.SOON if isinstance(event, _PRESENCE) else Urgency.NEVER


def cares_of_clerk(no: int) -> Cares:
    """A clerk: the own window at once, who waits soon."""

    def cares(event: Event) -> Urgency:
        return Urgency.NOW if getattr(event, "window", None) == no else Urgency.SOON

    return cares


def cares_of_console(event: Event) -> Urgency:
    """A supervisor's map: everything, but drawing the whole hall can wait for the next event."""
    return Urgency.NEVER if isinstance(event, SlipOrdered | SlipReported) else Urgency.SOON


def cares_of_ticket(ticket_id: str) -> Cares:
    """A visitor's phone: the own ticket at once, the people ahead soon."""

    def cares(event: Event) -> Urgency:
        return Urgency.NOW if getattr(event, "ticket", None) == ticket_id else Urgency.SOON

    return cares
