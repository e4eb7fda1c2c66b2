"""What the API promises to programs: the OpenAPI document, told more exactly than the routes can tell it.

For: `describe(app)`. The routes are plain, because everything that FastAPI resolves for a request costs time; so what is
read by hand is declared here by hand: keys, the Idempotency-Key, problems with their media type, who needs no key.
Not for: what a route does (its own docstring) or how a value looks (schemas.py).
"""

from typing import Any
from warnings import catch_warnings

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.warnings import UnsupportedFieldAttributeWarning

from app.api.later import Later
from app.api.lean import LeanRoute
from app.api.problems import MEDIA_TYPE

PUBLIC = frozenset(
    {
        "list_halls",
        "see_hall",
        "see_ticket",
        "ticket_qr",
        "cancel_ticket",
        "rate_ticket",
        "see_photo",
        "see_look",
        "sign_in",
        "set_up",
        "see_offer",
        "see_slots",
        "book",
        "see_booking",
        "booking_qr",
        "change_booking",
        "cancel_booking",
        "check_in_by_page",
    }
)
"""Routes that need no key. Whoever holds a slip holds its id, and that is a key of its own. A photo hangs in public
anyway, where the hall shows photos."""

WITHOUT_REPETITION = frozenset({"sign_in", "set_up", "compare_rules"})
"""Posts whose answer is not kept: it holds a key, there is none, or nothing is changed."""

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "New for every new request, the same for its repetitions: they get the first answer, byte for byte, "
    "and change nothing, also after a restart of the server.",
    "schema": {"type": "string", "maxLength": 255, "examples": ["5f0c2b1e-6f0e-4c53-9d3b-0b7f3f1f5a11"]},
}

ACCEPT_LANGUAGE: dict[str, Any] = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "The language of a problem's `detail`: zh, unless en is wanted more. `texts` has both.",
    "schema": {"type": "string", "default": "zh", "examples": ["en"]},
}


def describe(app: FastAPI) -> None:
    """Let `app` publish the whole contract."""

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            every = [
                each
                for route in app.routes
                for each in (route.routes if isinstance(route, Later) else (route,))
            ]
            routes = [each.documented if isinstance(each, LeanRoute) else each for each in every]
            with catch_warnings(action="ignore", category=UnsupportedFieldAttributeWarning):
                # of FastAPI's own wrapping of an optional body whose model is built here and now
                document = get_openapi(
                    title=app.title, version=app.version, summary=app.summary, routes=routes
                )
            document["components"]["securitySchemes"] = {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key of a device or program (`tidehall token issue`) or of a sign-in.",
                }
            }
            for path in document["paths"].values():
                for method, operation in path.items():
                    _complete(method, operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]


def _complete(method: str, operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    operation["security"] = [] if name in PUBLIC else [{"key": []}]
    parameters = operation.setdefault("parameters", [])
    parameters.append(ACCEPT_LANGUAGE)
    if method == "post" and name not in WITHOUT_REPETITION:
        parameters.append(IDEMPOTENCY_KEY)
    for status, response in operation["responses"].items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
