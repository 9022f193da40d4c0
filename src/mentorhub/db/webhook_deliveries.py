"""Deliveries: written down with the reading of the log, then claimed (`db.webhook_turns`) and tried, as mails are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.paging_of_many import ListingOfMany
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.webhooks import deliveries, webhooks
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import WebhookTopic


class DeliveryRow(NamedTuple):
    id: Key
    webhook_id: Key
    fact_id: Key
    position: int
    topic: WebhookTopic
    created_at: datetime
    due_at: datetime | None
    attempts: int
    earlier_attempts: int
    status_code: int | None
    error: str | None
    delivered_at: datetime | None

    @property
    def tries(self) -> int:
        """Those begun since it was asked for, this one included."""
        return self.attempts - self.earlier_attempts


class Waiting(NamedTuple):
    """How many deliveries are to be made, and since when the first of those that are due is."""

    number: int
    due_since: datetime | None


def _instant(name: str) -> Any:
    return bindparam(name, type_=deliveries.c.due_at.type)


_COLUMNS = tuple(deliveries.c[name] for name in DeliveryRow._fields)
_IS_NAMED = deliveries.c.id == bindparam("delivery_id", type_=deliveries.c.id.type)
_STILL_CLAIMED = and_(
    _IS_NAMED, deliveries.c.attempts == bindparam("attempt"), deliveries.c.due_at.is_not(None)
)

OF_WEBHOOKS = ListingOfMany(
    select(*_COLUMNS),
    DeliveryRow,
    deliveries.c.created_at,
    deliveries.c.id,
    owner=deliveries.c.webhook_id,
    descending=True,
)
"""Newest first."""

_ADD = change(
    insert(deliveries),
    parameters=["id", "webhook_id", "fact_id", "position", "topic", "created_at", "due_at"],
)
_OWN = Statement(
    select(*_COLUMNS)
    .join_from(deliveries, webhooks, webhooks.c.id == deliveries.c.webhook_id)
    .where(_IS_NAMED, webhooks.c.user_id == bindparam("owner", type_=webhooks.c.user_id.type)),
    DeliveryRow,
)
_DELIVERED = change(
    update(deliveries)
    .where(_STILL_CLAIMED)
    .values(delivered_at=now(), due_at=null(), status_code=bindparam("status"), error=null())
)
_FAILED = change(
    update(deliveries)
    .where(_STILL_CLAIMED)
    .values(due_at=_instant("due"), status_code=bindparam("status"), error=bindparam("error"))
)
_DROP = change(delete(deliveries).where(_IS_NAMED))
_GIVE_UP = change(
    update(deliveries)
    .where(
        deliveries.c.webhook_id == bindparam("webhook", type_=deliveries.c.webhook_id.type),
        deliveries.c.due_at.is_not(None),
    )
    .values(due_at=null())
)
_AGAIN = change(
    update(deliveries).where(_IS_NAMED).values(due_at=now(), earlier_attempts=deliveries.c.attempts)
)
_SWEEP = change(
    delete(deliveries).where(
        deliveries.c.id.in_(
            select(deliveries.c.id).where(deliveries.c.created_at < _instant("before")).limit(1000)
        )
    )
)
_WAITING = Statement(
    select(
        func.count(literal_column("*")).label("number"),
        func.min(
            case((deliveries.c.due_at <= now(), deliveries.c.due_at)), type_=deliveries.c.due_at.type
        ).label("due_since"),
    ).where(deliveries.c.due_at.is_not(None)),
    Waiting,
)


async def add(transaction: Transaction, rows: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
    """Writes deliveries down: of each *webhook_id*, *fact_id*, *position* and *topic*, due at once."""
    written = [{"id": new_key(), "created_at": at, "due_at": at, **row} for row in rows]
    if written:
        await transaction.many(_ADD, written)


async def own(reader: Reader, key: Key, *, user_id: Key) -> DeliveryRow | None:
    """The delivery *key* if it is one of the user's webhooks'."""
    return await reader.one(_OWN, delivery_id=key, owner=user_id)


async def delivered(transaction: Transaction, row: DeliveryRow, *, status: int | None, now: datetime) -> None:
    await transaction.run(_DELIVERED, delivery_id=row.id, attempt=row.attempts, status=status, now=now)


async def failed(
    transaction: Transaction, row: DeliveryRow, *, status: int | None, error: str, due: datetime | None
) -> None:
    """Has *row* tried again when it is *due*; given up where it is not to be."""
    await transaction.run(
        _FAILED, delivery_id=row.id, attempt=row.attempts, status=status, error=error, due=due
    )


async def drop(transaction: Transaction, row: DeliveryRow) -> None:
    """Removes *row*: there is nothing to tell any more, or nobody."""
    await transaction.run(_DROP, delivery_id=row.id)


async def give_up(transaction: Transaction, webhook_id: Key) -> None:
    """Whatever waits for a webhook waits no more."""
    await transaction.run(_GIVE_UP, webhook=webhook_id)


async def again(transaction: Transaction, key: Key, *, now: datetime) -> None:
    """Has a delivery tried at once, and as often as a new one."""
    await transaction.run(_AGAIN, delivery_id=key, now=now)


async def sweep(transaction: Transaction, *, before: datetime) -> int:
    """Removes deliveries from before *before*, some at a time; how many."""
    return await transaction.run(_SWEEP, before=before)


async def waiting(reader: Reader, *, now: datetime) -> Waiting:
    found = await reader.one(_WAITING, now=now)
    assert found is not None
    return found
