"""Figures kept for all: counts that the dashboard shows, each the sum of its shards."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, bindparam, cast, func, literal, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from mentorhub.db.bookings import IS_OVERDUE
from mentorhub.db.database import Reader
from mentorhub.db.statements import Change, Statement, change
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.facts import figures

_SHARDS: Final = 16


class FigureRow(NamedTuple):
    name: str
    value: int


OVERDUE: Final = "bookings_overdue"
"""Not kept, since the clock alone changes it: bookings stored as pending though nobody answered them in time."""
_ALL = Statement(
    union_all(
        # Of whole numbers PostgreSQL makes a decimal sum, which costs the driver more than all else here.
        select(figures.c.name, cast(func.sum(figures.c.value), BigInteger).label("value")).group_by(
            figures.c.name
        ),
        select(literal(OVERDUE).label("name"), func.count().label("value"))
        .select_from(bookings)
        .where(IS_OVERDUE),
    ),
    FigureRow,
    is_shared=True,
)


def _adding(insert: type[postgresql.Insert] | type[sqlite.Insert]) -> postgresql.Insert | sqlite.Insert:
    adding = insert(figures).values(name=bindparam("name"), shard=bindparam("shard"), value=bindparam("by"))
    return adding.on_conflict_do_update(
        index_elements=["name", "shard"], set_={"value": figures.c.value + adding.excluded.value}
    )


_ADD = change(_adding(postgresql.Insert), sqlite=_adding(sqlite.Insert))


async def all_figures(reader: Reader, *, now: datetime) -> dict[str, int]:
    """Every figure by its name, and what is `OVERDUE`; one that was never counted is absent."""
    return {row.name: row.value for row in await reader.all(_ALL, now=now)}


def adding(changes: Mapping[str, int]) -> Change:
    """Adds to figures. Do it last: whoever else counts on the same shard waits until the transaction ends."""
    shard = random.randrange(_SHARDS)  # nosec B311  # noqa: S311 -- spreads load, keeps no secret
    # In one order, so that nobody waits in a circle; all on one way to the database.
    return _ADD, [{"name": name, "shard": shard, "by": by} for name, by in sorted(changes.items()) if by]
