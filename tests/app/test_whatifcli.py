"""`tidehall whatif`, as it is typed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import app
from app.core.events import Event, PlanAdopted
from app.core.plan import HallPlan
from app.core.record import Recorded, Writing
from app.settings import Settings
from app.store.database import open_database
from app.store.journal import SqlJournal
from app.whatif.day import Day
from app.whatif.figures import Figures
from app.whatif.learn import trier
from app.whatif.rules import Rule
from tests.app.core.hands import MONDAY
from tests.app.whatif.days import csv_lines, lived
from tests.database import migrate

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("TIDEHALL_DATABASE", f"sqlite:///{tmp_path}/hall.db")
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *arguments: CliRunner().invoke(app, ["whatif", *arguments])


@pytest.fixture
def day(tmp_path: Path) -> str:
    path = tmp_path / "day.csv"
    path.write_text("\n".join(csv_lines(hours=1, per_hour=90)) + "\n")
    return str(path)


def test_rules_stand_side_by_side_and_the_picture_is_written(run: Run, day: str, tmp_path: Path) -> None:
    chart = tmp_path / "day.svg"
    done = run(day, "--hall", "county", "--policy", "fifo", "--tide", "off", "--chart", str(chart))
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any("credit" in line and "fifo" in line for line in lines)
    for word in ("平均 mean", "p50", "p90", "max", "overtakes", "utilisation", "clerk-hours", "switches"):
        assert any(word in line for line in lines), word
    assert "2026-11-23" in lines[0]
    assert ET.fromstring(chart.read_text()).tag.endswith("svg")


def test_it_is_said_which_window_should_learn_what(
    run: Run, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def here(
        plan: HallPlan, days: Sequence[Day], wanted: Sequence[tuple[int, Rule]], done: Callable[[int], None]
    ) -> list[Figures]:
        return trier(plan, days)(wanted, done)

    monkeypatch.setattr("app.whatif.command._at_a_time", here)  # other processes take their time to start
    done = run(day, "--tide", "off", "--learn")
    assert done.exit_code == 0, done.stderr
    assert "over the promise" in done.stdout
    rows = [line for line in done.stdout.splitlines() if " %" in line and ("-" in line or "+" in line)]
    assert rows, done.stdout


def test_a_day_of_the_journal_is_found_by_its_date(run: Run, tmp_path: Path) -> None:
    plan, events = lived()
    settings = Settings(database=f"sqlite:///{tmp_path}/hall.db")
    migrate(settings)
    database = open_database(settings)
    told: tuple[Event, ...] = (PlanAdopted(at=MONDAY, plan=plan), *events)
    recorded = tuple(Recorded(seq, event) for seq, event in enumerate(told, start=1))
    SqlJournal(database).append(plan.code, [Writing(MONDAY, recorded)])
    database.close()
    done = run(str(MONDAY.date()), "--tide", "off")
    assert done.exit_code == 0, done.stderr
    assert "recorded" in done.stdout
    assert "mean wait as it was" in done.stdout
    other = run("2026-03-03")
    assert other.exit_code == 1
    assert "does not have 2026-03-03" in other.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.csv",), "cannot be read"),
        (("DAY", "--hall", "atlantis.toml"), "has mistakes"),
        (("DAY", "--policy", "random"), "There is no rule random"),
        (("DAY", "--windows", "7+nothing"), "There is no service nothing"),
        (("DAY", "--date", "2020-01-01"), "Nothing was recorded on 2020-01-01"),
        (("DAY", "--date", "monday"), "is no date"),
        (("2026-11-23",), "The database cannot be used"),
    ],
    ids=range(7),
)
def test_what_makes_no_sense_ends_with_one_sentence_in_each_language(
    run: Run, day: str, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*(day if each == "DAY" else each for each in arguments))
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
