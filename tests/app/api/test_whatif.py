"""A supervisor compares rules over HTTP: the figures and the picture come, the hall goes on, one at a time.

In a hall of their own: in the hall of the other tests people were called and never served, windows closed while somebody
was on the way, and lived again that is a day with something to be learned.
"""

import copy
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date

import pytest

from tests.app.api.conftest import Face


@pytest.fixture
def face(running: Face) -> Iterator[Face]:
    """The quiet hall."""
    quiet = copy.copy(running)
    quiet._tidied = 0  # of this hall: another's number may by chance be its own
    quiet.api = f"{running.server.url}/api/v1/halls/quiet"
    yield quiet
    quiet.tidy()


@pytest.fixture
def today(face: Face) -> str:
    """A day on which five people were served."""
    face.window(3, "open")
    for _ in range(5):
        face.take("tax")
        face.window(3, "call-next")
        face.window(3, "start")
        face.window(3, "finish")
    found: str = face.do("GET", "whatif", role="supervisor")["days"][0]
    return found


def test_a_day_of_the_journal_is_compared_under_other_rules(face: Face, today: str) -> None:
    asked = {"day": today, "policies": ["fifo"], "tides": ["off", "auto"], "windows": ["1+tax"]}
    before = face.do("GET", "")["seq"]
    found = face.do("POST", "whatif", asked, "supervisor")
    assert found["day"] == today
    assert found["people"] >= 5
    assert [(each["policy"], each["tide"], each["windows"]) for each in found["rules"]] == [
        ("credit", "recorded", ""),
        ("fifo", "off", "1+tax"),
        ("fifo", "auto", "1+tax"),
    ]
    assert all(each["waits"]["people"] >= 5 for each in found["rules"])
    assert ET.fromstring(found["chart"]).tag.endswith("svg")
    assert "<script" not in found["chart"]
    assert "http" not in found["chart"].replace("http://www.w3.org/", "")
    since = face.do("GET", f"events?after={before}")["events"]
    assert {each["by"] for each in since} <= {"beat"}, (
        "nothing is changed by it; the hall's own night may fall"
    )


@pytest.mark.parametrize(
    ("asked", "rule", "status"),
    [
        ({"day": "2000-01-01"}, "no-such-day", 404),
        ({"day": "today"}, "bad-request-body", 422),
        ({"policies": ["random"]}, "bad-request-body", 422),
        ({"windows": ["7+nothing"]}, "comparison-wrong", 422),
        (
            {
                "policies": ["fifo", "credit", "ratio"],
                "tides": ["off", "auto"],
                "windows": ["1+tax", "2+tax", "3@off"],
            },
            "comparison-wrong",
            422,
        ),
    ],
    ids=range(5),
)
def test_what_cannot_be_compared_is_said(
    face: Face, today: str, asked: dict[str, object], rule: str, status: int
) -> None:
    answer = face.ask("supervisor", "POST", "whatif", json={"day": today, **asked})
    assert (answer.status_code, answer.json()["rule"]) == (status, rule)
    assert not face.do("GET", "whatif", role="supervisor")["running"]


def test_what_should_be_learned_is_told_instead(face: Face, today: str) -> None:
    found = face.do("POST", "whatif", {"day": today, "tides": ["off"], "learn": True}, "supervisor")
    assert (found["rules"], found["chart"]) == ([], "")
    assert found["lessons"] == [], "nobody waited long enough"


def test_one_at_a_time_and_the_hall_goes_on_meanwhile(face: Face, today: str) -> None:
    asked = {"day": today, "policies": ["fifo", "priority"]}
    answers: list[int] = []
    first = threading.Thread(
        target=lambda: answers.append(face.ask("supervisor", "POST", "whatif", json=asked).status_code)
    )
    first.start()
    deadline = time.monotonic() + 20
    while not face.do("GET", "whatif", role="administrator")["running"]:
        assert time.monotonic() < deadline
    refused = face.ask("administrator", "POST", "whatif", json=asked, headers={"accept-language": "en"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "comparison-running")
    assert "ask again in a moment" in refused.json()["detail"]
    assert face.take("tax")["number"]
    first.join()
    assert answers == [200]
    found = face.do("GET", "whatif", role="supervisor")
    assert not found["running"]
    assert date.fromisoformat(today) in map(date.fromisoformat, found["days"])
