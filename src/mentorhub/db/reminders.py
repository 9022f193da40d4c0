"""Reminders: which sessions are to be reminded of now, and which were."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, exists, func, insert, select

from mentorhub.db.database import Transaction
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.facts import facts
from mentorhub.db.tables.notifications import reminders
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus


class DueRow(NamedTuple):
    id: Key
    mentor_id: Key
    mentee_id: Key
    starts_at: datetime
    meeting_url: str | None
    agreed_at: datetime | None
    """When it was confirmed or moved last."""


_HOURS: BindParameter[int] = bindparam("hours")
_AGREED_AT = (
    select(func.max(facts.c.occurred_at, type_=facts.c.occurred_at.type))
    .where(
        facts.c.booking_id == bookings.c.id,
        facts.c.kind.in_([ActivityKind.BOOKING_CONFIRMED.value, ActivityKind.BOOKING_RESCHEDULED.value]),
    )
    .scalar_subquery()
)
_DUE = Statement(
    select(
        bookings.c.id,
        bookings.c.mentor_id,
        bookings.c.mentee_id,
        bookings.c.starts_at,
        bookings.c.meeting_url,
        _AGREED_AT.label("agreed_at"),
    )
    .where(
        bookings.c.status == BookingStatus.CONFIRMED,
        bookings.c.starts_at > bindparam("since", type_=bookings.c.starts_at.type),
        bookings.c.starts_at <= bindparam("until", type_=bookings.c.starts_at.type),
        ~exists().where(
            reminders.c.booking_id == bookings.c.id,
            reminders.c.starts_at == bookings.c.starts_at,
            reminders.c.hours == _HOURS,
        ),
    )
    .order_by(bookings.c.starts_at, bookings.c.id)
    .limit(LIMITED)
    # Whoever cancels meanwhile waits, and whoever cancelled first is seen.
    .with_for_update(of=bookings),
    DueRow,
)
_ADD = change(insert(reminders), parameters=["booking_id", "starts_at", "hours"])


async def due(
    transaction: Transaction, *, hours: int, since: datetime, until: datetime, limit: int
) -> list[DueRow]:
    """Confirmed sessions that start after *since* and by *until*, not reminded of these *hours* before."""
    return await transaction.all(_DUE, hours=hours, since=since, until=until, limit=limit)


async def add(transaction: Transaction, rows: Sequence[DueRow], *, hours: int) -> None:
    """Holds that *rows* are done with; the primary key refuses a second time."""
    await transaction.many(
        _ADD, [{"booking_id": row.id, "starts_at": row.starts_at, "hours": hours} for row in rows]
    )
