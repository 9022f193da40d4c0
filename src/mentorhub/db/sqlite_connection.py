"""One connection to a SQLite file through the standard library: its settings, and a guard against what runs away."""

import sqlite3
import time
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from mentorhub.db.database import Violated
from mentorhub.rules import search_words
from mentorhub.rules.refusals import Unavailable

READ_LIMIT: Final = 0.25
"""Seconds after which a read on the event loop is interrupted: it should have been marked `long`."""
LONG_LIMIT: Final = 60.0
_GUARD_STEPS: Final = 10_000
"""Virtual machine steps between two looks at the clock, on the event loop."""
_LONG_GUARD_STEPS: Final = 1_000_000
"""Of long statements: each look takes the interpreter away from the event loop."""
WAIT_FOR_LOCK: Final = 5.0


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
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=WAIT_FOR_LOCK
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


class Guarded:
    """A connection whose statements are interrupted when they run away."""

    def __init__(self, connection: sqlite3.Connection, limit: float) -> None:
        self.connection = connection
        self._limit = limit
        self._until = 0.0
        steps = _GUARD_STEPS if limit <= READ_LIMIT else _LONG_GUARD_STEPS
        connection.set_progress_handler(self._is_late, steps)

    def _is_late(self) -> bool:
        return time.monotonic() > self._until

    def fetch(self, text: str, arguments: Sequence[Any]) -> list[Any]:
        self._until = time.monotonic() + self._limit
        try:
            return self.connection.execute(text, arguments).fetchall()
        except sqlite3.Error as error:
            raise translated(error) from error

    def run(self, text: str, arguments: Sequence[Any]) -> int:
        self._until = time.monotonic() + self._limit
        try:
            return self.connection.execute(text, arguments).rowcount
        except sqlite3.Error as error:
            raise translated(error) from error

    def many(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        self._until = time.monotonic() + LONG_LIMIT
        try:
            self.connection.executemany(text, rows)
        except sqlite3.Error as error:
            raise translated(error) from error


def translated(error: sqlite3.Error) -> Exception:
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
