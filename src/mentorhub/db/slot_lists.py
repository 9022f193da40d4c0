"""Lists of slots that are offered: of some mentors, and across all of them, soonest first.

Most slots that start soon are not offered, since mentors want notice, nor are the farthest, which the horizon has not
reached. So a list across mentors is merged from one a kind of terms (`Slot.terms`), each read from where its offered
slots begin: what it costs does not depend on how many are not.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    bindparam,
    exists,
    select,
)

from mentorhub.db.constructs import now
from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import among
from mentorhub.db.paging_of_many import ListingOfMany
from mentorhub.db.slots import COLUMNS, IS_OFFERED, OFFERED_COLUMNS, SlotRow
from mentorhub.db.statements import Statement
from mentorhub.db.tables.availability import slots, time_off
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.types import Instant
from mentorhub.rules.instants import ALWAYS, NEVER
from mentorhub.rules.keys import Key

_ORDER: Final = (slots.c.starts_at, slots.c.id)


def _given(name: str) -> Any:
    return bindparam(name, type_=Instant())


_OFFERED: Final = select(*OFFERED_COLUMNS).where(IS_OFFERED)
_COMING: Final = _OFFERED.where(slots.c.starts_at >= now())
_OF_MENTORS: Final = ListingOfMany(_COMING, SlotRow, *_ORDER, owner=slots.c.mentor_id)
# Apart, since PostgreSQL expects every bound to leave few: then it would rather sort than read in order.
_IN_WINDOW: Final = ListingOfMany(
    _COMING.where(slots.c.starts_at >= _given("since"), slots.c.starts_at < _given("until")),
    SlotRow,
    *_ORDER,
    owner=slots.c.mentor_id,
)
_AFTER: Final = ListingOfMany(
    _OFFERED.where(slots.c.starts_at > _given("near"), slots.c.starts_at >= now()),
    SlotRow,
    *_ORDER,
    owner=slots.c.mentor_id,
)
_BEFORE: Final = ListingOfMany(
    _OFFERED.where(slots.c.starts_at < _given("near"), slots.c.starts_at >= now()),
    SlotRow,
    *_ORDER,
    owner=slots.c.mentor_id,
    descending=True,
)


async def of_mentors(
    reader: Reader,
    mentors_: Sequence[Key],
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    first: int,
) -> dict[Key, list[SlotRow]]:
    """Slots of each of *mentors_* that are offered *now* and start from *since* to before *until*.

    At most *first* each, soonest first.
    """
    if since is None and until is None:
        return await _OF_MENTORS.rows(reader, mentors_, size=first, now=now)
    since, until = since or ALWAYS, until or NEVER
    return await _IN_WINDOW.rows(reader, mentors_, size=first, now=now, since=since, until=until)


async def around(
    reader: Reader, mentors_: Sequence[Key], *, near: datetime, count: int, now: datetime
) -> dict[Key, list[SlotRow]]:
    """Slots of each of *mentors_* that are offered *now*, the *count* next before and after *near*."""
    before = await _BEFORE.rows(reader, mentors_, size=count, near=near, now=now)
    after = await _AFTER.rows(reader, mentors_, size=count, near=near, now=now)
    return {key: [*before[key][::-1], *after[key]] for key in mentors_}


_STARTING: Final = Statement(
    select(*COLUMNS).where(among(slots.c.mentor_id, "mentors"), slots.c.starts_at == _given("starts_at")),
    SlotRow,
)


async def starting(
    reader: Reader, mentors_: Sequence[Key], *, starts_at: datetime, now: datetime
) -> list[SlotRow]:
    """Slots of *mentors_* that start at *starts_at*, closed ones too."""
    return await reader.all(_STARTING, mentors=list(mentors_), starts_at=starts_at, now=now)


class ReachRow(NamedTuple):
    id: Key
    is_away: bool
    has_open_slot: bool


_REACH: Final = Statement(
    select(
        mentors.c.id,
        exists()
        .where(time_off.c.mentor_id == mentors.c.id)
        .where(time_off.c.starts_at <= now(), time_off.c.ends_at > now())
        .label("is_away"),
        exists()
        .where(slots.c.mentor_id == mentors.c.id, slots.c.starts_at >= now(), IS_OFFERED)
        .label("has_open_slot"),
    ).where(among(mentors.c.id, "mentors")),
    ReachRow,
)


async def reach(reader: Reader, mentors_: Sequence[Key], *, now: datetime) -> dict[Key, ReachRow]:
    """Whether each of *mentors_* is away *now*, and whether they have an open slot."""
    return {row.id: row for row in await reader.all(_REACH, mentors=list(mentors_), now=now)}
