"""A journal in memory that does to a service what disks and other processes do: it is slow, it fails, it is ahead."""

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.plan import HallPlan
from app.core.record import Answer, Recorded, StoreTrouble, Taken, Writing

PATIENCE = 10.0
"""Seconds after which a test that waits for a thread has failed."""


class MemoryJournal:
    """The `Journal` of app/service.py without a disk. Several services may share one, as processes share a database."""

    def __init__(self, plan: HallPlan) -> None:
        self.plan = plan
        self.rows: list[Recorded] = []
        self.kept: dict[str, tuple[str, Answer, datetime]] = {}
        self.commits: list[Sequence[Writing]] = []
        self.before: list[Callable[[], None]] = []
        self.after: list[Callable[[], None]] = []
        self.unreadable: StoreTrouble | None = None
        self.asked_for_answers = 0
        self._one_at_a_time = threading.Lock()
        self._let_go = threading.Event()
        self._let_go.set()
        self._arrived = threading.Event()

    # -- what tests do to it ------------------------------------------------------------------------------------

    def hold(self) -> None:
        """From now on an append waits, until `release`."""
        self._arrived.clear()
        self._let_go.clear()

    def wait_for_append(self) -> None:
        """Wait until an append waits. Blocks."""
        assert self._arrived.wait(PATIENCE), "nobody appended"

    def release(self) -> None:
        """Let the waiting append go on."""
        self._let_go.set()

    def fail(self, kind: str, times: int = 1, *, wrote: bool = False) -> None:
        """The next appends fail; `wrote`: after the rows were written, so that nobody knows."""

        def refuse() -> None:
            raise StoreTrouble(kind, "as the test wants")

        (self.after if wrote else self.before).extend([refuse] * times)

    def fold(self) -> Hall:
        """The hall as it is told here."""
        hall = Hall(self.plan)
        for recorded in self.rows:
            evolve(hall, recorded.event)
        return hall

    # -- what a service asks of it ------------------------------------------------------------------------------

    def append(self, hall: str, writings: Sequence[Writing]) -> None:
        """All or nothing."""
        self._arrived.set()
        assert self._let_go.wait(PATIENCE), "the append was held too long"
        with self._one_at_a_time:
            if self.before:
                self.before.pop(0)()
            rows = [recorded for writing in writings for recorded in writing.recorded]
            if rows and rows[0].seq != len(self.rows) + 1:
                raise Taken(f"seq {rows[0].seq}")
            keyed = {
                writing.key: (writing.fingerprint, writing.answer, writing.at)
                for writing in writings
                if writing.key and writing.answer
            }
            if keyed.keys() & self.kept.keys():
                raise Taken("a key")
            assert [row.seq for row in rows] == list(
                range(len(self.rows) + 1, len(self.rows) + 1 + len(rows))
            )
            self.rows += rows
            self.kept.update(keyed)
            self.commits.append(writings)
            if self.after:
                self.after.pop(0)()

    def read(self, hall: str, after: int) -> list[Recorded]:
        """The rows above a number."""
        if self.unreadable is not None:
            raise self.unreadable
        return self.rows[after:]

    def last(self, hall: str) -> int:
        """How many rows."""
        return len(self.rows)

    def answers(self, hall: str, keys: Iterable[str]) -> dict[str, tuple[str, Answer]]:
        """What was answered to these keys."""
        self.asked_for_answers += 1
        return {key: self.kept[key][:2] for key in keys if key in self.kept}

    def old_keys(self, hall: str, before: datetime) -> list[str]:
        """Keys of answers from before a moment."""
        return [key for key, (_, _, at) in self.kept.items() if at < before]

    def forget_answers(self, hall: str, keys: Iterable[str]) -> None:
        """Forget them."""
        for key in keys:
            del self.kept[key]

    def probe(self) -> None:
        """As an append would fare."""
        if self.before:
            self.before.pop(0)()
