"""Make webhooks and their deliveries."""

import sqlalchemy as sa
from alembic import op

from mentorhub.db import types
from mentorhub.rules.vocabulary import WebhookTopic

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("user_id", types.KeyColumn(), nullable=False),
        sa.Column("token_id", types.KeyColumn(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("topics", types.Choices(WebhookTopic), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("since_transaction", sa.BigInteger(), nullable=False),
        sa.Column("since_position", sa.BigInteger(), nullable=False),
        sa.Column("secret_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("rotated_at", types.Instant(), nullable=True),
        sa.Column("failing_since", types.Instant(), nullable=True),
        sa.Column("paused_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_webhooks_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["access_tokens.id"], name=op.f("fk_webhooks_token_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index("ix_webhooks_user_id", "webhooks", ["user_id"], unique=False)
    op.create_index(
        "ix_webhooks_token_id",
        "webhooks",
        ["token_id"],
        unique=False,
        postgresql_where=sa.text("token_id IS NOT NULL"),
        sqlite_where=sa.text("token_id IS NOT NULL"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", types.KeyColumn(), nullable=False),
        sa.Column("webhook_id", types.KeyColumn(), nullable=False),
        sa.Column("fact_id", types.KeyColumn(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("earlier_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("delivered_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "topic IN ('BOOKING_STATUS_CHANGED', 'FEEDBACK_SUBMITTED', 'MENTOR_APPLIED', 'MENTOR_DECIDED')",
            name=op.f("ck_webhook_deliveries_topic_is_a_word"),
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name=op.f("fk_webhook_deliveries_webhook_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("webhook_id", "fact_id", name=op.f("uq_webhook_deliveries_webhook_id_fact_id")),
    )
    op.create_index(
        "ix_webhook_deliveries_due_at",
        "webhook_deliveries",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_webhook_deliveries_webhook_created",
        "webhook_deliveries",
        ["webhook_id", "created_at", "id"],
        unique=False,
    )
    op.create_index("ix_webhook_deliveries_created_at", "webhook_deliveries", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
    op.execute("DELETE FROM log_readers WHERE name = 'webhooks'")
