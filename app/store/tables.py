"""The tables: the journal, which is the truth, and what is written beside it in the same transaction.

    journal   one row per event; (hall, seq) is unique, which is what keeps two processes from telling two stories
    answers   the first answer to each Idempotency-Key, byte for byte
    tickets   one row per ticket as it stands, for reports and for tickets of other days
    users     people who sign in; passwords as argon2
    tokens    keys of devices and sign-ins, as SHA-256 of 32 random bytes

and what reports.py reads out of the journal once a day is over, for reports of any stretch of time; nobody in person
stands in it but clerks by their sign-in:

    visits    one row per stay in a queue (a transfer begins another); `seq` is the event that began it
    posts     minutes of a window and clerk by hour and duty
    booked    how many bookings of a service were made, kept, given back and broken on a day
    judgements what the back-test of the following night said of the estimates of a day
    tides     what each tidal opening cost and brought
    kept_days which days these hold, from which event to which, and read by which version (0: forgotten by rule)

Times are ISO 8601 text with offset: the same on SQLite and PostgreSQL, and readable by whoever opens the file. Indexes stand in indexes.py.
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

visits = Table(
    "visits",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("number", String(12), nullable=False),
    Column("part", Integer, nullable=False),
    Column("service", String(64), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("place", String(64), nullable=False),
    Column("window", Integer, nullable=False),
    Column("clerk", String(80), nullable=False),
    Column("priority_class", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("booked", Boolean, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("began", String(40), nullable=False),
    Column("ended", String(40)),
    Column("waited", Float),
    Column("handled", Float),
    Column("promise", Float, nullable=False),
    Column("handle_limit", Float, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("recalls", Integer, nullable=False),
    Column("misses", Integer, nullable=False),
    Column("ending", String(16), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("rating", Integer),
    Column("asked", Boolean, nullable=False),
    Column("told", Float),
    Column("told_low", Float),
    Column("told_high", Float),
    sqlite_with_rowid=False,
)

posts = Table(
    "posts",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("window", Integer, primary_key=True, autoincrement=False),
    Column("clerk", String(80), primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("duty", String(16), primary_key=True),
    Column("reason", String(80), primary_key=True),
    Column("zone", String(64), nullable=False),
    Column("minutes", Float, nullable=False),
    sqlite_with_rowid=False,
)

tides = Table(
    "tides",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("window", Integer, nullable=False),
    Column("service", String(64), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("place", String(64), nullable=False),
    Column("wait_before", Float, nullable=False),
    Column("wait_after", Float, nullable=False),
    Column("served", Integer, nullable=False),
    Column("clerk_minutes", Float, nullable=False),
    sqlite_with_rowid=False,
)

booked = Table(
    "booked",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("service", String(64), primary_key=True),
    Column("what", String(16), primary_key=True),
    Column("zone", String(64), nullable=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

judgements = Table(
    "judgements",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("about", String(10), primary_key=True),
    Column("service", String(64), primary_key=True),
    Column("estimator", String(16), primary_key=True),
    Column("zone", String(64), nullable=False),
    Column("people", Integer, nullable=False),
    Column("error", Float, nullable=False),
    sqlite_with_rowid=False,
)

kept_days = Table(
    "kept_days",
    metadata,
    Column("hall", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("fold", Integer, nullable=False),
    sqlite_with_rowid=False,
)
