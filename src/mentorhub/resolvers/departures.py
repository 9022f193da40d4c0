"""What becomes of bookings when somebody leaves: an account is closed, a mentor's profile deactivated."""

from mentorhub.db import bookings, locks, mentors
from mentorhub.db.bookings import BookingRow
from mentorhub.resolvers.booking_changes import change, expire
from mentorhub.resolvers.desk import Work
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import ACTIVE, BookingStatus


async def cancel_all_of(work: Work, user_id: Key, *, reason: str) -> int:
    """Cancels the sessions and requests to come of somebody whose account is closed, as mentee and as mentor; how many.

    Call it before anything else is written in this transaction: it waits for others (`db.locks`). The other parties
    hear of it by the facts.
    """
    await locks.hold(work.transaction, user_id)
    own = await mentors.by_users(work.transaction, [user_id])
    known = await bookings.active_of_user(work.transaction, user_id, now=work.now)
    concerned = {*(row.id for row in own.values()), *(row.mentor_id for row in known)}
    await locks.mentors_rows(work.transaction, concerned)
    rows = await bookings.active_of_user(work.transaction, user_id, now=work.now)
    await expire(work, [row for row in rows if row.status is BookingStatus.EXPIRED])
    ahead = [row for row in rows if row.status in ACTIVE and row.starts_at > work.now]
    for row in ahead:
        ended = _ended(work, row, BookingStatus.CANCELLED, reason)
        await change(work, row, ended, ActivityKind.BOOKING_CANCELLED, reason=reason)
    return len(ahead)


async def decline_pending_of(work: Work, mentor_id: Key, *, reason: str) -> int:
    """Declines every request to a mentor whose profile is deactivated; how many. The mentor's row is locked."""
    rows = await bookings.pending_of_mentor(work.transaction, mentor_id, now=work.now)
    await expire(work, [row for row in rows if row.status is BookingStatus.EXPIRED])
    pending = [row for row in rows if row.status is BookingStatus.PENDING]
    for row in pending:
        declined = _ended(work, row, BookingStatus.DECLINED, reason)._replace(answered_at=work.now)
        await change(work, row, declined, ActivityKind.BOOKING_DECLINED, reason=reason)
    return len(pending)


def _ended(work: Work, row: BookingRow, status: BookingStatus, reason: str) -> BookingRow:
    return row._replace(status=status, reason=reason, ended_by=work.viewer.user_id if work.viewer else None)
