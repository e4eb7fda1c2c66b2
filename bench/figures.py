"""Medians, ranges, percentiles, and the table.

For: the arithmetic of the benchmark, pure. A measured figure is the median of the runs with its range; single ratios
scatter by a third on a shared machine, so none is shown alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie: the nearest rank."""
    if not values:
        raise ValueError("no values were measured, so there is no percentile of them")
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def number(value: float) -> str:
    """A figure with as many digits as it deserves: 0.463, 1.34, 17.2, 512."""
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def spread(values: Sequence[float]) -> str:
    """Median and range: `1.34 (1.08 to 1.80)`."""
    if not values:
        return "-"
    return f"{number(median(values))} ({number(min(values))} to {number(max(values))})"


@dataclass(frozen=True, slots=True)
class Bound:
    """What a goal asks of a ratio: at most `limit`, or at least it."""

    limit: float
    at_least: bool = False

    def holds(self, value: float) -> bool:
        """Whether `value` meets it."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `ratios`: one of each run. `here`: the absolute figures behind it, of this machine on
    this day, to be read and forgotten. Without a `goal` it is told for information."""

    name: str
    what: str
    reference: str
    ratios: tuple[float, ...]
    goal: Bound | None = None
    stretch: Bound | None = None
    here: str = ""

    def verdict(self) -> str:
        """`stretch`, `goal`, `missed`, or nothing for information."""
        if self.goal is None or not self.ratios:
            return ""
        middle = median(self.ratios)
        if self.stretch is not None and self.stretch.holds(middle):
            return "stretch"
        return "goal" if self.goal.holds(middle) else "**missed**"


HEAD = ("", "what", "against", "measured: median (range)", "goal", "stretch", "met", "seen here")


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + " --- |" * len(HEAD)]
    for row in rows:
        cells = (
            row.name,
            row.what,
            row.reference,
            spread(row.ratios),
            str(row.goal or ""),
            str(row.stretch or ""),
            row.verdict(),
            row.here,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
