"""An ID-card reader: looks for a card a few times a second and hands over each card once.

    reader = CardReader(open_link, clock, sam.Sam(), heard, on_condition, jitter=random.random)
    await reader.run()                       # for ever; cancel it to stop
        heard(Card(...))                     # a card was laid down and read, its number checked
        heard(CardRefused("why"))            # a card was laid down and cannot be used; said once while it lies there

What a look is (find, select, read; or one command) is the dialect's: a generator that yields what to say and how long
to wait, and is sent the answer. Here are time, repetition and memory: the same card lying there is the idle state;
a card that was pulled away is read when it comes back; of the last card nothing is kept but a number that tells
whether the next is the same.
Not for: the text on the card (drivers/wire/cardtext.py), what becomes of it (app).
What goes wrong: a missing answer is no "no card". Three looks in a row without one degrade the reader, and after 30 s
it is asked whether it is well; if that is not answered either the link is opened anew. A damaged answer is a missing
answer: every conversation begins again at its first step.
"""

import asyncio
from collections.abc import Callable, Generator
from typing import Final, Generic, Protocol, TypeVar

from drivers.cable import Link, Opener
from drivers.errors import BadCard, Unreachable, Unwilling
from drivers.keeper import Clock, Keeper, within
from drivers.listen import Ear, together
from drivers.media import Card, CardRefused, Condition, Health, Trouble
from drivers.wire.reader import Buffer, Parse

M = TypeVar("M")
R = TypeVar("R")

POLL: Final = 0.3
"""Seconds between looks. Readers' makers use 0.3 to 2; a visitor does not notice 0.3."""

SILENT_LOOKS: Final = 3
"""Looks in a row without an answer after which the reader is called degraded."""

SILENCE: Final = 30.0
"""Seconds without any answer after which the reader is asked for its own state."""

GREETINGS: Final = 3
"""How often that question is asked before the link is given up: a module may be busy with a card."""

GONE_LOOKS: Final = 2
"""Looks in a row that find nothing before the card counts as lifted: one may miss a card that lies askew."""

Conversation = Generator[tuple[bytes, float], M | None, R]
"""Yields (what to say, seconds to wait), is sent the answer or None, returns its result."""


class Dialect(Protocol[M]):
    """What every language of card readers can say."""

    def parse(self, buffer: Buffer) -> Parse[M]:
        """One message of the reader."""
        ...

    def hello(self) -> Conversation[M, str]:
        """Are you well, and who are you? Raises Unreachable or Unwilling."""
        ...

    def look(self) -> Conversation[M, Card | None]:
        """Is there a card? Raises Unreachable, Unwilling or BadCard."""
        ...


class CardReader(Generic[M]):
    """One reader. `heard` and `on_condition` must not block."""

    kind: Final = "cardreader"

    def __init__(
        self,
        open_link: Opener,
        clock: Clock,
        dialect: Dialect[M],
        heard: Callable[[Card | CardRefused], None],
        on_condition: Callable[[Condition], None],
        *,
        jitter: Callable[[], float] = lambda: 0.0,
        poll: float = POLL,
    ) -> None:
        self._keeper = Keeper(open_link, clock, on_condition, jitter=jitter)
        self._clock = clock
        self._dialect = dialect
        self._heard = heard
        self._poll = poll
        self._ear = Ear(dialect.parse, clock.monotonic)
        self._answers: asyncio.Queue[M] = asyncio.Queue()
        self._answered_at = 0.0
        self._lying: int | None = None
        self._empty_looks = 0

    @property
    def condition(self) -> Condition:
        """How the reader is, as last reported."""
        return self._keeper.condition

    @property
    def latency(self) -> tuple[float, float] | None:
        """Seconds from question to answer: (median, 99th percentile)."""
        return self._keeper.latency

    async def run(self) -> None:
        """Keep the reader alive until cancelled."""
        await self._keeper.run(self._live)

    async def _live(self, link: Link) -> None:
        await together(
            self._ear.listen(link, self._answers.put_nowait, self._garbled),
            self._look_for_ever(link),
        )

    def _garbled(self, count: int) -> None:
        before = self._keeper.condition
        self._keeper.report(before.health, before.troubles, garbled=count)

    async def _look_for_ever(self, link: Link) -> None:
        await self._greet(link)
        unanswered = 0
        garbled = self._ear.garbled
        while True:
            try:
                await self._look(link)
            except Unreachable as error:
                unanswered += 1
                if unanswered == SILENT_LOOKS:
                    trouble = Trouble.GARBLED if self._ear.garbled > garbled else Trouble.NO_ANSWER
                    self._keeper.report(Health.DEGRADED, frozenset({trouble}), word=str(error))
                if self._clock.monotonic() - self._answered_at >= SILENCE:
                    await self._greet(link)
            else:
                unanswered = 0
                garbled = self._ear.garbled
            await self._clock.sleep(self._poll)

    async def _look(self, link: Link) -> None:
        try:
            card = await self._hold(link, self._dialect.look())
        except Unwilling as error:
            self._keeper.report(Health.DEGRADED, frozenset({Trouble.REFUSED}), word=str(error))
            return
        except BadCard as error:
            self._laid_down(hash(error.detail), CardRefused(error.detail))
        else:
            if card is None:
                self._lifted()
            else:
                # The hash of a string is keyed anew in every process: it tells "the same again" and no more.
                self._laid_down(hash((card.kind, card.number)), card)
        self._well()

    async def _greet(self, link: Link) -> None:
        for tried in range(1, GREETINGS + 1):
            try:
                firmware = await self._hold(link, self._dialect.hello())
            except Unreachable:
                if tried == GREETINGS:
                    raise
            else:
                self._well(firmware)
                return

    def _well(self, firmware: str | None = None) -> None:
        self._keeper.report(Health.ONLINE, word="", firmware=firmware or None)

    def _laid_down(self, which: int, what: Card | CardRefused) -> None:
        self._empty_looks = 0
        if which != self._lying:
            self._lying = which
            self._heard(what)

    def _lifted(self) -> None:
        self._empty_looks += 1
        if self._empty_looks >= GONE_LOOKS:
            self._lying = None

    async def _hold(self, link: Link, conversation: Conversation[M, R]) -> R:
        answer: M | None = None
        while True:
            try:
                data, seconds = conversation.send(answer)
            except StopIteration as end:
                result: R = end.value
                return result
            answer = await self._ask(link, data, seconds)

    async def _ask(self, link: Link, data: bytes, seconds: float) -> M | None:
        while not self._answers.empty():
            self._answers.get_nowait()  # an answer that came too late: nobody asks that any more
        self._ear.give_up()
        asked_at = self._clock.monotonic()
        try:
            answer = await within(self._clock, seconds, self._say_and_hear(link, data))
        except TimeoutError:
            return None
        self._answered_at = self._clock.monotonic()
        self._keeper.answered(self._answered_at - asked_at)
        return answer

    async def _say_and_hear(self, link: Link, data: bytes) -> M:
        await link.write(data)
        self._ear.said(data)
        return await self._answers.get()
