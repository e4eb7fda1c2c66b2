"""Sixteen people press at once while the server is killed again and again; afterwards everything is counted.

For: `press(...)`, which lets them press, and `check(...)`, which holds what was answered against the journal and against
the server. tests/hall/test_crash.py does it for seconds, tests/hall/soak.py for as long as one likes.
Everybody carries an Idempotency-Key and presses again with the same one until there is an answer, as a kiosk does; the
second time perhaps at another process. What must be true then is independent of the core's own fold:

- every ticket that was answered is there, with its number; no number twice on one day
- no window has two tickets, no ticket two windows, at any moment of the journal
- each deed that was answered happened exactly once, and nothing happened that was not asked
- the same key gives the same bytes, whenever and wherever it is pressed
- the journal folds to what the server says
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import httpx

from app.core.hall import Hall
from app.core.plan import HallPlan
from app.core.rights import Role
from app.office import keep_snapshot_elsewhere
from app.settings import Settings
from app.store.database import open_database
from app.store.journal import SqlJournal
from tests.hallserver import HallServer
from tests.plans import small_plan

AGAIN = 0.2
"""Real seconds before somebody who got no answer presses again: a server that is away must not be drowned."""

DEEDS = ("tickets",) * 8 + ("call-next", "start", "finish") * 4 + ("open",) * 3 + (
    "recall",
    "missed",
    "park",
    "transfer",
    "pause",
    "resume",
    "close",
    "cancel",
    "return",
    "abandon",
)  # fmt: skip

HAPPENED = {
    "tickets": "TicketIssued",
    "call-next": "TicketCalled",
    "start": "ServiceStarted",
    "finish": "ServiceFinished",
    "open": "WindowOpened",
    "recall": "TicketRecalled",
    "missed": "TicketMissed",
    "park": "TicketParked",
    "transfer": "TicketTransferred",
    "pause": "WindowPaused",
    "resume": "WindowResumed",
    "cancel": "TicketCancelled",
    "abandon": "TicketAbandoned",
}
"""What each deed brings about exactly once where it is answered with success. `close` may only announce itself and
`return` shares its event with those who were missed."""

BODIES: dict[str, dict[str, str]] = {"transfer": {"service": "social"}, "pause": {"reason": "documents"}}
TICKET_DEEDS = frozenset({"cancel", "return", "abandon"})


def pressed_plan(code: str = "small") -> HallPlan:
    """The small hall; numbers may be called again at once."""
    plan = small_plan(code)
    return replace(plan, rules=replace(plan.rules, recall_gap_seconds=0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Deed:
    """One request and its key."""

    verb: str
    path: str
    body: dict[str, str] | None
    key: str


@dataclass
class Book:
    """What was asked and what was answered."""

    answers: dict[Deed, tuple[int, bytes]] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    kills: int = 0

    def note(self, deed: Deed, answer: httpx.Response) -> None:
        """An answer; the first of its key is kept, every other must be the same."""
        said = (answer.status_code, answer.content)
        first = self.answers.setdefault(deed, said)
        if first != said:
            self.wrong.append(f"{deed}: first {first}, then {said}")
        if deed.verb == "tickets" and answer.status_code == 201:
            ticket = answer.json()
            self.tickets[ticket["id"]] = ticket["number"]

    def summary(self) -> str:
        """One line for people."""
        status = Counter(status for status, _ in self.answers.values())
        ordered = sorted(self.seconds)
        middle, slow = (ordered[len(ordered) * part // 100] if ordered else 0.0 for part in (50, 99))
        return (
            f"{len(self.answers)} deeds answered {dict(sorted(status.items()))}, {len(self.tickets)} tickets, "
            f"{self.kills} kills, unanswered tries {dict(self.tries)}, "
            f"p50 {middle * 1000:.0f} ms, p99 {slow * 1000:.0f} ms (of those answered at the first try)"
        )


class Crowd:
    """The people, the servers they press at, and the book."""

    def __init__(self, servers: Sequence[HallServer], seed: int) -> None:
        self.book = Book()
        self.servers = servers
        self._random = Random(seed)
        self._headers = {"authorization": f"Bearer {servers[0].token(Role.PROGRAM)}"}
        self._over = False

    async def press(
        self, people: int, between: tuple[int, int], *, kills: int = 0, seconds: float = 0.0
    ) -> None:
        """Let everybody press until so many servers were killed, with so many answers `between`, and so many `seconds`
        are over. Every second start is from a snapshot of that moment."""
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as crowd:
            for n in range(people):
                crowd.create_task(self._person(n))
            while self.book.kills < kills or time.monotonic() < until:
                await self._answers(self._random.randint(*between))
                server = self._random.choice(self.servers)
                await asyncio.to_thread(server.kill)
                self.book.kills += 1
                if self.book.kills % 2:
                    await keep_snapshot_elsewhere(server.settings, server.hall)
                await asyncio.to_thread(server.start)
            await self._answers(self._random.randint(*between))
            self._over = True

    async def _answers(self, more: int) -> None:
        """Wait until so many deeds more are answered: how many there are in a second is the machine's affair."""
        enough = len(self.book.answers) + more
        while len(self.book.answers) < enough:  # noqa: ASYNC110  the crowd presses by itself
            await asyncio.sleep(0.005)

    async def _person(self, n: int) -> None:
        chance = Random(f"{n} {self._random.random()}")
        mine: list[Deed] = []
        async with httpx.AsyncClient(headers=self._headers, timeout=60, verify=False) as line:
            while not self._over:
                deed = self._deed(chance, f"{n}-{len(mine)}")
                mine.append(deed)
                await self._until_answered(line, deed, chance)
                if chance.random() < 0.1:
                    await self._until_answered(line, chance.choice(mine), chance)

    def _deed(self, chance: Random, key: str) -> Deed:
        verb = chance.choice(DEEDS)
        if verb == "tickets":
            service = chance.choice(["residence", "social", "tax"])
            return Deed(verb, "tickets", {"service": service}, key)
        if verb in TICKET_DEEDS:
            known = list(self.book.tickets)
            ticket = known[-chance.randint(1, min(len(known), 30))] if known else "nobody"
            return Deed(verb, f"tickets/{ticket}/{verb}", None, key)
        return Deed(verb, f"windows/{chance.randint(1, 4)}/{verb}", BODIES.get(verb), key)

    async def _until_answered(self, line: httpx.AsyncClient, deed: Deed, chance: Random) -> None:
        """Press, and press again with the same key, until there is an answer."""
        tries = 0
        while True:
            tries += 1
            server = chance.choice(self.servers)
            began = time.perf_counter()
            try:
                answer = await line.post(
                    f"{server.api}/{deed.path}", json=deed.body, headers={"idempotency-key": deed.key}
                )
            except httpx.TransportError as error:
                self.book.tries[type(error).__name__] += 1
            else:
                if answer.status_code < 500:
                    self.book.note(deed, answer)
                    if tries == 1:
                        self.book.seconds.append(time.perf_counter() - began)
                    return
                self.book.tries[str(answer.status_code)] += 1
                if answer.status_code != 503:
                    self.book.wrong.append(f"{deed}: {answer.text}")
                    return
            await asyncio.sleep(AGAIN)


# -- afterwards -------------------------------------------------------------------------------------------------


def check(crowd: Crowd, *, sample: int = 300) -> list[str]:
    """Everything that is not as it was promised."""
    book = crowd.book
    wrong = list(book.wrong)
    with httpx.Client(headers=crowd._headers, timeout=60, verify=False) as line:
        for server in crowd.servers:
            wrong += _settled(server, line)
        events = _events(crowd.servers[0], line)
        wrong += journal_makes_sense(events)
        wrong += each_deed_once(book, events)
        for number, server in enumerate(crowd.servers):
            wrong += _tickets_are_there(book, server, line, sample)
            for deed in list(book.answers)[number :: max(1, len(book.answers) // sample)]:
                answer = line.post(
                    f"{server.api}/{deed.path}", json=deed.body, headers={"idempotency-key": deed.key}
                )
                if (answer.status_code, answer.content) != book.answers[deed]:
                    wrong.append(f"another answer in the end: {deed} {answer.text} {book.answers[deed]!r}")
        for server in crowd.servers:
            wrong += _server_says_what_the_journal_says(server, line)
    return wrong


def _settled(server: HallServer, line: httpx.Client) -> list[str]:
    """Wait until a server has taken in what the other processes wrote."""
    database = open_database(server.settings)
    last = SqlJournal(database).last(server.hall)
    database.close()
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if line.get(server.api).json()["seq"] == last:
            return []
        time.sleep(0.05)
    return [f"{server.url} does not come to event {last}"]


def _events(server: HallServer, line: httpx.Client) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while True:
        after = events[-1]["seq"] if events else 0
        more = line.get(f"{server.api}/events?after={after}&limit=2000").json()["events"]
        if not more:
            return events
        events += more


def journal_makes_sense(events: Sequence[dict[str, Any]]) -> list[str]:
    """Told by hand, without the core: who stands where."""
    wrong: list[str] = []
    if [each["seq"] for each in events] != list(range(1, len(events) + 1)):
        wrong.append("the numbers of the events have gaps")
    at_window: dict[int, str] = {}
    where: dict[str, int] = {}
    numbers: set[str] = set()
    for event in events:
        name, data = event["name"], event["data"]
        ticket = data.get("ticket", "")
        if name == "DayOpened":
            numbers.clear()
        elif name == "TicketIssued":
            if data["number"] in numbers:
                wrong.append(f"number {data['number']} twice, at event {event['seq']}")
            numbers.add(data["number"])
        elif name == "TicketCalled":
            if data["window"] in at_window or ticket in where:
                wrong.append(f"event {event['seq']}: called to an occupied window, or called already: {data}")
            at_window[data["window"]] = ticket
            where[ticket] = data["window"]
        elif name in ("ServiceStarted", "TicketRecalled"):
            if at_window.get(data["window"]) != ticket:
                wrong.append(f"event {event['seq']}: {name} of somebody who is not there: {data}")
        elif (
            name
            in (
                "ServiceFinished",
                "TicketMissed",
                "TicketParked",
                "TicketTransferred",
                "TicketCancelled",
                "TicketAbandoned",
                "TicketVoided",
            )
            and ticket in where
        ):
            del at_window[where.pop(ticket)]
    return wrong


def each_deed_once(book: Book, events: Sequence[dict[str, Any]]) -> list[str]:
    """What was answered with success, against what the journal has."""
    happened = Counter(event["name"] for event in events)
    asked = Counter(deed.verb for deed, (status, _) in book.answers.items() if status < 300)
    return [
        f"{verb} was answered {asked[verb]} times and happened {happened[name]} times"
        for verb, name in HAPPENED.items()
        if happened[name] != asked[verb]
    ]


def _tickets_are_there(book: Book, server: HallServer, line: httpx.Client, sample: int) -> list[str]:
    wrong: list[str] = []
    events = [each for each in _events(server, line) if each["name"] == "TicketIssued"]
    issued = {each["data"]["ticket"]: each["data"]["number"] for each in events}
    for ticket, number in book.tickets.items():
        if issued.get(ticket) != number:
            wrong.append(f"{number} was answered and the journal has {issued.get(ticket)}")
    for ticket, number in list(book.tickets.items())[:: max(1, len(book.tickets) // sample)]:
        said = line.get(f"{server.api}/tickets/{ticket}").json()
        if said.get("number") != number:
            wrong.append(f"{number} was answered and is now {said}")
    return wrong


def _folded(settings: Settings, code: str) -> Hall:
    database = open_database(settings)
    try:
        hall = SqlJournal(database).fold(code)
    finally:
        database.close()
    assert hall is not None
    return hall


def _server_says_what_the_journal_says(server: HallServer, line: httpx.Client) -> list[str]:
    hall = _folded(server.settings, server.hall)
    said = line.get(server.api).json()
    wrong: list[str] = []
    if said["seq"] != hall.seq:
        wrong.append(f"{server.url} is at event {said['seq']}, the journal at {hall.seq}")
    for window in said["windows"]:
        told = hall.windows[window["no"]]
        ticket = hall.ticket_at(told)
        if (window["state"], window["number"]) != (told.duty.value, ticket.number if ticket else None):
            wrong.append(f"window {window} but the journal says {told}")
    said_waiting = {each["code"]: each["waiting"] for each in said["services"]}
    told_waiting = {code: len(queue) for code, queue in hall.queues.items()}
    if said_waiting != told_waiting:
        wrong.append(f"waiting {said_waiting} but the journal says {told_waiting}")
    for ticket in list(hall.tickets.values())[:: max(1, len(hall.tickets) // 200)]:
        seen = line.get(f"{server.api}/tickets/{ticket.id}").json()
        if (seen["number"], seen["status"], seen["window"]) != (
            ticket.number,
            ticket.status.value,
            ticket.window,
        ):
            wrong.append(f"ticket {seen} but the journal says {ticket}")
    return wrong
