"""Who somebody is, as far as a hall may know: a keyed hash of a card number or a phone number.

For: `Holders`, which makes the hash, and `key_of`, which finds its key. The same card or phone gives the same hash for as
long as the key lives, so that a booking of last week is known again; without the key nothing can be had from the hash.
Not for: keeping numbers. They are never written down, logged or answered.
What goes wrong: the key is lost; then nobody is known again, and everything else goes on. TIDEHALL_CARD_KEY names it; with
SQLite and without a name it lies in a file beside the database, which only the owner can read; with another database and
without a name it is new with every start, and the log says so.
"""

import hashlib
import hmac
import logging
import os
import secrets
from pathlib import Path

from app.settings import Settings

log = logging.getLogger(__name__)

KEY_BYTES = 32
"""As many as SHA-256 has: a longer key would not be harder to guess."""

COUNTRY = "86"
"""What a phone number written for abroad begins with; it is the same phone without."""

MOBILE_DIGITS = 11
"""The length of a mobile number in China."""


class Holders:
    """Hashes under one key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def card(self, number: str, kind: str = "resident") -> str:
        """Whoever has the card of this number."""
        return self._hash(f"{kind}{number.strip().upper()}")

    def phone(self, number: str) -> str:
        """Whoever has this phone, however the number is written."""
        digits = "".join(each for each in number if each.isdecimal())
        if len(digits) >= MOBILE_DIGITS + len(COUNTRY) and digits.lstrip("0").startswith(COUNTRY):
            digits = digits.lstrip("0").removeprefix(COUNTRY)
        return self._hash(f"phone{digits}")

    def fingerprint(self, said: bytes) -> str:
        """A request that holds a number, told from another one under the same Idempotency-Key."""
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()

    def _hash(self, said: str) -> str:
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()


def key_of(settings: Settings) -> str:
    """The key of this installation. Reads, or writes once, a file beside an SQLite database."""
    if settings.card_key:
        return settings.card_key
    database = settings.sqlite_path
    if database is None:
        log.warning(
            "TIDEHALL_CARD_KEY is not set: people are not known again after this start, "
            "neither by their card nor by the phone they booked with"
        )
        return secrets.token_hex(KEY_BYTES)
    return _kept(database.with_suffix(".key"))


def _kept(path: Path) -> str:
    """The key in the file at `path`, made if there is none; two processes that start at once agree on one."""
    fresh = secrets.token_hex(KEY_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        for _ in range(100):
            if key := path.read_text("ascii").strip():
                return key
        return fresh
    except OSError as wrong:
        log.warning("the key of card hashes could not be written to %s: %s", path, wrong)
        return fresh
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(fresh)
    return fresh
