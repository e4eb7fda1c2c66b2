"""What every route needs: which hall, who is asking, and the way from a request to a command and back.

For: `House` (what app/main.py hands to the routes), `caller`, `ask`. Routes stay one sentence long.
Not for: rules.

A key comes as `Authorization: Bearer KEY`; a websocket of a browser, which cannot set headers, as the subprotocol
`bearer.KEY`. Keys that were looked up are remembered for half of `key_seconds` and open screens are looked at as often,
so a revoked key ends within that time. How long keys and sign-ins last is reckoned in the world's time, also where a
demonstration owns the hall's.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from app.api.comparing import Comparing
from app.api.problems import KEY_TOO_LONG, language, problem, refusal_problem, to_response
from app.callednames import CalledNames
from app.clock import Clock
from app.core.commands import Command
from app.core.errors import NoKey, Refusal, UnknownHall
from app.core.events import Event, PlanAdopted, TicketCalled
from app.core.hall import Hall
from app.core.record import Answer
from app.core.rights import KeyRow, Principal, Role, UserRow
from app.frames import SceneLine
from app.holders import Holders
from app.outside import Outside
from app.panel import Panels
from app.service import HallService
from app.settings import Settings
from app.urgency import Cares

if TYPE_CHECKING:
    from app.rack import Listed
    from app.reporting import Source as ReportSource
    from app.voice import Voices
    from displays.scene import CardNotice

KEYS_REMEMBERED = 10_000
"""More keys than any city has devices; then the memory of them starts anew."""


class Keyring(Protocol):
    """Who carries which key. Methods block."""

    def principal(self, token: str, now: datetime) -> Principal | None:
        """Who carries `token`."""

    def check_password(self, login: str, password: str, now: datetime) -> tuple[str, Role]:
        """Name and role of who signs in."""

    def issue_token(
        self,
        role: str,
        holder: str,
        now: datetime,
        *,
        hall: str = "",
        window: int | None = None,
        kiosk: str = "",
        lasts: timedelta | None = None,
    ) -> str:
        """A new key."""

    def revoke(self, now: datetime, *, token: str = "", holder: str = "") -> int:
        """End keys."""

    def add_user(self, login: str, name: str, role: Role, password: str, now: datetime) -> None:
        """Somebody new."""

    def users(self) -> list[UserRow]:
        """Everybody who signs in."""

    def change_user(
        self, login: str, name: str, role: Role, active: bool, password: str, now: datetime
    ) -> None:
        """Somebody changed."""

    def keys(self, hall: str, now: datetime) -> list[KeyRow]:
        """The keys that open a hall."""

    def end_key(self, hall: str, which: str, now: datetime) -> bool:
        """End one of them."""

    def use_setup_code(self, code: str, login: str, name: str, password: str, now: datetime) -> None:
        """The first administrator."""


class Archive(Protocol):
    """The journal, as the API reads it. Methods block."""

    def recent_events(self, hall: str, after: int, limit: int) -> list[tuple[int, str, str, str]]:
        """(seq, name, by, data as JSON) after a number."""

    def ticket(self, hall: str, ticket_id: str) -> dict[str, object] | None:
        """A ticket of any day."""

    def last_calls(self, hall: str, before: int | None, limit: int) -> list[tuple[int, str, TicketCalled]]:
        """(seq, by, call) before a number, newest first."""

    def plans(self, hall: str, before: int | None, limit: int) -> list[tuple[int, str, PlanAdopted]]:
        """(seq, by, adoption) of the plans before a number, newest first."""

    def tickets_by_id(self, hall: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Some hundreds of tickets at most."""

    def tickets_numbered(self, hall: str, day: str, number: str) -> list[dict[str, Any]]:
        """The tickets of a day that carry a number."""

    def calls_of_day(self, hall: str, day: str) -> list[TicketCalled]:
        """Every call of a day with its reason."""

    def days(self, hall: str) -> list[date]:
        """The days that the journal holds, the oldest first."""

    def tickets_of_day(self, hall: str, day: str) -> list[dict[str, object]]:
        """Every ticket of a day."""


class CardBrings(Protocol):
    """What is left of a card (app/identity.py)."""

    @property
    def holder(self) -> str:
        """Whose it is, as a keyed hash."""

    @property
    def priority_class(self) -> str:
        """The class that comes with the age."""

    @property
    def masked_name(self) -> str:
        """What a board may show of the name; empty unless the hall wants it."""


class Devices(Protocol):
    """The device room, as the API sees it."""

    def listed(self, hall: str) -> "Sequence[Listed]":
        """Every device of a hall."""

    def card(self, hall: str, kiosk: str) -> "CardNotice | None":
        """What has just been laid on the reader of a kiosk."""

    def person(self, hall: str, kiosk: str) -> str:
        """The keyed hash of the card that lies there; empty where there is none."""

    def take_card(self, hall: str, kiosk: str, card: str) -> CardBrings | None:
        """What a card brings that was laid down there, once."""

    def settle_card(self, hall: str, kiosk: str, card: str, *, used: bool) -> None:
        """Whether a number came of it."""

    async def attend(
        self, hall: str, agent: str, hear: Callable[[], Awaitable[str]], say: Callable[[str], Awaitable[None]]
    ) -> None:
        """One line of an agent, until it ends."""


class Screens(Protocol):
    """Where a screen joins those who look at a scene (app/hub.py)."""

    def join(
        self,
        service: HallService,
        name: str,
        draw: Callable[[Hall, datetime], object],
        cares: Cares,
        line: SceneLine | None,
        send: Callable[[str], Awaitable[None]],
    ) -> Callable[[], None]:
        """Begin to look; what comes back ends it."""

    def nudge(self, hall: str, name: str) -> None:
        """Draw a scene anew that shows more than the journal knows."""


@dataclass(slots=True)
class House:
    """Everything that routes reach: put together in app/main.py."""

    settings: Settings
    clock: Clock
    halls: dict[str, HallService]
    hub: Screens
    keyring: Keyring
    archive: Archive
    devices: Devices
    wall: Clock
    voices: Callable[[], "Voices"]
    holders: Holders
    reports: "Callable[[], ReportSource]"
    outside: Outside = field(default_factory=Outside)
    panels: Panels = field(default_factory=Panels)
    called_names: CalledNames = field(default_factory=CalledNames)
    known_keys: dict[str, tuple[float, Principal]] = field(default_factory=dict)
    comparing: Comparing = field(default_factory=Comparing)


def house(connection: HTTPConnection) -> House:
    """The house behind a request."""
    found: House = connection.app.state.house
    return found


def hall_service(connection: HTTPConnection, hall: str) -> HallService:
    """The hall that a path names. Raises UnknownHall."""
    found = house(connection).halls.get(hall)
    if found is None:
        raise UnknownHall(hall=hall)
    return found


def key_of(connection: HTTPConnection) -> str:
    """The key that came with a request; empty if none did."""
    header = connection.headers.get("authorization", "")
    if header[:7].lower() == "bearer ":
        return header[7:].strip()
    for protocol in connection.scope.get("subprotocols", ()):
        if protocol.startswith("bearer."):
            return str(protocol[7:])
    return ""


async def caller(connection: HTTPConnection) -> Principal:
    """Who is asking. Raises NoKey."""
    return await principal_of(house(connection), key_of(connection))


async def principal_of(rooms: House, token: str) -> Principal:
    """Who carries a key. Raises NoKey."""
    known = rooms.known_keys.get(token)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    found = await asyncio.to_thread(rooms.keyring.principal, token, rooms.wall.now()) if token else None
    if found is None:
        rooms.known_keys.pop(token, None)
        raise NoKey()
    if len(rooms.known_keys) >= KEYS_REMEMBERED:
        rooms.known_keys.clear()
    rooms.known_keys[token] = (time.monotonic() + rooms.settings.key_seconds / 2, found)
    return found


def plain_mark(said: bytes) -> str:
    """The fingerprint of a request that holds nobody's number."""
    return hashlib.sha256(said).hexdigest()


async def ask(
    request: Request,
    service: HallService,
    who: Principal,
    command: Command,
    answering: Callable[[Hall, tuple[Event, ...]], Answer],
    mark: Callable[[bytes], str] = plain_mark,
) -> Response:
    """Hand a command to the hall and give its answer back; a repeated Idempotency-Key gets the first one. `mark` makes the
    fingerprint of a request; one under a key where the request holds the number of a person."""
    key = request.headers.get("idempotency-key", "")
    fingerprint = ""
    if len(key) > KEY_LENGTH:
        return to_response(
            problem(422, "key-too-long", "key too long", KEY_TOO_LONG, language(request), "Idempotency-Key")
        )
    if key:
        said = f"{request.method} {request.scope['path']} {who.holder}\n".encode() + await request.body()
        fingerprint = mark(said)

    def refusing(refusal: Refusal) -> Answer:
        return refusal_problem(refusal, language(request))

    answer = await service.handle(
        command, by=who.holder, answering=answering, refusing=refusing, key=key, fingerprint=fingerprint
    )
    return to_response(answer)


KEY_LENGTH = 255
"""Characters of an Idempotency-Key at most, as the draft of its RFC and the column `answers.key` have it."""


def new_ticket_id() -> str:
    """128 random bits: the link on a slip cannot be guessed."""
    return secrets.token_urlsafe(16)
