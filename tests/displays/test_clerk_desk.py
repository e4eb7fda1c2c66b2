"""Around the person at the window: who sits there, who waits, reasons, covers, keys, and the case system."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page, expect

from displays.scene import Bilingual, Choice, WindowState
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, saying

Keep = Callable[[Page, str], Awaitable[None]]
COLUMN = {"width": 360, "height": 900}
SESSION = "sessionStorage.setItem('tidehall.clerk', JSON.stringify({name: '测七十', window: 3, staff: '%s'}))"


@pytest.fixture
def desk(stage: Stage) -> Stage:
    """Window 3, idle, with people waiting."""
    stage.scenes["clerk/3"] = scenes.clerk(WindowState.IDLE)
    stage.answers["POST /windows/*"] = saying({})
    stage.answers["POST /tickets/*"] = saying({})
    return stage


def asked(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    return [(each.path, each.body) for each in stage.asked]


async def test_a_chosen_number_is_called_with_its_reason_from_the_list(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await page.get_by_role("button", name="看名单").click()
    people = page.locator("clerk-waiting .people")
    await expect(people.locator("li")).to_have_count(5)
    await expect(page.locator("clerk-waiting .rest")).to_contain_text("35")
    await shot(page, "clerk-queue")
    await people.get_by_role("button", name="C007").click()
    await page.locator(".list .choice", has_text="呼叫此号").click()
    await page.locator(".list .choice", has_text="呼叫此号").click()
    await expect(page.locator("clerk-moves .said")).to_contain_text("请先写明原因")
    assert not desk.asked, "without a reason nothing is asked"
    await shot(page, "clerk-reason")
    await page.get_by_role("textbox", name="原因").fill("材料已补齐")
    await page.keyboard.press("Enter")
    await expect(page.locator(".list")).to_be_hidden()
    assert asked(desk) == [("/windows/3/call", {"ticket": "wait-c007", "reason": "材料已补齐"})]


async def test_a_priority_is_granted_by_keys_alone(desk: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(page.locator("[data-move=call-next]")).to_be_enabled()
    await page.keyboard.press("v")
    await expect(page.locator(".list .queued")).to_have_count(5)
    await shot(page, "clerk-grant-whom")
    await page.keyboard.press("1")
    await page.keyboard.type("card shown")
    await shot(page, "clerk-grant")
    for _ in range(2):
        await page.keyboard.press("ArrowDown")
    await page.locator(".list .choice", has_text="残疾人").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".list")).to_be_hidden()
    assert asked(desk) == [
        ("/tickets/wait-a021/grant", {"priority_class": "disabled", "reason": "card shown"})
    ]


async def test_escape_goes_back_step_by_step(desk: Stage, visit: OpenPage) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(page.locator("[data-move=call-next]")).to_be_enabled()
    await page.keyboard.press("l")
    await page.keyboard.press("2")
    await expect(page.locator(".list h2")).to_contain_text("B118")
    await page.keyboard.press("Escape")
    await expect(page.locator(".list .queued")).to_have_count(5)
    await page.keyboard.press("Escape")
    await expect(page.locator(".list")).to_be_hidden()
    await expect(page.locator("[data-move=call]")).to_be_focused()
    assert not desk.asked


async def test_a_visitor_is_sent_to_a_window_a_colleague_or_a_service(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    colleague = Choice("05", Bilingual("05 测七十(5号窗口)", "05 Ce Qishi (window 5)"))
    serving = replace(scenes.clerk(WindowState.SERVING), people=(colleague,))
    desk.scenes["clerk/3"] = serving
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    for choice, reason in (("4号窗口", "对口"), ("测七十", ""), ("不动产登记", "")):
        await page.locator("[data-move=transfer]").click()
        await shot(page, "clerk-transfer")
        if reason:
            await page.get_by_role("textbox", name="原因").fill(reason)
        await page.locator(".list .choice", has_text=choice).click()
        await expect(page.locator(".list")).to_be_hidden()
    assert asked(desk) == [
        ("/windows/3/transfer", {"window": 4, "reason": "对口"}),
        ("/windows/3/transfer", {"person": "05"}),
        ("/windows/3/transfer", {"service": "s-e"}),
    ]


async def test_somebody_stands_in_and_the_clerk_comes_back(desk: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(page.locator("[data-move=cover]")).to_be_enabled()
    await page.keyboard.press("k")
    await expect(page.locator(".list")).to_contain_text("F1 测八一")
    await shot(page, "clerk-cover")
    await page.keyboard.press("1")
    await page.locator(".list .choice", has_text="用餐").click()
    await expect(page.locator(".list")).to_be_hidden()
    covering = replace(
        scenes.clerk(WindowState.IDLE, seq=101),
        clerk="05",
        desk=scenes.desk(covered=True, busy=False),
        may=(*scenes.MAY[WindowState.IDLE], "uncover"),
    )
    await desk.show("clerk/3", covering)
    await expect(page.locator("clerk-banner")).to_contain_text("您替 03 测六九 顶岗(用餐)")
    await shot(page, "clerk-covering")
    await page.locator("clerk-banner .yes").click()
    await page.locator(".list .choice", has_text="我先离开").click()
    await expect(page.locator(".list")).to_be_hidden()
    assert asked(desk) == [
        ("/windows/3/cover", {"clerk": "F1", "reason": "meal"}),
        ("/windows/3/uncover", {"back": False}),
    ]


async def test_the_covered_clerk_says_i_am_back(desk: Stage, visit: OpenPage, shot: Keep) -> None:
    desk.scenes["clerk/3"] = replace(
        scenes.clerk(WindowState.SERVING),
        clerk="05",
        desk=scenes.desk(covered=True),
        may=(*scenes.MAY[WindowState.SERVING], "uncover"),
    )
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await page.evaluate(SESSION % "03")
    await page.reload()
    await expect(page.locator("clerk-banner")).to_contain_text("您已离岗(用餐),现由 05 测七十 顶岗")
    await expect(page.locator("[data-move=finish]")).to_be_hidden()
    await page.keyboard.press("f")
    await shot(page, "clerk-covered")
    await page.get_by_role("button", name="我回来了").click()
    await expect(page.get_by_role("button", name="我回来了")).to_be_enabled()
    assert asked(desk) == [("/windows/3/uncover", {"back": True})]


async def test_the_successor_sees_the_predecessor_and_takes_over(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    desk.scenes["clerk/3"] = replace(scenes.clerk(WindowState.SERVING), clerk="03")
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await page.evaluate(SESSION % "05")
    await page.reload()
    await expect(page.locator("clerk-banner")).to_contain_text("03 测六九 正在本窗口")
    await expect(page.locator("clerk-ticket .big")).to_have_text("A023")
    await shot(page, "clerk-predecessor")
    await page.keyboard.press("e")
    await desk.show("clerk/3", replace(scenes.clerk(WindowState.SERVING, seq=101), clerk="05"))
    await expect(page.locator("clerk-banner")).to_be_hidden()
    await expect(page.locator("[data-move=finish]")).to_be_enabled()
    assert asked(desk) == [("/windows/3/take-over", {})]


async def test_a_clerk_is_asked_to_leave_somebody_to_a_better_window(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    desk.scenes["clerk/3"] = replace(scenes.clerk(WindowState.IDLE), leave_to=5)
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(page.locator("clerk-next")).to_contain_text("5号窗口也空闲且更合适,请让它先叫")
    await expect(page.locator("[data-move=call-next]")).to_be_enabled()
    await shot(page, "clerk-leave-to")
    await desk.show("clerk/3", scenes.clerk(WindowState.IDLE, seq=101))
    await expect(page.locator("clerk-next [role=status]")).to_be_hidden()


async def test_who_sits_at_no_window_says_why_and_is_back_with_one_press(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    closed = scenes.clerk(WindowState.CLOSED)
    desk.scenes["clerk/3"] = closed
    desk.answers["POST /presence"] = saying({})
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(page.locator("[data-move=open]")).to_be_enabled()
    await expect(page.locator("[data-move=away]")).to_have_count(0)
    await page.evaluate(SESSION % "05")
    await page.reload()
    await page.locator("[data-move=away]").click()
    await shot(page, "clerk-away-why")
    await page.get_by_role("textbox", name="原因").fill("外出取件")
    await page.locator(".list .choice", has_text="其他原因").click()
    await expect(page.locator(".list")).to_be_hidden()
    assert closed.desk is not None
    gone = replace(closed.desk, away=(Choice("05", Bilingual("外出取件", "外出取件")),))
    await desk.show("clerk/3", replace(closed, seq=101, desk=gone))
    await expect(page.locator("clerk-banner")).to_contain_text("您已登记不在岗(外出取件)")
    await expect(page.locator("[data-move=away]")).to_have_count(0)
    await shot(page, "clerk-away")
    await page.get_by_role("button", name="我回来了").click()
    await expect(page.get_by_role("button", name="我回来了")).to_be_enabled()
    assert asked(desk) == [
        ("/presence", {"away": True, "reason": "外出取件"}),
        ("/presence", {"away": False}),
    ]


async def test_the_case_opens_once_with_the_call_and_not_again_after_a_reload(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(page.locator("[data-move=call-next]")).to_be_enabled()
    link = f"{desk.url}/livez?case=A023"
    called = replace(scenes.clerk(WindowState.CALLING, seq=101), desk=scenes.desk(case_link=link))
    async with page.expect_popup() as opened:
        await page.keyboard.press("n")
        await desk.show("clerk/3", called)
    case = await opened.value
    await case.wait_for_url(link)
    assert await case.evaluate("window.opener") is None
    await page.reload()
    await expect(page.get_by_role("link", name="打开办件")).to_have_attribute("href", link)
    await shot(page, "clerk-case")
    await desk.show("clerk/3", replace(called, seq=102, served_today=18))
    await expect(page.locator("clerk-figures")).to_contain_text("18")
    assert len(page.context.pages) == 2


async def test_the_keys_are_shown_on_a_question_mark(desk: Stage, visit: OpenPage, shot: Keep) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(page.locator("[data-move=call-next]")).to_be_enabled()
    await page.keyboard.press("?")
    dialog = page.locator("dialog")
    await expect(dialog).to_be_visible()
    for words in ("呼叫下一位", "顶岗", "接班", "Call next"):
        await expect(dialog).to_contain_text(words)
    await shot(page, "clerk-keys")
    await page.keyboard.press("n")
    assert not desk.asked, "behind the overlay no key does anything"
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (1180, 820)])
async def test_on_a_tablet_the_person_is_beside_the_queue(
    desk: Stage, visit: OpenPage, shot: Keep, width: int, height: int
) -> None:
    desk.scenes["clerk/3"] = scenes.clerk(WindowState.SERVING)
    page = await visit(desk.page("clerk", window=3), width, height, has_touch=True)
    await expect(page.locator("[data-move=finish]")).to_be_enabled()
    person = await page.locator("clerk-ticket").bounding_box()
    queue = await page.locator("clerk-waiting").bounding_box()
    assert person is not None
    assert queue is not None
    assert person["x"] + person["width"] <= queue["x"]
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in await page.locator("clerk-moves button:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    await shot(page, f"clerk-tablet-{width}")
