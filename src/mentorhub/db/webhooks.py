"""Webhooks: whose they are, what they tell of, and how their receivers do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, insert, literal_column, null, or_, select, union, update

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.facts import Place
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among, each
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.accounts import access_tokens, users
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.tables.webhooks import webhooks
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import AccessScope, Role, UserStatus, WebhookTopic


class WebhookRow(NamedTuple):
    id: Key
    user_id: Key
    token_id: Key | None
    url: str
    topics: list[WebhookTopic]
    created_at: datetime
    since_transaction: int
    since_position: int
    secret_version: int
    rotated_at: datetime | None
    failing_since: datetime | None
    paused_at: datetime | None


class OwnedRow(NamedTuple):
    """A webhook that holds, with what its owner is."""

    id: Key
    user_id: Key
    token_id: Key | None
    url: str
    topics: list[WebhookTopic]
    since_transaction: int
    since_position: int
    secret_version: int
    rotated_at: datetime | None
    role: Role
    email_verified_at: datetime | None
    mentor_id: Key | None
    scopes: list[AccessScope] | None
    """Of the access token that it was made with."""

    @property
    def since(self) -> Place:
        return Place(self.since_transaction, self.since_position)


class _Count(NamedTuple):
    number: int


def _key(name: str) -> Any:
    return bindparam(name, type_=webhooks.c.id.type)


def _instant(name: str) -> Any:
    return bindparam(name, type_=webhooks.c.created_at.type)


_COLUMNS = tuple(webhooks.c[name] for name in WebhookRow._fields)
_IS_OWN = webhooks.c.user_id == _key("owner")
_IS_NAMED = webhooks.c.id == _key("webhook_id")
_TOKEN_HOLDS = or_(
    webhooks.c.token_id.is_(None), access_tokens.c.expires_at.is_(None), access_tokens.c.expires_at > now()
)
_OWN = (
    select(*_COLUMNS)
    .select_from(webhooks.outerjoin(access_tokens, access_tokens.c.id == webhooks.c.token_id))
    .where(_IS_OWN, _TOKEN_HOLDS)
)
_OF_USER = Statement(_OWN.order_by(webhooks.c.created_at, webhooks.c.id), WebhookRow)
_OWN_BY_KEYS = Statement(_OWN.where(among(webhooks.c.id, "keys")), WebhookRow)
_OWNED = (
    select(
        *(webhooks.c[name] for name in OwnedRow._fields[:9]),
        users.c.role,
        users.c.email_verified_at,
        mentors.c.id.label("mentor_id"),
        access_tokens.c.scopes,
    )
    .select_from(
        webhooks.join(users, users.c.id == webhooks.c.user_id)
        .outerjoin(mentors, mentors.c.user_id == users.c.id)
        .outerjoin(access_tokens, access_tokens.c.id == webhooks.c.token_id)
    )
    .where(users.c.status == UserStatus.ACTIVE, _TOKEN_HOLDS)
)
_administrators = users.alias("administrators")
# Owners first, by an index each: a condition on either table alone would have both read whole.
_HEARERS = union(
    select(each("users").c.value), select(_administrators.c.id).where(_administrators.c.role != Role.MEMBER)
)
_HEARING = Statement(_OWNED.where(webhooks.c.paused_at.is_(None), webhooks.c.user_id.in_(_HEARERS)), OwnedRow)
_HOLDING = Statement(_OWNED.where(_IS_NAMED), OwnedRow)
_COUNT = Statement(
    select(func.count(literal_column("*")).label("number")).select_from(webhooks).where(_IS_OWN), _Count
)
_ADD = change(
    insert(webhooks),
    parameters=[
        "id", "user_id", "token_id", "url", "topics", "created_at", "since_transaction", "since_position",
    ],
)  # fmt: skip
_DELETE = change(delete(webhooks).where(_IS_NAMED, _IS_OWN))
_ROTATE = change(
    update(webhooks)
    .where(_IS_NAMED, _IS_OWN)
    .values(secret_version=webhooks.c.secret_version + 1, rotated_at=now())
)
_RESUME = change(update(webhooks).where(_IS_NAMED, _IS_OWN).values(paused_at=null(), failing_since=null()))
_WORKS = change(
    update(webhooks).where(_IS_NAMED, webhooks.c.failing_since.is_not(None)).values(failing_since=null())
)
_FAILS = change(
    update(webhooks).where(_IS_NAMED, webhooks.c.failing_since.is_(None)).values(failing_since=now())
)
_PAUSE = change(
    update(webhooks)
    .where(and_(_IS_NAMED, webhooks.c.paused_at.is_(None), webhooks.c.failing_since <= _instant("since")))
    .values(paused_at=now())
)


async def add(
    transaction: Transaction,
    *,
    user_id: Key,
    token_id: Key | None,
    url: str,
    topics: Sequence[WebhookTopic],
    at: datetime,
    since: Place,
) -> WebhookRow:
    key = new_key()
    await transaction.run(
        _ADD,
        id=key,
        user_id=user_id,
        token_id=token_id,
        url=url,
        topics=list(topics),
        created_at=at,
        since_transaction=since.transaction,
        since_position=since.position,
    )
    return WebhookRow(key, user_id, token_id, url, list(topics), at, *since, 1, None, None, None)


async def of_user(reader: Reader, user_id: Key, *, now: datetime) -> list[WebhookRow]:
    """A user's webhooks, oldest first."""
    return await reader.all(_OF_USER, owner=user_id, now=now)


async def own_by_keys(
    reader: Reader, keys: Sequence[Key], *, user_id: Key, now: datetime
) -> dict[Key, WebhookRow]:
    """Those of *keys* that are the user's."""
    return {row.id: row for row in await reader.all(_OWN_BY_KEYS, keys=list(keys), owner=user_id, now=now)}


async def count_of(reader: Reader, user_id: Key) -> int:
    found = await reader.one(_COUNT, owner=user_id)
    return found.number if found else 0


async def hearing(reader: Reader, users: Sequence[Key], *, now: datetime) -> list[OwnedRow]:
    """The webhooks that are not paused of *users* and of those with a role."""
    return await reader.all(_HEARING, users=list(users), now=now)


async def holding(reader: Reader, key: Key, *, now: datetime) -> OwnedRow | None:
    """The webhook *key*, unless its owner or its token is none any more."""
    return await reader.one(_HOLDING, webhook_id=key, now=now)


async def remove(transaction: Transaction, key: Key, *, user_id: Key) -> bool:
    """Whether there was such a webhook of the user's."""
    return bool(await transaction.run(_DELETE, webhook_id=key, owner=user_id))


async def rotate(transaction: Transaction, key: Key, *, user_id: Key, now: datetime) -> bool:
    """Whether there is such a webhook of the user's, whose secret is another now."""
    return bool(await transaction.run(_ROTATE, webhook_id=key, owner=user_id, now=now))


async def resume(transaction: Transaction, key: Key, *, user_id: Key) -> bool:
    """Whether there is such a webhook of the user's, which is not paused any more."""
    return bool(await transaction.run(_RESUME, webhook_id=key, owner=user_id))


async def works(transaction: Transaction, key: Key) -> None:
    """Something could be delivered."""
    await transaction.run(_WORKS, webhook_id=key)


async def fails(transaction: Transaction, key: Key, *, now: datetime) -> None:
    """Something could not be delivered."""
    await transaction.run(_FAILS, webhook_id=key, now=now)


async def pause(transaction: Transaction, key: Key, *, failing_since: datetime, now: datetime) -> bool:
    """Whether it is paused by this: nothing could be delivered from *failing_since* on."""
    return bool(await transaction.run(_PAUSE, webhook_id=key, since=failing_since, now=now))
