"""PostgreSQL: a few connections, lent for a read or a transaction each."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

import asyncpg

from mentorhub.db.connections import Connections
from mentorhub.db.database import Database, Reader, Transaction
from mentorhub.db.gathering import FEW, Gathering
from mentorhub.db.postgresql_connection import (
    BY_VALUES,
    Open,
    connected,
    in_our_words,
    transaction_on,
    translated,
)
from mentorhub.db.statements import Statement
from mentorhub.rules.refusals import Unavailable

R = TypeVar("R")
T = TypeVar("T")

_TRIES = 5
_WAIT_FOR_CONNECTION = 5.0
"""Seconds a statement waits for a free connection before it is refused as UNAVAILABLE."""
_MOST_WAITING = 5_000
"""So many may wait for one at a time; whoever comes then is refused at once."""
_MOST_LONG = 5
"""So many statements that may read much run at once, and no more: the others keep their connections."""
_READ_SECONDS = 8.0
"""What a read by an index has, which somebody waits for; less than an operation may take."""
_GAVE_WAY = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class _Lent:
    """A connection, for as long as the clause lasts; raises Unavailable where none can be had."""

    __slots__ = ("_connection", "_connections")

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._connection: Any = None

    async def __aenter__(self) -> Any:
        with translated():
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
        # As `_Lent` and `Open` would together, at half the cost: nearly every request passes here.
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
            is_at_rest = not isinstance(in_our_words(error) or error, Unavailable)
            with translated():
                raise
        finally:
            if connection is not None:
                connections.take_back(connection, at_rest=is_at_rest)
        return compiled.rows(records)

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        connections = self._long if statement.long else self._connections
        async with _Lent(connections) as connection:
            return await Open(connection, seconds=self.seconds).one(statement, limit=limit, **values)


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
        connections = Connections(partial(connected, url), size=pool_size, **patience)
        long = Connections(partial(connected, url, plans=BY_VALUES), size=_MOST_LONG, **patience)
        # Whether it can be reached is to be known now.
        connections.take_back(await connections.lend())
        return cls(connections, long, url)

    async def write(self, action: Callable[[Transaction], Awaitable[T]]) -> T:
        for attempt in range(_TRIES):
            async with _Lent(self._connections) as connection:
                try:
                    async with transaction_on(connection):
                        return await action(Open(connection))
                except _GAVE_WAY:
                    if attempt == _TRIES - 1:
                        raise
        raise AssertionError  # the last attempt returns or raises

    async def stream(
        self, statement: Statement[R], /, *, size: int = 1000, **values: Any
    ) -> AsyncGenerator[list[R], None]:
        compiled = statement.on("postgresql")
        async with _Lent(self._long) as connection:
            with translated():
                async with transaction_on(connection, isolation="repeatable_read", readonly=True):
                    cursor = await connection.cursor(compiled.text, *compiled.arguments(values))
                    while records := await cursor.fetch(size):
                        yield compiled.rows(records)

    async def close(self) -> None:
        await asyncio.gather(self._connections.close(), self._long.close())
