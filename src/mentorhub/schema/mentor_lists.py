"""Lists of mentors."""

from datetime import datetime
from typing import Annotated, cast

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import mentor_lists
from mentorhub.resolvers.mentor_lists import EVERY, Filter
from mentorhub.resolvers.paging import Paging
from mentorhub.rules.mentors import MentorOrder
from mentorhub.schema.connections import After, Before, Connection, First, Last, asked_of_entries
from mentorhub.schema.context import Info
from mentorhub.schema.mentors import Mentor, extent_of
from mentorhub.schema.nodes import keys_of
from mentorhub.schema.root import Query
from mentorhub.schema.scalars import TimeZone
from mentorhub.schema.slots import next_asked
from mentorhub.schema.words import declare

declare(
    MentorOrder,
    "What mentors are sorted by.",
    RECOMMENDED="Those with an open slot first, the best rated first among them; few ratings count less.",
    RATING="The best rated first, those without a rating last.",
    SESSIONS="Those with the most completed sessions first.",
    NEWEST="The latest approved first.",
    NAME="By name, accents and case ignored.",
    SOONEST_SLOT="Those whose next open slot starts soonest first, those without one last.",
)


@strawberry.input(description="What a list of mentors is narrowed to; all that is given must hold.")
class MentorFilter:
    search: str | None = strawberry.field(
        default=None,
        description=(
            "Words or beginnings of words in name, company, job title, bio or expertise, accents and case ignored; "
            "every word must match."
        ),
    )
    expertise_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Who knows any of these."
    )
    available_from: datetime | None = strawberry.field(
        default=None, description="With an open slot that starts then or later."
    )
    available_until: datetime | None = strawberry.field(
        default=None,
        description="With an open slot that starts before then; the same slot, where both ends are given.",
    )
    minimum_rating: float | None = strawberry.field(
        default=None, description="Rated so well at least; those without a rating count as 0."
    )
    timezones: list[TimeZone] | None = strawberry.field(
        default=None, description="In any of these time zones."
    )
    accepting_requests: bool | None = strawberry.field(
        default=None, description="Who take requests at present, or who do not."
    )

    def read(self) -> Filter:
        return Filter(
            search=self.search,
            expertise_ids=None if self.expertise_ids is None else keys_of("Expertise", self.expertise_ids),
            available_from=self.available_from,
            available_until=self.available_until,
            minimum_rating=self.minimum_rating,
            timezones=self.timezones,
            accepting_requests=self.accepting_requests,
        )


@extend(Query)
class MentorListQueries:
    @strawberry.field(description="Approved mentors.")
    async def mentors(
        self,
        info: Info,
        filter: Annotated[
            MentorFilter | None, strawberry.argument(description="Only those of whom all of this holds.")
        ] = None,
        order_by: Annotated[
            MentorOrder | None, strawberry.argument(description="How the list is sorted.")
        ] = MentorOrder.RECOMMENDED,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Mentor]:
        asked = asked_of_entries(info)
        found = await mentor_lists.browse(
            info.context.desk,
            filter.read() if filter else EVERY,
            order=order_by or MentorOrder.RECOMMENDED,
            paging=Paging(first, after, last, before),
            extent=extent_of(asked),
            next_slots=next_asked(asked, info),
        )
        return cast("Connection[Mentor]", found)
