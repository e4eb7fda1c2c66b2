"""LED strips and boards: they are told the state, and told again whenever they may have forgotten it.

    bus = Bus(open_link, clock, jitter=random.random)             # one cable
    sign = bus.sign(3, Bx5k(128, 16), on_condition)               # one address on it
    await sign.run()                       # for ever; cancel it to stop. Signs of one bus share its link
    sign.show(Message(("请A023号到3号窗口",)))         # returns at once, as all that follow; the newest wins
    sign.brightness(60); sign.power(False)

    host   show A ──► (lost)    show A ──► ◄── done         one question at a time on the whole bus, 2 more tries
    host   ping ──► ◄── done                                every 20 s: is anybody there?
    host   show A ──► ◄── done                              every 60 s: the card may have lost its power in between

For: one conversation at a time on a bus, fair among its addresses; what is shown is what was asked for last. A sign
that was silent is told everything anew, its areas cleared first. Not for: bytes (drivers/wire), what is to be read
(displays/sign.py), by which calendar a sign is dimmed (app).
What goes wrong: no answer (OFFLINE, NO_ANSWER), an answer that makes no sense (OFFLINE, GARBLED) and a refusal
(DEGRADED, REFUSED, with the card's own word) are three things. A silent sign is asked once every few seconds and does
not hold up its neighbours. An answer after a second try may belong to the first, so what was told is told once more. A
language without answers leaves a sign UNKNOWN with NO_BACK_CHANNEL: nobody can say that it is well.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Generic, Protocol, TypeVar

from drivers.cable import Link, Opener
from drivers.errors import Garbled, Unreachable, Unwilling
from drivers.keeper import Clock, Keeper, within
from drivers.listen import Ear, together
from drivers.media import Condition, Health, Message, Trouble
from drivers.wire.reader import Buffer, Parse

Q = TypeVar("Q")
R = TypeVar("R")

REFRESH_SECONDS: Final = 60.0
"""A message is told again so often: cards keep what is shown in memory, which a power cut empties."""

PING_SECONDS: Final = 20.0
"""A sign that has said nothing for so long is asked whether it is there; 10 to 30 s is usual."""

RETRIES: Final = 2
"""More tries after the first, when nobody answers."""

SILENT_WAITS: Final = (1.0, 2.0, 4.0)
"""Seconds until a silent sign is asked again; the last one for ever. Where others share its cable, each question that
nobody answers holds them up."""

ALONE_WAIT: Final = 1.0
"""The longest of these waits for a sign that has its cable to itself, and for the cable: a strip shall be right 5 s after
its cable is back, also when the first words on it are lost."""

OPEN_SECONDS: Final = 2.0
"""How long opening the cable may take. A network that is out swallows the first knock and the second, 1 s later; the third
would come after 2 s more, so it is better to begin anew."""

REFUSED_WAIT: Final = 10.0
"""Seconds until a refused message is tried again (busy, no memory); a new message is tried at once."""

DOUBT_SECONDS: Final = 2.0
"""After an answer that may belong to an earlier try, the message is told again so soon."""

WRITE_SECONDS: Final = 5.0
"""A cable that takes a frame of some hundred bytes in no such time takes nothing."""

REOPEN_SECONDS: Final = 30.0
"""When no sign of a bus has answered for so long, the link is opened anew: the fault may be in the adapter."""


SAID_AT_ONCE: Final = 64
"""Messages kept for whoever waits for an answer; there is one question at a time."""


class Dialect(Protocol[Q, R]):
    """What every language of signs can say: Q is a request, R whatever a sign says. No requests: no word for it."""

    @property
    def answers(self) -> bool:
        """Whether signs answer at all."""
        ...

    @property
    def gap(self) -> float:
        """Seconds of silence between two frames."""
        ...

    @property
    def columns(self) -> int:
        """Latin characters on a line; a Chinese one takes two."""
        ...

    @property
    def rows(self) -> int:
        """Lines."""
        ...

    @property
    def chinese(self) -> bool:
        """Whether it has Chinese glyphs."""
        ...

    def reply_seconds(self, baud: int) -> float:
        """How long an answer may take."""
        ...

    def parse(self, buffer: Buffer) -> Parse[R]:
        """One message of a sign."""
        ...

    def encode(self, asked: Q) -> bytes:
        """A request's frame."""
        ...

    def show(self, address: int, message: Message, fresh: bool) -> tuple[Q, ...]:
        """Replace what is shown; `fresh`: nothing is known of the sign."""
        ...

    def ping(self, address: int) -> tuple[Q, ...]:
        """Ask whether it is there."""
        ...

    def power(self, address: int, on: bool) -> tuple[Q, ...]:
        """Light or darken it."""
        ...

    def brightness(self, address: int, percent: int) -> tuple[Q, ...]:
        """Dim it."""
        ...

    def expects_answer(self, asked: Q) -> bool:
        """Whether this request is answered."""
        ...

    def accepts(self, asked: Q, said: R) -> bool:
        """True: yes to `asked`. False: about something else. Raises Unwilling: no."""
        ...

    def firmware(self, said: R) -> str:
        """What an answer tells of the sign's make; empty: nothing."""
        ...


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a sign shall do, or has been told to do; None: whatever it likes."""

    message: Message | None = None
    on: bool | None = None
    percent: int | None = None

    def beyond(self, told: "_Wish") -> bool:
        """Whether something of this is not told yet."""
        pairs = ((self.message, told.message), (self.on, told.on), (self.percent, told.percent))
        return any(wished is not None and wished != known for wished, known in pairs)


class Sign(Generic[Q, R]):
    """One address of a bus: what it shall show, what it is known to show, and how it is. Made by `Bus.sign`."""

    kind: Final = "sign"

    def __init__(
        self,
        bus: "Bus[Q, R]",
        address: int,
        dialect: Dialect[Q, R],
        on_condition: Callable[[Condition], None],
        refresh_seconds: float,
        ping_seconds: float,
    ) -> None:
        self.address = address
        self.dialect = dialect
        self._bus = bus
        self._on_condition = on_condition
        self._refresh_seconds = refresh_seconds
        self._ping_seconds = ping_seconds
        self.pingable = any(dialect.expects_answer(each) for each in dialect.ping(address))
        self._condition = Condition()
        self._wish = _Wish()
        self._told = _Wish()
        self._fresh = True
        self._doubtful = False
        self._suspicious = False
        self._refusal = ""
        self._firmware = ""
        self._failures = 0
        self._told_at = self._heard_at = self._not_before = float("-inf")

    @property
    def condition(self) -> Condition:
        """How the sign is, as last reported."""
        return self._condition

    @property
    def latency(self) -> tuple[float, float] | None:
        """Seconds from question to answer on the whole bus: (median, 99th percentile)."""
        return self._bus.latency

    @property
    def columns(self) -> int:
        """Latin characters on a line; a Chinese one takes two."""
        return self.dialect.columns

    @property
    def rows(self) -> int:
        """Lines."""
        return self.dialect.rows

    @property
    def chinese(self) -> bool:
        """Whether the sign has Chinese glyphs."""
        return self.dialect.chinese

    @property
    def shown(self) -> Message | None:
        """What the sign is known to show; without answers, what it was told. None: nothing is known."""
        return self._told.message

    async def run(self) -> None:
        """Take part in the bus until cancelled."""
        await self._bus.serve(self)

    def show(self, message: Message) -> None:
        """Show this from now on. What was asked for before and is not shown yet never will be."""
        self._wants(replace(self._wish, message=message))

    def brightness(self, percent: int) -> None:
        """Dim to `percent` from now on."""
        self._wants(replace(self._wish, percent=percent))

    def power(self, on: bool) -> None:
        """Light up or go dark from now on. Lighting up tells the message again."""
        if on and self._wish.on is False:
            self._told = replace(self._told, message=None)
        self._wants(replace(self._wish, on=on))

    def _wants(self, wish: _Wish) -> None:
        if wish == self._wish:
            return
        self._wish = wish
        if not self._failures:
            self._not_before = float("-inf")
        self._bus.changed()

    # -- what the bus asks and tells ----------------------------------------------------------------------------

    def opened(self) -> None:
        """The link is open: nothing is known of the sign. One that was silent before is asked once, as before, unless it
        has no neighbours that wait meanwhile."""
        self._forget()
        self._failures = 0 if self._bus.alone else min(self._failures, 1)
        self._not_before = float("-inf")

    def _forget(self) -> None:
        self._told = _Wish()
        self._fresh = True
        self._doubtful = False

    def due(self) -> float:
        """When the sign wants a turn, on the bus's clock."""
        if self._failures or self._wish.beyond(self._told):
            return self._not_before
        times = [float("inf")]
        if self._wish.message is not None:
            times.append(self._tell_again_at())
        if self.pingable:
            times.append(self._heard_at + self._ping_seconds)
        return max(min(times), self._not_before)

    def _tell_again_at(self) -> float:
        return self._told_at + (DOUBT_SECONDS if self._doubtful else self._refresh_seconds)

    def agenda(self, now: float) -> list[tuple[_Wish, tuple[Q, ...]]]:
        """What is to be said in this turn: requests, and what they tell. A ping tells nothing."""
        wish, told, dialect = self._wish, self._told, self.dialect
        steps: list[tuple[_Wish, tuple[Q, ...]]] = []
        if wish.message is not None and (wish.message != told.message or now >= self._tell_again_at()):
            steps.append((_Wish(message=wish.message), dialect.show(self.address, wish.message, self._fresh)))
        if wish.on is not None and wish.on != told.on:
            steps.append((_Wish(on=wish.on), dialect.power(self.address, wish.on)))
        if wish.percent is not None and wish.percent != told.percent:
            steps.append((_Wish(percent=wish.percent), dialect.brightness(self.address, wish.percent)))
        return steps or [(_Wish(), dialect.ping(self.address))]

    @property
    def tries(self) -> int:
        """How often a request is sent: a sign that was silent is asked once, for its neighbours' sake."""
        return 1 if self._failures else 1 + RETRIES

    def still_wants(self, told: _Wish) -> bool:
        """Whether it is still worth saying this."""
        return told.message is None or told.message == self._wish.message

    def was_told(self, told: _Wish, now: float, *, heard: bool, doubtful: bool) -> None:
        """It was said, and (`heard`) answered with yes; `doubtful`: perhaps a yes to something else."""
        if told.message is not None:
            self._told = replace(self._told, message=told.message)
            self._told_at = now
            self._fresh = False
            self._doubtful = doubtful or self._suspicious
            self._suspicious = False
            self._refusal = ""
        if told.on is not None:
            self._told = replace(self._told, on=told.on)
        if told.percent is not None:
            self._told = replace(self._told, percent=told.percent)
        self._failures = 0
        if heard:
            self._heard_at = now

    def refused(self, error: Unwilling, told: _Wish, now: float) -> None:
        """The sign is there and will not."""
        self._failures = 0
        self._heard_at = now
        if told != _Wish():
            # To a ping a refusal is as good an answer as any.
            self._refusal = str(error)
            self._not_before = now + REFUSED_WAIT

    def cannot_say(self, error: Exception, now: float) -> None:
        """The language has no bytes for this: an address or a number does not fit."""
        self.refused(Unwilling(f"sign {self.address}: cannot be said: {error}"), self._wish, now)
        self.well(heard=False)

    def superseded(self) -> None:
        """Something was said, not answered in time and is not wanted any more: its yes may still come."""
        self._suspicious = True

    def silent(self, error: Unreachable | Garbled, now: float) -> None:
        """Nobody answered, or nobody who can be understood."""
        self._forget()
        self._suspicious = True
        wait = SILENT_WAITS[min(self._failures, len(SILENT_WAITS) - 1)]
        self._not_before = now + (min(wait, ALONE_WAIT) if self._bus.alone else wait)
        self._failures += 1
        trouble = Trouble.GARBLED if isinstance(error, Garbled) else Trouble.NO_ANSWER
        self.report(Health.OFFLINE, frozenset({trouble}), str(error))

    def well(self, *, heard: bool) -> None:
        """The turn is over and nothing failed."""
        if self._refusal:
            self.report(Health.DEGRADED, frozenset({Trouble.REFUSED}), self._refusal)
        elif heard:
            self.report(Health.ONLINE, frozenset(), "")
        else:
            self.report(Health.UNKNOWN, frozenset({Trouble.NO_BACK_CHANNEL}), "")

    def report(self, health: Health, troubles: frozenset[Trouble], word: str) -> None:
        """The sign is so now; told onwards when it changed."""
        now = Condition(health, troubles, word, self._firmware, self._bus.garbled)
        if now != self._condition:
            self._condition = now
            self._on_condition(now)

    def made_by(self, firmware: str) -> None:
        """The sign told its make."""
        self._firmware = firmware or self._firmware


class Bus(Generic[Q, R]):
    """One cable and the signs on it. `baud` decides how long an answer may take; over TCP nobody knows it, and the
    default is the speed of most cards."""

    def __init__(
        self,
        open_link: Opener,
        clock: Clock,
        *,
        jitter: Callable[[], float] = lambda: 0.0,
        baud: int = 57600,
    ) -> None:
        self._keeper = Keeper(
            open_link,
            clock,
            self._link_lost,
            jitter=jitter,
            longest_wait=ALONE_WAIT,
            open_seconds=OPEN_SECONDS,
        )
        self._clock = clock
        self._baud = baud
        self._signs: list[Sign[Q, R]] = []
        self._ear: Ear[R] | None = None
        self._said: deque[R] = deque(maxlen=SAID_AT_ONCE)
        self._something = asyncio.Event()
        self._changed = asyncio.Event()
        self._opened_at = self._heard_at = self._written_at = float("-inf")
        self._reopening = False
        self._task: asyncio.Task[None] | None = None

    def sign(
        self,
        address: int,
        dialect: Dialect[Q, R],
        on_condition: Callable[[Condition], None],
        *,
        refresh_seconds: float = REFRESH_SECONDS,
        ping_seconds: float = PING_SECONDS,
    ) -> Sign[Q, R]:
        """The sign at `address`; it speaks once its `run` runs. All signs of a bus speak one language."""
        if self._ear is None:
            self._ear = Ear(dialect.parse, self._clock.monotonic)
        return Sign(self, address, dialect, on_condition, refresh_seconds, ping_seconds)

    @property
    def garbled(self) -> int:
        """Stretches of bytes on this cable that made no sense."""
        return 0 if self._ear is None else self._ear.garbled

    @property
    def latency(self) -> tuple[float, float] | None:
        """Seconds from question to answer: (median, 99th percentile) of the last ones; None before the first."""
        return self._keeper.latency

    @property
    def alone(self) -> bool:
        """Whether one sign has the cable to itself."""
        return len(self._signs) == 1

    def changed(self) -> None:
        """Some sign wants something."""
        self._changed.set()

    async def serve(self, sign: Sign[Q, R]) -> None:
        """Keep `sign` told until cancelled. The first one opens the link, the last one closes it."""
        sign.opened()
        self._signs.append(sign)
        self.changed()
        if self._task is None:
            self._task = asyncio.ensure_future(self._keeper.run(self._live))
        try:
            await asyncio.shield(self._task)
        finally:
            self._signs.remove(sign)
            if not self._signs:
                task, self._task = self._task, None
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    # -- the link -----------------------------------------------------------------------------------------------

    def _link_lost(self, condition: Condition) -> None:
        # When we open it anew ourselves, each sign knows better what is wrong with it.
        if condition.health is Health.OFFLINE and not self._reopening:
            for sign in self._signs:
                sign.report(condition.health, condition.troubles, condition.word)

    async def _live(self, link: Link) -> None:
        assert self._ear is not None
        # The old link's fault is over; were it kept, the same fault again would not be news.
        self._keeper.report(Health.UNKNOWN, word="")
        self._opened_at = self._clock.monotonic()
        for sign in self._signs:
            sign.opened()
        # Whoever was there before comes before those of whom nothing is to be expected.
        self._signs.sort(key=lambda sign: sign.tries, reverse=True)
        await together(self._ear.listen(link, self._heard, self._garbled), self._converse(link))

    def _heard(self, said: R) -> None:
        self._said.append(said)
        self._something.set()

    def _garbled(self, count: int) -> None:
        self._something.set()

    async def _converse(self, link: Link) -> None:
        while True:
            self._changed.clear()
            now = self._clock.monotonic()
            self._reopen_if_dead(now)
            # Whoever spoke longest ago stands first.
            waiting = [sign for sign in self._signs if sign.due() <= now]
            if waiting:
                self._signs.remove(waiting[0])
                self._signs.append(waiting[0])
                await self._turn(link, waiting[0])
                continue
            wait = min((sign.due() for sign in self._signs), default=float("inf")) - now
            with contextlib.suppress(TimeoutError):
                if wait == float("inf"):
                    await self._changed.wait()
                else:
                    await within(self._clock, wait, self._changed.wait())

    def _reopen_if_dead(self, now: float) -> None:
        self._reopening = now - max(self._heard_at, self._opened_at) > REOPEN_SECONDS and any(
            sign.pingable for sign in self._signs
        )
        if self._reopening:
            raise Unreachable(f"no sign has answered for {REOPEN_SECONDS:g} s: the link is opened anew")

    async def _turn(self, link: Link, sign: Sign[Q, R]) -> None:
        answered = False
        try:
            agenda = sign.agenda(self._clock.monotonic())
        except (ValueError, OverflowError) as error:
            sign.cannot_say(error, self._clock.monotonic())
            return
        for told, requests in agenda:
            try:
                tries = await self._ask_all(link, sign, requests, told)
            except Unwilling as error:
                sign.refused(error, told, self._clock.monotonic())
                self._answered()
                answered = True
                continue
            except (ValueError, OverflowError) as error:
                sign.cannot_say(error, self._clock.monotonic())
                return
            except _Superseded:
                sign.superseded()
                return
            except _Silent as silence:
                sign.silent(silence.error, self._clock.monotonic())
                return
            heard = any(tries)
            sign.was_told(told, self._clock.monotonic(), heard=heard, doubtful=max(tries, default=0) > 1)
            answered = answered or heard
        sign.well(heard=answered)

    async def _ask_all(self, link: Link, sign: Sign[Q, R], requests: tuple[Q, ...], told: _Wish) -> list[int]:
        """Each request after the answer to the one before. Where no answer comes the others are said all the same: on a
        cable without its way back a strip hears everything."""
        tries: list[int] = []
        for n, asked in enumerate(requests):
            try:
                tries.append(await self._ask(link, sign, asked, told))
            except _Silent:
                for rest in requests[n + 1 :]:
                    await self._write(link, sign.dialect.encode(rest), sign.dialect.gap)
                raise
        return tries

    async def _ask(self, link: Link, sign: Sign[Q, R], asked: Q, told: _Wish) -> int:
        """After how many tries the sign said yes; 0: no answer is expected."""
        assert self._ear is not None
        frame = sign.dialect.encode(asked)
        seconds = sign.dialect.reply_seconds(self._baud)
        garbled = self._ear.garbled
        for attempt in range(1, sign.tries + 1):
            if not sign.still_wants(told):
                raise _Superseded
            await self._write(link, frame, sign.dialect.gap)
            if not sign.dialect.expects_answer(asked):
                return 0
            asked_at = self._clock.monotonic()
            try:
                said = await within(self._clock, seconds, self._yes(sign, asked))
            except TimeoutError:
                self._ear.give_up()
                continue
            self._answered(self._clock.monotonic() - asked_at)
            sign.made_by(sign.dialect.firmware(said))
            return attempt
        if self._ear.garbled > garbled:
            raise _Silent(Garbled(f"sign {sign.address}: only bytes that make no sense within {seconds:g} s"))
        raise _Silent(Unreachable(f"sign {sign.address}: silent for {seconds:g} s"))

    def _answered(self, seconds: float | None = None) -> None:
        self._heard_at = self._clock.monotonic()
        self._keeper.answered(seconds)

    async def _write(self, link: Link, frame: bytes, gap: float) -> None:
        assert self._ear is not None
        pause = self._written_at + gap - self._clock.monotonic()
        if pause > 0:
            await self._clock.sleep(pause)
        # What was not heard in its time is no answer to what is asked now.
        self._said.clear()
        self._ear.said(frame)
        try:
            await within(self._clock, WRITE_SECONDS, link.write(frame))
        except TimeoutError:
            raise Unreachable(f"the cable took no {len(frame)} bytes in {WRITE_SECONDS:g} s") from None
        self._written_at = self._clock.monotonic()

    async def _yes(self, sign: Sign[Q, R], asked: Q) -> R:
        while True:
            while self._said:
                said = self._said.popleft()
                if sign.dialect.accepts(asked, said):
                    self._written_at = self._clock.monotonic()
                    return said
            self._something.clear()
            await self._something.wait()


class _Superseded(Exception):
    """Something newer is to be shown: what is being said is not worth saying again."""


class _Silent(Exception):
    """One sign does not answer; the link is none the worse."""

    def __init__(self, error: Unreachable | Garbled) -> None:
        super().__init__(error)
        self.error = error
