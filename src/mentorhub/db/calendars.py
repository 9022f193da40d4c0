"""Calendars: bookings as their parties' calendars show them, and what the address of each calendar is made with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select, update

from mentorhub.db.bookings import FROM, IS_OVERDUE, STATUS, is_party
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.calendars import Meeting
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus, UserStatus

_CHANGED_AT: ColumnElement[datetime] = case(
    (
        or_(IS_OVERDUE, bookings.c.status == BookingStatus.EXPIRED),
        func.coalesce(bookings.c.respond_by, bookings.c.updated_at, type_=bookings.c.updated_at.type),
    ),
    else_=bookings.c.updated_at,
)
# A request that nobody answered in time has changed whether or not the clock has come by: the same before and after.
_SEQUENCE: ColumnElement[int] = bookings.c.sequence + case((IS_OVERDUE, 1), else_=0)
_MADE: dict[str, ColumnElement[Any]] = {
    "mentor_user_id": mentors.c.user_id.label("mentor_user_id"),
    "mentor_name": mentors.c.name.label("mentor_name"),
    "mentee_name": users.c.name.label("mentee_name"),
    "status": STATUS.label("status"),
    "changed_at": _CHANGED_AT.label("changed_at"),
    "sequence": _SEQUENCE.label("sequence"),
}
_COLUMNS = tuple(_MADE[name] if name in _MADE else bookings.c[name] for name in Meeting._fields)
_MEETINGS = select(*_COLUMNS).select_from(FROM.join(users, users.c.id == bookings.c.mentee_id))

_BY_KEYS = Statement(_MEETINGS.where(among(bookings.c.id, "keys")), Meeting)
_OF_USER = Statement(
    _MEETINGS.where(
        is_party("who"), bookings.c.starts_at >= bindparam("since", type_=bookings.c.starts_at.type)
    )
    .order_by(bookings.c.starts_at.desc(), bookings.c.id.desc())
    .limit(LIMITED),
    Meeting,
)


class OwnerRow(NamedTuple):
    id: Key
    status: UserStatus
    calendar_secret: str | None


_IS_NAMED: ColumnElement[bool] = users.c.id == bindparam("user_id", type_=users.c.id.type)
_OWNER = Statement(select(*(users.c[name] for name in OwnerRow._fields)).where(_IS_NAMED), OwnerRow)
_RENEW = change(update(users).where(_IS_NAMED).values(calendar_secret=bindparam("salt")))


async def by_keys(reader: Reader, keys: Sequence[Key], *, now: datetime) -> dict[Key, Meeting]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys), now=now)}


async def of_user(
    reader: Reader, user_id: Key, *, since: datetime, now: datetime, limit: int
) -> list[Meeting]:
    """A user's bookings that start from *since* on, as mentee and as mentor, soonest first; of too many the last."""
    found = await reader.all(_OF_USER, who=user_id, since=since, now=now, limit=limit)
    return found[::-1]


async def owner(reader: Reader, user_id: Key) -> OwnerRow | None:
    """Whose calendar it is, by one look at an index."""
    return await reader.one(_OWNER, user_id=user_id)


async def renew(transaction: Transaction, user_id: Key, *, salt: str) -> None:
    """Has the address of the user's calendar made with *salt* from now on."""
    await transaction.run(_RENEW, user_id=user_id, salt=salt)
