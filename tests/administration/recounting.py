"""Analytics counted again, plainly, from all rows: slow, and easy to believe."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import mean, median
from typing import Any

from mentorhub.resolvers.analytics import Analytics, Demand, GrowthPoint, RegionCount, TimeCount
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus, Interval, MentorStatus, Weekday


@dataclass(frozen=True)
class MentorFacts:
    key: Key
    status: MentorStatus
    approved_at: datetime | None
    timezone: str
    expertise: frozenset[int]


@dataclass(frozen=True)
class MenteeFacts:
    key: Key
    joined_at: datetime
    region: str | None


@dataclass(frozen=True)
class BookingFacts:
    key: Key
    mentor: MentorFacts
    mentee: MenteeFacts
    starts_at: datetime
    ends_at: datetime
    requested_at: datetime
    moved_at: datetime | None
    answered_at: datetime | None
    status: BookingStatus


@dataclass(frozen=True)
class FeedbackFacts:
    booking: BookingFacts
    rating: int
    created_at: datetime
    is_hidden: bool


@dataclass(frozen=True)
class World:
    mentors: Sequence[MentorFacts]
    users: Sequence[datetime]
    """When everybody joined, mentors included."""
    bookings: Sequence[BookingFacts]
    feedback: Sequence[FeedbackFacts]
    expertise: Sequence[tuple[Key, str]]


def _share(part: Sequence[Any], base: Sequence[Any]) -> float | None:
    return len(part) / len(base) if base else None


def recount(
    world: World, *, since: date, until: date, interval: Interval, now: datetime, mentors: int
) -> Analytics:
    """*mentors* is how many are approved in all."""

    def within(instant: datetime | None) -> bool:
        return instant is not None and since <= instant.date() < until

    requested = [each for each in world.bookings if within(each.requested_at)]
    started = [each for each in world.bookings if within(each.starts_at)]
    ended = [each for each in world.bookings if within(each.ends_at)]
    completed = [each for each in started if each.status is BookingStatus.COMPLETED]
    kept = [each for each in ended if each.status is BookingStatus.COMPLETED]
    missed = [each for each in ended if each.status is BookingStatus.CONFIRMED and each.ends_at <= now]
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (since, until))
    early = {each.mentee.key for each in requested if each.requested_at - begin < (end - begin) / 2}
    late = {each.mentee.key for each in requested if each.requested_at - begin >= (end - begin) / 2}
    rated = [each for each in world.feedback if within(each.created_at) and not each.is_hidden]
    reviewed = {each.booking.key for each in world.feedback}
    waits = [
        (each.answered_at - (each.moved_at or each.requested_at)).total_seconds() / 3600
        for each in requested
        if each.answered_at
    ]
    return Analytics(
        growth=_growth(world, completed, within, since, until, interval),
        retention_rate=_share(sorted(early & late), sorted(early)),
        completion_rate=_share(kept, kept + missed),
        average_rating=mean(each.rating for each in rated) if rated else None,
        mentor_response_hours=median(waits) if waits else None,
        cancellation_rate=_share([b for b in requested if b.status is BookingStatus.CANCELLED], requested),
        feedback_rate=_share([each for each in completed if each.key in reviewed], completed),
        expertise=_expertise(world, requested, rated, mentors),
        mentors_by_timezone=[],
        mentees_by_region=_regions(requested),
        popular_times=_times(started),
    )


def _growth(
    world: World,
    completed: Sequence[BookingFacts],
    within: Callable[[datetime | None], bool],
    since: date,
    until: date,
    interval: Interval,
) -> list[GrowthPoint]:
    days = [since + timedelta(days=number) for number in range((until - since).days)]
    names = {
        Interval.DAY: lambda day: day,
        Interval.WEEK: lambda day: day.isocalendar()[:2],
        Interval.MONTH: lambda day: (day.year, day.month),
    }
    name: Callable[[date], Any] = names[interval]
    points = []
    for period in dict.fromkeys(name(day) for day in days):

        def of(instants: Sequence[datetime | None], period: Any = period) -> int:
            return sum(within(each) and name(each.date()) == period for each in instants if each is not None)

        points.append(
            GrowthPoint(
                next(day for day in days if name(day) == period),
                of(world.users),
                of([each.approved_at for each in world.mentors]),
                of([each.requested_at for each in world.bookings]),
                of([each.starts_at for each in completed]),
            )
        )
    return points


def _expertise(
    world: World, requested: Sequence[BookingFacts], rated: Sequence[FeedbackFacts], approved: int
) -> list[Demand]:
    found = []
    for index, (key, name) in enumerate(world.expertise):
        asked = sum(index in each.mentor.expertise for each in requested)
        offering = sum(
            index in each.expertise and each.status is MentorStatus.APPROVED for each in world.mentors
        )
        ratings = [each.rating for each in rated if index in each.booking.mentor.expertise]
        is_underserved = asked > 0 and (offering == 0 or asked / offering > 2 * len(requested) / approved)
        found.append(Demand(key, name, asked, offering, mean(ratings) if ratings else None, is_underserved))
    return sorted(found, key=lambda each: (-each.bookings, each.name))


def _regions(requested: Sequence[BookingFacts]) -> list[RegionCount]:
    who: dict[str | None, set[Key]] = {}
    for each in requested:
        who.setdefault(each.mentee.region, set()).add(each.mentee.key)
    found = [RegionCount(region, len(keys)) for region, keys in who.items()]
    return sorted(found, key=lambda each: (-each.mentees, each.region is None, each.region or ""))


def _times(started: Sequence[BookingFacts]) -> list[TimeCount]:
    held = [each for each in started if each.status in {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}]
    places = [(each.starts_at.weekday(), each.starts_at.hour) for each in held]
    return [TimeCount(Weekday.of(day), hour, places.count((day, hour))) for day, hour in sorted(set(places))]
