"""The indexes of the tables, for whoever creates tables: migrations and tests.

Apart from tables.py, because a query needs no index by its name, and SQLAlchemy loads a whole dialect for each option of
PostgreSQL that is named: 48 ms at every start.
"""

from sqlalchemy import Index

from app.store.reporttables import tides, visits
from app.store.tables import journal, metadata, tickets

__all__ = ["metadata"]

_MILESTONES = journal.c.name.in_(("DayOpened", "PlanAdopted"))

Index(
    "journal_name",
    journal.c.hall,
    journal.c.name,
    journal.c.seq,
    sqlite_where=_MILESTONES,
    postgresql_where=_MILESTONES,
)
Index("tickets_day", tickets.c.hall, tickets.c.day)
Index("visits_day", visits.c.hall, visits.c.day)
Index("tides_day", tides.c.hall, tides.c.day)
