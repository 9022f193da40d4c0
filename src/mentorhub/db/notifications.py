"""Notifications, and who wants them mailed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.facts import Place
from mentorhub.db.list_parameters import among
from mentorhub.db.paging import Listing
from mentorhub.db.statements import LIMITED, Statement, change
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.facts import facts
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.tables.notifications import notifications, preferences
from mentorhub.rules.facts import QuietKind
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import NotificationKind, UserStatus


class NotificationRow(NamedTuple):
    id: Key
    user_id: Key
    kind: NotificationKind
    title: str
    body: str
    booking_id: Key | None
    created_at: datetime
    read_at: datetime | None


class ReaderRow(NamedTuple):
    """Whom to tell, by which clock, and where mail goes; None where none may."""

    id: Key
    name: str
    email: str | None
    is_verified: bool
    timezone: str | None


class PreferenceRow(NamedTuple):
    kind: str
    email: bool


_IS_OWN = notifications.c.user_id == bindparam("user_id", type_=notifications.c.user_id.type)
_COLUMNS = tuple(notifications.c[name] for name in NotificationRow._fields)
_ORDER = (notifications.c.created_at, notifications.c.id)
_LIST = select(*_COLUMNS).where(_IS_OWN)

ALL = Listing(_LIST, NotificationRow, *_ORDER, descending=True)
UNREAD = Listing(_LIST.where(notifications.c.read_at.is_(None)), NotificationRow, *_ORDER, descending=True)


class _Count(NamedTuple):
    number: int


class _Cursor(NamedTuple):
    subject_id: Key
    transaction: int
    position: int


class _Muted(NamedTuple):
    user_id: Key
    kind: str


_BY_KEYS = Statement(select(*_COLUMNS).where(among(notifications.c.id, "keys")), NotificationRow)
_UNREAD_COUNT = Statement(
    select(func.count().label("number"))
    .select_from(notifications)
    .where(_IS_OWN, notifications.c.read_at.is_(None)),
    _Count,
)
_PLACES = Statement(
    select(facts.c.subject_id, facts.c.transaction, facts.c.position).where(
        among(facts.c.subject_id, "keys"), facts.c.kind == QuietKind.NOTIFIED.value
    ),
    _Cursor,
)
_ADD = change(
    insert(notifications),
    parameters=["id", "user_id", "fact_id", "kind", "title", "body", "booking_id", "created_at"],
)
_MARK_ALL = update(notifications).where(_IS_OWN, notifications.c.read_at.is_(None)).values(read_at=now())
_MARK = change(_MARK_ALL)
_MARK_SOME = change(_MARK_ALL.where(among(notifications.c.id, "keys")))
_ZONE = func.coalesce(mentors.c.timezone, users.c.timezone).label("timezone")
_READERS = (
    select(
        users.c.id,
        users.c.name,
        users.c.email,
        users.c.email_verified_at.is_not(None).label("is_verified"),
        _ZONE,
    )
    .select_from(users.outerjoin(mentors, mentors.c.user_id == users.c.id))
    .where(users.c.status == UserStatus.ACTIVE)
)
_READERS_BY_KEYS = Statement(_READERS.where(among(users.c.id, "keys")), ReaderRow)
_SOME = _READERS.where(users.c.joined_at <= bindparam("joined", type_=users.c.joined_at.type))
_FIRST = Statement(_SOME.order_by(users.c.id).limit(LIMITED), ReaderRow, long=True)
_NEXT = Statement(
    _SOME.where(users.c.id > bindparam("after", type_=users.c.id.type)).order_by(users.c.id).limit(LIMITED),
    ReaderRow,
    long=True,
)
_MUTED = Statement(
    select(preferences.c.user_id, preferences.c.kind).where(
        among(preferences.c.user_id, "keys"), preferences.c.email.is_(False)
    ),
    _Muted,
)
_PREFERENCES = Statement(
    select(preferences.c.kind, preferences.c.email).where(
        preferences.c.user_id == bindparam("user_id", type_=preferences.c.user_id.type)
    ),
    PreferenceRow,
)


def _preferring(kind: type[postgresql.Insert] | type[sqlite.Insert]) -> Any:
    names = ("user_id", "kind", "email")
    adding = kind(preferences).values(
        **{name: bindparam(name, type_=preferences.c[name].type) for name in names}
    )
    return adding.on_conflict_do_update(
        index_elements=["user_id", "kind"], set_={"email": adding.excluded.email}
    )


_PREFER = change(_preferring(postgresql.Insert), sqlite=_preferring(sqlite.Insert))


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, NotificationRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def unread_count(reader: Reader, user_id: Key) -> int:
    found = await reader.one(_UNREAD_COUNT, user_id=user_id)
    return found.number if found else 0


async def places(reader: Reader, keys: Sequence[Key]) -> dict[Key, Place]:
    """Where in the log each of *keys* was told."""
    rows = await reader.all(_PLACES, keys=list(keys))
    return {row.subject_id: Place(row.transaction, row.position) for row in rows}


async def add(transaction: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    await transaction.many(_ADD, rows)


async def mark_read(
    transaction: Transaction, user_id: Key, *, keys: Sequence[Key] | None, now: datetime
) -> int:
    """Marks a user's notifications, all where *keys* is None; how many were unread."""
    if keys is None:
        return await transaction.run(_MARK, user_id=user_id, now=now)
    return await transaction.run(_MARK_SOME, user_id=user_id, keys=list(keys), now=now)


async def readers(reader: Reader, keys: Sequence[Key]) -> dict[Key, ReaderRow]:
    """Those of *keys* whose account is active."""
    return {row.id: row for row in await reader.all(_READERS_BY_KEYS, keys=list(keys))}


async def some_of_everybody(
    reader: Reader, *, joined: datetime, after: Key | None, limit: int
) -> list[ReaderRow]:
    """The next active users who had *joined* by then, in the order of their keys."""
    if after is None:
        return await reader.all(_FIRST, limit=limit, joined=joined)
    return await reader.all(_NEXT, limit=limit, joined=joined, after=after)


async def muted(reader: Reader, keys: Sequence[Key]) -> set[tuple[Key, str]]:
    """Which kinds those of *keys* want no mail of."""
    return {(row.user_id, row.kind) for row in await reader.all(_MUTED, keys=list(keys))}


async def preferences_of(reader: Reader, user_id: Key) -> dict[str, bool]:
    return {row.kind: row.email for row in await reader.all(_PREFERENCES, user_id=user_id)}


async def prefer(transaction: Transaction, user_id: Key, kind: NotificationKind, *, email: bool) -> None:
    await transaction.run(_PREFER, user_id=user_id, kind=kind.value, email=email)
