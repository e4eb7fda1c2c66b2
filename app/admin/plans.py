"""The tables of a plan: lists and forms of its parts. Each change is a whole new plan, audited and adopted like a hall file.

For: `build(rooms, service)`, the admin application of one hall. What a form gives becomes a part (parts.py), the plan with
it is written as a hall file and read back, so that the audit judges it with all that it knows; its mistakes stand beside
the fields, in Chinese and English. What is adopted stands in the journal with its author, and the console's history takes
it back. People and keys are people.py.
What goes wrong: a mistake (beside its field), a refusal of the hall (people still wait for that service), and nothing is
changed.
"""

import secrets
from dataclasses import fields, is_dataclass, replace
from typing import Any

from jinja2 import DictLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp
from starlette_admin import BaseAdmin, BaseModelView, DropDown, Link
from starlette_admin.exceptions import ActionFailed, FormValidationError
from starlette_admin.i18n import I18nConfig

from app import hallforms
from app.admin.calendar import ExceptionsView, HoursView
from app.admin.parts import Choices, form_fields
from app.admin.people import KeysView, UsersView
from app.admin.tables import OneView, PlanView, adopt, changed
from app.admin.words import GROUPS, TABLES
from app.api.deps import House
from app.core.assign import POLICIES
from app.core.plan import HallPlan
from app.plandiff import SECTIONS, key_of
from app.service import HallService

FRAME = """{% extends "@core/base.html" %}
{% block favicon %}<link rel="icon" href="/shared/mark.svg" type="image/svg+xml">{% endblock %}
{% block fonts %}<link rel="stylesheet" href="/console/admin.css">{% endblock %}
"""
"""The library's page without its font from elsewhere, in the house's colours."""

EDIT = """{% extends "@core/edit.html" %}
{% block form_before %}<input type="hidden" name="as_shown" value="{{ view.as_shown(request, raw_obj) }}">{% endblock %}
"""
"""A form that says what it has shown, so that nobody writes over what somebody else has changed meanwhile."""

NOTHING = '<span class="text-muted inline-edit-value">–</span>'
"""What stands where nothing is set: the library would say «-null-» and «-empty-»."""

TEMPLATES = {
    "base.html": FRAME,
    "edit.html": EDIT,
    "fields/detail/_null.html": NOTHING,
    "fields/detail/_empty.html": NOTHING,
}


def build(rooms: House, service: HallService) -> ASGIApp:
    """The tables of one hall. Takes half a second; not in the event loop."""
    code = service.code
    admin = BaseAdmin(
        title=service.hall.plan.name,
        base_url=f"/admin/{code}",
        logo_url="/shared/mark.svg",
        additional_loaders=[DictLoader(TEMPLATES)],
        i18n_config=I18nConfig("zh", language_header_name=None, language_switcher=["zh", "en"]),
        secret_key=secrets.token_hex(32),
        timezone_config=None,
    )
    forms = {names[0]: form for names, form in hallforms.FORMS.items() if len(names) == 1}
    arrays = {section: field for field, section in SECTIONS.items()}
    for section, title in TABLES.items():
        admin.add_view(PartView(service, section, arrays[section], title, forms.get(section)))
    admin.add_view(
        DropDown(
            "开放时间 Calendar",
            views=[HoursView(service), ExceptionsView(service)],
            always_open=False,
        )
    )
    groups = _groups(service)
    admin.add_view(DropDown("设置 Settings", views=[HallView(service), *groups], always_open=False))
    admin.add_view(UsersView(rooms))
    admin.add_view(KeysView(rooms, code))
    admin.add_view(Link("← 值守台 Console", url=f"/console/?hall={code}#setup"))
    whole = Starlette()
    admin.mount_to(whole)
    return whole


def _groups(service: HallService) -> list[BaseModelView]:
    """One view for each group of settings, the known ones first."""
    rules = service.hall.plan.rules
    nested = [each.name for each in fields(rules) if is_dataclass(getattr(rules, each.name))]
    order = [
        *(name for name in GROUPS if name == "" or name in nested),
        *(n for n in nested if n not in GROUPS),
    ]
    return [SettingsView(service, name) for name in order]


# -- views ---------------------------------------------------------------------------------------------------------


class PartView(PlanView):
    """An array of the plan: services, windows, …"""

    def __init__(
        self, service: HallService, section: str, field: str, title: str, form: type[hallforms.Form] | None
    ) -> None:
        self.section = section
        self.field = field
        self.kind = _kind_of(field)
        shown = form_fields(self.kind, form, choices_of(service))
        short = [each.name for each in shown if type(each).__name__ not in ("CollectionField", "ListField")]
        for each in shown:
            each.exclude_from_list = each.name not in short[:COLUMNS]
        super().__init__(service, section, title, shown)

    def rows(self) -> list[Any]:
        """The entries."""
        return list(getattr(self.plan, self.field))

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """One more entry."""
        entry = self.read_form(self.kind, data)
        rows = self.rows()
        if any(key_of(each) == key_of(entry) for each in rows):
            raise FormValidationError(
                {self.first_field(): f"{key_of(entry)} 已经有了。 {key_of(entry)} is taken."}
            )
        await self._adopt(request, [*rows, entry], len(rows))
        return entry

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Another entry in the place of one."""
        rows = self.rows()
        place = next((i for i, each in enumerate(rows) if self.row_id(each) == pk), None)
        if place is None:
            raise FormValidationError({self.first_field(): "已被别人删除。 Somebody else has removed it."})
        entry = self.read_form(self.kind, data, rows[place])
        await self._adopt(request, [*rows[:place], entry, *rows[place + 1 :]], place)
        return entry

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        """Entries less."""
        rows = self.rows()
        kept = [each for each in rows if self.row_id(each) not in pks]
        try:
            await self._adopt(request, kept, -1)
        except FormValidationError as wrong:
            raise ActionFailed(" ".join(map(str, wrong.errors.values()))) from wrong
        return len(rows) - len(kept)

    async def _adopt(self, request: Request, rows: list[Any], place: int) -> None:
        plan = changed(self.plan, **{self.field: tuple(rows)})
        await adopt(request, self.service, plan, self.section, place, self.first_field())


COLUMNS = 6
"""Columns of a list: more do not fit beside the menu on a desk's screen."""


def _kind_of(field: str) -> type:
    """The dataclass of an array's entries."""
    from typing import get_args, get_type_hints

    kind: type = get_args(get_type_hints(HallPlan)[field])[0]
    return kind


def choices_of(service: HallService) -> dict[str, Choices]:
    """The keys that name another part of the plan, and what there is to choose now."""

    def zones(_: Request) -> list[tuple[str, str]]:
        return [("", "–"), *((each.code, f"{each.name} ({each.code})") for each in service.hall.plan.zones)]

    def services(_: Request) -> list[tuple[str, str]]:
        return [
            (each.code, f"{each.prefix} {each.name} ({each.code})") for each in service.hall.plan.services
        ]

    def policies(_: Request) -> list[tuple[str, str]]:
        return [(each, each) for each in POLICIES]

    return {"zone": zones, "service": services, "policy": policies}


class SettingsView(OneView):
    """A group of settings. `group`: its key in `[rules]`; empty for those that stand there themselves."""

    def __init__(self, service: HallService, group: str) -> None:
        self.group = group
        rules = service.hall.plan.rules
        whole: Any = getattr(rules, group) if group else rules
        self.kind: type = type(whole)
        plain = {each.name for each in fields(whole) if not is_dataclass(getattr(whole, each.name))}
        form = hallforms.FORMS.get(("rules", group) if group else ("rules",))
        shown = [each for each in form_fields(self.kind, form, choices_of(service)) if each.name in plain]
        for each in shown[COLUMNS:]:
            each.exclude_from_list = True
        super().__init__(service, f"rules-{group or 'general'}", GROUPS.get(group, group), shown)

    def rows(self) -> list[Any]:
        """The group."""
        return [getattr(self.plan.rules, self.group) if self.group else self.plan.rules]

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """The group anew."""
        (before,) = self.rows()
        shown = {each.name for each in self.fields}
        whole = self.read_form(self.kind, data)
        after = changed(before, **{name: getattr(whole, name) for name in shown})
        rules = changed(self.plan.rules, **{self.group: after}) if self.group else after
        section = f"rules.{self.group}" if self.group else "rules"
        await adopt(request, self.service, replace(self.plan, rules=rules), section, 0, self.first_field())
        return after


HALL_KEYS = ("name", "name_en", "timezone", "site", "site_en")


class HallView(OneView):
    """The hall's own names."""

    def __init__(self, service: HallService) -> None:
        shown = [each for each in form_fields(HallPlan, hallforms.HallForm, {}) if each.name in HALL_KEYS]
        super().__init__(service, "hall", "大厅 Hall", shown)

    def rows(self) -> list[Any]:
        """The plan."""
        return [self.plan]

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """The names anew."""
        plan = changed(self.plan, **{key: (data.get(key) or "").strip() for key in HALL_KEYS})
        await adopt(request, self.service, plan, "hall", 0, self.first_field())
        return plan
