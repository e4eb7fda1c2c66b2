"""Who may do what, row by row: the table stands here once more, in plain words, on purpose."""

import httpx
import pytest

from tests.app.api.conftest import Face

EVERYBODY = {
    "",
    "kiosk",
    "screen",
    "agent",
    "program",
    "clerk",
    "supervisor",
    "administrator",
    "kiosk of another hall",
}
DESK = {"program", "clerk", "supervisor", "administrator"}

ROWS: list[tuple[str, str, set[str]]] = [
    ("GET", "/api/v1/halls", EVERYBODY),
    ("GET", "", EVERYBODY),
    ("GET", "tickets/nobody", EVERYBODY),
    ("GET", "tickets/nobody/qr.svg", EVERYBODY),
    ("GET", "tickets/recycled", DESK),
    ("POST", "tickets/nobody/cancel", EVERYBODY),
    ("POST", "tickets/nobody/rate", EVERYBODY),
    ("POST", "tickets", DESK | {"kiosk"}),
    ("POST", "tickets/nobody/reprint", DESK | {"kiosk"}),
    ("POST", "tickets/nobody/return", DESK),
    ("POST", "tickets/nobody/abandon", DESK),
    ("POST", "tickets/nobody/grant", DESK),
    ("POST", "windows/1/open", DESK),
    ("POST", "windows/1/call-next", DESK),
    ("POST", "windows/1/call", DESK),
    ("POST", "windows/1/recall", DESK),
    ("POST", "windows/1/start", DESK),
    ("POST", "windows/1/finish", DESK),
    ("POST", "windows/1/missed", DESK),
    ("POST", "windows/1/park", DESK),
    ("POST", "windows/1/transfer", DESK),
    ("POST", "windows/1/pause", DESK),
    ("POST", "windows/1/resume", DESK),
    ("POST", "windows/1/close", DESK),
    ("POST", "windows/1/panel", DESK),
    ("POST", "windows/2/panel", DESK - {"clerk"}),
    ("POST", "windows/2/open", DESK - {"clerk"}),
    ("POST", "windows/2/call-next", DESK - {"clerk"}),
    ("POST", "windows/2/call", DESK - {"clerk"}),
    ("POST", "windows/2/close", DESK - {"clerk"}),
    ("POST", "windows/1/take-over", DESK),
    ("POST", "windows/1/cover", DESK),
    ("POST", "windows/1/uncover", DESK),
    ("POST", "windows/2/cover", DESK - {"clerk"}),
    ("GET", "presence", DESK),
    ("POST", "presence", DESK),
    ("GET", "people/nobody/photo", EVERYBODY),
    ("GET", "look", EVERYBODY),
    ("GET", "events", {"program", "supervisor", "administrator"}),
    ("GET", "sounds/nothing", EVERYBODY - {"", "kiosk of another hall"}),
    ("GET", "devices", {"program", "supervisor", "administrator"}),
    ("GET", "tickets/nobody/why", {"program", "supervisor", "administrator"}),
    ("GET", "calls", {"program", "supervisor", "administrator"}),
    ("GET", "numbers/A001", {"program", "supervisor", "administrator"}),
    ("POST", "tables", {"administrator"}),
    ("GET", "plan", {"administrator"}),
    ("POST", "plan/check", {"administrator"}),
    ("POST", "plan", {"administrator"}),
    ("GET", "plans", {"administrator"}),
    ("GET", "plans/77", {"administrator"}),
    ("POST", "plans/77/adopt", {"administrator"}),
    ("GET", "reports", {"program", "supervisor", "administrator"}),
    ("GET", "reports/days", {"program", "supervisor", "administrator"}),
    ("GET", "reports/table.csv", {"program", "supervisor", "administrator"}),
    ("GET", "reports/table.xlsx", {"program", "supervisor", "administrator"}),
    ("GET", "reports/return.xlsx?period=2026-01", {"program", "supervisor", "administrator"}),
    ("GET", "reports/chart.svg", {"program", "supervisor", "administrator"}),
    ("GET", "tide", {"supervisor", "administrator"}),
    ("POST", "tide/4/confirm", {"supervisor", "administrator"}),
    ("POST", "tide/4/dismiss", {"supervisor", "administrator"}),
    ("POST", "tide/4/pin", {"supervisor", "administrator"}),
    ("GET", "sessions/current", EVERYBODY - {""}),
    ("GET", "bookings/offer", EVERYBODY),
    ("GET", "bookings/slots", EVERYBODY),
    ("POST", "bookings", EVERYBODY),
    ("GET", "bookings/nobody", EVERYBODY),
    ("GET", "bookings/nobody/qr.svg", EVERYBODY),
    ("POST", "bookings/nobody/change", EVERYBODY),
    ("POST", "bookings/nobody/cancel", EVERYBODY),
    ("POST", "bookings/nobody/check-in", EVERYBODY),
    ("POST", "bookings/check-in", DESK | {"kiosk"}),
    ("POST", "bookings/staff", DESK),
    ("GET", "bookings", DESK),
    ("GET", "bookings/bans", {"supervisor", "administrator"}),
    ("POST", "bookings/bans/lift", {"supervisor", "administrator"}),
    ("GET", "whatif", {"supervisor", "administrator"}),
    ("POST", "whatif", {"supervisor", "administrator"}),
    ("DELETE", "sessions/current", EVERYBODY - {""}),
]
BODIES = {
    "tickets": {"service": "residence"},
    "call": {"ticket": "nobody", "reason": "x"},
    "transfer": {"service": "tax"},
    "rate": {"level": 5},
    "panel": {"text": "请坐。"},
    "pause": {"reason": "documents"},
    "presence": {"away": False},
    "grant": {"priority_class": "elderly", "reason": "x"},
    "whatif": {"day": "2000-01-01"},
    "check": {"text": ""},
    "plan": {"text": ""},
    "pin": {"pin": "open", "reason": "a bus is coming"},
    "bookings": {"service": "residence", "starts": "2026-11-24T09:00:00+08:00", "phone": "19900000000"},
    "staff": {"service": "residence", "starts": "2026-11-24T09:00:00+08:00"},
    "change": {"starts": "2026-11-24T09:00:00+08:00"},
    "check-in": {"code": "48201734"},
    "lift": {"holder": "nobody", "reason": "was in hospital"},
}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [row for row in ROWS if row[0] != "DELETE"],  # it would end the key; the sign-in test has it
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_role_may_do_this_and_no_other(face: Face, method: str, path: str, allowed: set[str]) -> None:
    body = BODIES.get(path.rpartition("/")[2])
    for role in face.tokens:
        answer = face.ask(role, method, path, json=body)
        expected = role in allowed
        said = f"{role or 'nobody'}: {answer.status_code} {answer.text[:200]}"
        assert (answer.status_code not in (401, 403)) is expected, said
        if not expected:
            assert answer.status_code == (403 if role else 401), said


def test_every_route_of_the_document_stands_in_the_table(face: Face) -> None:
    document = face.ask("", "GET", "/openapi.json").json()
    written = {(method.upper(), path) for path, each in document["paths"].items() for method in each}
    rows = {(method, _full(path)) for method, path, _ in ROWS}
    without_key = {("POST", "/api/v1/halls/{hall}/sessions"), ("POST", "/api/v1/setup")}
    assert written == rows | without_key
    for method, path in written:
        public = document["paths"][path][method.lower()]["security"] == []
        opened = all("" in allowed for m, p, allowed in ROWS if (m, _full(p)) == (method, path))
        assert public is opened, (method, path)


def _full(path: str) -> str:
    full = path if path.startswith("/") else "/".join(["/api/v1/halls/{hall}", path]).rstrip("/")
    return (
        full.partition("?")[0]
        .replace("people/nobody", "people/{staff_no}")
        .replace("bookings/nobody", "bookings/{booking}")
        .replace("nobody", "{ticket}")
        .replace("windows/1", "windows/{no}")
        .replace("windows/2", "windows/{no}")
        .replace("tide/4", "tide/{no}")
        .replace("sounds/nothing", "sounds/{name}")
        .replace("plans/77", "plans/{seq}")
        .replace("numbers/A001", "numbers/{number}")
    )


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer nonsense"},
        {"authorization": "Basic Y2xlcms6cGFzcw=="},
        {"authorization": "Bearer " + "x" * 5000},
        {"authorization": b"Bearer \xff\xfe"},
    ],
    ids=range(7),
)
def test_without_a_valid_key_nothing_is_done(face: Face, header: dict[str, str | bytes]) -> None:
    before = face.do("GET", "")["seq"]
    answer = httpx.post(f"{face.api}/tickets", json={"service": "tax"}, headers=header)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.json()["rule"] == "no-key"
    assert face.do("GET", "")["seq"] == before


def test_a_revoked_key_ends_soon(face: Face) -> None:
    """`key_seconds` is 0.4 here and 5 in a hall."""
    from app.office import people

    token = face.server.token("kiosk", hall="small")
    mine = {"authorization": f"Bearer {token}"}
    assert face.ask("", "POST", "tickets", json={"service": "tax"}, headers=mine).status_code == 201
    with people(face.server.settings) as (staff, now):
        assert staff.revoke(now, token=token) == 1
    answers = (face.ask("", "POST", "tickets", json={"service": "tax"}, headers=mine) for _ in range(2000))
    assert any(answer.status_code == 401 for answer in answers)
