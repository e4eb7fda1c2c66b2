"""Rubbish at the door: each a clear word to whoever sent it, nothing changed, nothing held in memory."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.app.api.conftest import PASSWORD, Face
from tests.app.api.test_routes import refused

MEGABYTE = 1_000_000


@pytest.fixture
def unchanged(face: Face) -> Iterator[Face]:
    """The server, which must be as it was when the test is over."""
    before = face.do("GET", "")["seq"]
    yield face
    assert face.do("GET", "")["seq"] == before


def send(face: Face, body: bytes | Iterator[bytes], **headers: str) -> httpx.Response:
    """A body as it is, to where tickets are taken."""
    said = {"content-type": "application/json", **headers}
    return face.ask("kiosk", "POST", "tickets", content=body, headers=said)


# -- size -------------------------------------------------------------------------------------------------------


def test_a_body_of_ten_megabytes_is_too_large_whether_it_says_so_or_not(unchanged: Face) -> None:
    piece = b"x" * 65_536
    refused(send(unchanged, b'{"service":"' + b"x" * 10 * MEGABYTE + b'"}'), 413, "too-large")
    refused(send(unchanged, (piece for _ in range(160))), 413, "too-large")
    english = send(unchanged, (piece for _ in range(160)), **{"accept-language": "en"}).json()
    assert english["detail"] == english["texts"]["en"]


@pytest.mark.parametrize("said", [True, False], ids=["length said", "length hidden"])
def test_a_body_that_is_too_large_is_not_read_to_its_end(unchanged: Face, said: bool) -> None:
    """The answer comes although most of the body never does."""
    head = "content-length: 10000000" if said else "transfer-encoding: chunked"
    request = (
        f"POST /api/v1/halls/small/tickets HTTP/1.1\r\nhost: hall\r\n{head}\r\n"
        f"content-type: application/json\r\nauthorization: Bearer {unchanged.tokens['kiosk']}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", unchanged.server.port), timeout=30) as line:
        line.sendall(request)
        if not said:
            line.sendall(b"11171\r\n" + b"x" * 70_001 + b"\r\n")
        answer = b""
        while more := line.recv(65_536):
            answer += more
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["rule"] == "too-large"


def test_a_body_just_below_the_limit_is_read(unchanged: Face) -> None:
    body = b'{"service":"nonsense"}'.ljust(65_536)
    refused(send(unchanged, body), 404, "unknown-service", "service")
    refused(send(unchanged, body + b" "), 413, "too-large")


@pytest.mark.parametrize("length", ["-5", "nonsense", "1e9", "99999999999999999999999999"])
def test_a_length_that_is_no_length_is_refused(unchanged: Face, length: str) -> None:
    request = f"POST /api/v1/halls/small/tickets HTTP/1.1\r\nhost: hall\r\ncontent-length: {length}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", unchanged.server.port), timeout=30) as line:
        line.sendall(request.encode())
        assert line.recv(65_536).split()[1] in (b"400", b"413")


# -- shape ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 422, ""),
        (b"{", 422, ""),
        (b'{"service":', 422, ""),
        (b'{"service": "tax"} trailing', 422, ""),
        (b'{"service":"\xff\xfe"}', 400, ""),
        ("{'service': '税务'}".encode("gb18030"), 400, ""),
        (b"[]", 422, ""),
        (b'"tax"', 422, ""),
        (b"null", 422, ""),
        (b"{}", 422, "service"),
        (b'{"service": null}', 422, "service"),
        (b'{"service": 7}', 422, "service"),
        (b'{"service": NaN}', 422, "service"),
        (b'{"service": ""}', 422, "service"),
        (b'{"service": "\\ud800"}', 422, "service"),
        (b'{"service": "tax\\u0000"}', 422, "service"),
        (b'{"service": "tax\\u001b[2J"}', 422, "service"),
        (b'{"service": "' + b"x" * 65 + b'"}', 422, "service"),
        (b'{"service": "tax", "channel": "' + b"x" * 33 + b'"}', 422, "channel"),
        (b'{"service": "tax", "serivce": "tax"}', 422, "serivce"),
        (b"[" * 30_000 + b"]" * 30_000, 400, ""),
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_refused_at_its_fault(
    unchanged: Face, body: bytes, status: int, field: str
) -> None:
    refused(send(unchanged, body), status, "bad-request-body", field)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("windows/1/finish", {"outcome": "day_ended"}, "outcome"),
        ("windows/1/park", {"kind": "somewhere"}, "kind"),
        ("windows/1/transfer", {"window": "three"}, "window"),
        ("windows/1/pause", {}, "reason"),
        ("windows/1/call", {"ticket": "x", "reason": "y" * 201}, "reason"),
        ("windows/one/open", None, "no"),
        ("sessions", {"login": "clerk-1", "password": "x" * 201}, "password"),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_name(unchanged: Face, path: str, body: Any, field: str) -> None:
    refused(unchanged.ask("program", "POST", path, json=body), 422, "bad-request-body", field)


def test_a_window_with_a_number_beyond_all_windows_is_unknown(unchanged: Face) -> None:
    refused(unchanged.ask("program", "POST", f"windows/{10**30}/open"), 404, "unknown-window", "window")


@pytest.mark.parametrize("path", ["tickets/%00", "tickets/%ff%fe", "tickets/..%2f..%2fetc"])
def test_a_path_of_rubbish_leads_nowhere(unchanged: Face, path: str) -> None:
    answer = unchanged.ask("", "GET", path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_no_http_is_told_so_and_the_next_is_served(unchanged: Face) -> None:
    for rubbish in (b"\x00\x01\x02\x03\r\n\r\n", b"GET\r\n\r\n", b"\xff" * 5000, b"GET / HTTP/9.9\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", unchanged.server.port), timeout=30) as line:
            line.sendall(rubbish)
            line.shutdown(socket.SHUT_WR)
            said = line.recv(65_536)
            assert said == b"" or said.split()[1] == b"400"
    assert unchanged.ask("", "GET", "/livez").status_code == 200


# -- secrets ----------------------------------------------------------------------------------------------------


def test_no_answer_repeats_a_password_or_a_key(unchanged: Face) -> None:
    secret = "correct horse"
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "sessions", {"json": {"login": "clerk-1", "password": secret, "window": 1}}),
        ("POST", "sessions", {"json": {"login": "clerk-1", "password": [secret]}}),
        ("POST", "sessions", {"content": b'{"login": "' + secret.encode() + b'", "password": ' }),
        ("POST", "sessions", {"json": {"login": "x", "password": "y", "pass": secret}}),
        ("POST", "/api/v1/setup", {"json": {"code": secret, "login": "x", "name": "y", "password": secret}}),
        ("GET", "events", {"headers": {"authorization": f"Bearer {secret}"}}),
    ]  # fmt: skip
    for method, path, how in tries:
        answer = unchanged.ask("", method, path, **how)
        assert answer.status_code >= 400
        assert secret not in answer.text
    assert PASSWORD not in unchanged.server.log.read_text()
    assert secret not in unchanged.server.log.read_text()
