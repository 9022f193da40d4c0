"""Slots that are offered, across mentors, soonest first.

Most slots that start soon are not offered, since mentors want notice, nor are the farthest, which the horizon has not
reached yet. So the list is merged from one for each kind of terms (`Slot.terms`), which the index gives from where its
offered slots begin to where they end: what a page costs does not depend on how many slots are not offered. Of a few
mentors it is merged from one for each of them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Tuple,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.util import ClauseAdapter

from mentorhub.db.constructs import greatest, least, now, shifted, worded
from mentorhub.db.database import Reader
from mentorhub.db.list_parameters import among, each
from mentorhub.db.paging import Listing, Merged
from mentorhub.db.slots import IS_OFFERED, MAY_BE_OFFERED, OFFERED_COLUMNS, SlotRow
from mentorhub.db.statements import LIMITED, Statement
from mentorhub.db.tables.availability import slots
from mentorhub.db.tables.mentors import mentor_expertise
from mentorhub.db.types import Instant, KeyColumn
from mentorhub.rules.keys import NOBODY, Key

_SHAPES: Final = 64
_ORDER: Final = (slots.c.starts_at, slots.c.id)


class Shape(NamedTuple):
    """What makes one list's SQL another's; its values are given at the call by these names, `since` and `until` too."""

    mentors: bool = False
    expertise: bool = False
    minimum_minutes: bool = False


@lru_cache(maxsize=_SHAPES)
def listing(shape: Shape) -> Listing[SlotRow]:
    """Values: `now`, `since`, `until`, and those that *shape* names."""
    return _OpenSlots(
        select(*OFFERED_COLUMNS).where(*_conditions(shape)),
        of_mentors=shape.mentors,
        is_sifted=shape.expertise or shape.minimum_minutes,
    )


def _given(name: str) -> Any:
    return bindparam(name, type_=Instant())


_HAS_EXPERTISE: Final = exists().where(
    mentor_expertise.c.mentor_id == slots.c.mentor_id, among(mentor_expertise.c.expertise_id, "expertise")
)


def _conditions(shape: Shape) -> Iterator[ColumnElement[bool]]:
    """What is true of every slot in the list, but for when it starts."""
    yield IS_OFFERED
    if shape.mentors:
        yield among(slots.c.mentor_id, "mentors")
    if shape.expertise:
        yield _HAS_EXPERTISE
    if shape.minimum_minutes:
        yield slots.c.ends_at >= shifted(slots.c.starts_at, bindparam("minimum_minutes", type_=Integer()))


_FROM: Final = (now(), _given("since"))
_UNTIL: Final = _given("until")
_NONE: Final[ColumnElement[Any]] = literal(NOBODY, KeyColumn())


def _starts(
    since: Sequence[ColumnElement[datetime]],
    until: Sequence[ColumnElement[datetime]],
    *,
    after: Tuple | None = None,
    before: Tuple | None = None,
) -> ColumnElement[bool]:
    """It starts at the latest of *since* or later, and before the first of *until*; it stands between two places.

    One bound each way: an index is entered and left by the one, where SQLite would take any of several. PostgreSQL is
    told of places alone: of two bounds of one column, or more, it expects so few rows that it would sort all of them.
    """
    place = tuple_(*_ORDER)
    first, last = greatest(*since), until[0] if len(until) == 1 else least(*until)
    by_sqlite = []
    lowest = highest = _NONE
    if after is not None:
        instant, key = after.clauses
        first = greatest(*since, instant)
        lowest = case((instant == first, key), else_=_NONE)
        by_sqlite.append(place > after)
    by_sqlite.append(slots.c.starts_at >= first)
    if before is not None:
        instant, key = before.clauses
        highest = case((instant < last, key), else_=_NONE)
        last = least(*until, instant)
        by_sqlite += [
            place < before,
            slots.c.starts_at < least(*until, shifted(instant, literal(0, Integer()), microseconds=999)),
        ]
    else:
        by_sqlite.append(slots.c.starts_at < last)
    return worded(
        and_(*by_sqlite),
        postgresql=and_(place > tuple_(first, lowest), place < tuple_(last, highest)),
    )


def _kinds() -> Any:
    """The terms there are, each found from the one before by the index, past all slots that share it."""
    first = select(func.min(slots.c.terms).label("terms")).where(MAY_BE_OFFERED)
    kinds = first.cte("kinds", recursive=True)
    other = slots.alias("other")
    after = (
        select(func.min(other.c.terms))
        .where(ClauseAdapter(other).traverse(MAY_BE_OFFERED), other.c.terms > kinds.c.terms)
        .correlate(kinds)
        .scalar_subquery()
    )
    return kinds.union_all(select(after).where(kinds.c.terms.is_not(None)))


_KINDS: Final = _kinds()
_IS_OF_KIND: Final = slots.c.terms == _KINDS.c.terms
# Superfluous, as what is offered is said exactly elsewhere: SQLite moves instants by whole milliseconds.
_KIND_FROM: Final = shifted(now(), _KINDS.c.terms // literal(1_000, Integer()) * literal(60, Integer()))
_KIND_UNTIL: Final = shifted(
    now(), _KINDS.c.terms % literal(1_000, Integer()) * literal(24 * 60, Integer()), microseconds=999
)


class _OpenSlots(Merged[SlotRow]):
    """Merged from a list for each kind of terms, or for each of the mentors named."""

    def __init__(self, sql: Select[Any], *, of_mentors: bool, is_sifted: bool) -> None:
        self._unbounded = sql
        self._since, self._until = [*_FROM], [_UNTIL]
        mentors = each("mentors")
        if not of_mentors:
            self._since.append(_KIND_FROM)
            self._until.append(_KIND_UNTIL)
        super().__init__(
            sql.where(_starts(_FROM, [_UNTIL])),
            SlotRow,
            *_ORDER,
            source=mentors if of_mentors else _KINDS,
            is_of_source=slots.c.mentor_id == mentors.c.value if of_mentors else _IS_OF_KIND,
            long=is_sifted,
        )

    def _between(self, *, has_after: bool, has_before: bool) -> Select[Any]:
        return self._unbounded.where(
            _starts(
                self._since,
                self._until,
                after=self._bound("after") if has_after else None,
                before=self._bound("before") if has_before else None,
            )
        )


class _Offering(NamedTuple):
    mentor_id: Key


def _offering() -> Statement[_Offering]:
    starts = _starts([*_FROM, _KIND_FROM], [_UNTIL, _KIND_UNTIL])
    own = select(slots.c.mentor_id).where(*_conditions(Shape()), _IS_OF_KIND, starts)
    # In the index's order, which keeps PostgreSQL from reading the whole table for the few rows that it expects.
    lateral = own.order_by(*_ORDER).limit(LIMITED).lateral("own")
    return Statement(
        select(lateral.c.mentor_id).select_from(_KINDS.join(lateral, true())).limit(LIMITED),
        _Offering,
        sqlite=select(slots.c.mentor_id)
        .select_from(_KINDS.join(slots, _IS_OF_KIND))
        .where(*_conditions(Shape()), starts)
        .limit(LIMITED),
    )


_OFFERING: Final = _offering()


async def mentors_between(
    reader: Reader, *, since: datetime, until: datetime, now: datetime, most: int
) -> set[Key] | None:
    """The mentors with slots that are offered *now* and start from *since* to before *until*.

    None where these slots are more than *most*.
    """
    rows = await reader.all(_OFFERING, since=since, until=until, now=now, limit=most + 1)
    return {row.mentor_id for row in rows} if len(rows) <= most else None
