"""Bring a database to this version's tables.

For: `upgrade(settings)`, and `open_migrated(settings)` for whoever works with a database. Alembic is imported only when
something is to be done: it costs 0.3 s, which a start has better use for.
"""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.record import StoreTrouble
from app.settings import Settings
from app.store.database import Database, open_database, trouble

SCHEMA = "0004"
"""The newest revision under migrations/versions; a test compares."""


def schema(database: Database) -> str | None:
    """The revision that a database is at; None if it has no tables yet."""
    try:
        with database.reading() as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except StoreTrouble as trouble:
        if trouble.kind == "missing":
            return None
        raise


def open_migrated(settings: Settings) -> Database:
    """The database, if its tables are this version's. Raises StoreTrouble."""
    database = open_database(settings)
    try:
        _must_be_migrated(database)
    except StoreTrouble:
        database.close()
        raise
    return database


def _must_be_migrated(database: Database) -> None:
    found = schema(database)
    if found != SCHEMA:
        raise StoreTrouble("missing", f"the database is at {found}, this version needs {SCHEMA}")


def upgrade(settings: Settings) -> None:
    """Create or migrate the tables. Safe to run again. Raises StoreTrouble."""
    from alembic import command
    from alembic.config import Config

    import migrations

    open_database(settings).close()  # says in one sentence what is wrong with its URL
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("sqlalchemy.url", settings.database.replace("%", "%%"))
    if settings.sqlite_path is not None:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        raise trouble(error) from error
