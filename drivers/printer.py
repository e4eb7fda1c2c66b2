"""A ticket printer: one slip after another, each printed at most once, and never called printed without proof.

    printer = Printer(open_link, clock, dialect, on_condition, jitter=random.random)
    running = asyncio.create_task(printer.run())             # for ever; cancel it to stop
    await printer.print(slip, deadline_seconds=60)           # -> Printed.PRINTED, FAILED or UNKNOWN

One job, as the loop goes:

    status? ── paper out, cover, cutter ──> FAILED   nothing was sent
       │ well
       ├── a spoilt slip lies in the printer? wait until it is through, cut it off
       │ send slip + barrier
       ├── barrier answers ───────────────> PRINTED
       ├── a later question answers alone ──> UNKNOWN  the slip, or the barrier's answer, was lost on the way
       ├── link lost, or no answer in time ─> UNKNOWN  the paper may be out; the printer is "unsettled"
    deadline passed before it began ──────> FAILED   a printer that comes back prints nothing stale

For: every printer language; what is said is the dialect's (drivers/wire/escpos.py). Every few seconds the printer is asked
all about how it is, so that a visitor is told before pressing; right before a slip only whether it prints. Paper is
counted in software as well, because many printers have no near-end sensor.
Not for: what stands on a slip, whether to print an UNKNOWN one again (the hall decides: the number is committed, and
the screen shows it), pictures of slips.
What goes wrong: no answer is "unknown", never "fine". A lost answer never makes a second slip: nothing is ever sent
again, and the same job name asked twice gets the first answer. A cable that was cut in the middle of a picture leaves
a printer that takes the next slip for the rest of it; `probe` fills that up before anything else is printed.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from drivers.cable import Link, Opener
from drivers.errors import DeviceError, Garbled, Unreachable
from drivers.keeper import Clock, Keeper, within
from drivers.listen import together
from drivers.media import Condition, Health, Printed, Slip, Trouble

log = logging.getLogger(__name__)

STATUS_SECONDS: Final = 3.0
"""Seconds between looks at an idle printer: a kiosk must say that paper is out before the next visitor presses, and
twelve bytes every 3 s are nothing to any line."""

ANSWER_SECONDS: Final = 1.0
"""How long a real-time answer may take. It takes milliseconds on an idle line and a few tenths while printing."""

ATTEMPTS: Final = 3
"""How often a status question is asked before the link is given up."""

QUIET_SECONDS: Final = 0.3
"""After a missing answer so long is waited for its latecomers, so that they do not answer the next question."""

SLIP_SECONDS: Final = 20.0
"""How long a slip may take from the first byte to the barrier. Printers do 100 to 250 mm/s, so a slip is out in 2 s;
the rest is for a slow serial line and a head that cools down."""

ASK_AGAIN_SECONDS: Final = 3.0
"""A barrier that has not answered for so long is followed by a question, and by another after as long again. Slips take
2 s; a printer whose answer is lost is free for the next visitor after 3 s instead of SLIP_SECONDS."""

PROVEN_SECONDS: Final = 0.5
"""So long after a barrier has answered a printer with more to do is not asked how it is: one without paper, with its cover
open or its cutter stuck would not have answered."""

PROBE_SECONDS: Final = 3.0
"""How long the rest of a spoilt slip may take, and the question behind it."""

PROBE_QUIET_SECONDS: Final = 1.0
"""So long nothing more may come after a probe was answered: the barrier of the spoilt slip might answer yet, and must
not be taken for that of the next one."""

MAX_JOBS: Final = 64
"""Slips that wait for one printer at most; at a second each that is the default deadline of a minute."""

REMEMBERED: Final = 1024
"""Names of jobs whose outcome is kept, so that the same job asked for again is not printed again."""

ROLL_METRES: Final = 80.0
"""A kiosk roll of 80 mm width and 80 mm diameter holds about 80 m."""

LOW_METRES: Final = 4.0
"""Paper that is left when PAPER_LOW is reported by count: about thirty slips of 13 cm, time enough to fetch a roll."""

_BLOCKING: Final = frozenset(
    {Trouble.PAPER_OUT, Trouble.COVER_OPEN, Trouble.CUTTER, Trouble.MECHANICAL, Trouble.REFUSED}
)
"""With these nothing is sent: somebody must come."""

_PRINTS: Final = frozenset({Trouble.PAPER_LOW})
"""With nothing but these a printer is asked no more than whether it still is so."""

_PASSING: Final = frozenset({Trouble.HEAD_HOT, Trouble.FEED_BUTTON})
"""With these a job waits until its deadline: they go by themselves."""

_RECOVERABLE: Final = frozenset({Trouble.CUTTER, Trouble.MECHANICAL})
"""Errors that a printer keeps after their cause is gone, until it is told to forget them."""


class Composed(Protocol):
    """A slip in a printer's language, and how much paper it takes."""

    @property
    def data(self) -> bytes: ...
    @property
    def millimetres(self) -> float: ...


class Heard(Protocol):
    """What some bytes meant: answers to the open question (0 or 1), barriers reached, probes answered, and whether
    the printer told of itself that something changed."""

    @property
    def answers(self) -> int: ...
    @property
    def reached(self) -> int: ...
    @property
    def probed(self) -> int: ...
    @property
    def changed(self) -> bool: ...


class Dialect(Protocol):
    """What a printer language must be able to say. One object per printer; it keeps what it has heard."""

    @property
    def questions(self) -> tuple[int, ...]:
        """The status questions, to be asked one at a time; the first of them tells whether it prints at all, the others
        why not. Empty: the printer has no way back."""
        ...

    @property
    def probes(self) -> int:
        """How many tries `probe` knows."""
        ...

    @property
    def distinct(self) -> bool:
        """Whether the answer to a probe can be told from that to a barrier."""
        ...

    @property
    def troubles(self) -> frozenset[Trouble]:
        """What is wrong, by all that was heard since `opened`."""
        ...

    @property
    def word(self) -> str:
        """The printer's own last word."""
        ...

    @property
    def firmware(self) -> str:
        """Model and firmware, when they were told."""
        ...

    @property
    def garbled(self) -> int:
        """Stretches of bytes that made no sense, since `opened`."""
        ...

    def opened(self) -> bytes:
        """The link is new; what to say first."""
        ...

    def introduce(self) -> tuple[bytes, ...]:
        """Questions for who it is, each answered like a probe, or never."""
        ...

    def forget_half(self) -> None:
        """An answer that was begun and not ended is none."""
        ...

    def ask(self, question: int) -> bytes:
        """Ask one of `questions`."""
        ...

    def give_up(self) -> None:
        """The open question will not be answered any more."""
        ...

    def compose(self, slip: Slip) -> Composed:
        """The slip, from reset to cut. Raises `Unwilling` for what the printer cannot print."""
        ...

    def barrier(self) -> bytes:
        """A question that is answered when everything before it is printed."""
        ...

    def probe(self, attempt: int) -> bytes:
        """Wake a printer that waits for the rest of something, and a question that is answered when all before it is
        done."""
        ...

    def discard(self) -> bytes:
        """Part a spoilt slip from the next."""
        ...

    def recover(self) -> bytes:
        """Forget an error whose cause is gone, and everything received before."""
        ...

    def hear(self, data: bytes) -> Heard:
        """Bytes from the printer."""
        ...


@dataclass(slots=True, eq=False)
class _Job:
    slip: Slip
    deadline: float
    outcome: "asyncio.Future[Printed]"
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    started: bool = False

    def start(self) -> None:
        self.started = True
        self.begun.set()

    def finish(self, outcome: Printed) -> None:
        self.begun.set()
        if not self.outcome.done():
            self.outcome.set_result(outcome)


class Printer:
    """One ticket printer. `on_condition` must not block. `roll` and `low` are metres of a new roll, and left on it
    when PAPER_LOW is reported by count; `paper_used_mm` is what the roll at hand had given before this process."""

    kind: Final = "printer"

    def __init__(
        self,
        open_link: Opener,
        clock: Clock,
        dialect: Dialect,
        on_condition: Callable[[Condition], None],
        *,
        jitter: Callable[[], float] = lambda: 0.0,
        roll: float = ROLL_METRES,
        low: float = LOW_METRES,
        paper_used_mm: float = 0.0,
    ) -> None:
        if not 0 <= low < roll:
            raise ValueError(f"roll={roll:g} and low={low:g}; low metres must be left on a longer roll")
        self._keeper = Keeper(open_link, clock, on_condition, jitter=jitter)
        self._clock = clock
        self._dialect = dialect
        self._roll_mm = roll * 1000
        self._low_mm = low * 1000
        self._paper_used_mm = paper_used_mm
        self._paper_was_out = False
        self._jobs: deque[_Job] = deque()
        self._crowded = False
        self._by_name: OrderedDict[str, _Job] = OrderedDict()
        self._new_job = asyncio.Event()
        self._heard = asyncio.Event()
        self._answers = 0
        self._reached = 0
        self._probed = 0
        self._waits_for_answer = False
        self._wanted = 0
        self._unsettled = False
        self._through = False
        self._proven_at = self._examined_at = float("-inf")

    @property
    def condition(self) -> Condition:
        """How the printer is, as last reported. ONLINE: well. DEGRADED: it answers, and `troubles` says what it lacks.
        OFFLINE: it does not answer. UNKNOWN: nothing was heard yet, or nothing can be heard."""
        return self._keeper.condition

    @property
    def latency(self) -> tuple[float, float] | None:
        """Seconds from question to answer: (median, 99th percentile)."""
        return self._keeper.latency

    @property
    def paper_used_mm(self) -> float:
        """Millimetres that the roll at hand has given; keep it over a restart and hand it in again."""
        return self._paper_used_mm

    def paper_replaced(self) -> None:
        """Somebody put in a new roll. Noticed by itself when the printer saw the paper end."""
        self._paper_used_mm = 0.0
        if self.condition.health in (Health.ONLINE, Health.DEGRADED):
            self._report()

    async def print(self, slip: Slip, deadline_seconds: float) -> Printed:
        """Print `slip` once. FAILED: nothing came out, and nothing will; `condition` says why. Raises nothing of the
        device's. A job that has not begun within `deadline_seconds` fails; a job with the name of one that was begun
        gets that one's outcome."""
        known = self._by_name.get(slip.job)
        if known is not None:
            return await asyncio.shield(known.outcome)
        if len(self._jobs) >= MAX_JOBS:
            if not self._crowded:
                self._crowded = True
                log.warning("Slips are not taken any more: %d wait for this printer already", MAX_JOBS)
            return Printed.FAILED
        self._crowded = False
        job = _Job(
            slip, self._clock.monotonic() + deadline_seconds, asyncio.get_running_loop().create_future()
        )
        self._remember(job)
        self._jobs.append(job)
        self._new_job.set()
        try:
            await within(self._clock, deadline_seconds, job.begun.wait())
        except TimeoutError:
            if not job.started:
                job.finish(Printed.FAILED)
        except asyncio.CancelledError:
            # Nobody waits for a slip that has not begun: it is not printed. One that has begun is seen through.
            if not job.started:
                job.finish(Printed.FAILED)
                self._forget(job)
            raise
        outcome = await asyncio.shield(job.outcome)
        if outcome is Printed.FAILED:
            self._forget(job)
        return outcome

    def _remember(self, job: _Job) -> None:
        self._by_name[job.slip.job] = job
        while len(self._by_name) > REMEMBERED:
            self._by_name.popitem(last=False)

    def _forget(self, job: _Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
        if self._by_name.get(job.slip.job) is job:
            del self._by_name[job.slip.job]

    # -- the loop -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the printer alive and print what is asked for, until cancelled. Jobs that wait then fail."""
        try:
            await self._keeper.run(self._live)
        finally:
            while self._jobs:
                self._jobs.popleft().finish(Printed.FAILED)

    async def _live(self, link: Link) -> None:
        first = self._dialect.opened()
        self._answers = self._reached = self._probed = 0
        self._waits_for_answer = self._through = False
        self._examined_at = float("-inf")
        await together(self._listen(link), self._work(link, first))

    async def _listen(self, link: Link) -> None:
        while True:
            heard = self._dialect.hear(await link.read())
            self._answers += heard.answers
            self._reached += heard.reached
            self._probed += heard.probed
            if heard.answers or heard.reached or heard.probed:
                self._keeper.answered()
            if heard.changed:
                self._report()
            self._heard.set()

    async def _work(self, link: Link, first: bytes) -> None:
        await self._write(link, first)
        introduced = False
        while True:
            await self._look(link)
            troubles = self._dialect.troubles
            blocked = bool(troubles & _BLOCKING)
            if troubles & _RECOVERABLE:
                # Its cause may be gone. What the printer still holds of a spoilt slip goes with the error.
                await self._write(link, self._dialect.recover())
            if not blocked and not introduced and self._dialect.questions:
                introduced = True
                await self._introduce(link)
            if self._unsettled and not blocked:
                await self._settle(link)
                continue  # that may have taken a while: how is the printer now?
            job = self._next_job()
            if job is None:
                await self._idle()
            elif blocked:
                self._jobs.popleft()
                job.finish(Printed.FAILED)
            elif troubles & _PASSING:
                await self._clock.sleep(ANSWER_SECONDS)
            else:
                self._jobs.popleft()
                await self._deliver(link, job)

    async def _look(self, link: Link) -> None:
        """Know how the printer is before anything is done with it. On a bad line each question costs: after a look at
        everything, a moment ago and well, one is enough."""
        if self._proven():
            return
        if self._clock.monotonic() < self._look_due() and not self._unsettled:
            if self._next_job() is None:
                return
            await self._examine(link, self._dialect.questions[:1])
            if self._is_well():
                return
        await self._examine(link)

    def _look_due(self) -> float:
        """When everything is to be looked at again; at once while something is wrong."""
        return self._examined_at + STATUS_SECONDS if self._is_well() else float("-inf")

    def _is_well(self) -> bool:
        """Whether it prints, as far as it has said."""
        return self._dialect.troubles <= _PRINTS

    def _proven(self) -> bool:
        """Whether a slip has just come out and the next one waits."""
        just_now = self._clock.monotonic() - self._proven_at < PROVEN_SECONDS
        return just_now and not self._unsettled and self._next_job() is not None

    def _next_job(self) -> _Job | None:
        while self._jobs:
            job = self._jobs[0]
            if job.outcome.done():
                self._jobs.popleft()
            elif self._clock.monotonic() >= job.deadline:
                self._jobs.popleft()
                job.finish(Printed.FAILED)
            else:
                return job
        return None

    async def _idle(self) -> None:
        self._new_job.clear()
        due = self._look_due() - self._clock.monotonic()
        try:
            await within(self._clock, due if due > 0 else STATUS_SECONDS, self._new_job.wait())
        except TimeoutError:
            return

    # -- how are you? ---------------------------------------------------------------------------------------------

    async def _introduce(self, link: Link) -> None:
        """Who is it? Some printers do not say; then nothing more is asked."""
        for question in self._dialect.introduce():
            wanted = self._probed + 1
            await self._write(link, question)
            try:
                await within(self._clock, ANSWER_SECONDS, self._until_probed(wanted))
            except TimeoutError:
                return
        self._report()

    async def _examine(self, link: Link, questions: tuple[int, ...] | None = None) -> None:
        """Status questions, all of them unless told which. Raises Unreachable or Garbled when one is not answered."""
        self._dialect.forget_half()
        garbled = self._dialect.garbled
        for question in self._dialect.questions if questions is None else questions:
            for _ in range(ATTEMPTS):
                if await self._answer(link, question):
                    break
            else:
                if self._dialect.garbled > garbled:
                    raise Garbled(f"status question {question} was answered by something that is no status")
                raise Unreachable(f"the link is open, and status question {question} was not answered")
        if questions is None:
            self._examined_at = self._clock.monotonic()
        self._report()

    async def _answer(self, link: Link, question: int) -> bool:
        if self._waits_for_answer:
            # An answer says not to what: one that comes late must not be taken for the next one.
            self._dialect.give_up()
            await self._clock.sleep(QUIET_SECONDS)
        asked_at = self._clock.monotonic()
        wanted = self._answers + 1
        self._waits_for_answer = True
        await self._write(link, self._dialect.ask(question))
        try:
            await within(self._clock, ANSWER_SECONDS, self._until(lambda: self._answers >= wanted))
        except TimeoutError:
            return False
        self._waits_for_answer = False
        self._keeper.answered(self._clock.monotonic() - asked_at)
        return True

    async def _until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._heard.clear()
            await self._heard.wait()

    async def _write(self, link: Link, data: bytes) -> None:
        """A few bytes; a printer that takes none of them for so long is not there."""
        if not data:
            return
        try:
            await within(self._clock, SLIP_SECONDS, link.write(data))
        except TimeoutError:
            raise Unreachable(f"the printer took no byte for {SLIP_SECONDS:g} s") from None

    def _report(self) -> None:
        troubles = self._dialect.troubles
        if Trouble.PAPER_OUT in troubles:
            self._paper_was_out = True
        elif self._paper_was_out:
            self._paper_was_out = False
            self._paper_used_mm = 0.0
        if self._roll_mm - self._paper_used_mm <= self._low_mm:
            troubles |= {Trouble.PAPER_LOW}
        health = Health.DEGRADED if troubles else Health.ONLINE
        if not self._dialect.questions:
            troubles |= {Trouble.NO_BACK_CHANNEL}
            health = Health.UNKNOWN
        self._keeper.report(
            health,
            troubles,
            word=self._dialect.word,
            firmware=self._dialect.firmware or None,
            garbled=self._dialect.garbled,
        )

    # -- paper ----------------------------------------------------------------------------------------------------

    async def _deliver(self, link: Link, job: _Job) -> None:
        """Print one slip. Its outcome is settled on every way out of here."""
        try:
            composed = self._dialect.compose(job.slip)
        except DeviceError as error:
            log.warning("The slip of job %s cannot be printed: %s", job.slip.job, error)
            job.finish(Printed.FAILED)
            return
        except Exception:
            job.finish(Printed.FAILED)
            raise
        self._wanted = self._reached + 1
        job.start()
        self._unsettled = bool(self._dialect.questions)
        self._through = False
        self._paper_used_mm += composed.millimetres
        try:
            await within(
                self._clock,
                SLIP_SECONDS,
                self._send_and_watch(link, composed.data + self._dialect.barrier()),
            )
        except TimeoutError:
            # Out of paper in the middle, perhaps; then the printer still answers and the link is good.
            job.finish(Printed.UNKNOWN)
            await self._examine(link)
        finally:
            # Also when the link ended, or we are stopped, in the moment in which the barrier answered.
            if self._reached >= self._wanted:
                self._unsettled = False
                self._proven_at = self._clock.monotonic()
                job.finish(Printed.PRINTED)
            else:
                job.finish(Printed.UNKNOWN)
        self._report()

    async def _send_and_watch(self, link: Link, data: bytes) -> None:
        """Until the barrier answers, or until a question behind it has answered and so the barrier's answer will not come
        any more. Meanwhile the printer is asked how it is, but only when all of the slip is sent: a question in the middle
        of a picture becomes part of the picture.

        That a later question is answered does not prove the slip: it may have been lost whole, and the question not.
        Where the answers look alike, one of two answers is not enough for the same reason."""
        await link.write(data)
        if not self._dialect.questions:
            return
        sent_at, asked, before = self._clock.monotonic(), 0, self._probed
        while True:
            try:
                await within(self._clock, ANSWER_SECONDS, self._until_told(before if asked else None))
            except TimeoutError:
                await self._look_once(link)
                overdue = self._clock.monotonic() - sent_at >= ASK_AGAIN_SECONDS * (asked + 1)
                if overdue and not self._dialect.troubles & (_BLOCKING | _PASSING):
                    asked += 1
                    self._wanted += not self._dialect.distinct
                    await self._write(link, self._dialect.probe(0))
                continue
            if self._reached < self._wanted:
                self._through = True
                if not self._dialect.distinct:
                    await self._clock.sleep(PROBE_QUIET_SECONDS)
            return

    async def _look_once(self, link: Link) -> None:
        """Does it print, and if not, why? Some printers answer only when the slip is out."""
        for question in self._dialect.questions:
            if not await self._answer(link, question):
                return
            if self._is_well():
                break
        self._report()

    async def _settle(self, link: Link) -> None:
        """Wait until nothing of a spoilt slip is left in the printer, and cut off what is left on the paper. Comes
        back with the printer still unsettled when somebody has to see to it first. Raises Unreachable when it answers
        questions and does nothing else."""
        for attempt in range(0 if self._through else self._dialect.probes):
            wanted = self._probed + 1
            await self._write(link, self._dialect.probe(attempt))
            try:
                await within(self._clock, PROBE_SECONDS, self._until_probed(wanted))
                break
            except TimeoutError:
                await self._examine(link)
                if self._dialect.troubles & _BLOCKING:
                    return
        else:
            if not self._through:
                raise Unreachable("the printer answers status questions but does not print what it was sent")
        heard = (self._reached, self._probed) if self._through and self._dialect.distinct else (-1, -1)
        while heard != (self._reached, self._probed):
            heard = (self._reached, self._probed)
            await self._clock.sleep(PROBE_QUIET_SECONDS)
        await self._write(link, self._dialect.discard())
        self._unsettled = self._through = False

    async def _until_told(self, probed: int | None) -> None:
        """Until the barrier has answered or, when a question was asked behind it, more than `probed` probes."""
        await self._until(
            lambda: self._reached >= self._wanted or (probed is not None and self._probed > probed)
        )

    async def _until_probed(self, wanted: int) -> None:
        await self._until(lambda: self._probed >= wanted)
