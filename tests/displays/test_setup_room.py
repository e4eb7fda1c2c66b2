"""The set-up against the real server: the file with its judge, the history and the way back, and the tables behind a cookie."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from app.core.rights import Role
from tests.displays.conftest import OpenPage
from tests.hallserver import HallServer
from tests.plans import small_plan

Keep = Callable[[Page, str], Awaitable[None]]
PASSWORD = "four tides a day"
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """One server for all of this file."""
    server = HallServer(tmp_path_factory.mktemp("setup"), small_plan())
    server.user("chief", PASSWORD, Role.ADMINISTRATOR)
    server.user("duty", PASSWORD, Role.SUPERVISOR)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text()


async def sign_in(page: Page, login: str) -> None:
    await page.get_by_label("账号").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".tile").first).to_be_visible()


async def at_setup(house: HallServer, visit: OpenPage, **how: object) -> Page:
    page = await visit(f"{house.url}/console/?hall={house.hall}", **DESK, **how)
    await sign_in(page, "chief")
    await page.locator("[data-room=setup]").click()
    return page


async def test_a_supervisor_sees_the_hall_and_no_set_up(house: HallServer, visit: OpenPage) -> None:
    page = await visit(f"{house.url}/console/?hall={house.hall}#setup", **DESK)
    await sign_in(page, "duty")
    await expect(page.locator("[data-room=setup]")).to_be_hidden()
    await expect(page.locator("[data-tab=live]")).to_be_visible()
    await expect(page.locator("[data-tab=setup]")).to_have_count(0)


async def test_a_mistake_leads_to_its_line_and_a_good_file_is_adopted_and_taken_back(
    house: HallServer, visit: OpenPage, shot: Keep
) -> None:
    page = await at_setup(house, visit)
    await page.get_by_role("tab", name="大厅文件").click()
    editor = page.locator("textarea")
    await expect(page.locator(".verdict")).to_contain_text("与现行方案相同")
    text = await editor.input_value()
    await editor.fill(text.replace('zone = "tax"', 'zone = "taxes"', 1))
    await expect(page.locator(".findings")).to_contain_text("没有叫 taxes 的分区")
    await expect(page.get_by_role("button", name="采用")).to_be_disabled()
    await page.locator(".findings [data-level=red] button").click()
    chosen = "e => e.value.slice(e.selectionStart, e.selectionEnd)"
    assert await editor.evaluate(chosen) == 'zone = "taxes"'
    await shot(page, "console-setup-file")
    await editor.fill(text.replace("mean_minutes = 8.4", "mean_minutes = 9.1"))
    await expect(page.locator(".judge .changes")).to_contain_text("mean_minutes 8.4 → 9.1")
    await page.get_by_role("button", name="采用").click()
    await expect(page.locator(".judge .changes li")).to_have_count(0)
    await page.get_by_role("tab", name="历史").click()
    newest = page.locator(".plans > li").first
    await expect(newest).to_contain_text("chief")
    await expect(newest).to_contain_text("8.4 → 9.1")
    await shot(page, "console-setup-history")
    await page.locator(".plans > li").nth(1).get_by_role("button", name="恢复这一版").click()
    await page.get_by_role("button", name="确定恢复").click()
    await expect(page.locator(".plans > li").first).to_contain_text("9.1 → 8.4")
    await page.get_by_role("tab", name="大厅文件").click()
    await expect(page.locator(".verdict")).to_contain_text("与现行方案相同")
    assert await editor.input_value() == text


async def test_a_table_is_entered_from_the_console_changed_and_shut_by_signing_out(
    house: HallServer, visit: OpenPage, shot: Keep
) -> None:
    page = await at_setup(house, visit, may_complain=True)
    await page.get_by_role("button", name="窗口 Windows").click()
    await expect(page).to_have_url(f"{house.url}/admin/small/window/list")
    await expect(page.locator("table")).to_contain_text("税务区")
    await shot(page, "admin-windows")
    await page.locator('a[href*="/window/edit?pk=3"]').first.click()
    await page.locator("#name_en").fill("Tax desk")
    await page.locator("#name").fill("办税窗口")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.locator("table")).to_contain_text("办税窗口")
    await page.locator("a", has_text="值守台").click()
    await page.get_by_role("tab", name="历史").click()
    await expect(page.locator(".plans > li").first).to_contain_text("办税窗口")
    await page.get_by_role("button", name="退出").click()
    await expect(page.locator("console-login")).to_be_visible()
    await page.goto(f"{house.url}/admin/small/window/list")
    await expect(page.locator("console-login")).to_be_visible()


async def test_the_set_up_shuts_nobody_out_and_fits_a_tablet(house: HallServer, visit: OpenPage) -> None:
    page = await at_setup(house, visit, bypass_csp=True)
    for tab in ("表格", "大厅文件", "历史"):
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        await page.wait_for_load_state("networkidle")
        found = (await Axe().run(page)).response["violations"]
        worst = [each for each in found if each["impact"] in ("serious", "critical")]
        assert not [(each["id"], [node["html"] for node in each["nodes"]]) for each in worst], tab
        for width in (640, 820, 1920):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, tab
