"""Keep what mentors know in their own rows, where lists find it, and number what it is called."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ON_POSTGRESQL = """
    UPDATE mentors SET expertise_ids = known.keys
    FROM (
        SELECT mentor_id, string_agg(CAST(expertise_id AS text), ' ' ORDER BY expertise_id) AS keys
        FROM mentor_expertise GROUP BY mentor_id
    ) AS known
    WHERE mentors.id = known.mentor_id
"""
_ON_SQLITE = """
    UPDATE mentors SET expertise_ids = (
        SELECT coalesce(group_concat(expertise_id, ' '), '')
        FROM (SELECT expertise_id FROM mentor_expertise WHERE mentor_id = mentors.id ORDER BY expertise_id)
    )
"""


def upgrade() -> None:
    op.add_column("mentors", sa.Column("expertise_ids", sa.String(), server_default="", nullable=False))
    op.add_column("expertise", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_expertise_revision", "expertise", ["revision"])
    op.execute(_ON_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _ON_SQLITE)


def downgrade() -> None:
    op.drop_index("ix_expertise_revision", table_name="expertise")
    op.drop_column("expertise", "revision")
    op.drop_column("mentors", "expertise_ids")
