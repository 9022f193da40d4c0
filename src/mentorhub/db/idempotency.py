"""The keys under which requests may be sent again, each with the booking that came of it."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.bookings import idempotency_keys
from mentorhub.db.types import Instant
from mentorhub.rules.keys import Key

LASTS: Final = timedelta(hours=24)


class Used(NamedTuple):
    input_hash: str
    booking_id: Key


_IS_NAMED = (
    idempotency_keys.c.user_id == bindparam("user_id", type_=idempotency_keys.c.user_id.type),
    idempotency_keys.c.key == bindparam("key", type_=idempotency_keys.c.key.type),
)
_HOLDS = idempotency_keys.c.used_at > bindparam("since", type_=Instant())
_USED = Statement(
    select(idempotency_keys.c.input_hash, idempotency_keys.c.booking_id).where(*_IS_NAMED, _HOLDS), Used
)
_FORGET = change(delete(idempotency_keys).where(*_IS_NAMED))
_ADD = change(
    insert(idempotency_keys), parameters=["id", "user_id", "key", "input_hash", "booking_id", "used_at"]
)
_FORGET_OLD = change(delete(idempotency_keys).where(idempotency_keys.c.used_at <= now()))


async def used(reader: Reader, user_id: Key, key: str, *, now: datetime) -> Used | None:
    """What *key* was used for within a day."""
    return await reader.one(_USED, user_id=user_id, key=key, since=now - LASTS)


async def keep(
    transaction: Transaction, user_id: Key, key: str, *, input_hash: str, booking_id: Key, now: datetime
) -> None:
    """Keeps *key* with its booking, in the place of one that has had its day."""
    await transaction.run(_FORGET, user_id=user_id, key=key)
    await transaction.run(
        _ADD,
        id=new_key(),
        user_id=user_id,
        key=key,
        input_hash=input_hash,
        booking_id=booking_id,
        used_at=now,
    )


async def forget_old(transaction: Transaction, *, now: datetime) -> int:
    """Removes the keys that have had their day; how many."""
    return await transaction.run(_FORGET_OLD, now=now - LASTS)
