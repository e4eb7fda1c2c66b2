"""A real SQLite file for each test, migrated."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from app.store.database import Database, open_database
from tests.database import migrate


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A migrated database of its own; a commit waits a tenth of a second for another process."""
    made = Settings(database=f"sqlite:///{tmp_path / 'hall.db'}", busy_seconds=0.1)
    migrate(made)
    return made


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """Its engines."""
    opened = open_database(settings)
    yield opened
    opened.close()
