"""The pad driver against simulated callers and pads, over real TCP and real pseudo-terminals, with lost bytes."""

import pytest

from drivers.media import Health, Key, KeyPress, NotRated, Prompt, Rating, Trouble
from drivers.pad import PadBus
from drivers.wire import ff68
from drivers.wire.keymap import KeyMap
from simulators import ff68 as twin
from tests.drivers.world import CABLES, losing, over_tcp, running


class Hall:
    """Who listens: what was pressed, and the conditions that came."""

    def __init__(self, world, dialect=None, **settings) -> None:
        self.heard: list[KeyPress | Rating | NotRated] = []
        self.conditions = []
        self.bus = PadBus(
            world.open,
            world.clock,
            dialect or ff68.Ff68(),
            self.heard.append,
            self.conditions.append,
            **settings,
        )


@pytest.fixture(params=list(CABLES))
def cable(request):
    return CABLES[request.param]


async def test_a_key_is_one_command_and_is_acknowledged_with_its_own_bytes(cable):
    async with cable(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            assert hall.bus.condition.health is Health.UNKNOWN, "nobody has spoken yet"
            world.simulator.press(5, b"\x0c", function=0x07)
            await world.go(0.1)
            assert hall.heard == [KeyPress(5, Key.CALL_NEXT)]
            assert world.said == [bytes.fromhex("FF 68 03 03 68 05 07 0C 18 16")]
            assert not world.simulator.devices[5].unacknowledged
            assert hall.bus.condition.health is Health.ONLINE
            await world.go(5)
            assert len(hall.heard) == 1


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        (b"\x0d", Key.RECALL),
        (b"\x06\x0f", Key.MISSED),
        (b"\x00\x0f", Key.PARK),
        (b"\x03\x0f", Key.RETURN_PARKED),
        (b"\x0b", Key.ASK_RATING),
        (b"\x11", Key.STAND_BACK),
        (b"\x12", Key.PAUSE),
        (b"\x13", Key.TRANSFER),
    ],
)
async def test_every_key_of_a_caller_has_its_command(keys, key):
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            world.simulator.press(3, keys)
            await world.go(0.2)
            assert hall.heard == [KeyPress(3, key)]


async def test_a_press_said_again_because_the_answer_was_lost_is_the_same_press(cable):
    async with cable(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            world.to_device = lambda data: b""
            world.simulator.press(5, b"\x0c")
            await world.go(1.2)
            assert len(world.said) == 3, "answered every time"
            world.to_device = lambda data: data
            await world.go(3)
            assert hall.heard == [KeyPress(5, Key.CALL_NEXT)]
            assert (world.simulator.devices[5].lost, len(world.simulator.devices[5].unacknowledged)) == (0, 0)
            world.simulator.press(5, b"\x0c")
            await world.go(1)
            assert len(hall.heard) == 2, "later the same key is another press"


async def test_two_different_keys_at_once_and_the_same_key_of_two_callers_are_all_commands():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            world.simulator.press(1, b"\x0c")
            world.simulator.press(2, b"\x0c")
            world.simulator.press(1, b"\x0d")
            await world.go(2)
            assert sorted(hall.heard, key=str) == [
                KeyPress(1, Key.CALL_NEXT),
                KeyPress(1, Key.RECALL),
                KeyPress(2, Key.CALL_NEXT),
            ]


async def test_a_key_without_a_meaning_is_acknowledged_and_passed_over():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            world.simulator.press(5, b"\x0e")
            await world.go(2)
            assert (hall.heard, world.simulator.devices[5].lost) == ([], 0)
            assert not world.simulator.devices[5].unacknowledged


async def test_a_prompt_is_rated_once_with_its_own_id(cable):
    async with cable(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            assert not world.simulator.rate(7, 0), "nobody asked"
            hall.bus.prompt(Prompt(7, "r-1"))
            await world.go(1)
            assert world.simulator.rate(7, 1)
            await world.go(1)
            assert hall.heard == [Rating(7, 4, "r-1")]
            assert world.said[-1] == bytes.fromhex("FF 68 03 03 68 07 01 01 09 16")
            hall.bus.prompt(Prompt(7, "r-1"))
            await world.go(60)
            assert hall.heard == [Rating(7, 4, "r-1")], "the same prompt again changes nothing"


async def test_a_rating_that_nobody_asked_for_is_acknowledged_and_dropped():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            world.send_raw(ff68.encode(ff68.Valued(7, 0)))
            await world.go(1)
            assert hall.heard == []
            assert world.said == [bytes.fromhex("FF 68 03 03 68 07 01 00 08 16")]


async def test_a_prompt_that_nobody_answers_is_not_rated_and_never_good():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world, prompt_seconds=20)
        async with running(hall.bus):
            await world.go(0.1)
            hall.bus.prompt(Prompt(7, "r-1"))
            await world.go(19.5)
            assert hall.heard == []
            await world.go(1)
            assert hall.heard == [NotRated(7, "r-1")]
            world.send_raw(ff68.encode(ff68.Valued(7, 0)))
            await world.go(30)
            assert hall.heard == [NotRated(7, "r-1")], "too late is too late"


async def test_the_next_prompt_ends_the_one_before():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world, prompt_seconds=20)
        async with running(hall.bus):
            await world.go(0.1)
            hall.bus.prompt(Prompt(7, "r-1"))
            await world.go(15)
            hall.bus.prompt(Prompt(7, "r-2"))
            await world.go(15)
            assert hall.heard == [NotRated(7, "r-1")]
            world.simulator.rate(7, 0)
            await world.go(30)
            assert hall.heard == [NotRated(7, "r-1"), Rating(7, 5, "r-2")]


async def test_levels_and_keys_are_a_setting_of_each_device():
    dialect = ff68.Ff68(KeyMap.from_query({"levels": "4,3,2,1", "levels.2": "5,4", "keys.2": "0e:missed"}))
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world, dialect)
        async with running(hall.bus):
            await world.go(0.1)
            for address in (1, 2):
                hall.bus.prompt(Prompt(address, "r"))
                await world.go(0.1)
                world.simulator.rate(address, 1)
                world.simulator.press(address, b"\x0e")
                await world.go(1)
            assert hall.heard == [Rating(1, 3, "r"), Rating(2, 4, "r"), KeyPress(2, Key.MISSED)]


async def test_a_value_that_is_no_level_leaves_the_prompt_open():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world, ff68.Ff68(KeyMap.from_query({"levels": "5,-,1"})))
        async with running(hall.bus):
            await world.go(0.1)
            hall.bus.prompt(Prompt(7, "r-1"))
            await world.go(0.1)
            world.simulator.rate(7, 1)
            await world.go(1)
            assert hall.heard == []
            world.send_raw(ff68.encode(ff68.Valued(7, 2)))
            await world.go(1)
            assert hall.heard == [Rating(7, 1, "r-1")]


async def test_what_is_shown_is_the_newest_and_comes_back_with_the_cable_but_a_beep_does_not():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            hall.bus.show_waiting(5, 12)
            hall.bus.stars(5, 4)
            hall.bus.beep(5)
            hall.bus.show_ticket(6, "A007")
            hall.bus.show_ticket(5, "A023")
            await world.go(0.5)
            device = world.simulator.devices[5]
            assert (device.shown, device.stars, device.beeps) == ("   023", 4, 1)
            assert world.simulator.devices[6].shown == "   007"
            world.plugged = False
            world.cut()
            await world.go(5)
            assert hall.bus.condition.health is Health.OFFLINE
            world.simulator.power_off()
            world.simulator.power_on()
            hall.bus.beep(5)
            hall.bus.show_ticket(5, "A024")
            world.plugged = True
            await world.go(40)
            device = world.simulator.devices[5]
            assert (device.shown, device.stars, device.beeps) == ("   024", 4, 0)


async def test_a_prompt_still_open_when_the_cable_comes_back_is_asked_again():
    async with over_tcp(twin.device("")) as world:
        world.plugged = False
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(2)
            hall.bus.prompt(Prompt(4, "r-9"))
            world.plugged = True
            await world.go(10)
            assert world.simulator.rate(4, 0)
            await world.go(1)
            assert hall.heard == [Rating(4, 5, "r-9")]


async def test_devices_that_speak_at_once_and_spoil_each_others_bytes_are_heard_all_the_same(cable):
    async with cable(twin.device("ff68://?addresses=1-4&collisions=yes")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            for address in (1, 2, 3, 4):
                world.simulator.press(address, b"\x0c")
            await world.go(4)
            assert sorted(press.address for press in hall.heard) == [1, 2, 3, 4]
            assert hall.bus.condition.garbled >= 1


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_line_that_loses_one_byte_in_a_hundred_both_ways_gives_every_press_once(cable, seed):
    async with cable(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            world.to_device, world.to_host = losing(1 / 100, seed), losing(1 / 100, seed + 100)
            pressed = []
            for turn in range(30):
                address, keys = 1 + turn % 4, (b"\x0c", b"\x0d", b"\x12")[turn % 3]
                world.simulator.press(address, keys)
                pressed.append(KeyPress(address, hall_key(keys)))
                await world.go(4)
            assert hall.heard == pressed


def hall_key(keys: bytes) -> Key:
    key = KeyMap().key(0, keys.hex())
    assert key is not None
    return key


async def test_a_two_wire_adapter_that_hears_itself_invents_no_press():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            arrive = world.arrive

            def echo_and_arrive(data: bytes) -> None:
                world.send_raw(data)
                arrive(data)

            world.arrive = echo_and_arrive
            hall.bus.prompt(Prompt(5, "r-1"))  # its echo reads like the key "ask for a rating"
            hall.bus.beep(5)
            await world.go(1)
            world.simulator.press(5, b"\x0c")
            await world.go(1)
            world.simulator.rate(5, 0)
            await world.go(1)
            assert hall.heard == [KeyPress(5, Key.CALL_NEXT), Rating(5, 5, "r-1")]
            assert hall.bus.condition.garbled == 0
            assert len(world.said) == 4


async def test_a_press_without_end_is_reported_and_no_longer_answered():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            for _ in range(50):
                world.send_raw(ff68.encode(ff68.Keyed(5, 1, b"\x0c")))
                await world.go(0.2)
            assert hall.heard == [KeyPress(5, Key.CALL_NEXT)]
            assert len(world.said) == 8
            assert hall.bus.condition.troubles == {Trouble.GARBLED}
            assert "stuck" in hall.bus.condition.word
            await world.go(3)
            world.simulator.press(5, b"\x0c")
            await world.go(1)
            assert len(hall.heard) == 2
            assert hall.bus.condition.health is Health.ONLINE


async def test_a_line_that_brings_only_rubbish_is_called_garbled_until_somebody_makes_sense():
    async with over_tcp(twin.device("")) as world:
        hall = Hall(world)
        async with running(hall.bus):
            await world.go(0.1)
            world.send_raw(bytes(range(256)) * 40)
            await world.go(0.2)
            assert hall.bus.condition.troubles == {Trouble.GARBLED}
            world.simulator.press(5, b"\x0c")
            await world.go(0.2)
            assert hall.heard == [KeyPress(5, Key.CALL_NEXT)]
            assert (hall.bus.condition.health, hall.bus.condition.troubles) == (Health.ONLINE, frozenset())
