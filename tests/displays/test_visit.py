"""What a visit with several services looks like: on paper, on the visitor's page, at the clerk's window."""

from app.core.commands import CallNext, Finish, Start
from app.core.ticket import VisitOrder
from app.scenes import clerk_scene, slip_scene, ticket_scene
from displays.scene import Bilingual
from displays.slip import compose
from drivers.media import Text
from tests.app.core.hands import Hand, hand

TAX, SOCIAL, PERMIT = (Bilingual(f"{code}业务", code.capitalize()) for code in ("tax", "social", "permit"))


def visitor(order: VisitOrder) -> tuple[Hand, str]:
    h = hand()
    h.open(1, 2)
    return h, h.take("social", then=("permit", "tax"), order=order)


def paper(h: Hand, ticket: str) -> list[str]:
    slip = compose("j", slip_scene(h.hall, h.ticket(ticket), 0, "/x", reprint=False))
    return [part.text for part in slip.parts if isinstance(part, Text)]


def test_the_slip_lists_all_services_and_says_in_which_order() -> None:
    h, slip = visitor(VisitOrder.FIXED)
    lines = paper(h, slip)
    assert [line for line in lines if line[0] in "123"] == ["1. social业务", "2. permit业务", "3. tax业务"]
    assert "一号依次办理" in lines
    h, slip = visitor(VisitOrder.FREE)
    lines = paper(h, slip)
    assert [line for line in lines if line[0] == "·"] == ["· social业务", "· permit业务", "· tax业务"]
    assert "In any order" in lines


def test_a_slip_for_one_service_is_as_it_was() -> None:
    h = hand()
    lines = paper(h, h.take("tax"))
    assert "tax业务" in lines
    assert "In any order" not in lines


def test_the_clerk_and_the_visitor_see_what_remains() -> None:
    h, slip = visitor(VisitOrder.FREE)
    coming = clerk_scene(h.hall, 1, h.now).next
    assert coming is not None
    assert (coming.service, coming.remaining) == (TAX, (SOCIAL, PERMIT))
    h.do(CallNext(1))
    at = clerk_scene(h.hall, 1, h.now).ticket
    assert at is not None
    assert (at.service, at.remaining) == (TAX, (SOCIAL, PERMIT))
    h.do(Start(1))
    h.do(Finish(1), 5)
    page = ticket_scene(h.hall, slip, h.now)
    assert (page.status, page.service, page.remaining, page.free) == ("waiting", SOCIAL, (PERMIT,), True)
