"""Exports."""

from datetime import datetime
from typing import Annotated

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import exports
from mentorhub.schema.booking_lists import BookingFilter, read
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import URL


@strawberry.input(description="Bookings to export.")
class ExportBookingsInput:
    filter: BookingFilter | None = strawberry.field(
        default=None, description="As for the list of bookings; all of them when none is given."
    )


@strawberry.type(description="Where an export is downloaded from.")
class ExportBookingsPayload:
    url: URL | None = strawberry.field(
        default=None,
        description="Needs no sign-in: whoever knows it can download. Null where nothing was done.",
    )
    expires_at: datetime | None = strawberry.field(default=None, description="Until when it is good.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@extend(Mutation)
class ExportMutations:
    @mutation(
        "A link, good for ten minutes, to the bookings that match, as CSV: in the order of the list, its columns as "
        "docs/exports.md says. Administrators only."
    )
    async def export_bookings(
        self,
        info: Info,
        input: Annotated[ExportBookingsInput, strawberry.argument(description="Which bookings.")],
    ) -> ExportBookingsPayload | None:
        doors = info.context.desk.doors
        link = await info.context.do(exports.link, filter=read(input.filter), secret=doors.secret)
        return ExportBookingsPayload(
            url=URL(f"{doors.settings.public_url}{link.path}"), expires_at=link.expires_at
        )
