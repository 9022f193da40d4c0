"""Tokens: those mailed to somebody, each good for one thing once, and those made for programs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, literal_column, or_, select

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.accounts import access_tokens, mailed_tokens
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import AccessScope, TokenPurpose


def _user(table: Any) -> ColumnElement[bool]:
    is_theirs: ColumnElement[bool] = table.c.user_id == bindparam("user_id", type_=table.c.user_id.type)
    return is_theirs


# ── Mailed ────────────────────────────────────────────────────────────────────────────────────────


class MailedRow(NamedTuple):
    id: Key
    user_id: Key
    purpose: TokenPurpose
    email: str | None


_MAILED = tuple(mailed_tokens.c[name] for name in MailedRow._fields)
_IS_SHOWN = mailed_tokens.c.token_hash == bindparam("token_hash")
_HAS_PURPOSE = among(mailed_tokens.c.purpose, "purposes")

_ADD_MAILED = change(
    insert(mailed_tokens), parameters=["id", "user_id", "purpose", "token_hash", "email", "expires_at"]
)
_LOOK = Statement(
    select(*_MAILED).where(_IS_SHOWN, _HAS_PURPOSE, mailed_tokens.c.expires_at > now()), MailedRow
)
_TAKE = Statement(
    delete(mailed_tokens)
    .where(_IS_SHOWN, _HAS_PURPOSE, mailed_tokens.c.expires_at > now())
    .returning(*_MAILED),
    MailedRow,
)
_DROP_MAILED = change(delete(mailed_tokens).where(_user(mailed_tokens), _HAS_PURPOSE))
_SWEEP_MAILED = change(
    delete(mailed_tokens).where(
        mailed_tokens.c.id.in_(
            select(mailed_tokens.c.id).where(mailed_tokens.c.expires_at <= now()).limit(1000)
        )
    )
)


async def add_mailed(
    transaction: Transaction,
    *,
    user_id: Key,
    purpose: TokenPurpose,
    token_hash: str,
    expires_at: datetime,
    email: str | None = None,
) -> None:
    await transaction.run(
        _ADD_MAILED,
        id=new_key(),
        user_id=user_id,
        purpose=purpose,
        token_hash=token_hash,
        email=email,
        expires_at=expires_at,
    )


async def look(
    reader: Reader, token_hash: str, purposes: Iterable[TokenPurpose], *, now: datetime
) -> MailedRow | None:
    """What a token is good for, which stays good."""
    return await reader.one(_LOOK, token_hash=token_hash, purposes=list(purposes), now=now)


async def take(
    transaction: Transaction, token_hash: str, purposes: Iterable[TokenPurpose], *, now: datetime
) -> MailedRow | None:
    """What a token was good for; of several who show it at once, one gets it."""
    return await transaction.one(_TAKE, token_hash=token_hash, purposes=list(purposes), now=now)


async def drop_mailed(transaction: Transaction, user_id: Key, purposes: Iterable[TokenPurpose]) -> None:
    await transaction.run(_DROP_MAILED, user_id=user_id, purposes=list(purposes))


async def sweep_mailed(transaction: Transaction, *, now: datetime) -> int:
    """Removes tokens that have expired, some at a time; how many."""
    return await transaction.run(_SWEEP_MAILED, now=now)


# ── For programs ──────────────────────────────────────────────────────────────────────────────────


class AccessTokenRow(NamedTuple):
    id: Key
    user_id: Key
    name: str
    scopes: list[AccessScope]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


_ACCESS = tuple(access_tokens.c[name] for name in AccessTokenRow._fields)
_HOLDS = or_(access_tokens.c.expires_at.is_(None), access_tokens.c.expires_at > now())
_ADD_ACCESS = change(
    insert(access_tokens),
    parameters=["id", "user_id", "name", "scopes", "token_hash", "created_at", "expires_at"],
)
_OF_USER = Statement(
    select(*_ACCESS).where(_user(access_tokens), _HOLDS).order_by(access_tokens.c.id.desc()), AccessTokenRow
)
_OWN = Statement(
    select(*_ACCESS).where(_user(access_tokens), _HOLDS, among(access_tokens.c.id, "keys")), AccessTokenRow
)
_REVOKE = change(delete(access_tokens).where(_user(access_tokens), among(access_tokens.c.id, "keys")))
_REVOKE_ALL = change(delete(access_tokens).where(_user(access_tokens)))
_REVOKE_EVERYBODYS = change(delete(access_tokens).where(~_user(access_tokens)))
_SWEEP_ACCESS = change(
    delete(access_tokens).where(
        access_tokens.c.id.in_(
            select(access_tokens.c.id).where(access_tokens.c.expires_at <= now()).limit(1000)
        )
    )
)


class _Count(NamedTuple):
    number: int


_COUNT = Statement(
    select(func.count(literal_column("*")).label("number")).where(_user(access_tokens), _HOLDS), _Count
)


async def add_access(
    transaction: Transaction,
    *,
    user_id: Key,
    name: str,
    scopes: Sequence[AccessScope],
    token_hash: str,
    at: datetime,
    expires_at: datetime | None,
) -> AccessTokenRow:
    key = new_key()
    await transaction.run(
        _ADD_ACCESS,
        id=key,
        user_id=user_id,
        name=name,
        scopes=list(scopes),
        token_hash=token_hash,
        created_at=at,
        expires_at=expires_at,
    )
    return AccessTokenRow(key, user_id, name, list(scopes), at, None, expires_at)


async def access_of(reader: Reader, user_id: Key, *, now: datetime) -> list[AccessTokenRow]:
    """A user's access tokens that have not expired, newest first."""
    return await reader.all(_OF_USER, user_id=user_id, now=now)


async def own_access(
    reader: Reader, keys: Sequence[Key], *, user_id: Key, now: datetime
) -> dict[Key, AccessTokenRow]:
    """Those of *keys* that are the user's."""
    return {row.id: row for row in await reader.all(_OWN, keys=list(keys), user_id=user_id, now=now)}


async def count_access(reader: Reader, user_id: Key, *, now: datetime) -> int:
    found = await reader.one(_COUNT, user_id=user_id, now=now)
    return found.number if found else 0


async def revoke_access(transaction: Transaction, key: Key, *, user_id: Key) -> bool:
    """Whether there was such a token of the user's."""
    return bool(await transaction.run(_REVOKE, keys=[key], user_id=user_id))


async def revoke_all_access(transaction: Transaction, user_id: Key) -> int:
    return await transaction.run(_REVOKE_ALL, user_id=user_id)


async def revoke_everybodys_access(transaction: Transaction, *, but: Key) -> int:
    """Revokes every access token that is not of the user *but*; how many."""
    return await transaction.run(_REVOKE_EVERYBODYS, user_id=but)


async def sweep_access(transaction: Transaction, *, now: datetime) -> int:
    """Removes access tokens that have expired, some at a time; how many."""
    return await transaction.run(_SWEEP_ACCESS, now=now)
