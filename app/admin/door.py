"""The door to the tables of a hall: `/admin/HALL/…`, for whoever signed in at the console as an administrator.

The key is the sign-in's own token, as a cookie that the console asks for (`POST …/tables`): HttpOnly, SameSite=Strict, and
only for this path. A changing request must come from this very server (Origin), and carries the library's own signed
token besides. No key, or one that may not: back to the console.
Not for: what the tables hold (plans.py, people.py). They are built when a hall's are first asked for.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.deps import House, principal_of
from app.core.errors import NoKey, NotAllowed
from app.core.rights import Action, Principal
from app.service import HallService

COOKIE: Final = "tidehall_tables"

POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
)
"""The library's templates carry their scripts in the page; nothing comes from elsewhere all the same."""

HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


FOUND_HERE: Final = frozenset({"router", "endpoint", "route", "path_params", "app_root_path"})
"""What our own routing has put into a request; the tables find their way themselves, and make their links by it."""


class Tables:
    """Everything under `/admin`. `build` makes the tables of one hall; it blocks."""

    def __init__(self, build: Callable[[House, HallService], ASGIApp]) -> None:
        self._build = build
        self._halls: dict[str, ASGIApp] = {}
        self._building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await PlainTextResponse("", 404)(scope, receive, send)
            return
        request = Request(scope)
        rooms: House = scope["app"].state.house
        code = request.url.path.removeprefix("/admin/").partition("/")[0]
        service = rooms.halls.get(code)
        answer = await _refused(request, rooms, code, service)
        if answer is not None or service is None:
            await (answer or PlainTextResponse("", 404))(scope, receive, send)
            return
        tables = await self._tables(rooms, service)
        inner = {name: value for name, value in scope.items() if name not in FOUND_HERE}
        inner["root_path"] = scope.get("app_root_path", "")
        await tables(inner, receive, _with_headers(send))

    async def _tables(self, rooms: House, service: HallService) -> ASGIApp:
        async with self._building:
            if service.code not in self._halls:
                self._halls[service.code] = await asyncio.to_thread(self._build, rooms, service)
            return self._halls[service.code]


async def _refused(request: Request, rooms: House, code: str, service: HallService | None) -> Response | None:
    """Why somebody does not come in; None for an administrator of the hall, who is then in `request.state.who`."""
    if service is None:
        return PlainTextResponse("no such hall\n", 404)
    if request.method not in ("GET", "HEAD") and not _from_here(request):
        return PlainTextResponse("from another site\n", 403)
    try:
        who = await principal_of(rooms, request.cookies.get(COOKIE, ""))
        who.must(Action.ADMINISTER, code)
    except (NoKey, NotAllowed):
        return RedirectResponse(f"/console/?hall={quote(code)}#setup", 303)
    if request.url.path.rstrip("/") == f"/admin/{code}":
        return RedirectResponse(f"/admin/{quote(code)}/service/list", 303)
    request.scope.setdefault("state", {})["who"] = who
    return None


def _from_here(request: Request) -> bool:
    """Whether a changing request was made by a page of this server: browsers say so, and others carry no cookie."""
    origin = request.headers.get("origin", "")
    return urlsplit(origin).netloc == request.headers.get("host", "") or (
        not origin and request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    )


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            told = {name for name, _ in message["headers"]}
            extra = [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in told]
            message["headers"] = [*message["headers"], *extra]
        await send(message)

    return sending


def key_cookie(response: Response, code: str, token: str, *, secure: bool, lasts: float) -> None:
    """Hand the sign-in's token to the door of a hall, for `lasts` seconds."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lasts),
        path=f"/admin/{quote(code)}",
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def whose(request: Any) -> Principal:
    """The administrator whom the door let in."""
    found: Principal = request.state.who
    return found
