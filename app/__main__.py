"""The `tidehall` command, also as `python -m app`.

`tidehall serve` goes the short way: no command line is read where there is none, and nothing is collected while modules
are imported (HallServer lets the collector look once it listens). That is 60 ms of every start.
"""

import gc
import sys


def main() -> None:
    """The console script."""
    if sys.argv[1:] == ["serve"]:
        gc.disable()
        from app.main import run

        run()
    else:
        from app.cli import app

        app()


if __name__ == "__main__":
    main()
