"""Analytics: how the platform did over a window of days."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from mentorhub.db import analytics, demand, session_figures
from mentorhub.db.demand import ExpertiseRow, ZoneRow
from mentorhub.db.session_figures import DayRow, GrowthRow
from mentorhub.resolvers import access
from mentorhub.resolvers.desk import Desk
from mentorhub.rules import periods
from mentorhub.rules.keys import Key
from mentorhub.rules.refusals import BadUserInput
from mentorhub.rules.vocabulary import Interval, Weekday

_LONGEST_DAYS: Final = 3660
_MOST_PERIODS: Final = 1100
"""Three years of days; ten years of weeks are half as many."""
_AN_HOUR: Final = 3600


class GrowthPoint(NamedTuple):
    from_: date
    new_users: int
    new_mentors: int
    new_bookings: int
    completed_sessions: int


class Demand(NamedTuple):
    expertise_id: Key
    name: str
    bookings: int
    mentors: int
    average_rating: float | None
    is_underserved: bool


class RegionCount(NamedTuple):
    region: str | None
    mentees: int


class TimeCount(NamedTuple):
    weekday: Weekday
    hour: int
    sessions: int


class Analytics(NamedTuple):
    growth: list[GrowthPoint]
    retention_rate: float | None
    completion_rate: float | None
    average_rating: float | None
    mentor_response_hours: float | None
    cancellation_rate: float | None
    feedback_rate: float | None
    expertise: list[Demand]
    mentors_by_timezone: list[ZoneRow]
    mentees_by_region: list[RegionCount]
    popular_times: list[TimeCount]


async def over(desk: Desk, *, since: date, until: date, interval: Interval) -> Analytics:
    """How the days from *since* up to *until*, exclusive, went; kept for a minute. For administrators.

    Raises BadUserInput for a window that is empty, longer than ten years, or cut into more than 1,100 periods.
    """
    access.admin(desk)
    if not since < until:
        raise BadUserInput("until must be later than from.")
    if (until - since).days > _LONGEST_DAYS:
        raise BadUserInput(f"Analytics go over {_LONGEST_DAYS:,} days at most.")
    if len(periods.starts_of(since, until, interval)) > _MOST_PERIODS:
        raise BadUserInput(
            f"Growth has {_MOST_PERIODS:,} periods at most: ask for longer ones, or fewer days."
        )
    found: Analytics = await desk.doors.analytics.answer(
        (since, until, interval), lambda: _find(desk, since, until, interval), now=desk.now
    )
    return found


async def _find(desk: Desk, first: date, last: date, interval: Interval) -> Analytics:
    # One after the other: who browses meanwhile must not find every connection taken.
    reader = desk.reader
    since, until = _midnight(first), _midnight(last)
    starts = periods.starts_of(first, last, interval)
    grown = await session_figures.growth(reader, starts=[*map(_midnight, starts)], until=until)
    approvals = await session_figures.approvals(reader, since=since, until=until)
    with_feedback = await session_figures.completed_with_feedback(reader, since=since, until=until)
    times = await session_figures.popular_times(reader, since=since, until=until)
    due = await session_figures.due_sessions(reader, since=since, until=until, now=desk.now)
    middle = since + (until - since) / 2
    regions = await analytics.mentees_by_region(reader, since=since, until=until, middle=middle)
    requests = await analytics.requests(reader, since=since, until=until)
    wait = await analytics.median_seconds_to_answer(
        reader, since=since, until=until, answered=requests.answered
    )
    ratings = await demand.ratings(reader, since=since, until=until)
    expertise = await demand.expertise_demand(reader, since=since, until=until)
    zones = await demand.mentors_by_timezone(reader)
    completed = sum(row.completed for row in grown)
    return Analytics(
        growth=_growth(grown, approvals, starts),
        retention_rate=_share(sum(row.returned for row in regions), sum(row.early for row in regions)),
        completion_rate=_share(due.completed, due.due),
        average_rating=_share(ratings.total, ratings.ratings),
        mentor_response_hours=None if wait is None else wait / _AN_HOUR,
        cancellation_rate=_share(requests.cancelled, requests.requested),
        feedback_rate=_share(with_feedback, completed),
        expertise=_demand(expertise, requests.requested, sum(row.mentors for row in zones)),
        mentors_by_timezone=sorted(zones, key=lambda row: (-row.mentors, row.timezone)),
        mentees_by_region=[
            RegionCount(row.region, row.mentees)
            for row in sorted(regions, key=lambda row: (-row.mentees, row.region is None, row.region or ""))
        ],
        popular_times=[TimeCount(Weekday.of(row.weekday), row.hour, row.sessions) for row in sorted(times)],
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _share(part: int, base: int) -> float | None:
    return part / base if base else None


def _growth(
    rows: Sequence[GrowthRow], approvals: Iterable[DayRow], starts: Sequence[date]
) -> list[GrowthPoint]:
    approved: Counter[date] = Counter()
    for day, mentors in approvals:
        approved[starts[bisect_right(starts, day) - 1]] += mentors
    return [
        GrowthPoint(start, row.users, approved[start], row.bookings, row.completed)
        for start, row in zip(starts, rows, strict=True)
    ]


def _demand(rows: Iterable[ExpertiseRow], bookings: int, mentors: int) -> list[Demand]:
    return [
        Demand(
            row.expertise_id,
            row.name,
            row.bookings,
            row.mentors,
            _share(row.rating_sum, row.rating_count),
            # More than twice as many for each mentor as on the whole platform; or asked for in vain.
            row.bookings > 0 and (not row.mentors or row.bookings * mentors > 2 * bookings * row.mentors),
        )
        for row in sorted(rows, key=lambda row: (-row.bookings, row.name))
    ]
