"""Presence over HTTP: taking over, covering, coming back, and one record for all."""

from typing import Any

from tests.app.api.conftest import Face


def everybody(face: Face) -> dict[str, tuple[str, int | None]]:
    people: list[dict[str, Any]] = face.do("GET", "presence")["people"]
    return {each["staff_no"]: (each["state"], each["window"]) for each in people}


def test_a_backup_covers_and_the_clerk_comes_back(face: Face) -> None:
    face.window(1, "open", role="clerk")
    face.window(1, "pause", {"reason": "documents"}, role="clerk")
    covered = face.window(1, "cover", {"clerk": "07"})
    assert (covered["state"], covered["clerk"], covered["covers"]) == ("idle", "07", "test clerk")
    assert everybody(face) == {"test clerk": ("covered", 1), "07": ("at_window", 1)}
    back = face.window(1, "uncover", role="clerk")
    assert (back["state"], back["clerk"], back["covers"]) == ("idle", "test clerk", "")
    face.window(1, "cover", {"clerk": "07", "reason": "documents"})
    assert face.window(1, "uncover", {"back": False})["state"] == "paused"


def test_the_successor_takes_over_with_the_person_at_the_window(face: Face) -> None:
    face.window(1, "open")
    ticket = face.take()
    face.window(1, "call-next")
    face.window(1, "start")
    window = face.window(1, "take-over", role="clerk")
    assert (window["clerk"], window["state"], window["ticket"]["id"]) == (
        "test clerk",
        "serving",
        ticket["id"],
    )


def test_refusals_have_their_names(face: Face) -> None:
    for verb, body, rule in (
        ("take-over", None, "window-cannot"),
        ("uncover", None, "nobody-covered"),
    ):
        answer = face.ask("program", "POST", f"windows/1/{verb}", json=body)
        assert (answer.status_code, answer.json()["rule"]) == (409, rule)
    face.window(1, "open")
    answer = face.ask("program", "POST", "windows/1/cover", json={"clerk": "07", "reason": "nonsense"})
    assert (answer.status_code, answer.json()["rule"]) == (422, "unknown-pause-reason")


def test_a_clerk_is_away_and_speaks_for_nobody_else(face: Face) -> None:
    said = {"away": True, "reason": "outdoor service"}
    assert (
        face.do("POST", "presence", said, role="clerk")["people"][0]["texts"]["en"] == "Away: outdoor service"
    )
    assert face.ask("clerk", "POST", "presence", json={"clerk": "07", **said}).status_code == 403
    face.do("POST", "presence", {"away": False}, role="clerk")
    assert everybody(face) == {}


def test_there_is_no_photo_where_the_hall_shows_none(face: Face) -> None:
    assert face.ask("", "GET", "people/07/photo").status_code == 404


def test_a_clerk_sits_down_as_nobody_else_and_a_program_says_who(face: Face) -> None:
    assert face.ask("clerk", "POST", "windows/1/open", json={"clerk": "07"}).status_code == 403
    assert face.window(1, "open", {"clerk": "07"})["clerk"] == "07"
    assert face.window(1, "take-over", {"clerk": "08"})["clerk"] == "08"
    assert face.ask("clerk", "POST", "windows/1/take-over", json={"clerk": "09"}).status_code == 403
    assert face.window(1, "take-over", {"clerk": "test clerk"}, role="clerk")["clerk"] == "test clerk"
