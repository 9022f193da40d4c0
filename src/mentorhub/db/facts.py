"""The log of facts: written inside transactions, read in the order of commit."""

import asyncio
import operator
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, Tuple, and_, bindparam, insert, literal, select, true, tuple_

from mentorhub.db.constructs import oldest_open_transaction, worded
from mentorhub.db.database import Reader, Transaction
from mentorhub.db.keys import new_key
from mentorhub.db.list_parameters import among
from mentorhub.db.paging import Listing
from mentorhub.db.statements import LIMITED, Change, Statement, change
from mentorhub.db.tables.facts import facts
from mentorhub.rules.facts import BOOKING_STATUS_KINDS, Fact
from mentorhub.rules.keys import Key

R = TypeVar("R")


class FactRow(NamedTuple):
    transaction: int
    position: int
    id: Key
    kind: str
    actor_id: Key | None
    subject_type: str
    subject_id: Key
    booking_id: Key | None
    mentor_id: Key | None
    user_id: Key | None
    data: dict[str, Any]
    occurred_at: datetime
    request_id: str | None = None
    address: str | None = None

    @property
    def place(self) -> "Place":
        return Place(self.transaction, self.position)


class Place(NamedTuple):
    """A place in the log: everything up to it has been told."""

    transaction: int
    position: int


class Tail(NamedTuple):
    """What follows a place: the facts that are settled, and whether others wait behind a transaction still open."""

    facts: list[FactRow]
    is_held_up: bool


BEGINNING = Place(0, 0)
_SHORTEST_PAUSE: Final = 0.002
_LONGEST_PAUSE: Final = 0.5

COLUMNS = tuple(facts.c[name] for name in FactRow._fields)
ORDER = (facts.c.transaction, facts.c.position)
IS_SETTLED = worded(true(), postgresql=facts.c.transaction < oldest_open_transaction())
"""Nothing that comes before it can be told any more: on SQLite, whose one writer makes the order, never."""


class NewestFacts(Listing[R]):
    """Facts, the newest first.

    SQLite has one transaction, and finds no place in an index by a row of values whose last is its own rowid.
    """

    def __init__(self, sql: Select[Any], row: type[R], **more: Any) -> None:
        super().__init__(sql, row, *ORDER, descending=True, **more)

    def _beyond(self, sql: Select[Any], *, has_after: bool, has_before: bool) -> Select[Any]:
        position = facts.c.position
        bounds: list[ColumnElement[bool]] = [true()]
        by_sqlite = [facts.c.transaction == literal(0, facts.c.transaction.type)]
        if has_after:
            after = list(self._bound("after").clauses)
            bounds.append(operator.lt(*self._compared(after)))
            by_sqlite.append(position < after[1])
        if has_before:
            before = list(self._bound("before").clauses)
            bounds.append(operator.gt(*self._compared(before)))
            by_sqlite.append(position > before[1])
        return sql.where(worded(and_(*by_sqlite), postgresql=and_(*bounds)))

    def _compared(self, place: list[ColumnElement[Any]]) -> tuple[Tuple, Tuple]:
        """A fact's own place and another, as PostgreSQL finds it in an index."""
        return tuple_(*ORDER), tuple_(*place)


_WRITE = change(
    insert(facts),
    parameters=[
        *(name for name in FactRow._fields if name not in {"transaction", "position"}),
        "is_administrative",
    ],
)
_PLACE = tuple_(
    bindparam("transaction", type_=facts.c.transaction.type),
    bindparam("position", type_=facts.c.position.type),
)


class AheadRow(NamedTuple):
    """A fact, settled or not."""

    transaction: int
    position: int
    id: Key
    kind: str
    actor_id: Key | None
    subject_type: str
    subject_id: Key
    booking_id: Key | None
    mentor_id: Key | None
    user_id: Key | None
    data: dict[str, Any]
    occurred_at: datetime
    request_id: str | None
    address: str | None
    is_settled: bool


_AHEAD = select(*COLUMNS, IS_SETTLED.label("is_settled")).limit(LIMITED)
_AFTER = Statement(
    _AHEAD.where(tuple_(*ORDER) > _PLACE).order_by(*ORDER),
    AheadRow,
    # SQLite has one transaction number, and would read the whole log to come to the position.
    sqlite=_AHEAD.where(facts.c.position > bindparam("position", type_=facts.c.position.type)).order_by(
        facts.c.position
    ),
)


_BY_POSITION = Statement(
    select(*COLUMNS).where(facts.c.position == bindparam("position", type_=facts.c.position.type)), FactRow
)


class _Instant(NamedTuple):
    occurred_at: datetime


_AT = Statement(select(facts.c.occurred_at).where(tuple_(*ORDER) == _PLACE), _Instant)
_END = Statement(
    select(facts.c.transaction, facts.c.position)
    .where(IS_SETTLED)
    .order_by(*(column.desc() for column in ORDER))
    .limit(1),
    Place,
)


class _Last(NamedTuple):
    transaction: int
    position: int
    is_settled: bool


_LAST = Statement(
    select(*ORDER, IS_SETTLED.label("is_settled")).order_by(*(column.desc() for column in ORDER)).limit(1),
    _Last,
)
# All that is told of a booking is little: asked for kinds or an order, too, SQLite might read the whole log for it.
_OF_BOOKINGS = Statement(select(*COLUMNS).where(among(facts.c.booking_id, "bookings")), FactRow)
_CHANGES = frozenset(kind.value for kind in BOOKING_STATUS_KINDS)


class Telling(NamedTuple):
    """Facts, and how they came about, which is kept for administrative acts alone."""

    facts: Sequence[Fact]
    request_id: str | None = None
    address: str | None = None


async def write(transaction: Transaction, written: Sequence[Fact], *, at: datetime) -> list[Key]:
    """Writes facts that happened *at*; the keys they got, in order."""
    return await write_all(transaction, [Telling(written)], at=at)


async def write_all(
    transaction: Transaction, told: Iterable[Telling], *others: Change, at: datetime
) -> list[Key]:
    """As `write`, of facts that came about in several ways; and *others*, after them, in the same go."""
    rows = [
        {
            "id": new_key(),
            "kind": fact.kind.value,
            "actor_id": fact.actor_id,
            "subject_type": fact.subject[0],
            "subject_id": fact.subject[1],
            "booking_id": fact.booking_id,
            "mentor_id": fact.mentor_id,
            "user_id": fact.user_id,
            "data": dict(fact.data),
            "occurred_at": at,
            "is_administrative": fact.is_administrative,
            "request_id": telling.request_id if fact.is_administrative else None,
            "address": telling.address if fact.is_administrative else None,
        }
        for telling in told
        for fact in telling.facts
    ]
    await transaction.many(_WRITE, rows, *others)
    return [row["id"] for row in rows]  # type: ignore[misc]  # of mixed values


async def after(reader: Reader, place: Place, *, limit: int) -> Tail:
    """The facts after *place* that are settled, at most *limit*, in the order of the log."""
    rows = await reader.all(_AFTER, limit=limit, transaction=place.transaction, position=place.position)
    settled = [FactRow(*row[:-1]) for row in takewhile(lambda row: row.is_settled, rows)]
    return Tail(settled, len(settled) < len(rows))


async def occurred_at(reader: Reader, place: Place) -> datetime | None:
    """When the fact at *place* happened; None where there is none."""
    found = await reader.one(_AT, transaction=place.transaction, position=place.position)
    return found.occurred_at if found else None


async def by_position(reader: Reader, position: int) -> FactRow | None:
    """The fact at *position*, which is its alone; None once it is gone."""
    return await reader.one(_BY_POSITION, position=position)


async def end(reader: Reader) -> Place:
    """The place of the last settled fact."""
    return await reader.one(_END) or BEGINNING


async def settled_end(reader: Reader) -> Place:
    """The place of the last fact, once it is settled.

    Whoever has just done something finds it behind this place, though another transaction was open then: those are
    over in an instant. For one that goes on for long nobody waits; what it holds up comes later.
    """
    pause = _SHORTEST_PAUSE
    while pause < _LONGEST_PAUSE:
        last = await reader.one(_LAST)
        if last is None:
            return BEGINNING
        if last.is_settled:
            return Place(last.transaction, last.position)
        await asyncio.sleep(pause)
        pause *= 2
    return await end(reader)


async def history_of(reader: Reader, bookings: Sequence[Key]) -> dict[Key, list[FactRow]]:
    """The changes of status or time of each of *bookings*, oldest first."""
    found: dict[Key, list[FactRow]] = {key: [] for key in bookings}
    rows = await reader.all(_OF_BOOKINGS, bookings=list(found))
    for row in sorted(rows, key=lambda row: row.place):
        if row.kind in _CHANGES:
            assert row.booking_id is not None
            found[row.booking_id].append(row)
    return found
