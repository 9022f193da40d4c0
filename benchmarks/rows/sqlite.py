"""SQLite as the hand-written server uses it: one connection, read in the event loop."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from benchmarks.rows import statements


class SQLite:
    expertise = statements.EXPERTISE_LITE
    slots = statements.SLOTS_LITE

    def __init__(self, url: str) -> None:
        self._path = url.removeprefix("sqlite:///")
        self._connection: Any = None

    async def open(self) -> None:
        self._connection = sqlite3.connect(self._path, isolation_level=None, cached_statements=256)
        self._connection.row_factory = sqlite3.Row
        for setting in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "cache_size = -65536",
            "mmap_size = 1073741824",
            "temp_store = MEMORY",
        ):
            self._connection.execute(f"PRAGMA {setting}")

    async def close(self) -> None:
        self._connection.close()

    @asynccontextmanager
    async def fetching(self) -> AsyncIterator[Any]:
        yield self._fetch

    async def _fetch(self, text: str, *values: Any) -> list[Any]:
        rows: list[Any] = self._connection.execute(_numbered(text), values).fetchall()
        return rows

    @staticmethod
    def instant(value: datetime) -> str:
        return value.isoformat(timespec="microseconds")[:26] + "Z"

    @staticmethod
    def shown(value: str) -> str:
        return value.replace(".000000", "")

    @staticmethod
    def keys(keys: list[Any]) -> str:
        return orjson.dumps(keys).decode()


@cache
def _numbered(text: str) -> str:
    """*text* with its parameters as SQLite numbers them."""
    return text.replace("$", "?")
