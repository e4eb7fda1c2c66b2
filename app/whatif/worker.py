"""A comparison in a process of its own, so that no hall waits for it.

    in   (stdin, one JSON document)     {"database": "sqlite:///…", "hall": "county", "day": "2026-11-23", …}
    out  (stdout, JSON lines)           {"lived": {"day": "2026-11-23", "people": 1198, …}}    the day was read
                                        {"column": {"policy": "credit", …}}                    one for each rule
                                        {"chart": "<svg …"}                                    the last
                                        {"share": 0.4}, then {"lessons": […]}                  instead of these two
                                        {"wrong": ["…", "…"]}                                  instead: Chinese, English

For: `Asked`, `compare(asked, say)`, `compare_elsewhere(asked)`, which talks with the process, and `python -m
app.whatif.worker`, which is it. It reads the journal itself, runs with the lowest priority of the machine, and is ended
when nobody listens any more.
Not for: command lines, which wait anyway (app/whatifcli.py).
What goes wrong: `Unreadable` if the question makes no sense, `WorkerFailed` with the last words of the process.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import date

import msgspec

from app.whatif.day import Unreadable
from app.whatif.figures import Figures, Waits, figures, waits_of
from app.whatif.journalday import OTHER_DAYS
from app.whatif.learn import SLOWNESS, Lesson, learn
from app.whatif.play import play
from app.whatif.rules import rules_of

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes of one line at most; a picture has some 60,000."""

MOST_RULES = 12
"""Rules compared at once: more lines than that nobody tells apart, and each takes a second."""


class Asked(msgspec.Struct, frozen=True):
    """What is to be compared: a day of the journal of `hall`, in the words of the command line. `learn`: instead, which
    window should learn which service under the last of the rules, `slowness` slower at it."""

    database: str
    hall: str
    day: date
    policies: tuple[str, ...] = ()
    tides: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    seed: int = 1
    learn: bool = False
    slowness: float = SLOWNESS


class Lived(msgspec.Struct, frozen=True):
    """The day that is lived again. `as_it_was`: the waits that were recorded. `rules`: how many columns will come."""

    day: date
    people: int
    promise_minutes: float
    as_it_was: Waits
    rules: int
    remarks: tuple[tuple[str, str], ...] = ()


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the process: exactly one of these."""

    lived: Lived | None = None
    column: Figures | None = None
    chart: str | None = None
    share: float | None = None
    lessons: tuple[Lesson, ...] | None = None
    wrong: tuple[str, str] | None = None


class WorkerFailed(Exception):
    """The process ended without its answer; its last words."""


def compare(asked: Asked, say: Callable[[Line], None]) -> None:
    """The lines, one after another, here. Raises Unreadable, StoreTrouble."""
    from app.settings import Settings
    from app.store.database import open_database
    from app.store.journal import SqlJournal
    from app.whatif.chart import svg
    from app.whatif.journalday import read_days

    database = open_database(Settings(database=asked.database))
    try:
        many = 1 + OTHER_DAYS if asked.learn else 1
        plan, days = read_days(SqlJournal(database), asked.hall, asked.day, asked.seed, many)
    finally:
        database.close()
    day = days[0]
    rules = rules_of(plan, asked.policies, asked.tides, asked.windows, recorded=True)
    if len(rules) > MOST_RULES:
        raise Unreadable(
            f"一次最多比较 {MOST_RULES} 种规则,这里有 {len(rules)} 种",
            f"At most {MOST_RULES} rules are compared at once; these are {len(rules)}",
        )
    promise = plan.rules.promise_minutes
    count = 1 if asked.learn else len(rules)
    as_it_was = waits_of(day.waits, promise)
    say(Line(lived=Lived(day.date, len(day.visitors), promise, as_it_was, count, day.remarks)))
    if asked.learn:
        say(
            Line(
                lessons=learn(
                    plan,
                    days,
                    rules[-1],
                    slowness=asked.slowness,
                    progress=lambda share: say(Line(share=share)),
                )
            )
        )
        return
    made: list[Figures] = []
    for rule in rules:
        made.append(figures(play(plan, day, rule), promise))
        say(Line(column=made[-1]))
    say(Line(chart=svg(made, title=f"{plan.name} {day.date}").decode()))


async def compare_elsewhere(asked: Asked) -> AsyncGenerator[Line, None]:
    """The same in a process of its own; whoever stops listening ends it. Raises Unreadable, WorkerFailed."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.whatif.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    words = asyncio.ensure_future(child.stderr.read())
    decoder = msgspec.json.Decoder(Line)
    last = Line()
    try:
        with suppress(BrokenPipeError, ConnectionResetError):
            child.stdin.write(msgspec.json.encode(asked))
            await child.stdin.drain()
            child.stdin.close()
        while text := await child.stdout.readline():
            last = decoder.decode(text)
            if last.wrong is not None:
                raise Unreadable(*last.wrong)
            yield last
        if last.chart is None and last.lessons is None:
            said = (await words).decode(errors="replace").strip().splitlines()
            raise WorkerFailed(said[-1] if said else f"exit code {await child.wait()}")
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
        words.cancel()
        await child.wait()


def main() -> None:
    """Read the question, write the lines."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends this process itself
    with suppress(OSError, AttributeError):
        os.nice(19)
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Asked)

    def say(line: Line) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
        sys.stdout.buffer.flush()

    with suppress(BrokenPipeError):
        try:
            compare(asked, say)
        except Unreadable as wrong:
            say(Line(wrong=(wrong.zh, wrong.en)))


if __name__ == "__main__":
    main()
