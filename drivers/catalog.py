"""The table of what can be plugged in: a device URL says the dialect, the cable, and the rest.

    escpos+tcp://10.0.0.9:9100?width=576
    └dialect┘└link┘           └ parameters of the link, of the dialect and of the kind, by name

    printer = open_printer("escpos+serial:///dev/ttyUSB0?baud=19200&width=384", clock, on_condition)

For: from a URL to an object with `kind`, `condition`, `latency` and `run()`; nothing is opened before `run`. A new
dialect is one line in CATALOG: its kind, who speaks it, and the parameters that its URL may have. A new kind is one line
in KINDS and the function beside it. Modules are loaded when a URL names them, so what a hall has not costs nothing.
Not for: which device stands where (the hall file), speaking (drivers/<kind>.py).
What goes wrong: `BadUrl`, which says the part that is wrong and what would be right. An unknown parameter is refused,
because a misspelt `widht` would otherwise be found on paper.
"""

import random
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

from drivers import link
from drivers.cable import Opener
from drivers.errors import BadUrl
from drivers.keeper import Clock
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

    @property
    def chinese(self) -> bool:
        """Whether it has Chinese glyphs."""
        ...

    def show(self, message: Message) -> None:
        """Show this from now on."""
        ...

    def brightness(self, percent: int) -> None:
        """Dim to this from now on."""
        ...

    def power(self, on: bool) -> None:
        """Light up or go dark."""
        ...


# -- what a parameter may be --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Is:
    """How a parameter is read, and what is expected when it cannot be."""

    read: Callable[[str], object]
    expected: str


def _whole(value: str) -> int:
    if not value.isascii() or not value.removeprefix("-").isdigit():
        raise ValueError(value)
    return int(value)


WHOLE: Final = Is(_whole, "a whole number")
NUMBER: Final = Is(float, "a number")
YES_NO: Final = Is(lambda value: {"yes": True, "no": False}[value], "yes or no")
HEX: Final = Is(bytes.fromhex, "hexadecimal such as 1D564203 without spaces")
TEXT: Final = Is(str, "text")
KEYMAP: Final = Is(str, "keys=, levels=, and the same with an address behind a dot (drivers/wire/keymap.py)")

# -- the table ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A dialect: its kind; "module:callable" that makes its speaker; the parameters of the callable that a URL may give,
    by name; the speed of a serial line when the URL gives none; and what the callable needs that no URL can hold."""

    kind: str
    speaker: str
    takes: Mapping[str, Is] = field(default_factory=dict)
    baud: int = 9600
    needs: Mapping[str, str] = field(default_factory=dict)


_MAKERS_BYTES: Final = dict.fromkeys(("before", "after", "cut", "present", "retract", "buzz"), HEX)
_PANEL: Final = {"width": WHOLE, "height": WHOLE, "colours": YES_NO, "answers": YES_NO}

# fmt: off
CATALOG: Final[Mapping[str, Row]] = {
    "escpos": Row("printer", "drivers.wire.escpos:speaker", {
        "width": WHOLE, "chinese_size_bits": WHOLE, "automatic": YES_NO, "identify": YES_NO, "answers": YES_NO,
        **_MAKERS_BYTES}, needs={"picture": "drivers.glyphs:picture"}),
    "bx5k": Row("sign", "drivers.wire.bx5k:Bx5k", _PANEL, 57600),
    "cpower": Row("sign", "drivers.wire.cpower:CPower", {**_PANEL, "font": WHOLE, "network_id": HEX}, 115200),
    "alpha": Row("sign", "drivers.wire.alpha:Alpha", {"sign_type": TEXT, "acks": YES_NO, "columns": WHOLE, "rows": WHOLE}),
    "template": Row("sign", "drivers.wire.template:template", {"frame": TEXT, "columns": WHOLE}),
    "wilipu": Row("sign", "drivers.wire.template:wilipu", {"speed": WHOLE, "columns": WHOLE, "colours": YES_NO}),
    "ff68": Row("pad", "drivers.wire.ff68:Ff68", {"keymap": KEYMAP}),
    "numkeys": Row("pad", "drivers.wire.numkeys:speaker", {"keymap": KEYMAP, "address": WHOLE, "rates": YES_NO}),
    "sam": Row("card_reader", "drivers.wire.sam:Sam", baud=115200),
    "stx": Row("card_reader", "drivers.wire.stx:Stx", baud=115200),
}
# fmt: on
"""Every dialect that can stand before the plus of a device URL. The speeds are what its makers' devices wake with."""


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
        self.kind = KINDS[self.row.kind]
        self.query = link.query_of(parts, url)
        self.known = {*link.OPTIONS[scheme], *self.row.takes, *self.kind.takes} - {"keymap"}
        of_link = {name: self.query.pop(name) for name in link.OPTIONS[scheme] & self.query.keys()}
        if "baud" in link.OPTIONS[scheme]:
            of_link.setdefault("baud", str(self.row.baud))
        self.baud = int(of_link["baud"]) if of_link.get("baud", "").isdecimal() else self.row.baud
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
        return self.make(_load(self.row.speaker), **needs, **self.taken(self.row.takes))

    def taken(self, takes: Mapping[str, Is]) -> dict[str, Any]:
        """Those of the parameters `takes` that the URL gives, read. Each is there once."""
        found: dict[str, Any] = {}
        for name, form in takes.items():
            if form is KEYMAP:
                found[name] = self._keymap()
            elif name in self.query:
                found[name] = self._read(name, self.query.pop(name), form)
        return found

    def make(self, what: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Call `what`; a value that it refuses is the URL's fault."""
        try:
            return what(*given, **named)
        except BadUrl as error:
            raise BadUrl(f"{self.url!r}: {error}") from None
        except ValueError as error:
            raise BadUrl(f"{self.url!r}: {error}") from None

    def _read(self, name: str, value: str, form: Is) -> object:
        try:
            return form.read(value)
        except (ValueError, KeyError):
            raise BadUrl(f"{self.url!r}: {name}={value}; {form.expected} is expected") from None

    def _keymap(self) -> Any:
        from drivers.wire.keymap import KeyMap

        self.known |= {"keys", "levels"}
        mine = [name for name in self.query if name.split(".")[0] in ("keys", "levels")]
        return self.make(KeyMap.from_query, {name: self.query.pop(name) for name in mine})

    def finish(self) -> None:
        """Nothing may be left."""
        for name in self.query:
            raise BadUrl(f"{self.url!r}: no parameter is called {name!r}{_perhaps(name, self.known)}")


def _perhaps(wrong: str, known: Set[str]) -> str:
    close = get_close_matches(wrong, known, 1)
    if close:
        return f"; perhaps {close[0]!r} was meant"
    return f"; there are {', '.join(sorted(known))}" if known else "; there are none"


def _load(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


# -- one function and one line per kind ---------------------------------------------------------------------------


def _printer(reading: _Reading, owner: Owner, room: Room) -> PrinterDevice:
    from drivers.printer import Printer

    own = reading.taken(reading.kind.takes)
    made: Printer = reading.make(
        Printer,
        reading.opener(),
        owner.clock,
        reading.speaker(),
        owner.on_condition,
        jitter=owner.jitter,
        paper_used_mm=owner.paper_used_mm,
        **own,
    )
    return made


def _sign(reading: _Reading, owner: Owner, room: Room) -> SignDevice:
    from drivers.sign import Bus

    own = {"address": 1, **reading.taken(reading.kind.takes)}
    speaker = reading.speaker()
    bus = room.lines.get(reading.link_url)
    if bus is None:
        bus = Bus(reading.opener(), owner.clock, jitter=owner.jitter, baud=reading.baud)
        room.lines[reading.link_url] = bus
    address = own.pop("address")
    made: SignDevice = reading.make(bus.sign, address, speaker, owner.on_condition, **own)
    return made


def _pad(reading: _Reading, owner: Owner, room: Room) -> Device:
    """The whole line: a pad bus hears every address, so `address` is used by the owner, unless the dialect knows one
    device only and wants to be told its number."""
    from drivers.pad import PadBus

    speaker = reading.speaker()
    own = reading.taken(reading.kind.takes)
    own.pop("address", None)
    made: Device = reading.make(
        PadBus,
        reading.opener(),
        owner.clock,
        speaker,
        _listener(reading, owner),
        owner.on_condition,
        jitter=owner.jitter,
        **own,
    )
    return made


def _card_reader(reading: _Reading, owner: Owner, room: Room) -> Device:
    from drivers.cardreader import CardReader

    own = reading.taken(reading.kind.takes)
    made: Device = reading.make(
        CardReader,
        reading.opener(),
        owner.clock,
        reading.speaker(),
        _listener(reading, owner),
        owner.on_condition,
        jitter=owner.jitter,
        **own,
    )
    return made


def _listener(reading: _Reading, owner: Owner) -> Callable[[Any], None]:
    if owner.heard is None:
        raise TypeError(f"{reading.url}: a {reading.row.kind} needs somebody who hears it")
    return owner.heard


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of device: what makes one, and the parameters that every dialect of it may have."""

    make: Callable[[_Reading, Owner, Room], Device]
    takes: Mapping[str, Is]


KINDS: Final[Mapping[str, Kind]] = {
    "printer": Kind(_printer, {"roll": NUMBER, "low": NUMBER}),
    "sign": Kind(_sign, {"address": WHOLE, "refresh_seconds": NUMBER, "ping_seconds": NUMBER}),
    "pad": Kind(_pad, {"address": WHOLE, "prompt_seconds": NUMBER, "repeat_within": NUMBER}),
    "card_reader": Kind(_card_reader, {"poll": NUMBER}),
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
    paper_used_mm: float = 0.0,
) -> Device:
    """The device that `url` names, ready to `run`. `heard` gets what pads and card readers say; devices opened with
    one `room` share the cables that their URLs share. `clock` counts real seconds. `tap` may put something between the
    device and its cable, such as a fitter's ear; `paper_used_mm`: what a printer's roll had given when the last process
    ended. Raises `BadUrl`."""
    reading = _Reading(url)
    reading.tap = tap
    device = reading.kind.make(
        reading, Owner(clock, on_condition, heard, jitter, paper_used_mm), room or Room()
    )
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
