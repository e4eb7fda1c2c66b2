"""The clerk's desk: what is shown is what the rules allow, and colleagues have names."""

from dataclasses import replace

from app.core.commands import CallNext, CoverWindow, Finish, OpenWindow, Pause, ReportPresence, Start
from app.core.people import Person
from app.core.plan import FlexibleClerk
from app.scenes import clerk_scene
from displays.scene import ClerkDesk
from tests.app.core.hands import Hand, hand, plan

PEOPLE = (Person("01", "测六九", login="jia"), Person("02", "测七十"), Person("03"), Person("F1"))


def desk_of(day: Hand, no: int = 1) -> ClerkDesk:
    found = clerk_scene(day.hall, no, day.now).desk
    assert found is not None
    return found


def open_desk(case_url: str = "") -> Hand:
    made = plan(people=PEOPLE, flexible_clerks=(FlexibleClerk("F1"),))
    day = hand(plan=replace(made, rules=replace(made.rules, case_url=case_url)))
    day.do(OpenWindow(1, "jia"))
    return day


def test_the_longest_waiting_are_on_the_list_and_the_rest_is_a_number() -> None:
    day = open_desk()
    for _ in range(40):
        day.take(minutes=0.5)
    day.take("social", priority_class="elderly")
    desk = desk_of(day)
    assert len(desk.queue) == 20
    assert desk.waiting == 40, "social is not served here"
    assert [each.number for each in desk.queue[:3]] == ["A001", "A002", "A003"]
    assert desk.queue[0].waited_minutes == 20
    day.open(3)
    assert desk_of(day, 3).waiting == 41


def test_who_sits_nowhere_could_stand_in_the_flexible_first() -> None:
    day = open_desk()
    day.do(OpenWindow(2, "02"))
    assert [each.key for each in desk_of(day).backups] == ["F1", "03"]
    day.do(ReportPresence("03", away=True, reason="training"))
    assert [each.key for each in desk_of(day).backups] == ["F1"]
    assert [(each.key, each.name.en) for each in desk_of(day).away] == [("03", "training")]
    assert ["away" in clerk_scene(day.hall, no, day.now).may for no in (1, 3)] == [False, True]
    assert desk_of(day).clerk_name.zh == "01 测六九"
    day.do(CoverWindow(1, "F1", "lunch"))
    desk = desk_of(day)
    assert desk.covers is not None
    assert (desk.covers.staff_no, desk.covers.reason.zh) == ("01", "lunch")
    assert "uncover" in clerk_scene(day.hall, 1, day.now).may


def test_moves_of_the_desk_come_with_the_rules() -> None:
    day = open_desk()
    assert set(clerk_scene(day.hall, 2, day.now).may) == {"open", "away"}
    assert {"call", "grant"}.isdisjoint(clerk_scene(day.hall, 1, day.now).may)
    day.take()
    assert {"call", "grant", "take-over", "cover"} <= set(clerk_scene(day.hall, 1, day.now).may)
    day.do(CallNext(1))
    day.take()
    assert "call" not in clerk_scene(day.hall, 1, day.now).may
    assert "grant" in clerk_scene(day.hall, 1, day.now).may


def test_of_several_idle_windows_the_one_that_the_others_need_least_is_left_the_newcomer() -> None:
    day = open_desk()
    day.open(3)  # comprehensive: tax and social insurance

    def leave_to() -> list[int | None]:
        return [clerk_scene(day.hall, no, day.now).leave_to for no in (1, 3)]

    assert leave_to() == [None, None]
    day.take()
    assert leave_to() == [None, 1]
    day.take()
    assert leave_to() == [None, None], "there is somebody for either"
    day.do(CallNext(1))
    assert leave_to() == [None, None]


def test_the_case_of_a_ticket_has_its_address() -> None:
    day = open_desk("https://cases.example/?n={number}&s={service}")
    assert desk_of(day).case_link == ""
    day.take()
    day.do(CallNext(1))
    assert desk_of(day).case_link == "https://cases.example/?n=A001&s=tax"


def test_the_own_figures_go_on_while_somebody_sits_there() -> None:
    day = open_desk()
    day.take()
    day.do(CallNext(1), 10)
    day.do(Start(1), 1)
    day.do(Finish(1), 9)
    day.now = day.now.replace(minute=30)
    assert (desk_of(day).staffed_minutes, desk_of(day).busy_percent) == (30, 33)
    day.do(Pause(1, "lunch"))
    day.now = day.now.replace(minute=50)
    assert desk_of(day).staffed_minutes == 30
