"""A simulated clerk: from what the clerk's screen says, what to press next, and when.

For: `Clerk.look(scene, now) -> Deed | None`. A clerk holds nothing that matters: everything follows from the newest scene
and from the person's manner, so a clerk who looks at the screen again after a crash of either side goes on where the
hall is.
Not for: sockets and requests (day.py), or who is called (that is the hall's rule).

A day at a window:

    closed ──(opening)── open ──> idle ──(somebody waits)── call-next ──> calling ──(walk)── start ──> serving ── finish
                                   │                                       └─(does not come)── recall ── missed
                                   ├─(gap between two openings, nobody waits)── pause … resume
                                   └─(after the last closing, nobody waits)── close

What a human does at the same window is respected: who closes or pauses it, or signs in there, has it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import msgspec

from simulators.hallsheet import TIDAL, HallSheet, Opening, Window
from simulators.visitors import Fate, Manner

LEAD = timedelta(minutes=2)
"""Clerks sit down a little before the doors open."""

BREATH = (2.0, 8.0)
"""Seconds between seeing that somebody waits and pressing the key."""

PATIENCE = timedelta(seconds=40)
"""How long a clerk looks for the called person, once before and once after the recall. The hall wants 15 s at least
between two calls."""

LINGER = timedelta(minutes=1)
"""An empty hall is looked at so long before a window pauses or closes: somebody may be sent on from another one."""

NO_PARTING = timedelta(minutes=30)
"""Nobody is put aside or sent on so shortly before closing: they could not come back."""

LUNCH_REASONS = ("meal", "lunch", "break")
"""Keys of pause reasons that say lunch; else the first of the hall."""


class Text(msgspec.Struct, frozen=True):
    """A text in two languages."""

    zh: str
    en: str


class Person(msgspec.Struct, frozen=True):
    """The ticket at the window, or the one that would be called next."""

    id: str
    number: str
    service: Text
    status: str
    called_at: datetime | None
    started_at: datetime | None
    recalls: int
    transfers: int


class Choice(msgspec.Struct, frozen=True):
    """A key that may be chosen."""

    key: str
    name: Text


class ClerkScene(msgspec.Struct, frozen=True):
    """What a clerk's screen says: `WS scenes/clerk/{no}`, the fields that a clerk acts upon."""

    seq: int
    at: datetime
    state: str
    clerk: str
    pause_reason: Text | None
    ticket: Person | None
    next: Person | None
    may: tuple[str, ...]
    pause_reasons: tuple[Choice, ...]
    transfer_to: tuple[Choice, ...]
    served_today: int

    @property
    def situation(self) -> tuple[str, str, str, int]:
        """What changes whenever a deed at this window is done."""
        person = self.ticket
        return (self.state, *((person.id, person.status, person.recalls) if person else ("", "", 0)))


@dataclass(frozen=True, slots=True)
class Deed:
    """Press `move` at `at`, and say `body` with it."""

    move: str
    at: datetime
    body: dict[str, str] = field(default_factory=dict)


class Clerk:
    """The clerk of one window on one day. `manner(number, transfers)` is how people are; `parked_before(number)` says
    who was put aside already and is served to the end this time. `staffed`: sits down by itself; otherwise (a tidal
    window) only once the hall has called a flexible clerk to it."""

    def __init__(
        self,
        sheet: HallSheet,
        window: Window,
        openings: Sequence[Opening],
        manner: Callable[[str, int], Manner],
        parked_before: Callable[[str], bool],
        *,
        staffed: bool,
        chance: Random,
    ) -> None:
        self.no = window.no
        self.staffed = staffed
        self.name: str | None = None
        """What the hall calls this clerk; None until it has said so."""
        self._openings = openings
        self._manner = manner
        self._parked_before = parked_before
        self._chance = chance
        self._flexible = sheet.flexible
        sitter = sheet.sitters.get(window.no)
        self._sits = {"clerk": sitter} if sitter else {}
        self._tidal = window.kind == TIDAL
        mean = {each.code: each for each in sheet.services}
        self._minutes = {
            mean[serves.service].name: mean[serves.service].mean_minutes * serves.slowness
            for serves in window.serves
            if serves.service in mean
        }
        self._services = {serves.service for serves in window.serves}
        self._staffed_services = frozenset(
            serves.service for each in sheet.windows if each.kind != TIDAL for serves in each.serves
        )
        self._seen: tuple[object, ...] = ()
        self._since: datetime | None = None
        self._breath = timedelta()
        self._lunching: bool | None = None

    # -- the day ------------------------------------------------------------------------------------------------

    def _opening(self, now: datetime) -> Opening | None:
        """The opening that is on or comes next; None after the last."""
        return next((each for each in self._openings if now < each.closes), None)

    def is_over(self, scene: ClerkScene, now: datetime) -> bool:
        """Whether this clerk may go home: after the last closing, nobody at the window and nobody to call to it."""
        if self._opening(now) is not None:
            return False
        if not self._mine(scene) or (scene.state == "paused" and not self._lunching):
            return True
        return scene.state == "closed" and (scene.next is None or not self.staffed)

    def next_look(self, now: datetime) -> datetime | None:
        """When to look again though the screen says nothing new: the next moment at which the day changes."""
        moments = [
            moment for each in self._openings for moment in (each.opens - LEAD, each.opens, each.closes)
        ]
        return min((each for each in moments if each > now), default=None)

    def _mine(self, scene: ClerkScene) -> bool:
        if scene.state == "closed":
            return True
        if scene.clerk in self._flexible:
            return True
        if self._tidal and not self.staffed:
            return False
        return self.name is None or scene.clerk == self.name

    # -- looking ------------------------------------------------------------------------------------------------

    def look(self, scene: ClerkScene, now: datetime) -> Deed | None:
        """What to do next, or None if there is nothing to do before the screen or the day changes."""
        seen = (*scene.situation, scene.next is not None, self._opening(now))
        if seen != self._seen or self._since is None:
            self._seen, self._since = seen, now
            self._breath = timedelta(seconds=self._chance.uniform(*BREATH))
        if self._lunching is None:
            self._lunching = scene.state == "paused" and self._is_lunch(scene) and self._had_gap(now)
        if not self._mine(scene):
            return None
        deed = self._with_person(scene, scene.ticket, now) if scene.ticket else self._alone(scene, now)
        return deed if deed is None or deed.move in scene.may else None

    def done(self, deed: Deed, clerk: str) -> None:
        """A deed was accepted; `clerk` is what the hall calls who sits there."""
        if deed.move == "open":
            self.name = clerk
        if deed.move in ("pause", "resume"):
            self._lunching = deed.move == "pause"

    def _with_person(self, scene: ClerkScene, person: Person, now: datetime) -> Deed | None:
        how = self._manner(person.number, person.transfers)
        if scene.state == "paused":
            return None
        if person.status == "called":
            called = person.called_at or now
            if how.comes:
                return Deed("start", called + timedelta(seconds=how.walk_seconds))
            # a hall may refuse every recall; then the second half of the patience ends it all the same
            if person.recalls == 0 and now < called + 2 * PATIENCE:
                return Deed("recall", called + PATIENCE)
            return Deed("missed", called + 2 * PATIENCE)
        if person.status == "serving":
            started = person.started_at or now
            minutes = how.minutes(self._minutes.get(person.service.zh, 5.0))
            broken_off = started + timedelta(minutes=minutes * how.breaks_off)
            opening = self._opening(now)
            time_left = opening is not None and now < opening.closes - NO_PARTING
            if how.fate is Fate.PARKED and time_left and not self._parked_before(person.number):
                return Deed("park", broken_off, {"kind": "visitor_holds"})
            if how.fate is Fate.SENT_ON and time_left and person.transfers == 0:
                target = self._elsewhere(scene, person)
                if target:
                    return Deed("transfer", broken_off, {"service": target, "reason": "wrong window"})
            return Deed("finish", started + timedelta(minutes=minutes))
        return None

    def _elsewhere(self, scene: ClerkScene, person: Person) -> str:
        """A service that this window does not have and others do, always the same for the same number."""
        targets = [
            each.key
            for each in scene.transfer_to
            if each.key in self._staffed_services - self._services and each.name != person.service
        ]
        return Random(person.number).choice(targets) if targets else ""

    def _alone(self, scene: ClerkScene, now: datetime) -> Deed | None:
        since = self._since or now
        opening = self._opening(now)
        at_work = opening is not None and now >= opening.opens - LEAD
        wanted = scene.next is not None
        if scene.state == "closed":
            if not self.staffed:
                return None
            if at_work and opening is not None:
                # who has served today and is closed in the middle of it was closed by somebody: leave it so
                return None if scene.served_today else self._sit(since + self._breath)
            return self._sit(since + LINGER) if opening is None and wanted else None
        if scene.state == "paused":
            if self._lunching and (at_work or wanted):
                return Deed("resume", since + self._breath)
            return Deed("close", since + LINGER) if self._lunching and opening is None else None
        if wanted:
            return Deed("call-next", since + self._breath)
        if opening is None:
            return Deed("close", since + LINGER)
        if not at_work and opening is not self._openings[0]:
            return Deed("pause", since + LINGER, {"reason": self._lunch_reason(scene)})
        return None

    def _sit(self, at: datetime) -> Deed:
        """Sit down, under the staff number of whose window it usually is."""
        return Deed("open", at, dict(self._sits))

    # -- lunch --------------------------------------------------------------------------------------------------

    def _had_gap(self, now: datetime) -> bool:
        return bool(self._openings) and now >= self._openings[0].closes

    def _lunch_reason(self, scene: ClerkScene) -> str:
        keys = [each.key for each in scene.pause_reasons]
        return next((key for key in LUNCH_REASONS if key in keys), keys[0] if keys else "午休 Lunch break")

    def _is_lunch(self, scene: ClerkScene) -> bool:
        reason = self._lunch_reason(scene)
        names = {each.key: each.name for each in scene.pause_reasons}
        return scene.pause_reason in (names.get(reason), Text(reason, reason))
