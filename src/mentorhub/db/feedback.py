"""Feedback: what mentees say of sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, insert, select, update

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.paging import Listing
from mentorhub.db.paging_of_many import ListingOfMany
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Instant, KeyColumn
from mentorhub.rules.keys import Key


class FeedbackRow(NamedTuple):
    id: Key
    booking_id: Key
    mentor_id: Key
    mentor_user_id: Key
    mentor_is_public: bool
    author_id: Key
    rating: int
    comment: str
    reply: str | None
    created_at: datetime
    hidden_at: datetime | None


class FeedbackCard(NamedTuple):
    """What is shown of feedback beside its booking, and what it takes to know to whom."""

    id: Key
    mentor_user_id: Key
    mentor_is_public: bool
    author_id: Key
    rating: int
    comment: str
    reply: str | None
    hidden_at: datetime | None


_STORED = tuple(name for name in FeedbackRow._fields if not name.startswith("mentor_") or name == "mentor_id")
_MADE: dict[str, ColumnElement[Any]] = {
    "mentor_user_id": mentors.c.user_id.label("mentor_user_id"),
    "mentor_is_public": mentors.c.is_public.label("mentor_is_public"),
}
COLUMNS = tuple(_MADE[name] if name in _MADE else feedback.c[name] for name in FeedbackRow._fields)
CARD = tuple(_MADE[name] if name in _MADE else feedback.c[name] for name in FeedbackCard._fields)
"""The columns of a `FeedbackCard`."""
ROWS = select(*COLUMNS).select_from(feedback.join(mentors, mentors.c.id == feedback.c.mentor_id))
IS_VISIBLE: ColumnElement[bool] = feedback.c.hidden_at.is_(None)

_BY_KEYS = Statement(ROWS.where(among(feedback.c.id, "keys")), FeedbackRow)
_BY_BOOKINGS = Statement(ROWS.where(among(feedback.c.booking_id, "keys")), FeedbackRow)
OF_MENTORS = ListingOfMany(
    ROWS.where(IS_VISIBLE),
    FeedbackRow,
    feedback.c.created_at,
    feedback.c.id,
    owner=feedback.c.mentor_id,
    descending=True,
)
"""The visible feedback on each mentor, the newest first."""


ALL = Listing(ROWS, FeedbackRow, feedback.c.created_at, feedback.c.id, descending=True)
AT_MOST = Listing(
    ROWS.where(feedback.c.rating <= bindparam("rating", type_=feedback.c.rating.type)),
    FeedbackRow,
    feedback.c.created_at,
    feedback.c.id,
    descending=True,
)
"""All there is, hidden or not."""


class _Rated(NamedTuple):
    booking_id: Key


_RATED = Statement(select(feedback.c.booking_id).where(among(feedback.c.booking_id, "keys")), _Rated)
_ADD = change(insert(feedback), parameters=_STORED)
_IS_NAMED = feedback.c.id == bindparam("feedback_id", type_=KeyColumn())
_REPLY = change(
    update(feedback)
    .where(_IS_NAMED, feedback.c.reply.is_(None))
    .values(reply=bindparam("text", type_=feedback.c.reply.type))
)
_HIDE = change(update(feedback).where(_IS_NAMED).values(hidden_at=bindparam("at", type_=Instant())))


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, FeedbackRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def by_bookings(reader: Reader, keys: Sequence[Key]) -> dict[Key, FeedbackRow]:
    """The feedback on bookings, hidden or not, by the bookings' keys."""
    return {row.booking_id: row for row in await reader.all(_BY_BOOKINGS, keys=list(keys))}


async def rated_among(reader: Reader, bookings: Sequence[Key]) -> set[Key]:
    """Those of *bookings* that have feedback, hidden or not."""
    return {row.booking_id for row in await reader.all(_RATED, keys=list(bookings))}


async def add(transaction: Transaction, row: FeedbackRow) -> None:
    """Raises Violated where the booking has feedback already."""
    await transaction.run(_ADD, **{name: getattr(row, name) for name in _STORED})


async def reply(transaction: Transaction, key: Key, text: str) -> bool:
    """Gives feedback its reply; False where it has one."""
    return await transaction.run(_REPLY, feedback_id=key, text=text) == 1


async def hide(transaction: Transaction, key: Key, *, at: datetime | None) -> None:
    """Hides feedback; shows it again where *at* is None."""
    await transaction.run(_HIDE, feedback_id=key, at=at)
