"""Bookings over HTTP, from the first look to the check-in, on a clock of the test's own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.bookings import code_of
from app.cards import Cards
from app.clock import HeldClock
from app.core.bookrules import BookingRules
from app.core.errors import UnknownBooking
from app.core.plan import DeviceKind, DevicePlan, HallPlan, Opening, Rules
from app.core.rights import Role
from drivers.media import Card, CardKind, Sex
from tests.plans import small_plan

from .inprocess import InProcess, running

EIGHT = datetime(2026, 9, 28, 8, 30, tzinfo=UTC) - timedelta(hours=8)
"""Monday, half past eight in Shanghai, in the week of the National Day holiday."""

PHONE, OTHER = "199 0000 0001", "+86 19900000002"
CARD = "690101209901010015"
HOUR = 3600


def booking_plan(places: int = 2, **rules: Any) -> HallPlan:
    """The small hall, open from nine to five on weekdays; residence can be booked."""
    plan = small_plan()
    residence = replace(plan.services[0], bookable=True, slot_capacity=places)
    return replace(
        plan,
        services=(residence, *plan.services[1:]),
        hours=dict.fromkeys(range(5), (Opening(time(9), time(17)),)),
        devices=(DevicePlan("printer-1", DeviceKind.PRINTER, "escpos+tcp://127.0.0.1:9", kiosk="kiosk-1"),),
        rules=Rules(booking=BookingRules(**rules)),
    )


@dataclass
class Visitors:
    """A client of the public, one with a kiosk's key, one of the staff; and the clock."""

    house: InProcess
    clock: HeldClock
    public: httpx.AsyncClient
    kiosk: httpx.AsyncClient
    desk: httpx.AsyncClient
    supervisor: httpx.AsyncClient

    async def book(self, at: str, phone: str = PHONE, **others: Any) -> httpx.Response:
        """The public books residence."""
        return await self.public.post(
            "bookings", json={"service": "residence", "starts": at, "phone": phone, **others}
        )

    async def until(self, day: int, hour: float) -> None:
        """Let the time pass until an hour of Shanghai in September 2026."""
        goal = datetime(2026, 9, day, tzinfo=UTC) + timedelta(hours=hour - 8)
        self.clock.pass_by((goal - self.clock.now()).total_seconds())
        for _ in range(3):
            await asyncio.sleep(0)
        await self.house.service.settle()


@asynccontextmanager
async def hall(folder: Path, plan: HallPlan) -> AsyncIterator[Visitors]:
    """The hall, on Monday morning."""
    clock = HeldClock(EIGHT)
    async with running(folder, plan, clock=clock, public_url="https://hall.example") as house:
        await house.service.settle()
        base = f"http://127.0.0.1:{house.settings.port}/api/v1/halls/small/"
        tokens = [
            "",
            house.token(Role.KIOSK, hall="small", kiosk="kiosk-1"),
            house.token(Role.CLERK, hall="small", window=1),
            house.token(Role.SUPERVISOR, hall="small"),
        ]
        clients = [
            httpx.AsyncClient(
                base_url=base,
                headers={"authorization": f"Bearer {token}"} if token else {},
                timeout=30,
                verify=False,
            )
            for token in tokens
        ]
        try:
            yield Visitors(house, clock, *clients)
        finally:
            for client in clients:
                await client.aclose()


async def test_a_visitor_looks_books_changes_and_checks_in_at_the_kiosk(tmp_path: Path) -> None:
    async with hall(tmp_path, booking_plan()) as people:
        offer = (await people.public.get("bookings/offer")).json()
        assert [each["code"] for each in offer["services"]] == ["residence"]
        days = {each["day"]: each for each in offer["days"]}
        assert days["2026-10-01"]["why"] == {"zh": "国庆节", "en": "National Day"}
        assert not days["2026-10-01"]["open"]
        assert days["2026-10-10"]["open"], "a Saturday that is worked"
        found = (await people.public.get("bookings/slots?service=residence&day=2026-09-29")).json()
        assert [each["free"] for each in found["slots"]] == [2] * 16
        holiday = (await people.public.get("bookings/slots?service=residence&day=2026-10-02")).json()
        assert holiday["slots"] == []
        assert holiday["why"]["en"] == "National Day"

        answer = await people.book("2026-09-29T09:00:00+08:00")
        assert answer.status_code == 201, answer.text
        booking = answer.json()
        assert booking["may"] == ["change", "cancel"]
        assert len(booking["number"]) == 8
        seen = (await people.public.get(f"bookings/{booking['id']}")).json()
        assert seen == booking
        assert (await people.public.get(f"bookings/{booking['number']}")).status_code == 404, (
            "a number is no key"
        )
        moved = await people.public.post(
            f"bookings/{booking['id']}/change", json={"starts": "2026-09-29T10:00:00"}
        )
        assert moved.json()["starts"] == "2026-09-29T10:00:00+08:00"

        early = await people.kiosk.post("bookings/check-in", json={"code": booking["number"]})
        assert early.status_code == 409
        assert early.json()["rule"] == "wrong-day"
        assert "2026-09-29 10:00" in early.json()["texts"]["zh"]
        await people.until(29, 9.25)
        soon = await people.kiosk.post("bookings/check-in", json={"code": booking["number"]})
        assert soon.json()["rule"] == "too-early-to-check-in"
        await people.until(29, 9.75)
        spaced = f"{booking['number'][:4]} {booking['number'][4:]}"
        ticket = await people.kiosk.post("bookings/check-in", json={"code": spaced})
        assert ticket.status_code == 201, ticket.text
        assert ticket.json()["number"] == "A001"
        assert ticket.json()["slip"]["state"] == "pending"
        done = (await people.public.get(f"bookings/{booking['id']}")).json()
        assert done["status"] == "checked_in"
        assert done["ticket_link"] == ticket.json()["link"]
        again = await people.kiosk.post("bookings/check-in", json={"code": booking["number"]})
        assert again.json()["rule"] == "booking-cannot"


async def test_of_many_who_want_the_last_place_at_once_one_gets_it(tmp_path: Path) -> None:
    async with hall(tmp_path, booking_plan(places=1)) as people:
        at = "2026-09-29T09:00:00+08:00"
        answers = await asyncio.gather(*(people.book(at, f"1990000{each:04d}") for each in range(24)))
        assert sorted(each.status_code for each in answers) == [201] + [409] * 23
        assert {each.json().get("rule") for each in answers} == {None, "slot-full"}
        first = next(each.json() for each in answers if each.status_code == 201)
        assert (await people.public.post(f"bookings/{first['id']}/cancel")).json()["status"] == "cancelled"
        assert (await people.book(at)).status_code == 201, "what is given back can be had again"


async def test_the_same_request_twice_books_once(tmp_path: Path) -> None:
    async with hall(tmp_path, booking_plan()) as people:
        body = {"service": "residence", "starts": "2026-09-29T09:00:00+08:00", "phone": PHONE}
        twice = await asyncio.gather(
            *(people.public.post("bookings", json=body, headers={"idempotency-key": "k"}) for _ in range(2))
        )
        assert twice[0].content == twice[1].content
        other = {**body, "phone": OTHER}
        reused = await people.public.post("bookings", json=other, headers={"idempotency-key": "k"})
        assert reused.json()["rule"] == "key-reused"


async def test_one_person_is_known_by_the_phone_however_it_is_written_and_over_a_restart(
    tmp_path: Path,
) -> None:
    async with hall(tmp_path, booking_plan()) as people:
        assert (await people.book("2026-09-29T09:00:00+08:00", "19900000001")).status_code == 201
    async with hall(tmp_path, booking_plan()) as people:
        again = await people.book("2026-09-29T11:00:00+08:00", "+86 199-0000-0001")
        assert again.json()["rule"] == "booked-that-day"


async def test_nothing_of_the_person_is_stored_or_answered(tmp_path: Path) -> None:
    async with hall(tmp_path, booking_plan()) as people:
        answer = await people.book("2026-09-29T09:00:00+08:00", "19900000001")
        card = await people.public.post(
            "bookings",
            json={"service": "residence", "starts": "2026-09-29T09:00:00+08:00", "card": valid_card()},
        )
        assert card.status_code == 201, card.text
        staff = (await people.desk.get("bookings?day=2026-09-29")).text
        public = answer.text + card.text + staff
    written = list(Path(tmp_path).glob("*"))  # noqa: ASYNC240
    raw = b"".join(path.read_bytes() for path in written if path.name != "hall.key")
    for secret in ("19900000001", valid_card()):
        assert secret not in public
        assert secret.encode() not in raw
    assert "holder" not in public
    assert (tmp_path / "hall.key").stat().st_mode & 0o077 == 0


def valid_card() -> str:
    """An invented card with a true check digit."""
    from drivers.wire.idnumber import check_of_18

    return CARD[:17] + check_of_18(CARD[:17])


async def test_a_request_that_is_wrong_is_told_where(tmp_path: Path) -> None:
    right = {"service": "residence", "starts": "2026-09-29T09:00:00+08:00"}
    faulty = valid_card()[:17] + ("1" if valid_card()[17] != "1" else "2")
    async with hall(tmp_path, booking_plan()) as people:
        before = people.house.service.hall.seq
        for more, field in (
            ({}, "phone"),
            ({"phone": "x"}, "phone"),
            ({"card": faulty}, "identity"),
            ({"phone": PHONE, "starts": "tomorrow"}, "starts"),
            ({"phone": PHONE, "card": valid_card()}, "card"),
        ):
            answer = await people.public.post("bookings", json={**right, **more})
            assert answer.status_code == 422
            assert answer.json()["field"] == field
            assert "690101" not in answer.text
        assert people.house.service.hall.seq == before


async def test_staff_book_for_who_phones_and_find_it_by_its_number(tmp_path: Path) -> None:
    async with hall(tmp_path, booking_plan(web=False)) as people:
        refused = await people.book("2026-09-29T09:00:00+08:00")
        assert refused.json()["rule"] == "bookings-by-staff-only"
        body = {"service": "residence", "starts": "2026-09-29T09:00:00+08:00", "phone": PHONE}
        made = (await people.desk.post("bookings/staff", json=body)).json()
        assert made["channel"] == "phone"
        found = (await people.desk.get(f"bookings?number={made['number']}")).json()
        assert [each["id"] for each in found["bookings"]] == [made["id"]]
        await people.until(29, 8.5)
        late = await people.public.post(f"bookings/{made['id']}/cancel")
        assert late.json()["rule"] == "too-late-to-change"
        sneaky = await people.public.post(f"bookings/{made['id']}/cancel", json={"by_staff": True})
        assert sneaky.status_code == 401
        gone = await people.desk.post(f"bookings/{made['id']}/cancel", json={"by_staff": True})
        assert gone.json()["status"] == "cancelled"
        day = (await people.desk.get("bookings?day=2026-09-29")).json()
        assert (day["booked"], day["cancelled"], day["no_show"]) == (0, 1, 0)


async def test_who_never_comes_is_warned_banned_and_forgiven(tmp_path: Path) -> None:
    async with hall(tmp_path, booking_plan(no_shows=1)) as people:
        first = (await people.book("2026-09-28T10:00:00+08:00")).json()
        await people.until(28, 12)
        assert (await people.public.get(f"bookings/{first['id']}")).json()["status"] == "no_show"
        second = (await people.book("2026-09-29T09:00:00+08:00")).json()
        assert "30" in second["warning"]["zh"]
        await people.until(29, 12)
        refused = await people.book("2026-09-30T09:00:00+08:00")
        assert refused.json()["rule"] == "booking-banned"
        assert "2 次预约未到" in refused.json()["texts"]["zh"]
        (ban,) = (await people.supervisor.get("bookings/bans")).json()
        assert "19900000001" not in json.dumps(ban)
        lifted = await people.supervisor.post(
            "bookings/bans/lift", json={"holder": ban["holder"], "reason": "was ill"}
        )
        assert lifted.status_code == 204, lifted.text
        assert (await people.book("2026-09-30T09:00:00+08:00")).status_code == 201


async def test_the_page_of_a_booking_checks_in_and_leads_to_the_ticket(tmp_path: Path) -> None:
    async with hall(tmp_path, booking_plan()) as people:
        booking = (await people.book("2026-09-28T10:00:00+08:00")).json()
        drawn = await people.public.get(f"bookings/{booking['id']}/qr.svg")
        assert drawn.headers["content-type"] == "image/svg+xml"
        await people.until(28, 10)
        assert "check-in" in (await people.public.get(f"bookings/{booking['id']}")).json()["may"]
        ticket = await people.public.post(f"bookings/{booking['id']}/check-in")
        assert ticket.status_code == 201, ticket.text
        assert ticket.json()["slip"] is None
        assert (await people.public.get(f"tickets/{ticket.json()['id']}")).json()["number"] == "A001"


async def test_a_card_on_the_reader_of_the_kiosk_checks_in_once(tmp_path: Path) -> None:
    async with hall(tmp_path, booking_plan()) as people:
        at = "2026-09-28T10:00:00+08:00"
        made = await people.public.post(
            "bookings", json={"service": "residence", "starts": at, "card": valid_card()}
        )
        assert made.status_code == 201, made.text
        await people.until(28, 10)
        house = people.house.app.state.house
        cards = Cards(house.settings.card_key, lambda _: None)
        house.devices.take_card = lambda _, kiosk, card: cards.take(kiosk, card)
        house.devices.settle_card = lambda _, kiosk, card, used: cards.settle(kiosk, card, used=used)
        birth = date(2099, 1, 1)
        laid = Card(CardKind.RESIDENT, valid_card(), "甲", Sex.UNKNOWN, birth)
        cards.laid("kiosk-1", laid, people.house.service.hall.plan, date(2026, 9, 28))
        notice = cards.notice("kiosk-1")
        assert notice is not None
        bodies = [{}, {"card": "another"}, {"card": notice.id}, {"card": notice.id}]
        answers = [await people.kiosk.post("bookings/check-in", json=body) for body in bodies]
        assert [each.status_code for each in answers] == [404, 404, 201, 404]
        done = (await people.public.get(f"bookings/{made.json()['id']}")).json()
        assert done["status"] == "checked_in"
        assert cards.notice("kiosk-1") is None, "a card that was used is forgotten"
        cards.close()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("48201734", "48201734"),
        (" 4820 1734 ", "48201734"),
        ("4820-1734", "48201734"),
        ("48201734", "48201734"),
        ("https://h.example/book/?hall=small&id=c6vX1y0m4gqv8l2ZbQm3aA", "c6vX1y0m4gqv8l2ZbQm3aA"),
        ("/book/?hall=small&id=c6vX1y0m4gqv8l2ZbQm3aA&lang=en", "c6vX1y0m4gqv8l2ZbQm3aA"),
        ("c6vX1y0m4gqv8l2ZbQm3aA", "c6vX1y0m4gqv8l2ZbQm3aA"),
        ("4820173", None),
        ("https://elsewhere.example/", None),
        ("id=", None),
        ("A001", None),
    ],
)
def test_what_is_typed_or_scanned_is_a_number_or_an_id(typed: str, code: str | None) -> None:
    if code is None:
        with pytest.raises(UnknownBooking):
            code_of(typed)
    else:
        assert code_of(typed) == code


def test_the_week_of_these_tests_is_what_it_says() -> None:
    assert date(2026, 9, 28).weekday() == 0
