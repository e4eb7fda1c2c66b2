"""Routes whose modules come when they are asked for."""

import subprocess
import sys

import pytest

from app.api.later import _WORD, MODULES, router_of

LIGHT = """
import sys
import app.main
late = {"app.api." + each for each in %r} | {
    "alembic", "argon2", "app.hardware", "app.hallfile", "drivers.link", "escpos", "httpx", "prometheus_client", "pygal",
    "pypinyin", "rich", "segno", "serial", "starlette_admin", "typer", "xlsxwriter", "chinese_calendar", "PIL"}
print(" ".join(sorted(late & set(sys.modules))))
"""


def test_a_start_imports_nothing_that_the_first_answer_does_without() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT % list(MODULES)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("module", MODULES)
def test_every_route_of_a_late_module_is_found_by_its_word(module: str) -> None:
    for route in router_of(module).routes:
        found = _WORD.match(route.path.replace("{hall}", "county"))  # type: ignore[attr-defined]
        assert found is not None and found.group(1) in MODULES[module], route
