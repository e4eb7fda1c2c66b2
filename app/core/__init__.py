"""The rules of a fair hall, pure: a whole day fits in one's hand.

    hall = Hall(plan)                                # an empty hall (plan.py says what a hall is)
    for event in decide(hall, OpenWindow(3), now):   # a command goes in, events come out, or a Refusal is raised
        evolve(hall, event)                          # events make the hall
    assign(hall, 3, now)                             # whom window 3 would call next, and why
    wakes(hall, "tax")                               # the idle windows for a newcomer, the best first

No clock, no randomness, no I/O and no database: `now` is an aware `datetime` in the hall's offset, identities come in
with commands. Only the standard library is imported here; the lint step checks it.
"""

from app.core.assign import POLICIES, assign, wakes
from app.core.decide import decide
from app.core.hall import Hall, evolve
from app.core.heads import Choice

__all__ = ["POLICIES", "Choice", "Hall", "assign", "decide", "evolve", "wakes"]
