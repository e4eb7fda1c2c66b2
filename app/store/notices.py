"""One process tells the others that a hall's journal has grown: LISTEN and NOTIFY of PostgreSQL.

    NOTIFY tidehall, '<process> <hall> <number of the last event>'

For: `notify`, which stands in the transaction that appends the events, so that the word goes out if and only if they are
there; and `listen`, one connection of a process that hears the others.
Not for: carrying events. Who hears a word reads the journal; SQLite has no such thing, and there processes look at it
every two seconds (beat.py). That look stays on PostgreSQL too: whatever is lost on the way is found by it.
What goes wrong: the line breaks. It is opened again after a second, later after half a minute at most, and then every hall
is looked at once, because what was said meanwhile is lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

log = logging.getLogger(__name__)

CHANNEL = "tidehall"

PATIENCE_SECONDS = (1.0, 30.0)
"""How long to wait before the first and before every later attempt at most; it doubles."""

_NOTIFY = text("SELECT pg_notify(:channel, :word)")


def notify(connection: Connection, process: str, hall: str, seq: int) -> None:
    """Say, when this transaction commits, that a hall has reached an event."""
    connection.execute(_NOTIFY, {"channel": CHANNEL, "word": f"{process} {hall} {seq}"})


def can_listen(url: URL) -> bool:
    """Whether there is a database that tells, and a driver that hears."""
    return url.get_backend_name() == "postgresql" and url.get_driver_name() == "psycopg"


async def listen(
    url: URL,
    process: str,
    heard: Callable[[str, int], Awaitable[None]],
    look: Callable[[], Awaitable[None]],
) -> None:
    """Call `heard(hall, number)` for every word of another process, and `look()` whenever the line was opened. Neither
    may raise. Runs until cancelled."""
    import psycopg

    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    patience = PATIENCE_SECONDS[0]
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as line:
                await line.execute(f"LISTEN {CHANNEL}")
                patience = PATIENCE_SECONDS[0]
                await look()
                async for word in line.notifies():
                    said = _read(word.payload)
                    if said is not None and said[0] != process:
                        await heard(said[1], said[2])
        except psycopg.Error as error:
            log.warning("other processes are not heard, trying again: %s", str(error).partition("\n")[0])
        await asyncio.sleep(patience)
        patience = min(2 * patience, PATIENCE_SECONDS[1])


def _read(word: str) -> tuple[str, str, int] | None:
    """(process, hall, number); None for what somebody else said on our channel."""
    parts = word.split(" ")
    if len(parts) != 3 or not (parts[2].isascii() and parts[2].isdigit()):
        return None
    return parts[0], parts[1], int(parts[2])
