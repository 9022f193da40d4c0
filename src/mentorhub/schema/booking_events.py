"""The history of bookings: each change of status or time, as it was then."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from mentorhub.db.bookings import BookingRow
from mentorhub.db.facts import FactRow
from mentorhub.db.users import UserRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import bookings, users
from mentorhub.resolvers.following import cursor_of
from mentorhub.rules.vocabulary import BookingStatus
from mentorhub.schema import times
from mentorhub.schema.bookings import Booking
from mentorhub.schema.context import Info
from mentorhub.schema.nodes import id_field
from mentorhub.schema.users import User


def _cursor(root: FactRow, info: Info) -> str:
    return cursor_of(info.context.desk, root)


async def _bookings(parents: Sequence[FactRow], info: Info) -> list[BookingRow]:
    found = await bookings.by_keys(info.context.desk, [row.subject_id for row in parents])
    return [found[row.subject_id] for row in parents]


def _previous_status(root: FactRow) -> BookingStatus | None:
    previous = root.data["previous"]
    return BookingStatus(previous) if previous else None


def _status(root: FactRow) -> BookingStatus:
    return BookingStatus(root.data["status"])


def _starts_at(root: FactRow, timezone: times.InZone = None) -> datetime:
    return times.in_zone(datetime.fromisoformat(root.data["starts_at"]), timezone)


async def _actors(parents: Sequence[FactRow], info: Info) -> list[UserRow | None]:
    found = await users.by_keys(info.context.desk, [row.actor_id for row in parents if row.actor_id])
    return [found.get(row.actor_id) if row.actor_id else None for row in parents]


def _reason(root: FactRow) -> str | None:
    reason: str | None = root.data["reason"]
    return reason


@strawberry.type(description="One change of a booking's status or time, as it was then.")
class BookingEvent:
    id: strawberry.ID = id_field("BookingEvent")
    cursor: str = strawberry.field(
        resolver=_cursor, description="Give it back as after: to hear everything that came later."
    )
    booking: Booking = batch(_bookings, description="The booking as it is now.")
    previous_status: BookingStatus | None = strawberry.field(
        resolver=_previous_status, description="Its status before; null for the request itself."
    )
    status: BookingStatus = strawberry.field(resolver=_status, description="Its status from then on.")
    starts_at: datetime = strawberry.field(
        resolver=_starts_at,
        description="When the session was to start from then on, with the offset of the time zone asked for.",
    )
    actor: User | None = batch(_actors, description="Who did it; null if the clock did.")
    reason: str | None = strawberry.field(resolver=_reason, description="What they gave as the reason.")
    occurred_at: datetime = strawberry.field(description="When it happened.")


async def _histories(parents: Sequence[BookingRow], info: Info) -> list[list[FactRow]]:
    found = await bookings.histories(info.context.desk, [row.id for row in parents])
    return [found[row.id] for row in parents]


@extend(Booking)
class BookingHistory:
    history: list[BookingEvent] = batch(
        _histories, description="Every change of status or time, oldest first."
    )
