"""Slots."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from mentorhub.db.mentors import MentorRow
from mentorhub.db.slots import SlotRow
from mentorhub.execution import batch
from mentorhub.resolvers import mentors, slots
from mentorhub.rules.vocabulary import SlotStatus
from mentorhub.schema import times
from mentorhub.schema.context import Info
from mentorhub.schema.mentors import Mentor
from mentorhub.schema.nodes import Node, id_of, node_type


def _id(root: SlotRow) -> strawberry.ID:
    return id_of("Slot", root.id)


async def _mentors(parents: Sequence[SlotRow], info: Info) -> list[MentorRow]:
    found = await mentors.by_keys(info.context.desk, [row.mentor_id for row in parents])
    return [found[row.mentor_id] for row in parents]


@node_type("Slot", row=SlotRow, load=slots.visible, description="A bookable time of a mentor.")
class Slot(Node):
    id: strawberry.ID = strawberry.field(resolver=_id, description="Opaque, and good for ever.")
    mentor: Mentor = batch(_mentors, description="Whose time it is.")
    starts_at: datetime = strawberry.field(
        resolver=times.starts_at, description="With the offset of the time zone asked for; UTC if none is."
    )
    ends_at: datetime = strawberry.field(
        resolver=times.ends_at, description="With the offset of the time zone asked for; UTC if none is."
    )
    duration_minutes: int = strawberry.field(
        resolver=times.duration_minutes, description="Elapsed minutes, not those of the wall clock."
    )
    status: SlotStatus = strawberry.field(description="HELD by a pending request, BOOKED once confirmed.")
