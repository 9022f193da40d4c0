"""Find activities by an index that has nothing else in it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_KINDS = """
    USER_JOINED USER_SUSPENDED USER_REINSTATED USER_WARNED ROLE_CHANGED MENTOR_APPLIED MENTOR_APPROVED
    MENTOR_REJECTED MENTOR_DEACTIVATED MENTOR_REACTIVATED BOOKING_REQUESTED BOOKING_CONFIRMED
    BOOKING_DECLINED BOOKING_CANCELLED BOOKING_COMPLETED BOOKING_EXPIRED BOOKING_RESCHEDULED
    FEEDBACK_SUBMITTED FEEDBACK_HIDDEN FEEDBACK_RESTORED INCIDENT_REPORTED INCIDENT_CHANGED
    INCIDENT_RESOLVED ANNOUNCEMENT_POSTED ANNOUNCEMENT_ENDED EXPERTISE_CREATED EXPERTISE_RENAMED FAQ_SAVED
    FAQ_DELETED TICKET_OPENED TICKET_ANSWERED TICKET_CLOSED ACCESS_REVOKED ACCOUNT_DELETED DATA_EXPORTED
"""
_IS_ACTIVITY = sa.text(f"kind IN ({', '.join(repr(kind) for kind in _KINDS.split())})")


def upgrade() -> None:
    op.create_index(
        "ix_facts_activity",
        "facts",
        ["transaction", "position"],
        postgresql_where=_IS_ACTIVITY,
        sqlite_where=_IS_ACTIVITY,
    )


def downgrade() -> None:
    op.drop_index("ix_facts_activity", table_name="facts")
