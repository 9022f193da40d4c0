"""Taking a slot: whether somebody may, what has to make room first, and why not."""

from collections.abc import Collection
from datetime import timedelta

from mentorhub.db import booking_changes, bookings, mentors, users
from mentorhub.db.bookings import BookingRow
from mentorhub.db.locks import LockedMentor
from mentorhub.db.wishes import Wanted, WantedMentor
from mentorhub.resolvers import access
from mentorhub.resolvers.booking_changes import expire
from mentorhub.resolvers.desk import Work
from mentorhub.rules.bookings import Hand
from mentorhub.rules.faults import Faults
from mentorhub.rules.instants import NEVER
from mentorhub.rules.intervals import overlap
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import (
    Invalid,
    MentorUnavailable,
    NotFound,
    RequestLimit,
    SlotOverlap,
    SlotRefusal,
    SlotTaken,
    SlotUnavailable,
)
from mentorhub.rules.vocabulary import ACTIVE, BookingStatus, MentorStatus, UserStatus


async def chosen(
    work: Work, wanted: Wanted | None, faults: Faults, *, within: BookingRow | None = None
) -> Wanted:
    """What the viewer asks for, if they may; *within* is the booking to be moved there.

    Raises what *faults* has found, with what is wrong here.
    """
    is_own = within is not None and wanted is not None and within.mentor_id == wanted.mentor.id
    if wanted is None or not (is_own or await _is_known(work, wanted.mentor)):
        faults.add(NotFound(field="slot_id"))
    elif within is not None and not is_own:
        faults.add(Invalid("A booking moves to another slot of its own mentor.", field="slot_id"))
    elif within is not None and within.slot_id == wanted.slot.id:
        faults.add(Invalid("The booking has this time already.", field="slot_id"))
    faults.tell()
    assert wanted is not None
    return wanted


async def _is_known(work: Work, mentor: WantedMentor) -> bool:
    """Whether the viewer may hear of *mentor*, who is public or was until an administrator deactivated the profile."""
    viewer = access.signed_in(work)
    if mentor.is_public or viewer.is_admin or mentor.user_id == viewer.user_id:
        return True
    if mentor.status is not MentorStatus.INACTIVE:
        return False
    user = (await users.by_keys(work.transaction, [mentor.user_id]))[mentor.user_id]
    return user.status is UserStatus.ACTIVE


async def others_of(
    work: Work, rows: Collection[BookingRow], locked: dict[Key, LockedMentor]
) -> dict[Key, list[BookingRow]]:
    """The active bookings of each mentee of *rows*, but for these, once what is overdue has made room.

    The mentees are held: no other request of theirs is under way. So are the mentors, and those who have not answered
    the mentees: what is known of them in *locked* may change.
    """
    keys = {row.id for row in rows}
    others: dict[Key, list[BookingRow]] = {row.mentee_id: [] for row in rows}
    found = await bookings.contending(
        work.transaction, mentees=others, mentors={row.mentor_id for row in rows}, now=work.now
    )
    # What is overdue only by now is the clock's.
    overdue = [each for each in found if each.status is BookingStatus.EXPIRED and each.mentor_id in locked]
    await expire(work, overdue)
    for each in overdue:
        # Another slot may be their next by now.
        locked[each.mentor_id] = locked[each.mentor_id]._replace(next_slot_at=NEVER)
    for each in found:
        if each.mentee_id in others and each.id not in keys and each.status in ACTIVE:
            others[each.mentee_id].append(each)
    return others


async def take(work: Work, row: BookingRow) -> None:
    """Takes the slot of *row* for it, if it is offered; it is the same predicate as the lists'."""
    assert row.slot_id is not None
    held_until = row.respond_by or row.starts_at
    if not await booking_changes.take(work.transaction, [row.slot_id], now=work.now, held_until=held_until):
        raise await unavailable(work, row)


async def unavailable(work: Work, row: BookingRow) -> SlotRefusal:
    """Why the slot of *row* is not offered."""
    assert row.slot_id is not None
    refusal: type[SlotRefusal] = SlotUnavailable
    message = None
    mentor = (await mentors.by_keys(work.transaction, [row.mentor_id]))[row.mentor_id]
    holder = (await bookings.holding(work.transaction, [row.slot_id], now=work.now)).get(row.slot_id)
    if mentor.status is not MentorStatus.APPROVED or not mentor.accepting_requests:
        refusal = MentorUnavailable
    elif holder is not None and work.now <= row.starts_at:
        refusal = SlotTaken
        message = "You have asked for this slot already." if holder.mentee_id == row.mentee_id else None
    return refusal(message, mentor_id=row.mentor_id, near=row.starts_at, field="slot_id")


def refuse_overlap(others: list[BookingRow], row: BookingRow, *, by: Hand = Hand.MENTEE) -> None:
    if any(overlap(other, row) for other in others):
        message = None if by is Hand.MENTEE else "The mentee has another booking at this time."
        raise SlotOverlap(message, mentor_id=row.mentor_id, near=row.starts_at, field="slot_id")


def refuse_more_pending(work: Work, others: list[BookingRow], row: BookingRow) -> None:
    """Raises RequestLimit where the mentee has as many pending requests as they may, and *row* were one more."""
    pending = [other for other in others if other.status is BookingStatus.PENDING]
    with_mentor = sum(other.mentor_id == row.mentor_id for other in pending)
    if with_mentor >= work.settings.pending_per_mentor or len(pending) >= work.settings.pending_in_all:
        raise RequestLimit


def patience(work: Work) -> timedelta:
    """How long a mentor has to answer."""
    return timedelta(hours=work.settings.response_hours)
