"""The device room: opens the URLs of the hall file, tells devices what has happened, and brings back what they say.

For: `Room`, the devices of one hall (app/rooms.py has all halls). After each commit: slips to printers, the state to
signs and callers (app/signs.py), a question to the pad of whoever is done. Coming in: conditions, key presses
(app/keys.py), ratings and cards (app/cards.py) become commands like everybody else's.
Not for: bytes and ports (drivers), layout (displays). It is given URLs and does not know whether a machine or a simulator
answers; `agent:NAME` is a device on another machine (app/agents.py), everything else stands in its own rack (app/rack.py).

Paper is told the event: each `SlipOrdered` is handed to its printer once. A slip that could not be begun within
`slip_stale_seconds` fails instead of coming out late; one whose printer fell silent in the middle is `unknown`, and is
not printed again unless somebody asks. What was pending when the process ended is `unknown` too, unless it is an agent's:
the agent is asked by the name of the job. Signs are told the state.
Devices run in real seconds, whatever the hall's clock does. At the start nothing is assumed of them. No device ever holds
up a ticket, a call or another device: nothing here waits for one but a task of its own.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Final, Protocol, cast
from zoneinfo import ZoneInfo

from app.agents import AgentDesk, AgentPrinter, agent_of
from app.cards import Cards
from app.clock import Clock, WallClock
from app.core.commands import Command, Rate, ReportDevice, ReportSlip
from app.core.errors import Refusal
from app.core.events import DeviceReported, PlanAdopted, ServiceFinished, SlipOrdered, SlipReported
from app.core.hall import SlipJob
from app.core.plan import DeviceKind, DevicePlan
from app.core.record import Recorded, StoreTrouble
from app.core.ticket import Outcome
from app.keys import commands, unrated
from app.rack import Heard, Listed, Pad, Rack, why_not
from app.scenes import slip_scene
from app.service import HallService, KeyReused
from app.settings import Settings
from app.signs import SignFace, Signs
from displays.slip import compose
from drivers.errors import DeviceError
from drivers.media import Card, CardRefused, Condition, Key, KeyPress, NotRated, Printed, Rating, Slip

log = logging.getLogger(__name__)

RESTARTED = "the server restarted before the printer answered"

TELL_SECONDS: Final = 0.05
"""Commits within so long are told to the signs together: a strip takes 0.1 s to take a message anyway."""

DIM_SECONDS: Final = 20.0
"""How often the time of day is looked at for the brightness of the signs."""

STORE_SECONDS: Final = 2.0
"""After so long a report that the disk did not take is tried again."""

SILENT: Final = (DeviceReported, SlipReported)
"""Events that no sign and no caller shows."""


class PrinterFace(Protocol):
    """A ticket printer, whoever's (drivers/printer.py says more)."""

    @property
    def condition(self) -> Condition:
        """How it is."""

    async def print(self, slip: Slip, deadline_seconds: float) -> Printed:
        """Print once."""


class AnyDevice(Protocol):
    """A device of any kind, whoever's."""

    @property
    def condition(self) -> Condition:
        """How it is, as last reported."""

    @property
    def latency(self) -> tuple[float, float] | None:
        """Seconds from question to answer: median and 99th percentile."""


def _nothing() -> None:
    """Nobody waits for this to be dealt with."""


def paper_of(device: object) -> float | None:
    """What the roll of a printer of this machine has given, in millimetres."""
    used = getattr(device, "paper_used_mm", None)
    return round(used, 1) if isinstance(used, float) else None


class Room:
    """The devices of one hall."""

    def __init__(
        self,
        service: HallService,
        settings: Settings,
        hall_clock: Clock,
        card_changed: Callable[[str, str], None],
    ) -> None:
        self._service = service
        self._settings = settings
        self._hall_clock = hall_clock
        self._clock = WallClock()
        self._rack = Rack(self._clock, self.condition, self._heard_here, self._paper_before)
        self.desks: dict[str, AgentDesk] = {}
        self._plans: dict[str, DevicePlan] = {}
        self._signs = Signs(
            lambda name: cast("SignFace | None", self.device(name)), lambda name: self._pad(name)
        )
        self.cards = Cards(settings.card_key, lambda kiosk: card_changed(service.code, kiosk))
        self._tasks: set[asyncio.Task[None]] = set()
        self._conditions: dict[str, Condition] = {}
        self._words: dict[str, Condition] = {}
        self._reporting: set[str] = set()
        self._telling: asyncio.TimerHandle | None = None
        self.furnish()
        for slip in service.hall.slips.values():
            if slip.state == "pending":
                self._left_over(slip)
        self._do(self._dim())

    def furnish(self) -> None:
        """Open what the plan names; close what it names no more."""
        devices = self._service.hall.plan.devices
        self._plans = {plan.name: plan for plan in devices}
        by_agent: dict[str, list[DevicePlan]] = {name: [] for name in self.desks}
        for plan in devices:
            if (agent := agent_of(plan.url)) is not None:
                by_agent.setdefault(agent, []).append(plan)
        for agent, plans in by_agent.items():
            if agent not in self.desks:
                self.desks[agent] = AgentDesk(agent, self._clock, self)
            self.desks[agent].furnish(plans)
        self._rack.furnish(plan for plan in devices if agent_of(plan.url) is None)
        self._signs.forget()
        self._tell_soon()

    def device(self, name: str) -> AnyDevice | None:
        """A device that stands, here or at an agent."""
        plan = self._plans.get(name)
        agent = agent_of(plan.url) if plan else None
        if agent is not None:
            return self.desks[agent].devices.get(name)
        return self._rack.devices.get(name)

    def _pad(self, name: str) -> Pad | None:
        return cast("Pad | None", self.device(name))

    def listed(self) -> list[Listed]:
        """Every device of the hall file, in its order."""
        hall = self._service.hall
        found = []
        for plan in hall.plan.devices:
            device, word = self.device(plan.name), hall.devices.get(plan.name)
            found.append(
                Listed(
                    plan,
                    self._conditions.get(plan.name, Condition()),
                    word.since if word else None,
                    device.latency if device else None,
                )
            )
        return found

    async def close(self) -> None:
        """Let go of every device."""
        if self._telling is not None:
            self._telling.cancel()
        self.cards.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._rack.close()

    # -- out: what has happened ---------------------------------------------------------------------------------

    def happened(self, recorded: Sequence[Recorded]) -> None:
        """The journal has grown."""
        for each in recorded:
            match each.event:
                case SlipOrdered() as order:
                    self._do(self._print(order.job, order.printer, order.ticket, order.ahead, order.reprint))
                    self._card_used(order.printer)
                case ServiceFinished() as done if done.outcome is not Outcome.DAY_ENDED:
                    self._ask_rating(done.window, done.ticket)
                case PlanAdopted():
                    self.furnish()
                case _:
                    pass
        if any(not isinstance(each.event, SILENT) for each in recorded):
            self._tell_soon()

    def _tell_soon(self) -> None:
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TELL_SECONDS, self._tell)

    def _tell(self) -> None:
        self._telling = None
        self._signs.tell(self._service.hall, self._now())

    def _now(self) -> datetime:
        return self._hall_clock.now().astimezone(ZoneInfo(self._service.hall.plan.timezone))

    async def _dim(self) -> None:
        while True:
            self._signs.dim(self._service.hall, self._now())
            await self._clock.sleep(DIM_SECONDS)

    async def _print(
        self, job: str, name: str, ticket_id: str, ahead: int, reprint: bool, *, late: float | None = None
    ) -> None:
        """Hand a slip to its printer. `late`: so many seconds ago it was ordered from a server before this one."""
        hall = self._service.hall
        printer, ticket = self.device(name), hall.tickets.get(ticket_id)
        if printer is None or ticket is None:
            await self._say(ReportSlip(job, Printed.FAILED, f"no printer {name}"))
            return
        link = f"{self._base()}/ticket/?hall={hall.plan.code}&id={ticket.id}"
        slip = compose(job, slip_scene(hall, ticket, ahead, link, reprint))
        seconds = hall.plan.rules.slip_stale_seconds
        try:
            if late is not None and isinstance(printer, AgentPrinter):
                state = await printer.print(slip, max(0.0, seconds - late), handed_before=True)
            else:
                state = await cast("PrinterFace", printer).print(slip, seconds)
            word = why_not(state, printer.condition, seconds)
        except DeviceError as error:
            state, word = Printed.FAILED, str(error)
        await self._say(ReportSlip(job, state, word, paper_of(printer)))

    def _paper_before(self, printer: str) -> float:
        """What the roll of a printer had given by what the journal knows."""
        word = self._service.hall.devices.get(printer)
        return word.paper_used_mm if word else 0.0

    def _left_over(self, slip: SlipJob) -> None:
        """A slip that was under way when the server before this one ended."""
        plan = self._plans.get(slip.printer)
        if plan is None or agent_of(plan.url) is None:
            self._tell_hall(ReportSlip(slip.id, Printed.UNKNOWN, RESTARTED))
            return
        late = max(0.0, (self._hall_clock.now() - slip.ordered_at).total_seconds() / self._hall_clock.speed)
        self._do(self._print(slip.id, slip.printer, slip.ticket, slip.ahead, slip.reprint, late=late))

    def _base(self) -> str:
        settings = self._settings
        return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")

    def _ask_rating(self, window: int, ticket: str) -> None:
        for plan in self._plans.values():
            if plan.kind is DeviceKind.PAD and plan.window == window:
                pad = self._pad(plan.name)
                if pad is not None:
                    pad.prompt(ticket)
                return

    def _card_used(self, printer: str) -> None:
        plan = self._plans.get(printer)
        if plan is not None and plan.kiosk:
            self.cards.forget(plan.kiosk)

    # -- in: what devices say -----------------------------------------------------------------------------------

    def condition(self, device: str, condition: Condition) -> None:
        """A device is so now. Only its newest word is worth telling."""
        self._conditions[device] = self._words[device] = condition
        if device not in self._reporting:
            self._reporting.add(device)
            self._do(self._report(device))

    async def _report(self, name: str) -> None:
        try:
            while condition := self._words.pop(name, None):
                troubles = tuple(sorted(condition.troubles))
                paper = paper_of(self.device(name))
                await self._say(ReportDevice(name, condition.health, troubles, condition.word, paper))
        finally:
            self._reporting.discard(name)

    def ended(self, job: str, state: Printed, word: str, done: Callable[[], None]) -> None:
        """An agent tells how a job ended that nobody waits for any more."""
        self._do(self._then(self._say(ReportSlip(job, state, word)), done))

    def signs_back(self) -> None:
        """The signs of an agent may be of another size now."""
        self._signs.forget()
        self._tell_soon()

    def _heard_here(self, device: str, what: Heard) -> None:
        self.heard(device, what, "", _nothing)

    def heard(self, device: str, what: Heard, press: str, done: Callable[[], None]) -> None:
        """Somebody did something at a device. `press` is the same when the same is said again; `done` is called when
        it is dealt with."""
        plan = self._plans.get(device)
        match what:
            case KeyPress() if plan is not None and plan.window is not None:
                self._do(self._then(self._pressed(plan, plan.window, what.key, press), done))
            case Rating() | NotRated():
                level = what.level if isinstance(what, Rating) else None
                rate = Rate(what.rating_id, level, "pad", window=plan.window if plan else None)
                self._do(self._then(self._say(rate, device), done))
            case Card() | CardRefused() if plan is not None and plan.kiosk:
                self.cards.laid(plan.kiosk, what, self._service.hall.plan, self._now().date())
                done()
            case _:
                log.info(
                    "hall %s: %s stands nowhere, what it says is passed over", self._service.code, device
                )
                done()

    async def _pressed(self, plan: DevicePlan, window: int, key: Key, press: str) -> None:
        hall = self._service.hall
        try:
            asked = commands(hall, window, key)
            last = unrated(hall, window) if key is Key.ASK_RATING and not asked else None
            if last is not None:
                self._ask_rating(window, last.id)
            for n, command in enumerate(asked):
                # A press that an agent says again after a break has the same name, and happens once.
                await self._service.handle(command, by=plan.name, key=f"{press}.{n}" if press else "")
        except (Refusal, StoreTrouble, KeyReused) as trouble:
            log.info("hall %s: key %s at %s was refused: %s", self._service.code, key, plan.name, trouble)
            pad = self._pad(plan.name)
            if pad is not None:
                pad.beep()

    def _tell_hall(self, command: Command) -> None:
        self._do(self._say(command))

    async def _say(self, command: Command, by: str = "devices") -> None:
        """Tell the hall. A disk that is full has room again some day, and what came out of a printer is true until
        then."""
        while True:
            try:
                await self._service.handle(command, by=by)
            except Refusal as refusal:
                log.warning("hall %s: %s was not taken: %s", self._service.code, command, refusal)
            except StoreTrouble as trouble:
                log.warning("hall %s: %s could not be stored: %s", self._service.code, command, trouble)
                await self._clock.sleep(STORE_SECONDS)
                continue
            return

    async def _then(self, work: Coroutine[object, object, None], done: Callable[[], None]) -> None:
        await work
        done()

    def _do(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
