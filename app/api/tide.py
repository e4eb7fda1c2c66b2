"""The tide over HTTP: what the controller sees now, what it would do and why not yet, and a supervisor's word."""

from zoneinfo import ZoneInfo

from fastapi import Request, Response

from app.api.deps import ask, caller, hall_service, house
from app.api.lean import LeanRouter
from app.api.schemas import (
    DismissIn,
    ForecastOut,
    PinIn,
    ProposalOut,
    Texts,
    TidalWindowOut,
    TideDone,
    TideOut,
)
from app.api.tickets import PROBLEMS
from app.core.commands import Command, ConfirmTide, DismissTide, PinWindow
from app.core.events import Event
from app.core.hall import Hall
from app.core.plan import WindowKind
from app.core.record import Answer
from app.core.rights import Action
from app.core.ticket import Reason
from app.core.tide import free_clerks, look, soon, staying
from app.core.window import Pin
from displays.reasons import sentence

router = LeanRouter("/api/v1/halls/{hall}/tide", "tide", PROBLEMS)


def _texts(why: Reason) -> Texts:
    said = sentence(why.code, why.facts)
    return Texts(zh=said.zh, en=said.en)


@router.get("", response_model=TideOut)
async def see_tide(request: Request, hall: str) -> TideOut:
    """What the controller sees at this moment: the projected wait of every service, what it proposes or would do, why a
    service in need gets no window yet, and why an open window does not close yet."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.RUN_TIDE, hall)
    state = service.hall
    now = house(request).clock.now().astimezone(ZoneInfo(state.plan.timezone))
    seen = look(state, now)
    withheld, stays = soon(state, seen) | seen.withheld, staying(state, seen)
    return TideOut(
        at=now,
        mode=state.plan.rules.tide.mode,
        open_at=state.plan.rules.tide.open_at * state.plan.rules.stretch,
        close_at=state.plan.rules.tide.close_at * state.plan.rules.stretch,
        look_again=seen.again,
        clerks_free=[clerk.staff_no for clerk in free_clerks(state)],
        services=[
            ForecastOut(
                service=code,
                waiting=each.waiting,
                mean_minutes=round(each.mean, 1),
                arrivals_per_minute=round(each.rate, 2),
                windows_worth=round(each.capacity, 1),
                projected_wait=round(each.wait, 1),
                hot_since=seen.hot.get(code),
                why_not=_texts(withheld[code]) if code in withheld else None,
            )
            for code, each in seen.forecasts.items()
        ],
        windows=[
            TidalWindowOut(
                no=plan.no,
                state=state.windows[plan.no].duty.value,
                pin=state.windows[plan.no].pin,
                open_since=state.windows[plan.no].opened_at,
                calm_since=seen.calm.get(plan.no),
                why_not=_texts(stays[plan.no]) if plan.no in stays else None,
            )
            for plan in state.plan.windows
            if plan.kind is WindowKind.TIDAL
        ],
        would=[
            ProposalOut(
                window=turn.window,
                opens=turn.opens,
                service=turn.service,
                clerk=turn.clerk,
                why=_texts(turn.why),
            )
            for turn in seen.turns
        ],
        proposed=[
            ProposalOut(
                window=no, opens=each.opens, service=each.service, clerk=each.clerk, why=_texts(each.why)
            )
            for no, each in state.tide.proposals.items()
        ],
    )


async def _say(request: Request, hall: str, command: Command) -> Response:
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.RUN_TIDE, hall)
    return await ask(request, service, who, command, _done)


def _done(_: Hall, events: tuple[Event, ...]) -> Answer:
    done = TideDone(events=[type(each).__name__ for each in events])
    return Answer(200, done.model_dump_json().encode())


@router.post("/{no}/confirm", response_model=TideDone)
async def confirm(request: Request, hall: str, no: int) -> Response:
    """Yes to what the tide proposes for a window."""
    return await _say(request, hall, ConfirmTide(no))


@router.post("/{no}/dismiss", response_model=TideDone)
async def dismiss(request: Request, hall: str, no: int, body: DismissIn | None = None) -> Response:
    """No to it; it is not proposed again for a while."""
    return await _say(request, hall, DismissTide(no, body.reason if body else ""))


@router.post("/{no}/pin", response_model=TideDone)
async def pin(request: Request, hall: str, no: int, body: PinIn) -> Response:
    """Keep a tidal window open or closed for the rest of the day, or let it go again."""
    return await _say(request, hall, PinWindow(no, Pin(body.pin), body.reason))
