"""Following the log: from a cursor or from now on, each entry once, for as long as the viewer may."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from datetime import timedelta
from typing import Any, Final
from weakref import WeakValueDictionary

from mentorhub.db import facts, log_readers
from mentorhub.db.activity import ActivityRow
from mentorhub.db.facts import FactRow, Place
from mentorhub.live import Entry, Listener, Log, Wanted
from mentorhub.resolvers.cursors import Cursors
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.standing import Standing, key_of
from mentorhub.rules.refusals import Barred, CursorInvalid, SlowConsumer

NAME: Final = "facts"
"""The name of the log's cursors. Their place is a fact's; that of `end` also has the instant it was asked at."""


def cursors(desk: Desk) -> Cursors:
    return Cursors(desk.doors.secret, NAME, {})


def cursor_of(desk: Desk, fact: FactRow | ActivityRow) -> str:
    """The cursor that names *fact*: what comes after it is what came later."""
    return cursors(desk).cursor(fact.place)


def cursor_after(desk: Desk, entry: Entry) -> str:
    """The cursor of an entry that was told, made once for all whom it is told."""
    cursor: str | None = entry.common.get(NAME)
    if cursor is None:
        cursor = entry.common[NAME] = cursor_of(desk, entry.row)
    return cursor


async def end(desk: Desk) -> str:
    """The cursor of the log's present end."""
    return cursors(desk).cursor([*await facts.settled_end(desk.reader), desk.now])


async def place_of(desk: Desk, cursor: str) -> Place:
    """The place that *cursor* names. Raises CursorInvalid, also when it is older than facts are kept."""
    match cursors(desk).place(cursor):
        case [int(transaction), int(position)]:
            place = Place(transaction, position)
            since = await facts.occurred_at(desk.reader, place)
        case [int(transaction), int(position), since]:
            place = Place(transaction, position)
        case _:
            raise CursorInvalid
    is_old = since is None or since < desk.now - timedelta(days=desk.settings.fact_days)
    # Young by the clock, and yet of before what was forgotten: a clock was set back, or facts are kept longer now.
    if is_old or place < await log_readers.horizon(desk.reader):
        raise CursorInvalid("This cursor is too old: begin anew, and read what there is.")
    return place


class Following:
    """The log of this process, and who may listen to it."""

    def __init__(self, log: Log, standing: Standing) -> None:
        self.log = log
        self.standing = standing
        self.kept: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()
        """What listeners of one thing have in common, as long as there are any."""

    async def start(self, desk: Desk, after: str | None) -> Place:
        """The place from which a listener goes on: the cursor's, or the present end. Raises CursorInvalid."""
        if after is not None:
            return await place_of(desk, after)
        place: Place = await self.log.end()
        return place

    def listen(self, desk: Desk, wanted: Wanted, *, after: Place) -> AsyncGenerator[Entry, None]:
        """The *wanted* entries from *after* on, kept from this moment.

        Raises SlowConsumer with the cursor of the last one given out.
        """
        return self._entries(desk, self.log.listen(wanted, key_of(desk.viewer)), after)

    async def _entries(self, desk: Desk, listener: Listener, place: Place) -> AsyncGenerator[Entry, None]:
        last = place
        try:
            async with aclosing(self.log.entries(listener, after=place)) as entries:
                async for entry in entries:
                    try:
                        await self.standing.check(desk.viewer, since=entry.read_at)
                    except Barred:
                        # Whoever watches over the connection says why, and ends it.
                        await asyncio.get_running_loop().create_future()
                    yield entry
                    last = entry.place
        except SlowConsumer:
            raise SlowConsumer(cursor=cursors(desk).cursor(last)) from None
