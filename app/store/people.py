"""People who sign in and devices that carry a key.

For: users with passwords (argon2id, the library's own parameters), sign-ins and device keys as tokens. A token is 32
random bytes; the database keeps its SHA-256, so that whoever reads the database holds no key.
Not for: what a role may do (core/rights.py).
What goes wrong: a wrong password says only that login or password are wrong, and after five in a row the account rests
for five minutes (GB/T 22239 asks for a limit; the figures are the commonest).
All methods block; argon2 takes some 50 ms on purpose.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.rights import KeyRow, LoginTaken, Principal, Role, SignInRefused, UserRow
from app.store.database import Database
from app.store.tables import tokens, users

if TYPE_CHECKING:
    from argon2 import PasswordHasher

FAILURES_AT_MOST = 5
REST = timedelta(minutes=5)
PASSWORD_LENGTH = 8
"""Characters at least; halls' own rules say 8 with upper, lower and digit, NIST SP 800-63B says length alone helps."""


class People:
    """Users and tokens of one database. `hasher`: a quicker one for tests."""

    def __init__(self, database: Database, hasher: "PasswordHasher | None" = None) -> None:
        self._database = database
        self._given_hasher = hasher

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return self._given_hasher or PasswordHasher()

    # -- users --------------------------------------------------------------------------------------------------

    def any_user(self) -> bool:
        """Whether somebody can sign in at all."""
        with self._database.reading() as connection:
            return bool(connection.scalar(select(func.count()).select_from(users)))

    def add_user(self, login: str, name: str, role: Role, password: str, now: datetime) -> None:
        """A new person. Raises LoginTaken, ValueError for a password that is too short."""
        row = self._user_row(login, name, role, password, now)
        try:
            with self._database.writing() as connection:
                connection.execute(insert(users).values(row))
        except IntegrityError as error:
            raise LoginTaken(login) from error

    def _user_row(self, login: str, name: str, role: Role, password: str, now: datetime) -> dict[str, object]:
        return {
            "login": login,
            "name": name,
            "role": role.value,
            "password": self._hashed(password),
            "created_at": now.isoformat(),
            "failures": 0,
            "active": True,
        }

    def _hashed(self, password: str) -> str:
        if len(password) < PASSWORD_LENGTH:
            raise ValueError(f"a password has at least {PASSWORD_LENGTH} characters")
        return self._hasher.hash(password)

    def check_password(self, login: str, password: str, now: datetime) -> tuple[str, Role]:
        """The name and role of who signs in. Raises SignInRefused."""
        with self._database.reading() as connection:
            row = connection.execute(select(users).where(users.c.login == login)).mappings().first()
        if row is None:
            self._hasher.hash(password)  # an unknown login takes as long as a wrong password
            raise SignInRefused
        resting = row["locked_until"] and datetime.fromisoformat(row["locked_until"]) > now
        if resting or not row["active"]:
            raise SignInRefused
        from argon2.exceptions import VerificationError

        try:
            self._hasher.verify(row["password"], password)
        except VerificationError as error:
            self._count_failure(login, now)
            raise SignInRefused from error
        if row["failures"]:
            with self._database.writing() as connection:
                connection.execute(
                    update(users).where(users.c.login == login).values(failures=0, locked_until=None)
                )
        return row["name"], Role(row["role"])

    def _count_failure(self, login: str, now: datetime) -> None:
        """One more wrong password, counted inside the transaction: many guesses at once are as many failures."""
        mine = users.c.login == login
        with self._database.writing() as connection:
            failures = (connection.scalar(select(users.c.failures).where(mine).with_for_update()) or 0) + 1
            tired = failures >= FAILURES_AT_MOST
            change = (
                {"failures": 0, "locked_until": (now + REST).isoformat()} if tired else {"failures": failures}
            )
            connection.execute(update(users).where(mine).values(change))

    def users(self) -> list[UserRow]:
        """Everybody who can or could sign in, by login."""
        names = (users.c.login, users.c.name, users.c.role, users.c.active, users.c.created_at)
        with self._database.reading() as connection:
            return [UserRow(*row) for row in connection.execute(select(*names).order_by(users.c.login))]

    def change_user(
        self, login: str, name: str, role: Role, active: bool, password: str, now: datetime
    ) -> None:
        """Another name, role or password (empty: as it is), or shut out. Whoever loses a role, is shut out or gets a
        new password is signed out everywhere. Raises ValueError for a password that is too short."""
        row: dict[str, object] = {"name": name, "role": role.value, "active": active}
        if password:
            row |= {"password": self._hashed(password), "failures": 0, "locked_until": None}
        mine = users.c.login == login
        with self._database.writing() as connection:
            before = connection.scalar(select(users.c.role).where(mine))
            connection.execute(update(users).where(mine).values(row))
        if password or not active or before != role.value:
            self.revoke(now, holder=login)

    # -- tokens -------------------------------------------------------------------------------------------------

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
        """A new key, told once."""
        token = secrets.token_urlsafe(32)
        row = {
            "hash": token_hash(token),
            "role": role,
            "hall": hall,
            "holder": holder,
            "window": window,
            "kiosk": kiosk,
            "created_at": now.isoformat(),
            "expires_at": (now + lasts).isoformat() if lasts else None,
        }
        with self._database.writing() as connection:
            connection.execute(insert(tokens).values(row))
        return token

    def principal(self, token: str, now: datetime) -> Principal | None:
        """Who carries this key; None if it is unknown, ended or revoked."""
        with self._database.reading() as connection:
            row = (
                connection.execute(select(tokens).where(tokens.c.hash == token_hash(token)))
                .mappings()
                .first()
            )
        if row is None or row["revoked_at"] or row["role"] == SETUP:
            return None
        if row["expires_at"] and datetime.fromisoformat(row["expires_at"]) <= now:
            return None
        return Principal(Role(row["role"]), row["holder"], row["hall"], row["window"], row["kiosk"])

    def revoke(self, now: datetime, *, token: str = "", holder: str = "") -> int:
        """End one key, or every key of a holder; how many ended."""
        mine = tokens.c.hash == token_hash(token) if token else tokens.c.holder == holder
        with self._database.writing() as connection:
            return connection.execute(
                update(tokens).where(mine, tokens.c.revoked_at.is_(None)).values(revoked_at=now.isoformat())
            ).rowcount

    def keys(self, hall: str, now: datetime) -> list[KeyRow]:
        """The keys that open a hall now, newest first; of no other hall, and no set-up code."""
        query = select(tokens).where(
            tokens.c.revoked_at.is_(None), tokens.c.role != SETUP, tokens.c.hall.in_(("", hall))
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(tokens.c.created_at.desc())).mappings().all()
        return [
            KeyRow(
                key_id(row["hash"]),
                row["role"],
                row["holder"],
                row["hall"],
                row["kiosk"],
                row["created_at"],
                row["expires_at"] or "",
            )
            for row in rows
            if not row["expires_at"] or datetime.fromisoformat(row["expires_at"]) > now
        ]

    def end_key(self, hall: str, which: str, now: datetime) -> bool:
        """End the key of that id; whether there was one that opens this hall."""
        query = select(tokens.c.hash).where(tokens.c.revoked_at.is_(None), tokens.c.hall.in_(("", hall)))
        with self._database.writing() as connection:
            found = [each for each in connection.scalars(query) if key_id(each) == which]
            for each in found:
                connection.execute(
                    update(tokens).where(tokens.c.hash == each).values(revoked_at=now.isoformat())
                )
        return bool(found)

    # -- the first start ----------------------------------------------------------------------------------------

    def setup_code(self, now: datetime) -> str | None:
        """A one-time code with which the first administrator signs up; None once there is a user. A new code ends
        the old ones."""
        if self.any_user():
            return None
        self.revoke(now, holder=SETUP)
        return self.issue_token(SETUP, SETUP, now, lasts=timedelta(hours=24))

    def use_setup_code(self, code: str, login: str, name: str, password: str, now: datetime) -> None:
        """The first administrator, in one transaction with the end of the code: of two who come with it, one signs up.
        Raises SignInRefused for a code that is unknown, used or too old, ValueError for a password that is too short."""
        user = self._user_row(login, name, Role.ADMINISTRATOR, password, now)
        mine = (tokens.c.hash == token_hash(code), tokens.c.role == SETUP, tokens.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            ends = connection.scalar(select(tokens.c.expires_at).where(*mine).with_for_update())
            anybody = connection.scalar(select(func.count()).select_from(users))
            if ends is None or datetime.fromisoformat(ends) <= now or anybody:
                raise SignInRefused
            connection.execute(update(tokens).where(*mine).values(revoked_at=now.isoformat()))
            connection.execute(insert(users).values(user))


SETUP = "setup"
"""The role of a set-up code: it opens nothing but the first sign-up."""


def key_id(stored: str) -> str:
    """What names a key in a list: of its hash only the hash."""
    return hashlib.sha256(stored.encode()).hexdigest()[:12]


def token_hash(token: str) -> str:
    """How a key stands in the database. Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
