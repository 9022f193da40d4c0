"""One change of a booking: its row, its slot, its fact and all figures, in one transaction."""

from collections.abc import Sequence

from mentorhub.db import booking_changes, bookings, feedback, locks, mentor_figures
from mentorhub.db.bookings import BookingRow
from mentorhub.db.database import Reader, Violated
from mentorhub.resolvers import access, slots
from mentorhub.resolvers.desk import Work
from mentorhub.rules.bookings import Hand, after
from mentorhub.rules.facts import ActivityKind, Fact, FactKind
from mentorhub.rules.instants import written
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Conflict, NotFound, Refusal, SlotOverlap, SlotTaken
from mentorhub.rules.tallies import Tally
from mentorhub.rules.vocabulary import BookingAction, BookingStatus


async def found(work: Work, booking_id: Key) -> tuple[BookingRow, Hand]:
    """The booking, and as what the viewer acts on it. Raises Unauthenticated, NotFound."""
    viewer = access.signed_in(work)
    row = (await bookings.by_keys(work.transaction, [booking_id], now=work.now)).get(booking_id)
    hand = access.hand_on(viewer, row) if row else None
    if row is None or hand is None:
        raise NotFound(field="booking_id")
    return row, hand


async def locked(work: Work, row: BookingRow) -> BookingRow:
    """*row* as it is once nobody else can change it: everything about its mentor's bookings is this work's."""
    await locks.mentors_rows(work.transaction, [row.mentor_id])
    return (await bookings.by_keys(work.transaction, [row.id], now=work.now))[row.id]


async def once_done(work: Work, row: BookingRow, action: BookingAction, *, by: Hand) -> BookingStatus:
    """The status of *row* once *by* has done *action*. Raises Forbidden, WrongState."""
    has_feedback = by is Hand.MENTEE and row.id in await rated(work.reader, [row])
    return after(row, action, by=by, now=work.now, has_feedback=has_feedback)


async def rated(reader: Reader, rows: Sequence[BookingRow]) -> set[Key]:
    """The keys of those of *rows* for which feedback was left."""
    completed = [row.id for row in rows if row.status is BookingStatus.COMPLETED]
    return await feedback.rated_among(reader, completed) if completed else set()


async def settled(work: Work, row: BookingRow) -> BookingRow:
    """*row*, locked, as it is stored by now: if nobody answered it in time, that is written down first."""
    if row.status is not BookingStatus.EXPIRED:
        return row
    pending = await bookings.pending_of_mentor(work.transaction, row.mentor_id, now=work.now)
    await expire(work, [each for each in pending if each.id == row.id])
    return (await bookings.by_keys(work.transaction, [row.id], now=work.now))[row.id]


async def change(
    work: Work,
    was: BookingRow,
    row: BookingRow,
    kind: ActivityKind,
    *,
    reason: str | None = None,
    stored: BookingRow | None = None,
) -> BookingRow:
    """Makes *row* of the booking that was *was*, and tells it. The mentor's row is locked.

    *stored* is how it stands in the database by now, if not as *was*. Raises Conflict where it does not,
    SlotRefusal where the database holds that it cannot be changed so.
    """
    row = await written_down(work, stored or was, row)
    await mentor_figures.add(work.transaction, row.mentor_id, _difference(work, was, row))
    tell(work, row, kind, previous=was.status, reason=reason)
    await slots.refresh(work, row.mentor_id, around=row)
    if (was.starts_at, was.ends_at) != (row.starts_at, row.ends_at):
        await slots.refresh(work, row.mentor_id, around=was)
    return row


async def written_down(
    work: Work, was: BookingRow, row: BookingRow, *, is_followed: bool = True
) -> BookingRow:
    """*row*, stored, as changed now; calendars follow the change, if it *is_followed*."""
    row = row._replace(sequence=was.sequence + is_followed, updated_at=work.now)
    try:
        is_replaced = await booking_changes.replace(work.transaction, was, row)
    except Violated as violated:
        raise refused(violated, row) from violated
    if not is_replaced:
        raise Conflict
    return row


async def expire(work: Work, overdue: Sequence[BookingRow]) -> None:
    """Stores that nobody answered *overdue* requests in time. Their mentors' rows are locked."""
    for row in overdue:
        was = row._replace(status=BookingStatus.PENDING)
        expired = row._replace(status=BookingStatus.EXPIRED)
        await change(work, was, expired, ActivityKind.BOOKING_EXPIRED)


def tell(
    work: Work,
    row: BookingRow,
    kind: FactKind,
    *,
    previous: BookingStatus | None,
    reason: str | None = None,
) -> None:
    """Tells a change of status or time."""
    is_by_clock = kind is ActivityKind.BOOKING_EXPIRED
    work.tell(
        Fact(
            kind,
            ("Booking", row.id),
            actor_id=work.viewer.user_id if work.viewer and not is_by_clock else None,
            booking_id=row.id,
            mentor_id=row.mentor_id,
            user_id=row.mentee_id,
            data={
                "previous": previous,
                "status": row.status,
                "starts_at": written(row.starts_at),
                "reason": reason,
            },
            by_administrator=_is_no_party(work, row) and not is_by_clock,
        )
    )


def _is_no_party(work: Work, row: BookingRow) -> bool:
    return work.viewer is not None and work.viewer.user_id not in {row.mentee_id, row.mentor_user_id}


def refused(violated: Violated, row: BookingRow) -> Refusal | Violated:
    """What the database's refusal of *row* means to whoever asked."""
    match violated.constraint:
        case "ex_bookings_mentee_overlap":
            return SlotOverlap(mentor_id=row.mentor_id, near=row.starts_at, field="slot_id")
        case "ex_bookings_mentor_overlap" | "uq_bookings_active_slot":
            return SlotTaken(mentor_id=row.mentor_id, near=row.starts_at, field="slot_id")
    return violated


def _difference(work: Work, was: BookingRow, row: BookingRow) -> Tally:
    difference = Tally.of(row).less(Tally.of(was))
    work.count({"bookings_pending": difference.pending})
    return difference
