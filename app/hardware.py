"""The device room: opens the URLs of the hall file, hands slips to printers, and brings back what devices say.

For: `DeviceRoom`. Events become slips; the state of a printer becomes a command like everybody else's.
Not for: bytes and ports (drivers), layout (displays/slip.py). It is given URLs and does not know whether a machine or a
simulator answers.

Paper is told the event: each `SlipOrdered` is handed to its printer once. A slip that could not be begun within
`slip_stale_seconds` fails instead of coming out late; one whose printer fell silent in the middle is `unknown`, and is
not printed again unless somebody asks. What was pending when the process ended is `unknown` too.
Devices run in real seconds, whatever the hall's clock does. No device ever holds up a ticket, a call or another device.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING


from app.bus import Bus
from app.clock import WallClock
from app.core.commands import Command, ReportDevice, ReportSlip
from app.core.errors import Refusal
from app.core.events import PlanAdopted, SlipOrdered
from app.core.plan import DeviceKind, DevicePlan
from app.core.record import Recorded, StoreTrouble
from app.scenes import slip_scene
from app.service import HallService
from app.settings import Settings
from displays.slip import compose
from drivers.errors import BadUrl, DeviceError
from drivers.media import Condition, Printed

if TYPE_CHECKING:
    from drivers.catalog import PrinterDevice

log = logging.getLogger(__name__)

RESTARTED = "the server restarted before the printer answered"


@dataclass
class Furnished:
    """One device that stands: its driver and the loop that keeps it alive."""

    plan: DevicePlan
    printer: "PrinterDevice"
    keeping: asyncio.Task[None]


@dataclass
class Room:
    """The devices of one hall."""

    service: HallService
    devices: dict[str, Furnished] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    words: dict[str, Condition] = field(default_factory=dict)
    telling: set[str] = field(default_factory=set)


class DeviceRoom:
    """Every device of every hall of this process."""

    def __init__(self, bus: Bus, settings: Settings) -> None:
        self._settings = settings
        self._clock = WallClock()
        self._rooms: dict[str, Room] = {}
        bus.listen(self._heard)

    def furnish(self, service: HallService) -> None:
        """Open what the plan names; close what it names no more."""
        if not self._settings.devices:
            return
        room = self._rooms.setdefault(service.code, Room(service))
        wanted = {each.name: each for each in service.hall.plan.devices if each.kind is DeviceKind.PRINTER}
        for name, device in list(room.devices.items()):
            if wanted.get(name) != device.plan:
                device.keeping.cancel()
                del room.devices[name]
        for name, plan in wanted.items():
            if name not in room.devices:
                self._stand(room, plan)
        for slip in service.hall.slips.values():
            if slip.state == "pending":
                self._tell(room, ReportSlip(slip.id, Printed.UNKNOWN, RESTARTED))

    def _stand(self, room: Room, plan: DevicePlan) -> None:
        from drivers.catalog import open_printer  # drivers are imported where devices are: a start is quicker

        def on_condition(condition: Condition) -> None:
            self._condition(room, plan.name, condition)

        try:
            printer = open_printer(plan.url, self._clock, on_condition)
        except BadUrl as error:
            log.warning("device %s of hall %s: %s", plan.name, room.service.code, error)
            self._tell(room, ReportDevice(plan.name, "offline", ("refused",), str(error)))
            return
        room.devices[plan.name] = Furnished(plan, printer, asyncio.create_task(printer.run(), name=plan.name))
        on_condition(printer.condition)

    async def close(self) -> None:
        """Let go of every device."""
        running = [device.keeping for room in self._rooms.values() for device in room.devices.values()]
        running += [task for room in self._rooms.values() for task in room.tasks]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    # -- out: slips ---------------------------------------------------------------------------------------------

    def _heard(self, hall: str, recorded: tuple[Recorded, ...]) -> None:
        room = self._rooms.get(hall)
        if room is None:
            return
        for each in recorded:
            if isinstance(each.event, SlipOrdered):
                self._do(room, self._print(room, each.event))
            elif isinstance(each.event, PlanAdopted):
                self.furnish(room.service)

    async def _print(self, room: Room, order: SlipOrdered) -> None:
        device = room.devices.get(order.printer)
        hall = room.service.hall
        ticket = hall.tickets.get(order.ticket)
        if device is None or ticket is None:
            await self._say(room, ReportSlip(order.job, Printed.FAILED, f"no printer {order.printer}"))
            return
        link = f"{self._base()}/ticket/?hall={hall.plan.code}&id={ticket.id}"
        slip = compose(order.job, slip_scene(hall, ticket, order.ahead, link, order.reprint))
        try:
            state = await device.printer.print(slip, hall.plan.rules.slip_stale_seconds)
            word = "" if state is Printed.PRINTED else device.printer.condition.word
        except DeviceError as error:
            state, word = Printed.FAILED, str(error)
        await self._say(room, ReportSlip(order.job, state, word))

    def _base(self) -> str:
        settings = self._settings
        return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")

    # -- in: what devices say -----------------------------------------------------------------------------------

    def _condition(self, room: Room, name: str, condition: Condition) -> None:
        """Only the newest word of a device is worth telling."""
        room.words[name] = condition
        if name not in room.telling:
            room.telling.add(name)
            self._do(room, self._report(room, name))

    async def _report(self, room: Room, name: str) -> None:
        try:
            while condition := room.words.pop(name, None):
                troubles = tuple(sorted(condition.troubles))
                await self._say(room, ReportDevice(name, condition.health, troubles, condition.word))
        finally:
            room.telling.discard(name)

    def _tell(self, room: Room, command: Command) -> None:
        self._do(room, self._say(room, command))

    async def _say(self, room: Room, command: Command) -> None:
        try:
            await room.service.handle(command, by="devices")
        except (Refusal, StoreTrouble) as trouble:
            log.warning("hall %s: %s was not taken: %s", room.service.code, type(command).__name__, trouble)

    def _do(self, room: Room, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        room.tasks.add(task)
        task.add_done_callback(room.tasks.discard)
