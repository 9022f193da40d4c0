"""What users are told, what they want mailed, and how far each reader of the log has come."""

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from mentorhub.db.tables.columns import (
    choice,
    datetime,
    flag,
    instant,
    is_one_of,
    key,
    primary_key,
    references,
    table_of,
)
from mentorhub.db.types import Instant
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import NotificationKind


class Notification(SQLModel, table=True):
    __tablename__ = "notifications"
    __table_args__ = (
        is_one_of("kind", NotificationKind),
        # Whoever reads the log twice tells nothing twice.
        UniqueConstraint("user_id", "fact_id"),
        Index("ix_notifications_fact_id", "fact_id"),
        Index("ix_notifications_user_created", "user_id", "created_at", "id"),
        Index("ix_notifications_unread", "user_id", "created_at", "id",
              postgresql_where=text("read_at IS NULL"), sqlite_where=text("read_at IS NULL")),
    )  # fmt: skip

    id: Key = primary_key()
    user_id: Key = references("users.id", on_delete="CASCADE")
    fact_id: Key = key()
    """What it tells of."""
    kind: NotificationKind = choice(NotificationKind)
    title: str
    body: str
    booking_id: Key | None = key(null=True)
    created_at: datetime = instant()
    read_at: datetime | None = instant(null=True)


class NotificationPreference(SQLModel, table=True):
    """Whether a user wants mail of a kind; they do unless it says otherwise."""

    __tablename__ = "notification_preferences"
    __table_args__ = (is_one_of("kind", NotificationKind),)

    user_id: Key = references("users.id", on_delete="CASCADE", primary=True)
    kind: str = Field(primary_key=True)
    email: bool = flag(default=True)


class Reminder(SQLModel, table=True):
    """That a session was reminded of, or need not be. A move makes another of it: the start is part of the key."""

    __tablename__ = "reminders"

    booking_id: Key = references("bookings.id", on_delete="CASCADE", primary=True)
    starts_at: datetime = Field(sa_type=Instant, primary_key=True)
    hours: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """How long before the start."""


class LogReader(SQLModel, table=True):
    """A job that reads the log, and the place up to which it has."""

    __tablename__ = "log_readers"

    name: str = Field(primary_key=True)
    transaction: int = Field(sa_column=Column("transaction", BigInteger, nullable=False))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))


notifications = table_of(Notification)
preferences = table_of(NotificationPreference)
reminders = table_of(Reminder)
log_readers = table_of(LogReader)
