"""How this process does: its answers over five minutes, the database, the log's reader, and mail on its way."""

import asyncio
import time
from datetime import timedelta
from typing import Final, NamedTuple

from mentorhub.db import facts, mails
from mentorhub.live import Log
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.traffic import Figures
from mentorhub.rules import health
from mentorhub.rules.vocabulary import HealthStatus

_PATIENCE: Final = 3.0
_MOST: Final = 1000


class Component(NamedTuple):
    status: HealthStatus
    latency_milliseconds: float | None
    backlog: int | None
    detail: str | None


class Health(NamedTuple):
    status: HealthStatus
    figures: Figures
    database: Component
    event_delivery: Component
    outgoing_mail: Component


async def look(desk: Desk, log: Log) -> Health:
    """For administrators."""
    access.admin(desk)
    figures = desk.doors.traffic.figures()
    answers = health.of_answers(requests=figures.requests, error_rate=figures.error_rate, p95=figures.p95)
    database = await _database(desk)
    is_away = database.status is HealthStatus.DOWN
    events = await _events(desk, log, is_away=is_away)
    mail = _unknown() if is_away else await _mail(desk)
    parts = (database, events, mail)
    status = health.worst([answers, *(part.status for part in parts)])
    return Health(status, figures, *parts)


async def _database(desk: Desk) -> Component:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(_PATIENCE):
            await facts.end(desk.reader)
    except Exception:  # noqa: BLE001 -- whatever it is, it is what is told
        return Component(health.of_database(None), None, None, "It does not answer.")
    seconds = time.perf_counter() - started
    return Component(health.of_database(seconds), round(seconds * 1000, 3), None, None)


async def _events(desk: Desk, log: Log, *, is_away: bool) -> Component:
    lag = log.lag_seconds
    backlog = None if is_away else len((await facts.after(desk.reader, log.place, limit=_MOST)).facts)
    detail = None if log.is_reading else "The log is not read."
    status = health.of_events(lag, is_reading=log.is_reading)
    return Component(status, round(lag * 1000, 3), backlog, detail)


async def _mail(desk: Desk) -> Component:
    waiting = await mails.waiting(desk.reader)
    age = max(timedelta(0), desk.now - waiting.since) if waiting.since else timedelta(0)
    detail = (
        f"The oldest has been on its way since {waiting.since:%Y-%m-%d %H:%M} UTC." if waiting.since else None
    )
    return Component(health.of_mail(age), round(age.total_seconds() * 1000, 3), waiting.number, detail)


def _unknown() -> Component:
    return Component(HealthStatus.DOWN, None, None, "The database does not answer.")
