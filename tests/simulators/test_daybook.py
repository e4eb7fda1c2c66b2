"""The figures of a day, from a list of its events."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from simulators.daybook import Daybook, Event, Waits

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def event(minute, name, **data):
    said = {"seq": 1, "at": NINE + timedelta(minutes=minute), "name": name, "by": "x", "data": data}
    return msgspec.json.decode(msgspec.json.encode(said), type=Event)


def book_of(*events):
    book = Daybook()
    for each in events:
        book.take(each)
    return book


def issued(minute, ticket, service="tax", **more):
    return event(minute, "TicketIssued", ticket=ticket, number=ticket.upper(), service=service, **more)


def life(ticket, came, called, finished, service="tax"):
    return [
        issued(came, ticket, service),
        event(called, "TicketCalled", ticket=ticket, window=1, why={"code": "fifo", "facts": {}}),
        event(called + 1, "ServiceStarted", ticket=ticket, window=1),
        event(finished, "ServiceFinished", ticket=ticket, window=1, outcome="accepted"),
    ]


def test_a_line_for_each_service_and_one_for_all():
    book = book_of(
        event(-60, "DayOpened", day="2026-11-23", entries=0, learned=[]),
        *life("a1", 0, 4, 9),
        *life("a2", 1, 11, 15),
        *life("b1", 2, 3, 30, "residence"),
        issued(3, "a3"),
    )
    (tax, residence), total = book.figures(["tax", "residence"])
    assert (tax.tickets, tax.served, tax.left) == (3, 2, 1)
    assert tax.waits == Waits(mean=7.0, median=7.0, p90=10.0)
    assert (residence.tickets, residence.served, residence.waits.mean) == (1, 1, 1.0)
    assert (total.tickets, total.served, total.left, total.waits.median) == (4, 3, 1, 4.0)
    assert (book.day, book.issued, book.waiting) == (date(2026, 11, 23), 4, 1)


def test_the_wait_ends_with_the_first_call_and_begins_at_the_slot_of_a_booking():
    book = book_of(
        issued(0, "a1"),
        event(5, "TicketCalled", ticket="a1", window=1),
        event(7, "TicketMissed", ticket="a1", window=1),
        event(7, "TicketRequeued", ticket="a1", queued_at="2026-11-23T09:07:00Z", because="missed:tail"),
        event(20, "TicketCalled", ticket="a1", window=1),
        event(21, "TicketVoided", ticket="a1", because="missed"),
        issued(0, "a2", slot=(NINE + timedelta(minutes=10)).isoformat()),
        event(12, "TicketCalled", ticket="a2", window=1),
    )
    _, total = book.figures(["tax"])
    assert total.waits == Waits(mean=3.5, median=3.5, p90=5.0)
    assert (total.did_not_come, total.served, total.left) == (1, 0, 1)


def test_who_was_put_aside_is_known_until_they_are_back():
    book = book_of(*life("a1", 0, 4, 9)[:3], event(6, "TicketParked", ticket="a1", window=1, kind="outside"))
    assert book.parked == {"a1": NINE + timedelta(minutes=6)}
    assert book.was_parked("A1")
    book.take(event(20, "TicketRequeued", ticket="a1", queued_at="2026-11-23T09:00:00Z", because="parked"))
    assert book.parked == {}
    assert book.was_parked("A1")
    assert book.waiting == 1


def test_a_new_day_begins_a_new_book():
    book = book_of(*life("a1", 0, 4, 9), event(900, "DayOpened", day="2026-11-24"))
    assert (book.issued, book.day) == (0, date(2026, 11, 24))


def test_what_the_book_does_not_know_changes_nothing():
    book = book_of(
        issued(0, "a1"),
        event(1, "PlanAdopted", plan={"code": "x"}),
        event(1, "DeviceReported", device="printer", health="ready", troubles=[], word=""),
        event(2, "RatingGiven", ticket="a1", score=5),
        event(3, "TicketCalled", ticket="of yesterday", window=1),
        event(3, "WindowOpened", window=3, clerk="day"),
        event(4, "Unheard", ticket=None, number=None, service=None),
    )
    assert (book.issued, book.waiting) == (1, 1)


@pytest.mark.parametrize(("count", "p90"), [(1, 1), (9, 9), (10, 9), (11, 10), (100, 90)])
def test_nine_of_ten_waited_no_longer_than_the_percentile(count, p90):
    assert Waits.of(range(count, 0, -1)).p90 == p90


def test_where_nobody_was_called_there_is_no_wait():
    assert Waits.of([]) == Waits(None, None, None)
