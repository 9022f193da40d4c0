"""The viewer's bookings, in lists and in counts."""

from datetime import datetime
from typing import Annotated, cast

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import booking_lists
from mentorhub.resolvers.booking_lists import EVERY, Filter
from mentorhub.resolvers.desk import Viewer as ViewerRow
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.vocabulary import BookingOrder, BookingParty, BookingStatus
from mentorhub.schema.bookings import Booking, brought_with
from mentorhub.schema.connections import After, Before, Connection, First, Last, asked_of_entries
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import keys_of
from mentorhub.schema.viewer import Viewer


@strawberry.input(description="What a list of bookings is narrowed to; all that is given must hold.")
class BookingFilter:
    party: BookingParty | None = strawberry.field(
        name="as", default=None, description="Only those where the viewer is this party."
    )
    statuses: list[BookingStatus] | None = strawberry.field(
        default=None, description="In any of these statuses."
    )
    starts_from: datetime | None = strawberry.field(default=None, description="Starting then or later.")
    starts_until: datetime | None = strawberry.field(default=None, description="Starting before then.")
    upcoming: bool | None = strawberry.field(
        default=None,
        description="True: pending or confirmed, and starting in the future. False: all others.",
    )
    mentor_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="With any of these mentors."
    )
    mentee_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="With any of these users as the mentee."
    )
    search: str | None = strawberry.field(
        default=None,
        description=(
            "Words or beginnings of words in topic, description, questions or either party's name, accents and case "
            "ignored; every word must match."
        ),
    )

    def read(self) -> Filter:
        return Filter(
            party=self.party,
            statuses=self.statuses,
            starts_from=self.starts_from,
            starts_until=self.starts_until,
            upcoming=self.upcoming,
            mentor_ids=None if self.mentor_ids is None else keys_of("Mentor", self.mentor_ids),
            mentee_ids=None if self.mentee_ids is None else keys_of("User", self.mentee_ids),
            search=self.search,
        )


Filtered = Annotated[
    BookingFilter | None, strawberry.argument(description="Only those of which all of this holds.")
]
Ordered = Annotated[BookingOrder | None, strawberry.argument(description="How the list is sorted.")]


def read(filter: BookingFilter | None) -> Filter:
    return filter.read() if filter else EVERY


@strawberry.type(description="How many bookings each filter tab holds.")
class BookingCounts:
    all: int = strawberry.field(description="In any status.")
    pending: int = strawberry.field(description="Awaiting the mentor's answer.")
    confirmed: int = strawberry.field(description="Agreed to.")
    completed: int = strawberry.field(description="Held.")
    declined: int = strawberry.field(description="Refused by the mentor.")
    cancelled: int = strawberry.field(description="Called off.")
    expired: int = strawberry.field(description="Not answered in time.")


async def _bookings(
    root: ViewerRow,
    info: Info,
    filter: Filtered = None,
    order_by: Ordered = BookingOrder.STARTS_LATEST,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Booking]:
    found = await booking_lists.of_viewer(
        info.context.desk,
        root,
        read(filter),
        order=order_by or BookingOrder.STARTS_LATEST,
        paging=Paging(first, after, last, before),
        brought=brought_with(asked_of_entries(info)),
    )
    return cast("Connection[Booking]", found)


async def _counts(
    root: ViewerRow,
    info: Info,
    party: Annotated[
        BookingParty | None,
        strawberry.argument(name="as", description="Only those where the viewer is this party."),
    ] = None,
) -> BookingCounts:
    found = await booking_lists.counts(info.context.desk, root, party)
    return BookingCounts(
        all=sum(found.values()), **{status.lower(): found.get(status, 0) for status in BookingStatus}
    )


@extend(Viewer)
class ViewerBookings:
    bookings: Connection[Booking] = strawberry.field(
        resolver=_bookings, description="The viewer's bookings, as mentee and as mentor."
    )
    booking_counts: BookingCounts = strawberry.field(
        resolver=_counts, description="How many bookings each filter tab holds."
    )
