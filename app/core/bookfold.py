"""What each event about bookings does to them: the part of `evolve` (evolve.py) that outlives the day."""

from app.core.booking import (
    BY_STAFF,
    Ban,
    Because,
    Booking,
    Bookings,
    BookingStatus,
    Breach,
    Channel,
    Standing,
    banned,
    breached,
    warned,
)
from app.core.events import (
    BanLifted,
    BookerBanned,
    BookerWarned,
    BookingCancelled,
    BookingCheckedIn,
    BookingMoved,
    BookingNoShow,
    SlotBooked,
)

BookingEvent = (
    SlotBooked
    | BookingMoved
    | BookingCancelled
    | BookingCheckedIn
    | BookingNoShow
    | BookerWarned
    | BookerBanned
    | BanLifted
)


def fold_booking(bookings: Bookings, event: BookingEvent) -> None:
    """Make `event` true in `bookings`."""
    match event:
        case SlotBooked():
            channel = Channel(event.channel)
            bookings.add(
                Booking(
                    event.booking,
                    event.number,
                    event.service,
                    event.starts,
                    event.ends,
                    event.holder,
                    channel,
                    event.at,
                )
            )
        case BookingMoved():
            bookings.move(event.booking, event.starts, event.ends)
        case BookingCheckedIn():
            bookings.end(event.booking, BookingStatus.CHECKED_IN, event.at, ticket=event.ticket)
        case BookingCancelled():
            bookings.end(event.booking, BookingStatus.CANCELLED, event.at, because=event.because)
            if event.because == Because.VISITOR:
                _breached(bookings, event.booking, Breach(event.at, BookingStatus.CANCELLED))
        case BookingNoShow():
            bookings.end(event.booking, BookingStatus.NO_SHOW, event.at)
            _breached(bookings, event.booking, Breach(event.at, BookingStatus.NO_SHOW))
        case BookerWarned():
            known = _standing(bookings, event.holder)
            bookings.standings[event.holder] = warned(known, Breach(event.at, event.reason))
        case BookerBanned():
            ban = Ban(event.starts, event.ends, event.reason, event.count)
            bookings.standings[event.holder] = banned(_standing(bookings, event.holder), ban)
        case BanLifted():
            bookings.standings.pop(event.holder, None)


def _standing(bookings: Bookings, holder: str) -> Standing:
    return bookings.standings.get(holder) or Standing(holder)


def _breached(bookings: Bookings, booking_id: str, breach: Breach) -> None:
    booking = bookings.by_id[booking_id]
    if booking.holder and booking.channel not in BY_STAFF:
        bookings.standings[booking.holder] = breached(_standing(bookings, booking.holder), breach)
