"""Ratings over HTTP: a pad's at its own window, a visitor's with the slip; and the sentence that reaches the pad."""

from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from app.core.rights import Role
from tests.app.api.conftest import Face


def served(face: Face, window: int = 1) -> str:
    ticket: str = face.take()["id"]
    for verb in ("call-next", "start", "finish"):
        face.do("POST", f"windows/{window}/{verb}")
    return ticket


@pytest.fixture(autouse=True)
def staffed(face: Face) -> None:
    face.ask("program", "POST", "windows/1/open")


def as_pad(face: Face, window: int) -> dict[str, str]:
    key = face.server.token(Role.PAD, hall="small", window=window)  # type: ignore[arg-type]
    return {"authorization": f"Bearer {key}"}


def ratings(face: Face, ticket: str) -> list[dict[str, Any]]:
    found = []
    last = 0
    while events := face.do("GET", f"events?after={last}&limit=2000")["events"]:
        found += [e["data"] for e in events if e["name"] == "TicketRated" and e["data"]["ticket"] == ticket]
        last = events[-1]["seq"]
    return found


def test_a_pad_rates_at_its_own_window_and_nowhere_else(face: Face) -> None:
    ticket = served(face)
    body = {"level": 2, "reasons": ["wait"]}
    other = face.ask("", "POST", f"tickets/{ticket}/rate", json=body, headers=as_pad(face, 2))
    assert (other.status_code, other.json()["rule"]) == (403, "window-not-yours")
    mine = face.ask("", "POST", f"tickets/{ticket}/rate", json=body, headers=as_pad(face, 1))
    assert mine.status_code == 200
    assert [(each["level"], each["reasons"], each["channel"]) for each in ratings(face, ticket)] == [
        (2, ["wait"], "pad")
    ]


def test_a_visitor_rates_afterwards_with_the_slip_also_after_silence_at_the_pad(face: Face) -> None:
    ticket = served(face)
    pad = as_pad(face, 1)
    assert (
        face.ask("", "POST", f"tickets/{ticket}/rate", json={"level": None}, headers=pad).status_code == 200
    )
    silent = face.ask("", "POST", f"tickets/{ticket}/rate", json={"level": None})
    assert (silent.status_code, silent.json()["rule"]) == (422, "no-such-level")
    assert face.ask("", "POST", f"tickets/{ticket}/rate", json={"level": 5}).status_code == 200
    assert face.ask("", "POST", f"tickets/{ticket}/rate", json={"level": 1}).status_code == 200
    assert [(each["level"], each["channel"]) for each in ratings(face, ticket)] == [
        (None, "pad"),
        (5, "phone"),
    ], "the first word counts"


def test_a_clerk_is_nobody_special_when_it_comes_to_ratings(face: Face) -> None:
    ticket = served(face)
    assert face.ask("clerk", "POST", f"tickets/{ticket}/rate", json={"level": None}).status_code == 422


@pytest.mark.parametrize("body", [{"level": 6}, {"level": 0}, {}, {"level": 3, "reasons": ["no such"]}])
def test_a_rating_that_makes_no_sense_changes_nothing(face: Face, body: dict[str, Any]) -> None:
    ticket = served(face)
    assert face.ask("", "POST", f"tickets/{ticket}/rate", json=body).status_code == 422
    assert ratings(face, ticket) == []


async def test_what_a_clerk_types_is_on_the_pad_at_once_and_in_no_journal(face: Face) -> None:
    key = face.server.token(Role.PAD, hall="small", window=1)  # type: ignore[arg-type]
    face.ask("clerk", "POST", "windows/1/panel", json={"text": ""})
    url = face.api.replace("http", "ws", 1) + "/scenes/pad/1"
    async with connect(url, subprotocols=[Subprotocol("tidehall.v1"), Subprotocol(f"bearer.{key}")]) as line:
        assert '"panel":""' in str(await line.recv())
        before = face.do("GET", "")["seq"]
        assert (
            face.ask("clerk", "POST", "windows/1/panel", json={"text": "请出示身份证。"}).status_code == 204
        )
        assert '"panel":"请出示身份证。"' in str(await line.recv())
        assert face.do("GET", "")["seq"] == before
    url = face.api.replace("http", "ws", 1) + "/scenes/pad/2"
    async with connect(url, subprotocols=[Subprotocol("tidehall.v1"), Subprotocol(f"bearer.{key}")]) as line:
        await line.wait_closed()
        assert line.close_code == 4403
