"""Activity: the facts that administrators see, newest first."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    Tuple,
    and_,
    select,
    tuple_,
    union_all,
)

from mentorhub.db.constructs import worded
from mentorhub.db.database import Reader
from mentorhub.db.facts import COLUMNS, IS_SETTLED, ORDER, FactRow, NewestFacts, Place, settled_end
from mentorhub.db.list_parameters import among, each
from mentorhub.db.paging import Cut, Listing, Merged, Window
from mentorhub.db.statements import Statement, labelled
from mentorhub.db.tables.accounts import users
from mentorhub.db.tables.facts import facts
from mentorhub.db.tables.mentors import mentors
from mentorhub.db.users import CARD as USER_CARD
from mentorhub.db.users import UserCard
from mentorhub.rules.facts import ActivityKind
from mentorhub.rules.keys import Key


class ActivityRow(NamedTuple):
    """As much of a fact as a list of activities shows."""

    transaction: int
    position: int
    id: Key
    kind: str
    actor_id: Key | None
    subject_type: str
    subject_id: Key
    mentor_id: Key | None
    user_id: Key | None
    occurred_at: datetime
    is_settled: bool

    @property
    def place(self) -> Place:
        return Place(self.transaction, self.position)


class ActivityOfActor(ActivityRow):
    """An activity with its `actor`, a `UserCard` or None."""


_SHOWN = (
    *(facts.c[name] for name in ActivityRow._fields if name != "is_settled"),
    IS_SETTLED.label("is_settled"),
)
_IS_ACTIVITY = facts.c.kind.in_([kind.value for kind in ActivityKind])
_KINDS = each("kinds", Text())
_IS_OF_KIND = worded(
    facts.c.kind == _KINDS.c.value,
    postgresql=and_(facts.c.kind >= _KINDS.c.value, facts.c.kind <= _KINDS.c.value),
)
"""PostgreSQL takes all kinds for equally common, and would look for a rare one among all facts: it is given an order
that its index of kinds alone has, and may not know that there is but one of them.
"""
_BY_KIND = "INDEXED BY ix_facts_kind"


class _Happened(NewestFacts[ActivityRow], Merged[ActivityRow]):
    """Activities; or those of some kinds, its value `kinds` then, each once. All of them, or those that are settled."""

    def __init__(self, *, of_some_kinds: bool, with_actors: bool, are_settled: bool = False) -> None:
        sql = select(*_SHOWN)
        if are_settled:
            sql = sql.where(IS_SETTLED)
        super().__init__(
            sql.with_hint(facts, _BY_KIND, "sqlite") if of_some_kinds else sql.where(_IS_ACTIVITY),
            ActivityOfActor if with_actors else ActivityRow,
            is_shared=not of_some_kinds,
            source=_KINDS if of_some_kinds else None,
            is_of_source=_IS_OF_KIND,
            companions={"actor": UserCard} if with_actors else {},
            beside=_with_actors if with_actors else None,
            counted=sql.where(among(facts.c.kind, "kinds")) if of_some_kinds else None,
        )
        self._of_some_kinds = of_some_kinds

    def _compared(self, place: list[ColumnElement[Any]]) -> tuple[Tuple, Tuple]:
        if not self._of_some_kinds:
            return super()._compared(place)
        return tuple_(facts.c.kind, *ORDER), tuple_(_KINDS.c.value, *place)

    def _by_postgresql(self, page: Select[Any], *, backward: bool) -> Select[Any]:
        if self._of_some_kinds:
            page = page.order_by(None).order_by(*self._sorted((facts.c.kind, *ORDER), backward=backward))
        return super()._by_postgresql(page, backward=backward)


def _with_actors(page: Subquery) -> tuple[FromClause, list[ColumnElement[Any]]]:
    return page.outerjoin(users, users.c.id == page.c.actor_id), labelled("actor", USER_CARD)


class _Settled(_Happened):
    """Those that are settled.

    What is not settled yet may still get company before it: a cursor of it would skip that. Whoever has just done
    something is to find it all the same: where a page meets such a fact, it waits until that is settled.
    """

    def __init__(self, *, of_some_kinds: bool, with_actors: bool) -> None:
        super().__init__(of_some_kinds=of_some_kinds, with_actors=with_actors, are_settled=True)
        self._ahead = _Happened(of_some_kinds=of_some_kinds, with_actors=with_actors)

    async def cut(self, reader: Reader, window: Window, **values: Any) -> Cut[ActivityRow]:
        if not window.backward:
            cut = await self._ahead.cut(reader, window, **values)
            # What is older than a settled fact is settled.
            if not cut.rows or cut.rows[0].is_settled:
                return cut
        await settled_end(reader)
        return await super().cut(reader, window, **values)


@cache
def listing(*, of_some_kinds: bool, with_actors: bool) -> Listing[ActivityRow]:
    """All activities; or those of `kinds`, a value that names each once."""
    return _Settled(of_some_kinds=of_some_kinds, with_actors=with_actors)


_BY_KEYS = Statement(
    select(*COLUMNS).where(among(facts.c.id, "keys")).where(_IS_ACTIVITY),
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
