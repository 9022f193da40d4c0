"""The mentor's dashboard: kept figures, and what the clock adds to them."""

from datetime import timedelta
from statistics import median
from typing import NamedTuple

from mentorhub.db import dashboards, mentors
from mentorhub.db.bookings import BookingRow
from mentorhub.resolvers.desk import Desk, Viewer
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.keys import Key
from mentorhub.rules.tallies import share
from mentorhub.rules.vocabulary import MentorStatus


class Dashboard(NamedTuple):
    """What a mentor's dashboard shows, but for what takes a look of its own."""

    mentor_id: Key
    total_sessions: int
    completed_sessions: int
    average_rating: float | None
    pending_requests: int
    response_rate: float | None
    completion_rate: float | None
    average_session_minutes: float | None


async def of_viewer(desk: Desk, viewer: Viewer) -> Dashboard | None:
    """None unless the viewer is an approved mentor."""
    row = (await mentors.by_users(desk.reader, [viewer.user_id])).get(viewer.user_id)
    if row is None or row.status is not MentorStatus.APPROVED:
        return None
    active = await dashboards.active_counts(desk.reader, row.id, now=desk.now)
    completed = row.completed_session_count
    return Dashboard(
        mentor_id=row.id,
        total_sessions=completed + active.started,
        completed_sessions=completed,
        average_rating=row.rating_average if row.rating_count else None,
        pending_requests=active.pending,
        response_rate=share(row.answered_count, row.expired_count + active.overdue),
        completion_rate=share(completed, active.ended),
        average_session_minutes=row.completed_minutes / completed if completed else None,
    )


async def mentees(desk: Desk, mentor_id: Key) -> int:
    """With how many people the mentor has completed a session."""
    return await dashboards.mentees(desk.reader, mentor_id)


async def response_hours(desk: Desk, mentor_id: Key) -> float | None:
    """The median of the hours from request to answer; a move by the mentee is a request anew."""
    answers = await dashboards.answers(desk.reader, mentor_id)
    waits = [answer.answered_at - (answer.moved_at or answer.requested_at) for answer in answers]
    return median(wait / timedelta(hours=1) for wait in waits) if waits else None


async def upcoming(desk: Desk, mentor_id: Key, *, first: int) -> list[BookingRow]:
    """Requests and sessions to come, soonest first. Raises BadUserInput unless *first* is 1 to 100."""
    size = Paging(first=first).size()
    return await dashboards.upcoming(desk.reader, mentor_id, now=desk.now, limit=size)
