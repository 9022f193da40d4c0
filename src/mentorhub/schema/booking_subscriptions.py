"""Changes of bookings, as they happen."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from mentorhub.execution import extend
from mentorhub.live import Entry
from mentorhub.resolvers import booking_events
from mentorhub.resolvers.following import cursor_after
from mentorhub.schema.booking_events import BookingEvent
from mentorhub.schema.context import Context, Info
from mentorhub.schema.nodes import key_of, shown
from mentorhub.schema.root import Subscription


@extend(Subscription)
class BookingSubscriptions:
    @strawberry.subscription(description="Status changes of the viewer's bookings, or of the one named.")
    async def booking_status_changed(
        self,
        info: Info,
        booking_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only this one; NOT_FOUND if it is not visible."),
        ] = None,
        after: Annotated[
            str | None, strawberry.argument(description="First what came since this cursor.")
        ] = None,
    ) -> AsyncGenerator[BookingEvent, None]:
        context = info.context
        key = key_of("Booking", booking_id) if booking_id is not None else None
        entries = await booking_events.follow(
            context.desk, context.following, booking_id=key, after=context.after or after
        )
        return _told(entries, context)


async def _told(entries: AsyncGenerator[Entry, None], context: Context) -> AsyncGenerator[BookingEvent, None]:
    async with aclosing(entries):
        async for entry in entries:
            context.cursor = cursor_after(context.desk, entry)
            yield shown(entry.row)
