"""Announcements to all, and how far everybody has been notified of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update

from mentorhub.db import locks
from mentorhub.db.constructs import now
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.list_parameters import among
from mentorhub.db.paging import Listing
from mentorhub.db.statements import Statement, change
from mentorhub.db.tables.facts import facts
from mentorhub.db.tables.support import announcements
from mentorhub.db.types import Instant, KeyColumn
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key
from mentorhub.rules.vocabulary import AnnouncementKind


class AnnouncementRow(NamedTuple):
    id: Key
    kind: AnnouncementKind
    title: str
    body: str
    posted_at: datetime
    ended_at: datetime | None


_IS_NAMED = announcements.c.id == bindparam("announcement", type_=KeyColumn())
_ANNOUNCEMENTS = select(*(announcements.c[name] for name in AnnouncementRow._fields))
_ORDER = (announcements.c.posted_at, announcements.c.id)

ALL = Listing(_ANNOUNCEMENTS, AnnouncementRow, *_ORDER, descending=True)
STANDING = Listing(
    _ANNOUNCEMENTS.where(announcements.c.ended_at.is_(None)), AnnouncementRow, *_ORDER, descending=True
)

_BY_KEYS = Statement(_ANNOUNCEMENTS.where(among(announcements.c.id, "keys")), AnnouncementRow)
_POST = change(insert(announcements), parameters=[*AnnouncementRow._fields, "posted_by", "notifies_everyone"])
_END = change(update(announcements).where(_IS_NAMED).values(ended_at=now()))


async def by_keys(reader: Reader, keys: Sequence[Key]) -> dict[Key, AnnouncementRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=list(keys))}


async def held(transaction: Transaction, key: Key) -> AnnouncementRow | None:
    """The announcement, this transaction's alone until its end."""
    await locks.hold(transaction, key)
    return (await by_keys(transaction, [key])).get(key)


async def post(
    transaction: Transaction, announcement: AnnouncementRow, *, by: Key, notifies_everyone: bool
) -> None:
    await transaction.run(_POST, **announcement._asdict(), posted_by=by, notifies_everyone=notifies_everyone)


async def end(transaction: Transaction, key: Key, *, at: datetime) -> None:
    await transaction.run(_END, announcement=key, now=at)


# ── Notifying everybody ───────────────────────────────────────────────────────────────────────────


class UnheardRow(NamedTuple):
    """An announcement of which not everybody has been notified."""

    id: Key
    title: str
    body: str
    posted_at: datetime
    ended_at: datetime | None
    notified_through: Key | None
    fact_id: Key


_UNHEARD = Statement(
    select(*(announcements.c[name] for name in UnheardRow._fields[:-1]), facts.c.id.label("fact_id"))
    .select_from(announcements.join(facts, facts.c.subject_id == announcements.c.id))
    .where(announcements.c.notifies_everyone.is_(True), announcements.c.notified_at.is_(None))
    .where(facts.c.kind == ActivityKind.ANNOUNCEMENT_POSTED.value)
    .order_by(announcements.c.posted_at, announcements.c.id)
    .limit(1),
    UnheardRow,
)
_NOTED = change(
    update(announcements)
    .where(_IS_NAMED)
    .values(
        notified_through=bindparam("through", type_=KeyColumn()),
        notified_at=bindparam("finished", type_=Instant()),
    )
)


async def unheard(transaction: Transaction) -> UnheardRow | None:
    """The oldest of which somebody has still to be notified."""
    return await transaction.one(_UNHEARD)


async def note_progress(
    transaction: Transaction, key: Key, *, through: Key | None, finished: datetime | None
) -> None:
    """Everybody up to the user *through* has been notified; all of them once it is *finished*."""
    await transaction.run(_NOTED, announcement=key, through=through, finished=finished)
