"""A day at a hall: its visitors take tickets and its clerks call, start and finish them, through the public API.

    python -m simulators day HALLFILE --url http://127.0.0.1:8410 --token KEY --kiosk-token KEY --kiosk-token KEY

For: the demonstration, and looking at a hall under real load. It reads the same hall file as the hall and otherwise
knows only what any program on the network can know.
Not for: the rules of calling (the hall's), or measuring how fast the server is (the benchmark's).

All waiting is in the hall's own time, which the server tells: a hall whose clock runs sixty times as fast has its day
in minutes. Visitors come as half-hourly figures or a recorded day say (visitors.py); clerks follow their screens
(clerk.py); the book of the day is kept from the hall's events (daybook.py).

What goes wrong:
- the server is stopped, killed or restarted: everybody waits and goes on where the hall is; nothing happens twice;
- this process is killed: started again with the same seed it goes on with the same people, those who were
  due long before left out;
- a key is not valid, a hall is not there, the hall file cannot be read: one sentence, exit code 2.
Ctrl-C and SIGTERM end it at once and quietly.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from simulators import hallsheet, visitors
from simulators.clerk import Clerk, ClerkScene, Deed
from simulators.daybook import Daybook, Event
from simulators.daytable import Staffing, day_tables, progress_line
from simulators.hallclient import Client, HallClock, NotLet, Refused, Screen, Strange
from simulators.hallsheet import TIDAL, HallSheet, Opening, Unreadable
from simulators.visitors import Crowd, Visitor

LOOK_SECONDS = 1.0
"""Real seconds between looks at the journal, for the progress bar."""

SETTLE_SECONDS = 3.0
"""Real seconds until a screen has shown what its own clerk did; else the clerk looks again as if it were new."""

PAGE = 2000
"""Events asked for at once: as many as the hall gives."""

AWAY_MINUTES = (5.0, 20.0)
"""How long somebody who was put aside is away to fetch a paper."""

FIRST_CONTACT_SECONDS = 60.0
"""A server that nobody has seen yet is waited for so long: it may be just starting."""

GRACE_SECONDS = 10.0
"""Real seconds: who was due so shortly ago asks (again) for a ticket, since hall and simulators take a while to start.
Whoever has one gets the same answer to the same key."""

HANDS = 8
"""Tickets that one machine may ask for at a time. In a hall that is one; but where an hour passes in six seconds the disk
does not become faster, and one after another would hold up the whole day."""

UNLUCKY = {"hall-closed"}
"""Refusals that a visitor who was at the door in time meets only because two clocks differ by a moment."""

ATTEMPTS = 5
"""So often somebody tries a closed door, five seconds of the hall apart."""


class _Window(msgspec.Struct):
    no: int
    served: int
    busy_minutes: float
    open_minutes: float


class _Hall(msgspec.Struct):
    now: datetime
    clock_speed: float
    seq: int
    day: date | None
    windows: list[_Window]


class _Events(msgspec.Struct):
    events: list[Event]
    last: int


class _Ticket(msgspec.Struct):
    id: str


class _AtWindow(msgspec.Struct):
    clerk: str
    ticket: _Ticket | None


@dataclass(frozen=True, slots=True)
class Orders:
    """What the command was told."""

    sheet: HallSheet
    url: str
    token: str
    kiosk_tokens: tuple[str, ...] = ()
    trace: Path | None = None
    trace_date: date | None = None
    seed: int = 1
    shares: Mapping[str, float] = field(default_factory=lambda: visitors.SHARES)
    open_tidal: bool = False
    left_to_people: frozenset[int] = frozenset()
    quiet: bool = False


class _Bar:
    """The day as a bar on a terminal, as a line an hour elsewhere, as nothing when quiet."""

    def __init__(self, console: Console, openings: Sequence[Opening], *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._opens, closes = openings[0].opens, openings[-1].closes
        self._hour = -1
        self._progress: Progress | None = None
        if console.is_terminal and not quiet:
            columns = (BarColumn(), TextColumn("{task.description}", markup=False))
            self._progress = Progress(*columns, console=console)
            self._task: TaskID = self._progress.add_task("", total=(closes - self._opens).total_seconds())

    def __enter__(self) -> "_Bar":
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, now: datetime, line: str) -> None:
        """The day has come so far."""
        if self._progress is not None:
            passed = max(0.0, (now - self._opens).total_seconds())
            self._progress.update(self._task, completed=passed, description=line)
        elif not self._quiet and now.hour != self._hour:
            self._hour = now.hour
            self._console.print(line, highlight=False)


class Day:
    """One day, from now to the last person's leave. `began`: who was due before then has come or is left out.
    `still_to_come`: the visitors who have not asked for a ticket yet. `refusals`: what the hall refused, by rule."""

    def __init__(self, orders: Orders, client: Client, console: Console) -> None:
        self._orders = orders
        self._sheet = orders.sheet
        self._client = client
        self._console = console
        self._clock = HallClock()
        self._book = Daybook()
        self._day = date.min
        self._openings: tuple[Opening, ...] = ()
        self._resting: dict[int, bool] = {}
        self.began: datetime | None = None
        self.still_to_come = 0
        self._expected_back: set[str] = set()
        self._put_aside: set[str] = set()
        self._staffing: dict[int, Staffing] = {}
        self.refusals: Counter[str] = Counter()

    # -- the course of the day ----------------------------------------------------------------------------------

    async def live(self) -> None:
        """Live the day and print its table. Raises Unreadable, NotLet, Strange, Refused."""
        try:
            async with asyncio.timeout(FIRST_CONTACT_SECONDS):
                hall = await self._look_at_hall()
        except TimeoutError:
            raise Unreadable(f"nobody answers at {self._orders.url}") from None
        await self._read_today(hall.seq)
        self._openings = self._sheet.openings(self._day)
        crowd = self._crowd()
        self._announce(crowd)
        if self._openings:
            await self._until_over(crowd)
        await self._look_at_hall()
        await self._read_events()
        if self._openings or self._book.issued:
            self._print_tables()

    def _crowd(self) -> Crowd:
        orders = self._orders
        if orders.trace is None:
            return visitors.expected(self._sheet, self._day, orders.seed, orders.shares)
        try:
            with orders.trace.open(encoding="utf-8-sig", newline="") as lines:
                return visitors.recorded(
                    self._sheet, self._day, orders.seed, lines, orders.trace_date, orders.shares
                )
        except (OSError, UnicodeDecodeError) as error:
            raise Unreadable(f"{orders.trace}: {error}") from error

    def _announce(self, crowd: Crowd) -> None:
        for remark in crowd.remarks:
            self._console.print(remark, style="yellow", highlight=False, markup=False)
        if not self._openings:
            self._console.print(f"{self._day:%Y-%m-%d} 不开放 The hall is closed all day", highlight=False)
        elif not crowd.visitors:
            self._console.print(
                f"{self._day:%Y-%m-%d} 大厅文件中没有这天的到达数据 The hall file has no arrivals for this day",
                highlight=False,
            )

    async def _until_over(self, crowd: Crowd) -> None:
        kiosks = self._orders.kiosk_tokens or ("",)
        self.began = self._clock.now() - timedelta(seconds=GRACE_SECONDS * self._clock.speed)
        coming = crowd.after(self.began)
        self.still_to_come = len(coming)
        queues = [
            iter([each for place, each in coming if place % len(kiosks) == kiosk])
            for kiosk in range(len(kiosks))
        ]
        async with asyncio.TaskGroup() as everybody:
            tasks = [
                everybody.create_task(self._at_kiosk(self._client.desk(token), queue))
                for token, queue in zip(kiosks, queues, strict=True)
                for _ in range(HANDS)
            ]
            tasks += [
                everybody.create_task(work)
                for work in (
                    *(self._comes_back(ticket, since) for ticket, since in self._book.parked.items()),
                    *self._clerks(everybody),
                )
            ]
            await self._watch()
            for task in tasks:
                task.cancel()

    def _clerks(self, everybody: asyncio.TaskGroup) -> list[Coroutine[None, None, None]]:
        work: list[Coroutine[None, None, None]] = []
        seed = self._orders.seed
        for window in self._sheet.windows:
            if window.no in self._orders.left_to_people:
                continue
            clerk = Clerk(
                self._sheet,
                window,
                self._openings,
                lambda number, transfers: visitors.manner(seed, self._day, number, transfers),
                lambda number: number in self._put_aside or self._book.was_parked(number),
                staffed=window.kind != TIDAL or self._orders.open_tidal,
                chance=Random(f"{seed}/{self._day}/{window.no}/clerk"),
            )
            desk = self._client.desk()
            screen = Screen(desk, window.no)
            self._resting[window.no] = False
            work += [screen.listen(), self._serve(clerk, desk, screen, everybody)]
        return work

    async def _watch(self) -> None:
        """Keep the book and the bar until everybody has gone home."""
        with _Bar(self._console, self._openings, quiet=self._orders.quiet) as bar:
            while True:
                await self._look_at_hall()
                await self._read_events()
                now = self._clock.now().astimezone(self._sheet.timezone)
                bar.show(now, progress_line(now, self._book.issued, self._book.waiting))
                if self._is_over(now):
                    return
                await asyncio.sleep(LOOK_SECONDS)

    def _is_over(self, now: datetime) -> bool:
        """Everybody has gone home; or it is midnight, and the hall has sent them home."""
        return now.date() > self._day or (
            now >= self._openings[-1].closes
            and not self.still_to_come
            and not self._expected_back
            and all(self._resting.values())
        )

    # -- visitors -----------------------------------------------------------------------------------------------

    async def _at_kiosk(self, kiosk: Client, queue: Iterator[Visitor]) -> None:
        """One pair of hands at a ticket machine: whoever comes next in its queue."""
        for visitor in queue:
            await self._clock.until(visitor.at)
            await self._take_ticket(visitor, kiosk)
            self.still_to_come -= 1

    async def _take_ticket(self, visitor: Visitor, kiosk: Client) -> None:
        body = {"service": visitor.service, "priority_class": visitor.priority_class, "channel": "kiosk"}
        for attempt in range(ATTEMPTS):
            # A refusal is an answer too, and the same key gets it again: also on a day that goes on, from somebody who
            # asked once more in the first part of it and has a number. So the further keys are tried before giving up.
            key = f"{visitor.key}/{attempt}" if attempt else visitor.key
            try:
                await kiosk.post("/tickets", body, _Ticket, key=key)
                return
            except Refused as refused:
                if refused.rule not in UNLUCKY or attempt == ATTEMPTS - 1:
                    self.refusals[refused.rule] += 1
                    return
                await self._clock.until(self._clock.now() + timedelta(seconds=5))

    async def _comes_back(self, ticket: str, since: datetime) -> None:
        """Somebody who was put aside returns, in time to be served."""
        self._expected_back.add(ticket)
        away = timedelta(minutes=Random(ticket).uniform(*AWAY_MINUTES))
        await self._clock.until(min(since + away, self._openings[-1].closes))
        try:
            await self._client.post(f"/tickets/{ticket}/return", None, _Ticket, key=uuid.uuid4().hex)
        except Refused as refused:
            self.refusals[refused.rule] += 1
        self._expected_back.discard(ticket)

    # -- clerks -------------------------------------------------------------------------------------------------

    async def _serve(self, clerk: Clerk, desk: Client, screen: Screen, everybody: asyncio.TaskGroup) -> None:
        """One window: look at the screen, wait, press, look again."""
        while True:
            scene = screen.newest
            if scene is None:
                await screen.newer(None, LOOK_SECONDS)
                continue
            now = self._clock.now()
            deed = clerk.look(scene, now)
            self._resting[clerk.no] = clerk.is_over(scene, now)
            if deed is not None and deed.at <= now:
                await self._press(clerk, desk, screen, scene, deed, everybody)
                continue
            moment = deed.at if deed is not None else clerk.next_look(now)
            seconds = LOOK_SECONDS if moment is None else min(LOOK_SECONDS, self._clock.real(moment))
            await screen.newer(scene, seconds)

    async def _press(
        self,
        clerk: Clerk,
        desk: Client,
        screen: Screen,
        scene: ClerkScene,
        deed: Deed,
        everybody: asyncio.TaskGroup,
    ) -> None:
        try:
            after = await desk.post(
                f"/windows/{clerk.no}/{deed.move}", deed.body or None, _AtWindow, key=uuid.uuid4().hex
            )
        except Refused as refused:
            # "nobody waits" only means that another window was faster
            if refused.rule != "nobody-waiting":
                self.refusals[refused.rule] += 1
            await screen.newer(scene, LOOK_SECONDS)
            return
        clerk.done(deed, after.clerk)
        if deed.move == "park" and scene.ticket is not None:
            self._put_aside.add(scene.ticket.number)
            everybody.create_task(self._comes_back(scene.ticket.id, self._clock.now()))
        deadline = time.monotonic() + SETTLE_SECONDS
        while (shown := screen.newest) is not None and shown.situation == scene.situation:
            if (left := deadline - time.monotonic()) <= 0:
                return
            await screen.newer(shown, left)

    # -- the hall's own word ------------------------------------------------------------------------------------

    async def _look_at_hall(self) -> _Hall:
        asked = time.monotonic()
        hall = await self._client.get("", _Hall)
        self._clock.hear(hall.now, hall.clock_speed, asked, time.monotonic())
        if self._book.day in (None, hall.day):
            self._staffing = {
                each.no: Staffing(each.served, each.busy_minutes, each.open_minutes) for each in hall.windows
            }
        return hall

    async def _read_today(self, last: int) -> None:
        """The events of this day so far. Where the day begins in the journal is found by halving."""
        today = self._clock.now().astimezone(self._sheet.timezone)
        self._day = today.date()
        midnight = self._sheet.moment(self._day, 0)
        before = 0
        while before < last:
            middle = (before + last) // 2
            page = await self._client.get(f"/events?after={middle}&limit=1", _Events)
            if page.events and page.events[0].at < midnight:
                before = page.events[0].seq
            else:
                last = middle
        self._book.last = before
        await self._read_events()

    async def _read_events(self) -> None:
        """Bring the book up to date; the next day has a book of its own."""
        while True:
            page = await self._client.get(f"/events?after={self._book.last}&limit={PAGE}", _Events)
            for event in page.events:
                if event.name == "DayOpened" and self._book.day is not None:
                    return
                self._book.take(event)
            if len(page.events) < PAGE:
                return

    # -- showing ------------------------------------------------------------------------------------------------

    def _print_tables(self) -> None:
        lines, total = self._book.figures([each.code for each in self._sheet.services])
        name = f"{self._sheet.name} {self._sheet.name_en}  {self._day:%Y-%m-%d}"
        self._console.print(f"\n{name}", style="bold", highlight=False)
        for table in day_tables(self._sheet, lines, total, self._staffing, self._console.width):
            self._console.print(table)
        if self.refusals:
            said = ", ".join(f"{rule} {count}" for rule, count in self.refusals.most_common())
            self._console.print(f"大厅拒绝 The hall refused: {said}", highlight=False)


# -- the command ------------------------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb `day` can be told."""
    add = parser.add_argument
    add("hall", type=Path, metavar="HALLFILE", help="the hall file of the running hall")
    add("--url", default="http://127.0.0.1:8410", help="where the server is (default %(default)s)")
    add(
        "--token",
        default=os.environ.get("TIDEHALL_DAY_TOKEN", ""),
        help="key of a program (tidehall token issue program NAME); better in TIDEHALL_DAY_TOKEN, where no list of "
        "processes shows it",
    )
    add(
        "--kiosk-token",
        action="append",
        default=[],
        help="key of a ticket machine, whose printer then prints the slips; may be given several times, or separated "
        "by spaces in TIDEHALL_DAY_KIOSK_TOKENS",
    )
    add("--trace", type=Path, metavar="CSV", help="replay a recorded day instead of the half-hourly figures")
    add(
        "--date",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="which day of the CSV (default: its first)",
    )
    add("--seed", type=int, default=1, help="another seed, other people (default %(default)s)")
    add(
        "--class",
        dest="shares",
        type=_share,
        action="append",
        default=[],
        metavar="KEY=SHARE",
        help="part of the visitors who come as a priority class (default "
        + ", ".join(f"{key}={share:g}" for key, share in visitors.SHARES.items())
        + ")",
    )
    add("--open-tidal", action="store_true", help="staff the tidal windows all day too")
    add(
        "--leave",
        type=int,
        action="append",
        default=[],
        metavar="NO",
        help="leave this window to people who click; may be given several times",
    )
    add("--quiet", action="store_true", help="only the table at the end")


def with_keys(arguments: Sequence[str]) -> list[str]:
    """The same arguments with `--token KEY` as `--token=KEY`: one key in sixty-four begins with a dash, and argparse
    would take it for an option."""
    joined: list[str] = []
    for each in arguments:
        if joined and joined[-1] in ("--token", "--kiosk-token"):
            joined[-1] += f"={each}"
        else:
            joined.append(each)
    return joined


def _share(text: str) -> tuple[str, float]:
    key, _, share = text.partition("=")
    try:
        part = float(share)
    except ValueError:
        part = -1.0
    if not key or not 0 <= part <= 1:
        raise argparse.ArgumentTypeError(f'"{text}" is not such as elderly=0.15')
    return key, part


def run(told: argparse.Namespace) -> int:
    """Live a day; 0 at its end, 2 if it could not be lived, 130 or 143 if it was ended by a signal."""
    console = Console()
    try:
        orders = _orders(told)
        return asyncio.run(_live(orders, console))
    except (Unreadable, NotLet, Strange, Refused) as error:
        return _sorry(error)
    except BaseExceptionGroup as errors:
        found, other = errors.split((Unreadable, NotLet, Strange, Refused))
        if found is None or other is not None:
            raise
        return _sorry(_first(found))


def _orders(told: argparse.Namespace) -> Orders:
    if not told.token:
        raise NotLet("give --token, or set TIDEHALL_DAY_TOKEN")
    kiosks = told.kiosk_token or os.environ.get("TIDEHALL_DAY_KIOSK_TOKENS", "").split()
    return Orders(
        sheet=hallsheet.read(told.hall),
        url=told.url,
        token=told.token,
        kiosk_tokens=tuple(kiosks),
        trace=told.trace,
        trace_date=told.date,
        seed=told.seed,
        shares={**visitors.SHARES, **dict(told.shares)},
        open_tidal=told.open_tidal,
        left_to_people=frozenset(told.leave),
        quiet=told.quiet,
    )


async def _live(orders: Orders, console: Console) -> int:
    """The day, as a task that a signal ends."""
    caught: list[int] = []
    loop = asyncio.get_running_loop()

    async def day() -> None:
        async with Client(orders.url, orders.sheet.code, orders.token) as client:
            await Day(orders, client, console).live()

    living = asyncio.create_task(day())

    def end(which: int) -> None:
        caught.append(which)
        living.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    try:
        await living
    except asyncio.CancelledError:
        if not caught:
            raise
        return 128 + caught[0]
    return 0


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _sorry(error: BaseException) -> int:
    hint = " (tidehall hall import HALLFILE)" if getattr(error, "rule", "") == "unknown-hall" else ""
    print(f"day: {error}{hint}", file=sys.stderr)
    return 2
