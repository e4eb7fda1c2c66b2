"""One websocket frame, built once, written to every screen that wants it.

For: `SceneLine`, uvicorn's own sans-I/O websocket protocol with a shorter way out for scenes: the frame goes straight to
the transport, and a screen that does not read is left behind instead of waited for. The ASGI application finds the
line as `scope["extensions"]["tidehall.line"]`; under another server there is none, and app/hub.py uses `send_text`.
Not for: reading, pings, closing: all that stays uvicorn's.
It rests on uvicorn's internals (`writable`, `run_asgi`, `handle_ping`, `keepalive_timeout`), so pyproject.toml pins the
minor version and a test covers it. Measured in shared runs: half the processor time of `await ws.send_text` for each
screen.
"""

from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

EXTENSION = "tidehall.line"


GOODBYE_SECONDS = 1.0
"""How long a line that is given up may take to carry the word of it; a line that nobody reads would keep it for hours."""


def text_frame(payload: bytes) -> bytes:
    """A whole, unmasked text frame (RFC 6455 section 5.2)."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False, extensions=[])


class SceneLine(WebSocketsSansIOProtocol):
    """A websocket that can be written to without waiting. `on_drained` is called when it can take more again."""

    on_drained: Callable[[], None] | None = None

    async def run_asgi(self) -> None:
        """Hand the application this line along with its scope."""
        extensions = cast("dict[str, Any]", self.scope["extensions"])
        extensions[EXTENSION] = self
        await super().run_asgi()

    def limit(self, size: int) -> None:
        """Bytes that may be written ahead before the line counts as full."""
        if not self.transport.is_closing():
            self.transport.set_write_buffer_limits(high=size)

    def write_frame(self, frame: bytes) -> bool:
        """Write a whole frame. False, and nothing written, while the screen is not reading or is gone."""
        if self.disconnected or self.close_sent or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def handle_ping(self) -> None:
        """Answer a ping. Whoever asks and does not read is not answered: the answers would pile up."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def keepalive_timeout(self) -> None:
        """Nobody there for two pings: say goodbye, and do not wait for it to be read."""
        super().keepalive_timeout()
        self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The transport has room again."""
        super().resume_writing()
        if self.on_drained is not None:
            self.on_drained()
