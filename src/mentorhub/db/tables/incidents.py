"""What went wrong and was reported, and what administrators noted on it."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from mentorhub.db.tables.columns import (
    check,
    choice,
    datetime,
    instant,
    is_one_of,
    primary_key,
    references,
    table_of,
)
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import IncidentKind, IncidentStatus


class Incident(SQLModel, table=True):
    __tablename__ = "incidents"
    __table_args__ = (
        is_one_of("kind", IncidentKind),
        is_one_of("status", IncidentStatus),
        check("length(details) BETWEEN 1 AND 2000", "details_length"),
        check("(resolved_at IS NULL) = (status IN ('OPEN', 'INVESTIGATING'))", "closed_has_resolved_at"),
        Index("ix_incidents_reported_at", "reported_at", "id"),
        Index("ix_incidents_status", "status", "reported_at", "id"),
        Index("ix_incidents_booking_id", "booking_id"),
    )

    id: Key = primary_key()
    kind: IncidentKind = choice(IncidentKind)
    status: IncidentStatus = choice(IncidentStatus)
    booking_id: Key | None = references("bookings.id", null=True)
    reporter_id: Key | None = references("users.id", null=True)
    subject_id: Key | None = references("users.id", null=True)
    """Whom it is about."""
    details: str
    resolution: str | None = None
    reported_at: datetime = instant()
    resolved_at: datetime | None = instant(null=True)
    """When it was resolved or dismissed."""


class IncidentNote(SQLModel, table=True):
    __tablename__ = "incident_notes"
    __table_args__ = (
        check("length(body) BETWEEN 1 AND 2000", "body_length"),
        Index("ix_incident_notes_incident_id", "incident_id", "written_at", "id"),
    )

    id: Key = primary_key()
    incident_id: Key = references("incidents.id", on_delete="CASCADE")
    author_id: Key = references("users.id")
    body: str
    written_at: datetime = instant()


incidents = table_of(Incident)
incident_notes = table_of(IncidentNote)
