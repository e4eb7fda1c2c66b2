"""A dataclass of the plan as fields of a form, and what comes back from the form as a dataclass again.

For: any part of app/core/plan.py, by its own annotations: a field that is added there is here as well. Texts, numbers,
yes or no, choices of an enum, times of day, lists of words (separated by commas), nested parts and lists of parts.
An empty field means the default. Not for: judging. What makes no sense is found by the audit of the hall file.
What goes wrong: `Unreadable`, a field that must be there and is not, or a word that is none of its choices.
"""

import re
import types
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, time
from enum import Enum
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette_admin.fields import (
    BaseField,
    BooleanField,
    CollectionField,
    EnumField,
    FloatField,
    IntegerField,
    ListField,
    StringField,
    TextAreaField,
)

from app import hallforms
from app.admin.words import label
from app.hallaudit import date_of, time_of

Choices = Callable[[Request], Sequence[tuple[str, str]]]

LONG_TEXTS = frozenset({"text", "text_en"})
HIDDEN = frozenset({"trace_queues"})
"""Only the demonstration reads them; the file editor has them."""


READERS: dict[Any, Callable[[str], Any]] = {time: time_of, date: date_of}
"""How a text becomes what is not made of one by its own type."""


EXPECTED: Final[dict[Any, tuple[str, str]]] = {
    int: ("应为整数,例如 12", "a whole number such as 12"),
    float: ("应为数字,例如 8.5", "a number such as 8.5"),
    time: ("应为时间,例如 09:00", "a time such as 09:00"),
    date: ("应为日期,例如 2026-10-01", "a day such as 2026-10-01"),
}
"""What would be right, by the kind of the field, in Chinese and English."""


class Unreadable(ValueError):
    """A field of a form that gives no value. `field`: its name."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(said)
        self.field = field


@dataclass
class NumberField(FloatField):
    """A number, handed on as it was written: `made` says what is wrong with it."""

    async def parse_form_data(self, request: Request, form_data: FormData) -> Any:
        """What was written."""
        return form_data.get(self.id)


@dataclass
class WholeField(IntegerField):
    """A whole number, handed on as it was written."""

    async def parse_form_data(self, request: Request, form_data: FormData) -> Any:
        """What was written."""
        return form_data.get(self.id)


def kind_of(hint: Any) -> tuple[Any, bool]:
    """The type behind an annotation, and whether it may be None."""
    if get_origin(hint) in (types.UnionType, Union):
        inner = [each for each in get_args(hint) if each is not type(None)]
        return inner[0], len(inner) < len(get_args(hint))
    return hint, False


def form_fields(
    kind: type, form: type[hallforms.Form] | None, choices: dict[str, Choices], *, nested: bool = False
) -> list[BaseField]:
    """The fields of a part. `choices`: for keys that name another part of the plan."""
    hints = get_type_hints(kind)
    made_fields = []
    for each in fields(kind):
        if each.name not in HIDDEN:
            field = _field(each.name, hints[each.name], form, choices, nested)
            if isinstance(each.default, bool | int | float | str):
                field.default = each.default.value if isinstance(each.default, Enum) else each.default
            made_fields.append(field)
    return made_fields


def _field(
    name: str, hint: Any, form: type[hallforms.Form] | None, choices: dict[str, Choices], nested: bool
) -> BaseField:
    inner, _ = kind_of(hint)
    about: dict[str, Any] = {"label": label(name), "help_text": None if nested else hint_of(name, form)}
    if name in choices and inner in (str, int):
        return EnumField(name, choices_loader=choices[name], select2=False, **about)
    if get_origin(inner) is tuple:
        of = get_args(inner)[0]
        if is_dataclass(of):
            return ListField(
                CollectionField(name, form_fields(of, None, choices, nested=True)),  # type: ignore[arg-type]
            )
        return StringField(name, getter=_joined(name), **about)
    if isinstance(inner, type) and is_dataclass(inner):
        return CollectionField(name, form_fields(inner, None, choices, nested=True))
    if isinstance(inner, type) and issubclass(inner, Enum):
        return EnumField(name, choices=[(each.value, each.value) for each in inner], select2=False, **about)
    if inner is bool:
        return BooleanField(name, **about)
    if inner is int:
        return WholeField(name, **about)
    if inner is float:
        return NumberField(name, getter=_plain(name), **about)
    if inner is time:
        return StringField(name, getter=_clock(name), placeholder="16:30", **about)
    if inner is date:
        return StringField(name, placeholder="2026-10-01", **about)
    return (TextAreaField if name in LONG_TEXTS else StringField)(name, **about)


def _joined(name: str) -> Any:
    return lambda _, whole: ", ".join(map(_word, getattr(whole, name, None) or ()))


def _word(value: Any) -> str:
    return (
        str(value.value)
        if isinstance(value, Enum)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def _plain(name: str) -> Any:
    """Without needless decimals."""

    def getter(_: Request, whole: Any) -> Any:
        value = getattr(whole, name, None)
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return getter


def _clock(name: str) -> Any:
    return lambda _, whole: f"{value:%H:%M}" if (value := getattr(whole, name, None)) else None


def hint_of(name: str, form: type[hallforms.Form] | None) -> str | None:
    """The rule and the example of a key, from the form of the hall file."""
    info = hallforms.keys_of(form).get(name) if form else None
    if info is None:
        return None
    zh, _, en = (info.description or "").partition(" | ")
    example = str((info.examples or [""])[0])
    return " · ".join(each for each in (zh, en, example) if each)


# -- back -------------------------------------------------------------------------------------------------------


def made(kind: type, data: dict[str, Any], before: Any = None) -> Any:
    """A part from the values of its form. `before`: the same part as it was, for what the form does not show. Raises
    Unreadable."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for each in fields(kind):
        if each.name in HIDDEN:
            if before is not None:
                values[each.name] = getattr(before, each.name)
            continue
        missing = each.default is MISSING and each.default_factory is MISSING
        value = _value(each.name, hints[each.name], data.get(each.name))
        if value is None and not kind_of(hints[each.name])[1]:
            if missing:
                raise Unreadable(each.name, "请填写。 Must be given.")
            continue
        values[each.name] = value
    return kind(**values)


def _value(name: str, hint: Any, raw: Any) -> Any:
    """What a form's value means; None: nothing was given."""
    inner, optional = kind_of(hint)
    if get_origin(inner) is tuple:
        return _tuple(name, get_args(inner)[0], raw)
    if isinstance(inner, type) and is_dataclass(inner):
        given = raw if isinstance(raw, dict) else {}
        if optional and not any(_said(each) for each in given.values() if not isinstance(each, bool)):
            return None
        return made(inner, given)
    if inner is bool:
        return bool(raw)
    return _simple(name, inner, raw)


def _said(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def _simple(name: str, kind: Any, raw: Any) -> Any:
    text = raw.strip() if isinstance(raw, str) else raw
    if text is None or (text == "" and kind is not str):
        return None
    if kind is str:
        return str(text)
    try:
        value = READERS.get(kind, kind)(str(text))
    except ValueError:
        value = None
    if value is None:
        zh, en = EXPECTED.get(kind, ("请从列表中选择", "choose from the list"))
        raise Unreadable(name, f"“{text}”无法识别,{zh}。 “{text}” cannot be read: {en}.")
    return value


def _tuple(name: str, of: Any, raw: Any) -> Any:
    if isinstance(of, type) and is_dataclass(of):
        return tuple(made(of, each) for each in raw or () if isinstance(each, dict))
    texts = [each for each in re.split(r"[,，、\s]+", str(raw or "")) if each]
    return tuple(_simple(name, of, each) for each in texts)
