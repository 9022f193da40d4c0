"""PostgreSQL through asyncpg: a pool without session state, prepared statements, explicit transactions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
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
_MOST_WAITING = 5_000
"""So many may wait for one at a time; whoever comes then is refused at once."""
_STATEMENT_SECONDS = 60.0
"""A server that says nothing for so long will not answer any more: jobs and the log's reader must not wait for it."""
_READ_SECONDS = 8.0
"""Likewise for a read by an index, which somebody waits for; less than an operation may take."""
_GIVEN_UP_SECONDS = 1.0
"""What a transaction that is given up has for its end, and then its connection is broken off."""
_CLOSING_SECONDS = 5.0

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
    """Statements on one connection; reads that are not long have so many *seconds*."""

    def __init__(self, connection: Any, *, seconds: float | None = None) -> None:
        self._connection = connection
        self._seconds = seconds

    def _within(self, statement: Statement[Any]) -> float | None:
        """None is as long as any statement may take."""
        return None if statement.long else self._seconds

    async def all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        compiled = statement.on("postgresql")
        with _translated():
            records = await self._connection.fetch(
                compiled.limited(limit), *compiled.arguments(values), timeout=self._within(statement)
            )
        make = compiled.make
        return [make(record) for record in records]

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        compiled = statement.on("postgresql")
        with _translated():
            record = await self._connection.fetchrow(
                compiled.limited(limit), *compiled.arguments(values), timeout=self._within(statement)
            )
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


class _Pool:
    """Connections for those who need one; as many as there may be, and no longer waited for than is of use."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._waiting = 0
        self._returns: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """Raises Unavailable where none can be had."""
        if self._waiting >= _MOST_WAITING:
            raise Unavailable
        self._waiting += 1
        try:
            with _translated():
                connection = await self._pool.acquire(timeout=_WAIT_FOR_CONNECTION)
        finally:
            self._waiting -= 1
        try:
            yield connection
        except (asyncio.CancelledError, Unavailable):
            # What was begun is broken off first, and a server that hangs does not even take that.
            task = asyncio.create_task(self._return(connection), name="return of a connection")
            self._returns.add(task)
            task.add_done_callback(self._returns.discard)
            raise
        except BaseException:
            await self._pool.release(connection)
            raise
        else:
            await self._pool.release(connection)

    async def _return(self, connection: Any) -> None:
        # Where it fails, the connection is broken off, and the pool makes another.
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._pool.release(connection)

    async def close(self) -> None:
        """Waits a while for connections that are in use; then they are broken off."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._pool.close()
        if self._returns:
            await asyncio.wait(self._returns)


class _Pooled:
    """Statements, each on any connection of the pool."""

    def __init__(self, pool: _Pool) -> None:
        self._pool = pool
        self.seconds = _READ_SECONDS

    async def all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        async with self._pool.connection() as connection:
            return await _Open(connection, seconds=self.seconds).all(statement, limit=limit, **values)

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        async with self._pool.connection() as connection:
            return await _Open(connection, seconds=self.seconds).one(statement, limit=limit, **values)


@asynccontextmanager
async def _transaction(connection: Any) -> AsyncIterator[None]:
    transaction = connection.transaction()
    with _translated():
        await transaction.start()
        try:
            yield
        except BaseException:
            try:
                async with asyncio.timeout(_GIVEN_UP_SECONDS):
                    await transaction.rollback()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection.terminate()
            raise
        await transaction.commit()


class PostgreSQL(Database):
    """One pool of connections to one database."""

    dialect = "postgresql"

    def __init__(self, pool: Any, url: str) -> None:
        self._pool = _Pool(pool)
        self.url = url
        self.reader: Reader = _Pooled(self._pool)

    @classmethod
    async def open(cls, url: str, *, pool_size: int) -> "PostgreSQL":
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=pool_size,
            connection_class=_Connection,
            init=_prepare,
            timeout=10,
            command_timeout=_STATEMENT_SECONDS,
            # A plan made for the first values serves all: they are keys and instants.
            server_settings={"jit": "off", "timezone": "UTC", "application_name": "mentorhub"},
        )
        return cls(pool, url)

    async def write(self, action: Callable[[Transaction], Awaitable[T]]) -> T:
        for attempt in range(_TRIES):
            async with self._pool.connection() as connection:
                try:
                    async with _transaction(connection):
                        return await action(_Open(connection))
                except _GAVE_WAY:
                    if attempt == _TRIES - 1:
                        raise
        raise AssertionError  # the last attempt returns or raises

    async def stream(
        self, statement: Statement[R], /, *, size: int = 1000, **values: Any
    ) -> AsyncIterator[list[R]]:
        compiled = statement.on("postgresql")
        async with self._pool.connection() as connection:
            with _translated():
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    cursor = await connection.cursor(compiled.text, *compiled.arguments(values))
                    while records := await cursor.fetch(size):
                        yield [compiled.make(record) for record in records]

    async def close(self) -> None:
        await self._pool.close()
