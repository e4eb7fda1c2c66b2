"""What hangs in the hall: the board and the windows' screens."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import pytest
from playwright.async_api import Page, expect

from displays.scene import Bilingual, WindowState
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage

Keep = Callable[[Page, str], Awaitable[None]]

HERO = ".hero .call"
INSIDE = """() => [...document.querySelectorAll('.hero .number, .grid .number')].filter(one => {
    const box = one.getBoundingClientRect(), card = one.closest('.hero, .grid li').getBoundingClientRect();
    return box.left < card.left || box.right > card.right || box.bottom > innerHeight || one.scrollWidth > one.clientWidth + 2;
}).map(one => one.textContent)"""
OVERLAPS = """() => [...document.querySelectorAll('.hero, .grid li')].filter(card => {
    const number = document.createRange(); number.selectNodeContents(card.querySelector('.call'));
    const place = card.querySelector('.place').getBoundingClientRect();
    return number.getBoundingClientRect().right > place.left;
}).map(card => card.textContent)"""


@pytest.mark.parametrize(
    ("shape", "width", "height"), [("1080p", 1920, 1080), ("4k", 3840, 2160), ("portrait", 1080, 1920)]
)
async def test_the_board_of_a_full_hall_is_whole_and_read_from_afar(
    stage: Stage, visit: OpenPage, shot: Keep, shape: str, width: int, height: int
) -> None:
    stage.scenes["hall"] = scenes.hall(6, 24, 12)
    page = await visit(stage.page("hall"), width, height)
    await expect(page.locator(HERO)).to_have_text("A023")
    await expect(page.locator(".grid li:not([data-serving])")).to_have_count(5)
    assert await page.evaluate(INSIDE) == []
    assert await page.evaluate(OVERLAPS) == []
    # Figures of a call are at least 5 % of the shorter side: 34 mm of a 55-inch board, read by good eyes from 15 m.
    tall = await page.locator(".grid .call").first.evaluate(
        "one => parseFloat(getComputedStyle(one).fontSize) * 0.73"
    )
    assert tall >= 0.05 * min(width, height)
    await shot(page, f"hall-{shape}")


async def test_everybody_who_must_walk_now_is_on_the_board(stage: Stage, visit: OpenPage, shot: Keep) -> None:
    stage.scenes["hall"] = scenes.hall(13, 10)
    page = await visit(stage.page("hall"), 1920, 1080)
    await expect(page.locator(".grid li:not([data-serving])")).to_have_count(12)
    assert await page.evaluate(INSIDE) == []
    await shot(page, "hall-busy")


async def test_long_numbers_windows_and_names_stay_in_their_places(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    long = Bilingual(
        "企业设立、变更、备案与注销登记(含个体工商户)联合办理",
        "Company registration, change, filing and deregistration",
    )
    whole = scenes.hall(4)
    stage.scenes["hall"] = replace(
        whole,
        calls=tuple(
            replace(call, number="ABC1023", window=128, service=long, call_id=f"x{i}")
            for i, call in enumerate(whole.calls[:1])
        )
        + tuple(replace(call, number=f"TX110{i}", window=228) for i, call in enumerate(whole.calls[1:])),
    )
    for shape, width, height in (("landscape", 1920, 1080), ("portrait", 1080, 1920)):
        page = await visit(stage.page("hall"), width, height)
        await expect(page.locator(HERO)).to_have_text("ABC1023")
        assert await page.evaluate(INSIDE) == []
        assert await page.evaluate(OVERLAPS) == []
        await shot(page, f"hall-long-names-{shape}")


async def test_a_new_call_is_lit_and_rings_once(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(2)
    page = await visit(stage.page("hall"))
    await expect(page.locator(HERO)).to_have_text("A023")
    await page.evaluate("""() => {
        window.notes = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (at) { window.notes += 1; start.call(this, at); };
    }""")
    call = scenes.call("C108", 12, seconds=1)
    now = replace(scenes.hall(2, seq=101), calls=(call, *scenes.hall(2).calls))
    await stage.show("hall", now)
    await expect(page.locator(".hero[data-lit] .call")).to_have_text("C108")
    await page.wait_for_function("() => window.notes === 2")
    await stage.hang_up()
    await page.wait_for_timeout(600)
    await stage.show("hall", replace(now, seq=102))
    await page.reload()
    await expect(page.locator(HERO)).to_have_text("C108")
    await page.wait_for_timeout(300)
    await expect(page.locator("[data-lit]")).to_have_count(0)
    await stage.show("hall", replace(now, seq=103, calls=(replace(call, call_id="C108.1.1", recalls=1),)))
    await expect(page.locator(".hero[data-lit] .call")).to_have_text("C108")


async def test_what_was_called_before_the_page_opened_or_too_long_ago_is_not_announced(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["hall"] = scenes.hall(3)
    page = await visit(stage.page("hall"))
    await expect(page.locator(HERO)).to_have_text("A023")
    stale = scenes.call("C108", 12, seconds=90)
    await stage.show("hall", replace(scenes.hall(3, seq=101), calls=(stale,)))
    await expect(page.locator(HERO)).to_have_text("C108")
    await page.wait_for_timeout(200)
    await expect(page.locator("[data-lit]")).to_have_count(0)


async def test_who_likes_it_calm_sees_no_motion(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(0)
    page = await visit(stage.page("hall"), reduced_motion="reduce")
    await expect(page.locator(".empty")).to_contain_text("请留意屏幕叫号")
    await stage.show("hall", replace(scenes.hall(1, seq=101), calls=(scenes.call("B007", 4, seconds=1),)))
    hero = page.locator(".hero[data-lit]")
    await expect(hero).to_contain_text("B007")
    assert await hero.evaluate("one => getComputedStyle(one).animationName") == "none"


async def test_the_boards_clock_is_the_halls(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = replace(scenes.hall(1), speed=60.0)
    page = await visit(stage.page("hall"), clock=True, timezone_id="America/New_York")
    await expect(page.locator(".day")).to_contain_text("3月2日星期一")
    begun = await page.evaluate("Date.now()")
    await page.clock.set_fixed_time(begun)
    told = await page.evaluate("document.querySelector('scene-context').clock.now()")
    await page.clock.set_fixed_time(begun + 3_000)
    at = datetime.fromtimestamp(told / 1000 + 180, scenes.CHINA)
    await expect(page.locator("hall-head time")).to_have_text(f"{at:%H:%M}")


async def test_a_masked_name_stands_beside_its_call_on_a_board_however_full(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(stage.page("hall"), 1920, 1080)
    for number, size in enumerate((4, 12, 24)):
        whole = scenes.hall(size, seq=101 + number)
        await stage.show(
            "hall", replace(whole, calls=tuple(replace(call, name="张*") for call in whole.calls))
        )
        names = page.locator(".person")
        await expect(names.last).to_have_text("张*")
        await expect(page.locator(".hero .person")).to_be_in_viewport(ratio=1)
        assert await page.evaluate(INSIDE) == []
        await shot(page, f"hall-names-{size}")


async def test_one_zones_board_shows_its_own_calls(stage: Stage, visit: OpenPage) -> None:
    whole = scenes.hall(3)
    stage.scenes["hall"] = replace(
        whole, calls=(whole.calls[0], replace(whole.calls[1], zone="tax"), whole.calls[2])
    )
    page = await visit(stage.page("hall", zone="tax"))
    await expect(page.locator(HERO)).to_have_text("B024")
    await expect(page.locator(".grid li")).to_have_count(0)


@pytest.mark.parametrize(
    ("width", "height", "shape"), [(1920, 384, "strip"), (1280, 720, "wide"), (800, 1280, "upright")]
)
async def test_the_windows_screen_says_category_number_and_state(
    stage: Stage, visit: OpenPage, shot: Keep, width: int, height: int, shape: str
) -> None:
    stage.scenes["window/3"] = scenes.window()
    page = await visit(stage.page("window", window=3), width, height)
    for words in (
        "3",
        "公安综合窗口",
        "A023",
        "请到本窗口",
        "Please come to this window",
        "户籍登记",
        "Identity card",
    ):
        await expect(page.locator("window-strip")).to_contain_text(words)
    assert await page.evaluate(
        "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
    )
    await shot(page, f"window-{shape}-calling")
    for state, words in (
        (WindowState.PAUSED, "暂停服务:整理材料"),
        (WindowState.CLOSED, "暂未开放"),
        (WindowState.IDLE, "请等候叫号"),
        (WindowState.SERVING, "正在办理"),
    ):
        await stage.show("window/3", scenes.window(state, seq=101))
        await expect(page.locator(".state")).to_contain_text(words)
    await expect(page.locator(".call")).to_have_text("A023")
    await shot(page, f"window-{shape}-serving")
