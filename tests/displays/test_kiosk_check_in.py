"""Check-in at the ticket machine: by number, by scanner, by card."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from playwright.async_api import Page, expect
from starlette.requests import Request
from starlette.responses import Response

from displays.scene import Bilingual, CardNotice
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, problem, saying

Keep = Callable[[Page, str], Awaitable[None]]


async def test_who_booked_types_the_number_and_gets_a_ticket(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    stage.scenes["kiosk"] = replace(scenes.kiosk(), bookings=True)
    stage.answers["POST /bookings/check-in"] = saying(scenes.ISSUED, 201)
    stage.answers["GET /tickets/*"] = saying(scenes.ISSUED)
    page = await visit(stage.page("kiosk"), 1920, 1080)
    await expect(page.locator(".service")).to_have_count(20)
    await shot(page, "kiosk-with-bookings")
    await page.get_by_role("button", name="预约签到").click()
    await shot(page, "kiosk-check-in")
    for digit in "482017":
        await page.locator("kiosk-check-in").get_by_role("button", name=digit, exact=True).click()
    await page.locator("kiosk-check-in").get_by_role("button", name="删除").click()
    await page.keyboard.type("734", delay=120)
    await expect(page.locator(".big")).to_have_text("A023")
    assert [(each.path, each.body) for each in stage.asked] == [("/bookings/check-in", {"code": "48201734"})]
    await page.get_by_role("button", name="完成").click()
    await page.get_by_role("button", name="预约签到").click()
    await expect(page.locator(".boxes")).to_have_text("")


async def test_a_code_before_the_scanner_checks_in_from_wherever_the_visitor_is(
    stage: Stage, visit: OpenPage
) -> None:
    stage.scenes["kiosk"] = replace(scenes.kiosk(), bookings=True)
    stage.answers["POST /bookings/check-in"] = saying(scenes.ISSUED, 201)
    stage.answers["GET /tickets/*"] = saying(scenes.ISSUED)
    page = await visit(stage.page("kiosk"))
    await expect(page.get_by_role("button", name="预约签到")).to_be_visible()
    await page.keyboard.type("A quick hand ")
    await page.keyboard.press("Enter")
    link = "https://hall.example/book/?hall=county&id=c6vX1y0m4gqv8l2ZbQm3aA"
    await page.evaluate(
        "link => { for (const key of [...link, 'Enter']) dispatchEvent(new KeyboardEvent('keydown', { key })); }",
        link,
    )
    await expect(page.locator(".big")).to_have_text("A023")
    assert [each.body for each in stage.asked] == [{"code": "c6vX1y0m4gqv8l2ZbQm3aA"}]


async def test_the_card_that_booked_is_enough_and_a_wrong_day_is_said_with_the_right_one(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    stage.scenes["kiosk"] = replace(scenes.kiosk(), bookings=True)

    async def refusing(_: Request, __: dict[str, Any]) -> Response:
        return problem(
            409,
            "wrong-day",
            "预约 48201734 的日期是 2099-03-03 09:00,不是今天。请在当天前来。",
            "Booking 48201734 is for 2099-03-03 at 09:00, not for today. Please come on that day.",
            "booking",
        )

    stage.answers["POST /bookings/check-in"] = refusing
    page = await visit(stage.page("kiosk"), 1080, 1920, may_complain=True)
    await expect(page.locator(".service")).to_have_count(20)
    await shot(page, "kiosk-with-bookings-portrait")
    await page.get_by_role("button", name="预约签到").click()
    await shot(page, "kiosk-check-in-portrait")
    card = CardNotice(True, "", Bilingual("证件已读取", "Card read"), "card-1")
    await stage.show("kiosk", replace(scenes.kiosk(seq=101), bookings=True, card=card))
    await expect(page.locator("kiosk-result")).to_contain_text("2099-03-03 09:00")
    await shot(page, "kiosk-wrong-day")
    assert [each.body for each in stage.asked] == [{"card": "card-1"}]


async def test_a_hall_without_bookings_has_no_such_button(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["kiosk"] = scenes.kiosk()
    page = await visit(stage.page("kiosk"))
    await expect(page.locator(".service").first).to_be_visible()
    await expect(page.locator(".booked")).to_be_hidden()
