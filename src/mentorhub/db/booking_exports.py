"""Bookings with all that belongs to them, as they are exported: the rows of a list, without its pages."""

from collections.abc import AsyncGenerator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select

from mentorhub.db.booking_lists import Shape, columns_of, conditions, is_descending
from mentorhub.db.bookings import FROM, STATUS
from mentorhub.db.database import Database
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus

_SIZE = 100
"""Rows between two turns of the event loop; in all they hold 4 MB of text at most."""


class ExportRow(NamedTuple):
    id: Key
    status: BookingStatus
    requested_at: datetime
    updated_at: datetime
    starts_at: datetime
    ends_at: datetime
    mentor_id: Key
    mentor_name: str
    mentor_timezone: str
    mentee_id: Key
    mentee_name: str
    mentee_timezone: str | None
    topic: str
    description: str | None
    questions: str | None
    reason: str | None
    rating: int | None
    comment: str | None
    reply: str | None
    hidden_at: datetime | None


_MADE: dict[str, Any] = {
    "status": STATUS.label("status"),
    "mentor_name": mentors.c.name.label("mentor_name"),
    "mentor_timezone": mentors.c.timezone.label("mentor_timezone"),
    "mentee_name": users.c.name.label("mentee_name"),
    "mentee_timezone": users.c.timezone.label("mentee_timezone"),
    **{name: feedback.c[name] for name in ("rating", "comment", "reply", "hidden_at")},
}
_COLUMNS = tuple(_MADE[name] if name in _MADE else bookings.c[name] for name in ExportRow._fields)
_FROM = FROM.join(users, users.c.id == bookings.c.mentee_id).outerjoin(
    feedback, feedback.c.booking_id == bookings.c.id
)


@lru_cache(maxsize=64)
def _statement(shape: Shape) -> Statement[ExportRow]:
    order = columns_of(shape)
    ordered = [column.desc() for column in order] if is_descending(shape) else order
    sql = select(*_COLUMNS).select_from(_FROM).where(*conditions(shape)).order_by(*ordered)
    return Statement(sql, ExportRow, long=True)


def rows(
    database: Database, shape: Shape, *, now: datetime, **values: Any
) -> AsyncGenerator[list[ExportRow], None]:
    """The bookings of the list that *shape* describes, in its order, some at a time, all from one instant."""
    return database.stream(_statement(shape), size=_SIZE, now=now, **values)
