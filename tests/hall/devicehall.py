"""A hall with devices for tests: a real server, and a bench of simulated devices on real ports in this process.

    async with device_hall(tmp_path) as hall:
        ticket = await hall.take()
        await until(lambda: hall.printer.slips)

One kiosk with printer and card reader; windows 1 and 2, each with a strip, a caller and a pad (one FF 68 line).
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from app import main
from app.core.plan import DeviceKind, DevicePlan, HallPlan, Rules
from app.core.rights import Role
from app.office import people
from app.settings import Settings
from simulators.bench import Bench, Port
from simulators.bx5k import Card as Strip
from simulators.escpos import Printer
from simulators.ff68 import Bus as PadLine
from simulators.hallbench import HallBench, Planned
from simulators.sam import CardReader
from tests.hallserver import HallServer, free_port
from tests.plans import small_plan

PATIENCE = 60.0
"""Real seconds after which what was waited for has failed to come: no promise, the machine may be busy with other tests."""

PAGE = 2000
"""Events that the server tells at once."""

WINDOWS = (1, 2)
CALL_NEXT, MISSED, PARK, RETURN_PARKED, PAUSE, ASK = (
    bytes.fromhex(code) for code in ("0c", "060f", "000f", "030f", "12", "0b")
)


async def until(what: Callable[[], Any], seconds: float = PATIENCE, why: str = "") -> Any:
    """Look again and again until `what` is true; give it back."""
    give_up_at = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < give_up_at, why or f"not so within {seconds} s"
        await asyncio.sleep(0.01)
    return found


def device_plans(windows: Sequence[int] = WINDOWS) -> tuple[DevicePlan, ...]:
    """Every kind of device, on free ports."""
    pads = free_port()
    return (
        DevicePlan(
            "printer-1",
            DeviceKind.PRINTER,
            f"escpos+tcp://127.0.0.1:{free_port()}?width=576",
            kiosk="kiosk-1",
        ),
        DevicePlan("reader-1", DeviceKind.CARD_READER, f"sam+tcp://127.0.0.1:{free_port()}", kiosk="kiosk-1"),
        *(
            DevicePlan(
                f"strip-{no}", DeviceKind.SIGN, f"bx5k+tcp://127.0.0.1:{free_port()}?width=128", window=no
            )
            for no in windows
        ),
        *(
            DevicePlan(
                f"caller-{no}", DeviceKind.CALLER, f"ff68+tcp://127.0.0.1:{pads}?address={no}", window=no
            )
            for no in windows
        ),
        *(
            DevicePlan(
                f"pad-{no}", DeviceKind.PAD, f"ff68+tcp://127.0.0.1:{pads}?address={no + 20}", window=no
            )
            for no in windows
        ),
    )


def at_agent(plan: DevicePlan, agent: str) -> DevicePlan:
    """The same device, hung on an agent."""
    return replace(plan, url=f"agent:{agent}")


class DeviceHall:
    """Server, bench, and hands for both."""

    def __init__(self, server: HallServer, bench: HallBench, plans: Sequence[DevicePlan]) -> None:
        self.server = server
        self.bench = bench
        self.plans = plans
        self.kiosk = server.token("kiosk", kiosk="kiosk-1")
        self.program = server.token("program")
        # The server lets go of an idle connection after 5 s; who lets go sooner never meets it in the door.
        self.client = httpx.AsyncClient(timeout=20.0, verify=False, limits=httpx.Limits(keepalive_expiry=2.0))

    def agent_token(self, name: str) -> str:
        """A key for the agent `name`. Blocks."""
        with people(self.server.settings) as (staff, now):
            return staff.issue_token(Role.AGENT, name, now, hall=self.server.hall)

    def revoke(self, holder: str) -> None:
        """Take back the keys of somebody. Blocks."""
        with people(self.server.settings) as (staff, now):
            staff.revoke(now, holder=holder)

    def port(self, name: str) -> Port:
        """Where a device is."""
        return self.bench.stands[name].port

    def device(self, name: str) -> Any:
        """The simulator of a device."""
        return self.port(name).device

    @property
    def printer(self) -> Printer:
        """The kiosk's printer."""
        found: Printer = self.device("printer-1")
        return found

    def strip(self, no: int) -> Strip:
        """The strip above a window."""
        found: Strip = self.device(f"strip-{no}")
        return found

    @property
    def pads(self) -> PadLine:
        """The line with callers (address: window) and pads (address: window + 20)."""
        found: PadLine = self.device("caller-1")
        return found

    @property
    def reader(self) -> CardReader:
        """The kiosk's card reader."""
        found: CardReader = self.device("reader-1")
        return found

    async def get(self, path: str) -> Any:
        """Ask the API."""
        answer = await self.client.get(
            self.server.api + path, headers={"authorization": f"Bearer {self.program}"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, window: int, verb: str, **body: Any) -> Any:
        """A clerk does something."""
        answer = await self.client.post(
            f"{self.server.api}/windows/{window}/{verb}",
            json=body or None,
            headers={"authorization": f"Bearer {self.program}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def take(self, service: str = "residence", key: str = "") -> Any:
        """A visitor takes a number at the kiosk."""
        headers = {"authorization": f"Bearer {self.kiosk}"}
        if key:
            headers["idempotency-key"] = key
        answer = await self.client.post(
            self.server.api + "/tickets", json={"service": service, "channel": "kiosk"}, headers=headers
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def events(self, name: str, after: int = 0) -> list[dict[str, Any]]:
        """What the journal holds under a name."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self.get(f"/events?after={after}&limit={PAGE}")
            found += [each for each in page["events"] if each["name"] == name]
            if len(page["events"]) < PAGE:
                return found
            after = page["last"]

    async def until_events(
        self, name: str, count: int = 1, seconds: float = PATIENCE
    ) -> list[dict[str, Any]]:
        """Wait until the journal holds so many events of a name."""
        give_up_at = time.monotonic() + seconds
        while len(found := await self.events(name)) < count:
            assert time.monotonic() < give_up_at, f"{len(found)} {name} after {seconds} s, {count} expected"
            await asyncio.sleep(0.05)
        return found

    async def until_well(self, *names: str, seconds: float = PATIENCE) -> None:
        """Wait until these devices are online (a line of pads: opened)."""
        give_up_at = time.monotonic() + seconds
        while True:
            listed = {each["name"]: each["health"] for each in await self.get("/devices")}
            missing = [name for name in names if listed[name] != "online"]
            if not missing:
                return
            assert time.monotonic() < give_up_at, f"not online: {missing}, {listed}"
            await asyncio.sleep(0.05)

    async def until_device(
        self, name: str, so: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE
    ) -> None:
        """Wait until what is told of a device is so."""
        give_up_at = time.monotonic() + seconds
        while not so(told := next(each for each in await self.get("/devices") if each["name"] == name)):
            assert time.monotonic() < give_up_at, told
            await asyncio.sleep(0.05)

    def slips(self) -> list[str]:
        """The numbers on the slips that came out whole, in order."""
        return [number_of(slip.text) for slip in self.printer.slips if not slip.torn]


def number_of(text: str) -> str:
    """The ticket number on a slip: the one line that is a letter and digits."""
    for line in text.splitlines():
        word = line.strip()
        if word[:1].isalpha() and word[:1].isascii() and word[1:].isdigit():
            return word
    return ""


async def set_up_bench(plans: Sequence[DevicePlan]) -> HallBench:
    """The devices of some plans on their ports."""
    bench = HallBench(Bench())
    await bench.set_up([Planned(plan.name, plan.kind, plan.url) for plan in plans])
    return bench


@asynccontextmanager
async def serving(server: HallServer, killable: bool, changes: dict[str, str]) -> AsyncIterator[None]:
    """The server at work: in this process, which is quick, or in one of its own, which can be killed."""
    if killable:
        await asyncio.to_thread(server.start)
        try:
            yield
        finally:
            await asyncio.to_thread(server.stop)
        return
    own = Settings(database=server.settings.database, port=server.port, **changes)  # type: ignore[arg-type]
    running = main.server(own, main.create_app(own))
    running.capture_signals = nullcontext  # type: ignore[assignment]
    task = asyncio.ensure_future(running.serve())
    try:
        await until(lambda: running.started or task.done())
        yield
    finally:
        running.should_exit = running.force_exit = True
        await task
        for line in tuple(running.server_state.connections):  # it waits for nobody, and closes nothing
            line.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def device_hall(
    folder: Path,
    plans: Sequence[DevicePlan] = (),
    hall_plans: Sequence[DevicePlan] = (),
    rules: Rules | None = None,
    killable: bool = False,
    **changes: str,
) -> AsyncIterator[DeviceHall]:
    """A hall with `plans` on the bench; `hall_plans`, where given, is what the hall file says of them. `changes`: to the
    settings."""
    plans = plans or device_plans()
    plan: HallPlan = replace(small_plan(), devices=tuple(hall_plans or plans), rules=rules or Rules())
    environment = {f"TIDEHALL_{name.upper()}": value for name, value in changes.items()}
    server = await asyncio.to_thread(lambda: HallServer(folder, plan, TIDEHALL_DEVICES="true", **environment))
    bench = await set_up_bench(plans)
    living = asyncio.ensure_future(bench.bench.live(0.02))
    hall = DeviceHall(server, bench, plans)
    try:
        async with serving(server, killable, changes):
            yield hall
    finally:
        await hall.client.aclose()
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await bench.bench.close()


def seconds(name: str, default: float) -> float:
    """A length that whoever runs a soak may set."""
    return float(os.environ.get(name, str(default)))
