"""What is different between two plans of a hall, part by part, as sentences.

For: the history of a hall's set-up ("who changed what"), and what a change would do before it is adopted. Pure.
Not for: undoing. A plan is one value: to undo is to adopt an earlier one.

    业务 residence：mean_minutes 8.4 → 9          service residence: mean_minutes 8.4 -> 9
    新增窗口 31                                    window 31 is new
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from app.core.plan import HallPlan
from app.hallfile import in_file
from app.hallforms import WEEKDAYS
from displays.words import Bilingual

NAMES: dict[str, tuple[str, str]] = {
    "zone": ("分区", "zone"),
    "service": ("业务", "service"),
    "window": ("窗口", "window"),
    "class": ("优先类别", "class"),
    "flexible_clerk": ("机动人员", "flexible clerk"),
    "person": ("人员", "person"),
    "registered_agent": ("登记代办人", "registered agent"),
    "device": ("设备", "device"),
    "pause_reason": ("暂停原因", "pause reason"),
    "rating_reason": ("评价原因", "rating reason"),
    "notice": ("公告", "notice"),
    "segment": ("时段", "segment"),
    "rules": ("设置", "setting"),
    "hours": ("开放时间", "hours"),
    "exceptions": ("特殊日期", "exception"),
    "arrivals": ("到达数据", "arrivals"),
    "hall": ("大厅", "hall"),
}
"""What the parts of a hall file are called."""

LONG = 60
"""Characters of a value that are shown; the rest is in the file."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `section` is a table of the hall file, `key` the entry in it (empty: the table), `field` what is
    different (empty: the whole entry). `before` and `after` as they would stand in the file; None: not there."""

    section: str
    key: str
    field: str
    before: str | None
    after: str | None

    @property
    def text(self) -> Bilingual:
        """The difference as a sentence."""
        zh, en = NAMES.get(self.section, (self.section, self.section))
        whose_zh, whose_en = (f"{zh} {self.key}", f"{en} {self.key}") if self.key else (zh, en)
        if self.before is None:
            said = f"{self.field} = {_short(self.after)}" if self.field else ""
            return Bilingual(
                f"新增{whose_zh} {said}".rstrip(), f"{whose_en} {said} is new".replace("  ", " ")
            )
        if self.after is None:
            return Bilingual(
                f"去掉{whose_zh} {self.field}".rstrip(), f"{whose_en} {self.field}".rstrip() + " is gone"
            )
        if not self.field:
            return Bilingual(f"{whose_zh}有改动", f"{whose_en} is different")
        said = f"{self.field} {_short(self.before)}"
        return Bilingual(
            f"{whose_zh}：{said} → {_short(self.after)}", f"{whose_en}: {said} → {_short(self.after)}"
        )


def _short(value: str | None) -> str:
    text = value or "–"
    return text if len(text) <= LONG else text[: LONG - 1] + "…"


def changes(before: HallPlan, after: HallPlan) -> list[Change]:
    """Everything that is different, in the order of the file."""
    found: list[Change] = []
    for field in fields(HallPlan):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old == new:
            continue
        if field.name == "rules":
            found += _inside("rules", "", old, new)
        elif field.name == "hours":
            found += _days(
                "hours", {WEEKDAYS[d]: o for d, o in old.items()}, {WEEKDAYS[d]: o for d, o in new.items()}
            )
        elif field.name == "exceptions":
            found += _days(
                "exceptions", {str(d): o for d, o in old.items()}, {str(d): o for d, o in new.items()}
            )
        elif field.name == "arrivals":
            found.append(Change("arrivals", "", "", "", ""))
        elif isinstance(old, tuple):
            found += _entries(SECTIONS[field.name], old, new)
        else:
            found.append(Change("hall", "", field.name, in_file(old), in_file(new)))
    return found


SECTIONS: dict[str, str] = {
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
"""The table of the file in which each array of a plan stands."""


def key_of(entry: Any) -> str:
    """What names an entry of an array: its first field."""
    return str(getattr(entry, fields(entry)[0].name))


def _entries(section: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Change]:
    before, after = ({key_of(each): each for each in some} for some in (old, new))
    for key, entry in before.items():
        if key not in after:
            yield Change(section, key, "", "", None)
        elif after[key] != entry:
            yield from _inside(section, key, entry, after[key])
    for key in after:
        if key not in before:
            yield Change(section, key, "", None, "")
    common = [key for key in after if key in before]
    if common != [key for key in before if key in after]:
        yield Change(section, "", "", "", "")


def _inside(section: str, key: str, old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """The fields that differ, nested ones with their path."""
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        name = f"{path}{field.name}"
        if is_dataclass(before) and is_dataclass(after) and type(before) is type(after):
            yield from _inside(section, key, before, after, f"{name}.")
        else:
            yield Change(section, key, name, in_file(before), in_file(after))


def _days(section: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for day in sorted(
        old.keys() | new.keys(), key=lambda each: WEEKDAYS.index(each) if each in WEEKDAYS else each
    ):
        if old.get(day) != new.get(day):
            before, after = (None if day not in some else _spans(some[day]) for some in (old, new))
            yield Change(section, "", day, before, after)


def _spans(openings: Any) -> str:
    return "、".join(f"{each.opens:%H:%M}-{each.closes:%H:%M}" for each in openings) or "×"
