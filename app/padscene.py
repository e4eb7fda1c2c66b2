"""The pad at a window as its visitor should see it: Hall -> PadScene, pure.

A pad page is one more pad of the same rules as those on a wire (app/hardware.py): asked when a service is done, once for
each, silence is "not rated". A page is told the state and not the event, so "asked" is a state here: the last service of
this window is done, nobody has answered for it, the next one has not begun, and it is not too long ago.
"""

from datetime import datetime, timedelta

from app.core.hall import Hall
from app.core.window import Duty, Window
from app.naming import window_name
from app.plates import seat_plate
from app.scenes import rating_reasons
from displays.scene import Bilingual, PadAsk, PadScene, WindowState


def pad_scene(hall: Hall, no: int, now: datetime, speed: float = 1.0, panel: str = "") -> PadScene:
    """What lies before the visitor at window `no`. `speed`: hall seconds per real second, because a visitor thinks in
    real ones. `panel`: what the clerk has typed. Raises UnknownWindow."""
    window = hall.window(no)
    plan = hall.plan
    rules = plan.rules.pad
    ticket = hall.ticket_at(window)
    return PadScene(
        seq=hall.seq,
        at=now,
        hall=Bilingual(plan.name, plan.name_en),
        no=no,
        name=window_name(plan.window[no]),
        state=WindowState(window.duty.value),
        number=ticket.number if ticket else "",
        plate=seat_plate(hall, no),
        ask=_ask(hall, window, now, speed),
        panel=panel,
        ask_seconds=rules.ask_seconds,
        reasons_below=rules.reasons_below,
        reasons=rating_reasons(plan),
    )


def _ask(hall: Hall, window: Window, now: datetime, speed: float) -> PadAsk | None:
    ticket = hall.tickets.get(window.last) if window.last else None
    done = ticket.done if ticket else None
    if (
        ticket is None
        or done is None
        or done.window != window.no
        or done.asked
        or window.duty is Duty.SERVING
    ):
        return None
    until = done.at + timedelta(seconds=hall.plan.rules.pad.ask_seconds * speed)
    return PadAsk(ticket.id, ticket.number, until) if now < until else None
