"""What administrators oversee: everybody's, as lists."""

from typing import Annotated, cast

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import booking_lists, feedback, incident_handling, mentor_oversight, support
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.vocabulary import BookingOrder, IncidentStatus, MentorStatus, TicketStatus
from mentorhub.schema.administration import Admin
from mentorhub.schema.booking_lists import Filtered, Ordered, read
from mentorhub.schema.bookings import Booking, brought_with
from mentorhub.schema.connections import After, Before, Connection, First, Last, asked_of_entries
from mentorhub.schema.context import Info
from mentorhub.schema.feedback import Feedback
from mentorhub.schema.incidents import Incident
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.support import SupportTicket

_SOME = "Only these; all when none is given."


@extend(Admin)
class Oversight:
    @strawberry.field(description="Mentors of any status, the latest application first.")
    async def mentors(
        self,
        info: Info,
        statuses: Annotated[list[MentorStatus] | None, strawberry.argument(description=_SOME)] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Words or beginnings of words in name, company, job title, bio or expertise, accents and case "
                    "ignored; every word must match."
                )
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Mentor]:
        paging = Paging(first, after, last, before)
        found = await mentor_oversight.mentors(info.context.desk, paging, statuses=statuses, search=search)
        return cast("Connection[Mentor]", found)

    @strawberry.field(description="Everybody's bookings.")
    async def bookings(
        self,
        info: Info,
        filter: Filtered = None,
        order_by: Ordered = BookingOrder.STARTS_LATEST,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Booking]:
        found = await booking_lists.of_all(
            info.context.desk,
            read(filter),
            order=order_by or BookingOrder.STARTS_LATEST,
            paging=Paging(first, after, last, before),
            brought=brought_with(asked_of_entries(info)),
        )
        return cast("Connection[Booking]", found)

    @strawberry.field(description="All feedback, hidden or not, newest first.")
    async def feedback(
        self,
        info: Info,
        maximum_rating: Annotated[
            int | None, strawberry.argument(description="Only what has so many stars at most.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Feedback]:
        paging = Paging(first, after, last, before)
        found = await feedback.all_feedback(info.context.desk, paging, maximum_rating=maximum_rating)
        return cast("Connection[Feedback]", found)

    @strawberry.field(description="All incidents, newest first.")
    async def incidents(
        self,
        info: Info,
        statuses: Annotated[list[IncidentStatus] | None, strawberry.argument(description=_SOME)] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Incident]:
        paging = Paging(first, after, last, before)
        found = await incident_handling.all_incidents(info.context.desk, paging, statuses=statuses)
        return cast("Connection[Incident]", found)

    @strawberry.field(description="Everybody's support tickets, newest first.")
    async def support_tickets(
        self,
        info: Info,
        statuses: Annotated[list[TicketStatus] | None, strawberry.argument(description=_SOME)] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SupportTicket]:
        paging = Paging(first, after, last, before)
        found = await support.tickets(info.context.desk, paging, statuses=statuses)
        return cast("Connection[SupportTicket]", found)
