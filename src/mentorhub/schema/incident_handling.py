"""What administrators do with incidents."""

from typing import Annotated

import strawberry

from mentorhub.execution import extend
from mentorhub.resolvers import incident_handling
from mentorhub.rules.vocabulary import IncidentKind, IncidentStatus
from mentorhub.schema.context import Info
from mentorhub.schema.incidents import Incident, IncidentPayload
from mentorhub.schema.nodes import key_of
from mentorhub.schema.refusing import mutation
from mentorhub.schema.root import Mutation


@strawberry.input(description="Something that went wrong.")
class OpenIncidentInput:
    kind: IncidentKind = strawberry.field(description="What went wrong.")
    details: str = strawberry.field(description="What happened; 2,000 characters at most.")
    subject_id: strawberry.ID | None = strawberry.field(
        default=None, description="The user it is about, if it is about one."
    )
    booking_id: strawberry.ID | None = strawberry.field(
        default=None, description="The booking it came up in, if it did in one."
    )


@strawberry.input(description="Something to note on an incident.")
class AddIncidentNoteInput:
    incident_id: strawberry.ID = strawberry.field(description="The incident, whatever its status.")
    body: str = strawberry.field(description="What was found, said or done; 2,000 characters at most.")


@strawberry.input(description="Where an incident is to stand.")
class SetIncidentStatusInput:
    incident_id: strawberry.ID = strawberry.field(description="The incident.")
    status: IncidentStatus = strawberry.field(description="Another one than it has.")
    resolution: str | None = strawberry.field(
        default=None,
        description=(
            "What was done about it; 2,000 characters at most. With RESOLVED and DISMISSED only; the reporter reads it."
        ),
    )


@extend(Mutation)
class IncidentHandling:
    @mutation("Opens an incident. Administrators only.")
    async def open_incident(
        self,
        info: Info,
        input: Annotated[OpenIncidentInput, strawberry.argument(description="What happened.")],
    ) -> IncidentPayload | None:
        row = await info.context.do(
            incident_handling.open_incident,
            kind=input.kind,
            details=input.details,
            subject_id=None if input.subject_id is None else key_of("User", input.subject_id),
            booking_id=None if input.booking_id is None else key_of("Booking", input.booking_id),
        )
        return IncidentPayload(incident=Incident.of(row))

    @mutation("Notes something on an incident. Administrators only.")
    async def add_incident_note(
        self,
        info: Info,
        input: Annotated[AddIncidentNoteInput, strawberry.argument(description="On which, and what.")],
    ) -> IncidentPayload | None:
        key = key_of("Incident", input.incident_id)
        row = await info.context.do(incident_handling.add_note, incident_id=key, body=input.body)
        return IncidentPayload(incident=Incident.of(row))

    @mutation("Takes an incident up, closes it, or opens it again. Administrators only.")
    async def set_incident_status(
        self,
        info: Info,
        input: Annotated[SetIncidentStatusInput, strawberry.argument(description="Which, and to what.")],
    ) -> IncidentPayload | None:
        row = await info.context.do(
            incident_handling.set_status,
            incident_id=key_of("Incident", input.incident_id),
            status=input.status,
            resolution=input.resolution,
        )
        return IncidentPayload(incident=Incident.of(row))
