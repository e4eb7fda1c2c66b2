"""The hall itself over HTTP: what it is, what has happened, who signs in."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Query, Request, Response

from app.api.deps import House, caller, hall_service, house, key_of
from app.api.lean import LeanRouter
from app.api.problems import LOGIN_TAKEN, SETUP_CODE_USED, WRONG_PASSWORD, language, problem, to_response
from app.api.schemas import (
    EventsOut,
    HallOut,
    NamedOut,
    ServiceOut,
    SetupIn,
    SignInIn,
    SignInOut,
    WhoOut,
    WindowBrief,
    encode,
)
from app.api.tickets import PROBLEMS
from app.core.decide import opening_at
from app.core.errors import NoKey, NotAllowed
from app.core.hall import Hall
from app.core.rights import MAY, Action, LoginTaken, Role, SignInRefused
from app.core.window import Window
from app.naming import window_name

router = LeanRouter("/api/v1", "hall", PROBLEMS)


@router.get("/halls", response_model=list[str])
async def list_halls(request: Request) -> list[str]:
    """The codes of the halls here."""
    return list(house(request).halls)


@router.get("/halls/{hall}", response_model=HallOut)
async def see_hall(request: Request, hall: str) -> HallOut:
    """The hall as it stands: services with their queues, windows with their numbers. Public, and so nothing personal:
    who sits at a window is told only to those who may see a clerk's screen."""
    rooms = house(request)
    names = await _may_see_clerks(request, hall)
    now_hall = hall_service(request, hall).hall
    plan = now_hall.plan
    now = rooms.clock.now().astimezone(ZoneInfo(plan.timezone))
    return HallOut(
        code=plan.code,
        name=plan.name,
        name_en=plan.name_en,
        timezone=plan.timezone,
        now=now,
        clock_speed=rooms.clock.speed,
        open=opening_at(now_hall, now) is not None,
        seq=now_hall.seq,
        day=now_hall.day.isoformat() if now_hall.day else None,
        services=[
            ServiceOut(
                code=each.code,
                name=each.name,
                name_en=each.name_en,
                prefix=each.prefix,
                zone=each.zone,
                waiting=len(now_hall.queues[each.code]),
                pickup=each.pickup,
            )
            for each in plan.services
        ],
        windows=[_window_brief(now_hall, now_hall.windows[each.no], names) for each in plan.windows],
        classes=[NamedOut(key=each.key, name=each.name, name_en=each.name_en) for each in plan.classes],
        pause_reasons=[
            NamedOut(key=each.key, name=each.name, name_en=each.name_en) for each in plan.pause_reasons
        ],
    )


async def _may_see_clerks(request: Request, hall: str) -> bool:
    try:
        (await caller(request)).must(Action.SEE_CLERK, hall)
    except (NoKey, NotAllowed):
        return False
    return True


def _window_brief(hall: Hall, window: Window, names: bool) -> WindowBrief:
    plan = hall.plan.window[window.no]
    ticket = hall.ticket_at(window)
    name = window_name(plan)
    return WindowBrief(
        no=window.no,
        kind=plan.kind.value,
        zone=plan.zone,
        name=name.zh,
        name_en=name.en,
        serves=[serves.service for serves in plan.serves],
        state=window.duty.value,
        clerk=window.clerk if names else "",
        number=ticket.number if ticket else None,
        served=window.served,
        service_minutes=round(window.service_minutes, 3),
        busy_minutes=round(window.busy_minutes, 3),
        open_minutes=round(window.open_minutes, 3),
    )


@router.get("/halls/{hall}/events", response_model=EventsOut)
async def see_events(
    request: Request,
    hall: str,
    after: int = Query(0, ge=0, le=2**31 - 1, description="the last number that you have"),
    limit: int = Query(500, ge=1, le=2000),
) -> Response | EventsOut:
    """The journal after a number. Whoever follows the hall asks again with `last`."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.SEE_JOURNAL, hall)
    archive = house(request).archive
    told = await asyncio.to_thread(lambda: _told(archive.recent_events(service.code, after, limit), after))
    return Response(told, media_type="application/json")


def _told(rows: list[tuple[int, str, str, str]], after: int) -> bytes:
    """`EventsOut` of rows of the journal: 20 ms for 500 of them as models, for which the loop would stand still."""
    events = []
    for seq, name, by, data in rows:
        facts = msgspec.json.decode(data)
        events.append({"seq": seq, "at": facts.pop("at"), "name": name, "by": by, "data": facts})
    return encode({"events": events, "last": rows[-1][0] if rows else after})


@router.post("/halls/{hall}/sessions", status_code=201, response_model=SignInOut)
async def sign_in(request: Request, hall: str, body: SignInIn) -> Response | SignInOut:
    """Sign in with a password; a clerk's sign-in is bound to one window."""
    rooms = house(request)
    service = hall_service(request, hall)
    now = rooms.wall.now()
    try:
        name, role = await asyncio.to_thread(rooms.keyring.check_password, body.login, body.password, now)
    except SignInRefused:
        return to_response(
            problem(401, "wrong-password", "wrong password", WRONG_PASSWORD, language(request), "password")
        )
    if body.window is not None:
        service.hall.window(body.window)
    return await _session(rooms, hall, body, name, role)


async def _session(rooms: House, hall: str, body: SignInIn, name: str, role: Role) -> SignInOut:
    now = rooms.wall.now()
    lasts = timedelta(hours=rooms.settings.session_hours)
    token = await asyncio.to_thread(
        rooms.keyring.issue_token, role, body.login, now, hall=hall, window=body.window, lasts=lasts
    )
    return SignInOut(
        token=token,
        role=role,
        name=name,
        hall=hall,
        window=body.window,
        staff_no=rooms.halls[hall].hall.plan.staff_no(body.login),
        expires_at=now + lasts,
    )


@router.get("/halls/{hall}/sessions/current", response_model=WhoOut)
async def who_am_i(request: Request, hall: str) -> WhoOut:
    """Whose key this is, and what it may do here."""
    hall_service(request, hall)
    who = await caller(request)
    may = sorted(each.name.lower() for each in MAY[who.role]) if who.hall in ("", hall) else []
    return WhoOut(role=who.role, holder=who.holder, window=who.window, may=may)


@router.delete("/halls/{hall}/sessions/current", status_code=204)
async def sign_out(request: Request, hall: str) -> Response:
    """End this sign-in."""
    rooms = house(request)
    await caller(request)
    token = key_of(request)
    await asyncio.to_thread(lambda: rooms.keyring.revoke(rooms.wall.now(), token=token))
    rooms.known_keys.pop(token, None)
    return Response(status_code=204)


@router.post("/setup", status_code=201)
async def set_up(request: Request, body: SetupIn) -> Response:
    """The first administrator, once, with the code that the first start printed."""
    rooms = house(request)
    try:
        await asyncio.to_thread(
            rooms.keyring.use_setup_code, body.code, body.login, body.name, body.password, rooms.wall.now()
        )
    except SignInRefused:
        return to_response(
            problem(401, "setup-code-used", "set-up code", SETUP_CODE_USED, language(request), "code")
        )
    except LoginTaken:
        return to_response(
            problem(409, "login-taken", "login taken", LOGIN_TAKEN, language(request), "login")
        )
    return Response(status_code=201)
