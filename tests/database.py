"""A database with this version's tables, made at once.

For: every test that needs one. Migrating takes a tenth of a second, so each process of the tests migrates one SQLite file,
and the others are its copies. Not for: tests of migrating itself, which call `app.store.migrate.upgrade`.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from app.settings import Settings
from app.store.migrate import upgrade


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "hall.db"
        upgrade(Settings(database=f"sqlite:///{file}"))
        return file.read_bytes()


def migrate(settings: Settings) -> None:
    """As `upgrade`. Raises StoreTrouble."""
    file = settings.sqlite_path
    if file is None or file.exists():
        upgrade(settings)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_empty())
