"""Booking a visit on a telephone, against the real server on a clock of the test's own."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from app.core.plan import HallPlan, Zone
from app.core.rights import Role
from tests.app.api.test_bookings import PHONE, booking_plan, hall, valid_card
from tests.displays.conftest import OpenPage

Keep = Callable[[Page, str], Awaitable[None]]
TELEPHONE = {"width": 390, "height": 844}


def plan(places: int = 3) -> HallPlan:
    """Three services can be booked."""
    made = booking_plan(places)
    bookable = tuple(replace(each, bookable=True, slot_capacity=places) for each in made.services)
    return replace(
        made,
        name="临江县政务服务中心",
        name_en="Linjiang County Government Service Centre",
        services=bookable,
        zones=(Zone("main", "综合服务区", "General services"), Zone("tax", "税务专区", "Tax")),
    )


async def test_a_visitor_books_changes_and_cancels_on_the_telephone(
    tmp_path: Path, visit: OpenPage, shot: Keep
) -> None:
    async with hall(tmp_path, plan()) as people:
        page = await visit(f"http://127.0.0.1:{people.house.settings.port}/book/?hall=small", **TELEPHONE)
        await expect(page.locator("h1:visible")).to_contain_text("预约办事")
        await shot(page, "book-service")
        await page.get_by_role("button", name="户籍登记").click()
        await expect(page.get_by_role("button", name="国庆节").first).to_be_disabled()
        await shot(page, "book-day")
        await page.locator(".day", has_text="29").click()
        await expect(page.locator(".slot")).to_have_count(16)
        await shot(page, "book-time")
        await page.locator(".slot", has_text="09:30").click()
        await page.get_by_role("button", name="确认预约").click()
        await expect(page.locator(".said:visible")).to_contain_text("请填写手机号")
        await page.get_by_label("手机号").fill(PHONE)
        await shot(page, "book-who")
        await page.get_by_role("button", name="确认预约").click()
        booked = page.locator("book-booked")
        await expect(booked).to_contain_text("预约成功")
        await expect(booked).to_contain_text("09:30–10:00")
        await expect(booked).to_contain_text("09:00–10:15")
        assert re.search(r"id=[\w-]{22}", page.url)
        await page.locator(".qr").evaluate("image => image.decode()")
        await shot(page, "book-booked")
        number = (await page.locator(".digits").inner_text()).replace(" ", "")

        await page.reload()
        await expect(page.locator(".digits")).to_have_text(f"{number[:4]} {number[4:]}")
        await page.get_by_role("button", name="改期").click()
        await page.locator(".day", has_text="30").click()
        await page.locator(".slot", has_text="14:00").click()
        await shot(page, "book-move")
        await page.get_by_role("button", name="改到这个时间").click()
        await expect(booked).to_contain_text("14:00–14:30")
        await expect(page.locator(".digits")).to_have_text(f"{number[:4]} {number[4:]}")

        await page.get_by_role("button", name="取消预约").click()
        await shot(page, "book-cancel")
        await page.locator(".alarm").click()
        await expect(booked).to_contain_text("已取消")
        await shot(page, "book-cancelled")
        await page.get_by_role("button", name="重新预约").click()
        await expect(page.locator(".services li")).to_have_count(3)
        assert "id=" not in page.url


async def test_who_was_slower_is_told_and_may_choose_again(
    tmp_path: Path, visit: OpenPage, shot: Keep
) -> None:
    async with hall(tmp_path, plan(places=1)) as people:
        page = await visit(
            f"http://127.0.0.1:{people.house.settings.port}/book/?hall=small", may_complain=True, **TELEPHONE
        )
        await page.get_by_role("button", name="户籍登记").click()
        await page.locator(".day", has_text="29").click()
        await page.locator(".slot", has_text="09:00").click()
        assert (await people.book("2026-09-29T09:00:00+08:00", "19900000009")).status_code == 201
        await page.get_by_label("手机号").fill(PHONE)
        await page.get_by_role("button", name="确认预约").click()
        await expect(page.locator(".said:visible")).to_contain_text("已约满")
        await shot(page, "book-full")
        await page.locator("[data-step=slot] .head").click()
        await expect(page.locator(".slot", has_text="09:00")).to_be_disabled()
        await page.locator(".slot", has_text="09:30").click()
        await page.get_by_role("button", name="改用身份证号").click()
        await page.get_by_label("身份证号").fill("690101209901010019")
        await page.get_by_role("button", name="确认预约").click()
        await expect(page.locator(".said:visible")).to_contain_text("身份证号有误")
        await page.get_by_label("身份证号").fill(valid_card())
        await page.get_by_role("button", name="确认预约").click()
        await expect(page.locator("book-booked")).to_contain_text("预约成功")
        assert valid_card() not in await page.content()


async def test_in_the_hall_the_page_checks_in_and_becomes_the_page_of_the_number(
    tmp_path: Path, visit: OpenPage, shot: Keep
) -> None:
    async with hall(tmp_path, plan()) as people:
        booking = (await people.book("2026-09-28T10:00:00+08:00")).json()
        await people.until(28, 9.75)
        page = await visit(f"http://127.0.0.1:{people.house.settings.port}{booking['link']}", **TELEPHONE)
        await shot(page, "book-arrived")
        await page.get_by_role("button", name="现在签到").click()
        await expect(page.locator("ticket-page h1")).to_have_text("A001")
        await page.go_back()
        await expect(page.get_by_role("link", name="查看我的号码")).to_be_visible()


async def test_a_hall_without_bookings_and_a_booking_that_is_gone_are_said_so(
    tmp_path: Path, visit: OpenPage
) -> None:
    async with hall(tmp_path, replace(plan(), services=booking_plan(web=False).services)) as people:
        base = f"http://127.0.0.1:{people.house.settings.port}/book/?hall=small"
        page = await visit(f"{base}&id=nobody", may_complain=True, **TELEPHONE)
        await expect(page.locator("#nothing")).to_contain_text("没有这个预约")
    closed = replace(plan(), services=tuple(replace(each, bookable=False) for each in plan().services))
    folder = tmp_path / "closed"
    await asyncio.to_thread(folder.mkdir)
    async with hall(folder, closed) as people:
        await page.goto(f"http://127.0.0.1:{people.house.settings.port}/book/?hall=small")
        await expect(page.locator("#nothing")).to_contain_text("没有网上预约")
        async with httpx.AsyncClient(verify=False) as nobody:
            offer = await nobody.get(
                f"http://127.0.0.1:{people.house.settings.port}/api/v1/halls/small/bookings/offer"
            )
        assert offer.json()["services"] == []


async def test_booking_is_for_everybody_on_any_screen(tmp_path: Path, visit: OpenPage, shot: Keep) -> None:
    async with hall(tmp_path, plan()) as people:
        base = f"http://127.0.0.1:{people.house.settings.port}"
        link = (await people.book("2026-09-29T09:00:00+08:00", PHONE)).json()["link"]
        for width, height, lang in ((320, 640, "zh,en"), (1280, 800, "en,zh")):
            page = await visit(f"{base}/book/?hall=small&lang={lang}", width, height, bypass_csp=True)
            await page.locator(".choice").first.press("Enter")
            await page.locator(".day", has_text="29").press("Enter")
            await page.locator(".slot", has_text="09:30").press("Enter")
            await shot(page, f"book-{width}")
            await no_serious_findings(page)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            await page.goto(f"{base}{link}&lang={lang}")
            await expect(page.locator(".digits")).to_be_visible()
            await shot(page, f"book-{width}-booked")
            await no_serious_findings(page)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def no_serious_findings(page: Page) -> None:
    """What axe calls serious or critical."""
    found = (await Axe().run(page)).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == [], found


async def test_staff_book_for_who_phones_and_find_it_again_by_its_number(
    tmp_path: Path, visit: OpenPage, shot: Keep
) -> None:
    made = booking_plan(web=False)
    async with hall(tmp_path, made) as people:
        token = people.house.token(Role.CLERK, hall="small", window=1)
        base = f"http://127.0.0.1:{people.house.settings.port}/book/?hall=small&by=staff"
        page = await visit(f"{base}#token={token}", 1280, 800, may_complain=True)
        await expect(page.locator("h1:visible")).to_contain_text("电话预约登记")
        await page.locator(".day", has_text="29").click()
        await page.locator(".slot", has_text="09:30").click()
        await page.get_by_role("button", name="确认预约").click()
        await expect(page.locator("book-booked")).to_contain_text("预约成功")
        number = await page.locator(".digits").inner_text()
        await people.until(29, 9)
        await page.reload()
        await page.get_by_role("button", name="登记下一个").click()
        await page.get_by_label("查找预约").fill("00000000")
        await page.get_by_role("button", name="查找").click()
        await expect(page.locator(".finder .said")).to_contain_text("没有这个预约")
        await page.get_by_label("查找预约").fill(number)
        await page.get_by_role("button", name="查找").click()
        await expect(page.locator(".digits")).to_have_text(number)
        await page.get_by_role("button", name="取消预约").click()
        await page.locator(".alarm").click()
        await expect(page.locator("book-booked")).to_contain_text("已取消")
        await page.get_by_role("button", name="登记下一个").click()
        await shot(page, "book-staff")
        listed = (await people.desk.get("bookings?day=2026-09-29")).json()
        assert [(each["channel"], each["because"]) for each in listed["bookings"]] == [("phone", "staff")]
