"""Masked names beside called numbers, 张*, for the boards of a hall that wants them (`masked_names` of `[rules.screens]`).

For: `CalledNames`, in memory only. The name on a card that was laid on a kiosk's reader is cut to its first character at
once (`masked`), and that is forgotten when the visit or the day is over, at the next look of a board or the next card at
the latest, and when the server ends. It is in no journal.
Not for: names that somebody typed (there are none), or screens other than the board (scenes.py).
What goes wrong: after a restart, and in another process than the one that gave out the number, the board shows the
number alone.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from app.core.hall import Hall


def masked(name: str) -> str:
    """The first character and one star, however long the name is; empty for none."""
    name = name.strip()
    return f"{name[0]}*" if name else ""


class CalledNames:
    """What boards may show of the holders of numbers, by hall and ticket."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[date | None, dict[str, str]]] = {}

    def keep(self, hall: Hall, ticket: str, name: str) -> None:
        """From now on `name`, already masked, belongs to `ticket`, if this hall wants it."""
        if name and hall.plan.rules.screens.masked_names:
            self._kept[hall.plan.code] = (hall.day, {**self.shown(hall), ticket: name})

    def shown(self, hall: Hall) -> Mapping[str, str]:
        """The names of those who are in the hall now; what is over is forgotten."""
        day, names = self._kept.get(hall.plan.code, (None, {}))
        wanted = hall.plan.rules.screens.masked_names and day == hall.day
        for ticket in [each for each in names if not wanted or _over(hall, each)]:
            del names[ticket]
        return MappingProxyType(names)


def _over(hall: Hall, ticket: str) -> bool:
    known = hall.tickets.get(ticket)
    return known is None or known.ended_at is not None
