"""A real Chromium for the tests of pages, the stage they play on, and a place for their pictures.

The browser starts once for all tests of this folder; every test has its own context (cookies, storage, size). All of
it lives in one event loop, because Playwright's objects belong to the loop that made them.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import iscoroutinefunction
from pathlib import Path
from shutil import which
from typing import Any

import noto_cjk_sans_otc
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.displays.stage import Stage

PICTURES = os.environ.get("TIDEHALL_PICTURES")
"""Folder for pictures of the pages, for people to look through; without it none are taken: one costs as much as a page."""

KNOWN = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("TIDEHALL_CHROMIUM") or next(filter(None, map(which, KNOWN)), None)
"""The browser: the one that is named, else one that is installed (a page in the shell, which has no windows, costs a third
less), else (None) Playwright's own."""

PATIENCE = 15_000
"""ms that a test waits for what a page will show: generous, because the machine may be busy with other tests."""

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]

FONTS = f"""<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{Path(noto_cjk_sans_otc.__file__).parent}</dir>
</fontconfig>
"""
"""For fontconfig: the machine's fonts, and one that has Chinese: without it lines are lower and nothing has its place."""

OpenPage = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here runs in the loop of the session."""
    here = Path(__file__).parent
    for item in items:
        if (
            here in item.path.parents
            and isinstance(item, pytest.Function)
            and iscoroutinefunction(item.function)
        ):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """One browser for all."""
    expect.set_options(timeout=PATIENCE)
    fonts = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    fonts.write_text(FONTS)
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=CHROMIUM, args=SWITCHES, env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    """A stage for one test."""
    one = Stage()
    await one.start()
    yield one
    await one.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium: Browser) -> AsyncIterator[OpenPage]:
    """`page = await visit(url, width, height)`: a page in a context of its own. Whatever a page complains about on its
    console fails the test, unless `may_complain`."""
    contexts = []
    complaints: list[str] = []

    async def open_page(
        url: str,
        width: int = 1280,
        height: int = 800,
        may_complain: bool = False,
        clock: bool = False,
        **settings: Any,
    ) -> Page:
        context = await chromium.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(f"{url}: {error}"))
        if not may_complain:
            page.on(
                "console",
                lambda said: complaints.append(f"{url}: {said.text}") if said.type == "error" else None,
            )
        if clock:
            await page.clock.install()
        await page.goto(url)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert not complaints


@pytest.fixture
def shot() -> Callable[[Page, str], Awaitable[None]]:
    """`await shot(page, "kiosk-portrait")`: a picture, if pictures are wanted."""

    async def keep(page: Page, name: str) -> None:
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / f"{name}.png")

    return keep
