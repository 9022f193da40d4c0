"""Figures of one mentor that are not kept: counted when somebody looks."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from mentorhub.db.bookings import COLUMNS, FROM, IS_ACTIVE, IS_OVERDUE, BookingRow
from mentorhub.db.constructs import now
from mentorhub.db.database import Reader
from mentorhub.db.statements import LIMITED, Statement
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.types import KeyColumn
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus

_THEIRS: ColumnElement[bool] = bookings.c.mentor_id == bindparam("mentor_id", type_=KeyColumn())
_IS_CONFIRMED = bookings.c.status == BookingStatus.CONFIRMED
_IS_PENDING = and_(bookings.c.status == BookingStatus.PENDING, bookings.c.respond_by > now())


class ActiveCounts(NamedTuple):
    """Of a mentor's bookings that are neither over nor off, by the clock."""

    pending: int
    started: int
    """Confirmed, and past the start."""
    ended: int
    """Confirmed, and past the end."""
    overdue: int
    """Requests that have expired, though the clock has not come by."""


class _Distinct(NamedTuple):
    mentees: int


class Answer(NamedTuple):
    requested_at: datetime
    moved_at: datetime | None
    answered_at: datetime


_ACTIVE = Statement(
    select(
        func.count().filter(_IS_PENDING).label("pending"),
        func.count().filter(_IS_CONFIRMED, bookings.c.starts_at <= now()).label("started"),
        func.count().filter(_IS_CONFIRMED, bookings.c.ends_at <= now()).label("ended"),
        func.count().filter(IS_OVERDUE).label("overdue"),
    ).where(_THEIRS, IS_ACTIVE),
    ActiveCounts,
)
_MENTEES = Statement(
    select(func.count(bookings.c.mentee_id.distinct()).label("mentees")).where(
        _THEIRS, bookings.c.status == BookingStatus.COMPLETED
    ),
    _Distinct,
    long=True,
)
_ANSWERS = Statement(
    select(bookings.c.requested_at, bookings.c.moved_at, bookings.c.answered_at).where(
        _THEIRS, bookings.c.answered_at.is_not(None)
    ),
    Answer,
    long=True,
)
_UPCOMING = Statement(
    select(*COLUMNS)
    .select_from(FROM)
    .where(_THEIRS, IS_ACTIVE, bookings.c.starts_at > now())
    .where(_IS_CONFIRMED | _IS_PENDING)
    .order_by(bookings.c.starts_at, bookings.c.id)
    .limit(LIMITED),
    BookingRow,
)


async def active_counts(reader: Reader, mentor_id: Key, *, now: datetime) -> ActiveCounts:
    counted = await reader.one(_ACTIVE, mentor_id=mentor_id, now=now)
    assert counted is not None
    return counted


async def mentees(reader: Reader, mentor_id: Key) -> int:
    """With how many people the mentor has completed a session."""
    counted = await reader.one(_MENTEES, mentor_id=mentor_id)
    return counted.mentees if counted else 0


async def answers(reader: Reader, mentor_id: Key) -> list[Answer]:
    """When each request that the mentor answered was made, and answered."""
    return await reader.all(_ANSWERS, mentor_id=mentor_id)


async def upcoming(reader: Reader, mentor_id: Key, *, now: datetime, limit: int) -> list[BookingRow]:
    """Requests and confirmed sessions that start in the future, soonest first."""
    return await reader.all(_UPCOMING, limit=limit, mentor_id=mentor_id, now=now)
