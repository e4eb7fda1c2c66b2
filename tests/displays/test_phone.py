"""The page behind the slip's QR, the set-up page and the doors of the house."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from playwright.async_api import Page, expect
from starlette.requests import Request
from starlette.responses import Response

from displays.scene import Bilingual
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, problem, saying

Keep = Callable[[Page, str], Awaitable[None]]
PHONE = {"width": 390, "height": 844}


async def test_the_visitor_sees_number_people_ahead_and_where_to_go_without_a_key(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    stage.scenes["ticket/abc"] = scenes.ticket()
    page = await visit(f"{stage.url}/ticket/?hall=county&id=abc", **PHONE)
    for words in ("A023", "户籍登记", "7", "people ahead of you", "公安专区 1-4号窗口"):
        await expect(page.locator("ticket-page")).to_contain_text(words)
    await shot(page, "phone-waiting")
    await expect(page.locator(".guess")).to_be_hidden()
    await stage.show("ticket/abc", replace(scenes.ticket(ahead=2, seq=101), estimate=(12, 8, 17)))
    await expect(page.locator("ticket-page")).to_contain_text("快到您了")
    await expect(page.locator(".guess")).to_contain_text("预计还要 12 分钟(8 至 17)")
    await stage.show("ticket/abc", scenes.ticket("called", seq=102))
    await expect(page.locator(".card")).to_contain_text("轮到您了")
    await expect(page.locator("[role=alert]").last).to_contain_text("3")
    await shot(page, "phone-called")
    await stage.show("ticket/abc", scenes.ticket("finished", seq=103))
    await expect(page.locator(".card")).to_contain_text("已办结")
    await expect(page.get_by_role("button", name="取消号码")).to_be_hidden()


async def test_a_call_makes_the_telephone_shake(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["ticket/abc"] = scenes.ticket()
    page = await visit(f"{stage.url}/ticket/?hall=county&id=abc", **PHONE)
    await expect(page.locator("h1")).to_have_text("A023")
    await page.evaluate(
        "() => { window.shaken = []; navigator.vibrate = pattern => window.shaken.push(pattern.length); }"
    )
    await stage.show("ticket/abc", scenes.ticket(ahead=3, seq=101))
    await page.wait_for_function("() => window.shaken.length === 1")
    await stage.show("ticket/abc", scenes.ticket("called", seq=102))
    await page.wait_for_function("() => window.shaken.length === 2")
    assert await page.evaluate("window.shaken") == [2, 6]


async def test_a_number_is_given_back_only_after_a_second_question(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    stage.scenes["ticket/abc"] = scenes.ticket()
    stage.answers["POST /tickets/abc/cancel"] = saying({})
    page = await visit(f"{stage.url}/ticket/?hall=county&id=abc", **PHONE)
    await page.get_by_role("button", name="不办了").click()
    await shot(page, "phone-cancel")
    await page.get_by_role("button", name="保留").click()
    assert not stage.asked
    await page.get_by_role("button", name="不办了").click()
    await page.locator(".alarm").click()
    await stage.show("ticket/abc", scenes.ticket("cancelled", seq=101))
    await expect(page.locator(".card")).to_contain_text("已取消")
    assert [(each.path, each.token) for each in stage.asked] == [("/tickets/abc/cancel", "")]


async def test_each_service_of_a_visit_is_asked_about_by_its_name(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    done = {
        "residence": Bilingual("户籍登记", "Residence registration"),
        "card": Bilingual("身份证", "ID card"),
    }
    waiting = replace(scenes.ticket("waiting"), rate=scenes.REASONS, done=done["residence"])
    stage.scenes["ticket/abc"] = waiting
    stage.answers["POST /tickets/abc/rate"] = saying({})
    page = await visit(stage.page("ticket", id="abc"), 390, 844)
    ask = page.locator(".rate h2")
    await expect(ask).to_contain_text("请评价刚办完的“户籍登记”")
    await shot(page, "phone-rate-between")
    await page.get_by_role("button", name="非常满意").click()
    await expect(ask).to_be_hidden()
    await stage.show("ticket/abc", replace(waiting, seq=101, done=done["card"]))
    await expect(ask).to_contain_text("“身份证”")
    assert [(each.path, each.body) for each in stage.asked] == [
        ("/tickets/abc/rate", {"level": 5, "reasons": []})
    ]


async def test_the_service_is_rated_afterwards_once_with_reasons_for_a_low_word(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    stage.scenes["ticket/abc"] = scenes.ticket("finished")
    stage.answers["POST /tickets/abc/rate"] = saying({})
    page = await visit(f"{stage.url}/ticket/?hall=county&id=abc", **PHONE)
    await expect(page.locator(".rate h2")).to_contain_text("请评价本次服务")
    await shot(page, "phone-finished")
    await page.get_by_role("button", name="非常不满意").click()
    await page.get_by_role("button", name="服务态度").click()
    await shot(page, "phone-why")
    await page.get_by_role("button", name="提交评价").click()
    await expect(page.locator(".hint")).to_contain_text("谢谢您的评价")
    await expect(page.locator(".rate")).to_be_hidden()
    await shot(page, "phone-rated")
    assert [(each.path, each.body, each.token) for each in stage.asked] == [
        ("/tickets/abc/rate", {"level": 1, "reasons": ["attitude"]}, "")
    ]
    await stage.show("ticket/abc", replace(scenes.ticket("finished", seq=101), rate=None, rating=1))
    await expect(page.locator(".rate")).to_be_hidden()


async def test_a_number_of_another_day_is_said_to_be_gone(stage: Stage, visit: OpenPage) -> None:
    page = await visit(f"{stage.url}/ticket/?hall=county&id=old", **PHONE)
    await expect(page.locator("line-state")).to_contain_text("没有找到这个号码")
    await expect(page.locator("ticket-page")).to_be_hidden()


async def test_the_first_administrator_is_made_with_the_code_which_leaves_the_address_bar(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    stage.answers["POST /setup"] = saying(None, 201)
    page = await visit(f"{stage.url}/setup/#code=one-time", 800, 900)
    await expect(page.get_by_label("设置码")).to_have_value("one-time")
    assert "one-time" not in page.url
    await shot(page, "setup")
    await page.get_by_label("姓名").fill("管理员甲")
    await page.get_by_label("账号").fill("admin")
    await page.get_by_label("密码(至少").fill("long enough")
    await page.get_by_label("再输入一次").fill("different")
    await page.get_by_role("button", name="创建管理员").click()
    await expect(page.locator(".said")).to_contain_text("不一致")
    assert not stage.asked
    await page.get_by_label("再输入一次").fill("long enough")
    await page.get_by_role("button", name="创建管理员").click()
    await expect(page.locator("main")).to_contain_text("管理员已创建")
    assert stage.asked[0].body == {
        "code": "one-time",
        "name": "管理员甲",
        "login": "admin",
        "password": "long enough",
    }


async def test_a_used_code_is_said_at_its_field(stage: Stage, visit: OpenPage) -> None:
    async def refusing(_: Request, __: dict[str, Any]) -> Response:
        return problem(401, "setup-code-used", "设置码已用过。", "The code has been used.", "code")

    stage.answers["POST /setup"] = refusing
    page = await visit(f"{stage.url}/setup/#code=used", may_complain=True)
    for label, words in (
        ("姓名", "甲"),
        ("账号", "admin"),
        ("密码(至少", "long enough"),
        ("再输入一次", "long enough"),
    ):
        await page.get_by_label(label).fill(words)
    await page.get_by_role("button", name="创建管理员").click()
    await expect(page.locator(".said")).to_contain_text("设置码已用过")
    await expect(page.get_by_label("设置码")).to_have_attribute("aria-invalid", "true")


async def test_the_doors_lead_to_every_page_of_the_hall(stage: Stage, visit: OpenPage, shot: Keep) -> None:
    stage.hall.update(name="临江县政务服务中心", name_en="Linjiang County Government Service Centre")
    page = await visit(stage.url)
    await expect(page.locator("h2")).to_contain_text("临江县政务服务中心")
    doors = await page.locator("a.door").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert doors == [
        "kiosk/?hall=county",
        "hall/?hall=county",
        "window/?hall=county&window=1",
        "pad/?hall=county&window=1",
        "clerk/?hall=county",
        "console/?hall=county",
        "book/?hall=county",
    ]
    await shot(page, "doors")


async def test_a_server_with_one_hall_needs_no_name_in_the_address(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(f"{stage.url}/hall/#token=x")
    await expect(page.locator(".hero .call")).to_have_text("A023")
