"""Turns: deliveries are claimed webhook by webhook, in a round, so that whoever has much to be told is one of many.

What a claim reads grows with what it takes, not with what waits: after an outage that may be a million deliveries.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, select, update

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.paging import Window
from mentorhub.db.paging_of_many import ListingOfMany
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.webhooks import deliveries
from mentorhub.db.webhook_deliveries import DeliveryRow
from mentorhub.rules.keys import NOBODY, Key

FIRST: Final = NOBODY
"""Where a round begins."""


class Turn(NamedTuple):
    """What was claimed, and the webhook whose turn was last."""

    claimed: list[DeliveryRow]
    after: Key


class _Due(NamedTuple):
    id: Key


class _Waiting(NamedTuple):
    webhook_id: Key


class _Head(NamedTuple):
    webhook_id: Key
    due_at: datetime
    id: Key


_IS_DUE = and_(deliveries.c.due_at.is_not(None), deliveries.c.due_at <= now())
_ANY = Statement(select(deliveries.c.id).where(_IS_DUE).limit(LIMITED), _Due)


def _next(after: Any) -> Any:
    """The first webhook behind *after* of which something is due: one look at an index."""
    return (
        select(deliveries.c.webhook_id)
        .where(_IS_DUE, deliveries.c.webhook_id > after)
        .order_by(deliveries.c.webhook_id, deliveries.c.due_at)
        .limit(1)
        .scalar_subquery()
        .label("webhook_id")
    )


_FIRST = select(_next(bindparam("after", type_=deliveries.c.webhook_id.type))).cte("round", recursive=True)
_ROUND = _FIRST.union_all(select(_next(_FIRST.c.webhook_id)).where(_FIRST.c.webhook_id.is_not(None)))
_WAITING = Statement(
    select(_ROUND.c.webhook_id).where(_ROUND.c.webhook_id.is_not(None)).limit(LIMITED), _Waiting
)
_HEADS = ListingOfMany(
    select(*(deliveries.c[name] for name in _Head._fields)).where(_IS_DUE),
    _Head,
    deliveries.c.due_at,
    deliveries.c.id,
    owner=deliveries.c.webhook_id,
)
_LOCK = Statement(
    select(deliveries.c.id).where(among(deliveries.c.id, "keys"), _IS_DUE).with_for_update(skip_locked=True),
    _Due,
)
_CLAIM = change(
    update(deliveries)
    .where(among(deliveries.c.id, "keys"))
    .values(due_at=bindparam("until", type_=deliveries.c.due_at.type), attempts=deliveries.c.attempts + 1)
)
_BY_KEYS = Statement(
    select(*(deliveries.c[name] for name in DeliveryRow._fields))
    .where(among(deliveries.c.id, "keys"))
    .order_by(deliveries.c.created_at, deliveries.c.id),
    DeliveryRow,
)


async def any_due(reader: Reader, *, now: datetime) -> bool:
    return bool(await reader.all(_ANY, now=now, limit=1))


async def claim(
    transaction: Transaction,
    *,
    now: datetime,
    until: datetime,
    after: Key,
    busy: Collection[Key],
    each: int,
    limit: int,
) -> Turn:
    """Deliveries that are due, which nobody else claims before *until*: of webhooks that come *after* one, none *busy*.

    Each webhook's first comes before any webhook's second, and *each* is the most of one.
    """
    waiting = await _waiting(transaction, now=now, after=after, busy=busy, limit=limit)
    if not waiting:
        return Turn([], FIRST)
    keys = await _heads(transaction, waiting, now=now, each=each)
    found = [row.id for row in await transaction.all(_LOCK, keys=keys[:limit], now=now)]
    if not found:
        return Turn([], waiting[-1])
    await transaction.run(_CLAIM, keys=found, until=until)
    return Turn(await transaction.all(_BY_KEYS, keys=found), waiting[-1])


async def _waiting(
    transaction: Transaction, *, now: datetime, after: Key, busy: Collection[Key], limit: int
) -> list[Key]:
    """The next webhooks of which something is due, *limit* at most; a round goes on from its beginning."""
    number = limit + len(busy)
    found = await transaction.all(_WAITING, now=now, after=after, limit=number)
    if len(found) < number and after != FIRST:
        found += await transaction.all(_WAITING, now=now, after=FIRST, limit=number)
    return list(dict.fromkeys(row.webhook_id for row in found if row.webhook_id not in busy))[:limit]


async def _heads(transaction: Transaction, waiting: Sequence[Key], *, now: datetime, each: int) -> list[Key]:
    """What is due of each of *waiting*, *each* at most: all their first ones, then their second ones."""
    cuts = await _HEADS.ends(transaction, waiting, Window(each), now=now)
    turns = [(turn, row.due_at, row.id) for cut in cuts.values() for turn, row in enumerate(cut.rows)]
    return [key for _, _, key in sorted(turns)]
