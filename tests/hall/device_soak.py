"""Ten minutes of bad cables: 10 tickets a second over printers and strips that lose 5 % and are cut every 30 s.

    python -m tests.hall.device_soak                                       ten minutes, part of `make soak`
    SOAK_SECONDS=60 SOAK_RATE=10 SOAK_PRINTERS=12 python -m tests.hall.device_soak

For: issue "the devices": no ticket lost, none printed twice, every strip right within 5 s of its cable's return. A whole
hall of simulated devices over real ports: printers at kiosks, a strip, a caller and a pad for each window. `lossy` loses
whole writes in both directions, as a bad network with datagram serial servers does. Clerks call all the while.
What is counted: a ticket is lost when its number was answered and the journal has no such ticket or its slip has no end;
printed twice when two whole slips carry its number; a slip reported `printed` must lie in the printer's tray.
The exit code is not 0 when a promise was broken.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import httpx

from app.core.plan import DeviceKind, DevicePlan, Rules
from simulators.bx5k import Card as Strip
from simulators.escpos import Printer
from simulators.hallbench import new_cables
from tests.hall.devicehall import CALL_NEXT, DeviceHall, device_hall, number_of, seconds
from tests.hallserver import free_port

LOSS = 0.05
CUT_EVERY = 30.0
RIGHT_WITHIN = 5.0
WINDOWS = (1, 2, 4)
AWAY = 4.0
"""Seconds for which a strip's cable is out before it comes back."""


@dataclass
class Tally:
    """What happened."""

    issued: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    asked_again: int = 0
    calls: int = 0
    returns: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    late: list[float] = field(default_factory=list)


def plans(printers: int) -> tuple[DevicePlan, ...]:
    """Kiosks with printers; windows with strip, caller and pad."""
    pads = free_port()
    made = [
        DevicePlan(
            f"printer-{n}",
            DeviceKind.PRINTER,
            f"escpos+tcp://127.0.0.1:{free_port()}?width=576",
            f"kiosk-{n}",
        )
        for n in range(1, printers + 1)
    ]
    for no in WINDOWS:
        strip = f"bx5k+tcp://127.0.0.1:{free_port()}?width=128"
        made.append(DevicePlan(f"strip-{no}", DeviceKind.SIGN, strip, window=no))
        for kind, address in ((DeviceKind.CALLER, no), (DeviceKind.PAD, no + 20)):
            url = f"ff68+tcp://127.0.0.1:{pads}?address={address}"
            made.append(DevicePlan(f"{kind}-{no}", kind, url, window=no))
    return tuple(made)


async def visitors(hall: DeviceHall, tally: Tally, printers: int, rate: float, until: float) -> None:
    """So many tickets a second, at the kiosks in turn; a lost answer is asked for again under the same key."""
    keys = [
        await asyncio.to_thread(hall.server.token, "kiosk", kiosk=f"kiosk-{n}")
        for n in range(1, printers + 1)
    ]
    under_way: set[asyncio.Task[None]] = set()

    async def one(n: int) -> None:
        headers = {"authorization": f"Bearer {keys[n % printers]}", "idempotency-key": f"soak-{n}"}
        body = {"service": "residence" if n % 2 else "social", "channel": "kiosk"}
        while True:
            try:
                answer = await hall.client.post(f"{hall.server.api}/tickets", json=body, headers=headers)
                break
            except httpx.TransportError:
                tally.asked_again += 1
        if answer.status_code == 201:
            ticket = answer.json()
            tally.issued[ticket["id"]] = ticket["number"]
        else:
            tally.refused += 1

    n, begin = 0, time.monotonic()
    while time.monotonic() < until:
        task = asyncio.ensure_future(one(n))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        n += 1
        await asyncio.sleep(max(0.0, begin + n / rate - time.monotonic()))
    await asyncio.gather(*under_way)


async def clerks(hall: DeviceHall, tally: Tally, until: float) -> None:
    """Serve people quickly: some by the caller's key, others by the page."""
    for no in WINDOWS:
        await hall.do(no, "open")
    turn = 0
    while time.monotonic() < until:
        no = WINDOWS[turn % len(WINDOWS)]
        turn += 1
        headers = {"authorization": f"Bearer {hall.program}"}
        if turn % 4 == 0:
            hall.pads.press(no, CALL_NEXT)
        else:
            await hall.client.post(f"{hall.server.api}/windows/{no}/call-next", headers=headers)
        await asyncio.sleep(0.4)
        for verb in ("start", "finish"):
            answer = await hall.client.post(f"{hall.server.api}/windows/{no}/{verb}", headers=headers)
            tally.calls += verb == "finish" and answer.status_code == 200


async def strips(hall: DeviceHall, tally: Tally, chance: Random, until: float) -> None:
    """Pull a strip's cable while its window goes on, put it in again, and take the time until it is right."""
    while time.monotonic() < until - AWAY - RIGHT_WITHIN:
        no = chance.choice(WINDOWS)
        hall.port(f"strip-{no}").unplug()
        await asyncio.sleep(AWAY)
        hall.port(f"strip-{no}").plug_in()
        back = time.monotonic()
        right = False
        while not right and time.monotonic() - back < 4 * RIGHT_WITHIN:
            await asyncio.sleep(0.05)
            right = await says_the_truth(hall, no)
        taken = time.monotonic() - back
        tally.returns.append(taken)
        if taken > RIGHT_WITHIN:
            tally.wrong.append(f"strip {no} was right {taken:.1f} s after its cable's return")


async def says_the_truth(hall: DeviceHall, no: int) -> bool:
    """Whether a strip shows what its window does: the number called or served, or else its own number."""
    windows = {each["no"]: each for each in (await hall.get(""))["windows"]}
    strip: Strip = hall.strip(no)
    number = windows[no]["number"]
    return (number in strip.shown) if number else (f"{no}号" in strip.shown)


def printer_of(hall: DeviceHall, n: int) -> Printer:
    """The simulator of a printer."""
    found: Printer = hall.device(f"printer-{n}")
    return found


async def stopwatch(tally: Tally) -> None:
    """How late this process comes to its own work: with a machine that is busy otherwise every figure here grows."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.1)
        tally.late.append(time.monotonic() - before - 0.1)


async def settle(hall: DeviceHall, tally: Tally, patience: float) -> list[dict[str, object]]:
    """Wait until every slip has an end; give the reports."""
    give_up_at = time.monotonic() + patience
    while True:
        reports = await hall.events("SlipReported")
        ended = {str(each["data"]["job"]) for each in reports}
        missing = [ticket for ticket in tally.issued if f"{ticket}.1" not in ended]
        if not missing:
            return reports
        if time.monotonic() > give_up_at:
            tally.wrong.append(f"{len(missing)} slips have no end")
            return reports
        await asyncio.sleep(1.0)


def judge(hall: DeviceHall, tally: Tally, reports: Sequence[dict[str, object]], printers: int) -> str:
    """What the promises say to it; a line of figures."""
    trays = Counter(
        number_of(slip.text)
        for n in range(1, printers + 1)
        for slip in printer_of(hall, n).slips
        if number_of(slip.text)
    )
    twice = [number for number, times in trays.items() if times > 1]
    if twice:
        tally.wrong.append(f"printed twice: {', '.join(twice[:10])} ({len(twice)})")
    states: Counter[str] = Counter()
    for each in reports:
        data = each["data"]
        assert isinstance(data, dict)
        states[data["state"]] += 1
        number = tally.issued.get(str(data["job"]).removesuffix(".1"))
        if data["state"] == "printed" and number and not trays[number]:
            tally.wrong.append(f"{number} was reported printed and lies in no tray")
        if data["state"] == "failed" and number and trays[number]:
            tally.wrong.append(f"{number} was reported failed and lies in a tray")
    if len(set(tally.issued.values())) != len(tally.issued):
        tally.wrong.append("a number was given out twice")
    slowest, late = max(tally.returns, default=0.0), sorted(tally.late) or [0.0]
    return (
        f"tickets {len(tally.issued)} (refused {tally.refused}, asked again {tally.asked_again}), served {tally.calls}; slips "
        + ", ".join(f"{state} {count}" for state, count in sorted(states.items()))
        + f"; whole slips in trays {sum(trays.values())}; twice {len(twice)}; "
        f"strips pulled {len(tally.returns)} times, right again after at most {slowest:.1f} s; this process came late by {late[len(late) // 2]:.2f} s, once by {late[-1]:.1f} s"
    )


def whys(reports: Sequence[dict[str, object]]) -> dict[str, Counter[str]]:
    """The printers' words to slips that did not come out."""
    found: dict[str, Counter[str]] = {}
    for each in reports:
        data = each["data"]
        assert isinstance(data, dict)
        if data["state"] != "printed":
            found.setdefault(data["state"], Counter())[data["word"]] += 1
    return found


async def soak(folder: Path) -> int:
    """The whole of it; the exit code."""
    length, rate = seconds("SOAK_SECONDS", 600.0), seconds("SOAK_RATE", 10.0)
    printers = int(seconds("SOAK_PRINTERS", 12))
    chance = Random(int(seconds("SOAK_SEED", 7)))
    tally = Tally()
    rules = replace(Rules(), slip_stale_seconds=30.0)
    async with device_hall(folder, plans(printers), rules=rules, killable=True) as hall:
        await hall.until_well(*(f"printer-{n}" for n in range(1, printers + 1)), seconds=60)
        ports = {id(stand.port): stand.port for stand in hall.bench.stands.values()}
        for port in ports.values():
            port.spoil(new_cables({"lossy": LOSS, "cut_every": CUT_EVERY, "seed": chance.randrange(1 << 30)}))
        until = time.monotonic() + length
        watching = asyncio.ensure_future(stopwatch(tally))
        await asyncio.gather(
            visitors(hall, tally, printers, rate, until),
            clerks(hall, tally, until),
            strips(hall, tally, chance, until),
        )
        watching.cancel()
        for port in ports.values():
            port.spoil(new_cables({}))
        reports = await settle(hall, tally, 120.0)
        journal = {str(each["data"]["ticket"]) for each in await hall.events("TicketIssued")}
        lost = tally.issued.keys() - journal
        if lost:
            tally.wrong.append(f"{len(lost)} tickets are not in the journal")
        print(f"device soak, {length:g} s at {rate:g} a second: {judge(hall, tally, reports, printers)}")
    for state, words in whys(reports).items():
        print(f"  {state}: " + "; ".join(f"{count} x {word or '-'}" for word, count in words.most_common(4)))
    for each in tally.wrong:
        print(f"WRONG: {each}", file=sys.stderr)
    return 1 if tally.wrong else 0


def main() -> int:
    """Run it in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(soak(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
