"""Whether those who listen still may: asked anew for every event, and for all of them at once."""

import asyncio
from collections.abc import Sequence
from typing import Final

from mentorhub.db import standing
from mentorhub.db.clock import Clock
from mentorhub.db.database import Reader
from mentorhub.db.standing import StandingRow
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import UserStatus

_REMEMBERED: Final = 5.0
"""Seconds for which somebody who was asked about is asked about together with the others."""
_AT_ONCE: Final = 1000
RECENT: Final = 0.25
"""Seconds for which an answer is as good as a new one."""


class Standing:
    """Asks for all who were asked about lately in one statement: a thousand listeners cost one read an event."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._interest: dict[Key, float] = {}
        self._known: dict[Key, StandingRow] = {}
        self._covered: set[Key] = set()
        self._known_since = self._needed_since = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    async def holds(self, viewer: Viewer | None, *, since: float | None = None) -> bool:
        """Whether *viewer* is still signed in and what they were, at *since* (of the event loop's time) or later."""
        if viewer is None:
            return True
        key = viewer.session_id or viewer.token_id
        if key is None:
            return False
        now = asyncio.get_running_loop().time()
        since = max(now - RECENT, since if since is not None else float("-inf"))
        self._interest[key] = now
        self._needed_since = max(self._needed_since, since)
        while self._known_since < since or key not in self._covered:
            # One that is done is awaited without a turn of the event loop: to wait for it again would never end.
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask(), name="standing of listeners")
            await asyncio.shield(self._asking)
        row = self._known.get(key)
        return (
            row is not None
            and row.user_id == viewer.user_id
            and row.status is UserStatus.ACTIVE
            and row.role is viewer.role
        )

    async def _ask(self) -> None:
        started = asyncio.get_running_loop().time()
        wanted = {key: asked for key, asked in self._interest.items() if asked > started - _REMEMBERED}
        if self._known_since >= self._needed_since:
            # Only who has come since then: the others were asked about.
            keys = [key for key in wanted if key not in self._covered]
            self._known |= await self._look(keys)
            self._covered |= set(keys)
        else:
            self._interest = wanted
            keys = list(wanted)
            self._known, self._covered, self._known_since = await self._look(keys), set(keys), started

    async def _look(self, keys: Sequence[Key]) -> dict[Key, StandingRow]:
        found: dict[Key, StandingRow] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            found |= await standing.by_keys(self._reader, some, now=self._clock.now())
            await asyncio.sleep(0)
        return found
