"""Evaluation pads and key callers (评价器, 呼叫器): one bus, many addresses, and whoever presses first speaks first.

    bus = PadBus(open_link, clock, ff68.Ff68(keymap), heard, on_condition, jitter=random.random)
    await bus.run()                          # for ever; cancel it to stop
    bus.prompt(Prompt(5, "r-17"))            # ask the visitor at pad 5; returns at once, as all that follow
    bus.beep(5); bus.stars(5, 4); bus.show_ticket(5, "A023"); bus.show_waiting(5, 12)
        heard(KeyPress(5, Key.CALL_NEXT))    # a clerk pressed a key: once, however often the device said it
        heard(Rating(5, 5, "r-17"))          # a visitor rated: once for each prompt
        heard(NotRated(5, "r-17"))           # nobody did in time, or the next prompt came before

Every press is acknowledged at once, also one that means nothing, because until then the device says it again and holds
the line. Acknowledgements go before everything else; what is shown is the newest for each address, and addresses take
turns. Not for: bytes (drivers/wire), which key means what (drivers/wire/keymap.py), which window has which address (app).
What goes wrong: a lost acknowledgement brings the same bytes again; within `repeat_within` they are the same press.
A rating without an open prompt is acknowledged and dropped: nobody was asked. Devices speak only when pressed, so a
quiet bus is `UNKNOWN`, neither well nor ill. When the link comes back, what is shown and the prompts that are still
open are said again; a beep is not.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Generic, Protocol, TypeVar

from drivers.cable import Link, Opener
from drivers.keeper import Clock, Keeper
from drivers.listen import Ear, together
from drivers.media import Condition, Health, KeyPress, NotRated, Prompt, Rating, Trouble
from drivers.wire.reader import Buffer, Parse

M = TypeVar("M")

PROMPT_SECONDS: Final = 30.0
"""How long a visitor may think before the prompt counts as not rated. One public program waits 10 s, which is short for
somebody who is packing up papers; after 30 s the next visitor sits there."""

GAP: Final = 0.004
"""Seconds of silence between two frames on RS-485: 3.5 characters at 9600 baud."""

TOO_OFTEN: Final = 8
"""The same press so many times without a pause is no press: the line says back what we say, or a key is stuck."""


ANSWERS: Final = 256
"""Acknowledgements that may wait: one for each address there can be. A line that takes none drops the oldest, and their
devices say it again."""


class Dialect(Protocol[M]):
    """What every language of pads and callers can say. Empty bytes: this one has no word for it."""

    @property
    def repeat_within(self) -> float:
        """Seconds in which the same message is the device saying it again."""
        ...

    def parse(self, buffer: Buffer) -> Parse[M]:
        """One message of a device."""
        ...

    def address(self, message: M) -> int:
        """Who speaks."""
        ...

    def hear(self, message: M) -> KeyPress | Rating | None:
        """What a press asks for; None: nothing."""
        ...

    def answer(self, message: M) -> bytes:
        """The acknowledgement."""
        ...

    def prompt(self, prompt: Prompt) -> bytes:
        """Open the pad for a rating."""
        ...

    def beep(self, address: int) -> bytes:
        """One beep."""
        ...

    def stars(self, address: int, count: int) -> bytes:
        """So many stars."""
        ...

    def show_ticket(self, address: int, number: str) -> bytes:
        """The number that is called."""
        ...

    def show_waiting(self, address: int, waiting: int) -> bytes:
        """How many wait."""
        ...


@dataclass(frozen=True, slots=True)
class _Press(Generic[M]):
    message: M
    at: float
    times: int = 1


@dataclass(frozen=True, slots=True)
class _Open:
    prompt: Prompt
    timer: "asyncio.Task[None]"


class PadBus(Generic[M]):
    """The devices of one line. `heard` and `on_condition` must not block; all else is called from the event loop."""

    kind: Final = "pad"

    def __init__(
        self,
        open_link: Opener,
        clock: Clock,
        dialect: Dialect[M],
        heard: Callable[[KeyPress | Rating | NotRated], None],
        on_condition: Callable[[Condition], None],
        *,
        jitter: Callable[[], float] = lambda: 0.0,
        prompt_seconds: float = PROMPT_SECONDS,
        repeat_within: float | None = None,
    ) -> None:
        self._keeper = Keeper(open_link, clock, on_condition, jitter=jitter)
        self._clock = clock
        self._dialect = dialect
        self._heard = heard
        self._prompt_seconds = prompt_seconds
        self._repeat_within = dialect.repeat_within if repeat_within is None else repeat_within
        self._ear = Ear(dialect.parse, clock.monotonic)
        self._last: dict[int, _Press[M]] = {}
        self._open: dict[int, _Open] = {}
        self._closed: dict[int, str] = {}
        self._answers: deque[bytes] = deque(maxlen=ANSWERS)
        self._sayings: dict[tuple[int, str], bytes] = {}
        self._shown: dict[tuple[int, str], bytes] = {}
        self._something = asyncio.Event()

    @property
    def condition(self) -> Condition:
        """How the line is, as last reported."""
        return self._keeper.condition

    @property
    def latency(self) -> tuple[float, float] | None:
        """Nobody is asked anything on this line, so nothing is measured."""
        return self._keeper.latency

    def heard_at(self) -> dict[int, float]:
        """When (on the clock) each address last spoke: for the fitter's page."""
        return {address: press.at for address, press in self._last.items()}

    async def run(self) -> None:
        """Keep the line alive until cancelled; then the open prompts are nobody's any more."""
        try:
            await self._keeper.run(self._live)
        finally:
            for opened in self._open.values():
                opened.timer.cancel()
            self._open.clear()

    # -- what the hall says -------------------------------------------------------------------------------------

    def prompt(self, prompt: Prompt) -> None:
        """Ask for a rating. The same prompt again is the same question: it is not asked twice once it was answered."""
        if self._closed.get(prompt.address) == prompt.rating_id:
            return
        opened = self._open.get(prompt.address)
        if opened is None or opened.prompt != prompt:
            if opened is not None:
                self._not_rated(opened.prompt)
            timer = asyncio.ensure_future(self._time_out(prompt))
            self._open[prompt.address] = _Open(prompt, timer)
        self._say(prompt.address, "prompt", self._dialect.prompt(prompt))

    def beep(self, address: int) -> None:
        """One beep, now or never."""
        self._say(address, "beep", self._dialect.beep(address))

    def stars(self, address: int, count: int) -> None:
        """Show the clerk's stars (0 to 5) until told otherwise."""
        self._show(address, "stars", self._dialect.stars(address, count))

    def show_ticket(self, address: int, number: str) -> None:
        """Show the number that is called until told otherwise."""
        self._show(address, "digits", self._dialect.show_ticket(address, number))

    def show_waiting(self, address: int, waiting: int) -> None:
        """Show how many wait until told otherwise."""
        self._show(address, "digits", self._dialect.show_waiting(address, waiting))

    def _show(self, address: int, what: str, data: bytes) -> None:
        if data:
            self._shown[address, what] = data
        self._say(address, what, data)

    def _say(self, address: int, what: str, data: bytes) -> None:
        if data:
            self._sayings[address, what] = data
            self._something.set()

    # -- the line -----------------------------------------------------------------------------------------------

    async def _live(self, link: Link) -> None:
        self._keeper.report(Health.UNKNOWN, word="")
        self._answers.clear()
        for key in [key for key in self._sayings if key[1] == "beep"]:
            del self._sayings[key]
        for (address, what), data in self._shown.items():
            self._say(address, what, data)
        for opened in self._open.values():
            self.prompt(opened.prompt)
        await together(self._ear.listen(link, self._hear, self._garbled), self._speak(link))

    async def _speak(self, link: Link) -> None:
        while True:
            if self._answers:
                data = self._answers.popleft()
            elif self._sayings:
                data = self._sayings.pop(next(iter(self._sayings)))
            else:
                self._something.clear()
                await self._something.wait()
                continue
            self._ear.said(data)
            await link.write(data)
            await self._clock.sleep(GAP)

    def _garbled(self, count: int) -> None:
        if self.condition.health is Health.ONLINE:
            self._keeper.report(Health.ONLINE, garbled=count)
        else:
            self._keeper.report(Health.DEGRADED, frozenset({Trouble.GARBLED}), garbled=count)

    def _hear(self, message: M) -> None:
        press = self._press(message)
        self._keeper.answered()
        if press.times > TOO_OFTEN:
            self._keeper.report(
                Health.DEGRADED,
                frozenset({Trouble.GARBLED}),
                word=f"address {self._dialect.address(message)} says the same without end: a stuck key, or an adapter "
                "that sends our own words back",
            )
            return
        self._keeper.report(Health.ONLINE, word="")
        if answer := self._dialect.answer(message):
            self._answers.append(answer)
            self._something.set()
        if press.times == 1:
            self._tell(self._dialect.hear(message))

    def _press(self, message: M) -> _Press[M]:
        address, now = self._dialect.address(message), self._clock.monotonic()
        last = self._last.get(address)
        if last is not None and last.message == message and now - last.at < self._repeat_within:
            press = replace(last, at=now, times=last.times + 1)
        else:
            press = _Press(message, now)
        self._last[address] = press
        return press

    def _tell(self, meant: KeyPress | Rating | None) -> None:
        match meant:
            case KeyPress():
                self._heard(meant)
            case Rating(address):
                opened = self._open.pop(address, None)
                if opened is not None:
                    opened.timer.cancel()
                    self._close(opened.prompt)
                    self._heard(replace(meant, rating_id=opened.prompt.rating_id))
            case None:
                pass

    # -- prompts ------------------------------------------------------------------------------------------------

    async def _time_out(self, prompt: Prompt) -> None:
        await self._clock.sleep(self._prompt_seconds)
        self._not_rated(prompt)

    def _not_rated(self, prompt: Prompt) -> None:
        opened = self._open.pop(prompt.address, None)
        if opened is None:
            return
        if opened.timer is not asyncio.current_task():
            opened.timer.cancel()
        self._close(prompt)
        self._heard(NotRated(prompt.address, prompt.rating_id))

    def _close(self, prompt: Prompt) -> None:
        self._closed[prompt.address] = prompt.rating_id
        self._sayings.pop((prompt.address, "prompt"), None)
