"""What some bytes say, in any of the wires: the fitter's magnifying glass.

    decode("ff68", bytes.fromhex("FF 68 03 03 68 05 01 0C 12 16"), "device")
        -> Decoded([{"message": "Keyed", "address": 5, "function": 1, "keys": "0c"}], 0, b"\\xff\\x68...")

For: `tidehall wire decode` and the log of a conversation; also what a manual prints without its frame (`41 41 1B 20 62 48
49`, the text of a card). Not for: streams (drivers/wire/reader.py); here the bytes are
all there are, so a frame that is cut off at the end is garbled.
What goes wrong: an unknown dialect or side is refused with those that there are; bytes never are. What belongs to a
person on a card is shown, because the fitter asked; photo and fingerprints are not, only how long they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

from drivers.errors import BadCard
from drivers.wire import alpha, cardtext, sam, stx
from drivers.wire.reader import Reader, Wire

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def _wires() -> dict[str, Wire]:
    """The dialects of this folder: every file that has a WIRE, by its name."""
    names = [each.name for each in iter_modules([str(Path(__file__).parent)])]
    modules = {name: import_module(f"drivers.wire.{name}") for name in names if name != "decode"}
    return {name: module.WIRE for name, module in modules.items() if hasattr(module, "WIRE")}


WIRES: Final[Mapping[str, Wire]] = _wires()
"""Both directions of every dialect that can be looked at."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The messages as JSON, the stretches of bytes that made no sense, and `encode` over the messages."""

    messages: list[dict[str, Json]]
    garbled: int
    reencoded: bytes


def decode(dialect: str, data: bytes, side: str) -> Decoded:
    """What `data` says, `side` ("host" or "device") having said it. ValueError for an unknown dialect or side."""
    if dialect not in WIRES:
        raise ValueError(f"no wire is called {dialect!r}; there are {', '.join(WIRES)}")
    if side not in ("host", "device"):
        raise ValueError(f"{side!r} says nothing on a wire; it is host or device")
    wire = WIRES[dialect]
    reader: Reader[object] = (
        Reader(wire.host, wire.host_limit) if side == "host" else Reader(wire.device, wire.device_limit)
    )
    if bare := _bare(dialect, data):
        return Decoded([meaning(bare)], 0, data)
    messages = reader.feed(data) + reader.end()
    return Decoded(
        [meaning(message) for message in messages],
        # Start marks and padding alone are not garbled on a line, where the rest may follow; here nothing does.
        reader.garbled or int(bool(data) and not messages),
        b"".join(wire.encode(message) for message in messages),
    )


@dataclass(frozen=True, slots=True)
class CardText:
    """The text of a card without the reply that brought it."""

    text: bytes


def _bare(dialect: str, data: bytes) -> object:
    """What manuals print without its frame: a sign's command, a card's text. None for everything else."""
    if dialect == "alpha" and data[:1].isalpha() and alpha.SOH not in data:
        command = alpha.read_payload(data)
        return None if isinstance(command, alpha.Other) else command
    if dialect in ("sam", "stx") and len(data) == cardtext.SIZE:
        try:
            cardtext.card(data)
        except BadCard:
            return None
        return CardText(data)
    return None


def meaning(message: object) -> dict[str, Json]:
    """A message of any dialect as JSON: its class, its fields, and what it means where it knows."""
    if isinstance(message, sam.CardRead | stx.CardRead):
        return {"message": "CardRead", **_card(message)}
    if isinstance(message, CardText):
        return {"message": "CardText", **_text(message.text)}
    if isinstance(message, sam.NewestAddress):
        return {"message": "NewestAddress", **_address(message.text)}
    told: dict[str, Json] = {"message": type(message).__name__}
    if is_dataclass(message):
        for each in fields(message):
            value = getattr(message, each.name)
            told[each.name] = _plain(value)
            if isinstance(value, bytes) and (text := _readable(value)):
                told[f"{each.name}_text"] = text
    if type(message).__str__ is not object.__str__:
        told["meaning"] = str(message)
    return told


READING: Final = frozenset({sam.Order.READ, sam.Order.READ_ALL, sam.Order.READ_ADDRESS})


def asks_for_a_card(message: object) -> bool:
    """Whether the host asks a reader for what stands on a card: from now on its bytes may be somebody's."""
    match message:
        case stx.ReadId():
            return True
        case sam.Ask(order):
            return order in READING
    return False


def is_nobodys(message: object) -> bool:
    """Whether a reader's message is known to hold nothing from a card."""
    match message:
        case sam.Found() | sam.Selected() | sam.SamId():
            return True
        case sam.Answer(data=data) | stx.Answer(data=data):
            return not data
    return False


def _card(read: sam.CardRead | stx.CardRead) -> dict[str, Json]:
    told: dict[str, Json] = {
        "photo_bytes": len(read.photo),
        "fingerprint_bytes": None if read.fingerprints is None else len(read.fingerprints),
    }
    return {**told, **_text(read.text)}


def _text(text: bytes) -> dict[str, Json]:
    told: dict[str, Json] = {}
    try:
        told["kind"] = cardtext.kind_of(text).value
        told["items"] = dict(cardtext.items(text))
        cardtext.card(text)
    except BadCard as error:
        told["fault"] = error.detail
    return told


def _address(text: bytes) -> dict[str, Json]:
    try:
        return {"address": cardtext.address(text)}
    except BadCard as error:
        return {"fault": error.detail}


def _readable(value: bytes) -> str:
    """Bytes as text where they are some: on these wires GB18030."""
    if len(value) < 2 or min(value) < 0x20:
        return ""
    try:
        text = value.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""


def _plain(value: object) -> Json:
    match value:
        case bytes():
            return value.hex()
        case Enum():
            return value.name.lower()
        case None | bool() | int() | float() | str():
            return value
        case date() | datetime() | time():
            return value.isoformat()
        case tuple() | list() | frozenset():
            return [_plain(each) for each in value]
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case _ if is_dataclass(value):
            return meaning(value)
        case _:
            return str(value)
