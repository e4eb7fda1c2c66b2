"""FF 68: callers and evaluation pads, many addresses on one RS-485 line. 9600 baud, 8N1, half duplex.

    FF 68 | L | L | 68 | ADDR | FUNC | DATA ... | CS | 16
            └───┴ both 2 + number of DATA bytes     └ sum of ADDR to the last DATA byte, modulo 256

Devices speak when a key is pressed; nobody polls. The host answers a key with the same bytes, a rating with the same
bytes and FUNC 01; until then the device may say it again.

    device  FF 68 03 03 68 05 01 0C 12 16          caller 5: call next         host  the same bytes
    device  FF 68 03 03 68 05 11 00 16 16          pad 5: value 0              host  FF 68 03 03 68 05 01 00 06 16
    host    FF 68 08 08 68 05 02 0A 0A 0A 00 02 03 2A 16     caller 5 shows blank blank blank 0 2 3

For: the frame both ways, and what its bytes mean. Not for: which key does what on which model (drivers/wire/keymap.py),
repeats and time (drivers/pad.py).
What goes wrong: a frame is cut by its *length*, never by its 16, because CS may be 16 as above; unequal lengths, a
missing 68 or 16 and a wrong sum break it. From a device L is 3 to 5. The same bytes can be two things: `01 0B` from the
host opens a pad, and is also the echo of an 0B key; the address knows which. The FUNC of a key is whatever the keypad
sends and is echoed untouched.
Source: the open caller program JackQChen/QueueSystem (its CallSystem); no vendor document is public.
"""

from dataclasses import dataclass, field

from drivers.media import KeyPress, Prompt, Rating
from drivers.wire.keymap import KeyMap
from drivers.wire.reader import Broken, Buffer, Parse, Wire

START = b"\xff\x68"
SECOND = 0x68
END = 0x16
FRAME_LIMIT = 255 + 7
"""Bytes of the longest frame that one length byte can announce."""

KEY_FUNCTION = 0x01
RATING_FUNCTION = 0x11
SHOW_FUNCTION = 0x02
BEEP_FUNCTION = 0x03
OPEN_RATING = b"\x0b"
BLANK = 0x0A
DIGITS = 6

# -- what a device says -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keyed:
    """A caller says: these keys were pressed, the last of them decides. `function` is its own affair."""

    address: int
    function: int
    keys: bytes


@dataclass(frozen=True, slots=True)
class Valued:
    """A pad says: the visitor pressed the key with this value (0 to 3 on a pad of four keys)."""

    address: int
    value: int


# -- what a host says -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beep:
    """The host says: make yourself heard."""

    address: int


@dataclass(frozen=True, slots=True)
class Stars:
    """The host says: light so many stars."""

    address: int
    count: int


@dataclass(frozen=True, slots=True)
class Show:
    """The host says: show six digits, left three and right three; 0A is a dark digit."""

    address: int
    digits: bytes


@dataclass(frozen=True, slots=True)
class OpenRating:
    """The host says: ask the visitor. Also the echo of an 0B key whose FUNC was 01."""

    address: int


# -- what either says -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plain:
    """A sound frame with no meaning of its own here: from a host mostly the echo that acknowledges a key or rating."""

    address: int
    function: int
    data: bytes


DeviceMessage = Keyed | Valued | Plain
HostMessage = Beep | Stars | Show | OpenRating | Plain
Message = DeviceMessage | HostMessage


def encode(message: Message) -> bytes:
    """The frame of any message; ValueError when a value does not fit its byte or the data its length."""
    match message:
        case Keyed(address, function, keys):
            return _frame(address, function, keys)
        case Valued(address, value):
            return _frame(address, RATING_FUNCTION, bytes([value]))
        case Beep(address):
            return _frame(address, BEEP_FUNCTION, b"")
        case Stars(address, count):
            return _frame(address, SHOW_FUNCTION, bytes([count]))
        case Show(address, digits):
            return _frame(address, SHOW_FUNCTION, digits)
        case OpenRating(address):
            return _frame(address, KEY_FUNCTION, OPEN_RATING)
        case Plain(address, function, data):
            return _frame(address, function, data)


def _frame(address: int, function: int, data: bytes) -> bytes:
    length = 2 + len(data)
    body = bytes([address, function]) + data
    return START + bytes([length, length, SECOND]) + body + bytes([sum(body) & 0xFF, END])


def parse_device(buffer: Buffer) -> Parse[DeviceMessage]:
    """What the host hears. L is 3 to 5 (one to three keys): anything else is no device."""
    address, function, data = yield from _body(buffer, shortest=3, longest=5)
    if function != RATING_FUNCTION:
        return Keyed(address, function, data)
    if len(data) == 1:
        return Valued(address, data[0])
    return Plain(address, function, data)


def parse_host(buffer: Buffer) -> Parse[HostMessage]:
    """What a device hears."""
    address, function, data = yield from _body(buffer, shortest=2, longest=255)
    if function == BEEP_FUNCTION and not data:
        return Beep(address)
    if function == SHOW_FUNCTION and len(data) == 1:
        return Stars(address, data[0])
    if function == SHOW_FUNCTION and len(data) == DIGITS:
        return Show(address, data)
    if function == KEY_FUNCTION and data == OPEN_RATING:
        return OpenRating(address)
    return Plain(address, function, data)


def _body(buffer: Buffer, shortest: int, longest: int) -> Parse[tuple[int, int, bytes]]:
    yield from buffer.skip_to(START)
    length = (yield from buffer.exactly(1))[0]
    if not shortest <= length <= longest:
        raise Broken(f"length {length}, expected {shortest} to {longest}")
    again = (yield from buffer.exactly(1))[0]
    if again != length:
        raise Broken(f"second length {again}, the first was {length}")
    second = (yield from buffer.exactly(1))[0]
    if second != SECOND:
        raise Broken(f"{second:02X} behind the lengths, expected 68")
    body = yield from buffer.exactly(length)
    checksum, end = yield from buffer.exactly(2)
    if checksum != sum(body) & 0xFF:
        raise Broken(f"sum {checksum:02X}, expected {sum(body) & 0xFF:02X}")
    if end != END:
        raise Broken(f"last byte {end:02X}, expected 16")
    return body[0], body[1], body[2:]


WIRE = Wire(parse_host, parse_device, encode)

# -- the few sentences of a host --------------------------------------------------------------------------------

REPEAT_WITHIN = 2.0
"""Seconds in which the same bytes from one address are the same press, said again because the answer was lost. The
pause of real keypads is not documented; half a second is usual on such buses, so this lets three repeats be lost in a
row. Nobody calls two people, or one person twice, within 2 s on purpose: the loudspeaker is still speaking."""


@dataclass(frozen=True, slots=True)
class Ff68:
    """FF 68 as drivers/pad.py speaks it; `keymap` knows what each model's keys mean."""

    keymap: KeyMap = field(default_factory=KeyMap)
    repeat_within: float = REPEAT_WITHIN
    name: str = "ff68"

    def parse(self, buffer: Buffer) -> Parse[DeviceMessage]:
        """What comes from the bus."""
        return parse_device(buffer)

    def address(self, message: DeviceMessage) -> int:
        """Who speaks."""
        return message.address

    def hear(self, message: DeviceMessage) -> KeyPress | Rating | None:
        """What a press asks for; None where the key map has no word for it."""
        match message:
            case Keyed(address, _, keys):
                key = self.keymap.key(address, keys.hex())
                return None if key is None else KeyPress(address, key)
            case Valued(address, value):
                level = self.keymap.level(address, value)
                return None if level is None else Rating(address, level)
            case Plain():
                return None

    def answer(self, message: DeviceMessage) -> bytes:
        """The acknowledgement: a key's own bytes, a rating's with FUNC 01."""
        match message:
            case Valued(address, value):
                return encode(Plain(address, KEY_FUNCTION, bytes([value])))
            case Keyed() | Plain():
                return encode(message)

    def prompt(self, prompt: Prompt) -> bytes:
        """Open the pad for one rating."""
        return encode(OpenRating(prompt.address))

    def beep(self, address: int) -> bytes:
        """One beep."""
        return encode(Beep(address))

    def stars(self, address: int, count: int) -> bytes:
        """So many of the clerk's stars (0 to 5) on the pad."""
        return encode(Stars(address, count))

    def show_ticket(self, address: int, number: str) -> bytes:
        """The last three digits of the ticket called, on the right; letters are not among its digits."""
        return encode(Show(address, bytes([BLANK] * 3) + _three(number)))

    def show_waiting(self, address: int, waiting: int) -> bytes:
        """How many wait, on the left; 999 stands for more."""
        return encode(Show(address, _three(f"{min(waiting, 999):03d}") + bytes([BLANK] * 3)))


def _three(number: str) -> bytes:
    digits = [int(c) for c in number if c.isascii() and c.isdigit()][-3:]
    return bytes([BLANK] * (3 - len(digits)) + digits)
