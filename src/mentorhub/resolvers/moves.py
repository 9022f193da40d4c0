"""Moving a booking to another slot."""

from mentorhub.db import booking_changes, bookings, locks, wishes
from mentorhub.db.bookings import BookingRow
from mentorhub.resolvers import access, slots
from mentorhub.resolvers.booking_changes import change, found, once_done
from mentorhub.resolvers.bookings import LONGEST_TEXT
from mentorhub.resolvers.desk import Work
from mentorhub.resolvers.taking import chosen, others_of, patience, refuse_more_pending, refuse_overlap, take
from mentorhub.rules import texts
from mentorhub.rules.bookings import Hand, permit, respond_by
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Conflict
from mentorhub.rules.vocabulary import BookingAction, BookingStatus


async def reschedule(work: Work, *, booking_id: Key, slot_id: Key, reason: str | None = None) -> BookingRow:
    """Moves a booking to another open slot of its mentor; both slots change, or none does.

    Moved by the mentee it awaits the mentor's answer anew.
    """
    row, hand = await found(work, booking_id)
    permit(BookingAction.RESCHEDULE, by=hand)
    locked = await locks.parties(work.transaction, [row.mentee_id], mentors=[row.mentor_id], now=work.now)
    others = (await others_of(work, [row], locked))[row.mentee_id]
    row = (await bookings.by_keys(work.transaction, [row.id], now=work.now))[row.id]
    status = await once_done(work, row, BookingAction.RESCHEDULE, by=hand)
    faults = Faults()
    reason = faults.check(texts.optional_paragraphs, reason, field="reason", at_most=LONGEST_TEXT)
    at = slot_id, access.signed_in(work).user_id
    wanted = (await wishes.wanted(work.transaction, [at], now=work.now)).get(at)
    slot = (await chosen(work, wanted, faults, within=row)).slot
    moved = row._replace(slot_id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at, status=status)
    if hand is Hand.MENTEE:
        moved = moved._replace(moved_at=work.now, answered_at=None)
    if status is BookingStatus.PENDING:
        asked_at = moved.moved_at or moved.requested_at
        moved = moved._replace(respond_by=respond_by(asked_at, slot.starts_at, within=patience(work)))
    # Lifted out of the way, it keeps itself from no slot by its own time or buffer.
    lifted = row._replace(status=BookingStatus.CANCELLED)
    if not await booking_changes.replace(work.transaction, row, lifted):
        raise Conflict
    await slots.refresh(work, row.mentor_id, around=row)
    await take(work, moved)
    refuse_overlap(others, moved, by=hand)
    if row.status is not BookingStatus.PENDING and status is BookingStatus.PENDING:
        refuse_more_pending(work, others, moved)
    return await change(work, row, moved, ActivityKind.BOOKING_RESCHEDULED, reason=reason, stored=lifted)
