"""USB keypads: through a real descriptor, which here is a named pipe, because this house may have no keypad."""

import asyncio
import os

import pytest

from drivers import evdev
from drivers.errors import BadUrl, Unreachable
from drivers.media import Condition, Health, Key, KeyPress
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


async def test_what_is_no_event_device_is_not_listened_to(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(Unreachable, match="for us alone"):
        await evdev.opener(str(path))()
    with pytest.raises(Unreachable, match="No such file"):
        await evdev.opener(str(tmp_path / "none"))()
    with pytest.raises(BadUrl, match="absolute"):
        evdev.opener("event7")
