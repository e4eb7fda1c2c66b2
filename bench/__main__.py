"""`python -m bench`: measure, and print the table.

python -m bench                    everything, 5 runs, some 8 minutes
python -m bench --only G1,G5       these goals
python -m bench --quick            2 short runs of everything: whether it works, not how fast it is
"""

import argparse
import shlex
import sys
import time
from datetime import UTC, datetime

from bench.figures import Row, table
from bench.goals import GOALS, Effort
from bench.machine import cores, description
from bench.servers import BenchTrouble, folder

READING = """\
How to read it: every figure is a *ratio* between the hall and a reference that the benchmark started beside it, on the
same core, in turns (reference, hall, reference, hall); the median of the runs with its range. Single runs scatter by a
third on a machine that others use too. `goal` is what the hall promises itself, `stretch` what a sketch that did less
had reached. Processor time is user + system of the whole server process, per operation. *Seen here* are the absolute
medians behind the ratio, of this machine on this day: never compare them with another machine's."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast the hall is, as ratios.")
    parser.add_argument("--only", default="", help=f"goals by name, with commas: {','.join(GOALS)}")
    parser.add_argument("--runs", type=int, default=5, help="runs of each (5)")
    parser.add_argument("--quick", action="store_true", help="2 short runs: does it work at all")
    asked = parser.parse_args()
    wanted = [name for name in asked.only.split(",") if name] or list(GOALS)
    unknown = [name for name in wanted if name not in GOALS]
    if unknown or asked.runs < 1:
        parser.error(f"unknown goals {unknown}" if unknown else "at least one run")
    runs, share = (min(asked.runs, 2), 0.3) if asked.quick else (asked.runs, 1.0)
    began = time.monotonic()
    rows: list[Row] = []
    with folder() as path:
        for name in wanted:
            print(f"{name} …", file=sys.stderr, flush=True)
            try:
                rows += GOALS[name](Effort(runs, share, path))
            except BenchTrouble as trouble:
                print(f"{name} was not measured: {trouble}", file=sys.stderr)
                return 1
    command = shlex.join(["python", "-m", "bench", *sys.argv[1:]])
    two = cores()
    pinned = (
        f"server on core {two[0]}, load on core {two[1]}" if two else "not pinned: one core, or no way to"
    )
    print(
        f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {runs} runs, {time.monotonic() - began:.0f} s; {pinned}."
    )
    print(f"{description()}.\n")
    print(table(rows))
    print(f"\n{READING}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
