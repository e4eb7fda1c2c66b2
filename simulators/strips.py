"""What simulated strips of every language share: several on one cable, and the query of a device URL.

A line gives what it receives to every device on it, and joins what they answer: two that answer at once would spoil
each other's bytes on a real bus, so a host that lets that happen gets both frames one after the other here and must
not count on it.
"""

from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from simulators.dots import stacked


class Strip(Protocol):
    """One simulated strip."""

    @property
    def shown(self) -> str:
        """What a person reads; lines are separated by newlines."""
        ...

    def receive(self, data: bytes) -> bytes:
        """The cable."""
        ...

    def tick(self, seconds: float) -> bytes:
        """Time."""
        ...

    def draw(self) -> bytes:
        """A PNG of the panel."""
        ...

    def power_off(self) -> None:
        """Somebody pulls the mains plug."""
        ...

    def power_on(self) -> None:
        """And puts it back."""
        ...


class Line:
    """Strips on one cable, by address. A line of one answers like that one."""

    kind = "sign"

    def __init__(self, devices: dict[int, Strip]) -> None:
        self.devices = devices

    def join(self, other: "Line") -> None:
        """Hang the strips of `other` on this cable too: a hall file names each strip of a cable by a URL of its own."""
        self.devices.update(other.devices)

    @property
    def shown(self) -> str:
        """What a person reads on all of them, from the lowest address up."""
        return "\n".join(device.shown for device in self._ordered())

    def _ordered(self) -> Sequence[Strip]:
        return [self.devices[address] for address in sorted(self.devices)]

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host, heard by everybody."""
        return b"".join([device.receive(data) for device in self._ordered()])

    def tick(self, seconds: float) -> bytes:
        """`seconds` pass."""
        return b"".join([device.tick(seconds) for device in self._ordered()])

    def draw(self) -> bytes:
        """All panels under each other, as a PNG."""
        return stacked([device.draw() for device in self._ordered()])

    def power_off(self) -> None:
        """The mains of all of them fails."""
        for device in self.devices.values():
            device.power_off()

    def power_on(self) -> None:
        """And comes back."""
        for device in self.devices.values():
            device.power_on()


def query_of(url: str) -> dict[str, str]:
    """What stands behind the `?` of a device URL; what is not for the simulator is the driver's."""
    return dict(parse_qsl(urlsplit(url).query))


def line(url: str, make: Callable[[int], Strip], default: int = 1) -> Line:
    """The strips of a device URL: `address=3`, or `addresses=1-4,9` for several on one cable."""
    query = query_of(url)
    addresses: list[int] = []
    for part in query.get("addresses", query.get("address", str(default))).split(","):
        first, _, last = part.partition("-")
        addresses += range(int(first), int(last or first) + 1)
    return Line({address: make(address) for address in addresses})
