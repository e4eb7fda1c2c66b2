"""The tide as commands and events: what follows from a look, from a supervisor's word, and from a tidal window's end.

For: `look_at_tide`, `confirm_tide`, `dismiss_tide`, `pin_window`, `opened_events`, `closed_events`: chapters of decide.py.
Not for: whether a window should turn (tide.py).

`suggest` proposes and waits for a word; `confirm` proposes and turns by itself when nobody objects in time; `auto` turns.
A proposal that is no longer wanted is withdrawn. When a tidal window has closed, an event says what it brought.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from app.core.commands import ConfirmTide, DismissTide, PinWindow
from app.core.errors import NotATidalWindow, NothingProposed, ReasonMissing, WindowCannot
from app.core.events import (
    Event,
    TideBrought,
    TideDismissed,
    TideHeldBack,
    TideNoticed,
    TideProposed,
    TideTurned,
    TideWithdrawn,
    WindowClosed,
    WindowClosing,
    WindowOpened,
    WindowPinned,
)
from app.core.hall import Hall, Proposal
from app.core.load import counts
from app.core.plan import TideMode, WindowKind
from app.core.tide import Look, Turn, free_clerks, look, project, skilled
from app.core.window import Duty, Pin

Events = tuple[Event, ...]


def look_at_tide(hall: Hall, now: datetime) -> Events:
    """What the controller notices, proposes, turns and withholds. Nothing new is no event."""
    seen = look(hall, now)
    return (*_noticed(hall, seen, now), *_held_back(hall, seen, now), *_turned(hall, seen, now))


def _noticed(hall: Hall, seen: Look, now: datetime) -> Events:
    if (seen.hot, seen.calm) == (hall.tide.hot, hall.tide.calm):
        return ()
    return (TideNoticed(at=now, hot=seen.hot, calm=seen.calm),)


def _held_back(hall: Hall, seen: Look, now: datetime) -> Events:
    return tuple(
        TideHeldBack(at=now, service=code, why=why)
        for code, why in seen.withheld.items()
        if hall.tide.withheld.get(code) != why.code
    )


def _turned(hall: Hall, seen: Look, now: datetime) -> Events:
    rules = hall.plan.rules.tide
    events: list[Event] = []
    wanted = {turn.window: turn for turn in seen.turns}
    for no, proposal in hall.tide.proposals.items():
        turn = wanted.get(no)
        if turn is None or _differs(proposal, turn):
            events.append(TideWithdrawn(at=now, window=no))
    for turn in seen.turns:
        standing = hall.tide.proposals.get(turn.window)
        if rules.mode is TideMode.AUTO:
            events += _make_turn(hall, turn, now)
        elif standing is None or _differs(standing, turn):
            events.append(
                TideProposed(
                    at=now,
                    window=turn.window,
                    opens=turn.opens,
                    services=turn.services,
                    clerk=turn.clerk,
                    service=turn.service,
                    why=turn.why,
                )
            )
        elif rules.mode is TideMode.CONFIRM and now - standing.at >= timedelta(seconds=rules.confirm_seconds):
            events += _make_turn(hall, turn, now)
    return tuple(events)


def _differs(proposal: Proposal, turn: Turn) -> bool:
    return (proposal.opens, proposal.clerk) != (turn.opens, turn.clerk)


def _make_turn(hall: Hall, turn: Turn | Proposal, now: datetime) -> list[Event]:
    no = turn.window
    forecasts = project(
        hall, {each.no: hall.serves(each.no) for each in hall.windows.values() if counts(each)}, now
    )
    made: list[Event] = [
        TideTurned(
            at=now,
            window=no,
            opens=turn.opens,
            services=turn.services,
            clerk=turn.clerk,
            service=turn.service,
            wait=round(forecasts[turn.service].wait, 1),
            why=turn.why,
        )
    ]
    if turn.opens:
        return [*made, WindowOpened(at=now, window=no, clerk=turn.clerk)]
    if hall.windows[no].ticket is not None:
        return [*made, WindowClosing(at=now, window=no)]
    return [*made, *closed_events(hall, no, now)]


def confirm_tide(hall: Hall, command: ConfirmTide, now: datetime) -> Events:
    """A supervisor says yes to a proposal. Its clerk may have sat down elsewhere since: then there is none any more."""
    no = hall.window(command.window).no
    proposal = hall.tide.proposals.get(no)
    if proposal is None or (
        proposal.opens and all(each.staff_no != proposal.clerk for each in free_clerks(hall))
    ):
        raise NothingProposed(window=no)
    return tuple(_make_turn(hall, proposal, now))


def dismiss_tide(hall: Hall, command: DismissTide, now: datetime) -> Events:
    """A supervisor says no: neither the window nor, if it was to open, the service is proposed again before the rest
    is over."""
    no = hall.window(command.window).no
    if no not in hall.tide.proposals:
        raise NothingProposed(window=no)
    return (TideDismissed(at=now, window=no, reason=command.reason.strip()),)


def pin_window(hall: Hall, command: PinWindow, now: datetime) -> Events:
    """A supervisor keeps a tidal window open or closed, whatever the tide says, or lets it go again."""
    window = hall.window(command.window)
    if hall.plan.window[window.no].kind is not WindowKind.TIDAL:
        raise NotATidalWindow(window=window.no)
    if command.pin is not Pin.NONE and not command.reason.strip():
        raise ReasonMissing(move="pin")
    if command.pin is window.pin:
        return ()
    if command.pin is Pin.OPEN and window.duty is Duty.CLOSED:
        raise WindowCannot(window=window.no, duty=window.duty, move="keep_open")
    pinned = WindowPinned(at=now, window=window.no, pin=command.pin, reason=command.reason.strip())
    proposed = window.no in hall.tide.proposals
    return (TideWithdrawn(at=now, window=window.no), pinned) if proposed else (pinned,)


def opened_events(hall: Hall, no: int, clerk: str, now: datetime) -> Events:
    """A clerk sits down. If that is what the tide had proposed, it is the tide that turned."""
    proposal = hall.tide.proposals.get(no)
    if proposal is None or not proposal.opens:
        return (WindowOpened(at=now, window=no, clerk=clerk),)
    if clerk and clerk != proposal.clerk:
        known = next((each for each in hall.plan.flexible_clerks if each.staff_no == clerk), None)
        able = tuple(s for s in hall.serves(no) if known is None or skilled(known, s))
        proposal = replace(proposal, clerk=clerk, services=able)
    return tuple(_make_turn(hall, proposal, now))


def closed_events(hall: Hall, no: int, now: datetime, served_now: int = 0) -> Events:
    """A window closes; a tidal one says what its tide brought. `served_now`: people finished in the same breath."""
    closed = WindowClosed(at=now, window=no)
    stay = hall.tide.stays.get(no)
    if stay is None:
        return (closed,)
    window = hall.windows[no]
    others = {
        each.no: hall.serves(each.no) for each in hall.windows.values() if counts(each) and each.no != no
    }
    after = project(hall, others, now)[stay.service].wait if stay.service in hall.queues else 0.0
    brought = TideBrought(
        at=now,
        window=no,
        service=stay.service,
        wait_before=stay.wait,
        wait_after=round(after, 1),
        served=window.served + served_now - stay.served,
        clerk_minutes=round((now - stay.at).total_seconds() / 60, 1),
    )
    return (closed, brought)
