"""The same promises on PostgreSQL, wherever its server is installed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from app.beat import follow
from app.bus import Bus
from app.clock import HeldClock
from app.core.commands import AdoptPlan, CallNext, IssueTicket, OpenWindow
from app.core.errors import Refusal
from app.core.events import Event
from app.core.hall import Hall
from app.core.record import Answer, StoreTrouble
from app.core.rights import LoginTaken, Role
from app.service import HallService
from app.settings import Settings
from app.store import notices
from app.store.database import Database, open_database
from app.store.indexes import metadata
from app.store.journal import SqlJournal
from app.store.migrate import SCHEMA, schema
from app.store.notices import listen
from app.store.ownership import DeviceOwner, DevicesTaken
from app.store.people import People
from app.store.reports import Reports
from tests.app.core.hands import state
from tests.app.core.reportdays import MONDAY, Days, report_plan
from tests.app.store.test_reports import agrees, made, visits_of, written
from tests.database import migrate
from tests.plans import small_plan

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def databases(postgresql: str) -> Iterator[list[Database]]:
    """Two processes' engines on one database."""
    settings = Settings(database=postgresql)
    migrate(settings)
    opened = [open_database(settings), open_database(settings)]
    yield opened
    for each in opened:
        each.close()


@pytest.fixture
def services(databases: list[Database]) -> Iterator[list[HallService]]:
    """Two processes that serve one new hall."""
    plan = small_plan(f"hall-{uuid4().hex[:12]}")
    writers = [ThreadPoolExecutor(1) for _ in databases]

    def serve(number: int) -> HallService:
        kept = SqlJournal(databases[number])
        hall = kept.fold(plan.code) or Hall(plan)
        return HallService(hall, kept.keys(plan.code), kept, Bus(), HeldClock(NOON), writers[number])

    async def begin() -> None:
        await serve(0).handle(AdoptPlan(plan))

    asyncio.run(begin())
    yield [serve(0), serve(1)]
    for writer in writers:
        writer.shutdown()


def test_the_migrations_lead_to_the_tables_of_this_version(databases: list[Database]) -> None:
    assert schema(databases[0]) == SCHEMA
    with databases[0].writer.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


async def test_two_processes_never_give_one_number_nor_one_answer_twice(services: list[HallService]) -> None:
    def telling(ticket: str) -> Callable[[Hall, tuple[Event, ...]], Answer]:
        return lambda hall, _: Answer(201, hall.tickets[ticket].number.encode())

    async def press(n: int) -> str:
        ticket = f"{services[0].code}-{n}"
        answer = await services[n % 2].handle(
            IssueTicket(ticket, "residence"), answering=telling(ticket), key=f"k{n // 2}", fingerprint="f"
        )
        return answer.body.decode()

    numbers = await asyncio.gather(*(press(n) for n in range(200)))
    assert numbers[::2] == numbers[1::2]
    assert len(set(numbers)) == 100
    for each in services:
        await each.refresh()
    assert state(services[0].hall) == state(services[1].hall)


async def test_a_hall_is_read_back_as_it_was_lived(
    databases: list[Database], services: list[HallService]
) -> None:
    code = services[0].code
    await services[0].handle(OpenWindow(1, "丁"))
    await services[1].handle(IssueTicket(f"{code}-t", "residence"))
    await services[0].handle(CallNext(1))
    folded = SqlJournal(databases[1]).fold(code)
    assert folded is not None
    assert state(folded) == state(services[0].hall)
    assert code in SqlJournal(databases[1]).halls()


def test_people_sign_in_there_too(databases: list[Database]) -> None:
    people, login = People(databases[0]), f"clerk-{uuid4().hex[:12]}"
    people.add_user(login, "一号", Role.CLERK, "four tides a day", NOON)
    assert people.check_password(login, "four tides a day", NOON) == ("一号", Role.CLERK)
    with pytest.raises(LoginTaken):
        people.add_user(login, "二号", Role.CLERK, "four tides a day", NOON)


async def test_a_line_that_was_cut_is_a_trouble_once_and_then_works(
    databases: list[Database], services: list[HallService]
) -> None:
    code = services[0].code
    await services[0].handle(IssueTicket(f"{code}-1", "residence"))
    with databases[1].writing() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                 "AND datname = current_database()")
        )  # fmt: skip
    for n in (2, 3):
        try:
            await services[0].handle(IssueTicket(f"{code}-{n}", "residence"))
        except StoreTrouble:
            assert n == 2
    assert f"{code}-3" in services[0].hall.tickets


def test_reports_count_the_same_there(databases: list[Database]) -> None:
    days = Days(3, report_plan(f"hall-{uuid4().hex[:12]}")).live()
    written(databases[0], days)
    both = visits_of(days)
    for database in databases:
        agrees(made(database, days, "2026-03").total, [stay for some in both.values() for stay in some])
    by_clerk = made(databases[1], days, MONDAY.date().isoformat(), "clerk")
    for row in by_clerk.rows:
        agrees(row, [stay for stay in both[MONDAY.date()] if stay.clerk == row.key])
    assert Reports(databases[0]).keep_days(days.plan.code) == 0


def test_two_processes_that_read_one_day_at_once_keep_it_once(databases: list[Database]) -> None:
    days = Days(4, report_plan(f"hall-{uuid4().hex[:12]}")).live()
    written(databases[0], days)
    with ThreadPoolExecutor(2) as both:
        kept = list(both.map(lambda each: Reports(each).keep_days(days.plan.code), databases))
    assert sum(kept) >= 1
    agrees(made(databases[1], days, MONDAY.date().isoformat()).total, visits_of(days)[MONDAY.date()])


@contextlib.asynccontextmanager
async def hearing(
    database: Database, process: str
) -> AsyncIterator[tuple[asyncio.Queue[tuple[str, int]], asyncio.Queue[str]]]:
    """A process that listens: what it hears, and when its line was opened."""
    words: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
    lines: asyncio.Queue[str] = asyncio.Queue()

    async def heard(hall: str, seq: int) -> None:
        words.put_nowait((hall, seq))

    async def look() -> None:
        lines.put_nowait("open")

    task = asyncio.create_task(listen(database.url, process, heard, look))
    try:
        async with asyncio.timeout(30):
            await lines.get()
        yield words, lines
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_process_hears_what_another_wrote_at_once_and_never_itself(
    databases: list[Database], services: list[HallService]
) -> None:
    here, there = services
    async with hearing(databases[1], there._journal.process) as (words, _), asyncio.timeout(30):  # type: ignore[attr-defined]
        await there.handle(IssueTicket(f"{there.code}-mine", "residence"))
        await here.handle(IssueTicket(f"{there.code}-1", "residence"))
        while (said := await words.get())[0] != there.code:
            pass
        assert said == (there.code, here.hall.seq)
        assert there.hall.seq < here.hall.seq
        await follow(there)
        assert state(there.hall) == state(here.hall)
        with pytest.raises(Refusal):
            await here.handle(IssueTicket(f"{there.code}-2", "nothing"))
        assert words.empty(), "a refusal is no news"


async def test_a_line_that_is_cut_is_opened_again(
    databases: list[Database], services: list[HallService], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "PATIENCE_SECONDS", (0.05, 0.1))
    async with hearing(databases[1], "other") as (words, lines), asyncio.timeout(30):

        def cut() -> None:
            with databases[0].writing() as connection:
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
                )

        await asyncio.to_thread(cut)
        await lines.get()
        await services[0].handle(IssueTicket(f"{services[0].code}-1", "residence"))
        while (await words.get())[0] != services[0].code:
            pass


def test_what_somebody_else_says_on_the_channel_is_not_ours() -> None:
    assert notices._read("p hall 12") == ("p", "hall", 12)
    for nonsense in ("", "hello", "p hall", "p hall x", "p hall ٣", "p hall 1 2"):
        assert notices._read(nonsense) is None


def test_the_devices_have_one_owner_and_a_lost_connection_is_noticed(postgresql: str) -> None:
    settings = Settings(database=postgresql)
    first, second = DeviceOwner(settings), DeviceOwner(settings)
    first.claim()
    with pytest.raises(DevicesTaken, match="same PostgreSQL, connected from"):
        second.claim()
    assert first._line is not None
    pid = first._line.execute(text("SELECT pg_backend_pid()")).scalar()

    def end_the_connection_of_the_first() -> None:
        assert second._engine is not None
        with second._engine.connect() as line:
            line.execute(text("SELECT pg_terminate_backend(:pid, 2000)"), {"pid": pid})

    end_the_connection_of_the_first()
    assert first.holds(), "it was taken again"
    assert first._line is not None
    pid = first._line.execute(text("SELECT pg_backend_pid()")).scalar()
    end_the_connection_of_the_first()
    second.claim()
    assert not first.holds(), "another was quicker"
    second.release()
    first.release()
