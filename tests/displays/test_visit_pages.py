"""A visit with several services and the end of the day, on the telephone, at the clerk's and on the board."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from playwright.async_api import Page, expect

from app.core.visitrules import DayEnd
from app.scenes import ENDINGS
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage

Keep = Callable[[Page, str], Awaitable[None]]


async def test_the_visitor_sees_what_is_still_to_come_and_what_becomes_of_the_number(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    rest = (scenes.name_of("E"), scenes.name_of("H"))
    stage.scenes["ticket/abc"] = replace(scenes.ticket(), remaining=rest, free=True, last=(40, 30, 55))
    page = await visit(f"{stage.url}/ticket/?hall=county&id=abc", width=390, height=844)
    await expect(page.locator(".then")).to_contain_text("同时在排队")
    await expect(page.locator(".others").first).to_contain_text("不动产登记、个人税费申报")
    await expect(page.locator(".others").last).to_contain_text("最后一项约 40 分钟后轮到(30 至 55)")
    await expect(page.locator(".ending")).to_be_hidden()
    told = ENDINGS[DayEnd.CARRIED]
    await stage.show("ticket/abc", replace(scenes.ticket(seq=101), remaining=rest, ending=told))
    await expect(page.locator(".then")).to_contain_text("接着办理")
    await expect(page.locator(".ending")).to_contain_text("未叫到的号码保留")
    await shot(page, "phone-visit")
    await stage.show("ticket/abc", replace(scenes.ticket("finished", seq=102), remaining=()))
    await expect(page.locator(".others").first).to_be_hidden()
    await expect(page.locator(".others").last).to_be_hidden()


async def test_the_board_says_once_the_hall_has_closed_what_becomes_of_those_who_wait(
    stage: Stage, visit: OpenPage, shot: Keep
) -> None:
    stage.scenes["hall"] = replace(scenes.hall(4, 10, 6), open=False, ending=ENDINGS[DayEnd.TOLD])
    page = await visit(f"{stage.url}/hall/?hall=county", width=1920, height=1080)
    await expect(page.locator("hall-ending")).to_contain_text("请改天再来")
    await shot(page, "hall-ending")
    await stage.show("hall", scenes.hall(4, 10, 6, seq=102))
    await expect(page.locator("hall-ending")).to_be_hidden()
