"""Answers that are dear to find, kept for a while and found once for all who ask at the same time.

They are found one after the other, so that many questions at once take no more of the database than one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Final

_MOST: Final = 64


class Kept:
    """Answers by what was asked, each good for *lifetime* from the instant it was asked at."""

    def __init__(self, lifetime: timedelta) -> None:
        self._lifetime = lifetime
        self._answers: dict[Hashable, tuple[datetime, asyncio.Task[Any]]] = {}
        self._turn = asyncio.Lock()

    async def answer(self, asked: Hashable, find: Callable[[], Awaitable[Any]], *, now: datetime) -> Any:
        """What *find* gives or gave. Whoever gives up waiting leaves the others to it."""
        known = self._answers.get(asked)
        if known is None or not now - self._lifetime < known[0] <= now:
            self._answers.pop(asked, None)
            while len(self._answers) >= _MOST:
                del self._answers[next(iter(self._answers))]
            known = self._answers[asked] = now, asyncio.ensure_future(self._in_turn(find))
        try:
            return await asyncio.shield(known[1])
        except Exception:
            if self._answers.get(asked) is known:
                del self._answers[asked]
            raise

    def forget(self) -> None:
        """Has everything found anew."""
        self._answers.clear()

    async def _in_turn(self, find: Callable[[], Awaitable[Any]]) -> Any:
        async with self._turn:
            return await find()
