"""Scenes over websocket: one whole scene on connect, then the newest after each change.

A screen says who it is as `Sec-WebSocket-Protocol: tidehall.v1, bearer.KEY` (or an Authorization header). It need not
say anything more: `ping` is answered with `pong`, and whatever else it sends is read and thrown away, so that rubbish
neither harms nor holds up anybody.
Refusals close the socket: 4401 no valid key, 4403 not allowed, 4404 no such hall, window or ticket; also later, when a
key is revoked or a ticket's day is over. 1013 means that the database cannot be asked: try again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from fastapi import WebSocket, WebSocketDisconnect

from app.api.deps import caller, hall_service, house
from app.api.lean import LeanRouter
from app.console import console_scene
from app.core.errors import NoKey, Refusal, Unknown
from app.core.hall import Hall
from app.core.record import StoreTrouble
from app.core.rights import VISITOR, Action, Principal
from app.frames import EXTENSION
from app.padscene import pad_scene
from app.plates import presence_scene
from app.scenes import clerk_scene, hall_scene, kiosk_scene, ticket_scene, window_scene
from app.urgency import (
    Cares,
    cares_of_clerk,
    cares_of_console,
    cares_of_hall,
    cares_of_kiosk,
    cares_of_presence,
    cares_of_ticket,
    cares_of_window,
)

router = LeanRouter("/api/v1/halls/{hall}/scenes", "screens")

PROTOCOL = "tidehall.v1"

Draw = Callable[[Hall, datetime], object]


async def _show(
    socket: WebSocket,
    hall: str,
    name: str,
    draw: Draw,
    cares: Cares,
    action: Action | None,
    window: int | None = None,
) -> None:
    """Let a screen look at one scene until it goes."""
    offered = socket.scope.get("subprotocols", ())
    await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)

    async def allowed() -> Principal:
        who = await caller(socket) if action is not None else VISITOR
        if action is not None:
            who.must(action, hall, window)
        draw(service.hall, house(socket).clock.now())
        return who

    try:
        service = hall_service(socket, hall)
        who = await allowed()
        if name == "kiosk":
            devices = house(socket).devices

            def draw(state: Hall, now: datetime) -> object:
                return kiosk_scene(state, who.kiosk, now, devices.card(hall, who.kiosk), service.foreseen)

            name = f"kiosk/{who.kiosk}"
        line = (socket.scope.get("extensions") or {}).get(EXTENSION)
        leave = house(socket).hub.join(service, name, draw, cares, line, socket.send_text)
        try:
            await until_it_goes(socket, allowed)
        finally:
            leave()
    except Refusal as refusal:
        code = 4401 if isinstance(refusal, NoKey) else 4404 if isinstance(refusal, Unknown) else 4403
        await socket.close(code, refusal.rule)
    except StoreTrouble:
        await socket.close(1013, "try again later")
    except WebSocketDisconnect:
        return


def _nothing(_: str) -> None:
    """Screens need not say anything."""


async def until_it_goes(
    socket: WebSocket, allowed: Callable[[], Awaitable[object]], heard: Callable[[str], None] = _nothing
) -> None:
    """Read what a screen says until it goes. Raises the Refusal that ends it."""
    now = asyncio.get_running_loop().time
    every = house(socket).settings.key_seconds / 2
    look = now() + every
    while True:
        if now() >= look:
            with suppress(StoreTrouble):  # what may be seen is still true; the next look will tell
                await allowed()
            look = now() + every
        try:
            async with asyncio.timeout_at(look):
                message = await socket.receive()
        except TimeoutError:
            continue
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text") or ""
        if text == "ping":
            await socket.send_text("pong")
        elif text:
            heard(text)


@router.websocket("/hall")
async def hall_screen(socket: WebSocket, hall: str) -> None:
    """The hall board."""
    names = house(socket).called_names
    await _show(
        socket,
        hall,
        "hall",
        lambda state, now: hall_scene(state, now, names.shown(state)),
        cares_of_hall,
        Action.SEE_SCREENS,
    )


@router.websocket("/kiosk")
async def kiosk_screen(socket: WebSocket, hall: str) -> None:
    """The ticket machine whose key it is."""
    await _show(
        socket,
        hall,
        "kiosk",
        lambda state, now: kiosk_scene(state, "", now),
        cares_of_kiosk,
        Action.SEE_SCREENS,
    )


@router.websocket("/window/{no}")
async def window_screen(socket: WebSocket, hall: str, no: int) -> None:
    """The screen above a window."""
    await _show(
        socket,
        hall,
        f"window/{no}",
        lambda state, now: window_scene(state, no, now),
        cares_of_window(no),
        Action.SEE_SCREENS,
    )


@router.websocket("/presence")
async def presence_screen(socket: WebSocket, hall: str) -> None:
    """The whereabouts board."""
    await _show(socket, hall, "presence", presence_scene, cares_of_presence, Action.SEE_SCREENS)


@router.websocket("/clerk/{no}")
async def clerk_screen(socket: WebSocket, hall: str, no: int) -> None:
    """The clerk at a window."""
    await _show(
        socket,
        hall,
        f"clerk/{no}",
        lambda state, now: clerk_scene(state, no, now),
        cares_of_clerk(no),
        Action.SEE_CLERK,
        no,
    )


@router.websocket("/console")
async def console_screen(socket: WebSocket, hall: str) -> None:
    """A supervisor's map of the hall."""
    await _show(socket, hall, "console", console_scene, cares_of_console, Action.SEE_CONSOLE)


@router.websocket("/pad/{no}")
async def pad_screen(socket: WebSocket, hall: str, no: int) -> None:
    """The pad before the visitor at a window."""
    rooms = house(socket)
    await _show(
        socket,
        hall,
        f"pad/{no}",
        lambda state, now: pad_scene(state, no, now, rooms.clock.speed, rooms.panels.text(state, no, now)),
        cares_of_window(no),
        Action.SEE_PAD,
        no,
    )


@router.websocket("/ticket/{ticket}")
async def ticket_screen(socket: WebSocket, hall: str, ticket: str) -> None:
    """A visitor's own page: the unguessable id is the key."""
    await _show(
        socket,
        hall,
        f"ticket/{ticket}",
        lambda state, now: ticket_scene(
            state, ticket, now, house(socket).halls[hall].foreseen if hall in house(socket).halls else None
        ),
        cares_of_ticket(ticket),
        None,
    )
