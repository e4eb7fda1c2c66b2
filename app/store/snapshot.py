"""A hall as it was at one event, in a file of its own, so that a start need not live the whole day again.

    HALL.snapshot    {"made_by": "9c1f…", "seq": 110000, "last": ["TicketCalled", "clerk-7", "{…}"], "crc": 4023…}
                     {"plan": {…}, "seq": 110000, "day": "2026-11-30", "tickets": {…}, …}

For: `Snapshots`, the files of one installation; journal.py folds the rest of the day on top of one.
Not for: the truth, which is the journal: every file may be deleted at any time. Not for backups.

A snapshot is believed only where it says exactly what a fold would: the same sources wrote it (`made_by`), the journal
holds its last event word for word, its day is still the day, and no byte of it has changed (`crc`, because a file that
was being written when the power went may have the right length and the wrong middle). Otherwise it is as if there were
none, and the day is folded from its beginning.
"""

import hashlib
import zlib
from collections.abc import Iterable
from datetime import time
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import msgspec

import app.core
from app.core.booking import Booking, Bookings, Standing
from app.core.hall import Hall
from app.core.queue import Lane, Place, Queue


class Row(NamedTuple):
    """An event as it lies in the journal."""

    name: str
    by: str
    data: str


class _Head(msgspec.Struct, frozen=True):
    """The first line of a file."""

    made_by: str
    seq: int
    last: Row
    crc: int


class _Queue(msgspec.Struct, frozen=True):
    """A queue in JSON, where a lane's name can be no key."""

    limit: int
    lanes: tuple[tuple[Lane, list[Place]], ...]
    spent: list[Place]
    aside: set[str]

    @classmethod
    def of(cls, queue: Queue) -> "_Queue":
        return cls(queue.limit, tuple(queue.lanes.items()), queue.spent, queue.aside)

    def queue(self) -> Queue:
        return Queue.of(self.limit, dict(self.lanes), self.spent, self.aside)


class _Bookings(msgspec.Struct, frozen=True):
    """All that `Bookings` is made of; the rest it counts itself."""

    bookings: tuple[Booking, ...]
    standings: tuple[Standing, ...]

    @classmethod
    def of(cls, bookings: Bookings) -> "_Bookings":
        return cls(tuple(bookings.by_id.values()), tuple(bookings.standings.values()))


_OWN_SHAPES = {
    "queues": dict[str, _Queue],
    "bookings": _Bookings,
    "in_segment": list[tuple[str, time, int]],
}
"""The fields of a hall that JSON cannot hold as they are."""


class Snapshot:
    """A file that this version wrote. `seq`, `last`: the event after which the hall was so."""

    def __init__(self, head: _Head, body: bytes) -> None:
        self.seq = head.seq
        self.last = head.last
        self._body = body

    def hall(self) -> Hall:
        """The hall. Raises msgspec.MsgspecError where the file is not what its head says."""
        return _hall(self._body)


class Snapshots:
    """The snapshots of every hall of this installation, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made_by: str | None = None

    def keep(self, hall: Hall, last: Row) -> None:
        """Write the hall as it is after its event `last`, in place of an older file. Raises OSError."""
        body = _written(hall)
        head = msgspec.json.encode(_Head(self._this_version(), hall.seq, last, zlib.crc32(body)))
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(hall.plan.code)
        fresh = path.with_suffix(".fresh")
        fresh.touch(mode=0o600)
        fresh.write_bytes(b"\n".join((head, body)))
        fresh.replace(path)

    def seq(self, code: str) -> int:
        """The number of the event up to which a hall is kept; 0 if it is not, or not by this version."""
        kept = self._kept(code, whole=False)
        return kept[0].seq if kept else 0

    def read(self, code: str) -> Snapshot | None:
        """What is kept of a hall by this version, whole."""
        kept = self._kept(code, whole=True)
        if kept is None:
            return None
        head, body = kept
        return Snapshot(head, body) if zlib.crc32(body) == head.crc else None

    def _path(self, code: str) -> Path:
        return self._folder / f"{code}.snapshot"

    def _kept(self, code: str, *, whole: bool) -> tuple[_Head, bytes] | None:
        """The head and, if `whole`, the body of one and the same file: another process may replace it at any time."""
        try:
            with self._path(code).open("rb") as file:
                head = msgspec.json.decode(file.readline(), type=_Head)
                body = file.read() if whole else b""
        except (OSError, msgspec.MsgspecError):
            return None
        return (head, body) if head.made_by == self._this_version() else None

    def _this_version(self) -> str:
        if self._made_by is None:
            self._made_by = _sources((*Path(app.core.__file__).parent.glob("*.py"), Path(__file__)))
        return self._made_by


def _sources(files: Iterable[Path]) -> str:
    """What tells one version of the rules from another, also on a developer's machine: their words."""
    words = hashlib.sha256(msgspec.__version__.encode())
    for file in sorted(files):
        words.update(file.read_bytes())
    return words.hexdigest()


def _shape() -> type[msgspec.Struct]:
    """A hall's fields, in their own types or in those that JSON can hold."""
    return msgspec.defstruct("HallState", list({**get_type_hints(Hall), **_OWN_SHAPES}.items()))


def _written(hall: Hall) -> bytes:
    fields: dict[str, Any] = dict(vars(hall))
    fields["queues"] = {code: _Queue.of(queue) for code, queue in hall.queues.items()}
    fields["bookings"] = _Bookings.of(hall.bookings)
    fields["in_segment"] = [(code, starts, count) for (code, starts), count in hall.in_segment.items()]
    return msgspec.json.encode(_shape()(**fields))


def _hall(body: bytes) -> Hall:
    fields = msgspec.structs.asdict(msgspec.json.decode(body, type=_shape()))
    fields["queues"] = {code: each.queue() for code, each in fields["queues"].items()}
    fields["bookings"] = Bookings.of(fields["bookings"].bookings, fields["bookings"].standings)
    fields["in_segment"] = {(code, starts): count for code, starts, count in fields["in_segment"]}
    made = Hall.__new__(Hall)
    vars(made).update(fields)
    return made
