"""The keys under which requests may be sent again, each with the booking that came of it."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.bookings import idempotency_keys
from mentorhub.db.types import Instant
from mentorhub.rules.keys import Key

LASTS: Final = timedelta(hours=24)


class Used(NamedTuple):
    """What a user has used a key for."""

    user_id: Key
    key: str
    input_hash: str
    booking_id: Key


_IS_NAMED = (
    idempotency_keys.c.user_id == bindparam("user_id", type_=idempotency_keys.c.user_id.type),
    idempotency_keys.c.key == bindparam("key", type_=idempotency_keys.c.key.type),
)
_USED = Statement(
    select(*(idempotency_keys.c[name] for name in Used._fields)).where(
        among(idempotency_keys.c.user_id, "users"),
        among(idempotency_keys.c.key, "keys"),
        idempotency_keys.c.used_at > bindparam("since", type_=Instant()),
    ),
    Used,
)
_FORGET = change(delete(idempotency_keys).where(*_IS_NAMED))
_ADD = change(
    insert(idempotency_keys), parameters=["id", "user_id", "key", "input_hash", "booking_id", "used_at"]
)
_FORGET_OLD = change(delete(idempotency_keys).where(idempotency_keys.c.used_at <= now()))


async def used(
    reader: Reader, asked: Collection[tuple[Key, str]], *, now: datetime
) -> dict[tuple[Key, str], Used]:
    """What each of *asked*, a user and their key, was used for within a day; absent where it was not."""
    users, keys = map(list, zip(*asked, strict=True))
    found = await reader.all(_USED, users=users, keys=keys, since=now - LASTS)
    return {at: row for row in found if (at := (row.user_id, row.key)) in asked}


async def keep(transaction: Transaction, kept: Iterable[Used], *, now: datetime) -> None:
    """Keeps what keys are used for, in the place of what has had its day."""
    rows = [{**row._asdict(), "id": new_key(), "used_at": now} for row in kept]
    await transaction.many(_FORGET, rows)
    await transaction.many(_ADD, rows)


async def forget_old(transaction: Transaction, *, now: datetime) -> int:
    """Removes the keys that have had their day; how many."""
    return await transaction.run(_FORGET_OLD, now=now - LASTS)
