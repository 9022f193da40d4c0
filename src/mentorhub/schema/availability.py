"""Availability: the blocks of time that mentors offer."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import strawberry

from mentorhub.db.availability import AvailabilityRow
from mentorhub.db.mentors import MentorRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import availability, mentors
from mentorhub.resolvers.availability import DatedRow, WeeklyRow
from mentorhub.rules.vocabulary import Weekday
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.nodes import Node, id_field, key_of, node_type, shown
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.scalars import LocalTime

_INSIDERS = "To the mentor itself and administrators; else null."


def _start(root: AvailabilityRow) -> LocalTime:
    return LocalTime(root.start_minute)


def _end(root: AvailabilityRow) -> LocalTime:
    return LocalTime(root.end_minute)


def _weekday(root: WeeklyRow) -> Weekday:
    assert root.weekday is not None
    return Weekday.of(root.weekday)


def _day(root: DatedRow) -> date | None:
    return root.day


@strawberry.interface(
    description="A block of time that a mentor offers. It is cut into slots of the mentor's session length."
)
class Availability(Node):
    start_time: LocalTime = strawberry.field(
        resolver=_start, description="By the clock on the mentor's wall."
    )
    end_time: LocalTime = strawberry.field(
        resolver=_end,
        graphql_type=LocalTime,
        description="By the clock on the mentor's wall; 24:00 is midnight.",
    )


@node_type(
    "WeeklyAvailability",
    row=WeeklyRow,
    load=availability.weekly_visible,
    description="Every week, by the clock on the mentor's wall: daylight saving does not move it.",
)
class WeeklyAvailability(Availability):
    id: strawberry.ID = id_field("WeeklyAvailability")
    weekday: Weekday = strawberry.field(resolver=_weekday, description="On which day of the week.")
    valid_from: date = strawberry.field(description="The first day on which it may fall.")
    valid_until: date | None = strawberry.field(
        description="The last day on which it may fall; null: it goes on."
    )


@node_type("DateAvailability", row=DatedRow, load=availability.dated_visible, description="On one date.")
class DateAvailability(Availability):
    id: strawberry.ID = id_field("DateAvailability")
    date: Any = strawberry.field(resolver=_day, graphql_type=date, description="On which date.")


async def _of_mentors(parents: Sequence[MentorRow], info: Info) -> list[list[AvailabilityRow] | None]:
    desk = info.context.desk
    shown_ = [row.id for row in parents if mentors.is_kept_by_viewer(desk, row)]
    found = await availability.of_mentors(desk, shown_) if shown_ else {}
    return [found.get(row.id) for row in parents]


@extend(Mentor)
class MentorAvailability:
    availability: list[Availability] | None = batch(
        _of_mentors, description=f"The blocks of time that they offer. {_INSIDERS}"
    )


@strawberry.input(description="A time to offer every week.")
class AddWeeklyAvailabilityInput:
    weekday: Weekday = strawberry.field(description="On which day of the week.")
    start_time: LocalTime = strawberry.field(description="By the clock on the mentor's wall.")
    end_time: LocalTime = strawberry.field(
        description="At least 15 minutes later; 24:00 is midnight. A block does not cross midnight."
    )
    valid_from: date | None = strawberry.field(
        default=None, description="The first day on which it may fall; today if not given."
    )
    valid_until: date | None = strawberry.field(
        default=None, description="The last day on which it may fall; it goes on if not given."
    )


@strawberry.input(description="A time to offer on one date.")
class AddDateAvailabilityInput:
    date: Any = strawberry.field(graphql_type=date, description="On which date; not in the past.")
    start_time: LocalTime = strawberry.field(description="By the clock on the mentor's wall.")
    end_time: LocalTime = strawberry.field(
        description="At least 15 minutes later; 24:00 is midnight. A block does not cross midnight."
    )


@strawberry.input(description="A block to take back.")
class RemoveAvailabilityInput:
    availability_id: strawberry.ID = strawberry.field(description="A block's id, weekly or of a date.")


@strawberry.type(description="A block as it is now, or why nothing was done.")
class AvailabilityPayload:
    availability: Availability | None = strawberry.field(
        default=None, description="Null where userErrors has any."
    )
    mentor: Mentor | None = strawberry.field(default=None, description="Whose it is, with the slots since.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@strawberry.type(description="Booked slots stay booked; open ones go at once.")
class RemoveAvailabilityPayload:
    removed_availability_id: strawberry.ID | None = strawberry.field(
        default=None, description="Null where userErrors has any."
    )
    mentor: Mentor | None = strawberry.field(default=None, description="Whose it was, with the slots since.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@extend(Mutation)
class AvailabilityMutations:
    @mutation("Offers a time of every week. Mentors only, whatever the status of their profile.")
    async def add_weekly_availability(
        self,
        info: Info,
        input: Annotated[AddWeeklyAvailabilityInput, strawberry.argument(description="Which time.")],
    ) -> AvailabilityPayload | None:
        added = await info.context.do(
            availability.add_weekly,
            weekday=input.weekday,
            start_minute=input.start_time,
            end_minute=input.end_time,
            valid_from=input.valid_from,
            valid_until=input.valid_until,
        )
        return AvailabilityPayload(availability=shown(added.block), mentor=Mentor.of(added.mentor))

    @mutation("Offers a time of one date. Mentors only, whatever the status of their profile.")
    async def add_date_availability(
        self,
        info: Info,
        input: Annotated[AddDateAvailabilityInput, strawberry.argument(description="Which time.")],
    ) -> AvailabilityPayload | None:
        added = await info.context.do(
            availability.add_dated,
            day=input.date,
            start_minute=input.start_time,
            end_minute=input.end_time,
        )
        return AvailabilityPayload(availability=shown(added.block), mentor=Mentor.of(added.mentor))

    @mutation("Takes a block back: its open slots go at once, booked ones stay booked.")
    async def remove_availability(
        self,
        info: Info,
        input: Annotated[RemoveAvailabilityInput, strawberry.argument(description="Which block.")],
    ) -> RemoveAvailabilityPayload | None:
        removed = await info.context.do(
            availability.remove,
            weekly_id=key_of("WeeklyAvailability", input.availability_id),
            dated_id=key_of("DateAvailability", input.availability_id),
        )
        return RemoveAvailabilityPayload(
            removed_availability_id=input.availability_id, mentor=Mentor.of(removed.mentor)
        )
