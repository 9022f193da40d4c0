"""Asking for a time: the request, and the move of a booking to another slot."""

import hashlib
from datetime import timedelta
from typing import Final, NamedTuple

import orjson

from mentorhub.db import booking_changes, bookings, idempotency, locks
from mentorhub.db.bookings import BookingRow
from mentorhub.db.database import Violated
from mentorhub.db.keys import new_key
from mentorhub.db.wishes import Wanted
from mentorhub.resolvers import access, slots
from mentorhub.resolvers.booking_changes import change, found, refused, tell
from mentorhub.resolvers.bookings import LONGEST_TEXT
from mentorhub.resolvers.desk import Work
from mentorhub.resolvers.taking import found_slot, others_of, refuse_more_pending, refuse_overlap, take
from mentorhub.rules import texts
from mentorhub.rules.bookings import Hand, after, permit, respond_by
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Conflict, Invalid, OwnSlot, Unauthenticated
from mentorhub.rules.vocabulary import BookingAction, BookingStatus, UserStatus

_LONGEST_KEY: Final = 64


class Wish(NamedTuple):
    """What a mentee asks for."""

    slot_id: Key
    topic: str
    description: str | None
    questions: str | None

    @property
    def hash(self) -> str:
        return hashlib.sha256(orjson.dumps(list(self))).hexdigest()


async def request(
    work: Work,
    *,
    slot_id: Key,
    topic: str,
    description: str | None = None,
    questions: str | None = None,
    idempotency_key: str | None = None,
) -> BookingRow:
    """Takes an open slot for the viewer until the mentor answers. Sent again with its key, it answers what it made."""
    viewer = access.verified(work)
    faults = Faults()
    wish = Wish(
        slot_id,
        faults.check(texts.line, topic, field="topic", at_least=3, at_most=120),
        faults.check(texts.optional_paragraphs, description, field="description", at_most=LONGEST_TEXT),
        faults.check(texts.optional_paragraphs, questions, field="questions", at_most=LONGEST_TEXT),
    )
    key = faults.check(_key, idempotency_key)
    await locks.hold(work.transaction, viewer.user_id)
    if key is not None and not faults.found:
        made = await _made_before(work, viewer.user_id, key, wish)
        if made is not None:
            return made
    row = await _placed(work, wish, await found_slot(work, slot_id, faults))
    work.count({"bookings": 1, "bookings_pending": 1})
    tell(work, row, ActivityKind.BOOKING_REQUESTED, previous=None)
    if key is not None:
        await idempotency.keep(
            work.transaction, viewer.user_id, key, input_hash=wish.hash, booking_id=row.id, now=work.now
        )
    return row


async def _placed(work: Work, wish: Wish, wanted: Wanted) -> BookingRow:
    """The request, stored, with the slot taken."""
    own = access.signed_in(work).user_id
    slot, mentor, mentee = wanted.slot, wanted.mentor, wanted.asker
    if mentor.user_id == own:
        raise OwnSlot(mentor_id=mentor.id, near=slot.starts_at, field="slot_id")
    if mentee is None or mentee.status is not UserStatus.ACTIVE:
        # They were suspended, or deleted themselves, since they came in.
        raise Unauthenticated
    row = BookingRow(
        id=new_key(),
        mentor_id=mentor.id,
        mentor_user_id=mentor.user_id,
        mentee_id=own,
        slot_id=slot.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        status=BookingStatus.PENDING,
        topic=wish.topic,
        description=wish.description,
        questions=wish.questions,
        meeting_url=None,
        mentor_notes=None,
        reason=None,
        ended_by=None,
        requested_at=work.now,
        updated_at=work.now,
        moved_at=None,
        respond_by=respond_by(work.now, slot.starts_at, within=_patience(work)),
        answered_at=None,
        sequence=0,
    )
    locked, others = await others_of(work, row, late=wanted.late)
    await take(work, row)
    refuse_overlap(others, row)
    refuse_more_pending(work, others, row)
    try:
        await booking_changes.add(work.transaction, row, names=(mentee.name, mentor.name))
    except Violated as violated:
        raise refused(violated, row) from violated
    await slots.refresh_taken(work, locked, row)
    return row


async def reschedule(work: Work, *, booking_id: Key, slot_id: Key, reason: str | None = None) -> BookingRow:
    """Moves a booking to another open slot of its mentor; both slots change, or none does.

    Moved by the mentee it awaits the mentor's answer anew.
    """
    row, hand = await found(work, booking_id)
    permit(BookingAction.RESCHEDULE, by=hand)
    await locks.hold(work.transaction, row.mentee_id)
    late = await bookings.mentors_overdue_to(work.transaction, row.mentee_id, now=work.now)
    _, others = await others_of(work, row, late=late)
    row = (await bookings.by_keys(work.transaction, [row.id], now=work.now))[row.id]
    status = after(row, BookingAction.RESCHEDULE, by=hand, now=work.now)
    faults = Faults()
    reason = faults.check(texts.optional_paragraphs, reason, field="reason", at_most=LONGEST_TEXT)
    slot = (await found_slot(work, slot_id, faults, within=row)).slot
    moved = row._replace(slot_id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at, status=status)
    if hand is Hand.MENTEE:
        moved = moved._replace(moved_at=work.now, answered_at=None)
    if status is BookingStatus.PENDING:
        asked_at = moved.moved_at or moved.requested_at
        moved = moved._replace(respond_by=respond_by(asked_at, slot.starts_at, within=_patience(work)))
    # Lifted out of the way, it keeps itself from no slot by its own time or buffer.
    lifted = row._replace(status=BookingStatus.CANCELLED)
    if not await booking_changes.replace(work.transaction, row, lifted):
        raise Conflict
    await slots.refresh(work, row.mentor_id, around=row)
    await take(work, moved)
    refuse_overlap(others, moved)
    if row.status is not BookingStatus.PENDING and status is BookingStatus.PENDING:
        refuse_more_pending(work, others, moved)
    return await change(work, row, moved, ActivityKind.BOOKING_RESCHEDULED, reason=reason, stored=lifted)


def _key(given: str | None) -> str | None:
    if given is not None and not 1 <= len(given) <= _LONGEST_KEY:
        raise Invalid(f"A key has 1 to {_LONGEST_KEY} characters.", field="idempotency_key")
    return given


def _patience(work: Work) -> timedelta:
    return timedelta(hours=work.settings.response_hours)


async def _made_before(work: Work, user_id: Key, key: str, wish: Wish) -> BookingRow | None:
    used = await idempotency.used(work.transaction, user_id, key, now=work.now)
    if used is None:
        return None
    if used.input_hash != wish.hash:
        raise Conflict("This key was used for another request.", field="idempotency_key")
    return (await bookings.by_keys(work.transaction, [used.booking_id], now=work.now))[used.booking_id]
