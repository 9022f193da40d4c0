"""Incidents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from mentorhub.db.bookings import BookingRow
from mentorhub.db.incidents import IncidentRow, NoteRow
from mentorhub.db.users import UserRow
from mentorhub.execution import batch, extend
from mentorhub.resolvers import bookings, incidents, users
from mentorhub.rules.vocabulary import IncidentKind, IncidentStatus
from mentorhub.schema.bookings import Booking
from mentorhub.schema.context import Info
from mentorhub.schema.errors import UserError
from mentorhub.schema.nodes import Node, id_field, key_of, node_type
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation
from mentorhub.schema.users import User


async def _bookings(parents: Sequence[IncidentRow], info: Info) -> list[BookingRow | None]:
    found = await bookings.visible(info.context.desk, [row.booking_id for row in parents if row.booking_id])
    return [found.get(row.booking_id) if row.booking_id else None for row in parents]


async def _reporters(parents: Sequence[IncidentRow], info: Info) -> list[UserRow | None]:
    found = await users.by_keys(info.context.desk, [row.reporter_id for row in parents if row.reporter_id])
    return [found.get(row.reporter_id) if row.reporter_id else None for row in parents]


async def _subjects(parents: Sequence[IncidentRow], info: Info) -> list[UserRow | None]:
    found = await users.by_keys(info.context.desk, [row.subject_id for row in parents if row.subject_id])
    return [found.get(row.subject_id) if row.subject_id else None for row in parents]


async def _notes(parents: Sequence[IncidentRow], info: Info) -> list[list[NoteRow]]:
    found = await incidents.notes_of(info.context.desk, [row.id for row in parents])
    return [found[row.id] for row in parents]


async def _authors(parents: Sequence[NoteRow], info: Info) -> list[UserRow]:
    found = await users.by_keys(info.context.desk, [row.author_id for row in parents])
    return [found[row.author_id] for row in parents]


@strawberry.type(description="What an administrator noted on an incident.")
class IncidentNote:
    author: User = batch(_authors, description="Who noted it.")
    body: str = strawberry.field(description="What was noted.")
    written_at: datetime = strawberry.field(description="When.")


@node_type(
    "Incident", row=IncidentRow, load=incidents.visible, description="Something that went wrong, as reported."
)
class Incident(Node):
    id: strawberry.ID = id_field("Incident")
    kind: IncidentKind = strawberry.field(description="What went wrong.")
    status: IncidentStatus = strawberry.field(description="Where it stands.")
    booking: Booking | None = batch(_bookings, description="The booking it came up in.")
    reporter: User | None = batch(_reporters, description="Who reported it.")
    subject: User | None = batch(_subjects, description="Whom it is about.")
    details: str = strawberry.field(description="What happened, in the reporter's words.")
    notes: list[IncidentNote] = batch(_notes, description="To administrators; empty for the reporter.")
    resolution: str | None = strawberry.field(description="What was done about it.")
    reported_at: datetime = strawberry.field(description="When it was reported.")
    resolved_at: datetime | None = strawberry.field(description="When it was resolved or dismissed.")


@strawberry.input(description="A session that went wrong.")
class ReportBookingInput:
    booking_id: strawberry.ID = strawberry.field(
        description="A booking of the viewer, until 30 days after its end."
    )
    kind: IncidentKind = strawberry.field(description="What went wrong.")
    details: str = strawberry.field(description="What happened; 2,000 characters at most.")


@strawberry.type(description="An incident as it is now, or why nothing was done.")
class IncidentPayload:
    incident: Incident | None = strawberry.field(default=None, description="Null where userErrors has any.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was done; empty where it was."
    )


@extend(Mutation)
class IncidentMutations:
    @mutation("A party reports a booking to the administrators, and with it the other party.")
    async def report_booking(
        self,
        info: Info,
        input: Annotated[ReportBookingInput, strawberry.argument(description="Which, and what happened.")],
    ) -> IncidentPayload | None:
        row = await info.context.do(
            incidents.report,
            booking_id=key_of("Booking", input.booking_id),
            kind=input.kind,
            details=input.details,
        )
        return IncidentPayload(incident=Incident.of(row))
