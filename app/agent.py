"""The agent: the drivers where the devices hang (kiosk, clerk's PC), and one line to the server.

    tidehall agent --server wss://hall.example:443 --token KEY devices.toml

    hall = "county"                              # may be left out where the server serves one hall
    [[device]]
    name = "kiosk-1-printer"                     # as in the hall file, where its url is agent:NAME, the holder of KEY
    kind = "printer"
    url = "escpos+usblp:///dev/usb/lp0?width=576"

For: `Agent(...).run()`, and `read_devices`. It connects outwards, so no port is opened here. While the line is away, slips
that were handed over are printed, signs keep what they show, ratings wait; the line is tried again after 1 s, then 2, 4 and
at most 8. app/agentwords.py has the messages and why a break loses and doubles nothing; app/agentmemory.py is what
outlives a restart.
Not for: what follows from a key or a card: the server decides.
What goes wrong: a refusal by the server (key, hall, name) is logged in its words and tried again every 8 s, because
somebody may be about to put it right. A devices file with a mistake raises `BadDevices`, which names device and key.
"""

import asyncio
import contextlib
import logging
import random
import secrets
import tomllib
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, cast

import websockets
from websockets.asyncio.client import ClientConnection, connect

from app.agentmemory import Memory
from app.agentwords import (
    HERE_SECONDS,
    LONGEST_WORD,
    STALE_PRESS_SECONDS,
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
    from_server,
    slip_in,
)
from app.clock import WallClock
from app.core.plan import DeviceKind, DevicePlan
from app.rack import Heard, Pad, Rack, why_not
from drivers.catalog import PrinterDevice, kind_of
from drivers.errors import BadUrl, DeviceError
from drivers.media import Card, CardRefused, Condition, KeyPress, Message, NotRated, Printed, Rating

log = logging.getLogger(__name__)

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 8.0
"""Seconds between tries to reach the server, doubled each time: a server that restarts is back in two."""

SETTLED: Final = 30.0
"""After a line that held so long the next try comes soon."""

PING_SECONDS: Final = 5.0
"""A line that does not answer a ping within so long is given up, so that nothing is handed over into a dead one."""

STOP_SECONDS: Final = 5.0
"""How long slips in hand may take when the agent is told to stop."""

LATENCY_EVERY: Final = 5
"""The latencies are told with every fifth «here»."""


class BadDevices(Exception):
    """The devices file cannot be used; the message says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Devices:
    """What a devices file says."""

    hall: str
    plans: tuple[DevicePlan, ...]


def read_devices(path: Path) -> Devices:
    """The devices of an agent. A hall file will do as well. Raises BadDevices."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadDevices(f"{path}: {error}") from error
    hall = told.get("hall", "")
    if isinstance(hall, dict):
        hall = hall.get("code", "")
    tables = told.get("device", [])
    if not isinstance(tables, list) or not tables:
        raise BadDevices(f"{path}: no [[device]] stands there")
    plans: dict[str, DevicePlan] = {}
    for n, table in enumerate(tables, 1):
        plan = _device(path, n, table)
        if plan.name in plans:
            raise BadDevices(f"{path}: two devices are called {plan.name}")
        plans[plan.name] = plan
    return Devices(str(hall), tuple(plans.values()))


def _device(path: Path, n: int, table: object) -> DevicePlan:
    known = table if isinstance(table, dict) else {}
    name, kind, url = (known.get(key) for key in ("name", "kind", "url"))
    if not (isinstance(name, str) and name and isinstance(kind, str) and isinstance(url, str)):
        raise BadDevices(f"{path}: device {n} needs name, kind and url as text; it has {table}")
    if kind not in set(DeviceKind):
        raise BadDevices(
            f"{path}: device {name}: no kind is called {kind!r}; there are {', '.join(DeviceKind)}"
        )
    try:
        kind_of(url)
    except BadUrl as error:
        raise BadDevices(f"{path}: device {name}: {error}") from error
    return DevicePlan(name, DeviceKind(kind), url)


class _Sign(Protocol):
    """A strip or board."""

    columns: int
    rows: int
    chinese: bool

    def show(self, message: Message) -> None:
        """Show this from now on."""

    def brightness(self, percent: int) -> None:
        """So bright from now on."""


class Agent:
    """The devices of one machine and its line to the server."""

    def __init__(self, url: str, token: str, plans: tuple[DevicePlan, ...], memory: Memory) -> None:
        self._url = url
        self._token = token
        self._plans = plans
        self._memory = memory
        self._clock = WallClock()
        self._rack = Rack(self._clock, self._condition, self._heard, memory.paper_used_mm)
        self._conditions: dict[str, Condition] = {}
        self._out: asyncio.Queue[AgentWord] | None = None
        self._run_id = secrets.token_hex(4)
        self._presses: dict[str, Pressed | Laid] = {}
        self._pressed = 0
        self._printing: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until cancelled. Slips in hand get some seconds to come out."""
        self._rack.furnish(self._plans)
        try:
            await self._keep_line()
        finally:
            if self._printing:
                await asyncio.wait(self._printing, timeout=STOP_SECONDS)
            for task in (*self._printing, *self._tasks):
                task.cancel()
            await asyncio.gather(*self._printing, *self._tasks, return_exceptions=True)
            await self._rack.close()

    # -- the line -----------------------------------------------------------------------------------------------

    async def _keep_line(self) -> None:
        wait = FIRST_WAIT
        while True:
            began = self._clock.monotonic()
            try:
                async with connect(
                    self._url,
                    additional_headers={"Authorization": f"Bearer {self._token}"},
                    ping_interval=PING_SECONDS,
                    ping_timeout=PING_SECONDS,
                    open_timeout=10,
                    close_timeout=1,
                    max_size=LONGEST_WORD,
                ) as line:
                    await self._converse(line)
            except websockets.ConnectionClosed as closed:
                reason = closed.rcvd or closed.sent
                if reason is not None and reason.code // 100 == 44:
                    wait = LONGEST_WAIT
                log.warning(
                    "与服务器的连接已断开 the line to the server ended: %s",
                    f"{reason.code} {reason.reason}" if reason else "no word of parting",
                )
            except (OSError, TimeoutError, websockets.WebSocketException) as error:
                log.warning("服务器不可达 the server cannot be reached: %s", error)
            except BadWord as error:
                log.warning("服务器的话听不懂 the server's words make no sense: %s", error)
            if self._clock.monotonic() - began > SETTLED:
                wait = FIRST_WAIT
            await self._clock.sleep(wait * random.uniform(0.8, 1.2))
            wait = min(2 * wait, LONGEST_WAIT)

    async def _converse(self, line: ClientConnection) -> None:
        out: asyncio.Queue[AgentWord] = asyncio.Queue()
        self._out = out
        self._say_all()
        log.info("已连接服务器 connected to %s", self._url)

        async def speak() -> None:
            while True:
                await line.send(encode(await out.get()))

        async def be_here() -> None:
            n = 0
            while True:
                await self._clock.sleep(HERE_SECONDS)
                n += 1
                self._say(Here())
                if n % LATENCY_EVERY == 0:
                    for name in self._conditions:
                        self._tell(name)

        helpers = [asyncio.ensure_future(speak()), asyncio.ensure_future(be_here())]
        try:
            async for text in line:
                self._hear(from_server(text))
            # A line that is closed politely ends the loop without an error; why is what the caller wants to know.
            await line.recv()
        finally:
            self._out = None
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    def _say(self, word: AgentWord) -> None:
        if self._out is not None:
            self._out.put_nowait(word)

    def _say_all(self) -> None:
        devices = {plan.name: plan.kind.value for plan in self._plans}
        signs = {
            plan.name: (sign.columns, sign.rows, sign.chinese)
            for plan in self._plans
            if plan.kind is DeviceKind.SIGN and (sign := self._sign(plan.name)) is not None
        }
        self._say(Hello(self._memory.who, devices, signs))
        for name in self._conditions:
            self._tell(name)
        for word in self._memory.unnoted():
            self._say(word)
        for press in self._presses.values():
            self._say(press)

    # -- what the server says -----------------------------------------------------------------------------------

    def _hear(self, word: ServerWord) -> None:
        match word:
            case Print():
                self._asked_to_print(word)
            case Show():
                if (sign := self._sign(word.device)) is not None:
                    sign.show(word.message)
            case Dim():
                if (sign := self._sign(word.device)) is not None:
                    sign.brightness(word.percent)
            case Ask() if (pad := self._pad(word.device)) is not None:
                pad.prompt(word.rating)
            case Beep() if (pad := self._pad(word.device)) is not None:
                pad.beep()
            case Digits() if (pad := self._pad(word.device)) is not None:
                if word.number is not None:
                    pad.show_ticket(word.number)
                elif word.waiting is not None:
                    pad.show_waiting(word.waiting)
            case Noted():
                if self._presses.pop(word.id, None) is None and self._memory.keeps(word.id):
                    self._do(self._kept(self._memory.noted(word.id)))
            case _:
                log.warning("no device here for %s", word)

    def _sign(self, name: str) -> _Sign | None:
        device = self._rack.devices.get(name)
        return cast("_Sign", device) if hasattr(device, "show") else None

    def _pad(self, name: str) -> Pad | None:
        device = self._rack.devices.get(name)
        return cast("Pad", device) if hasattr(device, "show_ticket") else None

    def _asked_to_print(self, asked: Print) -> None:
        if self._memory.knows(asked.job):
            end = self._memory.end_of(asked.job)
            if end is not None:
                self._say(end)
            return  # otherwise it is being printed, and its end will be told
        if any(task.get_name() == asked.job for task in self._printing):
            return
        task = asyncio.create_task(self._print(asked), name=asked.job)
        self._printing.add(task)
        task.add_done_callback(self._printing.discard)

    async def _print(self, asked: Print) -> None:
        until = self._clock.monotonic() + asked.seconds
        device = self._rack.devices.get(asked.device)
        state, word = Printed.FAILED, ""
        if device is None or not hasattr(device, "print"):
            word = f"the agent has no printer {asked.device}"
        elif asked.seconds <= 0:
            word = "too late: the slip was never begun"
        else:
            printer = cast(PrinterDevice, device)
            try:
                slip = slip_in(asked.job, asked.slip)
                await self._memory.begin(asked.device, asked.job)
                state = await printer.print(slip, max(0.0, until - self._clock.monotonic()))
                word = why_not(state, printer.condition, asked.seconds)
            except (BadWord, DeviceError) as error:
                word = str(error)
            except OSError as error:
                word = f"the agent cannot write its memory, so nothing is printed: {error}"
        end = Ended(asked.device, asked.job, state, word)
        await self._kept(self._memory.ended(end))
        self._say(end)
        used = getattr(device, "paper_used_mm", None)
        if isinstance(used, float):
            await self._kept(self._memory.rolled(end.device, round(used, 1)))

    async def _kept(self, writing: Coroutine[object, object, None]) -> None:
        try:
            await writing
        except OSError as error:
            log.warning("the agent's memory cannot be written: %s", error)

    # -- what devices say ---------------------------------------------------------------------------------------

    def _condition(self, name: str, condition: Condition) -> None:
        self._conditions[name] = condition
        self._tell(name)

    def _tell(self, name: str) -> None:
        device = self._rack.devices.get(name)
        self._say(Told(name, self._conditions[name], device.latency if device else None))

    def _heard(self, name: str, what: Heard) -> None:
        match what:
            case KeyPress():
                self._press(Pressed(self._press_id(), name, what.key))
            case Card():
                self._press(Laid(self._press_id(), name, card=what))
            case CardRefused():
                self._press(Laid(self._press_id(), name, refused=what.why))
            case Rating():
                self._do(self._rated(Rated(name, what.rating_id, what.level)))
            case NotRated():
                self._do(self._rated(Rated(name, what.rating_id, None)))

    def _press_id(self) -> str:
        self._pressed += 1
        return f"{self._run_id}.{self._pressed}"

    def _press(self, word: Pressed | Laid) -> None:
        """Say it now or within some seconds; then it is forgotten, a card with all that stands on it."""
        self._presses[word.id] = word
        asyncio.get_running_loop().call_later(STALE_PRESS_SECONDS, self._presses.pop, word.id, None)
        self._say(word)

    async def _rated(self, rated: Rated) -> None:
        await self._kept(self._memory.rated(rated))
        self._say(rated)

    def _do(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def run_until_told(agent: Agent) -> None:
    """Run until SIGINT or SIGTERM."""
    import signal

    task = asyncio.ensure_future(agent.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
