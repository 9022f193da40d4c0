"""The log of all that happened, figures kept for all, and the mail that waits to go out."""

from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, text
from sqlmodel import Field, SQLModel

from mentorhub.db.constructs import current_transaction
from mentorhub.db.tables.columns import check, datetime, flag, instant, key, primary_key, table_of, whole
from mentorhub.db.types import Document
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key

# With a new kind comes a new index: by this one no other list of kinds is read.
_IS_ACTIVITY: Any = text(f"kind IN ({', '.join(repr(kind.value) for kind in ActivityKind)})")


class Fact(SQLModel, table=True):
    """One thing that happened, written in the transaction that did it; never changed.

    Their order is (`transaction`, `position`): on PostgreSQL `transaction` is the writer's transaction id, so that
    one who reads only below the oldest transaction still open misses nothing; on SQLite, with its one writer, it is 0.
    """

    __tablename__ = "facts"
    __table_args__ = (
        Index("ix_facts_transaction_position", "transaction", "position"),
        Index("ix_facts_booking_id", "booking_id", "transaction", "position",
              postgresql_where=text("booking_id IS NOT NULL"), sqlite_where=text("booking_id IS NOT NULL")),
        Index("ix_facts_actor_id", "actor_id", "transaction", "position"),
        Index("ix_facts_subject_id", "subject_id", "transaction", "position"),
        Index("ix_facts_kind", "kind", "transaction", "position"),
        Index("ix_facts_activity", "transaction", "position", postgresql_where=_IS_ACTIVITY,
              sqlite_where=_IS_ACTIVITY),
        *(
            Index(name, *columns, "transaction", "position", postgresql_where=text("is_administrative"),
                  sqlite_where=text("is_administrative = 1"))
            for name, columns in {
                "ix_facts_audit": [], "ix_facts_audit_actor": ["actor_id"], "ix_facts_audit_subject": ["subject_id"],
            }.items()
        ),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    position: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), Identity(always=True), primary_key=True
        ),
    )
    transaction: int = Field(
        sa_column=Column("transaction", BigInteger, server_default=current_transaction(), nullable=False),
    )
    id: Key = key()
    kind: str
    actor_id: Key | None = key(null=True)
    subject_type: str
    """The schema's name for what the fact is about: "Booking", "Mentor"."""
    subject_id: Key = key()
    booking_id: Key | None = key(null=True)
    mentor_id: Key | None = key(null=True)
    user_id: Key | None = key(null=True)
    """The other person concerned: a booking's mentee, the user who was suspended."""
    data: dict[str, Any] = Field(sa_type=Document, nullable=False)
    occurred_at: datetime = instant()
    is_administrative: bool = flag(default=False)
    """Whether the audit log shows it."""
    request_id: str | None = None
    """Of an administrative act: under which request it was done, and from where."""
    address: str | None = None


class Figure(SQLModel, table=True):
    """A count kept for all, spread over shards so that writers do not wait for each other; its value is their sum."""

    __tablename__ = "figures"
    __table_args__ = (check("shard BETWEEN 0 AND 15", "shard_range"),)

    name: str = Field(primary_key=True)
    shard: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    value: int = Field(sa_column=Column(BigInteger, nullable=False))


class Mail(SQLModel, table=True):
    """A mail that waits to go out, or went."""

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_due_at", "due_at", postgresql_where=text("sent_at IS NULL AND failed_at IS NULL"),
              sqlite_where=text("sent_at IS NULL AND failed_at IS NULL")),
        Index("ix_mails_user_id", "user_id"),
        Index("ix_mails_recipient", "recipient"),
        Index("ix_mails_created_at", "created_at"),
    )  # fmt: skip

    id: Key = primary_key()
    user_id: Key | None = key(null=True)
    recipient: str
    content: dict[str, Any] = Field(sa_type=Document, nullable=False)
    """Either the whole of it or the name of a letter that is written when it goes out; emptied once it went."""
    created_at: datetime = instant()
    due_at: datetime = instant()
    """When it is tried next; while it is being sent, when whoever does so is given up."""
    attempts: int = whole(default=0)
    sent_at: datetime | None = instant(null=True)
    failed_at: datetime | None = instant(null=True)
    error: str | None = None


class ClockSetting(SQLModel, table=True):
    """How far the sandbox's clock is from the true one; at most one row."""

    __tablename__ = "clock"
    __table_args__ = (check("id = 1", "only_one"),)

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    offset_microseconds: int = Field(sa_column=Column(BigInteger, nullable=False))


facts = table_of(Fact)
figures = table_of(Figure)
mails = table_of(Mail)
clock = table_of(ClockSetting)
