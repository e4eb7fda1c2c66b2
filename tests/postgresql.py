"""A real PostgreSQL for tests: a cluster of its own in a temporary folder, on a Unix socket there, gone afterwards.

For: `with cluster(programs) as url`, where `programs()` has found the server's programs (`make test` installs Debian's).
Not for: whatever else of PostgreSQL runs on the machine: it is neither asked nor touched.
What goes wrong: the server refuses to run as root, so a test run by root starts it as Debian's user `postgres`, else as
`nobody`. Nothing is synced to the disk: a power cut in the middle of a test run costs nothing.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

DEBIANS = Path("/usr/lib/postgresql")
"""Debian keeps each major version's programs in a folder here, and off the PATH."""

SETTINGS = {"listen_addresses": "''", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: the one on the PATH, else Debian's newest, else None."""
    there = shutil.which("initdb")
    if there is not None:
        return Path(there).resolve().parent
    versions = [found.parent for found in DEBIANS.glob("*/bin/initdb")]
    return max(versions, key=lambda each: float(each.parent.name), default=None)


@contextmanager
def cluster(server: Path) -> Iterator[str]:
    """A running server with one empty database: its SQLAlchemy URL."""
    folder = Path(tempfile.mkdtemp(prefix="tidehall-"))  # pytest's own folders are closed to other users
    data, how = folder / "data", _somebody(folder)

    def run(name: str, *arguments: str) -> None:
        done = subprocess.run(
            [server / name, "-D", data, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **how,
        )
        assert done.returncode == 0, done.stderr

    options = f"-k {folder} " + " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    try:
        run("initdb", "--username=hall", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        run("pg_ctl", "start", "--wait", "--silent", f"--log={folder / 'log'}", f"--options={options}")
        try:
            yield f"postgresql+psycopg://hall@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "--mode=immediate", "--silent")
    finally:
        shutil.rmtree(folder)


def _somebody(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam("nobody")
    with suppress(KeyError):
        who = pwd.getpwnam("postgres")
    os.chown(folder, who.pw_uid, who.pw_gid)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
