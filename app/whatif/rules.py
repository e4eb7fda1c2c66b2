"""What is compared: a rule of calling, a tide, and changes of windows.

For: `Rule`, `Tide`, `Change` with its words of a command line, and `today(plan)`.

A change of windows is said so; several are separated by spaces:

    7+tax              window 7 learns tax too, as help (rank 2); 7+tax*1.2: a fifth slower at it
    7-tax              window 7 gives tax up
    7=tax,social       window 7 serves these and nothing else
    21@9:00-12:00      window 21 is staffed in this stretch only; several stretches with commas
    21@off             window 21 stays closed

What goes wrong: `Unreadable` for other words, a window or a service that the hall does not have.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.core.assign import POLICIES
from app.core.plan import HallPlan, Serves, TideMode, WindowPlan
from app.whatif.day import Day, Stretch, Unreadable


class Tide(StrEnum):
    """Who opens tidal windows: `recorded`, as on the day itself; `off`, nobody; `suggest`, the tide suggests and a
    supervisor says yes a little later; `confirm`, it turns when nobody objects in time; `auto`, it turns by itself."""

    RECORDED = "recorded"
    OFF = "off"
    SUGGEST = "suggest"
    CONFIRM = "confirm"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Change:
    """Other windows. `serves`: what some windows serve now. `staffed`: when some are staffed instead."""

    words: str = ""
    serves: tuple[tuple[int, tuple[Serves, ...]], ...] = ()
    staffed: tuple[tuple[int, tuple[Stretch, ...]], ...] = ()

    def of_plan(self, plan: HallPlan) -> HallPlan:
        """The plan with these windows."""
        now = dict(self.serves)
        if not now:
            return plan
        windows = tuple(replace(each, serves=now.get(each.no, each.serves)) for each in plan.windows)
        return replace(plan, windows=windows)

    def of_day(self, day: Day) -> dict[int, tuple[Stretch, ...]]:
        """The staffing of the day with these windows."""
        return {**day.staffing, **dict(self.staffed)}


AS_IT_IS = Change()
"""No change of windows."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One column of the comparison. `policy`: a name of assign.POLICIES."""

    policy: str
    tide: Tide
    change: Change = AS_IT_IS

    @property
    def name(self) -> str:
        """What the column is called."""
        return " ".join(filter(None, (self.policy, self.tide.value, self.change.words)))

    def of_plan(self, plan: HallPlan) -> HallPlan:
        """The hall under this rule. Its clerks have no names here, so that nobody's skills or place are in the way."""
        tide = replace(
            plan.rules.tide,
            mode=TideMode.AUTO if self.tide is Tide.RECORDED else _MODES.get(self.tide, TideMode.SUGGEST),
        )
        return self.change.of_plan(
            replace(plan, rules=replace(plan.rules, policy=self.policy, tide=tide), arrivals=(), people=())
        )


_MODES = {Tide.CONFIRM: TideMode.CONFIRM, Tide.AUTO: TideMode.AUTO}


def today(plan: HallPlan, *, recorded: bool) -> Rule:
    """The hall's own rule. `recorded`: its tidal windows opened and closed as the journal says."""
    return Rule(plan.rules.policy, Tide.RECORDED if recorded else Tide(plan.rules.tide.mode.value))


def rules_of(
    plan: HallPlan,
    policies: Sequence[str],
    tides: Sequence[str],
    changes: Sequence[str],
    *,
    recorded: bool,
) -> tuple[Rule, ...]:
    """The rules to compare: today's first, then each policy with each tide and each change of windows. Without any words
    all policies with today's tide. Raises Unreadable."""
    mine = today(plan, recorded=recorded)
    unknown = [each for each in policies if each not in POLICIES]
    if unknown:
        known = ", ".join(POLICIES)
        raise Unreadable(
            f"没有规则 {unknown[0]};有 {known}", f"There is no rule {unknown[0]}; there is {known}"
        )
    chosen_tides: list[Tide] = []
    for word in tides:
        try:
            chosen_tides.append(Tide(word))
        except ValueError:
            known = ", ".join(Tide)
            raise Unreadable(
                f"没有潮汐方式 {word};有 {known}", f"There is no tide {word}; there is {known}"
            ) from None
    if not recorded and Tide.RECORDED in chosen_tides:
        raise Unreadable(
            "只有本大厅自己的日志才能按记录重放潮汐窗口",
            "Only a day of the hall's own journal has a recorded tide",
        )
    chosen_changes = [change_of(plan, words) for words in changes] or [AS_IT_IS]
    if not policies and not tides and not changes:
        policies = list(POLICIES)
    made = [
        Rule(policy, tide, change)
        for change in chosen_changes
        for policy in (policies or [mine.policy])
        for tide in (chosen_tides or [mine.tide])
    ]
    return tuple(dict.fromkeys((mine, *made)))


# -- words of a change --------------------------------------------------------------------------------------------

_WORD = re.compile(r"(\d+)([-+=@])(\S+)")
_STRETCH = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


def change_of(plan: HallPlan, words: str) -> Change:
    """The change that `words` say. Raises Unreadable."""
    serves: dict[int, tuple[Serves, ...]] = {}
    staffed: dict[int, tuple[Stretch, ...]] = {}
    for word in words.split():
        found = _WORD.fullmatch(word)
        if found is None:
            raise Unreadable(
                f"不明白 {word};例如 7+tax、7=tax,social、21@9:00-12:00",
                f"{word} is not understood; such as 7+tax, 7=tax,social, 21@9:00-12:00",
            )
        no, sign, rest = int(found[1]), found[2], found[3]
        if no not in plan.window:
            raise Unreadable(f"没有 {no} 号窗口", f"There is no window {no}")
        if sign == "@":
            staffed[no] = _staffed(word, rest)
        else:
            now = serves.get(no, plan.window[no].serves)
            serves[no] = _served(plan, plan.window[no], now, sign, rest)
    return Change(" ".join(words.split()), tuple(serves.items()), tuple(staffed.items()))


def learns(plan: HallPlan, no: int, service: str, slowness: float) -> Change:
    """A window learns a service."""
    return change_of(plan, f"{no}+{service}*{slowness:g}" if slowness != 1 else f"{no}+{service}")


def _served(
    plan: HallPlan, window: WindowPlan, now: tuple[Serves, ...], sign: str, rest: str
) -> tuple[Serves, ...]:
    named: list[Serves] = []
    for each in rest.split(","):
        code, _, slowness = each.partition("*")
        try:
            slow = float(slowness or 1)
        except ValueError:
            slow = 0.0
        if code not in plan.service or not 0 < slow < 100:
            known = ", ".join(plan.service)
            raise Unreadable(f"没有业务 {each};有 {known}", f"There is no service {each}; there is {known}")
        known_here = window.services.get(code)
        if sign == "=":
            named.append(known_here or Serves(code, slowness=slow))
        else:
            named.append(Serves(code, rank=2, slowness=slow))
    codes = {each.service for each in named}
    kept = () if sign == "=" else tuple(each for each in now if each.service not in codes)
    made = kept if sign == "-" else (*kept, *named)
    if not made:
        raise Unreadable(f"{window.no} 号窗口将没有业务", f"Window {window.no} would serve nothing")
    return made


def _staffed(word: str, rest: str) -> tuple[Stretch, ...]:
    if rest == "off":
        return ()
    made: list[Stretch] = []
    for each in rest.split(","):
        found = _STRETCH.fullmatch(each)
        starts, ends = (
            (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
        )
        if not starts < ends <= 24 * 60:
            raise Unreadable(
                f"不明白 {word} 的时间;例如 21@9:00-12:00",
                f"The hours of {word} make no sense; such as 21@9:00-12:00",
            )
        made.append(Stretch(float(starts), float(ends)))
    return tuple(made)
