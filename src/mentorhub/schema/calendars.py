"""Calendars: where the viewer's bookings are for programs that show calendars."""

from collections.abc import Sequence

import strawberry

from mentorhub.execution import batch, extend
from mentorhub.resolvers import calendars
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import URL
from mentorhub.schema.sessions import ERRORS
from mentorhub.schema.viewer import Viewer


async def _urls(parents: Sequence[ViewerRow], info: Info) -> list[URL]:
    found = URL(await calendars.url(info.context.desk))
    return [found for _ in parents]


@extend(Viewer)
class ViewerCalendar:
    calendar_url: URL = batch(
        _urls,
        description=(
            "A secret iCalendar feed of the viewer's bookings, as mentee and as mentor: of the last 90 days and all to "
            "come. Needs no sign-in: whoever knows it can read it, until resetCalendarUrl. FORBIDDEN to access tokens, "
            "since it would outlive them."
        ),
    )


@strawberry.type(description="Where the viewer's calendar is now.")
class ResetCalendarUrlPayload:
    calendar_url: URL | None = strawberry.field(
        default=None, description="The new address; null where nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@extend(Mutation)
class CalendarMutations:
    @mutation(
        "Gives the viewer's calendar another secret address; the one before leads nowhere at once. FORBIDDEN to "
        "access tokens."
    )
    async def reset_calendar_url(self, info: Info) -> ResetCalendarUrlPayload | None:
        return ResetCalendarUrlPayload(calendar_url=URL(await calendars.reset(info.context.desk)))
