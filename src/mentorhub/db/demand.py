"""What was asked for and how it was rated over a window of time, and who offers it at present."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from mentorhub.db.database import Reader
from mentorhub.db.statements import Statement
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import expertise, mentor_expertise, mentors
from mentorhub.db.windows import count_of, whole, within
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import MentorStatus


class ExpertiseRow(NamedTuple):
    expertise_id: Key
    name: str
    bookings: int
    mentors: int
    rating_sum: int
    rating_count: int


_ASKED = (
    select(bookings.c.mentor_id, func.count().label("requested"))
    .where(within(bookings.c.requested_at))
    .group_by(bookings.c.mentor_id)
    # In the order of mentors nothing has to be sorted.
    .with_hint(bookings, "INDEXED BY ix_bookings_mentor_requested", "sqlite")
    .subquery()
)
_RATED = (
    select(
        feedback.c.mentor_id,
        func.sum(feedback.c.rating).label("rating_sum"),
        func.count().label("rating_count"),
    )
    .where(within(feedback.c.created_at), feedback.c.hidden_at.is_(None))
    .group_by(feedback.c.mentor_id)
    .with_hint(feedback, "INDEXED BY ix_feedback_mentor_id", "sqlite")
    .subquery()
)
_EXPERTISE = Statement(
    select(
        expertise.c.id.label("expertise_id"),
        expertise.c.name,
        whole(func.sum(_ASKED.c.requested)).label("bookings"),
        count_of(mentors.c.status == MentorStatus.APPROVED).label("mentors"),
        whole(func.sum(_RATED.c.rating_sum)).label("rating_sum"),
        whole(func.sum(_RATED.c.rating_count)).label("rating_count"),
    )
    .select_from(
        expertise.outerjoin(mentor_expertise, mentor_expertise.c.expertise_id == expertise.c.id)
        .outerjoin(mentors, mentors.c.id == mentor_expertise.c.mentor_id)
        .outerjoin(_ASKED, _ASKED.c.mentor_id == mentors.c.id)
        .outerjoin(_RATED, _RATED.c.mentor_id == mentors.c.id)
    )
    .group_by(expertise.c.id, expertise.c.name),
    ExpertiseRow,
    long=True,
)


async def expertise_demand(reader: Reader, *, since: datetime, until: datetime) -> list[ExpertiseRow]:
    """Every expertise: what was asked of mentors who have it, and how they were rated, in the window."""
    return await reader.all(_EXPERTISE, since=since, until=until)


class RatingsRow(NamedTuple):
    total: int
    ratings: int


_RATINGS = Statement(
    select(whole(func.sum(feedback.c.rating)).label("total"), func.count().label("ratings")).where(
        within(feedback.c.created_at), feedback.c.hidden_at.is_(None)
    ),
    RatingsRow,
    long=True,
)


async def ratings(reader: Reader, *, since: datetime, until: datetime) -> RatingsRow:
    """Visible feedback left in the window."""
    found = await reader.one(_RATINGS, since=since, until=until)
    assert found is not None
    return found


class ZoneRow(NamedTuple):
    timezone: str
    mentors: int


_ZONES = Statement(
    select(mentors.c.timezone, func.count().label("mentors"))
    .where(mentors.c.status == MentorStatus.APPROVED)
    .group_by(mentors.c.timezone),
    ZoneRow,
    long=True,
)


async def mentors_by_timezone(reader: Reader) -> list[ZoneRow]:
    """Approved mentors, at present."""
    return await reader.all(_ZONES)
