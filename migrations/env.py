"""Runs the migrations on the database of the settings (or on the connection that a test hands over)."""

from alembic import context
from sqlalchemy import create_engine

from app.settings import Settings
from app.store.indexes import metadata


def run() -> None:
    """Bring the database to the revision that was asked for, in one transaction."""
    url = context.config.get_main_option("sqlalchemy.url") or Settings().database
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
