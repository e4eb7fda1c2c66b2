"""A stage for the pages: serves them as they lie, and shows them whatever scene a test puts up.

For: what the real hall cannot be brought to on a test's word: thirty windows at once, a printer without paper, an
answer that is lost on the way, a server that is gone for four seconds. The scenes are the real dataclasses of
displays/scene.py, written as JSON by the same library as the server's.
Not for: whether the hall does the right thing. What can be had from the real server is tested there (test_house.py).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

WEB = Path(__file__).parents[2] / "displays" / "web"
POLICY = "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'"
"""The policy of the real server: a page that needs more does not work there."""

Answering = Callable[[Request, dict[str, Any]], Awaitable[Response]]


@dataclass
class Asked:
    """One changing request as it came in."""

    method: str
    path: str
    key: str
    token: str
    body: dict[str, Any]


class Pages(StaticFiles):
    """The pages, with the headers of the real server."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        response.headers["content-security-policy"] = POLICY
        response.headers["cache-control"] = "no-cache"
        return response


@dataclass
class Stage:
    """The scenes on show, by name (`hall`, `kiosk`, `clerk/3`, `voice/ZONE`, …), who asked for what, and what
    loudspeakers have told."""

    web: Path = WEB
    scenes: dict[str, object] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Answering] = field(default_factory=dict)
    refuse: int = 0
    answer_pings: bool = True
    hall: dict[str, Any] = field(default_factory=lambda: {"code": "county", "clock_speed": 1.0})
    look: dict[str, Any] = field(default_factory=dict)
    sockets: dict[str, set[WebSocket]] = field(default_factory=dict)
    site: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    port: int = 0
    _server: uvicorn.Server | None = None
    _task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where the stage is."""
        return f"http://127.0.0.1:{self.port}"

    def page(self, name: str, **query: str | int) -> str:
        """The address of a page."""
        words = "&".join(f"{key}={value}" for key, value in {"hall": "county", **query}.items())
        return f"{self.url}/{name}/?{words}#token=test-token"

    async def show(self, name: str, scene: object) -> None:
        """Put a scene up and hand it to everybody who looks at `name`."""
        self.scenes[name] = scene
        text = msgspec.json.encode(scene).decode()
        for line in tuple(self.sockets.get(name, ())):
            with suppress(RuntimeError, WebSocketDisconnect):
                await line.send_text(text)

    async def hang_up(self, code: int = 1012) -> None:
        """Close every websocket."""
        for lines in self.sockets.values():
            for line in tuple(lines):
                with suppress(RuntimeError):
                    await line.close(code)

    async def start(self) -> None:
        """Open the stage; again on the same port if it was open before."""
        app = Starlette(
            routes=[
                Route("/livez", lambda _: PlainTextResponse("ok\n")),
                Route("/api/v1/halls", lambda _: JSONResponse(["county"])),
                Route("/api/v1/halls/county/look", lambda _: JSONResponse(self.look)),
                Route("/site/{name}", self._site),
                Route("/api/v1/halls/county", lambda _: JSONResponse(self.hall)),
                WebSocketRoute("/api/v1/halls/county/scenes/{name:path}", self._scenes),
                WebSocketRoute("/api/v1/halls/county/voice", self._voice),
                Route("/api/{path:path}", self._api, methods=["GET", "POST", "DELETE"]),
                Mount("/", Pages(directory=self.web, html=True)),
            ]
        )
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=self.port,
            log_level="critical",
            lifespan="off",
            ws="websockets-sansio",
        )
        self._server = uvicorn.Server(config)
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(("127.0.0.1", self.port))
        self.port = line.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[line]))
        while not self._server.started:  # noqa: ASYNC110  uvicorn has no event for this
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Be gone, as a server is whose process was killed."""
        assert self._server is not None and self._task is not None
        await self.hang_up(1001)
        self._server.should_exit = True
        self._server.force_exit = True
        with suppress(asyncio.CancelledError):
            await self._task

    async def _scenes(self, line: WebSocket) -> None:
        offered = line.scope["subprotocols"]
        await line.accept(subprotocol="tidehall.v1" if "tidehall.v1" in offered else None)
        name = line.path_params["name"]
        self.met[name] = self.met.get(name, 0) + 1
        if self.refuse or name not in self.scenes:
            await line.close(self.refuse or 4404)
            return
        lines = self.sockets.setdefault(name, set())
        lines.add(line)
        try:
            await line.send_text(msgspec.json.encode(self.scenes[name]).decode())
            while True:
                said = await line.receive_text()
                if said == "ping" and self.answer_pings:
                    await line.send_text("pong")
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            lines.discard(line)

    async def _site(self, request: Request) -> Response:
        """What is the hall's own."""
        name = request.path_params["name"]
        if name not in self.site:
            return PlainTextResponse("", 404)
        kind = {"css": "text/css", "svg": "image/svg+xml"}[name.rpartition(".")[2]]
        return Response(self.site[name], media_type=kind)

    async def _voice(self, line: WebSocket) -> None:
        """A loudspeaker; what it says is kept in `said`."""
        await line.accept(subprotocol="tidehall.v1")
        lines = self.sockets.setdefault(f"voice/{line.query_params['zone']}", set())
        lines.add(line)
        try:
            await line.send_json({"seq": 0, "role": "speaker", "mode": "browser", "say": None})
            while True:
                said = await line.receive_text()
                if said == "ping":
                    await line.send_text("pong")
                else:
                    self.said.append(said)
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            lines.discard(line)

    async def _api(self, request: Request) -> Response:
        body = await request.body()
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        words = msgspec.json.decode(body) if body else {}
        path = request.url.path.removeprefix("/api/v1").removeprefix("/halls/county")
        if request.method != "GET":
            key = request.headers.get("idempotency-key", "")
            self.asked.append(Asked(request.method, path, key, token, words))
        if path.endswith("/qr.svg"):
            return Response(QR, media_type="image/svg+xml")
        for pattern, answering in self.answers.items():
            method, _, wanted = pattern.partition(" ")
            if method == request.method and (
                path == wanted or (wanted.endswith("*") and path.startswith(wanted[:-1]))
            ):
                return await answering(request, words)
        return problem(404, "unknown", "没有找到", "Not found")


def problem(status: int, rule: str, zh: str, en: str, field: str = "") -> Response:
    """A problem as the server says it."""
    body = {
        "type": f"/problems/{rule}",
        "status": status,
        "rule": rule,
        "field": field,
        "texts": {"zh": zh, "en": en},
    }
    return JSONResponse(body, status, media_type="application/problem+json")


def saying(body: object, status: int = 200) -> Answering:
    """Always this answer."""

    async def answering(_: Request, __: dict[str, Any]) -> Response:
        return Response(msgspec.json.encode(body), status, media_type="application/json")

    return answering


QR = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges">'
    '<path fill="#fff" d="M0 0h29v29H0z"/><path stroke="#000" d="M4 4.5h7m2 0h3m2 0h7M4 5.500h1m5 0h1m3 0h1m3 0h1m5 0h1'
    'M4 6.500h1m1 0h3m1 0h1m1 0h2m4 0h1m1 0h3m1 0h1M4 10.500h7m1 0h1m1 0h1m3 0h7M4 15.500h3m2 0h5m2 0h1m3 0h4"/></svg>'
)
