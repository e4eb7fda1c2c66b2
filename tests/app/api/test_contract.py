"""The OpenAPI document: whole, true to its own references, and with examples that are what it says."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from app.api import schemas
from app.main import create_app
from app.settings import Settings
from tests.app.api.conftest import Face

DOCUMENT = create_app(Settings()).openapi()
OPERATIONS = [(path, verb, each) for path, verbs in DOCUMENT["paths"].items() for verb, each in verbs.items()]
KINDS = [
    kind
    for kind in vars(schemas).values()
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__ == schemas.__name__
]


def _refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            else:
                yield from _refs(value)
    elif isinstance(part, list):
        for each in part:
            yield from _refs(each)


def test_what_is_served_is_what_was_checked_here(face: Face) -> None:
    assert face.ask("", "GET", "/openapi.json").json() == DOCUMENT
    assert face.ask("", "GET", "/docs").status_code == 200


def test_every_reference_leads_somewhere() -> None:
    for ref in set(_refs(DOCUMENT)):
        part: Any = DOCUMENT
        for step in ref.removeprefix("#/").split("/"):
            part = part[step]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = [each["operationId"] for _, _, each in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    assert all(each["description"].endswith(".") for _, _, each in OPERATIONS)


@pytest.mark.parametrize(
    ("path", "verb", "operation"), OPERATIONS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_every_operation_declares_its_problems_its_key_and_its_repetition(
    path: str, verb: str, operation: dict[str, Any]
) -> None:
    for status, response in operation["responses"].items():
        if status >= "400":
            assert list(response["content"]) == ["application/problem+json"]
    headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
    asked = verb == "post" and operation["operationId"] not in ("sign_in", "set_up", "compare_rules")
    assert ("Idempotency-Key" in headers) is asked
    placeholders = {part[1:-1] for part in path.split("/") if part.startswith("{")}
    assert placeholders == {each["name"] for each in operation["parameters"] if each["in"] == "path"}
    assert "security" in operation


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_example_is_what_it_is_an_example_of(kind: type[BaseModel]) -> None:
    extra = kind.model_config.get("json_schema_extra") or {}
    assert isinstance(extra, dict)
    for example in extra.get("examples", ()):  # type: ignore[union-attr]
        made = kind.model_validate(example)
        assert isinstance(example, dict)
        assert set(example) <= set(made.model_dump())


def test_every_body_and_every_problem_has_an_example() -> None:
    bodies = {ref.rpartition("/")[2] for _, _, each in OPERATIONS for ref in _refs(each.get("requestBody"))}
    shown = {name for name, schema in DOCUMENT["components"]["schemas"].items() if schema.get("examples")}
    assert bodies | {"Problem", "TicketOut", "WindowOut", "EventsOut", "SignInOut"} <= shown
