"""Who is told what: the signs of a hall, and the little displays of the callers.

For: `Signs.tell(hall, now)` after a commit. A sign is told the state, so only what the hall looks like now counts, not how
it came about: a window whose values are the same objects as last time has not changed and costs nothing.
Not for: wording (displays/sign.py), telling again after silence (drivers/sign.py).
What goes wrong: a scene that cannot be drawn is logged and costs that one sign its news.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from app.core.hall import Hall
from app.core.plan import DeviceKind, DevicePlan
from app.rack import Pad
from app.scenes import hall_scene, window_scene
from displays.scene import HallScene
from displays.sign import board, brightness_at, compose
from drivers.media import Message

log = logging.getLogger(__name__)


class SignFace(Protocol):
    """A strip or board, whoever's (drivers/sign.py says more)."""

    @property
    def columns(self) -> int:
        """Latin characters on a line; a Chinese one takes two."""

    @property
    def rows(self) -> int:
        """Lines."""

    @property
    def chinese(self) -> bool:
        """Whether it has Chinese glyphs."""

    def show(self, message: Message) -> None:
        """Show this from now on."""

    def brightness(self, percent: int) -> None:
        """So bright from now on."""


class Signs:
    """Every sign and every caller's display of one hall. `sign` and `pad` find a device that stands."""

    def __init__(self, sign: Callable[[str], SignFace | None], pad: Callable[[str], Pad | None]) -> None:
        self._sign = sign
        self._pad = pad
        self._told: dict[str, object] = {}
        self._percent: dict[str, int] = {}

    def forget(self) -> None:
        """Everything is to be told anew: other devices stand there."""
        self._told.clear()
        self._percent.clear()

    def tell(self, hall: Hall, now: datetime) -> None:
        """Tell each what has changed for it."""
        for plan in hall.plan.devices:
            try:
                if plan.kind is DeviceKind.SIGN:
                    self._tell_sign(hall, plan, now)
                elif plan.kind is DeviceKind.CALLER:
                    self._tell_caller(hall, plan)
            except Exception:
                log.exception("device %s of hall %s could not be told", plan.name, hall.plan.code)

    def dim(self, hall: Hall, now: datetime) -> None:
        """By the time of day."""
        percent = brightness_at(now.time())
        for plan in hall.plan.devices:
            sign = self._sign(plan.name) if plan.kind is DeviceKind.SIGN else None
            if sign is not None and self._percent.get(plan.name) != percent:
                self._percent[plan.name] = percent
                sign.brightness(percent)

    def _tell_sign(self, hall: Hall, plan: DevicePlan, now: datetime) -> None:
        sign = self._sign(plan.name)
        if sign is None:
            return
        if plan.window is None:
            state: object = (
                hall.recent,
                tuple(hall.tickets.get(each) for each in hall.recent),
                hall.plan.name,
            )
            if self._news(plan, state):
                scene = _of_zone(hall_scene(hall, now), plan.zone)
                sign.show(board(scene, sign.columns, sign.rows, chinese=sign.chinese))
        elif (window := hall.windows.get(plan.window)) is not None:
            state = (window, hall.ticket_at(window), hall.plan.window[window.no])
            if self._news(plan, state):
                scene_ = window_scene(hall, window.no, now)
                sign.show(
                    compose(
                        scene_,
                        sign.columns,
                        sign.rows,
                        chinese=sign.chinese,
                        english=sign.rows > 1 and sign.chinese,
                    )
                )

    def _tell_caller(self, hall: Hall, plan: DevicePlan) -> None:
        """The number that is called or served; while there is none, how many wait for this window."""
        pad = self._pad(plan.name)
        window = hall.windows.get(plan.window) if plan.window is not None else None
        if pad is None or window is None:
            return
        ticket = hall.ticket_at(window)
        if ticket is not None:
            if self._news(plan, ticket.number):
                pad.show_ticket(ticket.number)
            return
        waiting = sum(len(hall.queues[service]) for service in hall.serves(window.no))
        if self._news(plan, waiting):
            pad.show_waiting(waiting)

    def _news(self, plan: DevicePlan, state: object) -> bool:
        if plan.name in self._told and self._told[plan.name] == state:
            return False
        self._told[plan.name] = state
        return True


def _of_zone(scene: HallScene, zone: str) -> HallScene:
    """What concerns one zone; all of it for a board without one."""
    if not zone:
        return scene
    return replace(
        scene,
        calls=tuple(call for call in scene.calls if call.zone == zone),
        recent=tuple(call for call in scene.recent if call.zone == zone),
    )
