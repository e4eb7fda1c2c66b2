"""The sign driver against simulated strips of every language, over real TCP and real pseudo-terminals, with faults."""

from contextlib import AsyncExitStack
from random import Random

import pytest

from drivers.media import Colour, Health, Message, Trouble
from drivers.sign import Bus
from drivers.wire import alpha, bx5k, cpower, template
from simulators import alpha as alpha_twin
from simulators import bx5k as bx5k_twin
from simulators import cpower as cpower_twin
from simulators import template as template_twin
from tests.drivers.world import CABLES, over_tcp, running
from tests.wire.led import read

CALL = Message(("请A023号到3号窗口",), blink=True)
LATIN = Message(("A023 > 3",))

LANGUAGES = {
    "bx5k": (bx5k.Bx5k, bx5k_twin.device, "?", CALL),
    "cpower": (cpower.CPower, cpower_twin.device, "?", CALL),
    "cpower network": (
        lambda: cpower.CPower(network_id=b"\xff" * 4),
        cpower_twin.device,
        "?network_id=FFFFFFFF",
        CALL,
    ),
    "alpha": (lambda: alpha.Alpha(acks=True), alpha_twin.device, "?", LATIN),
}


class Strip:
    """One sign on a bus of its own, and what was heard of it."""

    def __init__(self, world, dialect=None, address=1, bus=None, **settings) -> None:
        self.conditions = []
        self.bus = bus or Bus(world.open, world.clock)
        self.sign = self.bus.sign(address, dialect or bx5k.Bx5k(), self.conditions.append, **settings)

    @property
    def health(self) -> Health:
        return self.sign.condition.health


@pytest.fixture(params=list(CABLES))
def cable(request):
    return CABLES[request.param]


@pytest.fixture(params=list(LANGUAGES))
def language(request):
    return LANGUAGES[request.param]


def requests(world) -> list[bx5k.Command]:
    return [each.command for each in read(bx5k.parse_host, b"".join(world.said))[0]]


def lossy(share: float, seed: int):
    """A cable that swallows whole frames."""
    chance = Random(seed)
    return lambda data: b"" if chance.random() < share else data


async def test_a_sign_shows_what_it_is_told_in_every_language_over_every_cable(cable, language):
    dialect, device, query, message = language
    async with cable(device(query)) as world:
        strip = Strip(world, dialect())
        strip.sign.show(message)
        async with running(strip.sign):
            await world.until(lambda: strip.sign.shown == message)
            assert world.simulator.shown == message.lines[0]
            assert strip.health is Health.ONLINE and not strip.sign.condition.troubles
            await world.go(100)
            assert world.simulator.shown == message.lines[0] and strip.health is Health.ONLINE
            assert {each.health for each in strip.conditions} == {Health.ONLINE}


async def test_the_power_fails_and_the_sign_is_right_within_five_seconds_of_its_return(cable, language):
    dialect, device, query, message = language
    async with cable(device(query)) as world:
        strip = Strip(world, dialect())
        strip.sign.show(message)
        async with running(strip.sign):
            await world.go(5)
            world.simulator.power_off()
            await world.until(lambda: strip.health is Health.OFFLINE, 62)
            assert strip.sign.condition.troubles == {Trouble.NO_ANSWER}
            await world.go(25)
            world.simulator.power_on()
            await world.until(lambda: world.simulator.shown == message.lines[0], 5)
            await world.until(lambda: strip.health is Health.ONLINE, 5)


async def test_a_power_cut_that_nobody_noticed_is_made_good_by_the_next_refresh():
    async with over_tcp(bx5k_twin.device("")) as world:
        strip = Strip(world)
        strip.sign.show(CALL)
        async with running(strip.sign):
            await world.go(1)
            world.simulator.power_off()
            world.simulator.power_on()
            assert world.simulator.shown == ""
            await world.until(lambda: world.simulator.shown, 61)


async def test_the_newest_message_wins_and_an_old_one_never_follows_it():
    async with over_tcp(bx5k_twin.device("")) as world:
        strip = Strip(world)
        async with running(strip.sign):
            await world.go(1)
            for number in range(50):
                strip.sign.show(Message((f"A{number:03}",)))
            await world.go(1)
            shown = [each.areas[0].text for each in requests(world) if isinstance(each, bx5k.Areas)]
            assert shown == [b"A049"]


async def test_over_a_cable_that_loses_frames_what_is_seen_only_ever_gets_newer():
    async with over_tcp(bx5k_twin.device("")) as world:
        world.to_device, world.to_host = lossy(0.3, 1), lossy(0.3, 2)
        strip = Strip(world)
        async with running(strip.sign):
            seen = [0]
            for number in range(1, 120):
                strip.sign.show(Message((f"{number}",)))
                await world.go(0.35)
                seen.append(int(world.simulator.shown or 0) or seen[-1])
            assert seen == sorted(seen)
            await world.until(lambda: world.simulator.shown == "119", 10)
            await world.until(lambda: strip.health is Health.ONLINE, 30)


async def test_a_yes_that_comes_late_is_not_taken_for_a_yes_to_the_newer_message():
    async with over_tcp(bx5k_twin.device("")) as world:
        strip = Strip(world)
        async with running(strip.sign):
            strip.sign.show(Message(("old",)))
            await world.go(1)
            # The cable goes one way only, the old message is told anew meanwhile, and then both directions fail
            # differently: the newer frame is lost while the yes to the older one arrives.
            late = []
            world.to_host = lambda data: (late.append(data), b"")[1]
            strip.sign.show(Message(("older",)))
            await world.go(0.2)
            strip.sign.show(Message(("newer",)))
            world.to_device = lambda data: b""
            await world.until(lambda: len(world.said) >= 3)
            world.to_host = lambda data: data
            world.send_raw(late[0])
            await world.go(0.3)
            world.to_device = lambda data: data
            await world.until(lambda: world.simulator.shown == "newer", 5)


async def test_a_refusal_is_told_from_silence_and_tried_again_later():
    async with over_tcp(bx5k_twin.device("")) as world:
        card = world.simulator.devices[1]
        strip = Strip(world)
        async with running(strip.sign):
            await world.go(1)
            card.refuse(bx5k.Error.FONT_MISSING)
            strip.sign.show(CALL)
            await world.go(1)
            assert strip.health is Health.DEGRADED
            assert strip.sign.condition.troubles == {Trouble.REFUSED}
            assert "font missing" in strip.sign.condition.word and card.shown == ""
            await world.until(lambda: strip.health is Health.ONLINE, 12)
            assert card.shown == CALL.lines[0]


async def test_a_new_message_does_not_wait_for_a_refused_one():
    async with over_tcp(bx5k_twin.device("")) as world:
        card = world.simulator.devices[1]
        strip = Strip(world)
        async with running(strip.sign):
            card.refuse(bx5k.Error.BUSY)
            strip.sign.show(Message(("A001",)))
            await world.go(1)
            strip.sign.show(Message(("A002",)))
            await world.until(lambda: card.shown == "A002", 1)


async def test_answers_that_make_no_sense_are_called_garbled():
    async with over_tcp(bx5k_twin.device("")) as world:
        world.to_host = lambda data: data[:-4] + b"\x00\x00" + data[-2:] if data else data
        strip = Strip(world)
        strip.sign.show(CALL)
        async with running(strip.sign):
            await world.until(lambda: strip.health is Health.OFFLINE)
            assert strip.sign.condition.troubles == {Trouble.GARBLED}
            await world.until(lambda: strip.sign.condition.garbled >= 3)


async def test_a_silent_sign_does_not_hold_up_its_neighbours():
    async with over_tcp(bx5k_twin.device("?addresses=1-4")) as world:
        bus = Bus(world.open, world.clock)
        strips = {number: Strip(world, address=number, bus=bus) for number in range(1, 5)}
        cards = world.simulator.devices
        async with (
            running(strips[1].sign),
            running(strips[2].sign),
            running(strips[3].sign),
            running(strips[4].sign),
        ):
            for number, strip in strips.items():
                strip.sign.show(Message((f"{number}号窗口",)))
            await world.go(3)
            assert [cards[number].shown for number in range(1, 5)] == [
                f"{number}号窗口" for number in range(1, 5)
            ]
            cards[2].power_off()
            await world.until(lambda: strips[2].health is Health.OFFLINE, 62)
            for number in range(20):
                strips[3].sign.show(Message((f"请A{number:03}",)))
                await world.until(lambda n=number: cards[3].shown == f"请A{n:03}", 1.2)
            assert [strips[number].health for number in (1, 3, 4)] == [Health.ONLINE] * 3


async def test_addresses_take_turns_when_everybody_wants_to_speak():
    async with over_tcp(bx5k_twin.device("?addresses=1-3")) as world:
        bus = Bus(world.open, world.clock)
        strips = [Strip(world, address=number, bus=bus) for number in (1, 2, 3)]
        async with running(strips[0].sign), running(strips[1].sign), running(strips[2].sign):
            await world.go(1)
            world.said.clear()
            for turn in range(6):
                for number, strip in enumerate(strips):
                    strip.sign.show(Message((f"{number}-{turn}",)))
                await world.settle()
                await world.go(0.1)
            told = [each.header.to for each in read(bx5k.parse_host, b"".join(world.said))[0]]
            assert len(told) == 18
            assert all(sorted(told[at : at + 3]) == [1, 2, 3] for at in range(0, 18, 3))


async def test_one_question_at_a_time_on_the_whole_bus():
    async with over_tcp(bx5k_twin.device("?addresses=1-3")) as world:
        open_questions = [0]
        heard = world.simulator.receive

        def receive(data: bytes) -> bytes:
            frames, _ = read(bx5k.parse_host, data)
            open_questions[0] = max(open_questions[0], len(frames))
            return heard(data)

        world.simulator.receive = receive
        bus = Bus(world.open, world.clock)
        strips = [Strip(world, address=number, bus=bus) for number in (1, 2, 3)]
        async with running(strips[0].sign), running(strips[1].sign), running(strips[2].sign):
            for strip in strips:
                strip.sign.show(CALL)
                strip.sign.brightness(50)
            await world.go(3)
            assert open_questions == [1]


async def test_a_cut_cable_is_opened_anew_and_everything_is_told_again():
    async with over_tcp(bx5k_twin.device("")) as world:
        strip = Strip(world)
        strip.sign.show(CALL)
        strip.sign.brightness(20)
        async with running(strip.sign):
            await world.go(2)
            world.plugged = False
            world.cut()
            await world.until(lambda: strip.health is Health.OFFLINE)
            world.simulator.power_off()
            world.simulator.power_on()
            strip.sign.show(LATIN)
            world.plugged = True
            await world.until(lambda: world.simulator.shown == LATIN.lines[0], 10)
            await world.until(lambda: strip.health is Health.ONLINE, 1)
            assert world.simulator.devices[1].brightness == 3


async def test_a_cable_that_was_out_for_long_is_right_five_seconds_after_its_return():
    async with over_tcp(bx5k_twin.device("")) as world:
        strip = Strip(world)
        async with running(strip.sign):
            await world.go(1)
            world.plugged = False
            world.cut()
            await world.go(100)
            strip.sign.show(CALL)
            world.plugged = True
            await world.until(lambda: world.simulator.shown == CALL.lines[0], 5)


async def test_the_same_fault_of_the_cable_is_news_each_time():
    async with over_tcp(bx5k_twin.device("")) as world:
        strip = Strip(world)
        async with running(strip.sign):
            for _ in range(2):
                await world.until(lambda: strip.health is Health.ONLINE, 30)
                world.cut()
                await world.until(lambda: strip.health is Health.OFFLINE)


async def test_a_bus_on_which_nobody_answers_is_opened_anew():
    async with over_tcp(bx5k_twin.device("")) as world:
        opened = []

        async def open_link():
            opened.append(world.clock.now)
            return await world.open()

        world.simulator.power_off()
        bus = Bus(open_link, world.clock)
        strip = Strip(world, bus=bus)
        strip.sign.show(CALL)
        async with running(strip.sign):
            await world.go(100)
            assert 3 <= len(opened) <= 4
            assert [each.health for each in strip.conditions] == [Health.OFFLINE]
            assert "silent" in strip.sign.condition.word


async def test_a_quiet_sign_is_asked_every_twenty_seconds_and_told_every_minute():
    async with over_tcp(bx5k_twin.device("")) as world:
        strip = Strip(world)
        strip.sign.show(CALL)
        async with running(strip.sign):
            await world.go(1)
            world.said.clear()
            await world.go(180)
            told = requests(world)
            assert len([each for each in told if isinstance(each, bx5k.Areas)]) == 3
            assert 5 <= len([each for each in told if isinstance(each, bx5k.Ping)]) <= 9


async def test_power_and_brightness_are_told_once_and_again_after_silence():
    async with over_tcp(bx5k_twin.device("")) as world:
        card = world.simulator.devices[1]
        strip = Strip(world)
        strip.sign.show(CALL)
        async with running(strip.sign):
            strip.sign.brightness(40)
            strip.sign.power(False)
            await world.go(2)
            assert (card.brightness, card.lit) == (6, False)
            strip.sign.power(True)
            await world.go(2)
            assert card.lit and card.shown == CALL.lines[0]
            world.said.clear()
            await world.go(50)
            assert not [each for each in requests(world) if isinstance(each, bx5k.Brightness | bx5k.Power)]
            card.power_off()
            card.brightness = 15
            await world.go(70)
            card.power_on()
            await world.until(lambda: card.brightness == 6, 6)


@pytest.mark.parametrize("name", ["bx5k", "cpower"])
async def test_the_hosts_own_words_on_a_two_wire_line_are_no_answer(cable, name):
    dialect, device, query, message = LANGUAGES[name]
    async with cable(device(query)) as world:

        def echo(data: bytes) -> bytes:
            world.send_raw(data)
            return data

        world.to_device = echo
        strip = Strip(world, dialect())
        strip.sign.show(message)
        async with running(strip.sign):
            await world.until(lambda: strip.health is Health.ONLINE)
            assert world.simulator.shown == message.lines[0]
            world.simulator.power_off()
            await world.until(lambda: strip.health is Health.OFFLINE, 62)


@pytest.mark.parametrize(
    ("dialect", "device"),
    [
        (template.template("AA {addr} {len} {text} {sum8}"), template_twin.device("")),
        (template.wilipu(), template_twin.device("")),
        (alpha.Alpha(), alpha_twin.device("")),
        (bx5k.Bx5k(answers=False), template_twin.device("")),
        (cpower.CPower(answers=False), template_twin.device("")),
    ],
    ids=["template", "wilipu", "alpha", "bx5k without a way back", "cpower without a way back"],
)
async def test_a_sign_that_answers_nothing_is_told_and_never_called_well(cable, dialect, device):
    async with cable(device) as world:
        strip = Strip(world, dialect)
        strip.sign.show(LATIN)
        async with running(strip.sign):
            await world.until(lambda: strip.sign.shown == LATIN)
            assert b"A023 > 3" in b"".join(world.said)
            assert strip.health is Health.UNKNOWN
            assert strip.sign.condition.troubles == {Trouble.NO_BACK_CHANNEL}
            world.said.clear()
            await world.go(61)
            assert b"A023 > 3" in b"".join(world.said), "told again: nobody knows whether it still shows it"
            strip.sign.show(Message(("B001",), Colour.GREEN))
            await world.until(lambda: b"B001" in b"".join(world.said), 1)
            if cable is over_tcp:
                world.cut()
                world.plugged = False
                await world.until(lambda: strip.health is Health.OFFLINE)


@pytest.mark.parametrize("seed", range(4))
async def test_a_strip_is_right_five_seconds_after_its_cables_return_on_a_line_that_loses_five_per_cent(seed):
    chance = Random(seed)
    async with over_tcp(bx5k_twin.device("?")) as world:
        strip = Strip(world, bus=Bus(world.open, world.clock, jitter=chance.random))
        strip.sign.show(Message(("A000",)))
        world.to_device = world.to_host = lambda data: b"" if chance.random() < 0.05 else data
        async with running(strip.sign):
            await world.go(2)
            for n in range(1, 6):
                world.plugged = False
                world.cut()
                await world.go(2 * chance.random())
                strip.sign.show(Message((f"B{n:03d}",)))
                await world.go(4)
                world.plugged = True
                await world.until(lambda n=n: f"B{n:03d}" in world.simulator.shown, 5)
                await world.go(5 * chance.random())


@pytest.mark.parametrize(
    "dialect", [bx5k.Bx5k(), bx5k.Bx5k(answers=False), cpower.CPower(), alpha.Alpha(acks=True)]
)
async def test_on_a_line_that_only_swallows_bytes_a_driver_stays_small_and_delays_nobody(dialect):
    async with over_tcp(template_twin.device("")) as world:
        strip = Strip(world, dialect)
        async with running(strip.sign):
            for n in range(60):
                began = world.clock.now
                strip.sign.show(Message((f"A{n:03d} > 3",)))
                strip.sign.brightness(n % 100)
                assert world.clock.now == began, "nobody waits for a strip"
                await world.go(0.5)
            assert Health.ONLINE not in {each.health for each in strip.conditions}
            await world.until(lambda: b"A059" in b"".join(world.said[-6:]), 10)
            before = len(world.said)
            await world.go(60)
            frames = len(dialect.show(1, Message(("A059",)), True))
            assert 1 <= len(world.said) - before <= 50 * frames, "asked now and then, not without end"
            assert len(strip.bus._said) == 0
            assert len(strip.conditions) < 12, "the same condition is told once"


async def test_an_address_that_the_language_cannot_say_troubles_only_itself():
    async with over_tcp(template_twin.device("")) as world:
        bus = Bus(world.open, world.clock)
        card = template.wilipu()
        good, bad = Strip(world, card, 1, bus), Strip(world, card, 300, bus)
        async with running(good.sign), running(bad.sign):
            good.sign.show(LATIN)
            bad.sign.show(LATIN)
            await world.go(2)
            assert bad.sign.condition.troubles == {Trouble.REFUSED}
            assert "cannot be said" in bad.sign.condition.word
            assert world.simulator.shown == LATIN.lines[0]


@pytest.mark.parametrize(
    "dialect", [bx5k.Bx5k(), cpower.CPower(), alpha.Alpha()], ids=["bx5k", "cpower", "alpha"]
)
async def test_an_address_beyond_the_bus_does_not_take_the_bus_down(dialect):
    async with over_tcp(bx5k_twin.device("")) as world:
        bus = Bus(world.open, world.clock)
        good, bad = Strip(world, dialect, 1, bus), Strip(world, dialect, 70000, bus)
        async with running(good.sign), running(bad.sign):
            good.sign.show(LATIN)
            bad.sign.show(LATIN)
            await world.go(15)
            assert bad.sign.condition.troubles == {Trouble.REFUSED}
            assert (
                good.sign.condition.troubles != {Trouble.REFUSED}
                and "fault of our own" not in good.sign.condition.word
            )


async def test_an_alpha_sign_tells_its_firmware():
    async with over_tcp(alpha_twin.device("")) as world:
        strip = Strip(world, alpha.Alpha(acks=True))
        strip.sign.show(LATIN)
        async with running(strip.sign):
            await world.until(lambda: strip.conditions and strip.conditions[-1].firmware == "TIDEHALLA")


async def test_a_sign_that_refuses_even_pings_is_there():
    async with over_tcp(bx5k_twin.device("")) as world:
        world.simulator.devices[1].refuse(bx5k.Error.BUSY, 1000)
        strip = Strip(world)
        async with running(strip.sign):
            await world.go(90)
            assert [each.health for each in strip.conditions] == [Health.ONLINE]
            strip.sign.show(CALL)
            await world.go(90)
            assert strip.health is Health.DEGRADED and len(strip.conditions) == 2


async def test_silent_neighbours_do_not_delay_anybody_when_the_cable_returns():
    async with over_tcp(bx5k_twin.device("?addresses=1-8")) as world:
        bus = Bus(world.open, world.clock)
        strips = [Strip(world, address=number, bus=bus) for number in range(1, 9)]
        for number in range(1, 8):
            world.simulator.devices[number].power_off()
        async with AsyncExitStack() as stack:
            for strip in strips:
                strip.sign.show(CALL)
                await stack.enter_async_context(running(strip.sign))
            await world.until(lambda: strips[7].health is Health.ONLINE)
            await world.go(20)
            world.plugged = False
            world.cut()
            await world.go(9)
            strips[7].sign.show(LATIN)
            world.plugged = True
            await world.until(lambda: world.simulator.devices[8].shown == LATIN.lines[0], 5)


async def test_the_last_sign_to_leave_closes_the_cable_and_a_new_one_opens_it():
    async with over_tcp(bx5k_twin.device("?addresses=1-2")) as world:
        bus = Bus(world.open, world.clock)
        one, two = Strip(world, address=1, bus=bus), Strip(world, address=2, bus=bus)
        async with running(one.sign):
            async with running(two.sign):
                two.sign.show(CALL)
                await world.until(lambda: two.health is Health.ONLINE)
            one.sign.show(LATIN)
            await world.until(lambda: one.sign.shown == LATIN)
        again = Strip(world, address=1, bus=bus)
        again.sign.show(CALL)
        async with running(again.sign):
            await world.until(lambda: again.sign.shown == CALL)
            assert world.simulator.devices[1].shown == CALL.lines[0]
