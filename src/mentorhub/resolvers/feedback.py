"""Feedback: who sees it, and what mentees, mentors and administrators do with it."""

from collections.abc import Mapping, Sequence
from typing import Final

from mentorhub.db import feedback, locks, mentor_figures
from mentorhub.db.database import Violated
from mentorhub.db.feedback import FeedbackCard, FeedbackRow
from mentorhub.db.keys import new_key
from mentorhub.db.mentors import MentorRow
from mentorhub.resolvers import access
from mentorhub.resolvers.booking_changes import found as found_booking
from mentorhub.resolvers.booking_changes import locked
from mentorhub.resolvers.desk import Desk, Viewer, Work
from mentorhub.resolvers.paging import Page, Paging, page, pages
from mentorhub.rules import texts
from mentorhub.rules.bookings import after, permit
from mentorhub.rules.facts import ActivityKind, Fact, FactKind, QuietKind
from mentorhub.rules.faults import Faults
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import AlreadyExists, CursorInvalid, Forbidden, Invalid, NotFound, WrongState
from mentorhub.rules.vocabulary import BookingAction

_LONGEST: Final = 2_000
_SHORTEST: Final = 10
_STARS: Final = range(1, 6)
_VISIBLE, _HIDDEN = "VISIBLE", "HIDDEN"


async def visible(desk: Desk, keys: Sequence[Key]) -> Mapping[Key, FeedbackRow]:
    """Those of *keys* that the viewer may see."""
    rows = await feedback.by_keys(desk.reader, keys)
    return {key: row for key, row in rows.items() if is_visible(desk.viewer, row)}


async def by_bookings(desk: Desk, bookings: Sequence[Key]) -> dict[Key, FeedbackRow]:
    """The feedback on bookings that the viewer sees, where the viewer may see it, by the bookings' keys."""
    rows = await feedback.by_bookings(desk.reader, bookings)
    return {key: row for key, row in rows.items() if is_visible(desk.viewer, row)}


async def pages_of(
    desk: Desk, mentors: Sequence[MentorRow], paging: Paging
) -> dict[Key, Page[FeedbackRow] | CursorInvalid]:
    """The visible feedback on each of *mentors*, the newest first, by the mentors' keys."""
    totals = {row.id: row.rating_count for row in mentors}
    return await pages(desk, feedback.OF_MENTORS, paging, totals, name="feedback")


async def all_feedback(desk: Desk, paging: Paging, *, maximum_rating: int | None) -> Page[FeedbackRow]:
    """Hidden or not, the newest first; with *maximum_rating* what has so many stars at most. For administrators."""
    access.admin(desk)
    if maximum_rating is None:
        return await page(desk, feedback.ALL, paging, name="all feedback")
    return await page(desk, feedback.AT_MOST, paging, name="all feedback", rating=maximum_rating)


def is_visible(viewer: Viewer | None, row: FeedbackRow | FeedbackCard) -> bool:
    """Hidden feedback is for administrators; that on a mentor who is not public, for its two parties too."""
    if row.hidden_at is None and row.mentor_is_public:
        return True
    if viewer is None:
        return False
    is_own = viewer.user_id in {row.author_id, row.mentor_user_id}
    return viewer.is_admin or (row.hidden_at is None and is_own)


async def leave(work: Work, *, booking_id: Key, rating: int, comment: str) -> FeedbackRow:
    """Once, on a completed session. Raises AlreadyExists the second time."""
    access.verified(work)
    booking, hand = await found_booking(work, booking_id)
    permit(BookingAction.LEAVE_FEEDBACK, by=hand)
    booking = await locked(work, booking)
    rated = await feedback.rated_among(work.transaction, [booking.id])
    after(booking, BookingAction.LEAVE_FEEDBACK, by=hand, now=work.now, has_feedback=bool(rated))
    if rated:
        raise AlreadyExists("You have left feedback on this session.", field="booking_id")
    faults = Faults()
    if rating not in _STARS:
        faults.add(Invalid("A rating goes from 1 to 5.", field="rating"))
    comment = faults.check(texts.paragraphs, comment, field="comment", at_least=_SHORTEST, at_most=_LONGEST)
    faults.tell()
    row = FeedbackRow(
        id=new_key(),
        booking_id=booking.id,
        mentor_id=booking.mentor_id,
        mentor_user_id=booking.mentor_user_id,
        mentor_is_public=True,
        author_id=booking.mentee_id,
        rating=rating,
        comment=comment,
        reply=None,
        created_at=work.now,
        hidden_at=None,
    )
    try:
        await feedback.add(work.transaction, row)
    except Violated as violated:
        raise AlreadyExists(field="booking_id") from violated
    await _count(work, row, by=1)
    _tell(work, row, ActivityKind.FEEDBACK_SUBMITTED)
    return (await feedback.by_keys(work.transaction, [row.id]))[row.id]


async def reply(work: Work, *, feedback_id: Key, reply: str) -> FeedbackRow:
    """The mentor's public answer, once. Raises AlreadyExists the second time."""
    viewer = access.signed_in(work)
    row = await _found(work, feedback_id)
    if row.mentor_user_id != viewer.user_id:
        raise Forbidden
    reply = texts.paragraphs(reply, field="reply", at_most=_LONGEST)
    await locks.mentors_rows(work.transaction, [row.mentor_id])
    if not await feedback.reply(work.transaction, row.id, reply):
        raise AlreadyExists("You have replied to this feedback.", field="feedback_id")
    _tell(work, row, QuietKind.FEEDBACK_REPLIED)
    return (await feedback.by_keys(work.transaction, [row.id]))[row.id]


async def hide(work: Work, *, feedback_id: Key, reason: str) -> FeedbackRow:
    """It leaves mean, count and lists at once. Administrators only; raises WrongState where it is hidden."""
    access.admin(work)
    row = await _locked(work, feedback_id)
    if row.hidden_at is not None:
        raise WrongState("This feedback is hidden already.", current=_HIDDEN, field="feedback_id")
    reason = texts.paragraphs(reason, field="reason", at_most=_LONGEST)
    await feedback.hide(work.transaction, row.id, at=work.now)
    await _count(work, row, by=-1)
    _tell(work, row, ActivityKind.FEEDBACK_HIDDEN, reason=reason)
    return row._replace(hidden_at=work.now)


async def restore(work: Work, *, feedback_id: Key) -> FeedbackRow:
    """Shows hidden feedback again. Administrators only; raises WrongState where it is not hidden."""
    access.admin(work)
    row = await _locked(work, feedback_id)
    if row.hidden_at is None:
        raise WrongState("This feedback is not hidden.", current=_VISIBLE, field="feedback_id")
    await feedback.hide(work.transaction, row.id, at=None)
    await _count(work, row, by=1)
    _tell(work, row, ActivityKind.FEEDBACK_RESTORED)
    return row._replace(hidden_at=None)


async def _found(work: Work, feedback_id: Key) -> FeedbackRow:
    row = (await feedback.by_keys(work.transaction, [feedback_id])).get(feedback_id)
    if row is None or not is_visible(work.viewer, row):
        raise NotFound(field="feedback_id")
    return row


async def _locked(work: Work, feedback_id: Key) -> FeedbackRow:
    """The feedback once nobody else can change it, its mentor's figures among them."""
    row = await _found(work, feedback_id)
    await locks.mentors_rows(work.transaction, [row.mentor_id])
    return await _found(work, feedback_id)


async def _count(work: Work, row: FeedbackRow, *, by: int) -> None:
    """Adds the rating to the figures, or takes it away."""
    await mentor_figures.rate(work.transaction, row.mentor_id, row.rating, by=by)
    work.count({"rating_sum": by * row.rating, "rating_count": by})


def _tell(work: Work, row: FeedbackRow, kind: FactKind, **data: str) -> None:
    work.tell(
        Fact(
            kind,
            ("Feedback", row.id),
            actor_id=access.signed_in(work).user_id,
            booking_id=row.booking_id,
            mentor_id=row.mentor_id,
            user_id=row.author_id,
            data={"rating": row.rating, **data},
        )
    )
