"""SQLite: WAL, one writer, indexed reads on the event loop behind a guard.

A thread hop costs more than most reads here, so reads run where they are asked. What is marked `long`, waits for the
write lock, or writes many rows runs in a thread.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from mentorhub.db.database import Database, Reader, Transaction
from mentorhub.db.sqlite_connection import (
    LONG,
    LONG_LIMIT,
    QUICK,
    READ_LIMIT,
    WAIT_FOR_LOCK,
    WRITER,
    Guarded,
    connect,
    perform,
    translated,
)
from mentorhub.db.statements import Change, Compiled, Statement
from mentorhub.threads import standing_back

R = TypeVar("R")
T = TypeVar("T")

_ASIDE: Final = 2
"""Long reads at once."""
_STREAMS: Final = 2
"""Threads for what is streamed beside them."""
_MANY: Final = 200
"""From so many rows on, an executemany leaves the event loop."""


class _Reading:
    """Statements on one connection: on the loop, or in a thread where they are long."""

    def __init__(self, quick: Guarded, database: "SQLite | None") -> None:
        self._quick = quick
        self._database = database

    async def all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        compiled = statement.on("sqlite")
        rows = await self._fetch(statement, compiled, compiled.limited(limit), compiled.arguments(values))
        return compiled.rows(rows)

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        compiled = statement.on("sqlite")
        rows = await self._fetch(statement, compiled, compiled.limited(limit), compiled.arguments(values))
        return compiled.rows(rows)[0] if rows else None

    async def _fetch(
        self, statement: Statement[R], compiled: Compiled[R], text: str, arguments: list[Any]
    ) -> list[Any]:
        if statement.long and self._database is not None:
            return await self._database.fetch_aside(text, arguments)
        return self._quick.fetch(text, arguments)


class _Writing(_Reading):
    """Statements on the writer, inside its transaction."""

    def __init__(self, writer: Guarded) -> None:
        super().__init__(writer, None)
        self._writer = writer

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        compiled = statement.on("sqlite")
        return self._writer.run(compiled.text, compiled.arguments(values))

    async def many(
        self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]], /, *others: Change
    ) -> None:
        for each, its_rows in ((statement, rows), *others):
            compiled = each.on("sqlite")
            values = [compiled.arguments(row) for row in its_rows]
            if len(values) < _MANY:
                self._writer.many(compiled.text, values)
            else:
                await _finished(asyncio.to_thread(self._writer.many, compiled.text, values))


async def _finished(work: Awaitable[T]) -> T:
    """Waits for *work* to its end, even when cancelled: a thread cannot be stopped, and must not be left behind."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


class SQLite(Database):
    """One file, one writer, and as many readers as there are long reads at once."""

    dialect = "sqlite"

    def __init__(self, path: str) -> None:
        self._path = path
        self._writer = Guarded(connect(path, WRITER), LONG_LIMIT)
        self._quick = Guarded(connect(path, QUICK), READ_LIMIT)
        self._aside = asyncio.Semaphore(_ASIDE)
        self._threads = standing_back(_ASIDE + _STREAMS, "long reads")
        self._idle: list[Guarded] = []
        self._lock = asyncio.Lock()
        self.reader: Reader = _Reading(self._quick, self)

    @classmethod
    def open(cls, path: str) -> "SQLite":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return cls(path)

    async def write(self, action: Callable[[Transaction], Awaitable[T]]) -> T:
        async with self._lock:
            await self._begin()
            try:
                result = await action(_Writing(self._writer))
            except BaseException:
                # Where the disk is full, SQLite may have rolled back by itself.
                if self._writer.connection.in_transaction:
                    self._writer.connection.execute("ROLLBACK")
                raise
            self._commit()
            return result

    async def _begin(self) -> None:
        connection = self._writer.connection
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            # Another process writes: wait for it elsewhere.
            connection.execute(f"PRAGMA busy_timeout = {int(WAIT_FOR_LOCK * 1000)}")
            try:
                await _finished(asyncio.to_thread(perform, connection, "BEGIN IMMEDIATE"))
            except asyncio.CancelledError:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            except sqlite3.OperationalError as error:
                raise translated(error) from error

    def _commit(self) -> None:
        try:
            self._writer.connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._writer.connection.in_transaction:
                self._writer.connection.execute("ROLLBACK")
            raise translated(error) from error

    async def fetch_aside(self, text: str, arguments: Sequence[Any]) -> list[Any]:
        """The rows of a long read, from a thread of its own; two run at once."""
        async with self._aside:
            guarded = self._idle.pop() if self._idle else Guarded(connect(self._path, LONG), LONG_LIMIT)
            try:
                return await self._in_thread(guarded.fetch, text, arguments)
            finally:
                self._idle.append(guarded)

    async def _in_thread(self, act: Callable[..., T], *arguments: Any) -> T:
        """What *act* answers, in a thread that stands back behind the event loop."""
        return await _finished(asyncio.get_running_loop().run_in_executor(self._threads, act, *arguments))

    async def stream(
        self, statement: Statement[R], /, *, size: int = 1000, **values: Any
    ) -> AsyncGenerator[list[R], None]:
        compiled = statement.on("sqlite")
        connection = connect(self._path, LONG)
        cursor = connection.cursor()
        try:
            # The first batch sorts, where there is no index for the order.
            await self._in_thread(cursor.execute, compiled.text, compiled.arguments(values))
            while rows := await self._in_thread(cursor.fetchmany, size):
                yield compiled.rows(rows)
        except sqlite3.Error as error:
            raise translated(error) from error
        finally:
            cursor.close()
            connection.close()

    async def close(self) -> None:
        async with self._lock:
            for guarded in (self._writer, self._quick, *self._idle):
                guarded.connection.close()
        self._threads.shutdown()
