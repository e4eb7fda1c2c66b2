"""A simulated day at a real server, over real sockets."""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from io import StringIO
from zoneinfo import ZoneInfo

import httpx
import pytest
from rich.console import Console

from app.clock import FastClock, HeldClock
from app.hallfile import read as read_plan
from app.main import create_app, server
from app.office import adopt, people
from app.settings import Settings
from simulators.day import Day, Orders, add_arguments, run, with_keys
from simulators.hallclient import Client, Refused
from simulators.hallsheet import read
from simulators.visitors import expected
from tests.database import migrate
from tests.hallserver import free_port
from tests.simulators.daylight import HALL, hall_file

SPEED = 1200.0
"""Hall seconds per second: the day of this test takes five seconds."""

TEXT = (
    HALL.replace('["09:00-10:00", "10:30-11:00"]', '["09:00-09:30", "10:00-10:30"]')
    .replace("monday = [20, 10, 0, 8]", "monday = [24, 0, 9]")
    .replace("monday = [2, 6.5, 6.5, 0, 3]", "monday = [2, 8, 0, 4]")
)
"""The small hall on a short day with a noon, in which nobody comes."""


def next_monday() -> date:
    today = datetime.now(UTC).date()
    return today + timedelta(days=7 - today.weekday())


def journal(api: str, token: str) -> list[dict]:
    rows: list[dict] = []
    key = {"authorization": f"Bearer {token}"}
    while True:
        after = rows[-1]["seq"] if rows else 0
        page = httpx.get(f"{api}/events?after={after}&limit=2000", headers=key, verify=False).json()["events"]
        if not page:
            return rows
        rows += page


def moment(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(next_monday(), clock_time(hour, minute), ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def settings(tmp_path):
    """Where the small hall is kept, and its port."""
    plan, findings = read_plan(TEXT, "little.toml")
    assert plan is not None, findings
    found = Settings(database=f"sqlite:///{tmp_path}/hall.db", port=free_port(), devices=False)
    migrate(found)
    adopt(found, plan)
    return found


async def wait_for(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 the hall and its day run by themselves
        await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(settings: Settings, clock: FastClock) -> AsyncIterator[None]:
    """The hall at its port, in this process: its time must not run while it starts."""
    running = server(settings, create_app(settings, clock))
    task = asyncio.create_task(running.serve())
    await wait_for(lambda: running.started)
    try:
        yield
    finally:
        running.should_exit = True
        await task


async def test_a_day_goes_on_whoever_is_ended_in_the_middle_of_it(tmp_path, settings):
    sheet = read(hall_file(tmp_path, TEXT))
    with people(settings) as (staff, now):
        program = staff.issue_token("program", "day", now)
        kiosk = staff.issue_token("kiosk", "kiosk-1", now, kiosk="kiosk-1")
    url = f"http://127.0.0.1:{settings.port}"
    orders = Orders(sheet, url, program, (kiosk,))
    said = StringIO()
    crowd = expected(sheet, next_monday(), 1).visitors
    morning = sum(each.at < moment(10) for each in crowd)
    afternoon = len(crowd) - morning

    async with Client(url, sheet.code, program) as client:
        async with serving(settings, HeldClock(moment(8, 55))):
            early = crowd[0]  # by a clock that is ahead; the same key gets the same refusal from now on
            body = {"service": early.service, "priority_class": early.priority_class, "channel": "kiosk"}
            with pytest.raises(Refused, match="closed"):
                await client.desk(kiosk).post("/tickets", body, dict, key=early.key)
        clock = FastClock(moment(8, 55), SPEED)
        first, second = (Day(orders, client, Console(file=said, width=120)) for _ in range(2))
        async with serving(settings, clock):
            living = asyncio.create_task(first.live())
            await wait_for(lambda: bool(first.began) and first.still_to_come <= afternoon + morning // 2)
        async with serving(settings, clock):
            await wait_for(lambda: first.still_to_come <= afternoon and clock.now() >= moment(9, 45))
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living
            await second.live()
            rows = await asyncio.to_thread(journal, f"{url}/api/v1/halls/little", program)
            windows = (await asyncio.to_thread(httpx.get, f"{url}/api/v1/halls/little")).json()["windows"]

    tickets = [row["data"] for row in rows if row["name"] == "TicketIssued"]
    assert second.began is not None
    asked_again = [each for each in crowd if each.at >= second.began]
    assert len(asked_again) <= len(tickets) + second.refusals["hall-closed"] <= len(crowd)
    assert len({each["number"] for each in tickets}) == len(tickets)
    ended = [row["data"]["ticket"] for row in rows if row["name"] in ("ServiceFinished", "TicketVoided")]
    assert Counter(ended) == Counter(each["ticket"] for each in tickets)
    assert {each["state"] for each in windows} == {"closed"}
    assert [each["open_minutes"] for each in windows if each["kind"] == "tidal"] == [0]
    total = next(line.split() for line in said.getvalue().splitlines() if "All" in line)
    assert total[2] == str(len(tickets))


def test_a_signal_ends_it_at_once_and_quietly(tmp_path, hall_server):
    path = hall_file(tmp_path, HALL.replace('"little"', '"small"').replace("[hours]", "[not_hours]"))
    token = hall_server.token("program")
    command = [sys.executable, "-m", "simulators", "day", str(path), "--url", hall_server.url]
    day = subprocess.Popen(
        command,
        env={**os.environ, "TIDEHALL_DAY_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while day.poll() is None and not any(
            row["name"] == "WindowOpened" for row in journal(hall_server.api, token)
        ):
            time.sleep(0.05)
        day.send_signal(signal.SIGTERM)
        _, complaints = day.communicate(timeout=5)
    finally:
        day.kill()
    assert (day.returncode, complaints) == (143, "")


def told(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(with_keys(arguments))


def test_what_cannot_be_lived_is_said_in_one_line(tmp_path, hall_server, capsys, monkeypatch):
    monkeypatch.delenv("TIDEHALL_DAY_TOKEN", raising=False)
    path = str(hall_file(tmp_path, HALL.replace('"little"', '"small"')))
    other = tmp_path / "other"
    other.mkdir()
    url = f"--url={hall_server.url}"
    key = f"--token={hall_server.token('program')}"
    for arguments, complaint in (
        (["missing.toml", "--token=x"], "missing.toml"),
        ([path], "--token"),
        ([path, url, key, "--trace", "missing.csv"], "missing.csv"),
        ([path, url, "--token=wrong"], "key"),
        ([str(hall_file(other)), url, key], "tidehall hall import"),
    ):
        assert run(told(*arguments)) == 2
        said = capsys.readouterr()
        assert len(said.err.splitlines()) == 1
        assert complaint in said.err


def test_shares_of_classes_are_told_by_key():
    shares = told("hall.toml", "--class", "elderly=0.2", "--class", "military=0").shares
    assert dict(shares) == {"elderly": 0.2, "military": 0.0}
    with pytest.raises(SystemExit):
        told("hall.toml", "--class", "elderly=much")


def test_a_key_may_begin_with_a_dash():
    found = told("hall.toml", "--token", "-abc", "--kiosk-token", "--x", "--kiosk-token=y", "--quiet")
    assert (found.token, found.kiosk_token, found.quiet) == ("-abc", ["--x", "y"], True)
