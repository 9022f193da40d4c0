"""The reader that tails the log and hands each entry to whoever listens.

The log is the only truth; a bell says that it has grown, and carries nothing. A poll is the net under a lost ring.
A listener is registered first, then reads what it missed, then goes on with what the reader hands over: so each
entry comes once, in order.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol
from weakref import WeakSet

from mentorhub.live.listeners import Entry, Listener, Wanted

_logger: Final = logging.getLogger("mentorhub.live")
_AT_ONCE: Final = 500
"""Entries read in one go."""
_UNINTERRUPTED: Final = 100
"""Listeners that are handed an entry before others have their turn on the event loop."""
_SOON: Final = 0.002
"""Seconds after which what a transaction holds up is looked for again, doubled each time."""
_OFTEN: Final = 0.1
"""The longest of these pauses."""


class Tail(Protocol):
    """What follows a place; `is_held_up` when more stands behind a transaction that is still open."""

    @property
    def facts(self) -> Sequence[Any]: ...

    @property
    def is_held_up(self) -> bool: ...


Read = Callable[[Any, int], Awaitable[Tail]]
Prepare = Callable[[Collection[Any], float], Awaitable[None]]


class Log:
    """*read* gives what follows a place, so much at most, each with its `place`; *end* the last place."""

    def __init__(
        self,
        *,
        read: Read,
        end: Callable[[], Awaitable[Any]],
        poll_seconds: float = 1.0,
        grown: Callable[[], None] | None = None,
        prepare: Prepare | None = None,
    ) -> None:
        """*grown* is called whenever something was handed over, for jobs that read the log by themselves.

        *prepare* is awaited before an entry goes to anybody, with whom it goes to and when it was read.
        """
        self._read = read
        self._end = end
        self._poll = poll_seconds
        self._grown = grown
        self._prepare = prepare
        self._rung = asyncio.Event()
        self._listeners: WeakSet[Listener] = WeakSet()
        self._place: Any = None
        self._task: asyncio.Task[None] | None = None
        self._caught_up_at = 0.0

    async def start(self) -> None:
        self._place = await self._end()
        self._caught_up_at = asyncio.get_running_loop().time()
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

    @property
    def lag_seconds(self) -> float:
        """How long ago the reader last stood at the log's end, beyond the pause between two looks."""
        ago = asyncio.get_running_loop().time() - self._caught_up_at
        return max(0.0, ago - self._poll)

    def listen(self, wanted: Wanted, who: Any = None) -> Listener:
        """Somebody for whom the *wanted* entries are kept from now on, as long as anything refers to them."""
        listener = Listener(self._place, wanted, who)
        self._listeners.add(listener)
        return listener

    async def end(self) -> Any:
        """The place of the last entry there is, handed over or not."""
        return await self._end()

    async def entries(self, listener: Listener, *, after: Any) -> AsyncGenerator[Entry, None]:
        """The entries that *listener* wants, from the place *after* on: those there are, then all that come.

        Raises SlowConsumer when too many wait to be taken.
        """
        try:
            last = after
            while last < listener.since:
                entries = await self._missed(last)
                for entry in entries:
                    if entry.place > listener.since:
                        break
                    last = entry.place
                    if listener.wanted(entry.row):
                        yield entry
                else:
                    if entries:
                        continue
                last = listener.since
                if listener.is_overrun:
                    # Not its reader's fault: so much has come while it caught up.
                    listener.begin_again(self._place)
            while True:
                entry = await listener.get()
                if entry.place > last:
                    last = entry.place
                    yield entry
        finally:
            self._listeners.discard(listener)

    async def _missed(self, place: Any) -> list[Entry]:
        await asyncio.sleep(0)
        now = asyncio.get_running_loop().time()
        return [Entry(row, now) for row in (await self._read(place, _AT_ONCE)).facts]

    async def _tail(self) -> None:
        pause, soon = self._poll, _SOON
        while True:
            try:
                async with asyncio.timeout(pause):
                    await self._rung.wait()
                soon = _SOON
            except TimeoutError:
                soon = min(soon * 2, _OFTEN)
            self._rung.clear()
            try:
                is_held_up = await self._advance()
                pause = min(soon, self._poll) if is_held_up else self._poll
            except Exception:
                # The database is away: what it holds is read when it is back.
                _logger.exception("the log could not be read")
                pause = self._poll

    async def _advance(self) -> bool:
        """Hands over all that can be read; whether something is held up behind it."""
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            tail = await self._read(self._place, _AT_ONCE)
            for row in tail.facts:
                # First of all: who comes to listen while it is handed over reads up to here.
                self._place = row.place
                await self._hand_over(Entry(row, now))
            if tail.facts and self._grown:
                self._grown()
            if len(tail.facts) < _AT_ONCE:
                if not tail.is_held_up:
                    self._caught_up_at = loop.time()
                return tail.is_held_up

    async def _hand_over(self, entry: Entry) -> None:
        listeners = [listener for listener in self._listeners if listener.wanted(entry.row)]
        if listeners and self._prepare is not None:
            try:
                await self._prepare([listener.who for listener in listeners], entry.read_at)
            except Exception:
                # Each of them finds out by itself.
                _logger.exception("an entry goes to listeners unprepared")
        for turn, listener in enumerate(listeners, start=1):
            listener.put(entry)
            if turn % _UNINTERRUPTED == 0:
                await asyncio.sleep(0)
