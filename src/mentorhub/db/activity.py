"""Activity: the facts that administrators see, newest first."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, select, union_all

from mentorhub.db.constructs import among
from mentorhub.db.database import Reader
from mentorhub.db.facts import COLUMNS, IS_SETTLED, ORDER, AheadRow, FactRow, settled_end
from mentorhub.db.paging import Cut, Listing, Window
from mentorhub.db.statements import Statement
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.facts import facts
from mentorhub.db.tables.mentors import mentors
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key


class _Settled(Listing[FactRow]):
    """Facts that are settled, those of which *is_listed*, the newest first.

    What is not settled yet may still get company before it: a cursor of it would skip that. Whoever has just done
    something is to find it all the same: where a page meets such a fact, it waits until that is settled.
    """

    def __init__(self, is_listed: ColumnElement[bool]) -> None:
        super().__init__(
            select(*COLUMNS).where(IS_SETTLED).where(is_listed), FactRow, *ORDER, descending=True
        )
        ahead = select(*COLUMNS, IS_SETTLED.label("is_settled")).where(is_listed)
        self._ahead = Listing(ahead, AheadRow, *ORDER, descending=True)

    async def cut(self, reader: Reader, window: Window, **values: Any) -> Cut[FactRow]:
        if not window.backward:
            cut = await self._ahead.cut(reader, window, **values)
            # What is older than a settled fact is settled.
            if not cut.rows or cut.rows[0].is_settled:
                return Cut([FactRow(*row[:-1]) for row in cut.rows], cut.has_more)
        await settled_end(reader)
        return await super().cut(reader, window, **values)


ALL = _Settled(facts.c.kind.in_([kind.value for kind in ActivityKind]))
OF_ONE_KIND = _Settled(facts.c.kind == bindparam("kind"))
OF_KINDS = _Settled(among(facts.c.kind, "kinds"))

_BY_KEYS = Statement(
    select(*COLUMNS)
    .where(among(facts.c.id, "keys"))
    .where(facts.c.kind.in_([kind.value for kind in ActivityKind])),
    FactRow,
)


class _Named(NamedTuple):
    id: Key
    name: str


_NAMES = Statement(
    union_all(
        select(users.c.id, users.c.name).where(among(users.c.id, "users")),
        select(mentors.c.id, mentors.c.name).where(among(mentors.c.id, "mentors")),
    ),
    _Named,
)


async def by_keys(reader: Reader, keys: list[Key]) -> dict[Key, FactRow]:
    return {row.id: row for row in await reader.all(_BY_KEYS, keys=keys)}


async def names(reader: Reader, *, users: Collection[Key], mentors: Collection[Key]) -> dict[Key, str]:
    """What users and mentors are called, by their keys."""
    return {row.id: row.name for row in await reader.all(_NAMES, users=list(users), mentors=list(mentors))}
