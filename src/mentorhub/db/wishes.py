"""What somebody asks for, in one look: the slot, its mentor, and whoever asks."""

from datetime import datetime
from typing import Any, ClassVar, Final, NamedTuple

from sqlalchemy import Text, bindparam, cast, func, select

from mentorhub.db import mentors, slots
from mentorhub.db.bookings import IS_ACTIVE, IS_OVERDUE
from mentorhub.db.database import Reader
from mentorhub.db.mentors import MentorRow
from mentorhub.db.slots import SlotRow
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users as users_table
from mentorhub.db.tables.availability import slots as slots_table
from mentorhub.db.tables.bookings import bookings as bookings_table
from mentorhub.db.tables.mentors import mentors as mentors_table
from mentorhub.db.types import KeyColumn
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import UserStatus


class Asker(NamedTuple):
    name: str
    status: UserStatus


_ASKER: Final = tuple(users_table.c[name] for name in Asker._fields)
_COLUMNS: Final = tuple(
    column.label(f"{whose}_{column.key}")
    for whose, columns in (("slot", slots.COLUMNS), ("mentor", mentors.COLUMNS), ("asker", _ASKER))
    for column in columns
)
# Those who have not answered the asker in time, the clock not having come by.
_LATE: Final = (
    select(func.aggregate_strings(cast(bookings_table.c.mentor_id, Text), " "))
    .where(bookings_table.c.mentee_id == bindparam("asker", type_=KeyColumn()), IS_ACTIVE, IS_OVERDUE)
    .scalar_subquery()
)
_MENTOR_AT: Final = len(slots.COLUMNS)
_ASKER_AT: Final = _MENTOR_AT + len(mentors.COLUMNS)


class Wanted:
    """A slot, its mentor, and whoever asks for it: None where there is no such user any more.

    `late` are the mentors who have not answered the asker in time, the clock not having come by.
    """

    __slots__ = ("asker", "late", "mentor", "slot")

    _fields: ClassVar[tuple[str, ...]] = ("late", *(column.key for column in _COLUMNS))

    def __init__(self, late: str | None, *cells: Any) -> None:
        self.late = [Key(key) for key in late.split()] if late else []
        self.slot = SlotRow._make(cells[:_MENTOR_AT])
        self.mentor = MentorRow._make(cells[_MENTOR_AT:_ASKER_AT])
        self.asker = Asker._make(cells[_ASKER_AT:]) if cells[_ASKER_AT] is not None else None


_WANTED: Final = Statement(
    select(_LATE.label("late"), *_COLUMNS)
    .select_from(
        slots_table.join(mentors_table, mentors_table.c.id == slots_table.c.mentor_id).outerjoin(
            users_table, users_table.c.id == bindparam("asker", type_=KeyColumn())
        )
    )
    .where(slots_table.c.id == bindparam("slot", type_=KeyColumn())),
    Wanted,
)


async def wanted(reader: Reader, slot: Key, *, asker: Key, now: datetime) -> Wanted | None:
    """None where there is no such slot."""
    return await reader.one(_WANTED, slot=slot, asker=asker, now=now)
