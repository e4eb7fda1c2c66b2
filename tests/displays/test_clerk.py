"""The clerk's column: exactly what the rules allow, by mouse and by key, also after a reload in the middle."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page, expect
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from displays.scene import Bilingual, WindowState
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, problem, saying

Keep = Callable[[Page, str], Awaitable[None]]

COLUMN = {"width": 360, "height": 900}


@pytest.fixture
def desk(stage: Stage) -> Stage:
    """Window 3 with somebody called."""
    stage.scenes["clerk/3"] = scenes.clerk()
    stage.answers["POST /windows/*"] = saying({})
    return stage


def move(page: Page, name: str) -> Any:
    return page.locator(f"[data-move={name}]")


async def test_exactly_the_moves_that_the_rules_allow_are_enabled(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    for seq, state in enumerate(WindowState, 101):
        await desk.show("clerk/3", scenes.clerk(state, seq=seq))
        await expect(page.locator(".state")).to_have_attribute("data-state", state.value)
        enabled = await page.locator("[data-move]:enabled").evaluate_all(
            "all => all.map(one => one.dataset.move)"
        )
        assert set(enabled) == set(scenes.MAY[state]) - {"grant", "take-over", "away"}, (
            "these have no button of their own, or only for whoever signed in"
        )
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await shot(page, f"clerk-{state.value}")


async def test_the_person_at_the_window_and_the_reason_for_the_call_are_shown(
    desk: Stage, visit: OpenPage
) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    ticket = page.locator("clerk-ticket")
    for words in (
        "A023",
        "户籍登记",
        "老年人",
        "已等 14 分钟",
        "按优先类别和先后顺序",
        "by class, then by arrival",
        "已呼叫 0:4",
    ):
        await expect(ticket).to_contain_text(words)
    await expect(page.locator("clerk-waiting")).to_contain_text("40")
    await expect(page.locator("clerk-figures")).to_contain_text("17")


async def test_each_move_has_its_key(desk: Stage, visit: OpenPage) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(move(page, "start")).to_be_enabled()
    await page.keyboard.press("s")
    await desk.show("clerk/3", scenes.clerk(WindowState.SERVING, seq=101))
    await expect(move(page, "finish")).to_be_enabled()
    await page.keyboard.press("Shift+F")
    await expect(page.locator(".list")).to_contain_text("材料不全")
    await page.keyboard.press("2")
    await expect(page.locator(".list")).to_be_hidden()
    assert [(each.path, each.body) for each in desk.asked] == [
        ("/windows/3/start", {}),
        ("/windows/3/finish", {"outcome": "materials_missing"}),
    ]


async def test_keys_can_be_switched_off(desk: Stage, visit: OpenPage) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await expect(move(page, "start")).to_be_enabled()
    await page.get_by_role("button", name="快捷键").click()
    await page.get_by_role("button", name="快捷键已开启").click()
    await page.keyboard.press("Escape")
    await page.keyboard.press("s")
    await page.keyboard.press("r")
    await expect(page.locator("clerk-moves kbd").first).to_be_hidden()
    assert not desk.asked


async def test_a_move_with_a_choice_opens_its_list(desk: Stage, visit: OpenPage) -> None:
    desk.scenes["clerk/3"] = scenes.clerk(WindowState.SERVING)
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    for open_with, choice in (("park", "材料留窗"), ("transfer", "不动产登记"), ("pause", "用餐")):
        await move(page, open_with).click()
        await page.locator(".list button", has_text=choice).click()
        await expect(page.locator(".list")).to_be_hidden()
    assert [(each.path, each.body) for each in desk.asked] == [
        ("/windows/3/park", {"kind": "window_holds"}),
        ("/windows/3/transfer", {"service": "s-e"}),
        ("/windows/3/pause", {"reason": "meal"}),
    ]


async def test_a_parked_person_who_is_back_is_returned_to_the_queue(desk: Stage, visit: OpenPage) -> None:
    desk.answers["POST /tickets/*"] = saying({})
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await page.get_by_role("button", name="A009 已返回").click()
    await desk.show("clerk/3", replace(scenes.clerk(seq=101), parked=()))
    await expect(page.locator("clerk-parked")).to_be_hidden()
    assert [each.path for each in desk.asked] == ["/tickets/tick-a009/return"]


async def test_a_double_press_is_one_request(desk: Stage, visit: OpenPage) -> None:
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await move(page, "start").dblclick()
    await desk.show("clerk/3", scenes.clerk(WindowState.SERVING, seq=101))
    await expect(move(page, "finish")).to_be_enabled()
    assert len(desk.asked) == 1


async def test_what_the_hall_refuses_stands_near_the_buttons_in_its_own_words(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    async def refusing(_: Request, __: dict[str, Any]) -> Response:
        return problem(
            409,
            "recall-too-soon",
            "A023 号刚刚呼叫过,请间隔 15 秒再重呼。",
            "A023 was called less than 15 seconds ago.",
        )

    desk.answers = {"POST /windows/3/recall": refusing}
    page = await visit(desk.page("clerk", window=3), may_complain=True, **COLUMN)
    await move(page, "recall").click()
    said = page.locator("clerk-moves .said")
    await expect(said).to_contain_text("请间隔 15 秒再重呼")
    await expect(said).to_contain_text("less than 15 seconds ago")
    await shot(page, "clerk-refused")
    await desk.show("clerk/3", scenes.clerk(WindowState.SERVING, seq=101))
    await expect(said).to_be_hidden()


async def test_signing_in_opens_the_window_and_a_reload_in_the_middle_of_a_service_changes_nothing(
    desk: Stage, visit: OpenPage, shot: Keep
) -> None:
    desk.answers["POST /sessions"] = saying(
        {
            "token": "t-clerk",
            "role": "clerk",
            "name": "三号窗口甲",
            "window": 3,
            "expires_at": "2099-03-02T20:00:00+08:00",
        },
        201,
    )
    desk.scenes["clerk/3"] = scenes.clerk(WindowState.SERVING)
    page = await visit(f"{desk.url}/clerk/?hall=county", **COLUMN)
    await shot(page, "clerk-sign-in")
    await page.get_by_label("窗口号").fill("3")
    await page.get_by_label("账号").fill("clerk03")
    await page.get_by_label("密码").fill("a password")
    await page.keyboard.press("Enter")
    await expect(page.locator("clerk-ticket .big")).to_have_text("A023")
    await expect(page.locator(".who")).to_have_text("三号窗口甲")
    assert desk.asked[0].body == {"login": "clerk03", "password": "a password", "window": 3}
    await page.reload()
    await expect(page.locator("clerk-ticket .big")).to_have_text("A023")
    await move(page, "finish").click()
    await expect(page.locator("clerk-moves .said")).to_be_hidden()
    assert (desk.asked[-1].path, desk.asked[-1].token) == ("/windows/3/finish", "t-clerk")
    assert "a password" not in await page.evaluate("JSON.stringify([sessionStorage, localStorage])")


async def test_a_wrong_password_is_said_beside_the_field(desk: Stage, visit: OpenPage) -> None:
    async def refusing(_: Request, __: dict[str, Any]) -> Response:
        return problem(401, "wrong-password", "账号或密码不对。", "Wrong login or password.", "password")

    desk.answers["POST /sessions"] = refusing
    page = await visit(f"{desk.url}/clerk/?hall=county&window=3", may_complain=True, **COLUMN)
    await page.get_by_label("账号").fill("clerk03")
    await page.get_by_label("密码").fill("wrong")
    await page.get_by_role("button", name="登录").click()
    await expect(page.locator("clerk-login .said")).to_contain_text("账号或密码不对")
    await expect(page.get_by_label("密码")).to_have_attribute("aria-invalid", "true")


async def test_a_session_that_has_ended_leads_back_to_the_sign_in_and_says_why(
    desk: Stage, visit: OpenPage
) -> None:
    page = await visit(desk.page("clerk", window=3), may_complain=True, **COLUMN)
    await expect(page.locator("clerk-ticket .big")).to_have_text("A023")
    desk.refuse = 4401
    await desk.hang_up()
    await expect(page.locator("clerk-login")).to_contain_text("登录已失效")
    assert await page.evaluate("sessionStorage.getItem('tidehall.token.clerk')") is None


async def test_signing_out_ends_the_session_at_the_hall(desk: Stage, visit: OpenPage) -> None:
    async def gone(_: Request, __: dict[str, Any]) -> Response:
        return Response(status_code=204)

    desk.answers["DELETE /sessions/current"] = gone
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await page.get_by_role("button", name="退出").click()
    await expect(page.locator("clerk-login")).to_be_visible()
    assert [(each.method, each.path) for each in desk.asked] == [("DELETE", "/sessions/current")]


async def test_while_the_line_is_down_no_move_is_offered(desk: Stage, visit: OpenPage) -> None:
    page = await visit(desk.page("clerk", window=3), may_complain=True, **COLUMN)
    await expect(move(page, "start")).to_be_enabled()
    await desk.stop()
    await expect(page.locator("line-state")).to_be_visible()
    await expect(page.locator("[data-move]:enabled")).to_have_count(0)
    await desk.start()
    await expect(move(page, "start")).to_be_enabled()


async def test_an_answer_without_a_body_or_a_name_that_is_markup_does_no_harm(
    desk: Stage, visit: OpenPage
) -> None:
    wicked = "<img src=x onerror='window.stolen=1'>"

    async def nothing(_: Request, __: dict[str, Any]) -> Response:
        return JSONResponse(None)

    desk.answers = {"POST /windows/*": nothing}
    ticket = replace(scenes.clerk_ticket(), service=Bilingual(wicked, wicked), why=Bilingual(wicked, wicked))
    desk.scenes["clerk/3"] = replace(scenes.clerk(), name=Bilingual(wicked, wicked), ticket=ticket)
    page = await visit(desk.page("clerk", window=3), **COLUMN)
    await move(page, "start").click()
    await expect(page.locator("clerk-ticket")).to_contain_text(wicked)
    assert await page.evaluate("window.stolen") is None
