"""Windows over HTTP: what a clerk does all day. Every answer is the window as it stands right after."""

from collections.abc import Callable

from fastapi import Request, Response

from app.api.deps import ask, caller, hall_service, house
from app.api.lean import LeanRouter
from app.api.schemas import (
    CallIn,
    CoverIn,
    FinishIn,
    PanelIn,
    ParkIn,
    PauseIn,
    SitIn,
    TransferIn,
    UncoverIn,
    WindowOut,
    encode,
    window_out,
)
from app.api.tickets import PROBLEMS
from app.core.commands import (
    CallNext,
    CallTicket,
    CloseWindow,
    Command,
    CoverWindow,
    Finish,
    Miss,
    OpenWindow,
    Park,
    Pause,
    Recall,
    Resume,
    Start,
    TakeOverWindow,
    Transfer,
    UncoverWindow,
)
from app.core.errors import NotAllowed
from app.core.events import Event
from app.core.hall import Hall
from app.core.record import Answer
from app.core.rights import Action, Principal, Role
from app.core.ticket import Outcome

router = LeanRouter("/api/v1/halls/{hall}/windows/{no}", "windows", PROBLEMS)


async def _do(
    request: Request,
    hall: str,
    no: int,
    command: Command | Callable[[Principal], Command],
    action: Action = Action.WORK_WINDOW,
) -> Response:
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(action, hall, no)

    def answering(after: Hall, _: tuple[Event, ...]) -> Answer:
        return Answer(200, encode(window_out(after, after.window(no))))

    return await ask(request, service, who, command(who) if callable(command) else command, answering)


def _who(request: Request, hall: str, who: Principal, body: SitIn | None) -> str:
    """Who sits down. Raises NotAllowed for a clerk who names somebody else."""
    if body is None or not body.clerk:
        return who.holder
    plan = hall_service(request, hall).hall.plan
    if who.role is Role.CLERK and plan.staff_no(body.clerk) != plan.staff_no(who.holder):
        raise NotAllowed(role=who.role, action="sit down for somebody else")
    return body.clerk


@router.post("/call-next", response_model=WindowOut)
async def call_next(request: Request, hall: str, no: int) -> Response:
    """Call whom the rule of the hall names."""
    return await _do(request, hall, no, CallNext(no))


@router.post("/start", response_model=WindowOut)
async def start(request: Request, hall: str, no: int) -> Response:
    """The person has come."""
    return await _do(request, hall, no, Start(no))


@router.post("/finish", response_model=WindowOut)
async def finish(request: Request, hall: str, no: int, body: FinishIn | None = None) -> Response:
    """The person is done."""
    said = body or FinishIn()
    return await _do(request, hall, no, Finish(no, Outcome(said.outcome), said.result))


@router.post("/recall", response_model=WindowOut)
async def recall(request: Request, hall: str, no: int) -> Response:
    """Announce the called number again."""
    return await _do(request, hall, no, Recall(no))


@router.post("/missed", response_model=WindowOut)
async def missed(request: Request, hall: str, no: int) -> Response:
    """The called person did not come."""
    return await _do(request, hall, no, Miss(no))


@router.post("/call", response_model=WindowOut)
async def call_chosen(request: Request, hall: str, no: int, body: CallIn) -> Response:
    """Call a chosen ticket, out of order, with a reason that is kept."""
    return await _do(request, hall, no, CallTicket(no, body.ticket, body.reason), Action.CALL_CHOSEN)


@router.post("/park", response_model=WindowOut)
async def park(request: Request, hall: str, no: int, body: ParkIn | None = None) -> Response:
    """Put the person aside."""
    return await _do(request, hall, no, Park(no, (body or ParkIn()).kind))


@router.post("/transfer", response_model=WindowOut)
async def transfer(request: Request, hall: str, no: int, body: TransferIn) -> Response:
    """Send the person on, with the same number."""
    return await _do(request, hall, no, Transfer(no, body.service, body.window, body.reason, body.person))


@router.post("/pause", response_model=WindowOut)
async def pause(request: Request, hall: str, no: int, body: PauseIn) -> Response:
    """Stop for a while, with a reason that visitors read."""
    return await _do(request, hall, no, Pause(no, body.reason))


@router.post("/resume", response_model=WindowOut)
async def resume(request: Request, hall: str, no: int) -> Response:
    """Go on where it stopped."""
    return await _do(request, hall, no, Resume(no))


@router.post("/open", response_model=WindowOut)
async def open_window(request: Request, hall: str, no: int, body: SitIn | None = None) -> Response:
    """Sit down at the window."""
    return await _do(request, hall, no, lambda who: OpenWindow(no, _who(request, hall, who, body)))


@router.post("/take-over", response_model=WindowOut)
async def take_over(request: Request, hall: str, no: int, body: SitIn | None = None) -> Response:
    """The successor signs in while the predecessor still sits there: the window and who stands at it change hands."""
    return await _do(request, hall, no, lambda who: TakeOverWindow(no, _who(request, hall, who, body)))


@router.post("/cover", response_model=WindowOut)
async def cover_window(request: Request, hall: str, no: int, body: CoverIn | None = None) -> Response:
    """A backup takes the clerk's place for a while; without a staff number it is whoever asks."""
    said = body or CoverIn()
    return await _do(request, hall, no, lambda who: CoverWindow(no, said.clerk or who.holder, said.reason))


@router.post("/uncover", response_model=WindowOut)
async def uncover_window(request: Request, hall: str, no: int, body: UncoverIn | None = None) -> Response:
    """The cover ends: the clerk is back, or the backup goes and the window pauses."""
    return await _do(request, hall, no, UncoverWindow(no, (body or UncoverIn()).back))


@router.post("/close", response_model=WindowOut)
async def close_window(request: Request, hall: str, no: int) -> Response:
    """No more people for this window; whoever stands there is finished first."""
    return await _do(request, hall, no, CloseWindow(no))


@router.post("/panel", status_code=204)
async def show_panel(request: Request, hall: str, no: int, body: PanelIn) -> Response:
    """Show a sentence on the window's pad, for somebody who does not hear. It is kept nowhere."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.WORK_WINDOW, hall, no)
    rooms = house(request)
    rooms.panels.show(service.hall, no, body.text, rooms.clock.now(), rooms.clock.speed)
    rooms.hub.nudge(hall, f"pad/{no}")
    return Response(status_code=204)
