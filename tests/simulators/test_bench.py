"""The bench and its command: simulated devices on real ports, a page to touch them, and an end at once."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from drivers.catalog import CATALOG
from drivers.errors import Unreachable
from drivers.link import open_link
from simulators import hallbench
from simulators.bench import Bench, Port, PortTaken
from simulators.escpos import Printer
from simulators.faults import Cables, CutAfter, Late, Plain
from simulators.hallbench import (
    BadHallFile,
    HallBench,
    Planned,
    SlipFolder,
    Stand,
    doors_of,
    read_devices,
    touch,
    web,
)
from simulators.sam import CardReader, Fault

STATUS = b"\x10\x04\x01"
SLIP = bytes.fromhex("1B 40 1C 26 C7 EB 41 30 32 33 BA C5 0A 1D 56 42 00")


@pytest.fixture
async def bench():
    made = Bench()
    yield made
    await made.close()


async def read(link) -> bytes:
    return await asyncio.wait_for(link.read(), 5)


async def test_a_device_on_tcp_answers_everybody_who_connects(bench):
    port = await bench.tcp("printer", Printer())
    links = [await open_link(f"tcp://{port.address}") for _ in range(2)]
    for link in links:
        await link.write(STATUS)
        assert await read(link) == b"\x12"
        link.close()


async def test_a_device_on_a_terminal_answers_behind_its_path(bench, tmp_path):
    path = tmp_path / "printer"
    bench.pty("printer", Printer(), path=path)
    link = await open_link(f"serial://{path}?baud=19200")
    await link.write(STATUS)
    assert await read(link) == b"\x12"
    link.close()
    await bench.close()
    assert not path.is_symlink()


async def test_a_serial_cable_that_is_cut_is_one_cable_again(bench, tmp_path):
    port = bench.pty("p", Printer(), path=tmp_path / "printer", cables=lambda: Cables(CutAfter(3)))
    link = await open_link(f"serial://{tmp_path}/printer")
    for _ in range(3):
        await link.write(STATUS)
        await read(link)
        bench.tick(0.1)
    assert len(port.connections) == 1
    link.close()


async def test_a_device_in_a_pair_answers_in_this_process(bench):
    link = bench.pair("printer", Printer())
    await link.write(STATUS)
    assert await read(link) == b"\x12"
    link.close()


async def test_a_port_that_is_taken_is_named(bench):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"printer: 127.0.0.1:{port} is not free"):
            await bench.tcp("printer", Printer(), port=port)


async def test_time_passes_only_by_tick(bench):
    printer = Printer()
    port = await bench.tcp("printer", printer)
    link = await open_link(f"tcp://{port.address}")
    await link.write(bytes.fromhex("1D 61 0F"))
    assert await read(link) == bytes.fromhex("10 00 00 00")
    printer.open_cover()
    reading = asyncio.ensure_future(link.read())
    await asyncio.sleep(0)
    assert not reading.done()
    bench.tick(0.1)
    assert await reading == bytes.fromhex("38 00 00 00")
    link.close()


async def test_faults_lie_between_port_and_device(bench):
    port = await bench.tcp("printer", Printer(), cables=lambda: Cables(Plain(), Late(1.0)))
    link = await open_link(f"tcp://{port.address}")
    await link.write(STATUS)
    reading = asyncio.ensure_future(link.read())
    for _ in range(100_000):
        if any(connection.cables.up._under_way for connection in port.connections):
            break
        await asyncio.sleep(0)
    bench.tick(0.5)
    assert not reading.done()
    bench.tick(0.5)
    assert await reading == b"\x12"
    port.spoil(lambda: Cables(CutAfter(2), Plain()))
    await link.write(STATUS)
    with pytest.raises(Unreachable):
        await read(link)
    link.close()


async def test_a_device_without_power_hangs_up_and_takes_nobody(bench):
    printer = Printer()
    port = await bench.tcp("printer", printer)
    link = await open_link(f"tcp://{port.address}")
    await link.write(STATUS)
    await read(link)
    printer.power_off()
    bench.tick(0.1)
    with pytest.raises(Unreachable):
        await read(link)
    link.close()
    await takes_nobody(port.address)
    printer.power_on()
    port.unplug()
    await takes_nobody(port.address)
    port.plug_in()
    link = await open_link(f"tcp://{port.address}")
    await link.write(STATUS)
    assert await read(link) == b"\x12"
    link.close()


async def takes_nobody(address: str) -> None:
    link = await open_link(f"tcp://{address}")
    with pytest.raises(Unreachable):
        await read(link)
    link.close()


# -- the hall on the bench ----------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def hall_file(folder: Path, *urls: tuple[str, str, str]) -> Path:
    path = folder / "hall.toml"
    tables = [f'[[device]]\nname = "{name}"\nkind = "{kind}"\nurl = "{url}"\n' for name, kind, url in urls]
    path.write_text("\n".join(tables), "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[device", "hall.toml"),
        ('[[device]]\nname = "a"\nkind = "printer"\n', "device 1 needs name, kind and url"),
        ('[[device]]\nname = "a"\nkind = "printer"\nurl = "tcp://x:1"\n', "does not begin with dialect"),
    ],
)
def test_a_hall_file_that_makes_no_sense_is_refused(tmp_path, text, words):
    path = tmp_path / "hall.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadHallFile, match=words):
        read_devices(path)
    with pytest.raises(BadHallFile):
        read_devices(tmp_path / "none.toml")


@pytest.fixture
async def hall(tmp_path):
    made = HallBench()
    bus = free_port()
    path = hall_file(
        tmp_path,
        ("kiosk-1-printer", "printer", f"escpos+tcp://10.0.0.9:{free_port()}?width=384"),
        ("打印机", "printer", f"escpos+serial://{tmp_path}/printer"),
        ("far", "printer", "escpos+serial:///dev/ttyUSB9"),
        ("keys", "caller", "numkeys+evdev:///dev/input/event3"),
        ("pad-3", "pad", f"ff68+tcp://127.0.0.1:{bus}?address=3"),
        ("pad-4", "pad", f"ff68+tcp://127.0.0.1:{bus}?address=4"),
    )
    await made.set_up(read_devices(path))
    yield made
    await made.bench.close()


@pytest.fixture
async def page(hall):
    transport = httpx.ASGITransport(web(hall))
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        yield client


async def test_the_page_lists_the_devices_and_what_was_left_out_is_said(hall, page):
    listed = {each["name"]: each for each in (await page.get("/devices")).json()}
    assert list(listed) == ["kiosk-1-printer", "打印机", "far", "pad-3", "pad-4"]
    assert hall.left_out == ["keys: no simulator speaks numkeys"]
    assert listed["far"]["served_at"].startswith("/dev/pts/")
    assert listed["kiosk-1-printer"]["served_at"].startswith("127.0.0.1:")
    assert hall.stands["kiosk-1-printer"].port.device.width == 384
    assert hall.stands["pad-3"].port is hall.stands["pad-4"].port
    assert "take_out_paper" in (await page.get("/devices/kiosk-1-printer")).json()["doors"]
    assert "设备台" in (await page.get("/")).text


async def test_people_touch_devices_over_rest(hall, page):
    printer = hall.stands["kiosk-1-printer"].port.device
    answer = await page.post("/devices/kiosk-1-printer/take_out_paper")
    assert answer.json()["state"]["paper_out"] is True
    await page.post("/devices/kiosk-1-printer/put_in_paper", json={"millimetres": 6000})
    assert printer.paper_mm == 6000
    await page.post("/devices/打印机/open_cover")
    assert hall.stands["打印机"].port.device.cover_open
    await page.post("/devices/pad-4/press", json={"keys": "0c"})
    bus = hall.stands["pad-4"].port.device
    assert bus.devices[4].unacknowledged
    assert not bus.devices[3].unacknowledged


@pytest.mark.parametrize(
    ("path", "body", "code", "words"),
    [
        ("/devices/nobody/open_cover", None, 404, "kiosk-1-printer"),
        ("/devices/kiosk-1-printer/explode", None, 400, "open_cover"),
        ("/devices/kiosk-1-printer/put_in_paper", {"metres": 1}, 400, "millimetres"),
        ("/devices/kiosk-1-printer/put_in_paper", {"millimetres": "long"}, 400, "float"),
        ("/devices/kiosk-1-printer/shorten_paper", {}, 400, "millimetres"),
        ("/devices/kiosk-1-printer/open_cover", [1], 400, "JSON object"),
        ("/devices/pad-3/press", {"keys": "0b", "function": 3000}, 400, "range"),
        ("/devices/kiosk-1-printer/cable", {"gremlins": 1}, 400, "lossy"),
    ],
)
async def test_a_touch_that_makes_no_sense_is_refused_and_changes_nothing(page, path, body, code, words):
    answer = await page.post(path, content=b"" if body is None else json.dumps(body))
    assert answer.status_code == code
    assert words in answer.json()["detail"]


async def test_cables_are_spoilt_and_mended_over_rest(hall, page):
    port = hall.stands["kiosk-1-printer"].port
    await page.post("/devices/kiosk-1-printer/cable", json={"lossy": 1, "seed": 7})
    link = await open_link(f"tcp://{port.address}")
    await link.write(STATUS)
    reading = asyncio.ensure_future(link.read())
    for _ in range(20):
        await asyncio.sleep(0)
    await page.post("/devices/kiosk-1-printer/cable", json={})
    await link.write(STATUS)
    assert await asyncio.wait_for(reading, 5) == b"\x12"
    link.close()


async def test_a_cable_is_cut_in_the_middle_of_a_frame_over_rest(hall, page):
    port = hall.stands["kiosk-1-printer"].port
    await page.post("/devices/kiosk-1-printer/cable", json={"cut_after": 2})
    link = await open_link(f"tcp://{port.address}")
    await link.write(STATUS)
    with pytest.raises(Unreachable):
        await asyncio.wait_for(link.read(), 5)
    link.close()
    assert port.device._reader.held == 2, "half a question arrived"


def test_a_readers_replies_are_spoilt_over_rest():
    reader = CardReader()
    stand = Stand(
        Planned("reader", "card_reader", "sam+tcp://127.0.0.1:1"), Port("", reader, Cables), doors_of(reader)
    )
    touch(stand, "spoil_next", {"fault": "checksum"})
    touch(stand, "refuse_next", {"error": 0x60})
    assert (reader.fault, reader.error) == (Fault.CHECKSUM, 0x60)


async def test_slips_are_read_and_seen_over_rest_and_written_to_a_folder(hall, page, tmp_path):
    for stand in ("kiosk-1-printer", "打印机"):
        hall.stands[stand].port.device.receive(SLIP)
    (slip,) = (await page.get("/devices/kiosk-1-printer/slips")).json()
    assert slip["text"] == "请A023号"
    picture = await page.get("/devices/kiosk-1-printer/slips/1.png")
    assert picture.content.startswith(b"\x89PNG")
    assert (await page.get("/devices/kiosk-1-printer/slips/2.png")).status_code == 404
    assert (await page.get("/devices/pad-3/slips")).status_code == 404
    out = tmp_path / "slips"
    out.mkdir()
    await SlipFolder(out, hall).write_new()
    assert {each.name for each in out.iterdir()} == {
        "index.html",
        "kiosk-1-printer-00001.png",
        "打印机-00001.png",
    }
    assert "请A023号" in (out / "index.html").read_text("utf-8")


def test_every_dialect_has_a_simulator_that_can_be_made():
    for dialect in CATALOG.keys() - {"numkeys"}:  # whose twin is a keyboard
        device = hallbench.simulator_of(dialect)
        assert device is not None, dialect
        assert device(f"{dialect}+tcp://127.0.0.1:1?address=1").tick(0.1) == b""
    assert hallbench.simulator_of("bench") is hallbench.simulator_of("no-such") is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_stopped_and_ends_at_once(tmp_path, number):
    port, http = free_port(), free_port()
    path = hall_file(
        tmp_path, ("p", "printer", f"escpos+tcp://127.0.0.1:{port}"), ("q", "sign", "x+tcp://a:1")
    )
    command = [sys.executable, "-m", "simulators", "bench", str(path), "--only", "printer"]
    with subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), "--http", str(http)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == f"p  printer  escpos  127.0.0.1:{port}\n"
        assert process.stdout.readline() == f"http://127.0.0.1:{http}/\n"
        with socket.create_connection(("127.0.0.1", port)) as printer:
            printer.sendall(SLIP + STATUS)
            assert printer.recv(10) == b"\x12"
            taken = subprocess.run(command, capture_output=True, text=True, check=False)
            assert taken.returncode == 1
            assert f"127.0.0.1:{port} is not free" in taken.stderr
            process.send_signal(number)
            assert process.wait(5) == 0
        assert process.stderr.read() == ""
    assert (tmp_path / "out" / "p-00001.png").exists()
