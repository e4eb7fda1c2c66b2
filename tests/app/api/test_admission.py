"""A number for somebody whom the hall knows by a card, by a number typed at a desk, or by asking another system."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from app.clock import Clock, HeldClock
from app.core.commands import CallNext, Finish, OpenWindow, Start
from app.core.errors import OutsideSilent
from app.core.events import TicketIssued
from app.core.people import RegisteredAgent
from app.core.plan import DeviceKind, DevicePlan, HallPlan, NoAnswer, Opening, OutsideCheck
from app.core.rights import Role
from app.core.shown import ScreenRules
from app.holders import Holders
from app.outside import Outside
from app.rooms import DeviceRoom
from drivers.media import Card, CardKind, Sex
from drivers.wire.idnumber import check_of_18
from tests.app.api.conftest import desk_plan
from tests.app.api.inprocess import InProcess, running

FIRST = "69999920990301002"
NUMBER = FIRST + check_of_18(FIRST)
CARD = Card(CardKind.RESIDENT, NUMBER, "测试甲", Sex.FEMALE, date(2099, 3, 1))
OLD = Card(CardKind.RESIDENT, "699999190903010023", "测试乙", Sex.MALE, date(1909, 3, 1))
HOLDER = Holders("secret").card(NUMBER, CardKind.RESIDENT)


def kiosk_plan(**others: Any) -> HallPlan:
    plan = desk_plan()
    reader = DevicePlan("reader-1", DeviceKind.CARD_READER, "stx+tcp://127.0.0.1:9", kiosk="kiosk-1")
    return replace(plan, devices=(*plan.devices, reader), **others)


class Hall:
    """A running hall, its kiosk and its desk."""

    def __init__(self, house: InProcess) -> None:
        self.house = house
        self.tokens = {
            "kiosk": house.token(Role.KIOSK, hall="small", kiosk="kiosk-1"),
            "other kiosk": house.token(Role.KIOSK, hall="small", kiosk="kiosk-2"),
            "clerk": house.token(Role.CLERK, hall="small", window=1),
        }
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{house.settings.port}/api/v1/halls/small", verify=False
        )

    async def ask(self, role: str, key: str = "", **body: Any) -> httpx.Response:
        headers = {
            "authorization": f"Bearer {self.tokens[role]}",
            **({"idempotency-key": key} if key else {}),
        }
        return await self.client.post("/tickets", json={"service": "residence", **body}, headers=headers)

    def lay(self, card: Card = CARD) -> str:
        """Lay a card on the reader; the id that the page is told."""
        room: DeviceRoom = self.house.app.state.house.devices
        room._rooms["small"].heard("reader-1", card, "", lambda: None)
        notice = room.card("small", "kiosk-1")
        assert notice is not None
        return notice.id

    def issued(self) -> list[tuple[str, str]]:
        return [(each.holder, each.priority_class) for each in self.house.service.hall.tickets.values()]

    async def written(self) -> str:
        """Everything that lies on the disk."""
        path = self.house.settings.sqlite_path
        assert path is not None
        files = await asyncio.to_thread(lambda: [each.read_bytes() for each in path.parent.iterdir()])
        return b"".join(files).decode("utf-8", "replace")


@asynccontextmanager
async def open_hall(folder: Path, plan: HallPlan, clock: Clock | None = None) -> AsyncIterator[Hall]:
    async with running(folder, plan, clock=clock, devices=True, card_key="secret") as house:
        hall = Hall(house)
        yield hall
        await hall.client.aclose()


async def test_a_card_brings_hash_and_class_and_no_page_sees_more_than_its_id(tmp_path: Path) -> None:
    async with open_hall(tmp_path, kiosk_plan()) as hall:
        card = hall.lay(OLD)
        assert (await hall.ask("other kiosk", card=card)).json()["rule"] == "card-gone"
        answer = await hall.ask("kiosk", card=card, service="tax")
        assert answer.status_code == 201
        assert answer.json()["priority_class"] == "elderly"
        assert (await hall.ask("kiosk", card=card)).json()["rule"] == "card-gone", "a card is for one number"
        card = hall.lay()
        assert (await hall.ask("kiosk", card=card)).status_code == 201
        assert hall.issued()[1] == (HOLDER, "ordinary")
        refused = await hall.ask("kiosk", card=hall.lay())
        assert refused.json()["rule"] == "already-holding"
        written = await hall.written()
        for secret in (NUMBER, CARD.name, OLD.number, OLD.name):
            assert secret not in written
        assert HOLDER in written


async def test_who_declines_the_class_of_a_card_is_ordinary(tmp_path: Path) -> None:
    async with open_hall(tmp_path, kiosk_plan()) as hall:
        answer = await hall.ask("kiosk", card=hall.lay(OLD), priority_class="ordinary")
        assert answer.json()["priority_class"] == "ordinary"


async def test_a_refused_number_gives_the_card_back_and_a_repeated_press_finds_its_answer(
    tmp_path: Path,
) -> None:
    async with open_hall(tmp_path, kiosk_plan()) as hall:
        card = hall.lay()
        assert (await hall.ask("kiosk", card=card, service="nothing")).status_code == 404
        first, again = await asyncio.gather(*(hall.ask("kiosk", "press-1", card=card) for _ in range(2)))
        assert first.status_code == again.status_code == 201
        assert first.content == again.content == (await hall.ask("kiosk", "press-1", card=card)).content
        assert len(hall.issued()) == 1


async def test_a_number_typed_at_a_desk_is_hashed_and_nothing_else_is_kept(tmp_path: Path) -> None:
    async with open_hall(tmp_path, kiosk_plan()) as hall:
        assert (await hall.ask("kiosk", identity=NUMBER)).status_code == 403
        wrong = await hall.ask("clerk", identity=NUMBER[:-1] + "0")
        assert (wrong.status_code, wrong.json()["rule"], wrong.json()["field"]) == (
            422,
            "wrong-identity",
            "identity",
        )
        assert NUMBER[:-1] not in wrong.text
        first = await hall.ask("clerk", "desk-1", identity=NUMBER)
        assert first.status_code == 201
        assert (await hall.ask("clerk", "desk-1", identity=NUMBER)).content == first.content
        assert (await hall.ask("clerk", "desk-1", identity=OLD.number)).status_code == 422
        assert hall.issued() == [(HOLDER, "ordinary")]
        assert NUMBER not in await hall.written()


async def test_a_registered_agent_is_known_by_the_card(tmp_path: Path) -> None:
    agent = RegisteredAgent(HOLDER, date(2020, 1, 1), per_day=2)
    async with open_hall(tmp_path, kiosk_plan(registered_agents=(agent,))) as hall:
        for _ in range(2):
            assert (await hall.ask("kiosk", card=hall.lay())).status_code == 201
        refused = await hall.ask("kiosk", card=hall.lay())
        assert refused.json()["rule"] == "agent-limit"
        assert "最多 2 个" in refused.json()["texts"]["zh"]


# -- another system ---------------------------------------------------------------------------------------------

Answering = Callable[[dict[str, Any]], Awaitable[bytes]]


@asynccontextmanager
async def registry(answering: Answering) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """Another system, on a port of its own; what it was asked."""
    asked: list[dict[str, Any]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            asked.append(json.loads(await reader.readexactly(length)))
            writer.write(await answering(asked[-1]))
            await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/may-take", asked
    finally:
        server.close()


def http(body: str, status: int = 200) -> Answering:
    async def answering(_: dict[str, Any]) -> bytes:
        data = body.encode()
        return (
            f"HTTP/1.1 {status} X\r\ncontent-length: {len(data)}\r\nconnection: close\r\n\r\n".encode() + data
        )

    return answering


def checked(url: str, no_answer: NoAnswer = NoAnswer.ALLOW, timeout: float = 5.0) -> HallPlan:
    plan = kiosk_plan()
    first = replace(plan.services[0], check=OutsideCheck(url, timeout, no_answer))
    return replace(plan, services=(first, *plan.services[1:]))


async def test_another_system_is_told_the_hash_alone_and_says_no_in_its_own_words(tmp_path: Path) -> None:
    said = json.dumps({"may": False, "zh": "您有未处理的事项\n请先办理", "en": "Something is pending"})
    async with registry(http(said)) as (url, asked), open_hall(tmp_path, checked(url)) as hall:
        card = hall.lay()
        refused = await hall.ask("kiosk", card=card)
        assert (refused.status_code, refused.json()["rule"]) == (409, "outside-says-no")
        assert refused.json()["texts"] == {
            "zh": "户籍登记 现在不能取号:您有未处理的事项 请先办理",
            "en": "No number for Residence registration now: Something is pending",
        }
        assert asked[0].pop("at")
        assert asked == [
            {"hall": "small", "service": "residence", "holder": HOLDER, "priority_class": "ordinary"}
        ]
        assert (await hall.ask("kiosk", card=card, service="tax")).status_code == 201, (
            "tax is not asked about"
        )
        assert len(asked) == 1


async def test_a_yes_gives_the_number_and_a_repeated_press_does_not_ask_again(tmp_path: Path) -> None:
    async with registry(http('{"may": true}')) as (url, asked), open_hall(tmp_path, checked(url)) as hall:
        assert (await hall.ask("kiosk", "press-1")).status_code == 201
        assert (await hall.ask("kiosk", "press-1")).status_code == 201
        assert asked[0]["holder"] == ""
        assert len(asked) == 1
        (event,) = hall.house.service.hall.tickets.values()
        assert event.holder == ""


async def silent(_: dict[str, Any]) -> bytes:
    await asyncio.sleep(30)
    return b""


async def test_where_no_answer_comes_the_halls_own_rule_decides(tmp_path: Path) -> None:
    async with registry(silent) as (url, asked):
        async with open_hall(tmp_path / "a", checked(url, NoAnswer.ALLOW, 0.2)) as hall:
            assert (await hall.ask("kiosk")).status_code == 201
        async with open_hall(tmp_path / "b", checked(url, NoAnswer.REFUSE, 0.2)) as hall:
            refused = await hall.ask("kiosk")
            assert (refused.status_code, refused.json()["rule"]) == (409, "outside-silent")
            assert "没有应答" in refused.json()["texts"]["zh"]
    assert len(asked) == 2


@pytest.mark.parametrize(
    "answering",
    [http("{}"), http("no", 500), http('{"may": "yes"}'), http('{"may": true}', 302), http("[" * 9000)],
    ids=["nothing said", "broken", "not a yes", "elsewhere", "rubbish"],
)
async def test_what_is_no_answer_is_none(answering: Answering) -> None:
    outside = Outside()
    now = datetime(2099, 3, 2, 9, 0, tzinfo=UTC)
    async with registry(answering) as (url, _):
        for rule in NoAnswer:
            service = checked(url, rule).services[0]
            if rule is NoAnswer.ALLOW:
                await outside.must_allow("small", service, "", "ordinary", now)
            else:
                with pytest.raises(OutsideSilent):
                    await outside.must_allow("small", service, "", "ordinary", now)
    await outside.close()


async def test_a_number_that_the_hall_refuses_anyway_is_not_asked_about(tmp_path: Path) -> None:
    async with registry(http('{"may": true}')) as (url, asked), open_hall(tmp_path, checked(url)) as hall:
        assert (await hall.ask("kiosk", priority_class="nobility")).json()["rule"] == "unknown-class"
        assert asked == []


async def test_another_system_is_asked_too_when_a_booking_becomes_a_number(tmp_path: Path) -> None:
    said: dict[str, Any] = {"may": False, "zh": "您有未处理的事项", "en": "Something is pending"}

    async def answering(asked: dict[str, Any]) -> bytes:
        return await http(json.dumps(said))(asked)

    async with registry(answering) as (url, asked):
        plan = checked(url)
        first = replace(plan.services[0], bookable=True, slot_capacity=2)
        plan = replace(
            plan,
            services=(first, *plan.services[1:]),
            hours=dict.fromkeys(range(7), (Opening(time(0), time(23, 59)),)),
        )
        clock = HeldClock(datetime(2026, 9, 27, 23, 50, tzinfo=UTC))
        async with open_hall(tmp_path, plan, clock) as hall:
            body = {"service": "residence", "starts": "2026-09-28T09:00:00+08:00", "phone": "199 0000 0001"}
            headers = {"authorization": f"Bearer {hall.tokens['clerk']}"}
            made = (await hall.client.post("/bookings/staff", json=body, headers=headers)).json()
            clock.pass_by(3600)
            for path, code in (("check-in", made["number"]), (f"{made['id']}/check-in", "")):
                refused = await hall.client.post(
                    f"/bookings/{path}", json={"code": code} if code else None, headers=headers
                )
                assert (refused.status_code, refused.json()["rule"]) == (409, "outside-says-no"), refused.text
            assert hall.issued() == []
            assert asked[0]["holder"] == hall.house.service.hall.bookings.by_id[made["id"]].holder != ""
            said["may"] = True
            came = await hall.client.post(
                "/bookings/check-in", json={"code": made["number"]}, headers=headers
            )
            assert came.status_code == 201
            assert len(asked) == 3


def test_a_journal_from_before_knows_of_no_holder() -> None:
    assert TicketIssued.__dataclass_fields__["holder"].default == ""


async def on_the_board(house: InProcess) -> list[tuple[str, str]]:
    """Number and name of the calls that a board is shown."""
    key = await asyncio.to_thread(house.token, Role.SCREEN, hall="small")
    words = [Subprotocol("tidehall.v1"), Subprotocol(f"bearer.{key}")]
    async with asyncio.timeout(30), connect(f"{house.scenes}/hall", subprotocols=words) as line:
        return [(call["number"], call["name"]) for call in json.loads(await line.recv())["calls"]]


async def test_a_board_shows_the_first_character_of_a_name_only_where_the_hall_wants_it(
    tmp_path: Path,
) -> None:
    plan = kiosk_plan()
    wanted = replace(plan, rules=replace(plan.rules, screens=ScreenRules(masked_names=True)))
    for folder, this, shown in (("wants", wanted, "测*"), ("usual", plan, "")):
        async with open_hall(tmp_path / folder, this) as hall:
            assert (await hall.ask("kiosk", card=hall.lay())).status_code == 201
            for command in (OpenWindow(1), CallNext(1)):
                await hall.house.service.handle(command)
            assert await on_the_board(hall.house) == [("A001", shown)]
            for command in (Start(1), Finish(1)):
                await hall.house.service.handle(command)
            kept = hall.house.app.state.house.called_names
            assert kept.shown(hall.house.service.hall) == {}, "forgotten with the visit"
            assert "测*" not in await hall.written(), "and never written down"
