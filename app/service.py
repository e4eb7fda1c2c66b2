"""The only way to change a hall: a command in, a commit, an answer out.

For: `HallService`, one per hall in a process. Commands that arrive while a commit is under way wait together; they are
then decided one after another on the growing state (`ahead`) and committed together. Each caller is answered after
its commit, never before, and whoever looks at `hall` sees only what is on disk.
Not for: HTTP, rights, or SQL. The journal is a Protocol, declared here.

What goes wrong:
- a refusal of the core reaches its caller alone, and changes nothing;
- the disk refuses (`StoreTrouble`): the journal is asked what it really holds. If it has the commit all the same, that
  is what happened; if not, every command of that commit is told of the trouble, and nothing of it is true;
- another process moved the hall, or answered one of the keys (`Taken`): read what is missing, give the answers that
  were given there, decide the other commands again;
- a caller goes away while the commit is under way: the command happens all the same, and its key holds the answer.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from app.bus import Bus
from app.clock import Clock
from app.core.commands import Command, OpenDay
from app.core.decide import decide
from app.core.errors import Refusal
from app.core.estimate import Estimates
from app.core.events import Event
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.record import Answer, Recorded, StoreTrouble, Taken, Writing
from app.core.ticket import Ticket

log = logging.getLogger(__name__)
T = TypeVar("T")

COMMIT_AT_MOST = 64
"""Commands committed together at most: so many already make a commit's sync cost next to nothing for each."""

DECIDE_AT_ONCE = 8
"""Commands decided in one step of the loop. One takes 100 to 200 us with its answer, so nobody waits longer than some two
milliseconds for a crowd that presses at once."""

OTHERS_SHARE = 0.25
"""Where fewer wait for a commit than were just answered, the others are waited for: this share of the time that the commit
took. They press again at once, and one sync serves all of them: on a disk whose sync takes 20 ms, fifty callers get a fifth
more done with two thirds of the syncs (measured; with a half it is no more). Who is alone waits for nobody."""

FORGET_AT_ONCE = 500
"""Old answers forgotten in one transaction: some milliseconds, which is what a command may have to wait for it."""

Events = tuple[Event, ...]
Answering = Callable[[Hall, Events], Answer]
Refusing = Callable[[Refusal], Answer]


class Journal(Protocol):
    """Where a hall's events are kept. Its methods block: they run in the writer thread, `old_keys` in any other."""

    def append(self, hall: str, writings: Sequence[Writing]) -> None:
        """Write all or nothing. Raises Taken, StoreTrouble."""

    def read(self, hall: str, after: int) -> list[Recorded]:
        """Events with a number above `after`."""

    def last(self, hall: str) -> int:
        """The number of the last event."""

    def answers(self, hall: str, keys: Sequence[str]) -> dict[str, tuple[str, Answer]]:
        """The fingerprint and the first answer of each of these keys that was answered."""

    def old_keys(self, hall: str, before: datetime) -> list[str]:
        """Keys that were answered before a moment."""

    def forget_answers(self, hall: str, keys: Sequence[str]) -> None:
        """Forget the answers to these keys."""

    def probe(self) -> None:
        """Write nothing of meaning, durably. Raises StoreTrouble."""


class KeyReused(Exception):
    """The Idempotency-Key came with another request before."""


@dataclass(slots=True)
class _Asked:
    """A command on its way."""

    command: Command
    by: str
    key: str
    fingerprint: str
    answering: Answering
    refusing: Refusing | None
    done: asyncio.Future[Answer]
    outcome: Answer | Exception | None = None
    refused: bool = False


def _quiet(_hall: Hall, _events: Events) -> Answer:
    return Answer(204, b"")


class HallService:
    """One hall: the committed state, the state ahead of the commit, and the queue of commands."""

    def __init__(
        self, hall: Hall, keys: set[str], journal: Journal, bus: Bus, clock: Clock, writer: Executor
    ) -> None:
        self.hall = hall
        self._ahead = hall.copy()
        self._keys = keys
        self._journal = journal
        self._bus = bus
        self._clock = clock
        self._writer = writer
        self._asked: list[_Asked] = []
        self._under_way: dict[str, _Asked] = {}
        self._working: asyncio.Task[None] | None = None
        self._unsure = False
        self._commit_took = 0.0
        self.foreseen: Estimates | None = None
        self.trouble: StoreTrouble | None = None
        self.commits = 0
        self.commit_seconds = 0.0
        self.commands = 0
        self.refusals = 0

    @property
    def code(self) -> str:
        """The hall's code."""
        return self.hall.plan.code

    # -- asking -------------------------------------------------------------------------------------------------

    async def handle(
        self,
        command: Command,
        *,
        by: str = "",
        answering: Answering = _quiet,
        refusing: Refusing | None = None,
        key: str = "",
        fingerprint: str = "",
    ) -> Answer:
        """Do what `command` asks, durably, and answer.

        `answering` makes the answer from the hall as it stands right after the command; `refusing` makes one of a
        refusal, without it the refusal is raised. The same `key` again gives the first answer and changes nothing,
        also while the first is under way; `fingerprint` tells a repetition from another request under the same key.
        Raises Refusal, StoreTrouble, KeyReused.
        """
        if key:
            first = await self._first_answer(key, fingerprint)
            if first is not None:
                return first
        asked = _Asked(
            command, by, key, fingerprint, answering, refusing, asyncio.get_running_loop().create_future()
        )
        if key:
            self._under_way[key] = asked
        self._asked.append(asked)
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name=f"commits of {self.code}")
        return await asyncio.shield(asked.done)

    async def _first_answer(self, key: str, fingerprint: str) -> Answer | None:
        """The first answer to a key, waited for if it is under way; None where this request is the first."""
        while True:
            under_way = self._under_way.get(key)
            if under_way is not None:
                if under_way.fingerprint != fingerprint:
                    raise KeyReused
                return await asyncio.shield(under_way.done)
            if key not in self._keys:
                return None
            kept = (await self._in_writer(self._journal.answers, self.code, [key])).get(key)
            if kept is not None:
                return _same(kept, fingerprint)
            self._keys.discard(key)  # forgotten meanwhile: look again, somebody may have been quicker with it

    def answers(self, key: str) -> bool:
        """Whether a request under this Idempotency-Key has an answer, or will soon: it is not looked at again."""
        return bool(key) and (key in self._under_way or key in self._keys)

    async def refresh(self) -> None:
        """Take in what another process wrote, in turn with the commands of this one."""
        self._unsure = True
        await self.handle(OpenDay(), by="beat")

    async def probe(self) -> None:
        """Try whether the disk takes a commit again, after a trouble that no command has disproved yet."""
        try:
            await self._in_writer(self._journal.probe)
        except StoreTrouble as trouble:
            self._troubled_by(trouble)
        else:
            self._troubled_by(None)

    async def forget_answers(self, before: datetime) -> int:
        """Forget what was answered before a moment; how many answers. Raises StoreTrouble."""
        old = await asyncio.to_thread(self._journal.old_keys, self.code, before)
        for first in range(0, len(old), FORGET_AT_ONCE):
            some = old[first : first + FORGET_AT_ONCE]
            await self._in_writer(self._journal.forget_answers, self.code, some)
            self._keys.difference_update(some)
        return len(old)

    async def settle(self) -> None:
        """Wait until everything asked so far is answered."""
        while self._working is not None:
            await asyncio.wait([self._working])

    # -- committing ---------------------------------------------------------------------------------------------

    def _in_writer(self, call: Callable[..., T], *arguments: object) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._writer, call, *arguments)

    async def _work(self) -> None:
        try:
            while self._asked:
                batch, self._asked = self._asked[:COMMIT_AT_MOST], self._asked[COMMIT_AT_MOST:]
                try:
                    await self._commit(batch)
                except Exception as error:
                    if not isinstance(error, StoreTrouble):
                        log.exception("a commit of hall %s failed", self.code)
                    self._forget(batch, error)
                if 0 < len(self._asked) < len(batch):
                    await asyncio.sleep(OTHERS_SHARE * self._commit_took)
        finally:
            self._working = None

    async def _commit(self, batch: list[_Asked]) -> None:
        """Decide a batch, write it, make it true, tell everybody."""
        stuck: tuple[int, int] | None = None
        while True:
            if self._unsure:
                await self._catch_up()
                batch = await self._not_answered_elsewhere(batch)
            writings = await self._decide(batch)
            if not any(writing.recorded for writing in writings) and await self._behind():
                self._unsure = True
                continue
            if not writings:
                break
            began = time.perf_counter()
            try:
                await self._in_writer(self._journal.append, self.code, writings)
            except Taken as taken:
                if stuck == (self.hall.seq, len(batch)):
                    raise StoreTrouble("broken", f"taken, but by nobody: {taken}") from taken
                stuck = (self.hall.seq, len(batch))
                self._unsure = True
                continue
            except StoreTrouble:
                if not await self._arrived(writings):
                    raise
            self.commits += 1
            self._commit_took = time.perf_counter() - began
            self.commit_seconds += self._commit_took
            self._troubled_by(None)
            self._keys.update(writing.key for writing in writings if writing.key)
            self._make_true([recorded for writing in writings for recorded in writing.recorded])
            break
        for asked in batch:
            self._settle(asked)

    async def _behind(self) -> bool:
        """Whether another process moved the hall. A commit would find out by itself; a refusal takes no number, and
        must not be told from a state that is over."""
        return await self._in_writer(self._journal.last, self.code) > self.hall.seq

    async def _arrived(self, writings: Sequence[Writing]) -> bool:
        """Whether a commit that ended in trouble is on disk all the same: a line that broke after the last word."""
        wrote = [recorded for writing in writings for recorded in writing.recorded]
        try:
            found = await self._in_writer(self._journal.read, self.code, self.hall.seq)
        except StoreTrouble:
            return False
        return bool(wrote) and found[: len(wrote)] == wrote

    async def _not_answered_elsewhere(self, batch: list[_Asked]) -> list[_Asked]:
        """Answer those whose key the journal holds by now: another process was first, or our own commit did arrive."""
        keys = [asked.key for asked in batch if asked.key]
        kept = await self._in_writer(self._journal.answers, self.code, keys) if keys else {}
        self._keys.update(kept)
        for asked in batch:
            if asked.key in kept:
                try:
                    asked.outcome = _same(kept[asked.key], asked.fingerprint)
                except KeyReused as reused:
                    asked.outcome = reused
                self._settle(asked)
        return [asked for asked in batch if asked.key not in kept]

    async def _decide(self, batch: list[_Asked]) -> list[Writing]:
        """What a batch causes, on the state ahead. A command that fails leaves no trace there."""
        writings: list[Writing] = []
        for place, asked in enumerate(batch):
            if place and place % DECIDE_AT_ONCE == 0:
                await asyncio.sleep(0)
            now = self._clock.now().astimezone(ZoneInfo(self._ahead.plan.timezone))
            recorded: tuple[Recorded, ...] = ()
            touched: list[Ticket] = []
            answer: Answer | None = None
            refusal: Refusal | None = None
            try:
                try:
                    events = decide(self._ahead, asked.command, now)
                except Refusal as refused:
                    refusal = refused
                    answer = asked.refusing(refused) if asked.refusing else None
                else:
                    recorded = tuple(self._evolve_ahead(events, asked.by, touched))
                    answer = asked.answering(self._ahead, events)
                asked.outcome = answer or refusal
            except Exception as error:
                log.exception("deciding %s in hall %s failed", type(asked.command).__name__, self.code)
                asked.outcome = error
                recorded, touched, answer = (), [], None
                self._start_over(writings)
            asked.refused = refusal is not None
            if recorded or (asked.key and answer):
                writings.append(Writing(now, recorded, tuple(touched), asked.key, asked.fingerprint, answer))
        return writings

    def _evolve_ahead(self, events: Events, by: str, touched: list[Ticket]) -> Iterable[Recorded]:
        for event in events:
            evolve(self._ahead, event)
            ticket = self._ahead.tickets.get(getattr(event, "ticket", ""))
            if ticket is not None:
                touched.append(ticket)
            yield Recorded(self._ahead.seq, event, by)

    def _start_over(self, writings: Sequence[Writing]) -> None:
        """The state ahead is what is committed and what these writings will add."""
        self._ahead = self.hall.copy()
        for writing in writings:
            for recorded in writing.recorded:
                evolve(self._ahead, recorded.event)

    def _make_true(self, recorded: Sequence[Recorded]) -> None:
        for each in recorded:
            evolve(self.hall, each.event)
        if recorded:
            self._bus.publish(self.code, tuple(recorded))

    async def _catch_up(self) -> None:
        """Ask the journal what it holds beyond `hall`: another process, or a commit whose fate is unknown."""
        self._unsure = False
        self._make_true(await self._in_writer(self._journal.read, self.code, self.hall.seq))
        self._ahead = self.hall.copy()

    # -- answering ----------------------------------------------------------------------------------------------

    def _settle(self, asked: _Asked) -> None:
        if self._under_way.get(asked.key) is asked:
            del self._under_way[asked.key]
        if asked.done.done():
            return
        if isinstance(asked.outcome, Answer):
            asked.done.set_result(asked.outcome)
        else:
            asked.done.set_exception(asked.outcome or RuntimeError("a command without an outcome"))
            asked.done.exception()  # a caller who went away will not fetch it, and that is no fault
        self.refusals += asked.refused
        self.commands += isinstance(asked.outcome, Answer) and not asked.refused

    def _forget(self, batch: list[_Asked], error: Exception) -> None:
        """Nothing of this batch is true; tell everybody, and look at the journal before deciding again."""
        if isinstance(error, StoreTrouble):
            self._troubled_by(error)
        self._ahead = self.hall.copy()
        self._unsure = True
        for asked in batch:
            if not asked.done.done():
                asked.outcome, asked.refused = error, False
            self._settle(asked)

    def _troubled_by(self, trouble: StoreTrouble | None) -> None:
        if trouble is not None and (self.trouble is None or trouble.kind != self.trouble.kind):
            log.error("hall %s: nothing can be stored: %s", self.code, trouble)
        elif trouble is None and self.trouble is not None:
            log.warning("hall %s: what is asked is stored again", self.code)
        self.trouble = trouble


def _same(kept: tuple[str, Answer], fingerprint: str) -> Answer:
    """The answer that was kept, if it was given to the same request. Raises KeyReused."""
    if kept[0] != fingerprint:
        raise KeyReused
    return kept[1]
