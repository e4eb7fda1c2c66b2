"""Number keys: a USB pad or keypad that types digits, as the Linux kernel tells it (struct input_event).

    seconds, microseconds | type | code | value         two longs, two unsigned shorts, one int; native order and size
    ...                       1      79      1          key 1 of the number block went down
    ...                       1      79      0          ... and up; 2: held, said again by the kernel
    ...                       0       0      0          end of this moment's news

A keypad is read as the callers on the FF 68 bus are: digits closed by Enter (6 Enter: missed, 0 Enter: park, 3 Enter:
call back the parked one), and function keys at once: + call next, - recall, . ask for a rating, * pause, / transfer.
A pad types 1 to 5, with or without Enter: 1 is its value 0. What a key means is a KeyMap, in the same codes.
For: the events, and what they ask for. Not for: opening and grabbing the device (drivers/evdev.py).
What goes wrong: events have no start mark; the kernel gives whole ones. Keys that mean nothing are passed over. A key
that bounces, and digits that were typed long before Enter, are no command.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from drivers.media import KeyPress, Prompt, Rating
from drivers.wire.keymap import CONFIRM, KeyMap
from drivers.wire.reader import Buffer, Parse

LAYOUT: Final = struct.Struct("@llHHi")
KEY_EVENT: Final = 1
DOWN: Final = 1

BOUNCE_SECONDS: Final = 0.25
"""The same key again so soon is the contact's bouncing or an excited finger."""

FORGET_SECONDS: Final = 5.0
"""Digits wait so long for Enter."""

DIGITS: Final = 3

CODES: Final[Mapping[int, str]] = {
    **{1 + digit: f"{digit:02x}" for digit in range(1, 10)},
    11: "00",
    **dict(
        zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), (f"{digit:02x}" for digit in range(10)), strict=True)
    ),
    28: CONFIRM,
    96: CONFIRM,
    78: "0c",
    74: "0d",
    83: "0b",
    14: "0e",
    55: "12",
    98: "13",
}
"""Key codes of linux/input-event-codes.h: the digits above the letters and on the number block, Enter twice, and the
number block's + - . Backspace * /, as the codes that the FF 68 callers use for the same."""


@dataclass(frozen=True, slots=True)
class Event:
    """The kernel says: this happened to a key (or something that is none of ours)."""

    seconds: int
    microseconds: int
    type: int
    code: int
    value: int

    @property
    def at(self) -> float:
        """When, in seconds."""
        return self.seconds + self.microseconds / 1e6


def encode(event: Event) -> bytes:
    """The event as the kernel writes it."""
    return LAYOUT.pack(event.seconds, event.microseconds, event.type, event.code, event.value)


def parse_device(buffer: Buffer) -> Parse[Event]:
    """One event."""
    buffer.start_here()
    return Event(*LAYOUT.unpack((yield from buffer.exactly(LAYOUT.size))))


# -- the few sentences of a host: none, it only listens ---------------------------------------------------------


@dataclass(slots=True)
class NumberKeys:
    """One device's keys as drivers/pad.py reads them, at the `address` that the hall gave it. `rates`: it is a pad, its
    digits are ratings; otherwise it is a caller. It remembers the digits typed so far."""

    keymap: KeyMap = field(default_factory=KeyMap)
    address_of_it: int = 0
    rates: bool = False
    repeat_within: float = 0.0
    name: str = "numkeys"
    _typed: str = ""
    _code: int = -1
    _at: float = float("-inf")

    def parse(self, buffer: Buffer) -> Parse[Event]:
        """What the kernel says."""
        return parse_device(buffer)

    def address(self, message: Event) -> int:
        """Always the same."""
        return self.address_of_it

    def hear(self, message: Event) -> KeyPress | Rating | None:
        """What a press asks for, once it is complete."""
        if message.type != KEY_EVENT or message.value != DOWN or message.code not in CODES:
            return None
        code, before = CODES[message.code], self._at
        bounced = message.code == self._code and 0 <= message.at - before < BOUNCE_SECONDS
        self._code, self._at = message.code, message.at
        if bounced:
            return None
        if not 0 <= message.at - before < FORGET_SECONDS:
            self._typed = ""
        return self._rating(code) if self.rates else self._key(code)

    def _rating(self, code: str) -> Rating | None:
        level = self.keymap.level(self.address_of_it, int(code, 16) - 1)
        return None if level is None else Rating(self.address_of_it, level)

    def _key(self, code: str) -> KeyPress | None:
        key = self.keymap.key(self.address_of_it, self._typed + code)
        if key is None and int(code, 16) < 10:
            self._typed = (self._typed + code)[-2 * DIGITS :]
            return None
        self._typed = ""
        return None if key is None else KeyPress(self.address_of_it, key)

    def answer(self, message: Event) -> bytes:
        """Keys want no answer."""
        return b""

    def prompt(self, prompt: Prompt) -> bytes:
        """It cannot ask; the page or the clerk does."""
        return b""

    def beep(self, address: int) -> bytes:
        """It has no voice."""
        return b""

    def stars(self, address: int, count: int) -> bytes:
        """It has no lamps."""
        return b""

    def show_ticket(self, address: int, number: str) -> bytes:
        """It has no digits."""
        return b""

    def show_waiting(self, address: int, waiting: int) -> bytes:
        """It has no digits."""
        return b""


def speaker(keymap: KeyMap, *, address: int = 0, rates: bool = False) -> NumberKeys:
    """A speaker from the parameters of a device URL (drivers/catalog.py)."""
    return NumberKeys(keymap, address, rates)
