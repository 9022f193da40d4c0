"""Whether those who listen still may: asked anew for every event, and for all whom it goes to at once."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

from mentorhub.db import standing
from mentorhub.db.clock import Clock
from mentorhub.db.database import Reader
from mentorhub.resolvers.desk import Viewer
from mentorhub.rules.accounts import is_at_least
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Forbidden, Unauthenticated
from mentorhub.rules.vocabulary import Role

_AT_ONCE: Final = 1000
_NEVER: Final = float("-inf")
_REMEMBERED: Final = 5.0
"""Seconds for which an answer is kept, and for which somebody who was asked about is asked about with the others."""
_GOOD: Final = 1.0
"""Seconds for which an answer that is newer than an event is good for whoever has not been told of it yet."""
RECENT: Final = 0.6
"""Seconds for which an answer is as good as a new one where no event is told."""


class Standing:
    """A thousand listeners cost one read an event, and one a second while nothing happens."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        # Two, and no objects that hold both: thousands made for each event would keep the collector busy.
        self._roles: dict[Key, Role | None] = {}
        self._asked_at: dict[Key, float] = {}
        self._watched: dict[Key, float] = {}
        self._wanted: set[Key] = set()
        self._asking: asyncio.Task[None] | None = None
        self._tidied_at = 0.0

    async def check(self, viewer: Viewer | None, *, since: float | None = None) -> None:
        """That *viewer* may do all that they could, at *since* (of the event loop's time) or later.

        Raises Unauthenticated for whoever is not signed in any more, Forbidden for whoever has a lesser role now.
        """
        if viewer is None:
            return
        role = await self._role(key_of(viewer), since)
        if role is None:
            raise Unauthenticated("You are no longer signed in.")
        if role is not viewer.role and not is_at_least(role, viewer.role):
            raise Forbidden("Your role has changed.")

    async def _role(self, key: Key | None, since: float | None) -> Role | None:
        if key is None:
            return None
        now = asyncio.get_running_loop().time()
        if since is None:
            self._watched[key] = now
            since = now - RECENT
        elif since < now - _GOOD:
            since = now - _GOOD
        while self._asked_at.get(key, _NEVER) < since:
            self._wanted.add(key)
            # One that is done is awaited without a turn of the event loop: to wait for it again would never end.
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask(), name="standing of listeners")
            await asyncio.shield(self._asking)
        return self._roles[key]

    async def prepare(self, keys: Collection[Key | None], since: float) -> None:
        """Asks about all whom an event goes to, so that nobody of them need ask by themselves."""
        asked_at = self._asked_at.get
        unknown = {key for key in keys if key and asked_at(key, _NEVER) < since}
        if unknown:
            await self._look(list(unknown))

    async def _ask(self) -> None:
        now = asyncio.get_running_loop().time()
        wanted, self._wanted = self._wanted, set()
        if not self._watched.keys().isdisjoint(wanted):
            # Those who are watched are asked about in turn, and all of them in a moment.
            self._watched = {key: at for key, at in self._watched.items() if at > now - _REMEMBERED}
            wanted |= {key for key in self._watched if self._asked_at.get(key, _NEVER) < now - RECENT}
        await self._look(list(wanted))

    async def _look(self, keys: Sequence[Key]) -> None:
        asked_at = asyncio.get_running_loop().time()
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            roles = await standing.roles(self._reader, some, now=self._clock.now())
            self._roles |= {key: roles.get(key) for key in some}
            self._asked_at |= dict.fromkeys(some, asked_at)
            await asyncio.sleep(0)
        if self._tidied_at < asked_at - _REMEMBERED:
            self._tidied_at = asked_at
            self._asked_at = {key: at for key, at in self._asked_at.items() if at > asked_at - _REMEMBERED}
            self._roles = {key: self._roles[key] for key in self._asked_at}


def key_of(viewer: Viewer | None) -> Key | None:
    """What *viewer* came in with: a session or an access token."""
    return (viewer.session_id or viewer.token_id) if viewer else None
