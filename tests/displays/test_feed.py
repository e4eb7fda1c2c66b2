"""The live line: right again within 2 s, and never a state that is over shown as if it were live."""

import asyncio
import time
from dataclasses import replace

from playwright.async_api import Page, expect

from displays.scene import Bilingual
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage

HERO = ".hero .call"


async def state(page: Page) -> str:
    word: str = await page.evaluate("document.documentElement.dataset.line")
    return word


async def until_line(page: Page, wanted: str) -> None:
    await page.wait_for_function("wanted => document.documentElement.dataset.line === wanted", arg=wanted)


async def test_a_page_shows_the_newest_scene_after_each_change(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall"))
    await expect(page.locator(HERO)).to_have_text("A023")
    now = replace(scenes.hall(1, seq=101), calls=(scenes.call("B007", 4, seconds=1),))
    await stage.show("hall", now)
    await expect(page.locator(HERO)).to_have_text("B007")


async def test_a_scene_older_than_the_one_shown_is_not_drawn(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(1, seq=100)
    page = await visit(stage.page("hall"))
    await expect(page.locator(HERO)).to_have_text("A023")
    await stage.show("hall", replace(scenes.hall(1, seq=99), calls=(scenes.call("B007", 4),)))
    await stage.show("hall", replace(scenes.hall(1, seq=101), hall=Bilingual("另一大厅", "Another hall")))
    await expect(page.locator("hall-head h1")).to_contain_text("另一大厅")
    await expect(page.locator(HERO)).to_have_text("A023")


async def test_a_page_says_that_it_is_stale_after_three_seconds_and_is_right_within_two_of_the_servers_return(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall"), may_complain=True)
    await expect(page.locator(HERO)).to_have_text("A023")
    await stage.stop()
    gone = time.monotonic()
    await until_line(page, "stale")
    assert 2.5 < time.monotonic() - gone < 5
    await expect(page.locator("line-state")).to_contain_text("连接中断")
    await expect(page.locator("line-state")).to_contain_text("Connection lost")
    await page.wait_for_function(
        "() => getComputedStyle(document.querySelector('hall-calls')).filter === 'grayscale(1)'"
    )
    stage.scenes["hall"] = replace(scenes.hall(1, seq=140), calls=(scenes.call("B008", 4, seconds=1),))
    await stage.start()
    back = time.monotonic()
    await expect(page.locator(HERO)).to_have_text("B008")
    await until_line(page, "live")
    assert time.monotonic() - back < 2
    await expect(page.locator("line-state")).to_be_hidden()


async def test_a_short_break_is_mended_without_a_word(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall"), may_complain=True)
    await until_line(page, "live")
    await page.evaluate("""() => {
        window.seen = [];
        new MutationObserver(() => window.seen.push(document.documentElement.dataset.line))
            .observe(document.documentElement, {attributeFilter: ["data-line"]});
    }""")
    stage.scenes["hall"] = replace(scenes.hall(1, seq=101), calls=(scenes.call("B008", 4, seconds=1),))
    await stage.hang_up()
    await expect(page.locator(HERO)).to_have_text("B008")
    assert "stale" not in await page.evaluate("window.seen")


async def test_a_server_that_says_nothing_is_doubted_within_ten_seconds(
    stage: Stage, visit: OpenPage
) -> None:
    stage.answer_pings = False
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall"), clock=True)
    await until_line(page, "live")
    stage.refuse = 4404  # whoever comes again finds nothing: the old scene would be a lie
    await page.clock.run_for(8_000)
    assert await state(page) == "live"
    await page.clock.run_for(2_000)
    assert await state(page) in ("stale", "refused")


async def test_a_server_that_answers_pings_is_doubted_within_ten_seconds_of_silence(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit("about:blank", clock=True)
    async with page.expect_websocket() as opened:
        await page.goto(stage.page("hall"))
    line = await opened.value
    await until_line(page, "live")
    for _ in range(2):
        async with line.expect_event("framereceived", lambda said: said == "pong"):
            await page.clock.run_for(5_000)
    assert await state(page) == "live"
    stage.answer_pings = False
    stage.refuse = 4404
    await page.clock.run_for(10_000)
    assert await state(page) in ("stale", "refused")


async def test_a_hidden_page_hangs_up_and_is_full_again_when_it_is_shown(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall"))
    await until_line(page, "live")
    assert len(stage.sockets["hall"]) == 1
    await page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {configurable: true, get: () => window.away});
        window.away = true;
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    for _ in range(100):
        if not stage.sockets["hall"]:
            break
        await asyncio.sleep(0.02)
    assert not stage.sockets["hall"]
    stage.scenes["hall"] = replace(scenes.hall(1, seq=150), calls=(scenes.call("B009", 4, seconds=1),))
    await page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator(HERO)).to_have_text("B009")
    assert await state(page) == "live"


async def test_the_visitors_page_goes_on_listening_in_the_background(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["ticket/x"] = scenes.ticket()
    page = await visit(stage.page("ticket", id="x"))
    await until_line(page, "live")
    await page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {get: () => true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    await stage.show("ticket/x", scenes.ticket("called", seq=101))
    await page.wait_for_function("() => document.title.startsWith('A023 → 3')")


async def test_a_page_whose_key_has_ended_says_so_and_is_let_in_again_when_it_is_valid(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    stage.refuse = 4401
    page = await visit(stage.page("hall"), clock=True)
    await until_line(page, "refused")
    await expect(page.locator("line-state")).to_contain_text("未登记")
    stage.refuse = 0
    await page.clock.run_for(16_000)
    await until_line(page, "live")
    await expect(page.locator(HERO)).to_have_text("A023")


async def test_rubbish_from_the_server_changes_nothing(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall"), may_complain=True)
    await expect(page.locator(HERO)).to_have_text("A023")
    for line in stage.sockets["hall"]:
        await line.send_text("{not a scene")
    await stage.show("hall", replace(scenes.hall(1, seq=101), calls=(scenes.call("B010", 4, seconds=1),)))
    await expect(page.locator(HERO)).to_have_text("B010")


async def test_the_key_leaves_the_address_bar_and_survives_a_reload(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall"))
    await until_line(page, "live")
    assert "#" not in page.url and "test-token" not in page.url
    await page.reload()
    await until_line(page, "live")
    assert await page.evaluate("sessionStorage.getItem('tidehall.token.hall')") == "test-token"


async def test_a_page_that_was_away_believes_nothing_before_the_hall_has_spoken(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["ticket/x"] = scenes.ticket()
    page = await visit(stage.page("ticket", id="x"), clock=True)
    await until_line(page, "live")
    await page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {configurable: true, get: () => window.away});
        window.away = true;
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    stage.answer_pings = False  # the line died in the pocket
    stage.scenes["ticket/x"] = scenes.ticket("called", seq=140)
    await page.clock.pause_at("2099-01-01T00:00:06")
    await page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    assert await state(page) == "stale"
    await page.clock.run_for(3_000)
    await page.clock.resume()
    await expect(page.locator(".card")).to_contain_text("轮到您了")
    await until_line(page, "live")


async def test_a_computer_whose_clock_jumps_by_an_hour_shows_the_halls_time_and_goes_on(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall"))
    await until_line(page, "live")
    for hours in (1, -2):
        await page.evaluate(f"() => {{ const now = Date.now; Date.now = () => now() + {hours} * 3600000; }}")
        await page.wait_for_timeout(1_200)
        await until_line(page, "live")
        await expect(page.locator("hall-head time")).to_have_text("09:42")
