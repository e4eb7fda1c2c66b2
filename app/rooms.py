"""The device rooms of this process: one for each hall, if devices are driven here at all.

For: `DeviceRoom`: the door through which the API and the bus reach the devices of a hall.
Not for: what happens in a room (app/hardware.py). That is imported when the first room is furnished: a server without
devices starts without drivers.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from app.bus import Bus
from app.clock import Clock
from app.core.errors import UnknownAgent, UnknownHall
from app.core.record import Recorded
from app.service import HallService
from app.settings import Settings

if TYPE_CHECKING:
    from app.hardware import Room
    from app.identity import CardFact
    from app.rack import Listed
    from displays.scene import CardNotice


class DeviceRoom:
    """Every device of every hall of this process. `card_changed(hall, kiosk)`: draw that kiosk's page anew."""

    def __init__(
        self,
        bus: Bus,
        settings: Settings,
        clock: Clock,
        card_changed: Callable[[str, str], None] = lambda _hall, _kiosk: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._card_changed = card_changed
        self._rooms: dict[str, Room] = {}
        self._driving = settings.devices
        bus.listen(self._heard)

    def furnish(self, service: HallService) -> None:
        """Open the devices of a hall that is served from now on."""
        if self._driving and service.code not in self._rooms:
            from app.hardware import Room

            self._rooms[service.code] = Room(service, self._settings, self._clock, self._card_changed)

    def _heard(self, hall: str, recorded: tuple[Recorded, ...]) -> None:
        room = self._rooms.get(hall)
        if room is not None:
            room.happened(recorded)

    def listed(self, hall: str) -> "list[Listed]":
        """Every device of a hall; nothing where devices are switched off."""
        room = self._rooms.get(hall)
        return room.listed() if room else []

    def card(self, hall: str, kiosk: str) -> "CardNotice | None":
        """What has just been laid on the reader of a kiosk."""
        room = self._rooms.get(hall)
        return room.cards.notice(kiosk) if room else None

    def person(self, hall: str, kiosk: str) -> str:
        """The keyed hash of the card that lies on the reader of a kiosk; empty where there is none."""
        room = self._rooms.get(hall)
        return room.cards.person(kiosk) if room else ""

    def take_card(self, hall: str, kiosk: str, card: str) -> "CardFact | None":
        """What a card brings that was laid down there, for one number."""
        room = self._rooms.get(hall)
        return room.cards.take(kiosk, card) if room else None

    def settle_card(self, hall: str, kiosk: str, card: str, *, used: bool) -> None:
        """Whether the number was given out."""
        room = self._rooms.get(hall)
        if room is not None:
            room.cards.settle(kiosk, card, used=used)

    async def attend(
        self, hall: str, agent: str, hear: Callable[[], Awaitable[str]], say: Callable[[str], Awaitable[None]]
    ) -> None:
        """One line of an agent, until it ends. Raises UnknownHall, UnknownAgent, and what the line raises."""
        room = self._rooms.get(hall)
        if room is None:
            raise UnknownHall(hall=hall)
        desk = room.desks.get(agent)
        if desk is None:
            raise UnknownAgent(agent=agent, known=", ".join(room.desks) or "-")
        await desk.attend(hear, say)

    async def let_go(self) -> None:
        """Another process drives the devices now: this one closes them and opens no more."""
        self._driving = False
        await self.close()
        self._rooms.clear()

    async def close(self) -> None:
        """Let go of every device."""
        for room in self._rooms.values():
            await room.close()
