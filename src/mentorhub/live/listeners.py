"""Those who listen to the log: what waits for each of them, and how much may."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar

from mentorhub.rules.refusals import SlowConsumer

T = TypeVar("T")

WAITING: Final = 1000
"""Entries that may wait for one listener before it is too slow."""


class Entry:
    """An entry of the log as it was read. *read_at* is the event loop's time before the reading.

    *common* is for what is made of it once and serves many listeners.
    """

    __slots__ = ("common", "place", "read_at", "row")

    def __init__(self, row: Any, read_at: float) -> None:
        self.row = row
        self.place = row.place
        self.read_at = read_at
        self.common: dict[Any, Any] = {}

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What *make* makes of this entry, made once for all listeners."""
        while True:
            making: asyncio.Future[tuple[T] | None] | None = self.common.get(key)
            if making is None:
                making = self.common[key] = asyncio.get_running_loop().create_future()
                try:
                    made = await make()
                except BaseException:
                    # Whoever waits tries in turn.
                    del self.common[key]
                    making.set_result(None)
                    raise
                making.set_result((made,))
                return made
            done = making.result() if making.done() else await asyncio.shield(making)
            if done is not None:
                return done[0]


Wanted = Callable[[Any], bool]
"""Says of an entry's row whether a listener wants it; it may be asked again of rows it was asked of."""


class Listener:
    """What waits for one reader of the log; *since* is the place from which on it is handed what comes."""

    __slots__ = ("__weakref__", "_entries", "_ready", "is_overrun", "since", "wanted")

    def __init__(self, since: Any, wanted: Wanted) -> None:
        self.since = since
        self.wanted = wanted
        self.is_overrun = False
        self._entries: deque[Entry] = deque()
        self._ready = asyncio.Event()

    def put(self, entry: Entry) -> None:
        if self.is_overrun or not self.wanted(entry.row):
            return
        if len(self._entries) >= WAITING:
            self.is_overrun = True
            self._entries.clear()
        else:
            self._entries.append(entry)
        self._ready.set()

    def begin_again(self, since: Any) -> None:
        """Forgets that it was overrun: what it missed is read from the log up to *since*."""
        self.since = since
        self.is_overrun = False
        self._entries.clear()

    async def get(self) -> Entry:
        """The next entry. Raises SlowConsumer once too many have waited."""
        while not self._entries:
            if self.is_overrun:
                raise SlowConsumer
            self._ready.clear()
            await self._ready.wait()
        return self._entries.popleft()
