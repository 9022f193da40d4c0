"""Administrators' decisions on mentors' applications."""

from mentorhub.db import mentors
from mentorhub.db.mentors import MentorRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Work
from mentorhub.resolvers.profiles import locked, show_or_hide
from mentorhub.rules import texts
from mentorhub.rules.facts import ActivityKind, Fact
from mentorhub.rules.keys import Key
from mentorhub.rules.mentors import LONGEST_NOTE, decided
from mentorhub.rules.refusals import NotFound
from mentorhub.rules.vocabulary import MentorStatus, RejectionReason


async def approve(work: Work, *, mentor_id: Key) -> MentorRow:
    """Makes an application a public profile, with its slots. Of two decisions at once one wins."""
    row = await found(work, mentor_id)
    status = decided(row.status, MentorStatus.APPROVED)
    row = await decide(work, row._replace(status=status, approved_at=work.now))
    work.count({"mentors_pending": -1, "mentors_approved": 1})
    tell(work, row, ActivityKind.MENTOR_APPROVED)
    return row


async def reject(
    work: Work, *, mentor_id: Key, reason: RejectionReason, note: str | None = None
) -> MentorRow:
    """Declines an application; its owner is told why, and may apply again."""
    row = await found(work, mentor_id)
    note = texts.optional_paragraphs(note, field="note", at_most=LONGEST_NOTE)
    status = decided(row.status, MentorStatus.REJECTED)
    row = await decide(work, row._replace(status=status), reason=reason, note=note)
    work.count({"mentors_pending": -1})
    tell(work, row, ActivityKind.MENTOR_REJECTED)
    return row


async def found(work: Work, mentor_id: Key) -> MentorRow:
    """The profile that an administrator decides on, locked. Raises NotFound."""
    access.admin(work)
    if mentor_id not in await mentors.by_keys(work.transaction, [mentor_id]):
        raise NotFound(field="mentor_id")
    return await locked(work, mentor_id)


async def decide(
    work: Work, row: MentorRow, *, reason: RejectionReason | None = None, note: str | None = None
) -> MentorRow:
    """Stores *row* with who decided so and why; slots and counts follow."""
    row = row._replace(
        decided_at=work.now,
        decided_by=access.admin(work).user_id,
        decision_reason=reason,
        decision_note=note,
    )
    return await show_or_hide(work, row)


def tell(work: Work, row: MentorRow, kind: ActivityKind) -> None:
    work.tell(
        Fact(
            kind,
            ("Mentor", row.id),
            actor_id=access.admin(work).user_id,
            mentor_id=row.id,
            user_id=row.user_id,
            data={"status": row.status, "reason": row.decision_reason},
        )
    )
