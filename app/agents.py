"""Agents as the server sees them: the devices that hang on another machine, behind the same faces as its own.

    desk = AgentDesk("clerk-pc-3", clock, ears)
    desk.furnish(plans)                            # the plans whose URL is agent:clerk-pc-3
    await desk.devices["kiosk-1-printer"].print(slip, 60)
    await desk.attend(hear, say)                   # one line of the agent, until it breaks

For: what is remembered while the line is away, and said again when it is back: the newest message of each sign and
caller, the question to a visitor, every slip whose end is not known. app/agentwords.py has the messages and the law.
Not for: HTTP and keys (app/api/devices.py), what a press means (app/hardware.py), the other end (app/agent.py).
What goes wrong: an agent that is away makes its devices offline with its name in the word. A slip that was never handed
over fails at its deadline; one that was is `unknown` when the agent stays away, and is put right when it comes back. A
second line of the same agent ends the first.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from app.agentwords import (
    GONE_SECONDS,
    AgentWord,
    Ask,
    BadWord,
    Beep,
    Digits,
    Dim,
    Ended,
    Hello,
    Here,
    Laid,
    Noted,
    Pressed,
    Print,
    Rated,
    ServerWord,
    Show,
    Told,
    encode,
    from_agent,
    slip_out,
)
from app.core.plan import DeviceKind, DevicePlan
from app.rack import Heard
from drivers.keeper import Clock, within
from drivers.media import (
    CardRefused,
    Condition,
    Health,
    KeyPress,
    Message,
    NotRated,
    Printed,
    Rating,
    Slip,
    Trouble,
)

log = logging.getLogger(__name__)

SCHEME: Final = "agent:"
"""A device URL `agent:NAME` says: it hangs on the agent whose key was issued to NAME."""

AFTER_SECONDS: Final = 30.0
"""How long after its deadline a slip that was handed over may still be reported: a printer takes 20 s at most, and the
rest is for a line that broke and came back."""

BACK_SECONDS: Final = 60.0
"""How long after a restart of the server an agent may take to come back and say what became of its slips."""

ASK_SECONDS: Final = 45.0
"""The pad asks for 30 s; an answer that is not here after so long was never given, or comes later as a late one."""

ASK_AGAIN_SECONDS: Final = 20.0
"""A question that could not be put within so long is not put any more: another visitor sits there."""

AHEAD: Final = 4096
"""Messages that may wait for a line that takes none; then it is cut, and the newest is said when it is back."""


class Ears(Protocol):
    """Who hears what an agent says. `done` is called when it is dealt with, so that the agent may forget it."""

    def condition(self, device: str, condition: Condition) -> None:
        """How a device is."""

    def heard(self, device: str, what: Heard, press: str, done: Callable[[], None]) -> None:
        """What a person did; `press` is the same when the same is said again."""

    def ended(self, job: str, state: Printed, word: str, done: Callable[[], None]) -> None:
        """How a job ended that nobody waits for any more."""

    def signs_back(self) -> None:
        """The signs may be of another size now."""


def agent_of(url: str) -> str | None:
    """The agent that a device URL names; None for a device of the server itself."""
    return url.removeprefix(SCHEME) if url.startswith(SCHEME) else None


# -- devices ------------------------------------------------------------------------------------------------------


class AgentDevice:
    """A device of any kind; card readers need no more."""

    def __init__(self, desk: "AgentDesk", plan: DevicePlan) -> None:
        self._desk = desk
        self.plan = plan
        self.condition = Condition(word=f"agent {desk.name} has not come yet")
        self.latency: tuple[float, float] | None = None

    @property
    def kind(self) -> str:
        """Its kind by the hall file."""
        return self.plan.kind.value

    def again(self) -> Iterable[ServerWord]:
        """What is to be said when the line is back."""
        return ()

    def report(self, condition: Condition) -> None:
        """It is so now."""
        if condition != self.condition:
            self.condition = condition
            self._desk.ears.condition(self.plan.name, condition)


@dataclass(eq=False)
class _Job:
    slip: Slip
    until: float
    outcome: "asyncio.Future[Printed]"
    handed: asyncio.Event = field(default_factory=asyncio.Event)
    to: str = ""


class AgentPrinter(AgentDevice):
    """A printer of an agent."""

    def __init__(self, desk: "AgentDesk", plan: DevicePlan) -> None:
        super().__init__(desk, plan)
        self._jobs: dict[str, _Job] = {}

    async def print(self, slip: Slip, deadline_seconds: float, *, handed_before: bool = False) -> Printed:
        """As drivers/printer.py prints. `handed_before`: a server that ran before this one may have handed it over."""
        clock = self._desk.clock
        known = self._jobs.get(slip.job)
        if known is not None:
            return await asyncio.shield(known.outcome)
        job = _Job(slip, clock.monotonic() + deadline_seconds, asyncio.get_running_loop().create_future())
        self._jobs[slip.job] = job
        self._hand_over(job)
        outcome = Printed.UNKNOWN
        try:
            patience = BACK_SECONDS if handed_before else max(0.0, deadline_seconds)
            with contextlib.suppress(TimeoutError):
                await within(clock, patience, job.handed.wait())
            if not job.handed.is_set() and not handed_before:
                outcome = Printed.FAILED
            elif job.handed.is_set():
                patience = max(0.0, job.until - clock.monotonic()) + AFTER_SECONDS
                with contextlib.suppress(TimeoutError):
                    outcome = await within(clock, patience, _result(job.outcome))
        finally:
            del self._jobs[slip.job]
            if not job.outcome.done():
                job.outcome.set_result(outcome)
        return outcome

    def _hand_over(self, job: _Job) -> None:
        for word in self._words(job):
            self._desk.say(word)

    def _words(self, job: _Job) -> Iterable[Print]:
        who = self._desk.who
        if not who or job.outcome.done():
            return
        if job.to and job.to != who:
            # Another machine has it. What it did nobody knows; that this one prints it too must not be.
            job.outcome.set_result(Printed.UNKNOWN)
            return
        job.to = who
        job.handed.set()
        seconds = job.until - self._desk.clock.monotonic()
        yield Print(self.plan.name, job.slip.job, slip_out(job.slip), max(0.0, seconds))

    def again(self) -> Iterable[ServerWord]:
        """Every job whose end is not known: the same word is the question."""
        for job in list(self._jobs.values()):
            yield from self._words(job)

    def ended(self, said: Ended) -> None:
        """How a job ended."""
        try:
            state = Printed(said.state)
        except ValueError as error:
            raise BadWord(f"job {said.job} ended as {said.state!r}") from error
        job = self._jobs.get(said.job)
        if job is not None and not job.outcome.done():
            job.outcome.set_result(state)
            self._desk.note(said.job)
        else:
            self._desk.ears.ended(said.job, state, said.word, lambda: self._desk.note(said.job))


async def _result(outcome: "asyncio.Future[Printed]") -> Printed:
    return await asyncio.shield(outcome)


class AgentSign(AgentDevice):
    """A sign of an agent. Its size is known when the agent has come."""

    columns = 16
    rows = 1
    chinese = True

    def __init__(self, desk: "AgentDesk", plan: DevicePlan) -> None:
        super().__init__(desk, plan)
        self._message: Message | None = None
        self._percent: int | None = None

    def show(self, message: Message) -> None:
        """Show this from now on."""
        self._message = message
        self._desk.say(Show(self.plan.name, message))

    def brightness(self, percent: int) -> None:
        """So bright from now on."""
        self._percent = percent
        self._desk.say(Dim(self.plan.name, percent))

    def again(self) -> Iterable[ServerWord]:
        """The state."""
        if self._message is not None:
            yield Show(self.plan.name, self._message)
        if self._percent is not None:
            yield Dim(self.plan.name, self._percent)


class AgentPad(AgentDevice):
    """A pad or caller of an agent."""

    def __init__(self, desk: "AgentDesk", plan: DevicePlan) -> None:
        super().__init__(desk, plan)
        self._digits: Digits | None = None
        self._asked: tuple[str, float] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def prompt(self, rating_id: str) -> None:
        """Ask the visitor once."""
        if self._asked is not None and self._asked[0] != rating_id:
            self._give_up(self._asked[0])
        self._asked = (rating_id, self._desk.clock.monotonic())
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(ASK_SECONDS, self._give_up, rating_id)
        self._desk.say(Ask(self.plan.name, rating_id))

    def _give_up(self, rating_id: str) -> None:
        if self._asked is not None and self._asked[0] == rating_id:
            self._asked = None
            self._desk.ears.heard(self.plan.name, NotRated(0, rating_id), "", _nothing)

    def rated(self, said: Rated) -> None:
        """How a question ended."""
        if self._asked is not None and self._asked[0] == said.rating:
            self._asked = None
        level = said.level
        what: Heard = NotRated(0, said.rating) if level is None else Rating(0, level, said.rating)
        self._desk.ears.heard(self.plan.name, what, "", lambda: self._desk.note(said.rating))

    def beep(self) -> None:
        """One beep, now or never."""
        self._desk.say(Beep(self.plan.name))

    def show_ticket(self, number: str) -> None:
        """The number that is called."""
        self._digits = Digits(self.plan.name, number=number)
        self._desk.say(self._digits)

    def show_waiting(self, waiting: int) -> None:
        """How many wait."""
        self._digits = Digits(self.plan.name, waiting=waiting)
        self._desk.say(self._digits)

    def again(self) -> Iterable[ServerWord]:
        """What is shown, and a question that is still worth putting."""
        if self._digits is not None:
            yield self._digits
        if self._asked is not None and self._desk.clock.monotonic() - self._asked[1] < ASK_AGAIN_SECONDS:
            yield Ask(self.plan.name, self._asked[0])


def _nothing() -> None:
    """Nobody waits for this to be dealt with."""


_KINDS: Final[dict[DeviceKind, type[AgentDevice]]] = {
    DeviceKind.PRINTER: AgentPrinter,
    DeviceKind.SIGN: AgentSign,
    DeviceKind.PAD: AgentPad,
    DeviceKind.CALLER: AgentPad,
    DeviceKind.CARD_READER: AgentDevice,
}


# -- the desk -----------------------------------------------------------------------------------------------------


class AgentDesk:
    """One agent: its devices, and its line when there is one."""

    def __init__(self, name: str, clock: Clock, ears: Ears) -> None:
        self.name = name
        self.clock = clock
        self.ears = ears
        self.devices: dict[str, AgentDevice] = {}
        self.who = ""
        self._out: asyncio.Queue[ServerWord] | None = None
        self._line: asyncio.Task[None] | None = None
        self._heard: deque[str] = deque(maxlen=256)

    def furnish(self, plans: Iterable[DevicePlan]) -> None:
        """From now on these devices hang on this agent."""
        wanted = {plan.name: plan for plan in plans}
        for name in [name for name, device in self.devices.items() if wanted.get(name) != device.plan]:
            del self.devices[name]
        for name, plan in wanted.items():
            if name not in self.devices:
                self.devices[name] = _KINDS[plan.kind](self, plan)
                self.ears.condition(name, self.devices[name].condition)

    def say(self, word: ServerWord) -> None:
        """Say it if somebody is there."""
        if self._out is None:
            return
        try:
            self._out.put_nowait(word)
        except asyncio.QueueFull:
            log.warning("agent %s takes nothing any more: its line is cut", self.name)
            if self._line is not None:
                self._line.cancel()

    def note(self, what: str) -> None:
        """It is dealt with."""
        self.say(Noted(what))

    async def attend(self, hear: Callable[[], Awaitable[str]], say: Callable[[str], Awaitable[None]]) -> None:
        """One line of the agent, until it breaks, falls silent, or another takes its place. Raises BadWord, and what
        `hear` and `say` raise."""
        hello = from_agent(await within(self.clock, GONE_SECONDS, _once(hear)))
        if not isinstance(hello, Hello):
            raise BadWord(f"an agent says hello first, not {type(hello).__name__.lower()}")
        if self._line is not None:
            self._line.cancel()
            await asyncio.gather(self._line, return_exceptions=True)
        out: asyncio.Queue[ServerWord] = asyncio.Queue(AHEAD)
        line = asyncio.ensure_future(self._converse(hear, say, out))
        self._line, self._out, self.who = line, out, hello.who
        self._came(hello)
        try:
            await asyncio.gather(line)
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if me is not None and me.cancelling():
                raise  # it is we who are stopped; otherwise the line was cut by another, and that is its end
        finally:
            if self._line is line:
                self._line, self._out, self.who = None, None, ""
                self._left()

    async def _converse(
        self,
        hear: Callable[[], Awaitable[str]],
        say: Callable[[str], Awaitable[None]],
        out: "asyncio.Queue[ServerWord]",
    ) -> None:
        async def speak() -> None:
            while True:
                await say(encode(await out.get()))

        speaking = asyncio.ensure_future(speak())
        try:
            while True:
                self._hear(from_agent(await within(self.clock, GONE_SECONDS, _once(hear))))
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)

    def _came(self, hello: Hello) -> None:
        for name, device in self.devices.items():
            if name not in hello.devices:
                device.report(
                    Condition(
                        Health.OFFLINE,
                        frozenset({Trouble.REFUSED}),
                        f"agent {self.name} has no device {name}; it has {', '.join(hello.devices) or 'none'}",
                    )
                )
            elif isinstance(device, AgentSign) and name in hello.signs:
                device.columns, device.rows, device.chinese = hello.signs[name]
        self.ears.signs_back()
        for device in list(self.devices.values()):
            for word in device.again():
                self.say(word)

    def _left(self) -> None:
        for device in self.devices.values():
            device.report(
                Condition(
                    Health.OFFLINE,
                    frozenset({Trouble.NO_ANSWER}),
                    f"agent {self.name} is not connected",
                    garbled=device.condition.garbled,
                )
            )

    def _hear(self, word: AgentWord) -> None:
        if isinstance(word, Here | Hello):
            return
        device = self.devices.get(word.device)
        if device is None:
            self._nobodys(word)
            return
        match word:
            case Told():
                device.latency = word.latency
                device.report(word.condition)
            case Ended() if isinstance(device, AgentPrinter):
                device.ended(word)
            case Rated() if isinstance(device, AgentPad):
                device.rated(word)
            case Pressed():
                self.ears.heard(word.device, KeyPress(0, word.key), word.id, lambda: self.note(word.id))
            case Laid():
                self._laid(word)
            case _:
                raise BadWord(
                    f"{word.device} is a {device.kind} and does not say {type(word).__name__.lower()}"
                )

    def _nobodys(self, word: AgentWord) -> None:
        """Of a device that the hall file does not name any more. A slip or a rating of it counts all the same."""
        match word:
            case Ended() if word.state in set(Printed):
                self.ears.ended(word.job, Printed(word.state), word.word, lambda: self.note(word.job))
            case Rated():
                AgentPad(self, DevicePlan(word.device, DeviceKind.PAD, "")).rated(word)
            case Pressed() | Laid():
                self.note(word.id)
            case _:
                pass

    def _laid(self, word: Laid) -> None:
        if word.id in self._heard:
            self.note(word.id)
            return
        self._heard.append(word.id)
        what = word.card or CardRefused(word.refused)
        self.ears.heard(word.device, what, word.id, lambda: self.note(word.id))


async def _once(hear: Callable[[], Awaitable[str]]) -> str:
    return await hear()
