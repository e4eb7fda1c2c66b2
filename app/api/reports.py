"""Reports over HTTP: figures of any stretch of time, as JSON, CSV, a workbook, a chart, and the monthly return.

For supervisors and administrators, and for programs such as a city's board; figures of each clerk are for people only.
Nobody in person stands in a report but clerks by their sign-in. Counting runs in a thread, one report at a time.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Query, Request, Response
from pydantic import Field

from app.api.deps import caller, hall_service, house
from app.api.lean import LeanRouter
from app.api.problems import language
from app.api.schemas import Shape
from app.api.tickets import PROBLEMS
from app.core.errors import UnknownMeasure
from app.core.periods import GROUPINGS, grouping
from app.core.rights import Action

if TYPE_CHECKING:
    from app.reporting import Report, Row

router = LeanRouter("/api/v1/halls/{hall}/reports", "reports", PROBLEMS)

PERIOD = Query(
    "",
    max_length=40,
    description="a day `2026-11-23`, a week `2026-W48`, a month `2026-11`, a year `2026`, or two days "
    "`2026-11-01..2026-11-15`; nothing: today",
)
BY = Query("total", max_length=40, description=f"one of: {', '.join(GROUPINGS)}")
LANG = Query("", pattern="^(zh|en)?$", description="language of a file; nothing: as Accept-Language wants it")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PeriodOut(Shape):
    """The days of a report, first and last counted. `kind`: day, week, month, year or range."""

    kind: str
    text: str
    first: date
    last: date
    days: int


class MeasureOut(Shape):
    """What a figure means. `unit`: count, min (minutes), share (0 to 1), level (1 to 5)."""

    key: str
    family: str
    unit: str
    name: str
    name_en: str
    formula: str
    formula_en: str


class ReportRow(Shape):
    """One group. `figures` by the key of the measure; null is no figure, which is not zero. `levels`: how often each
    rating was given; `pauses`: minutes of windows by the reason of the pause."""

    key: str
    name: str
    name_en: str
    figures: dict[str, float | None]
    levels: dict[str, int]
    pauses: dict[str, float]


class ReportOut(Shape):
    """A report. `going_on`: it holds today, which is not over. `version`: of the definitions."""

    hall: str
    period: PeriodOut
    by: str
    by_name: str
    by_name_en: str
    made_at: datetime
    going_on: bool
    version: int
    promise_minutes: float = Field(
        description="what the hall promises now; each visit is held to the promise of its day"
    )
    measures: list[MeasureOut]
    rows: list[ReportRow]
    total: ReportRow


class ReportDaysOut(Shape):
    """The first and the last day that a report can speak of; null while there is none. `groupings`, `measures`: what can
    be asked for."""

    first: date | None
    last: date | None
    groupings: dict[str, list[str]]
    measures: list[MeasureOut]


class Download(Response):
    """A file."""


def _measures() -> list[MeasureOut]:
    from app.core.measures import MEASURES

    return [
        MeasureOut(
            key=each.key,
            family=each.family,
            unit=each.unit,
            name=each.zh,
            name_en=each.en,
            formula=each.formula_zh,
            formula_en=each.formula_en,
        )
        for each in MEASURES
    ]


def _row(row: "Row") -> ReportRow:
    return ReportRow(
        key=row.key, name=row.zh, name_en=row.en, figures=row.figures, levels=row.levels, pauses=row.pauses
    )


async def _made(request: Request, hall: str, period: str, by: str, *, month: bool = False) -> "Report":
    """The report that is asked for. Raises Refusal, StoreTrouble."""
    from app.reporting import month_of, report, wanted_period

    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.SEE_REPORTS, hall)
    if grouping(by) == "clerk":
        who.must(Action.SEE_CLERK_FIGURES, hall)
    rooms = house(request)
    plan = service.hall.plan
    now = rooms.clock.now().astimezone(ZoneInfo(plan.timezone))
    wanted = wanted_period(period, now)
    if month:
        month_of(wanted)
    return await asyncio.to_thread(report, rooms.reports(), plan, wanted, by, now)


@router.get("", response_model=ReportOut)
async def see_report(request: Request, hall: str, period: str = PERIOD, by: str = BY) -> ReportOut:
    """The figures of a period by group, with their formulas."""
    from app.reporting import GROUPING_NAMES

    made = await _made(request, hall, period, by)
    names = GROUPING_NAMES[made.by]
    return ReportOut(
        hall=hall,
        period=PeriodOut(
            kind=made.period.kind,
            text=made.period.text,
            first=made.period.first,
            last=made.period.last,
            days=made.period.days,
        ),
        by=made.by,
        by_name=names[0],
        by_name_en=names[1],
        made_at=made.made_at,
        going_on=made.going_on,
        version=made.version,
        promise_minutes=made.hall.rules.promise_minutes,
        measures=_measures(),
        rows=[_row(each) for each in made.rows],
        total=_row(made.total),
    )


@router.get("/days", response_model=ReportDaysOut)
async def report_days(request: Request, hall: str) -> ReportDaysOut:
    """Of which days there are figures, how they can be grouped, and what each means."""
    from app.reporting import GROUPING_NAMES

    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.SEE_REPORTS, hall)
    days = await asyncio.to_thread(house(request).reports().days, service.code)
    first, last = (date.fromisoformat(day) for day in days) if days else (None, None)
    return ReportDaysOut(
        first=first,
        last=last,
        groupings={key: list(names) for key, names in GROUPING_NAMES.items()},
        measures=_measures(),
    )


@router.get("/table.csv", response_class=Response, response_model=None)
async def report_csv(
    request: Request, hall: str, period: str = PERIOD, by: str = BY, lang: str = LANG
) -> Download:
    """The figures as CSV, for spreadsheet programs."""
    from app.sheets import as_csv

    made = await _made(request, hall, period, by)
    return await _file(request, made, lang, as_csv, "text/csv; charset=utf-8", "csv")


@router.get("/table.xlsx", response_class=Response, response_model=None)
async def report_xlsx(
    request: Request, hall: str, period: str = PERIOD, by: str = BY, lang: str = LANG
) -> Download:
    """The figures as a workbook, with a sheet of formulas."""
    from app.sheets import as_xlsx

    made = await _made(request, hall, period, by)
    return await _file(request, made, lang, as_xlsx, XLSX, "xlsx")


@router.get("/return.xlsx", response_class=Response, response_model=None)
async def report_return(
    request: Request,
    hall: str,
    period: str = Query(max_length=40, description="a month: `2026-11`"),
    lang: str = LANG,
) -> Download:
    """The monthly return, laid out for A4: departments with their services, formulas, and the lines to sign."""
    from app.sheets import monthly_return

    made = await _made(request, hall, period, "service", month=True)
    return await _file(request, made, lang, monthly_return, XLSX, "xlsx")


@router.get("/chart.svg", response_class=Response, response_model=None)
async def report_chart(
    request: Request,
    hall: str,
    period: str = PERIOD,
    by: str = BY,
    measure: str = Query("wait_p90", max_length=40, description="the key of a measure"),
    lang: str = LANG,
) -> Download:
    """One measure as a picture."""
    from app.charts import as_svg
    from app.core.measures import MEASURE

    known = MEASURE.get(measure)
    if known is None:
        raise UnknownMeasure(measure=measure[:40], known=", ".join(MEASURE))
    made = await _made(request, hall, period, by)

    def drawn(of: "Report", lang: str) -> bytes:
        return as_svg(of, known, lang)

    return await _file(request, made, lang, drawn, "image/svg+xml", "svg")


async def _file(
    request: Request,
    made: "Report",
    lang: str,
    write: "Callable[[Report, str], bytes]",
    kind: str,
    ending: str,
) -> Download:
    body = await asyncio.to_thread(write, made, lang or language(request))
    name = quote(f"{made.hall.code}-{made.period.text}-{made.by}.{ending}".replace("..", "_"))
    shown = "inline" if ending == "svg" else "attachment"
    headers = {
        "content-disposition": f'{shown}; filename="{name}"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Download(body, media_type=kind, headers=headers)
