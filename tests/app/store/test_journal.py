"""The journal on a real disk: what was lived is what is read back."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.bus import Bus
from app.clock import HeldClock
from app.core.commands import (
    AbandonTicket,
    AdoptPlan,
    CallNext,
    CallTicket,
    CancelTicket,
    CloseWindow,
    Command,
    Finish,
    IssueTicket,
    Miss,
    OpenDay,
    OpenWindow,
    Park,
    Pause,
    Recall,
    ReportDevice,
    ReportSlip,
    Reprint,
    Resume,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.errors import Refusal
from app.core.events import (
    EVENTS,
    DayOpened,
    Event,
    PlanAdopted,
    ServiceFinished,
    ServiceStarted,
    SlipOrdered,
    SlipReported,
    TicketCalled,
    TicketIssued,
    WindowOpened,
)
from app.core.hall import Hall
from app.core.record import Answer, Recorded, Taken, Writing
from app.core.ticket import ParkKind, Reason, Wait
from app.service import HallService
from app.settings import Settings
from app.store.database import Database, open_database
from app.store.journal import SqlJournal, read_event
from app.store.migrate import upgrade
from app.store.snapshot import Row, Snapshots
from app.store.tables import journal, tickets
from tests.app.core.hands import state
from tests.depth import examples
from tests.plans import small_plan

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PLAN = small_plan(printer="escpos+tcp://127.0.0.1:9100")


@pytest.fixture
def held() -> Iterator[ThreadPoolExecutor]:
    """The writer thread."""
    with ThreadPoolExecutor(1) as writer:
        yield writer


def service_on(database: Database, writer: ThreadPoolExecutor, clock: HeldClock) -> HallService:
    """A process that starts on this database."""
    kept = SqlJournal(database)
    hall = kept.fold(PLAN.code) or Hall(PLAN)
    return HallService(hall, kept.keys(PLAN.code), kept, Bus(), clock, writer)


# -- what was lived is what is read -----------------------------------------------------------------------------

WINDOWS = st.integers(1, 4)
IDS = st.integers(0, 12).map(lambda n: f"ticket-{n}")
SERVICES = st.sampled_from([each.code for each in PLAN.services])
PAPER = st.none() | st.floats(0, 80_000)
TOLD = st.builds(Wait, *[st.floats(0, 1000)] * 4)
ASKED: st.SearchStrategy[Command] = st.one_of(
    st.builds(IssueTicket, IDS, SERVICES, st.sampled_from(["ordinary", "elderly"]), st.just("kiosk"), st.sampled_from(["", "printer-1"]), expected=st.none() | TOLD),
    st.builds(OpenWindow, WINDOWS, st.just("c-1")),
    st.builds(CallNext, WINDOWS),
    st.builds(Start, WINDOWS),
    st.builds(Finish, WINDOWS),
    st.builds(Miss, WINDOWS),
    st.builds(Recall, WINDOWS),
    st.builds(Park, WINDOWS, st.sampled_from(ParkKind)),
    st.builds(ReturnTicket, IDS),
    st.builds(CallTicket, WINDOWS, IDS, st.just("came back 回来")),
    st.builds(Transfer, WINDOWS, SERVICES, st.none() | WINDOWS),
    st.builds(CancelTicket, IDS),
    st.builds(AbandonTicket, IDS),
    st.builds(Pause, WINDOWS, st.just("documents")),
    st.builds(Resume, WINDOWS),
    st.builds(CloseWindow, WINDOWS),
    st.builds(Reprint, IDS, st.just("printer-1")),
    st.builds(ReportSlip, IDS.map(lambda each: f"{each}.1"), st.sampled_from(["printed", "failed"]), paper_used_mm=PAPER),
    st.builds(ReportDevice, st.just("printer-1"), st.sampled_from(["online", "offline"]), st.just(("paper_low",)), paper_used_mm=PAPER),
    st.builds(AdoptPlan, st.sampled_from([PLAN, small_plan()])),
    st.just(OpenDay()),
)  # fmt: skip
LIVES = st.lists(st.tuples(st.lists(ASKED, min_size=1, max_size=8), st.sampled_from([5, 60, 1800, 40_000])), max_size=12)  # fmt: skip


def _of_day(command: Command, now: datetime) -> Command:
    """The command with an id that no other day has: ids are random, not even a year has one twice."""
    day = f"{now.astimezone(ZoneInfo(PLAN.timezone)):%d}"
    for name in ("ticket", "job"):
        if hasattr(command, name):
            command = command._replace(**{name: f"{day}-{getattr(command, name)}"})  # type: ignore[arg-type, call-arg]
    return command


@examples(12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LIVES)
def test_the_hall_that_is_read_back_is_the_hall_that_was_lived(
    settings: Settings, tmp_path: Path, lives: Sequence[tuple[list[Command], int]]
) -> None:
    empty, copy = tmp_path / "hall.db", tmp_path / "life.db"
    for leftover in tmp_path.glob("life.db*"):
        leftover.unlink()
    shutil.copy(empty, copy)
    database = open_database(Settings(database=f"sqlite:///{copy}"))
    kept = SqlJournal(database)

    async def live(writer: ThreadPoolExecutor) -> HallService:
        clock = HeldClock(NOON)
        service = service_on(database, writer, clock)
        await service.handle(AdoptPlan(PLAN))
        for commands, pause in lives:
            asked = [service.handle(_of_day(each, clock.now())) for each in commands]
            for answer in await asyncio.gather(*asked, return_exceptions=True):
                assert isinstance(answer, Answer | Refusal)
            clock.pass_by(pause)
        return service

    try:
        with ThreadPoolExecutor(1) as writer:
            lived = asyncio.run(live(writer)).hall
        read = kept.fold(PLAN.code)
        assert read is not None
        assert state(read) == state(lived)
        with database.reading() as connection:
            rows = {row["id"]: row for row in connection.execute(select(tickets)).mappings()}
        for ticket in lived.tickets.values():
            assert (rows[ticket.id]["status"], rows[ticket.id]["number"], rows[ticket.id]["window"]) == (
                ticket.status.value,
                ticket.number,
                ticket.window,
            )
    finally:
        database.close()


def test_every_event_is_read_back_as_it_was_written() -> None:
    told = Recorded(1, PlanAdopted(at=NOON, plan=PLAN))
    data = msgspec.json.encode(told.event).decode()
    assert read_event("PlanAdopted", data) == told.event
    assert set(EVENTS) >= {"TicketIssued", "DayOpened"}


def test_a_journal_of_a_newer_version_is_refused_and_not_misread() -> None:
    with pytest.raises(ValueError, match="update TideHall"):
        read_event("TicketBlessed", "{}")


# -- a large day ------------------------------------------------------------------------------------------------

TICKETS = 20_000


def large_day() -> Iterator[Event]:
    """20,000 people, each with a slip, called, served and gone."""
    yield PlanAdopted(at=NOON, plan=PLAN)
    yield DayOpened(at=NOON, day=NOON.date())
    for no in (1, 2, 3, 4):
        yield WindowOpened(at=NOON, window=no, clerk=f"c-{no}")
    for n in range(TICKETS):
        at = NOON + timedelta(seconds=n)
        ticket, window = f"q3ZrK1n0T9bQ3x0f5c1m{n:05d}", 1 + n % 2
        yield TicketIssued(at=at, ticket=ticket, number=f"A{n + 1:03d}", service="residence", channel="kiosk")
        yield SlipOrdered(at=at, job=f"{ticket}.1", ticket=ticket, printer="printer-1", ahead=n % 9)
        yield SlipReported(at=at, job=f"{ticket}.1", state="printed")
        yield TicketCalled(
            at=at, ticket=ticket, window=window, why=Reason("credit", {"credit": n % 60, "number": "A1"})
        )
        yield ServiceStarted(at=at, ticket=ticket, window=window)
        yield ServiceFinished(at=at, ticket=ticket, window=window)


def test_a_start_from_a_day_of_20000_tickets_costs_little_more_than_reading_it_and_from_a_snapshot_less(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = SqlJournal(database)
    rows = [Recorded(seq, event, "test") for seq, event in enumerate(large_day(), 1)]
    for first in range(0, len(rows), 20_000):
        kept.append(PLAN.code, [Writing(NOON, tuple(rows[first : first + 20_000]))])

    began = time.process_time()
    with database.reading() as connection:
        found = connection.execute(
            select(journal.c.seq, journal.c.name, journal.c.data, journal.c.by).where(
                journal.c.hall == PLAN.code
            )
        )
        decoded = sum(1 for seq, name, data, by in found if Recorded(seq, read_event(name, data), by))
    reading = time.process_time() - began
    began = time.process_time()
    hall = kept.fold(PLAN.code)
    folding = time.process_time() - began

    assert hall is not None
    assert decoded == len(rows) == hall.seq
    assert len(hall.tickets) == TICKETS
    snapshots = Snapshots(tmp_path / "snapshots")
    last = rows[-1]
    snapshots.keep(hall, Row("ServiceFinished", last.by, msgspec.json.encode(last.event).decode()))
    began = time.process_time()
    again = SqlJournal(database, snapshots).fold(PLAN.code)
    kept_one = time.process_time() - began
    assert again is not None
    assert state(again) == state(hall)
    with capsys.disabled():
        print(
            f"\n{TICKETS} tickets, {len(rows)} events: {reading:.2f} s to read, {folding:.2f} s to read and fold, "
            f"{kept_one:.2f} s from a snapshot"
        )
    assert folding < 6 * reading  # 2.5 to 3.5 where it was measured
    assert kept_one < folding / 3  # a tenth where it was measured


def test_a_start_and_a_look_for_halls_do_not_read_the_journal_of_all_years(database: Database) -> None:
    seen: list[str] = []
    with database.reading() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.set_trace_callback(seen.append)
    kept = SqlJournal(database)
    assert kept.halls() == []
    assert kept.fold(PLAN.code) is None
    raw.set_trace_callback(None)
    asked = [each for each in seen if each.lstrip().upper().startswith("SELECT")]
    assert len(asked) == 3
    with database.reading() as connection:
        for each in asked:
            plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {each}")))
            assert "journal_name" in plan, plan


# -- other days -------------------------------------------------------------------------------------------------


async def test_a_ticket_of_yesterday_is_found(database: Database, held: ThreadPoolExecutor) -> None:
    clock = HeldClock(NOON)
    service = service_on(database, held, clock)
    await service.handle(AdoptPlan(PLAN))
    await service.handle(IssueTicket("yesterday-1", "residence"))
    clock.pass_by(86_400)
    await service.handle(IssueTicket("today-1", "residence"))
    assert set(service.hall.tickets) == {"today-1"}
    row = SqlJournal(database).ticket(PLAN.code, "yesterday-1")
    assert row is not None
    assert (row["number"], row["status"], row["day"]) == ("A001", "void", "2026-03-02")
    assert SqlJournal(database).ticket("another-hall", "yesterday-1") is None


async def test_a_start_on_the_third_day_folds_that_day_alone(
    database: Database, held: ThreadPoolExecutor
) -> None:
    clock = HeldClock(NOON)
    service = service_on(database, held, clock)
    await service.handle(AdoptPlan(PLAN))
    for day in range(3):
        await service.handle(ReportDevice("printer-1", "online", ("paper_low",), "里面纸不多了"))
        await service.handle(IssueTicket(f"day-{day}", "residence"))
        clock.pass_by(86_400)
    await service.handle(OpenDay())
    again = service_on(database, held, clock)
    assert state(again.hall) == state(service.hall)
    assert again.hall.devices["printer-1"].troubles == ("paper_low",)


# -- answers ----------------------------------------------------------------------------------------------------


def writing(key: str, at: datetime = NOON) -> Writing:
    """A command that changed nothing and was answered."""
    return Writing(at, (), key=key, fingerprint="f", answer=Answer(409, f"answer to {key} 号".encode()))


def test_an_answer_is_kept_byte_for_byte(database: Database) -> None:
    kept = SqlJournal(database)
    kept.append("small", [writing("a"), writing("b")])
    assert kept.answers("small", ["a", "c"]) == {"a": ("f", Answer(409, "answer to a 号".encode()))}
    assert kept.answers("other", ["a"]) == {}
    assert kept.keys("small") == {"a", "b"}


def test_a_key_and_a_number_are_each_taken_once(database: Database) -> None:
    kept = SqlJournal(database)
    opened = Recorded(1, DayOpened(at=NOON, day=NOON.date()))
    kept.append("small", [Writing(NOON, (opened,), key="a", fingerprint="f", answer=Answer(200, b""))])
    for late in (writing("a"), Writing(NOON, (opened,))):
        with pytest.raises(Taken):
            kept.append("small", [writing("fresh"), late])
    assert kept.keys("small") == {"a"}
    assert kept.last("small") == 1


def test_old_answers_are_told_by_the_moment_whatever_zone_it_is_written_in(database: Database) -> None:
    kept = SqlJournal(database)
    chinese, american = NOON.astimezone(_zone(8)), NOON.astimezone(_zone(-8))
    kept.append("small", [writing("chinese", chinese), writing("american", american)])
    for before in (NOON, chinese, american):
        assert kept.old_keys("small", before) == []
        assert set(kept.old_keys("small", before + timedelta(seconds=1))) == {"american", "chinese"}
    kept.forget_answers("small", ["chinese"])
    assert kept.keys("small") == {"american"}


def _zone(hours: int) -> timezone:
    return timezone(timedelta(hours=hours))


# -- two processes ----------------------------------------------------------------------------------------------


async def test_two_processes_on_one_file_never_give_one_number_twice(settings: Settings) -> None:
    patient = settings.model_copy(update={"busy_seconds": 20.0})
    databases = [open_database(patient), open_database(patient)]
    writers = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
    clock = HeldClock(NOON)
    await service_on(databases[0], writers[0], clock).handle(AdoptPlan(PLAN))
    processes = [service_on(each, writer, clock) for each, writer in zip(databases, writers, strict=True)]
    numbers: list[str] = []

    def telling(ticket: str) -> Callable[[Hall, tuple[Event, ...]], Answer]:
        return lambda hall, _: Answer(201, hall.tickets[ticket].number.encode())

    async def press(n: int) -> None:
        ticket = f"ticket-{n}"
        answer = await processes[n % 2].handle(IssueTicket(ticket, "residence"), answering=telling(ticket))
        numbers.append(answer.body.decode())

    await asyncio.gather(*(press(n) for n in range(120)))
    for each in processes:
        await each.refresh()
    assert len(set(numbers)) == 120
    assert state(processes[0].hall) == state(processes[1].hall)
    for writer, database in zip(writers, databases, strict=True):
        writer.shutdown()
        database.close()


def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    upgrade(Settings(database=f"sqlite:///{tmp_path / 'new' / 'folder' / 'hall.db'}"))
    assert (tmp_path / "new" / "folder" / "hall.db").exists()
