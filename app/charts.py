"""One measure of a report as a chart, in SVG, with the type and the colours of the pages.

For: `as_svg(report, measure, lang)`: a line along days, weeks and months, bars along the hours of a day,
lying bars (names are long) for everything else. Nothing moves and
nothing is loaded from elsewhere: it can be printed, and shown on a page that allows no script.
What goes wrong: a group without a figure has a gap, never a zero.
pygal is imported by the function that needs it.
"""

import sys
from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width
from xml.etree import ElementTree

from app.core.measures import Measure
from app.reporting import Report

LINES = frozenset({"day", "week", "month", "hour"})
"""Groupings along which time runs."""

GROUPS_AT_MOST = 60
"""More bars than this cannot be told apart; the largest are shown, and lines keep all."""

SVG = "http://www.w3.org/2000/svg"

LINE_HEIGHT = 34
"""Height of a lying bar with the space around it."""

MARGIN = 24

WIDER = 6
"""How many units a Chinese character of a label is wider than the Latin letter for which pygal makes room."""

FACE = (
    "'PingFang SC', 'Microsoft YaHei UI', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', "
    "system-ui, sans-serif"
)
"""The type of displays/web/shared/base.css."""


def pygal_quietly() -> Any:
    """pygal, without the import hook that it leaves behind for its maps: one of a kind that Python no longer asks, which
    warns at every later import."""
    import pygal

    sys.meta_path[:] = [each for each in sys.meta_path if hasattr(each, "find_spec")]
    return pygal


@lru_cache(1)
def _style() -> Any:
    return pygal_quietly().style.Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#51626d",
        foreground_strong="#10202b",
        foreground_subtle="#d5dde2",
        guide_stroke_color="#e9eef1",
        major_guide_stroke_color="#d5dde2",
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
        colors=("#00628c",),
        opacity="1",
        opacity_hover="1",
        transition="0s",
        font_family=FACE,
        title_font_size=20,
        label_font_size=13,
        major_label_font_size=13,
        value_font_size=13,
        no_data_font_size=18,
    )


def as_svg(report: Report, measure: Measure, lang: str) -> bytes:
    """The chart, 960 wide; lying bars are as many lines high as they need."""
    pygal = pygal_quietly()
    english = lang == "en"
    rows = report.rows or (report.total,)
    along = report.by in LINES
    if not along and len(rows) > GROUPS_AT_MOST:
        rows = tuple(sorted(rows, key=lambda row: -(row.figures[measure.key] or 0))[:GROUPS_AT_MOST])
    name = measure.en if english else measure.zh
    options: dict[str, Any] = {
        "style": _style(),
        "js": (),
        "width": 960,
        "show_legend": False,
        "title": f"{name} · {report.period.text}",
        "truncate_label": 32,
        "range": (0, 5) if measure.unit == "level" else None,
        "zero": 0,
        "include_x_axis": True,
        "no_data_text": "No figures" if english else "没有数据",
        "formatter": lambda value: _written(value, measure, english),
        "margin": MARGIN,
        "spacing": 12,
    }
    if measure.unit == "share":
        options["value_formatter"] = lambda value: f"{100 * value:.0f} %"
    few = {"min_scale": 3, "max_scale": 6}
    labels = [row.en if english else row.zh for row in rows]
    figures = [row.figures[measure.key] for row in rows]
    if report.by in ("day", "week", "month"):
        chart = pygal.Line(height=420, dots_size=4, stroke_style={"width": 3}, **options, **few)
        chart.x_labels_major_every = max(1, len(rows) // 12)
        chart.show_minor_x_labels = len(rows) <= 14
    elif along:
        chart = pygal.Bar(height=420, print_values=True, print_values_position="top", **options, **few)
    else:
        height = 110 + LINE_HEIGHT * len(rows)
        written = (_written(figure, measure, english) for figure in figures)
        labels = [f"{label}  {figure}" for label, figure in zip(labels, written, strict=True)][::-1]
        figures.reverse()
        wide = max((sum(east_asian_width(each) in "WF" for each in label) for label in labels), default=0)
        chart = pygal.HorizontalBar(height=height, margin_left=MARGIN + WIDER * wide, **options)
    chart.x_labels = labels
    chart.add(name, figures)
    return _without_scripts(chart.render())


def _without_scripts(svg: bytes) -> bytes:
    """A picture only: pygal writes its settings as a script even where it is given none."""
    ElementTree.register_namespace("", SVG)
    drawn = ElementTree.fromstring(svg)
    for parent in list(drawn.iter()):
        for each in parent.findall(f"{{{SVG}}}script"):
            parent.remove(each)
    done: bytes = ElementTree.tostring(drawn, encoding="utf-8", xml_declaration=True)
    return done


def _written(value: float | None, measure: Measure, english: bool) -> str:
    if value is None:
        return ""
    match measure.unit:
        case "share":
            return f"{100 * value:.0f} %"
        case "min":
            return f"{value:.1f} min" if english else f"{value:.1f} 分钟"
        case "level":
            return f"{value:.2f}"
        case _:
            return f"{value:,.0f}"
