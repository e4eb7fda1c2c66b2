"""Live screens: the newest scene to each socket. A slow screen skips scenes; it never delays another, and never grows.

For: `Hub`. A channel is one scene of one hall (the board, window 3, clerk 3, …) and the screens that look at it. After a
commit each channel is drawn at most once, encoded once, framed once, and written to every screen's line.
Not for: what a scene holds (scenes.py), or who may look (api).

A change that people wait for (a call on the board, one's own window) goes out at once; a change of mere counts within
`SOON` seconds, together with those that follow it. A scene that says nothing new is not sent; every
`screen_seconds` it is repeated all the same, so that silence means a broken line.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from app.bus import Bus
from app.clock import Clock
from app.core.errors import Refusal
from app.core.hall import Hall
from app.core.record import Recorded
from app.frames import SceneLine, text_frame
from app.service import HallService
from app.urgency import Cares, Urgency

log = logging.getLogger(__name__)

SOON = 0.2
"""Seconds that a change of counts may wait for the next one: below what an eye calls late, and at 100 tickets a second
it saves nineteen of twenty drawings."""

STEP_SECONDS = 0.002
"""How long screens are given a scene in one step of the loop; the others follow in the next. uvloop writes to a hundred
boards in half of it. Where a write waits for a thread that calculates, as on asyncio's own loop, it was 30 ms."""

_encode = msgspec.json.Encoder().encode


Draw = Callable[[Hall, datetime], object]


@dataclass(eq=False)
class Screen:
    """One socket. `line` writes without waiting where the server offers it; `send` is the plain way. `behind`: it
    has not been given the newest scene."""

    line: SceneLine | None
    send: Callable[[str], Awaitable[None]]
    behind: bool = False
    task: asyncio.Task[None] | None = None


@dataclass(eq=False)
class Channel:
    """One scene of one hall and those who look at it. `due`: who is still to be given the newest scene."""

    service: HallService
    draw: Draw
    cares: Cares
    screens: set[Screen] = field(default_factory=set)
    due: dict[Screen, None] = field(default_factory=dict)
    payload: bytes = b""
    frame: bytes = b""
    said: bytes = b""


class Hub:
    """Every channel that somebody looks at."""

    def __init__(self, bus: Bus, clock: Clock, board_limit: int, repeat_seconds: float) -> None:
        self._clock = clock
        self._limit = board_limit
        self._repeat_seconds = repeat_seconds
        self._channels: dict[tuple[str, str], Channel] = {}
        self._now: set[Channel] = set()
        self._soon: set[Channel] = set()
        self._flushing = False
        self._timer: asyncio.TimerHandle | None = None
        self._repeater: asyncio.Task[None] | None = None
        self.skipped = 0
        bus.listen(self._heard)

    @property
    def screens(self) -> int:
        """Sockets that are open now."""
        return sum(len(channel.screens) for channel in self._channels.values())

    # -- coming and going ---------------------------------------------------------------------------------------

    def join(
        self,
        service: HallService,
        name: str,
        draw: Draw,
        cares: Cares,
        line: SceneLine | None,
        send: Callable[[str], Awaitable[None]],
    ) -> Callable[[], None]:
        """A screen begins to look at the scene `name`: it gets one whole scene, then every newer one. To be called when
        it goes: what comes back."""
        channel = self._channels.get((service.code, name)) or Channel(service, draw, cares)
        changed = self._redraw(channel)
        self._channels[(service.code, name)] = channel
        screen = Screen(line, send)
        if line is not None:
            line.limit(self._limit)
            line.on_drained = lambda: self._drained(channel, screen)
        if changed:
            self._hand_out(channel)
        channel.screens.add(screen)
        self._give(channel, screen)
        if self._repeater is None:
            self._repeater = asyncio.create_task(self._repeat(), name="repeat scenes")
        return lambda: self._leave((service.code, name), channel, screen)

    def _leave(self, key: tuple[str, str], channel: Channel, screen: Screen) -> None:
        """A screen has gone; a channel that nobody looks at is no longer drawn."""
        channel.screens.discard(screen)
        channel.due.pop(screen, None)
        if screen.line is not None:
            screen.line.on_drained = None
        if screen.task is not None:
            screen.task.cancel()
        if not channel.screens and self._channels.get(key) is channel:
            del self._channels[key]
            self._now.discard(channel)
            self._soon.discard(channel)

    async def close(self) -> None:
        """No more scenes."""
        if self._timer is not None:
            self._timer.cancel()
        if self._repeater is not None:
            self._repeater.cancel()

    def nudge(self, hall: str, name: str) -> None:
        """Draw a channel anew though the journal has not grown: what it shows besides is in memory alone."""
        channel = self._channels.get((hall, name))
        if channel is not None:
            self._show(channel)

    # -- changes ------------------------------------------------------------------------------------------------

    def _heard(self, hall: str, recorded: tuple[Recorded, ...]) -> None:
        for (code, _), channel in self._channels.items():
            if code != hall or channel in self._now:
                continue
            urgency = max((channel.cares(each.event) for each in recorded), default=Urgency.NEVER)
            if urgency is Urgency.NOW:
                self._now.add(channel)
            elif urgency is Urgency.SOON:
                self._soon.add(channel)
        loop = asyncio.get_running_loop()
        if self._now and not self._flushing:
            self._flushing = True
            loop.call_soon(self._flush_now)
        if self._soon and self._timer is None:
            self._timer = loop.call_later(SOON, self._flush_soon)

    def _flush_now(self) -> None:
        self._flushing = False
        due, self._now = self._now, set()
        self._soon -= due
        for channel in due:
            self._show(channel)

    def _flush_soon(self) -> None:
        self._timer = None
        due, self._soon = self._soon, set()
        for channel in due:
            self._show(channel)

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(self._repeat_seconds)
            for channel in list(self._channels.values()):
                self._show(channel, even_if_same=True)
                await asyncio.sleep(0)

    # -- drawing and giving -------------------------------------------------------------------------------------

    def _show(self, channel: Channel, *, even_if_same: bool = False) -> None:
        try:
            if not self._redraw(channel, even_if_same=even_if_same):
                return
        except Exception:
            log.exception("a scene of hall %s could not be drawn", channel.service.code)
            return
        self._hand_out(channel)

    def _redraw(self, channel: Channel, *, even_if_same: bool = False) -> bool:
        """Draw the scene from the committed hall; whether it is to be given. `seq` and `at` alone are nothing new. A
        scene whose ticket or window is no more is not drawn, and its endpoint ends its screens."""
        hall = channel.service.hall
        try:
            scene = channel.draw(hall, self._clock.now().astimezone(ZoneInfo(hall.plan.timezone)))
        except Refusal:
            return False
        if self._clock.speed != 1.0:
            scene = replace(scene, speed=self._clock.speed)  # type: ignore[type-var]
        payload = _encode(scene)
        said = payload.split(b",", 2)[-1]
        if said == channel.said and not even_if_same:
            return False
        channel.payload = payload
        channel.frame = text_frame(payload)
        channel.said = said
        return True

    def _hand_out(self, channel: Channel) -> None:
        """The newest scene to every screen. Who has waited since an earlier scene is first, so that nobody is forgotten
        however fast scenes follow each other."""
        under_way = bool(channel.due)
        channel.due = dict.fromkeys((*channel.due, *channel.screens))
        if not under_way:
            self._hand_on(channel)

    def _hand_on(self, channel: Channel) -> None:
        until = time.monotonic() + STEP_SECONDS
        while channel.due:
            screen = next(iter(channel.due))
            del channel.due[screen]
            try:
                self._give(channel, screen)
            except Exception:
                log.exception("a screen of hall %s could not be given its scene", channel.service.code)
            if channel.due and time.monotonic() >= until:
                asyncio.get_running_loop().call_soon(self._hand_on, channel)
                return

    def _give(self, channel: Channel, screen: Screen) -> None:
        """The newest scene to one screen, or the mark that it still lacks it."""
        if screen.line is not None:
            screen.behind = not screen.line.write_frame(channel.frame)
            self.skipped += screen.behind
        elif screen.task is None or screen.task.done():
            screen.behind = False
            screen.task = asyncio.create_task(self._send_plainly(channel, screen))
        else:
            screen.behind = True
            self.skipped += 1

    async def _send_plainly(self, channel: Channel, screen: Screen) -> None:
        while True:
            screen.behind = False
            try:
                await screen.send(channel.payload.decode())
            except Exception:  # the socket is gone: its own endpoint notices and leaves
                return
            if not screen.behind:
                return

    def _drained(self, channel: Channel, screen: Screen) -> None:
        if screen.behind and screen in channel.screens:
            self._give(channel, screen)
