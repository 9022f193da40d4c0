"""Attempts: what was tried lately, and by whom, for all processes."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.accounts import attempts
from mentorhub.rules.keys import Key


class _Made(NamedTuple):
    made_at: datetime


_SINCE = bindparam("since", type_=attempts.c.made_at.type)
_LATEST = Statement(
    select(attempts.c.made_at)
    .where(
        attempts.c.what == bindparam("what"),
        attempts.c.who == bindparam("who"),
        attempts.c.made_at > _SINCE,
        # The sandbox's clock may have been ahead.
        attempts.c.made_at <= now(),
    )
    .order_by(attempts.c.made_at.desc())
    .limit(LIMITED),
    _Made,
)
_ADD = change(insert(attempts), parameters=["id", "what", "who", "made_at"])
_FORGIVE = change(delete(attempts).where(among(attempts.c.id, "keys")))
_SWEEP = change(
    delete(attempts).where(
        attempts.c.id.in_(select(attempts.c.id).where(attempts.c.made_at <= _SINCE).limit(1000))
    )
)


async def latest(
    reader: Reader, what: str, who: str, *, since: datetime, now: datetime, limit: int
) -> list[datetime]:
    """When *who* tried *what* after *since*, newest first, at most *limit*."""
    rows = await reader.all(_LATEST, limit=limit, what=what, who=who, since=since, now=now)
    return [row.made_at for row in rows]


async def add(transaction: Transaction, what: str, who: str, *, at: datetime) -> Key:
    key = new_key()
    await transaction.run(_ADD, id=key, what=what, who=who, made_at=at)
    return key


async def forgive(transaction: Transaction, keys: list[Key]) -> None:
    """Forgets attempts: what came of them was right."""
    await transaction.run(_FORGIVE, keys=keys)


async def sweep(transaction: Transaction, *, before: datetime) -> int:
    """Forgets attempts that no longer count, some at a time; how many."""
    return await transaction.run(_SWEEP, since=before)
