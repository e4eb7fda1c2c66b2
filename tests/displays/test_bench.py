"""The bench's page in a real browser: what a person sees of the simulated devices, and what happens when they touch."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
import uvicorn
from playwright.async_api import expect

from drivers.wire import ff68
from simulators.hallbench import HallBench, Planned, web
from tests.displays.conftest import OpenPage
from tests.hallserver import free_port

SLIP = bytes.fromhex("1B40 1C26 1D2111 41303233 0A 1D5600")


@pytest_asyncio.fixture(loop_scope="session")
async def bench() -> AsyncIterator[tuple[HallBench, str]]:
    """A kiosk with printer and reader, a window with strip, caller and pad; served as `bench --http` does."""
    hall = HallBench()
    pads = free_port()
    await hall.set_up(
        [
            Planned("printer", "printer", f"escpos+tcp://127.0.0.1:{free_port()}", kiosk="k"),
            Planned("reader", "card_reader", f"sam+tcp://127.0.0.1:{free_port()}", kiosk="k"),
            Planned("strip", "sign", f"bx5k+tcp://127.0.0.1:{free_port()}", 1),
            Planned("caller", "caller", f"ff68+tcp://127.0.0.1:{pads}?address=1", 1),
            Planned("pad", "pad", f"ff68+tcp://127.0.0.1:{pads}?address=21", 1),
        ]
    )
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(web(hall), port=port, log_level="warning", lifespan="off"))
    serving = asyncio.ensure_future(server._serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0)
    yield hall, f"http://127.0.0.1:{port}/"
    server.should_exit = server.force_exit = True
    await serving
    await hall.bench.close()


async def test_devices_are_seen_and_touched(bench: tuple[HallBench, str], visit: OpenPage, shot) -> None:
    hall, url = bench
    device = {name: stand.port.device for name, stand in hall.stands.items()}
    device["printer"].receive(SLIP)
    page = await visit(url, 1400, 900)
    await expect(page.locator("#summary")).to_contain_text("5 台设备")
    await expect(page.locator(".out img")).to_have_attribute("alt", "小票 slip 1")

    await page.get_by_role("button", name="打开上盖").click()
    await expect(page.locator(".facts").first).to_contain_text("cover open")
    assert device["printer"].cover_open
    await page.get_by_role("button", name="合上上盖").click()
    await expect(page.locator("#summary")).not_to_contain_text("need somebody")
    assert device["printer"].online

    await page.get_by_role("button", name="测试丙").first.click()
    await expect(page.locator(".field")).to_contain_text("测试丙")
    assert device["reader"].person is not None
    await page.locator(".field .card").click()
    await expect(page.locator(".field")).to_contain_text("请放卡")
    assert device["reader"].person is None

    faces = page.locator(".pad:not([hidden]) button")
    await expect(faces.first).to_be_disabled()
    device["pad"].receive(ff68.encode(ff68.OpenRating(21)))
    await expect(faces.first).to_be_enabled()
    await faces.first.click()
    await expect(faces.first).to_be_disabled()
    assert device["pad"].devices[21].unacknowledged[0] == ff68.Valued(21, 0)
    await page.get_by_role("button", name="呼叫").first.click()
    await expect(page.locator(".digits small").first).to_contain_text("unanswered")
    assert device["caller"].devices[1].unacknowledged[0] == ff68.Keyed(1, 1, b"\x0c")

    await page.locator("bench-strip select").select_option("out")
    await expect(page.locator("bench-strip")).to_have_class("device gone")
    assert not hall.stands["strip"].port.plugged_in
    await page.locator("bench-strip select").select_option("lossy")
    await expect(page.locator("bench-strip select")).to_have_class("spoilt")
    assert hall.stands["strip"].port.plugged_in
    assert hall.stands["strip"].port.faults == {"lossy": 0.05}
    await shot(page, "bench")
