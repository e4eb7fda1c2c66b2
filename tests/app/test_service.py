"""The service between its callers and a journal that is slow, fails, or was written by somebody else."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.bus import Bus
from app.clock import HeldClock
from app.core.commands import AdoptPlan, CallNext, Command, Finish, IssueTicket, OpenDay, OpenWindow, Start
from app.core.errors import NobodyWaiting, Refusal, UnknownService
from app.core.events import DayOpened, Event, TicketIssued
from app.core.hall import Hall
from app.core.plan import HallPlan
from app.core.record import Answer, Recorded, StoreTrouble, Taken
from app.service import COMMIT_AT_MOST, HallService, KeyReused
from tests.app.core.hands import state
from tests.app.memory import MemoryJournal
from tests.plans import small_plan

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class World:
    """A journal, a clock, and as many services upon them as a test wants."""

    def __init__(self, plan: HallPlan) -> None:
        self.journal = MemoryJournal(plan)
        self.clock = HeldClock(NOON)
        self.heard: list[Recorded] = []
        self._writers: list[ThreadPoolExecutor] = []

    def service(self) -> HallService:
        """A process that starts now."""
        bus = Bus()
        bus.listen(lambda _, recorded: self.heard.extend(recorded))
        self._writers.append(ThreadPoolExecutor(1))
        return HallService(
            self.journal.fold(), set(self.journal.kept), self.journal, bus, self.clock, self._writers[-1]
        )

    def close(self) -> None:
        """No more threads."""
        self.journal.release()
        for writer in self._writers:
            writer.shutdown()


@pytest.fixture
def empty() -> Iterator[World]:
    """A database without a hall."""
    world = World(small_plan())
    yield world
    world.close()


@pytest.fixture
async def world(empty: World) -> AsyncIterator[World]:
    """A hall whose day has begun."""
    await empty.service().handle(AdoptPlan(empty.journal.plan))
    empty.journal.commits.clear()
    empty.heard.clear()
    yield empty


def telling(ticket: str) -> Callable[[Hall, tuple[Event, ...]], Answer]:
    """Answers with the ticket's number, and how many wait."""

    def answering(hall: Hall, _: tuple[Event, ...]) -> Answer:
        said = {"number": hall.tickets[ticket].number, "waiting": len(hall.queues["residence"])}
        return Answer(201, json.dumps(said).encode())

    return answering


def refusing(refusal: Refusal) -> Answer:
    """A refusal as an answer."""
    return Answer(409, refusal.rule.encode())


def take(service: HallService, ticket: str, **how: Any) -> asyncio.Task[Answer]:
    """Somebody takes a number, and waits for it in a task."""
    command = how.pop("command", IssueTicket(ticket, how.pop("code", "residence")))
    return asyncio.create_task(service.handle(command, answering=telling(ticket), **how))


async def held(world: World) -> None:
    """Until the writer thread stands in the middle of a commit."""
    await asyncio.to_thread(world.journal.wait_for_append)


async def turns() -> None:
    """Let every task that can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


# -- commits ----------------------------------------------------------------------------------------------------


async def test_nobody_is_answered_before_the_commit(world: World) -> None:
    service = world.service()
    world.journal.hold()
    asked = take(service, "t1")
    await held(world)
    await turns()
    assert not asked.done()
    assert "t1" not in service.hall.tickets
    assert world.heard == []
    world.journal.release()
    assert json.loads((await asked).body) == {"number": "A001", "waiting": 1}
    assert service.hall.tickets["t1"].number == "A001"
    assert [type(each.event) for each in world.heard] == [TicketIssued]


async def test_commands_that_arrive_during_a_commit_are_committed_together(world: World) -> None:
    service = world.service()
    world.journal.hold()
    first = take(service, "first")
    await held(world)
    others = [take(service, f"t{i}") for i in range(20)]
    await turns()
    world.journal.release()
    answers = await asyncio.gather(first, *others)
    assert [json.loads(each.body)["number"] for each in answers] == [f"A{n:03d}" for n in range(1, 22)]
    assert [len(commit) for commit in world.journal.commits] == [1, 20]


async def test_those_who_were_just_answered_and_press_again_come_along_with_who_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.service.OTHERS_SHARE", 50.0)  # a commit takes no time here
    service = world.service()

    async def presses_twice(who: int) -> None:
        for again in "ab":
            await take(service, f"t{who}{again}")

    world.journal.hold()
    waiting = [take(service, "first")]
    await held(world)
    waiting += [asyncio.create_task(presses_twice(who)) for who in range(5)]
    await turns()
    world.journal.release()
    world.journal.hold()
    await held(world)
    waiting.append(take(service, "late"))
    await turns()
    world.journal.release()
    await asyncio.gather(*waiting)
    assert [len(each) for each in world.journal.commits] == [1, 5, 6]


async def test_who_presses_alone_waits_for_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.service.OTHERS_SHARE", 1e9)
    service = world.service()
    async with asyncio.timeout(30):
        for ticket in "abc":
            await take(service, ticket)
    assert [len(each) for each in world.journal.commits] == [1, 1, 1]


async def test_a_flood_is_committed_in_bites(world: World) -> None:
    service = world.service()
    tasks = [take(service, f"t{i}") for i in range(2 * COMMIT_AT_MOST + 10)]
    await asyncio.gather(*tasks)
    assert max(len(commit) for commit in world.journal.commits) == COMMIT_AT_MOST
    assert service.hall.numbers == {"A": 2 * COMMIT_AT_MOST + 10}


async def test_each_answer_is_made_of_the_state_right_after_its_own_command(world: World) -> None:
    service = world.service()
    tasks = [take(service, f"t{i}") for i in range(5)]
    assert [json.loads((await each).body)["waiting"] for each in tasks] == [1, 2, 3, 4, 5]


async def test_a_refusal_is_told_to_its_caller_alone_and_changes_nothing(world: World) -> None:
    service = world.service()
    tasks = [take(service, "t1"), take(service, "t2", code="nonsense"), take(service, "t3")]
    good, refused, also_good = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(refused, UnknownService)
    assert isinstance(good, Answer)
    assert isinstance(also_good, Answer)
    assert set(service.hall.tickets) == {"t1", "t3"}
    assert (service.commands, service.refusals) == (2, 1)
    assert state(world.journal.fold()) == state(service.hall)


async def test_only_a_refusal_under_a_key_is_written_and_then_only_its_answer(world: World) -> None:
    service = world.service()
    before = state(service.hall)
    with pytest.raises(NobodyWaiting):
        await service.handle(OpenWindow(3))
        before = state(service.hall)
        await service.handle(CallNext(3))
    assert state(service.hall) == before
    assert len(world.journal.commits) == 1
    await service.handle(CallNext(3), refusing=refusing, key="k", fingerprint="f")
    assert state(service.hall) == before
    assert [writing.recorded for writing in world.journal.commits[-1]] == [()]


async def test_a_command_that_changes_nothing_writes_nothing(world: World) -> None:
    service = world.service()
    assert (await service.handle(OpenDay())).status == 204
    assert world.journal.commits == []


# -- what goes wrong with the disk ------------------------------------------------------------------------------


async def test_a_failed_commit_changes_nothing_and_the_next_one_works(world: World) -> None:
    service = world.service()
    before = state(service.hall)
    world.journal.fail("full")
    lost = await asyncio.gather(take(service, "t1"), take(service, "t2"), return_exceptions=True)
    assert [each.kind for each in lost if isinstance(each, StoreTrouble)] == ["full", "full"]
    assert state(service.hall) == before
    assert world.heard == []
    assert service.trouble is not None
    assert json.loads((await take(service, "t3")).body) == {"number": "A001", "waiting": 1}
    assert service.trouble is None
    assert state(world.journal.fold()) == state(service.hall)


async def test_commands_that_queued_up_behind_a_failing_commit_are_decided_on_what_is_true(
    world: World,
) -> None:
    service = world.service()
    world.journal.hold()
    world.journal.fail("locked")
    lost = take(service, "t1")
    await held(world)
    queued = take(service, "t2")
    await turns()
    world.journal.release()
    with pytest.raises(StoreTrouble):
        await lost
    assert json.loads((await queued).body) == {"number": "A001", "waiting": 1}


async def test_a_commit_whose_fate_is_unknown_is_looked_up_and_answered(world: World) -> None:
    service = world.service()
    world.journal.fail("broken", wrote=True)
    assert json.loads((await take(service, "t1")).body) == {"number": "A001", "waiting": 1}
    assert set(service.hall.tickets) == {"t1"}
    assert state(world.journal.fold()) == state(service.hall)
    assert json.loads((await take(service, "t2")).body)["number"] == "A002"


async def test_a_fate_that_cannot_be_read_either_is_found_out_before_the_next_decision(world: World) -> None:
    service = world.service()
    world.journal.fail("broken", wrote=True)
    world.journal.unreadable = StoreTrouble("broken", "no line")
    with pytest.raises(StoreTrouble):
        await take(service, "t1", key="k1", fingerprint="f")
    with pytest.raises(StoreTrouble):
        await take(service, "t2")
    world.journal.unreadable = None
    assert json.loads((await take(service, "t3")).body) == {"number": "A002", "waiting": 2}
    again = await take(service, "t4", key="k1", fingerprint="f")
    assert json.loads(again.body) == {"number": "A001", "waiting": 1}
    assert set(service.hall.tickets) == {"t1", "t3"}


async def test_after_a_trouble_the_disk_is_tried_without_anybody_asking(world: World) -> None:
    service = world.service()
    world.journal.fail("full", times=2)
    with pytest.raises(StoreTrouble):
        await take(service, "t1")
    await service.probe()
    assert service.trouble is not None
    await service.probe()
    assert service.trouble is None


# -- keys -------------------------------------------------------------------------------------------------------


async def test_the_same_key_gives_the_first_answer_byte_for_byte(world: World) -> None:
    service = world.service()
    first = await take(service, "t1", key="k", fingerprint="f")
    await take(service, "t2")
    again = await take(service, "t3", key="k", fingerprint="f")
    assert again == first
    assert set(service.hall.tickets) == {"t1", "t2"}


async def test_the_same_key_waits_for_the_first_answer_while_that_is_under_way(world: World) -> None:
    service = world.service()
    world.journal.hold()
    first = take(service, "t1", key="k", fingerprint="f")
    await held(world)
    again = [take(service, f"again{i}", key="k", fingerprint="f") for i in range(3)]
    await turns()
    world.journal.release()
    assert len(set(await asyncio.gather(first, *again))) == 1
    assert set(service.hall.tickets) == {"t1"}


async def test_the_first_answer_is_kept_even_if_it_was_a_refusal(world: World) -> None:
    service = world.service()
    await service.handle(OpenWindow(1))
    ask = CallNext(1)
    first = await service.handle(ask, refusing=refusing, key="k", fingerprint="f")
    assert first == Answer(409, b"nobody-waiting")
    await take(service, "t1")
    assert await service.handle(ask, refusing=refusing, key="k", fingerprint="f") == first
    assert service.hall.windows[1].ticket is None


async def test_the_first_answer_outlives_the_process(world: World) -> None:
    first = await take(world.service(), "t1", key="k", fingerprint="f")
    later = world.service()
    assert await take(later, "t2", key="k", fingerprint="f") == first
    assert set(later.hall.tickets) == {"t1"}


@pytest.mark.parametrize("moment", ["under way", "answered", "after a restart"])
async def test_another_request_under_the_same_key_is_refused(world: World, moment: str) -> None:
    service = world.service()
    if moment == "under way":
        world.journal.hold()
    first = take(service, "t1", key="k", fingerprint="f")
    if moment == "under way":
        await held(world)
    else:
        await first
    if moment == "after a restart":
        service = world.service()
    with pytest.raises(KeyReused):
        await service.handle(IssueTicket("t2", "social"), key="k", fingerprint="other")
    world.journal.release()
    await first
    assert set(service.hall.tickets) == {"t1"}


async def test_a_key_whose_commit_failed_is_free_again(world: World) -> None:
    service = world.service()
    world.journal.fail("locked")
    with pytest.raises(StoreTrouble):
        await take(service, "t1", key="k", fingerprint="f")
    assert json.loads((await take(service, "t2", key="k", fingerprint="f")).body)["number"] == "A001"


async def test_an_answer_that_was_forgotten_makes_room_for_a_new_one(world: World) -> None:
    service = world.service()
    await take(service, "t1", key="old", fingerprint="f")
    world.clock.pass_by(3600)
    kept = await take(service, "t2", key="new", fingerprint="f")
    assert await service.forget_answers(world.clock.now() - timedelta(minutes=30)) == 1
    assert set(world.journal.kept) == {"new"}
    assert await take(service, "t3", key="new", fingerprint="f") == kept
    both = await asyncio.gather(
        take(service, "t4", key="old", fingerprint="f"), take(service, "t5", key="old", fingerprint="f")
    )
    assert both[0] == both[1]
    assert set(service.hall.tickets) == {"t1", "t2", "t4"}


async def test_an_answer_forgotten_behind_our_back_is_given_anew_and_once(world: World) -> None:
    service = world.service()
    await take(service, "t1", key="k", fingerprint="f")
    del world.journal.kept["k"]
    both = await asyncio.gather(
        take(service, "t2", key="k", fingerprint="f"), take(service, "t3", key="k", fingerprint="f")
    )
    assert both[0] == both[1]
    assert len(service.hall.tickets) == 2


async def test_a_new_key_costs_no_look_into_the_journal(world: World) -> None:
    service = world.service()
    await take(service, "t1", key="k", fingerprint="f")
    assert world.journal.asked_for_answers == 0


# -- callers ----------------------------------------------------------------------------------------------------


async def test_a_caller_who_goes_away_harms_nobody(world: World) -> None:
    service = world.service()
    world.journal.hold()
    gone = take(service, "t1", key="k", fingerprint="f")
    beside = take(service, "t2")
    await held(world)
    again = take(service, "t3", key="k", fingerprint="f")
    await turns()
    gone.cancel()
    await turns()
    world.journal.release()
    assert json.loads((await beside).body)["number"] == "A002"
    assert json.loads((await again).body) == {"number": "A001", "waiting": 1}
    assert gone.cancelled()
    assert await take(service, "t4", key="k", fingerprint="f") == await again
    assert set(service.hall.tickets) == {"t1", "t2"}


async def test_a_caller_who_goes_away_before_a_failure_leaves_no_complaint(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    service = world.service()
    world.journal.hold()
    world.journal.fail("locked")
    gone = take(service, "t1")
    await held(world)
    gone.cancel()
    await turns()
    world.journal.release()
    await service.settle()
    assert [each.message for each in caplog.records if "never retrieved" in each.message] == []


async def test_an_answer_that_cannot_be_made_harms_only_its_own_command(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    service = world.service()

    def clumsy(hall: Hall, events: tuple[Event, ...]) -> Answer:
        raise ZeroDivisionError

    tasks = [
        take(service, "t1"),
        asyncio.create_task(
            service.handle(IssueTicket("t2", "residence"), answering=clumsy, key="k", fingerprint="f")
        ),
        take(service, "t3"),
    ]
    good, broken, also_good = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(broken, ZeroDivisionError)
    assert isinstance(good, Answer)
    assert isinstance(also_good, Answer)
    assert json.loads(also_good.body) == {"number": "A002", "waiting": 2}
    assert set(service.hall.tickets) == {"t1", "t3"}
    assert state(world.journal.fold()) == state(service.hall)
    assert "k" not in world.journal.kept
    assert "IssueTicket in hall small failed" in caplog.text


async def test_an_answer_that_refuses_by_mistake_does_not_let_its_events_happen(world: World) -> None:
    service = world.service()

    def mistaken(hall: Hall, events: tuple[Event, ...]) -> Answer:
        raise UnknownService(service="x", known="y")

    with pytest.raises(UnknownService):
        await service.handle(
            IssueTicket("t1", "residence"), answering=mistaken, refusing=refusing, key="k", fingerprint="f"
        )
    assert service.hall.tickets == {}
    assert world.journal.kept == {}


# -- other processes --------------------------------------------------------------------------------------------


async def test_a_service_that_is_behind_reads_on_and_decides_again(world: World) -> None:
    here, there = world.service(), world.service()
    await take(there, "t1")
    assert json.loads((await take(here, "t2")).body) == {"number": "A002", "waiting": 2}
    assert state(here.hall) == state(world.journal.fold())


async def test_what_another_process_wrote_is_published_once(world: World) -> None:
    here, there = world.service(), world.service()
    await take(there, "t1")
    world.heard.clear()
    await here.refresh()
    await here.refresh()
    assert [each.event.ticket for each in world.heard if isinstance(each.event, TicketIssued)] == ["t1"]
    assert "t1" in here.hall.tickets


async def test_two_processes_never_give_one_number_twice(world: World) -> None:
    processes = [world.service(), world.service()]
    tasks = [take(processes[i % 2], f"t{i}") for i in range(200)]
    numbers = [json.loads(each.body)["number"] for each in await asyncio.gather(*tasks)]
    assert len(set(numbers)) == 200
    for each in processes:
        await each.refresh()
        assert state(each.hall) == state(world.journal.fold())


async def test_two_processes_never_call_one_ticket_to_two_windows(world: World) -> None:
    here, there = world.service(), world.service()
    for no in (1, 2):
        await here.handle(OpenWindow(no))
    await take(here, "t1")
    calls = await asyncio.gather(here.handle(CallNext(1)), there.handle(CallNext(2)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in calls) == ["Answer", "NobodyWaiting"]


async def test_nothing_is_refused_for_a_state_that_another_process_has_ended(world: World) -> None:
    here, there = world.service(), world.service()
    await there.handle(OpenWindow(1))
    await take(there, "t1")
    answer = await here.handle(CallNext(1), refusing=refusing, key="k", fingerprint="f")
    assert answer.status == 204
    assert world.journal.fold().windows[1].ticket == "t1"


async def test_a_key_that_another_process_answered_gets_that_answer(world: World) -> None:
    here, there = world.service(), world.service()
    first = await take(there, "t1", key="k", fingerprint="f")
    assert await take(here, "t2", key="k", fingerprint="f") == first
    with pytest.raises(KeyReused):
        await take(here, "t3", key="k", fingerprint="other")
    refused = await there.handle(CallNext(9), refusing=refusing, key="r", fingerprint="f")
    assert await here.handle(CallNext(9), refusing=refusing, key="r", fingerprint="f") == refused
    assert set(world.journal.fold().tickets) == {"t1"}


async def test_a_row_that_nobody_else_took_is_a_trouble_and_not_an_endless_search(world: World) -> None:
    service = world.service()

    def deny() -> None:
        raise Taken("NOT NULL constraint failed")

    world.journal.before += [deny, deny]
    with pytest.raises(StoreTrouble, match="NOT NULL"):
        await take(service, "t1")
    assert json.loads((await take(service, "t2")).body)["number"] == "A001"


async def test_a_life_is_the_same_told_by_two_processes_in_turn(world: World) -> None:
    processes = [world.service(), world.service()]
    life: list[Command] = [
        IssueTicket("t1", "residence"),
        OpenWindow(1, "c"),
        CallNext(1),
        Start(1),
        Finish(1),
    ]
    for turn, command in enumerate(life):
        await processes[turn % 2].handle(command)
        world.clock.pass_by(60)
    assert world.journal.fold().tickets["t1"].ended_at is not None


# -- the day ----------------------------------------------------------------------------------------------------


async def test_the_first_command_after_midnight_turns_the_day_of_the_hall_and_not_of_the_world(
    world: World,
) -> None:
    service = world.service()
    await take(service, "t1")
    world.clock.pass_by(11.9 * 3600)
    assert json.loads((await take(service, "t2")).body)["number"] == "A002"
    world.clock.pass_by(0.2 * 3600)
    assert json.loads((await take(service, "t3")).body) == {"number": "A001", "waiting": 1}
    assert [each.event.day.isoformat() for each in world.heard if isinstance(each.event, DayOpened)] == [
        "2026-03-03"
    ]


async def test_a_new_hall_is_written_down_by_its_first_command(empty: World) -> None:
    service = empty.service()
    await service.handle(AdoptPlan(empty.journal.plan), by="office")
    assert [type(each.event).__name__ for each in empty.journal.rows] == ["PlanAdopted", "DayOpened"]
    assert {each.by for each in empty.journal.rows} == {"office"}
