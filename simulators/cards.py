"""The people of the simulated card readers. None of them can exist: division 69 is no province, and they are born in 2099.

For: simulators/sam.py and stx.py, and the page on which a card is laid down. Not for: real cards; none ever comes here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.media import CardKind
from drivers.wire import cardtext, idnumber

PHOTO = bytes.fromhex("57 4C 66 00 7E 00 32 00 00 FF 85").ljust(1024, b"\0")
"""The first bytes of every photo on a card, and nothing behind them: nobody's picture."""

FINGERPRINTS = bytes(1024)


@dataclass(frozen=True, slots=True)
class Person:
    """One card: its kind, the items of drivers/wire/cardtext.py, and the address that was added later, if any."""

    kind: CardKind
    items: Mapping[str, str]
    newest_address: str = ""

    @property
    def text(self) -> bytes:
        """The 256 bytes on the card."""
        return cardtext.compose(self.kind, self.items)

    @property
    def name(self) -> str:
        """The name that a driver takes from the card."""
        return self.items.get("name") or self.items.get("chinese_name") or cardtext.english_name(self.items)

    @property
    def number(self) -> str:
        """The number on the card."""
        return self.items["number"]

    @property
    def address_item(self) -> bytes:
        """The 70 bytes of the newest address; empty when none was added."""
        return f"{self.newest_address:35}".encode("utf-16-le") if self.newest_address else b""


def _number(first: str) -> str:
    return first + (idnumber.check_of_18(first) if len(first) == 17 else idnumber.check_of_15(first))


PEOPLE: Mapping[str, Person] = {
    "resident": Person(
        CardKind.RESIDENT,
        {
            "name": "测试甲",
            "sex": "2",
            "nation": "01",
            "birth": "20990301",
            "address": "样例省虚构市示范区测试路1号",
            "number": _number("69999920990301002"),
            "issuer": "样例市公安局",
            "valid_from": "20990302",
            "valid_to": "21190302",
        },
        newest_address="样例省虚构市示范区搬迁路9号",
    ),
    "long-term": Person(
        CardKind.RESIDENT,
        {
            "name": "测试乙",
            "sex": "1",
            "nation": "03",
            "birth": "20990101",
            "address": "样例省虚构市示范区测试路2号",
            "number": _number("69999920990101001"),
            "issuer": "样例市公安局",
            "valid_from": "20990102",
            "valid_to": cardtext.FOREVER,
        },
    ),
    "J": Person(
        CardKind.PERMIT,
        {
            "name": "测试丙",
            "sex": "1",
            "birth": "20990101",
            "address": "样例省虚构市示范区测试路3号",
            "number": _number("81000020990101001"),
            "issuer": "样例市公安局",
            "valid_from": "20990102",
            "valid_to": "21040102",
            "pass_number": "H00000001",
            "issue_count": "01",
        },
    ),
    "I": Person(
        CardKind.FOREIGNER_2017,
        {
            "english_name": "TEST, PERSON",
            "sex": "1",
            "number": _number("CAN69999901011"),
            "country": "CAN",
            "chinese_name": "测试丁",
            "valid_from": "20990102",
            "valid_to": "21090102",
            "birth": "20990101",
            "version": "01",
            "authority": "6999",
        },
    ),
    "Y": Person(
        CardKind.FOREIGNER_2023,
        {
            "sex": "2",
            "renewals": "01",
            "birth": "20990101",
            "english_name": "TEST-OF-A-NAME-THAT-DOES-NOT-FIT, I",
            "english_name_end": "N ONE PLACE",
            "number": _number("96912420990101002"),
            "valid_from": "20990102",
            "valid_to": "21090102",
            "country": "CAN",
            "old_number": "991",
        },
    ),
}
