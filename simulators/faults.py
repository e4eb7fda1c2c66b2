"""Cables as they are: slow, lossy, noisy, cut. One object is one direction of one connection.

    down, up = Cables(Lossy(Random(7), 0.05), Plain())

For: what simulators/bench.py puts between a port and a simulated device. Chance is an argument, time passes by `tick`.
Not for: what a device does wrong by itself; that is the simulator's.
What goes wrong: that is the point. A cable that is `cut` carries nothing any more, and the bench drops its connection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol


class Cable(Protocol):
    """One direction."""

    @property
    def cut(self) -> bool:
        """Whether it is in two."""
        ...

    def carry(self, data: bytes) -> list[bytes]:
        """What arrives now when `data` is sent, in the pieces in which it arrives."""
        ...

    def tick(self, seconds: float) -> list[bytes]:
        """What arrives because time passed."""
        ...


class Plain:
    """A good cable."""

    cut = False

    def carry(self, data: bytes) -> list[bytes]:
        """`data`, as it is."""
        return [data] if data else []

    def tick(self, seconds: float) -> list[bytes]:
        """Nothing."""
        return []


class ByteByByte(Plain):
    """Everything arrives, one byte at a time."""

    def carry(self, data: bytes) -> list[bytes]:
        """The bytes of `data`."""
        return [data[n : n + 1] for n in range(len(data))]


@dataclass
class Lossy(Plain):
    """Loses `share` (0 to 1) of what is sent: single bytes, or with `pieces` whole writes."""

    chance: Random
    share: float
    pieces: bool = False

    def carry(self, data: bytes) -> list[bytes]:
        """What is left of `data`."""
        if self.pieces:
            return [] if self.chance.random() < self.share else [data]
        left = bytes(byte for byte in data if self.chance.random() >= self.share)
        return [left] if left else []


@dataclass
class Duplicated(Plain):
    """Says `share` of the writes twice, as a repeater with an echo does."""

    chance: Random
    share: float

    def carry(self, data: bytes) -> list[bytes]:
        """`data` once or twice."""
        return [data, data] if self.chance.random() < self.share else [data]


@dataclass
class Corrupted(Plain):
    """Turns over one bit in `share` of the bytes, as a wrong ground does."""

    chance: Random
    share: float

    def carry(self, data: bytes) -> list[bytes]:
        """`data` with damage."""
        return [
            bytes(
                byte ^ (1 << self.chance.randrange(8)) if self.chance.random() < self.share else byte
                for byte in data
            )
        ]


@dataclass
class Late(Plain):
    """Everything arrives `seconds` later, in order."""

    seconds: float
    _now: float = 0.0
    _under_way: list[tuple[float, bytes]] = field(default_factory=list)

    def carry(self, data: bytes) -> list[bytes]:
        """Nothing yet."""
        self._under_way.append((self._now + self.seconds, data))
        return []

    def tick(self, seconds: float) -> list[bytes]:
        """What has been under way for long enough."""
        self._now += seconds
        arrived = [data for due, data in self._under_way if due <= self._now]
        self._under_way = self._under_way[len(arrived) :]
        return arrived


@dataclass
class CutAfter:
    """Breaks after `count` bytes, in the middle of whatever is sent."""

    count: int
    cut: bool = False

    def carry(self, data: bytes) -> list[bytes]:
        """The bytes before the break."""
        whole = data[: self.count]
        self.count -= len(whole)
        if not self.count:
            self.cut = True
        return [whole] if whole else []

    def tick(self, seconds: float) -> list[bytes]:
        """Nothing."""
        return []


@dataclass
class CutEvery(Plain):
    """Breaks when it is `seconds` old; the next connection gets a new one."""

    seconds: float
    cut: bool = False

    def tick(self, seconds: float) -> list[bytes]:
        """Nothing arrives; it gets older."""
        self.seconds -= seconds
        self.cut = self.cut or self.seconds <= 0
        return []


class Chain:
    """Several faults one after another: what the first lets through enters the second."""

    def __init__(self, *cables: Cable) -> None:
        self._cables = cables

    @property
    def cut(self) -> bool:
        """Whether any part is in two."""
        return any(cable.cut for cable in self._cables)

    def carry(self, data: bytes) -> list[bytes]:
        """What comes out at the end."""
        return _through(self._cables, [data])

    def tick(self, seconds: float) -> list[bytes]:
        """What comes out because time passed somewhere inside."""
        out: list[bytes] = []
        for n, cable in enumerate(self._cables):
            out += _through(self._cables[n + 1 :], cable.tick(seconds))
        return out


def _through(cables: Sequence[Cable], pieces: list[bytes]) -> list[bytes]:
    for cable in cables:
        pieces = [out for piece in pieces for out in cable.carry(piece)]
    return pieces


@dataclass
class Cables:
    """Both directions of one connection: `down` from the host to the device, `up` back."""

    down: Cable = field(default_factory=Plain)
    up: Cable = field(default_factory=Plain)


NewCables = Callable[[], Cables]
"""Makes the cables of each new connection."""
