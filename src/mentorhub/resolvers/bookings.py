"""Bookings: what each viewer sees of them, and what their parties and administrators do with them."""

from collections.abc import Mapping, Sequence
from typing import Final

from mentorhub.db import bookings, facts, mentors
from mentorhub.db.bookings import BookingRow
from mentorhub.db.facts import FactRow
from mentorhub.resolvers import access
from mentorhub.resolvers.booking_changes import change, found, locked, once_done, rated, settled, written_down
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.rules import texts, urls
from mentorhub.rules.bookings import Hand, permit
from mentorhub.rules.bookings import viewer_can as can
from mentorhub.rules.facts import ActivityKind, Fact, QuietKind
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Forbidden, Invalid, Required
from mentorhub.rules.vocabulary import BookingAction, BookingStatus

LONGEST_TEXT: Final = 2_000
_SHORTEST_EXCUSE: Final = 5
"""Visible characters of the reason with which a mentor calls off what was agreed."""


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, BookingRow]:
    """Those of *keys* that the viewer is a party of; all for administrators."""
    rows = await bookings.by_keys(desk.reader, keys, now=desk.now) if desk.viewer else {}
    return {key: row for key, row in rows.items() if is_visible(desk.viewer, row)}


async def by_keys(desk: Desk, keys: Sequence[Key]) -> dict[Key, BookingRow]:
    """Bookings reached through something that the viewer sees."""
    return await bookings.by_keys(desk.reader, keys, now=desk.now)


def is_visible(viewer: Viewer | None, row: BookingRow) -> bool:
    return access.hand_on(viewer, row) is not None


async def holding(desk: Desk, slots: Sequence[Key]) -> dict[Key, BookingRow]:
    """The bookings that hold *slots*, by the slots' keys, where the viewer may see them."""
    if desk.viewer is None:
        return {}
    rows = await bookings.holding(desk.reader, slots, now=desk.now)
    return {key: row for key, row in rows.items() if is_visible(desk.viewer, row)}


async def histories(desk: Desk, keys: Sequence[Key]) -> dict[Key, list[FactRow]]:
    """The changes of status or time of each of *keys*, oldest first."""
    return await facts.history_of(desk.reader, keys)


async def viewer_can(desk: Desk, rows: Sequence[BookingRow]) -> list[list[BookingAction]]:
    """What the viewer may do with each of *rows* now: what the mutations go by."""
    hands = [access.hand_on(desk.viewer, row) for row in rows]
    own = [row for row, hand in zip(rows, hands, strict=True) if hand is Hand.MENTEE]
    has_feedback = await rated(desk.reader, own)
    return [
        can(row, hand, now=desk.now, has_feedback=row.id in has_feedback) if hand else []
        for row, hand in zip(rows, hands, strict=True)
    ]


async def confirm(work: Work, *, booking_id: Key, meeting_url: str | None = None) -> BookingRow:
    """The mentor agrees. The meeting's address is the one given here, the booking's own, or the mentor's usual one."""
    row, status = await _permitted(work, booking_id, BookingAction.CONFIRM)
    if meeting_url is not None:
        meeting_url = urls.meeting_url(meeting_url, field="meeting_url")
    elif row.meeting_url is None:
        mentor = (await mentors.by_keys(work.transaction, [row.mentor_id]))[row.mentor_id]
        meeting_url = mentor.default_meeting_url
    confirmed = row._replace(status=status, meeting_url=meeting_url or row.meeting_url, answered_at=work.now)
    return await change(work, row, confirmed, ActivityKind.BOOKING_CONFIRMED)


async def decline(work: Work, *, booking_id: Key, reason: str | None = None) -> BookingRow:
    row, status = await _permitted(work, booking_id, BookingAction.DECLINE)
    reason = texts.optional_paragraphs(reason, field="reason", at_most=LONGEST_TEXT)
    declined = row._replace(status=status, reason=reason, ended_by=_own(work), answered_at=work.now)
    return await change(work, row, declined, ActivityKind.BOOKING_DECLINED, reason=reason)


async def cancel(work: Work, *, booking_id: Key, reason: str | None = None) -> BookingRow:
    """A mentee may give a reason, an administrator must; a mentor's has at least 5 visible characters."""
    row, status = await _permitted(work, booking_id, BookingAction.CANCEL)
    reason = _excuse(reason, by=access.hand_on(work.viewer, row))
    cancelled = row._replace(status=status, reason=reason, ended_by=_own(work))
    return await change(work, row, cancelled, ActivityKind.BOOKING_CANCELLED, reason=reason)


async def complete(work: Work, *, booking_id: Key, notes: str | None = None) -> BookingRow:
    row, status = await _permitted(work, booking_id, BookingAction.COMPLETE)
    notes = texts.optional_paragraphs(notes, field="notes", at_most=LONGEST_TEXT)
    completed = row._replace(status=status, mentor_notes=notes or row.mentor_notes)
    return await change(work, row, completed, ActivityKind.BOOKING_COMPLETED)


async def set_meeting_url(work: Work, *, booking_id: Key, meeting_url: str) -> BookingRow:
    """Tells the mentee, unless nothing changed."""
    row, _ = await _permitted(work, booking_id, BookingAction.SET_MEETING_URL)
    meeting_url = urls.meeting_url(meeting_url, field="meeting_url")
    if meeting_url == row.meeting_url:
        return row
    changed = await written_down(work, row, row._replace(meeting_url=meeting_url))
    work.tell(
        Fact(
            QuietKind.MEETING_URL_SET,
            ("Booking", row.id),
            actor_id=_own(work),
            booking_id=row.id,
            mentor_id=row.mentor_id,
            user_id=row.mentee_id,
            data={"is_first": row.meeting_url is None},
        )
    )
    return changed


async def set_mentor_notes(work: Work, *, booking_id: Key, notes: str) -> BookingRow:
    """The mentor's own, whatever the status; nobody is told."""
    row, hand = await found(work, booking_id)
    if hand is not Hand.MENTOR:
        raise Forbidden
    notes = texts.paragraphs(notes, field="notes", at_most=LONGEST_TEXT)
    row = await settled(work, await locked(work, row))
    return await written_down(work, row, row._replace(mentor_notes=notes), is_followed=False)


async def _permitted(work: Work, booking_id: Key, action: BookingAction) -> tuple[BookingRow, BookingStatus]:
    """The booking, locked, and its status once the viewer has done *action*.

    Raises Unauthenticated, NotFound, Forbidden and WrongState, in this order.
    """
    row, hand = await found(work, booking_id)
    permit(action, by=hand)
    row = await locked(work, row)
    return row, await once_done(work, row, action, by=hand)


def _own(work: Work) -> Key:
    return access.signed_in(work).user_id


def _excuse(reason: str | None, *, by: Hand | None) -> str | None:
    faults = Faults()
    given = faults.check(texts.optional_paragraphs, reason, field="reason", at_most=LONGEST_TEXT)
    if by is Hand.MENTOR and given and texts.visible(given) < _SHORTEST_EXCUSE:
        faults.add(Invalid(f"A reason has at least {_SHORTEST_EXCUSE} visible characters.", field="reason"))
    elif by is not Hand.MENTEE and given is None and not faults.found:
        faults.add(Required("Please give a reason.", field="reason"))
    faults.tell()
    return given
