"""What strips and boards say, fitted to the columns at hand."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displays.scene import Bilingual, WindowScene, WindowState
from displays.sign import BRIGHTNESS, board, brightness_at, compose, width_of
from drivers.media import Colour, Message
from tests.displays import scenes


def strip(state: WindowState, number: str = "A023", no: int = 3, **more: object) -> WindowScene:
    scene = scenes.window(state)
    call = None if scene.call is None else replace(scene.call, number=number, window=no)
    scene = replace(
        scene,
        no=no,
        name=Bilingual("专业窗口", "Specialist window"),
        zone=Bilingual("公安专区", "Public security"),
        services=(Bilingual("户籍登记", "Residence registration"),),
        call=call if state in (WindowState.CALLING, WindowState.SERVING) else None,
        pause_reason=None,
    )
    return replace(scene, **more)


def calling(**more: object) -> WindowScene:
    call = scenes.window(WindowState.CALLING).call
    assert call is not None
    return strip(WindowState.CALLING, call=replace(call, number="A023", window=3), **more)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (20, "请A023号到3号窗口"),
        (17, "请A023号到3号窗口"),
        (16, "请A023到3号窗口"),
        (13, "A023到3号窗口"),
        (12, "请A023号"),
        (7, "A023号"),
        (4, "A023"),
        (3, "A02"),
    ],
)
def test_a_call_blinks_and_gets_shorter_on_a_narrower_strip(columns: int, text: str) -> None:
    assert compose(calling(), columns) == Message((text,), Colour.RED, blink=True)


def test_a_call_is_folded_on_a_strip_of_two_rows() -> None:
    assert compose(calling(), 12, 2).lines == ("请A023号", "到3号窗口")


@pytest.mark.parametrize(
    ("services", "columns", "message"),
    [
        (["户籍登记"], 16, Message(("3号窗口 户籍登记",), Colour.GREEN)),
        (["户籍登记", "居民身份证"], 16, Message(("3号窗口 公安专区",), Colour.GREEN)),
        (["户籍登记", "居民身份证"], 30, Message(("3号窗口 户籍登记、居民身份证",), Colour.GREEN)),
        (["户籍登记"], 12, Message(("3号 户籍登记",), Colour.GREEN)),
        (["户籍登记"], 9, Message(("3号窗口 户籍登记",), Colour.GREEN, scroll=True)),
        ([], 16, Message(("3号窗口 公安专区",), Colour.GREEN)),
    ],
)
def test_an_idle_strip_says_its_window_and_its_business(
    services: list[str], columns: int, message: Message
) -> None:
    scene = strip(WindowState.IDLE, services=tuple(Bilingual(each, each) for each in services))
    assert compose(scene, columns) == message


def test_who_is_served_stands_still() -> None:
    scene = strip(WindowState.SERVING, call=calling().call)
    assert compose(scene, 16) == Message(("A023号正在办理",), Colour.RED)
    assert compose(scene, 12) == Message(("A023办理中",), Colour.RED)


def test_a_paused_strip_says_why_if_there_is_room() -> None:
    scene = strip(WindowState.PAUSED, pause_reason=Bilingual("会议", "meeting"))
    assert compose(scene, 16).lines == ("暂停服务 会议",)
    assert compose(scene, 10, 2).lines == ("暂停服务", "会议")
    assert compose(scene, 10).lines == ("暂停服务",)
    assert compose(strip(WindowState.PAUSED), 16) == Message(("3号窗口 暂停服务",), Colour.YELLOW)


def test_a_closed_window_says_so() -> None:
    assert compose(strip(WindowState.CLOSED), 16).lines == ("3号窗口 暂停服务",)
    assert compose(strip(WindowState.CLOSED), 8).lines == ("暂停服务",)


@pytest.mark.parametrize(
    ("state", "columns", "message"),
    [
        (WindowState.CALLING, 13, Message(("A023 > 3",), Colour.RED, blink=True)),
        (WindowState.CALLING, 5, Message(("A023",), Colour.RED, blink=True)),
        (WindowState.SERVING, 13, Message(("A023 > 3",), Colour.RED)),
        (WindowState.IDLE, 13, Message(("Window 3: Residence registration",), Colour.GREEN, scroll=True)),
        (WindowState.IDLE, 26, Message(("Window 3: Public security",), Colour.GREEN)),
        (WindowState.PAUSED, 13, Message(("Paused",), Colour.YELLOW)),
        (WindowState.CLOSED, 20, Message(("Window 3: closed",), Colour.YELLOW)),
    ],
)
def test_a_sign_without_chinese_says_number_and_arrow(
    state: WindowState, columns: int, message: Message
) -> None:
    scene = calling() if state is WindowState.CALLING else strip(state)
    if state is WindowState.SERVING:
        scene = replace(scene, call=calling().call)
    assert compose(scene, columns, chinese=False) == message
    assert all(line.isascii() for line in compose(scene, columns, chinese=False).lines)


def test_the_last_row_may_be_english() -> None:
    assert compose(calling(), 20, 2, english=True).lines == ("请A023号到3号窗口", "A023 > 3")
    assert compose(strip(WindowState.IDLE), 16, 2, english=True).lines == ("3号窗口 户籍登记",)
    assert compose(strip(WindowState.CLOSED), 16, 2, english=True).lines == (
        "3号窗口 暂停服务",
        "Window 3: closed",
    )


def test_a_state_without_its_call_is_an_idle_window() -> None:
    assert compose(strip(WindowState.CALLING, call=None), 16).lines == ("3号窗口 户籍登记",)


def test_a_board_lists_the_calls_newest_first() -> None:
    scene = scenes.hall()
    message = board(scene, 20, 3)
    newest = (*scene.calls, *scene.recent)[:3]
    assert message.lines == tuple(f"请{call.number}号到{call.window}号窗口" for call in newest)
    assert board(scene, 10, 1, chinese=False).lines == (f"{newest[0].number} > {newest[0].window}",)
    quiet = replace(scene, calls=(), recent=())
    assert board(quiet, 20, 3) == Message((scene.hall.zh,), Colour.GREEN)
    assert board(quiet, 9, 3).scroll


@pytest.mark.parametrize(
    ("moment", "percent"), [(time(5), 30), (time(6), 100), (time(17, 59), 100), (time(23), 30)]
)
def test_a_strip_is_dimmed_by_the_calendar(moment: time, percent: int) -> None:
    assert brightness_at(moment, BRIGHTNESS) == percent


names = st.text(st.sampled_from("户籍登记证件ABC xyz"), min_size=1, max_size=30).map(
    lambda text: Bilingual(text, "Some work")
)


@given(
    st.sampled_from(WindowState),
    st.lists(names, max_size=4).map(tuple),
    names,
    st.integers(1, 999),
    st.integers(4, 40),
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
)
def test_what_does_not_scroll_fits(state, services, zone, no, columns, rows, chinese, english) -> None:
    scene = strip(state, services=services, zone=zone, no=no, call=calling().call)
    message = compose(scene, columns, rows, chinese=chinese, english=english)
    assert message.lines and len(message.lines) <= rows and all(message.lines)
    assert message.scroll or all(width_of(line) <= columns for line in message.lines)
    assert not (message.blink and message.scroll)
