"""Warnings that administrators gave."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.warnings import warnings
from mentorhub.rules.keys import Key


class WarningRow(NamedTuple):
    user_id: Key
    reason: str
    issued_by: Key
    issued_at: datetime


_OF_USERS = Statement(
    select(*(warnings.c[name] for name in WarningRow._fields))
    .where(among(warnings.c.user_id, "users"))
    .order_by(warnings.c.issued_at, warnings.c.id),
    WarningRow,
)
_ISSUE = change(insert(warnings), parameters=["id", *WarningRow._fields])


async def of_users(reader: Reader, users: Sequence[Key]) -> dict[Key, list[WarningRow]]:
    """What each of *users* was warned of, oldest first."""
    found: dict[Key, list[WarningRow]] = {key: [] for key in users}
    for row in await reader.all(_OF_USERS, users=list(found)):
        found[row.user_id].append(row)
    return found


async def issue(transaction: Transaction, warning: WarningRow) -> None:
    await transaction.run(_ISSUE, id=new_key(), **warning._asdict())
