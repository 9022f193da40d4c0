"""Sessions: signed-in devices."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.accounts import sessions, users
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Role, UserStatus


class SignedIn(NamedTuple):
    """A session that holds at the instant of the question, and whose it is."""

    session_id: Key
    user_id: Key
    role: Role
    status: UserStatus
    email_verified_at: datetime | None
    mentor_id: Key | None
    last_used_at: datetime


_HOLDS = (
    select(
        sessions.c.id.label("session_id"),
        users.c.id.label("user_id"),
        users.c.role,
        users.c.status,
        users.c.email_verified_at,
        mentors.c.id.label("mentor_id"),
        sessions.c.last_used_at,
    )
    .select_from(
        sessions.join(users, users.c.id == sessions.c.user_id).outerjoin(
            mentors, mentors.c.user_id == users.c.id
        )
    )
    .where(sessions.c.expires_at > now())
)
_IS_NAMED = sessions.c.id == bindparam("session_id", type_=sessions.c.id.type)

_BY_HASH = Statement(_HOLDS.where(sessions.c.token_hash == bindparam("token_hash")), SignedIn)
_BY_KEY = Statement(_HOLDS.where(_IS_NAMED), SignedIn)
_ADD = change(
    insert(sessions),
    parameters=[
        "id", "user_id", "token_hash", "created_at", "last_used_at", "expires_at", "user_agent", "ip_address",
    ],
)  # fmt: skip
_DELETE = change(delete(sessions).where(_IS_NAMED))


async def by_hash(reader: Reader, token_hash: str, *, now: datetime) -> SignedIn | None:
    """The session of a token, by the token's hash, unless it has expired."""
    return await reader.one(_BY_HASH, token_hash=token_hash, now=now)


async def by_key(reader: Reader, key: Key, *, now: datetime) -> SignedIn | None:
    """The session with *key*, unless it has expired."""
    return await reader.one(_BY_KEY, session_id=key, now=now)


async def add(
    transaction: Transaction,
    *,
    user_id: Key,
    token_hash: str,
    at: datetime,
    expires_at: datetime,
    user_agent: str | None,
    ip_address: str | None,
) -> Key:
    key = new_key()
    await transaction.run(
        _ADD,
        id=key,
        user_id=user_id,
        token_hash=token_hash,
        created_at=at,
        last_used_at=at,
        expires_at=expires_at,
        user_agent=user_agent,
        ip_address=ip_address,
    )
    return key


async def delete_one(transaction: Transaction, key: Key) -> None:
    await transaction.run(_DELETE, session_id=key)
