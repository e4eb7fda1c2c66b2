"""Devices over HTTP: how each one is; and the line of an agent, on which devices of another machine hang.

An agent says who it is as a screen does: `Authorization: Bearer KEY` or the subprotocol `bearer.KEY`, with a key that was
issued to the role agent; the holder of the key is the NAME of `agent:NAME` in the hall file. app/agentwords.py has what
is said. Refusals close the socket: 4401 no valid key, 4403 not allowed, 4404 no such hall or agent, 4400 a word that
makes no sense; 4408 silence. A key that is revoked ends the line within `key_seconds`.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from fastapi import Request, WebSocket, WebSocketDisconnect

from app.api.deps import caller, hall_service, house
from app.api.lean import LeanRouter
from app.api.schemas import Shape
from app.api.tickets import PROBLEMS
from app.core.errors import NoKey, Refusal, Unknown
from app.core.record import StoreTrouble
from app.core.rights import Action

if TYPE_CHECKING:
    from app.rack import Listed

router = LeanRouter("/api/v1/halls/{hall}", "devices", PROBLEMS)

PROTOCOL: Final = "tidehall.v1"
MISUNDERSTOOD: Final = 4400
SILENT: Final = 4408


class DeviceOut(Shape):
    """How a device is. `latency_p50`, `latency_p99`: seconds from question to answer. `since`: of the last change."""

    name: str
    kind: str
    url: str
    window: int | None
    kiosk: str
    zone: str
    health: str
    troubles: list[str]
    word: str
    firmware: str
    garbled: int
    since: datetime | None
    latency_p50: float | None
    latency_p99: float | None


def _out(listed: "Listed") -> DeviceOut:
    plan, condition, latency = listed.plan, listed.condition, listed.latency
    return DeviceOut(
        name=plan.name,
        kind=plan.kind,
        url=plan.url,
        window=plan.window,
        kiosk=plan.kiosk,
        zone=plan.zone,
        health=condition.health,
        troubles=sorted(condition.troubles),
        word=condition.word,
        firmware=condition.firmware,
        garbled=condition.garbled,
        since=listed.since,
        latency_p50=latency[0] if latency else None,
        latency_p99=latency[1] if latency else None,
    )


@router.get("/devices", response_model=list[DeviceOut])
async def see_devices(request: Request, hall: str) -> list[DeviceOut]:
    """Every device of the hall file, in its order. Empty where the server drives no devices."""
    hall_service(request, hall)
    who = await caller(request)
    who.must(Action.SEE_JOURNAL, hall)
    return [_out(each) for each in house(request).devices.listed(hall)]


@router.websocket("/agent")
async def agent_line(socket: WebSocket, hall: str) -> None:
    """An agent's line."""
    offered = socket.scope.get("subprotocols", ())
    await socket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
    try:
        who = await caller(socket)
        who.must(Action.RUN_DEVICES, hall)
        await _while_allowed(
            socket,
            hall,
            house(socket).devices.attend(hall, who.holder, socket.receive_text, socket.send_text),
        )
    except Refusal as refusal:
        code = 4401 if isinstance(refusal, NoKey) else 4404 if isinstance(refusal, Unknown) else 4403
        await socket.close(code, refusal.rule)
    except ValueError as error:
        await socket.close(MISUNDERSTOOD, str(error)[:120])
    except TimeoutError:
        await socket.close(SILENT, "silence")
    except (WebSocketDisconnect, KeyError, RuntimeError):
        return  # the line broke, or bytes came where text was expected
    else:
        await socket.close(1012, "another line of this agent")


async def _while_allowed(socket: WebSocket, hall: str, attending: Coroutine[object, object, None]) -> None:
    """Attend, and look as often as at open screens whether the key still holds. Raises the Refusal that ends it."""

    async def look() -> None:
        while True:
            await asyncio.sleep(house(socket).settings.key_seconds / 2)
            with suppress(StoreTrouble):  # the next look will tell
                (await caller(socket)).must(Action.RUN_DEVICES, hall)

    work = [asyncio.ensure_future(attending), asyncio.ensure_future(look())]
    try:
        done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
    finally:
        for each in work:
            each.cancel()
        await asyncio.gather(*work, return_exceptions=True)
