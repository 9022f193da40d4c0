"""The devices that somebody has signed in from."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.accounts import known_devices
from mentorhub.rules.keys import Key


class _Device(NamedTuple):
    device_hash: str


_OF_USER = Statement(
    select(known_devices.c.device_hash).where(
        known_devices.c.user_id == bindparam("user_id", type_=known_devices.c.user_id.type)
    ),
    _Device,
)


def _noting(insert: type[postgresql.Insert] | type[sqlite.Insert]) -> Any:
    values = {column.name: bindparam(column.name, type_=column.type) for column in known_devices.c}
    noting = insert(known_devices).values(**values)
    return noting.on_conflict_do_update(
        index_elements=["user_id", "device_hash"], set_={"seen_at": noting.excluded.seen_at}
    )


_NOTE = change(_noting(postgresql.Insert), sqlite=_noting(sqlite.Insert))
_KEY = (known_devices.c.user_id, known_devices.c.device_hash)
_SWEEP = change(
    delete(known_devices).where(
        tuple_(*_KEY).in_(
            select(*_KEY)
            .where(known_devices.c.seen_at < bindparam("before", type_=known_devices.c.seen_at.type))
            .limit(1000)
        )
    )
)


async def of_user(reader: Reader, user_id: Key) -> set[str]:
    """The hashes of a user's devices."""
    return {row.device_hash for row in await reader.all(_OF_USER, user_id=user_id)}


async def note(transaction: Transaction, user_id: Key, device_hash: str, *, at: datetime) -> None:
    await transaction.run(_NOTE, user_id=user_id, device_hash=device_hash, seen_at=at)


async def sweep(transaction: Transaction, *, before: datetime) -> int:
    """Forgets devices not seen since *before*, some at a time; how many."""
    return await transaction.run(_SWEEP, before=before)
