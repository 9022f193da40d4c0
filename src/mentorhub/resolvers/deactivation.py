"""Mentors' profiles that administrators take back, and bring back."""

from typing import Final

from mentorhub.db.mentors import MentorRow
from mentorhub.resolvers.departures import decline_pending_of
from mentorhub.resolvers.desk import Work
from mentorhub.resolvers.moderation import decide, found, tell
from mentorhub.rules import texts
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import LONGEST_NOTE
from mentorhub.rules.refusals import WrongState
from mentorhub.rules.vocabulary import MentorStatus

_CANNOT: Final = "This profile is {} by now."


async def deactivate(work: Work, *, mentor_id: Key, note: str) -> MentorRow:
    """Hides a profile: its slots close, requests are declined with the note; confirmed sessions stand."""
    row = await found(work, mentor_id)
    note = texts.paragraphs(note, field="note", at_most=LONGEST_NOTE)
    _expect(row, MentorStatus.APPROVED)
    await decline_pending_of(work, mentor_id, reason=note)
    row = await decide(work, row._replace(status=MentorStatus.INACTIVE), note=note)
    work.count({"mentors_approved": -1})
    tell(work, row, ActivityKind.MENTOR_DEACTIVATED)
    return row


async def reactivate(work: Work, *, mentor_id: Key) -> MentorRow:
    """Makes a deactivated profile public again, with its slots; what was declined stays so."""
    row = await found(work, mentor_id)
    _expect(row, MentorStatus.INACTIVE)
    row = await decide(work, row._replace(status=MentorStatus.APPROVED))
    work.count({"mentors_approved": 1})
    tell(work, row, ActivityKind.MENTOR_REACTIVATED)
    return row


def _expect(row: MentorRow, status: MentorStatus) -> None:
    if row.status is not status:
        raise WrongState(_CANNOT.format(row.status.lower()), current=row.status)
