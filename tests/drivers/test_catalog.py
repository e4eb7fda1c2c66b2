"""Device URLs: what they open, and what is said of those that open nothing."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest

from drivers.catalog import CATALOG, Room, kind_of, open_device, open_printer
from drivers.errors import BadUrl
from drivers.media import Health
from tests.drivers.world import Clock


def nobody(*_: object) -> None:
    """Whom nothing interests."""


GOOD = [
    ("escpos+tcp://10.0.0.9:9100?width=576", "printer"),
    ("escpos+tcp://[fe80::1]:9100", "printer"),
    ("escpos+serial:///dev/ttyUSB0?baud=19200&parity=even&stopbits=2&width=384", "printer"),
    ("escpos+rfc2217://10.0.0.9:4001?baud=9600", "printer"),
    ("escpos+usblp:///dev/usb/lp0?cut=1D5600&before=1B3D01&roll=50&low=2&answers=no", "printer"),
    ("bx5k+serial:///dev/ttyUSB0?baud=57600&address=3&width=64", "sign"),
    ("cpower+tcp://10.0.0.9:5200?font=16", "sign"),
    ("alpha+tcp://10.0.0.9:3001?acks=yes", "sign"),
    ("ff68+tcp://10.0.0.9:4001?levels=5,4,3,2&prompt_seconds=20", "pad"),
    ("sam+serial:///dev/ttyS0?baud=115200", "card_reader"),
    ("stx+tcp://10.0.0.9:4001", "card_reader"),
    ("sam+hidraw:///dev/hidraw0?size=64&report=1&feature=yes&poll=0.5", "card_reader"),
    ("sam+hidraw:///dev/hidraw0?report=1&feature=yes&fetch=input", "card_reader"),
    ("sam+usb://0400:C35A?in=82&out=01", "card_reader"),
    ("numkeys+evdev:///dev/input/by-id/usb-Keypad-event-kbd?keys=0c:recall", "pad"),
    ("numkeys+evdev:///dev/input/event3?address=4&rates=yes&levels=5,4,3,2,1&prompt_seconds=20", "pad"),
]


@pytest.mark.parametrize(("url", "kind"), GOOD)
async def test_a_good_url_gives_a_device_that_is_not_yet_opened(url: str, kind: str) -> None:
    device = open_device(url, Clock(), nobody, heard=nobody)
    assert kind_of(url) == kind
    assert device.kind.replace("_", "") == kind.replace("_", "")
    assert device.condition.health is Health.UNKNOWN


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("10.0.0.9:9100", ["dialect+link", "escpos+tcp://10.0.0.9:9100"]),
        ("tcp://10.0.0.9:9100", ["dialect+link"]),
        ("escpoz+tcp://10.0.0.9:9100", ["'escpoz'", "'escpos' was meant"]),
        ("escpos+tpc://10.0.0.9:9100", ["'tpc'", "'tcp' was meant"]),
        ("escpos+tcp://10.0.0.9", ["port is missing", "10.0.0.9:9100"]),
        ("escpos+tcp://:9100", ["host is missing"]),
        ("escpos+tcp://10.0.0.9:99999", ["Port out of range"]),
        ("escpos+tcp://10.0.0.9:9100/printer", ["nothing may stand behind"]),
        ("escpos+serial://ttyUSB0", ["three slashes", "serial:///dev/ttyUSB0"]),
        ("escpos+serial:///dev/ttyUSB0?baud=19201", ["baud=19201", "19200"]),
        ("escpos+serial:///dev/ttyUSB0?parity=maybe", ["parity=maybe", "none, even, odd"]),
        ("escpos+tcp://10.0.0.9:9100?widht=576", ["'widht'", "'width' was meant"]),
        ("escpos+tcp://10.0.0.9:9100?width=500", ["width=500", "576", "384"]),
        ("escpos+tcp://10.0.0.9:9100?width=wide", ["width=wide", "whole number"]),
        ("escpos+tcp://10.0.0.9:9100?width=576&width=384", ["'width'", "twice"]),
        ("escpos+tcp://10.0.0.9:9100?baud=9600", ["'baud'"]),
        ("escpos+tcp://10.0.0.9:9100?cut=1DZZ", ["cut=1DZZ", "hexadecimal"]),
        ("escpos+tcp://10.0.0.9:9100?chinese_size_bits=67", ["chinese_size_bits=67", "23", "45"]),
        ("escpos+tcp://10.0.0.9:9100?identify=maybe", ["identify=maybe", "yes or no"]),
        ("escpos+tcp://10.0.0.9:9100?roll=3&low=4", ["roll=3", "low=4"]),
        ("ff68+tcp://10.0.0.9:4001?levels=9", ["'9' is no level"]),
        ("ff68+tcp://10.0.0.9:4001?keymap=1", ["'keymap'", "'keys' was meant"]),
        ("numkeys+evdev://event3", ["three slashes", "/dev/input/by-id"]),
        ("sam+hidraw:///dev/hidraw0?size=many", ["size=many", "whole number"]),
        ("sam+usb://reader", ["vendor and product", "usb://0400:C35A"]),
        ("sam+usb://0400:C35A?in=8G", ["in=8G", "hexadecimal"]),
    ],
)
async def test_a_wrong_url_is_refused_with_the_part_that_is_wrong_and_what_would_be_right(
    url: str, words: list[str]
) -> None:
    with pytest.raises(BadUrl) as refused:
        open_device(url, Clock(), nobody, heard=nobody)
    for word in [repr(url), *words]:
        assert word in str(refused.value)


async def test_a_printer_is_asked_for_and_something_else_is_refused() -> None:
    printer = open_printer("escpos+tcp://10.0.0.9:9100", Clock(), nobody, paper_used_mm=12.0)
    assert printer.paper_used_mm == 12.0
    with pytest.raises(BadUrl, match="that is a sign"):
        open_printer("bx5k+tcp://10.0.0.9:5005", Clock(), nobody)


async def test_signs_of_one_room_share_their_cable() -> None:
    room = Room()
    for address in (1, 2):
        open_device(f"bx5k+serial:///dev/ttyUSB0?baud=57600&address={address}", Clock(), nobody, room=room)
    open_device("bx5k+serial:///dev/ttyUSB1?baud=57600", Clock(), nobody, room=room)
    assert len(room.lines) == 2


def test_the_catalogue_loads_only_what_is_asked_for() -> None:
    script = (
        "import sys, drivers.catalog as c; before = set(sys.modules);"
        "assert not before & {'drivers.printer', 'drivers.wire.escpos', 'serial', 'PIL', 'escpos'}, before;"
        "c.open_printer('escpos+tcp://10.0.0.9:9100', None, print);"
        "assert not set(sys.modules) & {'drivers.wire.bx5k', 'drivers.sign', 'serial', 'PIL', 'escpos'}"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert {row.kind for row in CATALOG.values()} == {"printer", "sign", "pad", "card_reader"}


@pytest.mark.parametrize("dialect", CATALOG)
def test_the_table_names_what_the_speaker_takes(dialect: str) -> None:
    row = CATALOG[dialect]
    module, _, name = row.speaker.partition(":")
    takes = inspect.signature(getattr(import_module(module), name)).parameters
    wanted = {name for name in takes if not name.startswith("_")} - {"name", "repeat_within", "firmware"}
    assert {*row.takes, *row.needs} == wanted


@pytest.mark.parametrize(
    ("url", "baud"),
    [
        ("sam+serial:///dev/ttyS0", 115200),
        ("stx+serial:///dev/ttyS0", 115200),
        ("bx5k+serial:///dev/ttyS0", 57600),
        ("cpower+rfc2217://10.0.0.9:4001", 115200),
        ("ff68+serial:///dev/ttyS0", 9600),
        ("sam+serial:///dev/ttyS0?baud=9600", 9600),
    ],
)
def test_a_serial_line_is_as_fast_as_its_devices_wake_with(url: str, baud: int, monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("drivers.link.opener", lambda url: asked.append(url))
    open_device(url, Clock(), nobody, heard=nobody)
    assert f"baud={baud}" in asked[0]
