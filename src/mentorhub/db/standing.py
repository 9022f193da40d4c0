"""What those who listen still are: the sessions and access tokens that hold, many at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from mentorhub.db.constructs import among, now
from mentorhub.db.database import Reader
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import access_tokens, sessions, users
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Role, UserStatus


class StandingRow(NamedTuple):
    key: Key
    """The session's or the token's."""
    user_id: Key
    role: Role
    status: UserStatus


_OF_SESSIONS = (
    select(sessions.c.id.label("key"), sessions.c.user_id, users.c.role, users.c.status)
    .join_from(sessions, users, users.c.id == sessions.c.user_id)
    .where(among(sessions.c.id, "keys"), sessions.c.expires_at > now())
)
_OF_TOKENS = (
    select(access_tokens.c.id.label("key"), access_tokens.c.user_id, users.c.role, users.c.status)
    .join_from(access_tokens, users, users.c.id == access_tokens.c.user_id)
    .where(
        among(access_tokens.c.id, "keys"),
        or_(access_tokens.c.expires_at.is_(None), access_tokens.c.expires_at > now()),
    )
)
_BY_KEYS = Statement(_OF_SESSIONS.union_all(_OF_TOKENS), StandingRow)


async def by_keys(reader: Reader, keys: Sequence[Key], *, now: datetime) -> dict[Key, StandingRow]:
    """Whose each of *keys* is, of sessions and tokens that have not ended."""
    return {row.key: row for row in await reader.all(_BY_KEYS, keys=list(keys), now=now)}
