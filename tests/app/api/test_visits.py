"""Several services on one slip, over the API."""

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
