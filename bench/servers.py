"""Server processes: started on the first core, asked from outside what they use, ended politely.

For: `Place` (a folder with a migrated database and a hall), `Server` (a process that answers), `load` (the task of
load.py in a process on the second core).
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any

from app.core.plan import HallPlan
from app.core.rights import Role
from app.hallfile import load as load_hall
from app.office import adopt, people
from app.settings import Settings
from app.store.migrate import upgrade
from bench.machine import cores, pin

ROOT = Path(__file__).parent.parent
START_SECONDS = 30.0
"""Patience with a start on a busy machine."""


class BenchTrouble(Exception):
    """A server did not start, or did something else than it was asked."""


def bench_plan() -> HallPlan:
    """The county hall of the examples (30 windows, 17 services), always open and without quotas or devices."""
    plan, findings = load_hall(Path(str(files("app") / "halls" / "county.toml")))
    if plan is None:
        raise BenchTrouble(f"the example hall cannot be read: {findings}")
    services = tuple(replace(each, last_ticket=None, quota=None) for each in plan.services)
    return replace(plan, services=services, hours={}, exceptions={}, devices=(), arrivals=())


@contextmanager
def folder() -> Iterator[Path]:
    """A folder on the disk that a hall would use, gone afterwards."""
    under = Path.cwd() / "var"
    under.mkdir(exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix="bench-", dir=under))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Place:
    """A fresh database with the hall in it, and a key for the load."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(exist_ok=True)
        self.plan = bench_plan()
        settings = Settings(database=f"sqlite:///{path / 'hall.db'}")
        upgrade(settings)
        adopt(settings, self.plan)
        with people(settings) as (staff, now):
            staff.add_user("bench", "bench", Role.ADMINISTRATOR, os.urandom(12).hex(), now)
            self.token = staff.issue_token(Role.PROGRAM, "bench", now)
        self.api = f"/api/v1/halls/{self.plan.code}"
        self.environment = {"TIDEHALL_DATABASE": settings.database, "TIDEHALL_DEVICES": "false"}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether GET /readyz gives 200 now."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5.0) as line:
            line.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return line.recv(12).endswith(b" 200")
    except OSError:
        return False


class Server:
    """A process that serves on a port of its own; `with Server(...) as server`."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, pinned: bool = True
    ) -> None:
        """`{port}` in the command is filled in, and TIDEHALL_PORT says it too. `pinned`: to the first core alone."""
        self.port = free_port()
        two = cores()
        core = two[0] if two and pinned else None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [word.format(port=self.port) for word in command],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TIDEHALL_PORT": str(self.port),
                **(environment or {}),
            },
            stdout=self._log,
            stderr=self._log,
            preexec_fn=lambda: pin(core),
        )
        self.pid = self._process.pid
        while not answers(self.port):
            if self._process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                self.stop()
                raise BenchTrouble(f"{' '.join(command)} did not start:\n{self.said()}")
            time.sleep(0.002)
        self.start_seconds = time.perf_counter() - began

    def said(self) -> str:
        """What the process printed."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def stop(self) -> None:
        """End it, politely at first."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._log.close()


def module(name: str, *words: str) -> list[str]:
    """The command that runs a module of this interpreter."""
    return [sys.executable, "-m", name, *words]


def hello() -> Server:
    """The empty FastAPI route."""
    return Server(module("bench.references", "hello", "{port}"))


def plain_boards() -> Server:
    """`await ws.send_text` for each board."""
    return Server(module("bench.references", "boards", "{port}"))


def product(place: Place, **environment: str) -> Server:
    """`tidehall serve`, as users start it."""
    script = Path(sys.executable).with_name("tidehall")
    command = [str(script), "serve"] if script.exists() else module("app", "serve")
    return Server(command, {**place.environment, **environment})


def house(place: Place, kind: str, pinned: bool = True) -> Server:
    """The same hall with windows into it (house.py): `hall`, `unstored` or `timed`."""
    return Server(module("bench.house", kind), place.environment, pinned)


def load(task: dict[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Let load.py do a task on the second core. Raises BenchTrouble."""
    two = cores()
    done = subprocess.run(
        module("bench.load"),
        input=json.dumps({**task, "core": two[1] if two else None}).encode(),
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BenchTrouble(f"the load failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout)
    if "wrong" in result:
        raise BenchTrouble(result["wrong"])
    return result
