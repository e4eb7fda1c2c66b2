"""Every route: what it does, what it refuses, and that it sends what it declares."""

import json
import re
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from app.api.devices import DeviceOut
from app.api.schemas import EventsOut, HallOut, Problem, SignInOut, TicketOut, WindowOut
from tests.app.api.conftest import PASSWORD, Face


def declared(kind: type, answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The answer, which is exactly what the document says: no field missing, none besides, each of its type."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    known: TypeAdapter[Any] = TypeAdapter(kind)
    read = known.validate_json(answer.content, strict=True)
    sent: dict[str, Any] = answer.json()
    assert known.dump_python(read, mode="json").keys() == sent.keys()
    assert known.dump_python(read, mode="json") == json.loads(known.dump_json(read))
    assert known.validate_python(sent) == read
    return sent


def refused(answer: httpx.Response, status: int, rule: str, field: str = "") -> dict[str, Any]:
    """The answer is a problem that says what is wrong, for programs and for people."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content, strict=True)
    assert (problem.rule, problem.field, problem.status) == (rule, field, status)
    assert problem.type == f"/problems/{rule}"
    assert re.search("[\u4e00-\u9fff]", problem.texts.zh)
    assert not re.search("[\u4e00-\u9fff{}]", problem.texts.en)
    assert "{" not in problem.texts.zh
    assert problem.detail in (problem.texts.zh, problem.texts.en)
    found: dict[str, Any] = answer.json()
    return found


# -- tickets ----------------------------------------------------------------------------------------------------


def test_a_ticket_is_taken_looked_at_and_given_back(face: Face) -> None:
    taken = declared(TicketOut, face.ask("kiosk", "POST", "tickets", json={"service": "residence"}), 201)
    assert re.fullmatch(r"A\d{3}", taken["number"])
    assert (taken["status"], taken["ahead"], taken["priority_class"]) == ("waiting", 0, "ordinary")
    assert taken["slip"] == {"job": f"{taken['id']}.1", "state": "pending", "word": ""}
    assert taken["area"] == "综合区 1-2、4号窗口"
    second = face.take()
    assert second["ahead"] == 1
    assert second["slip"] is None, "a program has no kiosk, so no paper"
    seen = declared(TicketOut, face.ask("", "GET", f"tickets/{taken['id']}"))
    assert seen == taken
    gone = declared(TicketOut, face.ask("", "POST", f"tickets/{taken['id']}/cancel"))
    assert (gone["status"], gone["ahead"]) == ("cancelled", None)
    assert face.do("GET", f"tickets/{second['id']}")["ahead"] == 0
    refused(face.ask("", "POST", f"tickets/{taken['id']}/cancel"), 409, "ticket-cannot", "ticket")


def test_what_is_asked_for_a_ticket_must_exist(face: Face) -> None:
    ask = face.ask
    refused(ask("kiosk", "POST", "tickets", json={"service": "nonsense"}), 404, "unknown-service", "service")
    refused(
        ask("kiosk", "POST", "tickets", json={"service": "tax", "priority_class": "royal"}),
        404,
        "unknown-class",
        "priority_class",
    )
    refused(ask("", "GET", "tickets/nobody"), 404, "unknown-ticket", "ticket")
    refused(ask("", "POST", "tickets/nobody/cancel"), 404, "unknown-ticket", "ticket")
    refused(ask("", "GET", "tickets/" + "x" * 3000), 404, "unknown-ticket", "ticket")
    refused(ask("program", "POST", "tickets/nobody/reprint"), 404, "unknown-ticket", "ticket")
    for role, path, body in (("kiosk", "tickets", {"service": "tax"}), ("program", "windows/1/open", {})):
        answer = ask(role, "POST", f"/api/v1/halls/nowhere/{path}", json=body)
        refused(answer, 404, "unknown-hall", "hall")


def test_the_qr_of_a_ticket_is_a_picture(face: Face) -> None:
    ticket = face.take()
    answer = face.ask("", "GET", f"tickets/{ticket['id']}/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    refused(face.ask("", "GET", "tickets/nobody/qr.svg"), 404, "unknown-ticket", "ticket")
    refused(face.ask("", "GET", f"tickets/{'x' * 3500}/qr.svg"), 404, "unknown-ticket", "ticket")


def test_a_slip_is_printed_again_with_the_same_number(face: Face) -> None:
    ticket = face.take(role="kiosk")
    again = declared(TicketOut, face.ask("kiosk", "POST", f"tickets/{ticket['id']}/reprint"))
    assert again["number"] == ticket["number"]
    assert again["slip"]["job"] == f"{ticket['id']}.2"
    path = f"tickets/{ticket['id']}/reprint"
    named = face.do("POST", path, {"printer": "printer-1"})
    assert named["slip"]["job"].endswith(".3")
    refused(face.ask("program", "POST", path, json={"printer": "none"}), 404, "unknown-printer", "printer")


# -- windows ----------------------------------------------------------------------------------------------------


def test_a_life_at_a_window(face: Face) -> None:
    ticket = face.take()
    ask = face.ask
    opened = declared(WindowOut, ask("clerk", "POST", "windows/1/open"))
    assert (opened["state"], opened["clerk"]) == ("idle", "test clerk")
    called = declared(WindowOut, ask("clerk", "POST", "windows/1/call-next"))
    assert called["state"] == "calling"
    assert called["ticket"]["id"] == ticket["id"]
    again = declared(WindowOut, ask("clerk", "POST", "windows/1/recall"))
    assert again["ticket"]["recalls"] == 1
    assert declared(WindowOut, ask("clerk", "POST", "windows/1/start"))["state"] == "serving"
    paused = declared(WindowOut, ask("clerk", "POST", "windows/1/pause", json={"reason": "documents"}))
    assert (paused["state"], paused["pause_reason"]) == ("paused", "documents")
    assert declared(WindowOut, ask("clerk", "POST", "windows/1/resume"))["state"] == "serving"
    closing = declared(WindowOut, ask("clerk", "POST", "windows/1/close"))
    assert (closing["state"], closing["closing"]) == ("serving", True)
    done = declared(
        WindowOut, ask("clerk", "POST", "windows/1/finish", json={"outcome": "materials_missing"})
    )
    assert (done["state"], done["ticket"]) == ("closed", None)
    over = declared(TicketOut, ask("", "GET", f"tickets/{ticket['id']}"))
    assert (over["status"], over["outcome"], over["window"]) == ("finished", "materials_missing", 1)


def test_someone_who_is_missed_parked_sent_on_or_gone(face: Face) -> None:
    ids = [face.take()["id"] for _ in range(3)]
    face.window(1, "open")
    face.window(1, "call-next")
    missed = declared(WindowOut, face.ask("program", "POST", "windows/1/missed"))
    assert missed["ticket"] is None
    chosen = {"ticket": ids[1], "reason": "带着孩子"}
    assert (
        declared(WindowOut, face.ask("program", "POST", "windows/1/call", json=chosen))["ticket"]["id"]
        == ids[1]
    )
    face.window(1, "start")
    declared(WindowOut, face.ask("program", "POST", "windows/1/park", json={"kind": "window_holds"}))
    parked = declared(TicketOut, face.ask("program", "GET", f"tickets/{ids[1]}"))
    assert parked["status"] == "parked"
    back = declared(TicketOut, face.ask("program", "POST", f"tickets/{ids[1]}/return"))
    assert back["status"] == "waiting"
    gone = declared(TicketOut, face.ask("program", "POST", f"tickets/{ids[2]}/abandon"))
    assert gone["status"] == "abandoned"
    face.window(1, "call-next")
    face.window(1, "start")
    sent = {"service": "tax", "reason": "wrong queue"}
    assert declared(WindowOut, face.ask("program", "POST", "windows/1/transfer", json=sent))["ticket"] is None


def test_what_a_window_cannot_do_now_is_refused_by_name(face: Face) -> None:
    def no(verb: str, rule: str, field: str = "", status: int = 409, body: Any = None) -> None:
        refused(face.ask("program", "POST", f"windows/{verb}", json=body), status, rule, field)

    no("1/call-next", "window-cannot", "window")
    no("9/open", "unknown-window", "window", 404)
    no("1/start", "window-has-no-ticket", "window")
    face.window(1, "open")
    no("1/open", "window-cannot", "window")
    no("1/call-next", "nobody-waiting")
    no("1/call", "unknown-ticket", "ticket", 404, {"ticket": "nobody", "reason": "x"})
    no("1/pause", "unknown-pause-reason", "reason", 422, {"reason": "bored"})
    ticket = face.take("tax")
    no("1/call", "window-does-not-serve", "window", 409, {"ticket": ticket["id"], "reason": "x"})
    ticket = face.take()
    no("1/call", "reason-missing", "reason", 422, {"ticket": ticket["id"], "reason": " "})
    face.window(1, "call-next")
    no("1/call-next", "window-has-ticket", "window")
    no("1/finish", "ticket-cannot", "ticket")
    no("1/transfer", "transfer-nowhere", "service", 422, {})
    for _ in range(3):
        face.window(1, "recall")
    no("1/recall", "recall-limit")


# -- the hall ---------------------------------------------------------------------------------------------------


def test_the_hall_is_seen_by_everybody_and_its_clerks_by_few(face: Face) -> None:
    face.window(1, "open", role="clerk")
    face.take()
    hall = declared(HallOut, face.ask("", "GET", ""))
    assert [each["code"] for each in hall["services"]] == ["residence", "social", "tax"]
    assert hall["services"][0]["waiting"] == 1
    assert hall["windows"][0]["state"] == "idle"
    assert "test clerk" not in json.dumps(hall)
    for role, named in (("screen", False), ("kiosk", False), ("clerk", True), ("program", True)):
        assert (face.do("GET", "", role=role)["windows"][0]["clerk"] == "test clerk") is named
    assert face.ask("", "GET", "/api/v1/halls").json() == ["quiet", "shut", "small"]
    stale = httpx.get(face.api, headers={"authorization": "Bearer nonsense"}, verify=False)
    assert stale.status_code == 200, "an old key in a page does not hide what is public"


def test_the_journal_is_followed_from_any_number(face: Face) -> None:
    face.take()
    everything = declared(EventsOut, face.ask("supervisor", "GET", "events"))
    assert [each["seq"] for each in everything["events"]] == list(range(1, everything["last"] + 1))
    part = declared(EventsOut, face.ask("supervisor", "GET", "events?after=1&limit=2"))
    assert part["events"] == everything["events"][1:3]
    nothing = declared(EventsOut, face.ask("supervisor", "GET", f"events?after={everything['last']}"))
    assert nothing == {"events": [], "last": everything["last"]}
    for wrong, field in (
        ("after=-1", "after"),
        (f"after={10**20}", "after"),
        ("limit=0", "limit"),
        ("after=x", "after"),
    ):
        refused(face.ask("supervisor", "GET", f"events?{wrong}"), 422, "bad-request-body", field)


def test_the_devices_of_the_hall_are_listed(face: Face) -> None:
    answer = face.ask("supervisor", "GET", "devices")
    assert answer.status_code == 200
    TypeAdapter(list[DeviceOut]).validate_json(answer.content, strict=True)


def test_a_clerk_signs_in_at_a_window_works_there_and_signs_out(face: Face) -> None:
    body = {"login": "clerk-1", "password": PASSWORD, "window": 2}
    session = declared(SignInOut, face.ask("", "POST", "sessions", json=body), 201)
    assert (session["role"], session["window"], session["hall"]) == ("clerk", 2, "small")
    mine = {"authorization": f"Bearer {session['token']}"}
    assert face.do("POST", "windows/2/open", role="", headers=mine)["clerk"] == "clerk-1"
    refused(face.ask("", "POST", "windows/1/open", headers=mine), 403, "window-not-yours", "window")
    assert face.ask("", "DELETE", "sessions/current", headers=mine).status_code == 204
    refused(face.ask("", "POST", "windows/2/close", headers=mine), 401, "no-key")
    wrong = {**body, "password": "something else"}
    refused(face.ask("", "POST", "sessions", json=wrong), 401, "wrong-password", "password")
    refused(face.ask("", "POST", "sessions", json={**wrong, "login": "x"}), 401, "wrong-password", "password")
    refused(face.ask("", "POST", "sessions", json={**body, "window": 99}), 404, "unknown-window", "window")


def test_a_set_up_code_is_refused_once_somebody_can_sign_in(face: Face) -> None:
    body = {"code": "guess", "login": "me", "name": "me", "password": "long enough"}
    refused(face.ask("", "POST", "/api/v1/setup", json=body), 401, "setup-code-used", "code")
    short = {**body, "password": "short"}
    problem = refused(face.ask("", "POST", "/api/v1/setup", json=short), 422, "bad-request-body", "password")
    assert "short" not in problem["texts"]["en"]


def test_a_closed_hall_gives_no_numbers_and_says_when_it_opens(face: Face) -> None:
    path = "/api/v1/halls/shut"
    assert declared(HallOut, face.ask("", "GET", path))["open"] is False
    problem = refused(
        face.ask("program", "POST", f"{path}/tickets", json={"service": "tax"}), 409, "hall-closed"
    )
    assert "08:00" in problem["texts"]["zh"]
    assert "08:00" in problem["texts"]["en"]


# -- keys -------------------------------------------------------------------------------------------------------


def test_a_repeated_request_gets_the_first_answer_byte_for_byte(face: Face) -> None:
    key = {"idempotency-key": "press-1"}
    first = face.ask("kiosk", "POST", "tickets", json={"service": "tax"}, headers=key)
    face.take("tax")
    again = face.ask("kiosk", "POST", "tickets", json={"service": "tax"}, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    other = face.ask("kiosk", "POST", "tickets", json={"service": "social"}, headers=key)
    refused(other, 422, "key-reused", "Idempotency-Key")
    stranger = face.ask("program", "POST", "tickets", json={"service": "tax"}, headers=key)
    refused(stranger, 422, "key-reused", "Idempotency-Key")
    refused(
        face.ask("kiosk", "POST", "tickets", json={"service": "tax"}, headers={"idempotency-key": "k" * 256}),
        422,
        "key-too-long",
        "Idempotency-Key",
    )


def test_a_repeated_request_is_refused_as_it_was_the_first_time(face: Face) -> None:
    key = {"idempotency-key": "call-1", "accept-language": "en"}
    face.window(1, "open")
    first = face.ask("program", "POST", "windows/1/call-next", headers=key)
    refused(first, 409, "nobody-waiting")
    face.take()
    again = face.ask("program", "POST", "windows/1/call-next", headers={**key, "accept-language": "zh"})
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["content-type"] == "application/problem+json"


# -- words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.2, zh;q=0.7", "zh"),
        ("fr, en;q=0.5", "en"),
        ("fr", "zh"),
        ("*", "zh"),
        ("ven-ZA, zh;q=0.1", "zh"),
        ("en;q=nonsense", "zh"),
    ],
)
def test_the_reader_chooses_the_language(face: Face, accepted: str, language: str) -> None:
    answer = face.ask("", "POST", "tickets/nobody/cancel", headers={"accept-language": accepted})
    problem = refused(answer, 404, "unknown-ticket", "ticket")
    assert problem["detail"] == problem["texts"][language]


def test_every_type_of_problem_opens_a_page_that_explains_it(face: Face) -> None:
    for rule in ("window-has-ticket", "no-key", "too-large", "store-full", "wrong-password", "our-fault"):
        page = face.ask("", "GET", f"/problems/{rule}")
        assert page.status_code == 200
        assert re.search("[\u4e00-\u9fff]", page.text)
    assert face.ask("", "GET", "/problems/nonsense").status_code == 404


def test_nothing_is_found_where_nothing_is(face: Face) -> None:
    refused(face.ask("", "GET", "/nothing/here"), 404, "no-such-page")
    refused(face.ask("", "GET", "/..%2f..%2fapp/main.py"), 404, "no-such-page")
    refused(face.ask("", "PUT", ""), 405, "method-not-allowed")
    assert face.ask("", "GET", "/livez").text == "ok\n"
    assert face.ask("", "GET", "/readyz").status_code == 200
    assert b"tidehall_commands_total" in face.ask("", "GET", "/metrics").content
