"""How deep properties are looked into: `examples(40)` is forty examples in `make test`, and as many times more as
TIDEHALL_TEST_DEPTH says; `make soak` says 25. Every run has other examples: what one day's runs do not meet, another's do.

How long one example takes is the machine's load, not the code's fault: there is no deadline.
"""

import os

from hypothesis import settings

DEPTH = int(os.environ.get("TIDEHALL_TEST_DEPTH", "1"))

USUAL = 40
"""Examples of a property that does not say how many it needs."""


def examples(count: int, **others: object) -> settings:
    """So many examples at the usual depth; what else is set, in hypothesis' words."""
    return settings(max_examples=count * DEPTH, deadline=None, **others)  # type: ignore[arg-type]
