"""The rack: the devices that this process opens itself, each behind the face of its kind.

    rack = Rack(clock, on_condition, heard)
    rack.furnish(plans)                      # open what is new, close what is gone, leave the rest alone
    rack.devices["pad-07"].prompt("r-17")    # PrinterDevice, SignDevice, Pad or Device, by the kind of its plan
        on_condition("pad-07", Condition(...))
        heard("pad-07", KeyPress(...))       # or Rating, NotRated, Card, CardRefused

For: the server's device room and the agent, which do the same with the same drivers. Signs that name one cable share it,
and so do pads and callers: a line is opened once, whatever the number of its addresses, and what comes from an address is
handed on under the name of the device that has it.
Not for: what is said to a device and what follows from its words (app/hardware.py), devices of agents (app/agents.py).
What goes wrong: a URL that opens nothing is that device's own trouble (offline, refused, with what would be right); every
other one stands.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from app.core.plan import DeviceKind, DevicePlan
from drivers.errors import BadUrl
from drivers.media import (
    Card,
    CardRefused,
    Condition,
    Health,
    KeyPress,
    NotRated,
    Printed,
    Prompt,
    Rating,
    Trouble,
)

if TYPE_CHECKING:
    from drivers.catalog import Device
    from drivers.keeper import Clock
    from drivers.pad import PadBus

Heard = KeyPress | Rating | NotRated | Card | CardRefused
"""What a person did at a device."""

ON_A_LINE = frozenset({DeviceKind.PAD, DeviceKind.CALLER})
"""Kinds of which many hang on one line, told apart by their address."""


class Pad(Protocol):
    """An evaluation pad or a caller (drivers/pad.py says more). Nothing here waits."""

    def prompt(self, rating_id: str) -> None:
        """Ask the visitor once."""

    def beep(self) -> None:
        """One beep, now or never."""

    def show_ticket(self, number: str) -> None:
        """The number that is called, until told otherwise."""

    def show_waiting(self, waiting: int) -> None:
        """How many wait, until told otherwise."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A device as the hall file names it and as it is. `since`: when the journal last heard a change; `latency` in
    seconds: median and 99th percentile."""

    plan: DevicePlan
    condition: Condition
    since: datetime | None
    latency: tuple[float, float] | None


class PadAt:
    """One address of a line."""

    def __init__(self, bus: "PadBus[object]", address: int) -> None:
        self._bus = bus
        self._address = address

    @property
    def kind(self) -> str:
        """A pad or a caller: the wire does not tell."""
        return "pad"

    @property
    def condition(self) -> Condition:
        """How its line is."""
        return self._bus.condition

    @property
    def latency(self) -> tuple[float, float] | None:
        """Nobody is asked anything on such a line."""
        return self._bus.latency

    async def run(self) -> None:
        """The line runs for all of its addresses."""

    def prompt(self, rating_id: str) -> None:
        """Ask the visitor once."""
        self._bus.prompt(Prompt(self._address, rating_id))

    def beep(self) -> None:
        """One beep, now or never."""
        self._bus.beep(self._address)

    def show_ticket(self, number: str) -> None:
        """The number that is called."""
        self._bus.show_ticket(self._address, number)

    def show_waiting(self, waiting: int) -> None:
        """How many wait."""
        self._bus.show_waiting(self._address, waiting)


@dataclass
class _Line:
    """A cable with pads and callers: whose address is whose."""

    url: str
    bus: "PadBus[object]"
    task: asyncio.Task[None]
    plans: list[DevicePlan]


class Rack:
    """The devices of one owner. `on_condition` and `heard` must not block. `paper_used_mm(name)`: what the roll of a
    printer had given when the process before this one ended."""

    def __init__(
        self,
        clock: "Clock",
        on_condition: Callable[[str, Condition], None],
        heard: Callable[[str, Heard], None],
        paper_used_mm: Callable[[str], float] = lambda _: 0.0,
    ) -> None:
        # Drivers are loaded where devices are: a start without any is quicker.
        from drivers.catalog import Room

        self._clock = clock
        self._on_condition = on_condition
        self._heard = heard
        self._paper_used_mm = paper_used_mm
        self._room = Room()
        self._plans: dict[str, DevicePlan] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lines: dict[str, _Line] = {}
        self.devices: dict[str, Device] = {}

    def furnish(self, plans: Iterable[DevicePlan]) -> None:
        """From now on these devices stand here and no others."""
        wanted = {plan.name: plan for plan in plans}
        alone = {name: plan for name, plan in wanted.items() if plan.kind not in ON_A_LINE}
        for name in [name for name, plan in self._plans.items() if wanted.get(name) != plan]:
            del self._plans[name]
            self.devices.pop(name, None)
            if task := self._tasks.pop(name, None):
                task.cancel()
        for name, plan in alone.items():
            if name not in self._plans:
                self._plans[name] = plan
                self._open(plan)
        self._furnish_lines([plan for plan in wanted.values() if plan.kind in ON_A_LINE])

    async def close(self) -> None:
        """Let go of every device."""
        running = [*self._tasks.values(), *(line.task for line in self._lines.values())]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._tasks.clear()
        self._lines.clear()
        self.devices.clear()

    def _open(self, plan: DevicePlan) -> None:
        from drivers.catalog import kind_of, open_device

        def condition(now: Condition) -> None:
            self._on_condition(plan.name, now)

        def heard(what: Heard) -> None:
            self._heard(plan.name, what)

        try:
            device = open_device(
                plan.url,
                self._clock,
                condition,
                heard=heard,
                room=self._room,
                paper_used_mm=self._paper_used_mm(plan.name),
            )
        except BadUrl as error:
            self._refused(plan.name, error)
            return
        if (found := kind_of(plan.url)) != plan.kind.value:
            self._refused(plan.name, BadUrl(f"{plan.url!r}: that is a {found}; a {plan.kind} is expected"))
            return
        self.devices[plan.name] = device
        self._tasks[plan.name] = asyncio.create_task(device.run(), name=plan.name)
        condition(device.condition)

    def _refused(self, name: str, error: BadUrl) -> None:
        self._on_condition(name, Condition(Health.OFFLINE, frozenset({Trouble.REFUSED}), str(error)))

    # -- lines --------------------------------------------------------------------------------------------------

    def _furnish_lines(self, plans: list[DevicePlan]) -> None:
        by_cable: dict[str, list[DevicePlan]] = {}
        for plan in plans:
            by_cable.setdefault(plan.url.partition("?")[0], []).append(plan)
        for cable in [cable for cable in self._lines if cable not in by_cable]:
            self._lines.pop(cable).task.cancel()
        for cable, on_it in by_cable.items():
            try:
                url = line_url(on_it)
                line = self._line(cable, url)
            except BadUrl as error:
                for plan in on_it:
                    self._plans[plan.name] = plan
                    self._refused(plan.name, error)
                continue
            line.plans[:] = on_it
            for plan in on_it:
                self.devices[plan.name] = PadAt(line.bus, address_of(plan.url))
                if plan.name not in self._plans:
                    self._plans[plan.name] = plan
                    self._on_condition(plan.name, line.bus.condition)

    def _line(self, cable: str, url: str) -> _Line:
        from drivers.catalog import kind_of, open_device

        line = self._lines.get(cable)
        if line is not None and line.url == url:
            return line
        if line is not None:
            line.task.cancel()
            del self._lines[cable]

        plans: list[DevicePlan] = []

        def condition(now: Condition) -> None:
            for plan in plans:
                self._on_condition(plan.name, now)

        def heard(said: KeyPress | Rating | NotRated) -> None:
            name = whose(plans, said)
            if name is not None:
                self._heard(name, said)

        if kind_of(url) != "pad":
            raise BadUrl(f"{url!r}: that is a {kind_of(url)}; a pad or caller is expected")
        bus = cast("PadBus[object]", open_device(url, self._clock, condition, heard=heard))
        self._lines[cable] = _Line(url, bus, asyncio.create_task(bus.run(), name=cable), plans)
        return self._lines[cable]


def why_not(state: Printed, condition: Condition, seconds: float) -> str:
    """Why a slip did not come out, in the printer's own word where it has a trouble."""
    if state is Printed.PRINTED:
        return ""
    if condition.troubles - {Trouble.PAPER_LOW, Trouble.NO_BACK_CHANNEL}:
        return condition.word or ", ".join(sorted(condition.troubles))
    if state is Printed.FAILED:
        return f"the printer did not come to it within {seconds:g} s"
    return "sent, and the printer did not confirm it"


# -- several on one cable -----------------------------------------------------------------------------------------


def whose(plans: Iterable[DevicePlan], said: KeyPress | Rating | NotRated) -> str | None:
    """The device that an address belongs to; where a caller and a pad share one, by what was said."""
    kind = DeviceKind.CALLER if isinstance(said, KeyPress) else DeviceKind.PAD
    here = [plan for plan in plans if address_of(plan.url) == said.address]
    return next((plan.name for plan in sorted(here, key=lambda plan: plan.kind is not kind)), None)


def address_of(url: str) -> int:
    """The number of a device on its cable; 0 where it is alone."""
    value = dict(parse_qsl(urlsplit(url).query)).get("address", "0")
    return int(value) if value.isdecimal() else 0


def line_url(plans: list[DevicePlan]) -> str:
    """One URL for a cable that several devices name. The keys and levels of each are its address's own; all else must
    agree. Raises BadUrl."""
    parts = urlsplit(plans[0].url)
    query: dict[str, str] = {}
    for plan in plans:
        own = dict(parse_qsl(urlsplit(plan.url).query, keep_blank_values=True))
        address = own.pop("address", None)
        if address is not None and not address.isdecimal():
            raise BadUrl(f"{plan.url!r}: address={address}; a whole number is expected")
        if address is not None and len(plans) == 1:
            query["address"] = address
        for name, value in own.items():
            if name in ("keys", "levels") and address is not None:
                name = f"{name}.{address}"
            if query.setdefault(name, value) != value:
                raise BadUrl(
                    f"{plan.url!r}: {name}={value}, and another device of this cable has {name}={query[name]}"
                )
    return urlunsplit(parts._replace(query=urlencode(sorted(query.items()), safe=",:-")))
