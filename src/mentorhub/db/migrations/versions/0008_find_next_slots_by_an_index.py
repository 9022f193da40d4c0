"""Find a mentor's next slots by an index that has all of them that is asked."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_MAY_BE_OFFERED = sa.text("status IN ('OPEN', 'HELD')")


def upgrade() -> None:
    op.create_index(
        "ix_slots_next",
        "slots",
        ["mentor_id", "starts_at", "offered_from", "offered_until", "id", "status"],
        postgresql_where=_MAY_BE_OFFERED,
        sqlite_where=_MAY_BE_OFFERED,
    )


def downgrade() -> None:
    op.drop_index("ix_slots_next", table_name="slots")
