"""The mentor's dashboard."""

from collections.abc import Sequence
from typing import Annotated, Final

import strawberry

from mentorhub.db.bookings import BookingRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import dashboards
from mentorhub.resolvers.dashboards import Dashboard
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.schema.bookings import Booking
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import shown
from mentorhub.schema.viewer import Viewer

_UPCOMING: Final = 5


async def _mentees(parents: Sequence[Dashboard], info: Info) -> list[int]:
    return [await dashboards.mentees(info.context.desk, row.mentor_id) for row in parents]


async def _hours(parents: Sequence[Dashboard], info: Info) -> list[float | None]:
    return [await dashboards.response_hours(info.context.desk, row.mentor_id) for row in parents]


async def _upcoming(
    parents: Sequence[Dashboard],
    info: Info,
    *,
    first: Annotated[int | None, strawberry.argument(description="How many, 1 to 100.")] = _UPCOMING,
) -> list[list[BookingRow]]:
    return [
        await dashboards.upcoming(
            info.context.desk, row.mentor_id, first=_UPCOMING if first is None else first
        )
        for row in parents
    ]


@strawberry.type(description="A mentor's sessions in figures. Those that have no base yet are null.")
class MentorDashboard:
    total_sessions: int = strawberry.field(
        description="Completed sessions, and confirmed ones whose start has passed."
    )
    completed_sessions: int = strawberry.field(description="Sessions that the mentor has completed.")
    total_mentees: int = batch(_mentees, description="People with a completed session.")
    average_rating: float | None = strawberry.field(description="Mean of visible feedback, 1 to 5 stars.")
    pending_requests: int = strawberry.field(description="Requests that await an answer.")
    upcoming_sessions: list[Booking] = batch(
        _upcoming, description="Requests and confirmed sessions that start in the future, soonest first."
    )
    response_rate: float | None = strawberry.field(
        description="Share of requests answered before they expired, 0 to 1."
    )
    completion_rate: float | None = strawberry.field(
        description="Of the confirmed sessions that are over, the share completed, 0 to 1."
    )
    average_session_minutes: float | None = strawberry.field(description="Mean length of completed sessions.")
    response_hours: float | None = batch(_hours, description="Median hours from request to answer.")


async def _dashboard(root: ViewerRow, info: Info) -> MentorDashboard | None:
    return shown(await dashboards.of_viewer(info.context.desk, root))  # type: ignore[no-any-return]  # a row


@extend(Viewer)
class ViewerDashboard:
    mentor_dashboard: MentorDashboard | None = strawberry.field(
        resolver=_dashboard, description="Null unless the viewer is an approved mentor."
    )
