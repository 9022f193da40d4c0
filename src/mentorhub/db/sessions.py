"""Sessions: signed-in devices; and what any credential that is shown stands for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    bindparam,
    delete,
    false,
    insert,
    null,
    or_,
    select,
    true,
    type_coerce,
    update,
)

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.accounts import access_tokens, sessions, users
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Choices, Flag
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import AccessScope, Role, UserStatus

# ── Shown ─────────────────────────────────────────────────────────────────────────────────────────


class Shown(NamedTuple):
    """A session or an access token, and whose it is."""

    shown: str
    """What it is found by: the hash of its token, or its key."""
    key: Key
    is_token: bool
    scopes: list[AccessScope] | None
    user_id: Key
    role: Role
    email_verified_at: datetime | None
    mentor_id: Key | None
    last_used_at: datetime | None
    expires_at: datetime | None


def _by(column: ColumnElement[Any], *, is_token: bool = False) -> Statement[Shown]:
    """Those of active users; whether they hold is looked at in what is found, so that all may ask at once."""
    table: Any = access_tokens if is_token else sessions
    found = (
        select(
            column.label("shown"),
            table.c.id.label("key"),
            type_coerce(true() if is_token else false(), Flag()).label("is_token"),
            (table.c.scopes if is_token else type_coerce(null(), Choices(AccessScope))).label("scopes"),
            users.c.id.label("user_id"),
            users.c.role,
            users.c.email_verified_at,
            mentors.c.id.label("mentor_id"),
            table.c.last_used_at,
            table.c.expires_at,
        )
        .select_from(
            table.join(users, users.c.id == table.c.user_id).outerjoin(
                mentors, mentors.c.user_id == users.c.id
            )
        )
        .where(users.c.status == UserStatus.ACTIVE, among(column, "keys"))
    )
    return Statement(found, Shown, gathers=True)


_BY_HASH = _by(sessions.c.token_hash)
_BY_KEY = _by(sessions.c.id)
_BY_TOKEN_HASH = _by(access_tokens.c.token_hash, is_token=True)
_BY_TOKEN_KEY = _by(access_tokens.c.id, is_token=True)


async def _found(reader: Reader, statement: Statement[Shown], shown: str, *, now: datetime) -> Shown | None:
    for row in await reader.all(statement, keys=[shown]):
        if row.expires_at is None or row.expires_at > now:
            return row
    return None


async def by_hash(reader: Reader, token_hash: str, *, now: datetime) -> Shown | None:
    """The session of a token, by the token's hash; None if it has expired, or its user is not active."""
    return await _found(reader, _BY_HASH, token_hash, now=now)


async def by_key(reader: Reader, key: Key, *, now: datetime) -> Shown | None:
    return await _found(reader, _BY_KEY, key, now=now)


async def by_token_hash(reader: Reader, token_hash: str, *, now: datetime) -> Shown | None:
    """As `by_hash`, of an access token."""
    return await _found(reader, _BY_TOKEN_HASH, token_hash, now=now)


async def by_token_key(reader: Reader, key: Key, *, now: datetime) -> Shown | None:
    return await _found(reader, _BY_TOKEN_KEY, key, now=now)


def _instant(name: str) -> Any:
    return bindparam(name, type_=sessions.c.expires_at.type)


def _key(name: str) -> Any:
    return bindparam(name, type_=sessions.c.id.type)


_NOTE_SESSION = change(
    update(sessions)
    .where(sessions.c.id == _key("key"), sessions.c.last_used_at <= _instant("before"))
    .values(last_used_at=_instant("at"), expires_at=_instant("expires"))
)
_NOTE_TOKEN = change(
    update(access_tokens)
    .where(
        access_tokens.c.id == _key("key"),
        or_(access_tokens.c.last_used_at.is_(None), access_tokens.c.last_used_at <= _instant("before")),
    )
    .values(last_used_at=_instant("at"))
)


async def note(
    transaction: Transaction, uses: Mapping[Key, datetime], *, every: timedelta, days: int
) -> None:
    """Writes down uses of sessions and access tokens, by their keys, unless one was within *every* before.

    A session lives so many *days* from then.
    """
    rows = [
        {"key": key, "at": at, "before": at - every, "expires": at + timedelta(days=days)}
        for key, at in sorted(uses.items())
    ]
    await transaction.many(_NOTE_SESSION, rows)
    await transaction.many(_NOTE_TOKEN, rows)


# ── Owned ─────────────────────────────────────────────────────────────────────────────────────────


class SessionRow(NamedTuple):
    id: Key
    user_id: Key
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str | None
    ip_address: str | None


_COLUMNS = tuple(sessions.c[name] for name in SessionRow._fields)
_HOLDS: ColumnElement[bool] = sessions.c.expires_at > now()
_IS_OWN: ColumnElement[bool] = sessions.c.user_id == _key("user_id")

_ADD = change(insert(sessions), parameters=[*SessionRow._fields, "token_hash"])
_OF_USER = Statement(
    select(*_COLUMNS).where(_IS_OWN, _HOLDS).order_by(sessions.c.last_used_at.desc(), sessions.c.id.desc()),
    SessionRow,
)
_OWN = Statement(select(*_COLUMNS).where(_IS_OWN, _HOLDS, among(sessions.c.id, "keys")), SessionRow)
_END = change(delete(sessions).where(_IS_OWN, sessions.c.id == _key("key")))
_END_ALL = change(delete(sessions).where(_IS_OWN))
_END_OTHERS = change(delete(sessions).where(_IS_OWN, sessions.c.id != _key("key")))
_END_EVERYBODYS = change(delete(sessions).where(~_IS_OWN))
_END_SOME = change(delete(sessions).where(_IS_OWN, among(sessions.c.id, "keys")))
_SWEEP = change(
    delete(sessions).where(
        sessions.c.id.in_(select(sessions.c.id).where(sessions.c.expires_at <= now()).limit(1000))
    )
)


async def add(transaction: Transaction, row: SessionRow, *, token_hash: str) -> None:
    await transaction.run(_ADD, **row._asdict(), token_hash=token_hash)


def new(
    *, user_id: Key, at: datetime, expires_at: datetime, user_agent: str | None, ip_address: str | None
) -> SessionRow:
    return SessionRow(new_key(), user_id, at, at, expires_at, user_agent, ip_address)


async def of_user(reader: Reader, user_id: Key, *, now: datetime) -> list[SessionRow]:
    """A user's sessions, the last used first."""
    return await reader.all(_OF_USER, user_id=user_id, now=now)


async def own(reader: Reader, keys: Sequence[Key], *, user_id: Key, now: datetime) -> dict[Key, SessionRow]:
    """Those of *keys* that are the user's."""
    return {row.id: row for row in await reader.all(_OWN, keys=list(keys), user_id=user_id, now=now)}


async def end(transaction: Transaction, key: Key, *, user_id: Key) -> bool:
    """Whether there was such a session of the user's."""
    return bool(await transaction.run(_END, key=key, user_id=user_id))


async def end_least_used(transaction: Transaction, user_id: Key, *, but: int, now: datetime) -> None:
    """Ends a user's sessions but the last used, *but* of which stay."""
    spare = (await of_user(transaction, user_id, now=now))[but:]
    if spare:
        await transaction.run(_END_SOME, user_id=user_id, keys=[row.id for row in spare])


async def end_all(transaction: Transaction, user_id: Key) -> int:
    return await transaction.run(_END_ALL, user_id=user_id)


async def end_others(transaction: Transaction, user_id: Key, *, but: Key) -> int:
    """Ends a user's sessions but one; how many."""
    return await transaction.run(_END_OTHERS, user_id=user_id, key=but)


async def end_everybodys(transaction: Transaction, *, but: Key) -> int:
    """Ends every session that is not of the user *but*; how many."""
    return await transaction.run(_END_EVERYBODYS, user_id=but)


async def sweep(transaction: Transaction, *, now: datetime) -> int:
    """Removes sessions that have expired, some at a time; how many."""
    return await transaction.run(_SWEEP, now=now)
