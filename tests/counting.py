"""Counts what is asked of the database, and what is written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from mentorhub.app import House


class Housed(Protocol):
    """Whatever has a house."""

    @property
    def house(self) -> House: ...


class Counted:
    """The SQL of each statement, of reads and of writes."""

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.writes: list[str] = []

    def reads_of(self, table: str) -> int:
        """How many statements have read *table*."""
        return sum(f"FROM {table} " in read or f"JOIN {table} " in read for read in map(_spaced, self.reads))


def _spaced(sql: str) -> str:
    return " ".join(sql.split()) + " "


class _CountingReader:
    def __init__(self, reader: Any, noted: list[str], dialect: str) -> None:
        self._reader = reader
        self._noted = noted
        self._dialect = dialect

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._reader, name)
        if name not in {"all", "one", "run", "many"}:
            return method

        async def noted(statement: Any, *args: Any, **values: Any) -> Any:
            self._noted.append(statement.on(self._dialect).text)
            return await method(statement, *args, **values)

        return noted


@asynccontextmanager
async def counting(housed: Housed) -> AsyncIterator[Counted]:
    """What happens to the database of *housed* until the end of the block; statements of a write count as writes."""
    database: Any = housed.house.doors.database
    counted = Counted()
    reader, write = database.reader, database.write

    async def counted_write(action: Any) -> Any:
        async def act(transaction: Any) -> Any:
            return await action(_CountingReader(transaction, counted.writes, database.dialect))

        return await write(act)

    database.reader = _CountingReader(reader, counted.reads, database.dialect)
    database.write = counted_write
    try:
        yield counted
    finally:
        database.reader = reader
        del database.write
