"""Routes that no first answer needs: their module is imported when somebody asks for the first of them.

For: `Later`, one route that stands for all of these modules. It knows the first word behind the hall's code, and whose it
is; the rest is the module's own router. Together they were a third of every start.
Not for: what a visitor or a clerk does all day (tickets, windows, the hall itself).
What goes wrong: a path that no module has is a 404, as everywhere. A module is imported in a thread: the hall goes on.
"""

import asyncio
import re
from importlib import import_module
from typing import cast

from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from app.api.lean import LeanRouter

MODULES: dict[str, tuple[str, ...]] = {
    "bookings": ("bookings",),
    "devices": ("devices", "agent"),
    "history": ("calls", "numbers"),
    "look": ("look",),
    "plans": ("plan", "plans", "tables"),
    "presence": ("presence", "people"),
    "reports": ("reports",),
    "screens": ("scenes",),
    "tide": ("tide",),
    "voice": ("voice", "sounds"),
    "whatif": ("whatif",),
}
"""Modules of app.api, and the words with which the paths of their routes go on behind `/api/v1/halls/{hall}/`."""

NOWHERE = 4404
"""How a websocket is closed that nobody knows: a browser tells its page a close code, but not why a line was refused."""

_MODULE_OF = {word: module for module, words in MODULES.items() for word in words}
_WORD = re.compile("/api/v1/halls/[^/]+/([a-z]+)(?:/|$)")


def router_of(module: str) -> LeanRouter:
    """The routes of a module, which is imported if it was not yet."""
    return cast(LeanRouter, import_module(f"app.api.{module}").router)


class Later(BaseRoute):
    """Whatever begins with one of the words."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request or a websocket is for one of the modules."""
        if scope["type"] not in ("http", "websocket"):
            return Match.NONE, {}
        found = _WORD.match(get_route_path(scope))
        return (Match.FULL, {}) if found and found.group(1) in _MODULE_OF else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the module's own routes, as a router does."""
        found = _WORD.match(get_route_path(scope))
        assert found is not None, "matches() said so"
        router = await asyncio.to_thread(router_of, _MODULE_OF[found.group(1)])
        nearly: tuple[BaseRoute, Scope] | None = None
        for route in router.routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL and nearly is None:
                nearly = route, child
        if nearly is not None:  # another method: the route itself says which
            route, child = nearly
            scope.update(child)
            await route.handle(scope, receive, send)
        elif scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            await socket.accept()
            await socket.close(NOWHERE)
        else:
            raise HTTPException(404)

    @property
    def routes(self) -> list[BaseRoute]:
        """Every route of every module, for the OpenAPI document. Imports them all."""
        return [route for module in MODULES for route in router_of(module).routes]
