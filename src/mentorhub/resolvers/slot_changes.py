"""Slots of a mentor as they open, are held, booked or closed."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from mentorhub.db import slots
from mentorhub.db.mentors import MentorRow
from mentorhub.db.slots import SlotRow
from mentorhub.live import Entry
from mentorhub.resolvers import mentors
from mentorhub.resolvers.desk import Desk
from mentorhub.resolvers.following import Following
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Absent
from mentorhub.rules.vocabulary import SlotStatus


class _Board:
    """How a mentor's slots stood when they were last looked at, by all who follow them in this process.

    Whatever happens to a mentor may have changed slots: they are compared, and no fact need say which they were.
    """

    def __init__(self, mentor_id: Key, rows: Iterable[SlotRow]) -> None:
        self._mentor_id = mentor_id
        self._known = {row.id: row.status for row in rows}

    async def changes(self, desk: Desk) -> list[SlotRow]:
        rows = await slots.to_come(desk.reader, self._mentor_id, now=desk.now)
        known, self._known = self._known, {row.id: row.status for row in rows}
        gone = [
            key for key, status in known.items() if key not in self._known and status is not SlotStatus.CLOSED
        ]
        rows += [row for row in (await slots.by_keys(desk.reader, gone, now=desk.now)).values() if gone]
        changed = [row for row in rows if row.status is not known.get(row.id, SlotStatus.CLOSED)]
        return sorted(changed, key=lambda row: (row.starts_at, row.id))


async def follow(
    desk: Desk, following: Following, *, mentor_id: Key
) -> AsyncGenerator[tuple[Entry, SlotRow], None]:
    """What changes from now on, with the entry of the log that it came with. Raises Absent."""
    if mentor_id not in await mentors.visible(desk, [mentor_id]):
        raise Absent
    place = await following.start(desk, None)
    board: _Board | None = following.kept.get(("slots", mentor_id))
    if board is None:
        board = _Board(mentor_id, await slots.to_come(desk.reader, mentor_id, now=desk.now))
        board = following.kept.setdefault(("slots", mentor_id), board)
    entries = following.listen(desk, lambda row: row.mentor_id == mentor_id, after=place)
    return _changes(desk, board, mentor_id, entries)


async def _changes(
    desk: Desk, board: _Board, mentor_id: Key, entries: AsyncGenerator[Entry, None]
) -> AsyncGenerator[tuple[Entry, SlotRow], None]:
    async def mentor() -> MentorRow | None:
        return (await mentors.by_keys(desk, [mentor_id])).get(mentor_id)

    async with aclosing(entries):
        async for entry in entries:
            row = await entry.once(("mentor", mentor_id), mentor)
            changed = await entry.once(("slots", mentor_id), lambda: board.changes(desk.anew()))
            if row is not None and mentors.is_visible(desk, row):
                for each in changed:
                    yield entry, each
