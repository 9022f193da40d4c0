"""Activity: the facts that administrators see, newest first."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from mentorhub.db.bookings import IS_OVERDUE
from mentorhub.db.constructs import among
from mentorhub.db.database import Reader
from mentorhub.db.facts import COLUMNS, IS_SETTLED, ORDER, FactRow
from mentorhub.db.paging import Listing
from mentorhub.db.statements import Statement
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.facts import facts
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key

# What is not settled yet may still get company before it: a cursor of it would skip that.
_SETTLED = select(*COLUMNS).where(IS_SETTLED)

ALL = Listing(
    _SETTLED.where(facts.c.kind.in_([kind.value for kind in ActivityKind])), FactRow, *ORDER, descending=True
)
OF_ONE_KIND = Listing(_SETTLED.where(facts.c.kind == bindparam("kind")), FactRow, *ORDER, descending=True)
OF_KINDS = Listing(_SETTLED.where(among(facts.c.kind, "kinds")), FactRow, *ORDER, descending=True)

_BY_KEYS = Statement(
    select(*COLUMNS)
    .where(among(facts.c.id, "keys"))
    .where(facts.c.kind.in_([kind.value for kind in ActivityKind])),
    FactRow,
)


class _Count(NamedTuple):
    overdue: int


_OVERDUE = Statement(select(func.count().label("overdue")).select_from(bookings).where(IS_OVERDUE), _Count)


async def by_keys(reader: Reader, keys: list[Key]) -> dict[Key, FactRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=keys)}


async def overdue_bookings(reader: Reader, *, now: datetime) -> int:
    """How many bookings are stored as pending though their time has passed."""
    found = await reader.one(_OVERDUE, now=now)
    return found.overdue if found else 0
