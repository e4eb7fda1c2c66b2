"""The table of what can be plugged in: a device URL says the dialect, the cable, and the rest.

    escpos+tcp://10.0.0.9:9100?width=576
    └dialect┘└link┘           └ parameters of the link, of the dialect and of the kind, by name

    printer = open_printer("escpos+serial:///dev/ttyUSB0?baud=19200&width=384", clock, on_condition)

For: from a URL to an object with `kind`, `condition`, `latency` and `run()`; nothing is opened before `run`. A new
dialect is one line in CATALOG: what it is spoken by, and who speaks it. Its parameters are the arguments of that
callable (int, float, bool as yes/no, bytes as hexadecimal, str); those of the kind are arguments of the kind's class.
Modules are loaded when a URL names them, so what a hall has not costs nothing.
Not for: which device stands where (the hall file), speaking (drivers/<kind>.py).
What goes wrong: `BadUrl`, which says the part that is wrong and what would be right. An unknown parameter is refused,
because a misspelt `widht` would otherwise be found on paper.
"""

import inspect
import random
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, Protocol, get_type_hints
from urllib.parse import urlencode, urlsplit

from drivers import link
from drivers.errors import BadUrl
from drivers.keeper import Clock
from drivers.link import Opener
from drivers.media import Condition, Message, Printed, Slip


class Device(Protocol):
    """What every device is to its owner."""

    @property
    def kind(self) -> str:
        """printer, sign, pad or card_reader."""
        ...

    @property
    def condition(self) -> Condition:
        """How it is, as last reported."""
        ...

    @property
    def latency(self) -> tuple[float, float] | None:
        """Seconds from question to answer: (median, 99th percentile); None before the first."""
        ...

    async def run(self) -> None:
        """Keep it alive until cancelled."""
        ...


class PrinterDevice(Device, Protocol):
    """A ticket printer (drivers/printer.py says more)."""

    async def print(self, slip: Slip, deadline_seconds: float) -> Printed:
        """Print once; FAILED if it has not begun within the deadline."""
        ...

    @property
    def paper_used_mm(self) -> float:
        """What the roll at hand has given."""
        ...

    def paper_replaced(self) -> None:
        """A new roll is in."""
        ...


class SignDevice(Device, Protocol):
    """A strip or board (drivers/sign.py says more)."""

    def show(self, message: Message) -> None:
        """Show this from now on."""
        ...

    def brightness(self, percent: int) -> None:
        """Dim to this from now on."""
        ...

    def power(self, on: bool) -> None:
        """Light up or go dark."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """A dialect: its kind, "module:callable" that makes its speaker, and what the callable needs and no URL can
    hold."""

    kind: str
    speaker: str
    needs: Mapping[str, str] = field(default_factory=dict)


CATALOG: Final[Mapping[str, Row]] = {
    "escpos": Row("printer", "drivers.wire.escpos:speaker", {"picture": "drivers.glyphs:picture"}),
    "bx5k": Row("sign", "drivers.wire.bx5k:Bx5k"),
    "cpower": Row("sign", "drivers.wire.cpower:CPower"),
    "alpha": Row("sign", "drivers.wire.alpha:Alpha"),
    "template": Row("sign", "drivers.wire.template:template"),
    "wilipu": Row("sign", "drivers.wire.template:wilipu"),
    "ff68": Row("pad", "drivers.wire.ff68:Ff68"),
    "sam": Row("card_reader", "drivers.wire.sam:Sam"),
    "stx": Row("card_reader", "drivers.wire.stx:Stx"),
}
"""Every dialect that can stand before the plus of a device URL."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What a device is given by whom it belongs to. `heard` takes key presses, ratings and cards."""

    clock: Clock
    on_condition: Callable[[Condition], None]
    heard: Callable[[Any], None] | None
    jitter: Callable[[], float]
    paper_used_mm: float = 0.0


class Room:
    """Cables that several devices hang on: those that are opened with the same room share one."""

    def __init__(self) -> None:
        self.lines: dict[str, Any] = {}


class _Reading:
    """One device URL while it is read: every parameter is taken once, and what is left at the end is a mistake."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.tap: Callable[[Opener], Opener] | None = None
        parts = urlsplit(url)
        dialect, plus, scheme = parts.scheme.partition("+")
        if not plus:
            raise BadUrl(
                f"{url!r}: a device URL begins with dialect+link, as in escpos+tcp://10.0.0.9:9100; "
                f"dialects are {', '.join(CATALOG)}"
            )
        if dialect not in CATALOG:
            raise BadUrl(f"{url!r}: no dialect is called {dialect!r}{_perhaps(dialect, CATALOG.keys())}")
        if scheme not in link.OPTIONS:
            raise BadUrl(f"{url!r}: no link is called {scheme!r}{_perhaps(scheme, link.OPTIONS.keys())}")
        self.row = CATALOG[dialect]
        self.query = link.query_of(parts, url)
        self.known: set[str] = set(link.OPTIONS[scheme])
        of_link = {name: self.query.pop(name) for name in link.OPTIONS[scheme] & self.query.keys()}
        self.baud = int(of_link.get("baud", "0")) if of_link.get("baud", "0").isdigit() else 0
        self.link_url = f"{scheme}://{parts.netloc}{parts.path}"
        if of_link:
            self.link_url += "?" + urlencode(sorted(of_link.items()))

    def opener(self) -> Opener:
        """What opens the cable."""
        try:
            opened = link.opener(self.link_url)
        except BadUrl as error:
            raise BadUrl(str(error).replace(repr(self.link_url), repr(self.url))) from None
        return opened if self.tap is None else self.tap(opened)

    def speaker(self) -> Any:
        """The dialect, with its parameters."""
        needs = {name: _load(where) for name, where in self.row.needs.items()}
        return self.make(_load(self.row.speaker), **needs)

    def make(self, what: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Call `what` with these and with the parameters of the URL that it knows."""
        arguments = dict(named)
        hints = get_type_hints(what.__init__ if inspect.isclass(what) else what)
        for name in list(inspect.signature(what).parameters)[len(given) :]:
            if name in named or name == "name":
                continue
            hint = hints.get(name)
            if hint in _CONVERSIONS:
                self.known.add(name)
                if name in self.query:
                    arguments[name] = self._convert(name, self.query.pop(name), hint)
            elif hasattr(hint, "from_query"):
                arguments[name] = self._mapping(hint)
        try:
            return what(*given, **arguments)
        except BadUrl as error:
            raise BadUrl(f"{self.url!r}: {error}") from None
        except ValueError as error:
            raise BadUrl(f"{self.url!r}: {error}") from None

    def _convert(self, name: str, value: str, hint: object) -> object:
        convert, expected = _CONVERSIONS[hint]
        try:
            return convert(value)
        except (ValueError, KeyError):
            raise BadUrl(f"{self.url!r}: {name}={value}; {expected} is expected") from None

    def _mapping(self, made: Any) -> Any:
        """A key map: its parameters are `keys`, `levels`, and the same with an address behind a dot."""
        self.known |= {"keys", "levels"}
        mine = [name for name in self.query if name.split(".")[0] in ("keys", "levels")]
        try:
            return made.from_query({name: self.query.pop(name) for name in mine})
        except BadUrl as error:
            raise BadUrl(f"{self.url!r}: {error}") from None

    def number(self, name: str, default: int) -> int:
        """A whole number that belongs to neither link nor dialect."""
        self.known.add(name)
        value = self.query.pop(name, None)
        return default if value is None else int(str(self._convert(name, value, int)))

    def finish(self) -> None:
        """Nothing may be left."""
        for name in self.query:
            raise BadUrl(f"{self.url!r}: no parameter is called {name!r}{_perhaps(name, self.known)}")


def _integer(value: str) -> int:
    if not value.isascii() or not value.removeprefix("-").isdigit():
        raise ValueError(value)
    return int(value)


_CONVERSIONS: Final[dict[object, tuple[Callable[[str], object], str]]] = {
    int: (_integer, "a whole number"),
    float: (float, "a number"),
    bool: (lambda value: {"yes": True, "no": False}[value], "yes or no"),
    bytes: (bytes.fromhex, "hexadecimal such as 1D5642 03 without spaces"),
    str: (str, "text"),
    int | None: (_integer, "a whole number"),
}


def _perhaps(wrong: str, known: Set[str]) -> str:
    close = get_close_matches(wrong, known, 1)
    if close:
        return f"; perhaps {close[0]!r} was meant"
    return f"; there are {', '.join(sorted(known))}" if known else "; there are none"


def _load(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


# -- one function per kind ----------------------------------------------------------------------------------------


def _printer(reading: _Reading, owner: Owner, room: Room) -> PrinterDevice:
    from drivers.printer import Printer

    made: Printer = reading.make(
        Printer,
        reading.opener(),
        owner.clock,
        reading.speaker(),
        owner.on_condition,
        jitter=owner.jitter,
        paper_used_mm=owner.paper_used_mm,
    )
    return made


def _sign(reading: _Reading, owner: Owner, room: Room) -> SignDevice:
    from drivers.sign import Bus

    speaker = reading.speaker()
    address = reading.number("address", 1)
    bus = room.lines.get(reading.link_url)
    if bus is None:
        baud = {"baud": reading.baud} if reading.baud else {}
        bus = Bus(reading.opener(), owner.clock, jitter=owner.jitter, **baud)
        room.lines[reading.link_url] = bus
    made: SignDevice = reading.make(bus.sign, address, speaker, owner.on_condition)
    return made


def _pad(reading: _Reading, owner: Owner, room: Room) -> Device:
    """The whole line: a pad bus hears every address, so `address` is read here and used by the owner."""
    from drivers.pad import PadBus

    reading.number("address", 0)
    speaker = reading.speaker()
    made: Device = reading.make(
        PadBus,
        reading.opener(),
        owner.clock,
        speaker,
        _listener(reading, owner),
        owner.on_condition,
        jitter=owner.jitter,
    )
    return made


def _card_reader(reading: _Reading, owner: Owner, room: Room) -> Device:
    from drivers.cardreader import CardReader

    made: Device = reading.make(
        CardReader,
        reading.opener(),
        owner.clock,
        reading.speaker(),
        _listener(reading, owner),
        owner.on_condition,
        jitter=owner.jitter,
    )
    return made


def _listener(reading: _Reading, owner: Owner) -> Callable[[Any], None]:
    if owner.heard is None:
        raise TypeError(f"{reading.url}: a {reading.row.kind} needs somebody who hears it")
    return owner.heard


_KINDS: Final[Mapping[str, Callable[[_Reading, Owner, Room], Device]]] = {
    "printer": _printer,
    "sign": _sign,
    "pad": _pad,
    "card_reader": _card_reader,
}


# -- the door -----------------------------------------------------------------------------------------------------


def open_device(
    url: str,
    clock: Clock,
    on_condition: Callable[[Condition], None],
    *,
    heard: Callable[[Any], None] | None = None,
    jitter: Callable[[], float] = random.random,
    room: Room | None = None,
    tap: Callable[[Opener], Opener] | None = None,
) -> Device:
    """The device that `url` names, ready to `run`. `heard` gets what pads and card readers say; devices opened with
    one `room` share the cables that their URLs share. `clock` counts real seconds. `tap` may put something between the
    device and its cable, such as a fitter's ear. Raises `BadUrl`."""
    reading = _Reading(url)
    reading.tap = tap
    device = _KINDS[reading.row.kind](reading, Owner(clock, on_condition, heard, jitter), room or Room())
    reading.finish()
    return device


def open_printer(
    url: str,
    clock: Clock,
    on_condition: Callable[[Condition], None],
    *,
    jitter: Callable[[], float] = random.random,
    paper_used_mm: float = 0.0,
) -> PrinterDevice:
    """The printer that `url` names. `paper_used_mm`: what its roll had given when the last process ended. Raises
    `BadUrl`, also for a URL of another kind."""
    reading = _Reading(url)
    if reading.row.kind != "printer":
        raise BadUrl(
            f"{url!r}: that is a {reading.row.kind}; a printer is expected, as in escpos+tcp://10.0.0.9:9100"
        )
    printer = _printer(reading, Owner(clock, on_condition, None, jitter, paper_used_mm), Room())
    reading.finish()
    return printer


def kind_of(url: str) -> str:
    """The kind of device that `url` names. Raises `BadUrl`."""
    return _Reading(url).row.kind
