"""The reader that tails the log and hands each entry to whoever listens.

The log is the only truth; a bell says that it has grown, and carries nothing. A poll is the net under a lost ring.
A listener is registered first, then replays from its place, then goes on with what the reader hands over: so each
entry comes once, in order.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from mentorhub.rules.refusals import SlowConsumer

_logger: Final = logging.getLogger("mentorhub.live")
_WAITING: Final = 1000
"""Entries that may wait for one listener before it is too slow."""

Place = tuple[int, ...]
Wanted = Callable[[Any], bool]
Read = Callable[[Any], Awaitable[Sequence[Any]]]


class Listener:
    """What waits for one reader of the log; *since* is the place it was registered at."""

    __slots__ = ("_entries", "_ready", "is_overrun", "since", "wanted")

    def __init__(self, since: Any, wanted: Wanted) -> None:
        self.since = since
        self.wanted = wanted
        self.is_overrun = False
        self._entries: deque[Any] = deque()
        self._ready = asyncio.Event()

    def put(self, entry: Any) -> None:
        if not self.wanted(entry):
            return
        if len(self._entries) >= _WAITING:
            self.is_overrun = True
            self._entries.clear()
        if not self.is_overrun:
            self._entries.append(entry)
        self._ready.set()

    async def get(self) -> Any:
        """The next entry. Raises SlowConsumer once too many have waited."""
        while not self._entries:
            if self.is_overrun:
                raise SlowConsumer
            self._ready.clear()
            await self._ready.wait()
        return self._entries.popleft()


class Log:
    """*read* gives the entries after a place, some at once, each with its `place`; *end* the last place."""

    def __init__(
        self, *, read: Read, end: Callable[[], Awaitable[Any]], poll_seconds: float = 1.0
    ) -> None:
        self._read = read
        self._end = end
        self._poll = poll_seconds
        self._rung = asyncio.Event()
        self._listeners: set[Listener] = set()
        self._place: Any = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._place = await self._end()
        self._task = asyncio.create_task(self._tail(), name="log reader")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def ring(self) -> None:
        """Says that the log has grown. Call it from the event loop's thread."""
        self._rung.set()

    @property
    def is_reading(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def place(self) -> Any:
        """Everything up to here has been handed over."""
        return self._place

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def listen(self, wanted: Wanted, *, after: Any = None) -> AsyncGenerator[Any, None]:
        """The *wanted* entries: those after the place *after* first, if one is given, then all that come."""
        # Listen before reading: an entry between the two must not be lost.
        listener = Listener(self._place, wanted)
        self._listeners.add(listener)
        try:
            last = listener.since
            if after is not None:
                last = after
                while entries := await self._read(last):
                    for entry in entries:
                        if entry.place > listener.since:
                            break
                        last = entry.place
                        if wanted(entry):
                            yield entry
                    else:
                        continue
                    break
                last = max(last, listener.since)
            while True:
                entry = await listener.get()
                if entry.place > last:
                    last = entry.place
                    yield entry
        finally:
            self._listeners.discard(listener)

    async def _tail(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._rung.wait()
            self._rung.clear()
            try:
                while entries := await self._read(self._place):
                    for entry in entries:
                        for listener in tuple(self._listeners):
                            listener.put(entry)
                        self._place = entry.place
            except Exception:
                # The database is away: what it holds is read when it is back.
                _logger.exception("the log could not be read")
