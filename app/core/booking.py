"""What is booked in a hall, and how it changes: the fold of the events about bookings.

For: `Booking` (one visit at one time), `Standing` (what is remembered of somebody who booked and did not come), and
`Bookings`, which holds both and follows from one day to the next, when everything else in a hall begins anew.
Not for: which slots there are (slots.py), what may be booked (reserving.py), the queue: a booking that is checked in is a
ticket from then on. A booking whose time passes is a no-show, which is a figure of its own and no missed call.
What goes wrong: nothing; an event has happened.

    booked --check in--> checked_in        booked --move--> booked (another time)
           --cancel----> cancelled
           --its time passes--> no_show

Of the person there is `holder`: a hash of a phone number or a card number under a key that stays in the hall's process.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class BookingStatus(StrEnum):
    """Where a booking is in its life."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Channel(StrEnum):
    """Who booked: the public by itself (`web`), staff for somebody on the phone (`phone`) or at the desk (`desk`), or a
    program such as a city's app (`api`). Only `web` and `api` can be banned."""

    WEB = "web"
    PHONE = "phone"
    DESK = "desk"
    API = "api"


BY_STAFF = frozenset({Channel.PHONE, Channel.DESK})
"""Bookings that somebody in the hall made: never refused by a ban, never counted towards one."""


class Because(StrEnum):
    """Why a booking was cancelled: by the visitor, by staff for the visitor, or by the hall, which will be closed."""

    VISITOR = "visitor"
    STAFF = "staff"
    HALL = "hall"


@dataclass(frozen=True, slots=True)
class Booking:
    """One visit at one time. `number` is what people read and type, eight digits; `id` is the link. `ended_at`: when it
    was checked in, cancelled or missed."""

    id: str
    number: str
    service: str
    starts: datetime
    ends: datetime
    holder: str
    channel: Channel
    booked_at: datetime
    status: BookingStatus = BookingStatus.BOOKED
    ended_at: datetime | None = None
    ticket: str = ""
    moves: int = 0
    because: str = ""


class Breach(NamedTuple):
    """Something that counts against who booked. `kind`: `no_show` or `cancelled`."""

    at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Ban:
    """No booking on the web between two moments. `reason`: `no_show` or `cancelled`, `count` of them."""

    starts: datetime
    ends: datetime
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is remembered of somebody who books. `warned`: since when, and for what."""

    holder: str
    breaches: tuple[Breach, ...] = ()
    warned: Breach | None = None
    ban: Ban | None = None


@dataclass(slots=True)
class Bookings:
    """All bookings that a hall remembers. `taken`: how many hold each slot of each service. Changed in place."""

    by_id: dict[str, Booking] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    taken: dict[tuple[str, datetime], int] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)

    @classmethod
    def of(cls, bookings: Iterable[Booking], standings: Iterable[Standing]) -> "Bookings":
        """What was carried over from yesterday."""
        made = cls()
        for each in bookings:
            made._put(each)
        made.standings = {each.holder: each for each in standings}
        return made

    def copy(self) -> "Bookings":
        """The same, to be changed apart."""
        return Bookings(dict(self.by_id), dict(self.ids), dict(self.taken), dict(self.standings))

    # -- questions ----------------------------------------------------------------------------------------------

    def find(self, code: str) -> Booking | None:
        """A booking by its id or its number."""
        return self.by_id.get(self.ids.get(code, code))

    def open(self) -> list[Booking]:
        """Those that are still to come, in the order of their time."""
        waiting = [each for each in self.by_id.values() if each.status is BookingStatus.BOOKED]
        return sorted(waiting, key=lambda each: (each.starts, each.number))

    def of_holder(self, holder: str) -> list[Booking]:
        """The bookings of one person that were not cancelled, in the order of their time."""
        held = [
            each
            for each in self.by_id.values()
            if each.holder == holder and holder and each.status is not BookingStatus.CANCELLED
        ]
        return sorted(held, key=lambda each: each.starts)

    def pending(self, service: str, day: date) -> int:
        """How many of a service are still to come on a day."""
        return sum(
            count for (code, starts), count in self.taken.items() if code == service and starts.date() == day
        )

    # -- changes ------------------------------------------------------------------------------------------------

    def add(self, booking: Booking) -> None:
        """A new booking."""
        self._put(booking)

    def move(self, booking_id: str, starts: datetime, ends: datetime) -> None:
        """Another time."""
        booking = self.by_id[booking_id]
        self._release(booking)
        self._put(replace(booking, starts=starts, ends=ends, moves=booking.moves + 1))

    def end(
        self, booking_id: str, status: BookingStatus, at: datetime, ticket: str = "", because: str = ""
    ) -> None:
        """Checked in, cancelled, or missed: the slot is free again, and its number is kept until it is dropped."""
        booking = self.by_id[booking_id]
        self._release(booking)
        self.by_id[booking_id] = replace(booking, status=status, ended_at=at, ticket=ticket, because=because)

    def _put(self, booking: Booking) -> None:
        self.by_id[booking.id] = booking
        self.ids[booking.number] = booking.id
        if booking.status is BookingStatus.BOOKED:
            key = (booking.service, booking.starts)
            self.taken[key] = self.taken.get(key, 0) + 1

    def _release(self, booking: Booking) -> None:
        key = (booking.service, booking.starts)
        left = self.taken.get(key, 0) - 1
        if left > 0:
            self.taken[key] = left
        else:
            self.taken.pop(key, None)


def breached(standing: Standing, breach: Breach) -> Standing:
    """One more thing that counts."""
    return replace(standing, breaches=(*standing.breaches, breach))


def warned(standing: Standing, warning: Breach) -> Standing:
    """Told that the next one ends in a ban."""
    return replace(standing, warned=warning)


def banned(standing: Standing, ban: Ban) -> Standing:
    """Banned; what led to it is settled."""
    return replace(standing, breaches=(), warned=None, ban=ban)


def kept_bookings(bookings: Bookings, today: date, keep_days: int) -> tuple[Booking, ...]:
    """What the next day still needs: what is to come, and, without whose it was, what was over less than `keep_days`
    ago."""
    oldest = today - timedelta(days=keep_days)
    return tuple(
        each if each.status is BookingStatus.BOOKED else replace(each, holder="")
        for each in bookings.by_id.values()
        if each.status is BookingStatus.BOOKED
        or (each.ended_at is not None and each.ended_at.date() > oldest)
    )


def kept_standings(bookings: Bookings, now: datetime, breach_days: int) -> tuple[Standing, ...]:
    """Whom the next day still has to remember: breaches, warnings and bans that have not run out."""
    oldest = now - timedelta(days=breach_days)
    kept = (
        Standing(
            each.holder,
            tuple(breach for breach in each.breaches if breach.at > oldest),
            each.warned if each.warned and each.warned.at > oldest else None,
            each.ban if each.ban and each.ban.ends > now else None,
        )
        for each in bookings.standings.values()
    )
    return tuple(each for each in kept if each.breaches or each.warned or each.ban)
