"""The device room: what keys ask for, what is kept of a card, and cables that are cut at the worst moments."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.cards import CARD_SECONDS, Cards, age, class_by_age
from app.core.commands import (
    CallNext,
    Finish,
    Miss,
    Park,
    Pause,
    Recall,
    Resume,
    ReturnTicket,
    Start,
    Transfer,
)
from app.core.plan import DeviceKind, DevicePlan, PauseReason, PriorityClass, Rules
from app.keys import commands, only_other_window, unrated
from app.rack import address_of, line_url
from drivers.errors import BadUrl
from drivers.media import Card, CardKind, CardRefused, Key, Sex
from tests.app.core.hands import Hand, hand
from tests.hall.devicehall import CALL_NEXT, device_hall, device_plans, until
from tests.plans import small_plan

SLOW = 40.0


# -- keys -------------------------------------------------------------------------------------------------------


def calling() -> tuple[Hand, str]:
    """Somebody walks to window 1."""
    day = hand()
    day.open(1)
    ticket = day.take("tax")
    day.do(CallNext(1))
    return day, ticket


def test_the_key_that_leads_on_does_what_leads_on() -> None:
    day = hand()
    day.open(1)
    day.take("tax")
    assert commands(day.hall, 1, Key.CALL_NEXT) == (CallNext(1),)
    day.do(CallNext(1))
    assert commands(day.hall, 1, Key.CALL_NEXT) == (Start(1),)
    day.do(Start(1))
    assert commands(day.hall, 1, Key.CALL_NEXT) == (Finish(1), CallNext(1))
    assert commands(day.hall, 1, Key.ASK_RATING) == (Finish(1),)


@pytest.mark.parametrize(
    ("key", "command"),
    [(Key.RECALL, Recall(1)), (Key.MISSED, Miss(1)), (Key.PARK, Park(1))],
)
def test_plain_keys_are_one_command(key: Key, command: object) -> None:
    day, _ = calling()
    assert commands(day.hall, 1, key) == (command,)


def test_the_pause_key_pauses_with_the_halls_first_reason_and_goes_on_when_pressed_again() -> None:
    day, _ = calling()
    assert commands(day.hall, 1, Key.PAUSE) == (Pause(1, "caller"),)
    day.hall.plan = replace(day.hall.plan, pause_reasons=(PauseReason("break", "休息", "Break"),))
    (pause,) = commands(day.hall, 1, Key.PAUSE)
    assert pause == Pause(1, "break")
    day.do(pause)
    assert commands(day.hall, 1, Key.PAUSE) == (Resume(1),)


def test_who_was_put_aside_first_comes_back_first() -> None:
    day, ticket = calling()
    assert commands(day.hall, 1, Key.RETURN_PARKED) == ()
    day.do(Start(1))
    day.do(Park(1))
    assert commands(day.hall, 1, Key.RETURN_PARKED) == (ReturnTicket(ticket),)


def test_a_transfer_without_a_target_goes_only_where_there_is_no_choice() -> None:
    day, _ = calling()
    assert commands(day.hall, 1, Key.TRANSFER) == ()
    day.open(3)
    assert only_other_window(day.hall, 1) == 3
    assert commands(day.hall, 1, Key.TRANSFER) == (Transfer(1, to_window=3, reason="caller"),)
    day.open(4)
    assert commands(day.hall, 1, Key.TRANSFER) == ()


def test_the_last_one_served_may_be_asked_again_until_there_is_an_answer() -> None:
    day, ticket = calling()
    day.do(Start(1))
    assert unrated(day.hall, 1) is None
    day.do(Finish(1))
    last = unrated(day.hall, 1)
    assert last is not None
    assert last.id == ticket
    assert commands(day.hall, 1, Key.STAND_BACK) == ()


# -- cards ------------------------------------------------------------------------------------------------------

BORN = Card(CardKind.RESIDENT, "699999209903010023", "测试甲", Sex.FEMALE, date(2099, 3, 1))


def test_an_age_is_completed_on_the_birthday_and_the_highest_class_reached_is_offered() -> None:
    assert age(date(2099, 3, 1), date(2159, 2, 28)) == 59
    assert age(date(2099, 3, 1), date(2159, 3, 1)) == 60
    plan = replace(
        small_plan(), classes=(*small_plan().classes, PriorityClass("aged", "高龄", "Aged", from_age=80))
    )
    assert class_by_age(plan, 59, date(2026, 3, 2)) is None
    assert class_by_age(plan, 60, date(2026, 3, 2)) == plan.priority_class["elderly"]
    assert class_by_age(plan, 81, date(2026, 3, 2)) == plan.priority_class["aged"]


async def test_of_a_card_stay_the_class_and_a_keyed_hash_until_a_number_is_given_out() -> None:
    changed: list[str] = []
    cards = Cards("secret", changed.append)
    cards.laid("kiosk-1", BORN, small_plan(), date(2165, 1, 1))
    notice = cards.notice("kiosk-1")
    assert notice is not None
    assert (notice.usable, notice.priority_class) == (True, "elderly")
    other = Cards("another", changed.append)
    other.laid("kiosk-1", BORN, small_plan(), date(2165, 1, 1))
    theirs = other.notice("kiosk-1")
    assert theirs is not None
    assert theirs.id != notice.id
    assert all(
        BORN.number not in repr(vars(each)) and BORN.name not in repr(vars(each)) for each in (cards, other)
    )
    assert cards.take("kiosk-1", theirs.id) is None
    assert cards.take("kiosk-2", notice.id) is None
    fact = cards.take("kiosk-1", notice.id)
    assert fact is not None
    assert fact.priority_class == "elderly"
    assert len(fact.holder) == 64
    assert BORN.number not in fact.holder
    assert fact.holder not in repr(fact)
    assert cards.take("kiosk-1", notice.id) is None, "one card is for one number at a time"
    cards.settle("kiosk-1", notice.id, used=False)
    assert cards.take("kiosk-1", notice.id) == fact
    their_fact = other.take("kiosk-1", theirs.id)
    assert their_fact is not None
    assert their_fact.holder != fact.holder
    other.close()
    cards.settle("kiosk-1", notice.id, used=True)
    assert cards.notice("kiosk-1") is None
    cards.laid("kiosk-1", CardRefused("check digit"), small_plan(), date(2165, 1, 1))
    refused = cards.notice("kiosk-1")
    assert refused is not None
    assert not refused.usable
    assert cards.take("kiosk-1", refused.id) is None
    cards.forget("kiosk-1")
    assert cards.notice("kiosk-1") is None
    assert CARD_SECONDS <= 60


# -- lines ------------------------------------------------------------------------------------------------------


def test_devices_of_one_line_keep_their_own_keys_and_must_agree_on_the_rest() -> None:
    def pad(no: int, query: str) -> DevicePlan:
        return DevicePlan(f"p{no}", DeviceKind.PAD, f"ff68+tcp://h:1?{query}", window=no)

    url = line_url([pad(1, "address=1&levels=5,4,3,2"), pad(2, "address=2&prompt_seconds=20")])
    assert url == "ff68+tcp://h:1?levels.1=5,4,3,2&prompt_seconds=20"
    assert address_of(pad(7, "address=7").url) == 7
    with pytest.raises(BadUrl, match="prompt_seconds=20"):
        line_url([pad(1, "address=1&prompt_seconds=20"), pad(2, "address=2&prompt_seconds=30")])
    with pytest.raises(BadUrl, match="address=x"):
        line_url([pad(1, "address=x")])


# -- cables -----------------------------------------------------------------------------------------------------


async def test_a_slip_whose_cable_is_cut_in_its_middle_is_unknown_and_never_comes_out_again(
    tmp_path: Path,
) -> None:
    async with device_hall(tmp_path) as hall:
        await hall.until_well("printer-1")
        hall.printer.speed = SLOW
        first = await hall.take()
        await until(lambda: hall.printer.state()["waiting_bytes"])
        hall.port("printer-1").cut()
        (ended,) = await hall.until_events("SlipReported")
        assert ended["data"]["state"] == "unknown"
        hall.printer.speed = None
        await hall.until_well("printer-1")
        second = await hall.take()
        await hall.until_events("SlipReported", 2)
        numbers = hall.slips()
        assert numbers.count(first["number"]) <= 1
        assert numbers.count(second["number"]) == 1


async def test_a_printer_that_comes_back_prints_nothing_stale(tmp_path: Path) -> None:
    async with device_hall(tmp_path, rules=Rules(slip_stale_seconds=0.5)) as hall:
        await hall.until_well("printer-1")
        hall.port("printer-1").unplug()
        await hall.take()
        (ended,) = await hall.until_events("SlipReported")
        assert ended["data"]["state"] == "failed"
        hall.port("printer-1").plug_in()
        await hall.until_well("printer-1")
        second = await hall.take()
        await hall.until_events("SlipReported", 2)
        assert hall.slips() == [second["number"]]


async def test_strips_are_right_again_after_their_cable_returns_and_nobody_waited_for_them(
    tmp_path: Path,
) -> None:
    async with device_hall(tmp_path) as hall:
        await hall.until_well("strip-1", "strip-2")
        await hall.do(1, "open")
        await hall.do(2, "open")
        first, second = await hall.take(), await hall.take()
        hall.port("strip-1").unplug()
        await hall.do(1, "call-next")
        await hall.do(2, "call-next")
        await until(lambda: second["number"] in hall.strip(2).shown, why="the neighbour calls all the same")
        hall.port("strip-1").plug_in()
        await until(lambda: first["number"] in hall.strip(1).shown, 5.0)


async def test_a_server_that_was_killed_takes_up_the_devices_again_and_prints_nothing_twice(
    tmp_path: Path,
) -> None:
    async with device_hall(tmp_path, killable=True) as hall:
        await hall.until_well("printer-1")
        await hall.do(1, "open")
        hall.printer.speed = SLOW
        first = await hall.take()
        await until(lambda: hall.printer.state()["waiting_bytes"])
        await asyncio.to_thread(hall.server.kill)
        hall.printer.speed = None
        await asyncio.to_thread(hall.server.start)
        (ended,) = await hall.until_events("SlipReported")
        assert ended["data"]["state"] == "unknown"
        await until(lambda: hall.pads.devices[1].shown.strip() == "001")
        hall.pads.press(1, CALL_NEXT)
        await until(lambda: first["number"] in hall.strip(1).shown)
        assert hall.slips().count(first["number"]) <= 1


async def test_a_device_with_a_wrong_url_is_its_own_trouble(tmp_path: Path) -> None:
    good = device_plans()
    wrong = replace(good[2], name="strip-x", url="bx5k+tcp://127.0.0.1:1?widht=64", window=4)
    async with device_hall(tmp_path, good, (*good, wrong)) as hall:
        await hall.until_well("printer-1", "strip-1")
        listed = {each["name"]: each for each in await hall.get("/devices")}
        assert listed["strip-x"]["troubles"] == ["refused"]
        assert "'width' was meant" in listed["strip-x"]["word"]
