"""Reads of rows by their keys, gathered: those who ask within one turn of the event loop share one statement.

Requests that come at the same time ask for different rows in the same words. A statement of its own for each, and a
loan of a connection, cost this process and the database more than the row itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any, Final, TypeVar

from mentorhub.db.statements import Statement
from mentorhub.rules.refusals import Unavailable

R = TypeVar("R")

FEW: Final = 8
"""Whoever asks for more keys than these is better off with a statement of their own."""

_ROUNDS: Final = 2
"""In the first come those who were there already, in the second those whose requests were read meanwhile."""

Read = Callable[[Statement[Any], Sequence[str]], Awaitable[list[Any]]]
"""The rows of a statement with these `keys`."""

_SOON: Final = 2.0
"""Seconds: whoever has waited longer would be late if they began again."""


class _Failed(Enum):
    """Why there are no rows."""

    AWAY = "the database is, for everybody"
    FAULT = "somebody's: each is to read alone"
    LEFT = "whoever read for all"


_Answer = list[Any] | _Failed
_Asked = tuple[Sequence[str], asyncio.Future[_Answer]]


class Gathering:
    """Reads through *read* what is asked of statements that say so (`Statement.gathers`).

    Whoever asks first lets the loop come round, and reads for all who have asked by then. Who leaves takes nothing from
    the others, and a fault is only theirs whose keys make it.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._asked: dict[Statement[Any], list[_Asked]] = {}

    async def all(self, statement: Statement[R], keys: Sequence[str]) -> list[R]:
        """The rows whose first column is among *keys*."""
        others = self._asked.get(statement)
        if others is None:
            return await self._first(statement, keys)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Answer] = loop.create_future()
        began = loop.time()
        others.append((keys, answer))
        rows = await answer
        if isinstance(rows, list):
            return rows
        if rows is _Failed.FAULT:
            return await self._read(statement, keys)
        if rows is _Failed.AWAY or loop.time() - began > _SOON:
            raise Unavailable
        return await self.all(statement, keys)

    async def _first(self, statement: Statement[R], keys: Sequence[str]) -> list[R]:
        others: list[_Asked] = []
        self._asked[statement] = others
        rows: dict[str, R] | _Failed = _Failed.LEFT
        try:
            try:
                for _ in range(_ROUNDS):
                    await asyncio.sleep(0)
            finally:
                del self._asked[statement]
            if others:
                wanted = {key for asked in [keys, *(asked for asked, _ in others)] for key in asked}
                rows = {row[0]: row for row in await self._read(statement, list(wanted))}
                return _among(rows, keys)
        except Unavailable:
            rows = _Failed.AWAY
            raise
        except Exception:  # noqa: BLE001 -- whose it is will see it
            rows = _Failed.FAULT
        finally:
            for asked, answer in others:
                if not answer.done():
                    answer.set_result(_among(rows, asked) if isinstance(rows, dict) else rows)
        return await self._read(statement, keys)


def _among(rows: dict[str, R], keys: Sequence[str]) -> list[R]:
    return [rows[key] for key in dict.fromkeys(keys) if key in rows]
