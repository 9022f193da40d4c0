"""Counts what is asked of the database, and what is written."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import asyncpg
from sqlalchemy import ColumnElement, Select, Text, bindparam, column, func, select, table

from mentorhub.db.database import Transaction
from mentorhub.db.statements import Statement
from mentorhub.house import House

_BY_THEMSELVES = {"log reader", "uses of sessions"}
"""Tasks of a house that read whenever it suits them."""


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
    def __init__(self, reader: Any, noted: list[str], dialect: str, *, ignored: set[str]) -> None:
        self._reader = reader
        self._noted = noted
        self._dialect = dialect
        self._ignored = ignored

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._reader, name)
        if name not in {"all", "one", "run", "many"}:
            return method

        async def noted(statement: Any, *args: Any, **values: Any) -> Any:
            task = asyncio.current_task()
            if task is None or task.get_name() not in self._ignored:
                self._noted.append(statement.on(self._dialect).text)
            return await method(statement, *args, **values)

        return noted


@asynccontextmanager
async def counting(housed: Housed, *, by_whomever: bool = False) -> AsyncIterator[Counted]:
    """What happens to the database of *housed* until the end of the block; statements of a write count as writes.

    What the house reads of itself counts only with *by_whomever*.
    """
    ignored = set() if by_whomever else _BY_THEMSELVES
    database: Any = housed.house.doors.database
    counted = Counted()
    reader, write = database.reader, database.write

    async def counted_write(action: Any) -> Any:
        async def act(transaction: Any) -> Any:
            return await action(
                _CountingReader(transaction, counted.writes, database.dialect, ignored=ignored)
            )

        return await write(act)

    database.reader = _CountingReader(reader, counted.reads, database.dialect, ignored=ignored)
    database.write = counted_write
    try:
        yield counted
    finally:
        database.reader = reader
        del database.write


class Noting:
    """Takes down what is asked of a database, with the values."""

    def __init__(self, reader: Any, dialect: str = "sqlite") -> None:
        self._reader = reader
        self._dialect = dialect
        self.asked: list[tuple[str, list[Any]]] = []

    async def all(self, statement: Any, *, limit: int | None = None, **values: Any) -> Any:
        self._note(statement, limit, values)
        return await self._reader.all(statement, limit=limit, **values)

    async def one(self, statement: Any, *, limit: int | None = None, **values: Any) -> Any:
        self._note(statement, limit, values)
        return await self._reader.one(statement, limit=limit, **values)

    def _note(self, statement: Any, limit: int | None, values: dict[str, Any]) -> None:
        compiled = statement.on(self._dialect)
        self.asked.append((compiled.limited(limit), compiled.arguments(values)))


async def of_postgresql(url: str, sql: str) -> None:
    """Has PostgreSQL make many rows by itself."""
    session = await asyncpg.connect(url)
    try:
        await session.execute(sql)
    finally:
        await session.close()


async def rows_read(url: str, table: str, asked: list[tuple[str, list[Any]]]) -> list[int]:
    """How many rows of *table* PostgreSQL reads for each of what was *asked*.

    Plans are made for whatever values come, as the service has them made, and from what is known of the rows by now.
    """
    read = f"SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = '{table}'"
    session = await asyncpg.connect(url, server_settings={"plan_cache_mode": "force_generic_plan"})
    try:
        await session.execute(f"VACUUM ANALYZE {table}")
        async with session.transaction():
            counts = [await session.fetchval(read)]
            for sql, values in asked:
                await session.fetch(sql, *values)
                counts.append(await session.fetchval(read))
    finally:
        await session.close()
    return [after - before for before, after in pairwise(counts)]


class _Number(NamedTuple):
    number: int


def _in_transaction(number: ColumnElement[int]) -> Select[Any]:
    named = column("relname") == bindparam("table", type_=Text())
    return select(number.label("number")).select_from(table("pg_stat_xact_user_tables")).where(named)


_READ = Statement(_in_transaction(column("seq_tup_read") + column("idx_tup_fetch")), _Number)
_UPDATED = Statement(
    _in_transaction(column("n_tup_upd")), _Number, sqlite=select(func.total_changes().label("number"))
)


async def rows_read_so_far(transaction: Transaction, table: str) -> int:
    """How many rows of *table* PostgreSQL has read in *transaction*."""
    found = await transaction.one(_READ, table=table)
    return found.number if found else 0


async def rows_written(transaction: Transaction, table: str) -> int:
    """How many rows of *table* were updated in *transaction*; on SQLite of all, and since it was opened."""
    found = await transaction.one(_UPDATED, table=table)
    return found.number if found else 0


def steps_of(url: str, asked: list[tuple[str, list[Any]]]) -> int:
    """How many instructions of SQLite's machine answer what was *asked*."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.set_progress_handler(count, 1)
    for sql, given in asked:
        connection.execute(sql, given).fetchall()
    connection.close()
    return steps
