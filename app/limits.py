"""What every request meets first: a limit of size, in plain ASGI, because a middleware class would double its cost.

For: a body larger than `body_limit` bytes (`file_limit`, where a whole hall file comes) is answered with 413 and never
read whole, whether it says its length or not. Not for: rights, or the shape of a body. FastAPI has such a limit of its
own (`max_body_size`), but answers in plain text where the length was said.
"""

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import TOO_LARGE, language, problem, to_response


class TooLarge(HTTPException):
    """The body grew past the limit while it was read. An HTTPException, because FastAPI makes a 400 of every other one
    that is raised while it reads a body."""

    def __init__(self) -> None:
        super().__init__(413, headers=CLOSING)


CLOSING = {"connection": "close"}
"""What is still on its way is not read, so the connection cannot go on."""


WHOLE_FILES = ("/plan", "/plan/check")
"""Paths that take a whole hall file, which for a city's hall is larger than any other honest body."""


class BodyLimit:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, limit: int, file_limit: int) -> None:
        self._app = app
        self._limit = limit
        self._file_limit = file_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._file_limit if scope["path"].endswith(WHOLE_FILES) else self._limit
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value) > limit):
                await self._refuse(scope, receive, send)
                return
        if scope["method"] == "GET":
            await self._app(scope, receive, send)
            return
        read = 0

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > limit:
                    raise TooLarge
            return message

        await self._app(scope, counting, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(413, "too-large", "too large", TOO_LARGE, language(HTTPConnection(scope)))
        response = to_response(answer)
        response.headers.update(CLOSING)
        await response(scope, receive, send)
