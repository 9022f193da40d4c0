"""Slots that were read before: whose a slot is, and when, never changes; only whether it is offered does.

So a mentor's next slots are asked for by their keys alone, a fraction of what the rows take to carry; and a list that
has the same slots as before is the same object, with all that was made of it (`Lasting`).
"""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, literal, literal_column, select

from mentorhub.db.constructs import in_one_text, now
from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import among, each
from mentorhub.db.slots import IS_OFFERED, OFFERED_COLUMNS, SlotRow
from mentorhub.db.statements import LIMITED, Statement
from mentorhub.db.tables.availability import slots
from mentorhub.lasting import Lasting
from mentorhub.rules.keys import Key

MOST_LISTED: Final = 20
"""Slots in one list: longer ones are hardly the same again."""
_MOST_ROWS: Final = 50_000
_MOST_LISTS: Final = 10_000
"""So much is kept, some 15 MB each, the longest lists taking three times as much; then it begins anew."""


class NextSlots(NamedTuple):
    """A mentor's next slots: their keys with spaces between, and how many they would be at most."""

    keys: str
    most: int


def next_slots(mentor_id: ColumnElement[Any], beside: FromClause, most: int) -> list[ColumnElement[Any]]:
    """The columns of a `NextSlots` of each *mentor_id*, a column of *beside*: what is offered `now`, soonest first."""
    return [
        _next_keys(mentor_id, beside, literal_column(str(most))).label("keys"),
        literal(most).label("most"),
    ]


def _next_keys(
    mentor_id: ColumnElement[Any], beside: FromClause, limit: ColumnElement[int]
) -> ColumnElement[str]:
    own = select(slots.c.id).where(IS_OFFERED, slots.c.starts_at >= now(), slots.c.mentor_id == mentor_id)
    # Slots of one mentor that are offered do not overlap: none starts when another does.
    return in_one_text(own.order_by(slots.c.starts_at).limit(limit), beside)


class _Next(NamedTuple):
    mentor_id: Key
    keys: str


_MENTORS = each("mentors")
_NEXT = Statement(
    select(
        _MENTORS.c.value.label("mentor_id"),
        _next_keys(_MENTORS.c.value, _MENTORS, LIMITED).label("keys"),
    ).select_from(_MENTORS),
    _Next,
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
        lists = self.lists(reader, [row.keys for row in found])
        if isinstance(lists, Awaitable):
            lists = await lists
        return {row.mentor_id: list_ for row, list_ in zip(found, lists, strict=True)}

    def lists(
        self, reader: Reader, texts: Sequence[str]
    ) -> list[Lasting[SlotRow]] | Awaitable[list[Lasting[SlotRow]]]:
        """The slots of each of *texts*, keys with spaces between; to be awaited where some are not known."""
        known = self._lists
        try:
            return [known[text] for text in texts]
        except KeyError:
            return self._read(reader, texts)

    async def _read(self, reader: Reader, texts: Sequence[str]) -> list[Lasting[SlotRow]]:
        wanted = {Key(key) for text in texts for key in text.split()}
        rows = {key: row for key in wanted if (row := self._rows.get(key))}
        missing = [key for key in wanted if key not in rows]
        if missing:
            read = {row.id: row for row in await reader.all(_ROWS, keys=missing)}
            if len(self._rows) + len(read) > self._most_rows:
                self._rows.clear()
            self._rows.update(read)
            rows.update(read)
        if len(self._lists) + len(texts) > self._most_lists:
            self._lists.clear()
        for text in texts:
            if text not in self._lists:
                # A slot that is gone since, with its mentor, is offered no more.
                self._lists[text] = Lasting(rows[key] for key in map(Key, text.split()) if key in rows)
        return [self._lists[text] for text in texts]
