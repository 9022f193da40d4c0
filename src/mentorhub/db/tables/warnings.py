"""Warnings that administrators gave."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from mentorhub.db.tables.columns import check, datetime, instant, primary_key, references, table_of
from mentorhub.rules.keys import Key


class Warning(SQLModel, table=True):  # noqa: A001 -- the thing's own name
    __tablename__ = "warnings"
    __table_args__ = (
        check("length(reason) BETWEEN 1 AND 2000", "reason_length"),
        Index("ix_warnings_user_id", "user_id", "issued_at", "id"),
    )

    id: Key = primary_key()
    user_id: Key = references("users.id")
    reason: str
    issued_by: Key = references("users.id")
    issued_at: datetime = instant()


warnings = table_of(Warning)
