"""Who sits where: what follows when a successor, a backup or a clerk who returns sits down. A chapter of decide.py.

For: `take_over`, `cover`, `uncover`, `report_presence`, `sits_nowhere_else`. A window never stands empty in between:
whoever sits down finds the window, its duty and who stands at it as they were. Whoever sits down works, so a pause
ends; the pause of somebody who is covered comes back if the backup leaves first. A flexible clerk brings the own
skills; the window gets back what it served before, exactly, when the covered clerk returns.
Not for: opening and closing (decide.py), where everybody is (presence.py).
What goes wrong: nobody sits at two windows, and a hall that names its people lets nobody else cover.
"""

from datetime import datetime

from app.core.commands import CoverWindow, ReportPresence, TakeOverWindow, UncoverWindow
from app.core.errors import (
    ClerkElsewhere,
    ClerkMissing,
    NobodyCovered,
    NoSkillForWindow,
    ReasonMissing,
    UnknownPauseReason,
    UnknownPerson,
    WindowCannot,
)
from app.core.events import (
    ClerkTookOver,
    CoverEnded,
    CoverStarted,
    Event,
    PresenceReported,
    WindowPaused,
    WindowResumed,
)
from app.core.hall import Hall
from app.core.presence import sits_at
from app.core.tide import skilled
from app.core.window import Duty, Window

Events = tuple[Event, ...]


def take_over(hall: Hall, command: TakeOverWindow, now: datetime) -> Events:
    """Successor before predecessor: the window changes hands while it works. Again by the same clerk is nothing."""
    window = _manned(hall, command.window, "take_over")
    clerk = _somebody(hall, command.clerk)
    if clerk == window.clerk and window.away is None:
        return ()
    sits_nowhere_else(hall, clerk, window.no)
    took = ClerkTookOver(
        at=now,
        window=window.no,
        clerk=clerk,
        predecessor=window.clerk,
        services=_skills(hall, clerk, window),
    )
    return (took, *_resumed(window, now))


def cover(hall: Hall, command: CoverWindow, now: datetime) -> Events:
    """A backup for the clerk who goes; for one who covers already, too: covered stays who was."""
    window = _manned(hall, command.window, "cover")
    clerk = _somebody(hall, command.clerk)
    if clerk == window.clerk:
        raise ClerkElsewhere(clerk=clerk, window=window.no)
    if window.away is not None and clerk == window.away.clerk:
        return uncover(hall, UncoverWindow(window.no), now)
    sits_nowhere_else(hall, clerk, window.no)
    started = CoverStarted(
        at=now,
        window=window.no,
        clerk=clerk,
        covered=window.away.clerk if window.away else window.clerk,
        reason=window.away.reason if window.away else _reason(hall, command.reason, window),
        services=_skills(hall, clerk, window),
    )
    return (started, *_resumed(window, now))


def uncover(hall: Hall, command: UncoverWindow, now: datetime) -> Events:
    """The cover ends."""
    window = hall.window(command.window)
    if window.away is None:
        raise NobodyCovered(window=window.no)
    away = window.away
    ended = CoverEnded(at=now, window=window.no, clerk=window.clerk, covered=away.clerk, back=command.back)
    if command.back:
        return (ended, *_resumed(window, now))
    resumed = _resumed(window, now)  # the backup's own pause gives way to the reason of the clerk who is away
    return (ended, *resumed, WindowPaused(at=now, window=window.no, reason=away.reason))


def report_presence(hall: Hall, command: ReportPresence, now: datetime) -> Events:
    """Somebody says that they are out of the hall, or off. At a window the window says where they are."""
    clerk = _somebody(hall, command.clerk)
    if command.away and not command.reason.strip():
        raise ReasonMissing(move="away")
    if (no := sits_at(hall, clerk)) is not None:
        raise ClerkElsewhere(clerk=clerk, window=no)
    known = hall.absent.get(clerk)
    reason = command.reason.strip() if command.away else ""
    if (known.reason if known else "") == reason:
        return ()
    return (PresenceReported(at=now, clerk=clerk, away=command.away, reason=reason),)


def _manned(hall: Hall, no: int, move: str) -> Window:
    window = hall.window(no)
    if window.duty is Duty.CLOSED:
        raise WindowCannot(window=no, duty=window.duty, move=move)
    return window


def _somebody(hall: Hall, clerk: str) -> str:
    """The staff number. A hall that names its people knows nobody else; one that names none takes any name."""
    if not clerk.strip():
        raise ClerkMissing()
    known = {each.staff_no for each in hall.plan.people} | {
        each.staff_no for each in hall.plan.flexible_clerks
    }
    number = hall.plan.staff_no(clerk.strip())
    if hall.plan.people and number not in known:
        raise UnknownPerson(clerk=clerk)
    return number


def sits_nowhere_else(hall: Hall, clerk: str, here: int) -> None:
    """Nobody sits, or is covered, at two windows. Raises ClerkElsewhere."""
    for each in hall.windows.values():
        if each.no == here or each.duty is Duty.CLOSED:
            continue
        if each.clerk == clerk or (each.away is not None and each.away.clerk == clerk):
            raise ClerkElsewhere(clerk=clerk, window=each.no)


def _skills(hall: Hall, clerk: str, window: Window) -> tuple[str, ...] | None:
    """What the window serves with this clerk; None: all of its plan."""
    planned = hall.plan.window[window.no].service_codes
    flexible = next((each for each in hall.plan.flexible_clerks if each.staff_no == clerk), None)
    if flexible is None:
        return None
    able = tuple(code for code in planned if skilled(flexible, code))
    if not able:
        raise NoSkillForWindow(clerk=clerk, window=window.no)
    return None if len(able) == len(planned) else able


def _resumed(window: Window, now: datetime) -> Events:
    return (WindowResumed(at=now, window=window.no),) if window.duty is Duty.PAUSED else ()


def _reason(hall: Hall, said: str, window: Window) -> str:
    reason = said.strip() or window.pause_reason
    if not reason:
        raise ReasonMissing(move="cover")
    known = [each.key for each in hall.plan.pause_reasons]
    if known and reason not in known:
        raise UnknownPauseReason(reason=reason, known=", ".join(known))
    return reason
