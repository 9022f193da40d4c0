"""Bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, literal, select

from mentorhub.db.constructs import among, now
from mentorhub.db.database import Reader
from mentorhub.db.statements import Statement
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus


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
    respond_by: datetime | None
    answered_at: datetime | None
    sequence: int


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
FROM = bookings.join(mentors, mentors.c.id == bookings.c.mentor_id)

_BY_KEYS = Statement(select(*COLUMNS).select_from(FROM).where(among(bookings.c.id, "keys")), BookingRow)


async def by_keys(reader: Reader, keys: Sequence[Key], *, now: datetime) -> dict[Key, BookingRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys), now=now)}
