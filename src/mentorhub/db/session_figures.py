"""Growth by day, and sessions by the hour, over a window of time."""

from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, literal, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Instant
from mentorhub.db.utc import day_of, hour_of
from mentorhub.db.windows import UNTIL, count_of, within
from mentorhub.rules.vocabulary import BookingStatus

_LONGEST: Final = timedelta(days=2)
"""No session is longer."""


class DayRow(NamedTuple):
    what: str
    """"users", "mentors" or "bookings"."""
    day: date
    total: int


def _by_day(what: str, column: Any) -> Select[Any]:
    day = day_of(column).label("day")
    return (
        select(literal(what).label("what"), day, func.count().label("total"))
        .where(within(column))
        .group_by(day)
    )


_NEW = Statement(
    _by_day("users", users.c.joined_at).union_all(
        _by_day("mentors", mentors.c.approved_at), _by_day("bookings", bookings.c.requested_at)
    ),
    DayRow,
    long=True,
)


async def new_by_day(reader: Reader, *, since: datetime, until: datetime) -> list[DayRow]:
    """Users by joining, mentors by approval, bookings by request; days without any are absent."""
    return await reader.all(_NEW, since=since, until=until)


class HourRow(NamedTuple):
    day: date
    hour: int
    sessions: int
    """Confirmed and completed."""
    completed: int
    with_feedback: int
    """Completed ones."""


_IS_COMPLETED = bookings.c.status == BookingStatus.COMPLETED
_DAY, _HOUR = day_of(bookings.c.starts_at).label("day"), hour_of(bookings.c.starts_at).label("hour")
_SESSIONS = Statement(
    select(
        _DAY,
        _HOUR,
        func.count().label("sessions"),
        count_of(_IS_COMPLETED).label("completed"),
        count_of(and_(_IS_COMPLETED, feedback.c.id.is_not(None))).label("with_feedback"),
    )
    .select_from(bookings.outerjoin(feedback, feedback.c.booking_id == bookings.c.id))
    .where(within(bookings.c.starts_at))
    .where(bookings.c.status.in_([BookingStatus.CONFIRMED, BookingStatus.COMPLETED]))
    .group_by(_DAY, _HOUR),
    HourRow,
    long=True,
)


async def sessions_by_hour(reader: Reader, *, since: datetime, until: datetime) -> list[HourRow]:
    """Sessions by the hour in which they started; hours without any are absent."""
    return await reader.all(_SESSIONS, since=since, until=until)


class DueRow(NamedTuple):
    completed: int
    due: int


_DUE = Statement(
    select(count_of(_IS_COMPLETED).label("completed"), func.count().label("due"))
    .where(within(bookings.c.ends_at))
    # They start no later than they end, nor much earlier: there is an index of starts.
    .where(bookings.c.starts_at < UNTIL, bookings.c.starts_at >= bindparam("earliest", type_=Instant()))
    .where(_IS_COMPLETED | and_(bookings.c.status == BookingStatus.CONFIRMED, bookings.c.ends_at <= now())),
    DueRow,
    long=True,
)


async def due_sessions(reader: Reader, *, since: datetime, until: datetime, now: datetime) -> DueRow:
    """Of the sessions that ended in the window: how many were completed, and how many were to be."""
    found = await reader.one(_DUE, since=since, until=until, earliest=since - _LONGEST, now=now)
    assert found is not None
    return found
