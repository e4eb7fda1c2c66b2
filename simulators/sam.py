"""A reader of identity cards with a SAM: the twin of drivers/wire/sam.py.

    EMPTY ── lay_down ──> PRESENT ── find ──> FOUND ── select ──> SELECTED ── read ──> READ
      ^                      any failure: back to find               │ lift while reading: 41
      └──────────────────────────── lift ────────────────────────────┴────────────────────┘

It remembers which card lies on it, how far the conversation with it has come, and the speed it was set to. A card that
was read is not found again until it is lifted; whether it can be *read* again before that is not documented, and here
it can.
Time passes only by `tick`. A half command is forgotten after HALF_SECONDS, as by every module seen.
Knobs: `delay` and `read_seconds`, `error` (the next command is answered with this SW3), `fault` (what happens to the
next reply: a bad checksum, a stray byte before it, a cut).
"""

from dataclasses import replace
from enum import Enum, StrEnum
from urllib.parse import parse_qsl, urlsplit

from drivers.wire import sam
from drivers.wire.reader import Reader as Line
from simulators.cards import FINGERPRINTS, PEOPLE, PHOTO, Person

HALF_SECONDS = 0.1
READ_SECONDS = 0.6
"""The radio of a read takes most of a second."""

SAM_ID = sam.SamId(5, 1, 20990101, 1, 2)


class Stage(Enum):
    """How far the conversation with the card has come."""

    EMPTY = "empty"
    PRESENT = "present"
    FOUND = "found"
    SELECTED = "selected"
    READ = "read"


class Fault(StrEnum):
    """What may happen to a reply on its way."""

    CHECKSUM = "checksum"
    STRAY = "stray"
    CUT = "cut"


class CardReader:
    """One reader. `stage` and `person` are what a page shows."""

    kind = "cardreader"

    def __init__(self, *, delay: float = 0.0, read_seconds: float = READ_SECONDS) -> None:
        self.powered = True
        self.delay = delay
        self.read_seconds = read_seconds
        self.error: int | None = None
        self.fault: Fault | None = None
        self.stage = Stage.EMPTY
        self.person: Person | None = None
        self.speed = sam.SPEEDS[0]
        self.packet = 0x50
        self._line: Line[sam.HostMessage] = Line(sam.parse_host)
        self._silent = 0.0
        self._now = 0.0
        self._due: list[tuple[float, sam.DeviceMessage]] = []

    # -- the cable ----------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; what can be answered at once comes back."""
        if not self.powered:
            return b""
        self._silent = 0.0
        for message in self._line.feed(data):
            reply, seconds = self._answer(message)
            self._due.append((self._now + self.delay + seconds, reply))
        return self.tick(0.0)

    # -- time ---------------------------------------------------------------------------------------------------

    def tick(self, seconds: float) -> bytes:
        """`seconds` pass; replies that are due come back."""
        self._now += seconds
        self._silent += seconds
        if self._line.held and self._silent > HALF_SECONDS:
            self._line.reset()
        out = b""
        while self._due and self._due[0][0] <= self._now + 1e-9:
            out += self._spoilt(sam.encode(self._due.pop(0)[1]))
        return out

    # -- a person -----------------------------------------------------------------------------------------------

    def press(self, card: str) -> None:
        """Lay down the card of one of `PEOPLE`; nothing: lift what lies there."""
        if card:
            self.lay_down(PEOPLE[card])
        else:
            self.lift()

    def lay_down(self, person: Person) -> None:
        """A card on the reader; it takes the place of another."""
        self.lift()
        self.person = person
        self.stage = Stage.PRESENT

    def lift(self) -> None:
        """Take the card away. A reply that is still being read becomes "read failed"."""
        self.person = None
        self.stage = Stage.EMPTY
        self._due = [
            (at, sam.Answer(0, 0, sam.NOT_READ)) if isinstance(reply, sam.CardRead) else (at, reply)
            for at, reply in self._due
        ]

    def spoil_next(self, fault: Fault) -> None:
        """Something happens to the next reply on its way."""
        self.fault = fault

    def refuse_next(self, error: int) -> None:
        """The next command is answered with this SW3. ValueError for what is no byte."""
        if not 0 <= error <= 0xFF:
            raise ValueError(f"{error} is no status; one byte is expected")
        self.error = error

    def power_off(self) -> None:
        """Pull the plug: the conversation with the card is forgotten."""
        self.powered = False
        self._due.clear()
        self._line.reset()

    def power_on(self) -> None:
        """Plug it in: a card that lies there is found again; the speed is as it was set."""
        self.powered = True
        self.stage = Stage.EMPTY if self.person is None else Stage.PRESENT

    def state(self) -> dict[str, object]:
        """What a person sees, for a page or a test."""
        return {
            "powered": self.powered,
            "stage": self.stage.value,
            "card": "" if self.person is None else self.person.kind.value,
            "name": "" if self.person is None else self.person.name,
        }

    # -- what it answers ----------------------------------------------------------------------------------------

    def _answer(self, message: sam.HostMessage) -> tuple[sam.DeviceMessage, float]:
        if self.error is not None:
            error, self.error = self.error, None
            return sam.Answer(0, 0, error), 0.0
        match message:
            case sam.Ask(order):
                return self._obey(order)
            case sam.SetSpeed(baud):
                self.speed = baud
            case sam.SetPacket(size):
                self.packet = size
            case sam.OtherCommand():
                return sam.Answer(0, 0, sam.BAD_COMMAND), 0.0
        return sam.Answer(0, 0, sam.SUCCESS), 0.0

    def _obey(self, order: sam.Order) -> tuple[sam.DeviceMessage, float]:
        match order:
            case sam.Order.RESET:
                self.stage = Stage.EMPTY if self.person is None else Stage.PRESENT
                return sam.Answer(0, 0, sam.SUCCESS), 0.0
            case sam.Order.STATUS:
                return sam.Answer(0, 0, sam.SUCCESS), 0.0
            case sam.Order.SAM_ID:
                return SAM_ID, 0.0
            case sam.Order.FIND:
                return self._find(), 0.0
            case sam.Order.SELECT:
                return self._select(), 0.0
            case sam.Order.READ | sam.Order.READ_ALL:
                return self._read(order)
            case sam.Order.READ_ADDRESS:
                return self._read_address()

    def _find(self) -> sam.DeviceMessage:
        if self.stage in (Stage.EMPTY, Stage.READ):
            return sam.Answer(0, 0, sam.NO_CARD)
        self.stage = Stage.FOUND
        return sam.Found()

    def _select(self) -> sam.DeviceMessage:
        if self.stage is not Stage.FOUND:
            return sam.Answer(0, 0, sam.NOT_SELECTED)
        self.stage = Stage.SELECTED
        return sam.Selected()

    def _read(self, order: sam.Order) -> tuple[sam.DeviceMessage, float]:
        if self.person is None or self.stage not in (Stage.SELECTED, Stage.READ):
            return sam.Answer(0, 0, sam.NOT_READ), 0.0
        self.stage = Stage.READ
        reply = sam.CardRead(self.person.text, PHOTO)
        return replace(
            reply, fingerprints=FINGERPRINTS
        ) if order == sam.Order.READ_ALL else reply, self.read_seconds

    def _read_address(self) -> tuple[sam.DeviceMessage, float]:
        if self.person is None or self.stage not in (Stage.SELECTED, Stage.READ):
            return sam.Answer(0, 0, sam.NOT_READ), 0.0
        if not self.person.newest_address:
            return sam.Answer(0, 0, sam.NO_SUCH_ITEM), 0.0
        return sam.NewestAddress(self.person.address_item), self.read_seconds

    def _spoilt(self, frame: bytes) -> bytes:
        fault, self.fault = self.fault, None
        match fault:
            case Fault.CHECKSUM:
                return frame[:-1] + bytes([frame[-1] ^ 0xFF])
            case Fault.STRAY:
                return b"\x00" + frame
            case Fault.CUT:
                return frame[: len(frame) // 2]
            case None:
                return frame


def device(url: str) -> CardReader:
    """A reader for a device URL: `delay=` and `read=` in seconds; what else stands in the query is the driver's."""
    query = dict(parse_qsl(urlsplit(url).query))
    return CardReader(
        delay=float(query.get("delay", 0.0)), read_seconds=float(query.get("read", READ_SECONDS))
    )
