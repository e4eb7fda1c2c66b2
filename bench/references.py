"""What the hall is compared with: the least that the same server and framework can do.

    python -m bench.references hello PORT     an empty FastAPI POST, pydantic in and out; GET /readyz says ok
    python -m bench.references boards PORT    a websocket route whose publisher does `await ws.send_text` for each board

Both run in uvicorn with uvloop and httptools, access log off, deflate off, as the hall does. Nothing of the hall is
imported here: start and memory of `hello` are a reference too (G9).
"""

import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel


class Hello(BaseModel):
    """In."""

    name: str


class Greeting(BaseModel):
    """Out."""

    text: str


class Publication(BaseModel):
    """Send a text of `size` bytes `times` times to every board."""

    size: int
    times: int


def hello() -> FastAPI:
    """One route that does nothing."""
    app = FastAPI()

    @app.post("/hello")
    async def greet(body: Hello) -> Greeting:
        return Greeting(text=body.name)

    @app.get("/readyz")
    async def ready() -> str:
        return "ok"

    return app


def boards() -> FastAPI:
    """Boards as one would write them: a set of sockets, and a loop that awaits each."""
    app = FastAPI()
    sockets: set[WebSocket] = set()

    @app.get("/readyz")
    async def ready() -> str:
        return "ok"

    @app.websocket("/boards")
    async def board(socket: WebSocket) -> None:
        await socket.accept()
        sockets.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            sockets.discard(socket)

    @app.post("/bench/publish")
    async def publish(body: Publication) -> Greeting:
        for _ in range(body.times):
            text = "x" * body.size
            for socket in list(sockets):
                await socket.send_text(text)
        return Greeting(text=str(len(sockets)))

    return app


def run(kind: str, port: int) -> None:
    """Serve until the process is ended."""
    uvicorn.run(
        {"hello": hello, "boards": boards}[kind](),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]))
