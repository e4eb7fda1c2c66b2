"""Whatever people do with bookings, in any order, on any day: no slot holds more than it had places for when the last one
was taken, nobody holds more than one may, what is given back can be had again, and the journal tells all of it."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.core import Hall, decide, evolve
from app.core.booking import BY_STAFF, BookingStatus, Channel
from app.core.bookrules import OffTimeRule
from app.core.commands import BookSlot, CancelBooking, CheckIn, Command, IssueTicket, MoveBooking, OpenDay
from app.core.errors import Refusal
from app.core.events import BookerBanned, BookerWarned, Event
from app.core.slots import bookable_days, slots_of
from tests.depth import examples

from .hands import Hand, state
from .test_booking import booking_plan

people = st.sampled_from(["anna", "bo", "carla", ""])
channels = st.sampled_from([Channel.WEB, Channel.WEB, Channel.PHONE])
pick = st.integers(0, 10**6)


class AnyBookings(RuleBasedStateMachine):
    """People who book and come, or do not."""

    @initialize(late=st.sampled_from(OffTimeRule), per_day=st.integers(1, 2), keep_days=st.integers(0, 5))
    def a_hall(self, late: OffTimeRule, per_day: int, keep_days: int) -> None:
        self.hand = Hand(
            booking_plan(late=late, per_day=per_day, keep_days=keep_days, cancellations=2, lead_minutes=10.0)
        )
        self.made = 0
        self.places: dict[tuple[str, datetime], int] = {}
        self.ask(OpenDay())

    def ask(self, command: Command) -> bool:
        """Whether it was done; a refusal changes nothing and speaks both languages."""
        hall = self.hand.hall
        before = state(hall)
        try:
            events = decide(hall, command, self.hand.now)
        except Refusal as refusal:
            assert state(hall) == before
            assert refusal.text("zh")
            assert refusal.text("en")
            return False
        assert state(hall) == before
        for event in events:
            self.watch(event)
            evolve(hall, event)
        self.hand.journal += events
        return True

    def watch(self, event: Event) -> None:
        if isinstance(event, BookerBanned):
            known = self.hand.hall.bookings.standings[event.holder]
            assert known.warned is not None, "a warning comes first"
        if isinstance(event, BookerBanned | BookerWarned):
            assert event.holder

    def slot(self, which: int) -> tuple[str, datetime] | None:
        """A slot that exists, of a service that can be booked."""
        code = ("tax", "permit")[which % 2]
        days = bookable_days(self.hand.hall, self.hand.now)
        some = slots_of(self.hand.hall, code, days[which % len(days)], self.hand.now) if days else ()
        return (code, some[which % len(some)].starts) if some else None

    @rule(minutes=st.sampled_from([1, 20, 60, 240, 900, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.hand.now += timedelta(minutes=minutes)
        self.ask(OpenDay())

    @rule(which=pick, who=people, channel=channels, many=st.integers(1, 5))
    def somebody_books(self, which: int, who: str, channel: Channel, many: int) -> None:
        for _ in range(many):
            chosen = self.slot(which)
            if chosen is None:
                return
            self.made += 1
            code, starts = chosen
            before = self.taken(code, starts)
            if self.ask(BookSlot(f"b{self.made}", (f"{self.made:08d}",), code, starts, who, channel)):
                assert self.taken(code, starts) == before + 1
                self.within(code, starts)

    def taken(self, code: str, starts: datetime) -> int:
        return self.hand.hall.bookings.taken.get((code, starts), 0)

    def within(self, code: str, starts: datetime) -> None:
        """The slot has not more people than places."""
        slot = next(
            each
            for each in slots_of(self.hand.hall, code, starts.date(), self.hand.now)
            if each.starts == starts
        )
        assert slot.taken <= slot.capacity, "never over capacity"

    def any_booking(self, which: int) -> str:
        known = list(self.hand.hall.bookings.by_id) or ["nobody"]
        return known[which % len(known)]

    @rule(which=pick, where=pick, staff=st.booleans())
    def somebody_moves(self, which: int, where: int, staff: bool) -> None:
        booking = self.hand.hall.bookings.by_id.get(self.any_booking(which))
        chosen = self.slot(where)
        if booking is None or chosen is None:
            return
        old = self.taken(booking.service, booking.starts)
        moved = self.ask(MoveBooking(booking.id, chosen[1], staff))
        if moved and chosen[1] != booking.starts:
            assert self.taken(booking.service, booking.starts) == old - 1, "the old place is free again"
            self.within(booking.service, chosen[1])

    @rule(which=pick, staff=st.booleans())
    def somebody_cancels(self, which: int, staff: bool) -> None:
        booking = self.hand.hall.bookings.by_id.get(self.any_booking(which))
        if booking is not None:
            old = self.taken(booking.service, booking.starts)
            if self.ask(CancelBooking(booking.id, staff)):
                assert self.taken(booking.service, booking.starts) == old - 1

    @rule(which=pick, who=people, by_card=st.booleans())
    def somebody_comes(self, which: int, who: str, by_card: bool) -> None:
        self.hand.issued += 1
        ticket = f"t{self.hand.issued}"
        done = self.ask(CheckIn(ticket, "" if by_card else self.any_booking(which), who))
        assert done is (ticket in self.hand.hall.tickets)

    @rule(which=pick)
    def somebody_comes_in_time(self, which: int) -> None:
        booking = self.hand.hall.bookings.by_id.get(self.any_booking(which))
        if booking is not None and booking.status is BookingStatus.BOOKED and booking.starts > self.hand.now:
            self.hand.now = booking.starts
            self.hand.issued += 1
            ticket = f"t{self.hand.issued}"
            if self.ask(CheckIn(ticket, booking.number)):
                assert self.hand.hall.tickets[ticket].queued_at == booking.starts

    @rule(who=people)
    def somebody_walks_in(self, who: str) -> None:
        self.hand.issued += 1
        self.ask(IssueTicket(f"t{self.hand.issued}", "tax", holder=who))

    @invariant()
    def what_is_taken_is_what_is_booked(self) -> None:
        if not hasattr(self, "hand"):
            return
        bookings = self.hand.hall.bookings
        open_ = [each for each in bookings.by_id.values() if each.status is BookingStatus.BOOKED]
        assert bookings.taken == Counter((each.service, each.starts) for each in open_)
        assert set(bookings.ids.values()) == set(bookings.by_id)
        assert all(bookings.by_id[each.id].number == each.number for each in open_)

    @invariant()
    def nobody_holds_more_than_one_may(self) -> None:
        if not hasattr(self, "hand"):
            return
        rules = self.hand.plan.rules.booking
        held = [each for each in self.hand.hall.bookings.by_id.values() if each.holder]
        coming = Counter(each.holder for each in held if each.status is BookingStatus.BOOKED)
        assert all(many <= rules.per_holder for many in coming.values())
        days = Counter(
            (each.holder, each.starts.date()) for each in held if each.status is BookingStatus.BOOKED
        )
        assert all(many <= rules.per_day for many in days.values())

    @invariant()
    def a_ban_ends_and_is_for_nobody_that_staff_booked_for(self) -> None:
        if not hasattr(self, "hand"):
            return
        bookings = self.hand.hall.bookings
        on_the_web = {each.holder for each in bookings.by_id.values() if each.channel not in BY_STAFF}
        for holder, standing in bookings.standings.items():
            assert holder
            assert standing.ban is None or standing.ban.starts < standing.ban.ends
            if standing.breaches and holder not in on_the_web:
                assert self.hand.plan.rules.booking.keep_days < self.hand.plan.rules.booking.breach_days

    def teardown(self) -> None:
        if not hasattr(self, "hand"):
            return
        journal = self.hand.journal
        opened = max(i for i, each in enumerate(journal) if type(each).__name__ == "DayOpened")
        for start in (0, opened):
            again = Hall(self.hand.plan, seq=start)
            for event in journal[start:]:
                evolve(again, event)
            assert again.bookings == self.hand.hall.bookings, "the journal is the truth, from any day on"


AnyBookings.TestCase.settings = examples(25, stateful_step_count=40, suppress_health_check=list(HealthCheck))
TestAnyBookings = AnyBookings.TestCase
