"""What mentees say of a session."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from mentorhub.db.tables.columns import check, datetime, instant, primary_key, references, table_of
from mentorhub.rules.keys import Key


class Feedback(SQLModel, table=True):
    __tablename__ = "feedback"
    __table_args__ = (
        check("rating BETWEEN 1 AND 5", "rating_range"),
        check("length(comment) BETWEEN 10 AND 2000", "comment_length"),
        UniqueConstraint("booking_id"),
        Index("ix_feedback_mentor_id", "mentor_id", "created_at", "id", "rating", "hidden_at"),
        Index("ix_feedback_author_id", "author_id"),
        Index("ix_feedback_created_at", "created_at", "id", "rating", "hidden_at"),
    )

    id: Key = primary_key()
    booking_id: Key = references("bookings.id")
    mentor_id: Key = references("mentors.id")
    author_id: Key = references("users.id")
    rating: int
    comment: str
    reply: str | None = None
    created_at: datetime = instant()
    hidden_at: datetime | None = instant(null=True)


feedback = table_of(Feedback)
