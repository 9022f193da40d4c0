"""Count requests and sessions from their indexes alone."""

from alembic import op

revision = "0003"
down_revision = "0002"

_INDEXES = {
    "ix_bookings_requested": ("bookings", ["requested_at", "id"], ["status", "moved_at", "answered_at"]),
    "ix_bookings_starts": ("bookings", ["starts_at", "id"], ["status", "ends_at"]),
    "ix_feedback_mentor_id": ("feedback", ["mentor_id", "created_at", "id"], ["rating", "hidden_at"]),
    "ix_feedback_created_at": ("feedback", ["created_at", "id"], ["rating", "hidden_at"]),
}
_WAITS = """
    CREATE INDEX ix_bookings_waits ON bookings
        (((julianday(answered_at) - julianday(coalesce(moved_at, requested_at))) * 86400.0), requested_at)
    WHERE answered_at IS NOT NULL
"""
"""For the median of the time to answer; PostgreSQL sorts for it fast enough."""


def upgrade() -> None:
    for name, (table, columns, counted) in _INDEXES.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [*columns, *counted])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_WAITS)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_bookings_waits", table_name="bookings")
    for name, (table, columns, _) in _INDEXES.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
