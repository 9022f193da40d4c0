"""PostgreSQL through asyncpg: a pool without session state, prepared statements, explicit transactions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from mentorhub.db.database import Database, Reader, Transaction, Violated
from mentorhub.db.statements import Statement
from mentorhub.rules.refusals import Unavailable

R = TypeVar("R")
T = TypeVar("T")

_TRIES = 5
_WAIT_FOR_CONNECTION = 5.0
"""Seconds a statement waits for a free connection before it is refused as UNAVAILABLE."""

_GAVE_WAY = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    TimeoutError,
)


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that keeps no session state, and so needs no reset, which would cost a round trip each time."""

    def get_reset_query(self) -> str:
        return ""


async def _prepare(connection: Any) -> None:
    # Keys are text everywhere above.
    await connection.set_type_codec("uuid", schema="pg_catalog", encoder=str, decoder=str, format="text")


class _Open:
    """Statements on one connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        compiled = statement.on("postgresql")
        with _translated():
            records = await self._connection.fetch(compiled.limited(limit), *compiled.arguments(values))
        make = compiled.make
        return [make(record) for record in records]

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        compiled = statement.on("postgresql")
        with _translated():
            record = await self._connection.fetchrow(compiled.limited(limit), *compiled.arguments(values))
        return None if record is None else compiled.make(record)

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        compiled = statement.on("postgresql")
        with _translated():
            status: str = await self._connection.execute(compiled.text, *compiled.arguments(values))
        return int(status.rpartition(" ")[2])

    async def many(self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]], /) -> None:
        compiled = statement.on("postgresql")
        with _translated():
            await self._connection.executemany(compiled.text, [compiled.arguments(row) for row in rows])


class _translated:  # noqa: N801 -- reads as a clause
    """Says in our words what the driver raises."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        if isinstance(error, asyncpg.IntegrityConstraintViolationError):
            raise Violated(error.constraint_name or error.table_name or "") from error
        if isinstance(error, _AWAY) and not isinstance(error, asyncio.CancelledError):
            raise Unavailable from error


class _Pooled:
    """Statements, each on any connection of the pool."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        async with _acquired(self._pool) as connection:
            return await _Open(connection).all(statement, limit=limit, **values)

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        async with _acquired(self._pool) as connection:
            return await _Open(connection).one(statement, limit=limit, **values)


@asynccontextmanager
async def _acquired(pool: Any) -> AsyncIterator[Any]:
    with _translated():
        connection = await pool.acquire(timeout=_WAIT_FOR_CONNECTION)
    try:
        yield connection
    finally:
        await pool.release(connection)


class PostgreSQL(Database):
    """One pool of connections to one database."""

    dialect = "postgresql"

    def __init__(self, pool: Any, url: str) -> None:
        self._pool = pool
        self.url = url
        self.reader: Reader = _Pooled(pool)

    @classmethod
    async def open(cls, url: str, *, pool_size: int) -> "PostgreSQL":
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=pool_size,
            connection_class=_Connection,
            init=_prepare,
            timeout=10,
            # A plan made for the first values serves all: they are keys and instants.
            server_settings={"jit": "off", "timezone": "UTC", "application_name": "mentorhub"},
        )
        return cls(pool, url)

    async def write(self, action: Callable[[Transaction], Awaitable[T]]) -> T:
        for attempt in range(_TRIES):
            async with _acquired(self._pool) as connection:
                try:
                    with _translated():
                        async with connection.transaction():
                            return await action(_Open(connection))
                except _GAVE_WAY:
                    if attempt == _TRIES - 1:
                        raise
        raise AssertionError  # the last attempt returns or raises

    async def stream(
        self, statement: Statement[R], /, *, size: int = 1000, **values: Any
    ) -> AsyncIterator[list[R]]:
        compiled = statement.on("postgresql")
        async with _acquired(self._pool) as connection:
            with _translated():
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    cursor = await connection.cursor(compiled.text, *compiled.arguments(values))
                    while records := await cursor.fetch(size):
                        yield [compiled.make(record) for record in records]

    async def close(self) -> None:
        await self._pool.close()
