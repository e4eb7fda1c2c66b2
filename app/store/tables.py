"""The tables: the journal, which is the truth, and what is written beside it in the same transaction.

    journal   one row per event; (hall, seq) is unique, which is what keeps two processes from telling two stories
    answers   the first answer to each Idempotency-Key, byte for byte
    tickets   one row per ticket as it stands, for reports and for tickets of other days
    users     people who sign in; passwords as argon2
    tokens    keys of devices and sign-ins, as SHA-256 of 32 random bytes

Times are ISO 8601 text with offset: the same on SQLite and PostgreSQL, and readable by whoever opens the file. Indexes stand
in indexes.py, what is written for reports in reporttables.py.
"""

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, String, Table, Text

metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("name", String(40), nullable=False),
    Column("by", String(80), nullable=False),
    Column("data", Text, nullable=False),
    sqlite_with_rowid=False,
)
answers = Table(
    "answers",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", String(40), nullable=False),
    sqlite_with_rowid=False,
)

tickets = Table(
    "tickets",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("number", String(12), nullable=False),
    Column("service", String(64), nullable=False),
    Column("priority_class", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("first_arrival", String(40), nullable=False),
    Column("queued_at", String(40), nullable=False),
    Column("called_at", String(40)),
    Column("started_at", String(40)),
    Column("ended_at", String(40)),
    Column("window", Integer),
    Column("recalls", Integer, nullable=False),
    Column("misses", Integer, nullable=False),
    Column("transfers", Integer, nullable=False),
    Column("overtaken", Integer, nullable=False),
    Column("waited_before", Float, nullable=False),
    Column("outcome", String(32)),
    sqlite_with_rowid=False,
)
users = Table(
    "users",
    metadata,
    Column("login", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", String(200), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", String(40)),
    Column("active", Boolean, nullable=False, default=True),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("hall", String(64), nullable=False),
    Column("holder", String(80), nullable=False),
    Column("window", Integer),
    Column("kiosk", String(64), nullable=False, default=""),
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40)),
    Column("revoked_at", String(40)),
)
