"""Mentors and what they know."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from mentorhub.db.tables.columns import (
    check,
    choice,
    datetime,
    flag,
    instant,
    is_one_of,
    primary_key,
    references,
    table_of,
    whole,
)
from mentorhub.db.types import SearchWords, SortedText
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import MentorStatus, RejectionReason

_PUBLIC: Any = {"postgresql_where": text("is_public"), "sqlite_where": text("is_public = 1")}


class Expertise(SQLModel, table=True):
    __tablename__ = "expertise"
    __table_args__ = (UniqueConstraint("slug"), Index("ix_expertise_revision", "revision"))

    id: Key = primary_key()
    name: str
    slug: str = Field(sa_type=SortedText, nullable=False)
    mentor_count: int = whole(default=0)
    """Kept: the approved mentors who have it."""
    revision: int = whole(default=0)
    """Greater than that of everything that was added or named before."""


class Mentor(SQLModel, table=True):
    __tablename__ = "mentors"
    __table_args__ = (
        is_one_of("status", MentorStatus),
        is_one_of("decision_reason", RejectionReason),
        check("length(bio) BETWEEN 50 AND 500", "bio_length"),
        check("years_of_experience BETWEEN 0 AND 70", "years_of_experience_range"),
        check("session_minutes IS NULL OR session_minutes BETWEEN 15 AND 240", "session_minutes_range"),
        check("buffer_minutes BETWEEN 0 AND 120", "buffer_minutes_range"),
        check("minimum_notice_hours BETWEEN 0 AND 336", "minimum_notice_hours_range"),
        check("horizon_days BETWEEN 1 AND 180", "horizon_days_range"),
        UniqueConstraint("user_id"),
        # One index an order of the list, each total through the key.
        Index("ix_mentors_recommended", "is_open", "score", "id", **_PUBLIC),
        Index("ix_mentors_rating", "rating_average", "id", **_PUBLIC),
        Index("ix_mentors_sessions", "completed_session_count", "id", **_PUBLIC),
        Index("ix_mentors_newest", "approved_at", "id", **_PUBLIC),
        Index("ix_mentors_name", "sort_name", "id", **_PUBLIC),
        Index("ix_mentors_soonest", "next_slot_at", "id", **_PUBLIC),
        Index("ix_mentors_next_slot_until", "next_slot_until"),
        Index("ix_mentors_cut_again_at", "cut_again_at"),
        Index("ix_mentors_status", "status", "applied_at", "id"),
        Index("ix_mentors_search", "search", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )  # fmt: skip

    id: Key = primary_key()
    user_id: Key = references("users.id")
    status: MentorStatus = choice(MentorStatus)
    is_public: bool = flag(default=False)
    """Kept: approved, and the user is active."""
    name: str
    """Kept: the user's."""
    sort_name: str = Field(sa_type=SortedText, nullable=False)
    """The name as `rules.search_words.sort_key` folds it."""
    photo: str | None = None
    """Kept: the user's."""
    bio: str
    company: str | None = None
    job_title: str | None = None
    years_of_experience: int
    timezone: str
    linkedin: str | None = None
    github: str | None = None
    twitter: str | None = None
    website: str | None = None
    accepting_requests: bool = flag(default=True)
    default_meeting_url: str | None = None
    session_minutes: int | None = None
    buffer_minutes: int = whole(default=0)
    minimum_notice_hours: int = whole(default=24)
    horizon_days: int = whole(default=60)

    applied_at: datetime = instant()
    approved_at: datetime | None = instant(null=True)
    decided_at: datetime | None = instant(null=True)
    decided_by: Key | None = references("users.id", null=True)
    decision_reason: RejectionReason | None = choice(RejectionReason, null=True)
    decision_note: str | None = None

    expertise_ids: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Kept: the keys of what they know, sorted, with spaces between them; lists need not look for them elsewhere."""

    # Kept figures, written where their base is written; a test recounts them.
    rating_sum: int = whole(default=0)
    rating_count: int = whole(default=0)
    stars: str = Field(default="0 0 0 0 0", sa_column_kwargs={"server_default": "0 0 0 0 0"})
    """How many visible ratings gave 1 to 5."""
    rating_average: float = Field(default=0.0, sa_column_kwargs={"server_default": text("0")})
    """0 before the first."""
    score: float = Field(default=4.0, sa_column_kwargs={"server_default": text("4.0")})
    """The Bayesian mean that RECOMMENDED goes by."""
    completed_session_count: int = whole(default=0)
    completed_minutes: int = whole(default=0)
    answered_count: int = whole(default=0)
    """Requests confirmed or declined."""
    expired_count: int = whole(default=0)
    is_open: bool = flag(default=False)
    """Whether a slot is offered at present: RECOMMENDED shows those first."""
    next_slot_at: datetime = instant()
    """When the first slot offered at present starts; `NEVER` where none is."""
    next_slot_until: datetime | None = instant(null=True)
    """Until when that slot is offered, or the instant at which another one may come before it: then look again."""
    cut_until: datetime | None = instant(null=True)
    """Slots that start before have been cut from the availability."""
    cut_again_at: datetime | None = instant(null=True)
    """When the horizon has come so near to `cut_until` that more is to be cut; null where there is nothing to cut."""

    search: str | None = Field(default=None, sa_type=SearchWords, nullable=True)


class MentorExpertise(SQLModel, table=True):
    __tablename__ = "mentor_expertise"
    __table_args__ = (Index("ix_mentor_expertise_expertise_id", "expertise_id", "mentor_id"),)

    mentor_id: Key = references("mentors.id", on_delete="CASCADE", primary=True)
    expertise_id: Key = references("expertise.id", primary=True)


expertise = table_of(Expertise)
mentors = table_of(Mentor)
mentor_expertise = table_of(MentorExpertise)
