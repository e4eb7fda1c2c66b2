"""The public face of a hall as its visitors and clerks use it: requests that survive a restart of the server, the clerk's
screen, and the hall's clock.

For: `Client` (HTTP), `Screen` (one websocket), `HallClock`. Nothing here knows what a day is.
Not for: deciding anything.

    POST {url}/api/v1/halls/{hall}/{path}     Authorization: Bearer KEY, Idempotency-Key: the same at every attempt
    GET  {url}/api/v1/halls/{hall}            now, clock_speed, windows
    WS   {url}/api/v1/halls/{hall}/scenes/clerk/{no}

What goes wrong: a server that is away is asked again until it is back, with the same Idempotency-Key, so that nothing
happens twice. A refusal is a `Refused` with the hall's own words. A key that is not valid is `NotLet`, and asking again
would not help. An answer in other words than these is `Strange`.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from simulators.clerk import ClerkScene

T = TypeVar("T")

PROTOCOL = "tidehall.v1"

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between attempts while the server is away: doubled from the first to the longest. A restart takes about a
second, and nobody in the hall should wait much longer for it."""

ANSWER_SECONDS = 15.0
"""A server that has not answered by then has been cut off."""

SILENCE = 25.0
"""The server repeats an unchanged scene every ten seconds: after so long the line is dead."""

NOT_LET = {4401: "the key is not valid", 4403: "the key may not see this", 4404: "there is no such window"}


class NotLet(Exception):
    """The key is wrong or may not do this. Whose fault: who gave the key."""


class Strange(Exception):
    """The server answers in other words than this simulator knows. Whose fault: two versions that do not fit."""


class Refused(Exception):
    """The hall said no. `rule` is the broken rule's stable name."""

    def __init__(self, rule: str, words: str) -> None:
        super().__init__(words)
        self.rule = rule


class _Problem(msgspec.Struct):
    rule: str = ""
    detail: str = ""


class HallClock:
    """The hall's time, extrapolated from its last word. `speed`: hall seconds per real second."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._at = datetime(1, 1, 1, tzinfo=UTC)
        self._zero: float | None = None
        self.speed = 1.0

    def hear(self, now: datetime, speed: float, asked: float, answered: float) -> None:
        """The hall said `now`, some time between the monotonic moments `asked` and `answered`. Only what this round trip
        cannot explain is news, so that a busy server does not make the clock tremble."""
        middle = (asked + answered) / 2
        slack = timedelta(seconds=(answered - asked) / 2 * speed)
        if self._zero is None or speed != self.speed or abs(self._then(middle) - now) > slack:
            self._at, self._zero, self.speed = now, middle, speed

    def _then(self, moment: float) -> datetime:
        return self._at + timedelta(seconds=(moment - (self._zero or 0.0)) * self.speed)

    def now(self) -> datetime:
        """The moment in the hall."""
        return self._then(self._monotonic())

    def real(self, until: datetime) -> float:
        """Real seconds from now until a moment in the hall; 0 if it is over."""
        return max(0.0, (until - self.now()).total_seconds() / self.speed)

    async def until(self, moment: datetime) -> None:
        """Wait for a moment in the hall. Looks at the clock every second, for the server may have set it."""
        while (seconds := self.real(moment)) > 0:  # noqa: ASYNC110 the clock is not ours to be told by
            await asyncio.sleep(min(seconds, 1.0))


class Client:
    """Requests of one desk to one hall: a window, a ticket machine. Use it as an async context manager; it closes the
    desks that were made from it.

    Each desk has a connection of its own, as in a hall. A common pool of thirty would be looked through at every request
    (httpcore), which costs more than the request.
    """

    def __init__(self, url: str, hall: str, token: str, tls: ssl.SSLContext | None = None) -> None:
        self._token = token
        self._url, self._hall = url, hall
        self._base = f"{url.rstrip('/')}/api/v1/halls/{hall}"
        self._tls = tls or ssl.create_default_context()
        # no proxy of the environment: the hall is on this machine or in this house
        self._http = httpx.AsyncClient(
            trust_env=False,
            timeout=ANSWER_SECONDS,
            verify=self._tls,
            limits=httpx.Limits(max_keepalive_connections=1, keepalive_expiry=None),
        )
        self._desks: list[Client] = []

    def desk(self, token: str = "") -> "Client":
        """Another desk, with its own key if it has one."""
        made = Client(self._url, self._hall, token or self._token, self._tls)
        self._desks.append(made)
        return made

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in (self, *self._desks):
            await each._http.aclose()

    def scenes(self, name: str) -> str:
        """The address of a scene's websocket."""
        return "ws" + self._base.removeprefix("http") + f"/scenes/{name}"

    @property
    def token(self) -> str:
        """The key with which this client asks."""
        return self._token

    async def get(self, path: str, kind: type[T]) -> T:
        """What stands at `path`. Raises Refused, NotLet, Strange."""
        return _decoded(await self._ask("GET", path, None, ""), kind)

    async def post(self, path: str, body: object, kind: type[T], *, key: str) -> T:
        """Ask for a change, once. Raises Refused, NotLet, Strange."""
        content = None if body is None else msgspec.json.encode(body)
        return _decoded(await self._ask("POST", path, content, key), kind)

    async def _ask(self, method: str, path: str, content: bytes | None, key: str) -> bytes:
        headers = {"authorization": f"Bearer {self._token}", "accept-language": "en"}
        if key:
            headers["idempotency-key"] = key
        if content is not None:
            headers["content-type"] = "application/json"
        pause = FIRST_PAUSE
        while True:
            try:
                answer = await self._http.request(
                    method, f"{self._base}{path}", content=content, headers=headers
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < 400:
                return answer.content
            if answer is not None and answer.status_code not in (502, 503, 504):
                raise _refusal(answer)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def _decoded(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        raise Strange(f"{error}: {content[:200]!r}") from error


def _refusal(answer: httpx.Response) -> Exception:
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.DecodeError:
        return Strange(f"HTTP {answer.status_code}: {answer.content[:200]!r}")
    if answer.status_code in (401, 403):
        return NotLet(problem.detail or f"HTTP {answer.status_code}")
    return Refused(problem.rule, problem.detail or f"HTTP {answer.status_code}")


class Screen:
    """The newest scene of one clerk's screen, kept by `listen`."""

    def __init__(self, client: Client, no: int) -> None:
        self._client = client
        self._no = no
        self._news = asyncio.Event()
        self.newest: ClerkScene | None = None

    async def listen(self) -> None:
        """Follow the screen until cancelled; a broken line is made anew. Raises NotLet, Strange."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with connect(
                    self._client.scenes(f"clerk/{self._no}"),
                    additional_headers={"Authorization": f"Bearer {self._client.token}"},
                    subprotocols=[Subprotocol(PROTOCOL)],
                    proxy=None,
                    compression=None,
                    open_timeout=ANSWER_SECONDS,
                ) as line:
                    while True:
                        async with asyncio.timeout(SILENCE):
                            said = await line.recv()
                        pause = FIRST_PAUSE
                        self._take(said)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 0
                if code in NOT_LET:
                    raise NotLet(f"window {self._no}: {NOT_LET[code]}") from closed
            except (OSError, TimeoutError, InvalidHandshake, InvalidMessage):
                pass
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _take(self, said: str | bytes) -> None:
        try:
            self.newest = msgspec.json.decode(said, type=ClerkScene)
        except msgspec.DecodeError as error:
            raise Strange(f"window {self._no}: {error}: {said[:200]!r}") from error
        self._news.set()

    async def newer(self, seen: ClerkScene | None, seconds: float) -> None:
        """Wait until the newest scene is not `seen`, `seconds` at most."""
        if self.newest is not seen:
            return
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
