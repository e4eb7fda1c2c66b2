"""«The journal has grown», told to whoever listens, after the commit.

For: screens, printers and figures that follow the journal inside one process. A listener is called with the hall's
code and what was recorded; it must not block and must not raise.
Not for: carrying state. Who misses a word reads the journal.
"""

import logging
from collections.abc import Callable

from app.core.record import Recorded

log = logging.getLogger(__name__)


Listener = Callable[[str, tuple[Recorded, ...]], None]


class Bus:
    """Who wants to know, and the telling."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """From now on `listener` hears of every commit, in order."""
        self._listeners.append(listener)

    def publish(self, hall: str, recorded: tuple[Recorded, ...]) -> None:
        """Tell everybody. One listener's fault is logged and is not another's trouble."""
        for listener in self._listeners:
            try:
                listener(hall, recorded)
            except Exception:
                log.exception("a listener of the bus failed on hall %s", hall)
