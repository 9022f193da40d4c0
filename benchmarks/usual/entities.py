"""The tables as entities of SQLModel, as far as the five operations need them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, FetchedValue, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def instant(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=nullable))


class User(SQLModel, table=True):
    __tablename__ = "users"

    id: UUID = Field(primary_key=True)
    name: str
    email: str | None
    role: str
    status: str
    timezone: str | None
    region: str | None
    joined_at: datetime = instant()


class Session(SQLModel, table=True):
    __tablename__ = "sessions"

    id: UUID = Field(primary_key=True)
    user_id: UUID
    token_hash: str
    expires_at: datetime = instant()


class Mentor(SQLModel, table=True):
    __tablename__ = "mentors"

    id: UUID = Field(primary_key=True)
    user_id: UUID
    status: str
    is_public: bool
    name: str
    bio: str
    company: str | None
    job_title: str | None
    years_of_experience: int
    timezone: str
    rating_count: int
    rating_average: float
    score: float
    completed_session_count: int
    is_open: bool


class Expertise(SQLModel, table=True):
    __tablename__ = "expertise"

    id: UUID = Field(primary_key=True)
    name: str
    slug: str
    mentor_count: int


class MentorExpertise(SQLModel, table=True):
    __tablename__ = "mentor_expertise"

    mentor_id: UUID = Field(primary_key=True)
    expertise_id: UUID = Field(primary_key=True)


class Slot(SQLModel, table=True):
    __tablename__ = "slots"

    id: UUID = Field(primary_key=True)
    mentor_id: UUID
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    status: str
    offered_from: datetime = instant()
    offered_until: datetime = instant()


class Booking(SQLModel, table=True):
    __tablename__ = "bookings"

    id: UUID = Field(primary_key=True)
    mentor_id: UUID
    mentee_id: UUID
    slot_id: UUID | None
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    status: str
    topic: str
    description: str | None = None
    questions: str | None = None
    requested_at: datetime = instant()
    updated_at: datetime = instant()
    respond_by: datetime | None = instant(nullable=True)


class Feedback(SQLModel, table=True):
    __tablename__ = "feedback"

    id: UUID = Field(primary_key=True)
    booking_id: UUID
    rating: int
    comment: str
    created_at: datetime = instant()


class Fact(SQLModel, table=True):
    __tablename__ = "facts"

    position: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    transaction: int | None = Field(
        default=None, sa_column=Column("transaction", BigInteger, server_default=FetchedValue())
    )
    id: UUID
    kind: str
    actor_id: UUID | None
    subject_type: str
    subject_id: UUID
    booking_id: UUID | None
    mentor_id: UUID | None
    user_id: UUID | None
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    occurred_at: datetime = instant()
    is_administrative: bool = False


class Figure(SQLModel, table=True):
    __tablename__ = "figures"

    name: str = Field(primary_key=True)
    shard: int = Field(primary_key=True)
    value: int
