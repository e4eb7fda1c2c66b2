"""The one comparison of rules that may be under way in a process (whatif.py)."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Comparing:
    """Held while somebody compares, for `hall`; `done` rules of `of` have been lived through."""

    at: asyncio.Lock = field(default_factory=asyncio.Lock)
    hall: str = ""
    done: int = 0
    of: int = 0
