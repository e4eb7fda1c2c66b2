"""What a clerk has typed for somebody who does not hear: shown large on the pad of the window, and forgotten.

For: `Panels`, in memory only. What is said between a visitor and a clerk is nobody else's, so it is never written down: it
stands for `panel_seconds`, or until the person at the window is another one, or the clerk takes it away.
Not for: the page (displays/web/pad), or who may type (the route asks). One process: a clerk and the pad of the same
window are at the same server.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.hall import Hall


@dataclass(frozen=True, slots=True)
class Typed:
    """One sentence, for the ticket that was at the window then."""

    text: str
    ticket: str | None
    until: datetime


class Panels:
    """The newest sentence of each window."""

    def __init__(self) -> None:
        self._typed: dict[tuple[str, int], Typed] = {}

    def show(self, hall: Hall, window: int, text: str, now: datetime, speed: float) -> None:
        """From now on the pad of `window` shows `text`; an empty one takes it away. Raises UnknownWindow."""
        key = (hall.plan.code, window)
        ticket = hall.window(window).ticket
        if not text.strip():
            self._typed.pop(key, None)
            return
        seconds = hall.plan.rules.pad.panel_seconds * speed
        self._typed[key] = Typed(text.strip(), ticket, now + timedelta(seconds=seconds))

    def text(self, hall: Hall, window: int, now: datetime) -> str:
        """What the pad shows now; empty: nothing."""
        key = (hall.plan.code, window)
        typed = self._typed.get(key)
        if typed is None:
            return ""
        if typed.until <= now or hall.window(window).ticket != typed.ticket:
            del self._typed[key]
            return ""
        return typed.text
