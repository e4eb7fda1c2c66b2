"""`tidehall report`: figures of a period on the command line, as a table or a file.

For: whoever has the machine and no browser, and for nightly jobs. It reads the same database as a running server.
What goes wrong is said in one line; nothing is written then.
"""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from app.core.errors import Refusal
from app.core.periods import GROUPINGS, grouping
from app.settings import Settings
from app.terminal import fail

FORMATS = ("text", "csv", "xlsx", "json", "return", "svg")

SHOWN = (
    "tickets",
    "served",
    "wait_avg",
    "wait_p90",
    "over_promise_rate",
    "handle_avg",
    "abandoned",
    "missed_calls",
    "response_rate",
    "satisfaction",
)
"""What fits on a terminal; files hold every measure."""


def report(
    period: Annotated[
        str, typer.Option(help="2026-11-23, 2026-W48, 2026-11, 2026, 2026-11-01..2026-11-15; empty: today")
    ] = "",
    by: Annotated[str, typer.Option(help=", ".join(GROUPINGS))] = "service",
    kind: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "text",
    out: Annotated[Path | None, typer.Option(help="the file to write (empty: the terminal)")] = None,
    hall: Annotated[str, typer.Option(help="the hall; may be left out where there is one")] = "",
    lang: Annotated[str, typer.Option(help="zh or en")] = "zh",
    measure: Annotated[str, typer.Option(help="for svg: the measure to draw")] = "wait_p90",
) -> None:
    """报表 Figures of a day, week, month or year, as a table or a file."""
    if kind not in FORMATS:
        fail(
            f"没有 {kind} 格式,请选择:{'、'.join(FORMATS)}", f"No format {kind}; one of: {', '.join(FORMATS)}"
        )
    if lang not in ("zh", "en"):
        fail("语言请选择 zh 或 en", "The language is zh or en")
    if kind in ("xlsx", "return", "svg") and out is None:
        fail("请用 --out 指定文件", "Name the file with --out")
    try:
        body = _made(period, "service" if kind == "return" else by, kind, hall, lang, measure)
    except Refusal as refusal:
        fail(refusal.text("zh"), refusal.text("en"))
    if out is None:
        print(body.decode().removeprefix("\ufeff"))
        return
    try:
        out.write_bytes(body)
    except OSError as error:
        fail(f"无法写入 {out}:{error.strerror}", f"{out} cannot be written: {error.strerror}")
    print(out)


def _made(period: str, by: str, kind: str, hall: str, lang: str, measure: str) -> bytes:
    """The file, in memory. Raises Refusal, StoreTrouble."""
    from app.clock import WallClock
    from app.core.errors import UnknownHall, UnknownMeasure
    from app.core.measures import MEASURE
    from app.office import plan_of
    from app.reporting import month_of, wanted_period
    from app.reporting import report as make
    from app.store.migrate import open_migrated
    from app.store.reports import Reports

    grouping(by)
    if measure not in MEASURE:
        raise UnknownMeasure(measure=measure, known=", ".join(MEASURE))
    settings = Settings()
    database = open_migrated(settings)
    try:
        plan = plan_of(settings, hall)
        if plan is None:
            raise UnknownHall(hall=hall or "?")
        now = WallClock().now().astimezone(ZoneInfo(plan.timezone))
        wanted = wanted_period(period, now)
        if kind == "return":
            month_of(wanted)
        made = make(Reports(database), plan, wanted, by, now)
    finally:
        database.close()
    if kind == "csv":
        from app.sheets import as_csv

        return as_csv(made, lang)
    if kind == "xlsx":
        from app.sheets import as_xlsx

        return as_xlsx(made, lang)
    if kind == "return":
        from app.sheets import monthly_return

        return monthly_return(made, lang)
    if kind == "svg":
        from app.charts import as_svg

        return as_svg(made, MEASURE[measure], lang)
    if kind == "json":
        import msgspec

        rows = [
            {"key": row.key, "name": row.zh, "name_en": row.en, **row.figures}
            for row in (*made.rows, made.total)
        ]
        return msgspec.json.format(msgspec.json.encode(rows), indent=2)
    from app.sheets import as_text

    return as_text(made, SHOWN, lang).encode()
