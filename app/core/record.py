"""What is written down: the shape of a journal entry, and what can stand in the way of writing it.

For: the values that the service hands to a journal and a journal hands back; both storeys know them, neither the other.
Not for: how they lie on a disk (app/store), or when they are written (app/service.py).
"""

from dataclasses import dataclass
from datetime import datetime

from app.core.events import Event
from app.core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event and its number in the hall's journal. `by`: who asked for it."""

    seq: int
    event: Event
    by: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker is told: an HTTP status and the body, byte for byte. `kind` is the media type."""

    status: int
    body: bytes
    kind: str = "application/json"


@dataclass(frozen=True, slots=True)
class Writing:
    """What one command caused. `touched`: its tickets as they stand after it. With a `key` the answer is kept, and
    `fingerprint` tells a repetition of the request from another request under the same key."""

    at: datetime
    recorded: tuple[Recorded, ...]
    touched: tuple[Ticket, ...] = ()
    key: str = ""
    fingerprint: str = ""
    answer: Answer | None = None


class Taken(Exception):
    """Another process has written this number or answered this key first: read on and decide again."""


class StoreTrouble(Exception):
    """The database could not be written or read, and nothing has changed. `kind`: `full` (no room on the disk),
    `locked` (another process holds the database), `missing` (not migrated), `broken` (anything else)."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(f"{kind}: {words}")
        self.kind = kind
        self.words = words
