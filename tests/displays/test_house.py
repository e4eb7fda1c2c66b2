"""The pages against the real server: a visitor, a clerk and the board on one small hall, and the plug pulled between."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.displays.conftest import OpenPage
from tests.hallserver import HallServer
from tests.plans import small_plan

Keep = Callable[[Page, str], Awaitable[None]]
COLUMN = {"width": 360, "height": 900}
PASSWORD = "correct horse 3"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """One server for all of this file: a start costs more than a test. Each test keeps to its own window and service."""
    server = HallServer(tmp_path_factory.mktemp("house"), small_plan())
    server.user("clerk1", PASSWORD)
    server.start()
    yield server
    server.stop()


def address(server: HallServer, name: str, token: str = "", **query: str | int) -> str:
    words = "&".join(f"{key}={value}" for key, value in {"hall": server.hall, **query}.items())
    return f"{server.url}/{name}/?{words}" + (f"#token={token}" if token else "")


def kiosk(server: HallServer) -> str:
    return address(server, "kiosk", server.token("kiosk", hall=server.hall, kiosk="kiosk-1"))


def board(server: HallServer) -> str:
    return address(server, "hall", server.token("screen", hall=server.hall))


async def sign_in(page: Page, window: int) -> None:
    await page.get_by_label("账号").fill("clerk1")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("clerk-head .place .number")).to_have_text(str(window))


async def test_from_a_pressed_button_to_a_called_number_and_its_end(
    house: HallServer, visit: OpenPage, shot: Keep
) -> None:
    machine = await visit(kiosk(house), 1080, 1920)
    hall = await visit(board(house), 1920, 1080)
    desk = await visit(address(house, "clerk", window=1), **COLUMN)
    await sign_in(desk, 1)
    await desk.locator("[data-move=open]").click()
    await expect(desk.locator(".state")).to_have_attribute("data-state", "idle")

    await machine.locator(".service", has_text="户籍登记").click()
    await expect(machine.locator(".big")).to_have_text("A001")
    await expect(machine.locator(".facts")).to_contain_text("综合区")
    qr = machine.locator(".qr")
    assert await qr.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    picture = await qr.get_attribute("src")
    assert picture is not None
    ticket = picture.split("/")[-2]
    await shot(machine, "house-kiosk-number")

    phone = await visit(address(house, "ticket", id=ticket), 390, 844)
    await expect(phone.locator(".big")).to_have_text("0")
    await expect(hall.locator("hall-waiting .title .number")).to_have_text("1")

    await desk.locator("[data-move=call-next]").click()
    await expect(hall.locator(".hero .call")).to_have_text("A001")
    await expect(phone.locator(".card")).to_contain_text("轮到您了")
    await expect(desk.locator("clerk-ticket .big")).to_have_text("A001")
    await shot(hall, "house-hall")
    await shot(desk, "house-clerk")
    await desk.keyboard.press("s")
    await expect(desk.locator(".state")).to_have_attribute("data-state", "serving")
    await desk.reload()
    await expect(desk.locator("clerk-ticket .big")).to_have_text("A001")
    await desk.keyboard.press("f")
    await expect(phone.locator(".card")).to_contain_text("已办结")
    await expect(hall.locator(".hero")).to_have_count(0)
    await expect(hall.locator("hall-recent")).to_contain_text("A001")
    await expect(desk.locator("clerk-figures")).to_contain_text("1")


async def test_pages_are_right_again_within_two_seconds_of_a_killed_servers_return(
    house: HallServer, visit: OpenPage
) -> None:
    hall = await visit(board(house), may_complain=True)
    machine = await visit(kiosk(house), may_complain=True)
    desk = await visit(address(house, "clerk", window=2), may_complain=True, **COLUMN)
    await sign_in(desk, 2)
    await desk.locator("[data-move=open]").click()
    await machine.locator(".service", has_text="社会保险").click()
    await expect(machine.locator(".big")).to_have_text("B001")
    await machine.keyboard.press("Escape")
    await desk.locator("[data-move=call-next]").click()
    await expect(hall.locator(".hero .call")).to_have_text("B001")
    pages = (hall, machine, desk)

    took = [await _return(house, pages, desk)]
    # A machine that others use is slow now and then: the best of three.
    while min(took) >= 2 and len(took) < 3:
        took.append(await _return(house, pages, desk))
    assert min(took) < 2, took
    await expect(hall.locator(".hero .call")).to_have_text("B001")
    await desk.locator("[data-move=start]").click()
    await expect(desk.locator(".state")).to_have_attribute("data-state", "serving")


async def _return(house: HallServer, pages: tuple[Page, ...], desk: Page) -> float:
    """Kill the server and bring it back: seconds until the last page is right again."""
    await asyncio.to_thread(house.kill)
    for page in pages:
        await page.wait_for_function("() => document.documentElement.dataset.line === 'stale'")
    await expect(desk.locator("[data-move]:enabled")).to_have_count(0)
    await asyncio.to_thread(house.start)
    back = time.monotonic()
    for page in pages:
        await page.wait_for_function("() => document.documentElement.dataset.line === 'live'")
    return time.monotonic() - back


async def test_the_real_scenes_of_public_screens_carry_no_name_of_a_clerk(
    house: HallServer, visit: OpenPage
) -> None:
    desk = await visit(address(house, "clerk", window=4), **COLUMN)
    await sign_in(desk, 4)
    await desk.locator("[data-move=open]").click()
    heard: list[str] = []
    for url in (
        board(house),
        kiosk(house),
        address(house, "window", house.token("screen", hall=house.hall), window=4),
    ):
        page = await visit("about:blank")
        page.on("websocket", lambda line: line.on("framereceived", lambda frame: heard.append(str(frame))))
        await page.goto(url)
        await page.wait_for_function("() => document.documentElement.dataset.line === 'live'")
    assert len(heard) >= 3
    assert not [text for text in heard if "clerk1" in text]
    scenes = [text for text in heard if text != "pong"]
    assert all(json.loads(text)["seq"] >= 0 for text in scenes)


async def test_a_key_for_nothing_is_refused_in_words(house: HallServer, visit: OpenPage) -> None:
    page = await visit(address(house, "hall", "no-such-key"), may_complain=True)
    await expect(page.locator("line-state")).to_contain_text("未登记")


async def test_the_doors_and_the_set_up_page_are_served(house: HallServer, visit: OpenPage) -> None:
    page = await visit(house.url)
    await expect(page.locator("h2")).to_contain_text("小镇便民服务中心")
    page = await visit(f"{house.url}/setup/#code=wrong", may_complain=True)
    for label, words in (
        ("姓名", "甲"),
        ("账号", "admin"),
        ("密码(至少", "long enough"),
        ("再输入一次", "long enough"),
    ):
        await page.get_by_label(label).fill(words)
    await page.get_by_role("button", name="创建管理员").click()
    await expect(page.locator(".said")).to_contain_text("设置链接已使用或已过期")


async def test_a_call_is_heard_from_the_board_and_the_service_is_rated_at_the_pad(
    house: HallServer, visit: OpenPage
) -> None:
    lobby = await visit(board(house).replace("#", "&voice=1#"), 1920, 1080)
    await lobby.evaluate("""() => {
        window.heard = [];
        speechSynthesis.speak = words => { window.heard.push(words.text); setTimeout(() => words.onend(), 5); };
    }""")
    pad = await visit(address(house, "pad", house.token("pad", hall=house.hall, window=3), window=3))  # type: ignore[arg-type]
    await expect(pad.locator(".rest")).to_contain_text("窗口未开放")
    key = {"authorization": f"Bearer {house.token('program', hall=house.hall)}"}
    async with httpx.AsyncClient(base_url=house.api + "/", headers=key, timeout=20, verify=False) as desk:
        ticket = (await desk.post("tickets", json={"service": "tax"})).json()
        for verb in ("open", "call-next"):
            assert (await desk.post(f"windows/3/{verb}")).status_code == 200
        await lobby.wait_for_function("() => window.heard.length === 4")
        assert (await lobby.evaluate("window.heard"))[0] == "请 西 零零幺 号,到 三 号窗口办理。"
        await desk.post("windows/3/start")
        await expect(pad.locator(".rest")).to_contain_text("正在为您办理")
        assert (await desk.post("windows/3/panel", json={"text": "请在这里签名。"})).status_code == 204
        await expect(pad.locator(".panel")).to_have_text("请在这里签名。")
        await desk.post("windows/3/finish")
        await pad.locator("button[data-level='2']").click()
        await pad.get_by_role("button", name="等候时间长").click()
        await pad.get_by_role("button", name="提交评价").click()
        await expect(pad.locator(".rest")).to_contain_text("谢谢您的评价")
        phone = await visit(address(house, "ticket", id=ticket["id"]), 390, 844)
        await expect(phone.locator(".hint")).to_contain_text("谢谢您的评价")
        await expect(phone.locator(".rate")).to_be_hidden()
        events = (await desk.get("events?limit=2000")).json()["events"]
    (rated,) = (each["data"] for each in events if each["name"] == "TicketRated")
    assert (rated["ticket"], rated["level"], rated["reasons"], rated["channel"]) == (
        ticket["id"],
        2,
        ["wait"],
        "pad",
    )
