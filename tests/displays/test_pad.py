"""The pad at the window: asked once for each service, a word or silence, never a good word that nobody said."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from displays.scene import Bilingual, SeatPlate, WindowState
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, saying

Keep = Callable[[Page, str], Awaitable[None]]
TABLET = {"width": 1280, "height": 800}


async def pad(stage: Stage, visit: OpenPage, asks: str = "", clock: bool = False) -> Page:
    stage.scenes["pad/3"] = scenes.pad(asks)
    stage.answers["POST /tickets/*"] = saying({})
    page = await visit(stage.page("pad", window=3), clock=clock, **TABLET)
    await expect(page.locator("pad-head .number")).to_have_text("3")
    return page


async def sent(stage: Stage, count: int) -> list[tuple[str, object]]:
    for _ in range(200):
        if len(stage.asked) >= count:
            break
        await asyncio.sleep(0.02)
    return [(each.path, each.body) for each in stage.asked]


async def test_a_good_word_is_one_press(stage: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await pad(stage, visit, "t1")
    await expect(page.locator("pad-head")).to_contain_text("工号 069")
    await expect(page.locator("h1")).to_contain_text("请评价本次服务")
    await expect(page.locator(".level")).to_have_count(5)
    await shot(page, "pad-ask")
    await page.get_by_role("button", name="非常满意").click()
    await expect(page.locator(".rest")).to_contain_text("谢谢您的评价")
    await shot(page, "pad-thanks")
    assert await sent(stage, 1) == [("/tickets/t1/rate", {"level": 5, "reasons": []})]
    assert stage.asked[0].token == "test-token" and stage.asked[0].key
    await stage.show("pad/3", scenes.pad("t1", seq=101))  # the hall has not heard it yet
    await page.reload()
    await expect(page.locator(".rest")).to_contain_text("您好")
    await expect(page.locator(".question")).to_be_hidden()


async def test_a_low_word_is_asked_why(stage: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await pad(stage, visit, "t1")
    await page.keyboard.press("2")
    await expect(page.locator(".why")).to_contain_text("哪里做得不好")
    await page.get_by_role("button", name="等候时间长").click()
    await page.get_by_role("button", name="服务态度").click()
    await page.get_by_role("button", name="服务态度").click()
    await shot(page, "pad-why")
    await page.get_by_role("button", name="提交评价").click()
    assert await sent(stage, 1) == [("/tickets/t1/rate", {"level": 2, "reasons": ["wait"]})]


async def test_who_thinks_again_may_choose_again(stage: Stage, visit: OpenPage) -> None:
    page = await pad(stage, visit, "t1")
    await page.keyboard.press("1")
    await page.get_by_role("button", name="重选").click()
    await page.get_by_role("button", name="基本满意").click()
    assert await sent(stage, 1) == [("/tickets/t1/rate", {"level": 3, "reasons": []})]


async def test_silence_is_not_rated_and_nobody_is_thanked(stage: Stage, visit: OpenPage) -> None:
    page = await pad(stage, visit, "t1", clock=True)
    await expect(page.locator(".question")).to_be_visible()
    await page.clock.run_for(28_000)
    await expect(page.locator(".question")).to_be_visible()
    await page.clock.run_for(4_000)
    await expect(page.locator(".question")).to_be_hidden()
    await expect(page.locator(".rest")).not_to_contain_text("谢谢")
    assert await sent(stage, 1) == [("/tickets/t1/rate", {"level": None, "reasons": []})]


async def test_a_level_that_was_pressed_counts_though_the_reasons_were_never_sent(
    stage: Stage, visit: OpenPage
) -> None:
    page = await pad(stage, visit, "t1", clock=True)
    await page.keyboard.press("1")
    await page.get_by_role("button", name="办理时间长").click()
    await page.clock.run_for(31_000)
    assert await sent(stage, 1) == [("/tickets/t1/rate", {"level": 1, "reasons": ["slow"]})]


async def test_when_the_next_service_begins_the_one_before_is_not_rated(
    stage: Stage, visit: OpenPage
) -> None:
    page = await pad(stage, visit, "t1")
    await expect(page.locator(".question")).to_be_visible()
    await stage.show("pad/3", scenes.pad(state=WindowState.SERVING, seq=101))
    await expect(page.locator(".rest")).to_contain_text("正在为您办理")
    assert await sent(stage, 1) == [("/tickets/t1/rate", {"level": None, "reasons": []})]
    await stage.show("pad/3", scenes.pad("t2", seq=102))
    await page.get_by_role("button", name="满意", exact=False).nth(1).click()
    assert (await sent(stage, 2))[1] == ("/tickets/t2/rate", {"level": 4, "reasons": []})


async def test_a_sentence_of_the_clerk_is_read_large_and_before_everything_else(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await pad(stage, visit, "t1")
    for n, words in enumerate(("请坐。", "请出示您的身份证和户口簿原件,复印件不用了。" * 4)):
        await stage.show("pad/3", scenes.pad("t1", panel=words, seq=101 + n))
        await expect(page.locator(".panel")).to_have_text(words)
        await expect(page.locator(".question")).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        size = await page.locator(".panel").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        assert size >= 40
        await shot(page, f"pad-panel-{('short', 'long')[n]}")
    await stage.show("pad/3", scenes.pad("t1", seq=110))
    await expect(page.locator(".question")).to_be_visible()


async def test_a_name_is_shown_where_the_hall_sends_one(stage: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await pad(stage, visit)
    plate = SeatPlate("069", Bilingual("", ""), Bilingual("", ""), Bilingual("职员甲", "Clerk A"), "")
    await stage.show("pad/3", replace(scenes.pad(state=WindowState.SERVING, seq=101), plate=plate))
    await expect(page.locator("pad-head")).to_contain_text("职员甲 工号 069")
    await shot(page, "pad-serving")
    await stage.show("pad/3", replace(scenes.pad(state=WindowState.CLOSED, seq=102), plate=None))
    await expect(page.locator("pad-head .clerk")).to_be_hidden()
    await expect(page.locator(".rest")).to_contain_text("窗口未开放")


@pytest.mark.parametrize(("width", "height", "shape"), [(800, 1280, "upright"), (1024, 600, "small")])
async def test_all_five_faces_are_on_the_screen(
    stage: Stage, visit: OpenPage, shot: Keep, width: int, height: int, shape: str
) -> None:
    stage.scenes["pad/3"] = scenes.pad("t1")
    page = await visit(stage.page("pad", window=3), width, height)
    await expect(page.locator(".level:visible")).to_have_count(5)
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    await shot(page, f"pad-{shape}")
    await page.keyboard.press("1")
    await expect(page.locator(".why")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    await shot(page, f"pad-why-{shape}")


async def test_the_clerk_types_a_sentence_beside_the_work(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["clerk/3"] = scenes.clerk()
    stage.answers["POST /windows/3/panel"] = saying(None, 204)
    page = await visit(stage.page("clerk", window=3), 360, 900)
    await page.get_by_text("给听障群众看的文字").click()
    await page.get_by_placeholder("输入一句话").fill("sf请坐。")  # letters of shortcuts are letters here
    await page.keyboard.press("Enter")
    await expect(page.locator("clerk-panel .said")).to_contain_text("已显示在评价器上")
    await page.get_by_role("button", name="收起").click()
    await expect(page.locator("clerk-panel .said")).to_be_hidden()
    assert await sent(stage, 2) == [
        ("/windows/3/panel", {"text": "sf请坐。"}),
        ("/windows/3/panel", {"text": ""}),
    ]
