"""What if, over HTTP: a day of the hall's own journal lived again under other rules, for the console.

`GET …/whatif` says which days there are and how far a comparison under way has come; `POST …/whatif` compares and answers
with the figures and a picture when it is done, some seconds later. The work is done in a process of its own
(app/whatif/worker.py), so that the hall goes on as if nothing were; one at a time, and whoever comes second is asked to
wait. Nothing is changed by it, so there is no Idempotency-Key.
"""

import asyncio
import logging
from contextlib import aclosing
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.comparing import Comparing
from app.api.deps import caller, hall_service, house
from app.api.lean import LeanRouter
from app.api.schemas import Body, Texts, Words
from app.api.tickets import PROBLEMS
from app.core.errors import ComparisonFailed, ComparisonRunning, ComparisonWrong, NoSuchDay
from app.core.rights import Action

if TYPE_CHECKING:
    from app.whatif.figures import Figures, Waits
    from app.whatif.learn import Lesson
    from app.whatif.worker import Asked, Lived

log = logging.getLogger(__name__)

router = LeanRouter("/api/v1/halls/{hall}/whatif", "what if", PROBLEMS)

SECONDS = 300.0
"""A comparison that takes longer than that is broken off: twelve rules on the busiest day of a slow box take a minute."""


class WhatIfIn(Body):
    """Which day, and what to compare. Each policy is tried with each tide and each change of windows; today's rule comes
    first by itself. `windows`: each a change such as `7+tax 21@9:00-12:00 22@off` (7 learns tax, 21 is staffed then, 22
    stays closed). Nothing named: all policies with the tide as it was. `learn`: instead of comparing, say which window should
    learn which second service, at which it is `slowness` slower; takes half a minute."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-11-23",
                    "policies": ["credit", "fifo"],
                    "tides": ["off", "auto"],
                    "windows": ["7+tax"],
                }
            ]
        },
    )

    day: date
    policies: tuple[Literal["credit", "fifo", "priority", "ratio"], ...] = Field((), max_length=4)
    tides: tuple[Literal["recorded", "off", "suggest", "confirm", "auto"], ...] = Field((), max_length=5)
    windows: tuple[Words, ...] = Field((), max_length=6)
    seed: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    learn: bool = False
    slowness: Annotated[float, Field(ge=0.5, le=5)] = 1.2


class WaitsOut(BaseModel):
    """Waits in minutes until the first call; `over`: the share, 0 to 1, that waited longer than promised."""

    people: int
    mean: float
    p50: float
    p90: float
    max: float
    over: float


class ColumnOut(BaseModel):
    """One rule. `classes` and `services`: waits by priority class and by service. `waiting`: pairs of minute of the day
    and people waiting, as in the picture. `gave_up`: left uncalled. `turned_away`: refused numbers by rule."""

    policy: str
    tide: str
    windows: str
    waits: WaitsOut
    classes: dict[str, WaitsOut]
    services: dict[str, WaitsOut]
    overtakes: int
    most_overtaken: int
    utilisation: float
    clerk_hours: float
    tidal_hours: float
    switches: int
    served: int
    gave_up: int
    turned_away: dict[str, int]
    waiting: list[tuple[float, int]]
    ended: float


class LessonOut(BaseModel):
    """What it brings if `window` learns `service`: the mean wait of everybody (minutes), the share over the promise (0 to
    1) and the mean wait of that service, each less what it is today; below zero is better. Mean over `days`, which differ
    by `spread` minutes at most."""

    window: int
    service: str
    mean: float
    over: float
    service_mean: float
    days: int
    spread: float


A_WAIT: dict[str, Any] = {"people": 1198, "mean": 6.7, "p50": 1.4, "p90": 19.7, "max": 64.0, "over": 0.148}


class WhatIfOut(BaseModel):
    """The columns side by side, today's rule first. `as_it_was`: the waits that were recorded on the day, to see how true
    the first column is to it. `remarks`: what had to be assumed. `chart`: an SVG of the waiting over the day, to be
    shown as an image. With `learn` there are `lessons` instead of these two, the best first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-11-23",
                    "people": 1198,
                    "promise_minutes": 15,
                    "as_it_was": A_WAIT,
                    "remarks": [{"zh": "3 人当天没有办完", "en": "3 people were not served to the end"}],
                    "rules": [
                        {
                            "policy": "credit",
                            "tide": "recorded",
                            "windows": "",
                            "waits": A_WAIT,
                            "classes": {"ordinary": A_WAIT},
                            "services": {"tax": A_WAIT},
                            "overtakes": 139,
                            "most_overtaken": 4,
                            "utilisation": 0.59,
                            "clerk_hours": 250.7,
                            "tidal_hours": 16.7,
                            "switches": 22,
                            "served": 1198,
                            "gave_up": 0,
                            "turned_away": {},
                            "waiting": [[480, 0], [485, 7]],
                            "ended": 1043.5,
                        }
                    ],
                    "chart": "<svg xmlns='http://www.w3.org/2000/svg'>…</svg>",
                }
            ]
        }
    )

    day: date
    people: int
    promise_minutes: float
    as_it_was: WaitsOut
    remarks: list[Texts]
    rules: list[ColumnOut]
    chart: str
    lessons: list[LessonOut] = Field(default_factory=list)


class WhatIfState(BaseModel):
    """`days`: of the journal, the newest first. `running`: a comparison is under way, for `hall`; `done` of `of` rules
    have been lived through (percent while it is found out what should be learned)."""

    days: list[date]
    running: bool
    hall: str
    done: int
    of: int


def _comparing(request: Request) -> Comparing:
    return house(request).comparing


@router.get("", response_model=WhatIfState)
async def see_whatif(request: Request, hall: str) -> WhatIfState:
    """Which days can be lived again, and how far a comparison under way has come."""
    hall_service(request, hall)
    who = await caller(request)
    who.must(Action.RUN_TIDE, hall)
    found = await asyncio.to_thread(house(request).archive.days, hall)
    under_way = _comparing(request)
    return WhatIfState(
        days=found[::-1],
        running=under_way.at.locked(),
        hall=under_way.hall,
        done=under_way.done,
        of=under_way.of,
    )


@router.post("", response_model=WhatIfOut)
async def compare_rules(request: Request, hall: str, body: WhatIfIn) -> WhatIfOut:
    """Live a day of the journal again under other rules. Takes about a second a rule; one comparison at a time. Changes
    nothing."""
    from app.whatif.day import Unreadable
    from app.whatif.worker import Asked, WorkerFailed

    hall_service(request, hall)
    who = await caller(request)
    who.must(Action.RUN_TIDE, hall)
    under_way = _comparing(request)
    if under_way.at.locked():
        raise ComparisonRunning(done=under_way.done, of=under_way.of)
    async with under_way.at:
        under_way.hall, under_way.done, under_way.of = hall, 0, 0
        asked = Asked(
            database=house(request).settings.database,
            hall=hall,
            day=body.day,
            policies=body.policies,
            tides=body.tides,
            windows=body.windows,
            seed=body.seed,
            learn=body.learn,
            slowness=body.slowness,
        )
        if body.day not in await asyncio.to_thread(house(request).archive.days, hall):
            raise NoSuchDay(day=str(body.day))
        try:
            async with asyncio.timeout(SECONDS):
                return await _compared(asked, under_way)
        except Unreadable as wrong:
            raise ComparisonWrong(said_zh=wrong.zh, said=wrong.en) from wrong
        except (WorkerFailed, TimeoutError) as failed:
            log.exception("hall %s: a comparison failed", hall)
            raise ComparisonFailed() from failed


async def _compared(asked: "Asked", under_way: Comparing) -> WhatIfOut:
    from app.whatif.worker import WorkerFailed, compare_elsewhere

    lived: Lived | None = None
    made: list[Figures] = []
    chart = ""
    lessons: tuple[Lesson, ...] = ()
    async with aclosing(compare_elsewhere(asked)) as lines:
        async for line in lines:
            if line.lived is not None:
                lived = line.lived
                under_way.of = lived.rules
            elif line.column is not None:
                made.append(line.column)
                under_way.done = len(made)
            elif line.share is not None:
                under_way.done, under_way.of = round(100 * line.share), 100
            elif line.chart is not None:
                chart = line.chart
            elif line.lessons is not None:
                lessons = line.lessons
    if lived is None:
        raise WorkerFailed("no day came")
    return WhatIfOut(
        day=lived.day,
        people=lived.people,
        promise_minutes=lived.promise_minutes,
        as_it_was=_waits(lived.as_it_was),
        remarks=[Texts(zh=zh, en=en) for zh, en in lived.remarks],
        rules=[_column(each) for each in made],
        chart=chart,
        lessons=[
            LessonOut(
                window=each.window,
                service=each.service,
                mean=each.mean,
                over=each.over,
                service_mean=each.service_mean,
                days=each.days,
                spread=each.spread,
            )
            for each in lessons
        ],
    )


def _waits(waits: "Waits") -> WaitsOut:
    return WaitsOut(
        people=waits.people, mean=waits.mean, p50=waits.p50, p90=waits.p90, max=waits.max, over=waits.over
    )


def _column(each: "Figures") -> ColumnOut:
    return ColumnOut(
        policy=each.policy,
        tide=each.tide,
        windows=each.windows,
        waits=_waits(each.waits),
        classes={key: _waits(waits) for key, waits in each.classes.items()},
        services={key: _waits(waits) for key, waits in each.services.items()},
        overtakes=each.overtakes,
        most_overtaken=each.most_overtaken,
        utilisation=each.utilisation,
        clerk_hours=each.clerk_hours,
        tidal_hours=each.tidal_hours,
        switches=each.switches,
        served=each.served,
        gave_up=each.gave_up,
        turned_away=each.turned_away,
        waiting=list(each.waiting),
        ended=each.ended,
    )
