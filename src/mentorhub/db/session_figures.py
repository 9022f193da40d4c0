"""Growth by period, and sessions by the hour of the week, over a window of time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import each
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.feedback import feedback
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Instant
from mentorhub.db.utc import day_of, hour_of, weekday_of
from mentorhub.db.windows import SINCE, UNTIL, count_of, within
from mentorhub.rules.vocabulary import BookingStatus

_LONGEST: Final = timedelta(days=2)
"""No session is longer."""


_IS_COMPLETED = bookings.c.status == BookingStatus.COMPLETED


class GrowthRow(NamedTuple):
    start: datetime
    users: int
    bookings: int
    completed: int


_START = each("starts", Instant())
_PERIODS = select(
    _START.c.value.label("start"),
    func.lead(_START.c.value, 1, UNTIL).over(order_by=_START.c.value).label("end"),
).subquery()


def _in_period(column: Any, *conditions: ColumnElement[bool]) -> Any:
    """How many rows have *column* in the period: a stretch of the column's index."""
    is_in = and_(column >= _PERIODS.c.start, column < _PERIODS.c.end)
    counted = select(func.count()).select_from(column.table).where(is_in, *conditions)
    return counted.correlate(_PERIODS).scalar_subquery()


_GROWTH = Statement(
    select(
        _PERIODS.c.start,
        _in_period(users.c.joined_at).label("users"),
        _in_period(bookings.c.requested_at).label("bookings"),
        _in_period(bookings.c.starts_at, _IS_COMPLETED).label("completed"),
    ).order_by(_PERIODS.c.start),
    GrowthRow,
    long=True,
)


async def growth(reader: Reader, *, starts: Sequence[datetime], until: datetime) -> list[GrowthRow]:
    """Users by joining, bookings by request, completed sessions by start, in the periods from each of *starts*."""
    return await reader.all(_GROWTH, starts=list(starts), until=until)


class DayRow(NamedTuple):
    day: date
    mentors: int


_APPROVED_ON = day_of(mentors.c.approved_at).label("day")
_APPROVED = Statement(
    select(_APPROVED_ON, func.count().label("mentors"))
    .where(within(mentors.c.approved_at))
    .group_by(_APPROVED_ON),
    DayRow,
    long=True,
)


async def approvals(reader: Reader, *, since: datetime, until: datetime) -> list[DayRow]:
    """Mentors by the day of their approval; days without any are absent."""
    return await reader.all(_APPROVED, since=since, until=until)


class _Count(NamedTuple):
    number: int


_WITH_FEEDBACK = Statement(
    select(func.count().label("number"))
    .select_from(bookings.join(feedback, feedback.c.booking_id == bookings.c.id))
    .where(within(bookings.c.starts_at), _IS_COMPLETED),
    _Count,
    long=True,
)


async def completed_with_feedback(reader: Reader, *, since: datetime, until: datetime) -> int:
    """Of the completed sessions that started in the window, those with feedback."""
    found = await reader.one(_WITH_FEEDBACK, since=since, until=until)
    return found.number if found else 0


class TimeRow(NamedTuple):
    weekday: int
    """0 for Monday."""
    hour: int
    sessions: int


_IS_HELD = bookings.c.status.in_([BookingStatus.CONFIRMED, BookingStatus.COMPLETED])
_WEEKDAY = weekday_of(bookings.c.starts_at).label("weekday")
_HOUR = hour_of(bookings.c.starts_at).label("hour")
_BY_HOUR = select(_WEEKDAY, _HOUR, func.count().label("sessions")).where(
    within(bookings.c.starts_at), _IS_HELD
)


def _hour_by_hour() -> Select[Any]:
    """For SQLite, which would sort all sessions to group them: it counts a stretch of the index for each hour."""
    hours = select(func.substr(SINCE, 1, 13).label("hour")).cte("hours", recursive=True)
    after = func.strftime("%Y-%m-%dT%H", hours.c.hour + ":00", "+1 hour")
    hours = hours.union_all(select(after).where(hours.c.hour < func.substr(UNTIL, 1, 13)))
    start = hours.c.hour + ":00"
    counted = (
        select(func.count())
        .select_from(bookings)
        .where(bookings.c.starts_at >= hours.c.hour, bookings.c.starts_at < hours.c.hour + "~")
        .where(bookings.c.starts_at < UNTIL, _IS_HELD)
        .correlate(hours)
        .scalar_subquery()
    )
    by_hour = (
        select(weekday_of(start).label("weekday"), hour_of(start).label("hour"), counted.label("sessions"))
        .select_from(hours)
        .subquery()
    )
    summed = func.sum(by_hour.c.sessions)
    return (
        select(by_hour.c.weekday, by_hour.c.hour, summed.label("sessions"))
        .group_by(by_hour.c.weekday, by_hour.c.hour)
        .having(summed > 0)
    )


_TIMES = Statement(_BY_HOUR.group_by(_WEEKDAY, _HOUR), TimeRow, sqlite=_hour_by_hour(), long=True)


async def popular_times(reader: Reader, *, since: datetime, until: datetime) -> list[TimeRow]:
    """Confirmed and completed sessions by the hour of the week in which they started."""
    return await reader.all(_TIMES, since=since, until=until)


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
