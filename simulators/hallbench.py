"""`python -m simulators bench HALLFILE`: every device of a hall file, simulated, on the ports that its URLs name.

    python -m simulators bench hall.toml                                       its page is at http://127.0.0.1:8010/
    python -m simulators bench hall.toml --only printer --out var/slips --http 8011

    GET  /                                a page to see and touch them
    GET  /devices                         all of them, as JSON
    GET  /devices/NAME                    one: what it remembers, and what people can do to it
    POST /devices/NAME/take_out_paper     do it; arguments as a JSON object, such as {"millimetres": 6000}
    POST /devices/NAME/cable              {"lossy": 0.05, "cut_every": 30, "seed": 7}; {} is a good cable again
    GET  /devices/NAME/slips              what a printer has printed: text and QR codes
    GET  /devices/NAME/slips/7.png        and how it looks
    GET  /devices/NAME/picture.png        how a strip looks now

For: people who have no hall, demonstrations and tests. A device whose URL says 10.0.0.9:9100 is served on
127.0.0.1:9100; a serial one on a pseudo-terminal, with its path as a symbolic link (below /dev: without). Devices whose
URLs name one cable are one simulator. A new dialect joins by its file, simulators/DIALECT.py with `device(url)`.
Not for: what devices do (their own files), the bench itself (bench.py). It listens on 127.0.0.1 only.
What goes wrong: a port that is taken, a hall file that cannot be read: said on standard error, exit code 1. SIGINT and
SIGTERM end it at once, exit code 0.
"""

import argparse
import asyncio
import inspect
import json
import os
import re
import signal
import socket
import sys
import tomllib
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from random import Random
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from simulators import escpos, faults
from simulators.bench import Bench, Port, PortTaken, Simulator
from simulators.benchpage import index_page
from simulators.cards import PEOPLE

SPOKEN_BY: Final[Mapping[str, str]] = {"wilipu": "template"}
"""Dialects whose simulator is not the module of their name."""


def simulator_of(dialect: str) -> Callable[[str], Simulator] | None:
    """`device(url)` of the module that speaks `dialect`; None where nobody does."""
    module = SPOKEN_BY.get(dialect, dialect)
    if not module.isidentifier():
        return None
    try:
        found: Callable[[str], Simulator] | None = getattr(
            import_module(f"simulators.{module}"), "device", None
        )
    except ModuleNotFoundError:
        return None
    return found


WEB: Final = Path(str(files("simulators") / "web"))
CARDS: Final = [
    {"key": key, "kind": person.kind.value, "name": person.name} for key, person in PEOPLE.items()
]
"""The cards that a person at the bench has in hand; nobody real has any of them."""

NOT_DOORS: Final = frozenset({"receive", "tick", "draw", "state"})
"""Public methods of a simulator that are not something a person does to it."""

PORT_DOORS: Final = ("cut", "unplug", "plug_in")
INDEXED: Final = 200
"""Slips on the index page."""
WRITE_SECONDS: Final = 0.5
"""How often slips that came out are written to the folder."""


class BadHallFile(Exception):
    """The hall file cannot be used; the message says what was expected where."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A `[[device]]` of a hall file."""

    name: str
    kind: str
    url: str
    window: int | None = None
    kiosk: str = ""
    zone: str = ""

    @property
    def dialect(self) -> str:
        """What stands before the plus."""
        return urlsplit(self.url).scheme.partition("+")[0]

    @property
    def scheme(self) -> str:
        """What carries it."""
        return urlsplit(self.url).scheme.partition("+")[2]

    @property
    def cable(self) -> tuple[str, str]:
        """What it shares with others on the same cable."""
        parts = urlsplit(self.url)
        return parts.netloc, parts.path

    @property
    def address(self) -> int | None:
        """Its number on the cable."""
        value = dict(parse_qsl(urlsplit(self.url).query)).get("address", "")
        return int(value) if value.isdigit() else None


def read_devices(path: Path) -> list[Planned]:
    """The devices of a hall file. Raises `BadHallFile`."""
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("device", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadHallFile(f"{path}: {error}") from error
    devices = []
    for n, table in enumerate(tables, 1):
        fields = [table.get(name) for name in ("name", "kind", "url")]
        if not all(isinstance(each, str) and each for each in fields):
            raise BadHallFile(f"{path}: device {n} needs name, kind and url as text; it has {table}")
        if fields[2].startswith("agent:"):
            continue  # it hangs on another machine, whose own file says what it is
        if "+" not in urlsplit(fields[2]).scheme:
            raise BadHallFile(
                f"{path}: device {fields[0]}: {fields[2]!r} does not begin with dialect+link://"
            )
        window = table.get("window")
        kiosk, zone = (str(table.get(name, "")) for name in ("kiosk", "zone"))
        window = window if isinstance(window, int) else None
        devices.append(Planned(fields[0], fields[1], fields[2], window, kiosk, zone))
    return devices


# -- on the bench -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Stand:
    """A device of the hall file where it stands: its port may be shared with others of the same cable."""

    plan: Planned
    port: Port
    doors: Mapping[str, Callable[..., object]]


@dataclass(slots=True)
class HallBench:
    """A bench with the devices of a hall file."""

    bench: Bench = field(default_factory=Bench)
    stands: dict[str, Stand] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    print_speed: float | None = None

    async def set_up(self, devices: list[Planned]) -> None:
        """Put `devices` on their ports. Raises `PortTaken`."""
        cables: dict[tuple[str, str], list[Planned]] = {}
        for plan in devices:
            cables.setdefault(plan.cable, []).append(plan)
        for plans in cables.values():
            first = plans[0]
            device = simulator_of(first.dialect)
            if device is None:
                self.left_out.append(f"{first.name}: no simulator speaks {first.dialect}")
                continue
            simulator = device(_merged(plans))
            if isinstance(simulator, escpos.Printer):
                simulator.speed = self.print_speed
            port = await self._serve(first, simulator)
            if port is None:
                self.left_out.append(f"{first.name}: {first.scheme} cannot be simulated here")
                continue
            for plan in plans:
                self.stands[plan.name] = Stand(plan, port, doors_of(simulator))

    async def _serve(self, plan: Planned, simulator: Simulator) -> Port | None:
        parts = urlsplit(plan.url)
        if plan.scheme == "tcp" and parts.port:
            return await self.bench.tcp(plan.name, simulator, port=parts.port)
        if plan.scheme in ("serial", "usblp"):
            # What lies below /dev is the machine's own; such a device is found where the bench says it is.
            path = None if parts.path.startswith("/dev/") else Path(parts.path)
            return self.bench.pty(plan.name, simulator, path=path)
        return None


def _merged(plans: list[Planned]) -> str:
    """The URL of a cable: that of its first device, with every address on it."""
    parts = urlsplit(plans[0].url)
    query = dict(parse_qsl(parts.query))
    addresses = [str(plan.address) for plan in plans if plan.address is not None]
    if len(plans) > 1 and addresses:
        query["addresses"] = ",".join(addresses)
    elif addresses and "addresses" not in query:
        query["addresses"] = addresses[0]
    return urlunsplit(parts._replace(query=urlencode(query, safe=",")))


# -- what people can do to it -------------------------------------------------------------------------------------


class BadTouch(Exception):
    """Nobody can do that to this device; the message says what can be done."""


def doors_of(simulator: Simulator) -> dict[str, Callable[..., object]]:
    """The back door of a simulator: its public methods whose arguments can be written down."""
    doors: dict[str, Callable[..., object]] = {}
    # In the order in which they are written, which is the order of a day: out and in, open and close.
    names = dict.fromkeys(name for each in reversed(type(simulator).__mro__) for name in vars(each))
    for name in names:
        if name.startswith("_") or name in NOT_DOORS:
            continue
        method = getattr(simulator, name, None)
        if not inspect.ismethod(method):
            continue
        hints = get_type_hints(method)
        if all(_writable(hints.get(each)) for each in inspect.signature(method).parameters):
            doors[name] = method
    return doors


def _writable(hint: object) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return all(_writable(each) or each is type(None) for each in get_args(hint))
    return hint in (int, float, str, bool, bytes) or (isinstance(hint, type) and issubclass(hint, Enum))


def touch(stand: Stand, action: str, arguments: Mapping[str, object]) -> object:
    """Do `action` to a device; `address` is its own where it is not given. Raises `BadTouch`."""
    if action in PORT_DOORS:
        return getattr(stand.port, action)()
    door = stand.doors.get(action)
    if door is None:
        raise BadTouch(f"{action}: this device has {', '.join([*stand.doors, *PORT_DOORS])}")
    hints = get_type_hints(door)
    named = dict(arguments)
    parameters = inspect.signature(door).parameters
    if "address" in parameters and "address" not in named and stand.plan.address is not None:
        named["address"] = stand.plan.address
    for name in named.keys() - parameters.keys():
        raise BadTouch(f"{action} has no argument {name!r}; it has {', '.join(parameters) or 'none'}")
    try:
        return door(**{name: _read(hints[name], value) for name, value in named.items()})
    except (TypeError, ValueError, LookupError) as error:
        raise BadTouch(f"{action}: {error}") from error


def _read(hint: Any, value: object) -> object:
    if get_origin(hint) in (Union, UnionType):
        if value is None:
            return None
        hint = next(each for each in get_args(hint) if each is not type(None))
    if hint is bytes:
        return bytes.fromhex(str(value))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise ValueError(f"{value!r} where {hint.__name__} is expected")
    return value


_FAULTS: Final = (
    "lossy",
    "corrupted",
    "duplicated",
    "late",
    "cut_every",
    "cut_after",
    "byte_by_byte",
    "seed",
)


def new_cables(wanted: Mapping[str, object]) -> faults.NewCables:
    """Cables with faults: shares from 0 to 1 (`lossy` loses whole writes), `late` and `cut_every` in seconds, `cut_after` in
    bytes, which is in the middle of a frame. Raises `BadTouch`."""
    for name, value in wanted.items():
        if name not in _FAULTS:
            raise BadTouch(f"no fault is called {name!r}; there are {', '.join(_FAULTS)}")
        if not isinstance(value, int | float):
            raise BadTouch(f"{name} is {value!r}; a number is expected")
    amount = {name: float(value) for name, value in wanted.items() if isinstance(value, int | float)}
    chance = Random(amount.get("seed"))

    def one() -> faults.Cable:
        chain: list[faults.Cable] = []
        if amount.get("lossy"):
            chain.append(faults.Lossy(chance, amount["lossy"], pieces=True))
        if amount.get("corrupted"):
            chain.append(faults.Corrupted(chance, amount["corrupted"]))
        if amount.get("duplicated"):
            chain.append(faults.Duplicated(chance, amount["duplicated"]))
        if amount.get("late"):
            chain.append(faults.Late(amount["late"]))
        if amount.get("byte_by_byte"):
            chain.append(faults.ByteByByte())
        if amount.get("cut_after"):
            chain.append(faults.CutAfter(int(amount["cut_after"])))
        if amount.get("cut_every"):
            chain.append(faults.CutEvery(amount["cut_every"]))
        return faults.Chain(*chain)

    return lambda: faults.Cables(one(), one())


def described(stand: Stand) -> dict[str, object]:
    """A device as JSON."""
    device = stand.port.device
    state = getattr(device, "state", None)
    seen: dict[str, object] = dict(state()) if callable(state) else {}
    shown = getattr(device, "shown", None)
    if isinstance(shown, str):
        seen["shown"] = shown
    return {
        "name": stand.plan.name,
        "kind": stand.plan.kind,
        "url": stand.plan.url,
        "address": stand.plan.address,
        "window": stand.plan.window,
        "kiosk": stand.plan.kiosk,
        "zone": stand.plan.zone,
        "cable": dict(stand.port.faults),
        "cards": CARDS if stand.plan.kind == "card_reader" else None,
        "served_at": stand.port.address,
        "plugged_in": stand.port.plugged_in,
        "connections": len(stand.port.connections),
        "state": seen,
        "picture": hasattr(device, "draw"),
        "slips": [slip.number for slip in device.slips] if isinstance(device, escpos.Printer) else None,
        "doors": {
            name: {
                each.name: "optional"
                if each.default is not each.empty or each.name == "address"
                else "required"
                for each in inspect.signature(door).parameters.values()
            }
            for name, door in stand.doors.items()
        }
        | {name: {} for name in PORT_DOORS},
    }


# -- the page -----------------------------------------------------------------------------------------------------


def _arguments(body: bytes) -> dict[str, object]:
    """What was posted. Raises `ValueError` or `BadTouch`."""
    arguments = json.loads(body) if body.strip() else {}
    if not isinstance(arguments, dict):
        raise BadTouch(f"{arguments!r}: the arguments are a JSON object")
    return arguments


def web(hall: HallBench) -> Starlette:
    """The page and the REST back door."""

    def stand(request: Request) -> Stand:
        name = request.path_params["name"]
        if name not in hall.stands:
            raise HTTPException(404, f"no device is called {name!r}; there are {', '.join(hall.stands)}")
        return hall.stands[name]

    def printer(request: Request) -> escpos.Printer:
        device = stand(request).port.device
        if not isinstance(device, escpos.Printer):
            raise HTTPException(404, "that is no printer")
        return device

    def slip(request: Request) -> escpos.Slip:
        for each in printer(request).slips:
            if each.number == request.path_params["number"]:
                return each
        raise HTTPException(404, "no such slip, or it was too long ago")

    async def page(request: Request) -> Response:
        return HTMLResponse((WEB / "bench" / "index.html").read_text("utf-8"))

    async def devices(request: Request) -> Response:
        return JSONResponse([described(each) for each in hall.stands.values()])

    async def device(request: Request) -> Response:
        return JSONResponse(described(stand(request)))

    async def act(request: Request) -> Response:
        try:
            arguments = _arguments(await request.body())
            chosen, action = stand(request), request.path_params["action"]
            if action == "cable":
                chosen.port.spoil(new_cables(arguments), arguments)
                result: object = None
            else:
                result = touch(chosen, action, arguments)
        except (BadTouch, ValueError) as error:
            raise HTTPException(400, str(error)) from error
        written = result if isinstance(result, str | int | float | bool | None) else str(result)
        return JSONResponse({"result": written, **described(chosen)})

    async def slips(request: Request) -> Response:
        return JSONResponse(
            [
                {
                    "number": each.number,
                    "text": each.text,
                    "codes": each.codes,
                    "millimetres": each.millimetres,
                    "torn": each.torn,
                }
                for each in printer(request).slips
            ]
        )

    async def slip_picture(request: Request) -> Response:
        found = slip(request)
        return Response(await asyncio.to_thread(escpos.draw, found), media_type="image/png")

    async def picture(request: Request) -> Response:
        draw = getattr(stand(request).port.device, "draw", None)
        if draw is None:
            raise HTTPException(404, "this device shows nothing")
        return Response(draw(), media_type="image/png")

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return JSONResponse({"detail": error.detail}, error.status_code)

    return Starlette(
        routes=[
            Route("/", page),
            Mount("/web", StaticFiles(directory=str(WEB), check_dir=False)),
            Route("/devices", devices),
            Route("/devices/{name}", device),
            Route("/devices/{name}/slips", slips),
            Route("/devices/{name}/slips/{number:int}.png", slip_picture),
            Route("/devices/{name}/picture.png", picture),
            Route("/devices/{name}/{action}", act, methods=["POST"]),
        ],
        exception_handlers={HTTPException: refused},
    )


PAGE_PORT: Final = 8010
"""Where the page is when nobody says otherwise."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the bench ends everything together."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise PortTaken("the page", f"127.0.0.1:{port}", os.strerror(error.errno or 0)) from error
    return listening


def _listen_anywhere() -> socket.socket:
    """On the usual port, or on any free one where that is taken: who asked for none can be told where it is."""
    try:
        return _listen(PAGE_PORT)
    except PortTaken:
        return _listen(0)


# -- slips as files -----------------------------------------------------------------------------------------------


class SlipFolder:
    """Writes each slip that comes out as a picture, and an index of the newest."""

    def __init__(self, folder: Path, hall: HallBench) -> None:
        self._folder = folder
        self._hall = hall
        self._written: dict[str, int] = {}
        self._files: list[tuple[str, str, str]] = []

    async def watch(self) -> None:
        """Until cancelled."""
        self._folder.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self._index)
        while True:
            await self.write_new()
            await asyncio.sleep(WRITE_SECONDS)

    async def write_new(self) -> None:
        """Write what came out since the last time."""
        new = [
            (name, slip)
            for name, stand in self._hall.stands.items()
            if isinstance(stand.port.device, escpos.Printer)
            for slip in tuple(stand.port.device.slips)
            if slip.number > self._written.get(name, 0)
        ]
        for name, slip in new:
            await asyncio.to_thread(self._write, name, slip)
            self._written[name] = slip.number
        if new:
            await asyncio.to_thread(self._index)

    def _write(self, name: str, slip: escpos.Slip) -> None:
        safe = re.sub(r"[^\w.-]", "_", name)
        file = f"{safe}-{slip.number:05d}.png"
        (self._folder / file).write_bytes(escpos.draw(slip))
        self._files.append((file, name, slip.text))
        del self._files[:-INDEXED]

    def _index(self) -> None:
        (self._folder / "index.html").write_text(index_page(list(reversed(self._files))), "utf-8")


# -- the command --------------------------------------------------------------------------------------------------


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """What can be written behind `bench`."""
    verb.add_argument(
        "hall", type=Path, metavar="HALLFILE", help="厅文件 the hall file whose devices are simulated"
    )
    verb.add_argument(
        "--only",
        action="append",
        metavar="KIND",
        help="只模拟 only this kind, such as printer; may be repeated",
    )
    verb.add_argument("--out", type=Path, metavar="DIR", help="小票目录 write each slip there as a picture")
    verb.add_argument(
        "--http",
        type=int,
        metavar="PORT",
        help=f"页面端口 where the page to see and touch them is: {PAGE_PORT}, or any where that is taken; 0: no page",
    )
    verb.add_argument(
        "--attendant", action="store_true", help="有人换纸 somebody puts in a new roll when one is used up"
    )
    verb.add_argument(
        "--print-speed", type=float, metavar="MM", help="打印速度 millimetres a second; without it, at once"
    )


def run(told: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM. The exit code."""
    try:
        devices = read_devices(told.hall)
    except BadHallFile as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if told.only:
        devices = [plan for plan in devices if plan.kind in told.only]
    try:
        asyncio.run(_serve(devices, told.out, told.http, told.print_speed, attended=told.attendant))
    except PortTaken as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


ATTENDANT_SECONDS: Final = 2.0
"""How long a used-up roll stays empty where there is an attendant: two minutes of a hall at sixty times the speed."""


async def _attend(hall: HallBench) -> None:
    """Put in new rolls for ever. Paper that a person took out on the bench's page is that person's to put back."""
    while True:
        await asyncio.sleep(ATTENDANT_SECONDS)
        for stand in hall.stands.values():
            printer = stand.port.device
            if isinstance(printer, escpos.Printer) and printer.paper_in and printer.paper_out:
                printer.put_in_paper()


async def _serve(
    devices: list[Planned], out: Path | None, http: int | None, speed: float | None, *, attended: bool = False
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    hall = HallBench(print_speed=speed)
    try:
        await hall.set_up(devices)
        work: list[Awaitable[None]] = [hall.bench.live()]
        server = None
        if http != 0:
            listening = _listen_anywhere() if http is None else _listen(http)
            http = listening.getsockname()[1]
            config = uvicorn.Config(web(hall), log_level="warning", access_log=False, lifespan="off")
            server = _Server(config)
            work.append(server.serve([listening]))
        folder = SlipFolder(out, hall) if out is not None else None
        if folder is not None:
            work.append(folder.watch())
        if attended:
            work.append(_attend(hall))
        _announce(hall, http, out)
        tasks = [asyncio.ensure_future(each) for each in work]
        stopping = asyncio.ensure_future(stop.wait())
        done, _ = await asyncio.wait((*tasks, stopping), return_when=asyncio.FIRST_COMPLETED)
        if server is not None:
            server.should_exit = server.force_exit = True
        for task in (*tasks, stopping):
            if task not in done and (server is None or task is not tasks[1]):
                task.cancel()
        await asyncio.gather(*tasks, stopping, return_exceptions=True)
        for task in done - {stopping}:
            task.result()
        if folder is not None:
            await folder.write_new()
    finally:
        await hall.bench.close()


def _announce(hall: HallBench, http: int | None, out: Path | None) -> None:
    for stand in hall.stands.values():
        plan = stand.plan
        print(f"{plan.name}  {plan.kind}  {plan.dialect}  {stand.port.address}")
    for reason in hall.left_out:
        print(f"bench: left out: {reason}", file=sys.stderr)
    if http:
        print(f"http://127.0.0.1:{http}/")
    if out is not None:
        print(f"{out}/index.html")
    sys.stdout.flush()
