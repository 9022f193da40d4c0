"""Assembles the service: mounts GraphQL and the web upon the house, starts the clock."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from mentorhub import logs
from mentorhub.house import House
from mentorhub.jobs import JOBS, Clockwork
from mentorhub.resolvers import accounts, calendars, exports, observing, photos, sandbox
from mentorhub.resolvers.desk import Desk
from mentorhub.rules.refusals import Invalid
from mentorhub.rules.vocabulary import Role
from mentorhub.schema import build_engine, sdl
from mentorhub.schema.context import Context
from mentorhub.settings import Settings, read_settings
from mentorhub.web.calendars import CalendarFeeds
from mentorhub.web.doors import Doors as WebDoors
from mentorhub.web.encoding import INSTANTS, fragment
from mentorhub.web.endpoint import GraphQL
from mentorhub.web.explorer import explorer_routes
from mentorhub.web.exports import export_routes
from mentorhub.web.farewell import FAREWELL
from mentorhub.web.journal import journal
from mentorhub.web.limits import Limits
from mentorhub.web.media import MediaFiles
from mentorhub.web.metrics import Metrics, metrics_page
from mentorhub.web.origins import Origins
from mentorhub.web.pages import alive_page, json_fault, nowhere, ready_page, schema_page
from mentorhub.web.sandbox import sandbox_routes
from mentorhub.web.served import Observer, Served, nobody
from mentorhub.web.site import Site
from mentorhub.web.traced import Traced


class Service:
    """The house and all that is served of it. `farewell` comes before the server closes its connections."""

    def __init__(self, house: House, *, limits: Limits | None = None, observer: Observer = nobody) -> None:
        settings = house.settings
        self.house = house
        self.origins = Origins(settings.origins)
        self.metrics = Metrics(self._figures)
        self._journal = observer
        self._limits = limits or Limits()
        self.graphql = GraphQL(
            WebDoors(
                build_engine(
                    introspection=settings.introspection == "on",
                    tracer=house.tracer,
                    instants=INSTANTS,
                    kept_as=fragment,
                ),
                house.context,
                house.still_allowed,
                courtesy=house,
                observer=self._observe,
                origins=self.origins,
                limits=self._limits,
                session_cookie=Context.cookie_name(is_secure=not settings.is_loopback),
            )
        )
        self._leaving: asyncio.Task[None] | None = None
        self._clockwork: Clockwork
        self.app = self._built(settings)

    def _observe(self, served: Served) -> None:
        self.metrics(served)
        self._journal(served)

    async def _figures(self) -> list[tuple[str, str, float]]:
        return [*self.graphql.figures, *await observing.figures(self.house.doors, self.house.log)]

    async def farewell(self) -> None:
        """Ends what is listened to, so that its readers come back elsewhere and go on."""
        await self.graphql.close()

    def _leave(self) -> asyncio.Task[None]:
        """Begins the farewell, once, while connections are still open."""
        if self._leaving is None:
            self._leaving = asyncio.create_task(self.farewell(), name="farewell")
        return self._leaving

    async def _with_farewell(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scope.setdefault("state", {})[FAREWELL] = self._leave
        await self._others(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self.house, self._clock(), self._sandbox():
            yield
            await self._leave()

    @asynccontextmanager
    async def _clock(self) -> AsyncIterator[None]:
        self._clockwork = Clockwork(self.house.doors, JOBS)
        if self.house.settings.jobs == "on":
            await self._clockwork.start()
        yield
        await self._clockwork.stop()

    @asynccontextmanager
    async def _sandbox(self) -> AsyncIterator[None]:
        if self.house.settings.sandbox == "off":
            yield
            return
        following = asyncio.create_task(sandbox.follow_clock(self.house.doors), name="the sandbox's clock")
        yield
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    async def _move_clock(self, to: datetime) -> datetime:
        try:
            return await sandbox.move_clock(self.house.doors, to)
        except Invalid as refusal:
            raise ValueError(refusal.message) from refusal

    async def _run_jobs(self) -> None:
        # The one that runs anyway: what it is in the middle of is waited for.
        await self._clockwork.run_all()

    def _built(self, settings: Settings) -> ASGIApp:
        exact: dict[str, ASGIApp] = {
            "/graphql": self.graphql,
            "/schema.graphql": schema_page(sdl() + "\n"),
            "/healthz": alive_page(),
            "/readyz": ready_page(self.house.faults),
            "/metrics": metrics_page(
                self.metrics, token=token.get_secret_value() if (token := settings.metrics_token) else None
            ),
        }
        media = MediaFiles(lambda name: photos.file(self.house.doors, name))
        self._others = Starlette(
            routes=[
                *explorer_routes(settings.has_explorer),
                *export_routes(lambda token: exports.lines(self.house.doors, token), self._limits),
                *(
                    sandbox_routes(move_clock=self._move_clock, run_jobs=self._run_jobs)
                    if settings.sandbox == "on"
                    else ()
                ),
                Mount("/media", media),
                Mount("/calendar", CalendarFeeds(lambda text: calendars.feed(self.house.doors, text))),
                Mount("/", nowhere),
            ],
            lifespan=self._lifespan,
            exception_handlers={HTTPException: json_fault},
        )
        site = Site(exact, self._with_farewell, origins=self.origins, observer=self._observe)
        return site if self.house.tracer is None else Traced(site, self.house.tracer)


def build_app(settings: Settings, *, observer: Observer = nobody) -> ASGIApp:
    """The service as an ASGI application; its lifespan opens and closes the doors."""
    return Service(House(settings), observer=observer).app


async def work(settings: Settings) -> None:
    """Runs the jobs, and nothing else, until told to stop."""
    stopped = asyncio.Event()
    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, stopped.set)
    async with House(settings) as house:
        clockwork = Clockwork(house.doors, JOBS)
        await clockwork.start()
        await stopped.wait()
        await clockwork.stop()


async def create_user(settings: Settings, *, name: str, email: str, password: str, role: Role) -> None:
    """Makes a verified account. Raises Refusals, and AlreadyExists where the address has one."""
    async with House(settings) as house:
        desk = Desk(house.doors, None, house.doors.clock.now())
        await accounts.create(desk, name=name, email=email, password=password, role=role)


def from_environment() -> ASGIApp:
    """The service with the settings of the environment, for a server's workers; it keeps a journal."""
    settings = read_settings()
    logs.configure(level=settings.log_level)
    app = build_app(settings, observer=journal)
    # Schema and modules stay for good: to look through them for garbage, again and again, is time lost.
    gc.collect()
    gc.freeze()
    # Rows and answers come and go, and hardly ever in circles.
    gc.set_threshold(20_000, 20, 20)
    return app
