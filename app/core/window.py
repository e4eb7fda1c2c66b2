"""A window: the place where a clerk serves, its duty, and the table of what may happen to it.

For: `Window` (a frozen value), `Duty`, and `MOVES`. A window never holds two tickets; one that is told to close while
somebody stands there finishes that person first (`closing`).
Not for: which services it may serve (plan.py), when a tidal window opens (tide.py).
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.core.replacing import quick_replace


class Duty(StrEnum):
    """What a window is doing."""

    CLOSED = "closed"
    IDLE = "idle"
    CALLING = "calling"
    SERVING = "serving"
    PAUSED = "paused"


STAFFED = frozenset({Duty.IDLE, Duty.CALLING, Duty.SERVING})
"""The duties in which somebody works at the window: it can be counted on."""


class Pin(StrEnum):
    """A supervisor's word over the tide: keep this tidal window open, or closed. It holds for the day."""

    NONE = ""
    OPEN = "open"
    CLOSED = "closed"


class WindowMove(StrEnum):
    """What can happen to a window. `RELEASE`: the ticket left it, whichever way."""

    OPEN = "open"
    CALL = "call"
    START = "start"
    RELEASE = "release"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"


BEFORE = None
"""In MOVES: back to the duty that the window had before its pause."""

MOVES: dict[Duty, dict[WindowMove, Duty | None]] = {
    Duty.CLOSED: {WindowMove.OPEN: Duty.IDLE},
    Duty.IDLE: {WindowMove.CALL: Duty.CALLING, WindowMove.PAUSE: Duty.PAUSED, WindowMove.CLOSE: Duty.CLOSED},
    Duty.CALLING: {
        WindowMove.START: Duty.SERVING,
        WindowMove.RELEASE: Duty.IDLE,
        WindowMove.PAUSE: Duty.PAUSED,
    },
    Duty.SERVING: {WindowMove.RELEASE: Duty.IDLE, WindowMove.PAUSE: Duty.PAUSED},
    Duty.PAUSED: {WindowMove.RESUME: BEFORE, WindowMove.CLOSE: Duty.CLOSED},
}


class Away(NamedTuple):
    """Who is covered at a window (顶岗补位): the clerk, why and since when, and what is given back on the return: when the
    clerk had sat down, and what the window served."""

    clerk: str
    reason: str
    since: datetime
    seated: datetime | None
    profile: tuple[str, ...] | None


@quick_replace
class Window(NamedTuple):
    """One window on one day. `clerk`: who serves there, since `seated`; `away`: whom that clerk covers. `since`: when
    the present duty began. `before`: the duty to return to after a pause. `served` and the minutes are the day's own
    figures. `streak`: so many people of priority classes it called in a row; below zero, so many others. `profile`:
    what it serves while the tide is in, if that is less than the plan says; None: all of the plan. `last`: who was done
    here last."""

    no: int
    duty: Duty = Duty.CLOSED
    since: datetime | None = None
    ticket: str | None = None
    clerk: str = ""
    before: Duty | None = None
    pause_reason: str = ""
    closing: bool = False
    served: int = 0
    service_minutes: float = 0.0
    busy_minutes: float = 0.0
    open_minutes: float = 0.0
    opened_at: datetime | None = None
    streak: int = 0
    profile: tuple[str, ...] | None = None
    pin: Pin = Pin.NONE
    seated: datetime | None = None
    away: Away | None = None
    last: str | None = None
