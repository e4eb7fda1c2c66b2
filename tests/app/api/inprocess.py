"""The whole application behind a real port, in this process: a test may look at what the server holds in memory, and
own its clock. The event loop is the server's own kind, uvloop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from app.clock import Clock
from app.core.plan import HallPlan
from app.core.rights import Role
from app.hub import Hub
from app.main import create_app, server
from app.office import adopt, people
from app.service import HallService
from app.settings import Settings
from tests.database import migrate
from tests.hallserver import free_port


@dataclass
class InProcess:
    """A running application."""

    app: FastAPI
    settings: Settings
    hall: str

    @property
    def service(self) -> HallService:
        """The hall."""
        found: HallService = self.app.state.house.halls[self.hall]
        return found

    @property
    def hub(self) -> Hub:
        """Its screens."""
        found: Hub = self.app.state.hub
        return found

    @property
    def scenes(self) -> str:
        """Where screens connect."""
        return f"ws://127.0.0.1:{self.settings.port}/api/v1/halls/{self.hall}/scenes"

    def token(self, role: Role, **where: str | int) -> str:
        """A new key."""
        with people(self.settings) as (staff, now):
            return staff.issue_token(role, f"test {role}", now, **where)  # type: ignore[arg-type]


@asynccontextmanager
async def running(
    folder: Path, plan: HallPlan, *, clock: Clock | None = None, plain: bool = False, **others: object
) -> AsyncIterator[InProcess]:
    """Start and stop. `plain`: with uvicorn's own websocket class instead of ours."""
    wanted: dict[str, object] = {"devices": False, **others}
    settings = Settings(database=f"sqlite:///{folder / 'hall.db'}", port=free_port(), **wanted)  # type: ignore[arg-type]

    def prepare() -> None:
        migrate(settings)
        adopt(settings, plan, clock)

    await asyncio.to_thread(prepare)
    app = create_app(settings, clock)
    serving = server(settings, app)
    if plain:
        config = serving.config
        serving = uvicorn.Server(
            uvicorn.Config(
                app,
                host=config.host,
                port=config.port,
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                ws_max_size=config.ws_max_size,
                access_log=False,
                log_level="warning",
                timeout_graceful_shutdown=2,
            )
        )
    task = asyncio.create_task(serving.serve())
    async with asyncio.timeout(30):
        while not serving.started:
            assert not task.done(), task
            await asyncio.sleep(0.01)
    try:
        yield InProcess(app, settings, plan.code)
    finally:
        serving.should_exit = True
        await task
