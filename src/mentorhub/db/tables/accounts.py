"""Accounts: users, their sessions, the tokens mailed to them, their access tokens, and attempts to get in."""

from typing import Any

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
)
from mentorhub.db.types import Choices
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import AccessScope, Role, TokenPurpose, UserStatus


def _where(rule: str) -> Any:
    return {"postgresql_where": text(rule), "sqlite_where": text(rule)}


class User(SQLModel, table=True):
    __tablename__ = "users"
    __table_args__ = (
        is_one_of("role", Role),
        is_one_of("status", UserStatus),
        check("length(name) BETWEEN 1 AND 80", "name_length"),
        check("region IS NULL OR length(region) = 2", "region_length"),
        check("(status = 'DELETED') = (email IS NULL)", "deleted_has_no_email"),
        UniqueConstraint("email"),
        Index("ix_users_joined_at", "joined_at", "id"),
        Index("ix_users_administrators", "id", **_where("role != 'MEMBER'")),
        Index("ix_users_superadmins", "id", **_where("role = 'SUPERADMIN'")),
        Index(
            "ix_users_unverified", "joined_at", **_where("email_verified_at IS NULL AND status = 'ACTIVE'")
        ),
    )

    id: Key = primary_key()
    name: str
    email: str | None = None
    """Trimmed and case-folded."""
    password_hash: str | None = None
    email_verified_at: datetime | None = instant(null=True)
    role: Role = choice(Role)
    status: UserStatus = choice(UserStatus)
    timezone: str | None = None
    region: str | None = None
    photo: str | None = None
    """The name its photo is stored under."""
    joined_at: datetime = instant()
    calendar_secret: str | None = None
    """What makes the address of its calendar another after a reset; worth nothing without the service's own secret."""


class Session(SQLModel, table=True):
    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_sessions_user_id", "user_id"),
        Index("ix_sessions_expires_at", "expires_at"),
    )

    id: Key = primary_key()
    user_id: Key = references("users.id", on_delete="CASCADE")
    token_hash: str
    created_at: datetime = instant()
    last_used_at: datetime = instant()
    expires_at: datetime = instant()
    user_agent: str | None = None
    ip_address: str | None = None


class MailedToken(SQLModel, table=True):
    __tablename__ = "mailed_tokens"
    __table_args__ = (
        is_one_of("purpose", TokenPurpose),
        UniqueConstraint("token_hash"),
        Index("ix_mailed_tokens_user_id", "user_id"),
        Index("ix_mailed_tokens_expires_at", "expires_at"),
    )

    id: Key = primary_key()
    user_id: Key = references("users.id", on_delete="CASCADE")
    purpose: TokenPurpose = choice(TokenPurpose)
    token_hash: str
    email: str | None = None
    """The new address, for CHANGE_EMAIL."""
    expires_at: datetime = instant()


class AccessToken(SQLModel, table=True):
    __tablename__ = "access_tokens"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_access_tokens_user_id", "user_id"))

    id: Key = primary_key()
    user_id: Key = references("users.id", on_delete="CASCADE")
    name: str
    scopes: list[str] = Field(sa_type=Choices(AccessScope), nullable=False)
    token_hash: str
    created_at: datetime = instant()
    last_used_at: datetime | None = instant(null=True)
    expires_at: datetime | None = instant(null=True)


class Attempt(SQLModel, table=True):
    """Something tried and counted: a sign-in that failed, a mail asked for."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_what_who_made_at", "what", "who", "made_at"),
        Index("ix_attempts_made_at", "made_at"),
    )

    id: Key = primary_key()
    what: str
    who: str
    """A hash of what is counted: account and address, or address alone."""
    made_at: datetime = instant()


class KnownDevice(SQLModel, table=True):
    """A device that somebody has signed in from: from any other one, its owner is told."""

    __tablename__ = "known_devices"
    __table_args__ = (Index("ix_known_devices_seen_at", "seen_at"),)

    user_id: Key = references("users.id", on_delete="CASCADE", primary=True)
    device_hash: str = Field(primary_key=True)
    seen_at: datetime = instant()


class DiscardedPhoto(SQLModel, table=True):
    """A stored photo that nobody has any more, or that nobody has yet: its files go at `due_at`."""

    __tablename__ = "discarded_photos"
    __table_args__ = (Index("ix_discarded_photos_due_at", "due_at"),)

    name: str = Field(primary_key=True)
    due_at: datetime = instant()


users = table_of(User)
sessions = table_of(Session)
mailed_tokens = table_of(MailedToken)
access_tokens = table_of(AccessToken)
attempts = table_of(Attempt)
known_devices = table_of(KnownDevice)
discarded_photos = table_of(DiscardedPhoto)
