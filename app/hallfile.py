"""The hall file: one readable TOML text that says what a hall is.

For: reading it into a `HallPlan`, naming *every* mistake with its line and what would be right, in Chinese and English;
and writing a plan back as such a file. `read(write(plan))` gives the same plan.
Not for: what the words mean (app/core/plan.py), or which keys there are (app/hallforms.py).

    [hall]                                       [[service]]                     [[window]]
    code = "county"                              code = "residence"              no = 1
    name = "某县政务服务中心"                    name = "户籍业务"               kind = "professional"
    name_en = "County Service Hall"              name_en = "Residence"           zone = "police"
    timezone = "Asia/Shanghai"                   prefix = "A"                    serves = [
                                                 mean_minutes = 8.4                "residence",
    [hours]                                      zone = "police"                   { service = "idcard", rank = 2 },
    monday = ["09:00-12:00", "13:30-17:00"]                                      ]

and `[rules]`, `[exceptions]`, `[[zone]]`, `[[class]]`, `[[flexible_clerk]]`, `[[person]]`, `[[registered_agent]]`,
`[[device]]`, `[[pause_reason]]`, `[[segment]]`, `[[arrivals]]`. app/halls/ holds two whole ones.

What goes wrong: whatever a person can mistype. Nothing here raises for it: a mistake is a `Finding`. An error means that
there is no plan; a warning is a plan that somebody should look at. A text that is not TOML has one finding, the place
where the TOML reader gave up; every other file has all of its findings at once.
"""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app import hallforms
from app.core.assign import POLICIES
from app.core.plan import ORDINARY, Arrivals, DeviceKind, HallPlan, Opening, Serves
from app.hallaudit import DIALECTS, LINKS, Audit, Finding, Severity, date_of, opening_of, time_of
from app.hallforms import WEEKDAYS
from app.peopleaudit import check_limits, check_persons
from app.tomllines import lines
from displays.words import Bilingual

__all__ = ["Finding", "Severity", "check", "export", "in_file", "load", "read", "report", "write"]

# -- reading ----------------------------------------------------------------------------------------------------


def read(
    text: str,
    name: str,
    *,
    policies: Collection[str] = POLICIES,
    dialects: Mapping[str, Collection[DeviceKind]] = DIALECTS,
    links: Collection[str] = LINKS,
    today: date | None = None,
) -> tuple[HallPlan | None, list[Finding]]:
    """The plan that `text` describes, and everything that is wrong with it, by line. `name` is the file's name in the
    findings. The plan is None as soon as one finding is an error. With `today`, a calendar that soon knows nothing more
    is a finding as well."""
    text = text.removeprefix("\ufeff")
    try:
        document: dict[str, object] = tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        return None, [_not_toml(text, name, wrong)]
    _unabbreviate(document)
    form, misfits = hallforms.fill(document)
    audit = Audit(name, lines(text), document, form)
    audit.missing(hallforms.missing(document))
    audit.misfits(misfits)
    audit.check_hall(policies)
    audit.check_services()
    audit.check_windows()
    audit.check_people()
    check_limits(audit)
    check_persons(audit)
    audit.check_hours()
    audit.check_devices(dialects, links)
    audit.check_arrivals()
    audit.check_shown()
    audit.check_bookings(today)
    findings = sorted(audit.findings, key=lambda each: each.line)
    if any(each.severity is Severity.ERROR for each in findings):
        return None, findings
    return _plan(form), findings


def load(path: Path, today: date | None = None) -> tuple[HallPlan | None, list[Finding]]:
    """`read` of the file at `path`; a file that cannot be read, or is not UTF-8, is a finding as well."""
    try:
        raw = path.read_bytes()
    except OSError as wrong:
        why = wrong.strerror or type(wrong).__name__
        return None, [
            Finding(
                path.name,
                1,
                Severity.ERROR,
                Bilingual(f"无法读取文件 {path}：{why}", f"the file {path} cannot be read: {why}"),
                Bilingual("一个可读的大厅文件（.toml）", "a hall file (.toml) that can be read"),
            )
        ]
    try:
        return read(raw.decode("utf-8"), path.name, today=today)
    except UnicodeDecodeError as wrong:
        byte = f"{raw[wrong.start]:02X}"
        return None, [
            Finding(
                path.name,
                raw.count(b"\n", 0, wrong.start) + 1,
                Severity.ERROR,
                Bilingual(f"文件不是 UTF-8 编码（字节 {byte}）", f"the file is not UTF-8 (byte {byte})"),
                Bilingual(
                    "在编辑器中另存为 UTF-8（不是 GBK / ANSI）",
                    "save it as UTF-8 (not GBK or ANSI) in your editor",
                ),
            )
        ]


def check(path: Path) -> str:
    """What `tidehall hall check FILE` prints: each finding on two lines, then one line that sums up."""
    plan, findings = load(path)
    return report(path.name, plan, findings)


def report(name: str, plan: HallPlan | None, findings: Sequence[Finding]) -> str:
    """Findings as text for a person, with a last line that says whether the file can be used."""
    errors = sum(each.severity is Severity.ERROR for each in findings)
    warnings = len(findings) - errors
    if plan is None:
        last = (
            f"{name}：不能使用，{errors} 处错误，{warnings} 处警告。\n"
            f"{name}: cannot be used (errors: {errors}, warnings: {warnings})."
        )
    else:
        size = (len(plan.services), len(plan.windows), len(plan.devices))
        last = (
            f"{name}：可以使用，{warnings} 处警告；{size[0]} 项业务，{size[1]} 个窗口，{size[2]} 台设备。\n"
            f"{name}: can be used (warnings: {warnings}); "
            f"services: {size[0]}, windows: {size[1]}, devices: {size[2]}."
        )
    return "\n".join([*map(str, findings), last])


_TOML_WORDS = {
    "Expected '=' after a key": ("键后面缺少等号", '一行一个 key = value，例如 name = "税务专区"'),
    "Cannot overwrite a value": ("同一个键写了两次", "每个键在一个表里只写一次"),
    "Cannot declare": ("同一个表写了两次", "单个的表写一次 [name]；可以有多个的写 [[name]]"),
    "Expected newline or end of document": (
        "一行里有多余的内容",
        "一行只写一个 key = value，文字加英文双引号",
    ),
    "Invalid value": ("等号后面的值不成立", "文字加英文双引号，是与否写 true / false"),
    "Unclosed array": ("方括号没有闭合", "数组以 ] 结束，各项以英文逗号分隔"),
    "Unterminated string": ("引号没有闭合", "文字以英文双引号开始和结束"),
    "Illegal character": ("文字中有不允许的字符，或引号没有闭合", "文字以英文双引号开始和结束，不跨行"),
    "Invalid initial character for a key": ("键名不成立", "键名只用字母、数字、- 和 _"),
    "Unescaped '\\'": ("反斜杠没有转义", "反斜杠写两个，或整段文字用单引号"),
    "Expected ']": ("表名的方括号没有闭合", "[name] 或 [[name]]"),
}
_FULL_WIDTH = str.maketrans("“”‘’＝，［］｛｝＃：", "\"\"''=,[]{}#:")


def _not_toml(text: str, name: str, wrong: Exception) -> Finding:
    said = re.sub(r" \(at .*\)$", "", str(wrong)) or type(wrong).__name__
    place = re.search(r"\(at line (\d+), column \d+\)$", str(wrong))
    rows = text.split("\n")
    # where the text gives out, tomllib says only "at end of document"
    line = int(place[1]) if place else max(1, len(text.rstrip().split("\n")))
    row = rows[line - 1].strip() if line <= len(rows) else ""
    zh, right = next(
        (words for start, words in _TOML_WORDS.items() if said.startswith(start)),
        ("不是有效的 TOML", "有效的 TOML"),
    )
    right_en = "valid TOML: one key = value a line, texts in double quotes, [table] and [[table]] in brackets"
    plain = row.translate(_FULL_WIDTH)
    if plain != row:
        right += f"；此行有全角标点，请改用半角：{plain}"
        right_en += f"; this line has full-width punctuation, use the ASCII signs: {plain}"
    return Finding(
        name,
        line,
        Severity.ERROR,
        Bilingual(f"{zh}（{said}）", f"this is not TOML: {said}"),
        Bilingual(right, right_en),
    )


def _unabbreviate(document: dict[str, object]) -> None:
    """What may be written short is written out, in place: a service that is only named in `serves`, a day with a single
    opening, a missed rule that is only named, a time of day without quotes."""
    for window in _tables(document, "window"):
        serves = window.get("serves")
        if isinstance(serves, list):
            window["serves"] = [{"service": each} if isinstance(each, str) else each for each in serves]
    for service in _tables(document, "service"):
        if isinstance(service.get("missed"), str):
            service["missed"] = {"rule": service["missed"]}
        if isinstance(service.get("last_ticket"), time):
            service["last_ticket"] = str(service["last_ticket"])
        quotas = service.get("quotas")
        for segment in quotas if isinstance(quotas, list) else ():
            for key in ("starts", "ends"):
                if isinstance(segment, dict) and isinstance(segment.get(key), time):
                    segment[key] = f"{segment[key]:%H:%M}"
    for holding in (*_tables(document, "registered_agent"), *_tables(document, "class")):
        for key in ("valid_from", "valid_to"):
            if isinstance(holding.get(key), date):
                holding[key] = str(holding[key])[:10]
    for each in _tables(document, "arrivals"):
        if isinstance(each.get("starts"), time):
            each["starts"] = str(each["starts"])
    for each in _tables(document, "notice"):
        for key in ("starts", "ends"):
            if isinstance(each.get(key), date):
                each[key] = str(each[key])
    for key in ("hours", "exceptions"):
        days = document.get(key)
        if isinstance(days, dict):
            for day, openings in days.items():
                if isinstance(openings, str):
                    days[day] = [openings]


def _tables(document: dict[str, object], key: str) -> Iterator[dict[str, object]]:
    entries = document.get(key)
    if isinstance(entries, list):
        yield from (each for each in entries if isinstance(each, dict))


# -- from the forms to the plan ---------------------------------------------------------------------------------

_PLAN = TypeAdapter(HallPlan)
_ARRAYS = {
    "zones": "zone",
    "services": "service",
    "windows": "window",
    "classes": "class",
    "flexible_clerks": "flexible_clerk",
    "people": "person",
    "registered_agents": "registered_agent",
    "devices": "device",
    "pause_reasons": "pause_reason",
    "rating_reasons": "rating_reason",
    "notices": "notice",
    "segments": "segment",
}
"""Fields of a plan that are arrays of tables in the file, one entry each, under these names."""


def _plan(form: hallforms.File) -> HallPlan:
    given: dict[str, Any] = form.model_dump(by_alias=True, exclude_none=True)
    plan: dict[str, Any] = given["hall"] | {"rules": given.get("rules", {})}
    plan |= {field: given[key] for field, key in _ARRAYS.items() if key in given}
    if "class" in given and all(each["key"] != ORDINARY for each in given["class"]):
        plan["classes"] = [*HallPlan.classes, *given["class"]]
    for service in plan["services"]:
        if "last_ticket" in service:
            service["last_ticket"] = time_of(service["last_ticket"])
    plan["hours"] = {WEEKDAYS.index(day): _openings(texts) for day, texts in given.get("hours", {}).items()}
    plan["exceptions"] = {
        date_of(day): _openings(texts) for day, texts in given.get("exceptions", {}).items()
    }
    plan["arrivals"] = [
        Arrivals(each["service"], weekday, time_of(each["starts"]) or time.min, tuple(map(float, each[day])))
        for each in given.get("arrivals", [])
        for weekday, day in enumerate(WEEKDAYS)
        if day in each
    ]
    return _PLAN.validate_python(plan)


def _openings(texts: list[str]) -> list[Opening]:
    openings = [opening for text in texts if (opening := opening_of(text))]
    return sorted(openings, key=lambda each: each.opens)


# -- writing ----------------------------------------------------------------------------------------------------


def write(plan: HallPlan) -> str:
    """`plan` as a hall file. What is as it would be without being said is left out. Comments are not part of a plan: a
    file that is read and written again has lost its own."""
    default = HallPlan("", "", "", "", (), ())
    out = ["# 大厅文件，由 tidehall 导出。检查：tidehall hall check 文件名\n"]
    out.append("# A hall file, exported by tidehall. To check it: tidehall hall check FILE\n")
    out += _table("[hall]", _pairs(plan, only=("code", "name", "name_en", "timezone", "site", "site_en")))
    if rules := _pairs(plan.rules):
        out += _table("[rules]", rules)
    if plan.hours:
        out += _table(
            "[hours]", {day: _spans(plan.hours[i]) for i, day in enumerate(WEEKDAYS) if i in plan.hours}
        )
    if plan.exceptions:
        out += _table(
            "[exceptions]", {day.isoformat(): _spans(spans) for day, spans in plan.exceptions.items()}
        )
    for field, key in _ARRAYS.items():
        if getattr(plan, field) != getattr(default, field):
            for entry in getattr(plan, field):
                out += _table(f"[[{key}]]", _pairs(entry))
    for table in _weeks(plan.arrivals):
        out += _table("[[arrivals]]", table)
    return "".join(out)


def export(plan: HallPlan, path: Path) -> None:
    """`write` to the file at `path`, whole or not at all: what stood there before is only replaced by a complete file.
    Raises `OSError` in the system's own words."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(write(plan))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _table(header: str, pairs: Mapping[str, object]) -> Iterator[str]:
    yield f"\n{header}\n"
    for key, value in pairs.items():
        line = f"{key} = {_toml(value)}\n"
        if (
            len(line) > 110
            and isinstance(value, tuple)
            and not all(isinstance(each, float) for each in value)
        ):
            line = f"{key} = [\n" + "".join(f"  {_toml(each)},\n" for each in value) + "]\n"
        yield line


def _pairs(value: object, only: Collection[str] | None = None) -> dict[str, object]:
    """The fields of a dataclass that differ from their default."""
    assert is_dataclass(value)
    return {
        each.name: getattr(value, each.name)
        for each in fields(value)
        if (only is None or each.name in only) and getattr(value, each.name) != each.default
    }


def _spans(openings: Sequence[Opening]) -> tuple[str, ...]:
    return tuple(f"{_moment(each.opens)}-{_moment(each.closes)}" for each in openings)


def _weeks(arrivals: Sequence[Arrivals]) -> Iterator[dict[str, object]]:
    """One table for neighbours that share a service and a beginning and stand in the order of the week."""
    table: dict[str, object] = {}
    before: Arrivals | None = None
    for each in arrivals:
        if (
            before is None
            or (before.service, before.starts) != (each.service, each.starts)
            or each.weekday <= before.weekday
        ):
            if table:
                yield table
            table = {"service": each.service, "starts": each.starts}
        table[WEEKDAYS[each.weekday]] = each.half_hours
        before = each
    if table:
        yield table


def _moment(moment: time) -> str:
    return moment.isoformat("minutes" if moment.second == 0 else "seconds")


def in_file(value: object) -> str:
    """A value as it would stand in the file."""
    return "" if value is None else _toml(value)


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            # JSON's escapes are TOML's; only DEL is allowed in one and not in the other
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case int() | float():
            return repr(value)
        case time():
            return f'"{_moment(value)}"'
        case date():
            return f'"{value.isoformat()}"'
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case Serves() if _pairs(value).keys() == {"service"}:
            return _toml(value.service)
        case _:
            return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in _pairs(value).items()) + " }"
