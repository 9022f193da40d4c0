"""Lists of slots across mentors."""

from datetime import datetime
from typing import Annotated, cast

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import slot_lists
from mentorhub.resolvers.paging import Paging
from mentorhub.resolvers.slot_lists import EVERY, Filter
from mentorhub.schema.connections import After, Before, Connection, First, Last
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import keys_of
from mentorhub.schema.root import Query
from mentorhub.schema.slots import Slot


@strawberry.input(description="What a list of slots is narrowed to; all that is given must hold.")
class SlotFilter:
    mentor_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of any of these mentors."
    )
    expertise_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of mentors who know any of these."
    )
    from_: datetime | None = strawberry.field(
        name="from", default=None, description="Starting then or later."
    )
    until: datetime | None = strawberry.field(default=None, description="Starting before then.")
    minimum_minutes: int | None = strawberry.field(default=None, description="As long as this at least.")

    def read(self) -> Filter:
        return Filter(
            mentor_ids=None if self.mentor_ids is None else keys_of("Mentor", self.mentor_ids),
            expertise_ids=None if self.expertise_ids is None else keys_of("Expertise", self.expertise_ids),
            since=self.from_,
            until=self.until,
            minimum_minutes=self.minimum_minutes,
        )


@extend(Query)
class SlotQueries:
    @strawberry.field(description="Open slots across mentors, soonest first.")
    async def slots(
        self,
        info: Info,
        filter: Annotated[
            SlotFilter | None, strawberry.argument(description="Only those of which all of this holds.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Slot]:
        found = await slot_lists.browse(
            info.context.desk,
            filter.read() if filter else EVERY,
            paging=Paging(first, after, last, before),
        )
        return cast("Connection[Slot]", found)
