"""What is wrong with a hall file that no form can see, and the words in which every mistake is told.

For: references that lead nowhere, numbers given twice, hours that overlap, and what the standards for halls ask
(at most six professional zones, four hours on a Saturday). Everything is collected; nothing stops at the first.
Not for: the shape of the file (app/hallforms.py), or reading and writing it (app/hallfile.py).
What goes wrong: nothing. `None` in a form is passed over in silence: it was reported where it was found.
"""

import difflib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic_core import ErrorDetails

from app import hallforms
from app.core.bookrules import BookingRules
from app.core.plan import ORDINARY, AlertRules, DeviceKind, MissedRule, Opening, TideRules, WindowKind
from app.hallforms import Form
from app.holidays import national_calendar, unknown_from
from app.tomllines import Path, line_of
from displays.words import Bilingual
from drivers.catalog import CATALOG
from drivers.link import OPTIONS

MAX_PROFESSIONAL_ZONES = 6
"""Jiangxi DB36/T: professional areas at most six."""

MIN_SATURDAY_MINUTES = 240
"""Jiangxi DB36/T: service on Saturday of at least four hours."""

LINKS = tuple(OPTIONS)
"""What can carry a dialect: the part of a device URL behind the plus."""

DIALECTS: Mapping[str, frozenset[DeviceKind]] = {
    dialect: frozenset({DeviceKind.PAD, DeviceKind.CALLER} if row.kind == "pad" else {DeviceKind(row.kind)})
    for dialect, row in CATALOG.items()
}
"""The part of a device URL before the plus, and the kinds of device that speak it."""

AGENT = re.compile(r"agent:[^\s/?#]+")
"""A device on another machine: the name of its agent, which is the holder of the agent's key."""


class Severity(StrEnum):
    """Whether the file can be used with it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One mistake: where it stands (`line` from 1), what is wrong there, and what would be right."""

    file: str
    line: int
    severity: Severity
    wrong: Bilingual
    right: Bilingual

    def __str__(self) -> str:
        word = "错误" if self.severity is Severity.ERROR else "警告"
        zh, en = self.right.zh, self.right.en
        return (
            f"{self.file}:{self.line}: {word}：{self.wrong.zh}。应为：{zh}{'' if zh.endswith('？') else '。'}\n"
            f"    {self.severity}: {self.wrong.en}. Right: {en}{'' if en.endswith('?') else '.'}"
        )


_NAMED: dict[str, tuple[str, str, str]] = {
    "zone": ("code", "分区 {}", "zone {}"),
    "service": ("code", "业务 {}", "service {}"),
    "window": ("no", "{} 号窗口", "window {}"),
    "class": ("key", "优先类别 {}", "class {}"),
    "flexible_clerk": ("staff_no", "机动人员 {}", "flexible clerk {}"),
    "person": ("staff_no", "人员 {}", "person {}"),
    "registered_agent": ("name", "代办人员 {}", "registered agent {}"),
    "device": ("name", "设备 {}", "device {}"),
    "pause_reason": ("key", "暂停原因 {}", "pause reason {}"),
    "arrivals": ("service", "到达数据 {}", "arrivals of {}"),
    "rating_reason": ("key", "评价原因 {}", "rating reason {}"),
    "notice": ("text", "通知“{}”", "notice {}"),
}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_CLOCK_RIGHT = Bilingual("24 小时制 HH:MM，例如 16:30", "HH:MM on the 24-hour clock, such as 16:30")
_OPENING_RIGHT = Bilingual('"开始-结束"，例如 "09:00-17:00"', '"opens-closes", such as "09:00-17:00"')
_T = TypeVar("_T")
_FormT = TypeVar("_FormT", bound=Form)


class Audit:
    """Collects what is wrong; each method looks at a part of the file. `name` is the file's, `found` the lines of what
    stands in it, `document` the values and `form` those that fit."""

    def __init__(
        self, name: str, found: dict[Path, int], document: dict[str, object], form: hallforms.File
    ) -> None:
        self.name = name
        self.lines = found
        self.document = document
        self.form = form
        self.findings: list[Finding] = []
        self.zones = {each.code: each.name or "" for _, each in _each(form.zone) if each.code}
        self.services = {each.code: each.name or "" for _, each in _each(form.service) if each.code}

    def error(self, path: Path, wrong: Bilingual, right: Bilingual) -> None:
        self._add(Severity.ERROR, path, wrong, right)

    def warn(self, path: Path, wrong: Bilingual, right: Bilingual) -> None:
        self._add(Severity.WARNING, path, wrong, right)

    def _add(self, severity: Severity, path: Path, wrong: Bilingual, right: Bilingual) -> None:
        where = self.where(path)
        self.findings.append(
            Finding(
                self.name,
                line_of(self.lines, path),
                severity,
                Bilingual(f"{where.zh}{wrong.zh}", f"{where.en}{wrong.en}"),
                right,
            )
        )

    def where(self, path: Path) -> Bilingual:
        """Whom a path is about, as the beginning of a sentence."""
        match path:
            case (str(section), int(place), *_) if section in _NAMED:
                key, zh, en = _NAMED[section]
                entries = list(_entries(self.document.get(section)))
                entry = entries[place] if place < len(entries) else None
                said = entry.get(key) if isinstance(entry, dict) else None
                if isinstance(said, str | int) and said != "":
                    return Bilingual(f"{zh.format(said)}：", f"{en.format(said)}: ")
                return Bilingual(f"第 {place + 1} 个 [[{section}]]：", f"[[{section}]] number {place + 1}: ")
            case ("hall" | "rules" | "hours" | "exceptions" as section, _, *_):
                return Bilingual(f"[{section}]：", f"[{section}]: ")
        return Bilingual("", "")

    # what fits no form

    def missing(self, paths: Iterable[Path]) -> None:
        for path in paths:
            right = _right(path)
            self.error(path, Bilingual(f"缺少 {path[-1]}", f"{path[-1]} is missing"), right)

    def misfits(self, errors: Iterable[ErrorDetails]) -> None:
        for error in errors:
            path = error["loc"]
            key = next((part for part in reversed(path) if isinstance(part, str)), "")
            if error["type"] == "extra_forbidden":
                self.error(
                    path, Bilingual(f"没有 {key} 这一项", f"there is no key {key}"), self.key_right(path)
                )
            else:
                value = _shown(error["input"])
                why = _MISFITS.get(error["type"], Bilingual(error["msg"], error["msg"]))
                bounds = {name: _shown(limit) for name, limit in error.get("ctx", {}).items()}
                self.error(
                    path,
                    Bilingual(
                        f"{key} 写成 {value}，{why.zh.format(**bounds)}",
                        f"{key} is {value}, {why.en.format(**bounds)}",
                    ),
                    _right(path),
                )

    def key_right(self, path: Path) -> Bilingual:
        """The key that was probably meant at `path`."""
        key = str(path[-1])
        form = hallforms.form_at(path[:-1]) or hallforms.File
        near = _nearest(key, hallforms.keys_of(form))
        if near:
            return Bilingual(f"是不是要写 {near}？", f"did you mean {near}?")
        home = next(
            (names for names, each in hallforms.FORMS.items() if key in hallforms.keys_of(each)), None
        )
        if home:
            table = ".".join(home)
            return Bilingual(f"{key} 写在 {table} 表里", f"{key} belongs into the table {table}")
        return _one_of(hallforms.keys_of(form))

    # references

    def known(self, path: Path, value: str | None, known: Mapping[str, str], zh: str, en: str) -> bool:
        """Whether `value` is one of `known` (code to name); if not, says so."""
        if value is None:
            return False
        if value in known:
            return True
        by_name = next((code for code, name in known.items() if name and name == value), None)
        near = by_name or _nearest(value, known)
        right = (
            Bilingual(f"是不是要写 {near}？", f"did you mean {near}?")
            if near
            else _one_of(known)
            if known
            else Bilingual(f"先写出{zh}", f"describe the {en} first")
        )
        self.error(path, Bilingual(f"没有叫 {value} 的{zh}", f"there is no {en} {value}"), right)
        return False

    def unique(self, paths: Iterable[tuple[Path, _T | None]], zh: str, en: str, right: Bilingual) -> None:
        """That no value stands at two of `paths`."""
        first: dict[_T, Path] = {}
        for path, value in paths:
            if value is None:
                continue
            if value in first:
                line = line_of(self.lines, first[value])
                self.error(
                    path,
                    Bilingual(
                        f"{zh} {value} 已在第 {line} 行用过",
                        f"the {en} {value} is already taken by line {line}",
                    ),
                    right,
                )
            else:
                first[value] = path

    def clock(self, path: Path, value: str | None) -> time | None:
        if value is None:
            return None
        found = time_of(value)
        if found is None:
            self.error(
                path, Bilingual(f"{value} 不是一天中的时刻", f"{value} is not a time of day"), _CLOCK_RIGHT
            )
        return found

    # parts of the file

    def check_hall(self, policies: Collection[str]) -> None:
        if (
            self.form.hall
            and self.form.hall.timezone is not None
            and not _is_timezone(self.form.hall.timezone)
        ):
            zone = self.form.hall.timezone
            near = _nearest(zone, available_timezones())
            self.error(
                ("hall", "timezone"),
                Bilingual(f"没有叫 {zone} 的时区", f"there is no time zone {zone}"),
                Bilingual(
                    f"{near or 'Asia/Shanghai'}（中国全境为 Asia/Shanghai）",
                    f"{near or 'Asia/Shanghai'} (all of China is Asia/Shanghai)",
                ),
            )
        if self.form.rules and self.form.rules.policy is not None:
            names = dict.fromkeys(policies, "")
            self.known(("rules", "policy"), self.form.rules.policy, names, "叫号规则", "rule of calling")
        if self.form.rules and (tide := self.form.rules.tide):
            opens = TideRules.open_at if tide.open_at is None else tide.open_at
            closes = TideRules.close_at if tide.close_at is None else tide.close_at
            if closes >= opens:
                self.error(
                    ("rules", "tide", "close_at" if tide.close_at is not None else "open_at"),
                    Bilingual(
                        f"关窗阈值 {closes:g} 不低于开窗阈值 {opens:g}，窗口会反复开关",
                        f"the tide closes at {closes:g} min and opens at {opens:g}: windows would flap",
                    ),
                    Bilingual("close_at 小于 open_at，如 3 与 8", "close_at below open_at, such as 3 and 8"),
                )

        if self.form.rules and (alerts := self.form.rules.alerts):
            for what in ("wait", "handling", "pause", "offline"):
                self.levels(alerts, what)

    def levels(self, alerts: hallforms.AlertsForm, what: str) -> None:
        """That the red alert of `what` comes after the amber one."""
        amber, red = (
            getattr(AlertRules, key) if getattr(alerts, key) is None else getattr(alerts, key)
            for key in (f"{what}_amber", f"{what}_red")
        )
        if red < amber:
            given = f"{what}_red" if getattr(alerts, f"{what}_red") is not None else f"{what}_amber"
            self.error(
                ("rules", "alerts", given),
                Bilingual(
                    f"{what}_red {red:g} 小于 {what}_amber {amber:g},红色会早于黄色",
                    f"{what}_red is {red:g} and {what}_amber {amber:g}: red would come before amber",
                ),
                Bilingual(f"{what}_red 不小于 {what}_amber", f"{what}_red not below {what}_amber"),
            )

    def check_services(self) -> None:
        services = list(_each(self.form.service))
        another = Bilingual("换一个没有用过的", "one that is not taken")
        self.unique(
            ((("zone", i, "code"), each.code) for i, each in _each(self.form.zone)),
            "分区代码",
            "zone code",
            another,
        )
        professional = [i for i, each in _each(self.form.zone) if each.professional]
        if len(professional) > MAX_PROFESSIONAL_ZONES:
            self.warn(
                ("zone", professional[MAX_PROFESSIONAL_ZONES], "professional"),
                Bilingual(
                    f"这是第 {MAX_PROFESSIONAL_ZONES + 1} 个专业分区，共 {len(professional)} 个",
                    f"this is professional zone number {MAX_PROFESSIONAL_ZONES + 1} of {len(professional)}",
                ),
                Bilingual(
                    f"专业分区不超过 {MAX_PROFESSIONAL_ZONES} 个，其余并入综合区",
                    f"at most {MAX_PROFESSIONAL_ZONES} professional zones; the rest in the general area",
                ),
            )
        self.unique(
            ((("service", i, "code"), each.code) for i, each in services), "业务代码", "service code", another
        )
        self.unique(
            ((("service", i, "prefix"), each.prefix) for i, each in services),
            "号码前缀",
            "prefix",
            Bilingual("每项业务用自己的前缀，否则号码会重复", "a prefix of its own, or numbers would meet"),
        )
        self.unique(
            (
                (("service", i, "trace_queues", place), queue)
                for i, each in services
                for place, queue in enumerate(each.trace_queues or ())
            ),
            "记录队列",
            "recorded queue",
            Bilingual("一个队列只对应一项业务", "one service for each recorded queue"),
        )
        for i, each in services:
            self.known(("service", i, "zone"), each.zone, self.zones, "分区", "zone")
            self.clock(("service", i, "last_ticket"), each.last_ticket)
            self.pick_up(i, each, {other.code for _, other in services if other.pickup})
            if each.missed:
                rules = {rule.value: "" for rule in MissedRule}
                if each.missed.rule is not None:
                    self.known(
                        ("service", i, "missed", "rule"), each.missed.rule, rules, "过号规则", "missed rule"
                    )

    def pick_up(self, i: int, service: hallforms.ServiceForm, pickups: Collection[str | None]) -> None:
        """That results are handed out where results are handed out."""
        at = service.result_at
        known = bool(at) and self.known(("service", i, "result_at"), at, self.services, "业务", "service")
        if known and at not in pickups:
            self.error(
                ("service", i, "result_at"),
                Bilingual(f"{at} 不是领取结果的业务", f"{at} is no service that hands out results"),
                Bilingual(f"{at} 写 pickup = true", f"pickup = true for {at}"),
            )
        if known and at == service.code:
            self.error(
                ("service", i, "result_at"),
                Bilingual(
                    f"{at} 的结果仍由它自己发放", f"{at} would hand out results of its own handing out"
                ),
                Bilingual("发放结果的业务不写 result_at", "no result_at where results are handed out"),
            )
        if service.pickup and service.code:
            kinds = {
                window.kind
                for _, window in _each(self.form.window)
                if any(each and each.service == service.code for each in window.serves or ())
            }
            if kinds and WindowKind.ISSUING.value not in kinds:
                self.warn(
                    ("service", i, "pickup"),
                    Bilingual("没有统一出件窗口办理", "no window of kind issuing serves it"),
                    Bilingual(
                        '至少一个 kind = "issuing" 的窗口，领取不与办理同队',
                        'a window of kind = "issuing", so that who fetches something does not wait for who applies',
                    ),
                )

    def check_windows(self) -> None:
        kinds = {kind.value: "" for kind in WindowKind}
        windows = list(_each(self.form.window))
        self.unique(
            ((("window", i, "no"), each.no) for i, each in windows),
            "窗口号",
            "window number",
            Bilingual("每个窗口用自己的号", "a number of its own for each window"),
        )
        served: dict[str, set[str]] = {}
        for i, window in windows:
            self.known(("window", i, "zone"), window.zone, self.zones, "分区", "zone")
            self.known(("window", i, "kind"), window.kind, kinds, "窗口类型", "kind of window")
            for place, serves in enumerate(window.serves or ()):
                if serves and self.known(
                    ("window", i, "serves", place), serves.service, self.services, "业务", "service"
                ):
                    served.setdefault(serves.service or "", set()).add(window.kind or "")
            self.unique(
                (
                    (("window", i, "serves", place), serves.service)
                    for place, serves in enumerate(window.serves or ())
                    if serves
                ),
                "业务",
                "service",
                Bilingual("一个窗口里每项业务只写一次", "each service once in a window"),
            )
            if window.serves == []:
                self.warn(
                    ("window", i, "serves"),
                    Bilingual("不办任何业务", "it serves nothing"),
                    Bilingual(
                        '至少一项，例如 serves = ["residence"]',
                        'at least one, such as serves = ["residence"]',
                    ),
                )
        for i, service in _each(self.form.service):
            if service.code is None:
                continue
            if service.code not in served:
                self.error(
                    ("service", i, "code"),
                    Bilingual(
                        "没有窗口办理，取了号没有人叫",
                        "no window serves it, its tickets would never be called",
                    ),
                    Bilingual(
                        f"在某个 [[window]] 的 serves 中写上 {service.code}",
                        f"{service.code} in serves of a [[window]]",
                    ),
                )
            elif served[service.code] == {WindowKind.TIDAL.value}:
                self.warn(
                    ("service", i, "code"),
                    Bilingual(
                        "只有潮汐窗口办理，潮汐窗口不开时没有人叫",
                        "only tidal windows serve it: while they are closed nobody is called",
                    ),
                    Bilingual("至少一个固定窗口办理", "at least one window that is always there"),
                )

    def check_people(self) -> None:
        another = Bilingual("换一个没有用过的", "one that is not taken")
        self.unique(
            ((("class", i, "key"), each.key) for i, each in _each(self.form.class_)),
            "类别",
            "class",
            another,
        )
        self.unique(
            ((("class", i, "from_age"), each.from_age) for i, each in _each(self.form.class_)),
            "起始年龄",
            "age",
            Bilingual("每个年龄只对应一个类别", "one class for each age"),
        )
        if self.form.class_ and all(each.key != ORDINARY for _, each in _each(self.form.class_)):
            self.warn(
                ("class",),
                Bilingual(
                    f"没有 {ORDINARY}（普通）类别，已自动补上",
                    f"there is no class {ORDINARY}; it has been added",
                ),
                Bilingual(
                    f'再写一个 [[class]]：key = "{ORDINARY}"', f'one more [[class]] with key = "{ORDINARY}"'
                ),
            )
        self.unique(
            ((("pause_reason", i, "key"), each.key) for i, each in _each(self.form.pause_reason)),
            "暂停原因",
            "pause reason",
            another,
        )
        clerks = list(_each(self.form.flexible_clerk))
        self.unique(
            ((("flexible_clerk", i, "staff_no"), each.staff_no) for i, each in clerks),
            "工号",
            "staff number",
            another,
        )
        for i, clerk in clerks:
            for place, skill in enumerate(clerk.skills or ()):
                self.known(("flexible_clerk", i, "skills", place), skill, self.services, "业务", "service")
        tidal = [i for i, each in _each(self.form.window) if each.kind == WindowKind.TIDAL]
        if tidal and not clerks:
            self.warn(
                ("window", tidal[0], "kind"),
                Bilingual(
                    "有潮汐窗口，但没有机动人员，潮汐窗口开不了",
                    "there are tidal windows and nobody to open them",
                ),
                Bilingual("至少写一个 [[flexible_clerk]]", "at least one [[flexible_clerk]]"),
            )

    def check_hours(self) -> None:
        if self.form.hours is None and "hours" not in self.document:
            self.warn(
                ("hours",),
                Bilingual("没有 [hours]，大厅从不开放", "there are no [hours], the hall never opens"),
                Bilingual(
                    '[hours]，例如 monday = ["09:00-17:00"]', '[hours], such as monday = ["09:00-17:00"]'
                ),
            )
        for day, texts in self.form.hours.days() if self.form.hours else ():
            openings = self.openings(("hours", day), texts)
            minutes = sum(_minutes(each.closes) - _minutes(each.opens) for each in openings)
            if day == "saturday" and openings and minutes < MIN_SATURDAY_MINUTES:
                self.warn(
                    ("hours", day),
                    Bilingual(f"周六开放 {minutes:g} 分钟", f"Saturday has {minutes:g} minutes"),
                    Bilingual(
                        "周六开放不少于 4 小时，例如 09:00-13:00；不开放则写 []",
                        "at least 4 hours on Saturday, such as 09:00-13:00; [] when it is not served",
                    ),
                )
        for day, texts in (self.form.exceptions or {}).items():
            if date_of(day) is None:
                self.error(
                    ("exceptions", day),
                    Bilingual(f"{day} 不是日期", f"{day} is not a date"),
                    Bilingual("年-月-日，例如 2026-10-01", "year-month-day, such as 2026-10-01"),
                )
            self.openings(("exceptions", day), texts)

    def openings(self, path: Path, texts: Sequence[str | None] | None) -> list[Opening]:
        """The openings of a day, those that make sense; says what is wrong with the others."""
        good: list[tuple[Opening, int]] = []
        for place, text in enumerate(texts or ()):
            if text is None:
                continue
            opening = opening_of(text)
            if opening is None:
                tidy = _tidied(text)
                self.error(
                    (*path, place),
                    Bilingual(f"{text} 不是开放时段", f"{text} is not an opening"),
                    Bilingual(f"是不是要写 {tidy}？", f"did you mean {tidy}?") if tidy else _OPENING_RIGHT,
                )
            elif opening.opens >= opening.closes:
                self.error(
                    (*path, place),
                    Bilingual(f"{text} 的开始不早于结束", f"{text} opens when it has closed already"),
                    Bilingual(
                        "开始早于结束；当天最晚到 23:59", "opening before closing, 23:59 at the latest"
                    ),
                )
            else:
                good.append((opening, place))
        good.sort(key=lambda each: each[0].opens)
        before: Opening | None = None
        for opening, place in good:
            if before and opening.opens < before.closes:
                self.error(
                    (*path, place),
                    Bilingual(
                        f"{_span(opening)} 与 {_span(before)} 重叠",
                        f"{_span(opening)} overlaps {_span(before)}",
                    ),
                    Bilingual(
                        f"从 {_hm(before.closes)} 或更晚开始",
                        f"one that opens at {_hm(before.closes)} or later",
                    ),
                )
            if before is None or opening.closes > before.closes:
                before = opening
        return [opening for opening, _ in good]

    def check_devices(self, dialects: Mapping[str, Collection[DeviceKind]], links: Collection[str]) -> None:
        devices = list(_each(self.form.device))
        numbers = sorted({each.no for _, each in _each(self.form.window) if each.no is not None})
        kinds = {kind.value: "" for kind in DeviceKind}
        self.unique(
            ((("device", i, "name"), each.name) for i, each in devices),
            "设备名",
            "device name",
            Bilingual("每台设备用自己的名字", "a name of its own for each device"),
        )
        self.unique(
            ((("device", i, "url"), _line_and_address(each)) for i, each in devices),
            "设备地址",
            "device URL",
            Bilingual(
                "每台设备一个地址；同一条总线上用 ?address= 区分",
                "one URL for each device; on one bus each has its ?address=",
            ),
        )
        languages: dict[str, tuple[str, Path]] = {}
        for i, device in devices:
            path: Path = ("device", i)
            known_kind = self.known((*path, "kind"), device.kind, kinds, "设备类型", "kind of device")
            self.stands(path, device, numbers)
            if device.url is None or AGENT.fullmatch(device.url):
                continue
            dialect = self.url((*path, "url"), device.url, dialects, links)
            if dialect is None:
                continue
            speakers = dialects[dialect]
            if known_kind and device.kind not in speakers:
                said = "、".join(sorted(speakers))
                self.error(
                    (*path, "kind"),
                    Bilingual(
                        f"{dialect} 不是 {device.kind} 的协议", f"a {device.kind} does not speak {dialect}"
                    ),
                    Bilingual(f"{dialect} 用于 {said}", f"{dialect} is for: {said.replace('、', ', ')}"),
                )
            line = _line_of_url(device.url)
            if line in languages and languages[line][0] != dialect:
                other, at = languages[line]
                self.error(
                    (*path, "url"),
                    Bilingual(
                        f"{line} 在第 {line_of(self.lines, at)} 行说 {other}，这里说 {dialect}",
                        f"{line} speaks {other} in line {line_of(self.lines, at)} and {dialect} here",
                    ),
                    Bilingual("一条线路只用一种协议", "one dialect for each line"),
                )
            languages.setdefault(line, (dialect, (*path, "url")))

    def stands(self, path: Path, device: hallforms.DeviceForm, numbers: Sequence[int]) -> None:
        """That a device serves one kiosk, window or zone, and one that there is."""
        places = [key for key in ("kiosk", "window", "zone") if getattr(device, key) not in (None, "")]
        if len(places) != 1 and not any(key in self.taken_out(path) for key in ("kiosk", "window", "zone")):
            self.error(
                path,
                Bilingual(
                    "没有写为谁服务" if not places else f"同时写了 {'、'.join(places)}",
                    "it does not say whom it serves" if not places else f"it has {' and '.join(places)}",
                ),
                Bilingual("kiosk、window、zone 三者写一个", "one of kiosk, window and zone"),
            )
        if device.zone:
            self.known((*path, "zone"), device.zone, self.zones, "分区", "zone")
        if device.window is not None and device.window not in numbers:
            self.error(
                (*path, "window"),
                Bilingual(f"没有 {device.window} 号窗口", f"there is no window {device.window}"),
                Bilingual(f"有的窗口：{_ranges(numbers)}", f"one of the windows {_ranges(numbers)}"),
            )

    def taken_out(self, path: Path) -> set[str]:
        """The keys of the table at `path` whose value did not fit, and was reported."""
        section, place = str(path[0]), path[1]
        entry = dict(enumerate(_entries(self.document.get(section)))).get(int(place))
        if not isinstance(entry, dict):
            return set()
        return {str(key) for key, value in entry.items() if value is None}

    def url(self, path: Path, url: str, dialects: Collection[str], links: Collection[str]) -> str | None:
        """The dialect of a device URL that makes sense; otherwise says what does not."""
        scheme, colon, _ = url.partition("://")
        dialect, plus, link = scheme.partition("+")
        sample = {"serial": "/dev/ttyUSB0?baud=9600", "usblp": "/dev/usb/lp0"}.get(link, "10.0.0.9:9100")
        on_this_machine = link in ("serial", "usblp")
        if not colon or not plus:
            self.error(
                path,
                Bilingual(f"{url} 不是设备地址", f"{url} is not a device URL"),
                Bilingual(
                    "协议+线路://地址，例如 escpos+tcp://10.0.0.9:9100；或 agent:代理名",
                    "dialect+link://place, such as escpos+tcp://10.0.0.9:9100; or agent:NAME",
                ),
            )
            return None
        knows = self.known(path, dialect, dict.fromkeys(dialects, ""), "协议", "dialect")
        knows = self.known(path, link, dict.fromkeys(links, ""), "线路", "link") and knows
        if not knows:
            return None
        try:
            parts = urlsplit(url)
            whole = bool(parts.path.strip("/")) if on_this_machine else bool(parts.hostname and parts.port)
        except ValueError:
            whole = False
        if not whole:
            self.error(
                path,
                Bilingual(f"{url} 没有写设备文件", f"{url} names no device of this machine")
                if on_this_machine
                else Bilingual(
                    f"{url} 要有主机和 1 至 65535 的端口", f"{url} needs a host and a port from 1 to 65535"
                ),
                Bilingual(f"例如 {scheme}://{sample}", f"such as {scheme}://{sample}"),
            )
            return None
        return dialect

    def check_shown(self) -> None:
        """What is said, shown and asked."""
        self.unique(
            ((("rating_reason", i, "key"), each.key) for i, each in _each(self.form.rating_reason)),
            "评价原因",
            "rating reason",
            Bilingual("换一个没有用过的", "one that is not taken"),
        )
        classes = {each.key: each.name or "" for _, each in _each(self.form.class_) if each.key}
        visit = self.form.rules.visit if self.form.rules else None
        if visit and visit.return_class:
            self.known(("rules", "visit", "return_class"), visit.return_class, classes, "优先类别", "class")
        voice = self.form.rules.voice if self.form.rules else None
        for place, key in enumerate((voice.slow_classes if voice else None) or ()):
            self.known(("rules", "voice", "slow_classes", place), key, classes, "优先类别", "class")
        for i, notice in _each(self.form.notice):
            if notice.zone:
                self.known(("notice", i, "zone"), notice.zone, self.zones, "分区", "zone")
            days = {}
            for end, text in (("starts", notice.starts), ("ends", notice.ends)):
                days[end] = date_of(text or "")
                if text is not None and days[end] is None:
                    self.error(
                        ("notice", i, end),
                        Bilingual(f"{text} 不是日期", f"{text} is not a date"),
                        Bilingual("年-月-日，例如 2026-10-01", "year-month-day, such as 2026-10-01"),
                    )
            first, last = days["starts"], days["ends"]
            if first and last and last < first:
                self.error(
                    ("notice", i, "ends"),
                    Bilingual(
                        f"{last} 早于 {first}，从不显示", f"{last} is before {first}: it is never shown"
                    ),
                    Bilingual("ends 不早于 starts", "ends not before starts"),
                )

    def check_bookings(self, today: date | None) -> None:
        """Segments of the day, bookings, and how far the country's calendar is known."""
        segments = list(_each(self.form.segment))
        another = Bilingual("换一个没有用过的", "one that is not taken")
        self.unique(((("segment", i, "key"), each.key) for i, each in segments), "时段", "segment", another)
        numbers = sorted({each.no for _, each in _each(self.form.window) if each.no is not None})
        for i, each in segments:
            starts, ends = time_of(each.starts or ""), time_of(each.ends or "")
            if starts and ends and starts >= ends:
                self.error(
                    ("segment", i, "ends"),
                    Bilingual(f"{each.ends} 不晚于 {each.starts}", f"{each.ends} is not after {each.starts}"),
                    Bilingual("ends 晚于 starts", "ends after starts"),
                )
            for place, code in enumerate(each.services or ()):
                self.known(("segment", i, "services", place), code, self.services, "业务", "service")
            for place, no in enumerate(each.windows or ()):
                if no is not None and no not in numbers:
                    self.error(
                        ("segment", i, "windows", place),
                        Bilingual(f"没有 {no} 号窗口", f"there is no window {no}"),
                        Bilingual(f"有的窗口：{_ranges(numbers)}", f"one of the windows {_ranges(numbers)}"),
                    )
        rules = self.form.rules.booking if self.form.rules else None
        cutoff = (
            BookingRules.cutoff_minutes if not rules or rules.cutoff_minutes is None else rules.cutoff_minutes
        )
        early = (
            BookingRules.early_minutes if not rules or rules.early_minutes is None else rules.early_minutes
        )
        if cutoff < early:
            self.warn(
                ("rules", "booking", "cutoff_minutes"),
                Bilingual(
                    f"签到在 {early:g} 分钟前开始，取消却可到 {cutoff:g} 分钟前",
                    f"check-in begins {early:g} min before, and a cancellation is taken until {cutoff:g} min before",
                ),
                Bilingual("cutoff_minutes 不小于 early_minutes", "cutoff_minutes not below early_minutes"),
            )
        national = self.form.rules.national if self.form.rules else None
        keeps = national is None or national.holidays is not False
        if today is not None and keeps and self.form.hours is not None:
            horizon = rules.horizon_days if rules and rules.horizon_days else BookingRules.horizon_days
            unknown = unknown_from(national_calendar(today), today, horizon)
            if unknown is not None:
                self.warn(("hours",), *unknown)

    def check_arrivals(self) -> None:
        seen: list[tuple[Path, str | None]] = []
        for i, each in _each(self.form.arrivals):
            self.known(("arrivals", i, "service"), each.service, self.services, "业务", "service")
            starts = self.clock(("arrivals", i, "starts"), each.starts)
            for day, figures in each.days():
                path: Path = ("arrivals", i, day)
                seen.append((path, f"{each.service} {day}" if each.service else None))
                if starts is None or not figures:
                    continue
                if _minutes(starts) + 30 * len(figures) > 24 * 60:
                    self.error(
                        path,
                        Bilingual(
                            f"从 {_hm(starts)} 起 {len(figures)} 个半小时超过午夜",
                            f"{len(figures)} half-hours from {_hm(starts)} go past midnight",
                        ),
                        Bilingual(
                            f"至多 {int((24 * 60 - _minutes(starts)) // 30)} 个",
                            f"at most {int((24 * 60 - _minutes(starts)) // 30)}",
                        ),
                    )
        self.unique(
            seen,
            "到达数据",
            "arrivals",
            Bilingual("每项业务每个星期几只写一次", "each weekday of a service once"),
        )


_MISFITS: dict[str, Bilingual] = {
    "string_type": Bilingual("应是加引号的文字", "which should be a text in quotes"),
    "int_type": Bilingual("应是整数", "which should be a whole number"),
    "int_from_float": Bilingual("应是整数", "which should be a whole number"),
    "float_type": Bilingual("应是数字", "which should be a number"),
    "finite_number": Bilingual("应是有限的数字", "which should be a finite number"),
    "bool_type": Bilingual("应是 true 或 false", "which should be true or false"),
    "list_type": Bilingual("应是数组或 [[表]]", "which should be an array, or a table in double brackets"),
    "dict_type": Bilingual("应是单个表", "which should be a single table"),
    "model_type": Bilingual("应是单个表", "which should be a single table"),
    "greater_than": Bilingual("必须大于 {gt}", "which must be above {gt}"),
    "greater_than_equal": Bilingual("不能小于 {ge}", "which must not be below {ge}"),
    "less_than": Bilingual("必须小于 {lt}", "which must be below {lt}"),
    "less_than_equal": Bilingual("不能大于 {le}", "which must not be above {le}"),
    "string_pattern_mismatch": Bilingual("写法不对", "which is not in the right form"),
    "string_too_short": Bilingual("不能为空", "which must not be empty"),
}


def _right(path: Path) -> Bilingual:
    """The rule and the example of the key at `path`."""
    field = hallforms.field_at(path)
    if field is None:
        return (
            _OPENING_RIGHT if "exceptions" in path else Bilingual("见示例大厅文件", "see the example halls")
        )
    example = str((field.examples or [""])[0])
    if not field.description:
        return Bilingual(f"写成 {example} 的样子", f"something like {example}")
    zh, _, en = field.description.partition(" | ")
    return Bilingual(f"{zh}，例如 {example}", f"{en}, such as {example}")


def _one_of(known: Iterable[str]) -> Bilingual:
    names = list(known)
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return Bilingual(f"其中之一：{listed}", f"one of: {listed}")


def _nearest(value: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `value` was probably meant to be; also where only the case or the plural differs."""
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(value.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def _shown(value: object) -> str:
    """A value as somebody wrote it, shortened."""
    match value:
        case dict():
            return "{…}"
        case list():
            return "[…]"
        case float():
            return f"{value:g}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:39] + "…"


def _entries(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from value


def _each(entries: Sequence[_FormT | None] | None) -> Iterator[tuple[int, _FormT]]:
    """The tables that fit, each with its place among all."""
    return ((place, each) for place, each in enumerate(entries or ()) if each is not None)


each_form = _each
"""The same for the other chapters of the audit."""


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown; a folder of zones, such as Asia; a path
        return False
    return True


def time_of(text: str) -> time | None:
    """`HH:MM` (or `HH:MM:SS`) as a time of day; None for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    return time(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def opening_of(text: str) -> Opening | None:
    """`HH:MM-HH:MM` as an opening, whichever comes first; None for anything else."""
    ends = [time_of(each) for each in re.split("[-–—~]", text)]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return Opening(ends[0], ends[1])


def date_of(text: str) -> date | None:
    """`YYYY-MM-DD` as a date; None for anything else."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _tidied(text: str) -> str | None:
    """An opening that `text` was probably meant to be: full-width signs, an hour of one digit, a dot, 24:00."""
    plain = text.translate(str.maketrans("：．。－至０１２３４５６７８９", ":..--0123456789")).replace(
        "24:00", "23:59"
    )
    ends = [
        f"{int(match[1]):02}:{int(match[2] or 0):02}"
        for each in re.split("[-–—~]", plain)
        if (match := re.fullmatch(r"\s*(\d{1,2})(?:[:.](\d\d))?\s*", each))
    ]
    tidy = "-".join(ends)
    return tidy if len(ends) == 2 and opening_of(tidy) else None


def _minutes(moment: time) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60


def _hm(moment: time) -> str:
    return f"{moment:%H:%M}" if moment.second == 0 else f"{moment:%H:%M:%S}"


def _span(opening: Opening) -> str:
    return f"{_hm(opening.opens)}-{_hm(opening.closes)}"


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as `1-4, 7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def _line_of_url(url: str) -> str:
    """The cable that a device hangs on: its URL without the dialect and the settings."""
    return url.partition("?")[0].partition("+")[2]


def _line_and_address(device: hallforms.DeviceForm) -> str | None:
    """What no two devices may share: the cable, and the address on it. A caller and the pad beside it may answer to
    one address, so for these two the kind counts as well."""
    if device.url is None or "://" not in device.url:
        return None
    address = parse_qs(device.url.partition("?")[2]).get("address", [""])[-1]
    kind = f" ({device.kind})" if device.kind in (DeviceKind.PAD, DeviceKind.CALLER) else ""
    return _line_of_url(device.url) + (f"?address={address}" if address else "") + kind
