"""Assembles the service: opens the doors, mounts GraphQL and the web, starts the clock."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final, Self

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from mentorhub import logs
from mentorhub.db import clock, facts
from mentorhub.db.bell import Bell, open_bell
from mentorhub.db.clock import Clock
from mentorhub.db.opening import open_database
from mentorhub.db.traced import TracedDatabase
from mentorhub.jobs import JOBS, Clockwork
from mentorhub.live import Log
from mentorhub.mail import Mail, open_mail
from mentorhub.media import Pictures, open_media
from mentorhub.passwords import Passwords
from mentorhub.rates import Allowance, open_rates
from mentorhub.receivers import Receivers
from mentorhub.resolvers import (
    accounts,
    authentication,
    calendars,
    charging,
    exports,
    observing,
    photos,
    sandbox,
    telling,
    webhook_hearing,
)
from mentorhub.resolvers.desk import Desk, Doors, Origin
from mentorhub.resolvers.following import Following
from mentorhub.resolvers.standing import Standing
from mentorhub.rules.refusals import Invalid, Unauthenticated, Unavailable
from mentorhub.rules.vocabulary import Role
from mentorhub.schema import build_engine, inner_engine, sdl
from mentorhub.schema.context import Context, request_id
from mentorhub.schema.webhook_bodies import Bodies
from mentorhub.settings import Settings, kept_secret, read_settings
from mentorhub.tracing import Tracer, open_tracer
from mentorhub.web.approach import Approach, Refused
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

_NOTE_USES_EVERY: Final = 2.0
_NOTE_USES_WITHIN: Final = 5.0
_READY_WITHIN: Final = 2.0
"""Seconds that the database has to answer whoever asks whether the service is ready."""
_log: Final = logging.getLogger("mentorhub")


class House:
    """The service's doors while it is open; use it as an async context manager."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        passwords: Passwords | None = None,
        mail: Mail | None = None,
        tracer: Tracer | None = None,
        receivers: Receivers | None = None,
    ) -> None:
        self.settings = settings
        self._is_secure = not settings.is_loopback
        self.tracer = tracer or (open_tracer(settings.traces_url) if settings.traces_url else None)
        self._clock = clock
        self._passwords = passwords
        self._mail = mail
        self._receivers = receivers
        self.doors: Doors
        self.log: Log
        self._bell: Bell
        self.following: Following

    async def __aenter__(self) -> Self:
        settings = self.settings
        database = await open_database(settings.database_url)
        if self.tracer is not None:
            database = TracedDatabase(database, self.tracer)
        known_clock = self._clock or Clock(await clock.offset(database.reader))
        standing = Standing(database.reader, known_clock)
        self.log = Log(
            read=lambda place, limit: facts.after(database.reader, place, limit=limit),
            end=lambda: facts.settled_end(database.reader),
            grown=self._tell_readers,
            prepare=standing.prepare,
        )
        self._bell = open_bell(settings.database_url, self.log.ring)
        self.doors = Doors(
            database=database,
            clock=known_clock,
            settings=settings,
            passwords=self._passwords or Passwords(),
            mail=self._mail or open_mail(settings.mail_url),
            media=open_media(settings.media_url),
            pictures=Pictures(),
            bell=self._bell,
            rates=open_rates(
                Allowance(settings.rate_points, settings.rate_restored),
                are_on=settings.rate_limits == "on",
                redis_url=settings.redis_url,
            ),
            receivers=self._receivers or Receivers(allowed=settings.webhook_allow),
            bodies=Bodies(inner_engine, lambda desk: Context(desk, self.following)),
            secret=kept_secret(settings),
        )
        self.following = Following(self.log, standing)
        await self.log.start()
        self._closing = asyncio.Event()
        self._noting = asyncio.create_task(self._note_uses(), name="uses of sessions")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._noting
        await self._bell.close()
        await self.log.stop()
        self.doors.passwords.close()
        self.doors.pictures.close()
        await self.doors.rates.close()
        await self.doors.receivers.close()
        await self.doors.database.close()
        if self.tracer is not None:
            await self.tracer.close()

    def _tell_readers(self) -> None:
        for job in (telling.JOB, webhook_hearing.JOB):
            self.doors.chimes.ring(job)

    async def context(self, approach: Approach) -> Context:
        """The context of whoever comes. Raises Refused for a token that is no good."""
        request_id.set(approach.request_id)
        origin = Origin(approach.address, approach.user_agent, approach.request_id)
        try:
            identity = await authentication.identity_of(
                self.doors,
                authorization=approach.authorization,
                cookie=approach.session,
                needs_cookie=approach.transport == "websocket",
            )
        except Unauthenticated as refusal:
            charging.fine(Desk(self.doors, None, self.doors.clock.now(), origin))
            raise Refused(refusal.code, refusal.message, headers={"www-authenticate": "Bearer"}) from None
        except Unavailable as refusal:
            raise away(refusal) from None
        viewer = identity.viewer if identity else None
        return Context(
            Desk(self.doors, viewer, self.doors.clock.now(), origin),
            self.following,
            is_secure=self._is_secure,
            takes_cookies=approach.transport != "websocket",
            after=approach.last_event_id,
            identity=identity,
        )

    def check(self, context: Context) -> None:
        """Raises Refused for whoever has no points left at all: what they send is not even read."""
        if wait := charging.wait_of(context.desk):
            message = f"No points are left; try again in {wait} s."
            raise Refused(
                "RATE_LIMITED",
                message,
                status=429,
                headers={"retry-after": str(wait)},
                extensions={"retryAfterSeconds": wait},
            )

    def misread(self, context: Context) -> None:
        charging.fine(context.desk)

    async def still_allowed(self, context: Context) -> bool:
        """Whether the viewer of *context* may go on listening."""
        return await self.following.standing.holds(context.desk.viewer)

    async def _note_uses(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_NOTE_USES_EVERY):
                    await self._closing.wait()
            try:
                async with asyncio.timeout(_NOTE_USES_WITHIN):
                    await authentication.write_uses(self.doors)
            except Exception:  # noqa: BLE001 -- logged whole; a session is used again, or was not worth noting
                _log.exception("the uses of sessions could not be written down")
            if self._closing.is_set():
                return

    async def faults(self) -> dict[str, str | None]:
        """What keeps the service from answering, by part; None where nothing does."""
        try:
            async with asyncio.timeout(_READY_WITHIN):
                await facts.end(self.doors.database.reader)
        except Exception:  # noqa: BLE001 -- whatever it is, we are not ready
            return {"database": "does not answer"}
        return {"database": None, "log": None if self.log.is_reading else "is not read"}


def away(refusal: Unavailable) -> Refused:
    """What a client is told while something that is needed for every answer is away."""
    return Refused(refusal.code, refusal.message, status=503, headers={"retry-after": "2"})


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
        clockwork = Clockwork(self.house.doors, JOBS)
        if self.house.settings.jobs == "on":
            await clockwork.start()
        yield
        await clockwork.stop()

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
        await Clockwork(self.house.doors, JOBS).run_all()

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
