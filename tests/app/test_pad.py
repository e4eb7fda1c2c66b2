"""The pad page's scene: asked when a service is done, once, in time, and not while the next one is served."""

from datetime import datetime, timedelta

import pytest

from app.core.commands import CallNext, Finish, Rate, Start
from app.core.errors import UnknownReason, UnknownWindow
from app.core.events import TicketRated
from app.core.people import Person
from app.core.plan import PlateRules, Rules
from app.padscene import pad_scene
from app.panel import Panels
from tests.app.core.hands import Hand, hand, plan


def served() -> tuple[Hand, str]:
    day = hand()
    day.open(1)
    ticket = day.take()
    for command in (CallNext(1), Start(1), Finish(1)):
        day.do(command, minutes=0.5)
    return day, ticket


def later(day: Hand, seconds: float) -> datetime:
    return day.now + timedelta(seconds=seconds)


def asked(day: Hand, seconds: float = 1.0, speed: float = 1.0) -> str | None:
    ask = pad_scene(day.hall, 1, later(day, seconds), speed).ask
    return ask.ticket if ask else None


def test_a_service_that_is_done_is_asked_about_once() -> None:
    day, ticket = served()
    assert asked(day) == ticket
    day.do(Rate(ticket, 4))
    assert asked(day) is None


def test_the_pad_asks_about_its_service_also_when_the_visit_goes_on_elsewhere() -> None:
    day = hand()
    day.open(1)
    ticket = day.take("tax", then=("social",))
    for command in (CallNext(1), Start(1), Finish(1)):
        day.do(command, minutes=0.5)
    assert asked(day) == ticket
    day.do(Rate(ticket, 5, window=1))
    assert asked(day) is None


def test_silence_is_an_end_of_asking_too() -> None:
    day, ticket = served()
    day.do(Rate(ticket, None))
    assert asked(day) is None


def test_nobody_is_asked_when_it_is_too_late_in_real_seconds() -> None:
    day, ticket = served()
    assert asked(day, 29) == ticket
    assert asked(day, 31) is None
    assert asked(day, 31, speed=60.0) == ticket
    assert asked(day, 1801, speed=60.0) is None


def test_the_next_visitor_does_not_answer_for_the_one_before() -> None:
    day, ticket = served()
    day.take()
    day.do(CallNext(1), minutes=0.02)
    assert asked(day) == ticket, "the one before may still stand there"
    day.do(Start(1), minutes=0.02)
    assert asked(day) is None


def test_reasons_are_kept_with_the_rating_and_unknown_ones_refused() -> None:
    day, ticket = served()
    day.refuses(Rate(ticket, 2, "pad", ("rude",)), UnknownReason)
    (rated,) = day.do(Rate(ticket, 2, "pad", ("wait", "attitude", "wait")))
    assert isinstance(rated, TicketRated)
    assert rated.reasons == ("wait", "attitude")


@pytest.mark.parametrize(("names", "name"), [(False, ""), (True, "职员甲")])
def test_a_name_is_shown_only_where_the_hall_allows_it(names: bool, name: str) -> None:
    people = (Person("clerk-1", "职员甲"),)
    day = hand(plan=plan(rules=Rules(plates=PlateRules(names=names)), people=people))
    assert pad_scene(day.hall, 1, day.now).plate is None
    day.open(1)
    plate = pad_scene(day.hall, 1, day.now).plate
    assert plate is not None
    assert (plate.staff_no, plate.name.zh) == ("clerk-1", name)


def test_a_sentence_stands_until_the_person_goes_or_its_time_is_over() -> None:
    day, _ = served()
    day.take()
    day.do(CallNext(1), minutes=0.02)
    day.do(Start(1), minutes=0.02)
    panels = Panels()

    def at(moment: datetime) -> str:
        return panels.text(day.hall, 1, moment)

    panels.show(day.hall, 1, " 请出示身份证。 ", day.now, 1.0)
    assert at(day.now) == "请出示身份证。"
    assert at(later(day, 121)) == ""
    panels.show(day.hall, 1, "请坐。", day.now, 1.0)
    panels.show(day.hall, 1, "", day.now, 1.0)
    assert at(day.now) == ""
    panels.show(day.hall, 1, "请坐。", day.now, 1.0)
    day.do(Finish(1), minutes=0.02)
    assert at(day.now) == ""
    with pytest.raises(UnknownWindow):
        panels.show(day.hall, 99, "x", day.now, 1.0)
