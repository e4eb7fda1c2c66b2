"""A hall board that hangs for a week: does its memory stay flat?

    python -m tests.hall.board_soak                       a week of 7,200 calls, as fast as the page draws them
    SOAK_DAYS=2 SOAK_CALLS=300 python -m tests.hall.board_soak

For: the board (calls, recalls, counts, notices, the loudspeaker's line) in a real Chromium, on the stage of the tests. After
each day the garbage is collected over the DevTools protocol and counted: bytes of the JavaScript heap, nodes, listeners.
The exit code is not 0 if the last day has more than the second by 5 % of the heap and 256 kB, or by 50 nodes, or by any
listener: the first day may fill caches. Time on the board is real: only the calls come faster than in a hall.
"""

import asyncio
import os
import sys
from dataclasses import replace
from typing import Any

import msgspec
from playwright.async_api import CDPSession, Page, async_playwright

from displays.scene import Bilingual, HallScene, NoticeShown
from displays.voice import Style, compose
from tests.displays import scenes
from tests.displays.conftest import CHROMIUM, SWITCHES
from tests.displays.stage import Stage

LIT_SECONDS = 12.5
"""How long a call is lit: its timers must have run before anything is counted."""

SPEAK = "speechSynthesis.speak = words => setTimeout(() => words.onend && words.onend(), 1)"


def scene_of(n: int, hall: HallScene) -> HallScene:
    """The board after `n` calls: seven at windows, eight before them, new numbers all the time."""
    letters = "ABCDEFGHJKLM"
    calls = tuple(
        replace(
            scenes.call(f"{letters[i % 12]}{i % 1000:03d}", 1 + i % 30, seconds=1, recalls=i % 3),
            call_id=f"{i}.1.{i % 3}",
            serving=n - i > 3,
        )
        for i in range(n, max(n - 15, 0), -1)
    )
    idle = n % 50 == 0
    waiting = tuple(replace(each, waiting=(n + i) % 40) for i, each in enumerate(hall.waiting))
    notices = (NoticeShown(Bilingual(f"通知 {n}", f"Notice {n}"), "", ""),)
    return replace(
        hall,
        seq=100 + n,
        calls=() if idle else calls[:7],
        recent=calls[7:],
        waiting=waiting,
        notices=notices,
        notice_seconds=3.0,
    )


async def counted(page: Page, line: CDPSession) -> dict[str, float]:
    """What the page holds once the garbage is gone."""
    await page.wait_for_timeout(LIT_SECONDS * 1000)
    for _ in range(3):
        await line.send("HeapProfiler.collectGarbage")
    metrics: list[dict[str, Any]] = (await line.send("Performance.getMetrics"))["metrics"]
    found = {each["name"]: float(each["value"]) for each in metrics}
    return {name: found[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")}


async def play(stage: Stage, page: Page, first: int, calls: int, hall: HallScene) -> None:
    """A day: every call is drawn, and every tenth is spoken."""
    for n in range(first, first + calls):
        await stage.show("hall", scene_of(n, hall))
        if n % 10 == 0:
            what = msgspec.to_builtins(
                compose(f"{n}.1.{n % 3}", str(n), "A023", 3, Style(repeat=1, chime=False))
            )
            for line in tuple(stage.sockets.get("voice/", ())):
                await line.send_json({"seq": n, "role": "speaker", "mode": "browser", "say": what})
        if n % 5 == 0:
            # As fast as it draws and no faster: a frame for each handful of calls.
            await page.evaluate("() => new Promise(done => requestAnimationFrame(done))")


async def soak(days: int, calls: int) -> bool:
    """The days one after another; whether the memory stayed flat."""
    stage, hall = Stage(), scenes.hall(0)
    stage.scenes["hall"] = scene_of(1, hall)
    await stage.start()
    rows = []
    async with async_playwright() as play_:
        browser = await play_.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await page.goto(stage.page("hall", voice=1))
        await page.wait_for_function("() => document.documentElement.dataset.line === 'live'")
        await page.evaluate(SPEAK)
        line = await page.context.new_cdp_session(page)
        await line.send("Performance.enable")
        for day in range(days):
            await play(stage, page, 2 + day * calls, calls, hall)
            rows.append(await counted(page, line))
            row = rows[-1]
            print(
                f"day {day + 1}: {row['JSHeapUsedSize'] / 1e6:.2f} MB, {row['Nodes']:.0f} nodes, "
                f"{row['JSEventListeners']:.0f} listeners, {len(stage.said) // 2} spoken",
                flush=True,
            )
        await browser.close()
    await stage.stop()
    base, last = rows[min(1, len(rows) - 1)], rows[-1]
    heap = last["JSHeapUsedSize"] <= base["JSHeapUsedSize"] * 1.05 + 256_000
    nodes = last["Nodes"] <= base["Nodes"] + 50
    listeners = last["JSEventListeners"] <= base["JSEventListeners"]
    return heap and nodes and listeners and len(stage.said) >= 2 * (days * calls // 10 - 1)


def main() -> None:
    """One week."""
    flat = asyncio.run(soak(int(os.environ.get("SOAK_DAYS", "6")), int(os.environ.get("SOAK_CALLS", "1200"))))
    print("the memory of the board stays flat" if flat else "the board grows")
    sys.exit(not flat)


if __name__ == "__main__":
    main()
