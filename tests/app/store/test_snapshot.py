"""A hall that was kept is the hall that its journal tells, or it is not believed."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck

from app.beat import SNAPSHOT_SECONDS, keep_snapshots
from app.bus import Bus
from app.clock import HeldClock
from app.core.events import DayOpened, Event, PlanAdopted
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.record import Recorded, Writing
from app.office import SnapshotFailed, keep_snapshot_elsewhere
from app.service import HallService
from app.settings import Settings
from app.store import snapshot
from app.store.database import Database
from app.store.journal import SqlJournal, read_event
from app.store.snapshot import Row, Snapshots
from tests.app.core.hands import MONDAY, state
from tests.app.core.test_backtest import lived
from tests.app.core.test_booking_machine import AnyBookings
from tests.app.core.test_hall_machine import AnyDay
from tests.depth import examples

LAST = Row("DayOpened", "beat", "{}")


def kept_and_read(hall: Hall, folder: Path) -> Hall:
    """The hall, once through its file."""
    snapshots = Snapshots(folder)
    snapshots.keep(hall, LAST)
    read = snapshots.read(hall.plan.code)
    assert read is not None
    assert (read.seq, read.last) == (hall.seq, LAST)
    return read.hall()


def fold(hall: Hall, events: list[Event]) -> Hall:
    """The hall after these events."""
    for event in events:
        evolve(hall, event)
    return hall


# -- any day ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the machines keep their halls; they are no fixtures' guests."""
    AnyDayKept.folder = AnyBookingsKept.folder = tmp_path_factory.mktemp("snapshots")
    return AnyDayKept.folder


class AnyDayKept(AnyDay):
    """Any day; what is kept at three moments of it, and lived on from there."""

    folder: Path

    def teardown(self) -> None:
        """Three times: fold a part, keep it, fold the rest on top."""
        if not hasattr(self, "hand"):
            return
        events = self.hand.journal
        for cut in (len(events) // 3, 2 * len(events) // 3, len(events)):
            kept = kept_and_read(fold(self.empty.copy(), events[:cut]), self.folder)
            assert state(fold(kept, events[cut:])) == state(self.hand.hall)


class AnyBookingsKept(AnyBookings):
    """Any bookings, likewise."""

    folder: Path

    def teardown(self) -> None:
        """Half a fold, and the rest on top."""
        if not hasattr(self, "hand"):
            return
        events = self.hand.journal
        cut = len(events) // 2
        kept = kept_and_read(fold(Hall(self.hand.plan), events[:cut]), self.folder)
        assert state(fold(kept, events[cut:])) == state(self.hand.hall)


AnyDayKept.TestCase.settings = examples(15, stateful_step_count=60, suppress_health_check=list(HealthCheck))
AnyBookingsKept.TestCase.settings = examples(
    10, stateful_step_count=40, suppress_health_check=list(HealthCheck)
)
TestAnyDayKept = AnyDayKept.TestCase
TestAnyBookingsKept = AnyBookingsKept.TestCase


def test_a_hall_out_of_its_file_is_the_same_to_the_letter_also_in_its_time_zones() -> None:
    plan, events = lived(True)
    told = [
        read_event(type(each).__name__, msgspec.json.encode(each).decode())
        for each in (PlanAdopted(at=MONDAY, plan=plan), *events)
    ]
    hall = fold(Hall(plan), told)
    twin = kept_and_read(hall, AnyDayKept.folder)
    for name, value in state(hall).items():
        if name not in ("queues", "bookings"):  # sets and counts within, which have no order
            assert repr(state(twin)[name]) == repr(value), name


# -- a journal and its snapshots --------------------------------------------------------------------------------


class Kept:
    """A county's morning in a real database, kept after two thirds of it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.plan, events = lived(True)
        self.events: list[Event] = [PlanAdopted(at=MONDAY, plan=self.plan), *events]
        self.snapshots = Snapshots(folder)
        self.file = folder / f"{self.plan.code}.snapshot"
        self.plain = SqlJournal(database)
        self.journal = SqlJournal(database, self.snapshots)
        self.kept_at = 2 * len(self.events) // 3
        self.write(self.events[: self.kept_at])
        assert self.journal.keep_snapshot(self.plan.code, self.snapshots) == self.kept_at
        self.write(self.events[self.kept_at :])

    def write(self, events: list[Event]) -> None:
        """Append to the journal."""
        first = self.plain.last(self.plan.code) + 1
        recorded = tuple(Recorded(seq, each, "test") for seq, each in enumerate(events, first))
        self.plain.append(self.plan.code, [Writing(MONDAY, recorded)])

    def starts_as_told(self) -> None:
        """A start with what lies in the folder is a start without it."""
        with_it, without = self.journal.fold(self.plan.code), self.plain.fold(self.plan.code)
        assert with_it is not None
        assert without is not None
        assert state(with_it) == state(without)


@pytest.fixture
def morning(database: Database, tmp_path: Path) -> Kept:
    """Journal, snapshot, and the rest of the morning."""
    return Kept(database, tmp_path / "snapshots")


def test_a_start_folds_only_what_came_after_the_snapshot(
    morning: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[str] = []
    monkeypatch.setattr(
        "app.store.journal.read_event", lambda name, data: folded.append(name) or read_event(name, data)
    )
    morning.starts_as_told()
    assert len(folded) == (len(morning.events) - morning.kept_at) + len(morning.events)
    assert morning.file.stat().st_mode & 0o077 == 0


def test_the_next_snapshot_is_made_from_the_last_one_and_the_rest(morning: Kept) -> None:
    assert morning.journal.keep_snapshot(morning.plan.code, morning.snapshots) == len(morning.events)
    assert morning.snapshots.seq(morning.plan.code) == len(morning.events)
    morning.starts_as_told()


def cut_short(file: Path) -> None:
    """The power went while it was written."""
    file.write_bytes(file.read_bytes()[:-1000])


def one_byte_other(file: Path) -> None:
    """Still JSON, and no longer true."""
    words = file.read_bytes()
    at = words.rindex(b'"A0')
    file.write_bytes(words[:at] + b'"B0' + words[at + 3 :])


def rubbish(file: Path) -> None:
    """Somebody else's file."""
    file.write_bytes(b"\x00\xff" * 500)


def another_journal(file: Path) -> None:
    """Of a database that is no longer: the same number, another event."""
    head, body = file.read_bytes().split(b"\n", 1)
    said = msgspec.json.decode(head)
    said["last"][2] = said["last"][2].replace("09:", "08:").replace("10:", "08:").replace("11:", "08:")
    assert said != msgspec.json.decode(head)
    file.write_bytes(msgspec.json.encode(said) + b"\n" + body)


def other_rules(file: Path) -> None:
    """Of a version that counted otherwise."""
    head, body = file.read_bytes().split(b"\n", 1)
    said = msgspec.json.decode(head)
    said["made_by"] = "0" * 64
    file.write_bytes(msgspec.json.encode(said) + b"\n" + body)


def no_file(file: Path) -> None:
    """Tidied away."""
    file.unlink()


@pytest.mark.parametrize("spoil", [cut_short, one_byte_other, rubbish, another_journal, other_rules, no_file])
def test_a_snapshot_that_is_not_what_the_journal_tells_is_as_if_there_were_none(
    morning: Kept, spoil: Callable[[Path], None]
) -> None:
    spoil(morning.file)
    morning.starts_as_told()


def test_a_snapshot_of_yesterday_is_not_taken_for_today(morning: Kept) -> None:
    tomorrow = MONDAY + timedelta(days=1)
    morning.write([DayOpened(at=tomorrow, day=tomorrow.date())])
    morning.starts_as_told()
    folded = morning.journal.fold(morning.plan.code)
    assert folded is not None
    assert folded.tickets == {}


def test_the_sources_of_the_rules_are_what_tells_versions_apart(tmp_path: Path) -> None:
    rule = tmp_path / "assign.py"
    rule.write_text("limit = 3")
    before = snapshot._sources([rule])
    rule.write_text("limit = 4")
    assert snapshot._sources([rule]) != before


# -- a server keeps them by itself --------------------------------------------------------------------------------


async def test_after_so_many_events_the_hall_is_kept_by_another_process(
    morning: Kept, settings: Settings, tmp_path: Path
) -> None:
    code = morning.plan.code
    here = settings.model_copy(update={"snapshots": tmp_path / "snapshots"})
    hall = morning.plain.fold(code)
    assert hall is not None
    clock, done = HeldClock(MONDAY), asyncio.Event()
    asked: list[str] = []

    async def keep(hall_code: str) -> None:
        asked.append(hall_code)
        try:
            await keep_snapshot_elsewhere(here, hall_code)
        finally:
            done.set()

    service = HallService(hall, set(), morning.plain, Bus(), clock, None)  # type: ignore[arg-type]  # it never writes
    every = len(morning.events) - morning.kept_at
    beat = asyncio.create_task(keep_snapshots(service, morning.snapshots.seq, keep, every, clock))
    await asyncio.sleep(0)
    clock.pass_by(SNAPSHOT_SECONDS)
    async with asyncio.timeout(60):
        await done.wait()
    beat.cancel()
    await asyncio.gather(beat, return_exceptions=True)
    assert asked == [code]
    assert morning.snapshots.seq(code) == len(morning.events)
    morning.starts_as_told()


async def test_what_the_process_says_at_its_end_is_told(settings: Settings) -> None:
    with pytest.raises(SnapshotFailed, match="The database has no such hall: nowhere"):
        await keep_snapshot_elsewhere(settings, "nowhere")
