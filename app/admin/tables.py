"""What all tables of a plan share: their lists, and the way of a change into the hall.

For: `TableView`, `PlanView`, `OneView` (a table of one row), and `adopt`: the changed plan is written as a hall file
and read back, so that the audit judges it; its mistakes stand beside the fields of the form, in Chinese and English.
Not for: which tables there are (plans.py, calendar.py).
"""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.requests import Request
from starlette_admin import BaseModelView
from starlette_admin.exceptions import FormValidationError
from starlette_admin.fields import BaseField
from starlette_admin.flash import flash

from app.admin.door import whose
from app.admin.parts import Unreadable, made
from app.core.commands import AdoptPlan
from app.core.errors import Refusal
from app.core.plan import HallPlan
from app.hallaudit import Finding, Severity
from app.hallfile import read, write
from app.plandiff import key_of
from app.service import HallService


def changed(whole: Any, **values: Any) -> Any:
    """A part of a plan with other values, whatever part it is."""
    return replace(whole, **values)


# -- adopting -----------------------------------------------------------------------------------------------------


async def adopt(
    request: Request, service: HallService, plan: HallPlan, section: str, index: int, first: str
) -> None:
    """Let the hall be as `plan` says. `section` and `index`: the part that was changed, whose mistakes are told beside its
    fields; every other stands at the field `first`. A change of somebody else that came in between is not lost: this one
    is refused then. Raises FormValidationError."""
    before = service.hall.plan
    text = await asyncio.to_thread(write, plan)
    checked, findings = await asyncio.to_thread(read, text, f"{service.code}.toml")
    if checked is None:
        raise FormValidationError(_beside(text, findings, section, index, first))
    try:
        await service.handle(AdoptPlan(checked, instead_of=before), by=whose(request).holder)
    except Refusal as refusal:
        raise FormValidationError({first: f"{refusal.text('zh')} {refusal.text('en')}"}) from refusal
    for finding in findings:
        if _place(text, finding.line)[:2] == (section, index):
            flash(request, f"{finding.wrong.zh}。{finding.right.zh}。{finding.wrong.en}.", "warning")


def _beside(text: str, findings: list[Finding], section: str, index: int, first: str) -> dict[str | int, Any]:
    """The mistakes by field."""
    found: dict[str | int, Any] = {}
    for finding in findings:
        if finding.severity is not Severity.ERROR:
            continue
        where, place, key = _place(text, finding.line)
        said = f"{finding.wrong.zh}。应为:{finding.right.zh}。 {finding.wrong.en}. Right: {finding.right.en}."
        field = key if (where, place) == (section, index) and key else first
        found[field] = f"{found[field]} {said}" if field in found else said
    return found


def _place(text: str, line: int) -> tuple[str, int, str]:
    """What stands in a line of a written file: the table, its number among those of its name, and the key."""
    counts: dict[str, int] = {}
    section, key = "", ""
    for row in text.splitlines()[:line]:
        if row.startswith("["):
            section = row.strip("[]")
            counts[section] = counts.get(section, -1) + 1
            key = ""
        elif " = " in row and not row.startswith((" ", "#")):
            key = row.partition(" = ")[0]
    return section, counts.get(section, 0), key


AS_SHOWN: Final = "as_shown"
"""The hidden field that carries the mark of a row."""

MOVED: Final = (
    "有人刚刚改过这一项。请返回列表重新打开,再作修改。 Somebody has just changed this. Open it again from the list,"
    " then make your change."
)


def mark_of(row: Any) -> str:
    """The same for the same content, and nothing that could be read back."""
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16]


# -- views --------------------------------------------------------------------------------------------------------


class TableView(BaseModelView):
    """What all tables share, whatever they hold."""

    exporters: Sequence[Any] = ()
    importers: Sequence[Any] = ()
    page_size = 50
    show_pk_in_forms = True
    column_visibility = False
    row_click_navigate = False

    def __init__(self, key: str, title: str, shown: Sequence[BaseField]) -> None:
        self.key = key
        self.display_name = title
        self.menu_label = title
        self.fields = shown
        self.pk_attr = shown[0].name
        self.searchable_fields = []
        self.sortable_fields = []
        super().__init__()

    def rows(self) -> list[Any]:
        """Everything in the table, in its order. May block."""
        raise NotImplementedError

    def row_id(self, row: Any) -> str:
        """What names a row in addresses."""
        return str(getattr(row, str(self.pk_attr)))

    def can_export(self, request: Request) -> bool:
        """The whole file can be had from the console, and nobody takes people along."""
        return False

    def can_import(self, request: Request) -> bool:
        """The whole file can be given to the console, and people are added one by one."""
        return False

    def can_view_detail(self, request: Request) -> bool:
        """The form shows everything."""
        return False

    async def get_pk_value(self, request: Request, obj: Any) -> str:
        """What names a row in addresses."""
        return self.row_id(obj)

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Any = None,
        filters: Any = None,
    ) -> Sequence[Any]:
        """A page of the rows."""
        found = await self._found(q)
        return found[skip : skip + limit] if limit > 0 else found[skip:]

    async def count(self, request: Request, q: str | None = None, filters: Any = None) -> int:
        """How many rows."""
        return len(await self._found(q))

    async def _found(self, q: str | None) -> list[Any]:
        wanted = (q or "").strip().lower()
        rows = await asyncio.to_thread(self.rows)
        return [each for each in rows if not wanted or wanted in str(each).lower()]

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        """One row; None if it is gone."""
        return next((each for each in await self._found(None) if self.row_id(each) == pk), None)

    async def find_by_pks(self, request: Request, pks: list[Any]) -> Sequence[Any]:
        """Some rows."""
        return [each for each in await self._found(None) if self.row_id(each) in pks]

    def first_field(self) -> str:
        """Where a mistake is told that belongs to no field."""
        return str(self.fields[0].name)

    async def validate_fields(
        self, request: Request, data: dict[str, Any], exclude: Collection[str] = ()
    ) -> None:
        """Also whether the row is still as it was when the form was opened."""
        await super().validate_fields(request, data, exclude)
        shown = (await request.form()).get(AS_SHOWN)
        row = await self.find_by_pk(request, request.query_params.get("pk")) if shown else None
        request.state.as_shown = shown
        if row is not None and shown != mark_of(row):
            raise FormValidationError({self.first_field(): MOVED})

    def as_shown(self, request: Request, row: Any) -> str:
        """The mark of a row in its form; that of the first look, however often the form comes back with mistakes."""
        return str(getattr(request.state, "as_shown", None) or mark_of(row))


class PlanView(TableView):
    """What the tables of a plan share."""

    row_actions: Sequence[str] | None = ("edit", "delete")

    def __init__(self, service: HallService, key: str, title: str, shown: Sequence[BaseField]) -> None:
        self.service = service
        super().__init__(key, title, shown)

    @property
    def plan(self) -> HallPlan:
        """The present plan."""
        return self.service.hall.plan

    def row_id(self, row: Any) -> str:
        """What names a row in addresses."""
        return key_of(row)

    async def repr(self, obj: Any, request: Request) -> str:
        """A row in a sentence."""
        return key_of(obj)

    def read_form(self, kind: type, data: dict[str, Any], before: Any = None) -> Any:
        """The part that a form describes. Raises FormValidationError."""
        try:
            return made(kind, data, before)
        except Unreadable as wrong:
            raise FormValidationError({wrong.field: str(wrong)}) from wrong


class OneView(PlanView):
    """A table of one row, which is changed and neither made nor removed."""

    row_actions: Sequence[str] | None = ("edit",)

    def can_create(self, request: Request) -> bool:
        """It is there."""
        return False

    def can_delete(self, request: Request) -> bool:
        """It stays."""
        return False

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """Never."""
        raise FormValidationError({self.first_field(): "–"})

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        """Never."""
        return 0

    def row_id(self, row: Any) -> str:
        """There is one."""
        return "1"

    async def repr(self, obj: Any, request: Request) -> str:
        """Its title."""
        return str(self.display_name)
