"""What is kept of an identity card: which class may be offered, and a keyed hash. For a minute, in memory.

For: `Cards`. A card laid on a kiosk's reader becomes a `CardNotice` for that kiosk's page; nothing of the card goes to the
journal, a log or a screen. The hash tells whether two tickets were taken with one card, to whoever holds the key
(TIDEHALL_CARD_KEY; without one it changes with every start); the number cannot be had from it.
Not for: reading (drivers/cardreader.py). Who takes the number without the card is asked nothing.
What goes wrong: a card that cannot be used is said so, in words without its data.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.core.plan import HallPlan, PriorityClass
from app.holders import Holders
from displays.scene import Bilingual, CardNotice
from drivers.media import Card, CardRefused

CARD_SECONDS: Final = 60.0
"""So long the kiosk remembers what a card brings: time to choose a service, and gone before the next person."""

UNUSABLE: Final = Bilingual(
    "证件无法读取,请直接取号,或到服务台",
    "The card cannot be used; take a number without it, or ask at the desk",
)
READ: Final = Bilingual("证件已读取,请选择业务", "Card read; please choose a service")


@dataclass(frozen=True, slots=True)
class CardFact:
    """What is left of a card."""

    notice: CardNotice
    person: str = ""


class Cards:
    """The newest card of each kiosk. `changed` is told the kiosk whose page is to be drawn anew."""

    def __init__(self, key: str, changed: Callable[[str], None]) -> None:
        self._holders = Holders(key or secrets.token_hex(32))
        self._changed = changed
        self._facts: dict[str, CardFact] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def laid(self, kiosk: str, card: Card | CardRefused, plan: HallPlan, today: date) -> None:
        """Somebody laid a card on the reader of `kiosk`."""
        if isinstance(card, CardRefused):
            fact = CardFact(CardNotice(False, "", UNUSABLE))
        else:
            offered = class_by_age(plan, age(card.birth, today))
            person = self._holders.card(card.number, card.kind)
            fact = CardFact(_notice(offered), person)
        self._facts[kiosk] = fact
        if timer := self._timers.pop(kiosk, None):
            timer.cancel()
        self._timers[kiosk] = asyncio.get_running_loop().call_later(CARD_SECONDS, self.forget, kiosk)
        self._changed(kiosk)

    def forget(self, kiosk: str) -> None:
        """The number is given out, or the minute is over."""
        if timer := self._timers.pop(kiosk, None):
            timer.cancel()
        if self._facts.pop(kiosk, None) is not None:
            self._changed(kiosk)

    def notice(self, kiosk: str) -> CardNotice | None:
        """What the page of `kiosk` may know."""
        fact = self._facts.get(kiosk)
        return fact.notice if fact else None

    def person(self, kiosk: str) -> str:
        """The keyed hash of the card at `kiosk`; empty where there is none."""
        fact = self._facts.get(kiosk)
        return fact.person if fact else ""

    def close(self) -> None:
        """Forget all of it."""
        for kiosk in list(self._facts):
            self.forget(kiosk)


def age(birth: date, today: date) -> int:
    """Years completed on `today`; somebody born on a leap day is a year older on 1 March."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def class_by_age(plan: HallPlan, years: int) -> PriorityClass | None:
    """The class that comes by itself with this age: that of the highest age reached."""
    reached = [each for each in plan.classes if each.from_age is not None and years >= each.from_age]
    return max(reached, key=lambda each: each.from_age or 0, default=None)


def _notice(offered: PriorityClass | None) -> CardNotice:
    if offered is None:
        return CardNotice(True, "", READ)
    return CardNotice(
        True,
        offered.key,
        Bilingual(
            f"证件已读取,可享受“{offered.name}”优先", f"Card read; you may be called as: {offered.name_en}"
        ),
    )
