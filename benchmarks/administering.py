"""What administrators ask for, in this process: database time of the dashboard, analytics, and browsing beside them."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median, quantiles
from typing import Any, Final

import asyncpg
from sqlalchemy import select

from mentorhub.db.keys import new_key
from mentorhub.db.sqlite_connection import connect
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.users import COLUMNS, UserRow
from mentorhub.execution import Engine
from mentorhub.house import House
from mentorhub.resolvers import analytics
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.rules.vocabulary import Interval, Role
from mentorhub.schema import build_engine
from mentorhub.schema.context import Context

DASHBOARD: Final = """{ admin { dashboard {
  totalMentors approvedMentors pendingMentors totalUsers totalBookings pendingBookings openIncidents openTickets
  averageRating
} } }"""
ACTIVITY: Final = """{ admin { activity { nodes {
  id kind summary occurredAt actor { name }
} pageInfo { hasNextPage endCursor } } } }"""
BROWSE: Final = """{ mentors(first: 20) { nodes {
  id name bio rating { average count } expertise { name } nextSlot { startsAt } slots(first: 5) { id startsAt }
} } }"""

_SUPERADMIN: Final = Statement(select(*COLUMNS).where(users.c.role == Role.SUPERADMIN).limit(1), UserRow)
Asked = tuple[Statement[Any], int | None, dict[str, Any]]


class _Noting:
    """Notes what the reader behind it is asked."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.asked: list[Asked] = []

    async def all(self, statement: Statement[Any], /, *, limit: int | None = None, **values: Any) -> Any:
        self.asked.append((statement, limit, values))
        return await self._reader.all(statement, limit=limit, **values)

    async def one(self, statement: Statement[Any], /, *, limit: int | None = None, **values: Any) -> Any:
        self.asked.append((statement, limit, values))
        return await self._reader.one(statement, limit=limit, **values)


class Administrator:
    """A superadmin of a seeded platform, in one process with it."""

    def __init__(self, house: House, viewer: Viewer) -> None:
        self.house = house
        self._viewer = viewer
        self._engine: Engine = build_engine()

    @classmethod
    async def of(cls, house: House) -> "Administrator":
        found = await house.doors.database.reader.one(_SUPERADMIN)
        assert found is not None, "the database has no superadmin"
        return cls(house, Viewer(user_id=found.id, role=found.role, is_verified=True, session_id=new_key()))

    async def ask(self, text: str, **variables: Any) -> Any:
        desk = Desk(self.house.doors, self._viewer, self.house.doors.clock.now())
        prepared = self._engine.prepare(text, None)
        result = await self._engine.execute(prepared, variables, Context(desk, self.house.following))
        assert not result.errors, result.errors
        return result.data

    async def analytics(self) -> Any:
        """Of a year, past what is kept."""
        self.house.doors.analytics.forget()
        desk = Desk(self.house.doors, self._viewer, self.house.doors.clock.now())
        until = desk.now.date()
        return await analytics.over(
            desk, since=until - timedelta(days=365), until=until, interval=Interval.MONTH
        )

    async def statements_of(self, text: str) -> list[Asked]:
        database: Any = self.house.doors.database
        noting = database.reader = _Noting(database.reader)
        try:
            await self.ask(text)
        finally:
            database.reader = noting._reader  # noqa: SLF001 -- its own
        return noting.asked


async def database_milliseconds(asked: list[Asked], url: str) -> float:
    """What the statements of *asked* cost the database together: by EXPLAIN ANALYZE, or run on SQLite itself."""
    if url.startswith("sqlite"):
        connection = connect(url.removeprefix("sqlite:///"))
        try:
            return sum(_of_sqlite(connection, *each) for each in asked)
        finally:
            connection.close()
    postgresql = await asyncpg.connect(url, server_settings={"jit": "off"})
    try:
        await postgresql.set_type_codec("uuid", schema="pg_catalog", encoder=str, decoder=str, format="text")
        return sum([await _of_postgresql(postgresql, *each) for each in asked])
    finally:
        await postgresql.close()


def _of_sqlite(
    connection: Any, statement: Statement[Any], limit: int | None, values: dict[str, Any]
) -> float:
    compiled = statement.on("sqlite")
    text, arguments = compiled.limited(limit), compiled.arguments(values)
    taken = []
    for _ in range(50):
        started = time.perf_counter()
        connection.execute(text, arguments).fetchall()
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


async def _of_postgresql(
    connection: Any, statement: Statement[Any], limit: int | None, values: dict[str, Any]
) -> float:
    compiled = statement.on("postgresql")
    text = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {compiled.limited(limit)}"
    arguments = compiled.arguments(values)
    plans = [json.loads(await connection.fetchval(text, *arguments))[0] for _ in range(10)]
    return median(plan["Execution Time"] for plan in plans)


async def milliseconds(act: Callable[[], Awaitable[Any]], *, times: int) -> float:
    """The median."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await act()
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


async def browse_beside(administrator: Administrator, *, rounds: int, seconds: float) -> tuple[float, float]:
    """The 95th percentile of browsing, in milliseconds: alone, and while analytics are found one after the other.

    The two take turns, *seconds* each.
    """
    alone: list[float] = []
    beside: list[float] = []
    for _ in range(rounds):
        alone += await _browsing(administrator, seconds)
        task = asyncio.create_task(_without_end(administrator.analytics))
        beside += await _browsing(administrator, seconds)
        task.cancel()
        await asyncio.wait([task])
        await administrator.analytics()
    return quantiles(alone, n=20)[-1], quantiles(beside, n=20)[-1]


async def _browsing(administrator: Administrator, seconds: float) -> list[float]:
    taken = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        await administrator.ask(BROWSE)
        taken.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.002)
    return taken


async def _without_end(act: Callable[[], Awaitable[Any]]) -> None:
    while True:
        await act()
