"""Where everybody is: the one presence record, from which window state, seat plate and whereabouts plate are drawn.

    presence(hall)          everybody whom the hall file names, in its order, then whoever else sits somewhere
    at_window(hall, 3)      who sits at window 3, or whose place it is while nobody does

For: the fold of one hall, as a function: nothing of it is stored twice, so no two displays can disagree.
Not for: what of it may be shown (app/plates.py), what may change it (posts.py).
What goes wrong: nothing. Somebody who sits at two windows (the file of the hall allows no such thing, an account that two
share does) is told where they sat down last.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.hall import Hall
from app.core.people import Person
from app.core.window import Duty, Window


class Whereabouts(StrEnum):
    """Where somebody is. `PAUSED`: at a window that pauses; `COVERED`: somebody sits there instead; `AWAY`: on duty and
    at no window; `OFF`: none of these."""

    AT_WINDOW = "at_window"
    PAUSED = "paused"
    COVERED = "covered"
    AWAY = "away"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Presence:
    """One person now. `reason`: why paused, covered or away; `covers`, `covered_by`: staff numbers."""

    person: Person
    state: Whereabouts
    window: int | None = None
    since: datetime | None = None
    reason: str = ""
    covers: str = ""
    covered_by: str = ""


def presence(hall: Hall) -> tuple[Presence, ...]:
    """Everybody, each once."""
    found = _seated(hall)
    people = {each.staff_no: each for each in hall.plan.people}
    for clerk in (*found, *hall.absent):
        people.setdefault(clerk, Person(clerk))
    return tuple(found.get(clerk) or _elsewhere(hall, person) for clerk, person in people.items())


def whereabouts(hall: Hall, clerk: str) -> Presence:
    """One person, by staff number."""
    person = hall.plan.person.get(clerk) or Person(clerk)
    place = _place(hall, person.staff_no)
    return _at(hall, person.staff_no, place) if place else _elsewhere(hall, person)


def at_window(hall: Hall, no: int) -> tuple[Presence, ...]:
    """Who belongs to a window now: whose usual place it is, whoever is covered there, and whoever sits there."""
    window = hall.windows[no]
    clerks = [each.staff_no for each in hall.plan.people_of_window.get(no, ())]
    if window.duty is not Duty.CLOSED:
        clerks += [window.away.clerk] if window.away else []
        clerks += [window.clerk] if window.clerk else []
    return tuple(whereabouts(hall, clerk) for clerk in dict.fromkeys(clerks))


def sits_at(hall: Hall, clerk: str) -> int | None:
    """The window at which somebody sits, or is covered; None at none."""
    place = _place(hall, clerk)
    return place.no if place else None


def _place(hall: Hall, clerk: str) -> Window | None:
    """The window to which somebody belongs now; of several the one where they sat down last."""
    found = [
        window
        for window in hall.windows.values()
        if window.duty is not Duty.CLOSED
        and (window.clerk == clerk or (window.away is not None and window.away.clerk == clerk))
    ]
    return max(found, key=_seated_at, default=None) if clerk else None


def _at(hall: Hall, clerk: str, window: Window) -> Presence:
    person = hall.plan.person.get(clerk) or Person(clerk)
    away = window.away
    if away is not None and away.clerk == clerk:
        return Presence(
            person, Whereabouts.COVERED, window.no, away.since, away.reason, covered_by=window.clerk
        )
    paused = window.duty is Duty.PAUSED
    return Presence(
        person,
        Whereabouts.PAUSED if paused else Whereabouts.AT_WINDOW,
        window.no,
        window.since if paused else window.seated,
        window.pause_reason,
        covers=away.clerk if away else "",
    )


def _seated(hall: Hall) -> dict[str, Presence]:
    """Everybody who sits at a window or is covered at one."""
    clerks: dict[str, None] = {}
    for window in hall.windows.values():
        if window.duty is not Duty.CLOSED and window.clerk:
            if window.away and window.away.clerk:
                clerks[window.away.clerk] = None
            clerks[window.clerk] = None
    places = ((clerk, _place(hall, clerk)) for clerk in clerks)
    return {clerk: _at(hall, clerk, window) for clerk, window in places if window is not None}


def _seated_at(window: Window) -> tuple[float, int]:
    return (window.seated.timestamp() if window.seated else 0.0, -window.no)


def _elsewhere(hall: Hall, person: Person) -> Presence:
    absence = hall.absent.get(person.staff_no)
    if absence is None:
        return Presence(person, Whereabouts.OFF)
    return Presence(person, Whereabouts.AWAY, None, absence.since, absence.reason)
