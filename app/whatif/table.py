"""The comparison as tables of a terminal.

For: `comparison(…)` and `lessons(…)`, what rich prints. Rules stand side by side, today's first; the best figure of a row
is bold where less is better.
Not for: working anything out (figures.py).
"""

from collections.abc import Callable, Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from app.core.plan import ORDINARY, HallPlan
from app.whatif.figures import Figures, Waits
from app.whatif.learn import Lesson

TIDES = {
    "recorded": "按记录\nrecorded",
    "off": "关\noff",
    "suggest": "建议\nsuggest",
    "confirm": "确认\nconfirm",
    "auto": "自动\nauto",
}
"""The tides as two lines of a head: six columns have room on a terminal of eighty."""

NONE = Waits()


def comparison(plan: HallPlan, columns: Sequence[Figures], width: int) -> Iterator[Table]:
    """All rules side by side, as many as have room in `width` characters; where they have not, the others follow below,
    each time beside today's."""
    today, *others = columns
    words = (word for each in columns for word in (each.policy, each.tide, *each.windows.split()))
    room = max(1, (width - NAMES - 1) // (max(7, *map(len, words)) + 2) - 1)
    for begin in range(0, max(1, len(others)), room):
        yield _table(plan, [today, *others[begin : begin + room]])


NAMES = 23
"""Characters for the names of the rows."""


def _table(plan: HallPlan, columns: Sequence[Figures]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    table.add_column("规则\nRule", width=NAMES)
    for place, each in enumerate(columns):
        mark = "今天\ntoday" if place == 0 else "\n"
        head = f"{mark}\n{each.policy}\n{TIDES[each.tide]}" + "".join(
            f"\n{word}" for word in each.windows.split()
        )
        table.add_column(head, justify="right", min_width=7, no_wrap=True)
    promise = f"{plan.rules.promise_minutes:g}"
    _block(table, columns, "等候分钟 Waits, min", lambda each: each.waits, promise)
    keys = list(dict.fromkeys(key for each in columns for key in each.classes))
    if len(keys) > 1:
        for key in sorted(keys, key=lambda each: (each != ORDINARY, each)):
            kind = plan.priority_class.get(key)
            name = f"{kind.name}\n{kind.name_en}" if kind else key
            _block(table, columns, name, lambda each, key=key: each.classes.get(key, NONE), promise)  # type: ignore[misc]
    rows: list[tuple[str, Callable[[Figures], float], str, bool]] = [
        ("被超过 overtakes", lambda each: each.overtakes, "{:.0f}", True),
        ("  一人最多 at most", lambda each: each.most_overtaken, "{:.0f}", True),
        ("利用率 utilisation %", lambda each: 100 * each.utilisation, "{:.0f}", False),
        ("人工小时 clerk-hours", lambda each: each.clerk_hours, "{:.0f}", True),
        ("  潮汐窗口 tidal", lambda each: each.tidal_hours, "{:.1f}", True),
        ("潮汐开关 switches", lambda each: each.switches, "{:.0f}", True),
        ("办结 served", lambda each: each.served, "{:.0f}", False),
        ("未办离开 gave up", lambda each: each.gave_up, "{:.0f}", True),
        ("未取到号 turned away", lambda each: sum(each.turned_away.values()), "{:.0f}", True),
    ]
    for name, value, shown, less in rows:
        if any(value(each) for each in columns):
            _row(table, columns, name, value, shown, less)
    return table


def _block(
    table: Table, columns: Sequence[Figures], name: str, waits: Callable[[Figures], Waits], promise: str
) -> None:
    people = sorted({waits(each).people for each in columns})
    counted = f"{people[0]}" if len(people) == 1 else f"{people[0]}-{people[-1]}"
    table.add_row(Text.assemble((name, "bold"), f"  {counted}"))
    _row(table, columns, "  平均 mean", lambda each: waits(each).mean, "{:.1f}", True)
    _row(table, columns, "  中位 p50", lambda each: waits(each).p50, "{:.1f}", True)
    _row(table, columns, "  九成内 p90", lambda each: waits(each).p90, "{:.1f}", True)
    _row(table, columns, "  最长 max", lambda each: waits(each).max, "{:.0f}", True)
    _row(table, columns, f"  超过 over {promise} min", lambda each: 100 * waits(each).over, "{:.1f} %", True)
    table.add_section()


def _row(
    table: Table,
    columns: Sequence[Figures],
    name: str,
    value: Callable[[Figures], float],
    shown: str,
    less: bool,
) -> None:
    said = [shown.format(value(each)) for each in columns]
    least = shown.format(min(value(each) for each in columns))
    styled = [
        Text(each, style="bold green" if less and each == least and len(set(said)) > 1 else "")
        for each in said
    ]
    table.add_row(name, *styled)


def lessons(plan: HallPlan, found: Sequence[Lesson]) -> Table:
    """The lessons, the best first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("窗口 Window", no_wrap=True)
    table.add_column("学会 learns")
    table.add_column("平均等候变化\nmean wait", justify="right")
    table.add_column(f"超 {plan.rules.promise_minutes:g} 分钟者\nover the promise", justify="right")
    table.add_column("该业务平均\nmean of the service", justify="right")
    table.add_column("各日相差\nspread", justify="right")
    for each in found:
        window, service = plan.window[each.window], plan.service[each.service]
        table.add_row(
            f"{each.window} {window.name}",
            f"{service.name} {service.name_en}",
            f"{each.mean:+.2f}",
            f"{100 * each.over:+.1f} %",
            f"{each.service_mean:+.2f}",
            f"{each.spread:.2f}" if each.days > 1 else "-",
        )
    return table
