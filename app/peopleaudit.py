"""What is wrong with the people and the limits of a hall file, and can only be seen beside its other parts.

For: `check_persons` (who works here, who comes for others), `check_limits` (quotas of parts of the day, numbers per person,
and settings that contradict each other). Chapters of app/hallaudit.py, which collects what they find.
Not for: the shape of the file (app/hallforms.py).
What goes wrong: nothing. `None` was reported where it was found.
"""

import re
from datetime import date, time

from app.core.judged import EstimateRules
from app.core.people import KeepOfCard
from app.core.plan import ORDINARY, CreditRules, HolderRules, WindowKind
from app.hallaudit import Audit, date_of, each_form, time_of
from app.tomllines import Path
from displays.words import Bilingual

_DATE_RIGHT = Bilingual("年-月-日，例如 2026-12-31", "year-month-day, such as 2026-12-31")


def check_persons(audit: Audit) -> None:
    """Staff numbers and accounts that are one person's, windows and services that there are, days in their order."""
    form = audit.form
    another = Bilingual("换一个没有用过的", "one that is not taken")
    people = list(each_form(form.person))
    audit.unique(
        ((("person", i, "staff_no"), each.staff_no) for i, each in people), "工号", "staff number", another
    )
    audit.unique(
        ((("person", i, "login"), each.login or None) for i, each in people), "账号", "account", another
    )
    numbers = {each.staff_no for _, each in people}
    windows = {each.no for _, each in each_form(form.window)}
    for i, person in people:
        if person.login and person.login != person.staff_no and person.login in numbers:
            audit.error(
                ("person", i, "login"),
                Bilingual(
                    f"账号 {person.login} 是别人的工号",
                    f"the account {person.login} is somebody's staff number",
                ),
                another,
            )
        if person.window is not None and person.window not in windows:
            audit.error(
                ("person", i, "window"),
                Bilingual(f"没有 {person.window} 号窗口", f"there is no window {person.window}"),
                Bilingual("写一个有的窗口号，或不写", "a window that there is, or none"),
            )
    for i, clerk in each_form(form.flexible_clerk):
        if people and clerk.staff_no is not None and clerk.staff_no not in numbers:
            audit.warn(
                ("flexible_clerk", i, "staff_no"),
                Bilingual("不在 [[person]] 名单中", "is not among [[person]]"),
                Bilingual("为此工号写一个 [[person]]", "a [[person]] with this staff number"),
            )
    _check_agents(audit)


def _check_agents(audit: Audit) -> None:
    agents = list(each_form(audit.form.registered_agent))
    audit.unique(
        ((("registered_agent", i, "holder"), each.holder) for i, each in agents),
        "代办人员",
        "registered agent",
        Bilingual("每张证件只登记一次", "each card registered once"),
    )
    for i, agent in agents:
        path: Path = ("registered_agent", i)
        _check_validity(audit, path, agent.valid_from, agent.valid_to)
        for place, code in enumerate(agent.services or ()):
            audit.known((*path, "services", place), code, audit.services, "业务", "service")


def _check_validity(audit: Audit, path: Path, valid_from: str | None, valid_to: str | None) -> None:
    starts = _date(audit, (*path, "valid_from"), valid_from)
    ends = _date(audit, (*path, "valid_to"), valid_to)
    if starts and ends and ends < starts:
        audit.error(
            (*path, "valid_to"),
            Bilingual(f"{ends} 早于开始日期 {starts}", f"{ends} is before its first day {starts}"),
            Bilingual("不早于 valid_from", "valid_from or later"),
        )


def _date(audit: Audit, path: Path, text: str | None) -> date | None:
    if text is None:
        return None
    found = date_of(text)
    if found is None:
        audit.error(path, Bilingual(f"{text} 不是日期", f"{text} is not a date"), _DATE_RIGHT)
    return found


def check_limits(audit: Audit) -> None:
    """Parts of the day that are in order, limits that can be reached, thresholds that do not contradict each other."""
    _check_segments(audit)
    _check_holder(audit)
    _check_guard(audit)
    _check_band(audit)
    _check_calendar(audit)
    _check_case_url(audit)
    for i, each in each_form(audit.form.class_):
        _check_validity(audit, ("class", i), each.valid_from, each.valid_to)
        if each.key == ORDINARY and (each.valid_from or each.valid_to):
            audit.error(
                ("class", i, "valid_from" if each.valid_from else "valid_to"),
                Bilingual("普通类别没有有效期", "the ordinary class has no days of its own"),
                Bilingual("有效期写在优先类别里", "valid_from and valid_to in a priority class"),
            )
        if each.key == ORDINARY and each.from_age is not None:
            audit.warn(
                ("class", i, "from_age"),
                Bilingual("普通类别不需要年龄", "the ordinary class comes without an age"),
                Bilingual("把 from_age 写在优先类别里", "from_age in a priority class"),
            )


def _check_segments(audit: Audit) -> None:
    for i, service in each_form(audit.form.service):
        before: tuple[time, time] | None = None
        rows = [
            (starts, ends, place, each)
            for place, each in each_form(service.quotas)
            if (starts := time_of(each.starts or "")) and (ends := time_of(each.ends or ""))
        ]
        for starts, ends, place, each in sorted(rows, key=lambda row: row[0]):
            path: Path = ("service", i, "quotas", place)
            span = f"{starts:%H:%M}-{ends:%H:%M}"
            if starts >= ends:
                audit.error(
                    (*path, "ends"),
                    Bilingual(f"时段 {span} 的开始不早于结束", f"the segment {span} ends before it starts"),
                    Bilingual("starts 早于 ends", "starts before ends"),
                )
            elif before and starts < before[1]:
                audit.error(
                    (*path, "starts"),
                    Bilingual(
                        f"时段 {span} 与 {before[0]:%H:%M}-{before[1]:%H:%M} 重叠",
                        f"the segment {span} overlaps {before[0]:%H:%M}-{before[1]:%H:%M}",
                    ),
                    Bilingual(
                        f"从 {before[1]:%H:%M} 或更晚开始", f"one that starts at {before[1]:%H:%M} or later"
                    ),
                )
            if service.quota is not None and each.quota is not None and each.quota > service.quota:
                audit.warn(
                    (*path, "quota"),
                    Bilingual(
                        f"时段 {span} 的 {each.quota} 个号多于全天的 {service.quota} 个",
                        f"{each.quota} numbers in {span} are more than the {service.quota} of the day",
                    ),
                    Bilingual("不多于全天的 quota", "no more than the quota of the day"),
                )
            before = (starts, ends)


def _check_holder(audit: Audit) -> None:
    holder = audit.form.rules.holder if audit.form.rules else None
    per_service = (
        HolderRules.per_service if holder is None or holder.per_service is None else holder.per_service
    )
    per_day = HolderRules.per_day if holder is None or holder.per_day is None else holder.per_day
    if 0 < per_day < per_service:
        audit.warn(
            ("rules", "holder", "per_service" if holder and holder.per_service is not None else "per_day"),
            Bilingual(
                f"每项业务 {per_service} 个号，而全天只有 {per_day} 个",
                f"{per_service} numbers for a service, and only {per_day} a day",
            ),
            Bilingual("per_service 不大于 per_day", "per_service no more than per_day"),
        )
    if (
        holder
        and holder.keep not in (None, KeepOfCard.HASH)
        and (audit.form.registered_agent or holder.per_day)
    ):
        audit.warn(
            ("rules", "holder", "keep"),
            Bilingual(
                "不保留证件摘要，按人限号和代办登记都不起作用",
                "no hash of a card is kept: limits per person and registered agents have no effect",
            ),
            Bilingual('keep = "hash"', 'keep = "hash"'),
        )


def _check_guard(audit: Audit) -> None:
    credit = audit.form.rules.credit if audit.form.rules else None
    if credit and credit.guard is not None and credit.guard <= 15:
        audit.warn(
            ("rules", "credit", "guard"),
            Bilingual(
                f"保障时限 {credit.guard:g} 分钟不高于承诺的 15 分钟，一过承诺就只剩先来后到",
                f"guard {credit.guard:g} min is no more than the promise of 15: past the promise only arrival counts",
            ),
            Bilingual(f"高于 15，通常 {CreditRules.guard:g}", f"above 15, usually {CreditRules.guard:g}"),
        )


def _check_band(audit: Audit) -> None:
    """That so many outcomes are kept as the band of the estimates needs."""
    rules = audit.form.rules.estimate if audit.form.rules else None
    few = EstimateRules.few if rules is None or rules.few is None else rules.few
    kept = EstimateRules.outcomes if rules is None or rules.outcomes is None else rules.outcomes
    if rules and few > kept:
        audit.error(
            ("rules", "estimate", "outcomes" if rules.few is None else "few"),
            Bilingual(
                f"few 为 {few}，而只保留 {kept} 次结果", f"few is {few}, and only {kept} outcomes are kept"
            ),
            Bilingual("few 不大于 outcomes", "few not above outcomes"),
        )


def _check_calendar(audit: Audit) -> None:
    tide = audit.form.rules.tide if audit.form.rules else None
    tidal = sum(each.kind == WindowKind.TIDAL for _, each in each_form(audit.form.window))
    for place, row in each_form(tide.calendar if tide else None):
        path: Path = ("rules", "tide", "calendar", place)
        starts, ends = time_of(row.starts or "09:00"), time_of(row.ends or "16:00")
        if starts and ends and starts >= ends:
            audit.error(
                (*path, "ends" if row.ends else "starts"),
                Bilingual(
                    f"{starts:%H:%M} 至 {ends:%H:%M} 的开始不早于结束",
                    f"from {starts:%H:%M} to {ends:%H:%M} ends before it starts",
                ),
                Bilingual("starts 早于 ends", "starts before ends"),
            )
        wanted = 2 if row.windows is None else row.windows
        if wanted > tidal:
            audit.warn(
                (*path, "windows"),
                Bilingual(
                    f"要开 {wanted} 个潮汐窗口，只有 {tidal} 个", f"wants {wanted} tidal windows of {tidal}"
                ),
                Bilingual("不多于潮汐窗口数", "no more than there are tidal windows"),
            )


def _check_case_url(audit: Audit) -> None:
    url = audit.form.rules.case_url if audit.form.rules else None
    wrong = sorted(set(re.findall(r"\{([^}]*)\}", url or "")) - {"number", "service"})
    if wrong:
        audit.error(
            ("rules", "case_url"),
            Bilingual(f"不认识 {{{wrong[0]}}}", f"{{{wrong[0]}}} is not known here"),
            Bilingual("只有 {number} 和 {service}", "only {number} and {service}"),
        )
