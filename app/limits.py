"""What every request meets first: a limit of size, in plain ASGI, because a middleware class would double its cost.

For: a body larger than `body_limit` bytes is answered with 413 and never read whole, whether it says its length or
not. Not for: rights, or the shape of a body.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import TOO_LARGE, problem, to_response


class TooLarge(Exception):
    """The body grew past the limit while it was read."""


class BodyLimit:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value) > self._limit):
                await self._refuse(scope, receive, send)
                return
        if scope["method"] == "GET":
            await self._app(scope, receive, send)
            return
        read = 0
        began = False

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > self._limit:
                    raise TooLarge
            return message

        async def noting(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, counting, noting)
        except TooLarge:
            if not began:
                await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(413, "too-large", "too large", TOO_LARGE, "zh")
        response = to_response(answer)
        response.headers["connection"] = "close"
        await response(scope, receive, send)
