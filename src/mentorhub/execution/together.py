"""Awaiting several things at once, without leaving any behind."""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any


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


async def all_done(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Does all of *work* at once. Should any break, or the whole be cancelled, the rest is cancelled too."""
    if len(work) == 1:
        await work[0]
        return
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
