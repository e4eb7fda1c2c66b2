"""The 256 bytes of text on an identity card, the same from every reader. UTF-16LE, filled up with spaces.

         0                30  32    36       52         122      158     188      204      220          248 250
    ┌────┬─────────────────┬───┬─────┬────────┬──────────┬────────┬───────┬────────┬────────┬────────────┬───┬─────┐
    │    │ name            │sex│nation birth  │ address  │ number │ issuer│ from   │ to     │            │ ' '     │
    │ J  │ name            │sex│     │ birth  │ address  │ number │ issuer│ from   │ to     │ pass, count│ J │     │
    │ Y  │ Chinese name    │sex│count│ birth  │ English  │ number │       │ from   │ to     │ English,   │ Y │ old │
    │    │                 │   │     │        │ name, 35 │        │       │        │        │ 11; country│   │ no. │
    │ I  │ English name, 60 characters    120: sex, number, country 158: Chinese name, from, to, birth  248: I │     │
    └────┴─────────────────┴───┴─────┴────────┴──────────┴────────┴───────┴────────┴────────┴────────────┴───┴─────┘

The character at 248 says which of the four it is; `LAYOUTS` has the offsets in bytes.
For: text to `media.Card` and, for simulators, back. Not for: frames (drivers/wire/sam.py, stx.py), and never for the
photo, which stays the maker's compressed secret.
What goes wrong: text that is no card's, a day that no calendar has and a number whose check digit is wrong raise
BadCard with what was expected. No message repeats a name or a number: messages go into logs.
Certainty: resident and J agree in many sources, I in several; Y stands on one open struct and two vendors' demos.
"""

from collections.abc import Mapping
from datetime import date

from drivers.errors import BadCard
from drivers.media import Card, CardKind, Sex
from drivers.wire import idnumber

SIZE = 256
KIND_AT = 248
FOREVER = "长期"

Layout = Mapping[str, tuple[int, int]]
"""Item -> (offset, length), in bytes."""

RESIDENT: Layout = {
    "name": (0, 30),
    "sex": (30, 2),
    "nation": (32, 4),
    "birth": (36, 16),
    "address": (52, 70),
    "number": (122, 36),
    "issuer": (158, 30),
    "valid_from": (188, 16),
    "valid_to": (204, 16),
}
PERMIT: Layout = {
    **{item: place for item, place in RESIDENT.items() if item != "nation"},
    "pass_number": (220, 18),
    "issue_count": (238, 4),
    "kind": (248, 2),
}
FOREIGNER_2017: Layout = {
    "english_name": (0, 120),
    "sex": (120, 2),
    "number": (122, 30),
    "country": (152, 6),
    "chinese_name": (158, 30),
    "valid_from": (188, 16),
    "valid_to": (204, 16),
    "birth": (220, 16),
    "version": (236, 4),
    "authority": (240, 8),
    "kind": (248, 2),
}
FOREIGNER_2023: Layout = {
    "chinese_name": (0, 30),
    "sex": (30, 2),
    "renewals": (32, 4),
    "birth": (36, 16),
    "english_name": (52, 70),
    "number": (122, 36),
    "valid_from": (188, 16),
    "valid_to": (204, 16),
    "english_name_end": (220, 22),
    "country": (242, 6),
    "kind": (248, 2),
    "old_number": (250, 6),
}
LAYOUTS: Mapping[CardKind, Layout] = {
    CardKind.RESIDENT: RESIDENT,
    CardKind.PERMIT: PERMIT,
    CardKind.FOREIGNER_2017: FOREIGNER_2017,
    CardKind.FOREIGNER_2023: FOREIGNER_2023,
}

# fmt: off
NATIONS: Mapping[str, str] = {
    "01": "汉", "02": "蒙古", "03": "回", "04": "藏", "05": "维吾尔", "06": "苗", "07": "彝", "08": "壮",
    "09": "布依", "10": "朝鲜", "11": "满", "12": "侗", "13": "瑶", "14": "白", "15": "土家", "16": "哈尼",
    "17": "哈萨克", "18": "傣", "19": "黎", "20": "傈僳", "21": "佤", "22": "畲", "23": "高山",
    "24": "拉祜", "25": "水", "26": "东乡", "27": "纳西", "28": "景颇", "29": "柯尔克孜", "30": "土",
    "31": "达斡尔", "32": "仫佬", "33": "羌", "34": "布朗", "35": "撒拉", "36": "毛南", "37": "仡佬",
    "38": "锡伯", "39": "阿昌", "40": "普米", "41": "塔吉克", "42": "怒", "43": "乌孜别克", "44": "俄罗斯",
    "45": "鄂温克", "46": "德昂", "47": "保安", "48": "裕固", "49": "京", "50": "塔塔尔", "51": "独龙",
    "52": "鄂伦春", "53": "赫哲", "54": "门巴", "55": "珞巴", "56": "基诺", "97": "其他",
    "98": "外国血统中国籍人士",
}
# fmt: on
"""GB/T 3304. 57 and 58, which some public tables have, are not in the standard."""


def kind_of(text: bytes) -> CardKind:
    """Which of the four layouts the text has."""
    if len(text) != SIZE:
        raise BadCard(f"a card's text of {len(text)} bytes, expected {SIZE}")
    mark = text[KIND_AT : KIND_AT + 2]
    for kind in (CardKind.PERMIT, CardKind.FOREIGNER_2017, CardKind.FOREIGNER_2023):
        if mark == kind.value.encode("utf-16-le"):
            return kind
    if mark in (b" \x00", b"\x00\x00"):
        return CardKind.RESIDENT
    raise BadCard(f"a card of unknown kind (bytes {mark.hex(' ')} at {KIND_AT}), expected a space, J, I or Y")


def items(text: bytes) -> dict[str, str]:
    """Every item of the text by its name in `LAYOUTS`, without the spaces that fill it up."""
    found = {}
    for item, (offset, length) in LAYOUTS[kind_of(text)].items():
        try:
            found[item] = text[offset : offset + length].decode("utf-16-le").rstrip(" \x00")
        except UnicodeDecodeError as error:
            raise BadCard(f"the {item.replace('_', ' ')} on the card is no UTF-16LE text") from error
    return found


def compose(kind: CardKind, given: Mapping[str, str]) -> bytes:
    """The text of a card with the items `given`; the rest is blank. For simulators. ValueError names an item that the
    layout does not have or that does not fit."""
    text = bytearray(" ".encode("utf-16-le") * (SIZE // 2))
    if kind is not CardKind.RESIDENT:
        given = {**given, "kind": kind.value}
    for item, value in given.items():
        if item not in LAYOUTS[kind]:
            raise ValueError(f"a card of kind {kind.value} has no {item}; it has {', '.join(LAYOUTS[kind])}")
        offset, length = LAYOUTS[kind][item]
        encoded = value.encode("utf-16-le")
        if len(encoded) > length:
            raise ValueError(f"{item} is {len(encoded)} bytes long, there is room for {length}")
        text[offset : offset + len(encoded)] = encoded
    return bytes(text)


def card(text: bytes) -> Card:
    """The card, its number checked. A foreigner's name is the Chinese one where the card has one; `nation` is the name
    of the nation (GB/T 3304) of a resident, the three letters of the country of a foreigner, empty on a permit."""
    kind = kind_of(text)
    found = items(text)
    number = found["number"]
    if fault := idnumber.fault(kind, number):
        raise BadCard(fault)
    return Card(
        kind=kind,
        number=number,
        name=found.get("name") or found.get("chinese_name") or english_name(found),
        sex=_sex(found["sex"]),
        birth=_day("birth", found["birth"]),
        nation=NATIONS.get(found.get("nation", ""), "") or found.get("country", ""),
        address=found.get("address", ""),
        valid_from=_day("valid from", found["valid_from"]) if found["valid_from"] else None,
        valid_to=None if found["valid_to"] == FOREVER else _day("valid to", found["valid_to"]),
    )


def address(text: bytes) -> str:
    """The 70 bytes of the newest address, which a reader gives by itself."""
    try:
        return text.decode("utf-16-le").rstrip(" \x00")
    except UnicodeDecodeError as error:
        raise BadCard("the newest address is no UTF-16LE text") from error


def english_name(found: Mapping[str, str]) -> str:
    """The English name among the items of a foreigner's card; that of 2023 is written in two places."""
    first, end = found.get("english_name", ""), found.get("english_name_end", "")
    # The fill of a full first part may be a space between two words: the second part starts at character 36.
    return f"{first:35}{end}" if end else first


def _sex(code: str) -> Sex:
    try:
        return Sex(int(code))
    except ValueError as error:
        raise BadCard(f"sex {code!r} on the card, expected 0, 1, 2 or 9") from error


def _day(what: str, text: str) -> date:
    try:
        if len(text) != 8 or not set(text) <= idnumber.DIGITS:
            raise ValueError(f"{len(text)} characters")  # noqa: TRY301
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise BadCard(f"the day '{what}' on the card is no YYYYMMDD of the calendar") from error
