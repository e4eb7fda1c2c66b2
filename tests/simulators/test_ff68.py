"""What the simulated callers and pads remember."""

from drivers.wire import ff68
from simulators import ff68 as twin

CALL = ff68.encode(ff68.Keyed(5, 1, b"\x0c"))


def test_a_press_is_said_again_until_it_is_acknowledged():
    bus = twin.device("ff68://?addresses=5&repeat=0.5")
    bus.press(5, b"\x0c")
    assert bus.tick(0.0) == CALL
    assert bus.tick(0.3) == b""
    assert bus.tick(0.4) == CALL
    assert bus.receive(CALL) == b""
    assert bus.tick(10) == b""


def test_a_press_that_nobody_acknowledges_is_lost_in_the_end():
    bus = twin.device("")
    bus.press(5, b"\x0c")
    said = b"".join(bus.tick(0.1) for _ in range(100))
    assert said == CALL * twin.TRIES
    assert bus.devices[5].lost == 1


def test_the_wrong_bytes_acknowledge_nothing():
    bus = twin.device("")
    bus.press(5, b"\x0c")
    bus.tick(0)
    bus.receive(ff68.encode(ff68.Keyed(5, 1, b"\x0d")) + ff68.encode(ff68.Keyed(6, 1, b"\x0c")))
    assert bus.tick(1) == CALL


def test_a_rating_is_acknowledged_with_function_01_and_taken_only_while_the_pad_is_open():
    bus = twin.device("")
    assert not bus.rate(5, 0)
    bus.receive(ff68.encode(ff68.OpenRating(5)))
    assert bus.rate(5, 0)
    assert not bus.rate(5, 1)
    assert bus.tick(0) == bytes.fromhex("FF 68 03 03 68 05 11 00 16 16")
    bus.receive(bytes.fromhex("FF 68 03 03 68 05 01 00 06 16"))
    assert bus.tick(10) == b""


def test_the_key_that_asks_opens_the_pad_beside_it_and_its_echo_is_no_second_question():
    bus = twin.device("")
    bus.press(5, b"\x0b")
    echo = bus.tick(0)
    bus.receive(echo)
    assert bus.rate(5, 0)
    assert not bus.devices[5].open


def test_it_shows_what_it_was_told_and_forgets_it_without_power():
    bus = twin.device("")
    bus.receive(bytes.fromhex("FF 68 08 08 68 05 02 0A 0A 0A 00 02 03 2A 16 FF 68 02 02 68 05 03 08 16"))
    bus.receive(bytes.fromhex("FF 68 03 03 68 05 02 05 0C 16"))
    assert (bus.devices[5].shown, bus.devices[5].beeps, bus.devices[5].stars) == ("   023", 1, 5)
    assert bus.state()["devices"][5]["shown"] == "   023"
    bus.power_off()
    bus.press(5, b"\x0c")
    bus.receive(bytes.fromhex("FF 68 02 02 68 05 03 08 16"))
    bus.power_on()
    assert bus.tick(1) == b""
    assert (bus.devices[5].shown, bus.devices[5].beeps, bus.devices[5].stars) == ("      ", 0, 0)


def test_two_that_speak_at_once_spoil_each_other_only_when_collisions_are_asked_for():
    for url, whole in (("ff68://?addresses=1,2&collisions=yes", False), ("ff68://?addresses=1,2", True)):
        bus = twin.device(url)
        bus.press(1, b"\x0c")
        bus.press(2, b"\x0d")
        said = bus.tick(0.0)
        frames = [ff68.encode(ff68.Keyed(1, 1, b"\x0c")), ff68.encode(ff68.Keyed(2, 1, b"\x0d"))]
        assert (said == b"".join(frames)) is whole
        later = b"".join(bus.tick(0.005) for _ in range(130))
        assert all(frame in later for frame in frames)


def test_addresses_come_from_the_url():
    assert list(twin.device("ff68+tcp://x:1?addresses=1-3,12&levels=5,4").devices) == [1, 2, 3, 12]
