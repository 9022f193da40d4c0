"""Bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from mentorhub.db.bookings import BookingRow
from mentorhub.db.mentors import MentorRow
from mentorhub.db.slots import SlotRow
from mentorhub.db.users import UserRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import bookings, mentors, slots, users
from mentorhub.rules.vocabulary import BookingStatus
from mentorhub.schema import times
from mentorhub.schema.context import Info
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.nodes import Node, id_of, key_of, node_type, shown
from mentorhub.schema.root import Query
from mentorhub.schema.slots import Slot
from mentorhub.schema.users import User


def _id(root: BookingRow) -> strawberry.ID:
    return id_of("Booking", root.id)


async def _mentors(parents: Sequence[BookingRow], info: Info) -> list[MentorRow]:
    found = await mentors.by_keys(info.context.desk, [row.mentor_id for row in parents])
    return [found[row.mentor_id] for row in parents]


async def _mentees(parents: Sequence[BookingRow], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.mentee_id for row in parents])
    return [found[row.mentee_id] for row in parents]


async def _slots(parents: Sequence[BookingRow], info: Info) -> list[SlotRow | None]:
    found = await slots.by_keys(info.context.desk, [row.slot_id for row in parents if row.slot_id])
    return [found.get(row.slot_id) if row.slot_id else None for row in parents]


@node_type(
    "Booking", row=BookingRow, load=bookings.visible, description="A slot asked for, and what came of it."
)
class Booking(Node):
    id: strawberry.ID = strawberry.field(resolver=_id, description="Opaque, and good for ever.")
    mentor: Mentor = batch(_mentors, description="Who gives the session.")
    mentee: User = batch(_mentees, description="Who asked for it.")
    slot: Slot | None = batch(_slots, description="The slot it is about; null once that is gone.")
    starts_at: datetime = strawberry.field(
        resolver=times.starts_at, description="With the offset of the time zone asked for; UTC if none is."
    )
    ends_at: datetime = strawberry.field(
        resolver=times.ends_at, description="With the offset of the time zone asked for; UTC if none is."
    )
    duration_minutes: int = strawberry.field(
        resolver=times.duration_minutes, description="Elapsed minutes, not those of the wall clock."
    )
    status: BookingStatus = strawberry.field(
        description="Where it stands; what was not answered in time has expired."
    )
    topic: str = strawberry.field(description="What the session is to be about; 3 to 120 characters.")
    description: str | None = strawberry.field(description="What the mentee hopes to achieve.")
    questions: str | None = strawberry.field(description="What the mentee wants to ask.")
    requested_at: datetime = strawberry.field(description="When the slot was asked for.")
    updated_at: datetime = strawberry.field(description="When anything of it changed last.")


@extend(Query)
class BookingQueries:
    @strawberry.field(description="A booking; null where there is none or the viewer may not see it.")
    async def booking(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A booking's id.")]
    ) -> Booking | None:
        key = key_of("Booking", id)
        return shown((await bookings.visible(info.context.desk, [key])).get(key))  # type: ignore[no-any-return]  # a row
