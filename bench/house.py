"""The hall with windows into it: the real application, and beside it what some goals need to see.

    python -m bench.house hall        the hall, and POST /bench/publish, GET /bench/held
    python -m bench.house unstored    the same with storing off: no journal, no writer thread
    python -m bench.house timed       the same as `hall` on asyncio's own loop, every step timed: GET /bench/steps

Settings come from the environment, as for `tidehall serve`; the server's configuration is the product's own.

How a step is timed: on asyncio's own loop every callback (a task's step, a timer, bytes that came) passes through
`Handle._run`, which is replaced by one that looks at the clock and at the kernel's account of this thread
(/proc/thread-self/schedstat). A step counts from its begin to its end, without the time in which the kernel had given
the core to somebody else: that belongs to the neighbours. Waiting for the interpreter's lock or for a disk does count.
uvloop runs its steps in C, out of sight; the hall's code in them is the same, and sockets are slower on asyncio's loop,
so the product's own steps are not longer than these.
"""

import asyncio
import fcntl
import os
import struct
import sys
import time
from asyncio import events
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.api.deps import House
from app.core.record import Writing
from app.frames import text_frame
from app.hub import Hub
from app.main import create_app, server
from app.settings import Settings
from app.store.journal import SqlJournal

SIOCOUTQ = 0x5411
"""Linux ioctl: bytes that the kernel has taken for a socket and the other end has not."""


class Publication(BaseModel):
    """Send a text of `size` bytes `times` times to every board."""

    size: int
    times: int


def hub_of(request: Request) -> Hub:
    """The screens of the hall that is asked."""
    rooms: House = request.app.state.house
    assert isinstance(rooms.hub, Hub)
    return rooms.hub


async def publish(request: Request) -> JSONResponse:
    """Give a text to every screen of every channel, as the hub gives a scene."""
    asked = Publication.model_validate_json(await request.body())
    hub = hub_of(request)
    for _ in range(asked.times):
        payload = b"x" * asked.size
        for channel in hub._channels.values():
            channel.payload, channel.frame = payload, text_frame(payload)
            for screen in channel.screens:
                hub._give(channel, screen)
        await asyncio.sleep(0)
    return JSONResponse(hub.screens)


async def held(request: Request) -> JSONResponse:
    """Bytes that wait for the slowest screen: in this process, and in the kernel."""
    hub = hub_of(request)
    here, below = 0, 0
    for channel in hub._channels.values():
        for screen in channel.screens:
            if screen.line is not None:
                here = max(here, screen.line.transport.get_write_buffer_size())
                plug = screen.line.transport.get_extra_info("socket")
                (queued,) = struct.unpack("i", fcntl.ioctl(plug.fileno(), SIOCOUTQ, b"\0" * 4))
                below = max(below, queued)
    return JSONResponse({"process": here, "kernel": below, "skipped": hub.skipped})


class Steps:
    """The steps of the loop since the last look."""

    def __init__(self) -> None:
        self._account = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.count = 0
        self.over: dict[str, int] = {"5": 0, "20": 0}
        self.longest = self.longest_wall = self.longest_processor = 0
        self.what = ""

    def _spent(self) -> tuple[int, int]:
        """Nanoseconds that this thread has run, and that it stood ready while others ran."""
        ran, stood, _ = os.pread(self._account, 64, 0).split()
        return int(ran), int(stood)

    def install(self) -> None:
        """Time every callback of asyncio's own loop from here on."""
        run = events.Handle._run

        def timed(handle: events.Handle) -> None:
            ran, stood = self._spent()
            began = time.perf_counter_ns()
            run(handle)
            wall = time.perf_counter_ns() - began
            after_ran, after_stood = self._spent()
            self._note(handle, wall, wall - (after_stood - stood), after_ran - ran)

        setattr(events.Handle, "_run", timed)  # noqa: B010 - what a type checker must not allow elsewhere

    def _note(self, handle: events.Handle, wall: int, step: int, processor: int) -> None:
        self.count += 1
        self.longest_wall = max(self.longest_wall, wall)
        self.longest_processor = max(self.longest_processor, processor)
        if step > self.longest:
            whose = getattr(getattr(handle, "_callback", None), "__self__", handle)
            self.longest, self.what = step, repr(whose)[:400]
        if step > 5_000_000:
            self.over["5"] += 1
            self.over["20"] += step > 20_000_000

    async def begin(self, request: Request) -> JSONResponse:
        """Forget what was."""
        self.forget()
        return JSONResponse("begun")

    async def tell(self, request: Request) -> JSONResponse:
        """What was seen since `begin`."""
        return JSONResponse(
            {
                "steps": self.count,
                "longest_ms": self.longest / 1e6,
                "wall_ms": self.longest_wall / 1e6,
                "processor_ms": self.longest_processor / 1e6,
                "over_5_ms": self.over["5"],
                "over_20_ms": self.over["20"],
                "what": self.what,
            }
        )


class Forgetful(SqlJournal):
    """A journal that keeps nothing of what happens from now on."""

    def append(self, hall: str, writings: Sequence[Writing]) -> None:
        """Nothing."""


class AtOnce(Executor):
    """An executor without a thread: the call is made where it is asked for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def forget_everything(app: FastAPI) -> None:
    """Switch storing off once the hall is loaded. The services are reached into, so that the product needs no switch."""
    whole = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        async with whole(served) as state:
            rooms: House = served.state.house
            for service in rooms.halls.values():
                assert isinstance(service._journal, SqlJournal)
                service._journal, service._writer = Forgetful(service._journal._database), AtOnce()
            yield state

    app.router.lifespan_context = lifespan


def main(kind: str) -> None:
    """Serve until the process is ended."""
    settings = Settings()
    app = create_app(settings)
    running = server(settings, app)
    routes = [
        Route("/bench/publish", publish, methods=["POST"]),
        Route("/bench/held", held),
    ]
    if kind == "unstored":
        forget_everything(app)
    if kind == "timed":
        steps = Steps()
        steps.install()
        routes += [Route("/bench/begin", steps.begin), Route("/bench/steps", steps.tell)]
        running.config.loop = "asyncio"
    app.router.routes[-1:-1] = routes  # before the pages, which take every path
    running.run()


if __name__ == "__main__":
    main(sys.argv[1])
