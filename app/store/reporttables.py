"""The tables of reports: what reports.py reads out of the journal once a day is over, for any stretch of time. Nobody in
person stands in it but clerks by their sign-in.

    visits    one row per stay in a queue (a transfer begins another); `seq` is the event that began it
    posts     minutes of a window and clerk by hour and duty
    booked    how many bookings of a service were made, kept, given back and broken on a day
    judgements what the back-test of the following night said of the estimates of a day
    tides     what each tidal opening cost and brought
    kept_days which days these hold, from which event to which, and read by which version (0: forgotten by rule)

Apart from tables.py, because a server starts without them.
"""

from sqlalchemy import Boolean, Column, Float, Integer, String, Table

from app.store.tables import metadata

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
