"""The server is killed while sixteen people press. For longer: `make soak`."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.hall.crash import Book, Crowd, Deed, check, each_deed_once, journal_makes_sense, pressed_plan
from tests.hallserver import HallServer


@pytest.mark.parametrize(
    ("processes", "kills"), [(1, 2), (2, 1)], ids=["one process", "two processes on one database"]
)
def test_nothing_that_was_answered_is_lost_or_happens_twice_when_the_server_is_killed(
    tmp_path: Path, processes: int, kills: int
) -> None:
    first = HallServer(tmp_path, pressed_plan())
    others = [first.beside() for _ in range(processes - 1)]
    crowd = Crowd([first, *others], seed=processes)
    try:
        for server in crowd.servers:
            server.start()
        asyncio.run(crowd.press(16, (50, 100), kills=kills))
        assert check(crowd, sample=60) == [], crowd.book.summary()
    finally:
        for server in crowd.servers:
            server.stop()
    assert crowd.book.kills == kills
    assert len(crowd.book.tickets) > 10
    assert "Traceback" not in first.log.read_text()


# -- the check itself: what cannot fail proves nothing ----------------------------------------------------------


def _told(*events: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"seq": seq, "name": name, "data": data} for seq, (name, data) in enumerate(events, 1)]


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        (_told(("TicketIssued", {"ticket": "a", "number": "A1"}), ("TicketIssued", {"ticket": "b", "number": "A1"})), "twice"),
        (_told(("TicketCalled", {"ticket": "a", "window": 1}), ("TicketCalled", {"ticket": "a", "window": 2})), "called"),
        (_told(("TicketCalled", {"ticket": "a", "window": 1}), ("TicketCalled", {"ticket": "b", "window": 1})), "occupied"),
        (_told(("ServiceStarted", {"ticket": "a", "window": 1})), "not there"),
        ([{"seq": 2, "name": "DayOpened", "data": {}}], "gaps"),
    ],
)  # fmt: skip
def test_a_journal_that_makes_no_sense_is_noticed(events: list[dict[str, Any]], complaint: str) -> None:
    assert complaint in " ".join(journal_makes_sense(events))


def test_a_deed_that_happened_twice_or_never_is_noticed() -> None:
    book = Book()
    book.note(Deed("start", "windows/1/start", None, "k"), httpx.Response(200, content=b"{}"))
    once = ("ServiceStarted", {"ticket": "a", "window": 1})
    assert each_deed_once(book, _told(once)) == []
    assert each_deed_once(book, _told()) != []
    assert each_deed_once(book, _told(once, once)) != []


def test_another_answer_to_the_same_key_is_noticed() -> None:
    book = Book()
    deed = Deed("start", "windows/1/start", None, "k")
    for body in (b"one", b"one"):
        book.note(deed, httpx.Response(200, content=body))
    assert book.wrong == []
    book.note(deed, httpx.Response(200, content=b"other"))
    assert len(book.wrong) == 1
