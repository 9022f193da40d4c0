"""What those who listen still are: the sessions and access tokens that hold, many at a time.

It is asked of everybody who listens, at every event: nothing is selected that need not be.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import access_tokens, sessions, users
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Role, UserStatus


class StandingRow(NamedTuple):
    key: Key
    """The session's or the token's."""
    role: Role
    """Its user's."""


_IS_ACTIVE = users.c.status == UserStatus.ACTIVE
_OF_SESSIONS = (
    select(sessions.c.id.label("key"), users.c.role)
    .join_from(sessions, users, users.c.id == sessions.c.user_id)
    .where(_IS_ACTIVE, among(sessions.c.id, "keys"), sessions.c.expires_at > now())
)
_OF_TOKENS = (
    select(access_tokens.c.id.label("key"), users.c.role)
    .join_from(access_tokens, users, users.c.id == access_tokens.c.user_id)
    .where(
        _IS_ACTIVE,
        among(access_tokens.c.id, "keys"),
        or_(access_tokens.c.expires_at.is_(None), access_tokens.c.expires_at > now()),
    )
)
_BY_SESSIONS = Statement(_OF_SESSIONS, StandingRow)
_BY_TOKENS = Statement(_OF_TOKENS, StandingRow)


async def roles(reader: Reader, keys: Sequence[Key], *, now: datetime) -> dict[Key, Role]:
    """The roles of the active users whose *keys* are, of sessions and tokens that have not ended."""
    found = {row.key: row.role for row in await reader.all(_BY_SESSIONS, keys=list(keys), now=now)}
    if others := [key for key in keys if key not in found]:
        found |= {row.key: row.role for row in await reader.all(_BY_TOKENS, keys=others, now=now)}
    return found
