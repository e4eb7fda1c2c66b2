"""Where everything meets: `create_app(settings)` puts the house together; `run()` is `tidehall serve`.

For: the one place that knows every storey. Nobody imports it but the command line and the tests.
What goes wrong at the start is said in one line: a database that is not migrated, a hall that is not there yet.
"""

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.admin.door import Tables
from app.api import halls, tickets, windows
from app.api.contract import describe
from app.api.deps import House
from app.api.later import Later
from app.api.problems import explanation, install
from app.beat import (
    LOOK_SECONDS,
    follow,
    foresee,
    judge_estimates,
    keep_days,
    keep_reports,
    keep_snapshots,
    watch_journal,
    watch_tide,
)
from app.bus import Bus
from app.clock import Clock, FastClock, WallClock
from app.core.hall import Hall
from app.core.record import StoreTrouble
from app.frames import SceneLine
from app.holders import Holders, key_of
from app.hub import Hub
from app.limits import BodyLimit
from app.rooms import DeviceRoom
from app.service import HallService
from app.settings import Settings
from app.store.database import Database
from app.store.journal import SqlJournal
from app.store.migrate import open_migrated
from app.store.notices import can_listen, listen
from app.store.ownership import DeviceOwner, DevicesTaken
from app.store.people import People
from app.store.snapshot import Snapshots
from app.terminal import fail, honest

if TYPE_CHECKING:
    from app.store.reports import Reports
    from app.voice import Voices

log = logging.getLogger(__name__)

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'"
)
"""Pages load nothing from elsewhere and run no text as code, whatever a service is named."""


def clock_of(settings: Settings) -> Clock:
    """The world's time, or a demonstration's."""
    if settings.clock_start is None:
        return WallClock()
    return FastClock(settings.clock_start, settings.clock_speed)


class Pages(StaticFiles):
    """The pages as they lie, with the headers that keep them to themselves."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; a websocket has no page here."""
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            await socket.accept()
            await socket.close(4404, "no-such-page")
            return
        await super().__call__(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        response.headers["content-security-policy"] = CONTENT_POLICY
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["referrer-policy"] = "no-referrer"
        response.headers["cache-control"] = "no-cache"
        return response


def create_app(settings: Settings, clock: Clock | None = None, database: Database | None = None) -> FastAPI:
    """The whole hall as an ASGI application. `clock` replaces the one of the settings (tests, benchmarks); `database` is
    one that is open and migrated already, and closed when the application ends."""
    hall_clock = clock or clock_of(settings)
    wall = clock or WallClock()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(app, settings, hall_clock, wall, database or open_migrated(settings)):
            yield

    app = FastAPI(
        title="TideHall 潮汐大厅",
        summary="Tickets, windows and the tide of a service hall.",
        version="1",
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
        routes=_routes(),
        telemetry=UNWATCHED,
    )
    install(app)
    describe(app)
    _add_plain_routes(app)
    if settings.site is not None:
        app.mount("/site", Pages(directory=str(settings.site), check_dir=False), name="site")
    app.mount("/admin", Tables(_tables), name="admin")
    app.mount("/", Pages(directory=str(files("displays") / "web"), html=True, check_dir=False), name="pages")
    app.add_middleware(BodyLimit, limit=settings.body_limit, file_limit=settings.file_limit)
    return app


UNWATCHED: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""No OpenTelemetry: the hall counts for itself (/metrics), and asking for each request whether anybody traces it took a
twelfth of an issue."""


def _tables(house: House, service: HallService) -> ASGIApp:
    """The set-up's tables of a hall. Their library takes a quarter of a second to load: not before somebody knocks."""
    from app.admin.plans import build

    return build(house, service)


HOT = (tickets.issue_ticket, windows.call_next, windows.start, windows.finish)
"""What a hall does all day."""


def _routes() -> list[BaseRoute]:
    """Every route of the API, the hot ones first: a request tries them in order. They are the application's own and
    not those of included routers, because such a one is tried route by route and twice over: half an issue's time."""
    routers = (tickets.router, windows.router, halls.router)
    routes = [route for router in routers for route in router.routes]
    return [*sorted(routes, key=lambda route: getattr(route, "endpoint", None) not in HOT), Later()]


def _add_plain_routes(app: FastAPI) -> None:
    async def livez(_: Request) -> Response:
        """The process runs."""
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        """Commands would be stored: every hall is loaded and the last commit succeeded."""
        house: House = request.app.state.house
        troubled = [f"{code}: {each.trouble}" for code, each in house.halls.items() if each.trouble]
        if troubled or not house.halls:
            said = "\n".join(troubled) or "no hall yet: tidehall hall import FILE"
            return PlainTextResponse(said + "\n", 503)
        return PlainTextResponse("ready\n")

    async def metrics(request: Request) -> Response:
        """For Prometheus."""
        figures = await asyncio.to_thread(import_module, "app.figures")  # 20 ms, the first time
        house: House = request.app.state.house
        hub: Hub = request.app.state.hub
        text: str = figures.figures_text(figures.HallFigures(house.halls, hub, house.devices.listed))
        return Response(text, media_type="text/plain; version=0.0.4")

    async def explain(request: Request) -> Response:
        """What a problem's `type` means, for whoever opens it."""
        rule: str = request.path_params["rule"]
        texts = explanation(rule)
        if texts is None:
            return PlainTextResponse(f"{rule}\n", 404)
        return PlainTextResponse(f"{rule}\n\n{texts.zh}\n{texts.en}\n")

    for path, endpoint in (
        ("/livez", livez),
        ("/readyz", readyz),
        ("/metrics", metrics),
        ("/problems/{rule}", explain),
    ):
        app.add_route(path, endpoint, include_in_schema=False)


@asynccontextmanager
async def _running(
    app: FastAPI, settings: Settings, clock: Clock, wall: Clock, database: Database
) -> AsyncIterator[None]:
    snapshots = Snapshots(settings.snapshots)
    journal = SqlJournal(database, snapshots if settings.snapshot_events else None)
    people = People(database)
    lines = _lines_of(database)
    bus = Bus()
    hub = Hub(bus, clock, settings.board_limit, settings.screen_seconds)
    owner = DeviceOwner(settings)
    if settings.devices:
        try:
            await asyncio.to_thread(owner.claim)
        except (StoreTrouble, DevicesTaken):
            database.close()
            raise
    settings = settings.model_copy(update={"card_key": key_of(settings)})
    writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
    room = DeviceRoom(bus, settings, clock, lambda hall, kiosk: hub.nudge(hall, f"kiosk/{kiosk}"))
    services: dict[str, HallService] = {}

    @cache
    def voices() -> "Voices":
        """Made when the first loudspeaker comes: a silent hall starts without."""
        from app.sounds import Sounds
        from app.voice import Voices

        sounds = Sounds(settings.voice, settings.sounds, settings.sounds_megabytes)
        return Voices(bus, services, sounds, clock)

    tasks: list[asyncio.Task[None]] = []

    async def keep(code: str) -> None:
        from app.office import keep_snapshot_elsewhere  # once in 10,000 events, and not at the start

        await keep_snapshot_elsewhere(settings, code)

    async def welcome() -> None:
        """Serve every hall of the database that is not served yet."""
        for folded, keys in await asyncio.to_thread(_halls_besides, journal, set(services)):
            service = HallService(folded, keys, journal, bus, clock, writer)
            services[service.code] = service
            room.furnish(service)
            tasks.append(asyncio.create_task(keep_days(service, clock)))
            tasks.append(asyncio.create_task(watch_journal(service, journal)))
            tasks.append(asyncio.create_task(watch_tide(service, clock)))
            tasks.append(asyncio.create_task(foresee(service, clock)))
            tasks.append(asyncio.create_task(keep_reports(service, lines, clock)))
            tasks.append(asyncio.create_task(judge_estimates(service, journal, clock)))
            tasks.append(
                asyncio.create_task(
                    keep_snapshots(service, snapshots.seq, keep, settings.snapshot_events, wall)
                )
            )

    await welcome()
    app.state.hub = hub
    app.state.house = House(
        settings, clock, services, hub, people, journal, room, wall, voices, Holders(settings.card_key), lines
    )
    tasks.append(asyncio.create_task(_welcome_later(welcome)))
    if can_listen(database.url):
        tasks.append(asyncio.create_task(_hear_others(database, journal, services)))
    if settings.devices:
        tasks.append(asyncio.create_task(_keep_devices(owner, room)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await room.close()
        await app.state.house.outside.close()
        owner.release()
        if voices.cache_info().currsize:
            await voices().close()
        for service in services.values():
            await service.settle()
        await hub.close()
        writer.shutdown()
        database.close()


def _lines_of(database: Database) -> "Callable[[], Reports]":
    """What reports are counted from, made when it is first asked for."""

    @cache
    def made() -> "Reports":
        from app.store.reports import Reports

        return Reports(database)

    return made


def _halls_besides(journal: SqlJournal, served: set[str]) -> list[tuple[Hall, set[str]]]:
    """Halls of the database besides those that are served, each with the keys that it answered. Blocks."""
    folded = ((code, journal.fold(code)) for code in journal.halls() if code not in served)
    return [(hall, journal.keys(code)) for code, hall in folded if hall is not None]


async def _keep_devices(owner: DeviceOwner, room: DeviceRoom) -> None:
    """Let go of the devices when another process has them: a PostgreSQL that was restarted forgets whose they are."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            held = await asyncio.to_thread(owner.holds)
        except StoreTrouble as trouble:
            log.warning("whose the devices are could not be asked: %s", trouble)
            continue
        if not held:
            log.critical("another server drives the devices of this database now; this one lets go of them")
            await room.let_go()
            return


async def _hear_others(database: Database, journal: SqlJournal, services: dict[str, HallService]) -> None:
    """Follow what other processes write the moment they have written it."""

    async def heard(hall: str, seq: int) -> None:
        service = services.get(hall)
        if service is not None and seq > service.hall.seq:
            await follow(service)

    async def look() -> None:
        for service in tuple(services.values()):
            await follow(service)

    await listen(database.url, journal.process, heard, look)


async def _welcome_later(welcome: Callable[[], Awaitable[None]]) -> None:
    """A hall that is imported while the server runs is served within seconds."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await welcome()
        except StoreTrouble as trouble:
            log.warning("the halls could not be listed: %s", trouble)
        except Exception:
            log.exception("a hall could not be served")


COLLECTOR = (1500, 1, 1000)
"""When the collector looks (gc.set_threshold). A look takes a microsecond or two for each object since the last one, so 1500
are 2 to 4 ms; a look at everything, which is 100 ms on a large day, comes after some 100,000 tickets."""

TURN_SECONDS = 0.0002
"""How long a thread may calculate while the loop wants to go on (sys.setswitchinterval). With Python's 5 ms, each write to
a socket could wait so long for an estimate that is made beside it: 38 ms for a scene to a hundred boards were seen."""


class HallServer(uvicorn.Server):
    """uvicorn, and what is there at the start is no garbage: a collection over everything imported took 100 ms, in the
    middle of somebody's request."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        gc.freeze()
        gc.set_threshold(*COLLECTOR)
        gc.enable()
        sys.setswitchinterval(TURN_SECONDS)


def server(settings: Settings, app: FastAPI) -> uvicorn.Server:
    """The server that runs `app`: uvloop, httptools, no access log, scenes straight to the transport, no deflate."""
    return HallServer(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            ws=SceneLine,
            ws_per_message_deflate=False,
            ws_max_size=settings.body_limit,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=2,
        )
    )


def first_start_link(settings: Settings, database: Database) -> str | None:
    """A one-time set-up link while nobody can sign in; None afterwards. Raises StoreTrouble."""
    code = People(database).setup_code(WallClock().now())
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{shown}:{settings.port}/setup/#code={code}" if code else None


def run(**changed: str | int) -> None:
    """`tidehall serve` until SIGINT or SIGTERM: settings from the environment, `changed` by the command line. The first
    start prints its link."""
    settings = Settings().model_copy(update=changed)
    with honest():
        database = open_migrated(settings)
        if link := first_start_link(settings, database):
            print(
                "首次启动,请用此链接设置管理员(24 小时内有效,一次性)\n"
                f"First start: set up the administrator here, once:\n  {link}"
            )
            sys.stdout.flush()
        try:
            if settings.devices:
                _devices_are_free(settings)
        except DevicesTaken as taken:
            fail(
                f"同一数据库的设备正由另一进程驱动({taken.who})。请停止该进程,或以 TIDEHALL_DEVICES=false 启动本服务",
                f"Another process drives the devices of this database ({taken.who}). Stop it, or start this server with "
                "TIDEHALL_DEVICES=false",
            )
        with suppress(KeyboardInterrupt):
            server(settings, create_app(settings, database=database)).run()


def _devices_are_free(settings: Settings) -> None:
    """Look before the start, so that it ends with one sentence. Raises DevicesTaken."""
    owner = DeviceOwner(settings)
    try:
        owner.claim()
    finally:
        owner.release()
