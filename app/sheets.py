"""Reports as files for spreadsheet programs: CSV, a workbook, and the monthly return that is printed on A4.

For: `as_csv`, `as_xlsx`, `monthly_return`. Formulas of the measures are printed beside the figures: below the table in
CSV, on a second sheet in the workbook, as notes under the return.
Not for: what a figure is (core/measures.py).
What goes wrong: a text that begins like a formula (`=`, `+`, `-`, `@`) is written as text: a hall file, or a clerk's sign-in,
must not calculate in somebody's spreadsheet.
xlsxwriter is imported by the function that needs it: a server starts without it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

from app.core.measures import MEASURE, MEASURES, Measure, Tally, figures
from app.core.plan import HallPlan
from app.reporting import GROUPING_NAMES, Report, Row, rounded

BOM = "\ufeff"
"""Spreadsheet programs take a CSV for their old code page unless it begins with this, and Chinese becomes nonsense."""

UNITS = {
    "count": ("", ""),
    "min": ("分钟", "min"),
    "share": ("", ""),
    "level": ("5–1", "5–1"),
}

FAMILIES = {
    "volume": ("业务量", "Volume"),
    "wait": ("等候", "Waiting"),
    "handling": ("办理", "Handling"),
    "abnormal": ("其他去向", "What went otherwise"),
    "booking": ("预约", "Bookings"),
    "rating": ("评价", "Ratings"),
    "estimate": ("预计", "Estimates"),
    "post": ("在岗", "On post"),
    "tide": ("潮汐", "The tide"),
}

INK, SOFT, ACCENT, TINT, LINE = "#10202B", "#51626D", "#00628C", "#E1F0F6", "#D5DDE2"
"""The colours of the pages (displays/web/shared/base.css)."""

FONT = "Microsoft YaHei"
"""The Chinese font that offices have; a machine without it takes its own."""


def _pick(names: tuple[str, str], lang: str) -> str:
    return names[lang == "en"]


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _title(report: Report, lang: str) -> str:
    hall = report.hall.name_en if lang == "en" else report.hall.name
    by = _pick(GROUPING_NAMES[report.by], lang)
    return f"{hall} · {report.period.text} · {by}"


def _made(report: Report, lang: str) -> str:
    at = f"{report.made_at:%Y-%m-%d %H:%M}"
    if lang == "en":
        going = "; the day is going on" if report.going_on else ""
        return f"Made {at}{going}; definitions version {report.version}"
    going = "，当日尚未结束" if report.going_on else ""
    return f"生成于 {at}{going}；口径第 {report.version} 版"


def _head(measure: Measure, lang: str) -> str:
    name = measure.en if lang == "en" else measure.zh
    unit = "%" if measure.unit == "share" else _pick(UNITS[measure.unit], lang)
    if not unit:
        return name
    return f"{name} ({unit})" if lang == "en" else f"{name}（{unit}）"


# -- CSV --------------------------------------------------------------------------------------------------------


def as_csv(report: Report, lang: str) -> bytes:
    """The report as CSV in UTF-8 with a BOM. Shares are per cent; what is no figure is empty."""
    out = io.StringIO()
    write = csv.writer(out).writerow
    write([_pick(GROUPING_NAMES[report.by], lang), *(_head(each, lang) for each in MEASURES)])
    for row in (*report.rows, report.total):
        write([_safe(row.en if lang == "en" else row.zh), *(_plain(row, each) for each in MEASURES)])
    write([])
    write([_title(report, lang)])
    write([_made(report, lang)])
    for each in MEASURES:
        write(
            [
                each.en if lang == "en" else each.zh,
                each.formula_en if lang == "en" else each.formula_zh,
            ]
        )
    return (BOM + out.getvalue()).encode()


def _plain(row: Row, measure: Measure) -> str:
    value = row.figures[measure.key]
    if value is None:
        return ""
    return (
        f"{100 * value:.2f}" if measure.unit == "share" else f"{value:g}" if value < 1e5 else f"{value:.0f}"
    )


# -- plain text -------------------------------------------------------------------------------------------------


def as_text(report: Report, measures: Sequence[str], lang: str) -> str:
    """Some measures as lines for a terminal; a Chinese character takes two places there."""
    shown = [MEASURE[key] for key in measures]
    table = [[_pick(GROUPING_NAMES[report.by], lang), *(_head(each, lang) for each in shown)]]
    table += [
        [row.en if lang == "en" else row.zh, *(_short(row, each) for each in shown)]
        for row in (*report.rows, report.total)
    ]
    widths = [max(map(_places, column)) for column in zip(*table, strict=True)]
    lines = [_title(report, lang), _made(report, lang), ""]
    for first, *others in table:
        cells = [first + " " * (widths[0] - _places(first))]
        cells += [
            " " * (width - _places(each)) + each for each, width in zip(others, widths[1:], strict=True)
        ]
        lines.append("  ".join(cells))
    return "\n".join(lines)


def _short(row: Row, measure: Measure) -> str:
    value = row.figures[measure.key]
    if value is None:
        return "–"
    if measure.unit == "count":
        return f"{value:g}"
    return f"{100 * value:.1f}" if measure.unit == "share" else f"{value:.1f}"


def _places(text: str) -> int:
    return sum(1 + (east_asian_width(each) in "WF") for each in text)


# -- the workbook -----------------------------------------------------------------------------------------------


class _Book:
    """A workbook in memory, and the formats of this house."""

    def __init__(self) -> None:
        import xlsxwriter

        self._out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._out, {"in_memory": True, "strings_to_formulas": False})

    def style(self, **others: object) -> Any:
        """A format, with the font and the ink of the house."""
        return self.book.add_format(
            {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **others}
        )

    def done(self, title: str, made: datetime) -> bytes:
        """The file."""
        self.book.set_properties({"title": title, "author": "TideHall", "created": made.replace(tzinfo=None)})
        self.book.close()
        return self._out.getvalue()


NUMBERS = {"count": "#,##0", "min": "0.0", "share": "0.0%", "level": "0.00"}


def as_xlsx(report: Report, lang: str) -> bytes:
    """The report as a workbook: the figures, and what each of them means."""
    made = _Book()
    _figures_sheet(made, report, lang)
    _meaning_sheet(made, lang)
    return made.done(_title(report, lang), report.made_at)


def _figures_sheet(made: _Book, report: Report, lang: str) -> None:
    sheet = made.book.add_worksheet("报表 Report")
    head = made.style(bold=True, text_wrap=True, align="center", bg_color=TINT, bottom=1, bottom_color=LINE)
    sheet.write_string(0, 0, _title(report, lang), made.style(bold=True, font_size=14))
    sheet.write_string(1, 0, _made(report, lang), made.style(font_color=SOFT))
    sheet.write_string(3, 0, " ".join(GROUPING_NAMES[report.by]), head)
    sheet.set_row(3, 62)
    band = made.style(
        bold=True, font_color="#FFFFFF", bg_color=ACCENT, align="center", left=1, left_color="#FFFFFF"
    )
    sheet.write_blank(2, 0, None, band)
    for family, first, last in _stretches(MEASURES):
        name = "  ".join(FAMILIES[family])
        if first == last:
            sheet.write_string(2, first + 1, name, band)
        else:
            sheet.merge_range(2, first + 1, 2, last + 1, name, band)
    for column, each in enumerate(MEASURES, 1):
        sheet.write_string(3, column, f"{each.zh}\n{each.en}", head)
    styles = {unit: made.style(num_format=form) for unit, form in NUMBERS.items()}
    strong = {
        unit: made.style(num_format=form, bold=True, top=1, top_color=ACCENT)
        for unit, form in NUMBERS.items()
    }
    names = made.style()
    for line, row in enumerate(report.rows, 4):
        sheet.write_string(line, 0, row.en if lang == "en" else row.zh, names)
        _write_figures(sheet, line, 1, row.figures, MEASURES, styles)
    line = 4 + len(report.rows)
    sheet.write_string(
        line,
        0,
        report.total.en if lang == "en" else report.total.zh,
        made.style(bold=True, top=1, top_color=ACCENT),
    )
    _write_figures(sheet, line, 1, report.total.figures, MEASURES, strong)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, len(MEASURES), 12)
    sheet.freeze_panes(4, 1)
    _printed(sheet, pages_wide=0)
    sheet.repeat_rows(2, 3)
    sheet.repeat_columns(0)


def _stretches(measures: Sequence[Measure]) -> Iterable[tuple[str, int, int]]:
    """(family, first place, last place) of neighbours of one family."""
    first = 0
    for place, each in enumerate(measures):
        if place + 1 == len(measures) or measures[place + 1].family != each.family:
            yield each.family, first, place
            first = place + 1


def _write_figures(
    sheet: Any,
    line: int,
    column: int,
    found: dict[str, float | None],
    measures: Iterable[Measure],
    styles: dict[str, Any],
) -> None:
    for place, each in enumerate(measures, column):
        value = found[each.key]
        if value is None:
            sheet.write_blank(line, place, None, styles[each.unit])
        else:
            sheet.write_number(line, place, value, styles[each.unit])


def _meaning_sheet(made: _Book, lang: str) -> None:
    sheet = made.book.add_worksheet("口径 Definitions")
    head = made.style(bold=True, bg_color=TINT, bottom=1, bottom_color=LINE)
    text = made.style(text_wrap=True, valign="top")
    for column, name in enumerate(("指标", "Measure", "单位 Unit", "公式", "Formula")):
        sheet.write_string(0, column, name, head)
    for line, each in enumerate(MEASURES, 1):
        unit = "%" if each.unit == "share" else " ".join(part for part in UNITS[each.unit] if part)
        for column, words in enumerate((each.zh, each.en, unit, each.formula_zh, each.formula_en)):
            sheet.write_string(line, column, words, text)
        sheet.set_row(line, LINE_POINTS * max(_lines(each.formula_zh, 60), _lines(each.formula_en, 70)))
    for column, width in enumerate((22, 38, 12, 60, 70)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    _printed(sheet)


LINE_POINTS = 15
"""Height of a line of the sheets' type; a row of wrapped text grows by itself in no programme that only prints it."""


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column as wide as so many Latin letters, a word broken off at each end."""
    signs = sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
    return -(-signs // (width - 4))


def _printed(sheet: Any, pages_wide: int = 1) -> None:
    """On A4 across. `pages_wide` 0: as many beside each other as stay readable."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    if pages_wide:
        sheet.fit_to_pages(pages_wide, 0)
    else:
        sheet.set_print_scale(75)
        sheet.print_across()
    sheet.set_footer("&C&9&P / &N")


# -- the monthly return -----------------------------------------------------------------------------------------

RETURN = (
    "tickets",
    "visits",
    "called",
    "served",
    "served_rate",
    "wait_avg",
    "wait_p90",
    "over_promise_rate",
    "handle_avg",
    "abandoned",
    "cancelled",
    "missed_calls",
    "void",
    "response_rate",
    "satisfaction",
)
"""The columns of the monthly return."""


def monthly_return(report: Report, lang: str) -> bytes:
    """The monthly return (业务开展情况月报表) of a report by service: a fixed layout for A4, departments with their
    services, sums, the formulas, and the lines that people sign on."""
    made = _Book()
    en = lang == "en"
    hall = report.hall
    columns = [MEASURE[key] for key in RETURN]
    last = len(columns) + 1
    sheet = made.book.add_worksheet("月报表 Monthly return")
    title = (
        f"Monthly return of services, {report.period.text}"
        if en
        else f"政务服务业务开展情况月报表（{report.period.first:%Y 年 %m 月}）"
    )
    sheet.merge_range(0, 0, 0, last, title, made.style(bold=True, font_size=16, align="center"))
    sheet.set_row(0, 30)
    unit = f"Hall: {hall.name_en}" if en else f"填报单位：{hall.name}"
    sheet.merge_range(1, 0, 1, last // 2, unit, made.style())
    right = _made(report, lang)
    sheet.merge_range(1, last // 2 + 1, 1, last, right, made.style(align="right", font_color=SOFT))
    edge: dict[str, object] = {"border": 1, "border_color": SOFT}
    head = made.style(bold=True, text_wrap=True, align="center", bg_color=TINT, **edge)
    for column, name in enumerate((("部门", "Department"), ("业务", "Service"))):
        sheet.write_string(2, column, _pick(name, lang), head)
    for column, each in enumerate(columns, 2):
        sheet.write_string(2, column, _head(each, lang).replace("（", "\n（").replace(" (", "\n("), head)
    sheet.set_row(2, 46)
    plain = {unit: made.style(num_format=form, **edge) for unit, form in NUMBERS.items()}
    strong = {
        unit: made.style(num_format=form, bold=True, bg_color="#F4F6F7", **edge)
        for unit, form in NUMBERS.items()
    }
    bold = made.style(bold=True, bg_color="#F4F6F7", **edge)
    cell = made.style(text_wrap=True, **edge)
    line = 3
    for names, rows, tally in _departments(report, hall):
        first = line
        for row in rows:
            sheet.write_string(line, 1, row.en if en else row.zh, cell)
            _write_figures(sheet, line, 2, row.figures, columns, plain)
            line += 1
        if line - first > 1:
            sheet.merge_range(first, 0, line - 1, 0, _pick(names, lang), cell)
        else:
            sheet.write_string(first, 0, _pick(names, lang), cell)
        if len(rows) == 1:
            continue
        sheet.write_string(line, 0, "", bold)
        sheet.write_string(line, 1, "Subtotal" if en else "小计", bold)
        found = {key: rounded(key, value) for key, value in figures(tally).items()}
        _write_figures(sheet, line, 2, found, columns, strong)
        line += 1
    sheet.merge_range(line, 0, line, 1, "Total" if en else "合计", bold)
    _write_figures(sheet, line, 2, report.total.figures, columns, strong)
    line += 2
    signs = (
        ("Head of hall:", "Statistics:", "Filled in by:", "Telephone:", "Date:")
        if en
        else ("单位负责人：", "统计负责人：", "填表人：", "联系电话：", "报出日期：    年  月  日")
    )
    for place, words in enumerate(signs):
        sheet.write_string(line, place * 3, words, made.style())
    line += 2
    note = made.style(font_size=8, font_color=SOFT, text_wrap=True, valign="top")
    sheet.merge_range(line, 0, line, last, "Notes" if en else "说明", made.style(font_size=8, bold=True))
    for each in columns:
        line += 1
        words = f"{each.en}: {each.formula_en}." if en else f"{each.zh}：{each.formula_zh}。"
        sheet.merge_range(line, 0, line, last, words, note)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, last, 8.5)
    sheet.repeat_rows(2)
    sheet.print_area(0, 0, line, last)
    _printed(sheet)
    sheet.center_horizontally()
    return made.done(title, report.made_at)


def _departments(report: Report, hall: HallPlan) -> Iterable[tuple[tuple[str, str], list[Row], Tally]]:
    """Each department's names, the rows of its services and their sum; services of none at the end."""
    zones: dict[str, list[Row]] = {}
    for row in report.rows:
        service = hall.service.get(row.key)
        zones.setdefault(service.zone if service else "", []).append(row)
    order = {zone.code: place for place, zone in enumerate(hall.zones)}
    for code in sorted(zones, key=lambda code: order.get(code, len(order))):
        zone = hall.zone.get(code)
        whole = Tally()
        for row in zones[code]:
            whole.add(row.tally)
        yield (zone.name, zone.name_en) if zone else ("其他", "Others"), zones[code], whole
