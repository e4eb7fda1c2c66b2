"""Plates: one record, and in public no more of a person than the hall wants."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from app.core.commands import CallNext, CoverWindow, OpenWindow, Pause, ReportPresence
from app.core.people import Person
from app.core.plan import PauseReason, PlateRules
from app.core.presence import whereabouts
from app.plates import presence_scene, says, seat_plate
from app.scenes import hall_scene, kiosk_scene, ticket_scene, window_scene
from app.urgency import Urgency, cares_of_presence, cares_of_window
from tests.app.core.hands import Hand, hand, plan

PEOPLE = (
    Person("01", "测六九", "Ce Liujiu", "综窗专员", "Window clerk", "综合科", "General", "0999-1234567", "01.jpg", 1, "liujiu"),
    Person("02", "测七十", "Ce Qishi", "组长", "Group leader", "综合科", "General", "0999-7654321", "02.jpg", login="qishi"),
)  # fmt: skip
PRIVATE = {"names": ("测六九", "Ce Liujiu", "测七十"), "phones": ("0999-1234567",), "photos": ("/photo",)}


def desk(**shown: bool) -> Hand:
    made = plan(people=PEOPLE, pause_reasons=(PauseReason("lunch", "用餐", "Lunch"),))
    day = hand(plan=replace(made, rules=replace(made.rules, plates=PlateRules(**shown))))
    day.do(OpenWindow(1, "liujiu"))
    day.take()
    day.do(CallNext(1))
    day.do(CoverWindow(1, "02", "lunch"))
    return day


def public(day: Hand) -> str:
    """Everything that hangs in public, as it goes over the wire."""
    scenes: list[Any] = [
        hall_scene(day.hall, day.now),
        kiosk_scene(day.hall, "kiosk-1", day.now),
        presence_scene(day.hall, day.now),
        *(window_scene(day.hall, no, day.now) for no in day.hall.windows),
        *(ticket_scene(day.hall, each, day.now) for each in day.hall.tickets),
    ]
    return msgspec.json.encode(scenes).decode()


def test_without_a_word_of_the_hall_a_plate_has_number_title_and_department_alone() -> None:
    day = desk()
    said = public(day)
    for words in PRIVATE.values():
        assert not [each for each in words if each in said]
    assert "liujiu" not in said, "an account is nobody's business"
    plate = seat_plate(day.hall, 1)
    assert plate is not None
    assert (plate.staff_no, plate.title.zh, plate.department.en) == ("02", "组长", "General")


@pytest.mark.parametrize("shown", sorted(PRIVATE))
def test_what_the_hall_turns_on_is_shown_and_nothing_else(shown: str) -> None:
    said = public(desk(**{shown: True}))
    for kind, words in PRIVATE.items():
        assert (words[0] in said) is (kind == shown), kind


def test_a_telephone_is_on_the_whereabouts_plate_alone() -> None:
    day = desk(phones=True, names=True, photos=True)
    scene = window_scene(day.hall, 1, day.now)
    assert "0999" not in msgspec.json.encode(scene.plate).decode()
    assert [each.phone for each in scene.whereabouts] == ["0999-1234567", "0999-7654321"]


def test_strip_seat_plate_and_whereabouts_plate_say_the_same() -> None:
    day = desk(names=True)
    scene = window_scene(day.hall, 1, day.now)
    assert scene.plate is not None
    assert scene.plate.name.zh == "测七十"
    assert [(each.seat.staff_no, each.state, each.says.zh) for each in scene.whereabouts] == [
        ("01", "covered", "用餐,由测七十顶岗"),
        ("02", "at_window", "1号窗口,替测六九顶岗"),
    ]
    day.do(Pause(1, "lunch"))
    scene = window_scene(day.hall, 1, day.now)
    assert scene.state == "paused"
    assert scene.whereabouts[1].says.en == "Paused: Lunch"
    assert scene.pause_reason is not None
    assert scene.pause_reason.en == "Lunch"


def test_the_usual_window_of_somebody_says_where_they_are_while_nobody_sits_there() -> None:
    day = hand(plan=plan(people=PEOPLE))
    scene = window_scene(day.hall, 1, day.now)
    assert scene.plate is None
    assert [(each.seat.staff_no, each.state) for each in scene.whereabouts] == [("01", "off")]
    day.do(ReportPresence("01", away=True, reason="上门服务"))
    assert says(day.hall.plan, whereabouts(day.hall, "01")).zh == "外出:上门服务"
    day.do(OpenWindow(2, "01"))
    assert window_scene(day.hall, 1, day.now).whereabouts[0].says.en == "At window 2"


def test_a_plate_is_drawn_anew_when_somebody_moves_and_not_when_somebody_takes_a_number() -> None:
    day = hand(plan=plan(people=PEOPLE))
    cares: list[Callable[[Any], Urgency]] = [cares_of_window(1), cares_of_presence]
    (opened,) = day.do(OpenWindow(2, "01"))
    assert [each(opened) for each in cares] == [Urgency.SOON, Urgency.SOON]
    day.take("social")
    issued = day.journal[-1]
    (called,) = day.do(CallNext(2))
    assert [each(issued) for each in cares] == [each(called) for each in cares] == [Urgency.NEVER] * 2


def test_an_account_that_the_hall_file_does_not_name_has_no_plate() -> None:
    day = hand(plan=plan(pause_reasons=(PauseReason("lunch", "用餐", "Lunch"),)))
    day.do(OpenWindow(1, "zhang.san"))
    day.do(CoverWindow(1, "li.si", "lunch"))
    assert window_scene(day.hall, 1, day.now).whereabouts == ()
    assert seat_plate(day.hall, 1) is None
    assert "zhang" not in public(day)
    assert "li.si" not in public(day)
    assert says(day.hall.plan, whereabouts(day.hall, "zhang.san")).en == "Lunch; a colleague stands in"
