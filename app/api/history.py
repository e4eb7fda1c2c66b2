"""What was called, newest first, each call with its reason; and a number of any day, found again.

For: a supervisor who is asked "why was that one called before me". The whole story of a ticket is `tickets/{id}/why`.
Not for: counting (reports). Pages go backwards by the journal's own numbers, so that a page never shifts while the hall
goes on: ask again with `next`.
"""

import asyncio
from datetime import date, datetime
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel

from app.api.deps import Archive, caller, hall_service, house
from app.api.lean import LeanRouter
from app.api.schemas import Texts
from app.api.tickets import PROBLEMS
from app.core.events import TicketCalled
from app.core.rights import Action
from displays.reasons import sentence

router = LeanRouter("/api/v1/halls/{hall}", "history", PROBLEMS)

LOOKED_THROUGH = 4000
"""Calls that are looked through at most for one filtered page: a day of a large hall."""


class CallOut(BaseModel):
    """One call. `service` and `priority_class` are the ticket's present ones. `texts`: the reason."""

    seq: int
    at: datetime
    ticket: str
    number: str
    service: str
    priority_class: str
    window: int
    by: str
    code: str
    texts: Texts


class CallsOut(BaseModel):
    """A page of calls, newest first. `next`: what to ask for as `before`; None at the beginning of the journal."""

    calls: list[CallOut]
    next: int | None


class NumberOut(BaseModel):
    """A ticket with the number that was looked for."""

    ticket: str
    number: str
    day: date
    service: str
    priority_class: str
    status: str
    issued_at: datetime
    called_at: datetime | None
    ended_at: datetime | None
    window: int | None
    overtaken: int


@router.get("/calls", response_model=CallsOut)
async def see_calls(
    request: Request,
    hall: str,
    before: int | None = Query(None, ge=1, le=2**31 - 1, description="`next` of the page before"),
    limit: int = Query(50, ge=1, le=200),
    window: int | None = Query(None, ge=1, le=9999, description="only calls of this window"),
    service: str | None = Query(None, max_length=64, description="only calls of this service"),
) -> CallsOut:
    """The calls of a hall with their reasons, newest first."""
    code = hall_service(request, hall).code
    who = await caller(request)
    who.must(Action.SEE_JOURNAL, hall)
    return await asyncio.to_thread(_page, house(request).archive, code, before, limit, window, service)


def _page(
    archive: Archive, hall: str, before: int | None, limit: int, window: int | None, service: str | None
) -> CallsOut:
    found: list[CallOut] = []
    looked = 0
    while looked < LOOKED_THROUGH:
        calls = archive.last_calls(hall, before, 200 if window or service else limit)
        rows = archive.tickets_by_id(hall, [call.ticket for _, _, call in calls])
        for seq, by, call in calls:
            looked, before = looked + 1, seq
            row = rows.get(call.ticket)
            if row is None or (window and call.window != window) or (service and row["service"] != service):
                continue
            found.append(_out(seq, by, call, row["number"], row["service"], row["priority_class"]))
            if len(found) == limit:
                return CallsOut(calls=found, next=seq)
        if not calls:
            return CallsOut(calls=found, next=None)
    return CallsOut(calls=found, next=before)


def _out(seq: int, by: str, call: TicketCalled, number: str, service: str, priority_class: str) -> CallOut:
    said = sentence(call.why.code, call.why.facts)
    return CallOut(
        seq=seq,
        at=call.at,
        ticket=call.ticket,
        number=number,
        service=service,
        priority_class=priority_class,
        window=call.window,
        by=by,
        code=call.why.code,
        texts=Texts(zh=said.zh, en=said.en),
    )


@router.get("/numbers/{number}", response_model=list[NumberOut])
async def find_number(
    request: Request,
    hall: str,
    number: str,
    day: Annotated[date | None, Query(description="the hall's present day, if none is given")] = None,
) -> list[NumberOut]:
    """The tickets of a day that carry a number; empty if there is none."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.SEE_JOURNAL, hall)
    wanted = day or service.hall.day
    if wanted is None or len(number) > 12:
        return []
    rows = await asyncio.to_thread(
        house(request).archive.tickets_numbered, service.code, wanted.isoformat(), number.strip().upper()
    )
    return [
        NumberOut(ticket=row["id"], issued_at=row["first_arrival"], **{key: row[key] for key in _SAME})
        for row in rows
    ]


_SAME = (
    "number",
    "day",
    "service",
    "priority_class",
    "status",
    "called_at",
    "ended_at",
    "window",
    "overtaken",
)
