"""What was called and why, page by page; and who the asking key is."""

from tests.app.api.conftest import Face


def call_some(face: Face, many: int) -> list[str]:
    """So many people of two services are called at two windows; their numbers in order."""
    called = []
    for no in (1, 2):
        face.window(no, "open")
    for place in range(many):
        face.take("residence" if place % 3 else "social")
        no = 1 + place % 2
        ticket = face.window(no, "call-next")["ticket"]
        called.append(ticket["number"])
        face.window(no, "start")
        face.window(no, "finish")
    return called


def test_pages_go_back_without_a_gap_and_without_a_repetition(face: Face) -> None:
    called = call_some(face, 9)
    found: list[str] = []
    before = ""
    for _ in range(4):
        page = face.do("GET", f"calls?limit=4{before}")
        found += [each["number"] for each in page["calls"]]
        if page["next"] is None or len(found) >= 9:
            break
        before = f"&before={page['next']}"
    assert found[:9] == called[::-1]
    first = face.do("GET", "calls?limit=1")["calls"][0]
    assert first["texts"]["zh"].startswith(f"{first['window']}号窗口呼叫 {first['number']}")
    assert first["by"] == "test program"


def test_a_page_may_be_of_one_window_or_one_service(face: Face) -> None:
    call_some(face, 6)
    assert {each["window"] for each in face.do("GET", "calls?window=2&limit=3")["calls"]} == {2}
    assert {each["service"] for each in face.do("GET", "calls?service=social&limit=2")["calls"]} == {"social"}
    assert face.do("GET", "calls?window=4&service=tax") == {"calls": [], "next": None}


def test_a_number_is_found_on_its_day_and_only_there(face: Face) -> None:
    number = call_some(face, 1)[0]
    (found,) = face.do("GET", f"numbers/{number.lower()}")
    assert (found["number"], found["status"], found["window"]) == (number, "finished", 1)
    assert face.do("GET", f"numbers/{number}?day={found['day']}") == [found]
    assert face.do("GET", f"numbers/{number}?day=2099-01-01") == []
    assert face.do("GET", "numbers/Z999") == []
    why = face.do("GET", f"tickets/{found['ticket']}/why")
    assert [each["number"] for each in why["calls"]] == [number]


def test_a_key_is_told_whose_it_is_and_what_it_may(face: Face) -> None:
    who = face.do("GET", "sessions/current", role="supervisor")
    assert who["role"] == "supervisor" and "see_console" in who["may"] and "administer" not in who["may"]
    assert face.do("GET", "sessions/current", role="kiosk of another hall")["may"] == []
