"""PostgreSQL through asyncpg: connections without session state, prepared statements, explicit transactions."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

import asyncpg

from mentorhub.db.connections import Connections
from mentorhub.db.database import Database, Reader, Transaction, Violated
from mentorhub.db.gathering import FEW, Gathering
from mentorhub.db.instants import remember_instants
from mentorhub.db.statements import Change, Statement, in_one
from mentorhub.rules.refusals import Unavailable

R = TypeVar("R")
T = TypeVar("T")

_TRIES = 5
_WAIT_FOR_CONNECTION = 5.0
"""Seconds a statement waits for a free connection before it is refused as UNAVAILABLE."""
_MOST_WAITING = 5_000
"""So many may wait for one at a time; whoever comes then is refused at once."""
_SETTINGS: Final = {
    "jit": "off",
    # Analytics must not take every core from those who browse.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "application_name": "mentorhub",
}
_MOST_LONG = 5
"""So many statements that may read much run at once, and no more: the others keep their connections."""
_STATEMENT_SECONDS = 60.0
"""A server that says nothing for so long will not answer any more: jobs and the log's reader must not wait for it."""
_READ_SECONDS = 8.0
"""Likewise for a read by an index, which somebody waits for; less than an operation may take."""
_GIVEN_UP_SECONDS = 1.0
"""What a transaction that is given up has for its end, and then its connection is broken off."""

_GAVE_WAY = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What the driver makes of a connection that the server breaks off between two messages.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    TimeoutError,
)


# One plan serves all values, since they are keys and instants: to plan anew takes longer than to execute. A connection
# makes it once, maybe while a table is empty, when to read it whole is cheapest; it must do while that grows, until the
# table is next analyzed.
_BY_KEYS: Final = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
_BY_VALUES: Final = {"plan_cache_mode": "auto"}


async def _connected(url: str, *, plans: Mapping[str, str] = _BY_KEYS) -> Any:
    connection = await asyncpg.connect(
        url,
        timeout=10,
        command_timeout=_STATEMENT_SECONDS,
        server_settings={**_SETTINGS, **plans},
    )
    # Keys are text everywhere above.
    await connection.set_builtin_type_codec("uuid", schema="pg_catalog", codec_name="text", format="text")
    await remember_instants(connection)
    return connection


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
        return compiled.rows(records)

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        compiled = statement.on("postgresql")
        with _translated():
            record = await self._connection.fetchrow(
                compiled.limited(limit), *compiled.arguments(values), timeout=self._within(statement)
            )
        return None if record is None else compiled.rows([record])[0]

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        compiled = statement.on("postgresql")
        with _translated():
            status: str = await self._connection.execute(compiled.text, *compiled.arguments(values))
        return int(status.rpartition(" ")[2])

    async def many(
        self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]], /, *others: Change
    ) -> None:
        if others:
            await self._in_one([(statement, rows), *others])
            return
        compiled = statement.on("postgresql")
        values = [compiled.arguments(row) for row in rows]
        with _translated():
            if len(values) == 1:
                await self._connection.execute(compiled.text, *values[0])
            elif values and compiled.of_many is not None:
                await self._connection.execute(compiled.of_many, *map(list, zip(*values, strict=True)))
            else:
                await self._connection.executemany(compiled.text, values)

    async def _in_one(self, changes: Sequence[Change]) -> None:
        texts: list[str] = []
        values: list[list[Any]] = []
        for statement, rows in changes:
            if rows:
                compiled = statement.on("postgresql")
                assert compiled.of_many is not None
                texts.append(compiled.of_many)
                values += map(list, zip(*map(compiled.arguments, rows), strict=True))
        if texts:
            with _translated():
                await self._connection.execute(in_one(*texts), *values)


class _translated:  # noqa: N801 -- reads as a clause
    """Says in our words what the driver raises."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and (said := _said(error)) is not None:
            raise said from error


def _said(error: Exception) -> Exception | None:
    """What the driver raises, in our words, where there are any."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return Violated(error.constraint_name or error.table_name or "")
    return Unavailable() if isinstance(error, _AWAY) else None


class _Lent:
    """A connection, for as long as the clause lasts; raises Unavailable where none can be had."""

    __slots__ = ("_connection", "_connections")

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._connection: Any = None

    async def __aenter__(self) -> Any:
        with _translated():
            self._connection = await self._connections.lend()
        return self._connection

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # What was begun must be broken off first, and a server that hangs does not even take that.
        is_broken_off = kind is not None and issubclass(kind, asyncio.CancelledError | Unavailable)
        self._connections.take_back(self._connection, at_rest=not is_broken_off)


class _Reading:
    """Statements, each on any connection; those that are long on connections of their own, where plans go by values."""

    def __init__(self, connections: Connections, long: Connections) -> None:
        self._connections = connections
        self._long = long
        self._gathering = Gathering(self._all)
        self.seconds = _READ_SECONDS

    def all(
        self, statement: Statement[R], /, *, limit: int | None = None, **values: Any
    ) -> Coroutine[Any, Any, list[R]]:
        if statement.gathers and len(values["keys"]) <= FEW:
            return self._gathering.by_keys(statement, values["keys"])
        if statement.is_shared:
            return self._gathering.same(statement, limit, values)
        return self._all(statement, limit=limit, **values)

    async def _all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        # As `_Lent` and `_Open` would together, at half the cost: nearly every request passes here.
        compiled = statement.on("postgresql")
        connections, seconds = (self._long, None) if statement.long else (self._connections, self.seconds)
        connection, is_at_rest = None, False
        try:
            connection = await connections.lend()
            records = await connection.fetch(
                compiled.limited(limit), *compiled.arguments(values), timeout=seconds
            )
            is_at_rest = True
        except Exception as error:
            # Without a name for it: an error that knows a frame which knows it is found late.
            is_at_rest = not isinstance(_said(error) or error, Unavailable)
            with _translated():
                raise
        finally:
            if connection is not None:
                connections.take_back(connection, at_rest=is_at_rest)
        return compiled.rows(records)

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        connections = self._long if statement.long else self._connections
        async with _Lent(connections) as connection:
            return await _Open(connection, seconds=self.seconds).one(statement, limit=limit, **values)


@asynccontextmanager
async def _transaction(connection: Any, **how: Any) -> AsyncIterator[None]:
    transaction = connection.transaction(**how)
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
    """A few connections to one database."""

    dialect = "postgresql"

    def __init__(self, connections: Connections, long: Connections, url: str) -> None:
        self._connections = connections
        self._long = long
        self.url = url
        self.reader: Reader = _Reading(connections, long)

    @classmethod
    async def open(cls, url: str, *, pool_size: int) -> "PostgreSQL":
        patience: dict[str, Any] = {"seconds": _WAIT_FOR_CONNECTION, "most_waiting": _MOST_WAITING}
        connections = Connections(partial(_connected, url), size=pool_size, **patience)
        long = Connections(partial(_connected, url, plans=_BY_VALUES), size=_MOST_LONG, **patience)
        # Whether it can be reached is to be known now.
        connections.take_back(await connections.lend())
        return cls(connections, long, url)

    async def write(self, action: Callable[[Transaction], Awaitable[T]]) -> T:
        for attempt in range(_TRIES):
            async with _Lent(self._connections) as connection:
                try:
                    async with _transaction(connection):
                        return await action(_Open(connection))
                except _GAVE_WAY:
                    if attempt == _TRIES - 1:
                        raise
        raise AssertionError  # the last attempt returns or raises

    async def stream(
        self, statement: Statement[R], /, *, size: int = 1000, **values: Any
    ) -> AsyncGenerator[list[R], None]:
        compiled = statement.on("postgresql")
        async with _Lent(self._long) as connection:
            with _translated():
                async with _transaction(connection, isolation="repeatable_read", readonly=True):
                    cursor = await connection.cursor(compiled.text, *compiled.arguments(values))
                    while records := await cursor.fetch(size):
                        yield compiled.rows(records)

    async def close(self) -> None:
        await asyncio.gather(self._connections.close(), self._long.close())
