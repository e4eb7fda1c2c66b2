"""How much a hall has to do and who can do it: waiting work, and the windows that each service can count on.

For: the pressure in the `credit` rule (credit.py), the tide (tide.py), the scenes. Work is minutes of one clerk; capacity is
a number of windows, so work / capacity is the minutes that a queue needs to clear.
Not for: decisions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.core.hall import Hall
from app.core.window import STAFFED, Window

ROUNDS = 3
"""How often the windows are shared anew; the shares hardly move after that."""


def counts(window: Window) -> bool:
    """Whether a window will call somebody after the person it has."""
    return window.duty in STAFFED and not window.closing


def windows_that_count(hall: Hall) -> list[tuple[str, ...]]:
    """What each window that can be counted on serves."""
    return [hall.serves(no) for no, window in hall.windows.items() if counts(window)]


def waiting_work(hall: Hall) -> dict[str, float]:
    """Minutes of work that wait, by service."""
    return {code: len(queue) * hall.mean_minutes(code) for code, queue in hall.queues.items()}


def capacity(windows: Sequence[tuple[str, ...]], work: Mapping[str, float]) -> dict[str, float]:
    """The windows that each service can count on. At first a window is shared evenly among its services; then, three
    times, in proportion to (work / capacity), so that it goes where it is needed. A window for whose services there is
    no work stays shared evenly."""
    share, alone, crews = _crews(tuple(windows), tuple(work))
    minutes = list(work.values())
    for _ in range(ROUNDS):
        pressure = [
            of_it / counted if counted else 0.0 for of_it, counted in zip(minutes, share, strict=True)
        ]
        share = alone.copy()
        for places, many in crews:
            total = 0.0
            for at in places:
                total += pressure[at]
            if total:
                for at in places:
                    share[at] += many * (pressure[at] / total)
            else:
                for at in places:
                    share[at] += many / len(places)
    return dict(zip(work, share, strict=True))


Crew = tuple[tuple[int, ...], float]
"""The places of the services that some windows all do, and how many windows that are."""


@lru_cache(maxsize=64)
def _crews(
    windows: tuple[tuple[str, ...], ...], codes: tuple[str, ...]
) -> tuple[list[float], list[float], list[Crew]]:
    """The even share of each service, what it has of windows that do nothing else, and the other windows by what they
    serve. Kept, because windows open and close some times an hour while people are called all the time, and numbers in
    lists are shared in a third of the time: a call of a large hall waits for this more than for anything else."""
    place = {code: at for at, code in enumerate(codes)}
    crews = [
        (tuple(place[code] for code in services), float(many)) for services, many in Counter(windows).items()
    ]
    even, alone = [0.0] * len(codes), [0.0] * len(codes)
    for places, many in crews:
        for at in places:
            even[at] += many / len(places)
            alone[at] += many if len(places) == 1 else 0.0
    return even, alone, [crew for crew in crews if len(crew[0]) > 1]
