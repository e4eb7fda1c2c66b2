"""What follows from a command: the one door into the hall.

For: `decide(hall, command, now) -> events`. It asks the hall, never changes it, and either answers with what has thereby
happened or raises a Refusal (errors.py), and then nothing has.
Not for: making events true (evolve.py), who is called (assign.py), who may ask (app/api).

`now` carries the hall's offset. The first command of a new day turns the day first: what was left over ends by the
hall's rules, numbers begin at one.
"""

from datetime import datetime, time, timedelta
from typing import assert_never

from app.core import reserving
from app.core.assign import assign
from app.core.back import after_miss, first_visit, returned, second_class
from app.core.booking import kept_bookings, kept_standings
from app.core.bookrules import Segment
from app.core.bound import is_had_at, seat_of
from app.core.commands import (
    AbandonTicket,
    AdoptPlan,
    BookSlot,
    CallNext,
    CallTicket,
    CancelBooking,
    CancelTicket,
    CheckIn,
    CloseWindow,
    Command,
    ConfirmTide,
    CoverWindow,
    DismissTide,
    EndDay,
    Finish,
    GrantClass,
    IssueTicket,
    JudgeEstimates,
    LiftBan,
    LookAtTide,
    Miss,
    MoveBooking,
    OpenDay,
    OpenWindow,
    Park,
    Pause,
    PinWindow,
    Rate,
    Recall,
    ReportDevice,
    ReportPresence,
    ReportSlip,
    Reprint,
    Resume,
    ReturnTicket,
    Start,
    TakeOverWindow,
    Transfer,
    UncoverWindow,
)
from app.core.dayend import carried_over, left_over, tell_day_end, windows_shut
from app.core.errors import (
    ClassNotValid,
    ClassReasonMissing,
    ClerkNotHere,
    HallClosed,
    NobodyWaiting,
    NoSuchLevel,
    NotServedYet,
    NoWindowServes,
    PlanMoved,
    QuotaReached,
    ReasonMissing,
    RecallLimit,
    RecallTooSoon,
    SegmentQuotaReached,
    ServiceClosed,
    ServiceNotNow,
    ServiceStillWanted,
    TicketCannot,
    TicketIdTaken,
    TransferNowhere,
    UnknownClass,
    UnknownPauseReason,
    UnknownPrinter,
    UnknownReason,
    UnknownService,
    UnknownSlip,
    WalkInsLater,
    WindowCannot,
    WindowDoesNotServe,
    WindowHasNoTicket,
    WindowHasTicket,
    WindowOrPerson,
    WindowStillBusy,
)
from app.core.events import (
    BookingCheckedIn,
    CalendarLearned,
    ClassGranted,
    DayOpened,
    DeviceReported,
    EstimatesJudged,
    Event,
    PlanAdopted,
    ServiceFinished,
    ServiceStarted,
    SlipOrdered,
    SlipReported,
    TicketAbandoned,
    TicketCalled,
    TicketCancelled,
    TicketIssued,
    TicketMissed,
    TicketParked,
    TicketRated,
    TicketRecalled,
    TicketTransferred,
    WindowClosing,
    WindowPaused,
    WindowResumed,
)
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.hours import next_opening_sentences, opening, segment_at
from app.core.limits import holder_may, segment_refusal
from app.core.pickup import check as check_pickup
from app.core.pickup import result_at
from app.core.plan import ORDINARY, DeviceKind, Opening, Service
from app.core.posts import cover, report_presence, sits_nowhere_else, take_over, uncover
from app.core.ticket import MOVES as TICKET_MOVES
from app.core.ticket import Move, Reason, Status, Ticket
from app.core.turning import (
    closed_events,
    confirm_tide,
    dismiss_tide,
    look_at_tide,
    opened_events,
    pin_window,
)
from app.core.visit import ahead, services_of, taken
from app.core.visitrules import SentAway
from app.core.window import MOVES as WINDOW_MOVES
from app.core.window import Duty, Window, WindowMove

Events = tuple[Event, ...]


def decide(hall: Hall, command: Command, now: datetime) -> Events:
    """What has happened because of `command` at `now`. Raises a Refusal if the rules forbid it."""
    if hall.seq == 0 and isinstance(command, AdoptPlan):
        return (PlanAdopted(at=now, plan=command.plan), DayOpened(at=now, day=now.date()))
    turn = _turn_of_day(hall, now)
    if not turn:
        return _decide(hall, command, now)
    turned = hall.copy()
    for event in turn:
        evolve(turned, event)
    return (*turn, *_decide(turned, command, now))


def _decide(hall: Hall, command: Command, now: datetime) -> Events:
    match command:
        case IssueTicket():
            return _issue(hall, command, now)
        case CallNext():
            return _call_next(hall, command, now)
        case Start():
            return _start(hall, command, now)
        case Finish():
            return _finish(hall, command, now)
        case ReportSlip():
            return _report_slip(hall, command, now)
        case Recall():
            return _recall(hall, command, now)
        case Miss():
            return _miss(hall, command, now)
        case CallTicket():
            return _call_ticket(hall, command, now)
        case Park():
            return _park(hall, command, now)
        case ReturnTicket():
            return _return(hall, command, now)
        case Transfer():
            return _transfer(hall, command, now)
        case Rate():
            return _rate(hall, command, now)
        case CancelTicket():
            return _cancel(hall, command, now)
        case AbandonTicket():
            return _abandon(hall, command, now)
        case OpenWindow():
            return _open(hall, command, now)
        case CloseWindow():
            return _close(hall, command, now)
        case TakeOverWindow():
            return take_over(hall, command, now)
        case CoverWindow():
            return cover(hall, command, now)
        case UncoverWindow():
            return uncover(hall, command, now)
        case ReportPresence():
            return report_presence(hall, command, now)
        case Pause():
            return _pause(hall, command, now)
        case Resume():
            return _resume(hall, command, now)
        case Reprint():
            return _reprint(hall, command, now)
        case ReportDevice():
            return _report_device(hall, command, now)
        case AdoptPlan():
            return _adopt(hall, command, now)
        case OpenDay():
            return _open_day(hall, command, now)
        case EndDay():
            return tell_day_end(hall, now)
        case GrantClass():
            return _grant(hall, command, now)
        case LookAtTide():
            return look_at_tide(hall, now)
        case JudgeEstimates():
            return _judge_estimates(hall, command, now)
        case ConfirmTide():
            return confirm_tide(hall, command, now)
        case DismissTide():
            return dismiss_tide(hall, command, now)
        case PinWindow():
            return pin_window(hall, command, now)
        case CheckIn():
            return _check_in(hall, command, now)
        case BookSlot():
            return reserving.book(hall, command, now)
        case MoveBooking():
            return reserving.move(hall, command, now)
        case CancelBooking():
            return reserving.cancel(hall, command, now)
        case LiftBan():
            return reserving.lift_ban(hall, command, now)
        case _:
            assert_never(command)


# -- the day ----------------------------------------------------------------------------------------------------


def _turn_of_day(hall: Hall, now: datetime) -> Events:
    """The day has changed: yesterday's tickets end by rule and its windows close at midnight, the new day opens."""
    today = now.date()
    if hall.day is not None and today <= hall.day:
        return ()
    events: list[Event] = []
    end = now if hall.day is None else datetime.combine(hall.day + timedelta(days=1), time(), now.tzinfo)
    events += left_over(hall, end)
    events += windows_shut(hall, end)
    devices = tuple(
        DeviceReported(
            at=each.since,
            device=name,
            health=each.health,
            troubles=each.troubles,
            word=each.word,
            paper_used_mm=each.paper_used_mm,
        )
        for name, each in hall.devices.items()
    )
    gone, bookings = reserving.overnight(hall, now)
    rules = hall.plan.rules.booking
    opened = DayOpened(
        at=now,
        day=today,
        learned=hall.inheritance(),
        devices=devices,
        calendar=hall.calendar,
        bookings=kept_bookings(bookings, today, rules.keep_days),
        standings=kept_standings(bookings, now, rules.breach_days),
    )
    return (*events, *gone, opened, *carried_over(hall, today, now))


def _open_day(hall: Hall, command: OpenDay, now: datetime) -> Events:
    """The day has turned by now. What is new in the calendar is learned, and bookings whose time is over end."""
    if command.calendar is None or command.calendar == hall.calendar:
        return reserving.over(hall, now)
    learned = CalendarLearned(at=now, calendar=command.calendar)
    return (learned, *reserving.homeless(hall, hall.plan, command.calendar, now))


def _judge_estimates(hall: Hall, command: JudgeEstimates, now: datetime) -> Events:
    """Once for a day, and only for one that is over: two servers may have judged the same night."""
    over = hall.day is not None and command.day < hall.day
    if not over or (hall.judged is not None and hall.judged.day >= command.day):
        return ()
    known = tuple(each for each in command.services if each.service in hall.plan.service)
    return (EstimatesJudged(at=now, day=command.day, services=known),)


def opening_at(hall: Hall, now: datetime) -> Opening | None:
    """The stretch of opening hours that holds `now`."""
    return opening(hall.plan, now, hall.calendar)


# -- taking a number --------------------------------------------------------------------------------------------


def _service(hall: Hall, code: str) -> Service:
    found = hall.plan.service.get(code)
    if found is None:
        raise UnknownService(service=code, known=", ".join(hall.plan.service))
    return found


def service_refusal(
    hall: Hall, service: Service, now: datetime
) -> (
    NoWindowServes | ServiceClosed | ServiceNotNow | WalkInsLater | QuotaReached | SegmentQuotaReached | None
):
    """Why no number can be had for an existing service at `now` without a booking, or None. A kiosk greys the button
    with it. Of a quota, those who are booked for today have their part."""
    names = {"service": service.name_en, "service_zh": service.name}
    if not hall.plan.windows_of[service.code]:
        return NoWindowServes(**names)
    if service.last_ticket is not None and now.time() >= service.last_ticket:
        return ServiceClosed(last=f"{service.last_ticket:%H:%M}", **names)
    if (segment := segment_at(hall.plan, now, hall.calendar)) is not None:
        facts = {"segment": segment.name_en, "segment_zh": segment.name, "until": f"{segment.ends:%H:%M}"}
        if not _offered(hall, service.code, segment):
            return ServiceNotNow(**names, **facts)
        if not segment.walk_in:
            return WalkInsLater(**facts)
    if service.quota is not None:
        booked = hall.bookings.pending(service.code, now.date())
        if taken(hall, service) + booked >= service.quota:
            return QuotaReached(quota=service.quota, **names)
    return segment_refusal(hall, service, now) if service.quotas else None


def _offered(hall: Hall, service: str, segment: Segment) -> bool:
    """Whether numbers for a service are given in a part of the day: as the segment says, or, where it only says which
    windows are staffed, if one of them serves it, or any that is open now: nobody should wait for a window that stays
    closed."""
    if segment.services or not segment.windows:
        return not segment.services or service in segment.services
    staffed = any(service in hall.plan.window[no].services for no in segment.windows)
    return staffed or any(is_had_at(hall, no, service) for no in hall.plan.windows_of[service])


def _grant(hall: Hall, command: GrantClass, now: datetime) -> Events:
    ticket = hall.ticket(command.ticket)
    _must_be_given(hall, command.priority_class, now)
    if ticket.status is not Status.WAITING:
        raise TicketCannot(number=ticket.number, status=ticket.status, move="grant")
    if not command.reason.strip():
        raise ReasonMissing(move="grant")
    if command.priority_class == ticket.priority_class:
        return ()
    return (
        ClassGranted(
            at=now, ticket=ticket.id, priority_class=command.priority_class, reason=command.reason.strip()
        ),
    )


def _check_in(hall: Hall, command: CheckIn, now: datetime) -> Events:
    """Who booked has come and gets a number: no quota, last ticket or limit is in the way, the place was kept."""
    booking, issue = reserving.arriving(hall, command, now)
    issued = _issue(hall, issue, now, promised=True)
    return (*issued, BookingCheckedIn(at=now, booking=booking.id, ticket=command.ticket))


def _issue(hall: Hall, command: IssueTicket, now: datetime, promised: bool = False) -> Events:
    services = services_of(hall, command)
    service = services[0]
    _must_be_given(hall, command.priority_class, now)
    class_reason = _class_reason(hall, command)
    if command.ticket in hall.tickets:
        raise TicketIdTaken()
    if command.printer:
        _printer(hall, command.printer)
    if opening_at(hall, now) is None:
        opens, opens_zh = next_opening_sentences(hall.plan, now, hall.calendar)
        raise HallClosed(opens=opens, opens_zh=opens_zh)
    for each in () if promised else services:
        if refusal := service_refusal(hall, each, now):
            raise refusal
        holder_may(hall, command.holder, each, now)
    first = first_visit(hall, command)
    second = second_class(hall, command.priority_class, str(first.outcome)) if first else ""
    issued = TicketIssued(
        at=now,
        ticket=command.ticket,
        number=hall.number(service.prefix, hall.next_count(service.prefix)),
        service=service.code,
        priority_class=second or command.priority_class,
        channel=command.channel,
        slot=command.slot,
        expected=command.expected,
        holder=command.holder,
        then=command.then,
        order=command.order,
        class_reason=class_reason,
        again=first.id if first else "",
        pickup_of=check_pickup(hall, command),
    )
    if not command.printer:
        return (issued,)
    slip = SlipOrdered(
        at=now,
        job=f"{command.ticket}.1",
        ticket=command.ticket,
        printer=command.printer,
        ahead=ahead(hall, command),
    )
    return (issued, slip)


def _must_be_given(hall: Hall, priority_class: str, now: datetime) -> None:
    """The hall has the class, and gives it today."""
    kind = hall.plan.priority_class.get(priority_class)
    if kind is None:
        raise UnknownClass(priority_class=priority_class, known=", ".join(hall.plan.priority_class))
    if not kind.valid(now.date()):
        raise ClassNotValid(
            priority_class=kind.name_en,
            class_zh=kind.name,
            starts=kind.valid_from.isoformat() if kind.valid_from else "-",
            ends=kind.valid_to.isoformat() if kind.valid_to else "-",
        )


def _class_reason(hall: Hall, command: IssueTicket) -> str:
    """Why a class is granted with the number. One that comes by itself (by age) needs no reason."""
    kind = hall.plan.priority_class[command.priority_class]
    reason = command.class_reason.strip()
    if command.by_hand and kind.key != ORDINARY and kind.from_age is None and not reason:
        raise ClassReasonMissing(priority_class=kind.name_en, class_zh=kind.name)
    return reason


# -- calling ----------------------------------------------------------------------------------------------------


def _window_may(window: Window, move: WindowMove) -> None:
    if move not in WINDOW_MOVES[window.duty]:
        raise WindowCannot(window=window.no, duty=window.duty, move=move)


def _ticket_may(ticket: Ticket, move: Move) -> None:
    if move not in TICKET_MOVES[ticket.status]:
        raise TicketCannot(number=ticket.number, status=ticket.status, move=move)


def _free_window(hall: Hall, no: int) -> Window:
    window = hall.window(no)
    holding = hall.ticket_at(window)
    if holding is not None:
        raise WindowHasTicket(window=no, number=holding.number)
    _window_may(window, WindowMove.CALL)
    return window


def _at_window(hall: Hall, no: int, move: Move) -> Ticket:
    """The ticket at a window, if `move` may happen to it and the window is not paused."""
    window = hall.window(no)
    ticket = hall.ticket_at(window)
    if ticket is None:
        raise WindowHasNoTicket(window=no)
    if window.duty is Duty.PAUSED:
        raise WindowCannot(window=no, duty=window.duty, move=move)
    _ticket_may(ticket, move)
    return ticket


def _then_close(hall: Hall, no: int, now: datetime, served_now: int = 0) -> Events:
    """A window that was told to close while somebody stood there closes now."""
    return closed_events(hall, no, now, served_now) if hall.windows[no].closing else ()


def _call_next(hall: Hall, command: CallNext, now: datetime) -> Events:
    window = _free_window(hall, command.window)
    choice = assign(hall, window.no, now)
    if choice is None:
        raise NobodyWaiting(window=window.no)
    several = hall.tickets[choice.ticket].beside
    service = choice.service if several else ""
    return (TicketCalled(at=now, ticket=choice.ticket, window=window.no, why=choice.why, service=service),)


def _call_ticket(hall: Hall, command: CallTicket, now: datetime) -> Events:
    window = _free_window(hall, command.window)
    ticket = hall.ticket(command.ticket)
    _ticket_may(ticket, Move.CALL)
    recycled = ticket.status is Status.MISSED
    if not command.reason.strip() and not recycled:
        raise ReasonMissing(move=Move.CALL)
    here = [code for code in ticket.queues if code in hall.serves(window.no)]
    if not here:
        _must_serve(hall, window.no, ticket.service)
    facts: dict[str, str | int | float] = {
        "window": window.no,
        "number": ticket.number,
        "reason": command.reason.strip(),
        "waited": round(ticket.waited(now), 1),
    }
    service = here[0] if ticket.beside else ""
    return (
        TicketCalled(
            at=now,
            ticket=ticket.id,
            window=window.no,
            why=Reason("recycled", facts) if recycled and not facts["reason"] else Reason("chosen", facts),
            service=service,
        ),
    )


def _must_serve(hall: Hall, no: int, service: str) -> None:
    if service not in hall.serves(no):
        known = hall.plan.service[service]
        raise WindowDoesNotServe(window=no, service=known.name_en, service_zh=known.name)


def _recall(hall: Hall, command: Recall, now: datetime) -> Events:
    ticket = _at_window(hall, command.window, Move.RECALL)
    rules = hall.plan.rules
    if ticket.recalls >= rules.recall_cap:
        raise RecallLimit(number=ticket.number, cap=rules.recall_cap)
    last = ticket.announced_at
    if last is not None and (now - last).total_seconds() < rules.recall_gap_seconds:
        raise RecallTooSoon(number=ticket.number, gap=f"{rules.recall_gap_seconds:g}")
    return (TicketRecalled(at=now, ticket=ticket.id, window=command.window),)


def _start(hall: Hall, command: Start, now: datetime) -> Events:
    ticket = _at_window(hall, command.window, Move.START)
    return (ServiceStarted(at=now, ticket=ticket.id, window=command.window),)


def _finish(hall: Hall, command: Finish, now: datetime) -> Events:
    ticket = _at_window(hall, command.window, Move.FINISH)
    done = ServiceFinished(
        at=now,
        ticket=ticket.id,
        window=command.window,
        outcome=command.outcome,
        then=ticket.remaining,
        result=result_at(hall, ticket.service) if command.result else "",
    )
    return (done, *_then_close(hall, command.window, now, served_now=1))


def _miss(hall: Hall, command: Miss, now: datetime) -> Events:
    ticket = _at_window(hall, command.window, Move.MISS)
    missed = TicketMissed(at=now, ticket=ticket.id, window=command.window)
    return (missed, *after_miss(hall, ticket, now), *_then_close(hall, command.window, now))


def _park(hall: Hall, command: Park, now: datetime) -> Events:
    ticket = _at_window(hall, command.window, Move.PARK)
    parked = TicketParked(at=now, ticket=ticket.id, window=command.window, kind=command.kind)
    return (parked, *_then_close(hall, command.window, now))


def _return(hall: Hall, command: ReturnTicket, now: datetime) -> Events:
    ticket = hall.ticket(command.ticket)
    if ticket.status is not Status.MISSED:
        _ticket_may(ticket, Move.RETURN)
    return returned(hall, ticket, now)


def _transfer(hall: Hall, command: Transfer, now: datetime) -> Events:
    ticket = _at_window(hall, command.window, Move.TRANSFER)
    person = hall.plan.staff_no(command.to_person.strip())
    if not command.to_service and command.to_window is None and not person:
        raise TransferNowhere()
    if command.to_window is not None and person:
        raise WindowOrPerson()
    service = _service(hall, command.to_service or ticket.service)
    if command.to_window is not None:
        _must_serve(hall, hall.window(command.to_window).no, service.code)
    elif person:
        _must_sit(hall, person, service.code)
    elif not hall.plan.windows_of[service.code]:
        raise NoWindowServes(service=service.name_en, service_zh=service.name)
    moved = TicketTransferred(
        at=now,
        ticket=ticket.id,
        window=command.window,
        to_service=service.code,
        to_window=command.to_window,
        reason=command.reason.strip(),
        to_person=person,
        priority_class=second_class(hall, ticket.priority_class, SentAway.OUTAGE) if ticket.outage else "",
    )
    return (moved, *_then_close(hall, command.window, now))


def _must_sit(hall: Hall, clerk: str, service: str) -> None:
    """A clerk is signed in where the service can be had."""
    if seat_of(hall, clerk, service) is not None:
        return
    elsewhere = [each.no for each in hall.windows.values() if each.clerk == clerk]
    if not elsewhere:
        raise ClerkNotHere(clerk=clerk)
    _must_serve(hall, elsewhere[0], service)


def _cancel(hall: Hall, command: CancelTicket, now: datetime) -> Events:
    ticket = hall.ticket(command.ticket)
    _ticket_may(ticket, Move.CANCEL)
    after = _then_close(hall, ticket.window, now) if ticket.window is not None else ()
    return (TicketCancelled(at=now, ticket=ticket.id), *after)


def _rate(hall: Hall, command: Rate, now: datetime) -> Events:
    """One rating for each service of a visit, until the next one is done: the second changes nothing, and silence never
    takes the place of a word."""
    ticket = hall.ticket(command.ticket)
    if command.level is not None and not 1 <= command.level <= 5:
        raise NoSuchLevel(level=command.level)
    known = {each.key for each in hall.plan.rating_reasons}
    if unknown := sorted(set(command.reasons) - known):
        raise UnknownReason(reason=unknown[0], known=", ".join(sorted(known)) or "-")
    done = ticket.done
    if done is None:
        raise NotServedYet(number=ticket.number)
    if command.window not in (None, done.window):
        return ()  # a pad that is slow: its word is about a service that another one has followed since
    if done.rating is not None or (done.asked and command.level is None):
        return ()
    return (
        TicketRated(
            at=now,
            ticket=ticket.id,
            window=done.window,
            level=command.level,
            channel=command.channel,
            reasons=tuple(dict.fromkeys(command.reasons)),
        ),
    )


def _abandon(hall: Hall, command: AbandonTicket, now: datetime) -> Events:
    ticket = hall.ticket(command.ticket)
    _ticket_may(ticket, Move.ABANDON)
    after = _then_close(hall, ticket.window, now) if ticket.window is not None else ()
    return (TicketAbandoned(at=now, ticket=ticket.id), *after)


# -- windows ----------------------------------------------------------------------------------------------------


def _open(hall: Hall, command: OpenWindow, now: datetime) -> Events:
    window = hall.window(command.window)
    _window_may(window, WindowMove.OPEN)
    clerk = hall.plan.staff_no(command.clerk)
    if clerk in hall.plan.person:
        sits_nowhere_else(hall, clerk, window.no)
    return opened_events(hall, window.no, clerk, now)


def _close(hall: Hall, command: CloseWindow, now: datetime) -> Events:
    window = hall.window(command.window)
    if window.ticket is not None:
        return () if window.closing else (WindowClosing(at=now, window=window.no),)
    _window_may(window, WindowMove.CLOSE)
    return closed_events(hall, window.no, now)


def _pause(hall: Hall, command: Pause, now: datetime) -> Events:
    window = hall.window(command.window)
    _window_may(window, WindowMove.PAUSE)
    reason = command.reason.strip()
    if not reason:
        raise ReasonMissing(move=WindowMove.PAUSE)
    known = [each.key for each in hall.plan.pause_reasons]
    if known and reason not in known:
        raise UnknownPauseReason(reason=reason, known=", ".join(known))
    return (WindowPaused(at=now, window=window.no, reason=reason),)


def _resume(hall: Hall, command: Resume, now: datetime) -> Events:
    window = hall.window(command.window)
    _window_may(window, WindowMove.RESUME)
    return (WindowResumed(at=now, window=window.no),)


# -- paper and devices ------------------------------------------------------------------------------------------


def _printer(hall: Hall, name: str) -> None:
    if not any(each.name == name and each.kind is DeviceKind.PRINTER for each in hall.plan.devices):
        raise UnknownPrinter(printer=name)


def _reprint(hall: Hall, command: Reprint, now: datetime) -> Events:
    ticket = hall.ticket(command.ticket)
    _printer(hall, command.printer)
    last = hall.last_slip(ticket.id)
    copies = int(last.id.rpartition(".")[2]) if last else 0
    return (
        SlipOrdered(
            at=now,
            job=f"{ticket.id}.{copies + 1}",
            ticket=ticket.id,
            printer=command.printer,
            ahead=hall.ahead_of(ticket) if ticket.status is Status.WAITING else 0,
            reprint=True,
        ),
    )


def _report_slip(hall: Hall, command: ReportSlip, now: datetime) -> Events:
    """A job ends once: a second report of an ended job changes nothing. Only `unknown` may still turn out: a printer
    far away comes back and says what became of it."""
    job = hall.slips.get(command.job)
    if job is None:
        raise UnknownSlip(job=command.job)
    if job.state not in ("pending", "unknown") or job.state == command.state:
        return ()
    return (
        SlipReported(
            at=now,
            job=job.id,
            state=command.state,
            word=command.word,
            paper_used_mm=command.paper_used_mm,
        ),
    )


def _report_device(hall: Hall, command: ReportDevice, now: datetime) -> Events:
    """Only a change is an event: a device that says the same again adds nothing to the journal."""
    known = hall.devices.get(command.device)
    same = known is not None and (known.health, known.troubles, known.word) == (
        command.health,
        command.troubles,
        command.word,
    )
    if same:
        return ()
    return (
        DeviceReported(
            at=now,
            device=command.device,
            health=command.health,
            troubles=command.troubles,
            word=command.word,
            paper_used_mm=command.paper_used_mm,
        ),
    )


# -- the plan ---------------------------------------------------------------------------------------------------


def _adopt(hall: Hall, command: AdoptPlan, now: datetime) -> Events:
    """A new hall file takes effect at once, unless it takes away what people stand at or hold a number for."""
    if command.instead_of not in (None, hall.plan):
        raise PlanMoved()
    if command.plan == hall.plan:
        return ()
    kept_windows = {each.no for each in command.plan.windows}
    for window in hall.windows.values():
        if window.no not in kept_windows and window.duty is not Duty.CLOSED:
            raise WindowStillBusy(window=window.no)
    wanted: dict[str, int] = {}
    for ticket in hall.live():
        for code in (ticket.service, *ticket.remaining):
            wanted[code] = wanted.get(code, 0) + 1
    kept_services = {each.code for each in command.plan.services}
    for service, waiting in wanted.items():
        if service not in kept_services:
            raise ServiceStillWanted(service=service, waiting=waiting)
    adopted = PlanAdopted(at=now, plan=command.plan)
    return (adopted, *reserving.homeless(hall, command.plan, hall.calendar, now))
