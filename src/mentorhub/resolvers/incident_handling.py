"""What administrators do with incidents: open, note, settle and list them."""

from collections.abc import Sequence
from typing import Final

from mentorhub.db import bookings, incidents, users
from mentorhub.db.incidents import IncidentRow, NoteRow
from mentorhub.db.keys import new_key
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk, Work
from mentorhub.resolvers.incidents import LONGEST_DETAILS, add
from mentorhub.resolvers.paging import Page, Paging, page
from mentorhub.rules import texts
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import Invalid, NotFound, WrongState
from mentorhub.rules.vocabulary import IncidentKind, IncidentStatus

_CLOSED: Final = frozenset({IncidentStatus.RESOLVED, IncidentStatus.DISMISSED})
_LONGEST: Final = 2000


async def all_incidents(
    desk: Desk, paging: Paging, *, statuses: Sequence[IncidentStatus] | None
) -> Page[IncidentRow]:
    """Newest first. For administrators."""
    access.admin(desk)
    if statuses is None:
        return await page(desk, incidents.ALL, paging, name="incidents")
    wanted = sorted({status.value for status in statuses})
    return await page(desk, incidents.OF_STATUSES, paging, name="incidents", statuses=wanted)


async def open_incident(
    work: Work, *, kind: IncidentKind, details: str, subject_id: Key | None, booking_id: Key | None
) -> IncidentRow:
    """An administrator reports something: about somebody, a booking, both or neither."""
    viewer = access.admin(work)
    faults = Faults()
    details = faults.check(texts.paragraphs, details, field="details", at_most=LONGEST_DETAILS)
    if subject_id is not None and not await users.by_keys(work.reader, [subject_id]):
        faults.add(NotFound(field="subject_id"))
    if booking_id is not None and not await bookings.by_keys(work.reader, [booking_id], now=work.now):
        faults.add(NotFound(field="booking_id"))
    faults.tell()
    row = IncidentRow(
        id=new_key(),
        kind=kind,
        status=IncidentStatus.OPEN,
        booking_id=booking_id,
        reporter_id=viewer.user_id,
        subject_id=subject_id,
        details=details,
        resolution=None,
        reported_at=work.now,
        resolved_at=None,
    )
    await add(work, row, by_administrator=True)
    return row


async def add_note(work: Work, *, incident_id: Key, body: str) -> IncidentRow:
    """Notes something on an incident, whatever its status."""
    viewer = access.admin(work)
    row = await _held(work, incident_id)
    body = texts.paragraphs(body, field="body", at_most=_LONGEST)
    await incidents.note(work.transaction, NoteRow(new_key(), row.id, viewer.user_id, body, work.now))
    _tell(work, row, ActivityKind.INCIDENT_CHANGED)
    return row


async def set_status(
    work: Work, *, incident_id: Key, status: IncidentStatus, resolution: str | None
) -> IncidentRow:
    """Takes an incident up, closes it with what was done, or opens it again. Raises WrongState for no change."""
    access.admin(work)
    row = await _held(work, incident_id)
    resolution = texts.optional_paragraphs(resolution, field="resolution", at_most=_LONGEST)
    if row.status is status:
        raise WrongState(f"This incident is {status.value.lower()} already.", current=row.status)
    is_closed = status in _CLOSED
    if resolution is not None and not is_closed:
        raise Invalid("Only an incident that is resolved or dismissed has a resolution.", field="resolution")
    changed = row._replace(status=status, resolution=resolution, resolved_at=work.now if is_closed else None)
    await incidents.settle(work.transaction, changed)
    work.count({"incidents_open": (row.status in _CLOSED) - is_closed})
    kind = ActivityKind.INCIDENT_RESOLVED if is_closed else ActivityKind.INCIDENT_CHANGED
    _tell(work, changed, kind, previous=row.status, status=status, reason=resolution)
    return changed


async def _held(work: Work, incident_id: Key) -> IncidentRow:
    row = await incidents.held(work.transaction, incident_id)
    if row is None:
        raise NotFound(field="incident_id")
    return row


def _tell(work: Work, row: IncidentRow, kind: ActivityKind, **data: str | None) -> None:
    work.tell(
        Fact(
            kind,
            ("Incident", row.id),
            actor_id=access.admin(work).user_id,
            booking_id=row.booking_id,
            user_id=row.subject_id,
            data=data,
        )
    )
