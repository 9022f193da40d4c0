"""One connection to PostgreSQL through asyncpg: without session state, statements prepared, transactions explicit."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import asyncpg

from mentorhub.db.database import Violated
from mentorhub.db.instants import remember_instants
from mentorhub.db.statements import Change, Statement, in_one
from mentorhub.rules.refusals import Unavailable

R = TypeVar("R")

_SETTINGS: Final = {
    "jit": "off",
    # Analytics must not take every core from those who browse.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "application_name": "mentorhub",
}
_STATEMENT_SECONDS = 60.0
"""A server that says nothing for so long will not answer any more: jobs and the log's reader must not wait for it."""
_GIVEN_UP_SECONDS = 1.0
"""What a transaction that is given up has for its end, and then its connection is broken off."""

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
BY_VALUES: Final = {"plan_cache_mode": "auto"}


async def connected(url: str, *, plans: Mapping[str, str] = _BY_KEYS) -> Any:
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


class Open:
    """Statements on one connection; reads that are not long have so many *seconds*."""

    def __init__(self, connection: Any, *, seconds: float | None = None) -> None:
        self._connection = connection
        self._seconds = seconds

    def _within(self, statement: Statement[Any]) -> float | None:
        """None is as long as any statement may take."""
        return None if statement.long else self._seconds

    async def all(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> list[R]:
        compiled = statement.on("postgresql")
        with translated():
            records = await self._connection.fetch(
                compiled.limited(limit), *compiled.arguments(values), timeout=self._within(statement)
            )
        return compiled.rows(records)

    async def one(self, statement: Statement[R], /, *, limit: int | None = None, **values: Any) -> R | None:
        compiled = statement.on("postgresql")
        with translated():
            record = await self._connection.fetchrow(
                compiled.limited(limit), *compiled.arguments(values), timeout=self._within(statement)
            )
        return None if record is None else compiled.rows([record])[0]

    async def run(self, statement: Statement[Any], /, **values: Any) -> int:
        compiled = statement.on("postgresql")
        with translated():
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
        with translated():
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
            with translated():
                await self._connection.execute(in_one(*texts), *values)


class translated:  # noqa: N801 -- reads as a clause
    """Says in our words what the driver raises."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and (said := in_our_words(error)) is not None:
            raise said from error


def in_our_words(error: Exception) -> Exception | None:
    """What the driver raises, in our words, where there are any."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return Violated(error.constraint_name or error.table_name or "")
    return Unavailable() if isinstance(error, _AWAY) else None


@asynccontextmanager
async def transaction_on(connection: Any, **how: Any) -> AsyncIterator[None]:
    transaction = connection.transaction(**how)
    with translated():
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
