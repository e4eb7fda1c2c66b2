"""`tidehall whatif`, as it is typed."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.app.whatif.days import csv_lines

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def ran(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "app", "whatif", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "TIDEHALL_DATABASE": f"sqlite:///{tmp_path}/none.db", "COLUMNS": "120"},
            check=False,
        )

    return ran


@pytest.fixture
def day(tmp_path: Path) -> str:
    path = tmp_path / "day.csv"
    path.write_text("\n".join(csv_lines(hours=1)) + "\n")
    return str(path)


def test_rules_stand_side_by_side_and_the_picture_is_written(run: Run, day: str, tmp_path: Path) -> None:
    chart = tmp_path / "day.svg"
    done = run(day, "--hall", "county", "--policy", "fifo", "--tide", "off", "--chart", str(chart))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any("credit" in line and "fifo" in line for line in lines)
    for word in ("平均 mean", "p50", "p90", "max", "overtakes", "utilisation", "clerk-hours", "switches"):
        assert any(word in line for line in lines), word
    assert "2026-11-23" in lines[0]
    assert ET.fromstring(chart.read_text()).tag.endswith("svg")


def test_it_is_said_which_window_should_learn_what(run: Run, day: str) -> None:
    done = run(day, "--tide", "off", "--learn")
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if " %" in line and ("-" in line or "+" in line)]
    assert rows, done.stdout


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
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
