"""The line of a loudspeaker, and the sounds it plays.

A board with a loudspeaker opens `…/voice?zone=CODE` with a screen's key (as scenes are opened: api/screens.py, with the
same refusals) and is told what to say; app/voice.py has what is said on the line. Sounds are fetched with the same key.
"""

from typing import Any

from fastapi import Query, Request, Response, WebSocket, WebSocketDisconnect
from starlette.responses import FileResponse

from app.api.deps import caller, hall_service, house
from app.api.lean import LeanRouter
from app.api.screens import PROTOCOL, until_it_goes
from app.api.tickets import PROBLEMS
from app.core.errors import NoKey, NoSuchSound, Refusal, Unknown
from app.core.record import StoreTrouble
from app.core.rights import Action, Principal

router = LeanRouter("/api/v1/halls/{hall}", "screens", PROBLEMS)

SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/sounds/{name}", response_class=Response, responses=SOUND)
async def sound(request: Request, hall: str, name: str) -> Response:
    """A sound that the server has made for a loudspeaker; its name is in what the loudspeaker was told."""
    hall_service(request, hall)
    (await caller(request)).must(Action.SEE_SCREENS, hall)
    path = house(request).voices().sounds.path(name)
    if path is None:
        raise NoSuchSound(sound=name)
    # What a name stands for never changes.
    headers = {"cache-control": "private, max-age=86400, immutable"}
    return FileResponse(path, media_type="audio/wav", headers=headers)


@router.websocket("/voice")
async def loudspeaker(socket: WebSocket, hall: str, zone: str = Query("", max_length=64)) -> None:
    """The loudspeaker of a zone, or of the hall."""
    offered = socket.scope.get("subprotocols", ())
    await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)

    async def allowed() -> Principal:
        who = await caller(socket)
        who.must(Action.SEE_SCREENS, hall)
        return who

    try:
        service = hall_service(socket, hall)
        await allowed()
        speaking, line = await house(socket).voices().join(service, zone, socket.send_text)
        try:
            await until_it_goes(socket, allowed, line.heard)
        finally:
            await speaking.leave(line)
    except Refusal as refusal:
        code = 4401 if isinstance(refusal, NoKey) else 4404 if isinstance(refusal, Unknown) else 4403
        await socket.close(code, refusal.rule)
    except StoreTrouble:
        await socket.close(1013, "try again later")
    except WebSocketDisconnect:
        return
