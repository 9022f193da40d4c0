"""Analytics."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import strawberry

from mentorhub.db.demand import ZoneRow
from mentorhub.db.expertise import ExpertiseRow
from mentorhub.execution import batch, extend, rows
from mentorhub.resolvers import analytics, expertise
from mentorhub.resolvers.analytics import Analytics as AnalyticsRow
from mentorhub.resolvers.analytics import Demand
from mentorhub.resolvers.analytics import GrowthPoint as GrowthRow
from mentorhub.resolvers.analytics import RegionCount as RegionRow
from mentorhub.resolvers.analytics import TimeCount as TimeRow
from mentorhub.rules.vocabulary import Interval, Weekday
from mentorhub.schema.administration import Admin
from mentorhub.schema.context import Info
from mentorhub.schema.expertise import Expertise
from mentorhub.schema.nodes import shown
from mentorhub.schema.scalars import TimeZone
from mentorhub.schema.words import declare

declare(
    Interval,
    "How long a period is. All are cut in UTC.",
    DAY="A calendar day.",
    WEEK="From Monday to Sunday.",
    MONTH="A calendar month.",
)


def _from(root: GrowthRow) -> date:
    return root.from_


@strawberry.type(description="What came to be in one period.")
@rows(GrowthRow)
class GrowthPoint:
    from_: date = strawberry.field(
        name="from", resolver=_from, description="The first day of the period that lies in the window."
    )
    new_users: int = strawberry.field(description="Users who joined.")
    new_mentors: int = strawberry.field(description="Mentors whose application was approved.")
    new_bookings: int = strawberry.field(description="Bookings that were requested.")
    completed_sessions: int = strawberry.field(description="Completed sessions, by their start.")


async def _expertise(parents: Sequence[Demand], info: Info) -> list[ExpertiseRow]:
    found = await expertise.visible(info.context.desk, [row.expertise_id for row in parents])
    return [found[row.expertise_id] for row in parents]


@strawberry.type(description="How much an expertise was asked for.")
@rows(Demand)
class ExpertiseDemand:
    expertise: Expertise = batch(_expertise, description="Which.")
    bookings: int = strawberry.field(
        description="Bookings requested in the window; each counts once for each expertise of its mentor."
    )
    mentors: int = strawberry.field(description="Mentors who have it and are approved now.")
    average_rating: float | None = strawberry.field(
        description="Mean of the visible feedback left in the window on mentors who have it; null if none."
    )
    is_underserved: bool = strawberry.field(
        description="More than twice the platform's bookings per mentor, or asked for with no approved mentor."
    )


@strawberry.type(description="How many mentors live by a time zone.")
@rows(ZoneRow)
class TimezoneCount:
    timezone: TimeZone = strawberry.field(description="The mentors' zone.")
    mentors: int = strawberry.field(description="Mentors approved now.")


@strawberry.type(description="How many mentees come from a country.")
@rows(RegionRow)
class RegionCount:
    region: str | None = strawberry.field(
        description="ISO 3166-1 alpha-2 country code; null for those who gave none."
    )
    mentees: int = strawberry.field(description="Mentees with a request in the window.")


@strawberry.type(description="How many sessions start in an hour of the week.")
@rows(TimeRow)
class TimeCount:
    weekday: Weekday = strawberry.field(description="The day, in UTC.")
    hour: int = strawberry.field(description="The hour, in UTC, 0 to 23.")
    sessions: int = strawberry.field(description="Confirmed and completed sessions.")


@strawberry.type(
    description=(
        "How the platform did over a window of days, in UTC; an answer is kept for a minute. A rate is 0 to 1, and "
        "null without a base."
    )
)
@rows(AnalyticsRow)
class Analytics:
    growth: list[GrowthPoint] = strawberry.field(
        description="One for each period, in order, empty ones with zeros."
    )
    retention_rate: float | None = strawberry.field(
        description=(
            "Share of mentees with a booking requested in the first half of the window who requested again in the "
            "second; null if none."
        )
    )
    completion_rate: float | None = strawberry.field(
        description="Of the confirmed sessions that were due, by their end, the share completed."
    )
    average_rating: float | None = strawberry.field(
        description="Mean of the visible feedback left in the window, 1 to 5."
    )
    mentor_response_hours: float | None = strawberry.field(
        description=(
            "Median hours from request, or the mentee's last move, to answer, of the requests made in the window."
        )
    )
    cancellation_rate: float | None = strawberry.field(
        description="Of the bookings requested in the window, the share cancelled."
    )
    feedback_rate: float | None = strawberry.field(
        description="Of completed sessions that started in the window, the share with feedback."
    )
    expertise: list[ExpertiseDemand] = strawberry.field(description="Every category, most requested first.")
    mentors_by_timezone: list[TimezoneCount] = strawberry.field(description="Most mentors first.")
    mentees_by_region: list[RegionCount] = strawberry.field(description="Most mentees first.")
    popular_times: list[TimeCount] = strawberry.field(
        description="Sessions by weekday and hour, UTC, from Monday on; hours without any are left out."
    )


From = Annotated[date, strawberry.argument(name="from", description="The first day, in UTC.")]
Cut = Annotated[Interval | None, strawberry.argument(description="How long each period of growth is.")]


@extend(Admin)
class AdminAnalytics:
    @strawberry.field(
        description=(
            "How the platform did from a day up to another, exclusive: ten years at most, in 1,100 periods at most."
        )
    )
    async def analytics(
        self,
        info: Info,
        from_: From,
        until: Annotated[date, strawberry.argument(description="The day after the last.")],
        interval: Cut = Interval.MONTH,
    ) -> Analytics:
        found = await analytics.over(
            info.context.desk, since=from_, until=until, interval=interval or Interval.MONTH
        )
        return shown(found)  # type: ignore[no-any-return]  # a row
