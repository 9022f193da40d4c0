"""Slots that were read before: whose a slot is, and when, never changes; only whether it is offered does.

So a mentor's next slots are asked for by their keys alone, a fraction of what the rows take to carry; and a list that
has the same slots as before is the same object, with all that was made of it (`Lasting`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, literal, select

from mentorhub.db.constructs import among, each, now
from mentorhub.db.database import Reader
from mentorhub.db.slots import IS_OFFERED, OFFERED_COLUMNS, SlotRow
from mentorhub.db.statements import LIMITED, Statement
from mentorhub.db.tables.availability import slots
from mentorhub.lasting import Lasting
from mentorhub.rules.keys import Key

MOST_LISTED: Final = 20
"""Slots in one list: longer ones are hardly the same again."""
_MOST_ROWS: Final = 50_000
_MOST_LISTS: Final = 10_000
"""So much is kept, some 15 MB each; then it begins anew."""


class _Next(NamedTuple):
    mentor_id: Key
    keys: str


_MENTORS = each("mentors")
_OWN = (
    select(slots.c.id)
    .where(IS_OFFERED, slots.c.starts_at >= now(), slots.c.mentor_id == _MENTORS.c.value)
    .order_by(slots.c.starts_at, slots.c.id)
    .limit(LIMITED)
    .correlate(_MENTORS)
)
_OWN_ROWS = _OWN.subquery("own")
_NEXT = Statement(
    select(
        _MENTORS.c.value.label("mentor_id"),
        func.array_to_string(func.array(_OWN.scalar_subquery()), " ").label("keys"),
    ).select_from(_MENTORS),
    _Next,
    sqlite=select(
        _MENTORS.c.value.label("mentor_id"),
        func.coalesce(
            select(func.group_concat(_OWN_ROWS.c.id, " ")).correlate(_MENTORS).scalar_subquery(), literal("")
        ).label("keys"),
    ).select_from(_MENTORS),
)
_ROWS = Statement(select(*OFFERED_COLUMNS).where(among(slots.c.id, "keys")), SlotRow)


class KnownSlots:
    """Slots, and lists of them, that this process has read lately."""

    def __init__(self, *, most_rows: int = _MOST_ROWS, most_lists: int = _MOST_LISTS) -> None:
        self._most_rows = most_rows
        self._most_lists = most_lists
        self._rows: dict[Key, SlotRow] = {}
        self._lists: dict[str, Lasting[SlotRow]] = {}

    async def next_of(
        self, reader: Reader, mentors_: Sequence[Key], *, first: int, now: datetime
    ) -> dict[Key, Lasting[SlotRow]]:
        """The *first* slots of each of *mentors_*, at most `MOST_LISTED`, that are offered *now*, soonest first."""
        asked = list(dict.fromkeys(mentors_))
        found = await reader.all(_NEXT, limit=first, mentors=asked, now=now)
        lists = self._lists
        try:
            return {mentor_id: lists[keys] for mentor_id, keys in found}
        except KeyError:
            return await self._read(reader, found)

    async def _read(self, reader: Reader, found: Sequence[_Next]) -> dict[Key, Lasting[SlotRow]]:
        wanted = {Key(key) for row in found for key in row.keys.split()}
        rows = {key: row for key in wanted if (row := self._rows.get(key))}
        missing = [key for key in wanted if key not in rows]
        if missing:
            read = {row.id: row for row in await reader.all(_ROWS, keys=missing)}
            if len(self._rows) + len(read) > self._most_rows:
                self._rows.clear()
            self._rows.update(read)
            rows.update(read)
        if len(self._lists) + len(found) > self._most_lists:
            self._lists.clear()
        for _, keys in found:
            if keys not in self._lists:
                # A slot that is gone since, with its mentor, is offered no more.
                self._lists[keys] = Lasting(rows[key] for key in map(Key, keys.split()) if key in rows)
        return {mentor_id: self._lists[keys] for mentor_id, keys in found}
