"""Accounts: the owner's view of a user, secrets included, and every change of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import Role, UserStatus


class AccountRow(NamedTuple):
    id: Key
    name: str
    email: str | None
    password_hash: str | None
    email_verified_at: datetime | None
    role: Role
    status: UserStatus
    timezone: str | None
    region: str | None
    photo: str | None

    @property
    def is_active(self) -> bool:
        return self.status is UserStatus.ACTIVE

    @property
    def is_verified(self) -> bool:
        return self.email_verified_at is not None


_COLUMNS = tuple(users.c[name] for name in AccountRow._fields)
_IS_NAMED: ColumnElement[bool] = users.c.id == bindparam("user_id", type_=users.c.id.type)
_BY_KEY = select(*_COLUMNS).where(_IS_NAMED)

_GET = Statement(_BY_KEY, AccountRow)
_BY_KEYS = Statement(select(*_COLUMNS).where(among(users.c.id, "keys")), AccountRow)
_LOCKED = Statement(_BY_KEY.with_for_update(key_share=True), AccountRow)
_BY_EMAIL = Statement(select(*_COLUMNS).where(users.c.email == bindparam("email")), AccountRow)

_ADDED = (
    "id", "name", "email", "password_hash", "email_verified_at", "role", "status", "timezone", "region", "joined_at",
)  # fmt: skip


def _adding(kind: type[postgresql.Insert] | type[sqlite.Insert]) -> Any:
    values = {name: bindparam(name, type_=users.c[name].type) for name in _ADDED}
    return kind(users).values(**values).on_conflict_do_nothing(index_elements=["email"])


_ADD = change(_adding(postgresql.Insert), sqlite=_adding(sqlite.Insert))


class _Zone(NamedTuple):
    timezone: str | None


_MENTOR_ZONE = Statement(
    select(mentors.c.timezone).where(mentors.c.user_id == bindparam("user_id", type_=users.c.id.type)), _Zone
)


async def get(reader: Reader, key: Key) -> AccountRow | None:
    return await reader.one(_GET, user_id=key)


async def by_keys(reader: Reader, keys: Iterable[Key]) -> dict[Key, AccountRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def locked(transaction: Transaction, key: Key) -> AccountRow | None:
    """The account, which nobody else changes until the transaction ends."""
    return await transaction.one(_LOCKED, user_id=key)


async def by_email(reader: Reader, email: str) -> AccountRow | None:
    """The account with an address, as it is compared."""
    return await reader.one(_BY_EMAIL, email=email)


async def mentor_zone(reader: Reader, key: Key) -> str | None:
    """The time zone of the user's mentor profile, if there is one."""
    row = await reader.one(_MENTOR_ZONE, user_id=key)
    return row.timezone if row else None


async def add(
    transaction: Transaction,
    *,
    name: str,
    email: str,
    password_hash: str,
    role: Role,
    timezone: str | None,
    region: str | None,
    verified_at: datetime | None,
    at: datetime,
) -> Key | None:
    """The key of a new account; None where the address has one."""
    key = new_key()
    added = await transaction.run(
        _ADD,
        id=key,
        name=name,
        email=email,
        password_hash=password_hash,
        email_verified_at=verified_at,
        role=role,
        status=UserStatus.ACTIVE,
        timezone=timezone,
        region=region,
        joined_at=at,
    )
    return key if added else None


def _setting(*names: str) -> Any:
    """A change of a user's columns *names*, each given under its own name."""
    values = {name: bindparam(name, type_=users.c[name].type) for name in names}
    return change(update(users).where(_IS_NAMED).values(**values))


_SET: dict[tuple[str, ...], Statement[Any]] = {
    names: _setting(*names)
    for names in (
        ("password_hash",),
        ("email_verified_at",),
        ("email", "email_verified_at"),
        ("name", "timezone", "region"),
        ("photo",),
        ("role",),
        ("status",),
    )
}


async def set_values(transaction: Transaction, key: Key, **values: Any) -> None:
    """Sets columns of a user that belong together. Raises Violated where an address is another's."""
    await transaction.run(_SET[tuple(values)], user_id=key, **values)


class _Found(NamedTuple):
    id: Key


_SUPERADMINS = Statement(
    select(users.c.id).where(users.c.role == Role.SUPERADMIN, users.c.status == UserStatus.ACTIVE).limit(2),
    _Found,
)
_UNVERIFIED = Statement(
    select(users.c.id)
    .where(
        users.c.email_verified_at.is_(None),
        users.c.status == UserStatus.ACTIVE,
        users.c.joined_at < bindparam("before", type_=users.c.joined_at.type),
    )
    .order_by(users.c.joined_at)
    .limit(LIMITED),
    _Found,
)


async def superadmins(reader: Reader) -> set[Key]:
    """The active superadmins; two at most are told."""
    return {row.id for row in await reader.all(_SUPERADMINS)}


async def unverified_since(reader: Reader, before: datetime, *, limit: int) -> list[Key]:
    """Active users who joined before *before* and whose address was never verified, oldest first."""
    return [row.id for row in await reader.all(_UNVERIFIED, before=before, limit=limit)]
