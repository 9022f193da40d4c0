"""Users, as others meet them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, or_, select

from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import KeyColumn
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus, MentorStatus, Role, UserStatus


class UserRow(NamedTuple):
    id: Key
    name: str
    photo: str | None
    joined_at: datetime
    timezone: str | None
    region: str | None
    email: str | None
    role: Role
    status: UserStatus


class UserCard(NamedTuple):
    """What everybody who meets a user sees."""

    id: Key
    name: str


CARD = tuple(users.c[name] for name in UserCard._fields)
COLUMNS = tuple(users.c[name] for name in UserRow._fields)

_BY_KEYS = Statement(select(*COLUMNS).where(among(users.c.id, "keys")), UserRow, gathers=True)


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, UserRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


class _Seen(NamedTuple):
    id: Key


_VIEWER = bindparam("viewer", type_=KeyColumn())


def _shares_booking(*statuses: BookingStatus) -> ColumnElement[bool]:
    """The user and the viewer are the two parties of a booking, in one of *statuses* if any are given."""
    status = [bookings.c.status.in_(statuses)] if statuses else []
    as_mentee = exists().where(
        bookings.c.mentee_id == users.c.id,
        bookings.c.mentor_id == select(mentors.c.id).where(mentors.c.user_id == _VIEWER).scalar_subquery(),
        *status,
    )
    as_mentor = exists().where(
        bookings.c.mentee_id == _VIEWER,
        bookings.c.mentor_id == mentors.c.id,
        mentors.c.user_id == users.c.id,
        *status,
    )
    return or_(as_mentee, as_mentor)


_MET = Statement(
    select(users.c.id)
    .where(among(users.c.id, "keys"))
    .where(
        or_(
            exists().where(
                mentors.c.user_id == users.c.id,
                mentors.c.status == MentorStatus.APPROVED,
                users.c.status == UserStatus.ACTIVE,
            ),
            exists().where(feedback.c.author_id == users.c.id, feedback.c.hidden_at.is_(None)),
            _shares_booking(),
        )
    ),
    _Seen,
)
_SHARING = Statement(
    select(users.c.id)
    .where(among(users.c.id, "keys"))
    .where(_shares_booking(BookingStatus.CONFIRMED, BookingStatus.COMPLETED)),
    _Seen,
)


async def met_by(reader: Reader, keys: Sequence[Key], *, viewer: Key | None) -> set[Key]:
    """Those of *keys* who are approved mentors, authors of visible feedback, or share a booking with *viewer*."""
    return {row.id for row in await reader.all(_MET, keys=list(keys), viewer=viewer)}


async def sharing_sessions(reader: Reader, keys: Sequence[Key], *, viewer: Key) -> set[Key]:
    """Those of *keys* who share a confirmed or completed booking with *viewer*."""
    return {row.id for row in await reader.all(_SHARING, keys=list(keys), viewer=viewer)}
