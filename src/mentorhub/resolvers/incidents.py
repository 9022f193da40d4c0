"""Incidents: who sees them, and how they are reported."""

from collections.abc import Mapping, Sequence

from mentorhub.db import incidents
from mentorhub.db.incidents import IncidentRow, NoteRow
from mentorhub.db.keys import new_key
from mentorhub.resolvers import access
from mentorhub.resolvers.booking_changes import found, once_done
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.rules import texts
from mentorhub.rules.bookings import Hand
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingAction, IncidentKind, IncidentStatus

LONGEST_DETAILS = 2_000


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, IncidentRow]:
    """Those of *keys* that the viewer reported; all for administrators."""
    viewer = desk.viewer
    if viewer is None:
        return {}
    rows = await incidents.by_keys(desk.reader, keys)
    return {key: row for key, row in rows.items() if viewer.is_admin or row.reporter_id == viewer.user_id}


async def notes_of(desk: Desk, keys: Sequence[Key]) -> dict[Key, list[NoteRow]]:
    """What administrators noted on each of *keys*, oldest first; nothing for others."""
    if desk.viewer is None or not desk.viewer.is_admin:
        return {key: [] for key in keys}
    return await incidents.notes_of(desk.reader, keys)


async def report(work: Work, *, booking_id: Key, kind: IncidentKind, details: str) -> IncidentRow:
    """A party reports a session, and with it the other party."""
    booking, hand = await found(work, booking_id)
    await once_done(work, booking, BookingAction.REPORT, by=hand)
    details = texts.paragraphs(details, field="details", at_most=LONGEST_DETAILS)
    subject = booking.mentor_user_id if hand is Hand.MENTEE else booking.mentee_id
    row = IncidentRow(
        id=new_key(),
        kind=kind,
        status=IncidentStatus.OPEN,
        booking_id=booking.id,
        reporter_id=access.signed_in(work).user_id,
        subject_id=subject,
        details=details,
        resolution=None,
        reported_at=work.now,
        resolved_at=None,
    )
    await add(work, row)
    return row


async def add(work: Work, row: IncidentRow, *, by_administrator: bool = False) -> None:
    """Stores and tells an incident that was reported, and counts it as open."""
    await incidents.add(work.transaction, row)
    work.count({"incidents_open": 1})
    work.tell(
        Fact(
            ActivityKind.INCIDENT_REPORTED,
            ("Incident", row.id),
            actor_id=row.reporter_id,
            booking_id=row.booking_id,
            user_id=row.subject_id,
            data={"kind": row.kind},
            by_administrator=by_administrator,
        )
    )
