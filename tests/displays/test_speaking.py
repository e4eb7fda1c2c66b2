"""A board with a loudspeaker: it says what the hall tells it to, each call once, one after another."""

import asyncio
import io
import wave
from typing import Any

import msgspec
from playwright.async_api import Page, expect
from starlette.requests import Request
from starlette.responses import Response

from displays.voice import Style, compose
from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage

EAR = """() => {
    window.heard = [];
    speechSynthesis.speak = words => {
        window.heard.push([words.lang, words.text, Math.round(words.rate * 10), Math.round(words.volume * 10)]);
        setTimeout(() => words.onend && words.onend(), window.slow || 5);
    };
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (...when) {
        window.heard.push(["sound", Math.round(this.buffer.duration * 100)]);
        start.apply(this, when);
    };
    const note = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) { window.heard.push(["note"]); note.call(this, at); };
}"""


async def board(stage: Stage, visit: OpenPage, zone: str = "") -> Page:
    stage.scenes["hall"] = scenes.hall(1)
    page = await visit(stage.page("hall", voice=1, zone=zone), may_complain=True)
    await expect(page.locator("hall-head h1")).to_contain_text("临江县")
    await page.evaluate(EAR)
    for _ in range(200):
        if stage.sockets.get(f"voice/{zone}"):
            return page
        await asyncio.sleep(0.02)
    raise AssertionError("the board holds no line for its loudspeaker")


async def say(stage: Stage, call_id: str, seq: int, number: str = "A023", **change: Any) -> None:
    style = Style(repeat=1, chime=change.pop("chime", False))
    what = msgspec.to_builtins(compose(call_id, "t", number, 3, style))
    for phrase in what["phrases"]:
        phrase.update(change)
    for line in stage.sockets[f"voice/{change.pop('zone', '')}"]:
        await line.send_json({"seq": seq, "role": "speaker", "mode": "browser", "say": what})


async def until_said(stage: Stage, *words: str) -> None:
    for _ in range(400):
        if stage.said == list(words):
            return
        await asyncio.sleep(0.02)
    assert stage.said == list(words)


async def test_a_call_is_rung_and_spoken_in_the_languages_of_the_hall(stage: Stage, visit: OpenPage) -> None:
    page = await board(stage, visit)
    await say(stage, "a", 1, chime=True)
    await until_said(stage, "began a", "done a")
    assert await page.evaluate("window.heard") == [
        ["note"],
        ["note"],
        ["zh-CN", "请 诶 零二三 号,到 三 号窗口办理。", 9, 8],
        ["en", "Number A 0 2 3, please go to window 3.", 9, 8],
    ]


async def test_a_call_that_was_said_is_not_said_again_whoever_asks(stage: Stage, visit: OpenPage) -> None:
    page = await board(stage, visit)
    await say(stage, "a", 1)
    await until_said(stage, "began a", "done a")
    await stage.hang_up()
    await page.reload()
    await page.evaluate(EAR)
    stage.said.clear()
    for _ in range(200):
        if stage.sockets["voice/"]:
            break
        await asyncio.sleep(0.02)
    await say(stage, "a", 1)
    await until_said(stage, "began a", "done a")
    assert await page.evaluate("window.heard") == []


async def test_two_calls_at_once_are_said_one_after_the_other(stage: Stage, visit: OpenPage) -> None:
    page = await board(stage, visit)
    await page.evaluate("window.slow = 150")
    await say(stage, "a", 1, "A001")
    await say(stage, "b", 2, "B002")
    await until_said(stage, "began a", "done a", "began b", "done b")
    assert [each[1][:6] for each in await page.evaluate("window.heard")] == [
        "请 诶 零零",
        "Number",
        "请 必 零零",
        "Number",
    ]


def tone(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(range(1, 201)) * int(seconds * 80))
    return file.getvalue()


async def test_the_halls_own_sound_is_played_and_the_browser_speaks_where_it_cannot_be_had(
    stage: Stage, visit: OpenPage
) -> None:
    async def sounding(request: Request, _: dict[str, Any]) -> Response:
        assert request.headers["authorization"] == "Bearer test-token"
        return Response(tone(0.25), media_type="audio/wav")

    stage.answers["GET /sounds/good.wav"] = sounding
    page = await board(stage, visit)
    await say(stage, "a", 1, sound="good.wav")
    await until_said(stage, "began a", "done a")
    assert await page.evaluate("window.heard") == [["sound", 25], ["sound", 25]]
    await say(stage, "b", 2, sound="gone.wav")
    await until_said(stage, "began a", "done a", "began b", "done b")
    assert [each[0] for each in await page.evaluate("window.heard")] == ["sound", "sound", "zh-CN", "en"]


async def test_a_board_without_a_loudspeaker_holds_no_line_for_one(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["hall"] = scenes.hall(1)
    for query in ({}, {"voice": 1, "sound": 0}):
        page = await visit(stage.page("hall", **query))
        await expect(page.locator("hall-head h1")).to_contain_text("临江县")
    assert "voice/" not in stage.sockets


async def test_a_board_of_a_zone_is_its_loudspeaker(stage: Stage, visit: OpenPage) -> None:
    await board(stage, visit, "tax")
    assert len(stage.sockets["voice/tax"]) == 1
