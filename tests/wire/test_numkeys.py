"""Number keys: events there and back, and what a hand on a keypad asks for."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.media import Key, KeyPress, Rating
from drivers.wire import numkeys
from drivers.wire.keymap import KeyMap
from drivers.wire.reader import Reader

ENTER, PLUS, MINUS = 96, 78, 74
BLOCK = {digit: code for code, sign in numkeys.CODES.items() if code > 70 and (digit := int(sign, 16)) < 10}


def tap(code: int, at: float) -> list[numkeys.Event]:
    """Down and up, as the kernel tells it."""
    seconds, micros = int(at), round(at % 1 * 1e6)
    return [
        numkeys.Event(seconds, micros, 4, 4, 0x70000 + code),
        numkeys.Event(seconds, micros, 1, code, 1),
        numkeys.Event(seconds, micros, 0, 0, 0),
        numkeys.Event(seconds, micros, 1, code, 2),
        numkeys.Event(seconds, micros, 1, code, 0),
    ]


def heard(keys: numkeys.NumberKeys, *taps: tuple[int, float]):
    return [meant for code, at in taps for event in tap(code, at) if (meant := keys.hear(event))]


def test_function_keys_act_at_once_and_digits_with_enter():
    keys = numkeys.NumberKeys(address_of_it=4)
    assert heard(keys, (PLUS, 1), (MINUS, 2)) == [KeyPress(4, Key.CALL_NEXT), KeyPress(4, Key.RECALL)]
    assert heard(keys, (BLOCK[6], 3), (ENTER, 3.5), (BLOCK[0], 5), (ENTER, 6)) == [
        KeyPress(4, Key.MISSED),
        KeyPress(4, Key.PARK),
    ]
    assert heard(keys, (BLOCK[7], 8), (ENTER, 8.5), (ENTER, 9)) == []


def test_a_digit_that_has_a_meaning_of_its_own_needs_no_enter():
    keys = numkeys.NumberKeys(KeyMap.from_query({"keys": "01:call_next"}))
    assert heard(keys, (BLOCK[1], 1), (2, 2)) == [KeyPress(0, Key.CALL_NEXT)] * 2


def test_a_bouncing_key_is_one_press_and_a_held_one_too():
    keys = numkeys.NumberKeys()
    assert len(heard(keys, (PLUS, 1.0), (PLUS, 1.1), (PLUS, 1.2))) == 1
    assert len(heard(keys, (PLUS, 2.0))) == 1


def test_digits_wait_for_enter_only_so_long():
    keys = numkeys.NumberKeys()
    assert heard(keys, (BLOCK[6], 1), (ENTER, 100)) == []


def test_a_pad_rates_with_1_to_5_and_enter_changes_nothing():
    keys = numkeys.NumberKeys(rates=True, address_of_it=3)
    taps = [(BLOCK[digit], digit) for digit in range(1, 6)]
    assert [rating.level for rating in heard(keys, *taps)] == [5, 4, 3, 2, 1]
    assert heard(keys, (BLOCK[0], 10), (BLOCK[9], 11), (ENTER, 12), (PLUS, 13)) == []
    turned = numkeys.NumberKeys(KeyMap.from_query({"levels": "1,2,3,4,5"}), rates=True)
    assert heard(turned, (BLOCK[5], 1)) == [Rating(0, 5)]


def test_letters_mice_and_joysticks_ask_for_nothing():
    keys = numkeys.NumberKeys()
    assert heard(keys, (30, 1), (272, 2)) == []
    assert keys.hear(numkeys.Event(3, 0, 2, 0, 1)) is None


long = st.integers(-(2**31), 2**31 - 1)
short = st.integers(0, 0xFFFF)


@given(st.lists(st.builds(numkeys.Event, long, long, short, short, long), max_size=6), st.integers(1, 50))
def test_events_are_heard_however_they_are_cut_and_encode_to_the_same_bytes(events, size):
    line = b"".join(map(numkeys.encode, events))
    reader = Reader(numkeys.parse_device)
    assert [e for at in range(0, len(line), size) for e in reader.feed(line[at : at + size])] == events
    assert (reader.garbled, reader.held) == (0, 0)


@given(
    st.lists(
        st.builds(numkeys.Event, long, long, st.just(1), st.sampled_from(sorted(numkeys.CODES)), st.just(1))
    )
)
def test_any_hand_on_the_keys_is_survived(events):
    for rates in (True, False):
        keys = numkeys.NumberKeys(rates=rates)
        for event in events:
            keys.hear(event)
        assert len(keys._typed) <= 2 * numkeys.DIGITS
