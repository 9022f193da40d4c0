"""Run by Alembic for every migration, with a connection that `mentorhub.db.migrations` opened."""

import warnings
from typing import Literal

from alembic import context
from sqlalchemy import text
from sqlmodel import AutoString

from mentorhub.db import types
from mentorhub.db.tables import METADATA

connection = context.config.attributes["connection"]

_OWN = ("mentor_search", "booking_search")
"""Tables that SQLAlchemy cannot describe: FTS5's, with their shadows."""


def _is_described(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:  # noqa: FBT001 -- Alembic's
    if kind == "table":
        return not any(str(name).startswith(own) for own in _OWN)
    if kind == "index" and name == "ix_bookings_waits":
        return False
    is_gin = kind == "index" and name in {"ix_mentors_search", "ix_bookings_search"}
    return not (is_gin and connection.dialect.name == "sqlite")


def _rendered(kind: str, item: object, _: object) -> str | Literal[False]:
    """Migrations name what a column is stored as, not the words of the day."""
    if isinstance(item, types.Choice | AutoString):
        return "sa.String()"
    if isinstance(item, types.Choices):
        return "types.Texts()"
    return f"types.{type(item).__name__}()" if isinstance(item, types.Column) else False


# SQLAlchemy cannot describe an index of an expression, and says so.
warnings.filterwarnings(
    "ignore", "Skipped unsupported reflection of expression-based index ix_bookings_waits"
)
context.configure(
    connection=connection,
    target_metadata=METADATA,
    compare_type=True,
    render_item=_rendered,
    include_object=_is_described,
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Two that migrate at once do it one after the other.
        connection.execute(text("SELECT pg_advisory_xact_lock(7223)"))
    context.run_migrations()
