"""Activity: the facts that administrators see, newest first."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Subquery, select, union_all

from mentorhub.db.constructs import among
from mentorhub.db.database import Reader
from mentorhub.db.facts import COLUMNS, IS_SETTLED, ORDER, FactRow, settled_end
from mentorhub.db.paging import Cut, Listing, Window
from mentorhub.db.statements import Statement, labelled
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.facts import facts
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.users import CARD as USER_CARD
from mentorhub.db.users import UserCard
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key


class _Standing(NamedTuple):
    is_settled: bool


class ListedFact(FactRow):
    """A fact with its `actor`, a `UserCard` or None, where that has been brought along."""

    standing: _Standing


class _Settled(Listing[ListedFact]):
    """Facts that are settled, those of which *is_listed*, the newest first.

    What is not settled yet may still get company before it: a cursor of it would skip that. Whoever has just done
    something is to find it all the same: where a page meets such a fact, it waits until that is settled.
    """

    def __init__(self, is_listed: ColumnElement[bool], *, with_actors: bool) -> None:
        ahead = select(*COLUMNS, IS_SETTLED.label("standing_is_settled")).where(is_listed)
        companions: dict[str, type[Any]] = {"standing": _Standing}
        more: dict[str, Any] = {"descending": True, "companions": companions}
        if with_actors:
            companions["actor"] = UserCard
            more["beside"] = _with_actors
        super().__init__(ahead.where(IS_SETTLED), ListedFact, *ORDER, **more)
        self._ahead = Listing(ahead, ListedFact, *ORDER, **more)

    async def cut(self, reader: Reader, window: Window, **values: Any) -> Cut[ListedFact]:
        if not window.backward:
            cut = await self._ahead.cut(reader, window, **values)
            # What is older than a settled fact is settled.
            if not cut.rows or cut.rows[0].standing.is_settled:
                return cut
        await settled_end(reader)
        return await super().cut(reader, window, **values)


def _with_actors(page: Subquery) -> tuple[FromClause, list[ColumnElement[Any]]]:
    return page.outerjoin(users, users.c.id == page.c.actor_id), labelled("actor", USER_CARD)


@lru_cache(maxsize=128)
def listing(kinds: frozenset[ActivityKind], *, with_actors: bool) -> Listing[ListedFact]:
    """The activities of *kinds*. Each list is a statement of its own, so that it goes by how common its kinds are."""
    return _Settled(facts.c.kind.in_(sorted(kind.value for kind in kinds)), with_actors=with_actors)


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
