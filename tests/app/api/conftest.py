"""A real server for these tests, and the people who stand before it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import httpx
import pytest
import uvloop

from app.core.plan import (
    DeviceKind,
    DevicePlan,
    HallPlan,
    Missed,
    MissedRule,
    Opening,
    PriorityClass,
)
from app.core.rights import Role
from app.office import adopt
from tests.hallserver import HallServer
from tests.plans import small_plan

PASSWORD = "four tides a day"
PATIENCE = 180.0
"""Seconds with an answer on a busy machine: a comparison runs with its lowest priority."""


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests that run the application in their own process run it on the server's own loop."""
    return {"uvloop": uvloop.new_event_loop}


def desk_plan() -> HallPlan:
    """The small hall, with a printer that nobody drives: print jobs are ordered and stay pending."""
    plan = small_plan()
    tax = replace(plan.services[2], missed=Missed(MissedRule.RECYCLE))
    classes = (
        PriorityClass("disabled", "残疾人", "Disabled", rank=0, head_start=60, evidence="残疾人证"),
        PriorityClass("guest", "来宾", "Guest", rank=0, head_start=5),
    )
    return replace(
        plan,
        services=(
            replace(plan.services[0], result_at="social"),
            replace(plan.services[1], pickup=True),
            tax,
        ),
        classes=(*plan.classes, *classes),
        devices=(DevicePlan("printer-1", DeviceKind.PRINTER, "escpos+tcp://127.0.0.1:9", kiosk="kiosk-1"),),
        rules=replace(plan.rules, recall_gap_seconds=0.0),
    )


class Face:
    """The server, and a client for every role."""

    def __init__(self, server: HallServer) -> None:
        self.server = server
        self.api = server.api
        self.tokens = {
            "kiosk": server.token(Role.KIOSK, hall="small", kiosk="kiosk-1"),
            "screen": server.token(Role.SCREEN, hall="small"),
            "agent": server.token(Role.AGENT, hall="small"),
            "program": server.token(Role.PROGRAM),
            "clerk": server.token(Role.CLERK, hall="small", window=1),
            "supervisor": server.token(Role.SUPERVISOR),
            "administrator": server.token(Role.ADMINISTRATOR),
            "kiosk of another hall": server.token(Role.KIOSK, hall="elsewhere", kiosk="kiosk-1"),
            "": "",
        }
        self._clients = {name: self._client(token) for name, token in self.tokens.items()}
        self._tidied = 0

    def _client(self, token: str) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.server.url, headers=headers, timeout=PATIENCE, verify=False)

    def close(self) -> None:
        """No more connections."""
        for client in self._clients.values():
            client.close()

    def ask(self, role: str, method: str, path: str, **how: Any) -> httpx.Response:
        """One request; a path that does not begin with a slash belongs to the hall, an empty one is the hall."""
        full = path if path.startswith("/") else f"{self.api}/{path}".rstrip("/")
        return self._clients[role].request(method, full, **how)

    def do(
        self, method: str, path: str, body: Any = None, role: str = "program", **how: Any
    ) -> dict[str, Any]:
        """One request that works."""
        answer = self.ask(role, method, path, json=body, **how)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def take(self, service: str = "residence", role: str = "program") -> dict[str, Any]:
        """Somebody takes a number."""
        return self.do("POST", "tickets", {"service": service}, role)

    def window(self, no: int, verb: str, body: Any = None, role: str = "program") -> dict[str, Any]:
        """A clerk presses a button."""
        return self.do("POST", f"windows/{no}/{verb}", body, role)

    def tidy(self) -> None:
        """Send everybody home and close every window, so that no test stands on another's floor."""
        hall = self.do("GET", "")
        if hall["seq"] == self._tidied:
            return
        for window in hall["windows"]:
            no = window["no"]
            if window["state"] == "paused":
                self.window(no, "resume")
            if window["number"]:
                self.ask("program", "POST", f"windows/{no}/start")
                self.window(no, "finish")
            if window["state"] != "closed":
                self.window(no, "close")
        for event in self.do("GET", f"events?after={self._tidied}&limit=2000")["events"]:
            if event["name"] == "TicketIssued":
                self.ask("", "POST", f"tickets/{event['data']['ticket']}/cancel")
        self._tidied = self.do("GET", "")["seq"]


def shut_plan() -> HallPlan:
    """A hall that opens the day after tomorrow, all day."""
    day = (datetime.now(UTC) + timedelta(days=2)).weekday()
    return replace(small_plan("shut"), hours={day: (Opening(time(8), time(20)),)})


def quiet_plan() -> HallPlan:
    """A hall in which only what a test does itself has ever happened: its day can be lived again."""
    return small_plan("quiet")


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """One server for all tests here. Whatever they ask of it, nothing is its own fault, and its log tells no secrets."""
    server = HallServer(tmp_path_factory.mktemp("hall"), desk_plan(), TIDEHALL_KEY_SECONDS="0.4")
    adopt(server.settings, shut_plan())
    adopt(server.settings, quiet_plan())
    server.user("clerk-1", PASSWORD, Role.CLERK)
    server.start()
    face = Face(server)
    yield face
    face.close()
    server.stop()
    log = server.log.read_text()
    assert "Traceback" not in log, log
    for secret in (PASSWORD, "$argon2", *filter(None, face.tokens.values())):
        assert secret not in log


@pytest.fixture
def face(running: Face) -> Iterator[Face]:
    """The server, with an empty hall."""
    yield running
    running.tidy()
