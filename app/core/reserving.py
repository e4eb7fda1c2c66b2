"""The booking desk: what follows from the commands about bookings.

For: booking, moving, cancelling, checking in, and what time does to bookings (no-shows, warnings, bans). decide.py calls
these; a check-in's ticket is issued there, as every ticket is.
Not for: the shape of a booking (booking.py), the slots (slots.py).
What goes wrong is a Refusal, and then nothing has happened. Who books last finds the slot full: commands are decided one
after another, so there is always a last.
"""

from datetime import datetime, timedelta

from app.core.bookfold import fold_booking
from app.core.booking import BY_STAFF, Because, Booking, Bookings, BookingStatus, Standing
from app.core.bookrules import BookingRules, OffTimeRule
from app.core.calendar import Calendar
from app.core.commands import BookSlot, CancelBooking, CheckIn, IssueTicket, LiftBan, MoveBooking
from app.core.errors import (
    BeyondHorizon,
    BookedThatDay,
    BookingBanned,
    BookingCannot,
    BookingIdTaken,
    BookingsByStaffOnly,
    NoCheckInHere,
    NoSuchSlot,
    NotBanned,
    NotBookable,
    ReasonMissing,
    SlotFull,
    SlotTooSoon,
    TooEarlyToCheckIn,
    TooLateToChange,
    TooLateToCheckIn,
    TooManyBookings,
    UnknownBooking,
    UnknownService,
    WrongDay,
)
from app.core.events import (
    BanLifted,
    BookerBanned,
    BookerWarned,
    BookingCancelled,
    BookingMoved,
    BookingNoShow,
    Event,
    SlotBooked,
)
from app.core.hall import Hall
from app.core.hours import day_of
from app.core.plan import HallPlan
from app.core.slots import Slot, bookable_days, slots_of

Events = tuple[Event, ...]

REASONS: dict[str, tuple[str, str]] = {
    BookingStatus.NO_SHOW: ("times booked and not come", "次预约未到"),
    BookingStatus.CANCELLED: ("bookings cancelled", "次取消预约"),
}
"""What a ban is for, in English and Chinese, behind the count."""


def minute(moment: datetime) -> str:
    """A moment as people read it, in both languages."""
    return f"{moment:%Y-%m-%d %H:%M}"


# -- booking ----------------------------------------------------------------------------------------------------


def book(hall: Hall, command: BookSlot, now: datetime) -> Events:
    """A place in a slot, for somebody who may have one."""
    rules = hall.plan.rules.booking
    if command.channel not in BY_STAFF and not rules.web:
        raise BookingsByStaffOnly()
    if command.channel not in BY_STAFF:
        _not_banned(hall, command.holder, now)
    number = next((each for each in command.numbers if each not in hall.bookings.ids), None)
    if command.booking in hall.bookings.by_id or number is None:
        raise BookingIdTaken()
    slot = _free_slot(hall, command.service, command.starts, now)
    _holder_may(hall, command.holder, slot.starts, moving=None)
    return (
        SlotBooked(
            at=now,
            booking=command.booking,
            number=number,
            service=command.service,
            starts=slot.starts,
            ends=slot.ends,
            holder=command.holder,
            channel=command.channel,
        ),
    )


def _free_slot(hall: Hall, code: str, starts: datetime, now: datetime) -> Slot:
    """The slot that begins at `starts`, if somebody can still have it."""
    service = hall.plan.service.get(code)
    if service is None:
        raise UnknownService(service=code, known=", ".join(hall.plan.service))
    if not service.bookable:
        raise NotBookable(service=service.name_en, service_zh=service.name)
    starts = starts.astimezone(now.tzinfo)
    slot = next((each for each in slots_of(hall, code, starts.date(), now) if each.starts == starts), None)
    if slot is None:
        raise NoSuchSlot(starts=minute(starts), service=service.name_en, service_zh=service.name)
    days = bookable_days(hall, now)
    if starts.date() not in days:
        if days and starts.date() > days[-1]:
            release = f"{hall.plan.rules.booking.release_at:%H:%M}"
            raise BeyondHorizon(last=days[-1].isoformat(), day=starts.date().isoformat(), release=release)
        raise NoSuchSlot(starts=minute(starts), service=service.name_en, service_zh=service.name)
    if slot.soon:
        raise SlotTooSoon(starts=minute(starts), lead=f"{hall.plan.rules.booking.lead_minutes:g}")
    if not slot.free:
        raise SlotFull(starts=minute(starts))
    return slot


def _holder_may(hall: Hall, holder: str, starts: datetime, moving: Booking | None) -> None:
    rules = hall.plan.rules.booking
    held = [each for each in hall.bookings.of_holder(holder) if moving is None or each.id != moving.id]
    same = sum(each.starts.date() == starts.date() for each in held)
    if rules.per_day and same >= rules.per_day:
        raise BookedThatDay(held=same, limit=rules.per_day, day=starts.date().isoformat())
    coming = sum(each.status is BookingStatus.BOOKED for each in held)
    if rules.per_holder and coming >= rules.per_holder:
        raise TooManyBookings(held=coming, limit=rules.per_holder)


def _not_banned(hall: Hall, holder: str, now: datetime) -> None:
    standing = hall.bookings.standings.get(holder) if holder else None
    ban = standing.ban if standing else None
    if ban is not None and ban.starts <= now < ban.ends:
        en, zh = REASONS.get(ban.reason, (ban.reason, ban.reason))
        raise BookingBanned(
            starts=minute(ban.starts),
            ends=minute(ban.ends),
            reason=f"{ban.count} {en}",
            reason_zh=f"{ban.count} {zh}",
        )


def _booking(hall: Hall, code: str) -> Booking:
    found = hall.bookings.find(code)
    if found is None:
        raise UnknownBooking()
    return found


def _changeable(hall: Hall, booking: Booking, move: str, by_staff: bool, now: datetime) -> None:
    """That somebody may still move or cancel; staff may until the slot begins."""
    if booking.status is not BookingStatus.BOOKED:
        raise BookingCannot(number=booking.number, status=booking.status, move=move)
    cutoff = 0.0 if by_staff else hall.plan.rules.booking.cutoff_minutes
    until = booking.starts - timedelta(minutes=cutoff)
    if now > until:
        raise TooLateToChange(number=booking.number, until=minute(until))


def move(hall: Hall, command: MoveBooking, now: datetime) -> Events:
    """Another time for the same booking: the new place is had before the old one is let go, or nothing changes."""
    booking = _booking(hall, command.booking)
    _changeable(hall, booking, "reschedule", command.by_staff, now)
    if command.starts == booking.starts:
        return ()
    slot = _free_slot(hall, booking.service, command.starts, now)
    _holder_may(hall, booking.holder, slot.starts, moving=booking)
    return (BookingMoved(at=now, booking=booking.id, starts=slot.starts, ends=slot.ends),)


def cancel(hall: Hall, command: CancelBooking, now: datetime) -> Events:
    """The place is given back. By the visitor on the web it counts; staff who do it for somebody count nothing."""
    booking = _booking(hall, command.booking)
    _changeable(hall, booking, "cancel", command.by_staff, now)
    because = Because.STAFF if command.by_staff else Because.VISITOR
    cancelled = BookingCancelled(at=now, booking=booking.id, because=because)
    if command.by_staff:
        return (cancelled,)
    rules = hall.plan.rules.booking
    return (cancelled, *_consequences(rules, hall.bookings, booking, BookingStatus.CANCELLED, now))


# -- checking in ------------------------------------------------------------------------------------------------


def arriving(hall: Hall, command: CheckIn, now: datetime) -> tuple[Booking, IssueTicket]:
    """The booking that somebody checks in, and the ticket that it becomes. Raises what forbids it."""
    rules = hall.plan.rules.booking
    if command.channel == "phone" and not rules.phone_check_in:
        raise NoCheckInHere()
    booking = _arrival(hall, command, now)
    if booking.status is not BookingStatus.BOOKED:
        raise BookingCannot(number=booking.number, status=booking.status, move="check_in")
    starts = booking.starts.astimezone(now.tzinfo)
    if starts.date() != now.date():
        raise WrongDay(number=booking.number, day=starts.date().isoformat(), starts=f"{starts:%H:%M}")
    on_time = _on_time(rules, booking, now)
    issue = IssueTicket(
        ticket=command.ticket,
        service=booking.service,
        priority_class=command.priority_class,
        channel=command.channel,
        printer=command.printer,
        slot=starts if on_time else None,
        expected=command.expected,
        holder=booking.holder,
    )
    return booking, issue


def _arrival(hall: Hall, command: CheckIn, now: datetime) -> Booking:
    """Whose booking it is: by id or number, or by the card that made it: today's first that is open, else the next."""
    if command.booking:
        return _booking(hall, command.booking)
    held = hall.bookings.of_holder(command.holder)
    today = [each for each in held if each.starts.astimezone(now.tzinfo).date() == now.date()]
    still = [each for each in today if each.status is BookingStatus.BOOKED]
    coming = [each for each in held if each.status is BookingStatus.BOOKED and each.starts > now]
    for some in (still, today, coming):
        if some:
            return some[0]
    raise UnknownBooking()


def _on_time(rules: BookingRules, booking: Booking, now: datetime) -> bool:
    """Whether the booking counts: in its time; outside it raises, or the rules let it go as one who walks in."""
    opens = booking.starts - timedelta(minutes=rules.early_minutes)
    until = booking.ends + timedelta(minutes=rules.late_minutes)
    if now < opens:
        if rules.early is OffTimeRule.REFUSE:
            raise TooEarlyToCheckIn(number=booking.number, starts=minute(booking.starts), opens=minute(opens))
        return False
    if now > until:
        if rules.late is OffTimeRule.REFUSE:
            raise TooLateToCheckIn(number=booking.number, starts=minute(booking.starts), until=minute(until))
        return False
    return True


# -- what time does -----------------------------------------------------------------------------------------------


def over(hall: Hall, now: datetime) -> Events:
    """The no-shows of this moment: whoever can no longer check in. Where the late may still come, the day has to end."""
    late = timedelta(minutes=hall.plan.rules.booking.late_minutes)
    forgiving = hall.plan.rules.booking.late is OffTimeRule.WALK_IN
    gone = [
        each
        for each in hall.bookings.open()
        if each.ends + late < now
        and (not forgiving or each.starts.astimezone(now.tzinfo).date() < now.date())
    ]
    return _no_shows(hall, hall.bookings.copy(), gone, now) if gone else ()


def overnight(hall: Hall, now: datetime) -> tuple[Events, Bookings]:
    """The no-shows of the days before that of `now`, and the bookings as they are after them."""
    after = hall.bookings.copy()
    gone = [each for each in after.open() if each.starts.astimezone(now.tzinfo).date() < now.date()]
    return _no_shows(hall, after, gone, now), after


def _no_shows(hall: Hall, after: Bookings, gone: list[Booking], now: datetime) -> Events:
    """They did not come, and what follows for them, told to `after` as well: two of one person count one by one."""
    events: list[Event] = []
    for booking in gone:
        followed = (
            BookingNoShow(at=now, booking=booking.id),
            *_consequences(hall.plan.rules.booking, after, booking, BookingStatus.NO_SHOW, now),
        )
        for event in followed:
            fold_booking(after, event)
        events += followed
    return tuple(events)


def _consequences(
    rules: BookingRules, bookings: Bookings, booking: Booking, kind: BookingStatus, now: datetime
) -> tuple[BookerWarned | BookerBanned, ...]:
    """Whether one more breach by who made `booking` brings a warning, or, after one, a ban."""
    limit = rules.no_shows if kind is BookingStatus.NO_SHOW else rules.cancellations
    if booking.channel in BY_STAFF or not booking.holder or not limit or not rules.ban_days:
        return ()
    known = bookings.standings.get(booking.holder, Standing(booking.holder))
    since = now - timedelta(days=rules.breach_days)
    count = 1 + sum(each.kind == kind and each.at > since for each in known.breaches)
    if count < limit or (known.ban is not None and known.ban.ends > now):
        return ()
    if known.warned is None or known.warned.at <= since:
        return (BookerWarned(at=now, holder=known.holder, reason=kind, count=count),)
    ends = now + timedelta(days=rules.ban_days)
    return (BookerBanned(at=now, holder=known.holder, starts=now, ends=ends, reason=kind, count=count),)


def lift_ban(hall: Hall, command: LiftBan, now: datetime) -> Events:
    """A supervisor forgives, with a reason."""
    standing = hall.bookings.standings.get(command.holder)
    if standing is None or standing.ban is None or standing.ban.ends <= now:
        raise NotBanned()
    if not command.reason.strip():
        raise ReasonMissing(move="lift_ban")
    return (BanLifted(at=now, holder=command.holder, reason=command.reason.strip()),)


def homeless(hall: Hall, plan: HallPlan, calendar: Calendar, now: datetime) -> Events:
    """Bookings for a service that is gone, or for a time at which the hall will be closed, under a new hall file or a new
    calendar: the hall cancels them, and it counts against nobody."""
    events: list[Event] = []
    for each in hall.bookings.open():
        starts, ends = each.starts.astimezone(now.tzinfo), each.ends.astimezone(now.tzinfo)
        day = day_of(plan, calendar, starts.date())
        housed = each.service in plan.service and any(
            opening.opens <= starts.time() and (ends.date() > starts.date() or ends.time() <= opening.closes)
            for opening in day.openings
        )
        if not housed:
            events.append(BookingCancelled(at=now, booking=each.id, because=Because.HALL))
    return tuple(events)
