"""What a hall can want otherwise about its days and its bookings: part of the plan (plan.py), in a file of its own.

Minutes are floats, times of day are in the hall's own time zone. Each default says where it comes from.
"""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of the week as a hall file writes them; 0 is Monday."""


@dataclass(frozen=True)
class Segment:
    """A part of the day with rules of its own, within the opening hours: early, lunch, late, Saturday. `weekdays`: their
    names; empty: every day. A weekend day worked for a holiday has the segments of the weekday that it follows.
    `windows`: those that are staffed, for the capacity of bookings; empty: all. `services`: for which numbers are given;
    empty: all that a staffed or open window serves. `walk_in`: people without a booking get numbers. `bookable`: it has
    slots for bookings."""

    key: str
    name: str
    name_en: str
    starts: time
    ends: time
    weekdays: tuple[str, ...] = ()
    windows: tuple[int, ...] = ()
    services: tuple[str, ...] = ()
    walk_in: bool = True
    bookable: bool = True


@dataclass(frozen=True)
class NationalRules:
    """The country's calendar. `holidays` true: closed on public holidays, open on weekend days that are worked for them;
    the hall's own exceptions come first. `workday_as` wednesday: such a day has the hours of this weekday; the middle of
    the week, since halls keep long Mondays and short Friday afternoons."""

    holidays: bool = True
    workday_as: str = "wednesday"


class OffTimeRule(StrEnum):
    """Somebody with a booking comes earlier than check-in begins, or later than it ends: told so (`refuse`), or given a
    number like anybody without a booking (`walk_in`)."""

    REFUSE = "refuse"
    WALK_IN = "walk_in"


@dataclass(frozen=True)
class BookingRules:
    """Bookings. In the journal a booking is an id, a number and a keyed hash; what people read follows from these rules.

    slot_minutes 30: the length of a slot; halls use 15 to 60, an exit and entry hall with 4,000 people a day 30.
    share 0.5: the part of the staffed windows' capacity that can be booked; the other half is for those who walk in.
    horizon_days 5 days on which the hall is open, counted from tomorrow: the commonest announced (seen: 2 to 180).
    release_at 08:30: the newest day is opened at this time of day, as halls announce.
    lead_minutes 60: a slot is booked until so long before it begins.
    cutoff_minutes 120: a booking is changed or cancelled until so long before; "two hours before" is what halls announce.
    early_minutes 30 before the slot begins until late_minutes 15 after it ends: when one may check in.
    early, late: what becomes of who comes outside that time on the right day.
    per_day 1 booking of one person on one day, per_holder 2 open at a time; 0: no limit.
    no_shows 2 or cancellations 5 within breach_days 30: a warning; once more: no booking on the web for ban_days 30. As a
    city's traffic office announces. 0 no_shows or cancellations: not counted; 0 ban_days: nobody is banned.
    web: whether the public books by itself. phone_check_in: whether the booking's own page may check in, from anywhere.
    keep_days 3: so long the page of a booking that is over can be looked at, to see what became of it; whose it was is
    forgotten in the night after it. All of them are written down anew each night, so a month would be megabytes.
    """

    slot_minutes: int = 30
    share: float = 0.5
    horizon_days: int = 5
    release_at: time = time(8, 30)
    lead_minutes: float = 60.0
    cutoff_minutes: float = 120.0
    early_minutes: float = 30.0
    late_minutes: float = 15.0
    early: OffTimeRule = OffTimeRule.REFUSE
    late: OffTimeRule = OffTimeRule.REFUSE
    per_day: int = 1
    per_holder: int = 2
    no_shows: int = 2
    cancellations: int = 5
    breach_days: int = 30
    ban_days: int = 30
    web: bool = True
    phone_check_in: bool = True
    keep_days: int = 3
