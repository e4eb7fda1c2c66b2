"""The face of the core: what its docstring says is so, from outside, with nothing but the standard library; and a day is
the same day in every process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

OUTSIDE = """
import doctest, sys
import app.core
failed, tried = doctest.testmod(app.core)
assert failed == 0 and tried > 20, (failed, tried)
foreign = {"sqlalchemy", "msgspec", "fastapi", "pydantic", "starlette", "asyncio", "sqlite3"} & set(sys.modules)
assert not foreign, foreign
house = {name for name in sys.modules if name.startswith("app.") and not name.startswith("app.core")}
assert not house, house
"""

ONE_DAY = """
import hashlib, sys
from dataclasses import replace
from app.core.plan import TideMode, TideRules
from tests.app.core.days import Day, county
for policy in ("credit", "ratio"):
    plan = county(policy, 6, 11, tidal=3)
    plan = replace(plan, rules=replace(plan.rules, tide=TideRules(mode=TideMode.AUTO)))
    day = Day(plan, seed=11, load=1.4, minutes=60, booked=0.1, parked=0.05).live()
    print(len(day.journal), hashlib.sha256("\\n".join(map(repr, day.journal)).encode()).hexdigest())
"""


def start(code: str, cwd: Path = ROOT, seed: str = "random") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(process: "subprocess.Popen[str]") -> str:
    words, _ = process.communicate(timeout=120)
    assert process.returncode == 0, words
    return words


def test_the_docstring_of_the_core_is_true_from_outside_with_no_database(tmp_path: Path) -> None:
    said(start(OUTSIDE, cwd=tmp_path))


def test_two_processes_live_the_same_day_to_the_letter() -> None:
    first, second = [said(each) for each in [start(ONE_DAY, seed=seed) for seed in ("0", "4242")]]
    assert first == second
    assert [int(line.split()[0]) > 200 for line in first.splitlines()] == [True, True]
