"""A day of the journal becomes people again, and lives again much as it was."""

from dataclasses import replace
from datetime import time, timedelta
from statistics import fmean

import pytest

from app.core.commands import (
    CallNext,
    CancelTicket,
    Finish,
    IssueTicket,
    Miss,
    OpenWindow,
    Park,
    Pause,
    Resume,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.events import Event
from app.core.evolve import evolve
from app.core.hall import Hall
from app.core.people import Person
from app.core.plan import Opening
from app.core.ticket import Outcome, VisitOrder
from app.whatif.csvday import of_csv
from app.whatif.day import Day, Then, Unreadable
from app.whatif.figures import figures
from app.whatif.journalday import of_journal
from app.whatif.play import play
from app.whatif.rules import Rule, Tide, today
from tests.app.core.hands import MONDAY, Hand
from tests.app.whatif.days import county, csv_lines, lived
from tests.plans import small_plan


def hand() -> Hand:
    made = Hand(small_plan())
    made.now = MONDAY
    return made


def read(made: Hand) -> Day:
    return of_journal(made.plan, made.journal, seed=1)[1]


def later(made: Hand, minutes: float) -> None:
    made.now += timedelta(minutes=minutes)


def test_what_was_measured_is_what_is_lived_again() -> None:
    day = hand()
    day.do(OpenWindow(3))
    day.do(IssueTicket("a", "tax", "elderly"))
    later(day, 2)
    day.do(CallNext(3))
    later(day, 0.5)
    day.do(Start(3))
    later(day, 4)
    day.do(Pause(3, "documents"))
    later(day, 30)
    day.do(Resume(3))
    later(day, 3)
    day.do(Finish(3))
    (visitor,) = read(day).visitors
    (stage,) = visitor.stages
    assert (visitor.at, visitor.priority_class) == (MONDAY.hour * 60 + MONDAY.minute, "elderly")
    assert (stage.minutes, stage.walk, stage.then, stage.missed) == (7.0, 0.5, Then.DONE, 0)
    assert read(day).waits == (2.0,)


def test_papers_transfers_and_missed_calls_are_stages_of_the_visit() -> None:
    day = hand()
    day.do(OpenWindow(1))
    day.do(OpenWindow(3))
    day.do(IssueTicket("a", "tax"))
    day.do(CallNext(3))
    day.do(Miss(3))
    later(day, 1)
    day.do(CallNext(3))
    day.do(Start(3))
    later(day, 3)
    day.do(Park(3))
    later(day, 12)
    day.do(ReturnTicket("a"))
    day.do(CallNext(3))
    day.do(Start(3))
    later(day, 2)
    day.do(Transfer(3, "social"))
    day.do(CallNext(1))
    day.do(Start(1))
    later(day, 5)
    day.do(Finish(1, Outcome.MATERIALS_MISSING))
    (visitor,) = read(day).visitors
    assert [(each.service, each.minutes, each.then, each.missed, each.away) for each in visitor.stages] == [
        ("tax", 3.0, Then.PARKED, 1, 12.0),
        ("tax", 2.0, Then.SENT_ON, 0, 0.0),
        ("social", 5.0, Then.DONE, 0, 0.0),
    ]


def test_a_visit_with_several_services_is_lived_again_as_one_slip() -> None:
    day = hand()
    day.do(OpenWindow(1))
    day.do(OpenWindow(3))
    day.do(IssueTicket("a", "residence", then=("tax", "social"), order=VisitOrder.FREE))
    day.do(CallNext(3))
    day.do(Start(3))
    later(day, 4)
    day.do(Finish(3))
    later(day, 1)
    day.do(CallNext(1))
    day.do(Start(1))
    later(day, 6)
    day.do(Finish(1))
    plan, made = of_journal(day.plan, day.journal, seed=1)
    (visitor,) = made.visitors
    assert (visitor.service, visitor.then, visitor.order) == ("residence", ("tax", "social"), VisitOrder.FREE)
    assert [each.minutes for each in visitor.stages][:2] == [4.0, 6.0]
    assert {each.service for each in visitor.stages} == {"tax", "residence", "social"}
    run = play(plan, made, Rule("fifo", Tide.RECORDED))
    assert (run.served, len(run.calls), run.left) == (3, 1, 0)


def test_who_was_admitted_on_the_day_is_admitted_again_whatever_the_hours_are_now() -> None:
    day = hand()
    day.do(OpenWindow(3))
    day.do(IssueTicket("a", "tax"))
    day.do(CallNext(3))
    day.do(Start(3))
    later(day, 4)
    day.do(Finish(3))
    plan, made = of_journal(day.plan, day.journal, seed=1)
    shut = replace(
        plan,
        hours={0: (Opening(time(6), time(7)),)},
        people=(Person("1001", "王", "Wang"),),
    )
    run = play(shut, made, Rule("fifo", Tide.RECORDED))
    assert (run.served, run.turned_away) == (1, {})
    without = replace(plan, services=plan.services[:2], windows=plan.windows[:2])
    assert play(without, made, Rule("fifo", Tide.RECORDED)).turned_away == {"unknown-service": 1}


def test_who_gave_up_keeps_that_patience_and_might_have_been_served() -> None:
    day = hand()
    day.do(IssueTicket("a", "tax"))
    later(day, 9)
    day.do(CancelTicket("a"))
    made = read(day)
    (visitor,) = made.visitors
    assert visitor.patience == 9.0
    assert len(visitor.stages) == 1
    assert made.remarks[0][1].startswith("1 people were not served")


def test_windows_are_staffed_when_they_were_and_not_while_they_paused() -> None:
    day = hand()
    begun = MONDAY.hour * 60 + MONDAY.minute
    day.do(OpenWindow(3))
    day.do(IssueTicket("a", "tax"))
    later(day, 60)
    day.do(Pause(3, "documents"))
    later(day, 30)
    day.do(Resume(3))
    first, second = read(day).staffing[3]
    assert (first.starts, first.ends, first.evening) == (begun, begun + 60, False)
    assert (second.starts, second.evening) == (begun + 90, True)


def test_a_day_that_is_lived_again_under_its_own_rule_waits_about_as_long() -> None:
    plan, events = lived()
    again, day = of_journal(plan, events, seed=1)
    run = play(again, day, today(again, recorded=True))
    assert fmean(each.waited for each in run.calls) == pytest.approx(fmean(day.waits), rel=0.15)
    off = play(again, day, Rule("credit", Tide.OFF))
    assert fmean(each.waited for each in off.calls) > 1.5 * fmean(day.waits)
    assert figures(run, 15).tidal_hours > 0


def test_a_day_read_back_from_its_own_journal_is_the_same_day_to_the_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = county()
    first = of_csv(csv_lines(hours=2), plan, seed=1)
    journal: list[Event] = []

    def written_down(hall: Hall, event: Event) -> Hall:
        journal.append(event)
        return evolve(hall, event)

    monkeypatch.setattr("app.whatif.play.evolve", written_down)
    rule = Rule("credit", Tide.AUTO)
    was = figures(play(plan, first, rule), 15)
    monkeypatch.undo()
    again, day = of_journal(plan, journal, seed=2)
    assert figures(play(again, day, rule), 15) == was
    recorded = figures(play(again, day, Rule("credit", Tide.RECORDED)), 15)
    assert replace(recorded, tide="auto") == was, "the recorded tide is the same tide"
    other = figures(play(again, day, Rule("fifo", Tide.OFF)), 15)
    assert other.waits.people == was.waits.people
    assert other.waits.mean > was.waits.mean


def test_the_tide_by_itself_turns_much_as_it_did() -> None:
    plan, events = lived()
    again, day = of_journal(plan, events, seed=1)
    recorded, auto = (
        figures(play(again, day, Rule("credit", tide)), 15) for tide in (Tide.RECORDED, Tide.AUTO)
    )
    assert auto.tidal_hours == pytest.approx(recorded.tidal_hours, rel=0.3)
    assert auto.waits.mean == pytest.approx(recorded.waits.mean, rel=0.4)


def test_a_day_without_people_is_said() -> None:
    day = hand()
    day.do(OpenWindow(3))
    with pytest.raises(Unreadable, match="Nobody took a number"):
        read(day)
    with pytest.raises(Unreadable, match="does not have"):
        of_journal(day.plan, (), seed=1)
