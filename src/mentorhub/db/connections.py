"""Connections to PostgreSQL, lent one at a time: those there are at once, without a task or a timer.

asyncpg's own pool makes a task and a timer for each loan, and another task for each return; that costs more than most
statements here. Connections keep no state between loans, so that there is nothing to reset.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from mentorhub.patience import Patience
from mentorhub.rules.refusals import Unavailable

_IDLE: Final = 300.0
"""Seconds after which an unused connection is closed rather than lent: something on the way may have forgotten it."""
_PATIENCE: Final = 5.0
"""Seconds within which a connection comes to rest, or is closed in an orderly way."""


class Connections:
    """At most *size*, each made by *connect* when all others are lent; whoever waits longest gets the next.

    `lend` waits *seconds* at most, and raises TimeoutError after that; Unavailable where *most_waiting* wait already.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Any]], *, size: int, seconds: float, most_waiting: int
    ) -> None:
        self._connect = connect
        self._size = size
        self._patience = Patience(seconds)
        self._most_waiting = most_waiting
        self._made = 0
        self._idle: list[tuple[Any, float]] = []
        # Those used last are lent first, and whoever waits is given one, or told to make one.
        self._waiting: deque[asyncio.Future[Any | None]] = deque()
        self._lent: set[Any] = set()
        self._asides: set[asyncio.Task[None]] = set()
        self._all_back = asyncio.Event()

    async def lend(self) -> Any:
        connection = self._at_hand()
        if connection is None:
            if len(self._waiting) >= self._most_waiting:
                raise Unavailable
            connection = await self._patience.wait_for(self._next())
        self._lent.add(connection)
        return connection

    def take_back(self, connection: Any, *, at_rest: bool = True) -> None:
        """*at_rest*: whether nothing was broken off on it, so that somebody else may have it at once."""
        self._lent.discard(connection)
        if connection.is_closed():
            self._lose()
        elif not at_rest or connection.is_in_transaction():
            self._aside(self._calm(connection))
        else:
            self._pass_on(connection)
        if not self._lent:
            self._all_back.set()

    async def close(self) -> None:
        """Waits a while for connections that are in use; then they are broken off."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._come_back()
        except TimeoutError:
            for connection in self._lent:
                connection.terminate()
        while self._idle:
            self._aside(self._end(self._idle.pop()[0]))
        if self._asides:
            await asyncio.wait(self._asides)

    async def _come_back(self) -> None:
        while self._lent or self._asides:
            if self._asides:
                await asyncio.wait(self._asides)
            else:
                self._all_back.clear()
                await self._all_back.wait()

    def _at_hand(self) -> Any | None:
        while self._idle:
            connection, since = self._idle.pop()
            if connection.is_closed():
                self._made -= 1
            elif time.monotonic() - since > _IDLE:
                self._aside(self._end(connection))
            else:
                return connection
        return None

    async def _next(self) -> Any:
        """A new connection if there may be one more, else the next that comes back."""
        while True:
            if self._made < self._size:
                return await self._new()
            waiting: asyncio.Future[Any | None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            try:
                connection = await waiting
            except BaseException:
                self._leave(waiting)
                raise
            if connection is not None:
                return connection

    async def _new(self) -> Any:
        self._made += 1
        try:
            return await self._connect()
        except BaseException:
            self._lose()
            raise

    def _leave(self, waiting: "asyncio.Future[Any | None]") -> None:
        if waiting in self._waiting:
            self._waiting.remove(waiting)
        elif waiting.done() and not waiting.cancelled():
            # It came just as nobody waited any more.
            connection = waiting.result()
            if connection is None:
                self._give(None)
            else:
                self.take_back(connection)

    def _pass_on(self, connection: Any) -> None:
        if not self._give(connection):
            self._idle.append((connection, time.monotonic()))

    def _give(self, connection: Any | None) -> bool:
        """Gives it to whoever waits longest, if anybody does; None says that one may be made."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return True
        return False

    def _lose(self) -> None:
        self._made -= 1
        self._give(None)

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="a connection, aside")
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _calm(self, connection: Any) -> None:
        """Passes it on once the cancelling of what was broken off has come through, and no transaction is open."""
        try:
            await connection.reset(timeout=_PATIENCE)
        except Exception:  # noqa: BLE001 -- whatever it is, another connection will do
            connection.terminate()
            self._lose()
        else:
            self._pass_on(connection)

    async def _end(self, connection: Any) -> None:
        try:
            await connection.close(timeout=_PATIENCE)
        except Exception:  # noqa: BLE001 -- it is lost in any case
            connection.terminate()
        self._lose()
