"""A hall under abuse: sixteen people press at once, and the server is killed at random moments, for as long as you like.

    python -m tests.hall.soak                                   a minute of one process, half a minute of two
    SOAK_SECONDS=600 SOAK_PEOPLE=16 python -m tests.hall.soak   longer
    SOAK_DATABASE=postgresql+psycopg://… python -m tests.hall.soak   on another database, which must be empty

For: the promise that what was answered stays true, whatever happens to the process; tests/hall/crash.py says what is
counted. The exit code is not 0 when a promise was broken.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.hall.crash import Crowd, check, pressed_plan
from tests.hallserver import HallServer

BETWEEN = (40, 800)
"""Answers between a start and the next kill: a fifth of a second to four on a machine that has nothing else to do."""


def soak(folder: Path, seconds: float, people: int, processes: int, seed: int, database: str) -> bool:
    """One run; whether every promise was kept."""
    first = HallServer(folder, pressed_plan(f"soak-{processes}"), database)
    crowd = Crowd([first, *(first.beside() for _ in range(processes - 1))], seed)
    print(
        f"{people} people, {processes} process(es), {seconds:.0f} s, seed {seed}, {make_url(first.settings.database)!r}",
        flush=True,
    )
    try:
        for server in crowd.servers:
            server.start()
        asyncio.run(crowd.press(people, BETWEEN, seconds=seconds))
        wrong = check(crowd, sample=2000)
    finally:
        for server in crowd.servers:
            server.stop()
    print(crowd.book.summary())
    faults = [each for each in first.log.read_text().splitlines() if "Traceback" in each]
    for each in (wrong + faults)[:20]:
        print("BROKEN:", each)
    return not wrong and not faults


def main() -> None:
    """All runs."""
    seconds = float(os.environ.get("SOAK_SECONDS", "60"))
    people = int(os.environ.get("SOAK_PEOPLE", "16"))
    seed = int(os.environ.get("SOAK_SEED", "1"))
    database = os.environ.get("SOAK_DATABASE", "")
    kept = True
    for processes, share in ((1, 1.0), (2, 0.5)):
        with tempfile.TemporaryDirectory() as folder:
            kept &= soak(Path(folder), seconds * share, people, processes, seed, database)
    print("every promise was kept" if kept else "promises were broken")
    sys.exit(not kept)


if __name__ == "__main__":
    main()
