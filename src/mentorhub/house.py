"""The house: the service's doors while it is open, and who comes to them."""

import asyncio
import logging
from contextlib import suppress
from typing import Final, Self

from mentorhub.db import clock, facts
from mentorhub.db.bell import Bell, open_bell
from mentorhub.db.clock import Clock
from mentorhub.db.opening import open_database
from mentorhub.db.traced import TracedDatabase
from mentorhub.live import Log
from mentorhub.mail import Mail, open_mail
from mentorhub.media import Pictures, open_media
from mentorhub.passwords import Passwords
from mentorhub.rates import Allowance, open_rates
from mentorhub.receivers import Receivers
from mentorhub.resolvers import authentication, charging, telling, webhook_hearing
from mentorhub.resolvers.desk import Desk, Doors, Origin
from mentorhub.resolvers.following import Following
from mentorhub.resolvers.standing import Standing
from mentorhub.rules.refusals import Forbidden, Unauthenticated, Unavailable
from mentorhub.schema import inner_engine
from mentorhub.schema.context import Context, request_id
from mentorhub.schema.webhook_bodies import Bodies
from mentorhub.settings import Settings, kept_secret
from mentorhub.tracing import Tracer, open_tracer
from mentorhub.web.approach import Approach, Refused

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
        """Whether the viewer of *context* may go on listening. Raises Refused for whoever has a lesser role now."""
        try:
            await self.following.standing.check(context.desk.viewer)
        except Unauthenticated:
            return False
        except Forbidden as refusal:
            raise Refused(refusal.code, refusal.message, status=403) from None
        return True

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
