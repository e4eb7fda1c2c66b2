"""The set-up of a hall over HTTP: its file, what is wrong with a changed one, who changed what, and the way back.

A plan is one value, and each one that was adopted stands in the journal: its history is read from there, and to undo is to
adopt an earlier one again. A file with a mistake is answered with all of its mistakes, by line, and changes nothing.
`seen` is the number of the plan that somebody has edited: if another one was adopted meanwhile, nothing is overwritten.
Not for: one part of a plan at a time (app/admin).
"""

import asyncio
from datetime import datetime

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict

from app.admin.door import key_cookie
from app.api.deps import Archive, ask, caller, hall_service, house, key_of
from app.api.lean import LeanRouter
from app.api.schemas import Body, Texts
from app.api.tickets import PROBLEMS
from app.core.commands import AdoptPlan
from app.core.errors import NotAllowed, PlanMoved, UnknownPlan
from app.core.events import Event, PlanAdopted
from app.core.hall import Hall
from app.core.plan import HallPlan
from app.core.record import Answer
from app.core.rights import Action, Principal
from app.hallfile import Finding, read, write
from app.plandiff import changes
from app.service import HallService

router = LeanRouter("/api/v1/halls/{hall}", "set-up", PROBLEMS)

SHOWN = 12
"""Differences told of one version; a hall file that was rewritten has hundreds."""


class PlanFileIn(Body):
    """A whole hall file. `seen`: the number of the plan it was made from (0: whatever stands there)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "[hall]\ncode = …", "seen": 17}]}
    )

    text: str
    seen: int = 0


class PlanSeenIn(Body):
    """`seen`: the number of the present plan as somebody saw it (0: whatever stands there)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"seen": 17}]})

    seen: int = 0


class FindingOut(BaseModel):
    """A mistake in a file: its line from 1, what is wrong there, and what would be right."""

    line: int
    severity: str
    wrong: Texts
    right: Texts


class PlanFileOut(BaseModel):
    """A plan as a hall file. `seq`: the number of its adoption."""

    seq: int
    text: str


class PlanCheckOut(BaseModel):
    """What a file would do. `changes`: how it differs from the present plan; none if it has a mistake."""

    usable: bool
    findings: list[FindingOut]
    changes: list[Texts]


class PlanDone(BaseModel):
    """Whether the plan is in force now. If not, `findings` says why, or it is the present one already."""

    adopted: bool
    findings: list[FindingOut]


class PlanVersion(BaseModel):
    """One adoption. `changes`: the first differences from the one before; `more`: how many there are besides."""

    seq: int
    at: datetime
    by: str
    changes: list[Texts]
    more: int


class PlanHistory(BaseModel):
    """Adoptions, newest first. `next`: what to ask for as `before`; None at the beginning."""

    plans: list[PlanVersion]
    next: int | None


def findings_out(findings: list[Finding]) -> list[FindingOut]:
    """Mistakes in the API's words."""
    return [
        FindingOut(
            line=each.line,
            severity=each.severity.value,
            wrong=Texts(zh=each.wrong.zh, en=each.wrong.en),
            right=Texts(zh=each.right.zh, en=each.right.en),
        )
        for each in findings
    ]


def _told(before: HallPlan, after: HallPlan) -> list[Texts]:
    return [Texts(zh=each.text.zh, en=each.text.en) for each in changes(before, after)]


async def _administrator(request: Request, hall: str) -> tuple[HallService, Principal]:
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.ADMINISTER, hall)
    return service, who


@router.post("/tables", status_code=204)
async def open_tables(request: Request, hall: str) -> Response:
    """Let this sign-in into the set-up's tables under /admin, by a cookie that no script can read."""
    service, _ = await _administrator(request, hall)
    rooms = house(request)
    answer = Response(status_code=204)
    secure = request.url.scheme == "https"
    key_cookie(
        answer, service.code, key_of(request), secure=secure, lasts=rooms.settings.session_hours * 3600
    )
    return answer


@router.get("/plan", response_model=PlanFileOut)
async def see_plan(request: Request, hall: str) -> PlanFileOut:
    """The present plan as a hall file."""
    service, _ = await _administrator(request, hall)
    newest = await asyncio.to_thread(house(request).archive.plans, service.code, None, 1)
    return PlanFileOut(seq=newest[0][0], text=await asyncio.to_thread(write, service.hall.plan))


@router.post("/plan/check", response_model=PlanCheckOut)
async def check_plan(request: Request, hall: str, body: PlanFileIn) -> PlanCheckOut:
    """What is wrong with a file, and what it would change. Nothing is changed."""
    service, _ = await _administrator(request, hall)
    plan, findings = await asyncio.to_thread(read, body.text, f"{hall}.toml")
    return PlanCheckOut(
        usable=plan is not None,
        findings=findings_out(findings),
        changes=_told(service.hall.plan, plan) if plan else [],
    )


@router.post("/plan", response_model=PlanDone)
async def adopt_plan(request: Request, hall: str, body: PlanFileIn) -> Response:
    """Let the hall be as a file says, from now on."""
    service, who = await _administrator(request, hall)
    plan, findings = await asyncio.to_thread(read, body.text, f"{hall}.toml")
    if plan is None:
        done = PlanDone(adopted=False, findings=findings_out(findings))
        return Response(done.model_dump_json().encode(), media_type="application/json")
    return await _adopt(request, service, who, plan, body.seen, findings)


@router.get("/plans", response_model=PlanHistory)
async def see_plans(
    request: Request,
    hall: str,
    before: int | None = Query(None, ge=1, le=2**31 - 1, description="`next` of the page before"),
    limit: int = Query(20, ge=1, le=50),
) -> PlanHistory:
    """Who changed what, newest first."""
    service, _ = await _administrator(request, hall)
    return await asyncio.to_thread(_history, house(request).archive, service.code, before, limit)


def _history(archive: Archive, hall: str, before: int | None, limit: int) -> PlanHistory:
    found = archive.plans(hall, before, limit + 1)
    versions = []
    for place, (seq, by, event) in enumerate(found[:limit]):
        older = found[place + 1][2].plan if place + 1 < len(found) else None
        told = _told(older, event.plan) if older else []
        versions.append(
            PlanVersion(seq=seq, at=event.at, by=by, changes=told[:SHOWN], more=max(0, len(told) - SHOWN))
        )
    return PlanHistory(plans=versions, next=versions[-1].seq if len(found) > limit else None)


@router.get("/plans/{seq}", response_model=PlanFileOut)
async def see_old_plan(request: Request, hall: str, seq: int) -> PlanFileOut:
    """A plan that was adopted once, as a hall file."""
    service, _ = await _administrator(request, hall)
    event = await _plan_at(request, service, seq)
    return PlanFileOut(seq=seq, text=await asyncio.to_thread(write, event.plan))


@router.post("/plans/{seq}/adopt", response_model=PlanDone)
async def adopt_old_plan(request: Request, hall: str, seq: int, body: PlanSeenIn | None = None) -> Response:
    """Back to a plan that was adopted once."""
    service, who = await _administrator(request, hall)
    event = await _plan_at(request, service, seq)
    plan, findings = await asyncio.to_thread(read, write(event.plan), f"{hall}.toml")
    if plan is None:  # an old plan that this version's rules no longer take
        done = PlanDone(adopted=False, findings=findings_out(findings))
        return Response(done.model_dump_json().encode(), media_type="application/json")
    return await _adopt(request, service, who, plan, body.seen if body else 0, [])


async def _plan_at(request: Request, service: HallService, seq: int) -> PlanAdopted:
    found = await asyncio.to_thread(house(request).archive.plans, service.code, seq + 1, 1)
    if not found or found[0][0] != seq:
        raise UnknownPlan(seq=seq)
    return found[0][2]


async def _adopt(
    request: Request, service: HallService, who: Principal, plan: HallPlan, seen: int, findings: list[Finding]
) -> Response:
    if plan.code != service.code:
        raise NotAllowed(role=who.role, action=f"rename the hall to {plan.code}")
    if seen:
        newest = await asyncio.to_thread(house(request).archive.plans, service.code, None, 1)
        if newest[0][0] != seen:
            raise PlanMoved()

    def answering(_: Hall, events: tuple[Event, ...]) -> Answer:
        adopted = any(isinstance(each, PlanAdopted) for each in events)
        return Answer(
            200, PlanDone(adopted=adopted, findings=findings_out(findings)).model_dump_json().encode()
        )

    return await ask(request, service, who, AdoptPlan(plan), answering)
