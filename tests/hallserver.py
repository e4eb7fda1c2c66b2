"""A real server for tests: `tidehall serve` in its own process, on its own port and database, to be stopped, killed
and started again on the same port."""

import copy
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from app.core.plan import HallPlan
from app.core.rights import Role
from app.office import adopt, people
from app.settings import Settings
from tests.database import migrate

START_SECONDS = 60.0
"""Patience with a start on a busy machine; a usual one takes one second."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class HallServer:
    """One hall behind one server process. `database`: the URL of one that is there already; without it an SQLite file is
    made in `folder`."""

    def __init__(self, folder: Path, plan: HallPlan, database: str = "", **environment: str) -> None:
        self.hall = plan.code
        self.database = folder / "hall.db"
        self.settings = Settings(
            database=database or f"sqlite:///{self.database}", snapshots=folder / "snapshots"
        )
        self.log = folder / "server.log"
        self._wanted = environment
        self._stand()
        migrate(self.settings)
        adopt(self.settings, plan)

    def _stand(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.url}/api/v1/halls/{self.hall}"
        self._environment = {
            **os.environ,
            "TIDEHALL_DATABASE": self.settings.database,
            "TIDEHALL_SNAPSHOTS": str(self.settings.snapshots),
            "TIDEHALL_PORT": str(self.port),
            "TIDEHALL_DEVICES": "false",
            **self._wanted,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def beside(self) -> "HallServer":
        """Another process on the same database, not started yet."""
        twin = copy.copy(self)
        twin._stand()
        return twin

    def token(self, role: Role | str, **where: str) -> str:
        """A new key: `token("kiosk", kiosk="kiosk-1")`."""
        with people(self.settings) as (staff, now):
            return staff.issue_token(str(role), f"test {role}", now, **where)  # type: ignore[arg-type]

    def user(self, login: str, password: str, role: Role = Role.CLERK) -> None:
        """Somebody who can sign in."""
        with people(self.settings) as (staff, now):
            staff.add_user(login, login, role, password, now)

    def start(self) -> None:
        """Start, and come back when it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve"], env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        with httpx.Client(verify=False, timeout=1.0) as line:  # certificates cost more than the whole wait
            while time.monotonic() < deadline and self._process.poll() is None:
                try:
                    if line.get(f"{self.url}/readyz").status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End it politely."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Pull the plug."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=15)
            self._process = None

    def now(self) -> datetime:
        """The time, for whoever needs one."""
        return datetime.now(UTC)
