"""Mentors' blocks of availability and their time off."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import bindparam, delete, insert, select

from mentorhub.db.bookings import COLUMNS, FROM, STATUS, BookingRow
from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.availability import availability, time_off
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.types import Instant, KeyColumn
from mentorhub.rules.blocks import Block, DatedBlock, WeeklyBlock
from mentorhub.rules.keys import Key
from mentorhub.rules.slots import LONGEST_SLOT
from mentorhub.rules.vocabulary import ACTIVE


class AvailabilityRow(NamedTuple):
    """A weekly block has a weekday, 0 for Monday, and a dated one a day."""

    id: Key
    mentor_id: Key
    weekday: int | None
    day: date | None
    start_minute: int
    end_minute: int
    valid_from: date | None
    valid_until: date | None

    @property
    def block(self) -> Block:
        """The same, as rules know it."""
        if self.day is not None:
            return DatedBlock(self.day, self.start_minute, self.end_minute)
        assert self.weekday is not None
        assert self.valid_from is not None
        return WeeklyBlock(
            self.weekday, self.start_minute, self.end_minute, self.valid_from, self.valid_until
        )


class TimeOffRow(NamedTuple):
    id: Key
    mentor_id: Key
    starts_at: datetime
    ends_at: datetime
    note: str | None


def _given(name: str) -> Any:
    return bindparam(name, type_=Instant())


R = TypeVar("R", AvailabilityRow, TimeOffRow)

_BLOCK = tuple(availability.c[name] for name in AvailabilityRow._fields)
_TIME_OFF = tuple(time_off.c[name] for name in TimeOffRow._fields)

_BLOCKS_BY_KEYS = Statement(select(*_BLOCK).where(among(availability.c.id, "keys")), AvailabilityRow)
_BLOCKS_OF = Statement(
    select(*_BLOCK)
    .where(among(availability.c.mentor_id, "mentors"))
    .order_by(availability.c.weekday, availability.c.day, availability.c.start_minute, availability.c.id),
    AvailabilityRow,
)
_TIME_OFF_BY_KEYS = Statement(select(*_TIME_OFF).where(among(time_off.c.id, "keys")), TimeOffRow)
_TIME_OFF_OF = Statement(
    select(*_TIME_OFF)
    .where(among(time_off.c.mentor_id, "mentors"), time_off.c.ends_at > now())
    .order_by(time_off.c.starts_at, time_off.c.id),
    TimeOffRow,
)
_INSIDE = Statement(
    select(*COLUMNS)
    .select_from(FROM)
    .where(bookings.c.mentor_id == bindparam("mentor_id", type_=KeyColumn()), STATUS.in_(ACTIVE))
    .where(bookings.c.starts_at > _given("earliest"), bookings.c.starts_at < _given("ends_at"))
    .where(bookings.c.ends_at > _given("starts_at"))
    .order_by(bookings.c.starts_at, bookings.c.id),
    BookingRow,
)
_ADD_BLOCK = change(insert(availability), parameters=AvailabilityRow._fields)
_ADD_TIME_OFF = change(insert(time_off), parameters=TimeOffRow._fields)
_REMOVE_BLOCKS = change(delete(availability).where(among(availability.c.id, "keys")))
_REMOVE_TIME_OFF = change(delete(time_off).where(time_off.c.id == bindparam("key", type_=KeyColumn())))


async def bookings_inside(reader: Reader, row: TimeOffRow, *, now: datetime) -> list[BookingRow]:
    """The bookings of the mentor of *row* that stand while the time off lasts, soonest first."""
    return await reader.all(
        _INSIDE,
        mentor_id=row.mentor_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        earliest=row.starts_at - LONGEST_SLOT,
        now=now,
    )


async def blocks_by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, AvailabilityRow]:
    return {row.id: row for row in await reader.all(_BLOCKS_BY_KEYS, keys=list(keys))}


async def blocks_of(reader: Reader, mentors: Sequence[Key]) -> dict[Key, list[AvailabilityRow]]:
    """The blocks of each of *mentors*, in the order of weekdays, days and times."""
    return _grouped(mentors, await reader.all(_BLOCKS_OF, mentors=list(mentors)))


async def time_off_by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, TimeOffRow]:
    return {row.id: row for row in await reader.all(_TIME_OFF_BY_KEYS, keys=list(keys))}


async def time_off_of(
    reader: Reader, mentors: Sequence[Key], *, now: datetime
) -> dict[Key, list[TimeOffRow]]:
    """The time off of each of *mentors* that has not ended, in the order of its start."""
    return _grouped(mentors, await reader.all(_TIME_OFF_OF, mentors=list(mentors), now=now))


def _grouped(mentors: Iterable[Key], rows: Iterable[R]) -> dict[Key, list[R]]:
    found: dict[Key, list[R]] = {key: [] for key in mentors}
    for row in rows:
        found[row.mentor_id].append(row)
    return found


async def add_blocks(transaction: Transaction, rows: Sequence[AvailabilityRow]) -> None:
    await transaction.many(_ADD_BLOCK, _columns(rows))


async def remove_blocks(transaction: Transaction, keys: Sequence[Key]) -> int:
    """How many there were."""
    return await transaction.run(_REMOVE_BLOCKS, keys=list(keys))


async def add_time_off(transaction: Transaction, row: TimeOffRow) -> None:
    await transaction.many(_ADD_TIME_OFF, _columns([row]))


async def remove_time_off(transaction: Transaction, key: Key) -> int:
    """How many there were."""
    return await transaction.run(_REMOVE_TIME_OFF, key=key)


def _columns(rows: Iterable[AvailabilityRow | TimeOffRow]) -> list[Mapping[str, Any]]:
    return [row._asdict() for row in rows]
