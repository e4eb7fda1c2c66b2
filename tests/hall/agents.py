"""An agent, in the process of the test or in one of its own that can be killed, and a line to the server that a test can cut."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from app.agent import Agent
from app.agentmemory import Memory
from app.core.plan import DevicePlan


class Line:
    """A TCP line to a port of this machine. While it is cut nobody gets through."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._cut = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where to connect."""
        assert self._server is not None
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def open(self) -> None:
        """Carry connections."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)

    def cut(self) -> None:
        """Every connection ends now, and new ones end at once, until `mend`."""
        self._cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Whole again."""
        self._cut = False

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        assert me is not None
        self._tasks.add(me)
        mine = {writer}
        with suppress(OSError):
            if not self._cut:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
                mine.add(far_writer)
                self._writers |= mine
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._writers -= mine
        for each in mine:
            each.transport.abort()
            with suppress(OSError):
                await each.wait_closed()
        self._tasks.discard(me)

    async def close(self) -> None:
        """No more connections."""
        self.cut()
        if self._server is not None:
            self._server.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


class AgentProcess:
    """`tidehall agent`, to be stopped, killed and started again."""

    def __init__(self, folder: Path, server_port: int, token: str, plans: Sequence[DevicePlan]) -> None:
        self.file = folder / "devices.toml"
        self.file.write_text(
            'hall = "small"\n'
            + "".join(
                f'[[device]]\nname = "{plan.name}"\nkind = "{plan.kind}"\nurl = "{plan.url}"\n'
                for plan in plans
            ),
            "utf-8",
        )
        self.memory = folder / "devices.toml.memory"
        self.log = folder / "agent.log"
        self._command = [sys.executable, "-m", "app", "agent", str(self.file)]
        self._command += ["--server", f"ws://127.0.0.1:{server_port}", "--token", token]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin; it connects when it can."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, env=dict(os.environ))

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, politely or not."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=15)
            self._process = None


@asynccontextmanager
async def agent_running(
    folder: Path, server_port: int, token: str, plans: Sequence[DevicePlan]
) -> AsyncIterator[Line]:
    """An agent in this process, which is quick. It reaches the server through a line of the test's."""
    line = Line(server_port)
    await line.open()
    memory = Memory(folder / "devices.toml.memory")
    agent = Agent(f"ws://127.0.0.1:{line.port}/api/v1/halls/small/agent", token, tuple(plans), memory)
    task = asyncio.ensure_future(agent.run())
    try:
        yield line
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        memory.close()
        await line.close()


@asynccontextmanager
async def agent_process(
    folder: Path, server_port: int, token: str, plans: Sequence[DevicePlan]
) -> AsyncIterator[AgentProcess]:
    """An agent in a process of its own, running."""
    agent = AgentProcess(folder, server_port, token, plans)
    agent.start()
    try:
        yield agent
    finally:
        await asyncio.to_thread(agent.end, signal.SIGKILL)
