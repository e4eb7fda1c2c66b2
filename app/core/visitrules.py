"""The numbers of a visit: how many services on one slip, how long somebody is kept for one clerk, who goes first on
coming back, and what becomes of those who still wait when the day ends.

For: `VisitRules`, a part of plan.Rules (`[rules.visit]` of the hall file).
Not for: the rules themselves (visit.py, back.py, dayend.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class VisitRules:
    """services 5: so many services may stand on one slip; queue products offer 1 to 10, five is the usual limit."""

    services: int = 5
