"""Live screens over real sockets: whole on connect, newest after each change, and nobody waits for a slow one."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.core.commands import AdoptPlan, CallNext, Command, IssueTicket, OpenWindow, Recall, Start
from app.core.plan import HallPlan, Service
from app.core.rights import Role
from app.frames import SceneLine
from app.office import people
from tests.app.api.conftest import desk_plan
from tests.app.api.inprocess import InProcess, running

PATIENCE = 20.0


@pytest.fixture(params=[False, True], ids=["our line", "uvicorn's own"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[InProcess]:
    """The whole application, with our way to the sockets and with the plain one."""
    async with running(tmp_path, desk_plan(), plain=request.param, key_seconds=0.2) as made:
        yield made


class Screen:
    """Somebody who looks."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.scene: dict[str, Any] = {}

    async def next(self) -> dict[str, Any]:
        """The next scene."""
        async with asyncio.timeout(PATIENCE):
            self.scene = json.loads(await self.line.recv())
        return self.scene

    async def until(self, key: str, value: object) -> dict[str, Any]:
        """Scenes until one says so."""
        while self.scene.get(key) != value:
            await self.next()
        return self.scene


@asynccontextmanager
async def looking(
    house: InProcess, name: str, role: Role | None = Role.PROGRAM, **where: str | int
) -> AsyncIterator[Screen]:
    """A screen with a key of its own."""
    protocols = [Subprotocol("tidehall.v1")]
    if role is not None:
        protocols.append(Subprotocol(f"bearer.{house.token(role, **where)}"))
    async with connect(f"{house.scenes}/{name}", subprotocols=protocols, compression=None) as line:
        assert line.subprotocol == "tidehall.v1"
        yield Screen(line)


async def closed(house: InProcess, url: str, *protocols: str) -> int:
    """The code with which the server refuses."""
    offered = [Subprotocol(each) for each in ("tidehall.v1", *protocols)]
    async with asyncio.timeout(PATIENCE), connect(url, subprotocols=offered) as line:
        with pytest.raises(ConnectionClosed):
            while True:
                await line.recv()
        assert line.close_code is not None
        return line.close_code


async def do(house: InProcess, *commands: Command) -> None:
    """Things happen in the hall."""
    for command in commands:
        await house.service.handle(command)


# -- what is shown ----------------------------------------------------------------------------------------------


async def test_a_screen_gets_one_whole_scene_and_then_the_newest_after_each_change(house: InProcess) -> None:
    await do(house, IssueTicket("t1", "residence"), OpenWindow(1, "clerk-7"))
    async with looking(house, "hall", Role.SCREEN) as board:
        first = await board.next()
        assert first["seq"] == house.service.hall.seq
        assert first["calls"] == []
        assert [each["waiting"] for each in first["waiting"]] == [1, 0, 0]
        await do(house, CallNext(1))
        called = await board.next()
        assert called["seq"] == house.service.hall.seq
        assert [(each["number"], each["window"], each["recalls"]) for each in called["calls"]] == [
            ("A001", 1, 0)
        ]
        await do(house, Recall(1))
        again = await board.next()
        assert again["calls"][0]["recalls"] == 1
        assert again["calls"][0]["call_id"] != called["calls"][0]["call_id"]


async def test_every_kind_of_screen_shows_its_scene(house: InProcess) -> None:
    await do(house, OpenWindow(1, "clerk-7"), IssueTicket("t1", "residence"), IssueTicket("t2", "residence"))
    async with (
        looking(house, "window/1", Role.SCREEN) as sign,
        looking(house, "clerk/1", Role.CLERK, window=1) as clerk,
        looking(house, "kiosk", Role.KIOSK, kiosk="kiosk-1") as kiosk,
        looking(house, "ticket/t2", None) as phone,
    ):
        assert (await sign.next())["state"] == "idle"
        assert (await clerk.next())["next"]["number"] == "A001"
        assert (await kiosk.next())["kiosk"] == "kiosk-1"
        assert (await phone.next())["ahead"] == 1
        await do(house, CallNext(1))
        assert (await sign.until("state", "calling"))["call"]["number"] == "A001"
        assert (await clerk.until("state", "calling"))["ticket"]["number"] == "A001"
        assert (await phone.until("ahead", 0))["number"] == "A002"
        await do(house, Start(1))
        assert (await sign.until("state", "serving"))["call"]["serving"] is True


async def test_changes_that_a_screen_does_not_show_are_not_sent_to_it(house: InProcess) -> None:
    await do(house, OpenWindow(1), OpenWindow(3))
    async with looking(house, "window/1") as sign:
        await sign.next()
        await do(
            house,
            IssueTicket("t1", "tax"),
            CallNext(3),
            Start(3),
            IssueTicket("t2", "residence"),
            CallNext(1),
        )
        shown = await sign.next()
        assert shown["state"] == "calling", "the first word is of its own window"


async def test_a_silent_hall_repeats_its_scene_so_that_silence_means_a_broken_line(tmp_path: Path) -> None:
    async with running(tmp_path, desk_plan(), screen_seconds=0.05) as house, looking(house, "hall") as board:
        first = await board.next()
        again = await board.next()
        assert {**again, "at": ""} == {**first, "at": ""}
        assert again["at"] > first["at"]


async def test_a_ping_is_answered(house: InProcess) -> None:
    async with looking(house, "hall") as board:
        await board.next()
        await board.line.send("ping")
        async with asyncio.timeout(PATIENCE):
            assert await board.line.recv() == "pong"


PRIVATE = {
    "id",
    "ticket_id",
    "login",
    "clerk",
    "phone",
    "card",
    "password",
    "token",
    "link",
    "visitor",
    "key",
}


def _fields(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield key, value
            yield from _fields(value)
    elif isinstance(part, list):
        for each in part:
            yield from _fields(each)


async def test_public_screens_carry_no_name_and_no_id(house: InProcess) -> None:
    await do(
        house,
        OpenWindow(1, "staff-zhang"),
        IssueTicket("secret-id-of-a-visitor", "residence"),
        IssueTicket("another-secret-id", "residence"),
        CallNext(1),
        Start(1),
    )
    for name in ("hall", "window/1", "presence", "kiosk", "ticket/another-secret-id"):
        role, where = (Role.KIOSK, {"kiosk": "kiosk-1"}) if name == "kiosk" else (Role.SCREEN, {})
        async with looking(house, name, role, **where) as screen:
            text = json.dumps(await screen.next(), ensure_ascii=False)
            for key, value in _fields(screen.scene):
                allowed = (name == "kiosk" and key == "card" and value is None) or (
                    key == "phone" and not value
                )
                assert key not in PRIVATE or allowed, (name, key)
            for secret in ("staff-zhang", "secret-id-of-a-visitor", "another-secret-id"):
                assert secret not in text, name


# -- who may look -----------------------------------------------------------------------------------------------


async def test_a_refused_screen_is_told_why_by_a_code(house: InProcess) -> None:
    key = {role: f"bearer.{house.token(role, window=1)}" for role in Role}
    elsewhere = f"bearer.{house.token(Role.SCREEN, hall='elsewhere')}"
    base = house.scenes
    assert await closed(house, f"{base}/hall") == 4401
    assert await closed(house, f"{base}/hall", "bearer.nonsense") == 4401
    assert await closed(house, f"{base}/clerk/1", key[Role.KIOSK]) == 4403
    assert await closed(house, f"{base}/clerk/1", key[Role.SCREEN]) == 4403
    assert await closed(house, f"{base}/clerk/2", key[Role.CLERK]) == 4403
    assert await closed(house, f"{base}/hall", elsewhere) == 4403
    assert await closed(house, f"{base}/window/99", key[Role.SCREEN]) == 4404
    assert await closed(house, f"{base}/window/three", key[Role.SCREEN]) == 4404
    assert await closed(house, f"{base}/ticket/nobody") == 4404
    assert await closed(house, f"{base}/nonsense", key[Role.SCREEN]) == 4404
    assert await closed(house, base.replace("/small/", "/nowhere/") + "/hall", key[Role.SCREEN]) == 4404
    assert await closed(house, base.partition("/api")[0] + "/hall/", key[Role.SCREEN]) == 4404
    assert house.hub.screens == 0


async def test_a_screen_ends_with_its_key(house: InProcess) -> None:
    async with looking(house, "clerk/1") as clerk, looking(house, "hall", Role.SCREEN) as board:
        await clerk.next()
        await board.next()
        with people(house.settings) as (staff, now):
            staff.revoke(now, holder="test program")
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionClosed):
                while True:
                    await clerk.line.recv()
        assert clerk.line.close_code == 4401
        await board.line.send("ping")
        assert await board.line.recv() == "pong", "another key is another's"


async def test_a_screen_that_talks_all_the_time_ends_with_its_key_too(house: InProcess) -> None:
    async with looking(house, "hall") as board:
        with people(house.settings) as (staff, now):
            staff.revoke(now, holder="test program")
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionClosed):
                while True:
                    await board.line.send("ping")
                    await board.line.recv()
        assert board.line.close_code == 4401


async def test_the_screen_of_a_window_that_the_hall_gives_up_is_ended(house: InProcess) -> None:
    plan = desk_plan()
    async with looking(house, "window/4", Role.SCREEN) as sign:
        await sign.next()
        await do(house, AdoptPlan(replace(plan, windows=plan.windows[:3])))
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionClosed):
                while True:
                    await sign.line.recv()
        assert sign.line.close_code == 4404


# -- rubbish ----------------------------------------------------------------------------------------------------


async def test_a_screen_that_sends_rubbish_harms_nobody(house: InProcess) -> None:
    async with looking(house, "hall") as board, looking(house, "hall") as rude:
        await board.next()
        await rude.next()
        for rubbish in ("", "nonsense", "{" * 1000, "\x00", "é" * 20_000, b"\xff\x00" * 10_000, b""):
            await rude.line.send(rubbish)
        await rude.line.send("ping")
        assert await rude.line.recv() == "pong", "it was read and thrown away"
        await do(house, OpenWindow(1), IssueTicket("t1", "residence"), CallNext(1))
        for screen in (board, rude):
            while not screen.scene["calls"]:
                await screen.next()


@pytest.mark.parametrize(
    ("rubbish", "code"),
    [
        pytest.param(
            b"\x81\xfe\x00\x04" + b"\x00" * 4 + b"\xff\xfe\xfd\xfc", 1007, id="text that is no UTF-8"
        ),
        pytest.param(
            b"\x81\xff" + (10_000_000).to_bytes(8, "big") + b"\x00" * 4, 1009, id="a frame of 10 MB"
        ),
        pytest.param(b"\x81\x05hello", 1002, id="a frame without a mask"),
        pytest.param(b"\xff\xff\xff\xff\xff\xff\xff\xff", 1002, id="no frame at all"),
    ],
)
async def test_a_screen_that_breaks_the_protocol_is_ended_alone(
    house: InProcess, rubbish: bytes, code: int
) -> None:
    async with looking(house, "hall") as board:
        await board.next()
        async with raw(house, "hall") as (reader, writer):
            writer.write(rubbish)
            async with asyncio.timeout(PATIENCE):
                while (said := await frame(reader))[0] != 8:
                    pass
                assert int.from_bytes(said[1][:2], "big") == code
                assert await reader.read() == b""
        await do(house, OpenWindow(1), IssueTicket("t1", "residence"), CallNext(1))
        while not board.scene["calls"]:
            await board.next()


# -- slow screens -----------------------------------------------------------------------------------------------


@asynccontextmanager
async def raw(
    house: InProcess, name: str, buffer: int = 0
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A screen by hand: the socket after its first scene, with a small receive buffer if one is wanted."""
    line = socket.socket()
    if buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", house.settings.port))
    reader, writer = await asyncio.open_connection(sock=line, limit=2**16)
    writer.write(
        f"GET /api/v1/halls/{house.hall}/scenes/{name} HTTP/1.1\r\nhost: hall\r\nupgrade: websocket\r\n"
        "connection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"authorization: Bearer {house.token(Role.SCREEN)}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 "), head
    opcode, _ = await frame(reader)
    assert opcode == 1
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next whole frame: opcode and payload (RFC 6455 section 5.2)."""
    async with asyncio.timeout(PATIENCE):
        first, size = await reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await reader.readexactly(8), "big")
        return first & 0x0F, await reader.readexactly(size)


def wordy_plan() -> HallPlan:
    """A hall whose board is a large scene: 40 services with long names."""
    small = desk_plan()
    services = tuple(
        Service(f"s{n}", "名" * 300, "Name " * 120, f"S{n}" if n else "S", 5.0, "main") for n in range(40)
    )
    rules = replace(small.rules, recall_cap=10**6)
    return replace(small, services=(*small.services, *services), rules=rules)


MEBIBYTE = 2**20


async def test_a_screen_that_does_not_read_delays_nobody_holds_little_and_is_right_again_when_it_reads(
    tmp_path: Path,
) -> None:
    async with (
        running(tmp_path, wordy_plan()) as house,
        looking(house, "hall") as board,
        raw(house, "hall", buffer=4096) as (reader, writer),
    ):
        stuck = _line_of(house, writer)
        await board.next()
        await do(house, OpenWindow(1), IssueTicket("t1", "residence"), CallNext(1))
        await board.until("seq", house.service.hall.seq)
        held = turns = 0
        while house.hub.skipped < 20:
            turns += 1
            assert turns < 3000, "the socket took everything"
            await do(house, Recall(1))
            shown = await board.next()
            assert shown["seq"] == house.service.hall.seq, "the other screen is never late"
            held = max(held, stuck.transport.get_write_buffer_size())
        assert 0 < held <= MEBIBYTE
        newest = board.scene
        scene, read = await _reads_until(reader, newest["seq"])
        assert {**scene, "at": ""} == {**newest, "at": ""}
        assert read < turns, "it skipped what was over"


async def test_a_screen_that_does_not_read_is_skipped_on_the_plain_way_too(tmp_path: Path) -> None:
    async with (
        running(tmp_path, wordy_plan(), plain=True) as house,
        looking(house, "hall") as board,
        raw(house, "hall", buffer=4096) as (reader, _),
    ):
        await board.next()
        await do(house, OpenWindow(1), IssueTicket("t1", "residence"), CallNext(1))
        await board.until("seq", house.service.hall.seq)
        turns = 0
        while house.hub.skipped < 20:
            turns += 1
            assert turns < 3000, "the socket took everything"
            await do(house, Recall(1))
            await board.until("seq", house.service.hall.seq)
        newest = board.scene
        scene, read = await _reads_until(reader, newest["seq"])
        assert {**scene, "at": ""} == {**newest, "at": ""}
        assert read < turns, "it skipped what was over"


async def _reads_until(reader: asyncio.StreamReader, seq: int) -> tuple[dict[str, Any], int]:
    """The scene `seq`, and how many were read up to it; none is older than the one before."""
    scene: dict[str, Any] = {"seq": 0}
    read = 0
    while scene["seq"] != seq:
        opcode, payload = await frame(reader)
        if opcode == 1:
            read += 1
            assert scene["seq"] <= json.loads(payload)["seq"]
            scene = json.loads(payload)
    return scene, read


def _line_of(house: InProcess, writer: asyncio.StreamWriter) -> SceneLine:
    """The server's end of a socket."""
    client = writer.get_extra_info("sockname")
    (found,) = (
        screen.line
        for channel in house.hub._channels.values()
        for screen in channel.screens
        if screen.line is not None and screen.line.client == client
    )
    return found


async def test_a_screen_that_asks_and_asks_and_does_not_read_makes_nothing_grow(tmp_path: Path) -> None:
    async with running(tmp_path, desk_plan()) as house, raw(house, "hall", buffer=4096) as (_, writer):
        stuck = _line_of(house, writer)
        ping = b"\x89\xfd" + b"\x00" * 4 + b"?" * 125
        held = 0
        for _ in range(1500):
            writer.write(ping * 100)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await writer.drain()
            held = max(held, stuck.transport.get_write_buffer_size())
        assert 0 < held <= MEBIBYTE


async def test_a_screen_that_went_away_is_forgotten(house: InProcess) -> None:
    async with looking(house, "hall") as board:
        await board.next()
        assert house.hub.screens == 1
        async with raw(house, "hall"):
            assert house.hub.screens == 2
        await do(house, OpenWindow(1))
        while house.hub.screens == 2:
            await board.line.send("ping")
            await board.line.recv()
    async with looking(house, "window/1") as last:
        await last.next()
        while house.hub.screens > 1:
            await last.line.send("ping")
            await last.line.recv()
        assert [name for _, name in house.hub._channels] == ["window/1"]


async def test_a_line_that_answers_no_pings_is_given_up_though_it_never_reads_the_goodbye(
    tmp_path: Path,
) -> None:
    async with (
        running(tmp_path, wordy_plan()) as house,
        raw(house, "hall", buffer=4096) as (_, writer),
    ):
        await do(house, OpenWindow(1), IssueTicket("t1", "residence"), CallNext(1))
        while not house.hub.skipped:
            await do(house, Recall(1))
        stuck = _line_of(house, writer)
        stuck.keepalive_timeout()
        async with asyncio.timeout(PATIENCE), connect(f"{house.scenes}/ticket/t1", compression=None) as phone:
            while house.hub.screens > 1:
                await phone.send("ping")
                await phone.recv()


async def test_a_supervisor_sees_the_whole_hall_change_and_nobody_else_may(house: InProcess) -> None:
    async with looking(house, "console", Role.SUPERVISOR) as screen:
        scene = await screen.next()
        assert [zone["code"] for zone in scene["zones"]] == ["main", "tax"]
        assert scene["windows"] == 4 and scene["open_windows"] == 0
        await do(house, OpenWindow(1, "li"), IssueTicket("t-1", "residence"), CallNext(1))
        scene = await screen.until("at_windows", 1)
        window = scene["zones"][0]["windows"][0]
        assert (window["number"], window["clerk"], window["state"]) == ("A001", "li", "calling")
    for role in (Role.SCREEN, Role.CLERK, Role.PROGRAM):
        key = house.token(role)
        assert await closed(house, f"{house.scenes}/console", f"bearer.{key}") == 4403
