"""The table at the end of a day, and the line that is shown while it lasts.

For: `day_tables`, `progress_line`. Both take figures and give what rich prints; nothing is asked of anybody.
Not for: working the figures out (daybook.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from simulators.daybook import Figures, Waits
from simulators.hallsheet import HallSheet, Window

WIDE = 100
"""Columns of a terminal from which on names stand there in English too."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """How a window was used: people served, minutes busy (somebody called or served), minutes open."""

    served: int
    busy: float
    open: float


def progress_line(now: datetime, issued: int, waiting: int) -> str:
    """The day so far."""
    return f"{now:%m-%d %H:%M}  取号 tickets {issued}  等候 waiting {waiting}"


def day_tables(
    sheet: HallSheet,
    lines: Sequence[Figures],
    total: Figures,
    staffing: Mapping[int, Staffing],
    width: int,
) -> Iterator[RenderableType]:
    """The table of services and the table of windows."""
    wide = width >= WIDE
    yield _services(sheet, lines, total, wide)
    yield _windows(sheet.windows, staffing, wide)


def _table(title: str, first: str, *rest: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column(first, overflow="fold")
    for each in rest:
        table.add_column(each, justify="right", no_wrap=True)
    return table


def _named(zh: str, en: str, wide: bool) -> Text:
    return Text.assemble(zh, (f"  {en}", "dim")) if wide else Text(zh)


def _minutes(waits: Waits) -> tuple[str, str, str]:
    return tuple("-" if each is None else f"{each:.1f}" for each in (waits.mean, waits.median, waits.p90))  # type: ignore[return-value]


def _services(sheet: HallSheet, lines: Sequence[Figures], total: Figures, wide: bool) -> Table:
    table = _table(
        "等候（分钟） Waits in minutes",
        "业务\nService",
        "取号\ntickets",
        "办结\nserved",
        "平均\nmean",
        "中位\nmedian",
        "九成内\np90",
        "未到\nabsent",
        "在厅\nleft",
    )
    names = {each.code: _named(each.name, each.name_en, wide) for each in sheet.services}
    for each in lines:
        if each.tickets:
            table.add_row(names.get(each.service, Text(each.service)), *_row(each))
    table.add_section()
    table.add_row(_named("合计", "All", True), *_row(total), style="bold")
    return table


def _row(line: Figures) -> tuple[str, ...]:
    return (
        str(line.tickets),
        str(line.served),
        *_minutes(line.waits),
        str(line.did_not_come or "-"),
        str(line.left or "-"),
    )


def _windows(windows: Sequence[Window], staffing: Mapping[int, Staffing], wide: bool) -> Table:
    table = _table(
        "窗口利用率 Utilisation of windows",
        "窗口\nWindow",
        "号\nno",
        "办结\nserved",
        "开窗小时\nopen h",
        "忙碌率\nbusy",
        "最低-最高\nlow-high",
    )
    for group in _groups(windows):
        used = [staffing[each.no] for each in group if each.no in staffing and staffing[each.no].open > 0]
        name = _named(group[0].name or group[0].kind, group[0].name_en, wide)
        numbers = str(group[0].no) if len(group) == 1 else f"{group[0].no}-{group[-1].no}"
        if used:
            table.add_row(name, numbers, *_use(used))
    everywhere = [each for each in staffing.values() if each.open > 0]
    if everywhere:
        table.add_section()
        table.add_row(_named("合计", "All", True), str(len(everywhere)), *_use(everywhere), style="bold")
    return table


def _groups(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """Neighbours with one name and one kind, together."""
    group: list[Window] = []
    for each in windows:
        if group and (each.name, each.kind, each.no) != (group[0].name, group[0].kind, group[-1].no + 1):
            yield group
            group = []
        group.append(each)
    if group:
        yield group


def _use(used: Sequence[Staffing]) -> tuple[str, str, str, str]:
    shares = [100 * each.busy / each.open for each in used]
    busy, opened = sum(each.busy for each in used), sum(each.open for each in used)
    spread = f"{min(shares):.0f}-{max(shares):.0f} %" if len(shares) > 1 else ""
    return (
        str(sum(each.served for each in used)),
        f"{opened / 60:.1f}",
        f"{100 * busy / opened:.0f} %",
        spread,
    )
