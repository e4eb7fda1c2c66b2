"""What crosses between the hall and its devices, in the hall's words.

For: the values that a display hands to a driver (`Slip`, `Message`, `Prompt`) and that a driver hands back
(`KeyPress`, `Rating`, `Card`, `Condition`). They are plain and frozen; every dialect translates to and from them.
Not for: bytes (drivers/wire), who gets which slip (app/hardware.py), how it looks (displays).
What goes wrong: nothing here; a device that cannot do what a value asks raises an error of drivers/errors.py.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

# -- paper ------------------------------------------------------------------------------------------------------


class Align(StrEnum):
    """Where a line stands between the margins."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text. `size` multiplies the printer's own character (24 dots high) and is 1 to 8."""

    text: str
    size: int = 1
    align: Align = Align.LEFT
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code. `module` is the side of one square in dots (1 to 16); 6 dots at 203 dpi is 0.75 mm."""

    data: str
    module: int = 6
    align: Align = Align.CENTRE


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Feed:
    """White paper: `lines` of the printer's own line height."""

    lines: int = 1


SlipPart = Text | Qr | Rule | Feed


@dataclass(frozen=True, slots=True)
class Slip:
    """What one visitor is handed: parts from top to bottom, then a cut. `job` names the print job."""

    job: str
    parts: tuple[SlipPart, ...]


class Printed(StrEnum):
    """How a print job ended. `UNKNOWN`: the printer stopped answering, the paper may or may not be out."""

    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"


# -- signs ------------------------------------------------------------------------------------------------------


class Colour(StrEnum):
    """The colours that a two-colour strip knows."""

    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"


@dataclass(frozen=True, slots=True)
class Message:
    """What a sign shows until it is told otherwise. A sign may be told again at any time: the same message twice
    is the same picture. `lines` fit the sign's pixels already (displays/sign.py composes them)."""

    lines: tuple[str, ...]
    colour: Colour = Colour.RED
    blink: bool = False
    scroll: bool = False


# -- pads, callers, card readers --------------------------------------------------------------------------------


class Key(StrEnum):
    """What a clerk's key asks for, whatever number its maker gave it."""

    CALL_NEXT = "call_next"
    RECALL = "recall"
    MISSED = "missed"
    PARK = "park"
    RETURN_PARKED = "return_parked"
    PAUSE = "pause"
    TRANSFER = "transfer"
    ASK_RATING = "ask_rating"
    STAND_BACK = "stand_back"


@dataclass(frozen=True, slots=True)
class KeyPress:
    """One press of one key on the caller at `address` (its number on the bus; 0 where there is no bus)."""

    address: int
    key: Key


@dataclass(frozen=True, slots=True)
class Prompt:
    """Ask the visitor at the pad `address` for a rating; `rating_id` makes a repeated answer harmless."""

    address: int
    rating_id: str


@dataclass(frozen=True, slots=True)
class Rating:
    """A visitor's answer at the pad `address`: `level` 5 (very satisfied) to 1 (very dissatisfied). `rating_id` is
    that of the prompt it answers; a wire does not know it, the driver does."""

    address: int
    level: int
    rating_id: str = ""


@dataclass(frozen=True, slots=True)
class NotRated:
    """Nobody answered the prompt `rating_id` in time. It is never turned into a good rating."""

    address: int
    rating_id: str


class CardKind(StrEnum):
    """The kinds of card that a SAM reader reads (GA 450 and the later notices)."""

    RESIDENT = "resident"
    PERMIT = "J"
    FOREIGNER_2017 = "I"
    FOREIGNER_2023 = "Y"


class Sex(IntEnum):
    """GB/T 2261.1."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2
    NOT_STATED = 9


@dataclass(frozen=True, slots=True)
class Card:
    """An identity card as its reader gave it. It lives until it is hashed (app/identity.py) and is never stored. What it says
    of a person is not in its `repr`, so that no log and no failed test tells it.
    `valid_to` is None for a card without end (长期). The photo is dropped by the dialect, undecoded."""

    kind: CardKind
    number: str = field(repr=False)
    name: str = field(repr=False)
    sex: Sex = field(repr=False)
    birth: date = field(repr=False)
    nation: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    valid_from: date | None = field(default=None, repr=False)
    valid_to: date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CardRefused:
    """A card was laid down that cannot be used, and why; without its name or number."""

    why: str


# -- how a device is --------------------------------------------------------------------------------------------


class Health(StrEnum):
    """`UNKNOWN` is not fine: the device has not said anything yet, or cannot."""

    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class Trouble(StrEnum):
    """Why a device is degraded or offline, in words that a fitter acts on."""

    NO_ANSWER = "no_answer"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    HEAD_HOT = "head_hot"
    MECHANICAL = "mechanical"
    FEED_BUTTON = "feed_button"
    REFUSED = "refused"
    GARBLED = "garbled"
    NO_BACK_CHANNEL = "no_back_channel"


@dataclass(frozen=True, slots=True)
class Condition:
    """How a device is. `word` is its own last word or the system's last error; `garbled` counts stretches of bytes
    that made no sense since the link was opened."""

    health: Health = Health.UNKNOWN
    troubles: frozenset[Trouble] = field(default_factory=frozenset)
    word: str = ""
    firmware: str = ""
    garbled: int = 0
