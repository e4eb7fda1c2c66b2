"""`tidehall report`, on a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.core.record import Recorded, Writing
from app.settings import Settings
from app.sheets import _safe
from app.store.database import open_database
from app.store.journal import SqlJournal
from tests.app.core.reportdays import MONDAY, Days, stays
from tests.database import migrate

run = CliRunner().invoke


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    """Two days in the database that the environment names; reports only read."""
    settings = Settings(database=f"sqlite:///{tmp_path_factory.mktemp('reports') / 'hall.db'}")
    migrate(settings)
    days = Days(3).live()
    database = open_database(settings)
    recorded = tuple(Recorded(n, event) for n, event in enumerate(days.journal, 1))
    SqlJournal(database).append("small", [Writing(MONDAY, recorded)])
    database.close()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TIDEHALL_DATABASE", settings.database)
        yield days


def test_a_table_on_the_terminal(lived: Days) -> None:
    done = run(app, ["report", "--period", "2026-03", "--by", "service"])
    assert done.exit_code == 0, done.output
    assert "小镇便民服务中心 · 2026-03 · 业务" in done.output
    total = done.output.splitlines()[-1].split()
    tickets = sum(each.first for events in lived.days().values() for each in stays(events))
    assert total[:2] == ["合计", str(tickets)]


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("return", b"PK"), ("json", b"["), ("svg", b"<?xml")],
)
def test_every_format_is_written_to_a_file(lived: Days, tmp_path: Path, kind: str, begins: bytes) -> None:
    out = tmp_path / "report"
    for lang in ("zh", "en"):
        done = run(
            app, ["report", "--period", "2026-03", "--format", kind, "--out", str(out), "--lang", lang]
        )
        assert done.exit_code == 0, done.output
        assert out.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    "asked",
    [
        ["--period", "2199-01"],
        ["--period", "1900-01-01..2026-01-01"],
        ["--by", "luck"],
        ["--format", "pdf"],
        ["--format", "xlsx"],
        ["--lang", "fr"],
        ["--hall", "nowhere"],
        ["--format", "return", "--period", "2026", "--out", "x"],
        ["--period", "2026-03", "--format", "csv", "--out", "/nowhere/at/all"],
        ["--format", "svg", "--out", "x", "--measure", "luck"],
    ],
)
def test_nonsense_is_refused_in_one_line_of_each_language(lived: Days, asked: list[str]) -> None:
    done = run(app, ["report", *asked])
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.output


def test_a_database_without_tables_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEHALL_DATABASE", f"sqlite:///{tmp_path / 'bare.db'}")
    done = run(app, ["report"])
    assert done.exit_code == 1
    assert "tidehall db upgrade" in done.stderr


def test_a_name_that_begins_like_a_formula_does_not_calculate() -> None:
    assert _safe("=1+1") == "'=1+1"
    assert _safe("税务") == "税务"
