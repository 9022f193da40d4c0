"""How requests went over a window of time: who made them, how many were cancelled, how long an answer took."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, and_, bindparam, case, func, select

from mentorhub.db.database import Reader
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.types import Instant
from mentorhub.db.utc import seconds_between
from mentorhub.db.windows import count_of, whole, within
from mentorhub.rules.vocabulary import BookingStatus


class RegionRow(NamedTuple):
    region: str | None
    mentees: int
    early: int
    """Those who asked in the first half of the window."""
    returned: int
    """Those of them who asked again in the second."""


_MIDDLE = bindparam("middle", type_=Instant())
_ASKERS = (
    select(
        bookings.c.mentee_id,
        func.max(case((bookings.c.requested_at < _MIDDLE, 1), else_=0)).label("early"),
        func.max(case((bookings.c.requested_at >= _MIDDLE, 1), else_=0)).label("late"),
    )
    .where(within(bookings.c.requested_at))
    .group_by(bookings.c.mentee_id)
    # In the order of mentees nothing has to be sorted.
    .with_hint(bookings, "INDEXED BY ix_bookings_mentee_requested", "sqlite")
    .subquery()
)
_REGIONS = Statement(
    select(
        users.c.region,
        func.count().label("mentees"),
        whole(func.sum(_ASKERS.c.early)).label("early"),
        whole(func.sum(_ASKERS.c.early * _ASKERS.c.late)).label("returned"),
    )
    .select_from(_ASKERS.join(users, users.c.id == _ASKERS.c.mentee_id))
    .group_by(users.c.region),
    RegionRow,
    long=True,
)


async def mentees_by_region(
    reader: Reader, *, since: datetime, until: datetime, middle: datetime
) -> list[RegionRow]:
    """Who asked for a session in the window, and who did so on both sides of *middle*."""
    return await reader.all(_REGIONS, since=since, until=until, middle=middle)


class RequestsRow(NamedTuple):
    requested: int
    cancelled: int
    answered: int


_REQUESTS = Statement(
    select(
        func.count().label("requested"),
        count_of(bookings.c.status == BookingStatus.CANCELLED).label("cancelled"),
        func.count(bookings.c.answered_at).label("answered"),
    ).where(within(bookings.c.requested_at)),
    RequestsRow,
    long=True,
)


async def requests(reader: Reader, *, since: datetime, until: datetime) -> RequestsRow:
    """How many were made in the window, and how many of them have been cancelled, and answered."""
    found = await reader.one(_REQUESTS, since=since, until=until)
    assert found is not None
    return found


class _Seconds(NamedTuple):
    seconds: float | None


_WAIT = seconds_between(func.coalesce(bookings.c.moved_at, bookings.c.requested_at), bookings.c.answered_at)
_ANSWERED = and_(within(bookings.c.requested_at), bookings.c.answered_at.is_not(None))
# The migrations have this index for SQLite: it is in the order of waits, so that none need be sorted.
_MIDDLE_ONES = (
    select(_WAIT.label("wait"))
    .where(_ANSWERED)
    .with_hint(bookings, "INDEXED BY ix_bookings_waits", "sqlite")
    .order_by(_WAIT)
    .limit(bindparam("middle_ones", type_=Integer()))
    .offset(bindparam("before", type_=Integer()))
    .subquery()
)
_MEDIAN = Statement(
    select(func.percentile_cont(0.5).within_group(_WAIT).label("seconds")).where(_ANSWERED),
    _Seconds,
    sqlite=select(func.avg(_MIDDLE_ONES.c.wait).label("seconds")),
    long=True,
)


async def median_seconds_to_answer(
    reader: Reader, *, since: datetime, until: datetime, answered: int
) -> float | None:
    """From request, or the mentee's last move, to answer, of the *answered* requests of the window."""
    if not answered:
        return None
    # The one in the middle, or both.
    middle = {"middle_ones": 2 - answered % 2, "before": (answered - 1) // 2}
    found = await reader.one(_MEDIAN, since=since, until=until, **middle)
    return found.seconds if found else None
