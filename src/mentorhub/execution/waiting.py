"""What an execution waits for, and how it goes on when that has come."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple


class Pending(NamedTuple):
    """Some awaitables, and what to do with their outcomes."""

    awaited: Sequence[Awaitable[Any]]
    go_on: Callable[[list[Any]], None]

    def drop(self) -> None:
        """Nobody waits any more."""
        for each in self.awaited:
            if isinstance(each, asyncio.Future):
                each.cancel()
            elif asyncio.iscoroutine(each):
                each.close()


async def outcomes(awaited: Sequence[Awaitable[Any]]) -> list[Any]:
    """What each gives, in order; an exception stands for an error."""
    if len(awaited) == 1:
        try:
            return [await awaited[0]]
        except Exception as error:  # noqa: BLE001  # it stands for itself
            return [error]
    settled = await asyncio.gather(*awaited, return_exceptions=True)
    for each in settled:
        if isinstance(each, BaseException) and not isinstance(each, Exception):
            raise each  # one of them was cancelled: so is the whole
    return settled
