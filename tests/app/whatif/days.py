"""A small recorded day for these tests: as CSV, and as the journal of a hall that lived it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from app.core.events import Event
from app.core.plan import HallPlan, TideMode, TideRules
from app.hallfile import load
from app.terminal import hall_path
from tests.app.core.days import Day as LivedDay
from tests.app.core.days import county as random_hall

HEAD = "date,from_minute,to_minute,queue_id,tickets,open_windows"


@lru_cache(maxsize=1)
def county() -> HallPlan:
    """The example hall of a county."""
    plan, _ = load(hall_path("county"))
    assert plan is not None
    return plan


def csv_lines(day: str = "2026-11-23", per_hour: int = 120, hours: int = 10) -> Iterator[str]:
    """So many tickets an hour from eight o'clock, over a few queues, one of them unknown to every hall."""
    yield HEAD
    for hour in range(8, 8 + hours):
        for queue, share in ((182, 0.3), (190, 0.15), (192, 0.25), (196, 0.1), (184, 0.2)):
            yield f"{day},{60 * hour},{60 * hour + 60},{queue},{round(per_hour * share)},2"


def tidal_hall(policy: str = "credit") -> HallPlan:
    """Six services, eleven windows, three of them tidal, and a tide that turns by itself."""
    made = random_hall(policy, 6, 11, tidal=3)
    return replace(made, rules=replace(made.rules, tide=TideRules(mode=TideMode.AUTO)))


@lru_cache(maxsize=4)
def lived(seed: int = 1, minutes: int = 150, load: float = 1.2) -> tuple[HallPlan, tuple[Event, ...]]:
    """A hall and the journal of a day that it lived, with people who miss their call, fetch papers and are sent on."""
    plan = tidal_hall()
    return plan, tuple(LivedDay(plan, seed=seed, minutes=minutes, load=load).live().journal)
