"""One function per goal: which servers run, what they are asked, which ratio comes out.

For: `GOALS`. Each function takes the runs and the patience, lets reference and hall answer in turns (A B A B), and
gives rows of the table. The goals and their stretch are those that a throw-away sketch of the hall had shown to be
within reach.
"""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from app.core.plan import ORDINARY
from bench.figures import Bound, Row, number
from bench.load import request
from bench.machine import resident_kib
from bench.servers import (
    BenchTrouble,
    Place,
    Server,
    hello,
    house,
    load,
    plain_boards,
    product,
)

BOARDS = 100
SMALL_SCENE = 310
"""Bytes of the message with which the goal for boards was set; a scene of a whole county hall is thirty times that."""

SLOWER_MS = 20
"""What the slow disk takes longer for each sync: an SD card."""

CALLERS = 50
"""Who press at once."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: `runs` of each, `share` of the usual time."""

    runs: int
    share: float
    folder: Path

    def seconds(self, usual: float) -> float:
        """The time of one measurement."""
        return usual * self.share

    def places(self, name: str) -> Iterator[tuple[int, Place]]:
        """A fresh database for each run."""
        for run in range(self.runs):
            place = Place(self.folder / f"{name}-{run}")
            yield run, place
            shutil.rmtree(place.path, ignore_errors=True)


def ratios(above: list[float], below: list[float]) -> tuple[float, ...]:
    """The ratio of each run."""
    return tuple(a / b for a, b in zip(above, below, strict=True))


def here_is(name: str, values: list[float], unit: str) -> str:
    """An absolute figure of this machine."""
    return f"{name} {number(median(values))} {unit}"


# -- requests ---------------------------------------------------------------------------------------------------

HELLO = request("POST", "/hello", body=b'{"name":"residence"}').decode()


def issues(place: Place, keyed: bool) -> list[str]:
    """One person for each window's own service in turn, so that no window is without; every tenth of a protected
    class."""
    services = [each.serves[0].service for each in place.plan.windows]
    protected = next(each.key for each in place.plan.classes if each.key != ORDINARY)
    made = []
    for index, service in enumerate(services * 10):
        extra = f',"priority_class":"{protected}"' if index % 10 == 9 else ""
        body = f'{{"service":"{service}"{extra}}}'.encode()
        path = f"{place.api}/tickets"
        made.append(request("POST", path, place.token, body, keyed="bench-issue" if keyed else "").decode())
    return made


def move(place: Place, name: str, window: int | str) -> str:
    """A clerk presses a button."""
    return request(
        "POST", f"{place.api}/windows/{window}/{name}", place.token, keyed=f"bench-{name}"
    ).decode()


# -- G1, G2 -----------------------------------------------------------------------------------------------------


def closed_task(
    server: Server, requests: list[str], keyed: bool, expected: int, effort: Effort
) -> dict[str, Any]:
    """Fifty callers who ask again as soon as they are answered."""
    return {
        "kind": "closed",
        "port": server.port,
        "pid": server.pid,
        "requests": requests,
        "keyed": keyed,
        "expected": expected,
        "count": CALLERS,
        "warm": effort.seconds(0.6),
        "seconds": effort.seconds(2.4),
    }


def issue(effort: Effort) -> list[Row]:
    """G1: processor time of a durable issue."""
    least: list[float] = []
    cost: dict[bool, list[float]] = {True: [], False: []}
    for _, place in effort.places("g1"):
        with hello() as server:
            least.append(load(closed_task(server, [HELLO], False, 200, effort))["cpu_us"])
        for keyed in cost:
            fresh = Place(place.path / f"keyed-{keyed}")
            with product(fresh) as server:
                task = closed_task(server, issues(fresh, keyed), keyed, 201, effort)
                cost[keyed].append(load(task)["cpu_us"])
    against = "FastAPI POST, pydantic in and out"
    rows = []
    for keyed, words in ((True, "each with an Idempotency-Key"), (False, "without keys")):
        here = f"{here_is('issue', cost[keyed], 'us')}, {here_is('hello', least, 'us')}"
        rows.append(
            Row(
                "G1" if keyed else "",
                f"processor time of a durable issue, {CALLERS} callers, {words}",
                against,
                ratios(cost[keyed], least),
                Bound(2.5) if keyed else None,
                Bound(1.6) if keyed else None,
                here,
            )
        )
    return rows


def call(effort: Effort) -> list[Row]:
    """G2: processor time of a durable call-next; every window calls once in a burst, eight at a time."""
    least: list[float] = []
    cost: list[float] = []
    for _, place in effort.places("g2"):
        windows = [each.no for each in place.plan.windows]
        rounds = max(10, round(effort.seconds(60)))
        for mine in (False, True):
            with product(place) if mine else hello() as server:
                people = islice(cycle(issues(place, True)), 300 + len(windows))
                everybody = [(what, 201) for what in people]
                calling = [(move(place, "call-next", no), 200) for no in windows]
                done = [(move(place, name, no), 200) for name in ("start", "finish") for no in windows]
                greetings = [(HELLO, 200)] * len(windows)
                task = {
                    "kind": "bursts",
                    "port": server.port,
                    "pid": server.pid,
                    "before": [(move(place, "open", no), 200) for no in windows] + everybody
                    if mine
                    else greetings,
                    "measured": calling if mine else greetings,
                    "between": done + everybody[: len(windows)] if mine else greetings * 3,
                    "count": 8,
                    "warm": 5,
                    "rounds": rounds,
                }
                (cost if mine else least).append(load(task)["cpu_us"])
    here = f"{here_is('call-next', cost, 'us')}, {here_is('hello', least, 'us')}"
    what = "processor time of a durable call-next without boards, 8 callers"
    return [
        Row("G2", what, "the same empty POST", ratios(cost, least), Bound(3), Bound(2.2), here),
    ]


# -- G3b --------------------------------------------------------------------------------------------------------


def delivery(effort: Effort) -> list[Row]:
    """G3b: processor time of one scene to one of 100 boards."""
    sizes = {SMALL_SCENE: 60, 30 * SMALL_SCENE: 20}
    least: dict[int, list[float]] = {size: [] for size in sizes}
    cost: dict[int, list[float]] = {size: [] for size in sizes}
    place = Place(effort.folder / "g3b")
    with plain_boards() as plain, house(place, "hall") as hall:
        for _ in range(effort.runs):
            for size, rounds in sizes.items():
                for server, path, into in (
                    (plain, "/boards", least),
                    (hall, f"{place.api}/scenes/hall", cost),
                ):
                    task = {
                        "kind": "publish",
                        "port": server.port,
                        "pid": server.pid,
                        "path": path,
                        "token": place.token,
                        "boards": BOARDS,
                        "size": size,
                        "batch": 10,
                        "warm": 3,
                        "rounds": max(5, round(effort.seconds(rounds))),
                    }
                    into[size].append(load(task)["cpu_us"])
    rows = []
    for size in sizes:
        small = size == SMALL_SCENE
        here = f"{here_is('hall', cost[size], 'us')}, {here_is('send_text', least[size], 'us')}"
        rows.append(
            Row(
                "G3b" if small else "",
                f"processor time of a delivery to one of {BOARDS} boards, {size} bytes",
                "`await ws.send_text` in uvicorn",
                ratios(cost[size], least[size]),
                Bound(0.8) if small else None,
                Bound(0.55) if small else None,
                here,
            )
        )
    return rows


# -- G4 ---------------------------------------------------------------------------------------------------------


def slow_disk(folder: Path) -> dict[str, str] | None:
    """The environment in which every sync takes longer; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    library = folder / "slowsync.so"
    source = Path(__file__).with_name("slowsync.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "SLOWSYNC_MS": str(SLOWER_MS)}


def slow_syncs(effort: Effort) -> list[Row]:
    """G4: durable issues a second on a slow disk, against the syncs a second that it can do."""
    what = f"durable issues/s of {CALLERS} waiting callers, every sync {SLOWER_MS} ms longer"
    against = "syncs/s of that disk (4 KiB, fdatasync)"
    slower = slow_disk(effort.folder)
    if slower is None:
        return [Row("G4", f"{what}: **skipped, no C compiler (cc) here**", against, ())]
    syncs: list[float] = []
    done: list[float] = []
    for _, place in effort.places("g4"):
        task = {"kind": "syncs", "folder": str(place.path), "count": 30}
        seconds = load(task, slower)["seconds"]
        if seconds < SLOWER_MS / 1000:
            raise BenchTrouble(f"a sync took {seconds * 1000:.2f} ms: the slow disk is not in force")
        syncs.append(1 / seconds)
        with product(place, **slower) as server:
            task = closed_task(server, issues(place, True), True, 201, effort)
            done.append(load({**task, "warm": 0.5, "seconds": effort.seconds(3.5)})["per_second"])
    here = f"{here_is('issues', done, '/s')}, {here_is('syncs', syncs, '/s')}"
    bounds = Bound(12, at_least=True), Bound(20, at_least=True)
    return [Row("G4", what, against, ratios(done, syncs), *bounds, here)]


# -- G5, G6, G13 ------------------------------------------------------------------------------------------------


def day_task(server: Server, place: Place, effort: Effort, seconds: float) -> dict[str, Any]:
    """Fifty issues and fifty calls a second before 100 boards; starts and finishes follow the calls."""
    return {
        "kind": "day",
        "port": server.port,
        "pid": server.pid,
        "path": f"{place.api}/scenes/hall",
        "token": place.token,
        "boards": BOARDS,
        "stuck": 0,
        "windows": [each.no for each in place.plan.windows],
        "issues": issues(place, True),
        "requests": {name: move(place, name, "{no}") for name in ("open", "call-next", "start", "finish")},
        "waiting": 300,
        "per_second": 50,
        "warm": effort.seconds(1.0),
        "seconds": effort.seconds(seconds),
    }


def board_delay(effort: Effort) -> list[Row]:
    """G5: from the press of call-next to every board, against the same hall with storing off."""
    stored: dict[str, list[float]] = {"p50_ms": [], "p99_ms": []}
    unstored: dict[str, list[float]] = {"p50_ms": [], "p99_ms": []}
    shares: list[float] = []
    scene = 0
    for _, place in effort.places("g5"):
        for kind, into in (("unstored", unstored), ("hall", stored)):
            with house(place, kind) as server:
                result = load(day_task(server, place, effort, 7))
            for name, values in into.items():
                values.append(result[name])
            if kind == "hall":
                shares.append(100 * result["cpu_share"])
                scene = result["scene_bytes"]
    what = f"call-next to board, all deliveries to {BOARDS} boards, 50 issues/s + 50 calls/s"
    against = "the same hall with storing off"
    rows = []
    for name, label in (("p50_ms", "p50"), ("p99_ms", "p99")):
        half = name == "p50_ms"
        here = f"{here_is('stored', stored[name], 'ms')}, {here_is('not stored', unstored[name], 'ms')}"
        if half:
            here += f"; {here_is('server', shares, '%')} of a core, scene {scene} bytes"
        rows.append(
            Row(
                "G5" if half else "",
                f"{what}, {label}",
                against,
                ratios(stored[name], unstored[name]),
                Bound(3) if half else None,
                Bound(1.6) if half else None,
                here,
            )
        )
    return rows


MIB = 1024 * 1024


def stuck(effort: Effort) -> list[Row]:
    """G6: what one board that never reads does to the others, and what is held for it."""
    alone: list[float] = []
    beside: list[float] = []
    held: list[float] = []
    kernel: list[float] = []
    for run, place in effort.places("g6"):
        for sticking in (0, 1) if run % 2 == 0 else (1, 0):
            fresh = Place(place.path / f"stuck-{sticking}")
            with house(fresh, "hall") as server:
                task = {
                    **day_task(server, fresh, effort, 9),
                    "stuck": sticking,
                    "look_last": "/bench/held",
                }
                result = load(task)
            (beside if sticking else alone).append(result["p99_ms"])
            if sticking:
                held.append(result["seen"]["process"] / MIB)
                kernel.append(result["seen"]["kernel"] / MIB)
                if not result["seen"]["skipped"]:
                    raise BenchTrouble("the board that never reads was never full: it proves nothing")
    here = f"{here_is('with', beside, 'ms')}, {here_is('without', alone, 'ms')}"
    return [
        Row(
            "G6",
            f"call-next to the other {BOARDS} boards while one never reads, p99",
            "the same without that board",
            ratios(beside, alone),
            Bound(1.5),
            Bound(1.1),
            here,
        ),
        Row(
            "",
            "bytes held for the board that never reads",
            "1 MiB",
            tuple(held),
            Bound(1.0),
            None,
            f"{here_is('process', [each * 1024 for each in held], 'KiB')}, {here_is('kernel', [each * 1024 for each in kernel], 'KiB')}",
        ),
    ]


RUSH = 64
"""Tickets asked for at once, four times a second, while the steps of the loop are timed."""


def steps(effort: Effort) -> list[Row]:
    """G13: the longest single step of the event loop under load."""
    longest: list[float] = []
    wall: list[float] = []
    processor: list[float] = []
    over = 0
    count = 0
    what = ""
    worst = 0.0
    for _, place in effort.places("g13"):
        with house(place, "timed", pinned=False) as server:
            result = load(
                {
                    **day_task(server, place, effort, 7),
                    "rush": RUSH,
                    "also": [place.api, "/metrics", f"{place.api}/events?after=0&limit=500"],
                    "look_first": "/bench/begin",
                    "look_last": "/bench/steps",
                }
            )["seen"]
        longest.append(result["longest_ms"])
        wall.append(result["wall_ms"])
        processor.append(result["processor_ms"])
        over += result["over_5_ms"]
        count += result["steps"]
        if result["longest_ms"] > worst:
            worst, what = result["longest_ms"], result["what"]
    here = (
        f"{here_is('longest', longest, 'ms')} ({here_is('with the neighbours', wall, 'ms')}, "
        f"{here_is('processor', processor, 'ms')}); {over} of {count:,} steps over 5 ms"
    )
    print(f"the longest step of all, {worst:.1f} ms: {what}")
    return [
        Row(
            "G13",
            f"longest step of the loop: the day of G5, {RUSH} issues at once 4 times/s, hall, figures and journal read",
            "5 ms",
            tuple(each / 5 for each in longest),
            Bound(4),
            Bound(1),
            here,
        )
    ]


# -- G9 ---------------------------------------------------------------------------------------------------------


def start(effort: Effort) -> list[Row]:
    """G9: from exec to the first answer, and the memory of a server that nobody asks anything."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    memory: dict[bool, list[float]] = {True: [], False: []}
    place = Place(effort.folder / "g9")
    for run in range(effort.runs + 1):
        for mine in (False, True):
            with product(place) if mine else hello() as server:
                time.sleep(effort.seconds(1.0))
                if run:  # the first start of each writes and reads what the system then keeps
                    seconds[mine].append(server.start_seconds)
                    memory[mine].append(resident_kib(server.pid) / 1024)
    against = "FastAPI hello"
    rows = []
    for name, figures, unit, bounds in (
        ("exec to first answer of `tidehall serve`", seconds, "ms", (Bound(1.8), Bound(1.3))),
        ("memory of an idle `tidehall serve`", memory, "MiB", (Bound(1.6), Bound(1.3))),
    ):
        scale = 1000 if unit == "ms" else 1
        halls, least = ([each * scale for each in figures[who]] for who in (True, False))
        here = f"{here_is('hall', halls, unit)}, {here_is('hello', least, unit)}"
        rows.append(Row("G9", name, against, ratios(halls, least), *bounds, here))
    return rows


Goal = Callable[[Effort], list[Row]]

GOALS: dict[str, Goal] = {
    "G1": issue,
    "G2": call,
    "G3b": delivery,
    "G4": slow_syncs,
    "G5": board_delay,
    "G6": stuck,
    "G9": start,
    "G13": steps,
}
"""Every goal by its name, in the order in which they are measured."""
