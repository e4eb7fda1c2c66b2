"""`tidehall whatif`: a day that was, under other rules.

For: `run`, behind the verb of app/whatifcli.py: what it reads, the progress bar, the table, the chart.
Not for: living the day (play.py).
What goes wrong is said in one line on stderr, in Chinese and English, and the exit code is 1.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.core.plan import HallPlan
from app.settings import Settings
from app.terminal import fail, hall_path
from app.whatif.day import Day, Unreadable
from app.whatif.figures import Figures, figures
from app.whatif.journalday import OTHER_DAYS
from app.whatif.play import play
from app.whatif.rules import Rule, rules_of

_plan: HallPlan | None = None
_days: Sequence[Day] = ()


def run(
    day: str,
    hall: str,
    policies: Sequence[str],
    tides: Sequence[str],
    windows: Sequence[str],
    learn: bool,
    slowness: float,
    on: str,
    seed: int,
    chart: Path | None,
) -> None:
    """Print the comparison, or what should be learned. Raises SystemExit."""
    console = Console()
    try:
        plan, days, recorded = _read(day, hall, on, seed, 1 + OTHER_DAYS if learn else 1)
        rules = rules_of(plan, policies, tides, windows, recorded=recorded)
    except Unreadable as wrong:
        fail(wrong.zh, wrong.en)
    lived = days[0]
    console.print(
        f"{plan.name} {plan.name_en}  {lived.date}  {len(lived.visitors)} 人 people",
        style="bold",
        highlight=False,
    )
    for zh, en in lived.remarks:
        console.print(f"{zh} | {en}", style="yellow", highlight=False, markup=False)
    if learn:
        _learn(console, plan, days, rules[-1], slowness)
    else:
        _compare(console, plan, lived, rules, chart)


def _read(day: str, hall: str, on: str, seed: int, many: int) -> tuple[HallPlan, list[Day], bool]:
    """The hall, the day, and whether it is of its own journal. With `many` further days: those before it in the journal, or
    the same people with other lengths of service."""
    from app.whatif.csvday import of_csv

    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        plan = _plan_of(hall or "county")
        try:
            lines = Path(day).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Unreadable(f"无法读取 {day}:{error}", f"{day} cannot be read: {error}") from error
        try:
            which = date.fromisoformat(on) if on else None
        except ValueError:
            raise Unreadable(
                f"{on} 不是日期(例如 2026-11-23)", f"{on} is no date such as 2026-11-23"
            ) from None
        return plan, [of_csv(lines, plan, seed + each, which) for each in range(many)], False
    return _of_journal(wanted, hall, seed, many)


def _of_journal(wanted: date, hall: str, seed: int, many: int) -> tuple[HallPlan, list[Day], bool]:
    from app.store.database import open_database
    from app.store.journal import SqlJournal
    from app.whatif.journalday import read_days

    database = open_database(Settings())
    try:
        journal = SqlJournal(database)
        halls = journal.halls()
        file = _plan_of(hall) if hall and hall not in halls else None
        code = file.code if file else hall or (halls[0] if len(halls) == 1 else "")
        if code not in halls:
            there = ", ".join(halls) or "-"
            raise Unreadable(
                f"请用 --hall 指明大厅;数据库中有 {there}",
                f"Name the hall with --hall; the database has {there}",
            )
        plan, days = read_days(journal, code, wanted, seed, many)
    finally:
        database.close()
    return file or plan, days, True


def _plan_of(name: str) -> HallPlan:
    from app.hallfile import load, report

    path = hall_path(name)
    plan, findings = load(path)
    if plan is None:
        said = report(path.name, plan, findings)
        raise Unreadable(f"大厅文件 {path} 有误:\n{said}", f"The hall file {path} has mistakes")
    return plan


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _compare(console: Console, plan: HallPlan, day: Day, rules: Sequence[Rule], chart: Path | None) -> None:
    from app.whatif.table import comparison

    made: list[Figures] = []
    with _progress(console) as bar:
        task = bar.add_task("", total=float(len(rules)))
        for place, rule in enumerate(rules):
            bar.update(task, description=rule.name)
            run = play(
                plan,
                day,
                rule,
                progress=lambda share, place=place: bar.update(task, completed=place + share),  # type: ignore[misc]
            )
            made.append(figures(run, plan.rules.promise_minutes))
    if day.waits:
        mean = sum(day.waits) / len(day.waits)
        console.print(
            f"当天实际平均等候 {mean:.1f} 分钟,重放 {made[0].waits.mean:.1f} | "
            f"mean wait as it was {mean:.1f} min, lived again {made[0].waits.mean:.1f}",
            highlight=False,
        )
    for table in comparison(plan, made, console.width):
        console.print(table)
    if chart is not None:
        from app.whatif.chart import svg

        try:
            chart.write_bytes(svg(made, title=f"{plan.name} {day.date}"))
        except OSError as error:
            fail(f"无法写入 {chart}:{error}", f"{chart} cannot be written: {error}")
        console.print(str(chart), highlight=False)


def _learn(console: Console, plan: HallPlan, days: Sequence[Day], rule: Rule, slowness: float) -> None:
    from app.whatif.learn import learn
    from app.whatif.table import lessons

    with _progress(console) as bar:
        task = bar.add_task("逐一试行 Trying", total=1.0)
        found = learn(
            plan,
            days,
            rule,
            slowness=slowness,
            tried=lambda wanted, done: _at_a_time(plan, days, wanted, done),
            progress=lambda share: bar.update(task, completed=share),
        )
    if not found:
        console.print(
            "没有哪个窗口多学一项业务能缩短等候 | No window that learns a second service makes waiting shorter"
        )
        return
    console.print(lessons(plan, found))


def _at_a_time(
    plan: HallPlan, days: Sequence[Day], wanted: Sequence[tuple[int, Rule]], done: Callable[[int], None]
) -> list[Figures]:
    """As many at a time as the machine has cores, in the order in which they were wanted."""
    if not wanted:
        return []
    workers = min(len(wanted), os.cpu_count() or 1)
    with ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_prepare, initargs=(plan, days)
    ) as pool:
        return _counted(pool.map(_one, wanted), done)


def _counted(coming: Iterable[Figures], done: Callable[[int], None]) -> list[Figures]:
    made: list[Figures] = []
    for each in coming:
        made.append(each)
        done(len(made))
    return made


def _prepare(plan: HallPlan, days: Sequence[Day]) -> None:
    global _plan, _days
    _plan, _days = plan, days


def _one(wanted: tuple[int, Rule]) -> Figures:
    assert _plan is not None
    day, rule = wanted
    return figures(play(_plan, _days[day], rule), _plan.rules.promise_minutes)
