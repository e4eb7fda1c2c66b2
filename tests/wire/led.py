"""The byte vectors of the LED strips, and the two ways to read a line: at once and byte by byte."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from drivers.wire.reader import Buffer, Parse, Reader

M = TypeVar("M")


@dataclass(frozen=True)
class Vector:
    """One row of vectors/led.json."""

    name: str
    family: str
    direction: str
    data: bytes
    valid: bool

    def __str__(self) -> str:
        return self.name


def vectors(family: str, direction: str | None = None, *, valid: bool = True) -> list[Vector]:
    """The vectors of one family, in the file's order."""
    rows = json.loads((Path(__file__).parent / "vectors" / "led.json").read_text("utf-8"))["vectors"]
    return [
        Vector(row["name"], row["family"], row["direction"], bytes.fromhex(row["hex"]), row["valid"])
        for row in rows
        if row["family"] == family and row["valid"] is valid and direction in (None, row["direction"])
    ]


def read(parse: Callable[[Buffer], Parse[M]], data: bytes, *, piece: int = 0) -> tuple[list[M], int]:
    """The messages in `data` and the count of garbled stretches; `piece` bytes at a time, 0 for all at once."""
    reader = Reader(parse)
    found: list[M] = []
    for at in range(0, len(data), piece or len(data) or 1):
        found += reader.feed(data[at : at + (piece or len(data))])
    return found, reader.garbled
