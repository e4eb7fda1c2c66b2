"""The verb `tidehall whatif`: its words.

For: `install`. What it does is in app/whatif/command.py, which is imported when the verb is typed.
"""

from pathlib import Path
from typing import Annotated

import typer

from app.terminal import honest


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("whatif")(whatif)


def whatif(
    day: Annotated[str, typer.Argument(help="a CSV of ticket counts, or a date of the hall's own journal")],
    hall: Annotated[
        str, typer.Option(help="a hall file, `county`, `township`; with a date: the hall's code, or a file")
    ] = "",
    policy: Annotated[
        list[str] | None, typer.Option(help="credit, fifo, priority or ratio; may be given several times")
    ] = None,
    tide: Annotated[
        list[str] | None, typer.Option(help="suggest, confirm, auto, off, recorded; several times")
    ] = None,
    windows: Annotated[
        list[str] | None, typer.Option(help='a change: "7+tax 21@9:00-12:00 22@off"; several times')
    ] = None,
    learn: Annotated[
        bool, typer.Option("--learn", help="which window should learn which second service")
    ] = False,
    slowness: Annotated[
        float, typer.Option(min=0.5, max=5, help="with --learn: of who has just learned a service")
    ] = 1.2,
    on: Annotated[str, typer.Option("--date", help="which day of a CSV (its first)")] = "",
    seed: Annotated[int, typer.Option(help="another seed, other lengths where they were not recorded")] = 1,
    chart: Annotated[Path | None, typer.Option(help="write the waiting over the day as SVG")] = None,
) -> None:
    """假如 Live a recorded day again under other rules, side by side with today's."""
    from app.whatif.command import run

    with honest():
        run(day, hall, policy or [], tide or [], windows or [], learn, slowness, on, seed, chart)
