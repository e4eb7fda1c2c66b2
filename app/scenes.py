"""The hall as each display should see it: Hall -> Scene, pure. The only file that knows both languages.

For: one function per scene of displays/scene.py. Each reads the hall and the time, and nothing else.
Not for: pixels (displays), sockets (hub.py), or rules: what may be done is asked of the core's own tables.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from app.core.assign import assign, wakes
from app.core.decide import opening_at, service_refusal
from app.core.estimate import Estimates, told
from app.core.hall import Hall, chosen_of_several
from app.core.heads import Choice as Called
from app.core.hours import next_opening
from app.core.plan import HallPlan, Service, WindowPlan
from app.core.ticket import MOVES as TICKET_MOVES
from app.core.ticket import Move, Status, Ticket, VisitOrder, Wait
from app.core.visitrules import DayEnd
from app.core.window import MOVES as WINDOW_MOVES
from app.core.window import STAFFED, Duty, Window, WindowMove
from app.desk import clerk_desk, colleague, desk_moves
from app.naming import area_of, names, printer_of, refusal_text, service_name, window_name, zone_name
from app.plates import seat_plate, whereabouts_plates
from displays.reasons import sentence
from displays.scene import (
    Bilingual,
    Call,
    CardNotice,
    Choice,
    ClerkScene,
    ClerkTicket,
    HallScene,
    KioskScene,
    KioskService,
    NoticeShown,
    PaperState,
    SlipScene,
    TicketScene,
    Waiting,
    WindowScene,
    WindowState,
)

RECENT_ON_BOARD = 12
"""Calls before the present ones that a board gets: it shows as many as its height allows (8 at 1080p)."""

NOBODY: Final[Mapping[str, str]] = MappingProxyType({})

ENDINGS = {
    DayEnd.TOLD: Bilingual(
        "大厅已停止取号,窗口仍在叫号。今天未叫到的号码到零点作废,请改天再来。",
        "The hall has closed; the windows that are open still call. A number that is not called ends today: please come"
        " another day.",
    ),
    DayEnd.CARRIED: Bilingual(
        "大厅已停止取号,窗口仍在叫号。未叫到的号码保留,下次开放时优先办理。",
        "The hall has closed; the windows that are open still call. A number that is not called is kept and goes first"
        " when the hall opens again.",
    ),
}

OUTSIDE_HOURS = Bilingual("大厅现在不对外服务", "The hall is closed now")

PAPER_NOTES: dict[PaperState, Bilingual] = {
    PaperState.LOW: Bilingual(
        "纸快用完了,号码也会显示在屏幕上", "Paper is running low; the number is shown on the screen too"
    ),
    PaperState.OUT: Bilingual(
        "打印机缺纸:号码将显示在屏幕上,请拍照保存",
        "No paper: your number will be shown on the screen; please take a photo",
    ),
    PaperState.UNKNOWN: Bilingual(
        "打印机没有应答:号码也会显示在屏幕上",
        "The printer does not answer; the number is shown on the screen too",
    ),
    PaperState.NONE: Bilingual(
        "本机不打印:号码将显示在屏幕上", "No printer here: your number will be shown on the screen"
    ),
}


# -- parts ------------------------------------------------------------------------------------------------------


def _state(window: Window) -> WindowState:
    return WindowState(window.duty.value)


def pause_reason(plan: HallPlan, window: Window) -> Bilingual | None:
    """What a window pauses for, in the words of the hall."""
    if not window.pause_reason:
        return None
    for reason in plan.pause_reasons:
        if reason.key == window.pause_reason:
            return Bilingual(reason.name, reason.name_en)
    return Bilingual(window.pause_reason, window.pause_reason)


def _call(hall: Hall, ticket: Ticket) -> Call | None:
    if ticket.window is None or ticket.announced_at is None or ticket.window not in hall.plan.window:
        return None
    window = hall.plan.window[ticket.window]
    return Call(
        call_id=ticket.call_id,
        number=ticket.number,
        window=window.no,
        window_name=names(hall.plan).windows[window.no],
        service=service_name(hall.plan, ticket.service),
        zone=window.zone,
        at=ticket.announced_at,
        recalls=ticket.recalls,
        serving=ticket.status is not Status.CALLED,
    )


def _waiting(hall: Hall, service: Service) -> Waiting:
    windows = hall.windows
    staffed = sum([windows[no].duty in STAFFED for no in hall.plan.windows_of[service.code]])
    return Waiting(
        service=service.code,
        name=service_name(hall.plan, service.code),
        prefix=service.prefix,
        waiting=len(hall.queues[service.code]),
        open_windows=staffed,
    )


# -- scenes -----------------------------------------------------------------------------------------------------


def hall_scene(hall: Hall, now: datetime, masked: Mapping[str, str] = NOBODY) -> HallScene:
    """What everybody in the hall sees. `masked`: names by ticket, for a hall that wants them."""
    calls: list[Call] = []
    recent: list[Call] = []
    for ticket_id in hall.recent:
        ticket = hall.tickets.get(ticket_id)
        call = _call(hall, ticket) if ticket else None
        if call is None or ticket is None:
            continue
        if hall.windows[call.window].ticket == ticket_id:
            calls.append(replace(call, name=masked[ticket_id]) if ticket_id in masked else call)
        else:
            recent.append(call)
    is_open = opening_at(hall, now) is not None
    return HallScene(
        seq=hall.seq,
        at=now,
        hall=names(hall.plan).hall,
        open=is_open,
        calls=tuple(calls),
        recent=tuple(recent[:RECENT_ON_BOARD]),
        waiting=tuple(_waiting(hall, service) for service in hall.plan.services),
        ending=_ending(hall, now),
        opens_at=None if is_open else next_opening(hall.plan, now, hall.calendar),
        notices=tuple(
            NoticeShown(Bilingual(each.text, each.text_en), each.picture, each.zone)
            for each in hall.plan.notices
            if each.holds(now.date())
        ),
        notice_seconds=hall.plan.rules.screens.notice_seconds,
    )


def _ending(hall: Hall, now: datetime) -> Bilingual | None:
    """What those who still wait are told once the hall has closed for the day."""
    return ENDINGS.get(hall.ending) if hall.ending and opening_at(hall, now) is None else None


def window_scene(hall: Hall, no: int, now: datetime) -> WindowScene:
    """What hangs above window `no`. Raises UnknownWindow."""
    window = hall.window(no)
    plan = hall.plan.window[no]
    ticket = hall.ticket_at(window)
    return WindowScene(
        seq=hall.seq,
        at=now,
        no=no,
        name=window_name(plan),
        zone=zone_name(hall.plan, plan.zone),
        state=_state(window),
        services=tuple(service_name(hall.plan, serves.service) for serves in plan.serves if serves.rank == 1),
        call=_call(hall, ticket) if ticket else None,
        plate=seat_plate(hall, no),
        whereabouts=whereabouts_plates(hall, no),
        pause_reason=pause_reason(hall.plan, window),
    )


def paper_state(hall: Hall, printer: str) -> PaperState:
    """Whether a printer can hand out a slip, from its last word. Nothing heard is not fine."""
    if not printer:
        return PaperState.NONE
    word = hall.devices.get(printer)
    if word is None or word.health in ("unknown", "offline"):
        return PaperState.UNKNOWN
    if {"paper_out", "cover_open", "cutter", "mechanical"} & set(word.troubles):
        return PaperState.OUT
    return PaperState.LOW if "paper_low" in word.troubles else PaperState.READY


def kiosk_scene(
    hall: Hall,
    kiosk: str,
    now: datetime,
    card: CardNotice | None = None,
    foreseen: Estimates | None = None,
) -> KioskScene:
    """What the ticket machine offers. `card`: what has just been laid on its reader. `foreseen`: the latest estimates
    of the waits."""
    open_now = opening_at(hall, now) is not None
    paper = paper_state(hall, printer_of(hall.plan, kiosk))
    return KioskScene(
        seq=hall.seq,
        at=now,
        kiosk=kiosk,
        hall=Bilingual(hall.plan.name, hall.plan.name_en),
        open=open_now,
        paper=paper,
        paper_note=PAPER_NOTES.get(paper),
        services=tuple(
            _kiosk_service(hall, service, open_now, now, foreseen) for service in hall.plan.services
        ),
        card=card,
        visit_most=hall.plan.rules.visit.services,
        bookings=any(service.bookable for service in hall.plan.services),
        pick_up=_leaves_results(hall.plan),
    )


def _leaves_results(plan: HallPlan) -> tuple[str, ...]:
    """The prefixes of numbers whose visits may have left a result: of all that only fetch none, since a visit goes by the
    number of its first service. None if nothing leaves one."""
    if not any(service.result_at for service in plan.services):
        return ()
    return tuple(sorted({service.prefix for service in plan.services if not service.pickup}))


def _kiosk_service(
    hall: Hall, service: Service, open_now: bool, now: datetime, foreseen: Estimates | None
) -> KioskService:
    refusal = service_refusal(hall, service, now)
    why = refusal_text(refusal) if refusal else None if open_now else OUTSIDE_HOURS
    return KioskService(
        code=service.code,
        name=Bilingual(service.name, service.name_en),
        prefix=service.prefix,
        zone=zone_name(hall.plan, service.zone),
        waiting=len(hall.queues[service.code]),
        open=why is None,
        why=why,
        estimate=_band(foreseen.newcomers.get(service.code)) if foreseen and why is None else None,
        audience=service.audience,
        initials=service.initials,
    )


def clerk_scene(hall: Hall, no: int, now: datetime) -> ClerkScene:
    """Everything that the clerk at window `no` needs. Raises UnknownWindow."""
    window = hall.window(no)
    plan = hall.plan.window[no]
    ticket = hall.ticket_at(window)
    choice = assign(hall, no, now) if window.ticket is None else None
    upcoming = None
    if choice is not None:
        upcoming = _clerk_ticket(hall, _as_called(hall.tickets[choice.ticket], choice), now)
    desk = clerk_desk(hall, window, ticket, now)
    return ClerkScene(
        seq=hall.seq,
        at=now,
        window=no,
        name=window_name(plan),
        state=_state(window),
        clerk=window.clerk,
        pause_reason=pause_reason(hall.plan, window),
        ticket=_clerk_ticket(hall, ticket, now) if ticket else None,
        next=upcoming,
        may=(*_may(window, ticket, upcoming is not None), *desk_moves(window, desk)),
        waiting=tuple(_waiting(hall, hall.plan.service[serves.service]) for serves in plan.serves),
        parked=_parked(hall, plan),
        pause_reasons=tuple(
            Choice(reason.key, Bilingual(reason.name, reason.name_en)) for reason in hall.plan.pause_reasons
        ),
        transfer_to=tuple(
            Choice(service.code, Bilingual(service.name, service.name_en))
            for service in hall.plan.services
            if hall.plan.windows_of[service.code]
        ),
        served_today=window.served,
        mean_service_minutes=round(window.service_minutes / window.served, 1) if window.served else None,
        people=_people(hall, no, ticket) if ticket else (),
        desk=desk,
        leave_to=_better(hall, no, choice) if choice and window.duty is Duty.IDLE else None,
    )


def _better(hall: Hall, no: int, choice: Called) -> int | None:
    """Of more idle windows than people, the one that should take them before window `no` does."""
    service = choice.service or hall.tickets[choice.ticket].service
    best = wakes(hall, service)[: len(hall.queues[service])]
    return best[0] if best and no not in best else None


def _people(hall: Hall, no: int, ticket: Ticket) -> tuple[Choice, ...]:
    """The clerks at other windows where the present service can be had."""
    named = {each.no: colleague(hall.plan, each.clerk) for each in hall.windows.values()}
    return tuple(
        Choice(
            each.clerk,
            Bilingual(f"{named[each.no].zh}({each.no}号窗口)", f"{named[each.no].en} (window {each.no})"),
        )
        for each in hall.windows.values()
        if each.no != no and each.clerk and ticket.service in hall.serves(each.no)
    )


def _as_called(ticket: Ticket, choice: Called) -> Ticket:
    """A ticket as it would be after the call: in free order for the service that this window would take it for."""
    if ticket.beside:
        ticket = chosen_of_several(ticket, choice.service)
    return ticket._replace(why=choice.why)


def _parked(hall: Hall, plan: WindowPlan) -> tuple[Choice, ...]:
    """Who was put aside, or kept after a miss, and may come back to this window."""
    return tuple(
        Choice(ticket.id, Bilingual(ticket.number, ticket.number))
        for ticket in hall.live()
        if ticket.status in (Status.PARKED, Status.MISSED)
        and ticket.service in plan.services
        and ticket.only_window in (None, plan.no)
    )


def _clerk_ticket(hall: Hall, ticket: Ticket, now: datetime) -> ClerkTicket:
    known = hall.plan.priority_class.get(ticket.priority_class)
    return ClerkTicket(
        id=ticket.id,
        number=ticket.number,
        service=service_name(hall.plan, ticket.service),
        priority_class=Bilingual(known.name, known.name_en) if known else Bilingual("", ""),
        status=ticket.status.value,
        waited_minutes=round(ticket.waited_before + ticket.waited(now)),
        called_at=ticket.called_at,
        started_at=ticket.started_at,
        recalls=ticket.recalls,
        transfers=ticket.transfers,
        why=sentence(ticket.why.code, ticket.why.facts) if ticket.why else None,
        remaining=_names_of(hall.plan, ticket.remaining),
        leaves_result=_leaves_result(hall.plan, ticket.service),
    )


def _leaves_result(plan: HallPlan, code: str) -> bool:
    known = plan.service.get(code)
    return known is not None and known.result_at != ""


def _names_of(plan: HallPlan, codes: tuple[str, ...]) -> tuple[Bilingual, ...]:
    return tuple(service_name(plan, code) for code in codes)


TICKET_BUTTONS: tuple[tuple[str, Move], ...] = (
    ("recall", Move.RECALL),
    ("start", Move.START),
    ("finish", Move.FINISH),
    ("missed", Move.MISS),
    ("park", Move.PARK),
    ("transfer", Move.TRANSFER),
)

WINDOW_BUTTONS: tuple[tuple[str, WindowMove], ...] = (
    ("open", WindowMove.OPEN),
    ("pause", WindowMove.PAUSE),
    ("resume", WindowMove.RESUME),
    ("close", WindowMove.CLOSE),
)


def _may(window: Window, ticket: Ticket | None, somebody_waits: bool) -> tuple[str, ...]:
    allowed: list[str] = []
    if ticket is None and somebody_waits and WindowMove.CALL in WINDOW_MOVES[window.duty]:
        allowed.append("call-next")
    if ticket is not None and window.duty is not Duty.PAUSED:
        allowed += [name for name, move in TICKET_BUTTONS if move in TICKET_MOVES[ticket.status]]
    allowed += [name for name, move in WINDOW_BUTTONS if move in WINDOW_MOVES[window.duty]]
    if ticket is not None and not window.closing and "close" not in allowed:
        allowed.append("close")
    return tuple(allowed)


def slip_scene(hall: Hall, ticket: Ticket, ahead: int, link: str, reprint: bool) -> SlipScene:
    """What is printed. `ahead`: as it was when the slip was ordered."""
    return SlipScene(
        number=ticket.number,
        hall=Bilingual(hall.plan.name, hall.plan.name_en),
        service=service_name(hall.plan, ticket.service),
        area=area_of(hall.plan, ticket.service),
        ahead=ahead,
        issued_at=ticket.first_arrival,
        link=link,
        reprint=reprint,
        estimate=_band(ticket.expected),
        services=_names_of(hall.plan, ticket.visit),
        free=ticket.order is VisitOrder.FREE,
        pickup=ticket.service in hall.plan.pickups,
    )


def _band(wait: Wait | None) -> tuple[int, int, int] | None:
    """A wait as people are told it: likely, from, to, in minutes."""
    return (told(wait.minutes), told(wait.low), told(wait.high)) if wait else None


def ticket_scene(hall: Hall, ticket_id: str, now: datetime, foreseen: Estimates | None = None) -> TicketScene:
    """The visitor's own page. `foreseen`: the latest estimates of the waits. Raises UnknownTicket."""
    ticket = hall.ticket(ticket_id)
    window = hall.plan.window.get(ticket.window) if ticket.window is not None else None
    return TicketScene(
        seq=hall.seq,
        at=now,
        number=ticket.number,
        service=service_name(hall.plan, ticket.service),
        status=ticket.status.value,
        ahead=hall.ahead_of(ticket) if ticket.status is Status.WAITING else None,
        window=ticket.window,
        window_name=window_name(window) if window else None,
        area=area_of(hall.plan, ticket.service),
        estimate=_band(foreseen.tickets.get(ticket_id)) if foreseen else None,
        remaining=_names_of(hall.plan, ticket.remaining),
        free=ticket.order is VisitOrder.FREE,
        last=_band(foreseen.lasts.get(ticket_id)) if foreseen and ticket.remaining else None,
        rating=ticket.rating,
        rate=rating_reasons(hall.plan)
        if ticket.done and ticket.rating is None and ticket.status in (Status.WAITING, Status.FINISHED)
        else None,
        done=service_name(hall.plan, ticket.done.service) if ticket.done else None,
        reasons_below=hall.plan.rules.pad.reasons_below,
        ending=_ending(hall, now) if ticket.status in (Status.WAITING, Status.PARKED) else None,
    )


def rating_reasons(plan: HallPlan) -> tuple[Choice, ...]:
    """Why somebody may not be satisfied."""
    return tuple(Choice(each.key, Bilingual(each.name, each.name_en)) for each in plan.rating_reasons)
