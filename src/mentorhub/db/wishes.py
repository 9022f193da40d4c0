"""What people ask for, in one look: each slot, its mentor, and whoever asks."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Final, NamedTuple

from sqlalchemy import FromClause, Select, select

from mentorhub.db import slots
from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import pairs, pairs_in_sqlite
from mentorhub.db.slots import SlotRow
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users as users_table
from mentorhub.db.tables.availability import slots as slots_table
from mentorhub.db.tables.mentors import mentors as mentors_table
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import MentorStatus, UserStatus


class WantedMentor(NamedTuple):
    """What is looked at of a mentor before a booking is made."""

    id: Key
    user_id: Key
    status: MentorStatus
    is_public: bool
    name: str


class Asker(NamedTuple):
    name: str
    status: UserStatus


_MENTOR: Final = tuple(mentors_table.c[name] for name in WantedMentor._fields)
_ASKER: Final = tuple(users_table.c[name] for name in Asker._fields)
_COLUMNS: Final = tuple(
    column.label(f"{whose}_{column.key}")
    for whose, columns in (("slot", slots.COLUMNS), ("mentor", _MENTOR), ("asker", _ASKER))
    for column in columns
)
_MENTOR_AT: Final = len(slots.COLUMNS)
_ASKER_AT: Final = _MENTOR_AT + len(_MENTOR)


class Wanted:
    """A slot, its mentor, and whoever asks for it: None where there is no such user any more."""

    __slots__ = ("asker", "by", "mentor", "slot")

    _fields: ClassVar[tuple[str, ...]] = ("by", *(column.key for column in _COLUMNS))

    def __init__(self, by: Key, *cells: Any) -> None:
        self.by = by
        self.slot = SlotRow._make(cells[:_MENTOR_AT])
        self.mentor = WantedMentor._make(cells[_MENTOR_AT:_ASKER_AT])
        self.asker = Asker._make(cells[_ASKER_AT:]) if cells[_ASKER_AT] is not None else None


def _wanted(asked: FromClause) -> Select[Any]:
    """*asked* has the columns `slot` and `asker`."""
    return select(asked.c.asker.label("by"), *_COLUMNS).select_from(
        asked.join(slots_table, slots_table.c.id == asked.c.slot)
        .join(mentors_table, mentors_table.c.id == slots_table.c.mentor_id)
        .outerjoin(users_table, users_table.c.id == asked.c.asker)
    )


_WANTED: Final = Statement(
    _wanted(pairs("slot", "asker")), Wanted, sqlite=_wanted(pairs_in_sqlite("slot", "asker"))
)


async def wanted(
    reader: Reader, asked: Iterable[tuple[Key, Key]], *, now: datetime
) -> dict[tuple[Key, Key], Wanted]:
    """What there is of *asked*, keys of a slot and of whoever asks for it."""
    slots_, askers = zip(*asked, strict=True)
    rows = await reader.all(_WANTED, slot=list(slots_), asker=list(askers), now=now)
    return {(row.slot.id, row.by): row for row in rows}
