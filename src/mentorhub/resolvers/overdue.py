"""Requests that nobody answered in time. Every reader sees them expired at once; here it is written down and told."""

from typing import Final

from mentorhub.db import bookings, idempotency, locks
from mentorhub.resolvers.booking_changes import expire
from mentorhub.resolvers.desk import Desk, Doors, Work
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus

_AT_ONCE: Final = 100


async def expire_overdue(doors: Doors) -> int:
    """Expires what is due, a transaction for each mentor; how many requests."""
    desk = Desk(doors, None, doors.clock.now())
    late = await bookings.mentors_with_overdue(desk.reader, now=desk.now, limit=_AT_ONCE)
    return sum([await desk.do(_expire_of, mentor_id=mentor_id) for mentor_id in late])


async def forget_keys(doors: Doors) -> int:
    """Removes the idempotency keys that have had their day; how many."""
    desk = Desk(doors, None, doors.clock.now())
    return await doors.database.write(lambda transaction: idempotency.forget_old(transaction, now=desk.now))


async def _expire_of(work: Work, *, mentor_id: Key) -> int:
    await locks.mentors_rows(work.transaction, [mentor_id])
    pending = await bookings.pending_of_mentor(work.transaction, mentor_id, now=work.now)
    overdue = [row for row in pending if row.status is BookingStatus.EXPIRED]
    await expire(work, overdue)
    return len(overdue)
