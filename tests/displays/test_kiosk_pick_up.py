"""A result is fetched at the ticket machine: by today's number, or by the slip of whatever day before the scanner."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page, expect
from starlette.requests import Request
from starlette.responses import Response

from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, problem, saying

Keep = Callable[[Page, str], Awaitable[None]]


@pytest.mark.parametrize(("width", "height"), [(1080, 1920), (1280, 1024)])
async def test_an_earlier_number_takes_one_that_fetches_its_result(
    stage: Stage, visit: OpenPage, shot: Keep, width: int, height: int
) -> None:
    stage.scenes["kiosk"] = replace(scenes.kiosk(), bookings=True, pick_up=tuple("ABCDEFGHJKLMNPQRSTUV"))
    stage.answers["POST /tickets"] = saying(scenes.ISSUED, 201)
    stage.answers["GET /tickets/*"] = saying(scenes.ISSUED)
    page = await visit(stage.page("kiosk"), width, height)
    await page.get_by_role("button", name="领取结果").click()
    view = page.locator("kiosk-pick-up")
    take = view.get_by_role("button", name="取号领取")
    await expect(take).to_be_disabled()
    await view.get_by_role("button", name="C", exact=True).click()
    for digit in "041":
        await view.get_by_role("button", name=digit, exact=True).click()
    await view.get_by_role("button", name="删除").click()
    await page.keyboard.type("2", delay=120)
    await expect(view.locator(".earlier")).to_have_text("C042")
    inside = await take.evaluate("each => each.getBoundingClientRect().bottom <= innerHeight")
    assert inside, "every key is on the screen"
    await shot(page, f"kiosk-pick-up-{width}")
    await take.click()
    await expect(page.locator(".big")).to_have_text("A023")
    await page.get_by_role("button", name="完成").click()
    link = "https://hall.example/ticket/?hall=county&id=c6vX1y0m4gqv8l2ZbQm3aA"
    await page.evaluate(
        "link => { for (const key of [...link, 'Enter']) dispatchEvent(new KeyboardEvent('keydown', { key })); }",
        link,
    )
    await expect(page.locator(".big")).to_have_text("A023")
    assert [each.body for each in stage.asked if each.path == "/tickets"] == [
        {"pickup_of": "C042", "channel": "kiosk"},
        {"pickup_of": "c6vX1y0m4gqv8l2ZbQm3aA", "channel": "kiosk"},
    ]


async def test_that_nothing_lies_there_is_said_and_a_hall_without_results_has_no_button(
    stage: Stage, visit: OpenPage
) -> None:
    async def refusing(_: Request, __: dict[str, Any]) -> Response:
        return problem(
            409,
            "nothing-to-pick-up",
            "号码 C042 没有可领取的结果。",
            "Nothing lies there for C042.",
            "pickup_of",
        )

    stage.answers["POST /tickets"] = refusing
    stage.scenes["kiosk"] = replace(scenes.kiosk(), pick_up=("C",))
    page = await visit(stage.page("kiosk"), may_complain=True)
    await page.get_by_role("button", name="领取结果").click()
    await page.keyboard.type("042", delay=120)
    await page.locator("kiosk-pick-up").get_by_role("button", name="取号领取").click()
    await expect(page.locator("kiosk-result")).to_contain_text("没有可领取的结果")
    await stage.show("kiosk", scenes.kiosk(seq=101))
    await page.keyboard.press("Escape")
    await expect(page.locator(".service").first).to_be_visible()
    await expect(page.locator(".fetch")).to_be_hidden()
