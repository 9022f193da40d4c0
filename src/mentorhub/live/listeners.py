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
    """What waits for one reader of the log; *since* is the place from which on it is handed what comes.

    *who* says for whom that is, in words of those who listen.
    """

    __slots__ = ("__weakref__", "_entries", "_ready", "is_overrun", "since", "wanted", "who")

    # Most listeners wait for nothing most of the time: they hold as little as they can.
    _entries: deque[Entry] | None
    _ready: asyncio.Future[None] | None

    def __init__(self, since: Any, wanted: Wanted, who: Any = None) -> None:
        self.since = since
        self.wanted = wanted
        self.who = who
        self.is_overrun = False
        self._entries = self._ready = None

    def put(self, entry: Entry) -> None:
        if self.is_overrun:
            return
        if self._entries is None:
            self._entries = deque((entry,))
        elif len(self._entries) < WAITING:
            self._entries.append(entry)
        else:
            self.is_overrun = True
            self._entries = None
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def begin_again(self, since: Any) -> None:
        """Forgets that it was overrun: what it missed is read from the log up to *since*."""
        self.since = since
        self.is_overrun = False
        self._entries = None

    async def get(self) -> Entry:
        """The next entry. Raises SlowConsumer once too many have waited."""
        while self._entries is None:
            if self.is_overrun:
                raise SlowConsumer
            self._ready = asyncio.get_running_loop().create_future()
            try:
                await self._ready
            finally:
                self._ready = None
        entry = self._entries.popleft()
        if not self._entries:
            self._entries = None
        return entry
