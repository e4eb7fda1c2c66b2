"""Loudspeakers on real sockets: one speaks in each zone, each call once, also when it goes, and with the server's sound."""

import asyncio
import json
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.core.commands import CallNext, GrantClass, IssueTicket, OpenWindow, Recall, Start
from app.core.plan import HallPlan
from app.core.rights import Role
from app.core.shown import VoiceMode
from tests.app.api.conftest import desk_plan
from tests.app.api.inprocess import InProcess, running

PATIENCE = 20.0


def plan_with(**voice: Any) -> HallPlan:
    plan = desk_plan()
    rules = replace(plan.rules, voice=replace(plan.rules.voice, gap_seconds=0.0, **voice))
    return replace(
        plan,
        rules=rules,
        zones=tuple(replace(each, audio=each.code[:3] if each.code == "tax" else "") for each in plan.zones),
    )


class Loudspeaker:
    """A board that can be heard."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.role = ""

    async def next(self, seconds: float = PATIENCE) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            word: dict[str, Any] = json.loads(await self.line.recv())
        self.role = word["role"]
        return word

    async def call(self) -> dict[str, Any]:
        """The next thing to say."""
        while True:
            said: dict[str, Any] | None = (await self.next())["say"]
            if said is not None:
                return said

    async def says(self, what: dict[str, Any]) -> None:
        await self.line.send(f"began {what['id']}")
        await self.line.send(f"done {what['id']}")


@asynccontextmanager
async def loudspeaker(
    house: InProcess, zone: str = "", role: Role | None = Role.SCREEN
) -> AsyncIterator[Loudspeaker]:
    protocols = [Subprotocol("tidehall.v1")]
    if role is not None:
        key = await asyncio.to_thread(house.token, role, hall=house.hall)
        protocols.append(Subprotocol(f"bearer.{key}"))
    url = house.scenes.replace("/scenes", f"/voice?zone={zone}")
    async with connect(url, subprotocols=protocols) as line:
        yield Loudspeaker(line)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[InProcess]:
    async with running(tmp_path, plan_with()) as made:
        yield made


async def call(house: InProcess, window: int, service: str = "residence", ticket: str = "") -> str:
    """Somebody takes a number and is called to a window."""
    ticket = ticket or f"{service}-for-{window}"
    await house.service.handle(IssueTicket(ticket, service))
    await house.service.handle(OpenWindow(window, "clerk"))
    await house.service.handle(CallNext(window))
    return ticket


async def test_a_call_reaches_the_loudspeaker_and_is_said_once_also_after_a_reconnect(
    house: InProcess,
) -> None:
    async with loudspeaker(house) as board:
        assert (await board.next())["role"] == "speaker"
        await call(house, 1)
        said = await board.call()
        assert [each["text"] for each in said["phrases"]][:2] == [
            "请 诶 零零幺 号,到 一 号窗口办理。",
            "Number A 0 0 1, please go to window 1.",
        ]
        assert (said["phrases"][0]["rate"], said["phrases"][0]["volume"], len(said["phrases"])) == (
            0.9,
            0.8,
            4,
        )
        await board.says(said)
    async with loudspeaker(house) as board:
        assert (await board.next())["say"] is None
        with pytest.raises(TimeoutError):
            await board.next(0.3)
        await house.service.handle(Recall(1))
        assert (await board.call())["id"] != said["id"]


async def test_the_second_call_waits_until_the_first_is_said(house: InProcess) -> None:
    async with loudspeaker(house) as board:
        await board.next()
        await call(house, 1)
        first = await board.call()
        await board.line.send(f"began {first['id']}")
        await call(house, 2, "social")
        with pytest.raises(TimeoutError):
            await board.next(0.3)
        await board.line.send(f"done {first['id']}")
        assert (await board.call())["number"] == "B001"


async def test_of_two_boards_in_a_zone_one_speaks_and_the_other_steps_in(house: InProcess) -> None:
    async with loudspeaker(house) as second, loudspeaker(house) as late:
        assert (await second.next())["role"] == "speaker"
        assert (await late.next())["role"] == "standby"
        await call(house, 1)
        said = await second.call()
        await second.line.close()  # before it began
        assert (await late.call())["id"] == said["id"]
        assert late.role == "speaker"
        await late.line.send(f"began {said['id']}")
        await late.line.close()  # in the middle of it
    async with loudspeaker(house) as third:
        await third.next()
        with pytest.raises(TimeoutError):
            await third.next(0.3)


async def test_who_is_served_before_their_turn_came_is_not_called(house: InProcess) -> None:
    async with loudspeaker(house) as board:
        await board.next()
        await call(house, 1)
        first = await board.call()
        await board.line.send(f"began {first['id']}")
        await call(house, 2, "social")
        await house.service.handle(Start(2))
        await call(house, 4, ticket="third")
        await board.line.send(f"done {first['id']}")
        assert (await board.call())["number"] == "A002"


async def test_a_zone_with_loudspeakers_of_its_own_hears_its_own_calls(house: InProcess) -> None:
    async with loudspeaker(house) as whole, loudspeaker(house, "tax") as tax:
        assert (await whole.next())["role"] == (await tax.next())["role"] == "speaker"
        await call(house, 3, "tax")
        assert (await tax.call())["number"] == "C001"
        with pytest.raises(TimeoutError):
            await whole.next(0.3)


async def test_the_elderly_are_called_slower_louder_and_once_more(house: InProcess) -> None:
    async with loudspeaker(house) as board:
        await board.next()
        await house.service.handle(IssueTicket("old", "residence"))
        await house.service.handle(GrantClass("old", "elderly", "asked for it"))
        await house.service.handle(OpenWindow(1, "clerk"))
        await house.service.handle(CallNext(1))
        phrases = (await board.call())["phrases"]
        assert len(phrases) == 6
        assert {(each["rate"], each["volume"]) for each in phrases} == {(0.7, 1.0)}


async def test_a_quiet_hall_rings_and_a_silent_hall_does_not(tmp_path: Path) -> None:
    for mode, heard in ((VoiceMode.CHIME, True), (VoiceMode.SILENT, False)):
        folder = tmp_path / mode.value
        folder.mkdir()
        async with running(folder, plan_with(mode=mode)) as house, loudspeaker(house) as board:
            assert (await board.next())["mode"] == mode.value
            await call(house, 1)
            if heard:
                said = await board.call()
                assert (said["chime"], said["phrases"]) == (True, [])
            else:
                with pytest.raises(TimeoutError):
                    await board.next(0.3)


ENGINE = """import sys, wave
out, words, rate = sys.argv[1:4]
with wave.open(out, "wb") as sound:
    sound.setparams((1, 2, 8000, 0, "NONE", ""))
    sound.writeframes(bytes(2) * len(words) * 10)
print(words)
"""


async def test_the_servers_sound_is_made_once_and_played_with_the_screens_key(tmp_path: Path) -> None:
    engine = tmp_path / "engine.py"
    engine.write_text(ENGINE, encoding="utf-8")
    sounds = tmp_path / "sounds"
    command = f"{sys.executable} {engine} {{out}} {{words}} {{rate}}"
    async with (
        running(tmp_path, plan_with(mode=VoiceMode.SERVER), voice=command, sounds=sounds) as house,
        loudspeaker(house) as board,
    ):
        await board.next()
        await call(house, 1)
        said = await board.call()
        names = [each["sound"] for each in said["phrases"]]
        assert names[:2] == names[2:] and len({*names}) == 2
        assert sorted(path.name for path in sounds.iterdir()) == sorted({*names})
        base = house.scenes.replace("ws:", "http:").replace("/scenes", "")
        key = await asyncio.to_thread(house.token, Role.SCREEN, hall=house.hall)
        async with httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}, verify=False) as client:
            answer = await client.get(f"{base}/sounds/{names[0]}")
            assert answer.headers["content-type"] == "audio/wav"
            with wave.open(str(sounds / names[0])) as sound:
                # The words are pinyin: a letter for each sign of the sentence would be fewer.
                assert sound.getnframes() > 10 * len(said["phrases"][0]["text"])
            for nonsense in ("..%2f..%2fhall.db", "x" * 40 + ".wav", "0" * 40 + ".wav"):
                assert (await client.get(f"{base}/sounds/{nonsense}")).status_code == 404
        async with httpx.AsyncClient(verify=False) as client:
            assert (await client.get(f"{base}/sounds/{names[0]}")).status_code == 401


async def test_without_a_key_nobody_listens(house: InProcess) -> None:
    async with loudspeaker(house, role=None) as board:
        with pytest.raises(ConnectionClosed):
            await board.next()
        assert board.line.close_code == 4401
