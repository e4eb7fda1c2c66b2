"""What the night does to the face of the hall, on a clock of the test's own."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.api.schemas import TicketOut
from app.clock import HeldClock
from app.core.commands import IssueTicket
from app.core.rights import Role
from app.office import people
from tests.app.api.conftest import PASSWORD, desk_plan
from tests.app.api.inprocess import running
from tests.app.api.test_routes import declared

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = 3600.0


async def test_a_ticket_of_yesterday_is_shown_as_it_ended_and_its_page_is_over(tmp_path: Path) -> None:
    clock = HeldClock(NOON)
    async with running(tmp_path, desk_plan(), clock=clock, key_seconds=0.1) as house:
        api = f"http://127.0.0.1:{house.settings.port}/api/v1/halls/small"
        await house.service.handle(IssueTicket("yesterday", "residence"))
        async with (
            httpx.AsyncClient(verify=False, timeout=30) as line,
            connect(f"{house.scenes}/ticket/yesterday", compression=None) as phone,
        ):
            today = declared(TicketOut, await line.get(f"{api}/tickets/yesterday"))
            clock.pass_by(24 * HOUR)
            await house.service.handle(IssueTicket("today", "residence"))
            past = declared(TicketOut, await line.get(f"{api}/tickets/yesterday"))
            assert (past["number"], past["status"]) == (today["number"], "void")
            assert (await line.get(f"{api}/tickets/today")).json()["number"] == "A001"
            async with asyncio.timeout(20):
                with pytest.raises(ConnectionClosed):
                    while True:
                        await phone.recv()
            assert phone.close_code == 4404


async def test_a_sign_in_ends_after_its_hours(tmp_path: Path) -> None:
    clock = HeldClock(datetime.now(UTC))
    async with running(tmp_path, desk_plan(), clock=clock, key_seconds=0.001, session_hours=12.0) as house:
        api = f"http://127.0.0.1:{house.settings.port}/api/v1/halls/small"
        with people(house.settings) as (staff, now):
            staff.add_user("clerk-1", "一号", Role.CLERK, PASSWORD, now)
        async with httpx.AsyncClient(verify=False, timeout=30) as line:
            body = {"login": "clerk-1", "password": PASSWORD, "window": 1}
            session = (await line.post(f"{api}/sessions", json=body)).json()
            mine = {"authorization": f"Bearer {session['token']}"}
            clock.pass_by(11 * HOUR)
            assert (await line.post(f"{api}/windows/1/open", headers=mine)).status_code == 200
            clock.pass_by(HOUR)
            ended = await line.post(f"{api}/windows/1/close", headers=mine)
            assert (ended.status_code, ended.json()["rule"]) == (401, "no-key")
