"""How a hall changes: `evolve(hall, event)` makes an event true, and is the only function that does.

For: which event is whose (ticketfold.py, windowfold.py, bookfold.py), and what is about the whole hall: its day, its plan,
its devices. Not for: refusing anything. An event has happened; evolve believes it.

`evolve` changes the hall's dictionaries in place and gives the same hall back, because a day has 100,000 events and
copying a day's tickets for each would take minutes.
"""

from dataclasses import replace

from app.core.bookfold import fold_booking
from app.core.booking import Bookings
from app.core.events import (
    BanLifted,
    BookerBanned,
    BookerWarned,
    BookingCancelled,
    BookingCheckedIn,
    BookingMoved,
    BookingNoShow,
    CalendarLearned,
    ClassGranted,
    ClerkTookOver,
    CoverEnded,
    CoverStarted,
    DayEnding,
    DayOpened,
    DeviceReported,
    EstimatesJudged,
    Event,
    PlanAdopted,
    PresenceReported,
    ServiceFinished,
    ServiceStarted,
    SlipOrdered,
    SlipReported,
    SlotBooked,
    TicketAbandoned,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketIssued,
    TicketMissed,
    TicketParked,
    TicketRated,
    TicketRecalled,
    TicketRequeued,
    TicketTransferred,
    TicketVoided,
    TideBrought,
    TideDismissed,
    TideHeldBack,
    TideNoticed,
    TideProposed,
    TideTurned,
    TideWithdrawn,
    WindowClosed,
    WindowClosing,
    WindowOpened,
    WindowPaused,
    WindowPinned,
    WindowResumed,
)
from app.core.hall import Absence, DeviceWord, Experience, Hall, Proposal, SlipJob, TideMemory, empty_queues
from app.core.ticket import Status
from app.core.ticketfold import (
    called,
    came,
    carried,
    count_segment,
    end,
    experience,
    finished,
    issued,
    join,
    leave,
    parked,
    rated,
    remember_call,
    requeued,
    transferred,
)
from app.core.window import Duty, Window
from app.core.windowfold import closed, dismissed, duty, paused, release, seated, settle, turned


def evolve(hall: Hall, event: Event) -> Hall:
    """Make `event` true in `hall`, and give it back."""
    hall.seq += 1
    match event:
        case TicketIssued():
            issued(hall, event)
        case SlipOrdered():
            hall.slips[event.job] = SlipJob(
                event.job, event.ticket, event.printer, event.at, event.ahead, event.reprint
            )
        case SlipReported():
            if event.job in hall.slips:
                _slip_ended(hall, event)
        case TicketCalled():
            called(hall, event)
        case ServiceStarted():
            ticket = hall.tickets[event.ticket]
            came(hall, ticket.service, True)
            hall.tickets[event.ticket] = ticket._replace(status=Status.SERVING, started_at=event.at)
            duty(hall, hall.windows[event.window], Duty.SERVING, event.at)
        case ServiceFinished():
            finished(hall, event)
        case TicketRecalled():
            ticket = hall.tickets[event.ticket]
            hall.tickets[event.ticket] = ticket._replace(recalls=ticket.recalls + 1, announced_at=event.at)
            remember_call(hall, event.ticket)
        case TicketMissed():
            ticket = hall.tickets[event.ticket]
            came(hall, ticket.service, False)
            hall.tickets[event.ticket] = ticket._replace(
                status=Status.MISSED, window=None, misses=ticket.misses + 1
            )
            release(hall, event.window, event.at)
        case TicketRequeued():
            requeued(hall, event)
        case TicketParked():
            parked(hall, event)
        case TicketTransferred():
            transferred(hall, event)
        case TicketRated():
            rated(hall, event)
        case TicketCancelled():
            end(hall, event.ticket, Status.CANCELLED, event.at)
        case TicketAbandoned():
            end(hall, event.ticket, Status.ABANDONED, event.at)
        case TicketVoided():
            end(hall, event.ticket, Status.VOID, event.at)
        case DayEnding():
            hall.ending = event.rule
        case TicketCarried():
            carried(hall, event)
        case WindowOpened():
            window = hall.windows[event.window]
            duty(
                hall,
                window,
                Duty.IDLE,
                event.at,
                clerk=event.clerk,
                closing=False,
                opened_at=event.at,
                seated=event.at,
            )
            hall.absent.pop(event.clerk, None)
        case ClerkTookOver() | CoverStarted() | CoverEnded():
            seated(hall, event)
        case PresenceReported():
            if event.away:
                hall.absent[event.clerk] = Absence(event.reason, event.at)
            else:
                hall.absent.pop(event.clerk, None)
        case WindowClosing():
            hall.windows[event.window] = hall.windows[event.window]._replace(closing=True)
            settle(hall, event.window)
        case WindowClosed():
            closed(hall, event)
        case WindowPaused():
            paused(hall, event)
        case WindowResumed():
            window = hall.windows[event.window]
            duty(hall, window, window.before or Duty.IDLE, event.at, before=None, pause_reason="")
        case DeviceReported():
            before = hall.devices.get(event.device)
            hall.devices[event.device] = _word_of(event, before.paper_used_mm if before else 0.0)
        case ClassGranted():
            ticket = hall.tickets[event.ticket]
            leave(hall, ticket)
            hall.tickets[ticket.id] = ticket._replace(priority_class=event.priority_class)
            join(hall, hall.tickets[ticket.id])
        case WindowPinned():
            hall.windows[event.window] = hall.windows[event.window]._replace(pin=event.pin)
        case TideNoticed():
            withheld = {code: why for code, why in hall.tide.withheld.items() if code in event.hot}
            hall.tide = replace(hall.tide, hot=event.hot, calm=event.calm, withheld=withheld)
        case TideHeldBack():
            hall.tide = replace(hall.tide, withheld={**hall.tide.withheld, event.service: event.why.code})
        case TideProposed():
            proposal = Proposal(
                event.at, event.window, event.opens, event.services, event.clerk, event.service, event.why
            )
            hall.tide = replace(hall.tide, proposals={**hall.tide.proposals, event.window: proposal})
        case TideWithdrawn():
            settle(hall, event.window)
        case TideDismissed():
            dismissed(hall, event)
        case TideTurned():
            turned(hall, event)
        case TideBrought():
            stays = {no: stay for no, stay in hall.tide.stays.items() if no != event.window}
            hall.tide = replace(hall.tide, stays=stays)
        case DayOpened():
            _day_opened(hall, event)
        case PlanAdopted():
            _plan_adopted(hall, event)
        case (
            SlotBooked()
            | BookingMoved()
            | BookingCancelled()
            | BookingCheckedIn()
            | BookingNoShow()
            | BookerWarned()
            | BookerBanned()
            | BanLifted()
        ):
            fold_booking(hall.bookings, event)
        case EstimatesJudged():
            _judged(hall, event)
        case CalendarLearned():
            hall.calendar = event.calendar
        case _:
            raise TypeError(f"evolve does not know {type(event).__name__}")
    return hall


def _judged(hall: Hall, event: EstimatesJudged) -> None:
    """Who told the waits best tells them from now on. A service with too few people keeps whom it had."""
    hall.judged = event
    for each in event.services:
        if each.best and each.service in hall.plan.service:
            hall.learned[each.service] = experience(hall, each.service)._replace(
                told_by=each.best, weights=tuple(each.weights.items())
            )


def _word_of(event: DeviceReported, paper_used_mm: float = 0.0) -> DeviceWord:
    used = paper_used_mm if event.paper_used_mm is None else event.paper_used_mm
    return DeviceWord(event.health, event.troubles, event.word, event.at, used)


def _slip_ended(hall: Hall, event: SlipReported) -> None:
    job = hall.slips[event.job]._replace(state=event.state, word=event.word)
    hall.slips[event.job] = job
    word = hall.devices.get(job.printer)
    if word is not None and event.paper_used_mm is not None:
        hall.devices[job.printer] = replace(word, paper_used_mm=event.paper_used_mm)


def _day_opened(hall: Hall, event: DayOpened) -> None:
    hall.day = event.day
    hall.entries = event.entries
    hall.learned = {
        each.service: Experience(
            each.mean,
            each.weight,
            each.recent,
            each.bias,
            each.ratios,
            each.no_show,
            each.told_by,
            each.weights,
            each.waits,
        )
        for each in event.learned
        if each.service in hall.plan.service
    }
    hall.devices = {each.device: _word_of(each) for each in event.devices}
    hall.tickets = {}
    hall.numbers = {}
    hall.further = {}
    hall.recent = ()
    hall.rates = {}
    hall.held = {}
    hall.calendar = event.calendar
    hall.bookings = Bookings.of(event.bookings, event.standings)
    hall.in_segment = {}
    hall.absent = {}
    hall.left = {}
    hall.carried = frozenset()
    hall.ending = None
    hall.tide = TideMemory()
    hall.judged = None
    hall.slips = {}
    hall.queues = empty_queues(hall.plan)
    hall.windows = {each.no: Window(no=each.no) for each in hall.plan.windows}


def _plan_adopted(hall: Hall, event: PlanAdopted) -> None:
    hall.plan = event.plan
    hall.windows = {each.no: hall.windows.get(each.no, Window(no=each.no)) for each in event.plan.windows}
    hall.queues = empty_queues(event.plan)
    for ticket in hall.live():
        if ticket.status is Status.WAITING:
            join(hall, ticket)
    hall.learned = {code: each for code, each in hall.learned.items() if code in event.plan.service}
    hall.rates = {code: each for code, each in hall.rates.items() if code in event.plan.service}
    _count_segments_again(hall)
    hall.tide = TideMemory()
    for ticket in hall.live():
        bound = ticket.only_window
        if bound is not None and (
            bound not in event.plan.window or ticket.service not in event.plan.window[bound].services
        ):
            hall.tickets[ticket.id] = ticket._replace(only_window=None)


def _count_segments_again(hall: Hall) -> None:
    """Other segments: today's numbers are counted anew, each for the services that it was taken for."""
    hall.in_segment = {}
    limited = {each.code for each in hall.plan.services if each.quotas}
    by_prefix = {each.prefix: each.code for each in hall.plan.services}
    for ticket in hall.tickets.values() if limited else ():
        first = by_prefix.get(ticket.number.rstrip("0123456789"), "")
        for code in limited.intersection((first, *ticket.visit)):
            count_segment(hall, code, ticket.first_arrival)
