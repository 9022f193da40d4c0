"""Photos: whose is stored under which name, and which stored ones are nobody's."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.accounts import discarded_photos, users
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key


class DiscardedRow(NamedTuple):
    name: str


_USER_ID = bindparam("user_id", type_=users.c.id.type)
_NAME = bindparam("photo", type_=users.c.photo.type)
_SET_USERS = change(update(users).where(users.c.id == _USER_ID).values(photo=_NAME))
_SET_MENTORS = change(update(mentors).where(mentors.c.user_id == _USER_ID).values(photo=_NAME))


def _discarding(insert: type[postgresql.Insert] | type[sqlite.Insert]) -> Any:
    values = {column.name: bindparam(column.name, type_=column.type) for column in discarded_photos.c}
    discarding = insert(discarded_photos).values(**values)
    return discarding.on_conflict_do_update(
        index_elements=["name"], set_={"due_at": discarding.excluded.due_at}
    )


_DISCARD = change(_discarding(postgresql.Insert), sqlite=_discarding(sqlite.Insert))
_KEEP = change(delete(discarded_photos).where(discarded_photos.c.name == bindparam("photo")))
_DUE = Statement(
    select(discarded_photos.c.name)
    .where(discarded_photos.c.due_at <= bindparam("now", type_=discarded_photos.c.due_at.type))
    .order_by(discarded_photos.c.due_at)
    .limit(LIMITED),
    DiscardedRow,
)


async def set_photo(transaction: Transaction, user_id: Key, name: str | None) -> None:
    """The photo of a user, and of their mentor profile."""
    await transaction.run(_SET_USERS, user_id=user_id, photo=name)
    await transaction.run(_SET_MENTORS, user_id=user_id, photo=name)


async def discard(transaction: Transaction, name: str, *, at: datetime) -> None:
    """Has the files of a photo removed *at* then, unless it is kept before."""
    await transaction.run(_DISCARD, name=name, due_at=at)


async def keep(transaction: Transaction, name: str) -> bool:
    """Takes back what `discard` said; False where it was too late, or never said."""
    return bool(await transaction.run(_KEEP, photo=name))


async def discarded(reader: Reader, *, now: datetime, limit: int) -> list[str]:
    """Photos whose files are to be removed."""
    return [row.name for row in await reader.all(_DUE, now=now, limit=limit)]
