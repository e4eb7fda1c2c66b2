"""The numbers of a visit: how many services on one slip, how long somebody is kept for one clerk, who goes first on
coming back, and what becomes of those who still wait when the day ends.

For: `VisitRules`, a part of plan.Rules (`[rules.visit]` of the hall file).
Not for: the rules themselves (visit.py, back.py, dayend.py).
"""

from dataclasses import dataclass
from enum import StrEnum


class DayEnd(StrEnum):
    """What becomes of those who still wait when the hall has closed. `VOIDED`: whom no window calls any more is void at
    midnight. `TOLD`: the same, but from closing time the screens and their own pages say so. `CARRIED`: they are told,
    keep their numbers and their places, and come first when the hall opens next."""

    VOIDED = "voided"
    CARRIED = "carried"
    TOLD = "told"


class SentAway(StrEnum):
    """After what somebody who comes back on the same day need not begin anew (二次优先): a service that ended because
    materials were missing or because of an outage, and a park in which the visitor, or another office, had to act."""

    MATERIALS_MISSING = "materials_missing"
    OUTAGE = "outage"
    VISITOR_HOLDS = "visitor_holds"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class VisitRules:
    """services 5: so many services may stand on one slip; queue products offer 1 to 10, five is the usual limit.
    person_minutes 10: who was sent to a clerk waits so long for a clerk who has left every window (a walk to another one,
    a cup of tea), or for a window that has closed, and may then be called by anybody; nobody waits for an empty chair.
    return_class: the priority class of a second visit on the same day, if the hall has a class of that key; a tax hall's
    emergency plan hands out such cards after an outage. return_after: after what it is given.
    day_end `voided`: see `DayEnd`; numbers begin at one each day, so what nobody called ends with the day.
    """

    services: int = 5
    person_minutes: float = 10.0
    return_class: str = "priority_return"
    return_after: tuple[SentAway, ...] = tuple(SentAway)
    day_end: DayEnd = DayEnd.VOIDED
