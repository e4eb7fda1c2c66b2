"""A multi-reader that reads identity cards with one command: the twin of drivers/wire/stx.py.

It remembers which card lies on it, and how often it was told to beep. Unlike a bare SAM it reads the same card as
often as it is asked. Time passes only by `tick`.
Certainty: the reply to "everything" is documented. Those to "number", "name and number" and "text" are put together from
what one open program takes out of them (36 bytes of number right behind the status), and a guess beyond that.
Knobs: `read_seconds`; `error`, the status of the next answer.
"""

from urllib.parse import parse_qsl, urlsplit

from drivers.wire import cardtext, stx
from drivers.wire.reader import Reader as Line
from simulators.cards import PEOPLE, PHOTO, Person

HALF_SECONDS = 0.1
READ_SECONDS = 0.6
VERSION = b"TH-1.0"


class CardReader:
    """One reader. `person` is what a page shows."""

    kind = "cardreader"

    def __init__(self, *, read_seconds: float = READ_SECONDS) -> None:
        self.powered = True
        self.read_seconds = read_seconds
        self.error: int | None = None
        self.person: Person | None = None
        self.beeps = 0
        self._line: Line[stx.HostMessage] = Line(stx.parse_host)
        self._silent = 0.0
        self._now = 0.0
        self._due: list[tuple[float, stx.DeviceMessage]] = []

    def receive(self, data: bytes) -> bytes:
        """Bytes from the host; what can be answered at once comes back."""
        if not self.powered:
            return b""
        self._silent = 0.0
        for message in self._line.feed(data):
            reply = self._answer(message)
            seconds = self.read_seconds if isinstance(message, stx.ReadId) else 0.0
            self._due.append((self._now + seconds, reply))
        return self.tick(0.0)

    def tick(self, seconds: float) -> bytes:
        """`seconds` pass; replies that are due come back."""
        self._now += seconds
        self._silent += seconds
        if self._line.held and self._silent > HALF_SECONDS:
            self._line.reset()
        out = b""
        while self._due and self._due[0][0] <= self._now + 1e-9:
            out += stx.encode(self._due.pop(0)[1])
        return out

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

    def lift(self) -> None:
        """Take the card away; a read that is under way finds none."""
        self.person = None
        self._due = [
            (at, stx.Answer(stx.TIMED_OUT[0]) if isinstance(reply, stx.CardRead) else reply)
            for at, reply in self._due
        ]

    def power_off(self) -> None:
        """Pull the plug."""
        self.powered = False
        self._due.clear()
        self._line.reset()

    def power_on(self) -> None:
        """Plug it in; a card still lies there."""
        self.powered = True

    def state(self) -> dict[str, object]:
        """What a person sees and hears, for a page or a test."""
        return {
            "powered": self.powered,
            "card": "" if self.person is None else self.person.kind.value,
            "name": "" if self.person is None else self.person.name,
            "beeps": self.beeps,
        }

    def _answer(self, message: stx.HostMessage) -> stx.DeviceMessage:
        if self.error is not None:
            error, self.error = self.error, None
            return stx.Answer(error)
        match message:
            case stx.ReadId(what):
                return self._read(what)
            case stx.Ask(stx.Order.VERSION):
                return stx.Answer(stx.SUCCESS, VERSION)
            case stx.Ask(stx.Order.RESET):
                return stx.Answer(stx.SUCCESS)
            case stx.Ask(stx.Order.BEEP):
                self.beeps += 1
                return stx.Answer(stx.SUCCESS)
            case stx.Ask(stx.Order.FIND_IC):
                return stx.Answer(stx.TIMED_OUT[0])
            case stx.Ask():
                return stx.Answer(stx.NOT_SUPPORTED)
            case stx.OtherCommand():
                return stx.Answer(stx.BAD_COMMAND)

    def _read(self, what: stx.What) -> stx.DeviceMessage:
        if self.person is None:
            return stx.Answer(stx.TIMED_OUT[0])
        text = self.person.text
        layout = cardtext.LAYOUTS[self.person.kind]
        number_at, number_size = layout["number"]
        number = text[number_at : number_at + number_size]
        match what:
            case stx.What.ALL:
                return stx.CardRead(text, PHOTO)
            case stx.What.NUMBER:
                return stx.Answer(stx.SUCCESS, number)
            case stx.What.NAME_AND_NUMBER:
                return stx.Answer(stx.SUCCESS, number + text[:30])
            case stx.What.TEXT:
                return stx.CardRead(text, b"")


def device(url: str) -> CardReader:
    """A reader for a device URL: `read=` in seconds; what else stands in the query is the driver's."""
    query = dict(parse_qsl(urlsplit(url).query))
    return CardReader(read_seconds=float(query.get("read", READ_SECONDS)))
