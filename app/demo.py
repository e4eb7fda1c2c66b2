"""A hall to look at: the server, a bench of simulated devices and a day of simulated people, each its own process.

For: `tidehall demo` and `make run`. Everything goes over the ports and the public API that a real hall uses; this file
only starts the processes, hands out keys, and owns the clock of the hall: `speed` hall seconds to a real one.
Not for: production. The app does not know that simulators exist; this file starts them by their command line.

Run again, it goes on with what the database holds: in the middle of the day that was broken off, or on the next day that
the hall is open. Ctrl-C ends all of it at once. What goes wrong: a port that is taken, a hall file with mistakes; both are
said in one line, and nothing is left running.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from zoneinfo import ZoneInfo

from app.clock import HeldClock, WallClock
from app.core.hall import Hall
from app.core.plan import DeviceKind, HallPlan
from app.core.rights import Role
from app.hallfile import load, report
from app.office import adopt, people
from app.settings import Settings
from app.store.database import open_database
from app.store.journal import SqlJournal
from app.store.migrate import upgrade
from app.terminal import fail, hall_path

HOLDER = "demo"
EARLY = timedelta(minutes=2)
"""The demonstration begins a little before the doors open, so that clerks are at their windows."""

BENCH_PORT = 1
"""The bench's page is at the server's port plus this."""

START_SECONDS = 30.0
"""Patience with the server's start; a usual one takes one or two seconds."""


@dataclass(frozen=True)
class Keys:
    """The keys of one run: each ends when the next run hands out its own."""

    program: str
    screen: str
    console: str
    kiosks: dict[str, str]


def run_demo(settings: Settings, hall: str, day: str, speed: float, trace: Path | None) -> int:
    """Run the demonstration; the exit code."""
    if day not in ("real", "none"):
        fail(f"DAY 只能是 real 或 none,不是 {day}", f"DAY is `real` or `none`, not {day}")
    path = hall_path(hall)
    plan, findings = load(path)
    if plan is None:
        print(report(path.name, plan, findings), file=sys.stderr)
        return 1
    upgrade(settings)
    start = next_moment(plan, _last_moment(settings, plan), _live(settings, plan))
    if day == "none":
        start += EARLY  # nobody lets the clerks in: whoever clicks through finds the doors open
    adopt(settings, plan, HeldClock(start))
    keys = _hand_out_keys(settings, plan)
    running_speed = speed if day == "real" else 1.0
    with _processes() as begin:
        bench_url = _begin_bench(begin, settings, path)
        server = begin(
            [sys.executable, "-m", "app", "serve"],
            TIDEHALL_CLOCK_START=start.isoformat(),
            TIDEHALL_CLOCK_SPEED=str(running_speed),
            TIDEHALL_DATABASE=settings.database,
            TIDEHALL_PORT=str(settings.port),
            TIDEHALL_HOST=settings.host,
        )
        _wait_until_ready(settings, server)
        _show_addresses(settings, plan, keys, start, running_speed, bench_url)
        code = 0
        if day == "real":
            code = _begin_day(begin, settings, path, keys, trace).wait()
        if code == 0 and (day == "none" or sys.stdin.isatty()):
            print("\n大厅继续开放,按 Ctrl-C 结束。 The hall stays open; Ctrl-C ends it.")
            server.wait()
        return code


# -- when -------------------------------------------------------------------------------------------------------


def next_moment(plan: HallPlan, last: datetime, live: bool) -> datetime:
    """When the demonstration goes on: at `last` in the middle of a day, else shortly before the doors open next."""
    openings = plan.openings(last.date())
    if openings:
        first = datetime.combine(last.date(), openings[0].opens, last.tzinfo) - EARLY
        closing = datetime.combine(last.date(), openings[-1].closes, last.tzinfo)
        if last <= closing or live:
            return max(first, last)
    if not plan.hours and not plan.exceptions:
        return last
    for days in range(1, 15):
        day = last.date() + timedelta(days=days)
        if later := plan.openings(day):
            return datetime.combine(day, later[0].opens, last.tzinfo) - EARLY
    return last


def _folded(settings: Settings, plan: HallPlan) -> Hall | None:
    database = open_database(settings)
    try:
        return SqlJournal(database).fold(plan.code)
    finally:
        database.close()


def _live(settings: Settings, plan: HallPlan) -> bool:
    hall = _folded(settings, plan)
    return hall is not None and bool(hall.live())


def _last_moment(settings: Settings, plan: HallPlan) -> datetime:
    """When the hall was last heard of; for a new one, the midnight before today's opening."""
    database = open_database(settings)
    try:
        journal = SqlJournal(database)
        seq = journal.last(plan.code)
        found = journal.read(plan.code, seq - 1) if seq else []
    finally:
        database.close()
    if found:
        return found[-1].event.at
    return (
        WallClock()
        .now()
        .astimezone(ZoneInfo(plan.timezone))
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )


# -- keys and addresses -----------------------------------------------------------------------------------------


def _hand_out_keys(settings: Settings, plan: HallPlan) -> Keys:
    kiosks = [each.kiosk for each in plan.devices if each.kind is DeviceKind.PRINTER and each.kiosk]
    with people(settings) as (staff, now):
        staff.revoke(now, holder=HOLDER)

        def issue(role: Role, kiosk: str = "") -> str:
            return staff.issue_token(role, HOLDER, now, hall=plan.code, kiosk=kiosk)

        return Keys(
            program=issue(Role.PROGRAM),
            screen=issue(Role.SCREEN),
            console=issue(Role.ADMINISTRATOR),
            kiosks={name: issue(Role.KIOSK, name) for name in dict.fromkeys(kiosks)}
            or {"": issue(Role.KIOSK)},
        )


def _show_addresses(
    settings: Settings, plan: HallPlan, keys: Keys, start: datetime, speed: float, bench_url: str | None
) -> None:
    base = f"http://{settings.host}:{settings.port}"
    window = plan.windows[0].no
    kiosk, kiosk_key = next(iter(keys.kiosks.items()))
    lines = [
        f"\n{plan.name} {plan.name_en} · {start:%Y-%m-%d %H:%M} · {speed:g}×",
        f"  取号机 kiosk   {base}/kiosk/?hall={plan.code}&kiosk={kiosk}#token={kiosk_key}",
        f"  窗口   clerk   {base}/clerk/?hall={plan.code}&window={window}#token={keys.program}",
        f"  大屏   board   {base}/hall/?hall={plan.code}&voice=1#token={keys.screen}",
        f"  窗口屏 window  {base}/window/?hall={plan.code}&window={window}#token={keys.screen}",
        f"  值守台 console {base}/console/?hall={plan.code}#token={keys.console}",
        f"  评价器 pad     {base}/pad/?hall={plan.code}&window={window}#token={keys.program}",
    ]
    if bench_url:
        lines.append(f"  号票   slips   {bench_url}")
    lines.append(f"  接口   API     {base}/docs")
    print("\n".join(lines) + "\n", flush=True)


# -- processes --------------------------------------------------------------------------------------------------


class _Begin:
    def __init__(self) -> None:
        self.running: list[subprocess.Popen[bytes]] = []

    def __call__(
        self, command: list[str], *, quiet: bool = False, **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start a process; a `quiet` one keeps its list of ports to itself, never its errors."""
        said = subprocess.DEVNULL if quiet else None
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=said)
        self.running.append(process)
        return process


@contextmanager
def _processes() -> Iterator[_Begin]:
    """Start processes; whatever happens, none is left running."""
    begin = _Begin()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield begin
    except KeyboardInterrupt:
        print()
    finally:
        signal.signal(signal.SIGTERM, before)
        for process in reversed(begin.running):
            process.terminate()
        for process in reversed(begin.running):
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()


def _begin_bench(begin: _Begin, settings: Settings, path: Path) -> str | None:
    if not settings.devices:
        return None
    port = settings.port + BENCH_PORT
    out = (settings.sqlite_path.parent if settings.sqlite_path else Path("var")) / "slips"
    command = [sys.executable, "-m", "simulators", "bench", str(path), "--out", str(out), "--http", str(port)]
    begin([*command, "--attendant"], quiet=True)
    return f"http://127.0.0.1:{port}/"


def _begin_day(
    begin: _Begin, settings: Settings, path: Path, keys: Keys, trace: Path | None
) -> "subprocess.Popen[bytes]":
    """The people and the clerks. Their keys go by the environment, where no list of processes shows them."""
    command = [sys.executable, "-m", "simulators", "day", str(path)]
    command += ["--url", f"http://{settings.host}:{settings.port}"]
    if trace is not None:
        command += ["--trace", str(trace)]
    return begin(
        command,
        TIDEHALL_DAY_TOKEN=keys.program,
        TIDEHALL_DAY_KIOSK_TOKENS=" ".join(keys.kiosks.values()),
    )


def _wait_until_ready(settings: Settings, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    url = f"http://{settings.host}:{settings.port}/readyz"
    while time.monotonic() < deadline:
        if server.poll() is not None:
            fail(
                f"服务没有启动:端口 {settings.port} 可能已被占用(TIDEHALL_PORT 可改)",
                f"The server did not start: port {settings.port} may be taken (TIDEHALL_PORT changes it)",
            )
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    fail("服务启动超时", "The server did not become ready")
