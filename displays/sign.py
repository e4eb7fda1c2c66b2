"""What a strip above a window and a hall board say: scenes -> media.Message, fitted to the columns at hand.

    compose(scene, columns=16)                  3号窗口 户籍登记    请A023到3号窗口 (blinks)    A023号正在办理    暂停服务
    compose(scene, columns=13, chinese=False)   Window 3: Reside…  A023 > 3                  A023 > 3        Paused

A column is 8 dots wide, half of a Chinese character; a row is 16 dots high. For each state there is a list of texts from
the fullest to the shortest, and the first that fits is said, on one row or folded at its joints. An idle strip must say
window and business category (DB36/T): when no text with both fits, the fullest scrolls. Who is called must be read at
a glance: that never scrolls, it gets shorter.
Not for: how a sign blinks or which colours it has (drivers/wire), when it is told (drivers/sign.py).
Privacy: numbers, services and windows only; scenes hold no more.
"""

from collections.abc import Iterable, Sequence
from datetime import time

from displays.scene import Bilingual, HallScene, WindowScene, WindowState
from drivers.media import Colour, Message

BRIGHTNESS: tuple[tuple[time, int], ...] = ((time(6), 100), (time(18), 60), (time(22), 30))
"""Percent from each time of day on: full against daylight, less against lamps. A hall may write its own."""

Text = tuple[str, ...]
"""One text in its parts: a fold may come between them."""

_COLOURS = {
    WindowState.CALLING: Colour.RED,
    WindowState.SERVING: Colour.RED,
    WindowState.IDLE: Colour.GREEN,
    WindowState.PAUSED: Colour.YELLOW,
    WindowState.CLOSED: Colour.YELLOW,
}


def width_of(text: str) -> int:
    """Columns that `text` takes."""
    return sum(1 if each <= "~" else 2 for each in text)


def compose(
    scene: WindowScene, columns: int, rows: int = 1, *, chinese: bool = True, english: bool = False
) -> Message:
    """The strip above a window. `chinese` False: a sign without such glyphs. `english`: the last row of a Chinese sign
    with two rows or more says the same in English."""
    if chinese and english and rows > 1:
        above = compose(scene, columns, rows - 1)
        below = compose(scene, columns, chinese=False)
        if above.scroll or below.scroll:
            # A sign scrolls all its rows or none: what does not fit in English is left out.
            return above
        return Message((*above.lines, *below.lines), above.colour, above.blink)
    state = scene.state
    if scene.call is None and state in (WindowState.CALLING, WindowState.SERVING):
        state = WindowState.IDLE
    texts = _chinese(scene, state) if chinese else _latin(scene, state)
    return _fitted(texts, columns, rows, _COLOURS[state], blink=state is WindowState.CALLING)


def board(scene: HallScene, columns: int, rows: int, *, chinese: bool = True) -> Message:
    """A board of `rows` for the whole hall: the calls, the newest on top; nobody called: the hall's name."""
    lines = []
    for call in (*scene.calls, *scene.recent)[:rows]:
        number, window = call.number, call.window
        texts = [f"{number} > Window {window}", f"{number} > {window}"]
        if chinese:
            texts = [f"请{number}号到{window}号窗口", f"{number}号到{window}号窗口", f"{number} {window}号"]
        lines.append(next((text for text in texts if width_of(text) <= columns), number))
    if lines:
        return Message(tuple(lines), Colour.RED)
    name = scene.hall.zh if chinese else scene.hall.en
    return _fitted([(name,)], columns, rows, Colour.GREEN, blink=False)


def brightness_at(moment: time, calendar: Sequence[tuple[time, int]] = BRIGHTNESS) -> int:
    """Percent of brightness at a time of day; before the calendar's first time its last one still holds."""
    ordered = sorted(calendar)
    past = [percent for starts, percent in ordered if starts <= moment]
    return (past or [ordered[-1][1]])[-1]


def _fitted(texts: Iterable[Text], columns: int, rows: int, colour: Colour, *, blink: bool) -> Message:
    tried = list(texts)
    for text in tried:
        whole = "".join(text)
        if width_of(whole) <= columns:
            return Message((whole,), colour, blink)
        folded = tuple(part.strip() for part in text)
        if len(folded) <= rows and all(width_of(part) <= columns for part in folded):
            return Message(folded, colour, blink)
    if blink:
        return Message((_cut("".join(tried[-1]), columns),), colour, blink)
    return Message(("".join(tried[0]),), colour, scroll=True)


def _cut(text: str, columns: int) -> str:
    while width_of(text) > columns:
        text = text[:-1]
    return text


def _chinese(scene: WindowScene, state: WindowState) -> list[Text]:
    no, number = scene.no, scene.call.number if scene.call else ""
    match state:
        case WindowState.CALLING:
            return [
                (f"请{number}号", f"到{no}号窗口"),
                (f"请{number}到{no}号窗口",),
                (f"{number}到{no}号窗口",),
                (f"请{number}号",),
                (f"{number}号",),
                (number,),
            ]
        case WindowState.SERVING:
            return [(f"{number}号", "正在办理"), (f"{number}办理中",), (f"{number}号",), (number,)]
        case WindowState.PAUSED:
            texts: list[Text] = [(f"{no}号窗口 ", "暂停服务"), ("暂停服务",), ("暂停",)]
            if scene.pause_reason is not None:
                texts.insert(0, ("暂停服务 ", scene.pause_reason.zh))
            return texts
        case WindowState.CLOSED:
            return [(f"{no}号窗口 ", "暂停服务"), ("暂停服务",), ("暂停",)]
        case WindowState.IDLE:
            categories = _categories([each.zh for each in scene.services], "、", "等", scene, "zh")
            return [(f"{no}{window}", each) for window in ("号窗口 ", "号 ") for each in categories]


def _latin(scene: WindowScene, state: WindowState) -> list[Text]:
    no, number = scene.no, scene.call.number if scene.call else ""
    match state:
        case WindowState.CALLING | WindowState.SERVING:
            return [(f"{number} > {no}",), (number,)]
        case WindowState.PAUSED:
            texts: list[Text] = [(f"Window {no}: ", "paused"), ("Paused",), ("-",)]
            if scene.pause_reason is not None:
                texts.insert(0, ("Paused: ", scene.pause_reason.en))
            return texts
        case WindowState.CLOSED:
            return [(f"Window {no}: ", "closed"), ("Closed",), ("-",)]
        case WindowState.IDLE:
            categories = _categories([each.en for each in scene.services], ", ", " ...", scene, "en")
            return [(f"{window}: ", each) for window in (f"Window {no}", f"{no}") for each in categories]


def _categories(services: list[str], comma: str, more: str, scene: WindowScene, language: str) -> list[str]:
    """Ways to say what is done here, the most exact first."""

    def said(text: Bilingual) -> str:
        return text.zh if language == "zh" else text.en

    exact = [comma.join(services)] if services else []
    first = [services[0] + more] if len(services) > 1 else []
    return [each for each in (*exact, said(scene.zone), *first, said(scene.name)) if each] or [""]
