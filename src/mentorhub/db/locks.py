"""Locks that keep the log's order true to what caused what. SQLite, with its one writer, needs none of them.

PostgreSQL numbers a transaction at its first write or row lock, and the log goes by these numbers. Whoever took a
number and then waited for somebody would be told before them, though it happened after. So a change of bookings first
takes all its locks by `hold`, which gives no number away, then locks the mentors' rows, and only then writes.

The order is: the mentees who ask for a time, sorted; the mentors, sorted; the mentors' rows. Whoever changes bookings
or slots of a mentor has locked the mentor's row.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, FromClause, Select, Text, cast, false, func, literal, select, union

from mentorhub.db.bookings import IS_ACTIVE, IS_OVERDUE
from mentorhub.db.database import Transaction
from mentorhub.db.list_parameters import among, each
from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.bookings import bookings
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key


class _Held(NamedTuple):
    id: str


class LockedMentor(NamedTuple):
    """What is known of a mentor whose row is locked."""

    id: Key
    buffer_minutes: int
    next_slot_at: datetime


def _holding(keys: FromClause, key: ColumnElement[str]) -> Select[Any]:
    """Holds each *key* of *keys*, in their order."""
    return select(
        cast(func.pg_advisory_xact_lock(func.hashtextextended(key, 0)), Text).label("id")
    ).select_from(keys)


def _at_once(holding: Select[Any], name: str) -> CTE:
    return holding.cte(name).prefix_with("MATERIALIZED")


def _are(held: CTE) -> ColumnElement[bool]:
    """Whether all are *held*, which is asked before the first row is looked at, since it depends on none."""
    return select(func.count(held.c.id)).scalar_subquery() >= literal(0)


_KEYS = each("keys", Text())
_HOLDING = _holding(_KEYS, _KEYS.c.value)
_HOLD = Statement(_HOLDING, _Held, sqlite=select(literal("").label("id")).where(false()))
_MENTORS = select(*(mentors.c[name] for name in LockedMentor._fields)).order_by(mentors.c.id)
_LOCKED = _MENTORS.with_for_update(key_share=True, of=mentors)
_ARE_NAMED = among(mentors.c.id, "mentors")
_ROWS = Statement(
    _LOCKED.where(_ARE_NAMED, _are(_at_once(_HOLDING, "held"))),
    LockedMentor,
    sqlite=_MENTORS.where(_ARE_NAMED),
)

_CONCERNED = union(
    select(mentors.c.id).where(_ARE_NAMED),
    select(slots.c.mentor_id).where(among(slots.c.id, "slots")),
    select(bookings.c.mentor_id).where(among(bookings.c.mentee_id, "mentees"), IS_ACTIVE, IS_OVERDUE),
).cte("concerned")
_ARE_CONCERNED = mentors.c.id.in_(select(_CONCERNED.c.id))
_MENTEES = _at_once(_HOLDING, "askers")
_IN_ORDER = select(_CONCERNED.c.id).where(_are(_MENTEES)).order_by(_CONCERNED.c.id).subquery("in_order")
_PARTIES = Statement(
    _LOCKED.where(_ARE_CONCERNED, _are(_at_once(_holding(_IN_ORDER, cast(_IN_ORDER.c.id, Text)), "held"))),
    LockedMentor,
    sqlite=_MENTORS.where(_ARE_CONCERNED),
)


async def hold(transaction: Transaction, *keys: Key) -> None:
    """Waits until no other transaction holds any of *keys*, and holds them to the end of this one."""
    await transaction.all(_HOLD, keys=sorted(set(keys)))


async def mentors_rows(transaction: Transaction, keys: Iterable[Key]) -> dict[Key, LockedMentor]:
    """Holds mentors, then locks their rows: their bookings, slots and figures are this transaction's alone."""
    wanted = sorted(set(keys))
    return {row.id: row for row in await transaction.all(_ROWS, keys=wanted, mentors=wanted)}


async def parties(
    transaction: Transaction,
    mentees: Iterable[Key],
    *,
    mentors: Iterable[Key] = (),
    slots: Iterable[Key] = (),
    now: datetime,
) -> dict[Key, LockedMentor]:
    """Holds *mentees* who ask for a time, then, as `mentors_rows` does, *mentors*, those of *slots*, and those who have
    not answered the mentees in time, the clock not having come by.
    """
    held = sorted(set(mentees))
    rows = await transaction.all(
        _PARTIES, keys=held, mentees=held, mentors=list(mentors), slots=list(slots), now=now
    )
    return {row.id: row for row in rows}
