"""Reads, gathered: those who ask within one turn of the event loop share one statement.

Requests that come at the same time ask for different rows in the same words, or for the very same rows, as dashboards
do that have just heard of the same event. A statement of its own for each, and a loan of a connection, cost this
process and the database more than the rows themselves.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from enum import Enum
from typing import Any, Final, TypeVar

from mentorhub.db.statements import Statement
from mentorhub.rules.refusals import Unavailable

R = TypeVar("R")

FEW: Final = 8
"""Whoever asks for more keys than these is better off with a statement of their own."""

_ROUNDS: Final = 2
"""In the first come those who were there already, in the second those whose requests were read meanwhile."""

Read = Callable[..., Awaitable[list[Any]]]
"""The rows of a statement, given its limit and its values by their names."""

_SOON: Final = 2.0
"""Seconds: whoever has waited longer would be late if they began again."""


class _Failed(Enum):
    """Why there are no rows."""

    AWAY = "the database is, for everybody"
    FAULT = "somebody's: each is to read alone"
    LEFT = "whoever read for all"


_Rows = list[list[Any]]
"""For each who has asked."""
_Asked = tuple[Sequence[str], asyncio.Future[list[Any] | _Failed]]


class Gathering:
    """Reads through *read* what is asked of statements that say so (`Statement.gathers`, `Statement.is_shared`).

    Whoever asks first lets the loop come round, and reads for all who have asked by then. Who leaves takes nothing from
    the others, and a fault is only theirs whose keys make it.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._asked: dict[Hashable, list[_Asked]] = {}

    async def by_keys(self, statement: Statement[R], keys: Sequence[str]) -> list[R]:
        """The rows whose first column is among *keys*."""

        async def read(asked: Sequence[Sequence[str]]) -> _Rows:
            wanted = {key for each in asked for key in each}
            rows = {row[0]: row for row in await self._read(statement, keys=list(wanted))}
            return [[rows[key] for key in dict.fromkeys(each) if key in rows] for each in asked]

        return await self._together(statement, keys, read)

    async def same(self, statement: Statement[R], limit: int | None, values: dict[str, Any]) -> list[R]:
        """The rows for these *values*, with others who give the same, at the instant of whoever was first."""

        async def read(asked: Sequence[Sequence[str]]) -> _Rows:
            rows = await self._read(statement, limit=limit, **values)
            return [[*rows] for _ in asked]

        given = frozenset(each for each in values.items() if each[0] != "now")
        return await self._together((statement, limit, given), (), read)

    async def _together(
        self, what: Hashable, keys: Sequence[str], read: Callable[[Sequence[Sequence[str]]], Awaitable[_Rows]]
    ) -> list[Any]:
        others = self._asked.get(what)
        if others is None:
            return await self._first(what, keys, read)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any] | _Failed] = loop.create_future()
        began = loop.time()
        others.append((keys, answer))
        rows = await answer
        if isinstance(rows, list):
            return rows
        if rows is _Failed.FAULT:
            return (await read([keys]))[0]
        if rows is _Failed.AWAY or loop.time() - began > _SOON:
            raise Unavailable
        return await self._together(what, keys, read)

    async def _first(
        self, what: Hashable, keys: Sequence[str], read: Callable[[Sequence[Sequence[str]]], Awaitable[_Rows]]
    ) -> list[Any]:
        others: list[_Asked] = []
        self._asked[what] = others
        found: _Rows | _Failed = _Failed.LEFT
        try:
            try:
                for _ in range(_ROUNDS):
                    await asyncio.sleep(0)
            finally:
                del self._asked[what]
            own, *found = await read([keys, *(asked for asked, _ in others)])
        except Unavailable:
            found = _Failed.AWAY
            raise
        except Exception:
            # Whose it is will see it.
            found = _Failed.FAULT
            if not others:
                raise
        else:
            return own
        finally:
            for index, (_, answer) in enumerate(others):
                if not answer.done():
                    answer.set_result(found[index] if isinstance(found, list) else found)
        return (await read([keys]))[0]
