"""Chimes: what says, within this process, that a job has something to do before it would look again by itself."""

import asyncio
from contextlib import suppress


class Chimes:
    """Rung by name, from the event loop's thread; a ring is kept until whoever runs the job hears it."""

    def __init__(self) -> None:
        self._rung: dict[str, asyncio.Event] = {}

    def ring(self, name: str) -> None:
        self._event(name).set()

    async def wait(self, name: str, *, seconds: float) -> bool:
        """Until *name* is rung, which is True, or so many *seconds* have gone by."""
        event = self._event(name)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        rung = event.is_set()
        event.clear()
        return rung

    def _event(self, name: str) -> asyncio.Event:
        return self._rung.setdefault(name, asyncio.Event())
