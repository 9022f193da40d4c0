"""How long is waited: for what comes from outside, by one timer for all, and for those who go before."""

import asyncio
from collections.abc import Awaitable
from time import perf_counter, thread_time
from typing import Any, Final, TypeVar

Awaited = TypeVar("Awaited")


class Patience:
    """Waits for anything, *seconds* at most.

    Nearly everything is there in an instant, and a timer of its own would cost it more than many a wait. So all waits
    share one timer: they have the same length, so that whoever began first is overdue first.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waiting: dict[asyncio.Task[Any], float] = {}
        self._overdue: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def wait_for(self, awaited: Awaitable[Awaited]) -> Awaited:
        """Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None
        if task in self._waiting:  # within a wait of its own, which ends sooner
            return await awaited
        if loop is not self._loop:  # a timer of one that has ended would never go off
            self._loop, self._timer = loop, None
        cancelled = task.cancelling()
        self._waiting[task] = deadline = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_at(deadline, self._look, loop)
        try:
            return await awaited
        except asyncio.CancelledError:
            # As asyncio.timeout does: where somebody else cancels as well, theirs is the one that counts.
            if task in self._overdue and task.cancelling() <= cancelled + 1:
                raise TimeoutError from None
            raise
        finally:
            del self._waiting[task]
            if task in self._overdue:
                self._overdue.remove(task)
                task.uncancel()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        for task, deadline in self._waiting.items():
            if deadline > loop.time():
                self._timer = loop.call_at(deadline, self._look, loop)
                break
            if task not in self._overdue:
                self._overdue.add(task)
                task.cancel()


_LOOK: Final = 0.02
_BUSY: Final = 0.5


async def give_way(seconds: float) -> None:
    """Waits until the thread of the event loop has time to spare, *seconds* at most: whoever asks goes before.

    For what has time, in a process that others wait for.
    """
    until = perf_counter() + seconds
    while (began := perf_counter()) < until:
        worked = thread_time()
        await asyncio.sleep(_LOOK)
        if thread_time() - worked < _BUSY * (perf_counter() - began):
            return
