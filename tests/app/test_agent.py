"""Devices on another machine: the same hall through an agent's line, which breaks at the worst moments."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import websockets

from app.agent import BadDevices, read_devices
from app.agentmemory import InUse, Memory
from app.agentwords import Ended, Rated
from app.core.plan import Rules
from tests.hall.agents import AgentProcess, Line, agent_process, agent_running
from tests.hall.devicehall import ASK, CALL_NEXT, DeviceHall, at_agent, device_hall, device_plans, until

SLOW = 80.0
"""Millimetres a second: a slip takes some seconds, and there is time to break something in its middle."""


@asynccontextmanager
async def agents_hall(
    folder: Path, stale: float = 60.0, *, killable: bool = False
) -> AsyncIterator[tuple[DeviceHall, str]]:
    """A hall whose devices all hang on the agent pc-1, and the agent's key."""
    plans = device_plans()
    elsewhere = [at_agent(plan, "pc-1") for plan in plans]
    async with device_hall(folder, plans, elsewhere, Rules(slip_stale_seconds=stale), killable) as hall:
        yield hall, await asyncio.to_thread(hall.agent_token, "pc-1")


@asynccontextmanager
async def agent_hall(
    folder: Path, stale: float = 60.0, *, killable: bool = False
) -> AsyncIterator[tuple[DeviceHall, Line]]:
    """The hall, with its agent at the end of a line. `killable`: the server."""
    async with (
        agents_hall(folder, stale, killable=killable) as (hall, token),
        agent_running(folder, hall.server.port, token, hall.plans) as line,
    ):
        await hall.until_well("printer-1", "strip-1")
        yield hall, line


@asynccontextmanager
async def hall_of_a_killable_agent(
    folder: Path, *, killable: bool = False
) -> AsyncIterator[tuple[DeviceHall, AgentProcess]]:
    """The hall, with its agent in a process of its own. `killable`: the server too."""
    async with (
        agents_hall(folder, killable=killable) as (hall, token),
        agent_process(folder, hall.server.port, token, hall.plans) as agent,
    ):
        await hall.until_well("printer-1", "strip-1")
        yield hall, agent


async def printing(hall: DeviceHall) -> dict[str, object]:
    """A ticket whose slip is under way on the paper."""
    hall.printer.speed = SLOW
    ticket = await hall.take()
    await until(lambda: hall.printer.state()["waiting_bytes"], why="the slip has begun")
    return dict(ticket)


async def test_a_visit_at_an_agents_devices_is_like_any_other(tmp_path: Path) -> None:
    async with agent_hall(tmp_path) as (hall, _):
        await hall.do(1, "open")
        ticket = await hall.take()
        await until(lambda: hall.printer.slips)
        (printed,) = await hall.until_events("SlipReported")
        assert printed["data"]["state"] == "printed"
        await until(lambda: hall.pads.devices[1].shown.strip() == "001")
        hall.pads.press(1, CALL_NEXT)
        await hall.until_events("TicketCalled")
        await until(lambda: ticket["number"] in hall.strip(1).shown)
        await hall.do(1, "start")
        hall.pads.press(1, ASK)
        await until(lambda: hall.pads.devices[21].open)
        hall.pads.rate(21, 1)
        (rated,) = await hall.until_events("TicketRated")
        assert rated["data"]["level"] == 4
        listed = {each["name"]: each for each in await hall.get("/devices")}
        assert listed["printer-1"]["url"] == "agent:pc-1"
        assert listed["printer-1"]["health"] == "online"


async def test_a_slip_in_hand_is_printed_while_the_line_is_away_and_told_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with agent_hall(tmp_path) as (hall, line):
        await printing(hall)
        line.cut()
        hall.printer.speed = None
        await until(lambda: hall.printer.slips)
        assert await hall.events("SlipReported") == []
        line.mend()
        (ended,) = await hall.until_events("SlipReported")
        assert ended["data"]["state"] == "printed"
        second = await hall.take()
        await hall.until_events("SlipReported", 2)
        assert len(hall.slips()) == 2
        assert hall.slips()[1] == second["number"]


async def test_a_server_that_is_killed_asks_the_agent_by_the_name_of_the_job(tmp_path: Path) -> None:
    async with agent_hall(tmp_path, killable=True) as (hall, _):
        ticket = await printing(hall)
        await asyncio.to_thread(hall.server.kill)
        hall.printer.speed = None
        await until(lambda: hall.printer.slips)
        await asyncio.to_thread(hall.server.start)
        (ended,) = await hall.until_events("SlipReported")
        assert ended["data"]["state"] == "printed"
        assert hall.slips() == [ticket["number"]]


async def test_an_agent_that_is_killed_does_not_print_again_what_it_began(tmp_path: Path) -> None:
    async with hall_of_a_killable_agent(tmp_path) as (hall, agent):
        await printing(hall)
        await asyncio.to_thread(agent.end, signal.SIGKILL)
        hall.printer.speed = None
        agent.start()
        (ended,) = await hall.until_events("SlipReported")
        assert ended["data"]["state"] == "unknown"
        await hall.until_well("printer-1")
        second = await hall.take()
        await hall.until_events("SlipReported", 2)
        assert hall.slips().count(second["number"]) == 1
        assert len(hall.slips()) <= 2


async def test_both_are_killed_and_nothing_comes_out_twice(tmp_path: Path) -> None:
    async with hall_of_a_killable_agent(tmp_path, killable=True) as (hall, agent):
        first = await hall.take()
        await hall.until_events("SlipReported")
        second = await printing(hall)
        await asyncio.to_thread(agent.end, signal.SIGKILL)
        await asyncio.to_thread(hall.server.kill)
        hall.printer.speed = None
        await asyncio.to_thread(hall.server.start)
        agent.start()
        reports = await hall.until_events("SlipReported", 2)
        assert [each["data"]["state"] for each in reports] == ["printed", "unknown"]
        third = await hall.take()
        await hall.until_events("SlipReported", 3)
        numbers = hall.slips()
        assert numbers.count(first["number"]) == numbers.count(third["number"]) == 1
        assert numbers.count(second["number"]) <= 1


async def test_a_slip_for_an_agent_that_is_away_fails_at_its_deadline_and_never_comes_out(
    tmp_path: Path,
) -> None:
    async with agent_hall(tmp_path, stale=1.0) as (hall, line):
        line.cut()
        (offline,) = [each for each in await _offline(hall) if each["data"]["device"] == "printer-1"][:1]
        assert "pc-1" in offline["data"]["word"]
        await hall.take()
        (ended,) = await hall.until_events("SlipReported")
        assert ended["data"]["state"] == "failed"
        line.mend()
        await hall.until_well("printer-1")
        second = await hall.take()
        await hall.until_events("SlipReported", 2)
        assert hall.slips() == [second["number"]]


async def _offline(hall: DeviceHall) -> list[dict[str, object]]:
    while True:
        found = [each for each in await hall.events("DeviceReported") if each["data"]["health"] == "offline"]
        if any(each["data"]["device"] == "printer-1" for each in found):
            return found
        await asyncio.sleep(0.05)


async def test_strips_are_right_again_when_the_line_is_back(tmp_path: Path) -> None:
    async with agent_hall(tmp_path) as (hall, line):
        await hall.do(1, "open")
        ticket = await hall.take()
        line.cut()
        await hall.do(1, "call-next")
        line.mend()
        await until(lambda: ticket["number"] in hall.strip(1).shown)


async def test_a_stranger_and_a_wrong_word_are_shown_the_door(tmp_path: Path) -> None:
    async with device_hall(tmp_path, [*device_plans()]) as hall:
        token = await asyncio.to_thread(hall.agent_token, "nobody")
        url = f"ws://127.0.0.1:{hall.server.port}/api/v1/halls/small/agent"
        for key, code in ((token, 4404), (hall.kiosk, 4403), ("wrong", 4401)):
            async with websockets.connect(url, additional_headers={"authorization": f"Bearer {key}"}) as line:
                await line.send('{"say":"hello","who":"x","devices":{}}')
                with pytest.raises(websockets.ConnectionClosed) as closed:
                    await line.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == code


async def test_a_key_that_is_revoked_ends_the_line_of_its_agent_soon(tmp_path: Path) -> None:
    plans = tuple(at_agent(plan, "pc-1") for plan in device_plans())
    async with device_hall(tmp_path, (), plans, TIDEHALL_KEY_SECONDS="0.2") as hall:
        key = await asyncio.to_thread(hall.agent_token, "pc-1")
        url = f"ws://127.0.0.1:{hall.server.port}/api/v1/halls/small/agent"
        async with websockets.connect(url, additional_headers={"authorization": f"Bearer {key}"}) as line:
            await line.send('{"say":"hello","who":"x","devices":{}}')
            await asyncio.to_thread(hall.revoke, "pc-1")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                async with asyncio.timeout(30):
                    while True:
                        await line.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401


async def test_the_memory_outlives_a_crash_and_a_half_written_line(tmp_path: Path) -> None:
    path = tmp_path / "memory"
    memory = Memory(path)
    await memory.begin("printer-1", "a.1")
    await memory.ended(Ended("printer-1", "a.1", "printed"))
    await memory.noted("a.1")
    await memory.begin("printer-1", "b.1")
    await memory.rated(Rated("pad-1", "t", 5))
    await memory.rolled("printer-1", 120.5)
    await memory.rolled("printer-1", 241.0)
    with pytest.raises(InUse):
        Memory(path)
    who = memory.who
    memory.close()
    with path.open("a") as file:
        file.write('{"job":"c.1","dev')
    again = Memory(path)
    assert again.who == who
    assert (again.paper_used_mm("printer-1"), again.paper_used_mm("printer-2")) == (241.0, 0.0)
    assert again.end_of("a.1") == Ended("printer-1", "a.1", "printed")
    assert [each for each in again.unnoted() if isinstance(each, Rated)] == [Rated("pad-1", "t", 5)]
    (unknown,) = [each for each in again.unnoted() if isinstance(each, Ended)]
    assert (unknown.job, unknown.state) == ("b.1", "unknown")
    assert not again.knows("c.1")
    again.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no [[device]]"),
        ("[[device]]\nname = 'a'", "needs name, kind and url"),
        ("[[device]]\nname='a'\nkind='fax'\nurl='x'", "no kind is called 'fax'"),
        ("[[device]]\nname='a'\nkind='printer'\nurl='escpoz+tcp://h:1'", "perhaps 'escpos'"),
        ("[[device", "devices.toml"),
    ],
)
def test_a_devices_file_with_a_mistake_is_told_which(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "devices.toml"
    file.write_text(text)
    with pytest.raises(BadDevices) as refused:
        read_devices(file)
    assert words in str(refused.value)
