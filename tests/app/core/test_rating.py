"""What visitors say of a service: once, of a service that is done, and silence is never a good word."""

import pytest

from app.core.commands import CallNext, Finish, Rate, Start
from app.core.errors import NoSuchLevel, NotServedYet, UnknownTicket
from app.core.events import TicketRated

from .hands import Hand, hand


def served() -> tuple[Hand, str]:
    """Somebody who has just been served at window 1."""
    day = hand()
    day.open(1)
    ticket = day.take()
    for command in (CallNext(1), Start(1), Finish(1)):
        day.do(command, minutes=1)
    return day, ticket


def test_a_rating_belongs_to_the_ticket_and_the_window_that_served_it() -> None:
    day, ticket = served()
    (rated,) = day.do(Rate(ticket, 5, "pad"))
    assert rated == TicketRated(at=day.now, ticket=ticket, window=1, level=5, channel="pad")
    assert day.ticket(ticket).rating == 5


def test_a_second_rating_changes_nothing() -> None:
    day, ticket = served()
    day.do(Rate(ticket, 2))
    assert day.do(Rate(ticket, 5, "phone")) == ()
    assert day.do(Rate(ticket, None)) == ()
    assert day.ticket(ticket).rating == 2


def test_silence_is_kept_as_not_rated_and_gives_way_to_a_word() -> None:
    day, ticket = served()
    (silent,) = day.do(Rate(ticket, None))
    assert isinstance(silent, TicketRated)
    assert silent.level is None
    assert day.ticket(ticket).rating is None
    done = day.ticket(ticket).done
    assert done is not None and done.asked
    assert day.do(Rate(ticket, None)) == ()
    day.do(Rate(ticket, 4, "phone"))
    assert day.ticket(ticket).rating == 4


def test_each_service_of_a_visit_is_rated_for_itself_until_the_next_one_is_done() -> None:
    day = hand()
    day.open(1, 2)
    ticket = day.take("tax", then=("social",))
    for command in (CallNext(1), Start(1), Finish(1)):
        day.do(command, minutes=1)
    (first,) = day.do(Rate(ticket, 2, "phone"))
    assert isinstance(first, TicketRated) and (first.window, first.level) == (1, 2)
    assert day.do(Rate(ticket, 5, "phone")) == (), "once"
    for command in (CallNext(2), Start(2), Finish(2)):
        day.do(command, minutes=1)
    assert day.ticket(ticket).rating is None, "nobody has said anything of this one"
    assert day.do(Rate(ticket, 1, window=1)) == (), "the pad of the former window is late"
    (second,) = day.do(Rate(ticket, 5, window=2))
    assert isinstance(second, TicketRated) and (second.window, second.level) == (2, 5)


def test_who_was_not_served_cannot_rate() -> None:
    day = hand()
    day.open(1)
    ticket = day.take()
    day.refuses(Rate(ticket, 5), NotServedYet)
    day.do(CallNext(1))
    day.do(Start(1))
    day.refuses(Rate(ticket, 5), NotServedYet)
    day.refuses(Rate("nobody", 5), UnknownTicket)


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_level_that_there_is_not_is_refused(level: int) -> None:
    day, ticket = served()
    day.refuses(Rate(ticket, level), NoSuchLevel)
