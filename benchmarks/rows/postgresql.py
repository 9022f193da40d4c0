"""PostgreSQL as the hand-written server uses it: a pool of ten, no reset between uses, prepared statements."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from benchmarks.rows import statements

POOL = 10


class _Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        return ""


class PostgreSQL:
    expertise = statements.EXPERTISE
    slots = statements.SLOTS

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None

    async def open(self) -> None:
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=POOL,
            connection_class=_Connection,
            server_settings={"jit": "off", "timezone": "UTC"},
        )

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def fetching(self) -> AsyncIterator[Any]:
        """One connection for one request."""
        async with self._pool.acquire() as connection:
            yield connection.fetch

    @staticmethod
    def instant(value: Any) -> Any:
        """What goes to the database for an instant."""
        return value

    @staticmethod
    def shown(value: Any) -> Any:
        """What goes to the client for an instant: orjson writes it."""
        return value

    @staticmethod
    def keys(keys: list[Any]) -> Any:
        return keys
