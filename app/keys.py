"""What a clerk's key asks for, by what the window is doing: KeyPress -> commands.

    key            window idle        calling                 serving                     paused
    call_next      call the next      the person has come     finish, call the next       (refused)
    recall         (refused)          announce again          (refused)                   (refused)
    missed         (refused)          did not come            (refused)                   (refused)
    park           (refused)          (refused)               put aside                   (refused)
    return_parked  the oldest of those who were put aside for this window queues again, whatever the window does
    pause          pause              pause                   pause                       go on
    transfer       to the only other window that serves this service, if there is exactly one
    ask_rating     ask again          (refused)               finish, which asks          (refused)
    stand_back     nothing: that key only speaks

For: pads and callers, which have no key for "start" and "finish": the key that leads on does what leads on. A caller knows
no screen, so each key does at most what its words say; a person who did not come is `missed`, never served.
Not for: repeats and lost acknowledgements (drivers/pad.py): here every press is one press.
What goes wrong: the rules refuse; then nothing has happened, and the caller beeps.
"""

from app.core.commands import (
    CallNext,
    Command,
    Finish,
    Miss,
    Park,
    Pause,
    Recall,
    Resume,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.hall import Hall
from app.core.ticket import Status, Ticket
from app.core.window import Duty
from drivers.media import Key

NO_REASON = "caller"
"""Why a window pauses in a hall without a list of reasons."""


def commands(hall: Hall, no: int, key: Key) -> tuple[Command, ...]:
    """What `key` asks for at window `no`, one after another; the first refusal ends it. Nothing: it has no meaning
    now. Raises UnknownWindow."""
    window = hall.window(no)
    match key:
        case Key.CALL_NEXT:
            if window.duty is Duty.CALLING:
                return (Start(no),)
            return (Finish(no), CallNext(no)) if window.duty is Duty.SERVING else (CallNext(no),)
        case Key.RECALL:
            return (Recall(no),)
        case Key.MISSED:
            return (Miss(no),)
        case Key.PARK:
            return (Park(no),)
        case Key.RETURN_PARKED:
            parked = oldest_parked(hall, no)
            return (ReturnTicket(parked.id),) if parked else ()
        case Key.PAUSE:
            if window.duty is Duty.PAUSED:
                return (Resume(no),)
            reasons = hall.plan.pause_reasons
            return (Pause(no, reasons[0].key if reasons else NO_REASON),)
        case Key.TRANSFER:
            elsewhere = only_other_window(hall, no)
            return (Transfer(no, to_window=elsewhere, reason=NO_REASON),) if elsewhere else ()
        case Key.ASK_RATING:
            return (Finish(no),) if window.duty is Duty.SERVING else ()
        case Key.STAND_BACK:
            return ()


def oldest_parked(hall: Hall, no: int) -> Ticket | None:
    """Who was put aside first of those that may come back to window `no`."""
    return next(
        (
            ticket
            for ticket in hall.live()
            if ticket.status is Status.PARKED
            and ticket.service in hall.plan.window[no].services
            and ticket.only_window in (None, no)
        ),
        None,
    )


def only_other_window(hall: Hall, no: int) -> int | None:
    """The one other window that is staffed and serves what is being served here; None if there are none or several."""
    ticket = hall.ticket_at(hall.window(no))
    if ticket is None:
        return None
    others = [
        each
        for each in hall.plan.windows_of[ticket.service]
        if each != no and hall.windows[each].duty is not Duty.CLOSED
    ]
    return others[0] if len(others) == 1 else None


def unrated(hall: Hall, no: int) -> Ticket | None:
    """Who was served last at window `no` and has not said how it was."""
    last = hall.tickets.get(hall.windows[no].last or "")
    done = last.done if last else None
    return last if done and done.window == no and done.rating is None else None
