"""The plates of a window: who sits here, and where everybody is."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from playwright.async_api import Page, expect
from starlette.requests import Request
from starlette.responses import Response

from displays.scene import WindowState
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage

Keep = Callable[[Page, str], Awaitable[None]]
FACE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 40"><path fill="#cfdde4" d="M0 0h30v40H0z"/>'
    '<circle cx="15" cy="15" r="7" fill="#7d97a5"/><path fill="#7d97a5" d="M3 40c0-10 5-15 12-15s12 5 12 15z"/></svg>'
)


async def face(_: Request, __: object) -> Response:
    return Response(FACE, media_type="image/svg+xml")


async def fits(page: Page) -> bool:
    return bool(
        await page.evaluate(
            "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
        )
    )


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280), (1024, 600)])
async def test_the_seat_plate_says_who_serves_here(
    stage: Stage, visit: OpenPage, shot: Keep, width: int, height: int
) -> None:
    link = "/api/v1/halls/county/people/03/photo"
    stage.answers["GET /people/03/photo"] = face
    stage.scenes["window/3"] = replace(scenes.window(WindowState.SERVING), plate=scenes.seat(photo=link))
    page = await visit(stage.page("window", window=3, view="seat"), width, height)
    plate = page.locator("seat-plate")
    for words in ("3", "测六九", "Ce Liujiu", "综窗专员", "综合服务科", "工号 03", "正在受理"):
        await expect(plate).to_contain_text(words)
    await expect(page.locator(".photo")).to_be_visible()
    assert await fits(page)
    await shot(page, f"seat-{width}")
    await stage.show(
        "window/3",
        replace(scenes.window(WindowState.PAUSED, seq=101), plate=scenes.seat(1, names=False)),
    )
    await expect(plate).to_contain_text("工号 05")
    await expect(plate).to_contain_text("整理材料")
    await expect(plate).not_to_contain_text("测")
    await expect(page.locator(".photo")).to_be_hidden()
    await shot(page, f"seat-{width}-unnamed")
    await stage.show("window/3", scenes.window(WindowState.CLOSED, seq=102))
    await expect(plate).to_contain_text("此处暂无工作人员")


async def test_a_photo_that_is_not_there_leaves_no_hole(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["window/3"] = replace(
        scenes.window(), plate=scenes.seat(photo="/api/v1/halls/county/people/03/photo")
    )
    page = await visit(stage.page("window", window=3, view="seat"), may_complain=True)
    await expect(page.locator("seat-plate")).to_contain_text("测六九")
    await expect(page.locator(".photo")).to_be_hidden()


async def test_the_whereabouts_plate_of_a_window_says_where_its_people_are(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    here = (scenes.whereabouts(2, phone="0999-1234567"), scenes.whereabouts(4))
    stage.scenes["window/3"] = replace(scenes.window(), whereabouts=here)
    page = await visit(stage.page("window", window=3, view="whereabouts"), 1280, 800)
    rows = page.locator("whereabouts-plate li")
    await expect(rows).to_have_count(2)
    for words in ("测七一", "组长", "综合服务科", "工号 07", "0999-1234567", "用餐,由测八一顶岗"):
        await expect(rows.first).to_contain_text(words)
    await expect(rows.first).to_have_attribute("data-state", "covered")
    assert await fits(page)
    await shot(page, "whereabouts-window")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920)])
async def test_the_whereabouts_board_shows_everybody_of_the_hall_or_of_a_department(
    stage: Stage, visit: OpenPage, shot: Keep, width: int, height: int
) -> None:
    stage.scenes["presence"] = scenes.plates()
    page = await visit(stage.page("window", view="whereabouts"), width, height)
    await expect(page.locator("whereabouts-plate li")).to_have_count(6)
    assert await fits(page)
    await shot(page, f"whereabouts-{width}")
    await stage.show("presence", scenes.plates(names=False, phones=False, seq=101))
    await expect(page.locator("whereabouts-plate")).not_to_contain_text("测六九")
    await expect(page.locator("whereabouts-plate li").first).to_contain_text("工号 03")
    page = await visit(stage.page("window", view="whereabouts", department="税务科"))
    await expect(page.locator("whereabouts-plate")).to_contain_text("此处暂无工作人员")


async def test_more_people_than_rows_are_shown_page_by_page(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    board = scenes.plates()
    many = tuple(
        replace(each, seat=replace(each.seat, staff_no=f"{each.seat.staff_no}-{n}"))
        for n in range(6)
        for each in board.plates
    )
    stage.scenes["presence"] = replace(board, plates=many)
    page = await visit(stage.page("window", view="whereabouts"), 1920, 1080, clock=True)
    first = page.locator("whereabouts-plate li").first
    await expect(first).to_contain_text("工号 03-0")
    await expect(page.locator(".pages")).to_have_text("1 / 6")
    assert await fits(page)
    await shot(page, "whereabouts-many")
    await page.clock.run_for(10_500)
    await expect(page.locator(".pages")).to_have_text("2 / 6")
    await expect(first).not_to_contain_text("工号 03-0")
