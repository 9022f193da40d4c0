"""Activity: the facts that administrators see, newest first."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, bindparam, literal, select, union_all

from mentorhub.db.constructs import among
from mentorhub.db.database import Reader
from mentorhub.db.facts import COLUMNS, IS_SETTLED, ORDER, FactRow, settled_end
from mentorhub.db.paging import Cut, Listing, Window
from mentorhub.db.statements import LIMITED, Statement, labelled
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


class _Happened(Listing[ListedFact]):
    """Facts of *kinds*, the newest first; all of them, or those that are settled."""

    def __init__(
        self, kinds: frozenset[ActivityKind], *, with_actors: bool, are_settled: bool = False
    ) -> None:
        self._kinds = kinds
        companions: dict[str, type[Any]] = {"standing": _Standing}
        if with_actors:
            companions["actor"] = UserCard
        sql = select(*COLUMNS, IS_SETTLED.label("standing_is_settled")).where(_is_of(kinds))
        super().__init__(
            sql.where(IS_SETTLED) if are_settled else sql,
            ListedFact,
            *ORDER,
            descending=True,
            companions=companions,
            beside=_with_actors if with_actors else None,
        )

    def _by_sqlite(self, *, backward: bool, has_after: bool, has_before: bool) -> Select[Any]:
        """SQLite has one transaction, and finds no place by a row of values whose last is its own rowid.

        It merges the beginnings of each kind, a look at an index: it would read past all that is of none of them.
        """
        position = facts.c.position
        is_there = [facts.c.transaction == literal(0)]
        if has_after:
            is_there.append(position < bindparam("after_1", type_=position.type))
        if has_before:
            is_there.append(position > bindparam("before_1", type_=position.type))

        def page(columns: Iterable[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
            ordered = position.asc() if backward else position.desc()
            return select(*columns).where(*conditions).order_by(ordered).limit(LIMITED)

        columns = list(self._sql.selected_columns)
        if not self._kinds:
            return page(columns, *is_there, _is_of(self._kinds))
        each = [page([position], *is_there, _is_of({kind})).subquery() for kind in sorted(self._kinds)]
        return page(columns, position.in_(union_all(*(select(own.c.position) for own in each))))


def _is_of(kinds: Iterable[ActivityKind]) -> ColumnElement[bool]:
    return facts.c.kind.in_(sorted(kind.value for kind in kinds))


def _with_actors(page: Subquery) -> tuple[FromClause, list[ColumnElement[Any]]]:
    return page.outerjoin(users, users.c.id == page.c.actor_id), labelled("actor", USER_CARD)


class _Settled(_Happened):
    """Those that are settled.

    What is not settled yet may still get company before it: a cursor of it would skip that. Whoever has just done
    something is to find it all the same: where a page meets such a fact, it waits until that is settled.
    """

    def __init__(self, kinds: frozenset[ActivityKind], *, with_actors: bool) -> None:
        super().__init__(kinds, with_actors=with_actors, are_settled=True)
        self._ahead = _Happened(kinds, with_actors=with_actors)

    async def cut(self, reader: Reader, window: Window, **values: Any) -> Cut[ListedFact]:
        if not window.backward:
            cut = await self._ahead.cut(reader, window, **values)
            # What is older than a settled fact is settled.
            if not cut.rows or cut.rows[0].standing.is_settled:
                return cut
        await settled_end(reader)
        return await super().cut(reader, window, **values)


@lru_cache(maxsize=128)
def listing(kinds: frozenset[ActivityKind], *, with_actors: bool) -> Listing[ListedFact]:
    """The activities of *kinds*. Each list is a statement of its own, so that it goes by how common its kinds are."""
    return _Settled(kinds, with_actors=with_actors)


_BY_KEYS = Statement(
    select(*COLUMNS).where(among(facts.c.id, "keys")).where(_is_of(ActivityKind)),
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
