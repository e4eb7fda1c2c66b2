"""Why the hall did something, as a sentence: a reason's code and its numbers, in Chinese and English.

For: clerks, supervisors, and whoever asks afterwards. A sentence is a row of clauses; a clause is said only if the facts
that it needs are there and are not nothing. Not for: deciding (app/core/assign.py, app/core/tide.py).
Minutes are said without needless decimals. A code from a newer version is shown as it is.
"""

from collections.abc import Mapping
from typing import NamedTuple

from displays.words import Bilingual

Fact = str | int | float


class Clause(NamedTuple):
    """A part of a sentence, in both languages. `needs`: the facts without which it is not said."""

    zh: str
    en: str
    needs: tuple[str, ...] = ()


CALLED = Clause("{window}号窗口呼叫 {number}", "W{window:0>2} called {number}")
OF_CLASS = Clause("({class_zh})", " ({class_en})", ("class_en",))
BOOKED = Clause("(预约)", " (booked)", ("booked",))

CREDIT = (
    CALLED,
    OF_CLASS,
    BOOKED,
    Clause(":积分 {credit}", ": credit {credit}"),
    Clause(
        " = {head_start} + {slope} × {age} 分钟", " = {head_start} + {slope} x {age} min", ("head_start",)
    ),
    Clause(" + 此前等候 {earlier}", " + {earlier} for the wait before", ("earlier",)),
    Clause(";{queue} 队需 {drain} 分钟办完", "; queue {queue} needs {drain} min", ("drain",)),
    Clause(
        ";次选 {runner_up} 积分 {runner_up_credit}",
        "; runner-up {runner_up} credit {runner_up_credit}",
        ("runner_up",),
    ),
    Clause(
        ",其队需 {runner_up_drain} 分钟", ", queue {runner_up_drain} min", ("runner_up", "runner_up_drain")
    ),
    Clause(
        ";{guarded} 已等候 {guarded_age} 分钟,超过 {guard} 分钟,只叫该队",
        "; only its queue is called, as {guarded} has waited {guarded_age} min, past {guard}",
        ("guarded",),
    ),
    Clause("。", "."),
    Clause(
        "越过 {overtaken_zh}(上限 {limit} 次)。", " {overtaken_en} overtaken (limit {limit}).", ("overtaken",)
    ),
)

FORECAST = Clause("{service_zh}预计等候 {wait} 分钟", "projected wait for {service_en} {wait} min")
NUMBERS = Clause(
    ":{waiting} 人等候 × {mean} 分钟,每分钟新到 {rate} 人,折合 {capacity} 个窗口",
    ": {waiting} waiting x {mean} min, {rate} a minute arriving, {capacity} windows' worth",
)
CLERKS = Clause("机动人员已出 {clerks_out}/{clerks} 人。", " Flexible clerks {clerks_out} of {clerks}.")
NOT_OPENED = Clause("{service_zh}预计等候 {wait} 分钟;", "{service_en} projected {wait} min; ")

SENTENCES: dict[str, tuple[Clause, ...]] = {
    "fifo": (
        Clause(
            "{window}号窗口呼叫 {number}:先到先办,已等候 {waited} 分钟。",
            "W{window:0>2} called {number}: first come, waited {waited} min.",
        ),
    ),
    "priority": (
        Clause(
            "{window}号窗口呼叫 {number}:按优先类别和先后顺序,已等候 {waited} 分钟。",
            "W{window:0>2} called {number}: by class, then by arrival; waited {waited} min.",
        ),
    ),
    "ratio": (
        Clause(
            "{window}号窗口呼叫 {number}:按优先与普通的轮转比例,已等候 {waited} 分钟。",
            "W{window:0>2} called {number}: by the turn of priority and ordinary; waited {waited} min.",
        ),
    ),
    "chosen": (
        Clause(
            "{window}号窗口指定呼叫 {number}:{reason}。",
            "W{window:0>2} called {number} out of order: {reason}.",
        ),
    ),
    "recycled": (
        Clause(
            "{window}号窗口从过号名单呼叫 {number}。",
            "W{window:0>2} called {number} from the list of missed numbers.",
        ),
    ),
    "credit": CREDIT,
    "guard": (
        CALLED,
        Clause(
            ":已等候 {guarded_age} 分钟,超过 {guard} 分钟的保证。",
            ": waited {guarded_age} min, past the {guard}-minute guarantee.",
        ),
    ),
    "spent": (
        CALLED,
        Clause(
            ":{spent} 已被越过 {times} 次,不再让任何人越过。",
            ": {spent} was overtaken {times} times, nobody passes it again.",
        ),
    ),
    "tide_open": (
        Clause("{window}号窗口开放,办理{services_zh}:", "W{window:0>2} opens for {services_en}: "),
        FORECAST,
        Clause("(上限 {limit}),已 {hot_minutes} 分钟", " (limit {limit}) for {hot_minutes} min"),
        NUMBERS,
        Clause("。开放后 {wait_with} 分钟。", ". With it: {wait_with} min."),
        CLERKS,
    ),
    "tide_calendar": (
        Clause(
            "{window}号窗口按日历开放,办理{services_zh}。",
            "W{window:0>2} opens for {services_en}, as the calendar foresees.",
        ),
        CLERKS,
    ),
    "tide_no_clerk": (
        NOT_OPENED,
        Clause(
            "没有空闲的机动人员(已出 {clerks_out}/{clerks})。",
            "no flexible clerk free ({clerks_out} of {clerks} out).",
        ),
    ),
    "tide_no_skill": (
        NOT_OPENED,
        Clause("空闲的机动人员都不能办理该业务。", "no free flexible clerk has the skill."),
    ),
    "tide_no_window": (NOT_OPENED, Clause("没有潮汐窗口办理该业务。", "no tidal window serves it.")),
    "tide_all_open": (
        NOT_OPENED,
        Clause("能办理的潮汐窗口都已开放。", "every tidal window that serves it is open already."),
    ),
    "tide_resting": (
        NOT_OPENED,
        Clause(
            "{window}号窗口刚刚关闭或被否决,稍后再开。",
            "window {window} has just closed or been declined and rests.",
        ),
    ),
    "tide_pinned": (
        NOT_OPENED,
        Clause("{window}号窗口已由主管固定为关闭。", "a supervisor keeps window {window} closed."),
    ),
    "tide_dismissed": (
        NOT_OPENED,
        Clause("主管刚刚否决了开窗建议。", "a supervisor has just declined to open a window."),
    ),
    "tide_soon": (
        Clause(
            "{service_zh}预计等候 {wait} 分钟,已 {hot_minutes} 分钟,满 {open_after} 分钟再开窗。",
            "{service_en} projected {wait} min for {hot_minutes} min; a window opens after {open_after}.",
        ),
    ),
    "tide_kept": (Clause("{window}号窗口由主管固定为开放。", "A supervisor keeps window {window} open."),),
    "tide_last": (
        Clause(
            "{window}号窗口是目前唯一办理{service_zh}的窗口。",
            "Window {window} is the last that serves {service_en}.",
        ),
    ),
    "tide_queue": (
        Clause(
            "已过下班时间,{service_zh}还有人等候,{window}号窗口办完再关。",
            "After hours people still wait for {service_en}; window {window} closes when they are done.",
        ),
    ),
    "tide_needed": (
        Clause(
            "没有{window}号窗口,{service_zh}预计等候 {wait} 分钟(关闭线 {limit})。",
            "Without window {window}, {service_en} would wait {wait} min (it closes below {limit}).",
        ),
    ),
    "tide_young": (
        Clause(
            "{window}号窗口才开放 {open_minutes} 分钟,至少 {min_open} 分钟。",
            "Window {window} has been open for {open_minutes} min, and stays at least {min_open}.",
        ),
    ),
    "tide_calm": (
        Clause(
            "没有{window}号窗口各队也不多等,已 {calm_minutes} 分钟;满 {close_after} 分钟后逐个关闭。",
            "Nobody would miss window {window} for {calm_minutes} min now; after {close_after} windows close one by one.",
        ),
    ),
    "tide_close": (
        Clause(
            "{window}号窗口关闭:没有它,各队 {calm_minutes} 分钟来都低于 {limit} 分钟",
            "W{window:0>2} closes: without it every queue stays under {limit} min for {calm_minutes} min",
        ),
        Clause(";开放 {open_minutes} 分钟,办结 {served} 人。", "; open {open_minutes} min, {served} served."),
    ),
    "tide_evening": (
        Clause("{window}号窗口关闭:已过下班时间,无人等候", "W{window:0>2} closes: after hours, nobody waits"),
        Clause(";开放 {open_minutes} 分钟,办结 {served} 人。", "; open {open_minutes} min, {served} served."),
    ),
}
"""Every reason by its code."""


def sentence(code: str, facts: Mapping[str, Fact]) -> Bilingual:
    """The reason in words."""
    clauses = SENTENCES.get(code)
    if clauses is None:
        return Bilingual(code, code)
    said = {key: _plain(fact) for key, fact in facts.items()} | _overtaken(facts)
    spoken = [clause for clause in clauses if all(facts.get(need) for need in clause.needs)]
    return Bilingual(
        "".join(clause.zh.format_map(said) for clause in spoken),
        "".join(clause.en.format_map(said) for clause in spoken),
    )


def _plain(fact: Fact) -> str:
    return f"{fact:g}" if isinstance(fact, float) else str(fact)


def _ordinal(count: int) -> str:
    suffix = "th" if 10 < count % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{suffix}"


def _overtaken(facts: Mapping[str, Fact]) -> dict[str, str]:
    """`A019:3 A020:1` and how many in all, as words."""
    named = [each.partition(":") for each in str(facts.get("overtaken", "")).split()]
    if not named:
        return {}
    more = int(facts.get("overtaken_count", len(named))) - len(named)
    zh = "、".join(f"{number}(第 {times} 次)" for number, _, times in named)
    en = ", ".join(f"{number} ({_ordinal(int(times))} time)" for number, _, times in named)
    if more > 0:
        zh, en = f"{zh}等 {len(named) + more} 人", f"{en} and {more} more"
    return {"overtaken_zh": zh, "overtaken_en": en}
