"""Reads, gathered: those who ask within one turn of the event loop share one statement.

Requests that come at the same time ask for different rows in the same words, or for the very same rows, as dashboards
do that have just heard of the same event. A statement of its own for each, and a loan of a connection, cost this
process and the database more than the rows themselves.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import partial
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

_ReadForAll = Callable[[Sequence[Any]], Awaitable[list[list[Any]]]]
"""The rows for each, given what each has asked."""


class _Failed(Enum):
    """Why there are no rows."""

    AWAY = "the database is, for everybody"
    FAULT = "somebody's: each is to read alone"


class Gathering:
    """Reads through *read* what is asked of statements that say so (`Statement.gathers`, `Statement.is_shared`).

    Once somebody has asked, the loop comes round, and all who have asked by then are read for. Who leaves takes nothing
    from the others, and a fault is only theirs whose keys make it.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._groups: dict[Hashable, _Group] = {}

    async def by_keys(self, statement: Statement[R], keys: Sequence[str]) -> list[R]:
        """The rows whose first column is among *keys*."""
        group = self._groups.get(statement) or self._open(statement, partial(self._read_by_keys, statement))
        return await group.rows(keys)

    async def same(self, statement: Statement[R], limit: int | None, values: Mapping[str, Any]) -> list[R]:
        """The rows for these *values*, with others who give the same, at the latest of their instants."""
        others = {name: value for name, value in values.items() if name != "now"}
        what = statement, limit, frozenset(others.items())
        group = self._groups.get(what) or self._open(what, partial(self._read_same, statement, limit, others))
        return await group.rows(values.get("now"))

    async def _read_by_keys(self, statement: Statement[R], asked: Sequence[Sequence[str]]) -> list[list[R]]:
        wanted = {key for each in asked for key in each}
        rows = {row[0]: row for row in await self._read(statement, keys=list(wanted))}
        return [[rows[key] for key in dict.fromkeys(each) if key in rows] for each in asked]

    async def _read_same(
        self,
        statement: Statement[R],
        limit: int | None,
        values: Mapping[str, Any],
        asked: Sequence[datetime | None],
    ) -> list[list[R]]:
        instants = [each for each in asked if each is not None]
        now = {"now": max(instants)} if instants else {}
        rows = await self._read(statement, limit=limit, **values, **now)
        return [[*rows] for _ in asked]

    def _open(self, what: Hashable, read: _ReadForAll) -> "_Group":
        group = self._groups[what] = _Group(read, self._groups, what)
        return group


class _Group:
    """Those who are read for together, in a task of its own; it is among *groups*, as *what*, while others may join."""

    def __init__(self, read: _ReadForAll, groups: "dict[Hashable, _Group]", what: Hashable) -> None:
        self._read = read
        self._groups = groups
        self._what = what
        self._asked: list[Any] = []
        self._answers: list[asyncio.Future[list[Any] | _Failed]] = []
        self._waiting = 0
        self._task = asyncio.create_task(self._answer(), name="a read for all who ask")
        self._task.add_done_callback(self._end)

    async def rows(self, asked: Any) -> list[Any]:
        """Joins the group: the rows of what is *asked*."""
        answer: asyncio.Future[list[Any] | _Failed] = asyncio.get_running_loop().create_future()
        self._asked.append(asked)
        self._answers.append(answer)
        self._waiting += 1
        try:
            rows = await answer
        except asyncio.CancelledError:
            self._waiting -= 1
            if not self._waiting:
                self._close()
                self._task.cancel()
            raise
        if rows is _Failed.AWAY:
            raise Unavailable
        return rows if isinstance(rows, list) else (await self._read([asked]))[0]

    def _close(self) -> None:
        if self._groups.get(self._what) is self:
            del self._groups[self._what]

    def _end(self, _: asyncio.Task[None]) -> None:
        """Nobody waits for a task that was broken off, maybe before it began."""
        self._close()
        for answer in self._answers:
            answer.cancel()

    async def _answer(self) -> None:
        answers: Sequence[list[Any] | _Failed]
        try:
            for _ in range(_ROUNDS):
                await asyncio.sleep(0)
            self._close()
            answers = await self._read(self._asked)
        except Unavailable:
            answers = [_Failed.AWAY] * len(self._asked)
        except Exception:  # noqa: BLE001 -- whose it is will see it
            answers = [_Failed.FAULT] * len(self._asked)
        for answer, rows in zip(self._answers, answers, strict=True):
            if not answer.done():
                answer.set_result(rows)
