"""Who speaks: the loudspeakers of each audio zone, and the hall's calls on their way to one of them.

For: `Voices`. A board with a loudspeaker holds a line for its zone (api/voice.py). The first line of a zone speaks; the
others stand by and step in when it goes, so that two boards side by side do not talk over each other. On the line:

    we say     {"seq": 7, "role": "speaker", "mode": "browser", "say": null}      on coming, and when the role changes
               {"seq": 8, "role": "speaker", "mode": "server", "say": {"id": …, "chime": …, "phrases": […]}}
    it says    "began ID" with the first note, "done ID" after the last word, "ping" now and then

A call is handed to one loudspeaker. If that goes before it began, the next one says it; afterwards nobody does again.
Not for: wording and order (displays/voice.py), sounds (app/sounds.py). Nothing here holds up a call: it follows commits.
What goes wrong: a loudspeaker that never says `done` is waited for as long as its words could take, then it goes on. One
process has one queue for a zone; several servers for one hall need their loudspeakers at the same server.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from app.bus import Bus
from app.clock import Clock
from app.core.events import TicketCalled, TicketRecalled
from app.core.hall import Hall
from app.core.plan import HallPlan
from app.core.record import Recorded
from app.core.shown import One, VoiceMode
from app.core.ticket import Status, Ticket
from app.service import HallService
from app.sounds import Sounds
from displays.voice import Announcement, Lane, Style, compose, seconds

log = logging.getLogger(__name__)

Say = Callable[[str], Awaitable[None]]

BEGIN_SECONDS: Final = 5.0
"""A loudspeaker that has not begun after so long does not hear us: its line is not believed and the next one speaks."""

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Word:
    """What a loudspeaker is told. `seq` grows with every word of a zone."""

    seq: int
    role: str
    mode: str
    say: Announcement | None


@dataclass(eq=False)
class Line:
    """One loudspeaker. `began`, `done`: the ids it has told last."""

    send: Say
    began: str = ""
    done: str = ""
    gone: bool = False
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, text: str) -> None:
        """What it says; anything that makes no sense is passed over."""
        verb, _, what = text.partition(" ")
        if verb == "began":
            self.began = what
        elif verb == "done":
            self.began = self.done = what
        self.moved.set()


def audio_zone(plan: HallPlan, zone: str) -> str:
    """The loudspeakers that are heard in a zone; empty: those of the whole hall."""
    found = plan.zone.get(zone)
    return found.audio if found else ""


def style_for(plan: HallPlan, priority_class: str) -> Style:
    """How somebody of a class is called."""
    rules = plan.rules.voice
    slow = priority_class in rules.slow_classes
    heard = rules.mode in (VoiceMode.BROWSER, VoiceMode.SERVER)
    return Style(
        rules.languages if heard else (),
        rules.one is One.YAO,
        rules.chime or rules.mode is VoiceMode.CHIME,
        rules.slow_repeat if slow else rules.repeat,
        rules.slow_rate if slow else rules.rate,
        rules.slow_volume if slow else rules.volume,
    )


def announcement(hall: Hall, ticket: Ticket) -> Announcement | None:
    """What is said for a ticket that is called now; None if it is not called, or the hall is silent."""
    if ticket.status is not Status.CALLED or ticket.window is None:
        return None
    if hall.plan.rules.voice.mode is VoiceMode.SILENT:
        return None
    style = style_for(hall.plan, ticket.priority_class)
    return compose(ticket.call_id, ticket.id, ticket.number, ticket.window, style)


class ZoneVoice:
    """One audio zone of one hall: its queue, its loudspeakers, and the task that brings them together."""

    def __init__(self, service: HallService, audio: str, sounds: Sounds, clock: Clock) -> None:
        rules = service.hall.plan.rules.voice
        self.audio = audio
        self.lane = Lane(rules.stale_seconds, rules.gap_seconds)
        self.lines: list[Line] = []
        self._service = service
        self._sounds = sounds
        self._seq = 0
        self._woken = asyncio.Event()
        hall, now = service.hall, clock.now()
        for ticket_id in reversed(hall.recent):
            ticket = hall.tickets.get(ticket_id)
            if ticket is not None and ticket.announced_at is not None:
                self.tell(ticket, (now - ticket.announced_at).total_seconds() / clock.speed)
        self._task = asyncio.create_task(self._run(), name=f"voice {service.code} {audio}")

    async def close(self) -> None:
        """Fall silent."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def tell(self, ticket: Ticket, age: float = 0.0) -> None:
        """A ticket was called or recalled `age` real seconds ago."""
        hall = self._service.hall
        window = hall.plan.window.get(ticket.window) if ticket.window is not None else None
        if window is None or audio_zone(hall.plan, window.zone) != self.audio:
            return
        made = announcement(hall, ticket)
        if made is not None and self.lane.tell(made, time.monotonic(), age):
            self._woken.set()

    async def join(self, send: Say) -> Line:
        """A loudspeaker comes."""
        line = Line(send)
        self.lines.append(line)
        await self._say(line, None)
        self._woken.set()
        return line

    async def leave(self, line: Line) -> None:
        """A loudspeaker goes."""
        line.gone = True
        line.moved.set()
        first = bool(self.lines) and self.lines[0] is line
        if line in self.lines:
            self.lines.remove(line)
        if first and self.lines:
            await self._say(self.lines[0], None)
        self._woken.set()

    async def _say(self, line: Line, what: Announcement | None) -> None:
        self._seq += 1
        role = "speaker" if self.lines and self.lines[0] is line else "standby"
        word = Word(self._seq, role, self._service.hall.plan.rules.voice.mode.value, what)
        try:
            await line.send(_encode(word).decode())
        except Exception:  # its socket is gone: its own endpoint notices
            line.gone = True
            line.moved.set()

    def _still(self, said: Announcement) -> bool:
        ticket = self._service.hall.tickets.get(said.ticket)
        return ticket is not None and ticket.status is Status.CALLED and ticket.call_id == said.id

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            rules = self._service.hall.plan.rules.voice
            self.lane.stale, self.lane.gap = rules.stale_seconds, rules.gap_seconds
            line = self.lines[0] if self.lines else None
            due = self.lane.due(time.monotonic(), self._still) if line is not None else None
            if line is None or due is None:
                again = self.lane.again_in(time.monotonic()) if line is not None else None
                await _wait(self._woken, again)
                continue
            try:
                await self._speak(line, due)
            except Exception:
                log.exception("hall %s: a call could not be spoken", self._service.code)
                self.lane.done(due.id, time.monotonic())

    async def _speak(self, line: Line, what: Announcement) -> None:
        """One announcement by one loudspeaker, from its handing over to its end."""
        if self._service.hall.plan.rules.voice.mode is VoiceMode.SERVER:
            made = {phrase: await self._sounds.of(phrase) for phrase in set(what.phrases)}
            what = replace(
                what, phrases=tuple(replace(phrase, sound=made[phrase]) for phrase in what.phrases)
            )
        await self._say(line, what)
        until = time.monotonic() + BEGIN_SECONDS
        while line.began != what.id and not line.gone and time.monotonic() < until:
            line.moved.clear()
            await _wait(line.moved, until - time.monotonic())
        if line.began != what.id:
            self.lane.take_back()
            if line in self.lines:  # it is there and deaf: whoever stands by speaks, if there is somebody
                self.lines.remove(line)
                self.lines.append(line)
            return
        until = time.monotonic() + seconds(what)
        while line.done != what.id and not line.gone and time.monotonic() < until:
            line.moved.clear()
            await _wait(line.moved, until - time.monotonic())
        self.lane.done(what.id, time.monotonic())


async def _wait(event: asyncio.Event, seconds_at_most: float | None) -> None:
    try:
        async with asyncio.timeout(None if seconds_at_most is None else max(0.0, seconds_at_most)):
            await event.wait()
    except TimeoutError:
        return


class Voices:
    """The loudspeakers of every hall of this process. `halls` may grow."""

    def __init__(self, bus: Bus, halls: Mapping[str, HallService], sounds: Sounds, clock: Clock) -> None:
        self._halls = halls
        self._clock = clock
        self._zones: dict[tuple[str, str], ZoneVoice] = {}
        self.sounds = sounds
        bus.listen(self._heard)

    async def join(self, service: HallService, zone: str, send: Say) -> tuple[ZoneVoice, Line]:
        """A board with a loudspeaker that stands in `zone` (empty: for the hall) comes; `ZoneVoice.leave` ends it."""
        key = (service.code, audio_zone(service.hall.plan, zone))
        found = self._zones.get(key)
        if found is None:
            found = self._zones[key] = ZoneVoice(service, key[1], self.sounds, self._clock)
        return found, await found.join(send)

    async def close(self) -> None:
        """Fall silent."""
        for zone in self._zones.values():
            await zone.close()

    def _heard(self, hall: str, recorded: tuple[Recorded, ...]) -> None:
        zones = [zone for (code, _), zone in self._zones.items() if code == hall]
        if not zones:
            return
        for each in recorded:
            if isinstance(each.event, TicketCalled | TicketRecalled):
                ticket = self._halls[hall].hall.tickets.get(each.event.ticket)
                for zone in zones if ticket is not None else ():
                    assert ticket is not None
                    zone.tell(ticket)
