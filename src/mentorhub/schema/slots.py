"""Slots, and what mentors have of them."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import strawberry

from mentorhub.db.known_slots import MOST_LISTED, NextSlots
from mentorhub.db.mentors import MentorCard, MentorName, MentorRow
from mentorhub.db.slots import SlotRow
from mentorhub.execution import Asked, asked, batch, extend, reads
from mentorhub.resolvers import mentors, slot_lists, slots
from mentorhub.rules.mentors import AvailabilityStatus
from mentorhub.rules.vocabulary import SlotStatus
from mentorhub.schema import times
from mentorhub.schema.context import Info
from mentorhub.schema.errors import SlotError
from mentorhub.schema.mentors import Mentor, extent_of
from mentorhub.schema.nodes import Node, brought, id_field, node_type
from mentorhub.schema.words import declare

Mentors = Sequence[MentorRow | MentorCard | MentorName]

_SLOTS: Final = 50
_SIZES: Final = (0, 1, 5, 10, MOST_LISTED)
"""How many are brought along with mentors."""

declare(
    AvailabilityStatus,
    "Whether a mentor can be booked; the first of NOT_ACCEPTING, AWAY, OPEN and FULLY_BOOKED that holds.",
    OPEN="Has an open slot.",
    FULLY_BOOKED="Has none within the horizon.",
    NOT_ACCEPTING="Takes no requests at present.",
    AWAY="Is on time off now.",
)


async def _mentors(parents: Sequence[SlotRow], info: Info) -> list[MentorRow | MentorCard]:
    keys = [row.mentor_id for row in parents]
    found = await mentors.reached(info.context.desk, keys, extent_of(asked(info)))
    return [found[row.mentor_id] for row in parents]


@node_type("Slot", row=SlotRow, load=slots.visible, description="A bookable time of a mentor.")
class Slot(Node):
    id: strawberry.ID = id_field("Slot")
    mentor: Mentor = batch(_mentors, description="Whose time it is.")
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
    status: SlotStatus = strawberry.field(description="HELD by a pending request, BOOKED once confirmed.")


def next_asked(asked: Asked | None, info: Info) -> int:
    """How many of each mentor's next slots are worth reading along, for what is *asked* of mentors; 0 if none are."""
    if asked is None:
        return 0
    sizes = [1] if "nextSlot" in asked.names else []
    for given in asked.given("slots", info.variable_values):
        first = given.get("first", _SLOTS)
        if type(first) is int and 1 <= first <= MOST_LISTED and not (given.get("from") or given.get("until")):
            sizes.append(first)
    most = max(sizes, default=0)
    # Each number is a statement of its own.
    return next(size for size in _SIZES if size >= most)


def _of_mentors(
    parents: Mentors,
    info: Info,
    *,
    from_: Annotated[
        datetime | None,
        strawberry.argument(name="from", description="Starting then or later; now if not given."),
    ] = None,
    until: Annotated[datetime | None, strawberry.argument(description="Starting before then.")] = None,
    first: Annotated[int | None, strawberry.argument(description="How many, 1 to 500.")] = _SLOTS,
) -> list[Any] | Awaitable[list[Any]]:
    first = _SLOTS if first is None else first
    along: list[NextSlots] | None = brought(parents, "next_slots")
    if along and from_ is until is None and 1 <= first <= along[0].most:
        return slot_lists.brought(info.context.desk, along, first=first)
    return _listed(parents, info, from_, until, first)


async def _listed(
    parents: Mentors, info: Info, since: datetime | None, until: datetime | None, first: int
) -> list[Sequence[SlotRow]]:
    desk, keys = info.context.desk, [row.id for row in parents]
    found = await slot_lists.of_mentors(desk, keys, since=since, until=until, first=first)
    return [found[row.id] for row in parents]


async def _next(parents: Mentors, info: Info) -> list[SlotRow | None]:
    found = _of_mentors(parents, info, first=1)
    lists = await found if isinstance(found, Awaitable) else found
    return [next(iter(each), None) for each in lists]


async def _statuses(parents: Sequence[MentorRow], info: Info) -> list[AvailabilityStatus]:
    return await slot_lists.availability_statuses(info.context.desk, parents)


@extend(Mentor)
class MentorSlots:
    slots: list[Slot] = batch(
        _of_mentors,
        description=(
            "Open slots in a window of at most 92 days, soonest first, 500 at most; from now on if no window is given."
        ),
    )
    next_slot: Slot | None = batch(_next, description="The open slot that starts soonest.")
    availability_status: AvailabilityStatus = batch(
        _statuses, description="Whether they can be booked at present."
    )


async def _alternatives(parents: Sequence[SlotError], info: Info) -> list[list[SlotRow]]:
    desk = info.context.desk
    return [
        (await slot_lists.near(desk, [error.mentor_id], instant=error.near))[error.mentor_id]
        if error.mentor_id and error.near
        else []
        for error in parents
    ]


@extend(SlotError)
class SlotErrorAlternatives:
    alternatives: list[Slot] = batch(
        _alternatives, description="Up to three open slots of the same mentor, those nearest in time."
    )
