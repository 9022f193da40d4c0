"""Which process runs which job, and when each is due again."""

from sqlmodel import Field, SQLModel

from mentorhub.db.tables.columns import datetime, instant, table_of


class JobClaim(SQLModel, table=True):
    """By the true time, which no sandbox moves."""

    __tablename__ = "jobs"

    name: str = Field(primary_key=True)
    due_at: datetime = instant()
    claimed_until: datetime = instant()
    """A claim that was never given back ends then."""
    claim: str | None = None
    """Says who has it: only they may give it back."""


jobs = table_of(JobClaim)
