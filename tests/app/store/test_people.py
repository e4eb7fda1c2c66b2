"""Who may sign in, and who carries which key. argon2 is slow on purpose; here it is told to be quick."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from app.core.rights import LoginTaken, Principal, Role, SignInRefused
from app.settings import Settings
from app.store.database import Database, open_database
from app.store.people import FAILURES_AT_MOST, PASSWORD_LENGTH, REST, SETUP, People
from app.store.tables import tokens, users

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PASSWORD = "four tides a day"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def people(database: Database) -> People:
    """Nobody yet."""
    return People(database, QUICK)


def _refused(people: People, login: str, password: str, now: datetime = NOON) -> bool:
    try:
        people.check_password(login, password, now)
    except SignInRefused:
        return True
    return False


# -- passwords --------------------------------------------------------------------------------------------------


def test_a_password_opens_for_its_own_login_only(people: People) -> None:
    people.add_user("clerk-1", "一号", Role.CLERK, PASSWORD, NOON)
    people.add_user("boss", "班长", Role.SUPERVISOR, "another password", NOON)
    assert people.check_password("clerk-1", PASSWORD, NOON) == ("一号", Role.CLERK)
    assert people.check_password("boss", "another password", NOON) == ("班长", Role.SUPERVISOR)
    for login, password in (
        ("clerk-1", "another password"),
        ("boss", PASSWORD),
        ("nobody", PASSWORD),
        ("clerk-1", ""),
    ):
        assert _refused(people, login, password)


def test_a_password_lies_in_the_database_as_argon2_only(
    people: People, database: Database, tmp_path: Path
) -> None:
    people.add_user("clerk-1", "一号", Role.CLERK, PASSWORD, NOON)
    with database.reading() as connection:
        assert str(connection.scalar(select(users.c.password))).startswith("$argon2id$")
    assert not any(PASSWORD.encode() in each.read_bytes() for each in tmp_path.glob("hall.db*"))


def test_after_five_wrong_passwords_the_right_one_waits_five_minutes(people: People) -> None:
    people.add_user("clerk-1", "一号", Role.CLERK, PASSWORD, NOON)
    for _ in range(FAILURES_AT_MOST - 1):
        assert _refused(people, "clerk-1", "wrong")
    assert not _refused(people, "clerk-1", PASSWORD), "four failures are no reason yet, and are forgotten now"
    for _ in range(FAILURES_AT_MOST):
        assert _refused(people, "clerk-1", "wrong")
    assert _refused(people, "clerk-1", PASSWORD)
    assert _refused(people, "clerk-1", PASSWORD, NOON + REST - timedelta(seconds=1))
    assert not _refused(people, "clerk-1", PASSWORD, NOON + REST)


def test_guesses_at_the_same_moment_are_counted_one_by_one(settings: Settings) -> None:
    database = open_database(settings.model_copy(update={"busy_seconds": 20.0}))
    people = People(database, QUICK)
    people.add_user("clerk-1", "一号", Role.CLERK, PASSWORD, NOON)
    with ThreadPoolExecutor(FAILURES_AT_MOST) as guessers:
        guesses = [
            guessers.submit(_refused, people, "clerk-1", f"guess {n}") for n in range(FAILURES_AT_MOST)
        ]
        assert all(guess.result() for guess in guesses)
    assert _refused(people, "clerk-1", PASSWORD)
    database.close()


def test_a_login_is_taken_once_and_a_password_is_long_enough(people: People) -> None:
    people.add_user("clerk-1", "一号", Role.CLERK, PASSWORD, NOON)
    with pytest.raises(LoginTaken):
        people.add_user("clerk-1", "二号", Role.CLERK, PASSWORD, NOON)
    with pytest.raises(ValueError, match="at least 8"):
        people.add_user("clerk-2", "二号", Role.CLERK, "x" * (PASSWORD_LENGTH - 1), NOON)


# -- keys -------------------------------------------------------------------------------------------------------


def test_a_key_says_who_carries_it_and_lies_in_the_database_only_as_its_hash(
    people: People, database: Database, tmp_path: Path
) -> None:
    token = people.issue_token(Role.KIOSK, "kiosk 1", NOON, hall="small", kiosk="kiosk-1")
    assert people.principal(token, NOON) == Principal(Role.KIOSK, "kiosk 1", "small", None, "kiosk-1")
    assert people.principal(token[:-1], NOON) is None
    with database.reading() as connection:
        assert len(str(connection.scalar(select(tokens.c.hash)))) == 64
    assert not any(token.encode() in each.read_bytes() for each in tmp_path.glob("hall.db*"))


def test_a_key_ends_when_its_time_is_over_or_when_it_is_revoked(people: People) -> None:
    short = people.issue_token(Role.CLERK, "clerk-1", NOON, window=3, lasts=timedelta(hours=12))
    long = people.issue_token(Role.CLERK, "clerk-1", NOON)
    other = people.issue_token(Role.KIOSK, "kiosk 1", NOON)
    assert people.principal(short, NOON + timedelta(hours=11, minutes=59)) is not None
    assert people.principal(short, NOON + timedelta(hours=12)) is None
    assert people.revoke(NOON, holder="clerk-1") == 2
    assert people.revoke(NOON, holder="clerk-1") == 0
    assert people.principal(long, NOON) is None
    assert people.principal(other, NOON) is not None
    assert people.revoke(NOON, token=other) == 1
    assert people.principal(other, NOON) is None


# -- the first start --------------------------------------------------------------------------------------------


def test_the_set_up_code_makes_one_administrator_and_opens_nothing_else(people: People) -> None:
    old = people.setup_code(NOON)
    code = people.setup_code(NOON)
    assert old is not None
    assert code is not None
    assert people.principal(code, NOON) is None
    for wrong, now in ((old, NOON), ("nonsense", NOON), (code, NOON + timedelta(hours=24))):
        with pytest.raises(SignInRefused):
            people.use_setup_code(wrong, "admin", "管理员", PASSWORD, now)
    with pytest.raises(ValueError, match="at least 8"):
        people.use_setup_code(code, "admin", "管理员", "short", NOON)
    assert not people.any_user()
    people.use_setup_code(code, "admin", "管理员", PASSWORD, NOON)
    assert people.check_password("admin", PASSWORD, NOON) == ("管理员", Role.ADMINISTRATOR)
    with pytest.raises(SignInRefused):
        people.use_setup_code(code, "second", "管理员", PASSWORD, NOON)
    assert people.setup_code(NOON) is None


def test_of_two_who_come_with_the_code_at_the_same_moment_one_signs_up(settings: Settings) -> None:
    database = open_database(settings.model_copy(update={"busy_seconds": 20.0}))
    people = People(database, QUICK)
    code = people.setup_code(NOON) or ""

    def comes(login: str) -> bool:
        try:
            people.use_setup_code(code, login, login, PASSWORD, NOON)
        except SignInRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as comers:
        assert sorted(comers.map(comes, ["a", "b", "c", "d"])) == [False, False, False, True]
    with database.reading() as connection:
        assert len(connection.execute(select(users)).all()) == 1
        assert connection.scalars(select(tokens.c.revoked_at).where(tokens.c.role == SETUP)).all() != [None]
    database.close()
