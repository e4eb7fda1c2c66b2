"""Bookings: slots from the calendar and the windows, one place for one person, and what becomes of who does not come."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from app.core.booking import BookingStatus, Channel
from app.core.bookrules import BookingRules, OffTimeRule, Segment
from app.core.calendar import Calendar, Holiday
from app.core.commands import AdoptPlan, BookSlot, CancelBooking, CheckIn, LiftBan, MoveBooking, OpenDay
from app.core.errors import (
    BeyondHorizon,
    BookedThatDay,
    BookingBanned,
    BookingCannot,
    BookingIdTaken,
    BookingsByStaffOnly,
    HallClosed,
    NoCheckInHere,
    NoSuchSlot,
    NotBanned,
    NotBookable,
    QuotaReached,
    ReasonMissing,
    SlotFull,
    SlotTooSoon,
    TooEarlyToCheckIn,
    TooLateToChange,
    TooLateToCheckIn,
    TooManyBookings,
    UnknownBooking,
    WrongDay,
)
from app.core.events import BookerBanned, BookerWarned, BookingCancelled, BookingNoShow, TicketIssued
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.plan import HallPlan, Rules, Serves, WindowKind
from app.core.slots import bookable_days, slots_of, worth

from .hands import MONDAY, Hand, service, window
from .test_calendar import open_plan


def booking_plan(**rules: Any) -> HallPlan:
    """Tax (ten minutes, worth one window and a half) and permits (forty minutes) can be booked, social matters cannot."""
    return open_plan(
        services=(
            service("tax", "A", bookable=True),
            service("social", "B"),
            service("permit", "C", mean_minutes=40.0, bookable=True),
        ),
        windows=(
            window(1, "tax"),
            window(2, "social", "tax"),
            window(3, "permit", Serves("tax", rank=2)),
            window(4, "tax", "social", kind=WindowKind.TIDAL),
        ),
        rules=Rules(booking=BookingRules(**rules)),
    )


class Desk(Hand):
    """A hall in which people book."""

    made = 0

    def book(self, starts: datetime, who: str = "", code: str = "tax", channel: Channel = Channel.WEB) -> str:
        """Somebody books; gives the id."""
        Desk.made += 1
        booking = f"booking-{Desk.made}"
        self.do(BookSlot(booking, (f"{Desk.made:08d}",), code, starts, who, channel))
        return booking

    def status(self, booking: str) -> str:
        """Where a booking is in its life."""
        return self.hall.bookings.by_id[booking].status.value


def desk(**rules: Any) -> Desk:
    """Monday, nine o'clock."""
    made = Desk(booking_plan(**rules))
    made.do(OpenDay())
    return made


TEN = MONDAY + timedelta(hours=1)
TUESDAY = MONDAY + timedelta(days=1)


# -- slots --------------------------------------------------------------------------------------------------------


def test_a_slot_has_as_many_places_as_its_share_of_the_windows_can_serve() -> None:
    day = desk()
    assert worth(day.plan, "tax") == 1.5, "tidal windows and help count nothing"
    slots = slots_of(day.hall, "tax", TUESDAY.date(), day.now)
    assert len(slots) == 16
    assert sum(each.capacity for each in slots) == int(0.5 * 1.5 * 480 / 10)
    assert {each.capacity for each in slots} == {2, 3}, "a part of a person is carried to the next slot"
    long = slots_of(day.hall, "permit", TUESDAY.date(), day.now)
    assert sum(each.capacity for each in long) == 6, "a service longer than a slot has a place now and then"
    assert slots_of(day.hall, "social", TUESDAY.date(), day.now) == ()


def test_segments_and_the_last_ticket_and_holidays_take_slots_away() -> None:
    made = booking_plan()
    lunch = Segment("lunch", "午间", "Lunch", time(12), time(13), bookable=False)
    early = Segment("early", "早间", "Early", time(9), time(10), windows=(2,))
    taxes = replace(made.services[0], last_ticket=time(16))
    made = replace(made, segments=(lunch, early), services=(taxes, *made.services[1:]))
    day = Desk(made)
    day.do(OpenDay(Calendar({TUESDAY.date(): Holiday("节", "Feast")}, {}, TUESDAY.date())))
    slots = slots_of(day.hall, "tax", (TUESDAY + timedelta(days=1)).date(), day.now)
    times = [f"{each.starts:%H:%M}" for each in slots]
    assert "12:00" not in times
    assert "12:30" not in times
    assert times[-1] == "15:30"
    assert sum(each.capacity for each in slots if each.starts.hour == 9) == 1, (
        "one window, which tax has half of"
    )
    assert slots_of(day.hall, "tax", TUESDAY.date(), day.now) == ()
    assert TUESDAY.date() not in bookable_days(day.hall, day.now)


def test_a_hall_may_say_the_places_itself() -> None:
    made = booking_plan()
    day = Desk(replace(made, services=(replace(made.services[0], slot_capacity=7), *made.services[1:])))
    day.do(OpenDay())
    assert {each.capacity for each in slots_of(day.hall, "tax", TUESDAY.date(), day.now)} == {7}


def test_the_horizon_counts_open_days_and_its_newest_is_released_in_the_morning() -> None:
    day = desk(horizon_days=5)
    assert [f"{each:%a}" for each in bookable_days(day.hall, day.now)] == [
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
    ]  # fmt: skip
    assert len(bookable_days(day.hall, day.now.replace(hour=8))) == 5
    day.now = day.now.replace(hour=8)
    late = TUESDAY + timedelta(days=4)
    said = day.refuses(BookSlot("b", ("1",), "tax", late), BeyondHorizon).text()
    assert "08:30" in said
    assert "2026-03-06" in said


# -- booking ------------------------------------------------------------------------------------------------------


def test_the_last_place_of_a_slot_goes_to_one_of_two() -> None:
    day = desk()
    places = slots_of(day.hall, "tax", TUESDAY.date(), day.now)[0].capacity
    for place in range(places):
        day.book(TUESDAY, f"person-{place}")
    day.refuses(BookSlot("late", ("99999999",), "tax", TUESDAY, "late"), SlotFull)


def test_what_cannot_be_booked_is_refused_by_its_rule() -> None:
    day = desk()
    first = day.book(TUESDAY, "anna")
    number = day.hall.bookings.by_id[first].number
    refuses = day.refuses
    refuses(BookSlot("b", ("1",), "social", TUESDAY), NotBookable)
    refuses(BookSlot("b", ("1",), "tax", TUESDAY + timedelta(minutes=7)), NoSuchSlot)
    refuses(BookSlot("b", ("1",), "tax", MONDAY - timedelta(days=1)), NoSuchSlot)
    refuses(BookSlot("b", ("1",), "tax", MONDAY + timedelta(minutes=30)), SlotTooSoon)
    refuses(BookSlot(first, ("1",), "tax", TUESDAY), BookingIdTaken)
    refuses(BookSlot("b", (number,), "tax", TUESDAY), BookingIdTaken)
    assert day.do(BookSlot("b", (number, "12345678"), "tax", TUESDAY))[0].number == "12345678"  # type: ignore[attr-defined]
    refuses(BookSlot("c", ("1",), "tax", TUESDAY + timedelta(hours=2), "anna"), BookedThatDay)
    day.book(TUESDAY + timedelta(days=1), "anna")
    refuses(BookSlot("c", ("1",), "tax", TUESDAY + timedelta(days=2), "anna"), TooManyBookings)
    closed = desk(web=False)
    closed.refuses(BookSlot("b", ("1",), "tax", TUESDAY), BookingsByStaffOnly)
    closed.book(TUESDAY, "anna", channel=Channel.PHONE)


def test_a_booking_moves_and_the_old_place_is_free_again() -> None:
    day = desk()
    booking = day.book(TUESDAY, "anna")
    later = TUESDAY + timedelta(hours=1)
    day.do(MoveBooking(booking, later))
    assert day.hall.bookings.taken == {("tax", later): 1}
    assert day.do(MoveBooking(booking, later)) == ()
    for place in range(slots_of(day.hall, "tax", TUESDAY.date(), day.now)[0].capacity):
        day.book(TUESDAY, f"person-{place}")
    day.refuses(MoveBooking(booking, TUESDAY), SlotFull)
    day.now = later - timedelta(minutes=119)
    day.refuses(MoveBooking(booking, TUESDAY + timedelta(days=1)), TooLateToChange)
    day.do(MoveBooking(booking, TUESDAY + timedelta(days=1), by_staff=True))


def test_a_booking_is_cancelled_until_the_cut_off_and_once() -> None:
    day = desk()
    booking, other = day.book(TUESDAY, "anna"), day.book(TUESDAY, "bo")
    day.do(CancelBooking(booking))
    assert day.hall.bookings.taken == {("tax", TUESDAY): 1}
    assert "已取消" in day.refuses(CancelBooking(booking), BookingCannot).text("zh")
    day.refuses(CancelBooking("nobody"), UnknownBooking)
    day.now = TUESDAY - timedelta(minutes=119)
    day.refuses(CancelBooking(other), TooLateToChange)
    day.do(CancelBooking(other, by_staff=True))


# -- checking in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "refused"), [(-31, TooEarlyToCheckIn), (-30, None), (45, None), (46, TooLateToCheckIn)]
)
def test_one_checks_in_from_half_an_hour_before_until_a_quarter_after(minutes: float, refused: Any) -> None:
    day = desk()
    booking = day.book(TEN, "anna")
    day.now = TEN + timedelta(minutes=minutes)
    if refused:
        day.refuses(CheckIn("t", booking), refused)
    else:
        day.do(CheckIn("t", booking))
        assert day.status(booking) == "checked_in"
        assert day.ticket("t").booked
        assert day.ticket("t").queued_at == max(day.now, TEN)
        day.refuses(CheckIn("t2", booking), BookingCannot)


def test_one_checks_in_by_the_number_and_by_the_card_that_booked() -> None:
    day = desk()
    first, second = day.book(TEN, "anna"), day.book(TEN, "bo")
    day.now = TEN
    day.do(CheckIn("t1", day.hall.bookings.by_id[first].number))
    day.do(CheckIn("t2", holder="bo"))
    assert day.status(second) == "checked_in"
    assert day.hall.bookings.by_id[second].ticket == "t2"
    day.refuses(CheckIn("t3", holder="carla"), UnknownBooking)
    day.refuses(CheckIn("t3", holder=""), UnknownBooking)
    day.refuses(CheckIn("t3", holder="bo"), BookingCannot)


def test_the_wrong_day_is_told_with_the_right_one() -> None:
    day = desk()
    booking = day.book(TUESDAY + timedelta(days=1), "anna")
    for how in (CheckIn("t", booking), CheckIn("t", holder="anna")):
        said = day.refuses(how, WrongDay)
        assert "2026-03-04" in said.text("zh")
        assert "2026-03-04 at 09:00" in said.text("en")


def test_who_comes_early_or_late_may_be_let_in_like_a_walk_in() -> None:
    day = desk(early=OffTimeRule.WALK_IN, late=OffTimeRule.WALK_IN)
    early, late = day.book(TEN + timedelta(hours=3), "anna"), day.book(TEN, "bo")
    day.now = TEN + timedelta(hours=2)
    day.do(OpenDay())
    for booking, ticket in ((early, "t1"), (late, "t2")):
        day.do(CheckIn(ticket, booking))
        assert not day.ticket(ticket).booked
        assert day.status(booking) == "checked_in"


def test_a_page_may_not_check_in_where_the_hall_wants_people_in_the_hall() -> None:
    day = desk(phone_check_in=False)
    booking = day.book(TEN)
    day.now = TEN
    day.refuses(CheckIn("t", booking, channel="phone"), NoCheckInHere)
    day.do(CheckIn("t", booking))


def test_a_place_that_was_promised_is_not_lost_to_the_quota_and_a_closed_hall_is_closed() -> None:
    made = booking_plan()
    day = Desk(replace(made, services=(replace(made.services[0], quota=2), *made.services[1:])))
    day.do(OpenDay())
    booking = day.book(TEN)
    day.take("tax")
    with pytest.raises(QuotaReached):
        day.take("tax")
    day.now = TEN
    day.do(CheckIn("t", booking))
    first = day.book(TUESDAY)
    day.now = TUESDAY - timedelta(minutes=1)
    day.refuses(CheckIn("t", first), HallClosed)


# -- who does not come --------------------------------------------------------------------------------------------


def test_a_no_show_is_told_when_one_can_no_longer_check_in_and_at_night_at_the_latest() -> None:
    day = desk()
    today, evening = day.book(TEN), day.book(MONDAY.replace(hour=17))
    day.now = TEN + timedelta(minutes=46)
    assert [each.booking for each in day.do(OpenDay()) if isinstance(each, BookingNoShow)] == [today]
    assert day.do(OpenDay()) == ()
    day.now = TUESDAY
    assert [each.booking for each in day.do(OpenDay()) if isinstance(each, BookingNoShow)] == [evening]
    assert day.status(evening) == "no_show"


def test_a_warning_comes_first_then_a_ban_with_an_end_and_only_for_the_web() -> None:
    day = desk(ban_days=30)
    seen: list[str] = []
    for week in range(3):
        day.book(day.now + timedelta(days=1), "anna")
        day.now += timedelta(days=2)
        seen += [type(each).__name__ for each in day.do(OpenDay()) if "Booker" in type(each).__name__]
        assert len(seen) == (0, 1, 2)[week]
    assert seen == ["BookerWarned", "BookerBanned"]
    said = day.refuses(BookSlot("b", ("1",), "tax", day.now + timedelta(hours=2), "anna"), BookingBanned)
    assert "3 次预约未到" in said.text("zh")
    assert f"{day.now + timedelta(days=30):%Y-%m-%d}" in said.text("en")
    day.now += timedelta(days=1)
    day.take("tax", holder="anna")
    day.book(day.now + timedelta(hours=2), "anna", channel=Channel.PHONE)
    day.now += timedelta(days=31)
    day.now = day.now.replace(hour=9)
    while not slots_of(day.hall, "tax", day.now.date(), day.now):
        day.now += timedelta(days=1)
    day.book(day.now + timedelta(hours=2), "anna")


def test_a_ban_is_lifted_with_a_reason() -> None:
    day = desk(no_shows=1)
    for _ in range(2):
        day.book(day.now + timedelta(days=1), "anna")
        day.now += timedelta(days=2)
        day.do(OpenDay())
    assert day.hall.bookings.standings["anna"].ban is not None
    day.refuses(LiftBan("anna", " "), ReasonMissing)
    day.refuses(LiftBan("bo", "illness"), NotBanned)
    day.do(LiftBan("anna", "was in hospital"))
    day.book(day.now + timedelta(hours=2), "anna")


def test_two_no_shows_of_one_night_count_one_after_the_other_and_staff_bookings_never() -> None:
    day = desk(no_shows=1, per_day=2)
    for hour in (2, 3):
        day.book(MONDAY + timedelta(hours=hour), "anna")
        day.book(MONDAY + timedelta(hours=hour), "bo", channel=Channel.PHONE)
    day.now = TUESDAY
    after = [each for each in day.do(OpenDay()) if isinstance(each, BookerWarned | BookerBanned)]
    assert [(type(each).__name__, each.holder) for each in after] == [
        ("BookerWarned", "anna"),
        ("BookerBanned", "anna"),
    ]
    assert list(day.hall.bookings.standings) == ["anna"]


# -- what lasts ---------------------------------------------------------------------------------------------------


def test_bookings_outlive_the_night_and_are_dropped_when_they_have_been_over_for_long() -> None:
    day = desk(keep_days=3)
    used, coming = day.book(TEN, "anna"), day.book(TUESDAY + timedelta(days=2), "bo")
    day.now = TEN
    day.do(CheckIn("t", used))
    day.now = TUESDAY
    day.do(OpenDay())
    assert day.status(used) == "checked_in"
    assert day.hall.bookings.by_id[used].holder == "", "whose it was is forgotten in the night after"
    assert day.status(coming) == "booked"
    assert day.hall.bookings.by_id[coming].holder == "bo"
    assert day.hall.bookings.taken == {("tax", TUESDAY + timedelta(days=2)): 1}
    opened = next(i for i, each in enumerate(day.journal) if type(each).__name__ == "DayOpened" and i > 1)
    again = Hall(day.plan, seq=opened)
    for event in day.journal[opened:]:
        evolve(again, event)
    assert again.bookings == day.hall.bookings, "a start folds from the day's beginning"
    day.now = MONDAY + timedelta(days=3)
    day.do(OpenDay())
    assert used not in day.hall.bookings.by_id
    assert used not in day.hall.bookings.ids.values()


def test_a_hall_that_closes_or_drops_a_service_cancels_what_was_booked_and_blames_nobody() -> None:
    day = desk()
    tax, permit = day.book(TUESDAY, "anna"), day.book(TUESDAY + timedelta(days=1, hours=1), "bo", "permit")
    closed = replace(day.plan, exceptions={TUESDAY.date(): ()})
    events = day.do(AdoptPlan(closed))
    assert [each.booking for each in events if isinstance(each, BookingCancelled)] == [tax]
    assert day.hall.bookings.standings == {}
    holiday = Calendar({(TUESDAY + timedelta(days=1)).date(): Holiday("节", "Feast")}, {}, TUESDAY.date())
    day.do(OpenDay(holiday))
    assert day.status(permit) == BookingStatus.CANCELLED
    assert day.hall.bookings.by_id[permit].because == "hall"


def test_a_booked_visitor_is_a_ticket_with_the_hash_and_nothing_else_of_the_person() -> None:
    day = desk()
    booking = day.book(TEN, "hash")
    day.now = TEN
    (issued,) = (each for each in day.do(CheckIn("t", booking)) if isinstance(each, TicketIssued))
    assert issued.holder == "hash"
    assert issued.slot == TEN
