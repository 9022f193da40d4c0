"""Whether a time of a mentor can be booked and, if not, every reason why: the rules' answer, from what is stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from mentorhub.db import availability, bookings, cutting, slot_lists
from mentorhub.db.bookings import BookingRow
from mentorhub.db.cutting import MentorCut
from mentorhub.db.mentors import MentorRow
from mentorhub.db.slots import SlotRow
from mentorhub.resolvers import slot_lists as lists
from mentorhub.resolvers.desk import Desk
from mentorhub.rules import offering, zones
from mentorhub.rules.intervals import Interval
from mentorhub.rules.keys import Key
from mentorhub.rules.offering import Asker, Offer, PendingLimits, TimeReason
from mentorhub.rules.slots import LONGEST_SLOT
from mentorhub.rules.vocabulary import ACTIVE, BookingStatus


class VerdictRow(NamedTuple):
    """*slot* is the one that starts then, bookable or not; *alternatives* are the open ones nearest to it."""

    is_bookable: bool
    reasons: list[TimeReason]
    slot: SlotRow | None
    alternatives: list[SlotRow]


async def verdicts(desk: Desk, mentors: Sequence[MentorRow], *, starts_at: datetime) -> list[VerdictRow]:
    """What the viewer is told who asks each of *mentors* for a session from *starts_at* on."""
    keys = list(dict.fromkeys(mentor.id for mentor in mentors))
    offers = await _offers(desk, keys, starts_at)
    own = await _own(desk)
    rows = await slot_lists.starting(desk.reader, keys, starts_at=starts_at, now=desk.now)
    slots = {(row.mentor_id, row.ends_at): row for row in rows}
    nearest = await lists.near(desk, keys, instant=starts_at)
    found = []
    for mentor in mentors:
        cut, offer = offers[mentor.id]
        verdict = offering.verdict(starts_at, offer, now=desk.now, asker=_asker(desk, mentor, own))
        reasons = set(verdict.reasons)
        if cut.cut_until is not None and starts_at >= cut.cut_until:
            # Not cut yet, since the clock stood still: neither listed nor to be had.
            reasons.add(TimeReason.BEYOND_HORIZON)
        found.append(
            VerdictRow(
                not reasons,
                [reason for reason in TimeReason if reason in reasons],
                slots.get((mentor.id, verdict.slot.ends_at)) if verdict.slot else None,
                nearest[mentor.id],
            )
        )
    return found


async def _offers(desk: Desk, keys: Sequence[Key], starts_at: datetime) -> dict[Key, tuple[MentorCut, Offer]]:
    """What decides about the time around *starts_at* of mentors, and how far it has been cut into slots."""
    cuts = await cutting.cuts(desk.reader, keys)
    blocks = await availability.blocks_of(desk.reader, keys)
    time_off = await availability.time_off_of(desk.reader, keys, now=desk.now)
    taken = await cutting.holders(desk.reader, keys, since=starts_at, until=starts_at + LONGEST_SLOT)
    held = [row for row in taken if row.status is BookingStatus.PENDING and row.respond_by > desk.now]
    booked = [row for row in taken if row.status is BookingStatus.CONFIRMED]
    return {
        cut.id: (
            cut,
            Offer(
                is_approved=cut.is_public,
                is_accepting=cut.accepting_requests,
                zone=zones.zone(cut.timezone),
                rules=cut.rules,
                blocks=[row.block for row in blocks[cut.id]],
                time_off=time_off[cut.id],
                held=[row for row in held if row.mentor_id == cut.id],
                booked=[row for row in booked if row.mentor_id == cut.id],
            ),
        )
        for cut in cuts
    }


async def _own(desk: Desk) -> list[BookingRow]:
    """What the viewer has asked for or agreed on as a mentee."""
    if desk.viewer is None:
        return []
    rows = await bookings.active_of_mentee(desk.reader, desk.viewer.user_id, now=desk.now)
    return [row for row in rows if row.status in ACTIVE]


def _asker(desk: Desk, mentor: MentorRow, own: Sequence[BookingRow]) -> Asker:
    pending = [row for row in own if row.status is BookingStatus.PENDING]
    settings = desk.settings
    return Asker(
        is_the_mentor=desk.viewer is not None and desk.viewer.user_id == mentor.user_id,
        busy=[Interval(row.starts_at, row.ends_at) for row in own],
        pending_with_mentor=sum(row.mentor_id == mentor.id for row in pending),
        pending_in_all=len(pending),
        limits=PendingLimits(settings.pending_per_mentor, settings.pending_in_all),
    )
