"""USB keypads: through a real descriptor, which here is a named pipe, because this house may have no keypad."""

import asyncio
import fcntl
import os
import struct

import pytest

from drivers import evdev
from drivers.catalog import open_device
from drivers.errors import BadUrl, Unreachable
from drivers.media import Condition, Health, Key, KeyPress, Prompt, Rating
from drivers.pad import PadBus
from drivers.wire import numkeys
from tests.drivers.world import Clock, running


async def settled(what) -> None:
    for _ in range(10_000):
        if what():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come")


async def test_keys_typed_into_a_grabbed_device_are_commands(tmp_path):
    path = tmp_path / "event7"
    os.mkfifo(path)
    heard: list[object] = []
    grabbed: list[int] = []
    conditions: list[Condition] = []
    clock = Clock()
    keys = numkeys.NumberKeys(address_of_it=4)
    pad = PadBus(evdev.opener(str(path), grabbed.append), clock, keys, heard.append, conditions.append)
    async with running(pad):
        await settled(lambda: grabbed)
        writer = os.open(path, os.O_WRONLY)
        try:
            for at, code in enumerate((78, 77, 96)):
                os.write(writer, numkeys.encode(numkeys.Event(at, 0, 1, code, 1)))
                os.write(writer, numkeys.encode(numkeys.Event(at, 0, 0, 0, 0)))
            await settled(lambda: len(heard) == 2)
            assert heard == [KeyPress(4, Key.CALL_NEXT), KeyPress(4, Key.MISSED)]
            assert pad.condition.health is Health.ONLINE
        finally:
            os.close(writer)
        await settled(lambda: pad.condition.health is Health.OFFLINE)
        clock.move_to(clock.now + 2)
        await settled(lambda: len(grabbed) == 2)


@pytest.mark.parametrize("rates", ["yes", "no"])
async def test_a_hall_names_a_keypad_by_its_url(tmp_path, monkeypatch, rates):
    path = tmp_path / "event3"
    os.mkfifo(path)
    grabbed: list[tuple[int, int]] = []
    monkeypatch.setattr(fcntl, "ioctl", lambda _, request, value: grabbed.append((request, value)))
    heard: list[object] = []
    url = f"numkeys+evdev://{path}?address=4&rates={rates}"
    pad = open_device(url, Clock(), lambda _: None, heard=heard.append)
    async with running(pad):
        await settled(lambda: grabbed)
        assert grabbed == [(evdev.EVIOCGRAB, 1)]
        pad.prompt(Prompt(4, "r-1"))
        writer = os.open(path, os.O_WRONLY)
        try:
            for at, code in enumerate((78, 79, 2)):  # + and twice the digit 1
                os.write(writer, struct.pack("@llHHi", at, 0, 1, code, 1))
                os.write(writer, struct.pack("@llHHi", at, 0, 0, 0, 0))
            await settled(lambda: heard)
            assert heard == ([Rating(4, 5, "r-1")] if rates == "yes" else [KeyPress(4, Key.CALL_NEXT)])
        finally:
            os.close(writer)


async def test_what_is_no_event_device_is_not_listened_to(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(Unreachable, match="for us alone"):
        await evdev.opener(str(path))()
    with pytest.raises(Unreachable, match="No such file"):
        await evdev.opener(str(tmp_path / "none"))()
    with pytest.raises(BadUrl, match="absolute"):
        evdev.opener("event7")
