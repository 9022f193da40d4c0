"""Locks that keep the log's order true to what caused what. SQLite, with its one writer, needs none of them.

PostgreSQL numbers a transaction at its first write or row lock, and the log goes by these numbers. Whoever took a
number and then waited for somebody would be told before them, though it happened after. So a change of bookings first
takes all its locks by `hold`, which gives no number away, then locks the mentors' rows, and only then writes.

The order is: the mentees who ask for a time, sorted; the mentors, sorted; the mentors' rows. Whoever changes bookings
or slots of a mentor has locked the mentor's row.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Text, cast, false, func, literal, select

from mentorhub.db.constructs import among, each
from mentorhub.db.database import Transaction
from mentorhub.db.statements import Statement
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key


class _Held(NamedTuple):
    id: str


class LockedMentor(NamedTuple):
    """What is known of a mentor whose row is locked."""

    id: Key
    buffer_minutes: int
    next_slot_at: datetime


_KEYS = each("keys", Text())
_HOLDING = select(cast(func.pg_advisory_xact_lock(func.hashtextextended(_KEYS.c.value, 0)), Text).label("id"))
_HOLD = Statement(_HOLDING, _Held, sqlite=select(literal("").label("id")).where(false()))
_LOCKED = (
    select(*(mentors.c[name] for name in LockedMentor._fields))
    .where(among(mentors.c.id, "mentors"))
    .order_by(mentors.c.id)
    .with_for_update(key_share=True, of=mentors)
)
_HELD = _HOLDING.cte("held").prefix_with("MATERIALIZED")
# All are held before the first row is looked at, since that does not depend on a row.
_ARE_HELD = select(func.count(_HELD.c.id)).scalar_subquery() >= literal(0)
_ROWS = Statement(_LOCKED.where(_ARE_HELD), LockedMentor, sqlite=_LOCKED)


async def hold(transaction: Transaction, *keys: Key) -> None:
    """Waits until no other transaction holds any of *keys*, and holds them to the end of this one."""
    await transaction.all(_HOLD, keys=sorted(set(keys)))


async def mentors_rows(transaction: Transaction, keys: Iterable[Key]) -> dict[Key, LockedMentor]:
    """Holds mentors, then locks their rows: their bookings, slots and figures are this transaction's alone."""
    wanted = sorted(set(keys))
    return {row.id: row for row in await transaction.all(_ROWS, keys=wanted, mentors=wanted)}
