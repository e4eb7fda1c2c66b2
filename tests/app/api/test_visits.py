"""Several services on one slip, over the API."""

from typing import Any

from app.api.schemas import TicketOut
from tests.app.api.conftest import Face
from tests.app.api.test_routes import declared, refused


def test_one_number_for_several_services_goes_on_by_itself(face: Face) -> None:
    face.do("POST", "windows/1/open")
    body = {"services": ["social", "tax"]}
    slip = declared(TicketOut, face.ask("kiosk", "POST", "tickets", json=body), 201)
    assert (slip["service"], slip["services"], slip["remaining"]) == ("social", ["social", "tax"], ["tax"])
    for step in ("call-next", "start", "finish"):
        at = face.do("POST", f"windows/1/{step}")
    assert at["ticket"] is None
    now = face.do("GET", f"tickets/{slip['id']}")
    assert (now["status"], now["service"], now["remaining"]) == ("waiting", "tax", [])


def test_in_free_order_it_is_called_where_a_window_is_free(face: Face) -> None:
    face.do("POST", "windows/3/open")
    slip = face.do("POST", "tickets", {"services": ["social", "tax"], "order": "free"})
    called = face.do("POST", "windows/3/call-next")["ticket"]
    assert (called["id"], called["service"], called["remaining"]) == (slip["id"], "tax", ["social"])


def test_one_or_several_but_not_both(face: Face) -> None:
    both = face.ask("program", "POST", "tickets", json={"service": "tax", "services": ["tax", "social"]})
    refused(both, 422, "one-or-several", "services")
    twice = face.ask("program", "POST", "tickets", json={"services": ["tax", "tax"]})
    refused(twice, 422, "service-twice", "services")
    many = face.ask("program", "POST", "tickets", json={"services": ["tax", "social", "a", "b", "c", "d"]})
    refused(many, 422, "too-many-services", "services")


def at_window(face: Face, no: int, service: str = "residence", role: str = "program") -> dict[str, Any]:
    """Somebody who is being served there."""
    face.do("POST", f"windows/{no}/open", role=role)
    slip = face.take(service)
    for step in ("call-next", "start"):
        face.do("POST", f"windows/{no}/{step}")
    return slip


def test_somebody_is_sent_to_a_person_wherever_that_clerk_sits(face: Face) -> None:
    slip = at_window(face, 1)
    face.do("POST", "windows/2/open", role="supervisor")
    nobody = face.ask("program", "POST", "windows/1/transfer", json={"person": "nobody"})
    refused(nobody, 409, "clerk-not-here", "person")
    clerk = face.do("GET", "")["windows"][1]["clerk"]
    face.do("POST", "windows/1/transfer", {"person": clerk, "reason": "knows the case"})
    refused(face.ask("program", "POST", "windows/1/call-next"), 409, "nobody-waiting")
    assert face.do("POST", "windows/2/call-next")["ticket"]["id"] == slip["id"]


def test_who_comes_a_second_time_names_the_first_number(face: Face) -> None:
    slip = at_window(face, 1)
    face.do("POST", "windows/1/finish", {"outcome": "materials_missing"})
    body = {"service": "residence", "again": slip["number"]}
    again = face.do("POST", "tickets", body)
    assert again["number"] != slip["number"]
    refused(face.ask("program", "POST", "tickets", json=body), 409, "not-sent-away", "again")


def test_a_class_needs_a_reason_unless_it_comes_by_age_or_a_window_looks_at_the_evidence(face: Face) -> None:
    for role, key, status in [
        ("clerk", "elderly", 201),
        ("kiosk", "elderly", 201),
        ("clerk", "disabled", 422),
        ("program", "disabled", 422),
        ("kiosk", "disabled", 201),
        ("kiosk", "guest", 422),
    ]:
        body = {"service": "tax", "priority_class": key}
        answer = face.ask(role, "POST", "tickets", json=body)
        assert answer.status_code == status, (role, key, answer.text)
        if status == 422:
            refused(answer, 422, "class-reason-missing", "class_reason")
    said = {"service": "tax", "priority_class": "disabled", "class_reason": "card shown"}
    assert face.do("POST", "tickets", said, role="clerk")["priority_class"] == "disabled"


def test_the_list_of_missed_numbers_is_read_and_called_from(face: Face) -> None:
    face.do("POST", "windows/3/open")
    slip = face.take("tax")
    face.do("POST", "windows/3/call-next")
    face.do("POST", "windows/3/missed")
    kept = face.ask("clerk", "GET", "tickets/recycled").json()
    assert [(each["id"], each["status"]) for each in kept] == [(slip["id"], "missed")]
    assert face.do("POST", "windows/3/call", {"ticket": slip["id"]})["ticket"]["id"] == slip["id"]
    assert face.ask("clerk", "GET", "tickets/recycled").json() == []


def test_a_result_is_picked_up_by_the_number_of_the_first_visit(face: Face) -> None:
    slip = at_window(face, 1)
    face.do("POST", "windows/1/finish", {"result": True})
    assert face.do("GET", f"tickets/{slip['id']}")["results"] == ["social"]
    fetching = declared(
        TicketOut, face.ask("kiosk", "POST", "tickets", json={"pickup_of": slip["number"]}), 201
    )
    assert (fetching["service"], fetching["kind"]) == ("social", "pickup")
    again = face.ask("program", "POST", "tickets", json={"pickup_of": slip["id"]})
    refused(again, 409, "nothing-to-pick-up", "pickup_of")
    refused(
        face.ask("program", "POST", "tickets", json={"pickup_of": "X999"}),
        409,
        "nothing-to-pick-up",
        "pickup_of",
    )
