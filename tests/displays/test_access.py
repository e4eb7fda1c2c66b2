"""Every page for everybody: nothing that a screen reader stumbles over, and everything by the keyboard alone."""

import re
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from displays.scene import WindowState
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage
from tests.displays.test_pages import PAGES, address, fill

SERIOUS = ("serious", "critical")

STATES: dict[str, dict[str, Any]] = {
    "hall": {
        "nobody called": scenes.hall(0),
        "closed": replace(scenes.hall(0), open=False, opens_at=scenes.NOW),
    },
    "window": {
        "paused": scenes.window(WindowState.PAUSED),
        "closed": scenes.window(WindowState.CLOSED),
    },
    "pad": {"idle": scenes.pad(), "panel": scenes.pad(panel="请出示身份证。")},
    "ticket": {"called": scenes.ticket("called"), "finished": scenes.ticket("finished")},
    "clerk": {
        "serving": scenes.clerk(WindowState.SERVING),
        "closed": scenes.clerk(WindowState.CLOSED),
    },
    "kiosk": {"few services": scenes.kiosk(6)},
}
"""What a page comes to while it is open, beside what `fill` puts on it."""

PLACE = {"window": "window/3", "pad": "pad/3", "clerk": "clerk/3", "ticket": "ticket/x"}
SHAPES = {
    "hall": (1920, 1080),
    "kiosk": (1080, 1920),
    "window": (1280, 720),
    "ticket": (390, 844),
    "clerk": (360, 900),
}


async def drawn(stage: Stage, visit: OpenPage, name: str) -> Page:
    """A page that has been drawn and stands still."""
    width, height = SHAPES.get(name, (1280, 800))
    page = await visit(address(stage, name), width, height, reduced_motion="reduce")
    await expect(page.locator("body")).to_contain_text(re.compile(r"[\u4e00-\u9fff]"))
    if name not in ("", "setup", "book"):
        await page.wait_for_function("() => document.documentElement.dataset.line === 'live'")
    await page.wait_for_load_state("networkidle")
    return page


async def stumbles(page: Page) -> list[str]:
    """What axe finds serious, one line each."""
    found = (await Axe().run(page)).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


async def come_to(stage: Stage, page: Page, name: str, scene: Any, seq: int) -> None:
    """Another state of the page that is open, until it has been drawn."""
    await stage.show(PLACE.get(name, name), replace(scene, seq=seq))
    await page.wait_for_function(
        """seq => document.querySelector("scene-context").scene.seq === seq &&
            new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))""",
        arg=seq,
    )


@pytest.mark.parametrize("name", PAGES)
async def test_axe_finds_nothing_serious_on_any_page_in_any_state(
    stage: Stage, visit: OpenPage, name: str
) -> None:
    fill(stage)
    page = await drawn(stage, visit, name)
    found = {"as it opens": await stumbles(page)}
    for seq, (state, scene) in enumerate(STATES.get(name, {}).items(), start=200):
        await come_to(stage, page, name, scene, seq)
        found[state] = await stumbles(page)
    assert not any(found.values()), found


@pytest.mark.parametrize("name", ["kiosk", "pad", "ticket", "clerk", "console", "setup", ""])
async def test_everything_that_can_be_pressed_is_reached_by_the_keyboard_and_seen_when_it_is(
    stage: Stage, visit: OpenPage, name: str
) -> None:
    fill(stage)
    page = await drawn(stage, visit, name)
    wanted = await page.evaluate(
        "() => [...document.querySelectorAll('button, a[href], input, select, textarea, summary')]"
        ".filter(one => one.offsetParent && !one.disabled && one.tabIndex >= 0 && !one.closest('[hidden]')"
        " && (one.matches('summary') || !one.closest('details:not([open])'))).length"
    )
    reached, unseen = set(), []
    for _ in range(wanted + 5):
        await page.keyboard.press("Tab")
        word = await page.evaluate(
            """() => {
                const one = document.activeElement;
                if (!one || one === document.body) return null;
                const style = getComputedStyle(one);
                window.met = window.met || new Map();
                if (!window.met.has(one)) window.met.set(one, window.met.size);
                const seen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
                return [window.met.get(one), seen, one.outerHTML.slice(0, 100)];
            }"""
        )
        if word is not None:
            reached.add(word[0])
            if not word[1]:
                unseen.append(word[2])
    assert len(reached) >= wanted > 0
    assert unseen == []
