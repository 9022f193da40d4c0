"""Time off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from mentorhub.db.availability import TimeOffRow
from mentorhub.db.mentors import MentorRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import mentors, time_off
from mentorhub.schema.bookings import Booking
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.nodes import Node, id_field, key_of, node_type, shown
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation


@node_type(
    "TimeOff",
    row=TimeOffRow,
    load=time_off.visible,
    description="A time without slots, whatever the availability says.",
)
class TimeOff(Node):
    id: strawberry.ID = id_field("TimeOff")
    starts_at: datetime = strawberry.field(description="From then on there are no slots.")
    ends_at: datetime = strawberry.field(description="Until then.")
    note: str | None = strawberry.field(description="What the mentor wants to remember of it.")


async def _of_mentors(parents: Sequence[MentorRow], info: Info) -> list[list[TimeOffRow] | None]:
    desk = info.context.desk
    shown_ = [row.id for row in parents if mentors.is_kept_by_viewer(desk, row)]
    found = await time_off.of_mentors(desk, shown_) if shown_ else {}
    return [found.get(row.id) for row in parents]


@extend(Mentor)
class MentorTimeOff:
    time_off: list[TimeOff] | None = batch(
        _of_mentors,
        description=(
            "Their time off that has not ended, soonest first. To the mentor itself and administrators; else null."
        ),
    )


@strawberry.input(description="A time without slots.")
class AddTimeOffInput:
    starts_at: datetime = strawberry.field(description="From then on.")
    ends_at: datetime = strawberry.field(description="Until then; after the start, and in the future.")
    note: str | None = strawberry.field(
        default=None, description="What to remember of it; 2,000 characters at most."
    )


@strawberry.input(description="A time off to take back.")
class RemoveTimeOffInput:
    time_off_id: strawberry.ID = strawberry.field(description="A time off's id.")


@strawberry.type(description="A time off as it is now, or why nothing was done.")
class TimeOffPayload:
    time_off: TimeOff | None = strawberry.field(default=None, description="Null where userErrors has any.")
    affected_bookings: list[Booking] = strawberry.field(
        default_factory=list, description="Bookings inside it: they stand until cancelled."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@strawberry.type(description="A time off that is no more, or why nothing was done.")
class RemoveTimeOffPayload:
    removed_time_off_id: strawberry.ID | None = strawberry.field(
        default=None, description="Null where userErrors has any."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@extend(Mutation)
class TimeOffMutations:
    @mutation("Closes the open slots of a time; bookings inside it stand.")
    async def add_time_off(
        self,
        info: Info,
        input: Annotated[AddTimeOffInput, strawberry.argument(description="Which time.")],
    ) -> TimeOffPayload | None:
        added = await info.context.do(
            time_off.add, starts_at=input.starts_at, ends_at=input.ends_at, note=input.note
        )
        return TimeOffPayload(
            time_off=TimeOff.of(added.time_off), affected_bookings=shown(added.affected_bookings)
        )

    @mutation("Takes a time off back: the slots that the availability has there open again.")
    async def remove_time_off(
        self,
        info: Info,
        input: Annotated[RemoveTimeOffInput, strawberry.argument(description="Which one.")],
    ) -> RemoveTimeOffPayload | None:
        key = key_of("TimeOff", input.time_off_id)
        await info.context.do(time_off.remove, time_off_id=key)
        return RemoveTimeOffPayload(removed_time_off_id=input.time_off_id)
