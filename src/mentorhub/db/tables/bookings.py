"""Bookings, and the keys under which requests may be sent again."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from mentorhub.db.tables.columns import (
    check,
    choice,
    datetime,
    instant,
    is_one_of,
    primary_key,
    references,
    table_of,
    whole,
)
from mentorhub.db.types import SearchWords
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import BookingStatus

_ACTIVE = text("status IN ('PENDING', 'CONFIRMED')")


class Booking(SQLModel, table=True):
    __tablename__ = "bookings"
    __table_args__ = (
        is_one_of("status", BookingStatus),
        check("ends_at > starts_at", "ends_after_start"),
        check("length(topic) BETWEEN 3 AND 120", "topic_length"),
        check("status <> 'PENDING' OR respond_by IS NOT NULL", "pending_has_respond_by"),
        Index("uq_bookings_active_slot", "slot_id", unique=True, postgresql_where=_ACTIVE, sqlite_where=_ACTIVE),
        Index("ix_bookings_mentor_active", "mentor_id", "starts_at", postgresql_where=_ACTIVE, sqlite_where=_ACTIVE),
        Index("ix_bookings_mentee_active", "mentee_id", "starts_at", postgresql_where=_ACTIVE, sqlite_where=_ACTIVE),
        Index("ix_bookings_mentor_starts", "mentor_id", "starts_at", "id"),
        Index("ix_bookings_mentee_starts", "mentee_id", "starts_at", "id"),
        Index("ix_bookings_mentor_requested", "mentor_id", "requested_at", "id"),
        Index("ix_bookings_mentee_requested", "mentee_id", "requested_at", "id"),
        Index("ix_bookings_starts", "starts_at", "id", "status", "ends_at"),
        Index("ix_bookings_requested", "requested_at", "id", "status", "moved_at", "answered_at"),
        Index("ix_bookings_slot_id", "slot_id"),
        Index("ix_bookings_respond_by", "respond_by", postgresql_where=text("status = 'PENDING'"),
              sqlite_where=text("status = 'PENDING'")),
        Index("ix_bookings_search", "search", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )  # fmt: skip

    id: Key = primary_key()
    mentor_id: Key = references("mentors.id")
    mentee_id: Key = references("users.id")
    slot_id: Key | None = references("slots.id", on_delete="SET NULL", null=True)
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    status: BookingStatus = choice(BookingStatus)
    topic: str
    description: str | None = None
    questions: str | None = None
    meeting_url: str | None = None
    mentor_notes: str | None = None
    reason: str | None = None
    ended_by: Key | None = references("users.id", null=True)
    requested_at: datetime = instant()
    updated_at: datetime = instant()
    moved_at: datetime | None = instant(null=True)
    """When the mentee moved it last: the hours to answer run from here, not from the request."""
    respond_by: datetime | None = instant(null=True)
    answered_at: datetime | None = instant(null=True)
    """When the mentor confirmed or declined; null again once the mentee has moved it."""
    sequence: int = whole(default=0)
    """Rises with each change of time, status or meeting URL, for calendars."""
    search: str | None = Field(default=None, sa_type=SearchWords, nullable=True)
    """The words of its texts and of both parties' names."""


class IdempotencyKey(SQLModel, table=True):
    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        check("length(key) BETWEEN 1 AND 64", "key_length"),
        Index("ix_idempotency_keys_used_at", "used_at"),
    )

    id: Key = primary_key()
    user_id: Key = references("users.id", on_delete="CASCADE")
    key: str
    input_hash: str
    booking_id: Key = references("bookings.id", on_delete="CASCADE")
    used_at: datetime = instant()


bookings = table_of(Booking)
idempotency_keys = table_of(IdempotencyKey)
