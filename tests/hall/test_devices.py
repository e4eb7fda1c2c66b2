"""A small hall with a device of every kind, over real ports: what is pressed, printed, shown, laid down and rated."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import websockets

from tests.hall.devicehall import ASK, CALL_NEXT, MISSED, PATIENCE, device_hall, device_plans, until


async def test_a_visit_from_the_button_to_the_rating(tmp_path: Path) -> None:
    async with device_hall(tmp_path) as hall:
        await hall.until_well("printer-1", "reader-1", "strip-1", "strip-2")
        await hall.do(1, "open")
        await until(lambda: "1号" in hall.strip(1).shown, why="an idle strip says its window")
        assert "暂停" in hall.strip(2).shown

        ticket = await hall.take()
        slip = await until(lambda: hall.printer.slips)
        assert hall.slips() == [ticket["number"]]
        assert f"id={ticket['id']}" in slip[0].codes[0]
        (printed,) = await hall.until_events("SlipReported")
        assert printed["data"]["state"] == "printed"
        await until(lambda: hall.pads.devices[1].shown.strip() == "001", why="one waits")

        hall.pads.press(1, CALL_NEXT)
        (called,) = await hall.until_events("TicketCalled")
        assert (called["data"]["ticket"], called["data"]["window"]) == (ticket["id"], 1)
        assert called["by"] == "caller-1"
        await until(lambda: ticket["number"] in hall.strip(1).shown, why="the strip calls")
        await until(lambda: hall.pads.devices[1].shown.strip() == "001", why="the caller shows the number")

        await hall.do(1, "start")
        assert not hall.pads.devices[21].open
        hall.pads.press(1, ASK)
        await until(lambda: hall.pads.devices[21].open, why="the pad asks")
        assert hall.pads.rate(21, 0)
        (rated,) = await hall.until_events("TicketRated")
        assert (rated["data"]["ticket"], rated["data"]["level"], rated["data"]["window"]) == (
            ticket["id"],
            5,
            1,
        )
        await until(lambda: "1号" in hall.strip(1).shown and ticket["number"] not in hall.strip(1).shown)
        assert len(await hall.events("TicketRated")) == 1
        assert len(hall.printer.slips) == 1


async def test_a_key_that_the_rules_refuse_beeps_and_changes_nothing(tmp_path: Path) -> None:
    async with device_hall(tmp_path) as hall:
        await hall.do(2, "open")
        await until(lambda: hall.pads.devices[2].shown.strip() == "000", why="the line is open")
        hall.pads.press(2, MISSED)
        await until(lambda: hall.pads.devices[2].beeps == 1, why="the caller beeps")
        assert await hall.events("TicketMissed") == []


def written(folder: Path) -> bytes:
    """Everything that the server has put on the disk."""
    return b"".join(file.read_bytes() for file in folder.glob("hall.db*"))


async def test_a_card_tells_the_kiosk_which_class_it_may_offer_and_nothing_of_its_holder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    # The people of the bench are born in 2099: the hall's clock runs in a year in which they are old.
    async with device_hall(tmp_path, clock_start="2170-03-03T10:00:00+08:00") as hall:
        await hall.until_well("reader-1", "printer-1")
        url = f"ws://127.0.0.1:{hall.server.port}/api/v1/halls/small/scenes/kiosk"
        protocols = [websockets.Subprotocol(f"bearer.{hall.kiosk}")]
        async with websockets.connect(url, subprotocols=[*protocols, "tidehall.v1"]) as page:
            assert '"card":null' in await page.recv()
            hall.reader.press("resident")
            scene = ""
            while '"priority_class":"elderly"' not in scene:
                scene = str(await page.recv())
            assert "老年人" in scene
            assert "测试甲" not in scene
            assert "699999" not in scene
            await hall.take()
            while '"card":null' not in scene:
                scene = str(await page.recv())
        journal = written(tmp_path) + caplog.text.encode()
        assert "测试甲".encode() not in journal
        assert b"69999920990301" not in journal


async def test_the_api_lists_every_device_with_condition_last_word_and_latency(tmp_path: Path) -> None:
    async with device_hall(tmp_path) as hall:
        await hall.until_well("printer-1", "strip-1")
        hall.port("strip-2").unplug()
        await until(lambda: not hall.port("strip-2").connections)
        await hall.until_device("strip-2", lambda told: told["health"] == "offline")
        listed = {each["name"]: each for each in await hall.get("/devices")}
        assert list(listed) == [plan.name for plan in hall.plans]
        assert listed["strip-2"]["troubles"] == ["no_answer"]
        assert listed["strip-2"]["word"]
        assert 0 < listed["printer-1"]["latency_p50"] <= listed["printer-1"]["latency_p99"] < 1
        assert listed["pad-1"]["health"] == "unknown"
        figures = (await hall.client.get(f"{hall.server.url}/metrics")).text
        assert 'tidehall_device_garbled_total{device="strip-1",hall="small"} 0.0' in figures
        assert 'tidehall_device_latency_seconds{device="printer-1",hall="small",quantile="0.5"}' in figures


@pytest.mark.parametrize("role", ["kiosk", "screen"])
async def test_who_only_looks_is_not_told_of_devices(tmp_path: Path, role: str) -> None:
    async with device_hall(tmp_path) as hall:
        key = hall.server.token(role)
        answer = await hall.client.get(
            f"{hall.server.api}/devices", headers={"authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 403


async def test_the_roll_is_counted_over_a_restart_and_the_kiosk_is_warned_before_it_ends(
    tmp_path: Path,
) -> None:
    printer = replace(device_plans()[0], url=device_plans()[0].url + "&roll=0.6&low=0.2&automatic=yes")
    async with device_hall(tmp_path, (printer,), killable=True) as hall:
        await hall.until_well("printer-1")
        await hall.take()
        (first,) = await hall.until_events("SlipReported")
        assert 60 < first["data"]["paper_used_mm"] < 300
        await asyncio.to_thread(hall.server.kill)
        await asyncio.to_thread(hall.server.start)
        url = f"ws://127.0.0.1:{hall.server.port}/api/v1/halls/small/scenes/kiosk"
        protocols = [websockets.Subprotocol(f"bearer.{hall.kiosk}"), websockets.Subprotocol("tidehall.v1")]
        async with websockets.connect(url, subprotocols=protocols) as page:
            said = ""
            for n in range(2, 9):
                await hall.take()
                reports = await hall.until_events("SlipReported", n)
                assert reports[-1]["data"]["state"] == "printed"
                if reports[-1]["data"]["paper_used_mm"] > 400:
                    break
            assert reports[-1]["data"]["paper_used_mm"] > reports[0]["data"]["paper_used_mm"] * (n - 0.5)
            async with asyncio.timeout(PATIENCE):
                while '"paper":"low"' not in said:
                    said = str(await page.recv())
        assert not hall.printer.near_end, "it was counted, not seen by the printer"
        hall.printer.take_out_paper()
        await hall.until_events("DeviceReported", 1)
        await hall.until_device("printer-1", lambda told: "paper_out" in told["troubles"])
        hall.printer.put_in_paper()
        await hall.until_device("printer-1", lambda told: not told["troubles"])
        await hall.take()
        reports = await hall.until_events("SlipReported", n + 1)
        assert reports[-1]["data"]["paper_used_mm"] < 300, "a new roll begins at nothing"
