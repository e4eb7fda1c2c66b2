"""What verbs of the command line share: how to fail, and where a named hall file is."""

import sys
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

import typer


def fail(zh: str, en: str) -> NoReturn:
    """Say what is wrong and end."""
    print(f"{zh}\n{en}", file=sys.stderr)
    raise typer.Exit(1)


def hall_path(name: str) -> Path:
    """A hall file, or one of the examples by name."""
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        example = Path(str(files("app") / "halls" / f"{name}.toml"))
        if example.exists():
            return example
    return path
