"""How a hall wants its pages: its own languages, their order, size and direction, a theme, a logo; and what a board shows
while nobody is called."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from displays.scene import Bilingual, NoticeShown
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import WEB, Stage

Keep = Callable[[Page, str], Awaitable[None]]
USUAL = {"languages": ["zh", "en"], "named_in": "en", "second_size": 0.62, "directions": ["ltr", "ltr"]}
BOARD = {"width": 1920, "height": 1080}

MONGOLIAN = {
    "language": {"tag": "mn-Mong", "dir": "ltr", "writing": "vertical"},
    "hall.window": "ᠴᠣᠩᠬᠤ",
    "hall.waiting": "ᠬᠦᠯᠢᠶᠡᠵᠦ ᠪᠠᠢᠭ᠎ᠠ",
    "hall.recent": "ᠰᠠᠶᠢᠬᠠᠨ",
    "hall.empty": "ᠳᠠᠭᠤᠳᠠᠬᠤ ᠶᠢ ᠠᠩᠬᠠᠷᠤᠭᠠᠷᠠᠢ",
    "kiosk.ask": "ᠠᠵᠢᠯ ᠰᠣᠩᠭᠣ",
    "kiosk.ask.zone": "ᠠᠵᠢᠯ ᠰᠣᠩᠭᠣ",
    "window.calling": "ᠡᠨᠡ ᠴᠣᠩᠬᠤ",
}
"""A few words, so that there is something to set; a hall of such a region writes the file with its own translators."""

UYGHUR = {
    "language": {"tag": "ug", "dir": "rtl"},
    "hall.window": "كۆزنەك",
    "hall.waiting": "ساقلاۋاتقانلار",
    "hall.recent": "ھازىرلا",
    "kiosk.ask": "ئىشنى تاللاڭ",
    "kiosk.ask.zone": "ئىشنى تاللاڭ",
    "window.calling": "بۇ كۆزنەككە كېلىڭ",
}


@pytest_asyncio.fixture(loop_scope="session")
async def abroad(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage whose hall has two more languages: one file each."""
    shutil.copytree(WEB, tmp_path / "web")
    for code, texts in (("mn", MONGOLIAN), ("ug", UYGHUR)):
        (tmp_path / "web" / "shared" / f"texts.{code}.json").write_text(json.dumps(texts))
    one = Stage(web=tmp_path / "web")
    one.scenes = {"hall": scenes.hall(4, 2, 6, 10), "kiosk": scenes.kiosk(9), "window/3": scenes.window()}
    await one.start()
    yield one
    await one.stop()


@pytest.mark.parametrize("name", ["hall", "kiosk", "window"])
async def test_mongolian_runs_in_columns_from_the_left_beside_chinese(
    abroad: Stage, visit: OpenPage, shot: Keep, name: str
) -> None:
    abroad.look = USUAL | {
        "languages": ["mn", "zh"], "named_in": "mn", "second_size": 1, "directions": ["vertical", "ltr"],
    }  # fmt: skip
    page = await visit(abroad.page(name, window=3), **BOARD)
    place = {"hall": ".hero .word", "kiosk": ".ask", "window": ".state"}[name]
    first, also = page.locator(f"{place} .first").first, page.locator(f"{place} .also").first
    await expect(first).to_have_attribute("lang", "mn-Mong")
    assert await first.evaluate("one => getComputedStyle(one).writingMode") == "vertical-lr"
    one, other = await first.bounding_box(), await also.bounding_box()
    assert one is not None and other is not None
    assert one["x"] + one["width"] <= other["x"] + 1, "the columns stand left of the other language"
    sizes = [await each.evaluate("one => getComputedStyle(one).fontSize") for each in (first, also)]
    assert sizes[0] == sizes[1], "equal size is equal"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await shot(page, f"look-mongolian-{name}")


@pytest.mark.parametrize("name", ["hall", "kiosk", "window"])
async def test_a_hall_may_read_from_right_to_left(
    abroad: Stage, visit: OpenPage, shot: Keep, name: str
) -> None:
    abroad.look = USUAL | {"languages": ["ug", "zh"], "directions": ["rtl", "ltr"]}
    page = await visit(abroad.page(name, window=3), **BOARD)
    place = {"hall": ".hero .word", "kiosk": ".ask", "window": ".state"}[name]
    await expect(page.locator(f"{place} .first").first).to_have_attribute("dir", "rtl")
    assert await page.evaluate("document.documentElement.dir") == "rtl"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if name == "hall":
        number, to = (
            await page.locator(".hero .call").bounding_box(),
            await page.locator(".hero .place").bounding_box(),
        )
        assert number is not None and to is not None
        assert number["x"] > to["x"], "the number is read first, and that is on the right"
    await shot(page, f"look-rtl-{name}")


async def test_the_second_name_in_the_hall_file_is_in_the_language_that_the_hall_says(
    abroad: Stage, visit: OpenPage
) -> None:
    abroad.look = USUAL | {"languages": ["zh", "ug"], "named_in": "ug", "directions": ["ltr", "rtl"]}
    abroad.scenes["hall"] = replace(scenes.hall(1), hall=Bilingual("和田市政务服务中心", "خوتەن شەھىرى"))
    page = await visit(abroad.page("hall"))
    await expect(page.locator("hall-head h1 .also")).to_have_text("خوتەن شەھىرى")
    await expect(page.locator("hall-head h1 .also")).to_have_attribute("lang", "ug")


async def test_the_size_and_the_place_of_the_second_language_are_the_halls(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["kiosk"] = scenes.kiosk(6)
    stage.look = USUAL | {"second_size": 0.8, "places": "beside"}
    page = await visit(stage.page("kiosk"), **BOARD)
    first, also = (page.locator(f".ask .{each}").first for each in ("first", "also"))
    await expect(also).to_have_text("What would you like to do?")
    sizes = [
        await each.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") for each in (first, also)
    ]
    assert sizes[1] / sizes[0] == pytest.approx(0.8, abs=0.01)
    one, other = await first.bounding_box(), await also.bounding_box()
    assert one is not None and other is not None
    assert abs(one["y"] + one["height"] - other["y"] - other["height"]) < one["height"]
    assert other["x"] >= one["x"] + one["width"]


async def test_a_theme_is_one_file_and_a_logo(stage: Stage, visit: OpenPage, shot: Keep) -> None:
    stage.site = {
        "theme.css": ':root[data-theme="dark"] { --paper: #1b0a10; --card: #2d121b; --accent: #ff9eb5; }',
        "logo.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="18" fill="#ff9eb5"/></svg>',
    }
    stage.look = USUAL | {"theme": "/site/theme.css", "logo": "/site/logo.svg"}
    stage.scenes["hall"] = scenes.hall(2)
    page = await visit(stage.page("hall"), **BOARD)
    await expect(page.locator(".hero .call")).to_have_text("A023")
    await page.wait_for_function(
        "() => getComputedStyle(document.querySelector('.hero')).backgroundColor === 'rgb(255, 158, 181)'"
    )
    assert await page.locator("hall-head .logo").evaluate(
        "one => one.decode().then(() => one.naturalWidth > 0)"
    )
    await shot(page, "look-theme")


async def test_a_hall_that_cannot_say_how_it_looks_now_looks_as_it_did(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    stage.look = USUAL | {"languages": ["en", "zh"]}
    page = await visit(stage.page("hall"), may_complain=True)
    await expect(page.locator("hall-waiting h2 .first")).to_have_text("Waiting")
    await page.route("**/look", lambda route: asyncio.ensure_future(route.abort()))
    await page.reload()
    await expect(page.locator("hall-waiting h2 .first")).to_have_text("Waiting")


# -- nobody is called ---------------------------------------------------------------------------------------------

NOTICES = (
    NoticeShown(
        Bilingual("10 月 1 日至 7 日放假,8 日正常上班。", "Closed from 1 to 7 October. Open again on the 8th."), "", ""
    ),
    NoticeShown(Bilingual("办理居住证请带租房合同。", "For a residence permit bring your rental contract."), "picture.svg", ""),
    NoticeShown(Bilingual("税务专区的通知", "For the tax area"), "", "tax"),
)  # fmt: skip
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360" viewBox="0 0 16 9"><rect width="16" height="9" '
    'fill="#13394c"/><path d="M0 9 5 3l4 4 3-3 4 5z" fill="#ffc845"/><circle cx="12.5" cy="2.2" r="1.2" fill="#f3f8fa"/></svg>'
)


async def test_notices_are_read_while_nobody_is_called_and_a_call_comes_first(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    stage.site = {"picture.svg": PICTURE}
    stage.scenes["hall"] = replace(scenes.hall(0, 0, 6), notices=NOTICES)
    page = await visit(stage.page("hall"), clock=True, **BOARD)
    await expect(page.locator(".empty")).to_contain_text("10 月 1 日至 7 日放假")
    await expect(page.locator(".empty")).to_contain_text("Closed from 1 to 7 October")
    await shot(page, "hall-notice")
    await page.clock.run_for(18_000)
    await expect(page.locator(".empty")).to_contain_text("居住证")
    await expect(page.locator(".picture")).to_be_visible()
    await page.clock.run_for(18_000)
    await expect(page.locator(".empty")).to_contain_text("10 月 1 日")  # the third is for another zone
    await stage.show("hall", replace(scenes.hall(1, seq=101), notices=NOTICES))
    await page.clock.run_for(200)
    await expect(page.locator(".hero .call")).to_have_text("A023")
    await expect(page.locator(".empty")).to_be_hidden()


async def test_a_notice_of_a_zone_is_read_there(stage: Stage, visit: OpenPage, shot: Keep) -> None:
    stage.scenes["hall"] = replace(scenes.hall(0), notices=NOTICES[2:])
    page = await visit(stage.page("hall", zone="tax"), **BOARD)
    await expect(page.locator(".empty")).to_contain_text("税务专区的通知")
    stage.site = {"picture.svg": PICTURE}
    await stage.show("hall", replace(scenes.hall(0, 0, 6, seq=101), notices=NOTICES[1:2]))
    await expect(page.locator(".picture")).to_be_visible()
    await shot(page, "hall-notice-picture")


async def test_a_closed_hall_says_when_it_opens(stage: Stage, visit: OpenPage, shot: Keep) -> None:
    opens: datetime = scenes.NOW.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    stage.scenes["hall"] = replace(scenes.hall(0, 0, 0), open=False, opens_at=opens)
    page = await visit(stage.page("hall"), **BOARD)
    await expect(page.locator(".empty")).to_contain_text("现在不对外服务")
    await expect(page.locator(".opens")).to_contain_text("下次开放:3月3日星期二 09:00")
    await expect(page.locator(".opens")).to_contain_text("Opens on Tuesday, March 3 at 09:00")
    await shot(page, "hall-closed")
