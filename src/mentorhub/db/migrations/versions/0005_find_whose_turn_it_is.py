"""Find the webhooks that wait, and administrators, by an index each."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_WAITS = sa.text("due_at IS NOT NULL")
_ADMINISTERS = sa.text("role != 'MEMBER'")


def upgrade() -> None:
    op.create_index(
        "ix_webhook_deliveries_waiting",
        "webhook_deliveries",
        ["webhook_id", "due_at", "id"],
        postgresql_where=_WAITS,
        sqlite_where=_WAITS,
    )
    op.create_index(
        "ix_users_administrators", "users", ["id"], postgresql_where=_ADMINISTERS, sqlite_where=_ADMINISTERS
    )


def downgrade() -> None:
    op.drop_index("ix_users_administrators", table_name="users")
    op.drop_index("ix_webhook_deliveries_waiting", table_name="webhook_deliveries")
