"""What is kept of an identity card at a kiosk: which class may be offered, and a keyed hash. For a minute, in memory.

For: `Cards`. A card laid on a kiosk's reader becomes a `CardNotice` for that kiosk's page, with a name of its own (`id`,
random). Whoever takes a number there gives that name back, once; the server puts hash and class to the ticket. Nothing of
the card goes to a log or a screen, and no page ever holds more than the name. What is kept is app/identity.py's law.
Not for: reading (drivers/cardreader.py). Who takes the number without the card is asked nothing.
What goes wrong: a card that cannot be used is said so, in words without its data; one that was used, or laid down more than
a minute ago, is forgotten.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.core.plan import HallPlan
from app.holders import Holders
from app.identity import CardFact, age, class_by_age, fact_of
from displays.scene import Bilingual, CardNotice
from drivers.media import Card, CardRefused

__all__ = ["CARD_SECONDS", "Cards", "age", "class_by_age"]

CARD_SECONDS: Final = 60.0
"""So long the kiosk remembers what a card brings: time to choose a service, and gone before the next person."""

UNUSABLE: Final = Bilingual(
    "证件无法读取,请直接取号,或到服务台",
    "The card cannot be used; take a number without it, or ask at the desk",
)
READ: Final = Bilingual("证件已读取,请选择业务", "Card read; please choose a service")


@dataclass(slots=True)
class _Laid:
    """A card at a kiosk. `taken`: a number is being given out for it."""

    notice: CardNotice
    fact: CardFact
    taken: bool = False


class Cards:
    """The newest card of each kiosk. `changed` is told the kiosk whose page is to be drawn anew."""

    def __init__(self, key: str, changed: Callable[[str], None]) -> None:
        self._holders = Holders(key or secrets.token_hex(32))
        self._changed = changed
        self._laid: dict[str, _Laid] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def laid(self, kiosk: str, card: Card | CardRefused, plan: HallPlan, today: date) -> None:
        """Somebody laid a card on the reader of `kiosk`."""
        if isinstance(card, CardRefused):
            laid = _Laid(CardNotice(False, "", UNUSABLE), CardFact(), taken=True)
        else:
            fact = fact_of(self._holders, card.kind, card.number, card.birth, plan, today, card.name)
            laid = _Laid(_notice(plan, fact), fact)
        self._laid[kiosk] = laid
        if timer := self._timers.pop(kiosk, None):
            timer.cancel()
        self._timers[kiosk] = asyncio.get_running_loop().call_later(CARD_SECONDS, self.forget, kiosk)
        self._changed(kiosk)

    def take(self, kiosk: str, card: str) -> CardFact | None:
        """What the card of this name brings, for one number; None if it was used, or is no longer here."""
        laid = self._laid.get(kiosk)
        if laid is None or laid.taken or not card or laid.notice.id != card:
            return None
        laid.taken = True
        return laid.fact

    def settle(self, kiosk: str, card: str, *, used: bool) -> None:
        """The number was given out, and the card is forgotten; or not, and it may be tried again."""
        laid = self._laid.get(kiosk)
        if laid is None or laid.notice.id != card:
            return
        if used:
            self.forget(kiosk)
        else:
            laid.taken = False

    def forget(self, kiosk: str) -> None:
        """The number is given out, or the minute is over."""
        if timer := self._timers.pop(kiosk, None):
            timer.cancel()
        if self._laid.pop(kiosk, None) is not None:
            self._changed(kiosk)

    def notice(self, kiosk: str) -> CardNotice | None:
        """What the page of `kiosk` may know."""
        laid = self._laid.get(kiosk)
        return laid.notice if laid else None

    def person(self, kiosk: str) -> str:
        """The keyed hash of the card at `kiosk`; empty where there is none, or the hall keeps none."""
        laid = self._laid.get(kiosk)
        return laid.fact.holder if laid else ""

    def close(self) -> None:
        """Forget all of it."""
        for kiosk in list(self._laid):
            self.forget(kiosk)


def _notice(plan: HallPlan, fact: CardFact) -> CardNotice:
    name = secrets.token_urlsafe(12)
    offered = plan.priority_class.get(fact.priority_class)
    if offered is None:
        return CardNotice(True, "", READ, name)
    return CardNotice(
        True,
        offered.key,
        Bilingual(
            f"证件已读取,可享受“{offered.name}”优先", f"Card read; you may be called as: {offered.name_en}"
        ),
        name,
    )
