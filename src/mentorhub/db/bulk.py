"""Many rows at once: COPY in PostgreSQL, one executemany in SQLite."""

import asyncio
import itertools
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, Self

import asyncpg
from sqlalchemy import Table

from mentorhub.db.faults import said_plainly
from mentorhub.db.log_readers import ALL
from mentorhub.db.sqlite_connection import connect, perform
from mentorhub.db.tables import METADATA
from mentorhub.db.types import Convert, SearchWords, sender

_BATCH: Final = 10_000

_SEARCH_TRIGGERS: Final = """
    SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger' AND name GLOB '*_search_insert'
"""
# Triggers look for overlaps in those of what is active.
_UNUSED_INDEXES: Final = """
    SELECT name, sql FROM sqlite_schema
    WHERE type = 'index' AND sql LIKE 'CREATE INDEX %' AND name NOT GLOB '*_active'
"""

_PLAIN_INDEXES: Final = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = current_schema()::regnamespace AND NOT indisunique AND NOT indisexclusion
"""
_EXCLUSIONS: Final = """
    SELECT conname AS name, conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE contype = 'x' AND connamespace = current_schema()::regnamespace
"""
_AT_THE_END: Final = f"""
    INSERT INTO log_readers (name, "transaction", position)
    SELECT reader.name, place."transaction", place.position
    FROM ({" UNION ALL ".join(f"SELECT '{name}' AS name" for name in ALL)}) AS reader
    CROSS JOIN (
        SELECT facts."transaction", facts.position FROM facts
        ORDER BY facts."transaction" DESC, facts.position DESC LIMIT 1
    ) AS place
"""  # noqa: S608 -- our own names


class BulkLoad:
    """A transaction for loading; use it as an async context manager. What it raises undoes everything.

    *report* is told how many rows have been written since it was told last.
    """

    def __init__(self, url: str, report: Callable[[int], None] = lambda _: None) -> None:
        self._url = url
        self._report = report
        self._connection: Any = None
        self._transaction: Any = None

    async def __aenter__(self) -> Self:
        if self._url.startswith("sqlite"):
            self._connection = await asyncio.to_thread(connect, self._url.removeprefix("sqlite:///"))
            self._connection.execute("BEGIN IMMEDIATE")
        else:
            with said_plainly():
                self._connection = await asyncpg.connect(self._url)
            self._transaction = self._connection.transaction()
            await self._transaction.start()
            await self._connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._transaction is None:
            connection: sqlite3.Connection = self._connection
            connection.execute("ROLLBACK" if kind else "COMMIT")
            if kind is None:
                connection.execute("ANALYZE")
            connection.close()
            return
        if kind:
            await self._transaction.rollback()
        else:
            await self._transaction.commit()
            await self._connection.execute("ANALYZE")
        await self._connection.close()

    async def with_indexes_aside(self, fill: Callable[[], Awaitable[None]]) -> None:
        """Runs *fill* without the indexes that are quicker to build at once, then builds them.

        Those are all that no constraint needs, full text included, and PostgreSQL's exclusion constraints, which are
        checked when they are built again.
        """
        if self._transaction is None:
            await self._with_files_indexes_aside(fill)
            return
        indexes = await self._connection.fetch(_PLAIN_INDEXES)
        exclusions = await self._connection.fetch(_EXCLUSIONS)
        for index in indexes:
            await self._connection.execute(f"DROP INDEX {index['name']}")
        for exclusion in exclusions:
            await self._connection.execute(
                f"ALTER TABLE {exclusion['of']} DROP CONSTRAINT {exclusion['name']}"
            )
        await fill()
        for index in indexes:
            await self._connection.execute(index["definition"])
        for exclusion in exclusions:
            added = (
                f"ALTER TABLE {exclusion['of']} ADD CONSTRAINT {exclusion['name']} {exclusion['definition']}"
            )
            await self._connection.execute(added)

    async def _with_files_indexes_aside(self, fill: Callable[[], Awaitable[None]]) -> None:
        connection: sqlite3.Connection = self._connection
        triggers = connection.execute(_SEARCH_TRIGGERS).fetchall()
        indexes = connection.execute(_UNUSED_INDEXES).fetchall()
        for name, _, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        await fill()
        for _, definition in indexes:
            await asyncio.to_thread(perform, connection, definition)
        for name, table, definition in triggers:
            await asyncio.to_thread(_index_words, connection, table, name.removesuffix("_search_insert"))
            connection.execute(definition)

    async def tell_nobody(self) -> None:
        """Puts the jobs that read the log behind the facts loaded: nobody is mailed what was long ago."""
        if self._transaction is None:
            self._connection.execute(_AT_THE_END)
        else:
            await self._connection.execute(_AT_THE_END)

    async def is_empty(self, table: str) -> bool:
        asked = f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1) AS any_row"  # noqa: S608 -- our own names
        if self._transaction is None:
            found: int = self._connection.execute(asked).fetchone()[0]
        else:
            found = await self._connection.fetchval(asked)
        return found == 0

    async def rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Adds *rows*, each in the order of *columns*, to *table*."""
        dialect = "sqlite" if self._transaction is None else "postgresql"
        convert = _converter(METADATA.tables[table], columns, dialect)
        described = METADATA.tables[table].c
        has_search = any(isinstance(described[name].type, SearchWords) for name in columns)
        if dialect == "sqlite":
            cells = ["?"] * len(columns)
        else:
            cells = [
                f"array_to_tsvector(string_to_array(${number}, ' '))"
                if isinstance(described[name].type, SearchWords)
                else f"${number}"
                for number, name in enumerate(columns, start=1)
            ]
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(cells)})"  # noqa: S608 -- our own names
        remaining = iter(rows)
        while batch := list(itertools.islice(remaining, _BATCH)):
            ready = [convert(row) for row in batch] if convert else batch
            if dialect == "sqlite":
                await asyncio.to_thread(perform, self._connection, insert, ready)
            elif has_search:
                # COPY goes in the drivers' binary form, which search words have none of.
                await self._connection.executemany(insert, ready)
            else:
                await self._connection.copy_records_to_table(table, records=ready, columns=list(columns))
            self._report(len(batch))


def _index_words(connection: sqlite3.Connection, table: str, one: str) -> None:
    """Puts the words of *table*'s rows that are in no index into the one that its triggers keep, `{one}_search`."""
    rows, search = f"{one}_search_rows", f"{one}_search"
    [before] = connection.execute(f"SELECT coalesce(max(number), 0) FROM {rows}").fetchone()  # noqa: S608 # nosec B608
    connection.execute(
        f"INSERT INTO {rows} ({one}_id) SELECT id FROM {table} "  # noqa: S608 # nosec B608
        f"WHERE search IS NOT NULL AND id NOT IN (SELECT {one}_id FROM {rows}) ORDER BY id"
    )
    connection.execute(
        f"INSERT INTO {search} (rowid, words) SELECT number, search "  # noqa: S608 # nosec B608
        f"FROM {rows} JOIN {table} ON id = {one}_id WHERE number > ? ORDER BY number",
        [before],
    )


def _converter(
    table: Table, columns: Sequence[str], dialect: str
) -> Callable[[Sequence[Any]], Sequence[Any]] | None:
    """What turns a row's values for the driver; None where they go as they are."""
    sends: list[tuple[int, Convert]] = [
        (index, send)
        for index, name in enumerate(columns)
        if (send := sender(table.c[name].type, dialect)) is not None
    ]
    if not sends:
        return None

    def convert(row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for index, send in sends:
            if values[index] is not None:
                values[index] = send(values[index])
        return values

    return convert
