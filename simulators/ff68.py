"""Callers and pads on one FF 68 line: the twin of drivers/wire/ff68.py. One line, many addresses.

Each device remembers what it has said and nobody acknowledged yet, whether it asks the visitor, its stars and its six
digits. An unacknowledged frame is said again every `repeat` seconds, TRIES times in all; then the press is lost, as a
person notices by the key's missing light. Presses meanwhile wait behind it.
A pad opens when the host says so, and by itself when its own 0B key was pressed; a value is taken only while it is open.
With `collisions`, devices that begin within one frame's time spoil each other's bytes (a driven 0 wins), and say them
again after pauses that differ by address. Without, they take turns. How real keypads repeat is not documented.
Time passes only by `tick`.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from drivers.wire import ff68
from drivers.wire.reader import Reader as Line

REPEAT_SECONDS = 0.5
TRIES = 5
HALF_SECONDS = 0.1
FRAME_SECONDS = 0.0105
"""Ten bytes at 9600 baud."""
PAUSE_STEP = 0.02
ASK_KEY = 0x0B
DARK = bytes([ff68.BLANK] * ff68.DIGITS)


@dataclass(slots=True)
class Device:
    """One caller or pad, or both in one housing."""

    address: int
    open: bool = False
    stars: int = 0
    digits: bytes = DARK
    beeps: int = 0
    lost: int = 0
    unacknowledged: deque[ff68.DeviceMessage] = field(default_factory=deque)
    said: int = 0
    say_at: float = 0.0

    @property
    def shown(self) -> str:
        """Its six digits as a person reads them."""
        return "".join(str(digit) if digit < 10 else " " for digit in self.digits)


class Bus:
    """A line with devices at `addresses`."""

    kind = "pad"

    def __init__(
        self,
        addresses: Iterable[int] = range(1, 9),
        *,
        repeat: float = REPEAT_SECONDS,
        collisions: bool = False,
    ) -> None:
        self.devices = {address: Device(address) for address in addresses}
        self.powered = True
        self.repeat = repeat
        self.collisions = collisions
        self._line: Line[ff68.HostMessage] = Line(ff68.parse_host, ff68.FRAME_LIMIT)
        self._silent = 0.0
        self._now = 0.0

    # -- the cable ----------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host. Nothing comes back: devices speak when a key was pressed."""
        if not self.powered:
            return b""
        self._silent = 0.0
        for message in self._line.feed(data):
            if (device := self.devices.get(message.address)) is not None:
                self._hear(device, message)
        return b""

    def _hear(self, device: Device, message: ff68.HostMessage) -> None:
        if device.said and ff68.encode(message) == ff68.Ff68().answer(device.unacknowledged[0]):
            device.unacknowledged.popleft()
            device.said = 0
            device.say_at = self._now
            return
        match message:
            case ff68.Beep():
                device.beeps += 1
            case ff68.Stars(_, count):
                device.stars = count
            case ff68.Show(_, digits):
                device.digits = digits
            case ff68.OpenRating():
                device.open = True
            case ff68.Plain():
                pass  # an acknowledgement of something that was acknowledged already

    # -- time ---------------------------------------------------------------------------------------------------

    def tick(self, seconds: float) -> bytes:
        """`seconds` pass; what devices say now comes back."""
        self._now += seconds
        self._silent += seconds
        if self._line.held and self._silent > HALF_SECONDS:
            self._line.reset()
        words = sorted(word for device in self.devices.values() if (word := self._say(device)) is not None)
        line = b""
        while words:
            together = [words.pop(0)]
            while self.collisions and words and words[0][0] < together[0][0] + FRAME_SECONDS:
                together.append(words.pop(0))
            line += bytes(_and(column) for column in zip(*(frame for _, frame in together), strict=False))
        return line

    def _say(self, device: Device) -> tuple[float, bytes] | None:
        """What `device` says now, and since when it wanted to."""
        if not device.unacknowledged or self._now + 1e-9 < device.say_at:
            return None
        if device.said == TRIES:
            device.unacknowledged.popleft()
            device.lost += 1
            device.said = 0
            return self._say(device)
        began = device.say_at
        device.said += 1
        # Not all at once again: every address has a pause of its own.
        device.say_at = began + self.repeat + PAUSE_STEP * (device.address % 16)
        return began, ff68.encode(device.unacknowledged[0])

    # -- people -------------------------------------------------------------------------------------------------

    def press(self, address: int, keys: bytes, function: int = ff68.KEY_FUNCTION) -> None:
        """A clerk presses `keys` (the codes of the table in drivers/wire/keymap.py) on the caller `address`."""
        if not self.powered:
            return
        device, pressed = self.devices[address], ff68.Keyed(address, function, keys)
        ff68.encode(pressed)  # what no frame can say is refused before anything has changed
        if keys[-1] == ASK_KEY:
            device.open = True
        self._queue(device, pressed)

    def rate(self, address: int, value: int) -> bool:
        """A visitor presses the pad's key `value`; False when the pad did not ask."""
        device = self.devices[address]
        if not device.open or not self.powered:
            return False
        rated = ff68.Valued(address, value)
        ff68.encode(rated)
        device.open = False
        self._queue(device, rated)
        return True

    def _queue(self, device: Device, message: ff68.DeviceMessage) -> None:
        if not device.unacknowledged:
            device.say_at = self._now
        device.unacknowledged.append(message)

    def power_off(self) -> None:
        """Pull the plug of the whole line: dark, closed, and what was not acknowledged is lost."""
        self.powered = False
        self.devices = {address: Device(address) for address in self.devices}
        self._line.reset()

    def power_on(self) -> None:
        """Plug it in again."""
        self.powered = True

    def state(self) -> dict[str, object]:
        """What people see and hear, by address, for a page or a test."""
        return {
            "powered": self.powered,
            "devices": {
                device.address: {
                    "shown": device.shown,
                    "stars": device.stars,
                    "asks": device.open,
                    "beeps": device.beeps,
                    "unacknowledged": len(device.unacknowledged),
                    "lost": device.lost,
                }
                for device in self.devices.values()
            },
        }


def _and(column: Iterable[int]) -> int:
    value = 0xFF
    for byte in column:
        value &= byte
    return value


def device(url: str) -> Bus:
    """A line for a device URL: `addresses=1-8,12`, `repeat=` in seconds, `collisions=yes`; what else stands in the
    query is the driver's."""
    query = dict(parse_qsl(urlsplit(url).query))
    addresses: list[int] = []
    for part in query.get("addresses", "1-8").split(","):
        first, _, last = part.partition("-")
        addresses += range(int(first), int(last or first) + 1)
    return Bus(
        addresses,
        repeat=float(query.get("repeat", REPEAT_SECONDS)),
        collisions=query.get("collisions") == "yes",
    )
