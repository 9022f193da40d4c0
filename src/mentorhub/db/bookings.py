"""Bookings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
    union_all,
)

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import LIMITED, Statement
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import KeyColumn
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import ACTIVE, BookingStatus


class BookingRow(NamedTuple):
    id: Key
    mentor_id: Key
    mentor_user_id: Key
    mentee_id: Key
    slot_id: Key | None
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus
    """As it is at the instant of the question: PENDING past `respond_by` is EXPIRED."""
    topic: str
    description: str | None
    questions: str | None
    meeting_url: str | None
    mentor_notes: str | None
    reason: str | None
    ended_by: Key | None
    requested_at: datetime
    updated_at: datetime
    moved_at: datetime | None
    """When the mentee moved it last."""
    respond_by: datetime | None
    """When it expires, or did, unless it was answered."""
    answered_at: datetime | None
    sequence: int


class BookingCard(NamedTuple):
    """What lists show of a booking mostly: less than half of a `BookingRow`, and nothing of its mentor's."""

    id: Key
    mentor_id: Key
    mentee_id: Key
    slot_id: Key | None
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus
    topic: str


IS_OVERDUE: ColumnElement[bool] = and_(
    bookings.c.status == BookingStatus.PENDING, bookings.c.respond_by <= now()
)
STATUS: ColumnElement[BookingStatus] = case(
    (IS_OVERDUE, literal(BookingStatus.EXPIRED, bookings.c.status.type)), else_=bookings.c.status
)
"""A booking's status `now`: what nobody answered in time has expired, whether or not the clock has come by."""

_MADE: dict[str, ColumnElement[Any]] = {
    "mentor_user_id": mentors.c.user_id.label("mentor_user_id"),
    "status": STATUS.label("status"),
}
COLUMNS = tuple(_MADE[name] if name in _MADE else bookings.c[name] for name in BookingRow._fields)
CARD = tuple(_MADE[name] if name in _MADE else bookings.c[name] for name in BookingCard._fields)
"""The columns of a `BookingCard`."""
FROM = bookings.join(mentors, mentors.c.id == bookings.c.mentor_id)

IS_ACTIVE: ColumnElement[bool] = bookings.c.status.in_(ACTIVE)
"""As it is stored: an overdue request is among them until somebody has come by."""


def is_party(name: str) -> ColumnElement[bool]:
    """The user in the parameter *name* is the booking's mentee or mentor, in words that lead to an index each."""
    who = bindparam(name, type_=KeyColumn())
    profile = select(mentors.c.id).where(mentors.c.user_id == who).scalar_subquery()
    return or_(bookings.c.mentee_id == who, bookings.c.mentor_id == profile)


_WHO = bindparam("who", type_=KeyColumn())
_ROWS = select(*COLUMNS).select_from(FROM)
_BY_KEYS = Statement(_ROWS.where(among(bookings.c.id, "keys")), BookingRow)
_OF_MENTEE: ColumnElement[bool] = bookings.c.mentee_id == _WHO
_ACTIVE = _ROWS.where(_OF_MENTEE, IS_ACTIVE)
_ACTIVE_OF_MENTEE = Statement(_ACTIVE, BookingRow)
_OF_MENTEES = among(bookings.c.mentee_id, "mentees")
_CONTENDING = Statement(
    union_all(
        _ROWS.where(_OF_MENTEES, IS_ACTIVE),
        _ROWS.where(among(bookings.c.mentor_id, "mentors"), IS_ACTIVE, IS_OVERDUE, not_(_OF_MENTEES)),
    ),
    BookingRow,
)
_ACTIVE_OF_USER = Statement(
    _ROWS.where(IS_ACTIVE, is_party("who")).order_by(bookings.c.starts_at, bookings.c.id), BookingRow
)
_PENDING_OF_MENTOR = Statement(
    # It is active, since it is pending; but SQLite must be told, to take the index of these.
    _ROWS.where(bookings.c.mentor_id == _WHO, IS_ACTIVE, bookings.c.status == BookingStatus.PENDING).order_by(
        bookings.c.starts_at, bookings.c.id
    ),
    BookingRow,
)
_HOLDING = Statement(
    _ROWS.where(among(bookings.c.slot_id, "slots")).where(STATUS.in_([*ACTIVE, BookingStatus.COMPLETED])),
    BookingRow,
)


class _Overdue(NamedTuple):
    mentor_id: Key


_OVERDUE = select(bookings.c.mentor_id).where(IS_OVERDUE)
_LONGEST_OVERDUE = Statement(_OVERDUE.order_by(bookings.c.respond_by).limit(LIMITED), _Overdue)
# Few are ever overdue, and their index is the way to them; SQLite would rather go by the mentors.
_MENTOR_UNLED: ColumnElement[Key] = type_coerce(bookings.c.mentor_id.op("||")(literal("")), KeyColumn())
_OVERDUE_OF_MENTORS = Statement(
    _OVERDUE.where(among(bookings.c.mentor_id, "mentors")),
    _Overdue,
    sqlite=_OVERDUE.where(among(_MENTOR_UNLED, "mentors")),
)


class _Counted(NamedTuple):
    total: int


_ALL_OVERDUE = Statement(select(func.count().label("total")).where(IS_OVERDUE), _Counted)


async def by_keys(reader: Reader, keys: Sequence[Key], *, now: datetime) -> dict[Key, BookingRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys), now=now)}


async def active_of_mentee(reader: Reader, mentee_id: Key, *, now: datetime) -> list[BookingRow]:
    """Their bookings stored as PENDING or CONFIRMED; those overdue come as EXPIRED."""
    return await reader.all(_ACTIVE_OF_MENTEE, who=mentee_id, now=now)


async def contending(
    reader: Reader, *, mentees: Iterable[Key], mentors: Iterable[Key], now: datetime
) -> list[BookingRow]:
    """What may be in the way of requests: what `active_of_mentee` gives, and what is overdue of the mentors'."""
    return await reader.all(_CONTENDING, mentees=list(mentees), mentors=list(mentors), now=now)


async def active_of_user(reader: Reader, user_id: Key, *, now: datetime) -> list[BookingRow]:
    """As `active_of_mentee`, those of the user as a mentor too, soonest first."""
    return await reader.all(_ACTIVE_OF_USER, who=user_id, now=now)


async def pending_of_mentor(reader: Reader, mentor_id: Key, *, now: datetime) -> list[BookingRow]:
    """Requests stored as PENDING, soonest first; those overdue come as EXPIRED."""
    return await reader.all(_PENDING_OF_MENTOR, who=mentor_id, now=now)


async def holding(reader: Reader, slots: Sequence[Key], *, now: datetime) -> dict[Key, BookingRow]:
    """The booking that holds or had each of *slots*, by the slot's key."""
    rows = await reader.all(_HOLDING, slots=list(slots), now=now)
    return {row.slot_id: row for row in rows if row.slot_id}


async def mentors_with_overdue(reader: Reader, *, now: datetime, limit: int) -> list[Key]:
    """Whose the *limit* requests are that are overdue for longest, the clock not having come by."""
    rows = await reader.all(_LONGEST_OVERDUE, now=now, limit=limit)
    return list(dict.fromkeys(row.mentor_id for row in rows))


async def overdue_of_mentors(reader: Reader, mentors: Sequence[Key], *, now: datetime) -> Counter[Key]:
    """How many such requests each of *mentors* has: the kept figures know them as pending."""
    rows = await reader.all(_OVERDUE_OF_MENTORS, mentors=list(mentors), now=now)
    return Counter(row.mentor_id for row in rows)


async def overdue(reader: Reader, *, now: datetime) -> int:
    """How many such requests there are in all."""
    counted = await reader.one(_ALL_OVERDUE, now=now)
    return counted.total if counted else 0
