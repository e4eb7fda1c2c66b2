"""A walk along every public surface of a hall that knows people: nothing of a person hangs on any of them.

Everybody here is invented: division 69, birth in 2099, numbers that belong to nobody.
"""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from app.core.commands import CallNext, Finish, OpenWindow, Start
from app.core.people import Person
from app.core.plan import HallPlan, PlateRules
from app.core.rights import Role
from tests.app.api.inprocess import InProcess
from tests.app.api.test_bookings import booking_plan, hall

CARD = "69010120990101001X"
BOOKED_PHONE, STAFF_PHONE = "19900007777", "0690000000"
LOGIN, NAME, NAME_EN = "zhi.yuan.jia", "职员甲乙", "Clerk Jiayi"
SECRETS = (BOOKED_PHONE, BOOKED_PHONE[-8:], STAFF_PHONE, CARD, CARD[6:14], NAME, NAME_EN, LOGIN)


def plan_with_people() -> HallPlan:
    """A hall whose file names a clerk and shows neither name, photo nor telephone: the usual."""
    plan = booking_plan()
    return replace(plan, people=(Person("07", NAME, NAME_EN, phone=STAFF_PHONE),))


async def heard(house: InProcess, name: str, role: Role | None, **where: str | int) -> str:
    """The first scene of a screen, as it crosses the wire."""
    protocols = [Subprotocol("tidehall.v1")]
    if role is not None:
        key = await asyncio.to_thread(house.token, role, hall=house.hall, **where)
        protocols.append(Subprotocol(f"bearer.{key}"))
    async with connect(f"{house.scenes.removesuffix('/scenes')}/{name}", subprotocols=protocols) as line:
        async with asyncio.timeout(30):
            return str(await line.recv())


@pytest.mark.parametrize("clerk", ["07", LOGIN], ids=["named in the file", "an account"])
async def test_nothing_of_a_person_hangs_on_any_public_surface(tmp_path: Path, clerk: str) -> None:
    async with hall(tmp_path, plan_with_people()) as visitors:
        house = visitors.house
        booked = await visitors.book("2026-09-29T09:00:00+08:00", BOOKED_PHONE)
        assert booked.status_code == 201, booked.text
        await visitors.until(28, 9.5)
        taken = await visitors.desk.post("tickets", json={"service": "social", "identity": CARD})
        assert taken.status_code == 201, taken.text
        ids = [taken.json()["id"]]
        for window in (1, 2):
            await house.service.handle(OpenWindow(window, clerk if window == 1 else "08"))
        await house.service.handle(CallNext(1))
        walk: dict[str, str] = {}

        async def look(moment: str) -> None:
            for name, role, where in (
                ("scenes/hall", Role.SCREEN, {}),
                ("scenes/window/1", Role.SCREEN, {}),
                ("scenes/kiosk", Role.KIOSK, {"kiosk": "kiosk-1"}),
                ("scenes/pad/1", Role.PAD, {"window": 1}),
                (f"scenes/ticket/{ids[0]}", None, {}),
                ("voice", Role.SCREEN, {}),
            ):
                walk[f"{moment}: {name}"] = await heard(house, name, role, **where)
            for path in (
                "",
                "look",
                f"tickets/{ids[0]}",
                f"tickets/{ids[0]}/qr.svg",
                f"bookings/{booked.json()['id']}",
                "bookings/offer",
                "bookings/slots?service=residence",
            ):
                walk[f"{moment}: GET {path}"] = (await visitors.public.get(path)).text
            base = f"http://127.0.0.1:{house.settings.port}"
            async with httpx.AsyncClient(verify=False) as nobody:
                for path in ("/metrics", "/readyz", "/api/v1/halls", "/openapi.json"):
                    walk[f"{moment}: GET {path}"] = (await nobody.get(base + path)).text

        await look("called")
        await house.service.handle(Start(1))
        await look("served")
        await house.service.handle(Finish(1))
        await look("done")
    assert len(walk) > 40
    assert json.loads(walk["done: scenes/pad/1"])["ask"] is not None, "the walk has seen what it was to see"
    found = [(place, secret) for place, text in walk.items() for secret in SECRETS if secret in text]
    assert found == []


async def test_a_name_hangs_on_the_plates_where_the_hall_wants_it_and_nowhere_else(tmp_path: Path) -> None:
    plan = plan_with_people()
    plan = replace(plan, rules=replace(plan.rules, plates=PlateRules(names=True)))
    async with hall(tmp_path, plan) as visitors:
        house = visitors.house
        await house.service.handle(OpenWindow(1, "07"))
        shown = {
            "scenes/hall": await heard(house, "scenes/hall", Role.SCREEN),
            "scenes/window/1": await heard(house, "scenes/window/1", Role.SCREEN),
            "scenes/pad/1": await heard(house, "scenes/pad/1", Role.PAD, window=1),
            "scenes/kiosk": await heard(house, "scenes/kiosk", Role.KIOSK, kiosk="kiosk-1"),
        }
    assert {name for name, text in shown.items() if NAME in text} == {"scenes/window/1", "scenes/pad/1"}
    assert not [text for text in shown.values() if STAFF_PHONE in text]
