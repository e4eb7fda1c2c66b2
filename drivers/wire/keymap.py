"""Which key of which model means what. Every maker numbers its keys in its own order, so this is a setting per device.

    levels=5,4,3,2        value 0 of a pad means level 5 (very satisfied), value 1 level 4, ...; `-` is a dead key
    levels.7=2,3,4,5      the same for address 7 alone
    keys=0c:call_next,060f:missed,12:-      codes in hexadecimal as they come on the wire; `-` is a dead key
    keys.7=...            the same for address 7 alone

For: the queries of device URLs, and the answer to one press. Not for: bytes of a frame (drivers/wire/ff68.py).
What goes wrong: a map that says something else than the above is refused with the part that is wrong; a key without a
meaning is no error, it is acknowledged and passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from drivers.errors import BadUrl
from drivers.media import Key

LEVELS: Mapping[int, int] = MappingProxyType({0: 5, 1: 4, 2: 3, 3: 2, 4: 1})
"""Best first: the more common order of the two seen in public programs. The four-key pad has no level 1."""

KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "0c": Key.CALL_NEXT,
        "0d": Key.RECALL,
        "0b": Key.ASK_RATING,
        "11": Key.STAND_BACK,
        "12": Key.PAUSE,
        "13": Key.TRANSFER,
        "060f": Key.MISSED,
        "000f": Key.PARK,
        "030f": Key.RETURN_PARKED,
    }
)
"""The caller of JackQChen/QueueSystem: function keys, and digit keys closed by 0F (confirm). 0E is on it, unused."""

CONFIRM = "0f"
DEAD = "-"


@dataclass(frozen=True, slots=True)
class KeyMap:
    """What keys and values mean: by default, and at single addresses that differ."""

    keys: Mapping[str, Key] = field(default_factory=lambda: KEYS)
    levels: Mapping[int, int] = field(default_factory=lambda: LEVELS)
    keys_at: Mapping[int, Mapping[str, Key]] = field(default_factory=dict)
    levels_at: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    def key(self, address: int, code: str) -> Key | None:
        """The meaning of the keys `code` (hexadecimal, one or more bytes). Several bytes closed by confirm mean
        something only as a whole; otherwise the last byte decides, and what was typed before it is ignored."""
        keys = self.keys_at.get(address, self.keys)
        code = code.lower()
        if code in keys:
            return keys[code]
        return None if code.endswith(CONFIRM) else keys.get(code[-2:])

    def level(self, address: int, value: int) -> int | None:
        """The level (5 to 1) of a pad's value."""
        return self.levels_at.get(address, self.levels).get(value)

    @classmethod
    def from_query(
        cls,
        query: Mapping[str, str],
        keys: Mapping[str, Key] = KEYS,
        levels: Mapping[int, int] = LEVELS,
    ) -> "KeyMap":
        """The map a device URL asks for; `keys` and `levels` are what its dialect takes without being asked.
        BadUrl names the part that is wrong."""
        for name, text in query.items():
            if name == "keys":
                keys = _keys(name, text, keys)
            elif name == "levels":
                levels = _levels(name, text)
        keys_at: dict[int, Mapping[str, Key]] = {}
        levels_at: dict[int, Mapping[int, int]] = {}
        for name, text in query.items():
            what, dot, address = name.partition(".")
            if not dot or what not in ("keys", "levels"):
                continue
            if not address.isdecimal():
                raise BadUrl(f"{name}: {address!r} is no address; expected a number, such as {what}.7")
            if what == "keys":
                keys_at[int(address)] = _keys(name, text, keys)
            else:
                levels_at[int(address)] = _levels(name, text)
        return cls(keys, levels, keys_at, levels_at)


def _levels(name: str, text: str) -> Mapping[int, int]:
    levels: dict[int, int] = {}
    for value, part in enumerate(text.split(",")):
        if part == DEAD:
            continue
        if part not in ("1", "2", "3", "4", "5"):
            raise BadUrl(f"{name}: {part!r} is no level; expected 5 (best) to 1, or {DEAD} for a dead key")
        levels[value] = int(part)
    return levels


def _keys(name: str, text: str, given: Mapping[str, Key]) -> Mapping[str, Key]:
    keys = dict(given)
    for part in text.split(","):
        code, _, word = part.partition(":")
        try:
            code = bytes.fromhex(code).hex()
            keys.pop(code, None)
            if word != DEAD:
                keys[code] = Key(word)
        except ValueError:
            raise BadUrl(
                f"{name}: {part!r} is no key; expected CODE:WORD, the code hexadecimal, "
                f"the word {DEAD} for a dead key or one of {' '.join(Key)}"
            ) from None
    return keys
