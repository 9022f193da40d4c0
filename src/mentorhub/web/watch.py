"""Keeps asking whether those who listen still may, so that whoever lost the right hears nothing more."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

from mentorhub.web.approach import Refused, StillAllowed

log = logging.getLogger(__name__)

Lost = Callable[[Refused], None]

_AT_ONCE = 8
_UNINTERRUPTED = 200


class Watch:
    """One task for all listeners; it lives as long as there is any.

    Answers may come from memory or from a database: a few are asked for at once, and the loop gets its turn
    in between. An answer that cannot be had counts as yes, since each event is checked again on its own.
    """

    def __init__(self, still_allowed: StillAllowed, *, every: float) -> None:
        self._still_allowed = still_allowed
        self._every = every
        self._listeners: dict[object, tuple[Any, Lost]] = {}
        self._bell: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def add(self, context: Any, lost: Lost) -> object:
        """*lost* is called once, with why; it must not block. Gives what `remove` takes."""
        key = object()
        self._listeners[key] = context, lost
        if self._task is None:
            self._bell = asyncio.Event()
            self._task = asyncio.create_task(self._run(self._bell), name="watch of listeners")
        return key

    def remove(self, key: object) -> None:
        self._listeners.pop(key, None)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = self._bell = None

    def look_now(self) -> None:
        """For whoever knows that somebody has just lost a right."""
        if self._bell is not None:
            self._bell.set()

    async def _run(self, bell: asyncio.Event) -> None:
        while True:
            try:
                async with asyncio.timeout(self._every):
                    await bell.wait()
            except TimeoutError:
                pass
            bell.clear()
            listeners = iter(list(self._listeners.items()))
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_AT_ONCE, len(self._listeners))):
                    group.create_task(self._ask(listeners))

    async def _ask(self, listeners: Iterator[tuple[object, tuple[Any, Lost]]]) -> None:
        for turn, (key, (context, lost)) in enumerate(listeners, start=1):
            try:
                allowed = await self._still_allowed(context)
                why = Refused("UNAUTHENTICATED", "You are no longer signed in.", status=401)
            except Refused as refused:
                allowed, why = False, refused
            except Exception:
                log.exception("Whether a listener still may listen could not be told")
                continue
            if not allowed and self._listeners.pop(key, None) is not None:
                lost(why)
            if turn % _UNINTERRUPTED == 0:
                await asyncio.sleep(0)
