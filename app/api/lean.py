"""Routes that are made when they are needed, and that read their arguments themselves.

For: `LeanRouter`, on which every route of the API stands, and `LeanRoute`. What FastAPI makes of a route (the models of
its answers, of its problems and of what it documents) took 5 ms a route at every start, and a hall's day needs little
of it. So a route is first only its path; FastAPI's own is made of it for the OpenAPI document (`documented`) or for the
first request. And where an endpoint answers with a `Response` of its own, FastAPI's is not even asked: a route's
signature says what comes, as everywhere, but the arguments are read here: path parameters by their annotation, `body`
as the model that its annotation names.
Not for: dependencies, forms, headers, queries or yields of an endpoint that answers with a `Response`. Endpoints that want
those return something else and are FastAPI's own in every respect.
What goes wrong is what FastAPI raises: `RequestValidationError` with the same `loc`, and 400 for a body that is no text.
Why: FastAPI's resolver, its three exit stacks and its own parsing are most of what a request costs. Measured in one
process, a route with one path parameter and a body: 140 us, lean 60 us.
"""

import asyncio
import inspect
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any, get_args, get_type_hints

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, APIWebSocketRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route, WebSocketRoute, request_response
from starlette.types import Receive, Scope, Send

MISSING = {"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}
"""What is wrong with a body that did not come."""


class LeanRoute(Route):
    """A path, its methods and an endpoint; `settings` are what `APIRoute` takes."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        super().__init__(path, endpoint, methods=settings["methods"], name=settings["name"])
        self._settings = settings
        self._made = False
        self._lean = endpoint.__annotations__.get("return") is Response
        if not self._lean:
            self.app = self._as_documented
            return
        signature = inspect.signature(endpoint).parameters
        unread = signature.keys() - self.param_convertors.keys() - {"request", "body"}
        if unread:
            raise TypeError(f"{endpoint.__name__}: a lean route does not read {', '.join(sorted(unread))}")
        self._body_may_miss = "body" in signature and signature["body"].default is None
        self.app = request_response(self._answer)

    @cached_property
    def documented(self) -> APIRoute:
        """The same route as FastAPI makes it."""
        return APIRoute(self.path, self.endpoint, **self._settings)

    async def _as_documented(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._made:
            await asyncio.to_thread(self._make)
        await self.documented.app(scope, receive, send)

    def _make(self) -> None:
        """FastAPI's route and the models of its answer, in a thread: 10 to 40 ms for which the loop would stand still."""
        answer = self._settings.get("response_model")
        for kind in (answer, *get_args(answer)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                kind.model_rebuild()
        _ = self.documented
        self._made = True

    @cached_property
    def _in_path(self) -> dict[str, TypeAdapter[Any]]:
        return {name: TypeAdapter(self._kinds[name]) for name in self.param_convertors}

    @cached_property
    def _body(self) -> TypeAdapter[Any] | None:
        return TypeAdapter(self._kinds["body"]) if "body" in self._kinds else None

    @cached_property
    def _kinds(self) -> dict[str, Any]:
        return get_type_hints(self.endpoint)

    async def _answer(self, request: Request) -> Response:
        values: dict[str, Any] = {}
        for name, kind in self._in_path.items():
            try:
                values[name] = kind.validate_python(request.path_params[name])
            except ValidationError as wrong:
                raise _at(("path", name), wrong) from wrong
        if self._body is not None:
            sent = await request.body()
            if sent:
                values["body"] = self._read(sent)
            elif not self._body_may_miss:
                raise RequestValidationError([MISSING])
        answer: Response = await self.endpoint(request, **values)
        return answer

    def _read(self, sent: bytes) -> object:
        """The body, the quick way; what is wrong with one is found the slow way, which is FastAPI's."""
        assert self._body is not None
        with suppress(ValidationError):
            return self._body.validate_json(sent)
        try:
            return self._body.validate_python(json.loads(sent))
        except json.JSONDecodeError as wrong:
            fault = {"type": "json_invalid", "loc": ("body", wrong.pos), "msg": wrong.msg, "input": {}}
            raise RequestValidationError([fault]) from wrong
        except ValidationError as wrong:
            raise _at(("body",), wrong) from wrong
        except (ValueError, RecursionError) as wrong:  # no UTF-8, nested too deeply
            raise HTTPException(400) from wrong


class LeanSocket(WebSocketRoute):
    """A websocket's path; FastAPI's own route is made of it when the first one comes."""

    def __init__(self, path: str, endpoint: Callable[..., Any]) -> None:
        super().__init__(path, endpoint)
        self.app = self._as_documented

    @cached_property
    def documented(self) -> APIWebSocketRoute:
        """The same route as FastAPI makes it."""
        return APIWebSocketRoute(self.path, self.endpoint)

    async def _as_documented(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.documented.app(scope, receive, send)


class LeanRouter(APIRouter):
    """A router of lean routes. Their names are the operationIds: what a generated client calls its functions."""

    def __init__(
        self, prefix: str, tag: str, responses: dict[int | str, dict[str, Any]] | None = None
    ) -> None:
        super().__init__(
            prefix=prefix,
            tags=[tag],
            responses=responses,
            generate_unique_id_function=_name,
            route_class=LeanRoute,  # type: ignore[arg-type]  # it answers as one and documents itself as one
        )

    def add_api_websocket_route(self, path: str, endpoint: Callable[..., Any], *_: Any, **__: Any) -> None:
        """What `@router.websocket(path)` does."""
        self.routes.append(LeanSocket(self.prefix + path, endpoint))


def _name(route: APIRoute) -> str:
    return route.name


def _at(place: tuple[str, ...], wrong: ValidationError) -> RequestValidationError:
    """The faults, and the place in the request where they are."""
    return RequestValidationError([{**each, "loc": (*place, *each["loc"])} for each in wrong.errors()])
