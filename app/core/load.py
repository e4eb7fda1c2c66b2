"""How much a hall has to do and who can do it: waiting work, and the windows that each service can count on.

For: the pressure in the `credit` rule (credit.py), the tide (tide.py), the scenes. Work is minutes of one clerk; capacity is
a number of windows, so work / capacity is the minutes that a queue needs to clear.
Not for: decisions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.core.hall import Hall
from app.core.window import Duty, Window

STAFFED = frozenset({Duty.IDLE, Duty.CALLING, Duty.SERVING})
"""The duties in which a window can be counted on."""

ROUNDS = 3
"""How often the windows are shared anew; the shares hardly move after that."""


def counts(window: Window) -> bool:
    """Whether a window will call somebody after the person it has."""
    return window.duty in STAFFED and not window.closing


def windows_that_count(hall: Hall) -> list[tuple[str, ...]]:
    """What each window that can be counted on serves."""
    return [hall.serves(window.no) for window in hall.windows.values() if counts(window)]


def waiting_work(hall: Hall) -> dict[str, float]:
    """Minutes of work that wait, by service."""
    return {code: len(queue) * hall.mean_minutes(code) for code, queue in hall.queues.items()}


def capacity(windows: Sequence[tuple[str, ...]], work: Mapping[str, float]) -> dict[str, float]:
    """The windows that each service can count on. At first a window is shared evenly among its services; then, three
    times, in proportion to (work / capacity), so that it goes where it is needed. A window for whose services there is
    no work stays shared evenly. Windows of the same services are reckoned together, which takes a
    third off it: a call of a large hall waits for this more than for anything else."""
    alike = Counter(windows)
    share: dict[str, float] = dict.fromkeys(work, 0.0)
    for services, many in alike.items():
        for code in services:
            share[code] += many / len(services)
    for _ in range(ROUNDS):
        pressure = {code: minutes / share[code] if share[code] else 0.0 for code, minutes in work.items()}
        share = dict.fromkeys(work, 0.0)
        for services, many in alike.items():
            total = sum([pressure[code] for code in services])
            for code in services:
                share[code] += many * pressure[code] / total if total else many / len(services)
    return share
