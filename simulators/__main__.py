"""`python -m simulators VERB`: what stands around a hall, without the hall.

    bench   its devices, on the ports that its hall file names
    day     its visitors and clerks

For: translating words of a command line into calls; each verb is two lines here and a file of its own.
"""

import argparse
import sys
from collections.abc import Sequence

from simulators import day, hallbench


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; the exit code of its verb."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators", description="模拟器 What stands around a hall."
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    verb = verbs.add_parser("bench", help="设备台 Simulated devices on real ports")
    hallbench.add_arguments(verb)
    verb.set_defaults(run=hallbench.run)

    verb = verbs.add_parser("day", help="一天 A day of visitors and clerks at a running hall")
    day.add_arguments(verb)
    verb.set_defaults(run=day.run)

    told = parser.parse_args(day.with_keys(sys.argv[1:] if arguments is None else arguments))
    code: int = told.run(told)
    return code


if __name__ == "__main__":
    sys.exit(main())
