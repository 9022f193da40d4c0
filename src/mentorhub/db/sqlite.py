"""SQLite through the standard library: WAL, one writer, indexed reads on the event loop behind a guard.

A thread hop costs more than most reads here, so reads run where they are asked. What is marked `long`, waits for the
write lock, or writes many rows runs in a thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

from mentorhub.db.database import Database, Reader, Transaction, Violated
from mentorhub.db.statements import Change, Compiled, Statement
from mentorhub.rules import search_words
from mentorhub.rules.refusals import Unavailable
from mentorhub.threads import standing_back

R = TypeVar("R")
T = TypeVar("T")

_READ_LIMIT: Final = 0.25
"""Seconds after which a read on the event loop is interrupted: it should have been marked `long`."""
_LONG_LIMIT: Final = 60.0
_GUARD_STEPS: Final = 10_000
"""Virtual machine steps between two looks at the clock, on the event loop."""
_LONG_GUARD_STEPS: Final = 1_000_000
"""Of long statements: each look takes the interpreter away from the event loop."""
_ASIDE: Final = 2
"""Long reads at once."""
_STREAMS: Final = 2
"""Threads for what is streamed beside them."""
_WAIT_FOR_LOCK: Final = 5.0
_MANY: Final = 200
"""From so many rows on, an executemany leaves the event loop."""


class Memory(NamedTuple):
    """What a connection may take. Mapped pages are the system's to take back, but count as the process's own."""

    cache_mebibytes: int = 64
    mapped_mebibytes: int = 0
    sorts: Literal["MEMORY", "FILE"] = "MEMORY"


ORDINARY: Final = Memory()
"""For what has the machine to itself: migrations, loading."""
WRITER: Final = Memory(cache_mebibytes=16)
QUICK: Final = Memory(cache_mebibytes=16, mapped_mebibytes=256)
"""A read on the event loop should not even copy its pages. Mapped by every connection, a page would count for each."""
LONG: Final = Memory(cache_mebibytes=8, sorts="FILE")
"""Of what is read from end to end, next to nothing is worth keeping."""


def connect(path: str, memory: Memory = ORDINARY) -> sqlite3.Connection:
    """A connection to the file *path*, in autocommit, usable from any thread (one at a time)."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=_WAIT_FOR_LOCK
    )
    tune(connection, memory)
    connection.create_function("search_words", 1, search_words.text_of, deterministic=True)
    return connection


def perform(connection: sqlite3.Connection, text: str, rows: Sequence[Sequence[Any]] | None = None) -> None:
    """Runs a statement that answers nothing, once for each of *rows* where there are any.

    In a thread, `connection.execute` would hand out its cursor. When that is let go, by whichever thread, it resets the
    statement, which the connection keeps and uses again: in the middle of the next execution (SQLITE_MISUSE).
    """
    cursor = connection.cursor()
    if rows is None:
        cursor.execute(text)
    else:
        cursor.executemany(text, rows)
    cursor.close()


def tune(connection: Any, memory: Memory = ORDINARY, *, foreign_keys: bool = True) -> None:
    """Gives *connection* every setting that MentorHub relies on."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute(f"PRAGMA temp_store = {memory.sorts}")
    connection.execute(f"PRAGMA cache_size = {-1024 * memory.cache_mebibytes}")
    connection.execute(f"PRAGMA mmap_size = {1024 * 1024 * memory.mapped_mebibytes}")


class _Guarded:
    """A connection whose statements are interrupted when they run away."""

    def __init__(self, connection: sqlite3.Connection, limit: float) -> None:
        self.connection = connection
        self._limit = limit
        self._until = 0.0
        steps = _GUARD_STEPS if limit <= _READ_LIMIT else _LONG_GUARD_STEPS
        connection.set_progress_handler(self._is_late, steps)

    def _is_late(self) -> bool:
        return time.monotonic() > self._until

    def fetch(self, text: str, arguments: Sequence[Any]) -> list[Any]:
        self._until = time.monotonic() + self._limit
        try:
            return self.connection.execute(text, arguments).fetchall()
        except sqlite3.Error as error:
            raise _translated(error) from error

    def run(self, text: str, arguments: Sequence[Any]) -> int:
        self._until = time.monotonic() + self._limit
        try:
            return self.connection.execute(text, arguments).rowcount
        except sqlite3.Error as error:
            raise _translated(error) from error

    def many(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        self._until = time.monotonic() + _LONG_LIMIT
        try:
            self.connection.executemany(text, rows)
        except sqlite3.Error as error:
            raise _translated(error) from error


def _translated(error: sqlite3.Error) -> Exception:
    if isinstance(error, sqlite3.IntegrityError):
        return Violated(_constraint(str(error)))
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorname in _AWAY:
        return Unavailable()
    return error


_AWAY: Final = {"SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_BUSY_SNAPSHOT"}


def _constraint(message: str) -> str:
    """The name of the constraint in SQLite's *message*: a trigger and a check say it, a unique index its columns."""
    from mentorhub.db.tables import unique_by_columns

    kind, _, detail = message.partition(" constraint failed: ")
    return unique_by_columns().get(detail, detail) if kind == "UNIQUE" else detail or message


class _Reading:
    """Statements on one connection: on the loop, or in a thread where they are long."""

    def __init__(self, quick: _Guarded, database: "SQLite | None") -> None:
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

    def __init__(self, writer: _Guarded) -> None:
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
        self._writer = _Guarded(connect(path, WRITER), _LONG_LIMIT)
        self._quick = _Guarded(connect(path, QUICK), _READ_LIMIT)
        self._aside = asyncio.Semaphore(_ASIDE)
        self._threads = standing_back(_ASIDE + _STREAMS, "long reads")
        self._idle: list[_Guarded] = []
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
            connection.execute(f"PRAGMA busy_timeout = {int(_WAIT_FOR_LOCK * 1000)}")
            try:
                await _finished(asyncio.to_thread(perform, connection, "BEGIN IMMEDIATE"))
            except asyncio.CancelledError:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            except sqlite3.OperationalError as error:
                raise _translated(error) from error

    def _commit(self) -> None:
        try:
            self._writer.connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._writer.connection.in_transaction:
                self._writer.connection.execute("ROLLBACK")
            raise _translated(error) from error

    async def fetch_aside(self, text: str, arguments: Sequence[Any]) -> list[Any]:
        """The rows of a long read, from a thread of its own; two run at once."""
        async with self._aside:
            guarded = self._idle.pop() if self._idle else _Guarded(connect(self._path, LONG), _LONG_LIMIT)
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
            raise _translated(error) from error
        finally:
            cursor.close()
            connection.close()

    async def close(self) -> None:
        async with self._lock:
            for guarded in (self._writer, self._quick, *self._idle):
                guarded.connection.close()
        self._threads.shutdown()
