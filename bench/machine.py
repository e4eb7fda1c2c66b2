"""The machine under the benchmark: which core runs whom, and what a process has used.

For: the server on core 0, the load on core 1, so that neither takes the other's time. Where there is one core, or the
system does not pin, the benchmark says so and goes on.
Processor time is user + system of *all* threads of a process, in nanoseconds, from the process's own processor clock:
Linux gives every process one, and any process of the same user may read it (clock_getcpuclockid(3): the clock's number
is made of the pid). /proc/PID/stat has the same figure in hundredths of a second, too coarse for bursts of 12 ms.
"""

import os
import platform
import sqlite3
import sys
import time
from importlib.metadata import version
from pathlib import Path


def cores() -> tuple[int, int] | None:
    """The cores for server and load; None if this process has only one or the system does not pin."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    mine = sorted(os.sched_getaffinity(0))
    return (mine[0], mine[1]) if len(mine) > 1 else None


def pin(core: int | None) -> None:
    """Keep this process, and what it starts, on one core. None: wherever the system likes."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def processor_ns(pid: int) -> int:
    """Nanoseconds of processor time that a process has used, user and system, all threads."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def resident_kib(pid: int) -> int:
    """KiB of memory that a process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"the system does not say how much memory process {pid} holds")


def description() -> str:
    """What was measured on, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("fastapi", "uvicorn", "uvloop", "sqlalchemy"))
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, {packages}"
    )
