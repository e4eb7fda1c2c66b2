"""The console: the whole hall at a glance, the tide's proposals answered, the story of a number, devices in trouble."""

import re
from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, problem, saying

Keep = Callable[[Page, str], Awaitable[None]]
WALL = {"width": 1920, "height": 1080}


def call(seq: int, number: str, minute: int, why: str) -> dict[str, object]:
    return {
        "seq": seq,
        "at": f"2099-03-02T09:{minute:02d}:00+08:00",
        "ticket": f"tick-{number}",
        "number": number,
        "service": "s-a",
        "priority_class": "ordinary",
        "window": 3,
        "by": "clerk03",
        "code": "credit",
        "texts": {"zh": f"3号窗口呼叫 {number}:{why}。", "en": f"W03 called {number}: {why}."},
    }


def device(name: str, health: str, *troubles: str) -> dict[str, object]:
    return {
        "name": name,
        "kind": "printer",
        "url": "escpos+tcp://10.0.0.9:9100",
        "window": None,
        "kiosk": "kiosk-1",
        "zone": "",
        "health": health,
        "troubles": list(troubles),
        "word": "",
        "firmware": "",
        "garbled": 0,
        "since": "2099-03-02T09:40:00+08:00",
        "latency_p50": 0.004,
        "latency_p99": 0.02,
    }


@pytest.fixture
def room(stage: Stage) -> Stage:
    """The county hall, with an administrator at its console."""
    stage.hall = scenes.hall_info()
    stage.scenes["console"] = scenes.console()
    for path, body in {
        "/sessions/current": scenes.WHO,
        "/tide": scenes.TIDE,
        "/calls": {"calls": [call(90, "A031", 40, "积分 12"), call(80, "A029", 38, "积分 11")], "next": 80},
        "/devices": [
            device("b-well", "online"),
            device("a-paper", "degraded", "paper_low"),
            device("c-gone", "offline", "no_answer"),
        ],
    }.items():
        stage.answers[f"GET {path}"] = saying(body)
    return stage


async def test_every_window_and_queue_is_on_the_map_with_its_alerts(
    room: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(room.page("console"), **WALL)
    await expect(page.locator(".tile")).to_have_count(30)
    await expect(page.locator(".band .queue")).to_have_count(20)
    seven = page.locator('.tile[data-window="7"]')
    await expect(seven).to_have_attribute("data-level", "red")
    await expect(seven.locator(".who")).to_have_text("空闲 Free")
    await expect(page.locator('.tile[data-window="8"] .who')).to_have_text(scenes.console_window(8).number)
    await expect(page.locator('.tile[data-window="8"] .age')).to_have_text("8′")
    await expect(page.locator('[data-figure="waiting"] dd')).to_have_text("124")
    await expect(page.locator("console-alerts li")).to_have_count(3)
    await shot(page, "console-live")
    await room.show("console", scenes.console(seq=101, alerts=0))
    await expect(page.locator("console-alerts")).to_contain_text("一切正常")


async def test_an_alert_leads_to_its_window_and_the_window_opens_its_sheet(
    room: Stage, visit: OpenPage
) -> None:
    page = await visit(room.page("console"), **WALL)
    await page.locator('[data-alert="paused:4"] button').click()
    await expect(page.locator('.tile[data-window="4"]')).to_be_focused()
    await page.keyboard.press("Enter")
    sheet = page.locator("console-sheet")
    await expect(sheet).to_contain_text("4 号窗口")
    await expect(sheet).to_contain_text("用餐")
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(page.locator('.tile[data-window="4"]')).to_be_focused()


async def test_a_supervisor_confirms_dismisses_and_pins(room: Stage, visit: OpenPage, shot: Keep) -> None:
    room.answers["POST /tide/*"] = saying({"events": []})
    await room.show("console", scenes.console(proposals=1))
    page = await visit(room.page("console"), **WALL)
    card = page.locator('.side [data-proposal="27"]').first
    await expect(card).to_contain_text("开放 27 号窗口")
    await expect(card).to_contain_text("预计等候 17 分钟")
    await shot(page, "console-proposal")
    async with page.expect_response("**/tide/27/confirm"):
        await card.get_by_role("button", name="同意").click()
    await page.locator('.tile[data-window="27"]').click()
    await page.get_by_role("button", name="保持关闭").click()
    await expect(page.locator("console-sheet .said")).to_contain_text("请写明原因")
    await page.get_by_label("原因").fill("no clerk this morning")
    async with page.expect_response("**/tide/27/pin"):
        await page.get_by_role("button", name="保持关闭").click()
    assert [(each.path, each.body) for each in room.asked] == [
        ("/tide/27/confirm", {}),
        ("/tide/27/pin", {"pin": "closed", "reason": "no clerk this morning"}),
    ]


async def test_the_tide_says_what_it_sees_and_why_not_yet(room: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=tide]").click()
    tide = page.locator("[data-tab=tide]")
    await expect(tide).to_contain_text("没有空闲的机动人员")
    await expect(tide).to_contain_text("28号窗口才开放 12 分钟,至少 20 分钟")
    await expect(tide.locator(".forecast").nth(1)).to_contain_text("17′")
    await expect(tide.locator(".forecast").nth(2)).to_contain_text("∞")
    await shot(page, "console-tide")


async def test_the_record_of_calls_goes_back_page_by_page(room: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=calls]").click()
    await expect(page.locator("ol.calls li")).to_have_count(2)
    await expect(page.locator("ol.calls li").first).to_contain_text("3号窗口呼叫 A031:积分 12")
    room.answers["GET /calls"] = saying({"calls": [call(70, "A028", 30, "积分 9")], "next": None})
    await page.get_by_role("button", name="更早的").click()
    await expect(page.locator("ol.calls li")).to_have_count(3)
    await expect(page.get_by_role("button", name="更早的")).to_be_hidden()
    await shot(page, "console-calls")


async def test_a_number_is_laid_beside_another_and_says_why_it_was_passed(
    room: Stage, visit: OpenPage, shot: Keep
) -> None:
    for number, called in (("A023", None), ("A031", "2099-03-02T09:40:00+08:00")):
        found = {
            "ticket": f"tick-{number}",
            "number": number,
            "day": "2099-03-02",
            "service": "s-a",
            "priority_class": "ordinary",
            "status": "called" if called else "waiting",
            "issued_at": "2099-03-02T09:10:00+08:00",
            "called_at": called,
            "ended_at": None,
            "window": 3 if called else None,
            "overtaken": 1,
        }
        mine = [call(90, number, 40, "积分 12")] if called else []
        why = {
            "id": f"tick-{number}",
            "number": number,
            "calls": mine,
            "passed_by": [] if called else [call(90, "A031", 40, "积分 12"), call(85, "A030", 39, "老年人")],
        }
        room.answers[f"GET /numbers/{number}"] = saying([found])
        room.answers[f"GET /tickets/tick-{number}/why"] = saying(why)
    room.answers["GET /numbers/A099"] = saying([])
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=calls]").click()
    await page.get_by_label("查号码").fill("a099")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-tab=calls] .said").first).to_contain_text("没有 A099 号")
    await page.get_by_label("查号码").fill("a023")
    await page.get_by_label("与哪个号码比较").fill("A031")
    await page.keyboard.press("Enter")
    line = page.locator(".line li")
    await expect(line).to_have_count(5)
    await expect(line.nth(2)).to_contain_text("老年人")
    await expect(line.nth(4)).to_contain_text("还没有被叫到")
    await expect(page.locator(".story")).to_contain_text("有 1 人后到而先叫")
    await shot(page, "console-story")


async def test_devices_in_trouble_come_first(room: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=devices]").click()
    names = page.locator("ul.devices .what b")
    await expect(names).to_have_text(["c-gone", "a-paper", "b-well"])
    await expect(page.locator("ul.devices")).to_contain_text("纸快用完了")
    await shot(page, "console-devices")


async def test_the_old_picture_fades_and_a_session_that_ended_leads_back_to_the_sign_in(
    room: Stage, visit: OpenPage
) -> None:
    page = await visit(room.page("console"), **WALL)
    await expect(page.locator(".tile").first).to_be_visible()
    room.refuse = 4401
    await room.hang_up(4401)
    await expect(page.locator("console-login")).to_contain_text("登录已失效")
    await expect(page.locator(".tile").first).to_be_hidden()


async def test_a_clerk_who_signs_in_here_is_told_and_signed_out(room: Stage, visit: OpenPage) -> None:
    room.answers["POST /sessions"] = saying({"token": "t", "role": "clerk", "name": "x"}, 201)
    room.answers["DELETE /sessions/current"] = saying(None)
    page = await visit(room.page("console").partition("#")[0], **WALL)
    await page.get_by_label("账号").fill("clerk03")
    await page.get_by_label("密码").fill("something long")
    await page.keyboard.press("Enter")
    await expect(page.locator("console-login .said")).to_contain_text("没有值守台的权限")
    assert [each.method for each in room.asked] == ["POST", "DELETE"]


@pytest.mark.parametrize(("theme", "rules"), [("", {}), ("dark", {"runOnly": ["color-contrast"]})])
async def test_no_room_of_the_console_shuts_anybody_out(
    room: Stage, visit: OpenPage, theme: str, rules: dict[str, object]
) -> None:
    """The dark theme differs in its colours alone."""
    await room.show("console", scenes.console(proposals=1))
    page = await visit(room.page("console", theme=theme), width=1280, height=800, bypass_csp=True)
    await page.wait_for_function("() => document.documentElement.dataset.line === 'live'")
    for name in ("live", "tide", "calls", "devices"):
        await page.locator(f"[data-room={name}]").click()
        await expect(page.locator(f"[data-tab={name}]")).to_be_visible()
        found = (await Axe().run(page, options={"resultTypes": ["violations"], **rules})).response
        assert not [
            (each["id"], [node["html"] for node in each["nodes"]])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ], name


async def test_nothing_runs_off_the_side_of_any_screen(room: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await visit(room.page("console"), **WALL)
    for name in ("live", "tide", "calls", "devices"):
        await page.locator(f"[data-room={name}]").click()
        await expect(page.locator(f"[data-tab={name}]")).to_be_visible()
        for width, height in ((1920, 1080), (1280, 800), (820, 1180), (640, 400)):
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            await shot(page, f"console-{name}-{width}")


async def test_the_rooms_are_reached_by_keyboard_and_by_address(room: Stage, visit: OpenPage) -> None:
    page = await visit(room.page("console"), **WALL)
    await expect(page.locator(".tile").first).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.locator("[data-room=tide]")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-tab=tide]")).to_be_visible()
    assert re.search(r"#tide$", page.url)
    await page.reload()
    await expect(page.locator("[data-tab=tide]")).to_be_visible()
    await page.go_back()
    await expect(page.locator("[data-tab=live]")).to_be_visible()


async def test_a_refusal_of_the_hall_is_shown_in_its_own_words(room: Stage, visit: OpenPage) -> None:
    async def no(*_: object) -> object:
        return problem(409, "nothing-proposed", "潮汐没有对 27 号窗口提出建议。", "Nothing is proposed.")

    room.answers["POST /tide/27/confirm"] = no  # type: ignore[assignment]
    await room.show("console", scenes.console(proposals=1))
    page = await visit(room.page("console"), may_complain=True, **WALL)
    await page.locator('[data-proposal="27"]').first.get_by_role("button", name="同意").click()
    await expect(page.locator("tide-proposals .said").first).to_contain_text("没有对 27 号窗口提出建议")
