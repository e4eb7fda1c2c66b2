"""The ticket machine, tried as a visitor would: one press, one number, and nothing left behind."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page, expect
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from displays.scene import Bilingual, CardNotice, PaperState
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, problem, saying

Keep = Callable[[Page, str], Awaitable[None]]


@pytest.fixture
def machine(stage: Stage) -> Stage:
    """A kiosk with 20 services and paper."""
    stage.scenes["kiosk"] = scenes.kiosk()
    stage.answers["POST /tickets"] = saying(scenes.ISSUED, 201)
    stage.answers["GET /tickets/*"] = saying(scenes.ISSUED)
    return stage


def service(page: Page, name: str) -> Any:
    return page.locator(".service", has_text=name)


@pytest.mark.parametrize(("shape", "width", "height"), [("portrait", 1080, 1920), ("landscape", 1280, 1024)])
async def test_twenty_services_stand_on_one_screen_with_their_queues(
    machine: Stage, visit: OpenPage, shot: Keep, shape: str, width: int, height: int
) -> None:
    page = await visit(machine.page("kiosk"), width, height)
    await expect(page.locator(".service")).to_have_count(20)
    await expect(service(page, "户籍登记")).to_contain_text("12")
    for card in await page.locator(".service").all():
        box = await card.bounding_box()
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
        assert box["height"] >= 44  # a finger
    await shot(page, f"kiosk-{shape}")
    await service(page, "户籍登记").click()
    await expect(page.locator(".big")).to_have_text("A023")
    await expect(page.locator(".facts")).to_contain_text("12")
    await expect(page.locator(".facts")).to_contain_text("公安专区 1-4号窗口")
    await expect(page.locator(".keep")).to_contain_text("请取走号票")
    await shot(page, f"kiosk-{shape}-number")


async def test_a_double_press_is_one_ticket(machine: Stage, visit: OpenPage) -> None:
    page = await visit(machine.page("kiosk"))
    await service(page, "户籍登记").dblclick()
    await expect(page.locator(".big")).to_have_text("A023")
    assert [(each.path, each.token, each.body["service"]) for each in machine.asked] == [
        ("/tickets", "test-token", "s-a")
    ]
    assert len(machine.asked[0].key) == 32


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key(
    machine: Stage, visit: OpenPage
) -> None:
    tries = 0

    async def losing_the_first_answer(_: Request, __: dict[str, Any]) -> Response:
        nonlocal tries
        tries += 1
        if tries == 1:
            return JSONResponse({}, 502)
        return JSONResponse(scenes.ISSUED, 201)

    machine.answers["POST /tickets"] = losing_the_first_answer
    page = await visit(machine.page("kiosk"), may_complain=True)
    await service(page, "户籍登记").click()
    await expect(page.locator(".big")).to_have_text("A023")
    first, second = machine.asked
    assert first.key == second.key


async def test_a_press_while_the_server_is_gone_says_so_and_pressing_again_uses_the_same_key(
    machine: Stage, visit: OpenPage
) -> None:
    async def gone(_: Request, __: dict[str, Any]) -> Response:
        return JSONResponse({}, 503)

    machine.answers["POST /tickets"] = gone
    page = await visit(machine.page("kiosk"), may_complain=True, clock=True)
    await service(page, "户籍登记").click()
    for _ in range(16):
        await page.clock.run_for(1000)
        await asyncio.sleep(0.03)
        if await page.locator(".sorry").count():
            break
    await expect(page.locator(".sorry")).to_contain_text("没有取到号")
    assert len({each.key for each in machine.asked}) == 1


async def test_after_fifteen_seconds_everything_of_the_visitor_is_gone(
    machine: Stage, visit: OpenPage
) -> None:
    page = await visit(machine.page("kiosk"), clock=True)
    await page.get_by_role("button", name="高对比").click()
    await page.get_by_role("button", name="大字").click()
    await page.locator(".door").first.click()
    await service(page, "户籍登记").click()
    await expect(page.locator(".big")).to_have_text("A023")
    await expect(page.locator(".left")).to_contain_text("15 秒后返回")
    await page.clock.run_for(14_000)
    await expect(page.locator(".big")).to_be_visible()
    await page.clock.run_for(1_500)
    await expect(page.locator("kiosk-menu")).to_be_visible()
    assert "A023" not in await page.content()
    assert "q3ZrK1n0T9bQ3x0f5c1mUw" not in await page.content()
    kept = await page.evaluate("({...sessionStorage, ...localStorage})")
    assert kept == {"tidehall.token.kiosk": "test-token", "tidehall.look.county": "{}"}
    root = page.locator("html")
    await expect(root).not_to_have_attribute("data-contrast", "high")
    await expect(root).not_to_have_attribute("data-type", "large")


async def test_no_paper_is_said_before_the_press_and_the_number_comes_with_its_qr(
    machine: Stage, visit: OpenPage, shot: Keep
) -> None:
    machine.scenes["kiosk"] = scenes.kiosk(paper=PaperState.OUT)
    machine.answers["POST /tickets"] = saying({**scenes.ISSUED, "slip": None}, 201)
    page = await visit(machine.page("kiosk"), 1080, 1920)
    await expect(page.locator("kiosk-paper")).to_contain_text("打印机缺纸")
    await expect(page.locator("kiosk-paper")).to_contain_text("No paper")
    await shot(page, "kiosk-no-paper")
    await service(page, "户籍登记").click()
    await expect(page.locator(".keep")).to_contain_text("请拍照或扫码")
    size = await page.locator(".qr").evaluate(
        "image => [image.complete && image.naturalWidth > 0, image.width]"
    )
    assert size[0] and size[1] >= 200
    await shot(page, "kiosk-no-paper-number")


async def test_a_slip_that_did_not_come_out_is_noticed_and_the_visitor_keeps_the_number_by_camera(
    machine: Stage, visit: OpenPage
) -> None:
    machine.answers["GET /tickets/*"] = saying(
        {**scenes.ISSUED, "slip": {"job": "x", "state": "failed", "word": "cover"}}
    )
    page = await visit(machine.page("kiosk"), clock=True)
    await service(page, "户籍登记").click()
    await expect(page.locator(".keep")).to_contain_text("请取走号票")
    await page.clock.run_for(2_000)
    await expect(page.locator(".keep")).to_contain_text("没有打印出来")
    await expect(page.locator(".keep")).to_have_attribute("data-on", "screen")


async def test_a_service_that_is_closed_says_why_and_gives_no_number(machine: Stage, visit: OpenPage) -> None:
    whole = scenes.kiosk()
    why = Bilingual("今天的号已取完", "All numbers are taken today")
    machine.scenes["kiosk"] = replace(
        whole, services=(replace(whole.services[0], open=False, why=why), *whole.services[1:])
    )
    page = await visit(machine.page("kiosk"))
    await expect(service(page, "户籍登记")).to_contain_text("今天的号已取完")
    await service(page, "户籍登记").click(force=True)
    await expect(page.locator("#said")).to_contain_text("All numbers are taken today")
    assert not machine.asked


async def test_a_refusal_is_told_in_the_halls_own_words(machine: Stage, visit: OpenPage) -> None:
    async def refusing(_: Request, __: dict[str, Any]) -> Response:
        return problem(
            409,
            "quota-reached",
            "户籍登记 今天的 50 个号已取完。",
            "All 50 numbers are taken today.",
            "service",
        )

    machine.answers["POST /tickets"] = refusing
    page = await visit(machine.page("kiosk"), may_complain=True)
    await service(page, "户籍登记").click()
    await expect(page.locator("kiosk-result")).to_contain_text("今天的 50 个号已取完")
    await expect(page.locator("kiosk-result")).to_contain_text("All 50 numbers are taken today")


async def test_a_closed_hall_is_said(machine: Stage, visit: OpenPage, shot: Keep) -> None:
    machine.scenes["kiosk"] = replace(scenes.kiosk(), open=False)
    page = await visit(machine.page("kiosk"), 1080, 1920)
    await expect(page.locator("kiosk-menu")).to_contain_text("现在不对外服务")
    await expect(page.locator(".service").first).to_be_hidden()
    await shot(page, "kiosk-closed")


async def test_large_type_that_does_not_fit_becomes_two_levels(
    machine: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(machine.page("kiosk"), 1280, 1024)
    await page.get_by_role("button", name="大字").click()
    await expect(page.locator(".door")).to_have_count(6)
    await shot(page, "kiosk-large-type")
    await page.locator(".door", has_text="税务专区").click()
    await expect(page.locator(".service")).to_have_count(3)
    await page.get_by_role("button", name="返回").click()
    await expect(page.locator(".door")).to_have_count(6)
    await page.get_by_role("button", name="高对比").click()
    await shot(page, "kiosk-high-contrast")


async def test_a_number_is_had_with_the_keyboard_alone_and_is_read_aloud(
    machine: Stage, visit: OpenPage
) -> None:
    page = await visit(machine.page("kiosk"), 1280, 1024)
    await expect(page.locator(".service")).to_have_count(20)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    assert (
        await page.evaluate("document.activeElement.querySelector('.name').textContent")
        == "居民身份证 Identity card"
    )
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("A 0 2 3")
    await expect(page.locator("#said")).to_contain_text("12 people ahead of you")
    await page.keyboard.press("Escape")
    await expect(page.locator("kiosk-menu")).to_be_visible()


async def test_a_service_called_script_is_only_a_strange_name(machine: Stage, visit: OpenPage) -> None:
    wicked = "<script>window.stolen=1</script><img src=x onerror='window.stolen=1'>"
    whole = scenes.kiosk()
    named = replace(whole.services[0], name=Bilingual(wicked, wicked))
    machine.scenes["kiosk"] = replace(
        whole, hall=Bilingual(wicked, wicked), services=(named, *whole.services[1:])
    )
    machine.answers["POST /tickets"] = saying(
        {
            **scenes.ISSUED,
            "service_name": wicked,
            "service_name_en": wicked,
            "area": wicked,
            "number": wicked,
        },
        201,
    )
    page = await visit(machine.page("kiosk"))
    await page.locator(".service").first.click()
    await expect(page.locator(".big")).to_have_text(wicked)
    assert await page.evaluate("window.stolen") is None
    assert await page.locator("kiosk-result script, kiosk-head script, kiosk-result img[src=x]").count() == 0


async def test_while_the_line_is_down_no_button_gives_a_number(machine: Stage, visit: OpenPage) -> None:
    page = await visit(machine.page("kiosk"), clock=True, may_complain=True)
    await expect(page.locator(".service")).to_have_count(20)
    await machine.stop()
    for _ in range(5):
        await page.clock.run_for(1000)
        await asyncio.sleep(0.02)
    await expect(page.locator("line-state")).to_be_visible()
    await page.locator(".service").first.evaluate("button => button.click()")
    await expect(page.locator("kiosk-result")).to_be_hidden()
    await machine.start()


ELDERLY = CardNotice(
    True,
    "elderly",
    Bilingual("证件已读取,可享受“老年人”优先", "Card read; you may be called as: Elderly"),
    "card-1",
)


async def test_a_card_brings_its_class_to_one_ticket_and_not_to_the_next_visitors(
    machine: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(machine.page("kiosk"), 1080, 1920)
    await expect(page.locator("kiosk-card")).to_be_hidden()
    await machine.show("kiosk", replace(scenes.kiosk(seq=101), card=ELDERLY))
    await expect(page.locator("kiosk-card")).to_contain_text("老年人")
    await shot(page, "kiosk-card")
    await service(page, "户籍登记").click()
    await expect(page.locator(".big")).to_have_text("A023")
    await page.keyboard.press("Escape")
    await expect(page.locator("kiosk-card")).to_be_hidden()
    await machine.show(
        "kiosk", replace(scenes.kiosk(seq=102), card=ELDERLY)
    )  # a repeated scene, not a new card
    await service(page, "居民身份证").click()
    await expect(page.locator(".big")).to_have_text("A023")
    assert [each.body.get("priority_class") for each in machine.asked] == ["elderly", None]
    assert [each.body.get("card") for each in machine.asked] == ["card-1", None]


async def test_the_visitor_may_decline_the_priority_that_a_card_brings(
    machine: Stage, visit: OpenPage
) -> None:
    machine.scenes["kiosk"] = replace(scenes.kiosk(), card=ELDERLY)
    page = await visit(machine.page("kiosk"), 1080, 1920)
    await page.get_by_role("button", name="优先取号").click()
    await service(page, "户籍登记").click()
    await expect(page.locator(".big")).to_have_text("A023")
    assert machine.asked[0].body["priority_class"] == "ordinary"
    assert machine.asked[0].body["card"] == "card-1"


async def test_the_wait_to_expect_stands_on_each_button_as_a_band(
    machine: Stage, visit: OpenPage, shot: Keep
) -> None:
    whole = scenes.kiosk()
    expected = tuple(
        replace(each, estimate=(2 + each.waiting, 1 + each.waiting, 5 + each.waiting * 2))
        for each in whole.services
    )
    machine.scenes["kiosk"] = replace(whole, services=expected)
    page = await visit(machine.page("kiosk"), 1280, 1024)
    await expect(service(page, "户籍登记")).to_contain_text("13–29 分钟")
    await expect(page.locator(".service")).to_have_count(20)
    await shot(page, "kiosk-estimates-landscape")
    await page.set_viewport_size({"width": 1080, "height": 1920})
    await expect(page.locator(".service")).to_have_count(20)
    await shot(page, "kiosk-estimates-portrait")


# -- finding ----------------------------------------------------------------------------------------------------


async def test_a_service_is_found_by_the_initials_of_its_pinyin_on_the_screens_own_keyboard(
    machine: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(machine.page("kiosk"), 1080, 1920)
    await page.locator(".find").click()
    for letter in "ZFG":
        await page.locator(".key", has_text=re.compile(f"^{letter}$")).click()
    found = page.locator("kiosk-finder .service")
    await expect(found).to_have_count(1)
    await expect(found).to_contain_text("住房公积金")
    await shot(page, "kiosk-search")
    await found.click()
    await expect(page.locator(".big")).to_have_text("A023")
    assert machine.asked[0].body["service"] == "s-g"


async def test_a_real_keyboard_finds_by_english_words_and_nothing_found_is_said(
    machine: Stage, visit: OpenPage
) -> None:
    page = await visit(machine.page("kiosk"), 1280, 1024)
    await page.locator(".find").click()
    await page.keyboard.type("ins")
    await expect(page.locator("kiosk-finder .service")).to_have_count(3)
    await page.keyboard.type("qqq")
    await expect(page.locator("kiosk-finder .service")).to_have_count(0)
    await expect(page.locator("kiosk-finder .field")).to_contain_text("没有找到")
    await page.keyboard.press("Escape")
    await expect(page.locator("kiosk-menu")).to_be_visible()
    await page.locator(".find").click()
    await expect(page.locator(".typed")).to_have_text("")


@pytest.mark.parametrize(("shape", "width", "height"), [("portrait", 1080, 1920), ("landscape", 1280, 1024)])
async def test_several_services_are_picked_and_taken_with_one_number(
    machine: Stage, visit: OpenPage, shot: Keep, shape: str, width: int, height: int
) -> None:
    page = await visit(machine.page("kiosk"), width, height)
    await page.get_by_role("button", name="办理多项").click()
    take = page.get_by_role("button", name="一并取号")
    await expect(take).to_be_disabled()
    await service(page, "户籍登记").click()
    await service(page, "住房公积金").click()
    await service(page, "发票业务").click()
    await service(page, "住房公积金").click()  # put back
    await expect(page.locator(".basket")).to_contain_text("已选 2 项")
    await shot(page, f"kiosk-several-{shape}")
    await take.click()
    await expect(page.locator(".big")).to_have_text("A023")
    await expect(page.locator("kiosk-result .name")).to_contain_text("户籍登记、发票业务")
    assert [each.body for each in machine.asked if each.path == "/tickets"] == [
        {"services": ["s-a", "s-k"], "order": "free", "channel": "kiosk"}
    ]


async def test_persons_and_enterprises_each_see_their_services(
    machine: Stage, visit: OpenPage, shot: Keep
) -> None:
    scene = scenes.kiosk()
    audiences = {"s-j": "enterprise", "s-p": "enterprise", "s-a": "person", "s-b": "person"}
    machine.scenes["kiosk"] = replace(
        scene,
        services=tuple(
            replace(each, audience=audiences.get(each.code, "everybody")) for each in scene.services
        ),
    )
    page = await visit(machine.page("kiosk"), 1280, 1024)
    await expect(page.locator(".service")).to_have_count(18)
    await expect(service(page, "户籍登记")).to_be_visible()
    await shot(page, "kiosk-audience")
    await page.get_by_role("button", name="企业事项").click()
    await expect(service(page, "户籍登记")).to_have_count(0)
    await expect(service(page, "企业税费申报")).to_be_visible()


async def test_the_machine_speaks_when_asked_and_not_to_the_next_visitor(
    machine: Stage, visit: OpenPage
) -> None:
    page = await visit(machine.page("kiosk"), 1280, 1024)
    await page.evaluate(
        "window.spoken = []; speechSynthesis.speak = (words) => words && spoken.push([words.lang, words.text]); 0"
    )
    speak = page.get_by_role("button", name="朗读")
    await speak.click()
    await service(page, "户籍登记").click()
    await expect(page.locator(".big")).to_have_text("A023")
    spoken = await page.evaluate("spoken")
    assert any(tag == "zh-CN" and "您的号码是 A 0 2 3" in text for tag, text in spoken)
    assert any(tag == "en" and "Your number is A 0 2 3" in text for tag, text in spoken)
    await page.get_by_role("button", name="完成").click()
    await expect(speak).to_have_attribute("aria-pressed", "false")
