"""Which window should learn which second service, and what it would bring.

For: `candidates(run, …)`, the pairs that are worth a try, and `learn(…)`, which tries them on the day itself.

Thirty windows and twenty services are six hundred pairs, and a day takes a second: most pairs cannot bring anything and
are not tried. A window helps a service only in minutes in which it idles while somebody waits for that service; the day as
it was says how many these are. They are turned into people (minutes / length of a service) and weighed with how long
people wait there; the best MOST pairs are lived through. Those are the candidates.
Who learns is slower at it (SLOWNESS), and it counts as help (rank 2).
Not for: whether a clerk may do it. Skills and rights are the hall's business.

One day is one day: the few best are lived through on further days too (those before it in the journal; for a CSV, which has
no lengths, the same people with others), and what is told is the mean over these days, with the spread between them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from app.core.plan import HallPlan, WindowKind
from app.whatif.day import HABITS, Day, Habits
from app.whatif.figures import Figures, figures
from app.whatif.play import Run, play
from app.whatif.rules import Rule, learns

MOST = 24
"""Pairs that are lived through: half a minute on a small box."""

AGAIN = 6
"""Of these, so many are lived through on the other days too."""

SLOWNESS = 1.2
"""A second service takes a fifth longer at first: an assumption, and an argument."""

LEAST_MINUTES = 15.0
"""Who could help for less than that on a whole day learns nothing for it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A window that idled for so many `minutes` while somebody waited for `service`; `worth`: the minutes of waiting that
    this stands for at best."""

    window: int
    service: str
    minutes: float
    worth: float


@dataclass(frozen=True, slots=True)
class Lesson:
    """What it brings if `window` learns `service`: the mean wait of everybody in minutes, the share over the promise (0 to
    1) and the mean wait of that service, each less what it is today; below zero is better. `days`: lived through on so
    many; `spread`: the largest difference of the first between two of them."""

    window: int
    service: str
    mean: float
    over: float
    service_mean: float
    days: int = 1
    spread: float = 0.0


def candidates(plan: HallPlan, run: Run, now: Figures, most: int = MOST) -> tuple[Candidate, ...]:
    """The pairs that are worth a try, the most promising first."""
    found: list[Candidate] = []
    for (no, code), minutes in run.idle.items():
        window = plan.window[no]
        if code in window.services or minutes < LEAST_MINUTES or window.kind is WindowKind.ISSUING:
            continue
        waits = now.services.get(code)
        if waits is None or not plan.service[code].mean_minutes:
            continue
        people = min(float(waits.people), minutes / plan.service[code].mean_minutes)
        found.append(Candidate(no, code, float(minutes), people * waits.mean))
    found.sort(key=lambda each: (-each.worth, each.window, each.service))
    return tuple(_one_of_a_kind(plan, found))[:most]


def _one_of_a_kind(plan: HallPlan, found: Iterable[Candidate]) -> Iterable[Candidate]:
    """Three equal windows side by side would take three places with one answer: the idlest of them stands for all."""
    seen: set[tuple[object, ...]] = set()
    for each in found:
        window = plan.window[each.window]
        kind = (window.kind, window.zone, frozenset(window.services.values()), each.service)
        if kind not in seen:
            seen.add(kind)
            yield each


Tried = Callable[[Sequence[tuple[int, Rule]], Callable[[int], None]], list[Figures]]
"""Lives rules through, each on the day of that place, and hears how many are done."""


def trier(plan: HallPlan, days: Sequence[Day], habits: Habits = HABITS) -> Tried:
    """Lives one after another, here."""

    def tried(wanted: Sequence[tuple[int, Rule]], done: Callable[[int], None]) -> list[Figures]:
        made: list[Figures] = []
        for place, (day, rule) in enumerate(wanted, start=1):
            made.append(figures(play(plan, days[day], rule, habits), plan.rules.promise_minutes))
            done(place)
        return made

    return tried


def learn(
    plan: HallPlan,
    days: Sequence[Day],
    today: Rule,
    *,
    habits: Habits = HABITS,
    slowness: float = SLOWNESS,
    most: int = MOST,
    again: int = AGAIN,
    tried: Tried | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Lesson, ...]:
    """The lessons, the best first. `days`: the day, and the further days. `tried` may live
    through several at a time. Nothing that makes waiting longer is a lesson."""
    tried = tried or trier(plan, days, habits)
    run = play(plan, days[0], today, habits)
    now = figures(run, plan.rules.promise_minutes)
    pairs = candidates(plan, run, now, most)
    rules = [
        Rule(today.policy, today.tide, learns(plan, each.window, each.service, slowness)) for each in pairs
    ]
    others = range(1, len(days))
    steps = 1 + len(rules) + len(others) * (1 + min(again, len(rules)))
    progress(1 / steps)
    first = tried([(0, rule) for rule in rules], lambda done: progress((1 + done) / steps))
    by_pair = [
        (pair, rule, [_lesson(pair, now, each)]) for pair, rule, each in zip(pairs, rules, first, strict=True)
    ]
    by_pair.sort(key=lambda each: _order(each[2][0]))
    best = by_pair[:again]
    wanted = [(day, rule) for day in others for rule in (today, *(rule for _, rule, _ in best))]
    more = iter(tried(wanted, lambda done: progress((1 + len(rules) + done) / steps)))
    for _ in others:
        same_day = next(more)
        for pair, _, found in best:
            found.append(_lesson(pair, same_day, next(more)))
    progress(1.0)
    lessons = [_together(found) for _, _, found in (best if others else by_pair)]
    return tuple(sorted((each for each in lessons if each.mean < 0), key=_order))


def _order(lesson: Lesson) -> tuple[float, float, int, str]:
    return (lesson.mean, lesson.over, lesson.window, lesson.service)


def _lesson(pair: Candidate, now: Figures, then: Figures) -> Lesson:
    before, after = now.services.get(pair.service), then.services.get(pair.service)
    return Lesson(
        window=pair.window,
        service=pair.service,
        mean=then.waits.mean - now.waits.mean,
        over=then.waits.over - now.waits.over,
        service_mean=(after.mean if after else 0.0) - (before.mean if before else 0.0),
    )


def _together(found: Sequence[Lesson]) -> Lesson:
    means = [each.mean for each in found]
    return Lesson(
        window=found[0].window,
        service=found[0].service,
        mean=round(fmean(means), 2),
        over=round(fmean(each.over for each in found), 4),
        service_mean=round(fmean(each.service_mean for each in found), 2),
        days=len(found),
        spread=round(max(means) - min(means), 2),
    )
