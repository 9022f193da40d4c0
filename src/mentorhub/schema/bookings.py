"""Bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from mentorhub.db.booking_lists import Brought
from mentorhub.db.bookings import BookingCard, BookingRow
from mentorhub.db.mentors import Extent, MentorCard, MentorRow
from mentorhub.db.slots import SlotRow
from mentorhub.db.users import UserRow
from mentorhub.execution import Asked, asked, batch, extend, reads
from mentorhub.resolvers import access, bookings, mentors, slots, users
from mentorhub.resolvers.booking_lists import NOTHING
from mentorhub.rules.bookings import Hand
from mentorhub.rules.vocabulary import BookingAction, BookingStatus
from mentorhub.schema import times
from mentorhub.schema.context import Info
from mentorhub.schema.mentors import Mentor, extent_of
from mentorhub.schema.nodes import Node, id_field, key_of, node_type, shown, unless_brought
from mentorhub.schema.root import Query
from mentorhub.schema.scalars import URL
from mentorhub.schema.slots import Slot
from mentorhub.schema.users import User, needs_card_only

_WITH_ROOM = {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}
_SHOWN_BY_CARDS = frozenset({
    "__typename", "id", "startsAt", "endsAt", "durationMinutes", "status", "topic", "mentor", "mentee", "slot",
    "feedback",
})  # fmt: skip
_OF_FEEDBACK_CARDS = frozenset({"__typename", "id", "rating", "comment", "reply"})
_WITH_DEADLINE = {BookingStatus.PENDING, BookingStatus.EXPIRED}


def brought_with(asked: Asked | None) -> Brought:
    """What is worth reading along with bookings, for what is asked of them."""
    if asked is None:
        return NOTHING
    return Brought(
        card=asked.names <= _SHOWN_BY_CARDS,
        mentor=extent_of(asked.at("mentor")) if "mentor" in asked.names else Extent.WHOLE,
        mentee="mentee" in asked.names and needs_card_only(asked.at("mentee")),
        feedback=_feedback(asked.at("feedback")) if "feedback" in asked.names else None,
    )


def _feedback(asked: Asked) -> Extent:
    return Extent.CARD if asked.names <= _OF_FEEDBACK_CARDS else Extent.WHOLE


@unless_brought("mentor")
async def _mentors(parents: Sequence[BookingRow | BookingCard], info: Info) -> list[MentorRow | MentorCard]:
    keys = [row.mentor_id for row in parents]
    found = await mentors.reached(info.context.desk, keys, extent_of(asked(info)))
    return [found[row.mentor_id] for row in parents]


@unless_brought("mentee")
async def _mentees(parents: Sequence[BookingRow | BookingCard], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.mentee_id for row in parents])
    return [found[row.mentee_id] for row in parents]


async def _slots(parents: Sequence[BookingRow | BookingCard], info: Info) -> list[SlotRow | None]:
    found = await slots.by_keys(info.context.desk, [row.slot_id for row in parents if row.slot_id])
    return [found.get(row.slot_id) if row.slot_id else None for row in parents]


def _meeting_url(root: BookingRow) -> URL | None:
    return URL(root.meeting_url) if root.meeting_url and root.status in _WITH_ROOM else None


def _notes(parents: Sequence[BookingRow], info: Info) -> list[str | None]:
    viewer = info.context.desk.viewer
    return [
        row.mentor_notes if access.hand_on(viewer, row) in {Hand.MENTOR, Hand.ADMIN} else None
        for row in parents
    ]


async def _enders(parents: Sequence[BookingRow], info: Info) -> list[UserRow | None]:
    found = await users.by_keys(info.context.desk, [row.ended_by for row in parents if row.ended_by])
    return [found.get(row.ended_by) if row.ended_by else None for row in parents]


def _respond_by(root: BookingRow) -> datetime | None:
    return root.respond_by if root.status in _WITH_DEADLINE else None


async def _viewer_can(parents: Sequence[BookingRow], info: Info) -> list[list[BookingAction]]:
    return await bookings.viewer_can(info.context.desk, parents)


@node_type(
    "Booking",
    row=(BookingRow, BookingCard),
    load=bookings.visible,
    description="A slot asked for, and what came of it.",
)
class Booking(Node):
    id: strawberry.ID = id_field("Booking")
    mentor: Mentor = batch(_mentors, description="Who gives the session.")
    mentee: User = batch(_mentees, description="Who asked for it.")
    slot: Slot | None = batch(_slots, description="The slot it is about; null once that is gone.")
    starts_at: datetime = strawberry.field(
        resolver=times.starts_at,
        metadata=reads("starts_at"),
        description="With the offset of the time zone asked for; UTC if none is.",
    )
    ends_at: datetime = strawberry.field(
        resolver=times.ends_at,
        metadata=reads("ends_at"),
        description="With the offset of the time zone asked for; UTC if none is.",
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
    meeting_url: URL | None = strawberry.field(
        resolver=_meeting_url,
        description="To both parties and administrators while confirmed and when completed; else null.",
    )
    mentor_notes: str | None = batch(
        _notes, description="The mentor's own notes; to the mentor and administrators."
    )
    reason: str | None = strawberry.field(description="Set when declined or cancelled.")
    ended_by: User | None = batch(_enders, description="Who declined or cancelled it.")
    requested_at: datetime = strawberry.field(description="When the slot was asked for.")
    updated_at: datetime = strawberry.field(description="When anything of it changed last.")
    respond_by: datetime | None = strawberry.field(
        resolver=_respond_by, description="When a pending request expires unanswered."
    )
    viewer_can: list[BookingAction] = batch(
        _viewer_can, description="What the viewer may do with it now: what the mutations go by."
    )


@extend(Query)
class BookingQueries:
    @strawberry.field(description="A booking; null where there is none or the viewer may not see it.")
    async def booking(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A booking's id.")]
    ) -> Booking | None:
        key = key_of("Booking", id)
        return shown((await bookings.visible(info.context.desk, [key])).get(key))  # type: ignore[no-any-return]  # a row


async def _holding(parents: Sequence[SlotRow], info: Info) -> list[BookingRow | None]:
    found = await bookings.holding(info.context.desk, [row.id for row in parents])
    return [found.get(row.id) for row in parents]


@extend(Slot)
class SlotBooking:
    booking: Booking | None = batch(
        _holding, description="What holds it: to its two parties and administrators; else null."
    )
