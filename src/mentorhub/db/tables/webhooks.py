"""Webhooks, and what was delivered to each or is to be."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from mentorhub.db.tables.columns import (
    choice,
    datetime,
    instant,
    is_one_of,
    key,
    primary_key,
    references,
    table_of,
    whole,
)
from mentorhub.db.types import Choices
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import WebhookTopic


def _where(rule: str) -> Any:
    return {"postgresql_where": text(rule), "sqlite_where": text(rule)}


class Webhook(SQLModel, table=True):
    """Its secret is made when it is needed: nothing here tells it."""

    __tablename__ = "webhooks"
    __table_args__ = (
        Index("ix_webhooks_user_id", "user_id"),
        Index("ix_webhooks_token_id", "token_id", **_where("token_id IS NOT NULL")),
    )

    id: Key = primary_key()
    user_id: Key = references("users.id", on_delete="CASCADE")
    token_id: Key | None = references("access_tokens.id", on_delete="CASCADE", null=True)
    """The access token of the program that made it, with which it ends."""
    url: str
    topics: list[str] = Field(sa_type=Choices(WebhookTopic), nullable=False)
    created_at: datetime = instant()
    since_transaction: int = Field(sa_column=Column(BigInteger, nullable=False))
    since_position: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The end of the log when it was made: it hears of what comes later."""
    secret_version: int = whole(default=1)
    rotated_at: datetime | None = instant(null=True)
    failing_since: datetime | None = instant(null=True)
    """When the first try after the last success failed."""
    paused_at: datetime | None = instant(null=True)


class WebhookDelivery(SQLModel, table=True):
    """A fact that a webhook is told of. What is sent is made anew at each try, as its owner sees it then."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        is_one_of("topic", WebhookTopic),
        # Whoever reads the log twice delivers nothing twice.
        UniqueConstraint("webhook_id", "fact_id"),
        Index("ix_webhook_deliveries_due_at", "due_at", **_where("due_at IS NOT NULL")),
        Index("ix_webhook_deliveries_waiting", "webhook_id", "due_at", "id", **_where("due_at IS NOT NULL")),
        Index("ix_webhook_deliveries_webhook_created", "webhook_id", "created_at", "id"),
        Index("ix_webhook_deliveries_created_at", "created_at"),
    )

    id: Key = primary_key()
    webhook_id: Key = references("webhooks.id", on_delete="CASCADE")
    fact_id: Key = key()
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    """The fact's, in the log."""
    topic: WebhookTopic = choice(WebhookTopic)
    created_at: datetime = instant()
    due_at: datetime | None = instant(null=True)
    """When it is tried next; while it is, when whoever does so is given up. Null once it went or is given up."""
    attempts: int = whole(default=0)
    """Those begun."""
    earlier_attempts: int = whole(default=0)
    """Those of them from before it was asked for again."""
    status_code: int | None = whole(null=True)
    error: str | None = None
    delivered_at: datetime | None = instant(null=True)


webhooks = table_of(Webhook)
deliveries = table_of(WebhookDelivery)
