"""The calendar of a hall as two tables: the hours of each weekday, and the days with hours of their own.

For: `HoursView`, `ExceptionsView`. A day is a text here, `09:00-12:00, 13:30-17:00`; nothing: closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette_admin.exceptions import ActionFailed, FormValidationError
from starlette_admin.fields import BaseField, StringField

from app.admin.tables import OneView, PlanView, adopt, changed
from app.admin.words import label
from app.core.plan import Opening
from app.hallaudit import date_of, opening_of
from app.hallforms import WEEKDAYS
from app.service import HallService


@dataclass(frozen=True)
class DayRow:
    """A day with its openings as text: `09:00-12:00, 13:30-17:00`; empty: closed."""

    day: str
    openings: str


def _text(openings: Sequence[Opening]) -> str:
    return ", ".join(f"{each.opens:%H:%M}-{each.closes:%H:%M}" for each in openings)


def _openings(text: str) -> tuple[Opening, ...]:
    """Raises FormValidationError."""
    found = []
    for part in filter(
        None, (each.strip() for each in text.replace("，", ",").replace("、", ",").split(","))
    ):
        opening = opening_of(part)
        if opening is None:
            raise FormValidationError(
                {
                    "openings": f"“{part}”无法识别,例如 09:00-12:00, 13:30-17:00。 “{part}” cannot be read: such as 09:00-12:00."
                }
            )
        found.append(opening)
    return tuple(sorted(found, key=lambda each: each.opens))


def _day_fields(day_hint: str) -> list[BaseField]:
    return [
        StringField("day", label=label("day"), help_text=day_hint),
        StringField("openings", label=label("openings"), help_text="09:00-12:00, 13:30-17:00; 空 empty = ×"),
    ]


class HoursView(OneView):
    """The hours of each weekday."""

    def __init__(self, service: HallService) -> None:
        shown = _day_fields("")
        shown[0].read_only = True
        super().__init__(service, "hours", "每周 Weekly", shown)

    def rows(self) -> list[DayRow]:
        """Seven days."""
        return [DayRow(name, _text(self.plan.hours.get(i, ()))) for i, name in enumerate(WEEKDAYS)]

    def row_id(self, row: Any) -> str:
        """The day."""
        return str(row.day)

    async def repr(self, obj: Any, request: Request) -> str:
        """The day."""
        return str(obj.day)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Other hours on a weekday."""
        openings = _openings(data.get("openings") or "")
        hours = {**self.plan.hours, WEEKDAYS.index(str(pk)): openings}
        plan = changed(self.plan, hours=dict(sorted(hours.items())))
        await adopt(request, self.service, plan, "hours", 0, "openings")
        return DayRow(str(pk), _text(openings))


class ExceptionsView(PlanView):
    """Days with hours of their own."""

    def __init__(self, service: HallService) -> None:
        super().__init__(service, "exceptions", "特殊日期 Special days", _day_fields("2026-10-01"))

    def rows(self) -> list[DayRow]:
        """The days in order."""
        return [DayRow(str(day), _text(each)) for day, each in sorted(self.plan.exceptions.items())]

    def row_id(self, row: Any) -> str:
        """The day."""
        return str(row.day)

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """One more day."""
        return await self._put(request, data, None)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Another day or other hours."""
        return await self._put(request, data, date_of(str(pk)))

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        """The usual hours again."""
        gone = {date_of(str(each)) for each in pks}
        kept = {day: each for day, each in self.plan.exceptions.items() if day not in gone}
        count = len(self.plan.exceptions) - len(kept)
        try:
            await adopt(
                request, self.service, changed(self.plan, exceptions=kept), "exceptions", 0, "openings"
            )
        except FormValidationError as wrong:
            raise ActionFailed(" ".join(map(str, wrong.errors.values()))) from wrong
        return count

    async def _put(self, request: Request, data: dict[str, Any], before: date | None) -> DayRow:
        day = date_of((data.get("day") or "").strip())
        if day is None:
            raise FormValidationError({"day": "请填写日期,例如 2026-10-01。 A day such as 2026-10-01."})
        openings = _openings(data.get("openings") or "")
        days = {each: spans for each, spans in self.plan.exceptions.items() if each != before} | {
            day: openings
        }
        plan = changed(self.plan, exceptions=dict(sorted(days.items())))
        await adopt(request, self.service, plan, "exceptions", 0, "openings")
        return DayRow(str(day), _text(openings))
