"""Slots: the bookable pieces of mentors' availability."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select

from mentorhub.db.constructs import among, now
from mentorhub.db.database import Reader
from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import SlotStatus


class SlotRow(NamedTuple):
    id: Key
    mentor_id: Key
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus


COLUMNS = tuple(slots.c[name] for name in SlotRow._fields)

MAY_BE_OFFERED: ColumnElement[bool] = slots.c.status.in_([SlotStatus.OPEN, SlotStatus.HELD])
"""Neither confirmed nor closed: the slot is offered from the one of its instants to the other."""

IS_OFFERED: ColumnElement[bool] = and_(
    MAY_BE_OFFERED,
    slots.c.offered_from <= now(),
    slots.c.offered_until >= now(),
)
"""The one predicate of lists and requests, as the database says it: the slot can be requested `now`."""

_BY_KEYS = Statement(select(*COLUMNS).where(among(slots.c.id, "keys")), SlotRow)


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, SlotRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}
