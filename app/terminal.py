"""What verbs of the command line share: how to fail, what a database in trouble says, where a named hall file is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

from app.core.record import StoreTrouble


def fail(zh: str, en: str) -> NoReturn:
    """Say what is wrong and end."""
    print(f"{zh}\n{en}", file=sys.stderr)
    raise SystemExit(1)


def hall_path(name: str) -> Path:
    """A hall file, or one of the examples by name."""
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        example = Path(str(files("app") / "halls" / f"{name}.toml"))
        if example.exists():
            return example
    return path


@contextmanager
def honest() -> Iterator[None]:
    """The database's trouble becomes one sentence instead of a traceback."""
    try:
        yield
    except StoreTrouble as trouble:
        hint = "tidehall db upgrade" if trouble.kind == "missing" else trouble.words
        fail(f"数据库不可用({trouble.kind}):{hint}", f"The database cannot be used ({trouble.kind}): {hint}")
