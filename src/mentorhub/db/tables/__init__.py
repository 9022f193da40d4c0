"""The tables, a file a column of the house; what the database itself holds is written here and in the migrations."""

from functools import cache

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from mentorhub.db.tables import (
    accounts,
    availability,
    bookings,
    facts,
    feedback,
    incidents,
    jobs,
    mentors,
    notifications,
    support,
    warnings,
    webhooks,
)

METADATA = SQLModel.metadata


@cache
def unique_by_columns() -> dict[str, str]:
    """The names of the unique constraints and indexes by how SQLite words their columns: "users.email"."""
    names = {}
    for table in METADATA.tables.values():
        constraints = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
        held: list[UniqueConstraint | Index] = [
            *constraints,
            *(item for item in table.indexes if item.unique),
        ]
        for item in held:
            names[", ".join(f"{table.name}.{column.name}" for column in item.columns)] = str(item.name)
    return names


__all__ = [
    "METADATA",
    "accounts",
    "availability",
    "bookings",
    "facts",
    "feedback",
    "incidents",
    "jobs",
    "mentors",
    "notifications",
    "support",
    "unique_by_columns",
    "warnings",
    "webhooks",
]
